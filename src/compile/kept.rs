//! What one run of a dbt model's query offers in, what the table that its runs fill over time offers out.
//!
//! A snapshot keeps every state that a row was in, with columns that say from when to when: what is unique in its query
//! is not in its table. An incremental model keeps the rows of earlier runs, but for those it replaces.
//! <https://docs.getdbt.com/docs/build/snapshots>, <https://docs.getdbt.com/docs/build/incremental-strategy>

use super::CompiledModel;
use crate::algebra::{Assumption, Known, KnownColumn, Nullability, Proof, Type};
use crate::data::Value;
use crate::project::{Because, ModelKind};

/// Columns that dbt adds to a snapshot, with their types (`None`: that of `updated_at`) and whether they may be NULL.
const META: [(&str, Option<&str>, bool); 5] = [
    ("dbt_scd_id", Some("VARCHAR"), false),
    ("dbt_updated_at", Some("TIMESTAMP"), false),
    ("dbt_valid_from", Some("TIMESTAMP"), false),
    ("dbt_valid_to", Some("TIMESTAMP"), true),
    ("dbt_is_deleted", Some("VARCHAR"), false),
];

/// Keys and columns of the table that a dbt model's runs fill. `declared`: facts that nothing proves count.
pub(super) fn keep(known: &mut Known, model: &CompiledModel, declared: bool) {
    let config = |key: &str| model.config(key);
    let text = |key: &str| config(key).and_then(Value::str).map(str::to_ascii_lowercase);
    if model.model.kind == ModelKind::Snapshot {
        snapshot(known, &config, declared);
    } else if text("materialized").as_deref() == Some("incremental") {
        let strategy = text("incremental_strategy").unwrap_or_default();
        let by = match strategy.as_str() {
            "append" => Vec::new(),
            "insert_overwrite" => columns(config("partition_by").or_else(|| config("partitions"))),
            "microbatch" => columns(config("event_time")),
            _ => columns(config("unique_key")),
        };
        incremental(known, &by, declared);
    }
}

impl CompiledModel {
    /// A config of the model: what its text sets, else what YAML does.
    pub fn config(&self, key: &str) -> Option<&Value> {
        let over = self.model.overrides.0.get(key);
        over.or_else(|| self.rendered.config.0.get(key)).or_else(|| self.model.config.0.get(key))
    }
}

fn snapshot<'c>(known: &mut Known, config: &dyn Fn(&str) -> Option<&'c Value>, declared: bool) {
    let renamed = |name: &str| {
        let names = config("snapshot_meta_column_names");
        names.and_then(|names| names.get(name)?.scalar()).unwrap_or_else(|| name.to_owned())
    };
    let keeps_deleted = config("hard_deletes").and_then(Value::str) == Some("new_record");
    // A date far away may stand for "until now".
    let ends = config("dbt_valid_to_current").is_some();
    known.keys.clear();
    known.at_most_one_row = false;
    for (name, ty, nullable) in META {
        let own = renamed(name);
        let has = known.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&own));
        if has || (name == "dbt_is_deleted" && !keeps_deleted) {
            continue;
        }
        let ty = ty.map(Type::parse).unwrap_or_default();
        let nullable = if nullable && !ends { Nullability::Yes } else { Nullability::No };
        known.columns.push(KnownColumn { name: own, ty, nullable, value: known.rows, ..KnownColumn::default() });
    }
    if !declared {
        return;
    }
    let mut assume = |mut columns: Vec<String>| {
        columns.sort();
        known.keys.push((columns.clone(), Proof::Declared));
        known.assumed.push(Assumption { columns, unique: true, because: Because::Snapshot.words(), place: None });
    };
    assume(vec![renamed("dbt_scd_id")]);
    let unique = columns(config("unique_key"));
    if !unique.is_empty() {
        assume(unique.into_iter().chain([renamed("dbt_valid_from")]).collect());
    }
}

/// A key of what one run adds stays one of the table where all rows that share the columns of `by` are replaced, and
/// `by` is part of the key. Else it holds only if no run adds what an earlier one did: that is assumed.
fn incremental(known: &mut Known, by: &[String], declared: bool) {
    known.at_most_one_row = false;
    let mut kept = Vec::new();
    for (key, proof) in std::mem::take(&mut known.keys) {
        let part = |name: &String| key.iter().any(|column| column.eq_ignore_ascii_case(name));
        let stays = !by.is_empty() && by.iter().all(part);
        if !stays && !declared {
            continue;
        }
        if proof.is_proved() && !stays {
            let because = "each run adding other rows".to_owned();
            known.assumed.push(Assumption { columns: key.clone(), unique: true, because, place: None });
        }
        kept.push((key, if stays { proof } else { Proof::Declared }));
    }
    known.keys = kept;
}

/// The columns a config lists; a partition may be a map with a `field`.
fn columns(value: Option<&Value>) -> Vec<String> {
    let Some(value) = value else { return Vec::new() };
    match value.get("field") {
        Some(field) => field.strings(),
        None => value.strings(),
    }
}
