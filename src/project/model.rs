//! What a repo builds, reads, tests and serves: the nouns every higher floor speaks.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::catalog::CatalogTable;
use super::facts::Fact;
use crate::data::Value;
use crate::dialect::Dialect;
use crate::text::{Digest, FileId, Place, Span};

/// What a model's text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// SQL with dbt's Jinja.
    Jinja,
    /// SQL as it stands.
    Sql,
    /// SQL with placeholders, as the settings say they are written.
    Placeholders,
    /// SQL with SQLMesh's macros, or its Jinja blocks.
    SqlMesh,
    /// A model in Python: opaque but for the names it reads.
    Python,
}

/// A relation that the repo builds by a query: a dbt model or snapshot, or a plain SQL file's target.
#[derive(Clone, Debug)]
pub struct Model {
    /// Full name: `model.<project>.<name>`, `snapshot.<project>.<name>`; a plain target as the SQL names it.
    pub id: String,
    /// The last part of the name, as `ref` names it.
    pub name: String,
    /// The dbt package (or project) it belongs to.
    pub package: String,
    pub version: Option<String>,
    /// Whether `ref` without a version means this one; true for models without versions.
    pub latest: bool,
    pub kind: ModelKind,
    pub file: FileId,
    pub text: Arc<str>,
    pub digest: Digest,
    pub language: Language,
    /// The dialect of its text, where that is not the project's.
    pub dialect: Option<Arc<Dialect>>,
    /// Where the text of this model starts in its file (a snapshot block, one statement of a script). The text is the
    /// whole file; only the bytes of `body` are this model's.
    pub body: Span,
    /// Where it will be written: database, schema, identifier; as far as known without rendering.
    pub relation: RelationName,
    /// The config cascade (`dbt_project.yml`, properties YAML); what `config()` in the text says comes at rendering
    /// and wins over it.
    pub config: Config,
    /// What the root project says of a package's model: wins even over `config()` in the text. Part of `config` too.
    pub overrides: Config,
    pub properties: Properties,
    /// The properties YAML entry, if there is one.
    pub properties_place: Option<Place>,
    pub enabled: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModelKind {
    Model,
    Snapshot,
    /// An analysis: compiled, never built; nothing can read it.
    Analysis,
    /// A singular data test: rendered and parsed, read by nobody.
    SingularTest,
    /// A table that a plain SQL script creates or fills.
    Table,
}

impl ModelKind {
    /// The word of selectors and facts.
    pub fn word(self) -> &'static str {
        match self {
            ModelKind::Model => "model",
            ModelKind::Snapshot => "snapshot",
            ModelKind::Analysis => "analysis",
            ModelKind::SingularTest => "test",
            ModelKind::Table => "table",
        }
    }
}

impl Model {
    /// The dialect of its text, in a project of that dialect.
    pub fn dialect<'a>(&'a self, project: &'a Arc<Dialect>) -> &'a Arc<Dialect> {
        self.dialect.as_ref().unwrap_or(project)
    }
}

/// Config key of an audit's query: what `@column` and its like mean, as SQL by name.
pub const AUDIT_ARGUMENTS: &str = "audit_arguments";
/// Config key of an audit's query: the relation it asks.
pub const THIS_MODEL: &str = "this_model";
/// Config key of a model made from a blueprint: its variables.
pub const BLUEPRINT_VARIABLES: &str = "blueprint_variables";

/// The name of a table in the warehouse; parts as written, unquoted.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationName {
    pub database: Option<String>,
    pub schema: Option<String>,
    pub identifier: String,
}

/// Resolved config of one resource: `materialized`, `tags`, `meta`, ...; keys without their `+`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config(pub BTreeMap<String, Value>);

impl Config {
    pub fn str(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::str)
    }

    pub fn strings(&self, key: &str) -> Vec<String> {
        self.0.get(key).map(Value::strings).unwrap_or_default()
    }
}

/// What properties YAML says of a resource.
#[derive(Clone, Debug, Default)]
pub struct Properties {
    pub description: String,
    pub columns: Vec<DeclaredColumn>,
    /// Tests of the resource as a whole.
    pub tests: Vec<Test>,
    pub contract_enforced: bool,
    pub constraints: Vec<Constraint>,
    pub access: Option<String>,
    pub group: Option<String>,
    pub owner: Option<String>,
    pub tags: Vec<String>,
    pub meta: Option<Value>,
    /// The version that readers without a version get, where the entry says it.
    pub latest_version: Option<String>,
    /// The day after which the version should no longer be read, as written.
    pub deprecation_date: Option<String>,
    /// Facts of its rows that others declare: entities of semantic models, the way snapshots are built.
    pub assumed: Vec<Fact>,
}

/// A column that a YAML file or contract declares.
#[derive(Clone, Debug)]
pub struct DeclaredColumn {
    pub name: String,
    pub quoted: bool,
    pub data_type: Option<String>,
    pub description: String,
    pub tests: Vec<Test>,
    pub constraints: Vec<Constraint>,
    pub tags: Vec<String>,
    /// What a warehouse guards the column by.
    pub policy_tags: Vec<String>,
    pub meta: Option<Value>,
    pub place: Place,
}

