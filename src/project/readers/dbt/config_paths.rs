//! The config trees of `dbt_project.yml` and the resources there are in, folders that hold none of them out.

use std::collections::BTreeSet;

use super::loaded::Loaded;
use super::package::{Found, Part};
use super::project_file::is_map;
use super::{blocks, document};
use crate::data::{Key, Value};
use crate::diagnostic::Diagnostic;
use crate::project::Package;
use crate::text::{FileId, Place, closest};

/// Config whose value is a map, and which people write without its `+`.
const MAPS: [&str; 14] = [
    "meta",
    "docs",
    "persist_docs",
    "contract",
    "column_types",
    "grants",
    "labels",
    "partition_by",
    "freshness",
    "quoting",
    "vars",
    "resource_tags",
    "snapshot_meta_column_names",
    "event_time",
];

/// Resources by the names of their folders, below their package.
type Paths = BTreeSet<Vec<String>>;

/// Keys of the root's config trees below which nothing stands.
pub(super) fn unused(parts: &[Part], packages: &[Package], loaded: &Loaded) -> Vec<Diagnostic> {
    let Some(root) = parts.iter().find(|part| part.is_root) else { return Vec::new() };
    let mut said = Vec::new();
    let all_read = packages.iter().all(|package| package.installed);
    for kind in ["models", "seeds", "snapshots", "sources"] {
        let Some(tree) = root.file.configs(kind) else { continue };
        let mut paths = Paths::new();
        for part in parts {
            add(part, kind, loaded, &mut paths);
        }
        let known: Vec<&str> = parts.iter().map(|part| part.file.name.as_str()).collect();
        let search = Search { kind, file: &root.file.file, paths: &paths };
        for (key, value) in folders(tree) {
            // The name of a package that is not here is known to nobody.
            if known.contains(&key.text.as_str()) {
                search.below(&mut vec![key.text.clone()], value, &mut said);
            } else if all_read {
                said.push(search.tell(key, known.iter().copied()));
            }
        }
    }
    said
}

/// The full names of a package's resources of one kind.
fn add(part: &Part, kind: &str, loaded: &Loaded, paths: &mut Paths) {
    let mut put = |found: &Found, last: &[&str]| {
        let mut path = vec![part.file.name.clone()];
        path.extend(found.folders().into_iter().map(str::to_owned));
        path.extend(last.iter().map(|name| (*name).to_owned()));
        paths.insert(path);
    };
    let documents = || {
        part.documents.iter().map(|found| (found, loaded.document(&found.file, &mut Vec::new()))).collect::<Vec<_>>()
    };
    match kind {
        "models" => {
            for found in &part.models {
                put(found, &[found.stem()]);
                // A version is named by its model and then its number.
                if let Some((name, version)) = found.stem().rsplit_once("_v") {
                    put(found, &[name, &format!("v{version}")]);
                }
            }
        }
        "seeds" => part.seeds.iter().for_each(|found| put(found, &[found.stem()])),
        "snapshots" => {
            for found in &part.snapshots {
                let (text, _) = loaded.text(&found.file, &mut Vec::new());
                for block in blocks::find(&text, "snapshot") {
                    put(found, &[found.stem(), &block.name]);
                }
            }
            let defined = |entry: &super::Entry| entry.relation.is_some();
            for (found, document) in documents() {
                document.snapshots.iter().filter(|entry| defined(entry)).for_each(|entry| put(found, &[&entry.name]));
            }
        }
        _ => {
            for (found, document) in documents() {
                let document: &document::Document = &document;
                document.sources.iter().for_each(|entry| put(found, &[&entry.source, &entry.name]));
            }
        }
    }
}

/// The keys of a tree that name folders.
fn folders(tree: &Value) -> impl Iterator<Item = &(Key, Value)> {
    let is_folder = |(key, value): &&(Key, Value)| {
        !key.text.starts_with('+') && is_map(value) && !MAPS.contains(&key.text.as_str())
    };
    tree.entries().iter().filter(is_folder)
}

struct Search<'a> {
    kind: &'a str,
    file: &'a FileId,
    paths: &'a Paths,
}

impl Search<'_> {
    fn below(&self, path: &mut Vec<String>, tree: &Value, said: &mut Vec<Diagnostic>) {
        for (key, value) in folders(tree) {
            path.push(key.text.clone());
            if self.is_used(path) {
                self.below(path, value, said);
            } else {
                let depth = path.len() - 1;
                let beside = self.paths.iter().filter(|known| known.starts_with(&path[..depth]));
                said.push(self.tell(key, beside.filter_map(|known| known.get(depth)).map(String::as_str)));
            }
            path.pop();
        }
    }

    fn is_used(&self, path: &[String]) -> bool {
        let first = self.paths.range(path.to_vec()..).next();
        first.is_some_and(|known| known.starts_with(path))
    }

    fn tell<'n>(&self, key: &Key, beside: impl Iterator<Item = &'n str>) -> Diagnostic {
        let kind = self.kind;
        let message = format!("There are no {kind} below `{}`, so what is set here has no effect.", key.text);
        let diagnostic = Diagnostic::warn("unused-config-path", Place::new(self.file, key.span), message);
        match closest(&key.text, beside) {
            Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
            None => diagnostic.help("Remove it, or write the path of the folder as it is now."),
        }
    }
}
