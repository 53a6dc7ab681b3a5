//! A statement's tree in, a Query of relational algebra out: names resolved, types, nullability, keys, fingerprints.
//!
//! The one IR: lineage, lint, change and impact all read it, nobody else reads SQL.

mod expr;
mod query;
mod sql_type;

pub use expr::{Expr, ExprKind, Frame, Literal, SortKey};
pub use query::{
    Column, ColumnId, Input, JoinKind, Key, Known, KnownColumn, Node, Nullability, Op, Output, Problem, ProblemKind,
    Query, RelId, SetKind, Status, Why,
};
pub use sql_type::{Family, Type};
