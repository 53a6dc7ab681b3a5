//! A walk through the lineage graph in, a Graphviz digraph out.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::walk::{Grain, Walk};
use crate::lineage::Direction;

/// A cluster per relation with its columns inside, or a box where those are not asked for; arrows from what is read to who reads.
pub fn dot(walk: &Walk) -> String {
    let mut out = "digraph lineage {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n".to_owned();
    match walk.grain {
        Grain::Columns => clusters(walk, &mut out),
        Grain::Relations => (0..walk.nodes.len()).for_each(|index| node(walk, index, "  ", &mut out)),
    }
    for step in &walk.steps {
        let (input, reader) = match walk.direction {
            Direction::Upstream => (step.to, step.from),
            Direction::Downstream => (step.from, step.to),
        };
        let (input, reader) = (name_of(walk, input), name_of(walk, reader));
        let label = if step.via.is_empty() { String::new() } else { format!(" [label=\"{}\"]", step.via) };
        let _ = writeln!(out, "  {input} -> {reader}{label};");
    }
    out + "}\n"
}

fn clusters(walk: &Walk, out: &mut String) {
    let mut relations: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, node) in walk.nodes.iter().enumerate() {
        relations.entry(&node.relation).or_default().push(index);
    }
    for (relation, nodes) in &relations {
        let (name, label) = (escape(relation), escape(&walk.nodes[nodes[0]].short));
        let _ = writeln!(out, "  subgraph \"cluster_{name}\" {{\n    label=\"{label}\";");
        for index in nodes {
            node(walk, *index, "    ", out);
        }
        out.push_str("  }\n");
    }
}

fn node(walk: &Walk, index: usize, indent: &str, out: &mut String) {
    let bold = if walk.roots.contains(&index) { ", penwidth=2" } else { "" };
    let label = escape(walk.nodes[index].last_name());
    let _ = writeln!(out, "{indent}{} [label=\"{label}\"{bold}];", name_of(walk, index));
}

fn name_of(walk: &Walk, node: usize) -> String {
    let node = &walk.nodes[node];
    let column = node.column.as_ref().map(|column| format!(".{}", escape(column)));
    format!("\"{}{}\"", escape(&node.relation), column.unwrap_or_default())
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " ")
}
