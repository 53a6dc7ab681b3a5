//! Base and Head in; tests, descriptions and contracts that a change takes away, and new models that come without, out.

use std::collections::BTreeMap;

use crate::change::Presence;
use crate::compile::CompiledModel;
use crate::data::Value;
use crate::lint::dag::{described, quoted, setting};
use crate::lint::finding::Raised;
use crate::lint::scene::Diff;
use crate::project::{ConsumerKind, DeclaredColumn, ModelKind, Properties, Test};
use crate::text::Place;

/// The project's own models that Base and Head both have.
fn kept<'a>(diff: &Diff<'a>) -> impl Iterator<Item = (&'a CompiledModel, &'a CompiledModel)> {
    let (base, head) = (diff.base, diff.head);
    head.models.iter().filter_map(move |(id, after)| {
        let before = base.models.get(id)?;
        let own = after.model.package == head.projects[after.project].name;
        (own && !matches!(after.model.kind, ModelKind::Analysis | ModelKind::SingularTest)).then_some((before, after))
    })
}

fn column<'a>(properties: &'a Properties, name: &str) -> Option<&'a DeclaredColumn> {
    properties.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
}

/// Tests by what they ask.
fn tests(properties: &Properties) -> BTreeMap<String, &Test> {
    let all = properties.tests.iter().chain(properties.columns.iter().flat_map(|column| &column.tests));
    let key = |test: &Test| {
        let column = test.column.as_deref().unwrap_or_default().to_ascii_lowercase();
        let arguments: Vec<String> =
            test.arguments.iter().map(|(name, value)| format!("{name}={}", super::written(value))).collect();
        format!("{} {column} {}", test.name, arguments.join(" "))
    };
    all.map(|test| (key(test), test)).collect()
}

/// `test-removed`.
pub(super) fn removed_tests(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for (before, after) in kept(diff) {
        let (old, new) = (tests(&before.model.properties), tests(&after.model.properties));
        for (key, test) in old {
            let on = test.column.as_deref();
            // A test goes with its column.
            let gone = on.is_some_and(|column| {
                !after.known.open && !after.known.columns.iter().any(|known| known.name.eq_ignore_ascii_case(column))
            });
            let what = on.map_or_else(|| after.model.name.clone(), |column| format!("{}.{column}", after.model.name));
            let raise = |place: Place, message: String, help: &str| {
                Raised::at(place, message, &key).help(help).model(&after.model.id)
            };
            let entry = || {
                let listed = on.and_then(|name| column(&after.model.properties, name));
                listed.map_or_else(|| described(&after.model), |column| column.place.clone())
            };
            let Some(now) = new.get(&key) else {
                // The same test with other arguments is a change, which is the editor's to judge.
                let changed = new.values().any(|other| other.name == test.name && other.column == test.column);
                if !gone && !changed {
                    let message = format!("The test `{}` of `{what}` is gone.", test.name);
                    found.push(raise(
                        entry(),
                        message,
                        "If it no longer holds, say so in the change; if it was in the way, set it to `warn`.",
                    ));
                }
                continue;
            };
            if severity(test) == "error" && severity(now) == "warn" {
                let message = format!("The test `{}` of `{what}` only warns from now on.", test.name);
                found.push(raise(now.place.clone(), message, "Nothing stops any more where it fails."));
            } else if !test.config.0.contains_key("where") && now.config.0.contains_key("where") {
                let message = format!("The test `{}` of `{what}` looks at a part of the rows from now on.", test.name);
                found.push(raise(now.place.clone(), message, "Rows that its `where` leaves out are tested by nobody."));
            }
        }
    }
}

fn severity(test: &Test) -> String {
    test.config.0.get("severity").and_then(Value::str).unwrap_or("error").to_ascii_lowercase()
}

