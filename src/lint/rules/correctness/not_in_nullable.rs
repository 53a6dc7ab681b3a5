//! `NOT IN (subquery)` in; those whose subquery is known to give NULLs, out.

use crate::algebra::{Expr, ExprKind, Nullability, RelId};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    // ClickHouse leaves NULLs out of the set.
    if scene.dialect().label() == "clickhouse" {
        return;
    }
    scene.facts.each_expr(&mut |_, expr| {
        let Some(relation) = excluded(expr) else { return };
        let node = scene.facts.node(relation);
        if node.nullable.first() != Some(&Nullability::Yes) {
            return;
        }
        let name = node.columns.first().map_or("", |column| scene.facts.name(*column));
        let message =
            format!("`{name}` of this subquery can be NULL, and one NULL makes NOT IN true for no row at all.");
        let help = format!("Add `where {name} is not null` to the subquery, or write NOT EXISTS.");
        found.push(scene.raise(expr.span, message).help(help));
    });
}

/// The subquery of a single-column NOT IN.
fn excluded(expr: &Expr) -> Option<RelId> {
    match &expr.kind {
        ExprKind::In { exprs, relation, negated: true } if exprs.len() == 1 => Some(*relation),
        ExprKind::Call { function, args, .. } if function == "NOT" => match args.first().map(|arg| &arg.kind) {
            Some(ExprKind::In { exprs, relation, negated: false }) if exprs.len() == 1 => Some(*relation),
            _ => None,
        },
        _ => None,
    }
}
