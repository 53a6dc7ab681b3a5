//! The text of `dbt_project.yml` in, its settings out: names, folders, vars, dispatch, the config trees.

use std::collections::BTreeMap;

use super::check::{self, Shape};
use crate::data::{Kind, Value, yaml};
use crate::diagnostic::Diagnostic;
use crate::project::files::join;
use crate::text::{FileId, Place};

pub(super) const FILE: &str = "dbt_project.yml";

/// What `dbt_project.yml` says.
#[derive(Clone, Debug)]
pub(super) struct ProjectFile {
    pub file: FileId,
    /// The folder of the file, from the repo root.
    pub root: String,
    pub name: String,
    pub version: Option<String>,
    pub profile: Option<String>,
    pub models: Vec<String>,
    pub seeds: Vec<String>,
    pub snapshots: Vec<String>,
    pub macros: Vec<String>,
    pub analyses: Vec<String>,
    pub tests: Vec<String>,
    pub packages: String,
    pub target: String,
    pub vars: BTreeMap<String, BTreeMap<String, Value>>,
    pub dispatch: BTreeMap<String, Vec<String>>,
    /// The whole file, for the config trees under `models:`, `seeds:`, ...
    tree: Value,
}

/// Every key dbt knows at the top of `dbt_project.yml`.
const KEYS: [&str; 40] = [
    "name",
    "version",
    "config-version",
    "profile",
    "model-paths",
    "source-paths",
    "seed-paths",
    "data-paths",
    "test-paths",
    "analysis-paths",
    "macro-paths",
    "snapshot-paths",
    "docs-paths",
    "asset-paths",
    "function-paths",
    "packages-install-path",
    "modules-path",
    "clean-targets",
    "target-path",
    "log-path",
    "query-comment",
    "require-dbt-version",
    "flags",
    "dbt-cloud",
    "exposures",
    "quoting",
    "metrics",
    "models",
    "seeds",
    "semantic-models",
    "saved-queries",
    "snapshots",
    "sources",
    "tests",
    "data_tests",
    "vars",
    "on-run-start",
    "on-run-end",
    "dispatch",
    "restrict-access",
];

/// Keys that newer versions know, and the ones that people keep anchors under.
const RARER_KEYS: [&str; 8] =
    ["unit_tests", "functions", "groups", "anchors", "packages", "catalogs", "query_comment", "sync"];

impl ProjectFile {
    /// Reads the file; a text that is no YAML gives a project of defaults and a diagnostic.
    pub fn read(file: &FileId, text: &str, said: &mut Vec<Diagnostic>) -> ProjectFile {
        let tree = yaml::parse(text).unwrap_or_else(|fault| {
            said.push(check::yaml_error(file, &fault));
            Value::null()
        });
        if !tree.is_null() {
            check::expect(&tree, Shape::Map, "dbt_project.yml", file, said);
        }
        for (key, _) in tree.entries() {
            let extension = key.text.starts_with("x-") || key.text.starts_with('.');
            if !extension && !KEYS.contains(&key.text.as_str()) && !RARER_KEYS.contains(&key.text.as_str()) {
                said.push(check::unknown_key(file, key, "dbt_project.yml", &KEYS));
            }
        }
        let root = crate::project::files::parent(file.path()).to_owned();
        let name = named(file, &root, &tree, said);
        let paths = |keys: [&str; 2], default: &str| folders(&tree, &root, keys, default);
        let one = |keys: [&str; 2], default: &str| {
            let found = keys.iter().find_map(|key| tree.get(key)).and_then(Value::str);
            // A folder outside the repo, or the repo itself, would hide every file there is.
            let named = found.filter(|path| !path.contains("{{")).and_then(|path| join(&root, path));
            named.filter(|path| !path.is_empty()).or_else(|| join(&root, default)).unwrap_or_default()
        };
        ProjectFile {
            models: paths(["model-paths", "source-paths"], "models"),
            seeds: paths(["seed-paths", "data-paths"], "seeds"),
            snapshots: paths(["snapshot-paths", ""], "snapshots"),
            macros: paths(["macro-paths", ""], "macros"),
            analyses: paths(["analysis-paths", ""], "analyses"),
            tests: paths(["test-paths", ""], "tests"),
            packages: one(["packages-install-path", "modules-path"], "dbt_packages"),
            target: one(["target-path", ""], "target"),
            version: tree.get("version").and_then(Value::scalar).filter(|version| !version.is_empty()),
            profile: tree.get("profile").and_then(Value::scalar).filter(|profile| !profile.is_empty()),
            vars: vars(&tree),
            dispatch: dispatch(&tree),
            file: file.clone(),
            root,
            name,
            tree,
        }
    }

