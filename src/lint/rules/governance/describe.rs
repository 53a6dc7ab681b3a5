//! What a project says of itself in; what it leaves unsaid, says twice in two ways, or says without saying anything, out.

use std::collections::BTreeMap;

use crate::lineage::Via;
use crate::lint::dag::quoted;
use crate::lint::finding::Raised;
use crate::lint::macros::{entry, macro_files};
use crate::lint::patterns::Patterns;
use crate::lint::resource::{Resource, Sort, of, resources};
use crate::lint::scene::Stage;
use crate::project::DeclaredColumn;
use crate::text::Place;

/// `missing-description`.
pub(super) fn missing(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for one in resources(stage).iter().filter(|one| one.description.trim().is_empty()) {
        let message = format!("The {} `{}` has no description.", one.sort.noun(), one.name);
        let help = match one.sort {
            Sort::Macro => "Say in a sentence what it gives and what its arguments are, in a `macros:` entry.",
            Sort::Exposure => "Say in a sentence what it shows and who uses it.",
            _ => "Say in a sentence what one row of it is.",
        };
        found.push(one.raise(message).help(help));
    }
}

/// `missing-column-description`.
pub(super) fn missing_of_columns(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let public = stage.options().flag("public_only");
    for one in resources(stage) {
        if public && one.model.is_none_or(|compiled| crate::lint::dag::access(compiled) != "public") {
            continue;
        }
        for column in columns(&one).filter(|column| column.description.trim().is_empty()) {
            let message = format!("The column `{}` of `{}` has no description.", column.name, one.name);
            found.push(at_column(&one, column, message).help("Say what its values mean, and in what unit."));
        }
    }
}

/// `missing-macro-argument-description`.
pub(super) fn missing_of_arguments(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for file in macro_files(stage) {
        for one in file.defined() {
            let entry = entry(stage, &one.name);
            let told =
                |name: &str| entry.and_then(|entry| entry.arguments.iter().find(|argument| argument.name == name));
            for (name, _) in &one.params {
                let argument = told(name);
                if argument.is_some_and(|argument| !argument.description.trim().is_empty()) {
                    continue;
                }
                let message = format!("The argument `{name}` of the macro `{}` has no description.", one.name);
                let place = argument
                    .map(|argument| argument.place.clone())
                    .or_else(|| entry.map(|entry| entry.place.clone()))
                    .unwrap_or_else(|| file.name_place(one));
                let construct = format!("{} {name}", one.name);
                found.push(
                    Raised::at(place, message, &construct).help("List it under `arguments:` of the macro's entry."),
                );
            }
        }
    }
}

/// `macro-arguments-differ`.
pub(super) fn arguments_differ(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let files = macro_files(stage);
    for file in &files {
        for one in file.defined().filter(|one| !one.open) {
            let Some(entry) = entry(stage, &one.name) else { continue };
            let known = |name: &str| one.params.iter().any(|(param, _)| param == name);
            for argument in entry.arguments.iter().filter(|argument| !known(&argument.name)) {
                let message = format!("The macro `{}` has no argument `{}`.", one.name, argument.name);
                let names = quoted(one.params.iter().map(|(name, _)| name));
                let help =
                    if names.is_empty() { "It takes no arguments.".to_owned() } else { format!("It takes {names}.") };
                let raised = Raised::at(argument.place.clone(), message, &argument.name).help(help);
                found.push(raised.label(file.name_place(one), "defined here"));
            }
        }
    }
}

const PLACEHOLDERS: [&str; 14] =
    ["todo", "tbd", "tba", "tbc", "n/a", "na", "none", "null", "-", ".", "...", "description", "fixme", "placeholder"];

/// `description-placeholder`.
pub(super) fn placeholder(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let more = stage.options().words("words");
    let says_nothing = |text: &str| {
        let plain = text.trim().trim_matches(['<', '>', '[', ']', '{', '}', '(', ')', ' ']).to_ascii_lowercase();
        let word = plain.trim_end_matches(['.', ':', '!']);
        !text.trim().is_empty()
            && (PLACEHOLDERS.contains(&plain.as_str())
                || PLACEHOLDERS.contains(&word)
                || (plain.starts_with("todo:") && plain.len() < 40)
                || more.iter().any(|one| one.eq_ignore_ascii_case(&plain)))
    };
    for one in Sort::ALL.iter().flat_map(|sort| of(stage, *sort)) {
        let help = "Say what it is, or leave the description out until somebody knows.";
        if says_nothing(&one.description) {
            let message = format!("The description of `{}` says nothing: \"{}\".", one.name, one.description.trim());
            found.push(one.raise(message).help(help));
        }
        for column in columns(&one).filter(|column| says_nothing(&column.description)) {
            let text = column.description.trim();
            let message = format!("The description of the column `{}` says nothing: \"{text}\".", column.name);
            found.push(at_column(&one, column, message).help(help));
        }
    }
}

