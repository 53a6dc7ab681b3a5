//! The tables of sluice.toml that say where and how plans run in, their settings out.

use super::settings::{SettingKey, Shape, key};
use crate::data::{Kind, Value};

/// An `[[environments]]` table: where relations are written and read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnvironmentSettings {
    pub name: String,
    /// What people and dashboards read: it is written only by promoting what passed.
    pub production: bool,
    /// In place of each relation's own.
    pub database: Option<String>,
    pub schema: Option<String>,
    /// Around the name of each schema.
    pub prefix: String,
    pub suffix: String,
    /// The part of each source that is read: a share below 1, or a condition.
    pub sample: Option<Sample>,
    /// By the id, `source.table` or name of a source; they win over `sample`.
    pub samples: Vec<(String, Sample)>,
    /// Columns tagged as personal are read masked.
    pub mask: bool,
}

/// Which rows of a source a sandbox reads.
#[derive(Clone, Debug, PartialEq)]
pub enum Sample {
    Share(f64),
    Where(String),
}

/// The `[plan]` table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanSettings {
    /// Behind the names of what waits for its gates.
    pub audit: Option<String>,
    pub retries: u32,
    pub timeout_s: Option<u32>,
    pub pool: Option<String>,
    /// A pattern of ticket ids in branch names and commit messages, where it is not `ABC-123`.
    pub demand: Option<String>,
    /// Tags and meta keys of personal columns.
    pub personal: Vec<String>,
    /// When the whole project runs: a cron text or a preset such as `@daily`.
    pub schedule: Option<String>,
    /// By tag, when the models with that tag run.
    pub schedules: Vec<(String, String)>,
    /// What orchestrators know the warehouse's connection by.
    pub connection: Option<String>,
    /// Runs a file of SQL, whose path is put behind it.
    pub runner: Option<String>,
    /// `sql` or `bash`.
    pub operator: Option<String>,
    /// The name of the warehouse that runs Snowflake's tasks, or of the cluster that runs jobs.
    pub warehouse: Option<String>,
    /// The image of containers.
    pub image: Option<String>,
}

/// A `[[checks]]` table: something that must hold of a relation before it is promoted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckSettings {
    /// Names or ids of the models it holds for.
    pub models: Vec<String>,
    pub kind: String,
    /// The column or expression that is measured.
    pub measure: Option<String>,
    pub min: Option<String>,
    pub max: Option<String>,
    /// How far the row count may be below, and above, that of what is replaced: a share of it.
    pub max_drop: Option<String>,
    pub max_growth: Option<String>,
    /// A table of earlier measures: `relation`, `measure`, `value`.
    pub history: Option<String>,
    /// How many standard deviations from the mean of the history.
    pub sigma: Option<String>,
    /// A query that gives the same number in another way; `{name}` is the relation of that name.
    pub equals: Option<String>,
    /// How far the two numbers may be apart.
    pub tolerance: Option<String>,
    pub warn: bool,
}

/// Keys of one `[[environments]]` table.
pub const ENVIRONMENT_KEYS: [SettingKey; 9] = [
    key("name", Shape::Text, "The name that `--env` asks for."),
    key("production", Shape::Scalar, "`true`: it is written only by promoting what passed its gates."),
    key("database", Shape::Text, "The database of all relations; `{branch}` in it is the branch."),
    key("schema", Shape::Text, "The schema of all relations; `{branch}` in it is the branch."),
    key("prefix", Shape::Text, "What stands before the name of each schema."),
    key("suffix", Shape::Text, "What stands behind the name of each schema."),
    key("sample", Shape::Scalar, "The part of each source that is read: a share such as `0.01`, or a condition."),
    key("samples", Shape::Table, "The same for single sources, by name."),
    key("mask", Shape::Scalar, "`true`: columns that are tagged as personal are read masked."),
];

/// Keys of the `[plan]` table.
pub const PLAN_KEYS: [SettingKey; 13] = [
    key("audit", Shape::Text, "What stands behind the names of tables that wait for their gates: `__audit`."),
    key("retries", Shape::Scalar, "How often a step is tried again."),
    key("timeout_s", Shape::Scalar, "After how many seconds a step is given up."),
    key("pool", Shape::Text, "The pool of slots that steps take."),
    key("demand", Shape::Text, "A regular expression for ticket ids in branch names."),
    key("personal", Shape::Texts, "Tags of columns with personal data: `pii`, `personal`, `sensitive`."),
    key("schedule", Shape::Text, "When the whole project runs (`plan --full`): cron, or `@daily` and its like."),
    key("schedules", Shape::Table, "By tag, when the models with that tag run."),
    key("connection", Shape::Text, "The connection that orchestrators use: `warehouse`."),
    key("runner", Shape::Text, "A command that runs the SQL file whose path is put behind it."),
    key("operator", Shape::OneOf(&["sql", "bash"]), "Whether tasks send SQL to `connection`, or run `runner`."),
    key("warehouse", Shape::Text, "The warehouse or cluster on which jobs run."),
    key("image", Shape::Text, "The image of containers that run steps."),
];

