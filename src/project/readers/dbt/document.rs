//! The text of one properties YAML file in, its entries out: models, sources, seeds, exposures, ...
//!
//! Knows nothing of the project around it, so a file that several projects share is read once.

use super::check::{self, Shape};
use super::entry::{self, Entry};
use super::sources::{self, SourceEntry};
use crate::data::{Key, Value, yaml};
use crate::diagnostic::Diagnostic;
use crate::text::{FileId, Place, Span};

/// What one properties file holds, in its order.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub models: Vec<Entry>,
    pub seeds: Vec<Entry>,
    pub snapshots: Vec<Entry>,
    pub analyses: Vec<Entry>,
    pub sources: Vec<SourceEntry>,
    pub macros: Vec<Record>,
    pub exposures: Vec<Record>,
    pub groups: Vec<Record>,
    pub metrics: Vec<Record>,
    pub semantic_models: Vec<Record>,
    pub saved_queries: Vec<Record>,
    pub unit_tests: Vec<Record>,
    pub diagnostics: Vec<Diagnostic>,
}

/// A named entry that is looked at again when the whole project is known.
#[derive(Debug)]
pub(super) struct Record {
    pub name: String,
    pub place: Place,
    pub value: Value,
}

const KEYS: [&str; 17] = [
    "version",
    "models",
    "sources",
    "seeds",
    "snapshots",
    "analyses",
    "macros",
    "exposures",
    "groups",
    "metrics",
    "semantic_models",
    "saved_queries",
    "unit_tests",
    "data_tests",
    "tests",
    "functions",
    "anchors",
];

/// Reads one file. `text` is kept only as far as snapshots defined in YAML need it.
pub(super) fn read(file: &FileId, text: &str) -> Document {
    let mut document = Document::default();
    let tree = match yaml::parse(text) {
        Ok(tree) => tree,
        Err(fault) => {
            document.diagnostics.push(check::yaml_error(file, &fault));
            return document;
        }
    };
    if !check::expect(&tree, Shape::Map, "A properties file", file, &mut document.diagnostics) {
        return document;
    }
    // The value of a repeated key is the last one; the ones before it are lost without a word in dbt too.
    for (key, value) in tree.entries() {
        section(file, key, value, &mut document);
    }
    document
}

fn section(file: &FileId, key: &Key, value: &Value, document: &mut Document) {
    let name = key.text.as_str();
    if !KEYS.contains(&name) {
        if !name.starts_with("x-") && !name.starts_with('.') {
            document.diagnostics.push(check::unknown_key(file, key, "a properties file", &KEYS));
        }
        return;
    }
    let said = &mut document.diagnostics;
    if matches!(name, "version" | "anchors") || !check::expect(value, Shape::List, &format!("`{name}`"), file, said) {
        return;
    }
    let singular = name.trim_end_matches('s');
    let mut entries: Vec<(Named, &Value)> = Vec::new();
    for item in value.items() {
        if let Some(named) = name_of(item, singular, file, said) {
            entries.push((named, item));
        }
    }
    let entry = |(named, item): (Named, &Value), said: &mut Vec<Diagnostic>| entry::read(named, item, file, said);
    let records = |entries: Vec<(Named, &Value)>| {
        let record = |(named, item): (Named, &Value)| Record {
            name: named.name,
            place: Place::new(file, named.span),
            value: item.clone(),
        };
        entries.into_iter().map(record).collect::<Vec<_>>()
    };
    match name {
        "models" => document.models.extend(entries.into_iter().map(|pair| entry(pair, said))),
        "seeds" => document.seeds.extend(entries.into_iter().map(|pair| entry(pair, said))),
        "snapshots" => document.snapshots.extend(entries.into_iter().map(|pair| entry(pair, said))),
        "analyses" => document.analyses.extend(entries.into_iter().map(|pair| entry(pair, said))),
        "sources" => {
            for (named, item) in entries {
                document.sources.extend(sources::read(&named, item, file, said));
            }
        }
        "macros" => document.macros.extend(records(entries)),
        "exposures" => document.exposures.extend(records(entries)),
        "groups" => document.groups.extend(records(entries)),
        "metrics" => document.metrics.extend(records(entries)),
        "semantic_models" => document.semantic_models.extend(records(entries)),
        "saved_queries" => document.saved_queries.extend(records(entries)),
        "unit_tests" => document.unit_tests.extend(records(entries)),
        _ => {}
    }
}

/// The `name:` of an entry and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub name: String,
    pub span: Span,
}

/// The name of a list's item; an item that is no map or has no name is said and left out.
pub(super) fn name_of(item: &Value, what: &str, file: &FileId, said: &mut Vec<Diagnostic>) -> Option<Named> {
    if item.is_null() || !check::expect(item, Shape::Map, &format!("A {what}"), file, said) {
        return None;
    }
    let value = item.get("name");
    let Some(name) = value.and_then(Value::scalar).filter(|name| !name.is_empty()) else {
        let message = format!("This {what} has no `name`, so what it says is lost.");
        let place = value.filter(|value| !value.span.is_empty()).unwrap_or(item);
        said.push(check::wrong(file, place, message).help("Add `name: ...` to it."));
        return None;
    };
    Some(Named { name, span: value.map_or(item.span, |value| value.span) })
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::text::FileId;

    fn said(text: &str) -> Vec<String> {
        let document = read(&FileId::new("models/a.yml"), text);
        document.diagnostics.into_iter().map(|d| format!("{} {}", d.rule, d.place.span.start)).collect()
    }

    #[test]
    fn a_sound_file_says_nothing() {
        assert!(said("version: 2\nmodels:\n  - name: a\n    columns:\n      - name: x\n").is_empty());
        assert!(said("").is_empty());
        assert!(said("models:\n").is_empty());
    }

    #[test]
    fn faults_of_shape_stand_at_their_place() {
        assert_eq!(said("models:\n  a: 1\n"), ["wrong-yaml-shape 10"]);
        assert_eq!(said("modles: []\n"), ["unknown-yaml-key 0"]);
        assert_eq!(said("models:\n  - description: x\n").len(), 1);
        assert_eq!(said("- a\n").len(), 1);
        assert_eq!(said("models: [\n").len(), 1);
    }
}
