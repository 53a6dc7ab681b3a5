//! A project's unit tests and metrics in, who reads which model out.

use super::header::Header as Text;
use super::models::{Frame, headers};
use crate::data::{Value, yaml};
use crate::diagnostic::Diagnostic;
use crate::project::statements::{Header, StatementKind};
use crate::project::tokens::{Quotes, Token, TokenKind, tokens};
use crate::project::{Consumer, ConsumerKind};
use crate::text::{FileId, Place, Span};
use std::collections::BTreeMap;

/// Ids of what the project builds and reads, by name in lower case.
pub(super) type Ids = BTreeMap<String, String>;

/// The unit tests of one YAML file.
pub(super) fn unit_tests(file: &FileId, frame: &Frame<'_>, ids: &Ids, said: &mut Vec<Diagnostic>) -> Vec<Consumer> {
    let text = frame.files.text(file).unwrap_or_default();
    let tree = match yaml::parse(&text) {
        Ok(tree) => tree,
        Err(_) if text.contains("{{") || text.contains("{%") => return Vec::new(),
        Err(fault) => {
            let message = format!(
                "This is not valid YAML: {}. Nothing in the file is read.",
                fault.message.trim_end_matches('.')
            );
            said.push(Diagnostic::error("yaml-error", Place::new(file, fault.span), message));
            return Vec::new();
        }
    };
    let test = |(key, body): &(crate::data::Key, Value)| {
        let model = body.get("model")?.scalar()?;
        let inputs = body.get("inputs").map(Value::entries).unwrap_or_default();
        let names = std::iter::once(model.as_str()).chain(inputs.iter().map(|(name, _)| name.text.as_str()));
        let depends_on = names.filter_map(|name| ids.get(&plain(name)).cloned()).collect();
        let id = format!("unit_test.{}.{model}.{}", frame.project, key.text);
        Some(consumer(ConsumerKind::UnitTest, id, &key.text, frame, depends_on, Place::new(file, key.span)))
    };
    tree.entries().iter().filter_map(test).collect()
}

/// `"db"."model"` as `db.model`, in lower case.
fn plain(name: &str) -> String {
    name.replace(['"', '`'], "").to_ascii_lowercase()
}

/// The metrics of one file.
pub(super) fn metrics(file: &FileId, frame: &Frame<'_>, ids: &Ids) -> Vec<Consumer> {
    let text = frame.files.text(file).unwrap_or_default();
    let quotes = Quotes::of(frame.dialect);
    let mut found = Vec::new();
    for statement in headers(&text, quotes, Header::Metric) {
        let StatementKind::Header(_, inner) = statement.kind else { continue };
        let header = Text::read(&text, inner, quotes, &frame.config.variables);
        let (Some(name), Some(expression)) = (header.text("name"), header.get("expression")) else { continue };
        let depends_on = reads(expression.text(), quotes, frame.project, ids);
        let id = format!("metric.{}.{name}", frame.project);
        let place = Place::new(file, statement.span);
        found.push(consumer(ConsumerKind::Metric, id, &name, frame, depends_on, place));
    }
    found
}

/// Models whose columns an expression names, and metrics that it names.
fn reads(expression: &str, quotes: Quotes, project: &str, ids: &Ids) -> Vec<String> {
    let all = tokens(expression, Span::new(0, expression.len()), quotes);
    let is_name = |token: &Token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
    let mut found = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let start = at;
        while at + 2 < all.len() && is_name(&all[at]) && all[at + 1].is(expression, ".") && is_name(&all[at + 2]) {
            at += 2;
        }
        let called = all.get(at + 1).is_some_and(|token| token.is(expression, "("));
        if at > start {
            let model = plain(&expression[all[start].span.cover(all[at - 2].span).range()]);
            found.extend(ids.get(&model).cloned());
        } else if is_name(&all[at]) && !called {
            found.push(format!("metric.{project}.{}", all[at].text(expression)));
        }
        at += 1;
    }
    found
}

fn consumer(
    kind: ConsumerKind,
    id: String,
    name: &str,
    frame: &Frame<'_>,
    mut depends_on: Vec<String>,
    place: Place,
) -> Consumer {
    depends_on.sort();
    depends_on.dedup();
    let package = frame.project.to_owned();
    Consumer { id, package, name: name.to_owned(), kind, depends_on, columns: Vec::new(), place }
}
