//! Subqueries in; names in them that mean a column of the query around, out.

use std::collections::BTreeSet;

use crate::algebra::{ColumnId, Expr, ExprKind, Op, RelId};
use crate::lint::block::below;
use crate::lint::facts::{each_part, exprs};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    if !scene.is_whole() {
        return;
    }
    scene.facts.each_expr(&mut |_, expr| {
        let Some(relation) = expr.subquery() else { return };
        let inside = below(scene.facts, relation);
        let mut own: BTreeSet<ColumnId> =
            inside.iter().flat_map(|rel| &scene.facts.node(*rel).columns).copied().collect();
        for rel in &inside {
            for expr in exprs(&scene.facts.node(*rel).op) {
                each_part(expr, &mut |part| {
                    if let ExprKind::Lambda { params, .. } = &part.kind {
                        own.extend(params);
                    }
                });
            }
        }
        for rel in &inside {
            for part in captured(scene, *rel, &own) {
                found.push(tell(scene, *rel, part));
            }
        }
    });
}

/// The unqualified names on an operator that no relation of the subquery has.
fn captured<'a>(scene: &Scene<'a>, rel: RelId, own: &BTreeSet<ColumnId>) -> Vec<&'a Expr> {
    let mut found = Vec::new();
    // A lateral relation is there to read its neighbours.
    let node = scene.facts.node(rel);
    if matches!(node.op, Op::Unnest { .. } | Op::TableFunction { .. } | Op::Values { .. }) || reads_nothing(scene, rel)
    {
        return found;
    }
    for expr in exprs(&node.op) {
        each_part(expr, &mut |part| {
            let Some(column) = part.as_column().filter(|column| !own.contains(column)) else { return };
            let written = scene.text(part.span).trim_matches(['"', '`', '[', ']']);
            let by_name = written.eq_ignore_ascii_case(scene.facts.name(column));
            if by_name && scene.facts.definition(column).is_some() && scene.is_verbatim(part.span) {
                found.push(part);
            }
        });
    }
    found
}

/// Has the block no relation of its own whose columns could be meant: `(select a + b)`?
fn reads_nothing(scene: &Scene<'_>, rel: RelId) -> bool {
    scene.facts.node(rel).op.inputs().iter().all(|input| scene.facts.node(*input).columns.is_empty())
}

fn tell(scene: &Scene<'_>, rel: RelId, part: &Expr) -> Raised {
    let name = scene.text(part.span);
    let selected = match &scene.facts.node(rel).op {
        Op::Project { exprs, .. } => exprs.iter().any(|expr| expr.span == part.span),
        _ => false,
    };
    let message = if selected {
        format!("No relation of this subquery has `{name}`, so it gives back the value of the row around it.")
    } else {
        format!("No relation of this subquery has `{name}`: it is a column of the query around it.")
    };
    let help =
        "Write the relation's name before it: the right one's if this was a slip, the outer one's if it was meant.";
    scene.raise(part.span, message).help(help)
}
