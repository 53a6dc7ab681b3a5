//! Audits in: those every project has, as the tests the house knows; those a project writes, as queries of its own.

use std::collections::BTreeMap;

use super::described::{Argument, Audit, Described};
use super::header::Header as Text;
use crate::data::{Key, Kind, Value};
use crate::project::statements::{Header, Statement, StatementKind, statements};
use crate::project::tokens::Quotes;
use crate::project::{AUDIT_ARGUMENTS, Config, Language, Model, ModelKind, Properties, RelationName, THIS_MODEL, Test};
use crate::text::{Digest, FileId, Place, Span};
use std::sync::Arc;

/// An audit that the project writes.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    /// In lower case.
    pub name: String,
    pub file: FileId,
    pub text: Arc<str>,
    pub digest: Digest,
    /// Its query.
    pub body: Span,
    pub description: String,
    pub defaults: BTreeMap<String, String>,
    /// Asks of the data as it is, not of one model.
    pub standalone: bool,
}

impl Definition {
    fn asks_one_model(&self) -> bool {
        self.text[self.body.range()].to_ascii_lowercase().contains("@this_model")
    }
}

/// Every audit that a text defines: each header with the query after it.
pub(super) fn definitions(
    file: &FileId,
    text: &Arc<str>,
    digest: Digest,
    quotes: Quotes,
    variables: &BTreeMap<String, Value>,
) -> Vec<Definition> {
    let all = statements(text, Span::new(0, text.len()), quotes);
    let mut found = Vec::new();
    for (at, statement) in all.iter().enumerate() {
        let StatementKind::Header(Header::Audit, inner) = statement.kind else { continue };
        let header = Text::read(text, inner, quotes, variables);
        let query = all.get(at + 1).filter(|next| !matches!(next.kind, StatementKind::Header(..)));
        let (Some(name), Some(Statement { span, .. })) = (header.text("name"), query) else { continue };
        let defaults = header.get("defaults").map(super::header::Part::pairs).unwrap_or_default();
        found.push(Definition {
            name: name.to_ascii_lowercase(),
            file: file.clone(),
            text: Arc::clone(text),
            digest,
            body: *span,
            description: header.text("description").unwrap_or_default(),
            defaults: defaults
                .into_iter()
                .map(|(name, part)| (name.to_ascii_lowercase(), part.text().to_owned()))
                .collect(),
            standalone: header.value("standalone").and_then(|value| value.bool()) == Some(true),
        });
    }
    found
}

/// The tests that a model's audits are.
pub(super) fn tests(described: &Described, file: &FileId) -> Vec<Test> {
    described.audits.iter().flat_map(|audit| test(audit, file)).collect()
}

fn test(audit: &Audit, file: &FileId) -> Vec<Test> {
    let (name, blocking) = match audit.name.strip_suffix("_non_blocking") {
        Some(name) => (name, false),
        None => (audit.name.as_str(), true),
    };
    let mut config = Config::default();
    let text = |text: &str| Value { kind: Kind::String(text.to_owned()), span: audit.span };
    if let Some(condition) = audit.arguments.get("condition") {
        config.0.insert("where".to_owned(), text(&condition.sql));
    }
    if !blocking {
        config.0.insert("severity".to_owned(), text("warn"));
    }
    let one = |name: &str, column: Option<String>, arguments: BTreeMap<String, Value>| Test {
        name: name.to_owned(),
        column,
        arguments,
        config: config.clone(),
        place: Place::new(file, audit.span),
    };
    let columns = || audit.arguments.get("columns").map(Argument::names).unwrap_or_default();
    let column = || audit.arguments.get("column").and_then(|argument| argument.value.scalar());
    let all = || {
        let rest = audit.arguments.iter().filter(|(name, _)| !matches!(name.as_str(), "column" | "condition"));
        rest.map(|(name, argument)| (name.clone(), argument.value.clone())).collect::<BTreeMap<_, _>>()
    };
    match name {
        "not_null" => columns().into_iter().map(|column| one("not_null", Some(column), BTreeMap::new())).collect(),
        "unique_values" => columns().into_iter().map(|column| one("unique", Some(column), BTreeMap::new())).collect(),
        "unique_combination_of_columns" => {
            let value = audit.arguments.get("columns").map_or_else(Value::null, |argument| argument.value.clone());
            let arguments = BTreeMap::from([("combination_of_columns".to_owned(), value)]);
            vec![one("unique_combination_of_columns", None, arguments)]
        }
        "accepted_values" => {
            let value = audit.arguments.get("is_in").map_or_else(Value::null, |argument| argument.value.clone());
            vec![one("accepted_values", column(), BTreeMap::from([("values".to_owned(), value)]))]
        }
        name => vec![one(name, column(), all())],
    }
}

/// The queries that audits are: one per use by a model, one for each that needs no model.
pub(super) fn queries(
    definitions: &BTreeMap<String, Definition>,
    uses: &[(String, RelationName, Vec<Audit>)],
    project: &str,
) -> Vec<Model> {
    let mut found = Vec::new();
    for definition in definitions.values().filter(|definition| definition.standalone || !definition.asks_one_model()) {
        let id = format!("test.{project}.{}", definition.name);
        found.push(query(definition, id, project, Config::default()));
    }
    for (model, relation, audits) in uses {
        for audit in audits {
            let name = audit.name.strip_suffix("_non_blocking").unwrap_or(&audit.name);
            let Some(definition) = definitions.get(name).filter(|definition| definition.asks_one_model()) else {
                continue;
            };
            let id = format!("test.{project}.{model}.{}", definition.name);
            if found.iter().any(|known: &Model| known.id == id) {
                continue;
            }
            let config = Config(BTreeMap::from([
                (AUDIT_ARGUMENTS.to_owned(), arguments(definition, audit)),
                (THIS_MODEL.to_owned(), super::this_model(relation, audit.span)),
            ]));
            found.push(query(definition, id, project, config));
        }
    }
    found
}

/// What `@column` and its like mean in an audit: SQL by name.
fn arguments(definition: &Definition, audit: &Audit) -> Value {
    let mut all: BTreeMap<&str, &str> =
        definition.defaults.iter().map(|(name, sql)| (name.as_str(), sql.as_str())).collect();
    all.extend(audit.arguments.iter().map(|(name, argument)| (name.as_str(), argument.sql.as_str())));
    let span = audit.span;
    let entry = |(name, sql): (&str, &str)| {
        let text = Value { kind: Kind::String(sql.to_owned()), span };
        (Key { text: name.to_owned(), span }, text)
    };
    Value { kind: Kind::Map(all.into_iter().map(entry).collect()), span }
}

fn query(definition: &Definition, id: String, project: &str, config: Config) -> Model {
    Model {
        name: id.splitn(3, '.').nth(2).unwrap_or_default().to_owned(),
        id,
        package: project.to_owned(),
        version: None,
        latest: true,
        kind: ModelKind::SingularTest,
        file: definition.file.clone(),
        text: Arc::clone(&definition.text),
        digest: definition.digest,
        language: Language::SqlMesh,
        dialect: None,
        body: definition.body,
        relation: RelationName { identifier: definition.name.clone(), ..RelationName::default() },
        config,
        overrides: Config::default(),
        properties: Properties { description: definition.description.clone(), ..Properties::default() },
        properties_place: None,
        enabled: true,
    }
}