/// `description-removed`.
pub(super) fn removed_descriptions(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for (before, after) in kept(diff) {
        let (old, new) = (&before.model.properties, &after.model.properties);
        let lost = |old: &str, new: &str| !old.trim().is_empty() && new.trim().is_empty();
        let help = "Keep it, or say better what it is.";
        if lost(&old.description, &new.description) {
            let message = format!("The description of `{}` is gone.", after.model.name);
            found.push(
                Raised::at(described(&after.model), message, &after.model.name).help(help).model(&after.model.id),
            );
        }
        for own in &old.columns {
            let still = after.known.columns.iter().any(|known| known.name.eq_ignore_ascii_case(&own.name));
            let now = column(new, &own.name);
            if (still || now.is_some()) && lost(&own.description, now.map_or("", |column| &column.description)) {
                let message =
                    format!("The description of the column `{}` of `{}` is gone.", own.name, after.model.name);
                let place = now.map_or_else(|| described(&after.model), |column| column.place.clone());
                found.push(Raised::at(place, message, &own.name).help(help).model(&after.model.id));
            }
        }
    }
}

/// `contract-broken`.
pub(super) fn contract(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for (before, after) in kept(diff) {
        if !is_enforced(before) {
            continue;
        }
        let name = &after.model.name;
        let mut broken: Vec<(Place, String)> = Vec::new();
        if is_enforced(after) {
            for own in &before.model.properties.columns {
                let Some(now) = column(&after.model.properties, &own.name) else {
                    broken.push((
                        described(&after.model),
                        format!("The contract of `{name}` no longer has `{}`.", own.name),
                    ));
                    continue;
                };
                let (was, is) =
                    (own.data_type.as_deref().unwrap_or_default(), now.data_type.as_deref().unwrap_or_default());
                let parse = crate::algebra::Type::parse;
                if !was.eq_ignore_ascii_case(is) && !parse(was).same_as(&parse(is)) {
                    broken.push((
                        now.place.clone(),
                        format!("The contract of `{name}` promised `{}` as {was}, and says {is} now.", own.name),
                    ));
                }
            }
        } else {
            broken.push((described(&after.model), format!("The contract of `{name}` is no longer enforced.")));
        }
        for (place, message) in broken {
            let help = "Others rely on it. Leave this version as it is, and make the change in a new one.";
            found.push(Raised::at(place, message.clone(), &message).help(help).model(&after.model.id));
        }
    }
}

fn is_enforced(compiled: &CompiledModel) -> bool {
    let said = setting(compiled, "contract").and_then(|contract| contract.get("enforced")).and_then(Value::bool);
    said.unwrap_or(compiled.model.properties.contract_enforced)
}

/// The project's own models that this change brings and that are no old one under another name.
fn brought<'a>(diff: &Diff<'a>) -> impl Iterator<Item = &'a CompiledModel> {
    let head = diff.head;
    let added =
        diff.changes.models.values().filter(|change| change.presence == Presence::Added && change.was.is_none());
    let models = added.filter_map(move |change| head.models.get(&change.id));
    models.filter(move |compiled| {
        compiled.model.package == head.projects[compiled.project].name && compiled.model.kind != ModelKind::Table
    })
}

/// `new-model-without-tests`.
pub(super) fn new_without_tests(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for compiled in brought(diff) {
        let model = &compiled.model;
        if tests(&model.properties).is_empty() {
            let message = format!("`{}` is new, and has no test.", model.name);
            let help = "Test its key at least, while you still know what one row is.";
            found.push(Raised::at(described(model), message, &model.name).help(help).model(&model.id));
        }
    }
}

/// `new-model-without-description`.
pub(super) fn new_without_description(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for compiled in brought(diff) {
        let model = &compiled.model;
        if model.properties.description.trim().is_empty() {
            let message = format!("`{}` is new, and has no description.", model.name);
            let help = "Say in a sentence what one row of it is.";
            found.push(Raised::at(described(model), message, &model.name).help(help).model(&model.id));
        }
    }
}

/// `model-removed-and-used`.
pub(super) fn removed_models(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    let gone = diff.changes.models.values().filter(|change| change.presence == Presence::Removed);
    for (id, name) in gone.filter_map(|change| Some((&change.id, &diff.base.models.get(&change.id)?.model.name))) {
        let renamed = diff.changes.models.values().find(|change| change.was.as_ref() == Some(id));
        let help = match renamed.and_then(|change| diff.head.models.get(&change.id)) {
            Some(new) => format!("It is called `{}` now: change the name here too.", new.model.name),
            None => "Change it in the same change, or keep the model until it has moved.".to_owned(),
        };
        for (what, reader, place) in readers(diff, id) {
            if still_names(diff, &place, name) {
                let message = format!("The {what} `{reader}` reads `{name}`, which this change removes.");
                found.push(Raised::at(place, message, &format!("{reader} {name}")).help(help.clone()));
            }
        }
    }
}