/// `description-pattern`.
pub(super) fn pattern(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let patterns = Patterns::read(stage, "patterns", found);
    for one in resources(stage).iter().filter(|one| !one.description.trim().is_empty()) {
        if let Some(wanted) = patterns.miss(&one.description, one.path(stage), one.layer) {
            let message = format!("The description of `{}` does not match {wanted}.", one.name);
            found.push(one.raise(message).help("Write it as the project's other descriptions are written."));
        }
    }
}

/// `inconsistent-column-description`.
pub(super) fn inconsistent(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let mut first: BTreeMap<String, (String, Place)> = BTreeMap::new();
    let ignored = stage.options().words("ignore");
    for one in resources(stage) {
        for column in columns(&one) {
            let text = column.description.split_whitespace().collect::<Vec<_>>().join(" ");
            let name = column.name.to_ascii_lowercase();
            if text.is_empty() || ignored.iter().any(|ignored| ignored.eq_ignore_ascii_case(&name)) {
                continue;
            }
            let Some((other, place)) = first.get(&name) else {
                first.insert(name, (text, column.place.clone()));
                continue;
            };
            if *other != text {
                let message = format!("The column `{}` is described in another way elsewhere.", column.name);
                let help = "If it is the same thing, describe it once in a `docs` block. If not, give it another name.";
                found.push(at_column(&one, column, message).help(help).label(place.clone(), "described here first"));
            }
        }
    }
}

/// `column-description-not-passed-on`.
pub(super) fn not_passed_on(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for one in resources(stage) {
        let Some(compiled) = one.model else { continue };
        for column in columns(&one).filter(|column| column.description.trim().is_empty()) {
            let same = compiled.lineage.columns.iter().find(|known| known.name.eq_ignore_ascii_case(&column.name));
            let inputs = same.map(|known| known.inputs.as_slice()).unwrap_or_default();
            let [edge] = inputs else { continue };
            if edge.via != Via::Identity || edge.field.is_some() {
                continue;
            }
            let Some(upstream) = declared(stage, &edge.relation, &edge.column) else { continue };
            if !upstream.description.trim().is_empty() {
                let from = format!("{}.{}", stage.compilation.short_name(&edge.relation), edge.column);
                let message =
                    format!("The column `{}` is a copy of `{from}`, whose description it lacks.", column.name);
                let raised = at_column(&one, column, message).help("Take the description over.");
                found.push(raised.label(upstream.place.clone(), "described here"));
            }
        }
    }
}

/// What YAML says of a column of a relation.
pub(super) fn declared<'a>(stage: &Stage<'a>, relation: &str, column: &str) -> Option<&'a DeclaredColumn> {
    let compilation = stage.compilation;
    let projects = || compilation.projects.iter();
    let of_model = compilation.models.get(relation).map(|compiled| &compiled.model.properties);
    let of_table = || projects().flat_map(|project| &project.sources).find(|source| source.id == relation);
    let of_seed = || projects().flat_map(|project| &project.seeds).find(|seed| seed.id == relation);
    let properties =
        of_model.or_else(|| of_table().map(|one| &one.properties)).or_else(|| of_seed().map(|one| &one.properties));
    properties?.columns.iter().find(|declared| declared.name.eq_ignore_ascii_case(column))
}

pub(super) fn columns<'a>(one: &Resource<'a>) -> impl Iterator<Item = &'a DeclaredColumn> + use<'a> {
    one.properties.into_iter().flat_map(|properties| &properties.columns)
}

/// A finding at a column's entry.
pub(super) fn at_column(one: &Resource<'_>, column: &DeclaredColumn, message: String) -> Raised {
    let raised = Raised::at(column.place.clone(), message, &format!("{}.{}", one.name, column.name));
    match one.model {
        Some(compiled) => raised.model(&compiled.model.id),
        None => raised,
    }
}
