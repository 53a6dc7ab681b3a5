//! One project in; everything in it that a team describes, owns and tags, in one shape, out.

use std::collections::BTreeSet;

use crate::compile::CompiledModel;
use crate::data::Value;
use crate::project::{Kind, ModelKind, Properties};
use crate::text::{FileId, Place};

use super::dag::{described, inner_path, setting};
use super::finding::Raised;
use super::macros::{entry, macro_files};
use super::scene::Stage;

/// Something that properties files describe.
pub(super) struct Resource<'a> {
    pub(super) sort: Sort,
    pub(super) name: String,
    /// Where it is described, else where it starts.
    pub(super) place: Place,
    /// Whether a properties file has an entry for it.
    pub(super) has_entry: bool,
    pub(super) description: String,
    pub(super) tags: Vec<String>,
    /// Maps of `meta`; what any of them says counts.
    pub(super) meta: Vec<&'a Value>,
    pub(super) owner: Option<&'a str>,
    pub(super) properties: Option<&'a Properties>,
    pub(super) model: Option<&'a CompiledModel>,
    pub(super) layer: Option<&'a str>,
}

/// What kind of thing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    Model,
    Snapshot,
    Seed,
    Source,
    SourceTable,
    Exposure,
    Macro,
}

impl Sort {
    pub(super) const ALL: [Sort; 7] =
        [Sort::Model, Sort::Snapshot, Sort::Seed, Sort::Source, Sort::SourceTable, Sort::Exposure, Sort::Macro];

    /// As options name it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Sort::Model => "model",
            Sort::Snapshot => "snapshot",
            Sort::Seed => "seed",
            Sort::Source => "source",
            Sort::SourceTable => "source_table",
            Sort::Exposure => "exposure",
            Sort::Macro => "macro",
        }
    }

    /// As a sentence names it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Sort::SourceTable => "source table",
            other => other.word(),
        }
    }
}

impl Resource<'_> {
    /// A finding where it is described.
    pub(super) fn raise(&self, message: impl Into<String>) -> Raised {
        let raised = Raised::at(self.place.clone(), message, &format!("{} {}", self.sort.word(), self.name));
        match self.model {
            Some(compiled) => raised.model(&compiled.model.id),
            None => raised,
        }
    }

    /// The value under a key of `meta`.
    pub(super) fn meta(&self, key: &str) -> Option<&Value> {
        let path: Vec<&str> = key.split('.').collect();
        self.meta.iter().find_map(|meta| meta.get(key).or_else(|| meta.at(&path)))
    }

    /// The file it stands in, from the project's root.
    pub(super) fn path<'p>(&'p self, stage: &Stage<'_>) -> &'p str {
        let file = self.model.map_or(&self.place.file, |compiled| &compiled.model.file);
        inner_path(stage.project, file.path())
    }
}

/// The project's own resources that the option `resources` names, in the layers that `layers` names (all, where it
/// names none).
pub(super) fn resources<'a>(stage: &Stage<'a>) -> Vec<Resource<'a>> {
    let words = stage.options().words("resources");
    let layers = stage.options().words("layers");
    let mut all = Vec::new();
    for sort in Sort::ALL.into_iter().filter(|sort| words.iter().any(|word| is_word(word, *sort))) {
        all.extend(of(stage, sort));
    }
    all.retain(|one: &Resource<'_>| {
        layers.is_empty() || one.layer.is_some_and(|layer| layers.iter().any(|name| name == layer))
    });
    all
}

/// `model` and `models` are the same.
fn is_word(word: &str, sort: Sort) -> bool {
    word == sort.word() || word.strip_suffix('s') == Some(sort.word())
}

/// The project's own resources of one sort.
pub(super) fn of<'a>(stage: &Stage<'a>, sort: Sort) -> Vec<Resource<'a>> {
    let project = stage.project;
    match sort {
        Sort::Model => stage.built_models().map(|compiled| of_model(stage, compiled, sort)).collect(),
        Sort::Snapshot => {
            let snapshots = stage.built().filter(|compiled| compiled.model.kind == ModelKind::Snapshot);
            snapshots.map(|compiled| of_model(stage, compiled, sort)).collect()
        }
        Sort::Seed => {
            let own = project.seeds.iter().filter(|seed| seed.package == project.name);
            let place = |seed: &crate::project::Seed| seed.properties_place.clone();
            own.map(|seed| {
                let place = (place(seed), &seed.file);
                blank(sort, &seed.name, place, Some(&seed.properties))
            })
            .collect()
        }
        Sort::Source => sources(stage),
        Sort::SourceTable => {
            let own = project.sources.iter().filter(|source| source.package == project.name);
            let table = |source: &'a crate::project::Source| {
                let name = format!("{}.{}", source.source, source.name);
                let place = (Some(source.place.clone()), &source.place.file);
                let mut one = blank(sort, &name, place, Some(&source.properties));
                if source.holder.as_ref().is_some_and(|holder| !holder.table_described) {
                    one.description.clear();
                }
                one
            };
            own.map(table).collect()
        }
        Sort::Exposure => exposures(stage),
        Sort::Macro => macros(stage),
    }
}

