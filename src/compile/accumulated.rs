//! What one run of a model's query offers in, what the table that its runs fill over time offers out.
//!
//! A SQLMesh model that is built piece by piece is rendered for one piece: what is unique in that need not be unique in
//! the table. <https://sqlmesh.readthedocs.io/en/stable/concepts/models/model_kinds/>

use crate::algebra::{Known, KnownColumn, Nullability, Type};
use crate::project::Model;

/// Keys and columns of the table.
pub(super) fn accumulate(known: &mut Known, model: &Model) {
    let names = |key: &str| model.config.strings(key);
    match model.config.str("incremental_strategy") {
        // Each piece holds its own times or partitions, so a piece's key with those is one of the table.
        Some("by_time_range") => widen(known, &names("time_column")),
        Some("by_partition") => widen(known, &names("partition_by")),
        Some("by_unique_key") => {
            known.keys.clear();
            known.keys.push((names("unique_key"), true));
        }
        Some("append") => known.keys.clear(),
        Some("history") => history(known, &names("unique_key"), model),
        _ => {}
    }
    known.keys.retain(|(columns, _)| {
        let has = |name: &String| known.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        !columns.is_empty() && columns.iter().all(|name| known.open || has(name))
    });
}

fn widen(known: &mut Known, by: &[String]) {
    // Parts like `DATE_TRUNC(day, at)` name no column that could be added.
    let plain = by.iter().all(|name| name.chars().all(|sign| sign.is_alphanumeric() || sign == '_'));
    if by.is_empty() || !plain {
        known.keys.clear();
        return;
    }
    for (columns, _) in &mut known.keys {
        let missing = |name: &&String| !columns.iter().any(|known| known.eq_ignore_ascii_case(name));
        let missing: Vec<String> = by.iter().filter(missing).cloned().collect();
        columns.extend(missing);
    }
}

/// A row for each state that a key was in: two more columns say from when to when.
fn history(known: &mut Known, unique_key: &[String], model: &Model) {
    let config = |key: &str, default: &str| model.config.str(key).unwrap_or(default).to_owned();
    let ty = Type::parse(&config("time_data_type", "TIMESTAMP"));
    let (from, to) = (config("valid_from_name", "valid_from"), config("valid_to_name", "valid_to"));
    for (name, nullable) in [(&from, Nullability::No), (&to, Nullability::Yes)] {
        if known.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name)) {
            continue;
        }
        let value = known.rows;
        known.columns.push(KnownColumn { name: name.clone(), quoted: false, ty: ty.clone(), nullable, value });
    }
    known.keys.clear();
    if !unique_key.is_empty() {
        known.keys.push((unique_key.iter().cloned().chain([from]).collect(), true));
    }
}
