//! A Query in, which of its rows and columns are the same at every run out.

use std::collections::BTreeSet;

use super::expr::{Expr, ExprKind};
use super::query::{ColumnId, Op, Query, RelId};
use super::walk;

/// What does not depend on chance or the clock.
pub struct Steady {
    pub rows: bool,
    unsteady: BTreeSet<ColumnId>,
}

impl Steady {
    pub fn column(&self, column: ColumnId) -> bool {
        !self.unsteady.contains(&column)
    }
}

/// Follows volatile functions through columns and rows; operators stand behind their inputs.
pub(super) fn of(query: &Query, root: RelId) -> Steady {
    let mut unsteady: BTreeSet<ColumnId> = BTreeSet::new();
    let mut rows: BTreeSet<RelId> = BTreeSet::new();
    for (at, node) in query.nodes.iter().enumerate() {
        let rel = RelId(at as u32);
        let inputs = node.op.inputs();
        let decides = !matches!(node.op, Op::Project { .. } | Op::Sort { .. } | Op::Values { .. });
        let mut chance = inputs.iter().any(|input| rows.contains(input)) || matches!(node.op, Op::Sample { .. });
        if decides {
            walk::exprs(&node.op, &mut |expr| chance |= by_chance(expr, &unsteady, &rows));
        }
        if chance {
            rows.insert(rel);
        }
        let defined = match &node.op {
            Op::Project { exprs, .. } => Some(exprs.iter().collect::<Vec<_>>()),
            Op::Aggregate { keys, aggregates, .. } => Some(keys.iter().chain(aggregates).collect()),
            _ => None,
        };
        for (column, expr) in node.columns.iter().zip(defined.iter().flatten()) {
            if by_chance(expr, &unsteady, &rows) || (matches!(node.op, Op::Aggregate { .. }) && chance) {
                unsteady.insert(*column);
            }
        }
        if let Op::Set { inputs, .. } = &node.op {
            for (at, column) in node.columns.iter().enumerate() {
                if inputs.iter().any(|(_, columns)| columns.get(at).is_some_and(|source| unsteady.contains(source))) {
                    unsteady.insert(*column);
                }
            }
        }
    }
    Steady { rows: !rows.contains(&root), unsteady }
}

fn by_chance(expr: &Expr, unsteady: &BTreeSet<ColumnId>, rows: &BTreeSet<RelId>) -> bool {
    expr.any(&|part| match &part.kind {
        ExprKind::Call { volatile, .. } => *volatile,
        ExprKind::Column(column) => unsteady.contains(column),
        _ => part.subquery().is_some_and(|relation| rows.contains(&relation)),
    })
}
