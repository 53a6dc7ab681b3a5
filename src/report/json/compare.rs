//! The change between two loose queries in, the JSON of `sluice compare` out.

use serde::Serialize;

use super::impact::{content, shapes};
use super::lineage::scalar;
use super::{VERSION, line, page};
use crate::data::Value;
use crate::report::Comparison;

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    #[serde(flatten)]
    shape: ComparisonShape<'a>,
}

#[derive(Serialize)]
struct BatchAnswer<'a> {
    id: serde_json::Value,
    #[serde(flatten)]
    shape: ComparisonShape<'a>,
}

#[derive(Serialize)]
struct BatchError<'a> {
    id: serde_json::Value,
    error: &'a str,
}

#[derive(Serialize)]
struct ComparisonShape<'a> {
    class: &'static str,
    rows: &'static str,
    columns: Vec<Column<'a>>,
    keys_lost: &'a [Vec<String>],
    deterministic: bool,
    proved: bool,
    evidence: Vec<Evidence<'a>>,
    why: &'a [String],
}

/// Where the two texts differ.
#[derive(Serialize)]
struct Evidence<'a> {
    what: &'a str,
    base_line: Option<u32>,
    head_line: Option<u32>,
}

#[derive(Serialize)]
struct Column<'a> {
    name: &'a str,
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<&'a str>,
    shape: Vec<&'static str>,
    content: &'static str,
}

/// `sluice compare --format json`.
pub fn compare(comparison: &Comparison) -> String {
    page(&Answer { version: VERSION, shape: shape(comparison) })
}

/// One line of `sluice compare --batch`.
pub fn batch_compare(id: &Value, comparison: Result<&Comparison, &str>) -> String {
    match comparison {
        Ok(comparison) => line(&BatchAnswer { id: scalar(id), shape: shape(comparison) }),
        Err(error) => line(&BatchError { id: scalar(id), error }),
    }
}

fn shape(comparison: &Comparison) -> ComparisonShape<'_> {
    let columns = comparison.columns.iter().map(|column| Column {
        name: &column.name,
        change: column.word(),
        was: column.was(),
        shape: shapes(&column.shape),
        content: content(column.content),
    });
    ComparisonShape {
        class: comparison.class.word(),
        rows: comparison.rows.word(),
        columns: columns.collect(),
        keys_lost: &comparison.keys_lost,
        deterministic: comparison.deterministic,
        proved: comparison.proved,
        evidence: comparison.evidence.iter().map(evidence).collect(),
        why: &comparison.why,
    }
}

fn evidence(one: &crate::report::Difference) -> Evidence<'_> {
    Evidence { what: &one.what, base_line: one.base_line, head_line: one.head_line }
}
