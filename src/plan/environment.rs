//! The name of an environment and the settings in, where its relations are written and read out.

use crate::project::{EnvironmentSettings, Project, RelationName, Sample, Source};
use crate::text::closest;

/// What stands behind the names of tables that wait for their gates, unless the settings say otherwise.
const AUDIT: &str = "__audit";

/// Where the relations of an environment are.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    pub name: String,
    /// What people and dashboards read. It is written only by promoting what passed.
    pub production: bool,
    settings: EnvironmentSettings,
    audit: String,
}

/// An environment that no settings name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEnvironment {
    pub known: Vec<String>,
    pub meant: Option<String>,
}

impl Environment {
    /// The environment called `name`. `prod` needs no settings; `branch` stands for `{branch}` in names.
    pub fn named(name: &str, projects: &[Project], branch: Option<&str>) -> Result<Self, UnknownEnvironment> {
        let all = || projects.iter().flat_map(|project| &project.settings.environments);
        let audit = projects.iter().find_map(|project| project.settings.plan.audit.clone());
        let audit = audit.unwrap_or_else(|| AUDIT.to_owned());
        if let Some(found) = all().find(|own| own.name == name) {
            let settings = for_branch(found, branch.unwrap_or("detached"));
            return Ok(Environment { name: name.to_owned(), production: found.production, settings, audit });
        }
        if name == "prod" {
            let settings = EnvironmentSettings::default();
            return Ok(Environment { name: name.to_owned(), production: true, settings, audit });
        }
        let mut known: Vec<String> = all().map(|own| own.name.clone()).collect();
        known.push("prod".to_owned());
        known.dedup();
        let meant = closest(name, known.iter().map(String::as_str)).map(str::to_owned);
        Err(UnknownEnvironment { known, meant })
    }

    /// Where the environment keeps a relation that the project would write to `name`.
    pub(super) fn place(&self, name: &RelationName) -> RelationName {
        let own = &self.settings;
        let schema = own.schema.clone().or_else(|| name.schema.clone());
        RelationName {
            database: own.database.clone().or_else(|| name.database.clone()),
            schema: schema.map(|schema| format!("{}{schema}{}", own.prefix, own.suffix)),
            identifier: name.identifier.clone(),
        }
    }

    /// Where a relation waits for its gates: beside its place in production, at its place in a sandbox.
    pub(super) fn audit(&self, name: &RelationName) -> RelationName {
        let mut place = self.place(name);
        if self.production {
            place.identifier.push_str(&self.audit);
        }
        place
    }

    /// The part of a source that is read here.
    pub(super) fn sample(&self, source: &Source) -> Option<&Sample> {
        if self.production {
            return None;
        }
        let short = format!("{}.{}", source.source, source.name);
        let names = [source.id.as_str(), short.as_str(), source.name.as_str()];
        let single = self.settings.samples.iter().find(|(name, _)| names.contains(&name.as_str()));
        single.map(|(_, sample)| sample).or(self.settings.sample.as_ref())
    }

    pub(super) fn masks(&self) -> bool {
        self.settings.mask && !self.production
    }
}

/// Names with the branch put in, as a name of a schema can have it.
fn for_branch(settings: &EnvironmentSettings, branch: &str) -> EnvironmentSettings {
    let plain = |sign: char| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '_' };
    let branch: String = branch.chars().map(plain).collect();
    let filled = |text: &str| text.replace("{branch}", &branch);
    EnvironmentSettings {
        database: settings.database.as_deref().map(filled),
        schema: settings.schema.as_deref().map(filled),
        prefix: filled(&settings.prefix),
        suffix: filled(&settings.suffix),
        ..settings.clone()
    }
}
