//! Values as Python prints them: `str()` and `repr()`.

use std::fmt::Write;

use super::context::object::Object;
use super::function::Function;
use super::marked::Text;
use super::value::{Map, Value};

/// Lists that hold themselves are printed down to this depth, and values of any kind up to this many bytes.
const MAX_DEPTH: usize = 40;
const MAX_BYTES: usize = 4 << 20;

/// `str(value)`, with the marks of a text kept.
pub(super) fn text(value: &Value) -> Text {
    match value {
        Value::Str(text) => text.clone(),
        other => Text::from(plain(other)),
    }
}

/// `str(value)`
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Undefined(_) | Value::Unknown => String::new(),
        Value::Str(text) => text.as_str().to_owned(),
        Value::Object(object) if !matches!(&**object, Object::Namespace(_) | Object::Group(..)) => object.display(),
        other => repr(other),
    }
}

/// `repr(value)`
pub(super) fn repr(value: &Value) -> String {
    let mut out = String::new();
    put(value, &mut out, 0);
    out
}

fn put(value: &Value, out: &mut String, depth: usize) {
    if depth > MAX_DEPTH || out.len() > MAX_BYTES {
        out.push_str("...");
        return;
    }
    match value {
        Value::Undefined(_) => out.push_str("Undefined"),
        Value::Unknown | Value::None => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Big(number) => out.push_str(&number.to_string()),
        Value::Float(number) => out.push_str(&float(*number)),
        Value::Str(text) => quoted(text.as_str(), out),
        Value::List(items) => sequence("[", &items.borrow(), "]", out, depth),
        Value::Tuple(items) if items.len() == 1 => sequence("(", items, ",)", out, depth),
        Value::Tuple(items) => sequence("(", items, ")", out, depth),
        Value::Dict(map) => entries(&map.borrow(), out, depth),
        Value::Set(map) if map.borrow().is_empty() => out.push_str("set()"),
        Value::Set(map) => {
            let keys: Vec<Value> = map.borrow().keys().map(|key| key.value().clone()).collect();
            sequence("{", &keys, "}", out, depth);
        }
        Value::Function(function) => match &**function {
            Function::Macro { code, .. } => {
                let _ = write!(out, "<Macro '{}'>", code.name);
            }
            _ => out.push_str("<function>"),
        },
        Value::Object(object) => match &**object {
            Object::Relation(_) => {
                let _ = write!(out, "<Relation {}>", object.display());
            }
            Object::Namespace(map) => {
                out.push_str("<Namespace ");
                entries(&map.borrow(), out, depth);
                out.push('>');
            }
            Object::Group(key, items) => sequence("(", &[key.clone(), items.clone()], ")", out, depth),
            other => out.push_str(&other.repr()),
        },
    }
}

fn sequence(open: &str, items: &[Value], close: &str, out: &mut String, depth: usize) {
    out.push_str(open);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        put(item, out, depth + 1);
    }
    out.push_str(close);
}

fn entries(map: &Map, out: &mut String, depth: usize) {
    out.push('{');
    for (at, (key, value)) in map.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        put(key.value(), out, depth + 1);
        out.push_str(": ");
        put(value, out, depth + 1);
    }
    out.push('}');
}

fn quoted(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push(quote);
}

/// A float with the fewest digits that give it back: `1.0`, `0.30000000000000004`, `1e+20`.
pub(super) fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let text = format!("{number}");
        return if text.contains('.') { text } else { format!("{text}.0") };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::float;

    #[test]
    fn floats_print_as_in_python() {
        let cases = [
            (1.0, "1.0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e20, "1e+20"),
            (1.5e-7, "1.5e-07"),
            (1e15, "1000000000000000.0"),
        ];
        for (number, expected) in cases {
            assert_eq!(float(number), expected);
        }
    }
}
