//! One `metadata.yaml` in, what it says of its table out, in the words of dbt's config.

use super::map;
use crate::data::{Kind, Value};
use crate::project::{Config, Properties};
use crate::text::FileId;

/// Fills in description, owner, tags and how the table is stored.
pub(super) fn read(_: &FileId, tree: &Value, properties: &mut Properties, config: &mut Config) {
    let text = |key: &str| tree.get(key).and_then(Value::scalar).map(|text| text.trim().to_owned());
    properties.description = text("description").or_else(|| text("friendly_name")).unwrap_or_default();
    properties.owner = tree.get("owners").map(Value::strings).and_then(|owners| owners.into_iter().next());
    let labels = tree.get("labels").map(Value::entries).unwrap_or_default();
    properties.tags =
        labels.iter().filter_map(|(key, value)| Some(format!("{}:{}", key.text, value.scalar()?))).collect();
    properties.deprecation_date = text("deletion_date");
    properties.meta = Some(tree.clone());
    storage(tree, config);
}

/// `bigquery:` as dbt's BigQuery adapter would be told it.
fn storage(tree: &Value, config: &mut Config) {
    let mut put = |key: &str, value: Option<&Value>| {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            config.0.insert(key.to_owned(), value.clone());
        }
    };
    put("labels", tree.get("labels"));
    put("cluster_by", tree.at(&["bigquery", "clustering", "fields"]));
    let Some(time) = tree.at(&["bigquery", "time_partitioning"]).filter(|time| matches!(time.kind, Kind::Map(_)))
    else {
        put("partition_by", tree.at(&["bigquery", "range_partitioning"]));
        return;
    };
    let renamed = [("field", "field"), ("type", "granularity")];
    let entries = renamed.into_iter().filter_map(|(key, name)| Some((name, time.get(key)?.clone())));
    put("partition_by", Some(&map(entries.collect(), time.span)));
    put("require_partition_filter", time.get("require_partition_filter"));
    put("partition_expiration_days", time.get("expiration_days"));
}
