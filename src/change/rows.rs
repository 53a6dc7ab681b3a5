//! The row sets of one model at base and at head in, how one relates to the other out.

use crate::algebra::Fingerprints;
use crate::compile::{Compilation, CompiledModel};

/// Head's rows, measured by base's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    Same,
    /// Only rows of base, perhaps not all.
    Subset,
    /// All rows of base, perhaps more.
    Superset,
    Changed,
    Unknown,
}

impl Rows {
    pub fn word(self) -> &'static str {
        match self {
            Rows::Same => "same",
            Rows::Subset => "subset",
            Rows::Superset => "superset",
            Rows::Changed => "changed",
            Rows::Unknown => "unknown",
        }
    }
}

pub(super) fn rows((base, one): (&Compilation, &CompiledModel), (head, two): (&Compilation, &CompiledModel)) -> Rows {
    let (Some(a), Some(b)) = (one.known.rows, two.known.rows) else { return Rows::Unknown };
    if a == b {
        return Rows::Same;
    }
    let (Some(before), Some(after)) = (&one.fingerprints, &two.fingerprints) else { return Rows::Changed };
    let product = if before.product == after.product { Rows::Same } else { scanned((base, one), (head, two)) };
    both(product, filters(before, after))
}

/// An added condition keeps some rows of before, a dropped one lets more in.
fn filters(one: &Fingerprints, two: &Fingerprints) -> Rows {
    let within =
        |few: &[crate::text::Digest], many: &[crate::text::Digest]| few.iter().all(|conjunct| many.contains(conjunct));
    match (within(&one.conjuncts, &two.conjuncts), within(&two.conjuncts, &one.conjuncts)) {
        (true, true) => Rows::Same,
        (true, false) => Rows::Subset,
        (false, true) => Rows::Superset,
        (false, false) => Rows::Changed,
    }
}

/// Where both sides read all rows of one model, that model's direction is theirs. A model that passes on all rows of
/// another has the same rows as that one, so only what is read counts, never the model itself.
fn scanned((base, one): (&Compilation, &CompiledModel), (head, two): (&Compilation, &CompiledModel)) -> Rows {
    let product = |model: &CompiledModel| model.fingerprints.as_ref().map(|fingerprints| fingerprints.product);
    let read_by_both = one.lineage.depends_on.iter().filter(|id| two.lineage.depends_on.contains(id));
    for id in read_by_both.filter(|id| **id != one.model.id) {
        let (Some(before), Some(after)) = (base.models.get(id), head.models.get(id)) else { continue };
        if before.known.rows == product(one) && after.known.rows == product(two) {
            return rows((base, before), (head, after));
        }
    }
    Rows::Changed
}

/// Two steps, one after the other.
fn both(a: Rows, b: Rows) -> Rows {
    match (a, b) {
        (Rows::Same, other) | (other, Rows::Same) => other,
        (a, b) if a == b => a,
        _ => Rows::Changed,
    }
}
