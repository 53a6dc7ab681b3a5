//! sluice.toml: the team's own settings, one definition for reading, errors and documentation.

use std::collections::BTreeMap;

use super::plan_settings::{CHECK_KEYS, CheckSettings, ENVIRONMENT_KEYS, EnvironmentSettings, PLAN_KEYS, PlanSettings};
use crate::diagnostic::Severity;
use crate::text::Place;

/// What `sluice.toml` says; [`Settings::default`] where there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub dialect: Option<String>,
    /// Default branch to compare with, where the repo does not say.
    pub base: Option<String>,
    pub target: Option<String>,
    /// Win over what `dbt_project.yml` says.
    pub vars: BTreeMap<String, crate::data::Value>,
    pub env: BTreeMap<String, String>,
    /// Globs of files that are not models, from the project root.
    pub exclude: Vec<String>,
    /// In order, from the lowest: a model may read its own layer and those named in `reads`.
    pub layers: Vec<Layer>,
    /// How strictly the rules are taken, where it is said.
    pub preset: Option<Preset>,
    /// By the name of a rule, or of a group of rules.
    pub rules: BTreeMap<String, RuleSetting>,
    /// Settings of rules for some of the files; the later ones win.
    pub overrides: Vec<Override>,
    /// Folders of the team's own rules, from the repo root.
    pub rule_folders: Vec<String>,
    /// How texts that are no dbt models are rendered.
    pub template: TemplateSettings,
    /// Files that say what the warehouse holds, from the repo root, each with where it is named.
    pub catalog: Vec<(String, Place)>,
    /// Which sources have no columns but those that YAML lists.
    pub sources: Listing,
    /// Ignore declared (unproved) keys: `trust = "proved"`.
    pub trust_proved_only: bool,
    /// Where relations are written and read, by name of the environment.
    pub environments: Vec<EnvironmentSettings>,
    /// How plans run.
    pub plan: PlanSettings,
    /// What must hold of relations before they are promoted.
    pub checks: Vec<CheckSettings>,
    /// The file it was read from; `None` where there is none.
    pub place: Option<Place>,
}

/// Whether the columns that YAML lists of a source are all it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listing {
    /// Where each listed column has its type.
    #[default]
    Typed,
    /// Where any column is listed.
    Complete,
    /// Never.
    Partial,
}

/// How strictly a repo takes its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Everything is told, nothing fails.
    Observe,
    /// Errors fail.
    Guard,
    /// Warnings fail too.
    Enforce,
}

impl Preset {
    pub const WORDS: [&str; 3] = ["observe", "guard", "enforce"];

    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "observe" => Some(Preset::Observe),
            "guard" => Some(Preset::Guard),
            "enforce" => Some(Preset::Enforce),
            _ => None,
        }
    }
}

/// Settings of rules that hold for some files only.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Override {
    /// Globs from the project root. With `layers` too, a file that either names is meant.
    pub paths: Vec<String>,
    /// Names of layers.
    pub layers: Vec<String>,
    pub rules: BTreeMap<String, RuleSetting>,
}

/// One layer of the repo, e.g. staging, intermediate, marts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    pub name: String,
    /// Globs from the project root.
    pub paths: Vec<String>,
    /// Names of the layers (or `source`, `seed`) that this layer may read, besides itself.
    pub reads: Vec<String>,
}

/// The `[template]` table: how texts outside dbt are rendered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TemplateSettings {
    /// Folders in which `include`, `import` and `extends` find files, from the project root or the repo root.
    pub path: Vec<String>,
    /// Globs of files whose macros every template can call without importing them.
    pub macros: Vec<String>,
    /// How placeholders are written: one of [`STYLES`].
    pub style: Option<String>,
    /// A regular expression for placeholders that are written in no known style.
    pub placeholder: Option<String>,
    /// What stands for a value that nobody gave; `{name}` in it is the name that was written.
    pub stand_in: Option<String>,
    /// Values of placeholders and of template variables.
    pub values: BTreeMap<String, crate::data::Value>,
    /// Names that only a run gives a value to.
    pub unknown: Vec<String>,
    /// Functions that say whether the table is built anew.
    pub build: Vec<String>,
    /// Functions that say whether the table exists already.
    pub incremental: Vec<String>,
}

/// One rule's settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleSetting {
    /// `None` leaves the page's default; `Some(None)` is `off`.
    #[expect(clippy::option_option, reason = "not said, off, and a level are three things")]
    pub level: Option<Option<Severity>>,
    pub options: BTreeMap<String, crate::data::Value>,
    /// Its key in sluice.toml.
    pub place: Option<Place>,
}

/// The shape of a setting's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    /// One text or a list of texts.
    Texts,
    /// A text, a number, or `true` or `false`.
    Scalar,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A table of any keys.
    Table,
    /// A table of these keys.
    Keys(&'static [SettingKey]),
    /// An array of tables with these keys.
    Tables(&'static [SettingKey]),
}

/// One key of sluice.toml, as its reference page and schema say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingKey {
    pub name: &'static str,
    pub shape: Shape,
    pub about: &'static str,
}

