//! The tests of `is`: a value and arguments in, yes or no out.

use std::rc::Rc;

use super::ast::Comparison;
use super::filters;
use super::function::Args;
use super::operators;
use super::run::Run;
use super::stop::Stop;
use super::value::Value;
use crate::text::closest;

const NAMES: [&str; 38] = [
    "odd",
    "even",
    "divisibleby",
    "defined",
    "undefined",
    "none",
    "boolean",
    "false",
    "true",
    "integer",
    "float",
    "number",
    "string",
    "mapping",
    "iterable",
    "sequence",
    "callable",
    "sameas",
    "escaped",
    "in",
    "lower",
    "upper",
    "filter",
    "test",
    "eq",
    "equalto",
    "ne",
    "lt",
    "lessthan",
    "gt",
    "greaterthan",
    "le",
    "ge",
    "==",
    "!=",
    "<",
    ">",
    ">=",
];

pub(super) fn check(run: &mut Run<'_>, name: &str, value: &Value, args: &Args) -> Result<bool, Stop> {
    let number = |value: &Value| {
        let wrong = || Stop::fault(format!("`{name}` needs a whole number, not a {}", value.kind()));
        value.as_int().ok_or_else(wrong)
    };
    let other = || args.need(0, "other");
    let compare = |comparison| operators::compare(comparison, value, other()?).map(|result| result.truth());
    Ok(match name {
        "defined" => !value.is_undefined(),
        "undefined" => value.is_undefined(),
        "none" => value.is_none(),
        "string" => matches!(value, Value::Str(_)),
        "mapping" => value.is_mapping(),
        "iterable" => match value {
            Value::Object(object) => object.is_iterable(),
            Value::Undefined(_) => true,
            _ => value.is_sequence() || value.is_mapping() || matches!(value, Value::Set(_)),
        },
        "sequence" => value.is_sequence() || value.is_mapping() || value.is_undefined(),
        "boolean" => matches!(value, Value::Bool(_)),
        "true" => matches!(value, Value::Bool(true)),
        "false" => matches!(value, Value::Bool(false)),
        "integer" => matches!(value, Value::Int(_) | Value::Big(_)),
        "float" => matches!(value, Value::Float(_)),
        "number" => matches!(value, Value::Int(_) | Value::Big(_) | Value::Float(_) | Value::Bool(_)),
        "callable" => match value {
            Value::Object(object) => object.is_callable(),
            other => matches!(other, Value::Function(_) | Value::Undefined(_)),
        },
        "odd" => number(value)?.rem_euclid(2) == 1,
        "even" => number(value)?.rem_euclid(2) == 0,
        "divisibleby" => {
            let by = number(other()?)?;
            if by == 0 {
                return Err(Stop::fault("division by zero"));
            }
            number(value)?.checked_rem(by) == Some(0)
        }
        "sameas" => same(value, other()?),
        "escaped" => false,
        "in" => operators::contains(other()?, value)?,
        "lower" => is_case(value, char::is_lowercase, char::is_uppercase),
        "upper" => is_case(value, char::is_uppercase, char::is_lowercase),
        "filter" => value.as_str().is_some_and(|name| filters::NAMES.contains(&name)),
        "test" => value.as_str().is_some_and(|name| NAMES.contains(&name)),
        "eq" | "equalto" | "==" => compare(Comparison::Equal)?,
        "ne" | "!=" => compare(Comparison::NotEqual)?,
        "lt" | "lessthan" | "<" => compare(Comparison::Less)?,
        "le" | "<=" => compare(Comparison::LessEqual)?,
        "gt" | "greaterthan" | ">" => compare(Comparison::Greater)?,
        "ge" | ">=" => compare(Comparison::GreaterEqual)?,
        _ => {
            run.step()?;
            let stop = Stop::fault(format!("there is no test `is {name}`"));
            return Err(match closest(name, NAMES) {
                Some(meant) => stop.help(format!("Did you mean `is {meant}`?")),
                None => stop.help("Compare with `==` instead."),
            });
        }
    })
}

/// `is`: the same thing, not just an equal one.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => Rc::ptr_eq(a, b),
        (Value::Dict(a), Value::Dict(b)) | (Value::Set(a), Value::Set(b)) => Rc::ptr_eq(a, b),
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Bool(_), _)
        | (_, Value::Bool(_))
        | (Value::Float(_), Value::Int(_))
        | (Value::Int(_), Value::Float(_)) => false,
        _ => operators::equal(a, b),
    }
}

fn is_case(value: &Value, wanted: fn(char) -> bool, unwanted: fn(char) -> bool) -> bool {
    let text = super::print::plain(value);
    text.chars().any(wanted) && !text.chars().any(unwanted)
}
