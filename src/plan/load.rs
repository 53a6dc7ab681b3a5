//! An incremental model in, the statements that add to its table, fill a part of it anew, or narrow it, out.

use super::statements::Statements;
use super::stored::{config, setting};
use crate::compile::CompiledModel;

/// What waits in `audit` goes into `place`, as the model's strategy says; `None` where only its own tool knows how.
pub(super) fn add(model: &CompiledModel, place: &str, audit: &str, statements: Statements<'_>) -> Option<Vec<String>> {
    let strategy = setting(model, "incremental_strategy").unwrap_or_default();
    let keys = config(model, "unique_key").map(crate::data::Value::strings).unwrap_or_default();
    let columns = columns(model)?;
    let insert = format!("insert into {place} ({columns}) select {columns} from {audit}");
    let partial = config(model, "merge_update_columns").or_else(|| config(model, "merge_exclude_columns"));
    let delete = match strategy.as_str() {
        "append" => None,
        "" | "merge" | "delete+insert" | "delete_insert" if partial.is_none() && keys.is_empty() => None,
        "" | "merge" | "delete+insert" | "delete_insert" if partial.is_none() => Some(same(place, audit, &keys)),
        "insert_overwrite" => {
            let field = config(model, "partition_by")?.get("field")?.scalar()?;
            Some(format!("delete from {place} where {field} in (select {field} from {audit})"))
        }
        _ => return None,
    };
    let mut all = statements.together(delete.into_iter().chain([insert]).collect());
    all.push(format!("drop table {audit}"));
    Some(all)
}

/// Rows that come again replace those of the same key.
fn same(place: &str, audit: &str, keys: &[String]) -> String {
    if let [key] = keys {
        return format!("delete from {place} where {key} in (select {key} from {audit})");
    }
    let equal: Vec<String> = keys.iter().map(|key| format!("fresh.{key} = {place}.{key}")).collect();
    format!("delete from {place} where exists (select 1 from {audit} as fresh where {})", equal.join(" and "))
}

/// The rows between two moments from the model's query, the others as they stand.
pub(super) fn backfill(
    query: &str,
    (audit, place): (&str, &str),
    (column, since, until): (&str, &str, &str),
    statements: Statements<'_>,
    columns: &str,
) -> Vec<String> {
    let within = format!("{column} >= '{since}' and {column} < '{until}'");
    let kept = format!("select {columns} from {place} where {column} is null or not ({within})");
    let mut all = statements.table(audit, &kept);
    all.push(format!("insert into {audit} ({columns}) select {columns} from (\n{query}\n) as anew where {within}"));
    all
}

/// The columns that a model has, in order; `None` where not all are known.
pub(super) fn columns(model: &CompiledModel) -> Option<String> {
    let known = &model.known;
    let names: Vec<&str> = known.columns.iter().map(|column| column.name.as_str()).collect();
    (!known.open && !names.is_empty()).then(|| names.join(", "))
}
