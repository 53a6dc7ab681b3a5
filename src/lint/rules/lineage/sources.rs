//! A project in; models that read sources where or as they should not, and sources that few or too many read, out.

use std::collections::BTreeMap;

use crate::algebra::{Op, RelId};
use crate::compile::CompiledModel;
use crate::lint::dag::{self, Dag, is_source, is_whole, quoted, reading};
use crate::lint::facts::Facts;
use crate::lint::finding::Raised;
use crate::lint::scene::Stage;
use crate::project::{Language, Source};

/// `root-model`.
pub(super) fn root_model(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    for compiled in stage.built_models().filter(|compiled| is_whole(compiled)) {
        let model = &compiled.model;
        if model.language == Language::Python || dag.parents(&model.id).next().is_some() {
            continue;
        }
        let message = format!("`{}` reads nothing: no model, source, seed or table.", model.name);
        let help = "If it reads a table in a way that is not seen, declare that as a source. Constants are better kept in a seed.";
        found.push(Raised::at(dag::head(model), message, &model.name).help(help).model(&model.id));
    }
}

/// `direct-join-to-source`.
pub(super) fn direct_join(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    for compiled in stage.built_models() {
        let model = &compiled.model;
        let Some(other) = dag.parents(&model.id).find(|parent| parent.starts_with("model.")) else { continue };
        for source in dag.parents(&model.id).filter(|parent| is_source(parent)) {
            let names = (stage.compilation.short_name(source), stage.compilation.short_name(other));
            let message = format!("`{}` reads the source `{}` beside the model `{}`.", model.name, names.0, names.1);
            let help = "Read the source through a staging model, so that it is cleaned and renamed in one place.";
            found.push(Raised::at(reading(compiled, source), message, source).help(help).model(&model.id));
        }
    }
}

/// `multiple-sources-joined`.
pub(super) fn several(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    for compiled in stage.built_models() {
        let model = &compiled.model;
        let sources: Vec<&str> = dag.parents(&model.id).filter(|parent| is_source(parent)).collect();
        if sources.len() < 2 || (!stage.options().flag("unions") && is_stacked(compiled)) {
            continue;
        }
        let names = quoted(sources.iter().map(|source| stage.compilation.short_name(source)));
        let message = format!("`{}` reads {} sources at once: {names}.", model.name, sources.len());
        let help = "Stage each source by itself, and join the staging models.";
        let mut places: Vec<_> = sources.iter().map(|source| reading(compiled, source)).collect();
        places.sort();
        found.push(Raised::at(places.swap_remove(1), message, &model.name).help(help).model(&model.id));
    }
}

/// Are its sources only put one below the other, never side by side?
fn is_stacked(compiled: &CompiledModel) -> bool {
    let facts = Facts::new(&compiled.query);
    let sources = |rel: RelId| {
        let mut sources = Vec::new();
        below(&facts, rel, &mut |node| {
            if let Op::Scan { input, .. } = &node.op {
                sources
                    .extend(facts.query.reads.get(*input).filter(|input| is_source(&input.id)).map(|input| &input.id));
            }
        });
        sources
    };
    let joined = facts.nodes().any(|(_, node)| match &node.op {
        Op::Join { left, right, .. } => !sources(*left).is_empty() && !sources(*right).is_empty(),
        Op::Opaque { .. } => true,
        _ => false,
    });
    !joined && facts.nodes().any(|(_, node)| matches!(node.op, Op::Set { .. }))
}

fn below(facts: &Facts<'_>, rel: RelId, visit: &mut dyn FnMut(&crate::algebra::Node)) {
    let mut seen = std::collections::BTreeSet::new();
    let mut open = vec![rel];
    while let Some(rel) = open.pop() {
        if seen.insert(rel) {
            let node = facts.node(rel);
            visit(node);
            open.extend(node.op.inputs());
        }
    }
}

