//! A condition in, whether every row or no row can satisfy it out; an operator in, whether it can have rows at all.

use super::Nullability;
use super::expr::{Expr, ExprKind, Literal};
use super::facts::{Nullabilities, of_expr, rejects_null};
use super::query::{ColumnId, JoinKind, Op, Query, RelId, SetKind};
use crate::dialect::Dialect;

/// What a condition is in every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    True,
    False,
    /// FALSE or NULL: no row passes, but neither does one of its negation where it is NULL.
    NotTrue,
}

impl Query {
    /// What a condition is in every row whose columns may be NULL as `known` says; `None` where it depends on the row.
    pub fn truth(&self, condition: &Expr, known: &Nullabilities, dialect: &Dialect) -> Option<Truth> {
        truth(self, condition, known, dialect)
    }

    /// Is an expression never NULL in a row whose columns may be NULL as `known` says?
    pub fn is_filled(&self, expr: &Expr, known: &Nullabilities, dialect: &Dialect) -> bool {
        of_expr(self, expr, known, dialect) == Nullability::No
    }
}

/// What a condition is in every row whose columns may be NULL as `known` says; `None` where it depends on the row.
fn truth(query: &Query, condition: &Expr, known: &Nullabilities, dialect: &Dialect) -> Option<Truth> {
    let of = |expr: &Expr| truth(query, expr, known, dialect);
    let filled = |expr: &Expr| of_expr(query, expr, known, dialect) == Nullability::No;
    let (function, args) = match &condition.kind {
        ExprKind::Literal(Literal::Boolean(true)) => return Some(Truth::True),
        ExprKind::Literal(Literal::Boolean(false)) => return Some(Truth::False),
        ExprKind::Literal(Literal::Null) => return Some(Truth::NotTrue),
        ExprKind::Call { function, args, volatile: false } => (function.as_str(), args.as_slice()),
        _ => return None,
    };
    match (function, args) {
        ("IS NULL", [part]) => match &part.kind {
            ExprKind::Literal(Literal::Null) => Some(Truth::True),
            _ => filled(part).then_some(Truth::False),
        },
        ("NOT", [part]) => match of(part)? {
            Truth::True => Some(Truth::False),
            Truth::False => Some(Truth::True),
            Truth::NotTrue => None,
        },
        ("AND", parts) => {
            let each: Vec<Option<Truth>> = parts.iter().map(of).collect();
            if each.contains(&Some(Truth::False)) {
                Some(Truth::False)
            } else if each.contains(&Some(Truth::NotTrue)) {
                Some(Truth::NotTrue)
            } else {
                each.iter().all(|part| *part == Some(Truth::True)).then_some(Truth::True)
            }
        }
        ("OR", parts) => {
            let each: Vec<Option<Truth>> = parts.iter().map(of).collect();
            let opposite = |one: &Expr| parts.iter().any(|other| negates(other, one));
            if each.contains(&Some(Truth::True)) || parts.iter().any(|part| filled(part) && opposite(part)) {
                Some(Truth::True)
            } else if each.iter().all(|part| *part == Some(Truth::False)) {
                Some(Truth::False)
            } else {
                each.iter().all(Option::is_some).then_some(Truth::NotTrue)
            }
        }
        ("=" | "<=" | ">=", [a, b]) if same(a, b) && filled(a) => Some(Truth::True),
        ("<" | ">", [a, b]) if same(a, b) => Some(Truth::NotTrue),
        ("IS NOT DISTINCT FROM", [a, b]) if same(a, b) => Some(Truth::True),
        _ => None,
    }
}

/// Is `other` written as NOT `one`?
fn negates(other: &Expr, one: &Expr) -> bool {
    match &other.kind {
        ExprKind::Call { function, args, .. } if function == "NOT" => args.first().is_some_and(|part| same(part, one)),
        _ => false,
    }
}