/// Exposures, metrics and the like that read `id` in Base and are in Head still, with where Head has them.
fn readers(diff: &Diff<'_>, id: &str) -> Vec<(&'static str, String, Place)> {
    let mut readers = Vec::new();
    let base = || diff.base.projects.iter();
    let head = || diff.head.projects.iter();
    for exposure in base().flat_map(|project| &project.exposures).filter(|one| one.depends_on.iter().any(|on| on == id))
    {
        let now = head().flat_map(|project| &project.exposures).find(|one| one.id == exposure.id);
        readers.extend(now.map(|now| ("exposure", now.name.clone(), now.place.clone())));
    }
    for consumer in base().flat_map(|project| &project.consumers).filter(|one| one.depends_on.iter().any(|on| on == id))
    {
        let now = head().flat_map(|project| &project.consumers).find(|one| one.id == consumer.id);
        let what = match consumer.kind {
            ConsumerKind::Metric => "metric",
            ConsumerKind::SemanticModel => "semantic model",
            ConsumerKind::SavedQuery => "saved query",
            ConsumerKind::UnitTest => "unit test",
        };
        readers.extend(now.map(|now| (what, now.name.clone(), now.place.clone())));
    }
    readers
}

/// Does the entry at a place in Head still have the name in its text?
fn still_names(diff: &Diff<'_>, place: &Place, name: &str) -> bool {
    let Some(snapshot) = &diff.head.snapshot else { return false };
    let Ok(text) = snapshot.text(&place.file) else { return false };
    let rest = text.content.get(place.span.start as usize..).unwrap_or_default();
    // The entry ends where the next one of the list starts.
    let end = rest.match_indices("- name:").map(|(at, _)| at).next().unwrap_or(rest.len());
    let quoted = [format!("'{name}'"), format!("\"{name}\""), format!("model: {name}")];
    quoted.iter().any(|quoted| rest[..end].contains(quoted.as_str()))
}

/// `wide-macro-change`.
pub(super) fn macros(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for (index, project) in diff.head.projects.iter().enumerate() {
        let least = diff.options_of(index).number("min");
        let base = diff.base.projects.iter().find(|base| base.name == project.name);
        let Some(base) = base else { continue };
        for file in project.macros.iter().filter(|file| file.package == project.name) {
            let old = base.macros.iter().find(|old| old.file == file.file);
            let Some(old) = old.filter(|old| old.digest != file.digest) else { continue };
            for (name, place) in changed_macros(&old.text, file) {
                let full = format!("{}.{name}", project.name);
                let ran = |compiled: &&CompiledModel| compiled.rendered.macros.contains(&full);
                let models: Vec<&str> = kept(diff)
                    .filter(|(before, after)| {
                        ran(after)
                            && before.rendered.text != after.rendered.text
                            && before.model.digest == after.model.digest
                    })
                    .map(|(_, after)| after.model.name.as_str())
                    .collect();
                if !models.is_empty() && models.len() as i64 >= least {
                    let message = format!(
                        "This macro writes other SQL in {} models that nobody edited: {}.",
                        models.len(),
                        quoted(&models)
                    );
                    found.push(
                        Raised::at(place, message, &name).help("`sluice impact` says what each of them becomes."),
                    );
                }
            }
        }
    }
}

/// The macros of a file whose text is not what it was, with where they are.
fn changed_macros(old: &std::sync::Arc<str>, file: &crate::project::MacroFile) -> Vec<(String, Place)> {
    use crate::text::Span;
    let read = |text: &std::sync::Arc<str>| crate::template::survey(text, &file.file, Span::new(0, text.len()));
    let (before, after) = (read(old), read(&file.text));
    let text_of = |text: &str, span: Span| text.get(span.range()).unwrap_or_default().to_owned();
    let mut changed = Vec::new();
    for one in after.macros.iter().filter(|one| !one.name.is_empty()) {
        let was = before.macros.iter().find(|old| old.name == one.name);
        if was.is_some_and(|was| text_of(old, was.span) != text_of(&file.text, one.span)) {
            changed.push((one.name.clone(), Place::new(&file.file, Span::at(one.span.start as usize))));
        }
    }
    changed
}
