//! A repo laid out as Mozilla's bigquery-etl in, what its folders and YAML say of each SQL file out.
//!
//! `<sql>/<project>/<dataset>/<table>/` holds one table or view: its SQL, `metadata.yaml` and `schema.yaml`. What lies
//! outside `<sql>` is made into SQL by generators: it is read, but nothing is built from it.

mod metadata;
mod schema;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::dbt::check::yaml_error;
use crate::data::{Key, Kind, Value, yaml};
use crate::diagnostic::Diagnostic;
use crate::project::files::{Files, join, parent, relative, stem};
use crate::project::globs::Globs;
use crate::project::{Language, Model, ModelKind, Properties, RelationName, Settings, Source};
use crate::text::{FileId, Place, Span};

pub(super) const FILE: &str = "bqetl_project.yaml";
pub(super) const DIALECT: &str = "bigquery";

/// Where a repo keeps its tables, and what it does not render.
pub(super) struct Layout {
    sql: String,
    unrendered: Globs,
}

/// The layout of the project at `root`, if it is one of these.
pub(super) fn find(root: &str, files: &dyn Files, said: &mut Vec<Diagnostic>) -> Option<Layout> {
    let file = FileId::new(&join(root, FILE)?);
    let text = files.text(&file).ok()?;
    let tree = yaml::parse(&text).unwrap_or_else(|fault| {
        said.push(yaml_error(&file, &fault));
        Value::null()
    });
    let folder = tree.at(&["default", "sql_dir"]).and_then(Value::str).unwrap_or("sql");
    let unrendered = tree.at(&["render", "skip"]).map(Value::strings).unwrap_or_default();
    let unrendered: Vec<String> = unrendered.iter().filter_map(|glob| join(root, glob)).collect();
    Some(Layout { sql: join(root, folder)?, unrendered: Globs::new(&unrendered) })
}

/// What a file is to its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Query,
    View,
    /// Tells whether the table's rows are right.
    Check,
    /// Functions, first fillings, repairs, examples.
    Beside,
}

/// What stands for a table in the layout's own variables.
const OF_THE_TABLE: [(&str, &str); 3] = [
    ("project_id", "{{ this.database }}"),
    ("dataset_id", "{{ this.schema }}"),
    ("table_name", "{{ this.identifier }}"),
];

/// What every template of such a repo can name.
pub(super) fn settle(settings: &mut Settings) {
    let template = &mut settings.template;
    template.build.push("is_init".to_owned());
    template.unknown.push("metrics".to_owned());
    template.macros.push("tests/checks/*".to_owned());
    for (name, text) in OF_THE_TABLE {
        let value = || Value { kind: Kind::String(text.to_owned()), span: Span::default() };
        template.values.entry(name.to_owned()).or_insert_with(value);
    }
}

impl Layout {
    /// The folder of a file's table and the file's role in it.
    fn role<'p>(&self, path: &'p str) -> Option<(&'p str, Role)> {
        let folder = parent(path);
        let depth = relative(&self.sql, folder)?.split('/').count();
        let role = match stem(path) {
            "query" | "script" if depth == 3 => Role::Query,
            "view" | "materialized_view" if depth == 3 => Role::View,
            name if depth == 3 && name.strip_prefix("part").is_some_and(|n| n.parse::<u32>().is_ok()) => Role::Query,
            "checks" | "bigeye_custom_rules" => Role::Check,
            _ => Role::Beside,
        };
        Some((folder, role))
    }

    /// Adds to a model what its folder says of it.
    pub(super) fn describe(&self, model: &mut Model, files: &dyn Files, said: &mut Vec<Diagnostic>) {
        let path = model.file.path().to_owned();
        if self.unrendered.matches(&path) {
            model.language = Language::Sql;
        }
        let Some((folder, role)) = self.role(&path) else {
            model.kind = ModelKind::Analysis;
            return;
        };
        model.kind = match role {
            Role::Query | Role::View => ModelKind::Model,
            Role::Check => ModelKind::SingularTest,
            Role::Beside => ModelKind::Analysis,
        };
        if let Some(relation) = relation(folder) {
            model.relation = relation;
        }
        if let Some((file, tree)) = document(folder, "metadata.yaml", files, said) {
            metadata::read(&file, &tree, &mut model.properties, &mut model.config);
            model.properties_place = Some(Place::top(&file));
        }
        if matches!(role, Role::Query | Role::View) {
            if let Some((file, tree)) = document(folder, "schema.yaml", files, said) {
                model.properties.columns = schema::columns(&file, &tree);
            }
            let kind = match stem(&path) {
                "view" => "view",
                "materialized_view" => "materialized_view",
                _ => "table",
            };
            let value = Value { kind: Kind::String(kind.to_owned()), span: Span::default() };
            model.config.0.insert("materialized".to_owned(), value);
        }
    }

    /// Tables that something other than SQL fills: their schema is all there is to read of them.
    pub(super) fn sources(
        &self,
        package: &str,
        models: &[Model],
        (all, files): (&[FileId], &dyn Files),
        said: &mut Vec<Diagnostic>,
    ) -> Vec<Source> {
        let of_sql = models.iter().filter_map(|model| match self.role(model.file.path()) {
            Some((folder, Role::Query | Role::View)) => Some(folder),
            _ => None,
        });
        let built: BTreeSet<&str> = of_sql.collect();
        let schemas = all.iter().filter(|file| file.path().ends_with("/schema.yaml"));
        let folders = schemas.map(|file| parent(file.path())).filter(|folder| !built.contains(folder));
        let mut sources = Vec::new();
        for folder in folders {
            let below = relative(&self.sql, folder).map_or(0, |path| path.split('/').count());
            let (Some(relation), 3) = (relation(folder), below) else { continue };
            let Some((file, tree)) = document(folder, "schema.yaml", files, said) else { continue };
            let mut properties = Properties { columns: schema::columns(&file, &tree), ..Properties::default() };
            let mut config = crate::project::Config::default();
            if let Some((file, tree)) = document(folder, "metadata.yaml", files, said) {
                metadata::read(&file, &tree, &mut properties, &mut config);
            }
            let source = relation.schema.clone().unwrap_or_default();
            sources.push(Source {
                id: format!("source.{package}.{source}.{}", relation.identifier),
                package: package.to_owned(),
                source,
                name: relation.identifier.clone(),
                relation,
                properties,
                config,
                freshness: None,
                loader: None,
                catalog: None,
                place: Place::top(&file),
                holder: None,
            });
        }
        sources.sort_by(|a, b| (&a.id, &a.relation).cmp(&(&b.id, &b.relation)));
        sources.dedup_by(|a, b| a.id == b.id);
        sources
    }
}

