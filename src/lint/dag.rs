//! One project in; who reads whom among its models and tables, and the layer of each model, out.

use std::collections::{BTreeMap, BTreeSet};

use crate::compile::{Compilation, CompiledModel};
use crate::data::Value;
use crate::lineage::Named;
use crate::project::{Model, ModelKind, Project};
use crate::text::{Place, Span};

use super::level::ProjectRules;
use super::scene::Stage;

/// Direct reads of built models, both ways; ids of models, sources, seeds and snapshots, or plain names.
pub(super) struct Dag<'a> {
    parents: BTreeMap<&'a str, BTreeSet<&'a str>>,
    children: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Dag<'a> {
    pub(super) fn of(compilation: &'a Compilation) -> Self {
        let mut dag = Dag { parents: BTreeMap::new(), children: BTreeMap::new() };
        for (id, compiled) in compilation.models.iter().filter(|(_, compiled)| is_built(&compiled.model)) {
            let parents: BTreeSet<&str> = reads(compiled).filter(|parent| *parent != id.as_str()).collect();
            for parent in &parents {
                dag.children.entry(parent).or_default().insert(id);
            }
            dag.parents.insert(id, parents);
        }
        dag
    }

    pub(super) fn parents(&self, id: &str) -> impl Iterator<Item = &'a str> + Clone {
        self.parents.get(id).into_iter().flatten().copied()
    }

    /// Models that read it.
    pub(super) fn children(&self, id: &str) -> impl Iterator<Item = &'a str> + Clone {
        self.children.get(id).into_iter().flatten().copied()
    }

    /// Does `id` read `other`, itself or through models that it reads?
    pub(super) fn descends(&self, id: &str, other: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = self.parents(id).collect();
        while let Some(next) = open.pop() {
            if next == other {
                return true;
            }
            if seen.insert(next) {
                open.extend(self.parents(next));
            }
        }
        false
    }
}

/// All that a model reads: what its query does, and what its template asks for.
pub(super) fn reads(compiled: &CompiledModel) -> impl Iterator<Item = &str> {
    let asked = compiled.rendered.refs.iter().filter_map(|reference| reference.id.as_deref());
    compiled.lineage.depends_on.iter().map(String::as_str).chain(asked)
}

/// Is it a table or view of the warehouse (a test or an analysis is none)?
pub(super) fn is_built(model: &Model) -> bool {
    !matches!(model.kind, ModelKind::Analysis | ModelKind::SingularTest)
}

/// Was its template understood, so that what it does not read is not read?
pub(super) fn is_whole(compiled: &CompiledModel) -> bool {
    !compiled.rendered.failed && compiled.rendered.unknowns.is_empty()
}

/// Names that nobody may read only because a template could not be rendered: the texts of all such models.
pub(super) fn unread_texts<'a>(compilation: &'a Compilation) -> Vec<&'a str> {
    let broken = compilation.models.values().filter(|compiled| compiled.rendered.failed);
    broken.map(|compiled: &'a CompiledModel| &*compiled.model.text).collect()
}

pub(super) fn is_source(id: &str) -> bool {
    id.starts_with("source.")
}

impl<'a> Stage<'a> {
    /// The project's own models and snapshots: what it builds.
    pub(super) fn built(&self) -> impl Iterator<Item = &'a CompiledModel> {
        self.own_models().filter(|compiled| is_built(&compiled.model))
    }

    /// The project's own models, snapshots aside.
    pub(super) fn built_models(&self) -> impl Iterator<Item = &'a CompiledModel> {
        self.built().filter(|compiled| compiled.model.kind != ModelKind::Snapshot)
    }

    pub(super) fn layer(&self, model: &Model) -> Option<&'a str> {
        layer(self.rules, model)
    }

    /// Ids that exposures, metrics, semantic models and saved queries name.
    pub(super) fn consumed(&self) -> BTreeSet<&'a str> {
        let exposures = self.compilation.projects.iter().flat_map(|project| &project.exposures);
        let consumers = self.compilation.projects.iter().flat_map(|project| &project.consumers);
        let consumers = consumers.filter(|consumer| consumer.kind != crate::project::ConsumerKind::UnitTest);
        let named = consumers.flat_map(|consumer| &consumer.depends_on);
        exposures.flat_map(|exposure| &exposure.depends_on).chain(named).map(String::as_str).collect()
    }
}

