//! A Compilation in, how many exposures each relation serves out.

use std::collections::{BTreeMap, BTreeSet};

use crate::compile::Compilation;

/// For every relation the number of exposures that read it, directly or through others.
pub(super) fn exposures_served(head: &Compilation) -> BTreeMap<&str, usize> {
    let mut served: BTreeMap<&str, usize> = BTreeMap::new();
    for exposure in head.projects.iter().flat_map(|project| &project.exposures) {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut pending: Vec<&str> = exposure.depends_on.iter().map(String::as_str).collect();
        while let Some(id) = pending.pop() {
            if !seen.insert(id) {
                continue;
            }
            if let Some(model) = head.models.get(id) {
                pending.extend(model.lineage.depends_on.iter().map(String::as_str));
            }
        }
        seen.into_iter().for_each(|id| *served.entry(id).or_default() += 1);
    }
    served
}
