//! Calls, cases and conditions in, the one spelling of their meaning out.

use std::sync::Arc;

use super::term::{self, Term, TermRef, truth};
use crate::algebra::expr::Literal;
use crate::algebra::sql_type::Type;

/// A call in normal form; `commutes` says that the order of its arguments means nothing.
pub(super) fn call(function: &str, mut args: Vec<TermRef>, commutes: bool) -> TermRef {
    match (function, args.len()) {
        ("AND" | "OR", _) => return logical(function, args),
        ("NOT", 1) => return negate(&args.remove(0)),
        (">" | ">=", 2) => {
            args.reverse();
            return comparison(if function == ">" { "<" } else { "<=" }, args);
        }
        ("<" | "<=", 2) => return comparison(function, args),
        ("=" | "IS NOT DISTINCT FROM", 2) => {
            return folded(function, &args).unwrap_or_else(|| term::unordered(function, args));
        }
        ("IN", 2) => return call("=", args, true),
        ("IN", 2..=MOST_CHOICES) if is_plain_list(&args[1..]) => {
            let value = args.remove(0);
            let equal = args.into_iter().map(|choice| call("=", vec![value.clone(), choice], true));
            return logical("OR", equal.collect());
        }
        ("IN", _) => {
            let value = args.remove(0);
            return term::call("IN", vec![value, term::unordered("LIST", args)]);
        }
        ("COALESCE", _) => return coalesce(args),
        ("IF", 2 | 3) => {
            let otherwise = (args.len() == 3).then(|| args.remove(2));
            let value = args.remove(1);
            return case(vec![(args.remove(0), value)], otherwise);
        }
        ("NULLIF", 2) => {
            let equal = call("=", vec![args[0].clone(), args[1].clone()], true);
            let null = Arc::new(Term::Literal(Literal::Null));
            return case(vec![(equal, null)], Some(args.remove(0)));
        }
        _ => {}
    }
    if let Some(value) = folded(function, &args) {
        return value;
    }
    if commutes { term::unordered(function, args) } else { term::call(function, args) }
}

/// A longer list stays a list: what is written so is seldom spelt with OR.
const MOST_CHOICES: usize = 64;

/// Literals of one kind: the list then has the type of each, so that IN is an OR of `=`.
fn is_plain_list(choices: &[TermRef]) -> bool {
    let kind = |term: &TermRef| match term.literal() {
        Some(Literal::Number(_)) => Some("number"),
        Some(Literal::String(_)) => Some("string"),
        Some(Literal::Boolean(_)) => Some("boolean"),
        Some(Literal::Null | Literal::Typed(..)) | None => None,
    };
    let first = choices.first().and_then(kind);
    first.is_some() && choices.iter().all(|choice| kind(choice) == first)
}

/// AND and OR: one flat list without repeats of TRUE (or FALSE); the first that decides is all there is.
fn logical(function: &str, args: Vec<TermRef>) -> TermRef {
    let neutral = function == "AND";
    let mut flat = Vec::new();
    let mut pending: Vec<TermRef> = args.into_iter().rev().collect();
    while let Some(arg) = pending.pop() {
        if let Some(inner) = arg.is_call(function) {
            pending.extend(inner.iter().rev().cloned());
            continue;
        }
        match arg.literal() {
            Some(Literal::Boolean(value)) if *value == neutral => {}
            Some(Literal::Boolean(value)) => return truth(*value),
            _ => flat.push(arg),
        }
    }
    match flat.len() {
        0 => truth(neutral),
        1 => flat.remove(0),
        _ => term::unordered(function, flat),
    }
}

fn comparison(function: &str, args: Vec<TermRef>) -> TermRef {
    folded(function, &args).unwrap_or_else(|| term::call(function, args))
}

/// NOT of a condition, pushed inwards where three-valued logic allows it.
pub(super) fn negate(term: &TermRef) -> TermRef {
    let swapped = |function: &str, args: &[TermRef]| term::call(function, args.iter().rev().cloned().collect());
    match term.as_ref() {
        Term::Literal(Literal::Boolean(value)) => truth(!value),
        Term::Call { function, args, .. } => match function.as_str() {
            "NOT" => args[0].clone(),
            "<" => swapped("<=", args),
            "<=" => swapped("<", args),
            "AND" => logical("OR", args.iter().map(negate).collect()),
            "OR" => logical("AND", args.iter().map(negate).collect()),
            _ => term::call("NOT", vec![term.clone()]),
        },
        _ => term::call("NOT", vec![term.clone()]),
    }
}