/// Have two expressions the same value in every row? Where they are written does not matter.
pub fn same(a: &Expr, b: &Expr) -> bool {
    match (&a.kind, &b.kind) {
        (ExprKind::Column(a), ExprKind::Column(b)) => a == b,
        (ExprKind::Literal(a), ExprKind::Literal(b)) => a == b,
        (
            ExprKind::Call { function: f, args: a, volatile: false },
            ExprKind::Call { function: g, args: b, volatile: false },
        ) => f == g && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (ExprKind::Cast { expr: a, safe: s }, ExprKind::Cast { expr: b, safe: t }) => s == t && same(a, b),
        _ => false,
    }
}

/// The column of `column is null`.
fn missing_column(condition: &Expr) -> Option<ColumnId> {
    match &condition.kind {
        ExprKind::Call { function, args, .. } if function == "IS NULL" => args.first()?.as_column(),
        _ => None,
    }
}

/// The conjuncts of a filter that every row satisfies, by position.
pub(super) fn idle(query: &Query, rel: RelId, dialect: &Dialect) -> Vec<usize> {
    let Op::Filter { input, conjuncts } = &query.nodes[rel.0 as usize].op else { return Vec::new() };
    let known = query.nullabilities(*input);
    let holds = |conjunct: &Expr| truth(query, conjunct, &known, dialect) == Some(Truth::True);
    conjuncts.iter().enumerate().filter(|(_, conjunct)| holds(conjunct)).map(|(at, _)| at).collect()
}

/// Can a relation have no row, whatever the data? Its inputs are known already.
pub(super) fn is_empty(query: &Query, rel: RelId, dialect: &Dialect) -> bool {
    let empty = |input: &RelId| query.nodes[input.0 as usize].empty;
    let never = |conditions: &[Expr], inputs: &[RelId]| {
        let known: Nullabilities = inputs.iter().flat_map(|input| query.nullabilities(*input)).collect();
        let filled: Vec<_> = conditions.iter().flat_map(rejects_null).collect();
        conditions.iter().any(|condition| {
            let missing = missing_column(condition).is_some_and(|column| filled.contains(&column));
            missing || matches!(truth(query, condition, &known, dialect), Some(Truth::False | Truth::NotTrue))
        })
    };
    match &query.nodes[rel.0 as usize].op {
        Op::Values { rows } => rows.is_empty(),
        Op::Filter { input, conjuncts } => empty(input) || never(conjuncts, &[*input]),
        Op::Project { input, .. }
        | Op::Sort { input, .. }
        | Op::Distinct { input, .. }
        | Op::Limit { input, .. }
        | Op::Sample { input, .. }
        | Op::Unnest { input, .. }
        | Op::Unpivot { input, .. } => empty(input),
        Op::Aggregate { input, keys, sets, .. } => !keys.is_empty() && sets.is_empty() && empty(input),
        Op::Join { kind, left, right, on, .. } => match kind {
            JoinKind::Inner | JoinKind::Cross | JoinKind::Semi => {
                empty(left) || empty(right) || never(on, &[*left, *right])
            }
            JoinKind::AsOf { outer: false } => empty(left) || empty(right),
            JoinKind::Left | JoinKind::Anti | JoinKind::AsOf { outer: true } => empty(left),
            JoinKind::Right => empty(right),
            JoinKind::Full | JoinKind::Positional => empty(left) && empty(right),
        },
        Op::Set { kind, inputs, .. } => match kind {
            SetKind::Union => inputs.iter().all(|(input, _)| empty(input)),
            SetKind::Intersect => inputs.iter().any(|(input, _)| empty(input)),
            SetKind::Except => inputs.first().is_some_and(|(input, _)| empty(input)),
        },
        Op::Recursive { seed, .. } => empty(&seed.0),
        Op::Scan { .. } | Op::TableFunction { .. } | Op::Recur { .. } | Op::Opaque { .. } => false,
    }
}
