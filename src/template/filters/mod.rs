//! Filters: a value and arguments in, a value out. Jinja's own, and those dbt adds.
#![expect(clippy::disallowed_methods, reason = "templates fold texts as Python does, whatever the SQL dialect")]

pub(super) mod list;
mod number;
pub(super) mod text;

use std::rc::Rc;

use super::context::object::Object;
use super::function::Args;
use super::run::Run;
use super::stop::Stop;
use super::value::Value;
use super::{context, format, methods, operators, print};
use crate::text::closest;

/// Every filter, for suggestions.
pub(super) const NAMES: [&str; 58] = [
    "abs",
    "as_bool",
    "as_native",
    "as_number",
    "as_text",
    "attr",
    "batch",
    "capitalize",
    "center",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "filesizeformat",
    "first",
    "float",
    "forceescape",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "pprint",
    "random",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "string",
    "striptags",
    "sum",
    "title",
    "tojson",
    "trim",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "wordcount",
    "wordwrap",
    "xmlattr",
    "urlize",
];

pub(super) fn apply(run: &mut Run<'_>, name: &str, value: Value, args: Args) -> Result<Value, Stop> {
    if matches!(value, Value::Unknown) && !matches!(name, "default" | "d" | "length" | "count" | "list") {
        return Ok(Value::Unknown);
    }
    match name {
        "default" | "d" => {
            let missing = value.is_undefined() || (args.truth(1, "boolean") && !value.truth());
            let default = || args.get(0, "default_value").cloned().unwrap_or_else(|| Value::text(""));
            Ok(if missing { default() } else { value })
        }
        "string" | "safe" => Ok(Value::Str(print::text(&value))),
        "pprint" => Ok(Value::text(print::repr(&value))),
        "length" | "count" => length(run, &value),
        "list" => run.items(&value).map(Value::list),
        "items" => match &value {
            Value::Undefined(_) => Ok(Value::list([])),
            Value::Dict(map) => methods::call(run, &Value::Dict(map.clone()), "items", &args),
            other => Err(Stop::fault(format!("`items` needs a dict, not a {}", other.kind()))),
        },
        "attr" => {
            let name = args.text(0, "name")?.to_owned();
            run.attribute(&value, &std::sync::Arc::from(name), crate::text::Span::default())
        }
        "tojson" => Ok(Value::text(context::json::text(&value, None))),
        // Only where YAML is rendered does dbt give them a meaning; in SQL they hand on what they are given.
        "as_bool" | "as_number" | "as_native" | "as_text" => Ok(value),
        "abs" | "int" | "float" | "round" | "filesizeformat" => number::apply(name, &value, &args),
        "batch" | "dictsort" | "first" | "groupby" | "join" | "last" | "map" | "max" | "min" | "random" | "reject"
        | "rejectattr" | "reverse" | "select" | "selectattr" | "slice" | "sort" | "sum" | "unique" => {
            list::apply(run, name, &value, args)
        }
        "format" => {
            let template = print::text(&value);
            let values = if args.named.is_empty() {
                Value::tuple(args.positional)
            } else {
                Value::record(args.named.iter().map(|(name, value)| (&**name, value.clone())))
            };
            format::percent(template.as_str(), &values).map(Value::text)
        }
        _ if NAMES.contains(&name) => text::apply(run, name, &value, &args),
        _ => {
            let stop = Stop::fault(format!("there is no filter `{name}`"));
            Err(match closest(name, NAMES) {
                Some(meant) => stop.help(format!("Did you mean `{meant}`?")),
                None => stop.help("Call a macro instead."),
            })
        }
    }
}

fn length(run: &mut Run<'_>, value: &Value) -> Result<Value, Stop> {
    run.spend(operators::cost(value))?;
    let count = match value {
        Value::Str(text) => text.as_str().chars().count(),
        Value::List(items) => items.borrow().len(),
        Value::Tuple(items) => items.len(),
        Value::Dict(map) | Value::Set(map) => map.borrow().len(),
        Value::Undefined(_) | Value::Unknown => 0,
        Value::Object(_) => run.items(value)?.len(),
        other => return Err(Stop::fault(format!("a {} has no length", other.kind()))),
    };
    Ok(Value::count(count))
}

/// The value under a dotted path of attributes, as `map(attribute='a.b')` takes them.
fn path(run: &mut Run<'_>, value: &Value, path: &Value) -> Result<Value, Stop> {
    if let Some(index) = path.as_int() {
        return run.item(value, &Value::Int(index));
    }
    let Some(names) = path.as_str() else { return Err(Stop::fault("an attribute is named by a text")) };
    let mut found = value.clone();
    for name in names.split('.') {
        let item = name.parse().map_or_else(|_| Value::text(name), Value::Int);
        found = run.item(&found, &item)?;
    }
    Ok(found)
}

/// Relations and the like count as what they print.
fn printed(object: &Rc<Object>) -> Value {
    Value::text(object.display())
}

/// Whether two values are the same to `unique` and `groupby`: texts without case.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => a.as_str().to_lowercase() == b.as_str().to_lowercase(),
        (Value::Object(a), Value::Object(b)) => operators::equal(&printed(a), &printed(b)),
        _ => operators::equal(a, b),
    }
}
