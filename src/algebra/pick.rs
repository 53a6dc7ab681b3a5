//! An operator in, how it picks rows by an order out: LIMIT, DISTINCT ON, `row_number() .. = 1`.

use super::expr::{Expr, ExprKind, Literal, SortKey};
use super::query::{ColumnId, Op, Query, RelId};

/// A choice of rows by an order: how many stay is decided by how many there are, which ones by the order.
#[derive(Clone, Copy, Debug)]
pub struct Pick<'q> {
    /// The rows picked from: the partition and the order are expressions over these.
    pub over: RelId,
    /// Rows that agree on these are picked from together.
    pub partition: &'q [Expr],
    pub order: &'q [SortKey],
    /// One row of each partition stays.
    pub one: bool,
    /// Picked by a window function.
    pub windowed: bool,
}

impl Query {
    /// How an operator picks rows, if it does so by an order that is written; ties aside.
    pub fn pick(&self, rel: RelId) -> Option<Pick<'_>> {
        match &self.nodes[rel.0 as usize].op {
            Op::Limit { input, with_ties: false, .. } => {
                let (over, order) = self.sort_below(*input)?;
                Some(Pick { over, partition: &[], order, one: false, windowed: false })
            }
            Op::Distinct { input, on: Some(on) } => {
                let (over, order) = self.sort_below(*input)?;
                Some(Pick { over, partition: on, order, one: true, windowed: false })
            }
            Op::Filter { input, conjuncts } => match conjuncts.as_slice() {
                [conjunct] => self.numbered(*input, conjunct),
                _ => None,
            },
            _ => None,
        }
    }

    /// The sort that decides the order of a relation's rows.
    fn sort_below(&self, rel: RelId) -> Option<(RelId, &[SortKey])> {
        match &self.nodes[rel.0 as usize].op {
            Op::Sort { input, keys } => Some((*input, keys)),
            Op::Project { input, .. } => self.sort_below(*input),
            _ => None,
        }
    }

    /// `row_number() over (partition by .. order by ..) <= n`, written out or by the name of a column.
    fn numbered<'q>(&'q self, input: RelId, conjunct: &'q Expr) -> Option<Pick<'q>> {
        let ExprKind::Call { function, args, .. } = &conjunct.kind else { return None };
        let [number, bound] = args.as_slice() else { return None };
        let ExprKind::Literal(Literal::Number(bound)) = &bound.kind else { return None };
        if !matches!(function.as_str(), "=" | "<=" | "<") {
            return None;
        }
        let (over, window) = match number.as_column() {
            Some(column) => self.window_below(input, column)?,
            None => (input, number),
        };
        let ExprKind::Window { function: name, partition, order, .. } = &window.kind else { return None };
        let one = bound == "1" && function != "<";
        (name == "ROW_NUMBER").then_some(Pick { over, partition, order, one, windowed: true })
    }

    /// The window expression that a column of a projection shows, and the relation it stands on.
    fn window_below(&self, rel: RelId, column: ColumnId) -> Option<(RelId, &Expr)> {
        match &self.nodes[rel.0 as usize].op {
            Op::Project { input, exprs, .. } => {
                let at = self.nodes[rel.0 as usize].columns.iter().position(|own| *own == column)?;
                let definition = exprs.get(at)?;
                match definition.as_column() {
                    Some(below) => self.window_below(*input, below),
                    None => Some((*input, definition)),
                }
            }
            Op::Sort { input, .. } => self.window_below(*input, column),
            _ => None,
        }
    }
}
