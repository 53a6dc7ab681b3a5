//! A model's output columns in; those whose name another one has already, out.

use std::collections::BTreeMap;

use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::project::ModelKind;

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    if !matches!(scene.compiled.model.kind, ModelKind::Model | ModelKind::Snapshot | ModelKind::Table) {
        return;
    }
    let mut seen = BTreeMap::new();
    for output in scene.query().outputs.iter().filter(|output| !output.name.is_empty()) {
        let key = scene.compiled.model.dialect(&scene.project.dialect).column_key(&output.name, output.quoted);
        let Some(first) = seen.get(&key).copied() else {
            seen.insert(key, output.span);
            continue;
        };
        let message = format!("The result has two columns named `{}`.", output.name);
        let help = "Give one of them its own name, or leave it out.";
        found.push(scene.raise(output.span, message).help(help).label(scene.place(first), "the first one"));
    }
}
