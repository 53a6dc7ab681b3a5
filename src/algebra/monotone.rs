//! A Query and relations it reads in; whether fewer rows there can only mean fewer rows here, and more only more, out.
//!
//! A join, a filter, a union keep that order; what compares rows with others (an anti-join, a limit, a filter on an
//! aggregate or a window) does not.

use std::collections::BTreeSet;

use super::expr::{Expr, ExprKind};
use super::query::{ColumnId, JoinKind, Op, Query, RelId, SetKind};
use super::walk;

/// Do the rows of the result grow and shrink with those of the inputs for which `of` is true?
pub fn is_monotone(query: &Query, of: &dyn Fn(&str) -> bool) -> bool {
    let Some(root) = query.root else { return false };
    let mut walk = Walk { query, reads: BTreeSet::new(), unstable: BTreeSet::new() };
    // Operators stand behind their inputs; what the result does not read has no say.
    (0..query.nodes.len()).all(|at| walk.keeps_order(RelId(at as u32), of) || !is_below(query, root, RelId(at as u32)))
}

struct Walk<'q> {
    query: &'q Query,
    /// Relations whose rows depend on the inputs.
    reads: BTreeSet<RelId>,
    /// Columns whose values in a row that stays may depend on which other rows there are.
    unstable: BTreeSet<ColumnId>,
}

impl Walk<'_> {
    fn keeps_order(&mut self, rel: RelId, of: &dyn Fn(&str) -> bool) -> bool {
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        let mut inputs: Vec<RelId> = node.op.inputs();
        walk::exprs(&node.op, &mut |expr| subqueries(expr, &mut inputs));
        let is_read = match &node.op {
            Op::Scan { input, .. } => of(&query.reads[*input].id),
            Op::Recur { .. } => true,
            _ => inputs.iter().any(|input| self.reads.contains(input)),
        };
        if !is_read {
            return true;
        }
        self.reads.insert(rel);
        match &node.op {
            Op::Scan { .. } | Op::Sort { .. } | Op::Unpivot { .. } => true,
            Op::Project { exprs, .. } => {
                for (expr, column) in exprs.iter().zip(&node.columns) {
                    if !self.is_stable(expr) {
                        self.unstable.insert(*column);
                    }
                }
                true
            }
            Op::Filter { conjuncts, .. } => conjuncts.iter().all(|conjunct| self.is_stable(conjunct)),
            Op::Join { kind, left, right, on, .. } => {
                let compared = match kind {
                    JoinKind::Inner | JoinKind::Cross | JoinKind::Semi => None,
                    JoinKind::Left | JoinKind::Anti => Some(right),
                    JoinKind::Right => Some(left),
                    JoinKind::Full | JoinKind::AsOf { .. } | JoinKind::Positional => return false,
                };
                compared.is_none_or(|side| !self.reads.contains(side)) && on.iter().all(|on| self.is_stable(on))
            }
            Op::Aggregate { keys, aggregates, sets, .. } => {
                self.unstable.extend(node.columns.iter().skip(keys.len()).take(aggregates.len()));
                sets.is_empty() && keys.iter().all(|key| self.is_stable(key))
            }
            Op::Distinct { on: None, .. } => node.columns.iter().all(|column| !self.unstable.contains(column)),
            Op::Set { kind, all, inputs } => {
                for (at, column) in node.columns.iter().enumerate() {
                    if inputs.iter().any(|(_, own)| own.get(at).is_some_and(|source| self.unstable.contains(source))) {
                        self.unstable.insert(*column);
                    }
                }
                let compares = !all || *kind != SetKind::Union;
                let subtracts =
                    *kind == SetKind::Except && inputs.iter().skip(1).any(|(rel, _)| self.reads.contains(rel));
                !subtracts && (!compares || node.columns.iter().all(|column| !self.unstable.contains(column)))
            }
            Op::Unnest { exprs, .. } => exprs.iter().all(|expr| self.is_stable(expr)),
            _ => false,
        }
    }

    /// Is its value in a row that stays the same, whatever other rows come or go?
    fn is_stable(&self, expr: &Expr) -> bool {
        !expr.any(&|part| match &part.kind {
            ExprKind::Column(column) => self.unstable.contains(column),
            ExprKind::Window { .. } => true,
            _ => part.subquery().is_some_and(|relation| self.reads.contains(&relation)),
        })
    }
}

fn subqueries(expr: &Expr, into: &mut Vec<RelId>) {
    into.extend(expr.subquery());
    expr.each_part(&mut |part| subqueries(part, into));
}

/// Is `rel` read on the way to `root`?
fn is_below(query: &Query, root: RelId, rel: RelId) -> bool {
    let mut seen = BTreeSet::from([root]);
    let mut pending = vec![root];
    while let Some(at) = pending.pop() {
        if at == rel {
            return true;
        }
        let op = &query.nodes[at.0 as usize].op;
        let mut below = op.inputs();
        walk::exprs(op, &mut |expr| subqueries(expr, &mut below));
        pending.extend(below.into_iter().filter(|rel| seen.insert(*rel)));
    }
    false
}
