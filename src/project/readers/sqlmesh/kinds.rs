//! A SQLMesh kind in, the config that says the same to every reader's model out.

use std::collections::BTreeMap;

use super::described::Described;
use crate::data::{Kind, Value};
use crate::project::ModelKind;

/// What is done with a model's rows, by the kind's name.
pub(super) struct Sort {
    pub materialized: &'static str,
    pub strategy: Option<&'static str>,
    pub model_kind: ModelKind,
}

pub(super) fn sort(kind: &str) -> Sort {
    let plain = |materialized| Sort { materialized, strategy: None, model_kind: ModelKind::Model };
    let incremental =
        |strategy| Sort { materialized: "incremental", strategy: Some(strategy), model_kind: ModelKind::Model };
    match kind {
        "VIEW" => plain("view"),
        "EMBEDDED" => plain("ephemeral"),
        "SEED" => plain("seed"),
        "INCREMENTAL_BY_TIME_RANGE" => incremental("by_time_range"),
        "INCREMENTAL_BY_UNIQUE_KEY" => incremental("by_unique_key"),
        "INCREMENTAL_BY_PARTITION" => incremental("by_partition"),
        "INCREMENTAL_UNMANAGED" => incremental("append"),
        "SCD_TYPE_2" | "SCD_TYPE_2_BY_TIME" | "SCD_TYPE_2_BY_COLUMN" => {
            Sort { materialized: "snapshot", strategy: Some("history"), model_kind: ModelKind::Snapshot }
        }
        _ => plain("table"),
    }
}

/// Every kind there is.
pub(super) const KINDS: [&str; 16] = [
    "INCREMENTAL_BY_TIME_RANGE",
    "INCREMENTAL_BY_UNIQUE_KEY",
    "INCREMENTAL_BY_PARTITION",
    "INCREMENTAL_UNMANAGED",
    "FULL",
    "SCD_TYPE_2",
    "SCD_TYPE_2_BY_TIME",
    "SCD_TYPE_2_BY_COLUMN",
    "VIEW",
    "EMBEDDED",
    "SEED",
    "EXTERNAL",
    "CUSTOM",
    "MANAGED",
    "DBT_CUSTOM",
    "SNAPSHOT",
];

/// Other names that config has for the same settings.
const RENAMED: [(&str, &str); 2] = [("partitioned_by", "partition_by"), ("clustered_by", "cluster_by")];

/// The config of a model of that kind.
pub(super) fn config(described: &Described, kind: &str) -> BTreeMap<String, Value> {
    let span = described.span;
    let text = |text: &str| Value { kind: Kind::String(text.to_owned()), span };
    let sort = sort(kind);
    let mut config: BTreeMap<String, Value> = BTreeMap::new();
    for (key, value) in &described.properties {
        let renamed = RENAMED.iter().find(|(from, _)| from == key).map_or(key.as_str(), |(_, to)| to);
        config.insert(renamed.to_owned(), value.clone());
    }
    for (key, value) in &described.options {
        match key.as_str() {
            // `(ds, '%Y-%m-%d')` names the column first.
            "time_column" => drop(config.insert(key.clone(), value.items().first().unwrap_or(value).clone())),
            "materialized" => {}
            _ => drop(config.insert(key.clone(), value.clone())),
        }
    }
    let stored_view = kind == "VIEW" && described.options.get("materialized").and_then(Value::bool) == Some(true);
    let materialized = if stored_view { "materialized_view" } else { sort.materialized };
    config.insert("materialized".to_owned(), text(materialized));
    config.insert("kind".to_owned(), text(kind));
    if let Some(strategy) = sort.strategy {
        config.insert("incremental_strategy".to_owned(), text(strategy));
    }
    if sort.model_kind == ModelKind::Snapshot {
        for name in ["valid_from", "valid_to"] {
            config.entry(format!("{name}_name")).or_insert_with(|| text(name));
        }
    }
    config.remove("description");
    config
}
