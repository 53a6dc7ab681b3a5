//! A statement's tree in, a Query of relational algebra out: names resolved, types, nullability, keys, fingerprints.
//!
//! The one IR: lineage, lint, change and impact all read it, nobody else reads SQL. [`resolve`] is the entry;
//! [`known`] says what a Query's readers may know of it. Knows nothing of templates and files: spans are those of the
//! text that was parsed.

mod certain;
mod clash;
mod clauses;
mod depends;
mod expr;
mod facts;
mod infer;
mod keys;
mod known;
mod monotone;
mod normal;
mod pick;
mod query;
mod resolve;
mod sql_type;
mod steady;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_carried;
#[cfg(test)]
mod tests_equal;
#[cfg(test)]
mod tests_rows;
#[cfg(test)]
mod tests_warehouses;
mod walk;

pub use certain::{Truth, same};
pub use clash::{Clash, clashes};
pub use clauses::clauses;
pub use depends::Dependencies;
pub use expr::{Expr, ExprKind, Literal, SortKey};
pub use facts::Nullabilities;
pub use keys::equalities;
pub use known::known;
pub use monotone::is_monotone;
pub use normal::{Fingerprints, Relation, fingerprint, relate};
pub use query::{
    ALL_COLUMNS, Assumption, ColumnId, Given, Input, JoinKind, Key, Known, KnownColumn, Node, Nullability, Op, Problem,
    ProblemKind, Proof, Query, RelId, SetKind, Status, Why,
};
pub use resolve::{Catalog, How, Routine, opaque, resolve};
pub use sql_type::{Family, Kind, Type};
pub use walk::exprs;
