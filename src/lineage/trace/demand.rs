//! What a reader wants of a relation's rows.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Tracer;
use crate::algebra::{ColumnId, Expr, RelId, exprs};

/// What a reader wants to know of the rows of a relation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Demand {
    /// Which rows there are, and how often.
    Bag,
    /// Which combinations of these columns' values there are: DISTINCT, UNION, IN and EXISTS, and the keys of GROUP BY
    /// do not see how often. Without columns: whether there is a row at all.
    Set(Rc<BTreeSet<ColumnId>>),
}

impl Demand {
    pub(super) fn set(columns: impl IntoIterator<Item = ColumnId>) -> Self {
        Demand::Set(Rc::new(columns.into_iter().collect()))
    }

    /// The same wish with more columns to tell apart.
    pub(super) fn and(&self, more: &BTreeSet<ColumnId>) -> Self {
        match self {
            Demand::Bag => Demand::Bag,
            Demand::Set(_) if more.is_empty() => self.clone(),
            Demand::Set(columns) => Demand::set(columns.iter().chain(more).copied()),
        }
    }

    /// The same wish of a relation that has only these columns.
    pub(super) fn of(&self, own: &[ColumnId]) -> Self {
        match self {
            Demand::Bag => Demand::Bag,
            Demand::Set(columns) => Demand::set(own.iter().copied().filter(|column| columns.contains(column))),
        }
    }

    /// Is none of these columns looked at, nor how often a row is there?
    pub(super) fn ignores(&self, columns: &[ColumnId]) -> bool {
        match self {
            Demand::Bag => false,
            Demand::Set(wanted) => columns.iter().all(|column| !wanted.contains(column)),
        }
    }
}

impl Tracer<'_> {
    /// The combinations of the columns that some expressions name.
    pub(super) fn demand_of<'e>(&mut self, parts: impl IntoIterator<Item = &'e Expr>) -> Demand {
        Demand::Set(Rc::new(self.named_by(parts)))
    }

    /// The columns that expressions name, those named inside their subqueries included.
    pub(super) fn named_by<'e>(&mut self, parts: impl IntoIterator<Item = &'e Expr>) -> BTreeSet<ColumnId> {
        let mut columns = BTreeSet::new();
        let mut subqueries = BTreeSet::new();
        parts.into_iter().for_each(|part| names(part, &mut columns, &mut subqueries));
        for subquery in subqueries {
            columns.extend(self.named_within(subquery).iter());
        }
        columns
    }

    /// The columns that are named anywhere in a relation or what it reads.
    pub(super) fn named_within(&mut self, rel: RelId) -> Rc<BTreeSet<ColumnId>> {
        if let Some(columns) = self.named.get(&rel) {
            return Rc::clone(columns);
        }
        let mut columns = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut pending = BTreeSet::from([rel]);
        while let Some(rel) = pending.pop_first() {
            if !seen.insert(rel) {
                continue;
            }
            let op = &self.query.nodes[rel.0 as usize].op;
            let mut subqueries = BTreeSet::new();
            exprs(op, &mut |expr| names(expr, &mut columns, &mut subqueries));
            pending.extend(op.inputs().into_iter().chain(subqueries));
        }
        let columns = Rc::new(columns);
        self.named.insert(rel, Rc::clone(&columns));
        columns
    }
}

fn names(expr: &Expr, columns: &mut BTreeSet<ColumnId>, subqueries: &mut BTreeSet<RelId>) {
    columns.extend(expr.as_column());
    subqueries.extend(expr.subquery());
    expr.each_part(&mut |part| names(part, columns, subqueries));
}
