//! A Query in, fingerprints of its rows and of each column's values out, equal where the meaning is proved equal.
//!
//! Inner joins, filters and projections melt into one [`block::Block`]: factors, conjuncts, and each column as a term
//! over the factors. What cannot melt (groups, set operations, limits) is a factor of its own, known by its digest. So
//! the order of joins, ON or WHERE, a CTE or a subquery, a filter inside or outside of it make no difference. A normal
//! form may miss an equality; it never equates what can differ.

mod barrier;
mod block;
mod digest;
mod free;
mod lemma;
mod rewrite;
mod term;

use std::sync::Arc;

use super::query::{Given, Proof, Query};
use crate::dialect::Dialect;
use crate::text::Digest;

pub use lemma::{Relation, relate};

/// What a query means, as addresses: equal addresses, equal meaning.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Fingerprints {
    /// Which rows exist, and how often.
    pub rows: Digest,
    /// The value of each output, given its row; parallel to the query's outputs.
    pub values: Vec<Digest>,
    /// No function whose next call may give another value decides rows (first) or the output (rest).
    pub steady_rows: bool,
    pub steady_values: Vec<bool>,
    /// The same where declared keys of data from elsewhere count as facts; `None` where that makes no difference.
    pub given: Option<Arc<Given>>,
}

/// Fingerprints of a query's result; `None` where it was not understood at all.
pub fn fingerprint(query: &Query, dialect: &Dialect) -> Option<Fingerprints> {
    let root = query.root?;
    let columns: Vec<_> = query.outputs.iter().map(|output| output.column).collect();
    let mut normal = digest::Normal::new(query, dialect, Proof::Proved);
    let closed = normal.relation(root, &digest::Outer::default());
    let values = columns.iter().map(|column| closed.value(*column)).collect();
    let given = normal.may_differ.then(|| {
        let mut normal = digest::Normal::new(query, dialect, Proof::Given);
        let closed = normal.relation(root, &digest::Outer::default());
        Arc::new(Given { rows: closed.rows, values: columns.iter().map(|column| closed.value(*column)).collect() })
    });
    let steady = super::steady::of(query, root);
    let steady_values = columns.iter().map(|column| steady.column(*column)).collect();
    Some(Fingerprints { rows: closed.rows, values, steady_rows: steady.rows, steady_values, given })
}
