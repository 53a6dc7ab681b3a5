//! The models of a project in; views on views, views that many read, and tables that nobody reads, out.

use std::collections::BTreeMap;

use crate::algebra::Op;
use crate::compile::CompiledModel;
use crate::data::Value;
use crate::lint::finding::Raised;
use crate::lint::scene::Stage;
use crate::project::ModelKind;
use crate::text::Place;

/// Views that read views that read views.
pub(super) fn chained(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let most = stage.options().number("most");
    let mut depths: BTreeMap<&str, i64> = BTreeMap::new();
    for compiled in stage.own_models().filter(|compiled| is_view(compiled)) {
        let depth = depth(stage, &compiled.model.id, &mut depths, 0);
        if depth > most {
            let name = &compiled.model.name;
            let message = format!(
                "`{name}` is the last of {depth} views on top of each other: whoever reads it computes all of them."
            );
            found.push(raise(compiled, message).help("Store one of them as a table."));
        }
    }
}

/// How many views stand on top of each other, up to this one.
fn depth<'a>(stage: &Stage<'a>, id: &str, depths: &mut BTreeMap<&'a str, i64>, guard: usize) -> i64 {
    let Some((id, compiled)) = stage.compilation.models.get_key_value(id) else { return 0 };
    if let Some(known) = depths.get(id.as_str()) {
        return *known;
    }
    if !is_view(compiled) || guard > 1000 {
        return 0;
    }
    // Models that read each other in a circle end here.
    depths.insert(id, 1);
    let below = compiled.lineage.depends_on.iter().map(|parent| depth(stage, parent, depths, guard + 1)).max();
    let own = 1 + below.unwrap_or(0);
    depths.insert(id, own);
    own
}

/// A view with joins or groups that many models read.
pub(super) fn busy_view(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let most = stage.options().number("most");
    let readers = readers(stage);
    for compiled in stage.own_models().filter(|compiled| is_view(compiled) && is_heavy(compiled)) {
        let count = readers.get(compiled.model.id.as_str()).copied().unwrap_or(0);
        if count > most {
            let name = &compiled.model.name;
            let message =
                format!("{count} models read the view `{name}`, and each of them computes its joins and groups anew.");
            found.push(raise(compiled, message).help("Store it as a table."));
        }
    }
}

/// A table that no model, exposure or test of the repo reads.
pub(super) fn never_read(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let readers = readers(stage);
    let consumed = |id: &str| {
        let exposed = stage.project.exposures.iter().any(|exposure| exposure.depends_on.iter().any(|one| one == id));
        exposed || stage.project.consumers.iter().any(|consumer| consumer.depends_on.iter().any(|one| one == id))
    };
    for compiled in stage.own_models() {
        let id = compiled.model.id.as_str();
        let stored = matches!(materialized(compiled), "table" | "incremental");
        if stored && !readers.contains_key(id) && !consumed(id) {
            let name = &compiled.model.name;
            let message = format!("`{name}` is stored, and no model or exposure of this repo reads it.");
            found.push(raise(compiled, message).help("Declare the exposure that reads it, or drop it."));
        }
    }
}

fn readers<'a>(stage: &Stage<'a>) -> BTreeMap<&'a str, i64> {
    let mut readers: BTreeMap<&str, i64> = BTreeMap::new();
    for compiled in stage.compilation.models.values() {
        for parent in compiled.lineage.depends_on.iter().filter(|parent| **parent != compiled.model.id) {
            *readers.entry(parent.as_str()).or_default() += 1;
        }
    }
    readers
}

fn is_view(compiled: &CompiledModel) -> bool {
    compiled.model.kind == ModelKind::Model && matches!(materialized(compiled), "view" | "ephemeral")
}

fn materialized(compiled: &CompiledModel) -> &str {
    compiled.config("materialized").and_then(Value::str).unwrap_or("view")
}

fn is_heavy(compiled: &CompiledModel) -> bool {
    compiled
        .query
        .nodes
        .iter()
        .any(|node| matches!(node.op, Op::Join { .. } | Op::Aggregate { .. } | Op::Distinct { .. }))
}

fn raise(compiled: &CompiledModel, message: String) -> Raised {
    Raised::at(Place::top(&compiled.model.file), message, &compiled.model.name).model(&compiled.model.id)
}
