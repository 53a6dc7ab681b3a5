//! DISTINCT, LIMIT and set operations in; those that do nothing, or not the same twice, out.

use std::collections::BTreeSet;

use crate::algebra::{ColumnId, ExprKind, Literal, Op, RelId};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::project::ModelKind;

/// DISTINCT over groups that are all different already.
pub(super) fn distinct_groups(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Distinct { input, on: None } = &node.op else { continue };
        let proved = scene.facts.node(*input).keys.iter().any(|key| key.proof.is_proved() && !key.columns.is_empty());
        if proved && is_grouped(scene, *input) {
            let span = scene.keyword_in(node.span, "distinct");
            let message = "GROUP BY gives each group one row already, so DISTINCT removes nothing.";
            found.push(scene.raise(span, message).help("Drop DISTINCT."));
        }
    }
}

fn is_grouped(scene: &Scene<'_>, rel: RelId) -> bool {
    match &scene.facts.node(rel).op {
        Op::Aggregate { keys, sets, .. } => !keys.is_empty() && sets.len() <= 1,
        Op::Project { input, .. } | Op::Filter { input, .. } => {
            // Behind a CTE's name it is somebody else's GROUP BY, which may change.
            let same_block = scene.facts.node(rel).span.contains(scene.facts.node(*input).span);
            same_block && is_grouped(scene, *input)
        }
        _ => false,
    }
}

/// LIMIT over rows in no order.
pub(super) fn unordered_limit(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    if matches!(scene.compiled.model.kind, ModelKind::Analysis | ModelKind::SingularTest) {
        return;
    }
    let existing = tested_for_existence(scene);
    for (rel, node) in scene.facts.nodes() {
        let Op::Limit { input, count: Some(count), .. } = &node.op else { continue };
        let none = matches!(&count.kind, ExprKind::Literal(Literal::Number(number)) if number == "0");
        if none || existing.contains(&rel) || is_ordered(scene, *input) {
            continue;
        }
        let span = scene.keyword_before(count.span, &["limit", "first", "next", "top"]);
        let message = "Without an order the warehouse takes any rows, and others the next time.";
        found.push(
            scene.raise(span, message).help("Add ORDER BY over columns that are unique together, or drop LIMIT."),
        );
    }
}

fn is_ordered(scene: &Scene<'_>, rel: RelId) -> bool {
    let node = scene.facts.node(rel);
    match &node.op {
        _ if node.at_most_one_row => true,
        Op::Sort { .. } => true,
        Op::Values { .. } | Op::Opaque { .. } => true,
        Op::Project { input, .. } | Op::Filter { input, .. } => is_ordered(scene, *input),
        // `(select value from unnest(params) where key = 'page' limit 1)` looks a value up in one row's own array.
        Op::Unnest { input, .. } => is_one_row(scene, *input),
        _ => false,
    }
}

fn is_one_row(scene: &Scene<'_>, rel: RelId) -> bool {
    let node = scene.facts.node(rel);
    node.at_most_one_row || matches!(node.op, Op::Values { .. })
}

/// Relations of which EXISTS asks only whether there is a row.
fn tested_for_existence(scene: &Scene<'_>) -> BTreeSet<RelId> {
    let mut relations = BTreeSet::new();
    scene.facts.each_expr(&mut |_, expr| {
        if let ExprKind::Exists { relation, .. } = expr.kind {
            relations.insert(relation);
        }
    });
    relations
}

/// Branches with the same names in another order: columns are matched by position.
pub(super) fn swapped_columns(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Set { inputs, .. } = &node.op else { continue };
        let Some((_, first)) = inputs.first() else { continue };
        let names = |columns: &[ColumnId]| -> Vec<String> {
            columns.iter().map(|column| scene.facts.name(*column).to_ascii_lowercase()).collect()
        };
        let first = names(first);
        for (rel, columns) in &inputs[1..] {
            let here = names(columns);
            let Some(at) = (0..here.len()).find(|at| first.get(*at) != here.get(*at)) else { continue };
            if !are_same_names(&first, &here) {
                continue;
            }
            let (own, expected) = (&here[at], &first[at]);
            let message = format!(
                "Column {} is `{own}` here and `{expected}` in the first branch: a set operation matches by position.",
                at + 1
            );
            let help = "Give both branches the same order of columns.";
            let span = columns
                .get(at)
                .and_then(|column| scene.query().columns.get(column.0 as usize))
                .map(|column| column.span);
            let block = scene.facts.node(*rel).span;
            found.push(scene.raise(span.filter(|span| block.contains(*span)).unwrap_or(block), message).help(help));
        }
    }
}

/// The same names, each once, in whatever order.
fn are_same_names(first: &[String], other: &[String]) -> bool {
    let set = |names: &[String]| names.iter().filter(|name| !name.is_empty()).cloned().collect::<BTreeSet<_>>();
    let first_set = set(first);
    first_set.len() == first.len() && first.len() == other.len() && first_set == set(other)
}
