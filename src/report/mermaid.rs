//! A walk through the lineage graph in, a Mermaid flowchart out, for READMEs and pull requests.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::walk::{Direction, Walk};

/// A box per relation with its columns inside, arrows from what is read to who reads.
pub fn mermaid(walk: &Walk) -> String {
    let mut out = "flowchart LR\n".to_owned();
    let mut relations: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, node) in walk.nodes.iter().enumerate() {
        relations.entry(&node.relation).or_default().push(index);
    }
    for (at, nodes) in relations.values().enumerate() {
        let _ = writeln!(out, "  subgraph r{at}[\"{}\"]", escape(&walk.nodes[nodes[0]].short));
        for index in nodes {
            let _ = writeln!(out, "    c{index}[\"{}\"]", escape(&walk.nodes[*index].column));
        }
        out.push_str("  end\n");
    }
    for step in &walk.steps {
        let (input, reader) = match walk.direction {
            Direction::Upstream => (step.to, step.from),
            Direction::Downstream => (step.from, step.to),
        };
        let _ = writeln!(out, "  c{input} -->|{}| c{reader}", step.via.word());
    }
    for root in &walk.roots {
        let _ = writeln!(out, "  style c{root} stroke-width:3px");
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('"', "#quot;").replace(['\n', '\r'], " ")
}