pub(super) fn negate_if(negated: bool, term: TermRef) -> TermRef {
    if negated { negate(&term) } else { term }
}

/// Adds a condition to a list of conjuncts, taken apart at AND.
pub(super) fn conjoin(conjuncts: &mut Vec<TermRef>, condition: &TermRef) {
    match condition.is_call("AND") {
        Some(parts) => parts.iter().for_each(|part| conjoin(conjuncts, part)),
        None if matches!(condition.literal(), Some(Literal::Boolean(true))) => {}
        None => conjuncts.push(condition.clone()),
    }
}

fn coalesce(args: Vec<TermRef>) -> TermRef {
    let mut flat: Vec<TermRef> = Vec::new();
    for arg in args {
        match arg.is_call("COALESCE") {
            Some(inner) => flat.extend(inner.iter().cloned()),
            None if matches!(arg.literal(), Some(Literal::Null)) => {}
            None => flat.push(arg),
        }
    }
    // Nothing behind a literal is ever reached.
    if let Some(at) = flat.iter().position(|arg| arg.literal().is_some()) {
        flat.truncate(at + 1);
    }
    match flat.len() {
        0 => Arc::new(Term::Literal(Literal::Null)),
        1 => flat.remove(0),
        _ => term::call("COALESCE", flat),
    }
}

/// CASE; the spelling of COALESCE as a CASE becomes COALESCE.
pub(super) fn case(mut branches: Vec<(TermRef, TermRef)>, otherwise: Option<TermRef>) -> TermRef {
    branches.retain(|(condition, _)| !matches!(condition.literal(), Some(Literal::Boolean(false) | Literal::Null)));
    let otherwise = otherwise.filter(|value| !matches!(value.literal(), Some(Literal::Null)));
    if let Some(at) =
        branches.iter().position(|(condition, _)| matches!(condition.literal(), Some(Literal::Boolean(true))))
    {
        let value = branches[at].1.clone();
        branches.truncate(at);
        return case(branches, Some(value));
    }
    let Some((condition, value)) = branches.first() else {
        return otherwise.unwrap_or_else(|| Arc::new(Term::Literal(Literal::Null)));
    };
    if branches.len() == 1
        && let Some(other) = &otherwise
    {
        let tested = |test: &TermRef| test.is_call("IS NULL").and_then(|args| args.first().cloned());
        let not_null = condition.is_call("NOT").and_then(|args| tested(&args[0]));
        if not_null.is_some_and(|tested| same(&tested, value)) {
            return coalesce(vec![value.clone(), other.clone()]);
        }
        if tested(condition).is_some_and(|tested| same(&tested, other)) {
            return coalesce(vec![other.clone(), value.clone()]);
        }
    }
    Arc::new(Term::Case { branches, otherwise })
}

