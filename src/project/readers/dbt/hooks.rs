//! YAML that configures models in, the SQL in it that runs around them out, each with its place.

use super::document::Document;
use super::project_file::ProjectFile;
use crate::data::{Kind, Value};
use crate::project::Hook;
use crate::text::{FileId, Place};

const KEYS: [&str; 4] = ["pre-hook", "post-hook", "on-run-start", "on-run-end"];

/// The hooks of `dbt_project.yml`.
pub(super) fn of_project(project: &ProjectFile) -> Vec<Hook> {
    let mut found = Vec::new();
    let trees = ["models", "seeds", "snapshots", "on-run-start", "on-run-end"];
    for (key, value) in project.tree().entries().iter().filter(|(key, _)| trees.contains(&key.text.as_str())) {
        if KEYS.contains(&key.text.as_str()) {
            texts(&key.text, value, &project.file, &mut found);
        } else {
            below(value, &project.file, &mut found);
        }
    }
    found
}

/// The hooks that entries of a properties file configure.
pub(super) fn of_document(document: &Document) -> Vec<Hook> {
    let mut found = Vec::new();
    for entry in document.models.iter().chain(&document.seeds).chain(&document.snapshots) {
        entry.configs.iter().for_each(|config| below(config, &entry.place.file, &mut found));
    }
    found
}

fn below(value: &Value, file: &FileId, found: &mut Vec<Hook>) {
    for (key, value) in value.entries() {
        let name = key.text.trim_start_matches('+').replace('_', "-");
        if KEYS.contains(&name.as_str()) { texts(&name, value, file, found) } else { below(value, file, found) }
    }
}

/// A hook is a text, a map with `sql`, or a list of them.
fn texts(when: &str, value: &Value, file: &FileId, found: &mut Vec<Hook>) {
    match &value.kind {
        Kind::String(text) => {
            found.push(Hook { when: when.to_owned(), text: text.clone(), place: Place::new(file, value.span) });
        }
        Kind::List(items) => items.iter().for_each(|item| texts(when, item, file, found)),
        Kind::Map(_) => value.get("sql").into_iter().for_each(|sql| texts(when, sql, file, found)),
        _ => {}
    }
}