pub(super) const fn key(name: &'static str, shape: Shape, about: &'static str) -> SettingKey {
    SettingKey { name, shape, about }
}

/// Every key of sluice.toml.
pub const KEYS: [SettingKey; 18] = [
    key("dialect", Shape::Text, "The SQL dialect, where profiles.yml and the adapter packages do not say it right."),
    key("base", Shape::Text, "The branch to compare with, where the repo's default branch is not the one."),
    key("target", Shape::Text, "The target of profiles.yml to render for."),
    key("vars", Shape::Table, "dbt vars; they win over dbt_project.yml."),
    key("env", Shape::Table, "What `env_var()` answers. The real environment is never read, so every machine agrees."),
    key("exclude", Shape::Texts, "Globs of files that are not models, from the folder of this file."),
    key(
        "trust",
        Shape::OneOf(&["declared", "proved"]),
        "Whether keys that only a test or constraint declares count: `declared` (the default) or `proved`.",
    ),
    key(
        "catalog",
        Shape::Texts,
        "Files that say what the warehouse holds, besides sluice.lock and target/catalog.json.",
    ),
    key(
        "sources",
        Shape::OneOf(&["typed", "complete", "partial"]),
        "Whether a source has no columns but those YAML lists: `typed` (where each has a `data_type`, the default), `complete`, or `partial`.",
    ),
    key(
        "extends",
        Shape::Texts,
        "Other settings files to start from, or folders with a sluice.toml and rules/*.md; what this file says wins.",
    ),
    key(
        "preset",
        Shape::OneOf(&Preset::WORDS),
        "How strictly the rules are taken: `observe` (nothing fails), `guard` (errors fail, the default) or `enforce` (warnings fail too).",
    ),
    key("layers", Shape::Tables(&LAYER_KEYS), "The layers of the repo, from the lowest."),
    key("template", Shape::Keys(&TEMPLATE_KEYS), "How SQL files outside dbt are rendered."),
    key(
        "rules",
        Shape::Table,
        "A level per rule or group of rules (`off`, `info`, `warn`, `error`), or `{ level = .., option = .. }`.",
    ),
    key("overrides", Shape::Tables(&OVERRIDE_KEYS), "Settings of rules for some paths or layers; the later ones win."),
    key("environments", Shape::Tables(&ENVIRONMENT_KEYS), "Where relations are written and read, for `plan --env`."),
    key("plan", Shape::Keys(&PLAN_KEYS), "How plans run."),
    key("checks", Shape::Tables(&CHECK_KEYS), "What must hold of relations before a plan promotes them."),
];

/// Keys of one `[[overrides]]` table.
pub const OVERRIDE_KEYS: [SettingKey; 3] = [
    key("paths", Shape::Texts, "Globs of the files it holds for, from the project root."),
    key("layers", Shape::Texts, "Names of the layers it holds for."),
    key("rules", Shape::Table, "As `[rules]`."),
];

/// Keys of one `[[layers]]` table.
pub const LAYER_KEYS: [SettingKey; 3] = [
    key("name", Shape::Text, "The layer's name."),
    key("paths", Shape::Texts, "Globs of its models, from the project root."),
    key("reads", Shape::Texts, "The layers (or `source`, `seed`) it may read, besides itself."),
];

/// Keys of the `[template]` table.
pub const TEMPLATE_KEYS: [SettingKey; 9] = [
    key("path", Shape::Texts, "Folders in which `include`, `import` and `extends` find files, besides the roots."),
    key("macros", Shape::Texts, "Globs of files whose macros every template can call."),
    key("style", Shape::OneOf(&STYLES), "How placeholders are written, where it is not Jinja."),
    key("placeholder", Shape::Text, "A regular expression for placeholders; the group `param_name` is the name."),
    key("stand_in", Shape::Text, "What is put for a value that nobody gave; `{name}` in it is its name."),
    key("values", Shape::Table, "Values of placeholders and template variables."),
    key("unknown", Shape::Texts, "Names that only a run gives a value to."),
    key("build", Shape::Texts, "Functions that are true where the table is built anew, such as `is_init`."),
    key("incremental", Shape::Texts, "Functions that are true where the table exists already."),
];

/// The known ways to write placeholders. Those that sqlfluff knows have its names.
pub const STYLES: [&str; 21] = [
    "jinja",
    "none",
    "colon",
    "colon_nospaces",
    "colon_optional_quotes",
    "numeric_colon",
    "pyformat",
    "dollar",
    "dollar_surround",
    "databricks",
    "flyway_var",
    "question_mark",
    "numeric_dollar",
    "percent",
    "ampersand",
    "apache_camel",
    "python_format",
    "at",
    "hash_brace",
    "snowsql",
    "psql",
];
