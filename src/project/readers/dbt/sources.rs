//! One `sources:` entry in, its tables out; then, with the project around them, the Sources.

use super::check::{self, Shape, typos};
use super::document::{Named, name_of};
use super::entry::{configs, properties, text};
use super::expression::resolve_text;
use super::package::{Frame, Part};
use super::{cascade, resource};
use crate::data::Value;
use crate::diagnostic::Diagnostic;
use crate::project::{Config, Properties, RelationName, Source, SourceHolder};
use crate::text::{FileId, Place};

/// One table of a source, as written.
#[derive(Clone, Debug)]
pub(super) struct SourceEntry {
    pub source: String,
    pub name: String,
    pub place: Place,
    pub database: Option<String>,
    pub schema: Option<String>,
    pub identifier: Option<String>,
    pub loader: Option<String>,
    pub freshness: Option<Value>,
    /// The column that tells when a row was loaded.
    pub loaded_at: Option<Value>,
    pub holder: SourceHolder,
    /// The package whose source of this name it replaces.
    pub overrides: Option<String>,
    pub properties: Properties,
    pub configs: Vec<Value>,
    /// `quoting:` of the source and, over it, of the table.
    pub quoting: Vec<Value>,
}

const SOURCE_KEYS: [&str; 18] = [
    "name",
    "description",
    "database",
    "schema",
    "catalog",
    "project",
    "dataset",
    "loader",
    "loaded_at_field",
    "loaded_at_query",
    "meta",
    "tags",
    "config",
    "overrides",
    "freshness",
    "quoting",
    "tables",
    "tests",
];

const TABLE_KEYS: [&str; 16] = [
    "name",
    "description",
    "identifier",
    "columns",
    "tests",
    "data_tests",
    "config",
    "meta",
    "tags",
    "loader",
    "freshness",
    "loaded_at_field",
    "loaded_at_query",
    "quoting",
    "external",
    "constraints",
];

/// The tables of one source.
pub(super) fn read(named: &Named, item: &Value, file: &FileId, said: &mut Vec<Diagnostic>) -> Vec<SourceEntry> {
    typos(item, "a source", &SOURCE_KEYS, file, said);
    let Some(tables) = item.get("tables") else { return Vec::new() };
    if !check::expect(tables, Shape::List, "`tables`", file, said) {
        return Vec::new();
    }
    let scalar = |keys: &[&str]| keys.iter().find_map(|key| item.get(key)).and_then(Value::scalar);
    let whole = SourceEntry {
        source: named.name.clone(),
        name: String::new(),
        place: Place::new(file, named.span),
        database: scalar(&["database", "catalog", "project"]).filter(|name| !name.is_empty()),
        schema: scalar(&["schema", "dataset"]).filter(|name| !name.is_empty()),
        identifier: None,
        loader: scalar(&["loader"]),
        freshness: setting(item, "freshness"),
        loaded_at: setting(item, "loaded_at_field"),
        holder: SourceHolder {
            description: text(item, "description"),
            place: Place::new(file, named.span),
            table_described: false,
        },
        overrides: scalar(&["overrides"]),
        properties: Properties { description: text(item, "description"), ..Properties::default() },
        configs: configs(item, file, said),
        quoting: item.get("quoting").cloned().into_iter().collect(),
    };
    tables.items().iter().filter_map(|table| self::table(&whole, table, file, said)).collect()
}

fn table(whole: &SourceEntry, item: &Value, file: &FileId, said: &mut Vec<Diagnostic>) -> Option<SourceEntry> {
    let named = name_of(item, "source table", file, said)?;
    typos(item, "a source table", &TABLE_KEYS, file, said);
    let mut properties = properties(item, file, said);
    let mut table = whole.clone();
    table.holder.table_described = !properties.description.is_empty();
    if properties.description.is_empty() {
        properties.description.clone_from(&whole.properties.description);
    }
    table.name = named.name;
    table.place = Place::new(file, named.span);
    table.identifier = item.get("identifier").and_then(Value::scalar).filter(|name| !name.is_empty());
    table.loader = item.get("loader").and_then(Value::scalar).or_else(|| whole.loader.clone());
    table.properties = properties;
    table.configs.extend(configs(item, file, said));
    table.quoting.extend(item.get("quoting").cloned());
    if item.get("freshness").is_some() || item.at(&["config", "freshness"]).is_some() {
        // `freshness: null` on a table switches the source's off.
        table.freshness = setting(item, "freshness");
    }
    table.loaded_at = setting(item, "loaded_at_field").or(table.loaded_at);
    Some(table)
}

/// A key of the entry or, as newer files write it, of its config.
fn setting(item: &Value, key: &str) -> Option<Value> {
    item.get(key).or_else(|| item.at(&["config", key])).filter(|value| !value.is_null()).cloned()
}

/// The Source an entry is, in its package; `None` where config switches it off.
pub(super) fn source(entry: &SourceEntry, part: &Part, folders: &[&str], frame: &Frame<'_>) -> Option<Source> {
    let package = entry.overrides.as_deref().unwrap_or(&part.file.name);
    let scope = frame.scope(&part.file.name);
    let mut path = vec![part.file.name.as_str()];
    path.extend(folders);
    path.extend([entry.source.as_str(), entry.name.as_str()]);
    let mut config = Config::default();
    cascade::collect(part.file.configs("sources"), &path, &scope, &mut config);
    for block in &entry.configs {
        cascade::overlay(block, &scope, &mut config);
    }
    if !part.is_root {
        cascade::collect(frame.root.configs("sources"), &path, &scope, &mut config);
    }
    for quoting in &entry.quoting {
        cascade::put(&mut config, "quoting", quoting, &scope);
    }
    if let Some(loaded_at) = &entry.loaded_at {
        cascade::put(&mut config, "loaded_at_field", loaded_at, &scope);
    }
    if !resource::enabled(&config) {
        return None;
    }
    let resolved = |text: &String| resolve_text(text, &scope);
    let text = |key: &str| config.str(key).map(str::to_owned);
    let relation = RelationName {
        database: entry
            .database
            .as_ref()
            .map(resolved)
            .or_else(|| text("database"))
            .or_else(|| frame.target.database.clone()),
        schema: Some(
            entry.schema.as_ref().map(resolved).or_else(|| text("schema")).unwrap_or_else(|| entry.source.clone()),
        ),
        identifier: entry.identifier.as_ref().map_or_else(|| entry.name.clone(), resolved),
    };
    let mut properties = entry.properties.clone();
    resource::finish(&mut properties, &config);
    Some(Source {
        id: format!("source.{package}.{}.{}", entry.source, entry.name),
        package: package.to_owned(),
        source: entry.source.clone(),
        name: entry.name.clone(),
        relation,
        properties,
        config,
        freshness: entry.freshness.clone(),
        loader: entry.loader.clone(),
        catalog: None,
        place: entry.place.clone(),
        holder: Some(entry.holder.clone()),
    })
}
