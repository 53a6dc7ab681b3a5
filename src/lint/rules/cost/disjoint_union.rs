//! UNIONs in; those whose branches have no row in common and none twice, out.

use std::collections::BTreeSet;

use crate::algebra::{ColumnId, Expr, ExprKind, Literal, Node, Op, RelId, SetKind};
use crate::lint::facts::Definition;
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

/// UNION of branches that have no row in common and none twice.
pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Set { kind: SetKind::Union, all: false, inputs } = &node.op else { continue };
        let unique = inputs.iter().all(|(rel, columns)| has_proved_key(scene.facts.node(*rel), columns));
        let labelled = (0..node.columns.len()).any(|at| are_different(scene, inputs, at));
        if unique && labelled {
            let second = inputs.get(1).map_or(node.span, |(rel, _)| scene.facts.node(*rel).span);
            let span = scene.keyword_before(second, &["union"]);
            let message = "No two rows of these branches are equal, so UNION sorts and compares them for nothing.";
            found.push(scene.raise(span, message).help("Write UNION ALL."));
        }
    }
}

fn has_proved_key(node: &Node, columns: &[ColumnId]) -> bool {
    let held =
        |key: &crate::algebra::Key| key.proof.is_proved() && key.columns.iter().all(|column| columns.contains(column));
    node.at_most_one_row || node.keys.iter().any(held)
}

/// Does column number `at` hold another constant in each branch?
fn are_different(scene: &Scene<'_>, inputs: &[(RelId, Vec<ColumnId>)], at: usize) -> bool {
    let constant = |column: ColumnId| match scene.facts.definition(scene.facts.origin(column)) {
        Some(Definition::Expr(Expr { kind: ExprKind::Literal(Literal::String(text)), .. })) => {
            Some(text.to_ascii_lowercase())
        }
        Some(Definition::Expr(Expr { kind: ExprKind::Literal(Literal::Number(number)), .. })) => Some(number.clone()),
        _ => None,
    };
    let values: Option<BTreeSet<String>> =
        inputs.iter().map(|(_, columns)| columns.get(at).and_then(|column| constant(*column))).collect();
    values.is_some_and(|values| values.len() == inputs.len())
}
