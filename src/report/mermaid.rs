//! A walk through the lineage graph in, a Mermaid flowchart out, for READMEs and pull requests.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::walk::{Grain, Walk};
use crate::lineage::Direction;

/// A box per relation, with its columns inside where they are asked for; arrows from what is read to who reads.
pub fn mermaid(walk: &Walk) -> String {
    let mut out = "flowchart LR\n".to_owned();
    match walk.grain {
        Grain::Columns => boxes(walk, &mut out),
        Grain::Relations => {
            for (index, node) in walk.nodes.iter().enumerate() {
                let _ = writeln!(out, "  c{index}[\"{}\"]", escape(&node.short));
            }
        }
    }
    for step in &walk.steps {
        let (input, reader) = match walk.direction {
            Direction::Upstream => (step.to, step.from),
            Direction::Downstream => (step.from, step.to),
        };
        let via = if step.via.is_empty() { String::new() } else { format!("|{}|", step.via) };
        let _ = writeln!(out, "  c{input} -->{via} c{reader}");
    }
    for root in &walk.roots {
        let _ = writeln!(out, "  style c{root} stroke-width:3px");
    }
    out
}

fn boxes(walk: &Walk, out: &mut String) {
    let mut relations: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, node) in walk.nodes.iter().enumerate() {
        relations.entry(&node.relation).or_default().push(index);
    }
    for (at, nodes) in relations.values().enumerate() {
        let _ = writeln!(out, "  subgraph r{at}[\"{}\"]", escape(&walk.nodes[nodes[0]].short));
        for index in nodes {
            let _ = writeln!(out, "    c{index}[\"{}\"]", escape(walk.nodes[*index].last_name()));
        }
        out.push_str("  end\n");
    }
}

/// A text in a label's quotes.
pub(super) fn escape(text: &str) -> String {
    text.replace('"', "#quot;").replace(['\n', '\r'], " ")
}
