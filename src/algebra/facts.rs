//! A Query whose operators name their inputs in, the same with columns, nullability and keys of every operator out.

use std::collections::BTreeMap;

use super::expr::{Expr, ExprKind, Literal};
use super::query::{ColumnId, JoinKind, Nullability, Op, Query, RelId};
use super::{certain, keys};
use crate::dialect::{Dialect, Nulls};

/// Which columns of one relation may be NULL.
pub type Nullabilities = BTreeMap<ColumnId, Nullability>;

/// Fills in what follows from the operators, inputs before readers.
pub(super) fn derive(query: &mut Query, dialect: &Dialect) {
    for at in 0..query.nodes.len() {
        let rel = RelId(at as u32);
        let (columns, nullable) = columns_of(query, rel, dialect);
        query.nodes[at].columns = columns;
        query.nodes[at].nullable = nullable;
        let (keys, one) = keys::of(query, rel);
        query.nodes[at].keys = keys;
        query.nodes[at].at_most_one_row = one;
        query.nodes[at].idle = certain::idle(query, rel, dialect);
        query.nodes[at].empty = certain::is_empty(query, rel, dialect);
    }
    let Some(root) = query.root else { return };
    let known = query.nullabilities(root);
    for output in &mut query.outputs {
        output.nullable = known.get(&output.column).copied().unwrap_or_default();
    }
}

impl Query {
    /// Nullability of each column of `rel`, after its operator.
    pub fn nullabilities(&self, rel: RelId) -> Nullabilities {
        let node = &self.nodes[rel.0 as usize];
        node.columns.iter().copied().zip(node.nullable.iter().copied()).collect()
    }
}

fn columns_of(query: &Query, rel: RelId, dialect: &Dialect) -> (Vec<ColumnId>, Vec<Nullability>) {
    let node = &query.nodes[rel.0 as usize];
    let own = |nullable: Vec<Nullability>| (node.columns.clone(), nullable);
    let over = |input: RelId, exprs: &[Expr]| -> Vec<Nullability> {
        let known = query.nullabilities(input);
        exprs.iter().map(|expr| of_expr(query, expr, &known, dialect)).collect()
    };
    match &node.op {
        Op::Scan { input, .. } => {
            let known = query.reads[*input].known.as_ref();
            let of = |at: usize| known.and_then(|known| known.columns.get(at)).map(|column| column.nullable);
            own((0..node.columns.len()).map(|at| of(at).unwrap_or_default()).collect())
        }
        Op::Values { rows } => own((0..node.columns.len()).map(|at| of_values(query, rows, at, dialect)).collect()),
        Op::Project { input, exprs, .. } => own(over(*input, exprs)),
        Op::Filter { input, conjuncts } => rejecting(query.nullabilities(*input), query, *input, conjuncts),
        Op::Sort { input, .. } | Op::Limit { input, .. } | Op::Distinct { input, .. } | Op::Sample { input, .. } => {
            passed(query, *input)
        }
        Op::Join { kind, left, right, on, .. } => joined(query, *kind, *left, *right, on),
        Op::Aggregate { input, keys, aggregates, sets } => {
            let mut nullable = over(*input, keys);
            if !sets.is_empty() {
                nullable.iter_mut().for_each(|nullable| *nullable = Nullability::Yes);
            }
            let known = query.nullabilities(*input);
            let grouped = !keys.is_empty() && sets.is_empty();
            nullable.extend(aggregates.iter().map(|call| of_aggregate(query, call, &known, grouped, dialect)));
            own(nullable)
        }
        Op::Set { inputs, kind, .. } => {
            let sides: Vec<Nullabilities> = inputs.iter().map(|(rel, _)| query.nullabilities(*rel)).collect();
            let sides = if *kind == super::SetKind::Union { sides.as_slice() } else { &sides[..1.min(sides.len())] };
            let of = |at: usize| {
                let each = sides
                    .iter()
                    .zip(inputs)
                    .map(|(side, (_, columns))| columns.get(at).and_then(|c| side.get(c)).copied());
                each.map(Option::unwrap_or_default).reduce(either).unwrap_or_default()
            };
            own((0..node.columns.len()).map(of).collect())
        }
        Op::Unnest { input, columns, .. } => {
            let (mut all, mut nullable) = passed(query, *input);
            all.extend(columns);
            nullable.resize(all.len(), Nullability::Unknown);
            (all, nullable)
        }
        Op::TableFunction { .. } | Op::Recursive { .. } | Op::Recur { .. } | Op::Unpivot { .. } | Op::Opaque { .. } => {
            own(vec![Nullability::Unknown; node.columns.len()])
        }
    }
}

