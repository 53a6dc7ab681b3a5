//! Marked source columns in; the public models whose columns show their values unmasked, each with the way they came, out.

use crate::compile::CompiledModel;
use crate::lint::finding::Raised;
use crate::lint::scene::{Stage, locate};
use crate::lint::sensitive::{Label, Sensitive};
use crate::project::ModelKind;
use crate::text::{Place, Span};

/// So long a way is shown.
const LONGEST_WAY: usize = 12;

pub(super) fn check(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let sensitive = stage.sensitive();
    for compiled in stage.own_models().filter(|compiled| is_public(stage, compiled)) {
        for column in &compiled.known.columns {
            let label = sensitive.label(&compiled.model.id, &column.name);
            if let Some(label) = label.filter(|label| !label.masked) {
                found.push(tell(stage, sensitive, compiled, &column.name, label));
            }
        }
    }
}

fn is_public(stage: &Stage<'_>, compiled: &CompiledModel) -> bool {
    let (model, options) = (&compiled.model, stage.options_of(&compiled.model.file));
    if !matches!(model.kind, ModelKind::Model | ModelKind::Table | ModelKind::Snapshot) {
        return false;
    }
    let access = compiled.rendered.config.str("access").or(model.properties.access.as_deref());
    let in_layer =
        stage.rules.layer(&model.file).is_some_and(|own| options.words("layers").iter().any(|one| one == own));
    let is_shown = || {
        let exposures = stage.compilation.projects.iter().flat_map(|project| &project.exposures);
        exposures.into_iter().any(|exposure| exposure.depends_on.contains(&model.id))
    };
    access == Some("public") || in_layer || options.flag("exposures") && is_shown()
}

fn tell(stage: &Stage<'_>, sensitive: &Sensitive, compiled: &CompiledModel, column: &str, label: &Label) -> Raised {
    let (relation, origin) = &label.origin;
    let from = stage.compilation.short_name(relation);
    let message = format!(
        "`{column}` shows `{from}.{origin}`, which is personal data, unmasked to whoever reads `{}`.",
        compiled.model.name
    );
    let help =
        "Mask it (`sha256(..)`), drop it, or say `meta: {pii: false}` on the column where it stops being personal.";
    let lineage = compiled.lineage.columns.iter().find(|one| one.name.eq_ignore_ascii_case(column));
    let place = locate(compiled, lineage.map_or(Span::default(), |one| one.span)).0;
    let mut raised = Raised::at(place, message, column).help(help).model(&compiled.model.id);
    for (place, what) in way(stage, sensitive, compiled, label) {
        raised = raised.label(place, what);
    }
    raised
}

/// Each step back to where the mark stands.
fn way(stage: &Stage<'_>, sensitive: &Sensitive, compiled: &CompiledModel, label: &Label) -> Vec<(Place, String)> {
    let mut steps = Vec::new();
    let (mut reader, mut at) = (compiled, label);
    while let Some((relation, column, span)) = &at.from {
        let name = stage.compilation.short_name(relation);
        steps.push((locate(reader, *span).0, format!("comes from `{name}.{column}`")));
        let Some(next) = sensitive.label(relation, column) else { break };
        match stage.compilation.models.get(relation) {
            Some(upstream) if steps.len() < LONGEST_WAY && next.from.is_some() => (reader, at) = (upstream, next),
            _ => break,
        }
    }
    let (relation, column) = &label.origin;
    steps.extend(marked_at(stage, relation, column).map(|place| (place, "marked as personal data here".to_owned())));
    steps
}

/// Where YAML marks a column.
fn marked_at(stage: &Stage<'_>, relation: &str, column: &str) -> Option<Place> {
    let projects = || stage.compilation.projects.iter();
    let of_sources = projects().flat_map(|project| &project.sources).map(|one| (&one.id, &one.properties));
    let of_seeds = projects().flat_map(|project| &project.seeds).map(|one| (&one.id, &one.properties));
    let of_models = stage.compilation.models.values().map(|one| (&one.model.id, &one.model.properties));
    let (_, properties) = of_sources.chain(of_seeds).chain(of_models).find(|(id, _)| *id == relation)?;
    let declared = properties.columns.iter().find(|one| one.name.eq_ignore_ascii_case(column))?;
    Some(declared.place.clone())
}
