//! A Snapshot in, the Projects in it out: models, sources, seeds, macros, tests, exposures, config.
//!
//! One entry: [`read`]. One reader per kind of repo in `readers/`. Reading never fails as a whole: what is wrong
//! with a file is a diagnostic at its place, and the rest of the repo is still read.

mod adapter;
mod catalog;
mod config_file;
mod edited;
mod facts;
mod files;
mod globs;
mod guess;
mod model;
mod names;
mod plan_settings;
mod quoting;
mod readers;
mod settings;
mod standards;
pub mod statements;
pub mod tokens;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::data::Value;
use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::repo::{Disk, Snapshot};
use crate::text::Place;

pub use catalog::{
    Catalog, CatalogTable, FORMATS, Format, LOCK, TableChange, lock_text, merge, read_lock, split_name, whole_name,
};
pub use edited::edited;
pub use facts::{Because, Fact, Of, What};
pub use files::{Each, Files, join};
pub use globs::Globs;
pub use model::{
    AUDIT_ARGUMENTS, BLUEPRINT_VARIABLES, Config, Constraint, Consumer, ConsumerKind, DeclaredColumn, Exposure, Group,
    Hook, Language, MacroArgument, MacroEntry, MacroFile, Model, ModelKind, Properties, PythonMacro, RelationName,
    Seed, SeedColumn, Source, SourceHolder, THIS_MODEL, Test,
};
pub use plan_settings::{CheckSettings, EnvironmentSettings, PlanSettings, Sample};
pub use quoting::Quoting;
pub use readers::python_texts;
pub use settings::{Listing, Override, Preset, RuleSetting, Settings, TemplateSettings};
pub use standards::RuleText;

/// Every project of a repo, by root: of `snapshot`, with what git ignores (installed packages) from `disk`.
///
/// `home_profiles` is the text of the user's own profiles.yml, if there is one.
pub fn read(snapshot: &Snapshot, disk: &Disk, home_profiles: Option<&str>, each: Each<'_>) -> Vec<Project> {
    read_files(snapshot, disk, home_profiles, each)
}

/// [`read`], of files wherever they are.
pub fn read_files(snapshot: &dyn Files, disk: &dyn Files, home_profiles: Option<&str>, each: Each<'_>) -> Vec<Project> {
    let mut projects = readers::read(&readers::Repo { all: snapshot.below(""), snapshot, disk, home_profiles, each });
    catalog::load(&mut projects, snapshot, disk);
    standards::load(&mut projects, snapshot);
    projects
}

/// Which reader understood the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Dbt,
    SqlMesh,
    Plain,
}

/// A Snapshot (or one folder of it) understood.
#[derive(Clone, Debug)]
pub struct Project {
    pub name: String,
    /// As `dbt_project.yml` says it.
    pub version: Option<String>,
    /// Path of its root from the repo root, `""` for the root itself, else without a trailing slash.
    pub root: String,
    pub kind: Kind,
    pub dialect: Arc<Dialect>,
    /// Where the dialect came from, for `doctor`: `sluice.toml`, `profiles.yml`, `adapter package dbt-duckdb`, ...
    pub dialect_reason: String,
    pub settings: Settings,
    /// Sorted by id. Packages' models are among them.
    pub models: Vec<Model>,
    pub sources: Vec<Source>,
    pub seeds: Vec<Seed>,
    pub exposures: Vec<Exposure>,
    /// Metrics, semantic models, saved queries and unit tests.
    pub consumers: Vec<Consumer>,
    pub macros: Vec<MacroFile>,
    /// What properties files say of macros.
    pub macro_entries: Vec<MacroEntry>,
    /// SQL that runs around the project's models, as its YAML writes it.
    pub hooks: Vec<Hook>,
    /// Files that templates outside dbt include, import from or extend.
    pub templates: Vec<MacroFile>,
    /// Macros written in Python, by name in lower case.
    pub python_macros: BTreeMap<String, PythonMacro>,
    /// Project vars: package name (or `""` for all) -> name -> value.
    pub vars: BTreeMap<String, BTreeMap<String, Value>>,
    /// `dispatch:` of `dbt_project.yml`: macro namespace -> search order.
    pub dispatch: BTreeMap<String, Vec<String>>,
    /// Which parts of the names of what the project builds are quoted, where it says so.
    pub quoting: Quoting,
    pub target: Target,
    pub packages: Vec<Package>,
    /// What files tell of the warehouse.
    pub catalog: Catalog,
    /// Pages of the team's own rules that hold here. Not read yet: a rule is the lint floor's affair.
    pub rule_texts: Vec<RuleText>,
    pub diagnostics: Vec<Diagnostic>,
}

impl Project {
    /// A plain project of nothing but its dialect: what SQL without a repo belongs to.
    pub fn bare(dialect: Arc<Dialect>) -> Self {
        Project {
            name: String::new(),
            version: None,
            root: String::new(),
            kind: Kind::Plain,
            dialect,
            dialect_reason: String::new(),
            settings: Settings::default(),
            models: Vec::new(),
            sources: Vec::new(),
            seeds: Vec::new(),
            exposures: Vec::new(),
            consumers: Vec::new(),
            macros: Vec::new(),
            macro_entries: Vec::new(),
            hooks: Vec::new(),
            templates: Vec::new(),
            python_macros: BTreeMap::new(),
            vars: BTreeMap::new(),
            dispatch: BTreeMap::new(),
            quoting: Quoting::default(),
            target: Target::default(),
            packages: Vec::new(),
            catalog: Catalog::default(),
            rule_texts: Vec::new(),
            diagnostics: Vec::new(),
        }
    }
}

impl Project {
    /// Folders in which templates are looked for by name, in order, from the repo root.
    pub fn template_folders(&self) -> Vec<String> {
        let path = &self.settings.template.path;
        let below = |root: &str| path.iter().filter_map(|folder| join(root, folder)).collect::<Vec<_>>();
        let mut folders = below(&self.root);
        folders.extend(below(""));
        folders.extend([self.root.clone(), String::new()]);
        let mut seen = std::collections::BTreeSet::new();
        folders.retain(|folder| seen.insert(folder.clone()));
        folders
    }
}

/// The connection the project is rendered for: what `target.*` says in templates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target {
    pub profile: String,
    pub name: String,
    pub adapter: String,
    pub database: Option<String>,
    pub schema: String,
    /// Everything else of the profile's output, e.g. `threads`, `warehouse`; secrets are left out.
    pub extra: BTreeMap<String, Value>,
}

/// A dbt package the project names, installed or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    pub version: Option<String>,
    pub installed: bool,
    /// Its folder from the repo root, where it is installed.
    pub root: Option<String>,
    /// Why it is not read, where it is not.
    pub reason: Option<String>,
    /// Where the project names it.
    pub place: Place,
}
