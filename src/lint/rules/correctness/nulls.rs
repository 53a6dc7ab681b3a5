//! Conditions in; those in which a NULL that may be there is forgotten, out.

use crate::algebra::{ColumnId, Expr, ExprKind, JoinKind, Literal, Nullability, Op, RelId, same};
use crate::lint::block::is_literal;
use crate::lint::facts::{columns, comparison};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

/// `status <> 'x'` over a column that may be NULL.
pub(super) fn inequality(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Filter { input, conjuncts } = &node.op else { continue };
        // The optional side of a join is a matter of its own.
        if matches!(scene.facts.node(*input).op, Op::Join { .. }) {
            continue;
        }
        let known = scene.query().nullabilities(*input);
        for conjunct in conjuncts {
            let Some((value, literal)) = unequal(conjunct) else { continue };
            let Some(column) = value.as_column().filter(|_| is_literal(literal)) else { continue };
            let tested =
                conjuncts.iter().any(|other| !std::ptr::eq(other, conjunct) && columns(other).contains(&column));
            if tested || known.get(&column) != Some(&Nullability::Yes) {
                continue;
            }
            let name = scene.facts.name(column);
            let message =
                format!("`{name}` can be NULL, and a NULL is not unequal to anything: those rows are dropped too.");
            let help = format!(
                "Write `{name} is distinct from ..`, or say `{name} is not null` beside it if they are not wanted."
            );
            found.push(scene.raise(conjunct.span, message).help(help));
        }
    }
}

fn unequal(condition: &Expr) -> Option<(&Expr, &Expr)> {
    if let Some(sides) = comparison(condition, &["<>"]) {
        return Some(sides);
    }
    match &condition.kind {
        ExprKind::Call { function, args, .. } if function == "NOT" => comparison(args.first()?, &["="]),
        _ => None,
    }
}

/// `x in (1, null)`, `x not in (1, null)`.
pub(super) fn in_list(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    scene.facts.each_expr(&mut |_, expr| {
        let ExprKind::Call { function, args, .. } = &expr.kind else { return };
        if function != "IN" {
            return;
        }
        let null = args.iter().skip(1).find(|arg| matches!(arg.kind, ExprKind::Literal(Literal::Null)));
        let Some(null) = null else { return };
        let message =
            "Nothing is equal to NULL: IN does not find the rows without a value, and NOT IN finds no row at all.";
        let help = "Take NULL out of the list, and add `or .. is null` if those rows are wanted.";
        found.push(scene.raise(null.span, message).help(help));
    });
}

/// GROUP BY a column of the optional side.
pub(super) fn grouped(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Aggregate { input, keys, .. } = &node.op else { continue };
        let Some((join, optional)) = optional_side(scene, *input) else { continue };
        for key in keys {
            let Some(column) = key.as_column().filter(|column| optional.contains(column)) else { continue };
            let name = scene.facts.name(column);
            let message =
                format!("Rows without a match have no `{name}`, so they all end in one group that is called NULL.");
            let help =
                format!("Name that group: `coalesce({name}, 'none')`. If they are not wanted, write INNER JOIN.");
            found.push(
                scene
                    .raise(key.span, message)
                    .help(help)
                    .label(scene.place(scene.facts.node(join).span), "this join keeps them"),
            );
        }
    }
}

fn optional_side(scene: &Scene<'_>, rel: RelId) -> Option<(RelId, Vec<ColumnId>)> {
    match &scene.facts.node(rel).op {
        Op::Join { kind: JoinKind::Left, right, .. } => Some((rel, scene.facts.node(*right).columns.clone())),
        Op::Join { kind: JoinKind::Inner, left, .. } => optional_side(scene, *left),
        _ => None,
    }
}

/// `on coalesce(a.k, 0) = coalesce(b.k, 0)`.
pub(super) fn coalesced_key(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Join { on, .. } = &node.op else { continue };
        for condition in on {
            let Some((left, right)) = comparison(condition, &["="]) else { continue };
            let (Some(a), Some(b)) = (stand_in(left), stand_in(right)) else { continue };
            if same(a, b) {
                let message =
                    "Rows without a key are given the same one on both sides: each of them meets all the others.";
                let help = "Leave them unmatched, or join them by something that tells them apart.";
                found.push(scene.raise(condition.span, message).help(help));
            }
        }
    }
}

/// The literal that stands in for NULL in `coalesce(key, literal)`.
fn stand_in(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Call { function, args, .. } if function == "COALESCE" => args.last().filter(|last| is_literal(last)),
        _ => None,
    }
}

/// An inner join on a column that may be NULL.
pub(super) fn nullable_key(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Join { kind: JoinKind::Inner, left, right, on, .. } = &node.op else { continue };
        for condition in on {
            let Some((a, b)) = comparison(condition, &["="]) else { continue };
            for side in [a, b] {
                let Some(column) = side.as_column() else { continue };
                let of = |rel: &RelId| scene.query().nullabilities(*rel).get(&column).copied();
                if of(left).or_else(|| of(right)) != Some(Nullability::Yes) {
                    continue;
                }
                let name = scene.text(side.span);
                let message = format!("`{name}` can be NULL, and this join drops the rows where it is.");
                let help = "Write LEFT JOIN if they are to stay; say `is not null` where the rows enter if they are not wanted.";
                found.push(scene.raise(condition.span, message).help(help));
            }
        }
    }
}

/// CASE without ELSE.
pub(super) fn without_else(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        // Inside an aggregate, the NULL of a missing ELSE is what leaves a row out.
        let Op::Project { exprs, .. } = &node.op else { continue };
        for expr in exprs.iter().filter(|expr| matches!(expr.kind, ExprKind::Case { otherwise: None, .. })) {
            let message = "This CASE has no ELSE, so what no branch takes becomes NULL.";
            let help = "Write the ELSE, be it `else null`, so that it is seen to be meant.";
            found.push(scene.raise(expr.span, message).help(help));
        }
    }
}
