//! What an expression may ask, kind by kind: the one list behind `sluice rules facts`, the docs and the tests.

/// What a rule judges one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lint) enum Kind {
    Model,
    Column,
    Source,
    Seed,
    Test,
    Exposure,
    Macro,
    Change,
}

impl Kind {
    pub(in crate::lint) const ALL: [Kind; 8] =
        [Kind::Model, Kind::Column, Kind::Source, Kind::Seed, Kind::Test, Kind::Exposure, Kind::Macro, Kind::Change];

    pub(in crate::lint) fn word(self) -> &'static str {
        match self {
            Kind::Model => "model",
            Kind::Column => "column",
            Kind::Source => "source",
            Kind::Seed => "seed",
            Kind::Test => "test",
            Kind::Exposure => "exposure",
            Kind::Macro => "macro",
            Kind::Change => "change",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// One fact: its name, its type in CEL, and what it says.
pub(in crate::lint) type Row = (&'static str, &'static str, &'static str);

/// The facts of each kind of thing. Version 1: names that stand here keep their meaning.
pub(in crate::lint) const TABLE: [(Kind, &[Row]); 8] = [
    (Kind::Model, MODEL),
    (Kind::Column, COLUMN),
    (Kind::Source, SOURCE),
    (Kind::Seed, SEED),
    (Kind::Test, TEST),
    (Kind::Exposure, EXPOSURE),
    (Kind::Macro, MACRO),
    (Kind::Change, CHANGE),
];

const MODEL: &[Row] = &[
    ("name", "string", "as `ref` names it"),
    ("id", "string", "`model.<project>.<name>`"),
    ("kind", "string", "`model`, `snapshot`, `analysis`, `test` or `table`"),
    ("path", "string", "its file, from the repo root"),
    ("project", "string", "the project's name"),
    ("layer", "string", "the layer of `[[layers]]` it is in, or the empty string"),
    ("materialized", "string", "`view`, `table`, `incremental`, ..; empty where nobody says"),
    ("schema", "string", "where it is written, as far as that is known without a warehouse"),
    ("config", "map", "the whole config, of project, YAML and `config()`"),
    ("tags", "list of string", ""),
    ("meta", "map", ""),
    ("description", "string", ""),
    ("access", "string", "`private`, `protected` or `public`"),
    ("group", "string", ""),
    ("owner", "string", "its own, else its group's"),
    ("contract", "bool", "the contract is enforced"),
    ("version", "string", ""),
    ("columns", "list of column", "what the query gives, in order; of an opaque query, what YAML declares"),
    ("keys", "list of list of string", "sets of columns in which no two rows are equal, proved or declared"),
    ("proved_keys", "list of list of string", "those that the SQL proves"),
    ("tests", "list of test", "of the model and of its columns"),
    ("reads", "list of string", "ids of what it reads"),
    ("sources", "list of string", "ids of the sources it reads"),
    ("read_by", "list of string", "ids of the models that read it"),
    ("exposures", "list of string", "names of the exposures that read it"),
    ("status", "string", "`exact`, `partial` or `opaque`: how much of its SQL was understood"),
    ("ctes", "list of string", ""),
    ("joins", "int", "how many joins its query has"),
    ("lines", "int", "lines of its text"),
    ("text", "string", "its text as it stands in the file"),
    ("sql", "string", "its text rendered"),
];

const COLUMN: &[Row] = &[
    ("name", "string", ""),
    ("model", "string", "name of the model, source or seed it is of"),
    ("type", "string", "inferred, else declared; empty where unknown"),
    ("declared_type", "string", "as YAML says it"),
    ("nullable", "bool or null", "`null` where unknown"),
    ("declared", "bool", "YAML lists it"),
    ("description", "string", ""),
    ("tests", "list of string", "names of the tests on it"),
    ("tags", "list of string", ""),
    ("policy_tags", "list of string", ""),
    ("meta", "map", ""),
    ("inputs", "list of string", "`relation.column` of what its value is made of"),
    ("pii", "bool", "its value comes from a column that is marked as personal data"),
    ("masked", "bool", "it does so only through masking functions"),
];

const SOURCE: &[Row] = &[
    ("name", "string", "the table's name"),
    ("source", "string", "the source's name"),
    ("id", "string", "`source.<project>.<source>.<table>`"),
    ("path", "string", "the YAML file"),
    ("schema", "string", ""),
    ("description", "string", ""),
    ("loader", "string", ""),
    ("freshness", "bool", "a freshness check is declared"),
    ("config", "map", ""),
    ("tags", "list of string", ""),
    ("meta", "map", ""),
    ("columns", "list of column", ""),
    ("tests", "list of test", ""),
    ("read_by", "list of string", "ids of the models that read it"),
];

const SEED: &[Row] = &[
    ("name", "string", ""),
    ("id", "string", "`seed.<project>.<name>`"),
    ("path", "string", ""),
    ("rows", "int", ""),
    ("description", "string", ""),
    ("config", "map", ""),
    ("tags", "list of string", ""),
    ("meta", "map", ""),
    ("columns", "list of column", ""),
    ("tests", "list of test", ""),
    ("read_by", "list of string", "ids of the models that read it"),
];

const TEST: &[Row] = &[
    ("name", "string", "with its package, e.g. `dbt_utils.unique_combination_of_columns`"),
    ("model", "string", "name of the model, source or seed it stands on"),
    ("column", "string", "empty for a test of the whole"),
    ("arguments", "map", ""),
    ("config", "map", "`severity`, `where`, .."),
];

const EXPOSURE: &[Row] = &[
    ("name", "string", ""),
    ("type", "string", "`dashboard`, `notebook`, .."),
    ("label", "string", ""),
    ("owner", "string", ""),
    ("url", "string", ""),
    ("description", "string", ""),
    ("reads", "list of string", "ids of models, sources and seeds"),
    ("config", "map", ""),
];

const MACRO: &[Row] = &[
    ("name", "string", ""),
    ("path", "string", ""),
    ("arguments", "list of string", ""),
    ("lines", "int", ""),
    ("text", "string", "from `{% macro` to `{% endmacro %}`"),
];

const CHANGE: &[Row] = &[
    ("model", "model", "the model after the change; of a removed one, before it"),
    ("kind", "string", "`added`, `removed`, `modified` or `impacted`"),
    ("class", "string", "`cosmetic`, `additive`, `values`, `rows`, `grain`, `breaking`, .."),
    ("verdict", "string", "`breaks`, `differs` or `stays`"),
    ("rows", "string", "`same`, `subset`, `superset`, `changed` or `unknown`"),
    ("keys_lost", "list of list of string", ""),
    ("columns", "list of map", "`name` and `change`: `added`, `removed`, `renamed`, `retyped`, `value_changed`"),
];
