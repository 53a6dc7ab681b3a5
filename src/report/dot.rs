//! A walk through the lineage graph in, a Graphviz digraph out.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::walk::{Direction, Walk};

/// A cluster per relation with its columns inside, arrows from what is read to who reads.
pub fn dot(walk: &Walk) -> String {
    let mut out = "digraph lineage {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n".to_owned();
    let mut relations: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, node) in walk.nodes.iter().enumerate() {
        relations.entry(&node.relation).or_default().push(index);
    }
    for (relation, nodes) in &relations {
        let (name, label) = (escape(relation), escape(&walk.nodes[nodes[0]].short));
        let _ = writeln!(out, "  subgraph \"cluster_{name}\" {{\n    label=\"{label}\";");
        for index in nodes {
            let node = &walk.nodes[*index];
            let bold = if walk.roots.contains(index) { ", penwidth=2" } else { "" };
            let _ = writeln!(out, "    {} [label=\"{}\"{bold}];", name_of(walk, *index), escape(&node.column));
        }
        out.push_str("  }\n");
    }
    for step in &walk.steps {
        let (input, reader) = match walk.direction {
            Direction::Upstream => (step.to, step.from),
            Direction::Downstream => (step.from, step.to),
        };
        let (input, reader) = (name_of(walk, input), name_of(walk, reader));
        let _ = writeln!(out, "  {input} -> {reader} [label=\"{}\"];", step.via.word());
    }
    out + "}\n"
}

fn name_of(walk: &Walk, node: usize) -> String {
    let node = &walk.nodes[node];
    format!("\"{}.{}\"", escape(&node.relation), escape(&node.column))
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " ")
}