fn passed(query: &Query, input: RelId) -> (Vec<ColumnId>, Vec<Nullability>) {
    let node = &query.nodes[input.0 as usize];
    (node.columns.clone(), node.nullable.clone())
}

fn of_values(query: &Query, rows: &[Vec<Expr>], at: usize, dialect: &Dialect) -> Nullability {
    let cells = rows
        .iter()
        .map(|row| row.get(at).map_or(Nullability::Yes, |cell| of_expr(query, cell, &Nullabilities::new(), dialect)));
    cells.reduce(either).unwrap_or_default()
}

/// A filter drops the rows in which a column it compares is NULL.
fn rejecting(
    mut known: Nullabilities,
    query: &Query,
    input: RelId,
    conjuncts: &[Expr],
) -> (Vec<ColumnId>, Vec<Nullability>) {
    for column in conjuncts.iter().flat_map(rejects_null) {
        known.entry(column).and_modify(|nullable| *nullable = Nullability::No);
    }
    let columns = query.nodes[input.0 as usize].columns.clone();
    let nullable = columns.iter().map(|column| known.get(column).copied().unwrap_or_default()).collect();
    (columns, nullable)
}

/// The columns that cannot be NULL in a row for which this condition is true.
pub(super) fn rejects_null(condition: &Expr) -> Vec<ColumnId> {
    let ExprKind::Call { function, args, .. } = &condition.kind else { return Vec::new() };
    match function.as_str() {
        "=" | "<" | ">" | "<=" | ">=" | "LIKE" | "ILIKE" => args.iter().flat_map(strict_columns).collect(),
        "IN" => args.first().map(strict_columns).unwrap_or_default(),
        "AND" => args.iter().flat_map(rejects_null).collect(),
        "NOT" => match args.first().map(|arg| &arg.kind) {
            Some(ExprKind::Call { function, args, .. }) if function == "IS NULL" => {
                args.iter().flat_map(strict_columns).collect()
            }
            Some(ExprKind::Call { function, args, .. }) if function == "=" => {
                args.iter().flat_map(strict_columns).collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Columns whose NULL makes the expression NULL.
fn strict_columns(expr: &Expr) -> Vec<ColumnId> {
    match &expr.kind {
        ExprKind::Column(column) => vec![*column],
        ExprKind::Cast { expr, .. } => strict_columns(expr),
        ExprKind::Call { function, args, .. } if matches!(function.as_str(), "+" | "-" | "*") => {
            args.iter().flat_map(strict_columns).collect()
        }
        _ => Vec::new(),
    }
}

fn joined(query: &Query, kind: JoinKind, left: RelId, right: RelId, on: &[Expr]) -> (Vec<ColumnId>, Vec<Nullability>) {
    let (mut columns, mut nullable) = passed(query, left);
    if !matches!(kind, JoinKind::Semi | JoinKind::Anti) {
        let (right_columns, mut right_nullable) = passed(query, right);
        if matches!(kind, JoinKind::Left | JoinKind::Full | JoinKind::AsOf { .. } | JoinKind::Positional) {
            right_nullable.iter_mut().for_each(|nullable| *nullable = Nullability::Yes);
        }
        if matches!(kind, JoinKind::Right | JoinKind::Full | JoinKind::Positional) {
            nullable.iter_mut().for_each(|nullable| *nullable = Nullability::Yes);
        }
        columns.extend(right_columns);
        nullable.extend(right_nullable);
    }
    if matches!(kind, JoinKind::Inner | JoinKind::Semi | JoinKind::Cross) {
        let rejected: Vec<ColumnId> = on.iter().flat_map(rejects_null).collect();
        for (column, nullable) in columns.iter().zip(&mut nullable) {
            if rejected.contains(column) {
                *nullable = Nullability::No;
            }
        }
    }
    (columns, nullable)
}

/// NULL if one may be.
fn either(a: Nullability, b: Nullability) -> Nullability {
    match (a, b) {
        (Nullability::Yes, _) | (_, Nullability::Yes) => Nullability::Yes,
        (Nullability::No, Nullability::No) => Nullability::No,
        _ => Nullability::Unknown,
    }
}

fn of_aggregate(query: &Query, call: &Expr, known: &Nullabilities, grouped: bool, dialect: &Dialect) -> Nullability {
    let ExprKind::Aggregate { function, args, filter, .. } = &call.kind else { return Nullability::Unknown };
    if dialect.function(function).is_some_and(|facts| facts.nulls == Nulls::Never) {
        return Nullability::No;
    }
    let arg = args.first().map_or(Nullability::Unknown, |arg| of_expr(query, arg, known, dialect));
    let keeps = matches!(function.as_str(), "SUM" | "MIN" | "MAX" | "AVG" | "ANY_VALUE" | "FIRST" | "LAST");
    match (grouped && filter.is_none() && keeps, arg) {
        (true, arg) => arg,
        (false, _) => Nullability::Yes,
    }
}

pub(super) fn of_expr(query: &Query, expr: &Expr, known: &Nullabilities, dialect: &Dialect) -> Nullability {
    let of = |expr: &Expr| of_expr(query, expr, known, dialect);
    let all = |args: &[Expr]| args.iter().map(of).reduce(either).unwrap_or(Nullability::No);
    match &expr.kind {
        ExprKind::Column(column) => known.get(column).copied().unwrap_or_default(),
        ExprKind::Literal(Literal::Null) => Nullability::Yes,
        ExprKind::Literal(_) | ExprKind::Exists { .. } => Nullability::No,
        ExprKind::Cast { expr, safe: false } => of(expr),
        ExprKind::Cast { safe: true, .. } => Nullability::Yes,
        ExprKind::Case { branches, otherwise } => {
            let values = branches.iter().map(|(_, value)| of(value));
            let last = otherwise.as_ref().map_or(Nullability::Yes, |value| of(value));
            values.fold(last, either)
        }
        ExprKind::Call { function, args, .. } => of_call(function, args, &all, &of, dialect),
        ExprKind::Window { function, .. } if dialect.function(function).is_some_and(|f| f.nulls == Nulls::Never) => {
            Nullability::No
        }
        ExprKind::Window { function, .. } if matches!(function.as_str(), "LAG" | "LEAD" | "NTH_VALUE") => {
            Nullability::Yes
        }
        _ => Nullability::Unknown,
    }
}

fn of_call(
    function: &str,
    args: &[Expr],
    all: &dyn Fn(&[Expr]) -> Nullability,
    of: &dyn Fn(&Expr) -> Nullability,
    dialect: &Dialect,
) -> Nullability {
    match function {
        "IS NULL" | "IS TRUE" | "IS FALSE" | "IS NOT DISTINCT FROM" | "ROW" | "STRUCT_PACK" | "ARRAY" | "GROUPING" => {
            Nullability::No
        }
        "=" | "<" | ">" | "<=" | ">=" | "AND" | "OR" | "NOT" | "+" | "-" | "*" | "||" | "LIKE" | "ILIKE" | "IN" => {
            all(args)
        }
        _ => match dialect.function(function).map(|facts| facts.nulls) {
            Some(Nulls::Never) => Nullability::No,
            Some(Nulls::Strict) => all(args),
            Some(Nulls::Coalesce) if args.iter().any(|arg| of(arg) == Nullability::No) => Nullability::No,
            Some(Nulls::Coalesce | Nulls::Unknown) | None => Nullability::Unknown,
        },
    }
}