fn of_model<'a>(stage: &Stage<'a>, compiled: &'a CompiledModel, sort: Sort) -> Resource<'a> {
    let model = &compiled.model;
    let properties = &model.properties;
    let mut one = blank(sort, &model.name, (Some(described(model)), &model.file), Some(properties));
    one.has_entry = model.properties_place.is_some();
    if let Some(tags) = compiled.rendered.config.0.get("tags") {
        one.tags.extend(tags.strings());
    }
    one.meta.extend(compiled.rendered.config.0.get("meta"));
    one.model = Some(compiled);
    one.layer = stage.layer(model);
    if one.owner.is_none() {
        one.owner = setting(compiled, "meta").and_then(|meta| meta.get("owner")).and_then(Value::str);
    }
    one
}

fn blank<'a>(
    sort: Sort,
    name: &str,
    (place, file): (Option<Place>, &FileId),
    properties: Option<&'a Properties>,
) -> Resource<'a> {
    Resource {
        sort,
        name: name.to_owned(),
        has_entry: place.is_some(),
        place: place.unwrap_or_else(|| Place::top(file)),
        description: properties.map(|properties| properties.description.clone()).unwrap_or_default(),
        tags: properties.map(|properties| properties.tags.clone()).unwrap_or_default(),
        meta: properties.and_then(|properties| properties.meta.as_ref()).into_iter().collect(),
        owner: properties.and_then(|properties| properties.owner.as_deref()),
        properties,
        model: None,
        layer: None,
    }
}

/// One for each `sources:` entry.
fn sources<'a>(stage: &Stage<'a>) -> Vec<Resource<'a>> {
    let project = stage.project;
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for source in project.sources.iter().filter(|source| source.package == project.name) {
        let Some(holder) = source.holder.as_ref().filter(|holder| seen.insert(&holder.place)) else { continue };
        let mut one = blank(Sort::Source, &source.source, (Some(holder.place.clone()), &holder.place.file), None);
        one.description.clone_from(&holder.description);
        one.tags.clone_from(&source.properties.tags);
        one.meta = source.properties.meta.iter().collect();
        one.owner = source.properties.owner.as_deref();
        found.push(one);
    }
    found
}

fn exposures<'a>(stage: &Stage<'a>) -> Vec<Resource<'a>> {
    let project = stage.project;
    let own = project.exposures.iter().filter(|exposure| exposure.package == project.name);
    let read = |exposure: &'a crate::project::Exposure| {
        let place = (Some(exposure.place.clone()), &exposure.place.file);
        let mut one = blank(Sort::Exposure, &exposure.name, place, None);
        one.description.clone_from(&exposure.description);
        one.tags = exposure.config.strings("tags");
        one.meta = exposure.config.0.get("meta").into_iter().collect();
        one.owner = exposure.owner.as_deref();
        one
    };
    own.map(read).collect()
}

fn macros<'a>(stage: &Stage<'a>) -> Vec<Resource<'a>> {
    if stage.project.kind != Kind::Dbt {
        return Vec::new();
    }
    let mut found = Vec::new();
    for file in macro_files(stage) {
        for one in file.defined() {
            let entry = entry(stage, &one.name);
            let place = file.name_place(one);
            let mut resource = blank(Sort::Macro, &one.name, (entry.map(|entry| entry.place.clone()), file.file), None);
            if let Some(entry) = entry {
                resource.description.clone_from(&entry.description);
                resource.meta = entry.meta.iter().collect();
            } else {
                resource.place = place;
            }
            found.push(resource);
        }
    }
    found
}

/// Where what concerns the project as a whole is told.
pub(super) fn project_place(stage: &Stage<'_>) -> Place {
    let name = if stage.project.kind == Kind::Dbt { "dbt_project.yml" } else { "sluice.toml" };
    let root = &stage.project.root;
    Place::top(&FileId::new(&if root.is_empty() { name.to_owned() } else { format!("{root}/{name}") }))
}