/// A `constraints:` entry: `not_null`, `unique`, `primary_key`, `foreign_key`, `check`, `custom`.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    pub kind: String,
    pub columns: Vec<String>,
    /// `expression`, or what a foreign key points `to`.
    pub expression: Option<String>,
    /// The columns a foreign key points to.
    pub to_columns: Vec<String>,
}

/// A data test on a resource or column: `unique`, `not_null`, `accepted_values`, `relationships`, any generic one.
#[derive(Clone, Debug)]
pub struct Test {
    /// With its package where it has one, e.g. `dbt_utils.unique_combination_of_columns`.
    pub name: String,
    /// The column it stands under, or its `column_name` argument.
    pub column: Option<String>,
    pub arguments: BTreeMap<String, Value>,
    pub config: Config,
    pub place: Place,
}

/// A table that the repo reads but does not build.
#[derive(Clone, Debug)]
pub struct Source {
    /// `source.<project>.<source>.<table>`.
    pub id: String,
    pub package: String,
    pub source: String,
    pub name: String,
    pub relation: RelationName,
    pub properties: Properties,
    pub config: Config,
    pub freshness: Option<Value>,
    pub loader: Option<String>,
    /// All of its columns, from a catalog file, where one has it.
    pub catalog: Option<CatalogTable>,
    pub place: Place,
    /// The entry it stands in; `None` where it stands in none.
    pub holder: Option<SourceHolder>,
}

/// A `sources:` entry, which holds tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceHolder {
    /// What it says of itself, which its tables without a description say too.
    pub description: String,
    pub place: Place,
    /// Whether the table has a description of its own.
    pub table_described: bool,
}

/// A `macros:` entry of a properties file.
#[derive(Clone, Debug)]
pub struct MacroEntry {
    pub package: String,
    pub name: String,
    pub description: String,
    pub arguments: Vec<MacroArgument>,
    pub meta: Option<Value>,
    pub place: Place,
}

/// SQL that runs before or after something, written in YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// As the key says it: `pre-hook`, `post-hook`, `on-run-start`, `on-run-end`.
    pub when: String,
    pub text: String,
    pub place: Place,
}

/// An item of a macro's `arguments:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacroArgument {
    pub name: String,
    pub description: String,
    pub place: Place,
}

/// A CSV file that the repo loads.
#[derive(Clone, Debug)]
pub struct Seed {
    /// `seed.<project>.<name>`.
    pub id: String,
    pub package: String,
    pub name: String,
    pub file: FileId,
    pub digest: Digest,
    pub relation: RelationName,
    pub config: Config,
    pub properties: Properties,
    /// In file order. Read from the whole file.
    pub columns: Vec<SeedColumn>,
    pub rows: usize,
    /// Address of which rows there are, whatever their order.
    pub row_set: Digest,
    /// Too large to read whole: types come from its head, and every column counts as changed when the file does.
    pub sampled: bool,
    pub properties_place: Option<Place>,
}

/// What a seed's content says of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedColumn {
    pub name: String,
    /// Declared by `column_types`, else inferred as dbt infers it: BIGINT, DOUBLE, BOOLEAN, DATE, TIMESTAMP, VARCHAR.
    pub data_type: String,
    pub has_empty: bool,
    pub unique: bool,
    /// Address of the column's cells, whatever the order of the lines, to see which columns of a seed changed.
    pub digest: Digest,
}

/// Who consumes what the repo builds: a dashboard, a notebook, an application.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// `exposure.<project>.<name>`.
    pub id: String,
    pub package: String,
    pub name: String,
    pub label: Option<String>,
    pub kind: String,
    pub owner: Option<String>,
    pub url: Option<String>,
    pub description: String,
    /// Ids of models, sources and seeds, as far as they resolve.
    pub depends_on: Vec<String>,
    /// Columns it names in `meta.columns` (`[model.column]`), if it names any; else it reads all.
    pub columns: Vec<String>,
    pub config: Config,
    pub place: Place,
}

/// What else consumes models by name: metrics, semantic models, saved queries, unit tests.
#[derive(Clone, Debug)]
pub struct Consumer {
    /// `metric.<project>.<name>`, `semantic_model.…`, `saved_query.…`, `unit_test.<project>.<model>.<name>`.
    pub id: String,
    pub package: String,
    pub name: String,
    pub kind: ConsumerKind,
    /// Ids of models, sources, seeds, metrics and semantic models, as far as they resolve.
    pub depends_on: Vec<String>,
    /// Columns of the models it reads, where it names them one by one; empty means it may read all.
    pub columns: Vec<String>,
    pub place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConsumerKind {
    Metric,
    SemanticModel,
    SavedQuery,
    UnitTest,
}

/// A group of models and who owns it.
#[derive(Clone, Debug)]
pub struct Group {
    pub package: String,
    pub name: String,
    pub owner: Option<String>,
    pub place: Place,
}

/// A macro that only Python can run.
#[derive(Clone, Debug, PartialEq)]
pub struct PythonMacro {
    pub place: Place,
    /// What it returns, where that is one literal.
    pub value: Option<Value>,
}

/// A file of macros, kept whole; the template floor finds the blocks in it.
#[derive(Clone, Debug)]
pub struct MacroFile {
    pub package: String,
    pub file: FileId,
    pub text: Arc<str>,
    pub digest: Digest,
}
