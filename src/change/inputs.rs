//! Sources and seeds of base and head in, what differs of each out: columns, types, and the content of seeds.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{ColumnChange, columns};
use super::own::{self, Own};
use super::rows::Rows;
use super::{ModelChange, Presence};
use crate::algebra::Known;
use crate::compile::Compilation;
use crate::dialect::Dialect;
use crate::project::{Project, Properties};

pub(super) fn inputs(base: &Compilation, head: &Compilation) -> BTreeMap<String, ModelChange> {
    let (before, after) = (declared(base), declared(head));
    let ids: BTreeSet<&String> = base.tables.keys().chain(head.tables.keys()).collect();
    let changes = ids.into_iter().filter_map(|id| {
        let change = match (base.tables.get(id), head.tables.get(id)) {
            (Some(one), Some(two)) => {
                let own = Own { guard: guard(before.get(id), after.get(id)), ..Own::default() };
                let rows = if one.rows == two.rows { Rows::Same } else { Rows::Changed };
                let dialect = after.get(id).map(|(_, dialect)| *dialect)?;
                change(id, Presence::Kept, own, rows, columns(one, two, dialect))
            }
            // One that only this side reads is told where the reader is.
            (None, Some(two)) if !before.contains_key(id) && after.contains_key(id) => {
                alone(id, Presence::Added, two, &ColumnChange::added)
            }
            (Some(one), None) if before.contains_key(id) && !after.contains_key(id) => {
                alone(id, Presence::Removed, one, &ColumnChange::removed)
            }
            _ => return None,
        };
        (!change.is_nothing()).then(|| (id.clone(), change))
    });
    changes.collect()
}

type Declared<'c> = BTreeMap<&'c String, (&'c Properties, &'c Dialect)>;

/// What YAML says of each source and seed.
fn declared(side: &Compilation) -> Declared<'_> {
    fn of(project: &Project) -> impl Iterator<Item = (&String, (&Properties, &Dialect))> {
        let dialect: &Dialect = &project.dialect;
        let sources = project.sources.iter().map(move |source| (&source.id, (&source.properties, dialect)));
        sources.chain(project.seeds.iter().map(move |seed| (&seed.id, (&seed.properties, dialect))))
    }
    side.projects.iter().flat_map(of).collect()
}

fn guard(one: Option<&(&Properties, &Dialect)>, two: Option<&(&Properties, &Dialect)>) -> own::Guard {
    match (one, two) {
        (Some((one, _)), Some((two, _))) => own::guard(one, two),
        _ => own::Guard::default(),
    }
}

fn alone(id: &str, presence: Presence, known: &Known, column: &dyn Fn(&str) -> ColumnChange) -> ModelChange {
    let columns = known.columns.iter().map(|own| column(&own.name)).collect();
    change(id, presence, Own::default(), Rows::Changed, columns)
}

fn change(id: &str, presence: Presence, own: Own, rows: Rows, mut columns: Vec<ColumnChange>) -> ModelChange {
    // Of data that comes from elsewhere no edit changes the values.
    if id.starts_with("source.") {
        columns.iter_mut().for_each(ColumnChange::forget_content);
    }
    ModelChange {
        id: id.to_owned(),
        presence,
        was: None,
        own,
        rows,
        columns,
        keys_lost: Vec::new(),
        keys_gained: Vec::new(),
        evidence: Vec::new(),
        deterministic: true,
        proved: true,
        edit_tells: true,
        unknown: false,
        broken: Vec::new(),
    }
}
