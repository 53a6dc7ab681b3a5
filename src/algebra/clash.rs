//! A Query in, the places where it puts values of two kinds together that its engine refuses to turn into one, out.

use super::expr::{Expr, ExprKind, Literal};
use super::query::{Op, Query};
use super::sql_type::{Kind, Type};
use super::walk;
use crate::dialect::Dialect;
use crate::text::Span;

const COMPARISONS: [&str; 8] = ["=", "<>", "<", ">", "<=", ">=", "IN", "NULLIF"];
const BRANCHES: [&str; 4] = ["COALESCE", "ARRAY", "GREATEST", "LEAST"];
const OF_NUMBERS: [&str; 22] = [
    "+",
    "-",
    "*",
    "/",
    "%",
    "MOD",
    "ABS",
    "ROUND",
    "FLOOR",
    "CEIL",
    "SQRT",
    "POWER",
    "EXP",
    "LN",
    "SIGN",
    "SUM",
    "AVG",
    "STDDEV",
    "STDDEV_POP",
    "STDDEV_SAMP",
    "VAR_POP",
    "VAR_SAMP",
];
const OF_TEXT: [&str; 12] = [
    "UPPER",
    "LOWER",
    "TRIM",
    "LTRIM",
    "RTRIM",
    "LENGTH",
    "REPLACE",
    "SUBSTRING",
    "SUBSTR",
    "SPLIT_PART",
    "LIKE",
    "ILIKE",
];
const OF_MOMENTS: [&str; 4] = ["DATE_TRUNC", "EXTRACT", "DATE_PART", "DATE_DIFF"];

/// Values of two kinds put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// What the engine refuses, e.g. "`+` is given a string".
    pub message: String,
    pub span: Span,
}

/// What the query's engine refuses to build, as far as types are known; literals take the type of what they stand with.
pub fn clashes(query: &Query, dialect: &Dialect) -> Vec<Clash> {
    let refuses = |what: &str| !dialect.implicit_casts.contains(what);
    let mut found = Vec::new();
    for node in &query.nodes {
        walk::exprs(&node.op, &mut |expr| within(expr, &refuses, &mut found));
        if let Op::Set { inputs, .. } = &node.op
            && refuses("set")
        {
            let Some(((_, first), others)) = inputs.split_first() else { continue };
            for (column, other) in others.iter().flat_map(|(_, columns)| first.iter().zip(columns)) {
                let (one, two) = (&query.columns[column.0 as usize], &query.columns[other.0 as usize]);
                if let Some(words) = one.ty.clashes_with(&two.ty) {
                    found.push(Clash { message: message("a set operation", words), span: two.span });
                }
            }
        }
    }
    found
}

fn within(expr: &Expr, refuses: &dyn Fn(&str) -> bool, found: &mut Vec<Clash>) {
    expr.each_part(&mut |part| within(part, refuses, found));
    let (function, args) = match &expr.kind {
        ExprKind::Call { function, args, .. }
        | ExprKind::Aggregate { function, args, .. }
        | ExprKind::Window { function, args, .. } => (function.as_str(), args.iter().collect()),
        ExprKind::Case { branches, otherwise } => {
            ("CASE", branches.iter().map(|(_, value)| value).chain(otherwise.as_deref()).collect::<Vec<_>>())
        }
        _ => return,
    };
    let told = if COMPARISONS.contains(&function) {
        refuses("comparison").then(|| together(function, &args)).flatten()
    } else if function == "CASE" || BRANCHES.contains(&function) {
        refuses("branches").then(|| together(function, &args)).flatten()
    } else if refuses("arguments") {
        taken(function, &args)
    } else {
        None
    };
    found.extend(told.map(|message| Clash { message, span: expr.span }));
}

/// Do values that must be of one kind clash?
fn together(function: &str, args: &[&Expr]) -> Option<String> {
    let typed: Vec<&Type> = args.iter().filter(|arg| !takes_any_type(arg)).map(|arg| &arg.ty).collect();
    let (first, others) = typed.split_first()?;
    others.iter().find_map(|other| first.clashes_with(other)).map(|words| message(&format!("`{function}`"), words))
}

/// Is a function given what it does not take?
fn taken(function: &str, args: &[&Expr]) -> Option<String> {
    let refused: &[Kind] = match function {
        _ if OF_NUMBERS.contains(&function) => &[Kind::Text],
        _ if OF_TEXT.contains(&function) => &[Kind::Number, Kind::Moment],
        _ if OF_MOMENTS.contains(&function) => &[Kind::Text, Kind::Number],
        _ => return None,
    };
    // What follows the text is a position or a count.
    let args = if OF_TEXT.contains(&function) { args.get(..1)? } else { args };
    let refused = |arg: &&&Expr| !takes_any_type(arg) && arg.ty.kind().is_some_and(|kind| refused.contains(&kind));
    args.iter().find(refused).map(|arg| format!("`{function}` is given {}", arg.ty.family.with_article()))
}

fn message(what: &str, (one, other): (String, String)) -> String {
    format!("{what} puts {one} and {other} together")
}

fn takes_any_type(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Literal::Null | Literal::String(_)))
}
