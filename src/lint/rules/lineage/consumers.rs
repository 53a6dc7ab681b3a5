//! A project in; exposures and semantic models that stand on what they should not, and marts that none stands on, out.

use crate::lint::dag::{access, described, is_source, materialized, quoted};
use crate::lint::finding::Raised;
use crate::lint::scene::Stage;
use crate::project::{ConsumerKind, Exposure};

fn own<'a>(stage: &Stage<'a>) -> impl Iterator<Item = &'a Exposure> {
    let project = stage.project;
    project.exposures.iter().filter(move |exposure| exposure.package == project.name)
}

fn at(exposure: &Exposure, message: String, construct: &str) -> Raised {
    Raised::at(exposure.place.clone(), message, &format!("{} {construct}", exposure.name))
}

/// `exposure-on-view`.
pub(super) fn on_view(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let light = stage.options().words("materializations");
    for exposure in own(stage) {
        for id in &exposure.depends_on {
            let Some(compiled) = stage.compilation.models.get(id) else { continue };
            let kind = materialized(compiled);
            if light.iter().any(|light| light == kind) {
                let name = &compiled.model.name;
                let article = if kind.starts_with('e') { "an" } else { "a" };
                let message = format!(
                    "The exposure `{}` reads `{name}`, which is {article} {kind}: each look computes it anew.",
                    exposure.name
                );
                found
                    .push(at(exposure, message, id).help(format!("Materialize `{name}` as a table or incrementally.")));
            }
        }
    }
}

/// `exposure-on-source`.
pub(super) fn on_source(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for exposure in own(stage) {
        for id in exposure.depends_on.iter().filter(|id| is_source(id)) {
            let name = stage.compilation.short_name(id);
            let message = format!("The exposure `{}` reads the source `{name}` itself.", exposure.name);
            found
                .push(at(exposure, message, id).help("Let it read a model, which this repo can test and keep stable."));
        }
    }
}

/// `exposure-on-non-public`.
pub(super) fn on_private(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for exposure in own(stage) {
        for id in &exposure.depends_on {
            let Some(compiled) = stage.compilation.models.get(id) else { continue };
            let (name, access) = (&compiled.model.name, access(compiled));
            if access != "public" {
                let message = format!("The exposure `{}` reads `{name}`, which is {access}.", exposure.name);
                found.push(
                    at(exposure, message, id)
                        .help(format!("Set `access: public` on `{name}`, or read a public model.")),
                );
            }
        }
    }
}

/// `exposure-without-model`.
pub(super) fn on_nothing(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for exposure in own(stage) {
        let built = |id: &String| {
            ["model.", "snapshot.", "seed.", "metric.", "semantic_model."].iter().any(|kind| id.starts_with(kind))
        };
        if !exposure.depends_on.iter().any(built) {
            let message = format!("The exposure `{}` names no model that it reads.", exposure.name);
            found.push(at(exposure, message, "").help("List its models under `depends_on`."));
        }
    }
}

/// `mart-without-exposure`.
pub(super) fn missing(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let consumed = stage.consumed();
    let layers = stage.options().words("layers");
    let public = stage.options().flag("public");
    for compiled in stage.built_models() {
        let model = &compiled.model;
        let asked = stage.layer(model).is_some_and(|layer| layers.iter().any(|name| name == layer))
            || (public && access(compiled) == "public");
        if asked && !consumed.contains(model.id.as_str()) {
            let message = format!("No exposure says who uses `{}`.", model.name);
            let help = "Name the dashboard or application that reads it in an `exposures:` entry.";
            found.push(Raised::at(described(model), message, &model.name).help(help).model(&model.id));
        }
    }
}

/// `semantic-model-on-non-public`.
pub(super) fn semantic(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let project = stage.project;
    let own = project.consumers.iter().filter(|consumer| consumer.package == project.name);
    for consumer in own.filter(|consumer| consumer.kind == ConsumerKind::SemanticModel) {
        let closed = consumer.depends_on.iter().filter_map(|id| stage.compilation.models.get(id));
        let closed: Vec<&str> = closed
            .filter(|compiled| access(compiled) != "public")
            .map(|compiled| compiled.model.name.as_str())
            .collect();
        if !closed.is_empty() {
            let message =
                format!("The semantic model `{}` stands on {}, which is not public.", consumer.name, quoted(closed));
            let help = "Set `access: public` on the model: what metrics are made of is read by everyone.";
            found.push(Raised::at(consumer.place.clone(), message, &consumer.name).help(help));
        }
    }
}
