//! A value in, YAML text that reads back as it out: block style, texts quoted wherever plain ones could mean another thing.

use std::fmt::Write;

use crate::data::{Kind, Value, json};

/// A value as YAML with a final newline.
pub fn text(value: &Value) -> String {
    let mut out = String::new();
    match &value.kind {
        Kind::Map(entries) if !entries.is_empty() => block(value, 0, &mut out),
        Kind::List(items) if !items.is_empty() => block(value, 0, &mut out),
        _ => {
            out.push_str(&scalar(value));
            out.push('\n');
        }
    }
    out
}

fn block(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    for (key, value) in value.entries() {
        let _ = write!(out, "{pad}{}:", plain_or_quoted(&key.text));
        beside(value, indent + 2, out);
    }
    for item in value.items() {
        let _ = write!(out, "{pad}-");
        match &item.kind {
            // The first entry of a map stands beside its dash.
            Kind::Map(entries) if !entries.is_empty() => {
                let mut inner = String::new();
                block(item, indent + 2, &mut inner);
                out.push(' ');
                out.push_str(&inner[indent + 2..]);
            }
            _ => beside(item, indent + 2, out),
        }
    }
}

/// A value behind its key or dash.
fn beside(value: &Value, indent: usize, out: &mut String) {
    match &value.kind {
        Kind::Map(entries) if !entries.is_empty() => {
            out.push('\n');
            block(value, indent, out);
        }
        Kind::List(items) if !items.is_empty() => {
            out.push('\n');
            block(value, indent, out);
        }
        Kind::String(text) if is_block_text(text) => {
            let end = text.trim_end_matches('\n');
            out.push_str(if end.len() == text.len() { " |-\n" } else { " |\n" });
            for line in end.split('\n') {
                if !line.is_empty() {
                    let _ = write!(out, "{}{line}", " ".repeat(indent));
                }
                out.push('\n');
            }
        }
        _ => {
            let _ = writeln!(out, " {}", scalar(value));
        }
    }
}

/// Lines that a literal block keeps as they are.
fn is_block_text(text: &str) -> bool {
    let body = text.trim_end_matches('\n');
    let lines = || body.split('\n');
    body.contains('\n')
        && text.len() - body.len() <= 1
        && !body.starts_with([' ', '\n', '\t'])
        && lines().all(|line| !line.ends_with([' ', '\t']))
        && body.chars().all(|sign| {
            sign == '\n' || !sign.is_control() && !matches!(sign, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
        })
}

fn scalar(value: &Value) -> String {
    match &value.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Integer(number) => number.to_string(),
        Kind::Float(number) => json::text(&Value::from(Kind::Float(*number))).trim_end().to_owned(),
        Kind::String(text) => plain_or_quoted(text),
        Kind::List(_) => "[]".to_owned(),
        Kind::Map(_) => "{}".to_owned(),
    }
}

/// Plain where it is a word that no YAML reads as anything else; JSON's quotes are YAML's double quotes.
fn plain_or_quoted(text: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.' | '/');
    let starts = text.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_');
    let reserved = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let spoken = reserved.iter().any(|word| word.eq_ignore_ascii_case(text));
    if starts && text.chars().all(is_plain) && !spoken { text.to_owned() } else { json::quoted(text) }
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::data::{Kind, Value, json, yaml};

    fn check(value: &Value, expected: &str) {
        let written = text(value);
        assert_eq!(written, expected);
        let read = yaml::parse(&written).expect("what is written is YAML");
        assert_eq!(json::text(&read), json::text(value));
    }

    #[test]
    fn what_is_written_reads_back() {
        let steps = Value::list([
            Value::map([("name", Value::from("a")), ("after", Value::list([])), ("on", true.into())]),
            Value::map([("sql", Value::from("select 1\nfrom t\n")), ("n", Value::from(3_usize))]),
            Value::list([Value::from("x: y"), Value::from("")]),
        ]);
        let value = Value::map([("version", Value::from("1.0")), ("steps", steps)]);
        check(
            &value,
            "version: \"1.0\"\nsteps:\n  - name: a\n    after: []\n    \"on\": true\n  - sql: |\n      select 1\n      from t\n    \"n\": 3\n  -\n    - \"x: y\"\n    - \"\"\n",
        );
        check(&Value::from("trailing \nspace"), "\"trailing \\nspace\"\n");
        check(&Value::from(Kind::Float(0.5)), "0.5\n");
        check(&Value::map([("a", Value::from("{{ x }}\n\nb"))]), "a: |-\n  {{ x }}\n\n  b\n");
    }
}