/// `<project>/<dataset>/<table>` at the end of a folder's path.
fn relation(folder: &str) -> Option<RelationName> {
    let mut parts = folder.rsplit('/').map(str::to_owned);
    let identifier = parts.next()?;
    let schema = parts.next()?;
    Some(RelationName { database: parts.next(), schema: Some(schema), identifier })
}

fn document(folder: &str, name: &str, files: &dyn Files, said: &mut Vec<Diagnostic>) -> Option<(FileId, Value)> {
    let file = FileId::new(&join(folder, name)?);
    let text: Arc<str> = files.text(&file).ok()?;
    match yaml::parse(&text) {
        Ok(tree) => Some((file, tree)),
        Err(fault) => {
            said.push(yaml_error(&file, &fault));
            None
        }
    }
}

/// A map as config has it.
fn map(entries: Vec<(&str, Value)>, span: Span) -> Value {
    let entries = entries.into_iter().map(|(name, value)| (Key { text: name.to_owned(), span }, value));
    Value { kind: Kind::Map(entries.collect()), span }
}

#[cfg(test)]
mod tests {
    use crate::project::files::memory::{IN_ORDER, Memory};
    use crate::project::{Language, ModelKind, Project, read_files};

    fn project(files: &[(&str, &str)]) -> Project {
        let all: Vec<(&str, &str)> = [("bqetl_project.yaml", "render:\n  skip: [sql/mozfun/a/b/udf.sql]\n")]
            .into_iter()
            .chain(files.iter().copied())
            .collect();
        read_files(&Memory::of(&all), &Memory::of(&[]), None, IN_ORDER).remove(0)
    }

    #[test]
    fn a_file_is_what_its_name_and_folder_say() {
        let found = project(&[
            ("sql/p/d/t_v1/query.sql", "select 1"),
            ("sql/p/d/t_v1/checks.sql", "#fail\n{{ is_unique(['a']) }}"),
            ("sql/mozfun/a/b/udf.sql", "{%s"),
            ("sql_generators/g/templates/q.sql", "select {{ x }}"),
        ]);
        let models: Vec<_> = found.models.iter().map(|m| (m.file.path(), m.kind, m.language)).collect();
        assert_eq!(
            models,
            [
                ("sql/p/d/t_v1/checks.sql", ModelKind::SingularTest, Language::Jinja),
                ("sql_generators/g/templates/q.sql", ModelKind::Analysis, Language::Jinja),
                ("sql/p/d/t_v1/query.sql", ModelKind::Model, Language::Sql),
                ("sql/mozfun/a/b/udf.sql", ModelKind::Analysis, Language::Sql),
            ]
        );
        assert_eq!(found.models[0].relation, found.models[2].relation);
        assert_eq!(found.dialect.label(), "bigquery");
    }

    #[test]
    fn metadata_and_schema_describe_the_table() {
        let found = project(&[
            ("sql/p/d/t_v1/query.sql", "select 1"),
            (
                "sql/p/d/t_v1/metadata.yaml",
                "friendly_name: T\ndescription: About T\nowners: [a@b.c]\nlabels: {level: gold}\n\
                 bigquery:\n  time_partitioning: {type: day, field: day}\n  clustering: {fields: [a, b]}\n",
            ),
            (
                "sql/p/d/t_v1/schema.yaml",
                "fields:\n- {name: a, type: INTEGER, mode: REQUIRED}\n\
                 - {name: b, type: RECORD, mode: REPEATED, fields: [{name: c, type: STRING}]}\n",
            ),
        ]);
        let model = &found.models[0];
        assert_eq!(model.properties.description, "About T");
        assert_eq!(model.properties.owner.as_deref(), Some("a@b.c"));
        assert_eq!(model.properties.tags, ["level:gold"]);
        assert_eq!(model.config.strings("cluster_by"), ["a", "b"]);
        assert_eq!(model.config.0["partition_by"].get("field").and_then(|v| v.str()), Some("day"));
        let columns: Vec<_> =
            model.properties.columns.iter().map(|c| (c.name.as_str(), c.data_type.as_deref())).collect();
        assert_eq!(columns, [("a", Some("INT64")), ("b", Some("ARRAY<STRUCT<c STRING>>"))]);
        assert_eq!(model.properties.columns[0].constraints[0].kind, "not_null");
    }

    #[test]
    fn a_table_without_sql_is_a_source() {
        let found = project(&[
            ("sql/p/d/t_v1/query.sql", "select 1"),
            ("sql/p/d/py_v1/query.py", ""),
            ("sql/p/d/py_v1/schema.yaml", "fields: [{name: a, type: STRING}]"),
        ]);
        let sources: Vec<_> = found.sources.iter().map(|source| source.id.as_str()).collect();
        assert_eq!(sources, ["source.repo.d.py_v1"]);
    }
}
