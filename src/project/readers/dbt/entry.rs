//! One entry of a properties file in (a model, seed, snapshot, table), its properties and config out.

use super::cascade::merge;
use super::check::{self, Shape, typos};
use super::data_tests;
use super::document::{Named, name_of};
use crate::data::Value;
use crate::diagnostic::Diagnostic;
use crate::project::{Constraint, DeclaredColumn, Properties};
use crate::text::{FileId, Place};

/// An entry as written: the config cascade is laid over it when its project is known.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub name: String,
    pub place: Place,
    pub properties: Properties,
    /// `config:` and the keys that older files write beside it (`tags`, `meta`, `access`, ...), lowest first.
    pub configs: Vec<Value>,
    pub versions: Vec<VersionEntry>,
    pub latest_version: Option<String>,
    /// What a snapshot defined in YAML reads: `ref('x')`, and the place of that text.
    pub relation: Option<Value>,
}

/// One item of `versions:`.
#[derive(Clone, Debug)]
pub(super) struct VersionEntry {
    pub version: String,
    pub defined_in: Option<String>,
    pub place: Place,
    pub description: Option<String>,
    pub configs: Vec<Value>,
    /// Columns of its own, which replace the model's of that name.
    pub columns: Vec<DeclaredColumn>,
    /// Which of the model's columns it has; `None` is all.
    pub include: Option<Vec<String>>,
    pub exclude: Vec<String>,
    pub tests: Option<Vec<crate::project::Test>>,
    pub deprecation_date: Option<String>,
}

/// Keys of an entry that are config under another roof, as older files write them.
const CONFIG_KEYS: [&str; 7] = ["tags", "meta", "access", "group", "docs", "enabled", "quote_columns"];

const KEYS: [&str; 25] = [
    "name",
    "description",
    "columns",
    "tests",
    "data_tests",
    "config",
    "constraints",
    "versions",
    "latest_version",
    "relation",
    "deprecation_date",
    "tags",
    "meta",
    "access",
    "group",
    "docs",
    "enabled",
    "quote_columns",
    "tables",
    "identifier",
    "time_spine",
    "semantic_model",
    "derived_semantics",
    "metrics",
    "external",
];

/// Reads an entry; `named` is its name, already found.
pub(super) fn read(named: Named, item: &Value, file: &FileId, said: &mut Vec<Diagnostic>) -> Entry {
    typos(item, "this entry", &KEYS, file, said);
    let versions = item.get("versions").unwrap_or(&NOTHING);
    check::expect(versions, Shape::List, "`versions`", file, said);
    let versions: Vec<_> = versions.items().iter().filter_map(|version| version_entry(version, file, said)).collect();
    Entry {
        place: Place::new(file, named.span),
        name: named.name,
        properties: properties(item, file, said),
        configs: configs(item, file, said),
        versions,
        latest_version: item.get("latest_version").and_then(Value::scalar).filter(|version| !version.is_empty()),
        relation: item.get("relation").filter(|relation| relation.str().is_some()).cloned(),
    }
}

static NOTHING: Value = Value { kind: crate::data::Kind::Null, span: crate::text::Span { start: 0, end: 0 } };

/// What an entry says of itself and its columns, before any config is known.
pub(super) fn properties(item: &Value, file: &FileId, said: &mut Vec<Diagnostic>) -> Properties {
    let mut found = Properties {
        description: text(item, "description"),
        deprecation_date: item.get("deprecation_date").and_then(Value::scalar),
        latest_version: item.get("latest_version").and_then(Value::scalar).filter(|version| !version.is_empty()),
        constraints: constraints(item, &[], file, said),
        tests: data_tests::read(item, None, file, said).unwrap_or_default(),
        ..Properties::default()
    };
    let columns = item.get("columns").unwrap_or(&NOTHING);
    // Some files write columns as a map of name to properties; dbt refuses it.
    check::expect(columns, Shape::List, "`columns`", file, said);
    found.columns = columns.items().iter().filter_map(|column| declared_column(column, file, said)).collect();
    found
}

/// The blocks of config of an entry, lowest first.
pub(super) fn configs(item: &Value, file: &FileId, said: &mut Vec<Diagnostic>) -> Vec<Value> {
    let beside: Vec<_> =
        item.entries().iter().filter(|(key, _)| CONFIG_KEYS.contains(&key.text.as_str())).cloned().collect();
    let mut blocks = Vec::new();
    if !beside.is_empty() {
        blocks.push(Value { kind: crate::data::Kind::Map(beside), span: item.span });
    }
    if let Some(block) = item.get("config")
        && check::expect(block, Shape::Map, "`config`", file, said)
    {
        blocks.push(block.clone());
    }
    blocks
}

pub(super) fn text(item: &Value, key: &str) -> String {
    item.get(key).and_then(Value::scalar).unwrap_or_default()
}