/// The layers that dbt projects have by custom, from the lowest: name, prefixes of models, folder.
const CUSTOM: [(&str, &[&str]); 4] =
    [("base", &["base_"]), ("staging", &["stg_"]), ("intermediate", &["int_"]), ("marts", &["fct_", "dim_"])];

/// The layer of a model: by its path where `sluice.toml` names layers, else by its prefix, else by its folder.
pub(super) fn layer<'a>(rules: &ProjectRules<'a>, model: &Model) -> Option<&'a str> {
    let path = inner_path(rules.project, model.file.path());
    if !rules.project.settings.layers.is_empty() {
        return rules.layer(&model.file);
    }
    let name = model.name.to_ascii_lowercase();
    let by_prefix = CUSTOM.iter().find(|(_, prefixes)| prefixes.iter().any(|prefix| name.starts_with(prefix)));
    let by_folder = || {
        let mut folders: Vec<&str> = path.split('/').collect();
        folders.pop();
        folders.iter().rev().find_map(|folder| CUSTOM.iter().find(|(layer, _)| layer == folder))
    };
    by_prefix.or_else(by_folder).map(|(layer, _)| *layer)
}

/// The layers of all models that are in one, by id.
pub fn layers(compilation: &Compilation) -> BTreeMap<String, String> {
    let rules: Vec<ProjectRules<'_>> = compilation.projects.iter().map(ProjectRules::of).collect();
    let models = compilation.models.values();
    let known =
        models.filter_map(|one| Some((one.model.id.clone(), layer(&rules[one.project], &one.model)?.to_owned())));
    known.collect()
}

/// Where a layer stands among the others, from the lowest.
pub(super) fn height(project: &Project, layer: &str) -> Option<usize> {
    let layers = &project.settings.layers;
    if layers.is_empty() {
        CUSTOM.iter().position(|(name, _)| *name == layer)
    } else {
        layers.iter().position(|known| known.name == layer)
    }
}

/// A path from the project's root.
pub(super) fn inner_path<'p>(project: &Project, path: &'p str) -> &'p str {
    path.strip_prefix(project.root.as_str()).unwrap_or(path).trim_start_matches('/')
}

/// Where the model asks for a relation, else where it starts.
pub(super) fn reading(compiled: &CompiledModel, id: &str) -> Place {
    let own = compiled
        .rendered
        .refs
        .iter()
        .find(|reference| reference.id.as_deref() == Some(id) && reference.place.file == compiled.model.file);
    own.map_or_else(|| head(&compiled.model), |reference| reference.place.clone())
}

/// Where a model's text starts.
pub(super) fn head(model: &Model) -> Place {
    let body = model.text.get(model.body.range()).unwrap_or_default();
    let blank = body.len() - body.trim_start().len();
    Place::new(&model.file, Span::at(model.body.start as usize + blank))
}

/// Where a model is described, else where it starts.
pub(super) fn described(model: &Model) -> Place {
    model.properties_place.clone().unwrap_or_else(|| head(model))
}

/// The value of a config key, wherever it was set.
pub(super) fn setting<'a>(compiled: &'a CompiledModel, key: &str) -> Option<&'a Value> {
    let configs = [&compiled.model.overrides, &compiled.rendered.config, &compiled.model.config];
    configs.into_iter().find_map(|config| config.0.get(key)).filter(|value| !value.is_null())
}

/// How it is materialized: dbt's default is a view.
pub(super) fn materialized(compiled: &CompiledModel) -> &str {
    match compiled.model.kind {
        ModelKind::Snapshot => "snapshot",
        _ => setting(compiled, "materialized").and_then(Value::str).unwrap_or("view"),
    }
}

/// `private`, `protected` or `public`.
pub(super) fn access(compiled: &CompiledModel) -> &str {
    setting(compiled, "access").and_then(Value::str).unwrap_or("protected")
}

/// Does the model's text name a column of a relation?
pub(super) fn names_column(compiled: &CompiledModel, relation: &str, column: &str) -> bool {
    let is = |named: &Named| named.relation == relation && named.column.eq_ignore_ascii_case(column);
    compiled.lineage.named.iter().any(is)
}

/// Names in backticks, with commas between; of many, the first few.
pub(super) fn quoted<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match names.len() {
        0..=5 => names.join(", "),
        many => format!("{} and {} more", names[..4].join(", "), many - 4),
    }
}
