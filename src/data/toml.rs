//! TOML text in, values with places out.
//!
//! Dates and times are strings, as they are written.

use toml_edit::{Document, Item, Key as TomlKey, TableLike, Value as TomlValue};

use super::{Fault, Key, Kind, Value};
use crate::text::Span;

pub fn parse(text: &str) -> Result<Value, Fault> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let base = text.len() - body.len();
    let document = Document::parse(body).map_err(|error| {
        let span = error.span().map_or(Span::at(0), |range| Span::new(range.start, range.end));
        Fault { message: error.message().to_owned(), span: span.shift(base) }
    })?;
    let kind = entries(document.as_table(), base);
    Ok(Value { kind, span: Span::new(base, text.len()) })
}

fn entries(table: &dyn TableLike, base: usize) -> Kind {
    let entries = table.iter().filter_map(|(name, item)| {
        let (key, _) = table.get_key_value(name)?;
        Some((read_key(key, base), read_item(item, base)))
    });
    Kind::Map(entries.collect())
}

fn read_key(key: &TomlKey, base: usize) -> Key {
    Key { text: key.get().to_owned(), span: known(key.span(), base).unwrap_or_default() }
}

fn read_item(item: &Item, base: usize) -> Value {
    match item {
        Item::None => Value::null(),
        Item::Value(value) => read_value(value, base),
        Item::Table(table) => covering(entries(table, base), known(table.span(), base)),
        Item::ArrayOfTables(tables) => {
            let items = tables.iter().map(|table| covering(entries(table, base), known(table.span(), base)));
            covering(Kind::List(items.collect()), known(tables.span(), base))
        }
    }
}

fn read_value(value: &TomlValue, base: usize) -> Value {
    let kind = match value {
        TomlValue::String(text) => Kind::String(text.value().clone()),
        TomlValue::Integer(number) => Kind::Integer(*number.value()),
        TomlValue::Float(number) => Kind::Float(*number.value()),
        TomlValue::Boolean(truth) => Kind::Bool(*truth.value()),
        TomlValue::Datetime(moment) => Kind::String(moment.value().to_string()),
        TomlValue::Array(items) => Kind::List(items.iter().map(|item| read_value(item, base)).collect()),
        TomlValue::InlineTable(table) => entries(table, base),
    };
    covering(kind, known(value.span(), base))
}

/// Tables named only in passing (`a` of `[a.b]`) have no text of their own: they span what is inside them.
fn covering(kind: Kind, span: Option<Span>) -> Value {
    let inside = match &kind {
        Kind::List(items) => items.iter().map(|item| item.span).reduce(Span::cover),
        Kind::Map(entries) => entries.iter().map(|(key, value)| key.span.cover(value.span)).reduce(Span::cover),
        _ => None,
    };
    let span = match (span, inside) {
        (Some(span), Some(inside)) => span.cover(inside),
        (span, inside) => span.or(inside).unwrap_or_default(),
    };
    Value { kind, span }
}

fn known(range: Option<std::ops::Range<usize>>, base: usize) -> Option<Span> {
    range.map(|range| Span::new(range.start, range.end).shift(base))
}

#[cfg(test)]
mod tests {
    use super::{Value, parse};

    fn check(text: &str, path: &[&str], expected: &str) {
        let value = parse(text).expect("the text is sound");
        let found = value.at(path).expect("the path leads to a value");
        assert_eq!(&text[found.span.range()], expected);
    }

    #[test]
    fn values_know_their_places() {
        let text = "\u{feff}dialect = 'duckdb' # é\n[rules]\nfan-out-join = \"error\"\n\n[rules.deep]\nlist = [1, 2]\n";
        check(text, &["dialect"], "'duckdb'");
        check(text, &["rules", "fan-out-join"], "\"error\"");
        check(text, &["rules", "deep", "list"], "[1, 2]");
        check(text, &["rules", "deep"], "[rules.deep]\nlist = [1, 2]");
    }

    #[test]
    fn kinds_are_kept() {
        let value = parse("a = 1\nb = true\nc = 2024-01-01\nd.e = 'x'\n[[f]]\ng = 1\n[[f]]\ng = 2\n").expect("sound");
        assert_eq!(value.get("a").and_then(Value::integer), Some(1));
        assert_eq!(value.get("b").and_then(Value::bool), Some(true));
        assert_eq!(value.get("c").and_then(|c| c.str()), Some("2024-01-01"));
        assert_eq!(value.at(&["d", "e"]).and_then(|e| e.str()), Some("x"));
        assert_eq!(value.get("f").map(|f| f.items().len()), Some(2));
    }

    #[test]
    fn a_fault_has_its_place() {
        let text = "\u{feff}a = 1\na = 2\n";
        let fault = parse(text).expect_err("a key is repeated");
        assert_eq!(&text[fault.span.range()], "a");
        assert!(parse("a = ").is_err());
        assert!(parse(&format!("a = {}", "[".repeat(100_000))).is_err());
    }
}