/// Keys of one `[[checks]]` table.
pub const CHECK_KEYS: [SettingKey; 12] = [
    key("models", Shape::Texts, "Names of the models it holds for."),
    key("kind", Shape::OneOf(&CHECK_KINDS), "What is checked."),
    key("measure", Shape::Text, "The expression that is measured, such as `sum(amount)`; of `freshness` a time."),
    key("min", Shape::Scalar, "The least the measure may be."),
    key("max", Shape::Scalar, "The most the measure may be; of `freshness`, hours."),
    key("max_drop", Shape::Scalar, "How far rows may fall below those of the table that is replaced: `0.2`."),
    key("max_growth", Shape::Scalar, "How far rows may rise above them."),
    key("history", Shape::Text, "A table with the columns `relation`, `measure` and `value`."),
    key("sigma", Shape::Scalar, "How many standard deviations from the history's mean are too many: `3`."),
    key("equals", Shape::Text, "A query that gives the same number another way; `{orders}` is that model's table."),
    key("tolerance", Shape::Scalar, "How far apart the two numbers may be, as a share: `0`."),
    key("warn", Shape::Scalar, "`true`: it is told and stops nothing."),
];

pub const CHECK_KINDS: [&str; 4] = ["rows", "freshness", "control", "equal"];

pub(super) fn environment(item: &Value) -> EnvironmentSettings {
    let text = |key: &str| item.get(key).and_then(Value::scalar);
    let samples = item.get("samples").map(Value::entries).unwrap_or_default();
    EnvironmentSettings {
        name: text("name").unwrap_or_default(),
        production: item.get("production").and_then(Value::bool).unwrap_or(false),
        database: text("database"),
        schema: text("schema"),
        prefix: text("prefix").unwrap_or_default(),
        suffix: text("suffix").unwrap_or_default(),
        sample: item.get("sample").and_then(sample),
        samples: samples.iter().filter_map(|(key, value)| Some((key.text.clone(), sample(value)?))).collect(),
        mask: item.get("mask").and_then(Value::bool).unwrap_or(false),
    }
}

fn sample(value: &Value) -> Option<Sample> {
    match &value.kind {
        Kind::Float(share) => Some(Sample::Share(*share)),
        Kind::Integer(1) => None,
        Kind::String(condition) => Some(Sample::Where(condition.clone())),
        _ => None,
    }
}

pub(super) fn plan(table: &Value, settings: &mut PlanSettings) {
    for (key, value) in table.entries() {
        let text = || value.scalar();
        let number = || value.integer().and_then(|number| u32::try_from(number).ok());
        match key.text.as_str() {
            "audit" => settings.audit = text(),
            "retries" => settings.retries = number().unwrap_or(0),
            "timeout_s" => settings.timeout_s = number(),
            "pool" => settings.pool = text(),
            "demand" => settings.demand = text(),
            "personal" => settings.personal = value.strings(),
            "schedule" => settings.schedule = text(),
            "schedules" => {
                let entries = value.entries().iter();
                settings.schedules =
                    entries.filter_map(|(key, value)| Some((key.text.clone(), value.scalar()?))).collect();
            }
            "connection" => settings.connection = text(),
            "runner" => settings.runner = text(),
            "operator" => settings.operator = text(),
            "warehouse" => settings.warehouse = text(),
            "image" => settings.image = text(),
            _ => {}
        }
    }
}

pub(super) fn check(item: &Value) -> CheckSettings {
    let text = |key: &str| item.get(key).and_then(Value::scalar);
    CheckSettings {
        models: item.get("models").map(Value::strings).unwrap_or_default(),
        kind: text("kind").unwrap_or_default(),
        measure: text("measure"),
        min: text("min"),
        max: text("max"),
        max_drop: text("max_drop"),
        max_growth: text("max_growth"),
        history: text("history"),
        sigma: text("sigma"),
        equals: text("equals"),
        tolerance: text("tolerance"),
        warn: item.get("warn").and_then(Value::bool).unwrap_or(false),
    }
}
