//! A Query in, which of its columns are functions of others, or the same in every row, out.

use std::collections::{BTreeMap, BTreeSet};

use super::expr::{Expr, ExprKind};
use super::query::{ColumnId, JoinKind, Op, Query, RelId};
use super::walk;

/// How deep definitions are followed; generated SQL can stack projections without end.
const DEEPEST: usize = 64;

/// What each column is computed from, as far as that makes it a function of other columns of its row.
pub struct Dependencies<'q> {
    definitions: BTreeMap<ColumnId, &'q Expr>,
    /// Columns defined by relations that have at most one row.
    single: BTreeSet<ColumnId>,
    /// Columns that an outer join may make NULL: beyond it they are no longer what they were computed to be.
    optional: BTreeSet<ColumnId>,
    /// Which subqueries read nothing of the query around them.
    closed: BTreeMap<RelId, bool>,
}

impl<'q> Dependencies<'q> {
    pub fn of(query: &'q Query) -> Self {
        let mut all = Dependencies {
            definitions: BTreeMap::new(),
            single: BTreeSet::new(),
            optional: BTreeSet::new(),
            closed: BTreeMap::new(),
        };
        for (at, node) in query.nodes.iter().enumerate() {
            match &node.op {
                Op::Project { exprs, .. } => all.definitions.extend(node.columns.iter().copied().zip(exprs)),
                Op::Aggregate { keys, sets, .. } if sets.is_empty() => {
                    all.definitions.extend(node.columns.iter().copied().zip(keys));
                }
                Op::Join { kind, left, right, .. } => {
                    let sides: &[&RelId] = match kind {
                        JoinKind::Left | JoinKind::AsOf { .. } => &[right],
                        JoinKind::Right => &[left],
                        JoinKind::Full | JoinKind::Positional => &[left, right],
                        JoinKind::Inner | JoinKind::Cross | JoinKind::Semi | JoinKind::Anti => &[],
                    };
                    all.optional.extend(sides.iter().flat_map(|side| &query.nodes[side.0 as usize].columns));
                }
                _ => {}
            }
            // A column that an operator only passes on has many values below it.
            let defines =
                matches!(node.op, Op::Project { .. } | Op::Aggregate { .. } | Op::Values { .. } | Op::Scan { .. });
            if defines && node.at_most_one_row && is_closed(query, RelId(at as u32)) {
                all.single.extend(&node.columns);
            }
            for subquery in subqueries(&node.op) {
                all.closed.entry(subquery).or_insert_with(|| is_closed(query, subquery));
            }
        }
        all
    }

    /// Has a column one value in all rows of whatever relation shows it?
    pub fn is_constant(&self, column: ColumnId) -> bool {
        self.is_determined(column, &BTreeSet::new())
    }

    /// Do two rows that agree on the columns `by` agree on this one?
    pub fn is_determined(&self, column: ColumnId, by: &BTreeSet<ColumnId>) -> bool {
        self.column(column, by, DEEPEST)
    }

    /// Do two rows that agree on the columns `by` agree on the value of an expression?
    pub fn determines(&self, expr: &Expr, by: &BTreeSet<ColumnId>) -> bool {
        self.expr(expr, by, DEEPEST)
    }

    fn column(&self, column: ColumnId, by: &BTreeSet<ColumnId>, depth: usize) -> bool {
        if by.contains(&column) {
            return true;
        }
        if depth == 0 || self.optional.contains(&column) {
            return false;
        }
        self.single.contains(&column)
            || self.definitions.get(&column).is_some_and(|definition| self.expr(definition, by, depth - 1))
    }

    fn expr(&self, expr: &Expr, by: &BTreeSet<ColumnId>, depth: usize) -> bool {
        match &expr.kind {
            ExprKind::Column(column) => self.column(*column, by, depth),
            ExprKind::Aggregate { .. } | ExprKind::Opaque { .. } | ExprKind::Lambda { .. } => false,
            ExprKind::Window { function, partition, order, frame, args, filter, .. } => {
                let whole = partition.is_empty() && order.is_empty() && frame.is_none();
                let plain = args.iter().chain(filter.as_deref()).all(|arg| arg.subquery().is_none());
                whole && plain && matches!(function.as_str(), "COUNT" | "SUM" | "AVG" | "MIN" | "MAX")
            }
            ExprKind::Call { volatile: true, .. } => false,
            ExprKind::Subquery { relation } | ExprKind::Exists { relation, .. } => self.is_closed(*relation),
            ExprKind::In { relation, .. } | ExprKind::Quantified { relation, .. } if !self.is_closed(*relation) => {
                false
            }
            _ => {
                let mut all = true;
                expr.each_part(&mut |part| all = all && self.expr(part, by, depth));
                all
            }
        }
    }

    fn is_closed(&self, relation: RelId) -> bool {
        self.closed.get(&relation).copied().unwrap_or(false)
    }
}

fn subqueries(op: &Op) -> Vec<RelId> {
    fn collect(expr: &Expr, found: &mut Vec<RelId>) {
        found.extend(expr.subquery());
        expr.each_part(&mut |part| collect(part, found));
    }
    let mut found = Vec::new();
    walk::exprs(op, &mut |expr| collect(expr, &mut found));
    found
}

/// Does a relation read no column of a query around it, and nothing that is left to chance?
fn is_closed(query: &Query, rel: RelId) -> bool {
    let (mut own, mut named) = (BTreeSet::new(), BTreeSet::new());
    let mut chance = false;
    let mut seen = BTreeSet::new();
    let mut pending = vec![rel];
    while let Some(rel) = pending.pop() {
        if !seen.insert(rel) {
            continue;
        }
        let node = &query.nodes[rel.0 as usize];
        own.extend(node.columns.iter().copied());
        chance |= matches!(node.op, Op::Sample { .. } | Op::Recur { .. } | Op::Opaque { .. });
        walk::exprs(&node.op, &mut |expr| {
            chance |= expr.any(&|part| match &part.kind {
                ExprKind::Lambda { .. } => true,
                ExprKind::Call { volatile, .. } => *volatile,
                _ => false,
            });
            columns(expr, &mut named);
        });
        pending.extend(node.op.inputs().into_iter().chain(subqueries(&node.op)));
    }
    !chance && named.is_subset(&own)
}

fn columns(expr: &Expr, all: &mut BTreeSet<ColumnId>) {
    all.extend(expr.as_column());
    expr.each_part(&mut |part| columns(part, all));
}
