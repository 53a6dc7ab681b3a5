//! Relations in, the JSON of `sluice lineage` and of its batch form out.

use serde::Serialize;

use super::{VERSION, line, page};
use crate::algebra::Nullability;
use crate::data::{Kind, Value};
use crate::lineage::{ColumnLineage, Edge};
use crate::report::Relation;

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
    depends_on: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stars: &'a [String],
}

#[derive(Serialize)]
struct Column<'a> {
    name: &'a str,
    r#type: Option<&'a str>,
    nullable: Option<bool>,
    inputs: Vec<Input<'a>>,
}

#[derive(Serialize, PartialEq)]
struct Input<'a> {
    relation: &'a str,
    column: &'a str,
    via: &'static str,
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
        columns: lineage.columns.iter().map(column).collect(),
        rows: inputs(&lineage.rows),
        keys: &lineage.keys,
        depends_on: &lineage.depends_on,
        stars: &lineage.stars,
    }
}

fn column(column: &ColumnLineage) -> Column<'_> {
    Column {
        name: &column.name,
        r#type: (!column.ty.name.is_empty()).then_some(column.ty.name.as_str()),
        nullable: nullable(column.nullable),
        inputs: inputs(&column.inputs),
    }
}

/// Without the places, several reads of one column by one kind are one.
fn inputs(edges: &[Edge]) -> Vec<Input<'_>> {
    let mut inputs: Vec<Input> = Vec::with_capacity(edges.len());
    for edge in edges {
        let input = Input { relation: &edge.relation, column: &edge.column, via: edge.via.word() };
        if !inputs.contains(&input) {
            inputs.push(input);
        }
    }
    inputs
}

fn nullable(nullable: Nullability) -> Option<bool> {
    match nullable {
        Nullability::Yes => Some(true),
        Nullability::No => Some(false),
        Nullability::Unknown => None,
    }
}
