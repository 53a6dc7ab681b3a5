//! The relations of a FROM clause in; those that no condition ties to the others, out.

use std::collections::BTreeSet;

use crate::algebra::{ColumnId, Expr, JoinKind, Op, RelId};
use crate::lint::block::{Leaf, conditions, each_from, leaves};
use crate::lint::facts::{columns, comparison};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

/// Relations side by side without CROSS JOIN, and without any condition that ties them.
pub(super) fn implicit(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    if !scene.is_whole() {
        return;
    }
    each_from(scene.facts, &mut |top| {
        let leaves = leaves(scene.facts, top);
        let conditions = conditions(scene.facts, top);
        for (at, leaf) in leaves.iter().enumerate() {
            let Some(join) = leaf.join.filter(|join| is_bare(scene, *join, leaf.rel)) else { continue };
            // Looked up by a constant: meant to be one row, or the same few for all.
            let looked_up = |leaf: &Leaf| is_looked_up(scene, leaf.rel, &conditions);
            if looked_up(leaf) || leaves[..at].iter().all(looked_up) {
                continue;
            }
            if is_single(scene, leaf.rel) || leaves[..at].iter().all(|left| is_single(scene, left.rel)) {
                continue;
            }
            if !is_tied(scene, &leaves, at, &conditions) && !has_subquery(&conditions) {
                let name = scene.name_of(leaf.rel);
                let message =
                    format!("No condition ties `{name}` to what stands before it, so every row meets every other.");
                let help = "Add the condition; write CROSS JOIN if all pairs are wanted.";
                let span = scene.facts.node(leaf.rel).span;
                let span = if span.is_empty() { scene.facts.node(join).span } else { span };
                found.push(scene.raise(span, message).help(help));
            }
        }
    });
}

/// CROSS JOIN, of relations that may both have several rows.
pub(super) fn written(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Join { kind: JoinKind::Cross, left, right, lateral: false, span, .. } = &node.op else { continue };
        let right_span = scene.facts.node(*right).span;
        let words = scene.text_before(right_span).to_ascii_lowercase();
        let is_cross = words.strip_suffix("join").is_some_and(|rest| rest.trim_end().ends_with("cross"));
        if !is_cross || is_single(scene, *left) || is_single(scene, *right) || !scene.is_verbatim(*span) {
            continue;
        }
        let name = scene.name_of(*right);
        let message =
            format!("Every row meets every row of `{name}`: the result has as many rows as the two multiplied.");
        let help = "Join on a condition if there is one; if all pairs are wanted, say so in an allow.";
        found.push(scene.raise(*span, message).help(help));
    }
}

/// A join whose condition stands in WHERE.
pub(super) fn condition_in_where(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    each_from(scene.facts, &mut |top| {
        let leaves = leaves(scene.facts, top);
        let conditions = conditions(scene.facts, top);
        for (at, leaf) in leaves.iter().enumerate() {
            let Some(join) = leaf.join.filter(|join| is_bare(scene, *join, leaf.rel)) else { continue };
            let own = &scene.facts.node(leaf.rel).columns;
            let before: BTreeSet<ColumnId> =
                leaves[..at].iter().flat_map(|left| &scene.facts.node(left.rel).columns).copied().collect();
            let ties = |condition: &&&Expr| {
                let read = columns(condition);
                comparison(condition, &["="]).is_some()
                    && read.iter().any(|column| own.contains(column))
                    && read.iter().any(|column| before.contains(column))
            };
            let Some(condition) = conditions.iter().find(ties) else { continue };
            let name = scene.name_of(leaf.rel);
            let message = format!("This condition joins `{name}`, and stands among the filters.");
            let there = scene.place(scene.facts.node(join).span);
            let help = format!("Write `join {name} on ..`, and leave WHERE to the filters.");
            found.push(scene.raise(condition.span, message).help(help).label(there, "joined here"));
        }
    });
}

/// Is it a comma, or a JOIN without a condition?
fn is_bare(scene: &Scene<'_>, join: RelId, right: RelId) -> bool {
    let Op::Join { kind, on, lateral, .. } = &scene.facts.node(join).op else { return false };
    if *lateral || !on.is_empty() || !matches!(kind, JoinKind::Inner | JoinKind::Cross) {
        return false;
    }
    let text = scene.text_before(scene.facts.node(right).span).to_ascii_lowercase();
    let Some(before) = text.strip_suffix("join") else { return text.ends_with(',') };
    let word = before.trim_end().rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    !matches!(word, "cross" | "natural" | "positional" | "asof" | "array" | "lateral")
}

fn is_single(scene: &Scene<'_>, rel: RelId) -> bool {
    let node = scene.facts.node(rel);
    let small =
        |op: &Op| matches!(op, Op::Values { .. } | Op::TableFunction { .. } | Op::Unnest { .. } | Op::Opaque { .. });
    node.at_most_one_row || small(&node.op) || node.op.inputs().iter().any(|input| small(&scene.facts.node(*input).op))
}

/// Does a condition hold a column of the relation, or of what it is made from, to a constant?
fn is_looked_up(scene: &Scene<'_>, rel: RelId, conditions: &[&Expr]) -> bool {
    let own = &scene.facts.node(rel).columns;
    let fixes = |condition: &Expr| {
        comparison(condition, &["="]).is_some_and(|(a, b)| a.is_constant() != b.is_constant())
            && columns(condition).iter().all(|column| own.contains(column))
    };
    let mut below = rel;
    loop {
        match &scene.facts.node(below).op {
            Op::Project { input, .. } | Op::Sort { input, .. } | Op::Distinct { input, .. } => below = *input,
            Op::Filter { conjuncts, input } => {
                if conjuncts.iter().any(|conjunct| {
                    comparison(conjunct, &["="]).is_some_and(|(a, b)| a.is_constant() != b.is_constant())
                }) {
                    return true;
                }
                below = *input;
            }
            _ => return conditions.iter().any(|condition| fixes(condition)),
        }
    }
}

/// Does a chain of conditions lead from a leaf to one before it?
fn is_tied(scene: &Scene<'_>, leaves: &[Leaf], at: usize, conditions: &[&Expr]) -> bool {
    let holder = |column: &ColumnId| leaves.iter().position(|leaf| scene.facts.node(leaf.rel).columns.contains(column));
    let groups: Vec<BTreeSet<usize>> =
        conditions.iter().map(|condition| columns(condition).iter().filter_map(holder).collect()).collect();
    let mut reached = BTreeSet::from([at]);
    loop {
        let count = reached.len();
        for group in groups.iter().filter(|group| group.iter().any(|leaf| reached.contains(leaf))).collect::<Vec<_>>() {
            reached.extend(group);
        }
        if reached.len() == count {
            return reached.iter().any(|leaf| *leaf < at);
        }
    }
}

/// What a subquery reads of the relations around it may tie them.
fn has_subquery(conditions: &[&Expr]) -> bool {
    conditions.iter().any(|condition| condition.any(&|part| part.subquery().is_some()))
}
