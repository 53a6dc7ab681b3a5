//! Changes in, the models that will not build at head out, each with what it misses.

use std::collections::BTreeMap;

use crate::change::{Changes, Presence, is_built};
use crate::compile::Compilation;
use crate::text::Place;

/// Why a model will not build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Break {
    pub(super) what: String,
    pub(super) place: Place,
    /// The broken model it reads, where that is the reason.
    pub(super) through: Option<String>,
}

/// Models with names that mean nothing any more, and all that read them.
pub(super) fn broken(changes: &Changes, head: &Compilation) -> BTreeMap<String, Break> {
    let mut found: BTreeMap<String, Break> = BTreeMap::new();
    for (id, change) in &changes.models {
        if let Some((what, place)) = change.broken.first() {
            found.insert(id.clone(), Break { what: what.clone(), place: place.clone(), through: None });
        }
        if change.presence == Presence::Removed {
            for (reader, place) in readers_of(id, head) {
                let what = format!("it reads `{id}`, which is gone");
                found.entry(reader).or_insert(Break { what, place, through: None });
            }
        }
    }
    spread(&mut found, head);
    found
}

fn spread(found: &mut BTreeMap<String, Break>, head: &Compilation) {
    let mut pending: Vec<String> = found.keys().cloned().collect();
    while let Some(id) = pending.pop() {
        for (reader, place) in readers_of(&id, head) {
            if !found.contains_key(&reader) {
                let what = format!("it reads `{id}`, which will not build");
                found.insert(reader.clone(), Break { what, place, through: Some(id.clone()) });
                pending.push(reader);
            }
        }
    }
}

/// Models of head that read a relation, and where.
pub(super) fn readers_of(id: &str, head: &Compilation) -> Vec<(String, Place)> {
    let reads = |(reader, model): (&String, &crate::compile::CompiledModel)| {
        let by_ref = model.rendered.refs.iter().find(|reference| reference.id.as_deref() == Some(id));
        let place = by_ref.map(|reference| reference.place.clone());
        let place = place.or_else(|| {
            model.lineage.depends_on.iter().any(|other| other == id).then(|| Place::top(&model.model.file))
        });
        place.filter(|_| is_built(model)).map(|place| (reader.clone(), place))
    };
    head.models.iter().filter_map(reads).collect()
}

/// Does anybody miss a column (or, without a name, the model) that base had and head has not?
pub(super) fn is_missed(
    id: &str,
    column: Option<&str>,
    base: &Compilation,
    head: &Compilation,
    broken: &BTreeMap<String, Break>,
) -> bool {
    let named =
        |relation: &str, name: &str| relation == id && column.is_none_or(|column| name.eq_ignore_ascii_case(column));
    let by_model = base.models.iter().any(|(reader, model)| {
        let mut names = model.lineage.named.iter();
        broken.contains_key(reader) && names.any(|name| named(&name.relation, &name.column))
    });
    by_model || super::consumers::names(id, column, head)
}
