//! What every kind of resource gets from the project around it: config, whether it is on, where it is written.

use super::cascade;
use super::package::{Frame, Part};
use crate::data::{Kind, Value};
use crate::project::{Config, ModelKind, Properties, RelationName};

/// A resource's config, and the part of it that the root project says of a package's resource.
pub(super) struct Cascaded {
    pub config: Config,
    pub overrides: Config,
}

/// Lays the config trees of `kind` (`models`, `seeds`, ..) and the YAML blocks over each other, in dbt's order:
/// the package's own tree, the properties file, then the root's tree.
pub(super) fn cascade(part: &Part, frame: &Frame<'_>, kind: &str, path: &[&str], blocks: &[&[Value]]) -> Cascaded {
    let scope = frame.scope(&part.file.name);
    let (mut config, mut overrides) = (Config::default(), Config::default());
    cascade::collect(part.file.configs(kind), path, &scope, &mut config);
    for block in blocks.iter().flat_map(|blocks| blocks.iter()) {
        cascade::overlay(block, &scope, &mut config);
    }
    if !part.is_root {
        cascade::collect(frame.root.configs(kind), path, &scope, &mut overrides);
        for (key, value) in &overrides.0 {
            cascade::put(&mut config, key, value, &scope);
        }
    }
    Cascaded { config, overrides }
}

/// Whether config leaves the resource on; an `enabled` that cannot be known yet counts as on.
pub(super) fn enabled(config: &Config) -> bool {
    match config.0.get("enabled").map(|value| &value.kind) {
        Some(Kind::Bool(on)) => *on,
        Some(Kind::String(text)) => !text.trim().eq_ignore_ascii_case("false"),
        _ => true,
    }
}

/// What properties take from config once that is known.
pub(super) fn finish(properties: &mut Properties, config: &Config) {
    properties.tags = config.strings("tags");
    properties.meta = config.0.get("meta").filter(|meta| !meta.is_null()).cloned();
    properties.access = config.str("access").map(str::to_owned);
    properties.group = config.str("group").map(str::to_owned);
    properties.owner = properties.meta.as_ref().and_then(|meta| meta.get("owner")).and_then(owner);
    let contract = config.0.get("contract").and_then(|contract| contract.get("enforced"));
    properties.contract_enforced = contract.and_then(Value::bool).unwrap_or(false);
}

/// An owner, written as a name, a list of names or a map with `name` or `email`.
pub(super) fn owner(value: &Value) -> Option<String> {
    let named = ["name", "email", "slack", "team"].iter().find_map(|key| value.get(key)).and_then(Value::scalar);
    named.or_else(|| Some(value.strings().join(", "))).filter(|owner| !owner.is_empty())
}

/// Where a resource is written, by dbt's default rules for schema, database and alias.
pub(super) fn relation(
    frame: &Frame<'_>,
    config: &Config,
    name: &str,
    version: Option<&str>,
    kind: ModelKind,
) -> RelationName {
    let text = |key: &str| config.0.get(key).and_then(Value::scalar).filter(|text| !text.trim().is_empty());
    let target = &frame.target.schema;
    let snapshot = kind == ModelKind::Snapshot;
    let exact = text("target_schema").filter(|_| snapshot);
    let schema = exact.unwrap_or_else(|| match text("schema") {
        Some(custom) => format!("{target}_{}", custom.trim()),
        None => target.clone(),
    });
    let database = text("target_database").filter(|_| snapshot).or_else(|| text("database"));
    let identifier = text("alias").unwrap_or_else(|| match version {
        Some(version) => format!("{name}_v{}", version.replace('.', "_")),
        None => name.to_owned(),
    });
    RelationName { database: database.or_else(|| frame.target.database.clone()), schema: Some(schema), identifier }
}
