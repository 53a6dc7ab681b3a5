//! An unknown column in; whether what is known of the relations in sight is enough to call it a fault, out.
//!
//! The resolver says what it could not find. Whether that is the user's fault or a gap in what we know is judged here,
//! and where there is any doubt nothing is said: a model's status tells of it.

use std::collections::BTreeSet;

use crate::algebra::{Op, Problem};
use crate::compile::{Compilation, CompiledModel};

/// Is an unknown column surely unknown?
pub(super) fn is_sure(compilation: &Compilation, compiled: &CompiledModel, problem: &Problem) -> bool {
    let project = &compilation.projects[compiled.project];
    let dialect = compiled.model.dialect(&project.dialect);
    // ClickHouse names values in WITH and anywhere else, for all to read.
    if dialect.label() == "clickhouse" || spreads(compiled) || asks_a_warehouse(compilation, compiled) {
        return false;
    }
    let text = compiled.rendered.text.as_str();
    let name = text.get(problem.span.range()).unwrap_or_default();
    if dialect.label() == "bigquery" && unfolds(text) {
        return false;
    }
    match name.rsplit_once('.') {
        Some(_) => true,
        None => !is_word_of_a_call(text, problem.span.end as usize) && !is_given(text, name),
    }
}

/// Is a name surely ambiguous? ClickHouse takes the left one, and Snowflake takes a name that the SELECT list gives.
pub(super) fn is_sure_ambiguous(compilation: &Compilation, compiled: &CompiledModel, problem: &Problem) -> bool {
    let dialect = compiled.model.dialect(&compilation.projects[compiled.project].dialect);
    let text = compiled.rendered.text.as_str();
    let name = text.get(problem.span.range()).unwrap_or_default();
    match dialect.label() {
        "clickhouse" => false,
        "snowflake" => !is_given(text, name),
        _ => true,
    }
}

/// Rows made of arrays and objects have columns that only their types tell.
fn spreads(compiled: &CompiledModel) -> bool {
    let makes_rows = |op: &Op| matches!(op, Op::Unnest { .. } | Op::TableFunction { .. } | Op::Opaque { .. });
    compiled.query.nodes.iter().any(|node| makes_rows(&node.op))
}

/// Does it make columns of the fields of a value: `SELECT AS VALUE f(x)`, `f(x).*`?
fn unfolds(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
    let value = words.windows(2).any(|pair| pair[0] == "as" && pair[1].starts_with("value"));
    value || words.iter().any(|word| word.contains(").*"))
}

/// Did its template, or that of a model that it reads, ask what only a warehouse knows? What is written then may lack
/// columns.
fn asks_a_warehouse(compilation: &Compilation, compiled: &CompiledModel) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![compiled];
    while let Some(next) = open.pop() {
        let rendered = &next.rendered;
        if !rendered.asked_columns.is_empty() || !rendered.unknowns.is_empty() || rendered.failed || rendered.open {
            return true;
        }
        let reads = next.lineage.depends_on.iter().filter(|read| seen.insert(read.as_str()));
        open.extend(reads.filter_map(|read| compilation.models.get(read)));
    }
    false
}

/// `epoch_second`, `week(monday)`: a word that a call takes as it is, or that is one.
fn is_word_of_a_call(text: &str, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default().trim_start();
    rest.starts_with('(')
}

/// Does the text give the name to something, as an alias or as a field that is read elsewhere?
fn is_given(text: &str, name: &str) -> bool {
    let bare = name.trim_matches(['`', '"', '[', ']']);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let lower = text.to_ascii_lowercase();
    let bare = bare.to_ascii_lowercase();
    if bare.is_empty() || ["monday", "sunday", "epoch_second", "epoch_seconds"].contains(&bare.as_str()) {
        return true;
    }
    lower.match_indices(&bare).any(|(at, _)| {
        let (before, after) = (&lower[..at], &lower[at + bare.len()..]);
        if after.starts_with(is_word) || before.ends_with(is_word) {
            return false;
        }
        let before = before.trim_end_matches(['`', '"', '[']);
        // `f(x) name`
        if before.ends_with(char::is_whitespace)
            && before.trim_end().ends_with(')')
            && !after.trim_start().starts_with('.')
        {
            return true;
        }
        let word = before.trim_end().rsplit(|c| !is_word(c)).next().unwrap_or_default();
        before.ends_with('.') || word == "as"
    })
}

#[cfg(test)]
mod tests {
    use super::is_given;

    #[test]
    fn a_name_that_the_text_gives_to_something_is_no_typo() {
        assert!(is_given("select a.b as total, total from t", "total"));
        assert!(is_given("select date_trunc('day', t) day from t where day > 1", "day"));
        assert!(is_given("select s.kind from t group by kind", "kind"));
        assert!(is_given("select 1 as \"Name\", name from t", "name"));
        assert!(!is_given("select amuont, amount as a from t", "amuont"));
        assert!(!is_given("select totals as x, total from t", "total"));
    }
}
