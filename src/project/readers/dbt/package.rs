//! One package's files sorted by role, and the frame of the project that every package in it is read in.

use std::collections::{BTreeMap, BTreeSet};

use super::expression::Scope;
use super::project_file::{self, ProjectFile};
use crate::data::Value;
use crate::project::files::{Files, has_extension, join, relative, stem, under};
use crate::project::globs::Globs;
use crate::project::{Settings, Target};
use crate::text::FileId;

/// A file under one of a package's folders.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub file: FileId,
    /// Its path below that folder, by which config trees name it.
    pub path: String,
}

impl Found {
    pub fn folders(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = self.path.split('/').collect();
        parts.pop();
        parts
    }

    pub fn stem(&self) -> &str {
        stem(&self.path)
    }
}

/// A package (or the root project), before its files are read.
#[derive(Debug)]
pub(super) struct Part {
    pub file: ProjectFile,
    pub is_root: bool,
    /// Its files come from the disk beside the snapshot.
    pub on_disk: bool,
    pub models: Vec<Found>,
    pub seeds: Vec<Found>,
    pub snapshots: Vec<Found>,
    pub analyses: Vec<Found>,
    pub tests: Vec<Found>,
    pub macros: Vec<Found>,
    pub documents: Vec<Found>,
}

impl Part {
    /// Sorts the files of `all` (a sorted list) by the folders that `dbt_project.yml` names.
    pub fn new(file: ProjectFile, all: &[FileId], files: &dyn Files, exclude: &Globs) -> Part {
        let ignored = dbtignore(&file, files);
        let keep = |found: &Found| {
            let path = found.file.path();
            let built = [&file.packages, &file.target].iter().any(|folder| {
                // `packages-install-path: .` would hide the project from itself.
                **folder != file.root && relative(folder, path).is_some()
            });
            let inner = relative(&file.root, path);
            !built && !inner.is_some_and(|inner| ignored.matches(inner) || exclude.matches(inner))
        };
        let pick = |folders: &[String], extensions: &[&str]| {
            let mut picked = BTreeSet::new();
            for folder in folders {
                for id in under(all, folder).iter().filter(|id| extensions.iter().any(|e| has_extension(id.path(), e)))
                {
                    let path = relative(folder, id.path()).unwrap_or(id.path()).to_owned();
                    picked.insert(Found { file: id.clone(), path });
                }
            }
            picked.into_iter().filter(keep).collect::<Vec<_>>()
        };
        let (generic, singular): (Vec<_>, Vec<_>) =
            pick(&file.tests, &["sql"]).into_iter().partition(|found| found.path.starts_with("generic/"));
        let mut macros = pick(&file.macros, &["sql"]);
        macros.extend(generic);
        let everywhere = [&file.models, &file.seeds, &file.snapshots, &file.analyses, &file.macros, &file.tests];
        let everywhere: Vec<String> = everywhere.into_iter().flatten().cloned().collect();
        Part {
            models: pick(&file.models, &["sql", "py"]),
            seeds: pick(&file.seeds, &["csv"]),
            snapshots: pick(&file.snapshots, &["sql"]),
            analyses: pick(&file.analyses, &["sql"]),
            documents: pick(&everywhere, &["yml", "yaml"]),
            tests: singular,
            macros,
            is_root: false,
            on_disk: false,
            file,
        }
    }
}

/// The globs of `.dbtignore`, which speaks like `.gitignore`.
fn dbtignore(file: &ProjectFile, files: &dyn Files) -> Globs {
    let path = join(&file.root, ".dbtignore").unwrap_or_default();
    let text = files.text(&FileId::new(&path)).unwrap_or_default();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '!']));
    let mut globs = Vec::new();
    for line in lines {
        let body = line.trim_matches('/');
        let anchored = line.trim_end_matches('/').contains('/');
        let body = if anchored { body.to_owned() } else { format!("**/{body}") };
        globs.extend([format!("{body}/**"), body]);
    }
    Globs::new(&globs)
}

/// What all packages of one project share.
pub(super) struct Frame<'a> {
    pub root: &'a ProjectFile,
    pub settings: &'a Settings,
    pub target: &'a Target,
    /// Package name (or `""`) to its vars, the root's word first.
    pub vars: &'a BTreeMap<String, BTreeMap<String, Value>>,
}

impl<'a> Frame<'a> {
    /// What YAML of a package may ask for.
    pub fn scope(&self, package: &str) -> Scope<'a> {
        let project = [package, ""].into_iter().filter_map(|name| self.vars.get(name));
        let vars = std::iter::once(&self.settings.vars).chain(project).collect();
        Scope { vars, env: &self.settings.env, target: Some(self.target) }
    }
}

/// The vars of a project and its packages: what the root says wins over a package's own.
pub(super) fn merged_vars(parts: &[Part]) -> BTreeMap<String, BTreeMap<String, Value>> {
    let Some(root) = parts.iter().find(|part| part.is_root) else { return BTreeMap::new() };
    let mut vars = root.file.vars.clone();
    let nobody = BTreeMap::new();
    let global = root.file.vars.get("").unwrap_or(&nobody);
    for part in parts.iter().filter(|part| !part.is_root) {
        let named = vars.entry(part.file.name.clone()).or_default();
        for scope in [part.file.name.as_str(), ""] {
            for (name, value) in part.file.vars.get(scope).unwrap_or(&nobody) {
                if !global.contains_key(name) && !project_file::is_map(value) {
                    named.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
        }
    }
    vars
}
