//! A project in; reads of models that are private or on their way out, and versions left open, out.

use std::collections::BTreeSet;

use crate::compile::CompiledModel;
use crate::lint::dag::{described, is_built, reading, reads, setting};
use crate::lint::finding::Raised;
use crate::lint::macros::model_files;
use crate::lint::scene::Stage;
use crate::text::Place;

/// `deprecated-model-used`.
pub(super) fn deprecated(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    each_read(stage, |reader, read| {
        let Some(date) = &read.model.properties.deprecation_date else { return };
        let name = title(read);
        let message = format!("`{name}` is deprecated as of {date}, and still read here.");
        let raised = Raised::at(reading(reader, &read.model.id), message, &read.model.id).model(&reader.model.id);
        let raised = raised.help("Read what takes its place.");
        found.push(match &read.model.properties_place {
            Some(place) => raised.label(place.clone(), "deprecated here"),
            None => raised,
        });
    });
}

/// `private-model-used`.
pub(super) fn private(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    each_read(stage, |reader, read| {
        let own = group(reader);
        let theirs = group(read);
        let access = crate::lint::dag::access(read);
        let other_project = reader.project != read.project || reader.model.package != read.model.package;
        let why = match access {
            "private" if theirs.is_some() && own != theirs => "is private to its group",
            "protected" if other_project && reader.project != read.project => {
                "is protected, so only its own project may read it"
            }
            _ => return,
        };
        let group = theirs.map(|group| format!(" `{group}`")).filter(|_| access == "private").unwrap_or_default();
        let message = format!("`{}` {why}{group}, so dbt refuses to read it here.", title(read));
        let help = "Read what the group offers to others, or ask its owner to make the model public.";
        found.push(
            Raised::at(reading(reader, &read.model.id), message, &read.model.id).help(help).model(&reader.model.id),
        );
    });
}

fn group(compiled: &CompiledModel) -> Option<&str> {
    setting(compiled, "group").and_then(crate::data::Value::str)
}

fn title(compiled: &CompiledModel) -> String {
    let model = &compiled.model;
    model.version.as_ref().map_or_else(|| model.name.clone(), |version| format!("{} (version {version})", model.name))
}

/// Calls `judge` for each read of a model by one of the project's own models.
fn each_read(stage: &Stage<'_>, mut judge: impl FnMut(&CompiledModel, &CompiledModel)) {
    for reader in stage.own_models().filter(|reader| is_built(&reader.model)) {
        let ids: BTreeSet<&str> = reads(reader).filter(|id| *id != reader.model.id).collect();
        for read in ids.into_iter().filter_map(|id| stage.compilation.models.get(id)) {
            judge(reader, read);
        }
    }
}

/// `latest-version-unsaid`.
pub(super) fn latest(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let mut seen = BTreeSet::new();
    for compiled in stage.built_models().filter(|compiled| compiled.model.version.is_some()) {
        let model = &compiled.model;
        if model.properties.latest_version.is_none() && seen.insert(&model.name) {
            let message = format!("`{}` has versions, but does not say which is the latest.", model.name);
            let help = "Add `latest_version`: without it a new version becomes everyone's at once.";
            found.push(Raised::at(described(model), message, &model.name).help(help).model(&model.id));
        }
    }
}

/// `unpinned-version`.
pub(super) fn unpinned(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let versioned: BTreeSet<&str> = stage
        .compilation
        .models
        .values()
        .filter(|compiled| compiled.model.version.is_some())
        .map(|compiled| compiled.model.name.as_str())
        .collect();
    for file in model_files(stage) {
        for call in file.seen.calls.iter().filter(|call| call.name == "ref" && !call.spread) {
            let Some(Some(name)) = call.positional.last() else { continue };
            let pinned = call.named.iter().any(|(name, _)| name == "v" || name == "version");
            if pinned || !versioned.contains(name.as_str()) {
                continue;
            }
            let message = format!("`{name}` has versions, and this reads whichever is the latest.");
            let help = format!("Name the version: `ref('{name}', v=..)`.");
            let raised = Raised::at(Place::new(file.file, call.span), message, name).help(help);
            found.push(match file.model {
                Some(model) => raised.model(model),
                None => raised,
            });
        }
    }
}
