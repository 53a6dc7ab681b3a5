//! Scalar expressions over columns of the relation they stand on.

use super::query::{ColumnId, Nullability, RelId};
use super::sql_type::Type;
use crate::text::Span;

/// A scalar expression: what it is, where it stands in the rendered text, and what is known of its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    /// In the rendered text.
    pub span: Span,
    pub ty: Type,
    pub nullable: Nullability,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    Column(ColumnId),
    Literal(Literal),
    /// Operators and functions alike, by canonical upper-case name: `+`, `AND`, `COALESCE`, `JSON_PATH`.
    Call { function: String, args: Vec<Expr>, volatile: bool },
    /// A function over the rows of a group; only in the outputs of [`super::Op::Aggregate`].
    Aggregate { function: String, args: Vec<Expr>, distinct: bool, filter: Option<Box<Expr>>, order: Vec<SortKey> },
    /// A function over a window of rows of the relation it stands on.
    Window {
        function: String,
        args: Vec<Expr>,
        distinct: bool,
        filter: Option<Box<Expr>>,
        partition: Vec<Expr>,
        order: Vec<SortKey>,
        frame: Option<Frame>,
    },
    /// Branches of (condition, value). A simple CASE is spelled out as `=` conditions.
    Case { branches: Vec<(Expr, Expr)>, otherwise: Option<Box<Expr>> },
    Cast { expr: Box<Expr>, safe: bool },
    /// `expr.a.b`, a field of a struct.
    Field { expr: Box<Expr>, name: String },
    /// `x -> ..`: `params` are columns of their own that stand for elements of the call's other arguments.
    Lambda { params: Vec<ColumnId>, body: Box<Expr> },
    /// The value of a subquery's one column (its one row, or NULL).
    Subquery { relation: RelId },
    Exists { relation: RelId, negated: bool },
    /// `exprs IN (subquery)`.
    In { exprs: Vec<Expr>, relation: RelId, negated: bool },
    /// `expr op ANY|ALL (subquery)`.
    Quantified { op: String, all: bool, expr: Box<Expr>, relation: RelId },
    /// Something we know the inputs of, but not the meaning.
    Opaque { text: String, args: Vec<Expr> },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    Null,
    Boolean(bool),
    /// As written, without needless zeros or signs.
    Number(String),
    String(String),
    /// `DATE '2024-01-01'`, `INTERVAL '1' DAY`: the type or unit, and the text.
    Typed(String, String),
}

/// One ORDER BY item.
#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    pub expr: Expr,
    pub descending: bool,
    pub nulls_first: Option<bool>,
}

/// A window frame, as normalised text of its bounds; expressions in bounds are literals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub text: String,
}