    /// The config tree of a kind of resource, e.g. `models`.
    pub fn configs(&self, kind: &str) -> Option<&Value> {
        self.tree.get(kind)
    }

    /// The SQL-related hints of the config trees, to guess a dialect from.
    pub fn tree(&self) -> &Value {
        &self.tree
    }
}

fn named(file: &FileId, root: &str, tree: &Value, said: &mut Vec<Diagnostic>) -> String {
    if let Some(name) = tree.get("name").and_then(Value::scalar).filter(|name| !name.is_empty()) {
        return name;
    }
    let folder = root.rsplit('/').next().filter(|folder| !folder.is_empty()).unwrap_or("project").to_owned();
    if !tree.is_null() {
        let message = format!("dbt_project.yml has no `name`, so dbt refuses it. It is read as `{folder}`.");
        said.push(
            Diagnostic::error("wrong-yaml-shape", Place::top(file), message).help(format!("Add `name: {folder}`.")),
        );
    }
    folder
}

fn folders(tree: &Value, root: &str, keys: [&str; 2], default: &str) -> Vec<String> {
    let named = keys.iter().find_map(|key| tree.get(key)).map(Value::strings).filter(|paths| !paths.is_empty());
    let named = named.unwrap_or_else(|| vec![default.to_owned()]);
    let mut folders: Vec<String> = Vec::new();
    for folder in named.iter().filter_map(|path| join(root, path)) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

/// All vars under `""`; those of a map-valued key also under that key, which may be a package's name.
fn vars(tree: &Value) -> BTreeMap<String, BTreeMap<String, Value>> {
    let mut vars: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    for (key, value) in tree.get("vars").map(Value::entries).unwrap_or_default() {
        vars.entry(String::new()).or_default().insert(key.text.clone(), value.clone());
        for (inner, value) in value.entries() {
            vars.entry(key.text.clone()).or_default().insert(inner.text.clone(), value.clone());
        }
    }
    vars
}

fn dispatch(tree: &Value) -> BTreeMap<String, Vec<String>> {
    let entries = tree.get("dispatch").map(Value::items).unwrap_or_default();
    let read = |entry: &Value| {
        let namespace = entry.get("macro_namespace")?.scalar()?;
        Some((namespace, entry.get("search_order").map(Value::strings)?))
    };
    entries.iter().filter_map(read).collect()
}

/// Whether a value holds anything at all; `models:` with nothing below is null.
pub(super) fn is_map(value: &Value) -> bool {
    matches!(value.kind, Kind::Map(_))
}

#[cfg(test)]
mod tests {
    use super::ProjectFile;
    use crate::text::FileId;

    fn read(text: &str) -> (ProjectFile, Vec<String>) {
        let mut said = Vec::new();
        let file = ProjectFile::read(&FileId::new("a/b/dbt_project.yml"), text, &mut said);
        (file, said.into_iter().map(|diagnostic| diagnostic.message).collect())
    }

    #[test]
    fn folders_start_at_the_file() {
        let (file, said) = read("name: shop\nmodel-paths: [models, ../../sources]\nmacro-paths: m\n");
        assert_eq!(file.models, ["a/b/models", "sources"]);
        assert_eq!(file.macros, ["a/b/m"]);
        assert_eq!(file.packages, "a/b/dbt_packages");
        assert!(said.is_empty(), "{said:?}");
    }

    #[test]
    fn vars_of_a_package_stand_under_its_name() {
        let (file, _) = read("name: shop\nvars:\n  a: 1\n  other:\n    b: 2\n");
        assert!(file.vars[""].contains_key("a"));
        assert!(file.vars["other"].contains_key("b"));
    }

    #[test]
    fn a_misspelt_key_is_said() {
        let (_, said) = read("name: shop\nmodel-path: [x]\n");
        assert_eq!(said.len(), 1);
    }

    #[test]
    fn broken_yaml_still_gives_a_project() {
        let (file, said) = read("name: [");
        assert_eq!(file.name, "b");
        assert!(!said.is_empty());
    }
}
