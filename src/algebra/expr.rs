//! Scalar expressions over columns of the relation they stand on.

use super::query::{ColumnId, RelId};
use super::sql_type::Type;
use crate::text::Span;

/// A scalar expression: what it is, where it stands in the rendered text, and its type.
/// Whether it may be NULL depends on the rows it stands over: ask [`super::Query::nullability`].
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    /// In the rendered text.
    pub span: Span,
    pub ty: Type,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    Column(ColumnId),
    Literal(Literal),
    /// Operators and functions alike, by canonical upper-case name: `+`, `AND`, `COALESCE`, `JSON_PATH`.
    Call {
        function: String,
        args: Vec<Expr>,
        volatile: bool,
    },
    /// A function over the rows of a group; only in the outputs of [`super::Op::Aggregate`].
    Aggregate {
        function: String,
        args: Vec<Expr>,
        distinct: bool,
        filter: Option<Box<Expr>>,
        order: Vec<SortKey>,
    },
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
    Case {
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    Cast {
        expr: Box<Expr>,
        safe: bool,
    },
    /// `expr.a.b`, a field of a struct.
    Field {
        expr: Box<Expr>,
        name: String,
    },
    /// `x -> ..`: `params` are columns of their own that stand for elements of the call's other arguments.
    Lambda {
        params: Vec<ColumnId>,
        body: Box<Expr>,
    },
    /// The value of a subquery's one column (its one row, or NULL).
    Subquery {
        relation: RelId,
    },
    Exists {
        relation: RelId,
        negated: bool,
    },
    /// `exprs IN (subquery)`.
    In {
        exprs: Vec<Expr>,
        relation: RelId,
        negated: bool,
    },
    /// `expr op ANY|ALL (subquery)`.
    Quantified {
        op: String,
        all: bool,
        expr: Box<Expr>,
        relation: RelId,
    },
    /// Something we know the inputs of, but not the meaning.
    Opaque {
        text: String,
        args: Vec<Expr>,
    },
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

impl Expr {
    pub fn new(kind: ExprKind, ty: Type, span: Span) -> Self {
        Expr { kind, span, ty }
    }

    pub fn call(function: &str, args: Vec<Expr>, ty: Type, span: Span) -> Self {
        Expr::new(ExprKind::Call { function: function.to_owned(), args, volatile: false }, ty, span)
    }

    /// The column this expression copies, if that is all it does.
    pub fn as_column(&self) -> Option<ColumnId> {
        match self.kind {
            ExprKind::Column(column) => Some(column),
            _ => None,
        }
    }

    /// Calls `visit` on each direct part, in the order of the text. Subqueries' insides are relations, not parts.
    pub fn each_part<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match &self.kind {
            ExprKind::Column(_) | ExprKind::Literal(_) | ExprKind::Subquery { .. } | ExprKind::Exists { .. } => {}
            ExprKind::Call { args, .. } | ExprKind::Opaque { args, .. } => args.iter().for_each(visit),
            ExprKind::Aggregate { args, filter, order, .. } => {
                args.iter().for_each(&mut *visit);
                filter.iter().for_each(|filter| visit(filter));
                order.iter().for_each(|key| visit(&key.expr));
            }
            ExprKind::Window { args, filter, partition, order, .. } => {
                args.iter().for_each(&mut *visit);
                filter.iter().for_each(|filter| visit(filter));
                partition.iter().for_each(&mut *visit);
                order.iter().for_each(|key| visit(&key.expr));
            }
            ExprKind::Case { branches, otherwise } => {
                for (condition, value) in branches {
                    visit(condition);
                    visit(value);
                }
                otherwise.iter().for_each(|value| visit(value));
            }
            ExprKind::Cast { expr, .. } | ExprKind::Field { expr, .. } | ExprKind::Quantified { expr, .. } => {
                visit(expr);
            }
            ExprKind::Lambda { body, .. } => visit(body),
            ExprKind::In { exprs, .. } => exprs.iter().for_each(visit),
        }
    }

    /// As [`Expr::each_part`], with the parts open to change.
    pub fn each_part_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match &mut self.kind {
            ExprKind::Column(_) | ExprKind::Literal(_) | ExprKind::Subquery { .. } | ExprKind::Exists { .. } => {}
            ExprKind::Call { args, .. } | ExprKind::Opaque { args, .. } => args.iter_mut().for_each(visit),
            ExprKind::Aggregate { args, filter, order, .. } => {
                args.iter_mut().for_each(&mut *visit);
                filter.iter_mut().for_each(|filter| visit(filter));
                order.iter_mut().for_each(|key| visit(&mut key.expr));
            }
            ExprKind::Window { args, filter, partition, order, .. } => {
                args.iter_mut().for_each(&mut *visit);
                filter.iter_mut().for_each(|filter| visit(filter));
                partition.iter_mut().for_each(&mut *visit);
                order.iter_mut().for_each(|key| visit(&mut key.expr));
            }
            ExprKind::Case { branches, otherwise } => {
                for (condition, value) in branches {
                    visit(condition);
                    visit(value);
                }
                otherwise.iter_mut().for_each(|value| visit(value));
            }
            ExprKind::Cast { expr, .. } | ExprKind::Field { expr, .. } | ExprKind::Quantified { expr, .. } => {
                visit(expr);
            }
            ExprKind::Lambda { body, .. } => visit(body),
            ExprKind::In { exprs, .. } => exprs.iter_mut().for_each(visit),
        }
    }

    /// Does any part of this expression (itself included) satisfy `test`?
    pub fn any(&self, test: &dyn Fn(&Expr) -> bool) -> bool {
        let mut found = test(self);
        self.each_part(&mut |part| found = found || part.any(test));
        found
    }

    /// The relation of the subquery this expression is, if it is one.
    pub fn subquery(&self) -> Option<RelId> {
        match self.kind {
            ExprKind::Subquery { relation }
            | ExprKind::Exists { relation, .. }
            | ExprKind::In { relation, .. }
            | ExprKind::Quantified { relation, .. } => Some(relation),
            _ => None,
        }
    }
}
