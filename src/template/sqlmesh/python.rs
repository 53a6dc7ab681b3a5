//! SQLMesh's Python models: opaque, but for the names they read.

use crate::project::Model;
use crate::project::python_texts;
use crate::template::environment::Environment;
use crate::template::rendered::{Reference, Rendered, Unknown};
use crate::text::{Place, Span};

/// Words after which a query names a table.
const READS: [&str; 2] = ["FROM", "JOIN"];

/// An empty text that says why it is empty, and what the Python text may read.
pub(in crate::template) fn render(env: &Environment, model: &Model) -> Rendered {
    let place = Place::new(&model.file, model.body);
    let why = "a Python model: its columns are known only when it runs".to_owned();
    Rendered {
        files: vec![model.file.clone()],
        unknowns: vec![Unknown { why, place }],
        refs: references(env, model),
        ..Rendered::default()
    }
}

/// What the model says it depends on; else every relation of the project that one of its texts names, alone or after
/// FROM: tables are passed to `resolve_table` by way of constants too.
fn references(env: &Environment, model: &Model) -> Vec<Reference> {
    let mut found: Vec<Reference> = Vec::new();
    let mut add = |name: &str, span: Span| {
        let Some(id) = named(env, name) else { return };
        if *id != *model.id && !found.iter().any(|known| known.text == name) {
            let place = Place::new(&model.file, span);
            found.push(Reference { id: Some(id.to_string()), written: name.to_owned(), place, text: name.to_owned() });
        }
    };
    let declared = model.config.strings("depends_on");
    if !declared.is_empty() {
        let span = model.properties_place.as_ref().map_or(model.body, |place| place.span);
        for name in &declared {
            add(name, span);
        }
        return found;
    }
    for (text, span) in python_texts(&model.text[model.body.range()]) {
        let span = span.shift(model.body.start as usize);
        for name in names(&text) {
            add(&name, span);
        }
    }
    found
}

/// Names that a text may mean: all of it, or what stands after FROM and JOIN.
fn names(text: &str) -> Vec<String> {
    let plain = |word: &str| word.trim_matches([',', ';', '(', ')']).replace(['"', '`'], "");
    let words: Vec<&str> = text.split_whitespace().collect();
    let first = words.first().map(|word| plain(word));
    let after = words.windows(2).filter(|pair| READS.iter().any(|word| pair[0].eq_ignore_ascii_case(word)));
    first.into_iter().chain(after.map(|pair| plain(pair[1]))).filter(|name| !name.is_empty()).collect()
}

fn named(env: &Environment, name: &str) -> Option<std::sync::Arc<str>> {
    let mut parts: Vec<&str> = name.split('.').collect();
    let identifier = parts.pop()?;
    let schema = parts.pop();
    let found = env.id_by_name(&[None, schema.map(std::sync::Arc::from), Some(std::sync::Arc::from(identifier))]);
    found.filter(|id| !id.starts_with("test."))
}
