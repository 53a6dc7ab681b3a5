//! Names in templates in; those that are set or taken and never read, and target names that are written out, out.

use crate::lint::finding::Raised;
use crate::lint::macros::{macro_files, model_files};
use crate::lint::scene::Stage;
use crate::text::{Place, Span};

/// Calls whose value is all they are for.
const PLAIN_CALLS: [&str; 3] = ["var", "env_var", "namespace"];

/// `unused-set`.
pub(super) fn sets(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let mut files = model_files(stage);
    files.extend(macro_files(stage));
    for file in files.iter().filter(|file| !file.seen.broken && !file.seen.composed) {
        let read = |name: &str| {
            file.seen.names.iter().any(|read| read.name == name)
                || file.seen.attributes.iter().any(|read| read.name.split('.').next() == Some(name))
        };
        let mut told: Vec<&str> = Vec::new();
        for set in &file.seen.sets {
            // A call may be made for what it does: `{% set _ = list.append(x) %}`.
            let acts = set.call.as_ref().is_some_and(|call| !PLAIN_CALLS.contains(&call.as_str()));
            if acts || set.name.starts_with('_') || read(&set.name) || told.contains(&set.name.as_str()) {
                continue;
            }
            told.push(&set.name);
            let message = format!("`{}` is set, and never read.", set.name);
            let raised = Raised::at(Place::new(file.file, set.span), message, &set.name).help("Remove it.");
            found.push(match file.model {
                Some(model) => raised.model(model),
                None => raised,
            });
        }
    }
}

/// `unused-macro-argument`.
pub(super) fn arguments(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for file in macro_files(stage).iter().filter(|file| !file.seen.broken) {
        for one in file.defined() {
            // What is called by dbt, or in place of another, takes what it is given.
            let given = one.name.contains("__")
                || one.name.starts_with("generate_")
                || one.name.starts_with("get_incremental_");
            let is_test = one.name.starts_with("test_");
            for (name, _) in one.params.iter().filter(|(name, _)| !given && !one.reads.contains(name)) {
                if (is_test && matches!(name.as_str(), "model" | "column_name")) || name.starts_with('_') {
                    continue;
                }
                let message = format!("The macro `{}` never reads its argument `{name}`.", one.name);
                let header = file.text.get(one.span.range()).unwrap_or_default();
                let inside = header.find('(').and_then(|open| Some(open + word(&header[open..], name)?));
                let start = one.span.start as usize + inside.unwrap_or(0);
                let place = Place::new(file.file, Span::new(start, start + inside.map_or(0, |_| name.len())));
                let construct = format!("{} {name}", one.name);
                found.push(
                    Raised::at(place, message, &construct).help("Remove it, here and where the macro is called."),
                );
            }
        }
    }
}

/// Where a whole word stands in a text.
fn word(text: &str, name: &str) -> Option<usize> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let whole = |at: usize| {
        !text[..at].chars().next_back().is_some_and(part) && !text[at + name.len()..].chars().next().is_some_and(part)
    };
    text.match_indices(name).map(|(at, _)| at).find(|at| whole(*at))
}

/// `hard-coded-target`.
pub(super) fn targets(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let names = stage.options().words("attributes");
    let mut files = model_files(stage);
    if stage.options().flag("macros") {
        files.extend(macro_files(stage));
    }
    for file in &files {
        for (attribute, text, span) in &file.seen.compared {
            let Some(which) = attribute.strip_prefix("target.").filter(|which| names.iter().any(|name| name == which))
            else {
                continue;
            };
            let message = format!("This text is another where `target.{which}` is `{text}`.");
            let help = "Ask a `var` that says what is meant, so that every target can set it.";
            let raised = Raised::at(Place::new(file.file, *span), message, text).help(help);
            found.push(match file.model {
                Some(model) => raised.model(model),
                None => raised,
            });
        }
    }
}
