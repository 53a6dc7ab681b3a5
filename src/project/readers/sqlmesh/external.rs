//! external_models.yaml and `external_models/*.yaml` in, the tables that a project reads but does not build out.

use super::models::{Frame, relation};
use crate::data::{Key, Value, yaml};
use crate::diagnostic::Diagnostic;
use crate::project::{Config, DeclaredColumn, Properties, Source, Test};
use crate::text::{FileId, Place};
use std::collections::BTreeMap;

/// The tables of one file, but for those of another gateway.
pub(super) fn read(file: &FileId, frame: &Frame<'_>, said: &mut Vec<Diagnostic>) -> Vec<Source> {
    let text = frame.files.text(file).unwrap_or_default();
    match yaml::parse(&text) {
        Ok(tree) => tree.items().iter().filter_map(|item| source(item, file, frame)).collect(),
        Err(fault) => {
            let message = format!(
                "This is not valid YAML: {}. Nothing in the file is read.",
                fault.message.trim_end_matches('.')
            );
            said.push(Diagnostic::error("yaml-error", Place::new(file, fault.span), message));
            Vec::new()
        }
    }
}

fn source(item: &Value, file: &FileId, frame: &Frame<'_>) -> Option<Source> {
    let name = item.get("name")?.scalar()?.replace(['"', '`'], "");
    let relation = relation(&name);
    let schema = relation.schema.clone().unwrap_or_default();
    let columns = item.get("columns").map(Value::entries).unwrap_or_default();
    let column = |(key, value): &(Key, Value)| DeclaredColumn {
        name: key.text.clone(),
        quoted: false,
        data_type: value.scalar().filter(|ty| !ty.is_empty()),
        description: String::new(),
        tests: Vec::new(),
        constraints: Vec::new(),
        tags: Vec::new(),
        policy_tags: Vec::new(),
        meta: None,
        place: Place::new(file, key.span),
    };
    let audits = item.get("audits").map(Value::items).unwrap_or_default();
    let gateway = item.get("gateway").and_then(Value::scalar);
    let id = match gateway.filter(|gateway| frame.config.gateway.as_ref() != Some(gateway)) {
        Some(other) => format!("source.{}.{name}@{other}", frame.project),
        None => format!("source.{}.{name}", frame.project),
    };
    Some(Source {
        id,
        package: frame.project.to_owned(),
        source: schema,
        name: relation.identifier.clone(),
        relation,
        properties: Properties {
            description: item.get("description").and_then(Value::scalar).unwrap_or_default(),
            columns: columns.iter().map(column).collect(),
            tests: audits.iter().flat_map(|audit| tests(audit, file)).collect(),
            ..Properties::default()
        },
        config: Config::default(),
        freshness: None,
        loader: None,
        catalog: None,
        place: Place::new(file, item.span),
        holder: None,
    })
}

/// An audit of an external table: `{name: not_null, columns: "[a]"}`.
fn tests(audit: &Value, file: &FileId) -> Vec<Test> {
    let Some(name) = audit.get("name").and_then(Value::scalar) else { return Vec::new() };
    let columns = audit.get("columns").or_else(|| audit.get("column")).map(listed).unwrap_or_default();
    let test = |name: &str, column: Option<String>| Test {
        name: name.to_owned(),
        column,
        arguments: BTreeMap::new(),
        config: Config::default(),
        place: Place::new(file, audit.span),
    };
    match name.as_str() {
        "not_null" => columns.into_iter().map(|column| test("not_null", Some(column))).collect(),
        "unique_values" => columns.into_iter().map(|column| test("unique", Some(column))).collect(),
        "unique_combination_of_columns" => {
            let listed = audit.get("columns").cloned().unwrap_or_else(Value::null);
            let arguments = BTreeMap::from([("combination_of_columns".to_owned(), listed)]);
            vec![Test { arguments, ..test(&name, None) }]
        }
        name => vec![test(name, columns.into_iter().next())],
    }
}

/// `"[a, b]"`, `a` or a list.
fn listed(value: &Value) -> Vec<String> {
    let texts = value.strings();
    let parts = texts.iter().flat_map(|text| text.trim_matches(['[', ']', '(', ')', ' ']).split(','));
    parts.map(|part| part.trim().trim_matches('"').to_owned()).filter(|part| !part.is_empty()).collect()
}
