//! One model's text, settings and promises at base and at head in, what was edited of them out.

use crate::compile::CompiledModel;
use crate::project::{Config, Model, Properties, Test};

/// What was edited of a model itself, whatever it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// The text in its file.
    pub text: bool,
    /// The SQL it renders to.
    pub rendered: bool,
    /// Keys of its config that decide how it is stored or loaded.
    pub storage: Vec<String>,
    /// Contract, tests or constraints.
    pub guard: bool,
    /// Descriptions, tags, owner, access.
    pub metadata: bool,
}

impl Own {
    pub fn any(&self) -> bool {
        self.text || self.rendered || self.guard || self.metadata || !self.storage.is_empty()
    }
}

/// Config that says how a table is written or loaded, not what is in it.
const STORAGE: [&str; 24] = [
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
];

pub(super) fn own(one: &CompiledModel, two: &CompiledModel) -> Own {
    let (a, b) = (&one.model, &two.model);
    let settings = |model: &CompiledModel, key: &str| config_value(&[&model.rendered.config, &model.model.config], key);
    let storage =
        STORAGE.iter().filter(|key| settings(one, key) != settings(two, key)).map(|key| (*key).to_owned()).collect();
    Own {
        text: a.text[a.body.range()] != b.text[b.body.range()],
        rendered: one.rendered.text != two.rendered.text,
        storage,
        guard: guards(&a.properties) != guards(&b.properties),
        metadata: notes(a) != notes(b),
    }
}

/// A setting as text: what the model's own `config()` says, else the cascade.
fn config_value(configs: &[&Config], key: &str) -> Option<String> {
    let value = configs.iter().find_map(|config| config.0.get(key))?;
    Some(value.in_one_line())
}

/// What a consumer is promised: contract, constraints, tests.
fn guards(properties: &Properties) -> Vec<String> {
    let test = |test: &Test| {
        let arguments: Vec<String> =
            test.arguments.iter().map(|(name, value)| format!("{name}={}", value.in_one_line())).collect();
        format!("{} {:?} {}", test.name, test.column, arguments.join(" "))
    };
    let mut all: Vec<String> =
        properties.tests.iter().chain(properties.columns.iter().flat_map(|c| &c.tests)).map(test).collect();
    all.extend(
        properties
            .constraints
            .iter()
            .map(|constraint| format!("{} {:?} {:?}", constraint.kind, constraint.columns, constraint.expression)),
    );
    for column in &properties.columns {
        all.extend(
            column
                .constraints
                .iter()
                .map(|constraint| format!("{} {} {:?}", column.name, constraint.kind, constraint.expression)),
        );
    }
    if properties.contract_enforced {
        all.push("contract".to_owned());
        all.extend(properties.columns.iter().map(|column| format!("{}: {:?}", column.name, column.data_type)));
    }
    all.sort();
    all
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
    all.extend(properties.meta.iter().map(crate::data::Value::in_one_line));
    all.extend(
        properties
            .columns
            .iter()
            .map(|column| format!("{}: {} {}", column.name, column.description, column.tags.join(" "))),
    );
    all
}
