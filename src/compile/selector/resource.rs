//! A Compilation in; everything a selector may name, with the facts that methods ask for, out.

use std::borrow::Cow;

use crate::compile::{Compilation, CompiledModel};
use crate::data::Value;
use crate::project::{Config, ConsumerKind, Project, Properties};

/// One thing of the repo that a selector may name.
pub(super) struct Resource<'c> {
    pub id: &'c str,
    /// As dbt calls its type: `model`, `source`, `saved_query`; `table` is what a script writes.
    pub kind: &'static str,
    pub package: &'c str,
    /// `source.table` for a table of a source.
    pub name: String,
    /// The file that defines it, from the repo root.
    pub path: &'c str,
    /// The same, from the root of its project.
    pub inner_path: &'c str,
    /// What its own text says wins over what the files around it say.
    pub configs: Vec<&'c Config>,
    pub properties: Option<&'c Properties>,
    /// The version, and whether it is the latest.
    pub version: Option<(&'c str, bool)>,
}

impl Resource<'_> {
    /// Package, folders and name, as dbt's `fqn`: the folder of the project's own paths is left out.
    pub(super) fn fqn(&self) -> Vec<Cow<'_, str>> {
        let folders = self.inner_path.rsplit_once('/').map_or("", |(folders, _)| folders);
        let inner = folders.split('/').skip(1).filter(|folder| !folder.is_empty());
        let version = self.version.map(|(version, _)| Cow::Owned(format!("v{version}")));
        let leaf = self.name.split('.').next_back().unwrap_or_default();
        let source = self.name.strip_suffix(leaf).map(|source| source.trim_end_matches('.'));
        let names = source.filter(|source| !source.is_empty()).into_iter().chain([leaf]);
        [self.package].into_iter().chain(inner).chain(names).map(Cow::Borrowed).chain(version).collect()
    }

    /// Tags add up, from the project file to the text itself.
    pub(super) fn tags(&self) -> Vec<String> {
        let of_properties = self.properties.iter().flat_map(|properties| properties.tags.iter().cloned());
        self.configs.iter().flat_map(|config| config.strings("tags")).chain(of_properties).collect()
    }

    /// The config value at the end of some keys; dbt's own default where nobody says one.
    pub(super) fn config(&self, keys: &[String]) -> Option<Value> {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let (first, rest) = keys.split_first()?;
        let found = self.configs.iter().find_map(|config| config.0.get(*first)?.at(rest).cloned());
        found.or_else(|| self.default(first).filter(|_| rest.is_empty()))
    }

    fn default(&self, key: &str) -> Option<Value> {
        let text = match (key, self.kind) {
            ("materialized", "model" | "analysis") => "view",
            ("materialized", "table") => "table",
            ("materialized", kind @ ("snapshot" | "seed" | "test")) => kind,
            ("enabled", _) => "true",
            _ => return None,
        };
        Some(Value { kind: crate::data::Kind::String(text.to_owned()), ..Value::null() })
    }
}

/// All of them, by kind and id.
pub(super) fn resources(compilation: &Compilation) -> Vec<Resource<'_>> {
    let mut all: Vec<Resource<'_>> = compilation.models.values().map(|model| of_model(model, compilation)).collect();
    for project in &compilation.projects {
        all.extend(sources(project));
        all.extend(seeds(project));
        all.extend(consumers(project));
    }
    all
}

fn of_model<'c>(compiled: &'c CompiledModel, compilation: &'c Compilation) -> Resource<'c> {
    let (model, project) = (&compiled.model, &compilation.projects[compiled.project]);
    let path = model.file.path();
    Resource {
        id: &model.id,
        kind: model.kind.word(),
        package: &model.package,
        name: model.name.clone(),
        path,
        inner_path: inner(path, &model.package, project),
        configs: vec![&compiled.rendered.config, &model.config],
        properties: Some(&model.properties),
        version: model.version.as_deref().map(|version| (version, model.latest)),
    }
}

fn sources(project: &Project) -> impl Iterator<Item = Resource<'_>> {
    project.sources.iter().map(|source| Resource {
        name: format!("{}.{}", source.source, source.name),
        properties: Some(&source.properties),
        configs: vec![&source.config],
        ..plain("source", &source.id, &source.package, source.place.file.path(), project)
    })
}

fn seeds(project: &Project) -> impl Iterator<Item = Resource<'_>> {
    project.seeds.iter().map(|seed| Resource {
        name: seed.name.clone(),
        properties: Some(&seed.properties),
        configs: vec![&seed.config],
        ..plain("seed", &seed.id, &seed.package, seed.file.path(), project)
    })
}

fn consumers(project: &Project) -> impl Iterator<Item = Resource<'_>> {
    let exposures = project.exposures.iter().map(|exposure| Resource {
        name: exposure.name.clone(),
        configs: vec![&exposure.config],
        ..plain("exposure", &exposure.id, &exposure.package, exposure.place.file.path(), project)
    });
    let others = project.consumers.iter().map(|consumer| {
        let kind = match consumer.kind {
            ConsumerKind::Metric => "metric",
            ConsumerKind::SemanticModel => "semantic_model",
            ConsumerKind::SavedQuery => "saved_query",
            ConsumerKind::UnitTest => "unit_test",
        };
        let resource = plain(kind, &consumer.id, &consumer.package, consumer.place.file.path(), project);
        Resource { name: consumer.name.clone(), ..resource }
    });
    exposures.chain(others)
}

fn plain<'c>(kind: &'static str, id: &'c str, package: &'c str, path: &'c str, project: &'c Project) -> Resource<'c> {
    Resource {
        id,
        kind,
        package,
        name: String::new(),
        path,
        inner_path: inner(path, package, project),
        configs: Vec::new(),
        properties: None,
        version: None,
    }
}

/// A path from the root of the project, or of the installed package, that it stands in.
fn inner<'p>(path: &'p str, package: &str, project: &Project) -> &'p str {
    let installed = project.packages.iter().find(|known| known.name == package).and_then(|known| known.root.as_deref());
    let below = |root: &str| {
        if root.is_empty() { Some(path) } else { path.strip_prefix(root)?.strip_prefix('/') }
    };
    installed.and_then(below).or_else(|| below(&project.root)).unwrap_or(path)
}