fn declared_column(item: &Value, file: &FileId, said: &mut Vec<Diagnostic>) -> Option<DeclaredColumn> {
    // `- include: all` is a version's way to take the model's columns.
    if item.get("include").is_some() && item.get("name").is_none() {
        return None;
    }
    const KEYS: [&str; 11] = [
        "name",
        "description",
        "data_type",
        "quote",
        "tests",
        "data_tests",
        "constraints",
        "tags",
        "meta",
        "config",
        "policy_tags",
    ];
    let named = name_of(item, "column", file, said)?;
    typos(item, "a column", &KEYS, file, said);
    let config = item.get("config");
    let mut tags = item.get("tags").map(Value::strings).unwrap_or_default();
    for tag in config.and_then(|config| config.get("tags")).map(Value::strings).unwrap_or_default() {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let meta = [item.get("meta"), config.and_then(|config| config.get("meta"))].into_iter().flatten().cloned();
    Some(DeclaredColumn {
        quoted: item.get("quote").and_then(Value::bool).unwrap_or(false),
        data_type: item.get("data_type").and_then(Value::scalar).filter(|name| !name.is_empty()),
        description: text(item, "description"),
        tests: data_tests::read(item, Some(&named.name), file, said).unwrap_or_default(),
        constraints: constraints(item, std::slice::from_ref(&named.name), file, said),
        tags,
        policy_tags: item.get("policy_tags").map(Value::strings).unwrap_or_default(),
        meta: meta.reduce(merge),
        place: Place::new(file, named.span),
        name: named.name,
    })
}

/// The `constraints:` of an entry or of a column, whose name then stands in for theirs.
fn constraints(item: &Value, columns: &[String], file: &FileId, said: &mut Vec<Diagnostic>) -> Vec<Constraint> {
    let list = item.get("constraints").unwrap_or(&NOTHING);
    if !check::expect(list, Shape::List, "`constraints`", file, said) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for entry in list.items() {
        let Some(kind) = entry.get("type").and_then(Value::scalar) else {
            let message = "This constraint has no `type`, so nothing is constrained.";
            said.push(check::wrong(file, entry, message).help("Add `type: not_null`, `unique`, `primary_key`, ..."));
            continue;
        };
        let named = entry.get("columns").map(Value::strings).filter(|named| !named.is_empty());
        let scalar = |key: &str| entry.get(key).and_then(Value::scalar).filter(|text| !text.is_empty());
        found.push(Constraint {
            kind: kind.to_ascii_lowercase(),
            columns: named.unwrap_or_else(|| columns.to_vec()),
            expression: scalar("to").or_else(|| scalar("expression")),
            to_columns: entry.get("to_columns").map(Value::strings).unwrap_or_default(),
        });
    }
    found
}

fn version_entry(item: &Value, file: &FileId, said: &mut Vec<Diagnostic>) -> Option<VersionEntry> {
    if !check::expect(item, Shape::Map, "A version", file, said) {
        return None;
    }
    let Some(version) = item.get("v").and_then(Value::scalar).filter(|version| !version.is_empty()) else {
        said.push(check::wrong(file, item, "This version has no `v`, so it is not read.").help("Add `v: 1`."));
        return None;
    };
    let columns = item.get("columns").map(Value::items).unwrap_or_default();
    let chosen = columns.iter().find(|column| column.get("include").is_some());
    let include = chosen.and_then(|chosen| chosen.get("include"));
    let all = include.is_none_or(|include| matches!(include.str(), Some("all" | "*")));
    Some(VersionEntry {
        version,
        defined_in: item.get("defined_in").and_then(Value::scalar),
        place: Place::new(file, item.get("v").map_or(item.span, |value| value.span)),
        description: item.get("description").and_then(Value::scalar),
        configs: configs(item, file, said),
        columns: columns.iter().filter_map(|column| declared_column(column, file, said)).collect(),
        include: include.filter(|_| !all).map(Value::strings),
        exclude: chosen.and_then(|chosen| chosen.get("exclude")).map(Value::strings).unwrap_or_default(),
        tests: data_tests::read(item, None, file, said),
        deprecation_date: item.get("deprecation_date").and_then(Value::scalar),
    })
}

impl VersionEntry {
    /// The model's properties as this version changes them.
    pub fn properties(&self, model: &Properties) -> Properties {
        let mut found = model.clone();
        if let Some(include) = &self.include {
            found.columns.retain(|column| include.contains(&column.name));
        }
        found.columns.retain(|column| !self.exclude.contains(&column.name));
        for own in &self.columns {
            match found.columns.iter_mut().find(|column| column.name == own.name) {
                Some(column) => *column = own.clone(),
                None => found.columns.push(own.clone()),
            }
        }
        if let Some(description) = &self.description {
            found.description.clone_from(description);
        }
        if let Some(tests) = &self.tests {
            found.tests.clone_from(tests);
        }
        if self.deprecation_date.is_some() {
            found.deprecation_date.clone_from(&self.deprecation_date);
        }
        found
    }
}
