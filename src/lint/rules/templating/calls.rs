//! What templates call in; calls that are deprecated, wrong, hidden in comments or not written out, out.

use std::collections::BTreeMap;

use crate::lint::dag::quoted;
use crate::lint::finding::Raised;
use crate::lint::macros::{Surveyed, macro_files, model_files};
use crate::lint::scene::Stage;
use crate::template::{SurveyedCall, SurveyedMacro};
use crate::text::{Place, Span};

/// A finding at a call.
fn at(file: &Surveyed<'_>, call: &SurveyedCall, message: String) -> Raised {
    let construct = file.text.get(call.span.range()).unwrap_or_default();
    let raised = Raised::at(Place::new(file.file, call.span), message, construct);
    match file.model {
        Some(model) => raised.model(model),
        None => raised,
    }
}

fn all_files<'a>(stage: &Stage<'a>) -> Vec<Surveyed<'a>> {
    let mut files = model_files(stage);
    files.extend(macro_files(stage));
    files
}

/// What dbt_utils 1.0 handed over to dbt, under the same name.
const MOVED: [&str; 31] = [
    "any_value",
    "array_append",
    "array_concat",
    "array_construct",
    "bool_or",
    "cast_bool_to_text",
    "concat",
    "date_trunc",
    "dateadd",
    "datediff",
    "escape_single_quotes",
    "except",
    "hash",
    "intersect",
    "last_day",
    "length",
    "listagg",
    "position",
    "replace",
    "right",
    "safe_cast",
    "split_part",
    "string_literal",
    "type_bigint",
    "type_float",
    "type_int",
    "type_numeric",
    "type_string",
    "type_timestamp",
    "current_timestamp",
    "type_boolean",
];

/// Macros that have another name now.
const RENAMED: [(&str, &str); 5] = [
    ("dbt_utils.surrogate_key", "dbt_utils.generate_surrogate_key"),
    ("dbt_utils.current_timestamp_in_utc", "dbt.current_timestamp"),
    ("dbt_utils.insert_by_period", "an incremental model with `microbatch`"),
    ("dbt_utils.unpivot_json_array", "a query of your own"),
    ("adapter.already_exists", "adapter.get_relation"),
];

/// `deprecated-macro`.
pub(super) fn deprecated(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let more = stage.options().words("macros");
    let own: BTreeMap<&str, &str> =
        more.iter().map(|item| item.split_once(": ").unwrap_or((item.as_str(), ""))).collect();
    for file in all_files(stage) {
        for call in &file.seen.calls {
            let moved = call.name.strip_prefix("dbt_utils.").filter(|name| MOVED.contains(name));
            let renamed = RENAMED.iter().find(|(old, _)| *old == call.name).map(|(_, new)| (*new).to_owned());
            let of_team = own.get(call.name.as_str()).map(|new| (*new).to_owned());
            let Some(new) = of_team.or(renamed).or_else(|| moved.map(|name| format!("dbt.{name}"))) else { continue };
            let message = format!("`{}` is deprecated.", call.name);
            let help = if new.is_empty() {
                "Call what takes its place.".to_owned()
            } else {
                format!("Use `{}`.", new.replace('`', ""))
            };
            found.push(at(&file, call, message).help(help));
        }
    }
}

/// `wrong-macro-arguments`.
pub(super) fn arguments(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let macros = macro_files(stage);
    let mut defined: BTreeMap<&str, Option<(&Surveyed<'_>, &SurveyedMacro)>> = BTreeMap::new();
    for file in &macros {
        for one in file.defined() {
            // A name that is defined twice means either.
            defined.entry(&one.name).and_modify(|known| *known = None).or_insert(Some((file, one)));
        }
    }
    let failed = |file: &Surveyed<'_>| {
        file.model.and_then(|id| stage.compilation.models.get(id)).is_some_and(|compiled| compiled.rendered.failed)
    };
    let models = model_files(stage);
    for file in models.iter().chain(&macros).filter(|file| !failed(file) && !file.seen.composed) {
        for call in file.seen.calls.iter().filter(|call| !call.spread) {
            let name = call.name.strip_prefix(&format!("{}.", stage.project.name)).unwrap_or(&call.name);
            let shadowed = file.seen.sets.iter().any(|set| set.name == name)
                || file.seen.macros.iter().any(|one| one.params.iter().any(|(param, _)| param == name));
            let Some((home, one)) = defined.get(name).copied().flatten().filter(|_| !shadowed) else { continue };
            if one.open {
                continue;
            }
            let known = |name: &String| one.params.iter().any(|(param, _)| param == name);
            let stranger = call.named.iter().map(|(name, _)| name).find(|name| !known(name) && *name != "caller");
            let message = match stranger {
                Some(stranger) => format!("The macro `{}` has no argument `{stranger}`.", one.name),
                None if call.positional.len() > one.params.len() => {
                    let (given, takes) = (call.positional.len(), one.params.len());
                    format!("The macro `{}` takes {takes} arguments, and is given {given}.", one.name)
                }
                None => continue,
            };
            let names = quoted(one.params.iter().map(|(name, _)| name));
            let help = if names.is_empty() { "It takes none.".to_owned() } else { format!("It takes {names}.") };
            found.push(at(file, call, message).help(help).label(home.name_place(one), "defined here"));
        }
    }
}

