//! dbt's Python models: opaque, but for the names they read.

use regex::Regex;

use super::environment::{Environment, Found};
use super::rendered::{Reference, Rendered, Unknown};
use crate::diagnostic::Diagnostic;
use crate::project::Model;
use crate::text::{Place, Span, closest};

/// An empty text that says why it is empty, and what the Python text reads.
pub(super) fn render(env: &Environment, model: &Model) -> Rendered {
    let refs = references(env, model);
    let mut rendered = Rendered { files: vec![model.file.clone()], ..Rendered::default() };
    let place = Place::new(&model.file, model.body);
    rendered
        .unknowns
        .push(Unknown { why: "a Python model: its columns are known only when it runs".to_owned(), place });
    for reference in refs.iter().filter(|reference| reference.id.is_none()) {
        let message = format!("There is nothing that `{}` could read.", reference.written);
        let mut diagnostic = Diagnostic::error("unknown-relation", reference.place.clone(), message).model(&model.id);
        let name = reference.text.rsplit('.').next().unwrap_or_default();
        if let Some(meant) = closest(name, env.model_names()) {
            diagnostic = diagnostic.help(format!("Did you mean `{meant}`?"));
        }
        rendered.diagnostics.push(diagnostic);
    }
    rendered.refs = refs;
    rendered
}

/// Every `dbt.ref(..)` and `dbt.source(..)` with literal names.
pub(super) fn references(env: &Environment, model: &Model) -> Vec<Reference> {
    let calls = r#"dbt\.(ref|source)\(\s*["']([^"']*)["']\s*(?:,\s*["']([^"']*)["']\s*)?"#;
    let Ok(calls) = Regex::new(calls) else { return Vec::new() };
    let mut refs: Vec<Reference> = Vec::new();
    for found in calls.captures_iter(&model.text[model.body.range()]) {
        let Some(whole) = found.get(0) else { continue };
        let (first, second) = (found.get(2).map_or("", |text| text.as_str()), found.get(3).map(|text| text.as_str()));
        let written = format!("{})", whole.as_str().trim_end());
        let (id, text) = match (&found[1], second) {
            ("source", Some(table)) => {
                (env.find_source(&model.package, first, table).map(|(id, _)| id.to_owned()), format!("{first}.{table}"))
            }
            (_, Some(name)) => (env.model_id(&model.package, Some(first), name), name.to_owned()),
            (_, None) => (env.model_id(&model.package, None, first), first.to_owned()),
        };
        let span = Span::new(whole.start(), whole.end()).shift(model.body.start as usize);
        if !refs.iter().any(|known| known.written == written) {
            refs.push(Reference { id, written, place: Place::new(&model.file, span), text });
        }
    }
    refs
}

impl Environment {
    /// The id of what `ref` names, if it can be read.
    pub(super) fn model_id(&self, from: &str, package: Option<&str>, name: &str) -> Option<String> {
        match self.find_model(from, package, name, None) {
            Found::Here(entry) => Some(entry.id.clone()),
            _ => None,
        }
    }
}
