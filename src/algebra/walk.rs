//! A relation in, every operator below it and every expression in them out, subqueries included.

use std::collections::BTreeSet;

use super::expr::{Expr, ExprKind};
use super::query::{ColumnId, Node, Op, Query, RelId};

/// Visits `rel` and all operators it reads, each once: inputs, and the relations of subqueries in expressions.
pub fn below(query: &Query, rel: RelId, seen: &mut BTreeSet<RelId>, visit: &mut dyn FnMut(&Node)) {
    let mut pending = vec![rel];
    while let Some(rel) = pending.pop() {
        if !seen.insert(rel) {
            continue;
        }
        let node = &query.nodes[rel.0 as usize];
        visit(node);
        pending.extend(node.op.inputs());
        exprs(&node.op, &mut |expr| subqueries(expr, &mut pending));
    }
}

fn subqueries(expr: &Expr, found: &mut Vec<RelId>) {
    found.extend(expr.subquery());
    expr.each_part(&mut |part| subqueries(part, found));
}

/// The expressions that stand directly on an operator.
pub fn exprs<'o>(op: &'o Op, visit: &mut dyn FnMut(&'o Expr)) {
    match op {
        Op::Values { rows } => rows.iter().flatten().for_each(visit),
        Op::Project { exprs, .. } | Op::Unnest { exprs, .. } => exprs.iter().for_each(visit),
        Op::Filter { conjuncts, .. } => conjuncts.iter().for_each(visit),
        Op::Join { on, .. } => on.iter().for_each(visit),
        Op::Aggregate { keys, aggregates, .. } => keys.iter().chain(aggregates).for_each(visit),
        Op::Distinct { on, .. } => on.iter().flatten().for_each(visit),
        Op::Sort { keys, .. } => keys.iter().for_each(|key| visit(&key.expr)),
        Op::Limit { count, offset, .. } => count.iter().chain(offset).for_each(visit),
        Op::TableFunction { args, .. } => args.iter().for_each(visit),
        Op::Scan { .. }
        | Op::Set { .. }
        | Op::Recursive { .. }
        | Op::Recur { .. }
        | Op::Unpivot { .. }
        | Op::Sample { .. }
        | Op::Opaque { .. } => {}
    }
}

/// The columns an expression reads, and the lambda parameters it defines; not those inside subqueries.
pub(super) fn columns(expr: &Expr, used: &mut BTreeSet<ColumnId>, defined: &mut BTreeSet<ColumnId>) {
    match &expr.kind {
        ExprKind::Column(column) => drop(used.insert(*column)),
        ExprKind::Lambda { params, .. } => defined.extend(params.iter().copied()),
        _ => {}
    }
    expr.each_part(&mut |part| columns(part, used, defined));
}
