//! The row sets of one model at base and at head in, how one relates to the other out.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::algebra::{Fingerprints, Given, Known, KnownColumn, Query, Relation, fingerprint, is_monotone, relate};
use crate::compile::{Compilation, CompiledModel};
use crate::dialect::Dialect;
use crate::text::Digest;

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

    fn relation(self) -> Relation {
        match self {
            Rows::Same => Relation::Same,
            Rows::Subset => Relation::Subset,
            Rows::Superset => Relation::Superset,
            Rows::Changed | Rows::Unknown => Relation::Different,
        }
    }
}

/// The rows of every model that was asked for, compared once.
pub(super) struct RowSets<'c> {
    base: &'c Compilation,
    head: &'c Compilation,
    found: RefCell<BTreeMap<String, Rows>>,
}

impl<'c> RowSets<'c> {
    pub(super) fn new(base: &'c Compilation, head: &'c Compilation) -> Self {
        RowSets { base, head, found: RefCell::default() }
    }

    /// Of a relation of both sides.
    pub(super) fn rows(&self, id: &str) -> Rows {
        if let Some(found) = self.found.borrow().get(id) {
            return *found;
        }
        // A model that reads itself, or what reads it, is not followed in circles.
        self.found.borrow_mut().insert(id.to_owned(), Rows::Changed);
        let rows = match (self.base.models.get(id), self.head.models.get(id)) {
            (Some(one), Some(two)) => self.of_models(one, two),
            _ => match (self.base.tables.get(id), self.head.tables.get(id)) {
                (Some(one), Some(two)) if one.rows == two.rows => Rows::Same,
                _ => Rows::Changed,
            },
        };
        self.found.borrow_mut().insert(id.to_owned(), rows);
        rows
    }

    fn of_models(&self, one: &CompiledModel, two: &CompiledModel) -> Rows {
        let (Some(a), Some(b)) = (one.known.rows, two.known.rows) else { return Rows::Unknown };
        if a == b || given(&one.known) == given(&two.known) {
            return Rows::Same;
        }
        // What several statements write, no one query says.
        if one.fingerprints.is_none() || two.fingerprints.is_none() || !one.also.is_empty() || !two.also.is_empty() {
            return Rows::Changed;
        }
        let dialect = two.model.dialect(&self.head.projects[two.project].dialect);
        let as_before = reading(&two.query, &|now| Some(aligned(now, &*self.offered_before(&now.id)?)));
        let own = relate(&one.query, &as_before, dialect);
        match own.then(self.through(two, &as_before, dialect)) {
            // The fingerprints differ, so something does.
            Relation::Same | Relation::Different => Rows::Changed,
            Relation::Subset => Rows::Subset,
            Relation::Superset => Rows::Superset,
        }
    }

    /// Does a model's own text, as it renders now, say something else of what base offered than base's did?
    pub(super) fn edit_tells(&self, one: &CompiledModel, two: &CompiledModel) -> bool {
        if one.rendered.text == two.rendered.text {
            return false;
        }
        let dialect = two.model.dialect(&self.head.projects[two.project].dialect);
        let as_before = reading(&two.query, &|now| Some(aligned(now, &*self.offered_before(&now.id)?)));
        match (&one.fingerprints, fingerprint(&as_before, dialect)) {
            (Some(before), Some(after)) if one.also.is_empty() && two.also.is_empty() => {
                before.rows != after.rows || before.values != after.values
            }
            _ => true,
        }
    }

    /// What base offered under an id that head reads.
    fn offered_before(&self, id: &str) -> Option<Arc<Known>> {
        let model = self.base.models.get(id).map(|model| Arc::clone(&model.known));
        model.or_else(|| self.base.tables.get(id).map(|table| Arc::new(table.clone())))
    }

    /// What the rows of its inputs do to those of a query; `as_before` is the query over base's inputs.
    fn through(&self, two: &CompiledModel, as_before: &Query, dialect: &Dialect) -> Relation {
        let (query, before) = (&two.query, rows_of(as_before, dialect));
        if two.fingerprints.as_ref().map(of_rows) == before {
            return Relation::Same;
        }
        let moved: Vec<(&str, Relation)> = query
            .reads
            .iter()
            .map(|read| (read.id.as_str(), self.rows(&read.id).relation()))
            .filter(|(_, relation)| *relation != Relation::Same)
            .collect();
        // Only where nothing but the rows of the inputs makes the difference do their directions tell ours.
        let values_as_now = reading(query, &|now| {
            let before = self.offered_before(&now.id)?;
            Some(Known { rows: before.rows, given: None, ..now.clone() })
        });
        if rows_of(&values_as_now, dialect) != before
            || !is_monotone(query, &|id| moved.iter().any(|(moved, _)| *moved == id))
        {
            return Relation::Different;
        }
        moved.into_iter().fold(Relation::Same, |all, (_, relation)| all.then(relation))
    }
}

/// The query over other knowledge of what it reads.
fn reading(query: &Query, offered: &dyn Fn(&Known) -> Option<Known>) -> Query {
    let mut query = query.clone();
    for read in &mut query.reads {
        if let Some(other) = read.known.as_ref().and_then(|now| offered(now)) {
            read.known = Some(Arc::new(other));
        }
    }
    query
}

/// The columns of `now`, with what they were before: a query that was resolved over `now` counts them.
fn aligned(now: &Known, before: &Known) -> Known {
    let columns = now.columns.iter().map(|column| {
        let old = before.columns.iter().find(|old| old.name == column.name);
        KnownColumn { value: old.and_then(|old| old.value), ..column.clone() }
    });
    let given = before.given.as_ref().map(|given| {
        let value = |column: &KnownColumn| {
            let at = before.columns.iter().position(|old| old.name == column.name);
            at.and_then(|at| given.values.get(at)).copied().unwrap_or_default()
        };
        Arc::new(Given { rows: given.rows, values: now.columns.iter().map(value).collect() })
    });
    Known { columns: columns.collect(), rows: before.rows, given, ..now.clone() }
}

fn rows_of(query: &Query, dialect: &Dialect) -> Option<Digest> {
    fingerprint(query, dialect).as_ref().map(of_rows)
}

fn of_rows(prints: &Fingerprints) -> Digest {
    prints.given.as_ref().map_or(prints.rows, |given| given.rows)
}

fn given(known: &Known) -> Option<Digest> {
    known.given.as_ref().map(|given| given.rows).or(known.rows)
}
