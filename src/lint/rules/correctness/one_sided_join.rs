//! Join conditions in; those that equate columns of one side only, out.

use crate::algebra::{ColumnId, Expr, JoinKind, Op};
use crate::lint::facts::{columns, comparison};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Join { kind, left, right, on, lateral: false, .. } = &node.op else { continue };
        if !matches!(kind, JoinKind::Inner | JoinKind::Left | JoinKind::Right | JoinKind::Full) {
            continue;
        }
        let (left, right) = (&scene.facts.node(*left).columns, &scene.facts.node(*right).columns);
        let side = |column: &ColumnId| {
            if right.contains(column) { Some(true) } else { left.contains(column).then_some(false) }
        };
        let on_one_side = |expr: &Expr| {
            let sides: Vec<Option<bool>> = columns(expr).iter().map(side).collect();
            !expr.any(&|part| part.subquery().is_some())
                && sides.iter().all(Option::is_some)
                && sides.windows(2).all(|pair| pair[0] == pair[1])
        };
        // A condition on one side alone may be a filter that was put here; an equation of two columns cannot be meant so.
        let equated = on.iter().find(|conjunct| {
            comparison(conjunct, &["="]).is_some_and(|(a, b)| match (a.as_column(), b.as_column()) {
                (Some(a), Some(b)) => a != b,
                _ => false,
            })
        });
        let Some(equated) = equated.filter(|_| on.iter().all(on_one_side)) else { continue };
        let message =
            "This condition reads one side of the join only, so every row of it meets every row of the other.";
        let help = "Correct the alias of one of the columns; write CROSS JOIN if all pairs are wanted.";
        found.push(scene.raise(equated.span, message).help(help));
    }
}
