//! Texts, lists and a Plan in, Python literals and the head of a module out.

use std::fmt::Write;

use crate::data::json;
use crate::plan::Plan;

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

/// A module up to its table of steps: what it is, what reads the table, and the plan's name and schedule.
pub(super) fn module(plan: &Plan, target: &str, body: &str) -> String {
    let (project, env) = (line(&plan.project), line(&plan.env));
    let mut out = format!(
        "\"\"\"{project} to {env}: plan {}.\n\nWritten by `sluice plan --target {target}`.\n\"\"\"\n\n{body}",
        plan.fingerprint
    );
    let _ = writeln!(out, "\n\nNAME = {}", quoted(&format!("{}_{}", plan.project, plan.env)));
    let _ = writeln!(out, "SCHEDULE = {}", plan.schedule.as_deref().map_or_else(|| "None".to_owned(), quoted));
    out
}
