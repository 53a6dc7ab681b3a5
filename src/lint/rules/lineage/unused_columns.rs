//! A project in; columns of sources and models that nothing reads, as far as every reader was understood, out.

use std::collections::BTreeSet;

use crate::algebra::Status;
use crate::compile::CompiledModel;
use crate::lint::dag::{self, Dag, is_whole, names_column};
use crate::lint::finding::Raised;
use crate::lint::scene::{Stage, locate};
use crate::project::ModelKind;

use super::sources;

/// `unused-source-column`.
pub(super) fn of_sources(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    let graph = stage.compilation.graph();
    for source in sources::own(stage) {
        if !is_seen_through(stage, &dag, &source.id) {
            continue;
        }
        for column in &source.properties.columns {
            let read = |reader: &str| {
                stage
                    .compilation
                    .models
                    .get(reader)
                    .is_some_and(|reader| names_column(reader, &source.id, &column.name))
            };
            let node = graph.find(&source.id, Some(&column.name));
            let linked = node.is_some_and(|node| !graph.outputs(node).is_empty());
            if linked || dag.children(&source.id).any(read) {
                continue;
            }
            let message = format!("No model reads the column `{}` of `{}`.", column.name, sources::title(source));
            let help = "Remove it from the entry, or pass it on in the staging model.";
            found.push(Raised::at(column.place.clone(), message, &column.name).help(help));
        }
    }
}

/// `unused-model-column`.
pub(super) fn of_models(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    let graph = stage.compilation.graph();
    let consumed = stage.consumed();
    for compiled in stage.built_models().filter(|compiled| compiled.model.kind == ModelKind::Model) {
        let model = &compiled.model;
        let public = dag::access(compiled) == "public" || consumed.contains(model.id.as_str());
        if public || compiled.status == Status::Opaque || !is_seen_through(stage, &dag, &model.id) {
            continue;
        }
        let tested: BTreeSet<String> = tested(compiled);
        for output in &compiled.query.outputs {
            let read = |reader: &str| {
                stage.compilation.models.get(reader).is_some_and(|reader| names_column(reader, &model.id, &output.name))
            };
            let node = graph.find(&model.id, Some(&output.name));
            let linked = node.is_some_and(|node| !graph.outputs(node).is_empty());
            if linked || dag.children(&model.id).any(read) || tested.contains(&output.name.to_ascii_lowercase()) {
                continue;
            }
            let message = format!("None of the models that read `{}` uses its column `{}`.", model.name, output.name);
            let help = "Remove it, if nobody outside this repo reads it.";
            let place = locate(compiled, output.span).0;
            found.push(Raised::at(place, message, &output.name).help(help).model(&model.id));
        }
    }
}

/// Columns that tests of the model speak of, in lower case.
fn tested(compiled: &CompiledModel) -> BTreeSet<String> {
    let properties = &compiled.model.properties;
    let of_columns = properties.columns.iter().filter(|column| !column.tests.is_empty()).map(|column| &column.name);
    let arguments = properties.tests.iter().flat_map(|test| test.arguments.values());
    let mut tested: BTreeSet<String> = of_columns.map(|name| name.to_ascii_lowercase()).collect();
    tested.extend(arguments.flat_map(crate::data::Value::strings).map(|name| name.to_ascii_lowercase()));
    tested
}

/// Does somebody read it, and is everyone who does understood, column by column?
fn is_seen_through(stage: &Stage<'_>, dag: &Dag<'_>, id: &str) -> bool {
    let mut readers = dag.children(id).peekable();
    let others = stage.own_models().filter(|compiled| !dag::is_built(&compiled.model));
    let clear = |compiled: &CompiledModel| {
        compiled.status == Status::Exact
            && is_whole(compiled)
            && !compiled.lineage.stars.iter().any(|star| star == id)
            && compiled.lineage.depends_on.iter().any(|read| read == id)
    };
    readers.peek().is_some()
        && readers.all(|reader| stage.compilation.models.get(reader).is_some_and(clear))
        && !others.into_iter().any(|other| dag::reads(other).any(|read| read == id))
}
