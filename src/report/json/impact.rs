//! Impacts in, the JSON of `sluice impact` out.

use serde::Serialize;

use super::{VERSION, page};
use crate::change::{Content, Presence, Shape};
use crate::impact::ModelImpact;
use crate::report::ChangeSet;

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    base: &'a str,
    head: &'a str,
    models: Vec<Model<'a>>,
    consumers: Vec<Consumer<'a>>,
}

#[derive(Serialize)]
struct Model<'a> {
    name: &'a str,
    path: Option<&'a str>,
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<&'a str>,
    class: &'static str,
    rows_changed: bool,
    rows: &'static str,
    keys_lost: &'a [Vec<String>],
    deterministic: bool,
    proved: bool,
    columns: Vec<Column<'a>>,
    verdict: &'static str,
    because: Vec<Because<'a>>,
}

#[derive(Serialize)]
struct Column<'a> {
    name: &'a str,
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<&'a str>,
    shape: Vec<&'static str>,
    content: &'static str,
    because: Vec<Cause<'a>>,
}

#[derive(Serialize)]
struct Cause<'a> {
    relation: &'a str,
    column: &'a str,
}

#[derive(Serialize)]
struct Because<'a> {
    path: &'a str,
    line: u32,
    what: &'a str,
}

#[derive(Serialize)]
struct Consumer<'a> {
    name: &'a str,
    kind: &'static str,
    verdict: &'static str,
    through: &'a [String],
}

/// `sluice impact --format json`.
pub fn impact(set: &ChangeSet<'_>) -> String {
    let consumers = set.impacts.consumers.iter().map(|consumer| Consumer {
        name: &consumer.id,
        kind: consumer.kind.word(),
        verdict: consumer.verdict.word(),
        through: &consumer.through,
    });
    page(&Answer {
        version: VERSION,
        base: set.base,
        head: set.head,
        models: set.impacts.models.iter().map(|(id, impact)| model(set, id, impact)).collect(),
        consumers: consumers.collect(),
    })
}

fn model<'a>(set: &'a ChangeSet<'_>, id: &'a str, impact: &'a ModelImpact) -> Model<'a> {
    let change = &impact.change;
    Model {
        name: id,
        path: set.path(id),
        change: impact.change_word(),
        was: change.was.as_deref(),
        class: impact.class.word(),
        rows_changed: impact.rows_changed(),
        rows: change.rows.word(),
        keys_lost: &change.keys_lost,
        deterministic: change.deterministic,
        proved: change.proved,
        columns: if change.presence == Presence::Removed { Vec::new() } else { columns(impact) },
        verdict: impact.verdict.word(),
        because: because(impact),
    }
}

fn columns(impact: &ModelImpact) -> Vec<Column<'_>> {
    let causes = |name: &str| {
        let causes = impact.causes.get(name).into_iter().flatten();
        causes.map(|(relation, column)| Cause { relation, column }).collect()
    };
    let columns = impact.change.columns.iter().map(|column| Column {
        name: &column.name,
        change: column.word(),
        was: column.was(),
        shape: shapes(&column.shape),
        content: content(column.content),
        because: causes(&column.name),
    });
    columns.collect()
}

fn because(impact: &ModelImpact) -> Vec<Because<'_>> {
    let steps = impact.because.iter();
    steps.map(|step| Because { path: step.place.file.path(), line: step.line, what: &step.what }).collect()
}

/// What of the shape differs, besides the one word for all of it.
pub(super) fn shapes(shapes: &[Shape]) -> Vec<&'static str> {
    let word = |shape: &Shape| match shape {
        Shape::Added => "added",
        Shape::Removed => "removed",
        Shape::Renamed(_) => "renamed",
        Shape::Retyped(_) => "retyped",
        Shape::Moved => "moved",
        Shape::Nullability => "nullability",
    };
    shapes.iter().map(word).collect()
}

pub(super) fn content(content: Content) -> &'static str {
    match content {
        Content::Same => "same",
        Content::Changed => "value_changed",
        Content::Unknown => "unknown",
    }
}
