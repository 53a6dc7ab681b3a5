//! Impacts in, the JSON of `sluice impact` out.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{VERSION, page};
use crate::change::{self, Content, ModelChange, Presence, Shape};
use crate::compile::Compilation;
use crate::impact::{self, ModelImpact};
use crate::report::ChangeSet;
use crate::text::Place;

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    base: &'a str,
    head: &'a str,
    models: Vec<Model<'a>>,
    consumers: Vec<Consumer<'a>>,
    inputs: Vec<Input<'a>>,
}

/// A source or seed that differs.
#[derive(Serialize)]
struct Input<'a> {
    name: &'a str,
    change: &'static str,
    rows: &'static str,
    columns: Vec<Column<'a>>,
    guard: Guard<'a>,
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
    keys_gained: &'a [Vec<String>],
    deterministic: bool,
    proved: bool,
    columns: Vec<Column<'a>>,
    verdict: &'static str,
    because: Vec<Because<'a>>,
    evidence: Vec<Evidence<'a>>,
    origins: Vec<Origin<'a>>,
    storage: Vec<Setting<'a>>,
    guard: Guard<'a>,
    refresh: Option<Refresh<'a>>,
}

/// Where the SQL of both sides differs.
#[derive(Serialize)]
struct Evidence<'a> {
    column: Option<&'a str>,
    what: &'a str,
    base: Option<Spot<'a>>,
    head: Option<Spot<'a>>,
}

#[derive(Serialize)]
struct Spot<'a> {
    path: &'a str,
    line: u32,
}

/// What was edited elsewhere, where a model renders otherwise.
#[derive(Serialize)]
struct Origin<'a> {
    kind: &'static str,
    name: &'a str,
    path: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct Setting<'a> {
    key: &'a str,
    base: Option<&'a str>,
    head: Option<&'a str>,
}

#[derive(Serialize)]
struct Guard<'a> {
    weakened: &'a [String],
    tightened: &'a [String],
}

#[derive(Serialize)]
struct Refresh<'a> {
    need: &'static str,
    notes: &'a [String],
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
        inputs: set.impacts.inputs.iter().map(|(id, change)| input(id, change)).collect(),
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
        keys_gained: &change.keys_gained,
        deterministic: change.deterministic,
        proved: change.proved,
        columns: if change.presence == Presence::Removed { Vec::new() } else { columns(change, &impact.causes) },
        verdict: impact.verdict.word(),
        because: because(impact),
        evidence: change.evidence.iter().map(|one| evidence(set, one)).collect(),
        origins: impact.origins.iter().map(origin).collect(),
        storage: change.own.storage.iter().map(setting).collect(),
        guard: guard(change),
        refresh: impact.refresh.as_ref().map(|refresh| Refresh { need: refresh.need.word(), notes: &refresh.notes }),
    }
}

static NO_CAUSES: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();

fn input<'a>(id: &'a str, change: &'a ModelChange) -> Input<'a> {
    Input {
        name: id,
        change: change.presence_word(),
        rows: change.rows.word(),
        columns: columns(change, &NO_CAUSES),
        guard: guard(change),
    }
}

fn evidence<'a>(set: &ChangeSet<'_>, one: &'a change::Evidence) -> Evidence<'a> {
    let spot = |place: &'a Option<Place>, side: &Compilation| {
        place.as_ref().map(|place| Spot { path: place.file.path(), line: side.line_of(place) })
    };
    Evidence {
        column: one.column.as_deref(),
        what: &one.what,
        base: spot(&one.base, set.before),
        head: spot(&one.head, set.after),
    }
}

fn origin(origin: &impact::Origin) -> Origin<'_> {
    Origin { kind: origin.kind.word(), name: &origin.name, path: origin.place.file.path(), line: origin.line }
}

fn setting(setting: &change::Setting) -> Setting<'_> {
    Setting { key: &setting.key, base: setting.base.as_deref(), head: setting.head.as_deref() }
}

fn guard(change: &ModelChange) -> Guard<'_> {
    Guard { weakened: &change.own.guard.weakened, tightened: &change.own.guard.tightened }
}

fn columns<'a>(change: &'a ModelChange, causes: &'a BTreeMap<String, Vec<(String, String)>>) -> Vec<Column<'a>> {
    let causes = |name: &str| {
        let causes = causes.get(name).into_iter().flatten();
        causes.map(|(relation, column)| Cause { relation, column }).collect()
    };
    let columns = change.columns.iter().map(|column| Column {
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
        Shape::Retyped(_, width) => width.word(),
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
