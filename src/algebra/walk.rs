//! An operator in, the expressions that stand on it out.

use super::expr::Expr;
use super::query::Op;

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