/// Do two terms certainly say the same? Only the plainest are compared.
fn same(a: &TermRef, b: &TermRef) -> bool {
    match (a.as_ref(), b.as_ref()) {
        _ if Arc::ptr_eq(a, b) => true,
        (Term::Atom { factor: f, column: c }, Term::Atom { factor: g, column: d }) => f == g && c == d,
        (Term::Outer(c), Term::Outer(d)) => c == d,
        (Term::Literal(a), Term::Literal(b)) => a == b,
        (Term::Call { function: f, args: a, .. }, Term::Call { function: g, args: b, .. }) => {
            f == g && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        _ => false,
    }
}

/// A cast to the type the value has already is none.
pub(super) fn cast(value: TermRef, from: &Type, to: &Type, safe: bool) -> TermRef {
    if !from.is_unknown() && from.same_as(to) {
        return value;
    }
    let name = if safe { "TRY CAST" } else { "CAST" };
    term::call(&format!("{name} {}", to.canonical()), vec![value])
}

pub(super) fn literal(literal: &Literal) -> Literal {
    match literal {
        Literal::Number(text) => Literal::Number(number(text)),
        other => other.clone(),
    }
}

/// A number without needless zeros: `1.50` keeps its scale, since that decides the type.
fn number(text: &str) -> String {
    text.strip_prefix('+').unwrap_or(text).to_ascii_lowercase()
}

/// `count(1)` counts rows, as `count(*)` does.
pub(super) fn aggregate_args(function: &str, args: Vec<TermRef>) -> Vec<TermRef> {
    let counts_rows =
        function == "COUNT" && args.len() == 1 && args[0].literal().is_some_and(|literal| *literal != Literal::Null);
    if counts_rows { Vec::new() } else { args }
}

/// Aggregates that pass over NULLs: a row that FILTER leaves out and one whose argument is NULL are the same to them.
const PASS_OVER_NULLS: [&str; 16] = [
    "AVG",
    "BOOL_AND",
    "BOOL_OR",
    "COUNT",
    "MAX",
    "MEDIAN",
    "MIN",
    "STDDEV",
    "STDDEV_POP",
    "STDDEV_SAMP",
    "SUM",
    "VARIANCE",
    "VAR_POP",
    "VAR_SAMP",
    "BIT_AND",
    "BIT_OR",
];

/// The arguments of an aggregate whose FILTER is written as a CASE in its argument: `count(*) filter (where c)` is
/// `count(case when c then 1 end)`. The filter is left where that is not the same.
pub(super) fn aggregate_filter(text: &str, args: Vec<TermRef>, filter: Vec<TermRef>) -> (Vec<TermRef>, Vec<TermRef>) {
    let one = || Arc::new(Term::Literal(Literal::Number("1".to_owned())));
    let function = text.strip_suffix(" DISTINCT").unwrap_or(text);
    let counted = function == "COUNT" && args.is_empty();
    if !PASS_OVER_NULLS.contains(&function) || args.len() > 1 || (args.is_empty() && !counted) {
        return (args, filter);
    }
    let value = args.first().cloned();
    if filter.is_empty() {
        return (value.map(|value| vec![counts_as_one(text, value)]).unwrap_or_default(), filter);
    }
    let value = case(vec![(logical("AND", filter), value.unwrap_or_else(one))], None);
    (vec![counts_as_one(text, value)], Vec::new())
}

/// COUNT sees of a value only whether there is one: `count(case when c then 'x' end)` counts as `then 1` does.
fn counts_as_one(text: &str, value: TermRef) -> TermRef {
    let Term::Case { branches, otherwise: None } = value.as_ref() else { return value };
    let is_there = |value: &TermRef| value.literal().is_some_and(|literal| *literal != Literal::Null);
    if text != "COUNT" || !branches.iter().all(|(_, value)| is_there(value)) {
        return value;
    }
    let one: TermRef = Arc::new(Term::Literal(Literal::Number("1".to_owned())));
    Arc::new(Term::Case {
        branches: branches.iter().map(|(condition, _)| (condition.clone(), one.clone())).collect(),
        otherwise: None,
    })
}

/// Whole numbers computed, equal literals compared.
fn folded(function: &str, args: &[TermRef]) -> Option<TermRef> {
    let [a, b] = args else { return None };
    let integer = |term: &TermRef| match term.literal() {
        Some(Literal::Number(text)) => text.parse::<i32>().ok().map(i64::from),
        _ => None,
    };
    if let (Some(a), Some(b)) = (integer(a), integer(b)) {
        let value = match function {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "=" => return Some(truth(a == b)),
            "<" => return Some(truth(a < b)),
            "<=" => return Some(truth(a <= b)),
            _ => return None,
        };
        // A result of another width would change the type.
        return i32::try_from(value).ok().map(|value| Arc::new(Term::Literal(Literal::Number(value.to_string()))));
    }
    match (function, a.literal(), b.literal()) {
        ("=", Some(Literal::Boolean(a)), Some(Literal::Boolean(b))) => Some(truth(a == b)),
        ("=", Some(Literal::String(a)), Some(Literal::String(b))) if a == b => Some(truth(true)),
        _ => None,
    }
}
