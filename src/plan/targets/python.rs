//! Texts and lists in, Python literals out.

use std::fmt::Write;

use crate::data::json;

/// A text of one line; JSON's quotes are Python's.
pub(super) fn quoted(text: &str) -> String {
    json::quoted(text)
}

/// A text of several lines, as it is read best.
pub(super) fn block(text: &str) -> String {
    if !text.contains('\n') {
        return quoted(text);
    }
    let escaped = text.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"").replace('\r', "\\r");
    format!("\"\"\"\\\n{escaped}\n\"\"\"")
}

/// A list, one item a line; `indent` is that of the line it starts on.
pub(super) fn list(items: &[String], indent: usize) -> String {
    if items.is_empty() {
        return "[]".to_owned();
    }
    let pad = " ".repeat(indent + 4);
    let mut out = "[\n".to_owned();
    for item in items {
        let _ = writeln!(out, "{pad}{item},");
    }
    let _ = write!(out, "{}]", " ".repeat(indent));
    out
}

/// A comment's or docstring's line.
pub(super) fn line(text: &str) -> String {
    text.replace(['\n', '\r', '\\', '"'], " ")
}