/// `source-outside-staging`.
pub(super) fn outside_staging(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    let allowed = stage.options().words("layers");
    for compiled in stage.built_models() {
        let model = &compiled.model;
        let Some(layer) = stage.layer(model).filter(|layer| !allowed.iter().any(|name| name == layer)) else {
            continue;
        };
        for source in dag.parents(&model.id).filter(|parent| is_source(parent)) {
            let name = stage.compilation.short_name(source);
            let message = format!("`{}`, of the layer `{layer}`, reads the source `{name}` itself.", model.name);
            let help = format!("Read it through a model of the layer {}.", quoted(&allowed));
            found.push(Raised::at(reading(compiled, source), message, source).help(help).model(&model.id));
        }
    }
}

/// `source-fanout`.
pub(super) fn fanout(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    let most = usize::try_from(stage.options().number("max")).unwrap_or(0);
    for source in own(stage) {
        let readers: Vec<&str> = dag.children(&source.id).collect();
        if readers.len() <= most {
            continue;
        }
        let names = quoted(readers.iter().map(|reader| stage.compilation.short_name(reader)));
        let message = format!("{} models read the source `{}`: {names}.", readers.len(), title(source));
        let help = "Let one staging model read it, and the others that model.";
        found.push(at(source, message).help(help));
    }
}

/// `unused-source`.
pub(super) fn unused(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    let consumed = stage.consumed();
    let tests: Vec<&CompiledModel> = stage.own_models().filter(|compiled| !dag::is_built(&compiled.model)).collect();
    let broken = dag::unread_texts(stage.compilation);
    for source in own(stage) {
        let read = dag.children(&source.id).next().is_some()
            || consumed.contains(source.id.as_str())
            || tests.iter().any(|test| dag::reads(test).any(|id| id == source.id));
        if read || broken.iter().any(|text| text.contains(&source.name)) {
            continue;
        }
        let message = format!("Nothing reads the source `{}`.", title(source));
        found.push(at(source, message).help("Remove the entry, or read it."));
    }
}

/// `same-table-two-sources`.
pub(super) fn same_table(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let mut first: BTreeMap<[String; 3], &Source> = BTreeMap::new();
    let mut sources: Vec<&Source> = own(stage).collect();
    sources.sort_by(|a, b| a.place.cmp(&b.place));
    for source in sources {
        let lower = |part: &Option<String>| part.clone().unwrap_or_default().to_ascii_lowercase();
        let relation = &source.relation;
        let key = [lower(&relation.database), lower(&relation.schema), relation.identifier.to_ascii_lowercase()];
        if key.iter().any(|part| part.contains('{')) {
            continue;
        }
        let Some(other) = first.get(&key) else {
            first.insert(key, source);
            continue;
        };
        let message = format!("`{}` is the same table as `{}`.", title(source), title(other));
        let help = "Keep one of them, so that what is known of the table is in one place.";
        found.push(at(source, message).help(help).label(other.place.clone(), "the other one"));
    }
}

/// `source-read-elsewhere`.
pub(super) fn elsewhere(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default();
    for source in own(stage) {
        let home = folder(source.place.file.path());
        for reader in dag.children(&source.id).filter_map(|id| stage.compilation.models.get(id)) {
            let model = &reader.model;
            if model.package != stage.project.name || folder(model.file.path()) == home {
                continue;
            }
            let message = format!("`{}` is declared in `{home}`, and read here.", title(source));
            let help = "Read it in the folder that declares it, and read here what that offers.";
            let raised = Raised::at(reading(reader, &source.id), message, &source.id).help(help).model(&model.id);
            found.push(raised.label(source.place.clone(), "declared here"));
        }
    }
}

pub(super) fn own<'a>(stage: &Stage<'a>) -> impl Iterator<Item = &'a Source> {
    let project = stage.project;
    project.sources.iter().filter(move |source| source.package == project.name)
}

pub(super) fn title(source: &Source) -> String {
    format!("{}.{}", source.source, source.name)
}

pub(super) fn at(source: &Source, message: String) -> Raised {
    Raised::at(source.place.clone(), message, &source.id)
}
