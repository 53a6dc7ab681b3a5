//! One model's text, settings and promises at base and at head in, what was edited of them out.

use crate::compile::CompiledModel;
use crate::data::Value;
use crate::project::{Config, Model, Properties, Test};

/// What was edited of a model itself, whatever it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// The text in its file.
    pub text: bool,
    /// The SQL it renders to.
    pub rendered: bool,
    /// Config that decides how it is stored or loaded.
    pub storage: Vec<Setting>,
    /// Contract, tests or constraints.
    pub guard: Guard,
    /// Descriptions, tags, owner, access.
    pub metadata: bool,
}

/// One setting and what it was and is; `None` where it is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub key: String,
    pub base: Option<String>,
    pub head: Option<String>,
}

/// What a table is made with, once.
const OF_TABLES: [&str; 9] = [
    "partition_by",
    "partitions",
    "cluster_by",
    "sort",
    "dist",
    "file_format",
    "location_root",
    "indexes",
    "table_type",
];

/// What decides which rows of earlier runs are kept.
const OF_ROWS: [&str; 3] = ["unique_key", "incremental_strategy", "strategy"];

impl Setting {
    /// Does a table that is there have to be made anew to follow it?
    pub fn shapes_tables(&self) -> bool {
        OF_TABLES.contains(&self.key.as_str())
    }

    /// Were the rows that are there kept by it?
    pub fn keeps_rows(&self) -> bool {
        OF_ROWS.contains(&self.key.as_str())
    }
}

/// What consumers are promised less, and what more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// Tests, constraints and promises that are gone.
    pub weakened: Vec<String>,
    /// Those that are new.
    pub tightened: Vec<String>,
}

impl Guard {
    pub fn is_changed(&self) -> bool {
        !self.weakened.is_empty() || !self.tightened.is_empty()
    }
}

impl Own {
    pub fn any(&self) -> bool {
        self.text || self.rendered || self.guard.is_changed() || self.metadata || !self.storage.is_empty()
    }
}

/// Config that says how a table is written or loaded, not what is in it.
const STORAGE: [&str; 41] = [
    "materialized",
    "unique_key",
    "incremental_strategy",
    "on_schema_change",
    "partition_by",
    "cluster_by",
    "partitions",
    "sort",
    "dist",
    "database",
    "schema",
    "alias",
    "file_format",
    "location_root",
    "pre-hook",
    "post-hook",
    "pre_hook",
    "post_hook",
    "grants",
    "full_refresh",
    "strategy",
    "updated_at",
    "check_cols",
    "indexes",
    "invalidate_hard_deletes",
    "hard_deletes",
    "incremental_predicates",
    "merge_update_columns",
    "merge_exclude_columns",
    "event_time",
    "begin",
    "lookback",
    "batch_size",
    "partition_expiration_days",
    "hours_to_expiration",
    "require_partition_filter",
    "kms_key_name",
    "transient",
    "sql_header",
    "target_schema",
    "target_database",
];

pub(super) fn own(one: &CompiledModel, two: &CompiledModel) -> Own {
    let (a, b) = (&one.model, &two.model);
    let settings = |model: &CompiledModel, key: &str| config_value(&[&model.rendered.config, &model.model.config], key);
    let storage = STORAGE.iter().map(|key| Setting {
        key: (*key).to_owned(),
        base: settings(one, key),
        head: settings(two, key),
    });
    let storage = storage.filter(|setting| setting.base != setting.head).collect();
    Own {
        text: a.text[a.body.range()] != b.text[b.body.range()],
        rendered: one.rendered.text != two.rendered.text,
        storage,
        guard: guard(&a.properties, &b.properties),
        metadata: notes(a) != notes(b),
    }
}

/// A setting as text: what the model's own `config()` says, else the cascade.
fn config_value(configs: &[&Config], key: &str) -> Option<String> {
    let value = configs.iter().find_map(|config| config.0.get(key))?;
    Some(value.in_one_line())
}

/// What one side promises and the other does not.
pub(super) fn guard(one: &Properties, two: &Properties) -> Guard {
    let (before, after) = (promises(one), promises(two));
    let only = |own: &[String], other: &[String]| own.iter().filter(|one| !other.contains(one)).cloned().collect();
    Guard { weakened: only(&before, &after), tightened: only(&after, &before) }
}

/// What a consumer is promised: contract, constraints, tests, each in a few words; sorted.
fn promises(properties: &Properties) -> Vec<String> {
    let on_model = properties.tests.iter().map(|test| (test, test.column.as_deref()));
    let on_columns =
        properties.columns.iter().flat_map(|column| column.tests.iter().map(|test| (test, Some(column.name.as_str()))));
    let mut all: Vec<String> = on_model.chain(on_columns).map(|(test, column)| test_words(test, column)).collect();
    let columns = properties.constraints.iter().map(|constraint| (constraint, constraint.columns.join(", ")));
    let own = properties
        .columns
        .iter()
        .flat_map(|column| column.constraints.iter().map(|constraint| (constraint, column.name.clone())));
    all.extend(columns.chain(own).map(|(constraint, columns)| {
        let expression = constraint.expression.as_deref().map(|text| format!(" {text}")).unwrap_or_default();
        format!("constraint {}({columns}){expression}", constraint.kind)
    }));
    if properties.contract_enforced {
        all.push("contract".to_owned());
        all.extend(properties.columns.iter().map(|column| {
            let ty = column.data_type.as_deref().unwrap_or("any type");
            format!("contract: {} as {ty}", column.name)
        }));
    }
    all.sort();
    all
}

/// `accepted_values(status, values: [a, b])`.
fn test_words(test: &Test, column: Option<&str>) -> String {
    let named = test.arguments.iter().filter(|(name, _)| name.as_str() != "column_name");
    let arguments = named.map(|(name, value)| format!("{name}: {}", value.in_one_line()));
    let parts: Vec<String> = column.map(str::to_owned).into_iter().chain(arguments).collect();
    let some = test.config.0.get("where").map(|rows| format!(" where {}", rows.in_one_line())).unwrap_or_default();
    let severity =
        test.config.0.get("severity").map(Value::in_one_line).filter(|word| !word.eq_ignore_ascii_case("error"));
    let severity = severity.map(|word| format!(" as severity {word}")).unwrap_or_default();
    format!("{}({}){some}{severity}", test.name, parts.join(", "))
}

/// What people read: descriptions, tags, owner, access.
fn notes(model: &Model) -> Vec<String> {
    let properties = &model.properties;
    let mut all = vec![
        properties.description.clone(),
        format!("{:?} {:?} {:?}", properties.owner, properties.group, properties.access),
    ];
    all.push(model.config.strings("tags").join(" "));
    all.push(properties.tags.join(" "));
    all.extend(properties.meta.iter().map(Value::in_one_line));
    all.extend(
        properties
            .columns
            .iter()
            .map(|column| format!("{}: {} {}", column.name, column.description, column.tags.join(" "))),
    );
    all
}
