//! Impacted models in, the same with those marked whose rows or values chance or the clock decides, here or further up.

use std::collections::BTreeMap;

use super::ModelImpact;
use crate::compile::Compilation;

/// Chance is handed on: what reads a relation that each run fills otherwise is filled otherwise too.
pub(super) fn mark(models: &mut BTreeMap<String, ModelImpact>, head: &Compilation) {
    let mut known: BTreeMap<&str, bool> = BTreeMap::new();
    let ids: Vec<String> = models.keys().cloned().collect();
    for id in &ids {
        if let Some((id, _)) = head.models.get_key_value(id) {
            walk(id, head, &mut known);
        }
    }
    for (id, impact) in models {
        if let Some(steady) = known.get(id.as_str()) {
            impact.change.deterministic &= *steady;
        }
    }
}

/// Fills in `known` for a model and all it reads.
fn walk<'c>(start: &'c str, head: &'c Compilation, known: &mut BTreeMap<&'c str, bool>) {
    let mut pending = vec![(start, false)];
    while let Some((id, is_ready)) = pending.pop() {
        let Some(model) = head.models.get(id) else { continue };
        let reads = || model.lineage.depends_on.iter().map(String::as_str).filter(|read| *read != id);
        if is_ready {
            let own = crate::change::is_steady(model);
            let steady = own && reads().all(|read| known.get(read).copied().unwrap_or(true));
            known.insert(id, steady);
        } else if !known.contains_key(id) {
            // What reads itself through others is not followed in circles.
            known.insert(id, true);
            pending.push((id, true));
            pending.extend(reads().map(|read| (read, false)));
        }
    }
}
