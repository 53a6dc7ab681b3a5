//! SQL that runs around models in; statements in it that take tables or rows away, or change what tables are, out.

use regex::Regex;
use std::sync::OnceLock;

use crate::data::Value;
use crate::lint::dag::head;
use crate::lint::finding::Raised;
use crate::lint::scene::Stage;
use crate::text::Place;

/// One hook: when it runs, its text, where it stands, and the model it belongs to.
struct Found<'a> {
    text: String,
    place: Place,
    model: Option<&'a str>,
}

/// The project's hooks: those that its YAML writes, and those that models write themselves.
fn hooks<'a>(stage: &Stage<'a>) -> Vec<Found<'a>> {
    let of_yaml = stage.project.hooks.iter();
    let mut found: Vec<Found<'a>> =
        of_yaml.map(|hook| Found { text: hook.text.clone(), place: hook.place.clone(), model: None }).collect();
    for compiled in stage.built() {
        for key in ["pre_hook", "post_hook", "pre-hook", "post-hook"] {
            let Some(value) = compiled.rendered.config.0.get(key) else { continue };
            let one = std::slice::from_ref(value);
            let items = if value.items().is_empty() { one } else { value.items() };
            for text in items.iter().filter_map(|item| item.str().or_else(|| item.get("sql").and_then(Value::str))) {
                let place = if value.span.is_empty() {
                    head(&compiled.model)
                } else {
                    Place::new(&compiled.model.file, value.span)
                };
                found.push(Found { text: text.to_owned(), place, model: Some(&compiled.model.id) });
            }
        }
    }
    found
}

fn pattern(cell: &'static OnceLock<Option<Regex>>, text: &str) -> Option<&'static Regex> {
    cell.get_or_init(|| Regex::new(text).ok()).as_ref()
}

/// `destructive-hook`.
pub(super) fn destructive(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    static DROPS: OnceLock<Option<Regex>> = OnceLock::new();
    static DELETES: OnceLock<Option<Regex>> = OnceLock::new();
    let drops = r"(?i)\b(drop\s+(?:table|view|schema|database|materialized\s+view)|truncate(?:\s+table)?\b|drop\s+column)(?:\s+if\s+exists)?\s*([^;]*)";
    let (Some(drops), Some(deletes)) = (pattern(&DROPS, drops), pattern(&DELETES, r"(?i)\bdelete\s+from\s+([^;]*)"))
    else {
        return;
    };
    for hook in hooks(stage) {
        let text = without_comments(&hook.text);
        let passing = |name: &str| {
            let name = name.to_ascii_lowercase();
            ["tmp", "temp", "backup", "scratch", "{{ this }}", "{{this}}"].iter().any(|word| name.contains(word))
        };
        let drop = drops.captures_iter(&text).find(|hit| !hit.get(2).is_some_and(|name| passing(name.as_str())));
        let what = drop.and_then(|hit| hit.get(1)).map(|hit| hit.as_str().to_ascii_lowercase()).or_else(|| {
            let whole = |hit: &regex::Captures<'_>| {
                hit.get(1).is_some_and(|rest| !rest.as_str().to_ascii_lowercase().contains("where"))
            };
            deletes.captures_iter(&text).find(whole).map(|_| "delete without where".to_owned())
        });
        if let Some(what) = what {
            let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
            let message = format!("This hook takes something away each time it runs: `{what}`.");
            let help = "Do it once, by hand or in a migration, where somebody looks at what goes.";
            push(found, &hook, message, help);
        }
    }
}

/// `ddl-in-hook`.
pub(super) fn ddl(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    static DDL: OnceLock<Option<Regex>> = OnceLock::new();
    let words = r"(?i)\b(create|alter|drop)\s+(?:or\s+replace\s+)?(?:temporary\s+|temp\s+|materialized\s+|external\s+|unique\s+)*(table|view|schema|database|index|function|procedure|column|constraint|sequence|role|user|type|extension)\b";
    let Some(ddl) = pattern(&DDL, words) else { return };
    for hook in hooks(stage) {
        let text = without_comments(&hook.text);
        if let Some(hit) = ddl.captures(&text) {
            let word = |at: usize| hit.get(at).map_or("", |part| part.as_str()).to_ascii_lowercase();
            let message = format!("This hook changes the warehouse's schema: `{} {}`.", word(1), word(2));
            push(
                found,
                &hook,
                message,
                "What a model builds is lineage, what a hook builds is not: make it a model, a config or a migration.",
            );
        }
    }
}

fn push(found: &mut Vec<Raised>, hook: &Found<'_>, message: String, help: &str) {
    let raised = Raised::at(hook.place.clone(), message, &hook.text).help(help);
    found.push(match hook.model {
        Some(model) => raised.model(model),
        None => raised,
    });
}

/// The text without SQL's and Jinja's comments.
fn without_comments(text: &str) -> String {
    static COMMENTS: OnceLock<Option<Regex>> = OnceLock::new();
    let found = pattern(&COMMENTS, r"(?s)--[^\n]*|/\*.*?\*/|\{#.*?#\}");
    found.map_or_else(|| text.to_owned(), |regex| regex.replace_all(text, " ").into_owned())
}