/// `dynamic-reference`.
pub(super) fn dynamic(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for file in model_files(stage) {
        for call in file.seen.calls.iter().filter(|call| matches!(call.name.as_str(), "ref" | "source")) {
            if call.spread || call.positional.iter().any(Option::is_none) {
                let message = format!("What this `{}` names is known only when the template runs.", call.name);
                let help = "Write the name out, so that people and tools can find it by a search.";
                found.push(at(&file, call, message).help(help));
            }
        }
    }
}

/// `env-var-without-default`.
pub(super) fn env_vars(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for file in all_files(stage) {
        for call in file.seen.calls.iter().filter(|call| call.name == "env_var" && !call.spread) {
            let has_default = call.positional.len() > 1 || call.named.iter().any(|(name, _)| name == "default");
            let name = call.positional.first().cloned().flatten().unwrap_or_else(|| "..".to_owned());
            if !has_default {
                let message = format!("Where `{name}` is not set, the project cannot be read at all.");
                let help = format!("Give it a default: `env_var('{name}', '..')`.");
                found.push(at(&file, call, message).help(help));
            }
        }
    }
}

/// `ref-in-comment`.
pub(super) fn in_comments(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for file in model_files(stage) {
        let asks = |call: &&SurveyedCall| matches!(call.name.as_str(), "ref" | "source") && call.within.is_none();
        let calls: Vec<&SurveyedCall> = file.seen.calls.iter().filter(asks).collect();
        if calls.is_empty() {
            continue;
        }
        let comments = comments(file.text);
        let comment_of = |call: &SurveyedCall| comments.iter().find(|comment| comment.contains(call.span));
        for call in &calls {
            let Some(comment) = comment_of(call) else { continue };
            let meant = file.text.get(comment.range()).unwrap_or_default().to_ascii_lowercase().contains("depends");
            let used = calls.iter().any(|other| comment_of(other).is_none() && other.positional == call.positional);
            if meant || used {
                continue;
            }
            let written = file.text.get(call.span.range()).unwrap_or_default();
            let message = format!(
                "`{written}` stands in a comment of SQL, but dbt runs it: the model depends on it all the same."
            );
            let help = "Comment it out with `{# .. #}`, remove it, or write `depends_on:` before it if that is meant.";
            found.push(at(&file, call, message).help(help));
        }
    }
}

/// Comments of the SQL around the template's tags; a sign in a text or a tag is none.
fn comments(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let starts =
        |at: usize, sign: &str| text.as_bytes().get(at..).is_some_and(|rest| rest.starts_with(sign.as_bytes()));
    let end_of = |from: usize, sign: &str| {
        text.get(from..).and_then(|rest| rest.find(sign)).map_or(text.len(), |found| from + found + sign.len())
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let next = if starts(at, "{#") {
            end_of(at + 2, "#}")
        } else if starts(at, "{{") {
            end_of(at + 2, "}}")
        } else if starts(at, "{%") {
            end_of(at + 2, "%}")
        } else if starts(at, "--") || starts(at, "/*") {
            let line = starts(at, "--");
            let end = end_of(at + 2, if line { "\n" } else { "*/" });
            found.push(Span::new(at, end));
            end
        } else if bytes[at] == b'\'' {
            // A text ends on its line, or it is an apostrophe.
            let end = end_of(at + 1, "'");
            let line = end_of(at + 1, "\n");
            if end < line { end } else { at + 1 }
        } else {
            at + 1
        };
        at = next.max(at + 1);
    }
    found
}
