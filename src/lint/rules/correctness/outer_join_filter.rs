//! Filters over outer joins in; those that drop every row the outer join was written to keep, out.

use std::collections::{BTreeMap, BTreeSet};

use crate::algebra::{ColumnId, Expr, ExprKind, JoinKind, Op, RelId};
use crate::lint::facts::{columns, each_part};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::text::Span;

/// Comparisons that are not true where one side is NULL.
const STRICT: [&str; 9] = ["=", "<>", "<", ">", "<=", ">=", "IN", "LIKE", "ILIKE"];

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Filter { input, conjuncts } = &node.op else { continue };
        let mut outer = BTreeMap::new();
        outer_columns(scene, *input, &mut outer);
        // `is not null` beside it says that the author knows.
        let known: BTreeSet<Span> =
            conjuncts.iter().filter_map(kept_on_purpose).filter_map(|column| outer.get(&column)).copied().collect();
        let mut told = BTreeSet::new();
        for conjunct in conjuncts {
            let found_column = rejected(conjunct).into_iter().find(|column| outer.contains_key(column));
            let Some(column) = found_column.filter(|column| is_sure(scene, *input, conjunct, *column)) else {
                continue;
            };
            let join = outer[&column];
            if known.contains(&join) || !told.insert(join) {
                continue;
            }
            let name = scene.facts.name(column);
            let message = format!(
                "This is not true where `{name}` is NULL, so the rows that the LEFT JOIN keeps without a match are dropped again."
            );
            let help = "Move the condition into ON to keep those rows, or write INNER JOIN if they are not wanted.";
            found.push(scene.raise(conjunct.span, message).help(help).label(scene.place(join), "this join keeps them"));
        }
    }
}

/// The columns below `rel` that are NULL where a LEFT JOIN found no match, with that join.
fn outer_columns(scene: &Scene<'_>, rel: RelId, outer: &mut BTreeMap<ColumnId, Span>) {
    let Op::Join { kind, left, right, span, lateral: false, .. } = &scene.facts.node(rel).op else { return };
    match kind {
        JoinKind::Left => {
            outer_columns(scene, *left, outer);
            outer.extend(scene.facts.node(*right).columns.iter().map(|column| (*column, *span)));
        }
        JoinKind::Inner | JoinKind::Cross => {
            outer_columns(scene, *left, outer);
            outer_columns(scene, *right, outer);
        }
        _ => {}
    }
}

/// The columns without whose value a comparison cannot be true.
fn rejected(conjunct: &Expr) -> Vec<ColumnId> {
    match &conjunct.kind {
        ExprKind::Call { function, args, .. } if function == "AND" => args.iter().flat_map(rejected).collect(),
        ExprKind::Call { function, args, .. } if STRICT.contains(&function.as_str()) => {
            args.iter().filter_map(Expr::as_column).collect()
        }
        _ => Vec::new(),
    }
}

/// Does the column surely belong where it was found? An unqualified name may be of any relation whose columns are unknown.
fn is_sure(scene: &Scene<'_>, input: RelId, conjunct: &Expr, column: ColumnId) -> bool {
    let mut qualified = false;
    each_part(conjunct, &mut |part| {
        qualified |= part.as_column() == Some(column) && scene.text(part.span).contains('.');
    });
    qualified || !has_open(scene, input)
}

fn has_open(scene: &Scene<'_>, rel: RelId) -> bool {
    let node = scene.facts.node(rel);
    node.open
        || (matches!(node.op, Op::Join { .. }) && node.op.inputs().into_iter().any(|input| has_open(scene, input)))
}

/// `column is not null`.
fn kept_on_purpose(conjunct: &Expr) -> Option<ColumnId> {
    let ExprKind::Call { function, .. } = &conjunct.kind else { return None };
    let is_not_null = function == "IS NOT NULL" || (function == "NOT" && conjunct.any(&|part| is_null_test(part)));
    is_not_null.then(|| columns(conjunct).first().copied()).flatten()
}

fn is_null_test(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { function, .. } if function == "IS NULL")
}
