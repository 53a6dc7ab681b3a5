//! JSON text in, values out. Places are not kept: no one edits these files by hand.

use super::{Fault, Key, Kind, Value};
use crate::text::Span;

/// Every value has the span of the whole text. Nesting over 127 levels is a fault.
pub fn parse(text: &str) -> Result<Value, Fault> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: serde_json::Value = serde_json::from_str(body).map_err(|error| {
        let at = offset(body, error.line(), error.column()) + text.len() - body.len();
        Fault { message: message(&error), span: Span::at(at) }
    })?;
    Ok(convert(value, Span::new(0, text.len())))
}

/// A text as JSON writes it, in quotes.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A value as indented JSON with a final newline.
pub fn text(value: &Value) -> String {
    serde_json::to_string_pretty(&plain(value)).expect("maps of these values have text keys") + "\n"
}

fn plain(value: &Value) -> serde_json::Value {
    match &value.kind {
        Kind::Null => serde_json::Value::Null,
        Kind::Bool(truth) => (*truth).into(),
        Kind::Integer(number) => (*number).into(),
        Kind::Float(number) => (*number).into(),
        Kind::String(text) => text.as_str().into(),
        Kind::List(items) => items.iter().map(plain).collect(),
        Kind::Map(entries) => entries.iter().map(|(key, value)| (key.text.clone(), plain(value))).collect(),
    }
}

fn convert(value: serde_json::Value, span: Span) -> Value {
    let kind = match value {
        serde_json::Value::Null => Kind::Null,
        serde_json::Value::Bool(truth) => Kind::Bool(truth),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Kind::Integer(integer),
            (None, Some(float)) => Kind::Float(float),
            (None, None) => Kind::String(number.to_string()),
        },
        serde_json::Value::String(text) => Kind::String(text),
        serde_json::Value::Array(items) => Kind::List(items.into_iter().map(|item| convert(item, span)).collect()),
        serde_json::Value::Object(entries) => {
            let entries = entries.into_iter().map(|(text, value)| (Key { text, span }, convert(value, span)));
            Kind::Map(entries.collect())
        }
    };
    Value { kind, span }
}

/// `line` counts from 1, `column` counts bytes of that line up to and with the wrong one.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (before + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The fault without its own account of the place.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Kind, parse};

    #[test]
    fn kinds_are_kept_in_order() {
        let value = parse("\u{feff}{\"b\": [1, 2.5, null, true], \"a\": {\"x\": \"y\"}}").expect("sound");
        let keys: Vec<&str> = value.entries().iter().map(|(key, _)| key.text.as_str()).collect();
        assert_eq!(keys, ["b", "a"]);
        let kinds: Vec<&Kind> = value.get("b").expect("b").items().iter().map(|item| &item.kind).collect();
        assert_eq!(kinds, [&Kind::Integer(1), &Kind::Float(2.5), &Kind::Null, &Kind::Bool(true)]);
        assert_eq!(value.at(&["a", "x"]).and_then(|x| x.str()), Some("y"));
    }

    #[test]
    fn a_fault_has_its_place() {
        let text = "{\n  \"ä\": tru,\n}";
        let fault = parse(text).expect_err("faulty");
        assert_eq!(&text[fault.span.start as usize..], ",\n}");
        assert_eq!(fault.message, "expected ident");
        assert!(parse("").is_err());
        assert!(parse(&"[".repeat(100_000)).is_err());
    }
}
