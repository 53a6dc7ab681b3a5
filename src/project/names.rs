//! A Project in, the ids its names mean out: what `ref`, `source` and the like point to.

use std::collections::BTreeMap;

use super::{Model, ModelKind, Seed, Source};

/// The referable names of a project and its packages.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Name to (package, version, is it the latest, id).
    refs: BTreeMap<String, Vec<Target>>,
    sources: BTreeMap<(String, String), Vec<(String, String)>>,
}

#[derive(Clone, Debug)]
struct Target {
    package: String,
    version: Option<String>,
    latest: bool,
    enabled: bool,
    id: String,
}

impl Names {
    pub fn new(models: &[Model], seeds: &[Seed], sources: &[Source]) -> Names {
        let mut names = Names::default();
        for model in models.iter().filter(|model| matches!(model.kind, ModelKind::Model | ModelKind::Snapshot)) {
            names.refs.entry(model.name.clone()).or_default().push(Target {
                package: model.package.clone(),
                version: model.version.clone(),
                latest: model.latest,
                enabled: model.enabled,
                id: model.id.clone(),
            });
        }
        for seed in seeds {
            let (package, id) = (seed.package.clone(), seed.id.clone());
            let target = Target { package, version: None, latest: true, enabled: true, id };
            names.refs.entry(seed.name.clone()).or_default().push(target);
        }
        for source in sources {
            let tables = names.sources.entry((source.source.clone(), source.name.clone())).or_default();
            tables.push((source.package.clone(), source.id.clone()));
        }
        names
    }

    /// What `ref('name')`, `ref('package', 'name', v=..)` in `from` means: the package it names, else the own package,
    /// else the root project's, else the only one.
    pub fn reference(&self, from: &str, package: Option<&str>, name: &str, version: Option<&str>) -> Option<&str> {
        let fits = |target: &&Target| match version {
            Some(version) => target.version.as_deref() == Some(version),
            None => target.latest,
        };
        let all: Vec<&Target> = self.refs.get(name)?.iter().filter(fits).collect();
        let mut ranked: Vec<&&Target> =
            all.iter().filter(|target| package.is_none_or(|package| target.package == package)).collect();
        ranked.sort_by_key(|target| (!target.enabled, target.package != from));
        ranked.first().map(|target| target.id.as_str())
    }

    /// What `source('source', 'table')` in `from` means.
    pub fn source(&self, from: &str, source: &str, table: &str) -> Option<&str> {
        let tables = self.sources.get(&(source.to_owned(), table.to_owned()))?;
        let own = tables.iter().find(|(package, _)| package == from);
        own.or_else(|| tables.first()).map(|(_, id)| id.as_str())
    }
}
