//! Relations in, the JSON of `sluice lineage` and of its batch form out.

use serde::Serialize;

use super::{VERSION, line, page};
use crate::algebra::{Assumption, Nullability};
use crate::data::{Kind, Value};
use crate::lineage::{ColumnLineage, Edge};
use crate::report::{ReadAt, Relation, Sureness};

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    relations: Vec<Shape<'a>>,
}

#[derive(Serialize)]
struct BatchAnswer<'a> {
    id: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    relations: Vec<Shape<'a>>,
}

#[derive(Serialize)]
struct Shape<'a> {
    name: &'a str,
    kind: &'static str,
    path: Option<&'a str>,
    status: &'static str,
    why: &'a [String],
    columns: Vec<Column<'a>>,
    rows: Vec<Input<'a>>,
    keys: &'a [Vec<String>],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    assumed: Vec<Assumed<'a>>,
    depends_on: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stars: &'a [String],
}

/// A fact that somebody declares and nothing proves.
#[derive(Serialize)]
struct Assumed<'a> {
    fact: &'static str,
    columns: &'a [String],
    because: &'a str,
}

#[derive(Serialize)]
struct Column<'a> {
    name: &'a str,
    r#type: Option<&'a str>,
    nullable: Option<bool>,
    inputs: Vec<Input<'a>>,
}

#[derive(Serialize)]
struct Input<'a> {
    relation: &'a str,
    column: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    via: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    candidates: Vec<Candidate<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place<'a>>,
}

/// What else an ambiguous mention may mean.
#[derive(Serialize)]
struct Candidate<'a> {
    relation: &'a str,
    column: &'a str,
}

/// Where a read stands.
#[derive(Serialize)]
pub(super) struct Place<'a> {
    path: &'a str,
    line: u32,
    column: u32,
}

pub(super) fn place(at: &ReadAt) -> Place<'_> {
    Place { path: &at.path, line: at.line, column: at.column }
}

/// `sluice lineage --format json`.
pub fn lineage(relations: &[Relation]) -> String {
    page(&Answer { version: VERSION, relations: relations.iter().map(shape).collect() })
}

/// One line of `sluice lineage --batch`: the case's own id, and why it could not be answered in full.
pub fn batch_lineage(id: &Value, error: Option<&str>, relations: &[Relation]) -> String {
    line(&BatchAnswer { id: scalar(id), error, relations: relations.iter().map(shape).collect() })
}

/// An id goes back as it came.
pub(super) fn scalar(value: &Value) -> serde_json::Value {
    match &value.kind {
        Kind::Null | Kind::List(_) | Kind::Map(_) => serde_json::Value::Null,
        Kind::Bool(value) => (*value).into(),
        Kind::Integer(value) => (*value).into(),
        Kind::Float(value) => (*value).into(),
        Kind::String(value) => value.as_str().into(),
    }
}

fn shape(relation: &Relation) -> Shape<'_> {
    let lineage = &relation.lineage;
    Shape {
        name: &relation.name,
        kind: relation.kind.word(),
        path: relation.path.as_deref(),
        status: relation.status.word(),
        why: &relation.why,
        columns: lineage.columns.iter().map(|one| column(one, relation)).collect(),
        rows: inputs(&lineage.rows, relation),
        keys: &lineage.keys,
        assumed: lineage.assumed.iter().map(assumed).collect(),
        depends_on: &lineage.depends_on,
        stars: &lineage.stars,
    }
}

fn assumed(assumption: &Assumption) -> Assumed<'_> {
    let fact = if assumption.unique { "unique" } else { "not_null" };
    Assumed { fact, columns: &assumption.columns, because: &assumption.because }
}

fn column<'r>(column: &'r ColumnLineage, relation: &'r Relation) -> Column<'r> {
    Column {
        name: &column.name,
        r#type: (!column.ty.name.is_empty()).then_some(column.ty.name.as_str()),
        nullable: nullable(column.nullable),
        inputs: inputs(&column.inputs, relation),
    }
}

/// Several reads of one column by one kind are one, at the place of the first.
fn inputs<'r>(edges: &'r [Edge], relation: &'r Relation) -> Vec<Input<'r>> {
    let mut inputs: Vec<Input> = Vec::with_capacity(edges.len());
    for edge in edges {
        let (to, column, via) = (edge.relation.as_str(), edge.column.as_str(), edge.via.word());
        let field = edge.field.as_deref();
        let known = |input: &Input| (input.relation, input.column, input.field, input.via) == (to, column, field, via);
        if !inputs.iter().any(known) {
            let sureness = relation.sureness(edge);
            let candidates = match sureness {
                Some(Sureness::Ambiguous) => candidates(edge, edges),
                _ => Vec::new(),
            };
            let (state, place) = (sureness.map(Sureness::word), relation.places.get(&edge.span).map(place));
            inputs.push(Input { relation: to, column, field, via, state, candidates, place });
        }
    }
    inputs
}

/// The other columns that are read by the same mention.
fn candidates<'r>(edge: &Edge, edges: &'r [Edge]) -> Vec<Candidate<'r>> {
    let mut found: Vec<Candidate> = Vec::new();
    for other in edges.iter().filter(|other| other.span == edge.span) {
        let own = other.relation == edge.relation && other.column == edge.column;
        if !own && !found.iter().any(|known| known.relation == other.relation && known.column == other.column) {
            found.push(Candidate { relation: &other.relation, column: &other.column });
        }
    }
    found
}

fn nullable(nullable: Nullability) -> Option<bool> {
    match nullable {
        Nullability::Yes => Some(true),
        Nullability::No => Some(false),
        Nullability::Unknown => None,
    }
}
