//! LEFT JOINs in; those that neither give a column to anybody nor change the number of rows, out.

use crate::algebra::{JoinKind, Op, ProblemKind, RelId};
use crate::lint::block::uses;
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::lint::unseen::is_unrendered;

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    // A name that means nothing here may be the one that reads the join.
    let is_lost = scene.query().problems.iter().any(|problem| problem.kind == ProblemKind::UnknownColumn);
    if !scene.is_whole() || is_lost {
        return;
    }
    for (rel, node) in scene.facts.nodes() {
        let Op::Join { kind: JoinKind::Left, right, on, lateral: false, span, .. } = &node.op else { continue };
        let Some(key) = scene.query().key_within(*right, &scene.query().equated(*right, on)) else { continue };
        if scene.facts.readers(rel).is_empty() || !scene.is_verbatim(*span) || is_read(scene, rel, *right) {
            continue;
        }
        let name = scene.name_of(*right);
        if is_unrendered(scene, name) {
            continue;
        }
        let why = if key.columns.is_empty() {
            "it has one row at most".to_owned()
        } else {
            let names: Vec<&str> = key.columns.iter().map(|column| scene.facts.name(*column)).collect();
            format!(
                "it is unique by `{}`{}",
                names.join(", "),
                if key.proof.is_proved() { "" } else { ", as a test says" }
            )
        };
        let message = format!("Nothing reads a column of `{name}`, and {why}: this LEFT JOIN changes nothing.");
        found.push(scene.raise(*span, message).help("Drop the join, or read the columns it was meant to bring."));
    }
}

fn is_read(scene: &Scene<'_>, join: RelId, right: RelId) -> bool {
    let used = uses(scene.facts, join);
    let node = scene.facts.node(right);
    node.columns.iter().any(|column| used.contains(column))
}
