//! Values of templates as data and back: what YAML holds, and what `config(..)` sets.

use std::cell::Cell;

use crate::data::{Key as DataKey, Kind, Value as Data};
use crate::template::print;
use crate::template::value::{Key, Value};
use crate::text::Span;

/// Deeper values, and more of them, become none: a value may hold itself.
const MAX_DEPTH: usize = 40;
const MAX_VALUES: usize = 200_000;

pub(in crate::template) fn from_data(data: &Data) -> Value {
    match &data.kind {
        Kind::Null => Value::None,
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Integer(number) => Value::Int(*number),
        Kind::Float(number) => Value::Float(*number),
        Kind::String(text) => Value::text(text.as_str()),
        Kind::List(items) => Value::list(items.iter().map(from_data)),
        Kind::Map(entries) => Value::dict(entries.iter().map(|(key, value)| (Key::text(&key.text), from_data(value)))),
    }
}

/// The value as data, all of it standing at `span`.
pub(in crate::template) fn to_data(value: &Value, span: Span) -> Data {
    at_depth(value, span, 0, &Cell::new(MAX_VALUES))
}

fn at_depth(value: &Value, span: Span, depth: usize, left: &Cell<usize>) -> Data {
    left.set(left.get().saturating_sub(1));
    let inner = |value: &Value| at_depth(value, span, depth + 1, left);
    let kind = match value {
        _ if depth > MAX_DEPTH || left.get() == 0 => Kind::Null,
        Value::None | Value::Undefined(_) | Value::Unknown => Kind::Null,
        Value::Bool(value) => Kind::Bool(*value),
        Value::Int(number) => Kind::Integer(*number),
        Value::Float(number) => Kind::Float(*number),
        Value::List(items) => Kind::List(items.borrow().iter().map(inner).collect()),
        Value::Tuple(items) => Kind::List(items.iter().map(inner).collect()),
        Value::Set(map) => Kind::List(map.borrow().keys().map(|key| inner(key.value())).collect()),
        Value::Dict(map) => {
            let key = |key: &Key| DataKey { text: print::plain(key.value()), span };
            Kind::Map(map.borrow().iter().map(|(name, value)| (key(name), inner(value))).collect())
        }
        other => Kind::String(print::plain(other)),
    };
    Data { kind, span }
}
