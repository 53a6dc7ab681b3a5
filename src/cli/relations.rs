//! Relations of a Compilation in; how every lineage format shows them out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::algebra::{Known, Status};
use crate::compile::{Compilation, CompiledModel, Pick};
use crate::lineage::{ColumnLineage, Edge, ModelLineage};
use crate::project::ModelKind;
use crate::report::{ReadAt, Relation, RelationKind, Texts};
use crate::text::Span;

/// What is picked: relations whole, and of columns their relations with no others; without a pick, all there are.
/// Consumers are no relations.
pub(super) fn relations(compilation: &Compilation, texts: &Texts, pick: Option<&Pick>) -> Vec<Relation> {
    let graph = compilation.graph();
    let known = |id: &str| compilation.known(id).is_some() || !graph.columns(id).is_empty();
    let wanted: BTreeSet<&str> = match pick {
        None => compilation.models.keys().chain(compilation.tables.keys()).map(String::as_str).collect(),
        Some(pick) => {
            let whole = pick.relations.iter().map(String::as_str).filter(|id| known(id));
            whole.chain(pick.nodes.iter().map(|node| graph.get(*node).relation)).collect()
        }
    };
    let keeps = |id: &str, column: &str| match pick {
        None => true,
        Some(pick) if pick.relations.contains(id) => true,
        Some(pick) => graph.find(id, Some(column)).is_some_and(|node| pick.nodes.contains(&node)),
    };
    let files = files(compilation);
    let mut relations = Vec::new();
    for id in wanted {
        let mut found = match (compilation.models.get(id), compilation.tables.get(id)) {
            (Some(model), _) => relation(model, texts),
            (None, Some(known)) => table(known, compilation, &files),
            (None, None) => table(&Known { id: id.to_owned(), open: true, ..Known::default() }, compilation, &files),
        };
        Arc::make_mut(&mut found.lineage).columns.retain(|column| keeps(id, &column.name));
        relations.push(found);
    }
    relations
}

/// A model as reports show it.
pub(super) fn relation(model: &CompiledModel, texts: &Texts) -> Relation {
    let why = model.why.iter().map(|why| format!("{}: {} ({})", why.cause, why.detail, texts.locate(&why.place)));
    let kind = match model.model.kind {
        ModelKind::Model | ModelKind::Analysis | ModelKind::SingularTest => RelationKind::Model,
        ModelKind::Snapshot => RelationKind::Snapshot,
        ModelKind::Table => RelationKind::Table,
    };
    Relation {
        name: model.model.id.clone(),
        kind,
        path: Some(model.model.file.path().to_owned()),
        status: model.status,
        why: why.collect(),
        places: places(model, texts),
        lineage: Arc::clone(&model.lineage),
        queries: [&model.query].into_iter().chain(&model.also).cloned().collect(),
    }
}

/// Where a model's reads stand in its file, or in the macro that wrote them.
fn places(model: &CompiledModel, texts: &Texts) -> BTreeMap<Span, ReadAt> {
    let columns = model.lineage.columns.iter().flat_map(|column| &column.inputs);
    let mut places = BTreeMap::new();
    for Edge { span, .. } in columns.chain(&model.lineage.rows).filter(|edge| !edge.span.is_empty()) {
        if let Some(origin) = (!places.contains_key(span)).then(|| model.rendered.origin(*span)).flatten() {
            places.insert(*span, texts.read_at(&origin.place));
        }
    }
    places
}

/// The files that define sources and seeds.
fn files(compilation: &Compilation) -> BTreeMap<&str, &str> {
    let mut files = BTreeMap::new();
    for project in &compilation.projects {
        let seeds = project.seeds.iter().map(|seed| (seed.id.as_str(), seed.file.path()));
        let sources = project.sources.iter().map(|source| (source.id.as_str(), source.place.file.path()));
        for (id, path) in seeds.chain(sources) {
            files.entry(id).or_insert(path);
        }
    }
    files
}

/// A source, seed or undeclared table as reports show it.
fn table(known: &Known, compilation: &Compilation, files: &BTreeMap<&str, &str>) -> Relation {
    let columns = known.columns.iter().map(|column| ColumnLineage {
        name: column.name.clone(),
        ty: column.ty.clone(),
        nullable: column.nullable,
        inputs: Vec::new(),
        span: Span::default(),
    });
    let mut columns: Vec<ColumnLineage> = columns.collect();
    let graph = compilation.graph();
    for node in graph.columns(&known.id) {
        let name = graph.get(node).column.unwrap_or_default().to_owned();
        if !columns.iter().any(|column| column.name.eq_ignore_ascii_case(&name)) {
            columns.push(ColumnLineage { name, ..ColumnLineage::default() });
        }
    }
    let keys = known.keys.iter().map(|(columns, _)| columns.clone()).collect();
    let assumed = known.assumed.clone();
    let kind = match known.id.split('.').next() {
        Some("source") => RelationKind::Source,
        Some("seed") => RelationKind::Seed,
        _ => RelationKind::Table,
    };
    Relation {
        name: known.id.clone(),
        kind,
        path: files.get(known.id.as_str()).map(|path| (*path).to_owned()),
        status: Status::Exact,
        why: Vec::new(),
        places: BTreeMap::new(),
        lineage: Arc::new(ModelLineage { columns, keys, assumed, ..ModelLineage::default() }),
        queries: Vec::new(),
    }
}
