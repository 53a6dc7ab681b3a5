//! A Query in, what its SELECT blocks say out: leaves and filters of a FROM, what stands below a relation, who uses a column.

use std::collections::BTreeSet;

use crate::algebra::{ColumnId, Expr, ExprKind, JoinKind, Literal, Op, RelId};

use super::facts::{Facts, each_part, exprs};

/// One relation of a FROM clause, and the join that brought it; none for the first.
pub(super) struct Leaf {
    pub(super) rel: RelId,
    pub(super) join: Option<RelId>,
}

/// Calls `visit` on the highest join of each FROM clause.
pub(super) fn each_from(facts: &Facts<'_>, visit: &mut dyn FnMut(RelId)) {
    for (rel, node) in facts.nodes() {
        let is_join = |reader: &RelId| matches!(facts.node(*reader).op, Op::Join { .. });
        if matches!(node.op, Op::Join { .. }) && !facts.readers(rel).iter().any(is_join) {
            visit(rel);
        }
    }
}

/// The relations that the joins at and below `rel` put side by side, in order.
pub(super) fn leaves(facts: &Facts<'_>, rel: RelId) -> Vec<Leaf> {
    let mut found = Vec::new();
    collect(facts, rel, None, &mut found);
    found
}

fn collect(facts: &Facts<'_>, rel: RelId, join: Option<RelId>, found: &mut Vec<Leaf>) {
    match &facts.node(rel).op {
        Op::Join { left, right, kind, .. } => {
            collect(facts, *left, join, found);
            // The right side of a semi join is only asked; it gives no columns.
            if !matches!(kind, JoinKind::Semi | JoinKind::Anti) {
                collect(facts, *right, Some(rel), found);
            }
        }
        _ => found.push(Leaf { rel, join }),
    }
}

/// The conditions that hold for the rows of `rel`: of its own joins, and of the filters directly above it.
pub(super) fn conditions<'a>(facts: &Facts<'a>, rel: RelId) -> Vec<&'a Expr> {
    let mut found = Vec::new();
    let mut above = rel;
    while let [reader] = facts.readers(above) {
        let Op::Filter { conjuncts, .. } = &facts.node(*reader).op else { break };
        found.extend(conjuncts);
        above = *reader;
    }
    let mut pending = vec![rel];
    while let Some(rel) = pending.pop() {
        if let Op::Join { left, right, on, .. } = &facts.node(rel).op {
            found.extend(on);
            pending.extend([*left, *right]);
        }
    }
    found
}

/// A relation and everything it reads, subqueries of its expressions too.
pub(super) fn below(facts: &Facts<'_>, rel: RelId) -> BTreeSet<RelId> {
    let mut seen = BTreeSet::new();
    let mut pending = vec![rel];
    while let Some(rel) = pending.pop() {
        if seen.insert(rel) {
            let op = &facts.node(rel).op;
            pending.extend(op.inputs());
            for expr in exprs(op) {
                each_part(expr, &mut |part| pending.extend(part.subquery()));
            }
        }
    }
    seen
}

/// How often each column is read, by whatever reads columns but the condition of the join `except`.
pub(super) fn uses(facts: &Facts<'_>, except: RelId) -> BTreeSet<ColumnId> {
    let mut used: BTreeSet<ColumnId> = facts.query.outputs.iter().map(|output| output.column).collect();
    for (rel, node) in facts.nodes() {
        match &node.op {
            Op::Set { inputs, .. } => used.extend(inputs.iter().flat_map(|(_, columns)| columns)),
            Op::Recursive { seed, step, .. } => used.extend(seed.1.iter().chain(&step.1)),
            Op::Unpivot { groups, keep, .. } => used.extend(groups.iter().flat_map(|(_, columns)| columns).chain(keep)),
            Op::Opaque { inputs, .. } => {
                used.extend(inputs.iter().flat_map(|input| &facts.node(*input).columns));
            }
            Op::Project { stars, .. } => {
                used.extend(stars.iter().flat_map(|star| &facts.node(star.relation).columns));
            }
            _ => {}
        }
        if rel != except {
            for expr in exprs(&node.op) {
                each_part(expr, &mut |part| used.extend(part.as_column()));
            }
        }
    }
    used
}

/// The projection of the SELECT block that an operator belongs to, above it.
pub(super) fn projection_above<'a>(facts: &Facts<'a>, rel: RelId) -> Option<(RelId, &'a [Expr])> {
    let mut rel = rel;
    loop {
        let [reader] = facts.readers(rel) else { return None };
        match &facts.node(*reader).op {
            Op::Project { exprs, .. } => return Some((*reader, exprs)),
            Op::Filter { .. } | Op::Unnest { .. } => rel = *reader,
            _ => return None,
        }
    }
}

/// Is it one of the literals `0`, `'a'`, `date '2024-01-01'`, whatever casts stand around it?
pub(super) fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(_) => true,
        ExprKind::Cast { expr, .. } => is_literal(expr),
        _ => false,
    }
}

/// The whole number that an expression is.
pub(super) fn whole_number(expr: &Expr) -> Option<i64> {
    match &expr.kind {
        ExprKind::Literal(Literal::Number(number)) => number.parse().ok(),
        _ => None,
    }
}

/// The text that an expression is.
pub(super) fn string(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => Some(text),
        _ => None,
    }
}
