//! A Query in, for each of its relations the columns that it reads from the queries around it out.

use std::collections::BTreeSet;

use crate::algebra::expr::{Expr, ExprKind};
use crate::algebra::query::{ColumnId, Query, RelId};
use crate::algebra::walk;

/// What all operators below each relation read and define, subqueries included; as sets of bits, since large queries
/// have thousands of both.
pub(super) struct Free {
    used: Vec<Bits>,
    defined: Vec<Bits>,
}

impl Free {
    pub(super) fn new(query: &Query) -> Self {
        let words = query.columns.len().div_ceil(64);
        let empty = vec![Bits(vec![0; words]); query.nodes.len()];
        let mut free = Free { used: empty.clone(), defined: empty };
        let mut below: Vec<Vec<RelId>> = Vec::with_capacity(query.nodes.len());
        for (at, node) in query.nodes.iter().enumerate() {
            node.columns.iter().for_each(|column| free.defined[at].insert(*column));
            let mut relations = node.op.inputs();
            walk::exprs(&node.op, &mut |expr| free.expr(at, expr, &mut relations));
            below.push(relations);
        }
        // What is below comes before what stands on it, but in recursive queries: mostly one round, and one to see it.
        while (0..below.len()).fold(false, |grown, at| free.take_up(at, &below[at]) | grown) {}
        free
    }

    fn expr(&mut self, at: usize, expr: &Expr, relations: &mut Vec<RelId>) {
        match &expr.kind {
            ExprKind::Column(column) => self.used[at].insert(*column),
            ExprKind::Lambda { params, .. } => params.iter().for_each(|column| self.defined[at].insert(*column)),
            _ => {}
        }
        relations.extend(expr.subquery());
        expr.each_part(&mut |part| self.expr(at, part, relations));
    }

    fn take_up(&mut self, at: usize, below: &[RelId]) -> bool {
        let add = |sets: &mut Vec<Bits>, from: usize| match sets.get_disjoint_mut([at, from]) {
            Ok([to, from]) => to.add(from),
            Err(_) => false,
        };
        below.iter().fold(false, |grown, rel| {
            add(&mut self.used, rel.0 as usize) | add(&mut self.defined, rel.0 as usize) | grown
        })
    }

    /// The columns that the operators below `rel` read and none of them defines.
    pub(super) fn of(&self, rel: RelId) -> BTreeSet<ColumnId> {
        let (used, defined) = (&self.used[rel.0 as usize], &self.defined[rel.0 as usize]);
        let words = used.0.iter().zip(&defined.0).map(|(used, defined)| used & !defined);
        let columns = words.enumerate().filter(|(_, word)| *word != 0).flat_map(|(at, word)| {
            let set = (0..64).filter(move |bit| word >> bit & 1 == 1);
            set.map(move |bit| ColumnId(at as u32 * 64 + bit))
        });
        columns.collect()
    }

    /// Does it read none of the queries around it?
    pub(super) fn is_closed(&self, rel: RelId) -> bool {
        let (used, defined) = (&self.used[rel.0 as usize], &self.defined[rel.0 as usize]);
        used.0.iter().zip(&defined.0).all(|(used, defined)| used & !defined == 0)
    }
}

/// A set of columns.
#[derive(Clone)]
struct Bits(Vec<u64>);

impl Bits {
    fn insert(&mut self, column: ColumnId) {
        self.0[column.0 as usize / 64] |= 1 << (column.0 % 64);
    }

    /// Adds all of `more`; was any of it new?
    fn add(&mut self, more: &Bits) -> bool {
        let mut grown = false;
        for (word, more) in self.0.iter_mut().zip(&more.0) {
            grown |= more & !*word != 0;
            *word |= more;
        }
        grown
    }
}
