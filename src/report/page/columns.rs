//! Columns of all rows in; their names, types and tests, and the edges between them, out as flat lists.

use std::collections::BTreeMap;

use serde::Serialize;

use super::relations::{Declared, Index, test_names};
use super::strings::Strings;
use crate::algebra::Nullability;
use crate::lineage::{Edge, Via};
use crate::project::DeclaredColumn;
use crate::report::Relation;

/// Columns of the first row, then those of the second, ..
#[derive(Default, Serialize)]
pub(super) struct Columns {
    /// How many each row has.
    count: Vec<u32>,
    name: Vec<u32>,
    r#type: Vec<u32>,
    /// 0 unknown, 1 may be NULL, 2 never is.
    null: Vec<u8>,
    about: Vec<u32>,
    tests: Vec<u32>,
    /// Consumers that name the columns they read: the row, then the columns.
    named: Vec<(u32, Vec<u32>)>,
}

/// What each column (or the rows of each relation) reads.
#[derive(Default, Serialize)]
pub(super) struct Edges {
    vias: Vec<&'static str>,
    /// How many each column (or relation) has.
    count: Vec<u32>,
    /// Places of columns.
    to: Vec<u32>,
    via: Vec<u8>,
    /// Of the read, from 1; 0 where no file shows it.
    line: Vec<u32>,
    /// Edges that are read in another file than the relation's own: the edge, the path.
    elsewhere: Vec<(u32, u32)>,
}

/// The columns, and how to find one.
pub(super) struct Placed<'a> {
    pub(super) wire: Columns,
    places: BTreeMap<(u32, String), u32>,
    relations: Vec<Option<&'a Relation>>,
}

impl Placed<'_> {
    fn find(&self, relation: u32, column: &str) -> Option<u32> {
        self.places.get(&(relation, column.to_ascii_lowercase())).copied()
    }
}

pub(super) fn columns<'a>(index: &Index<'a>, declared: &Declared<'a>, strings: &mut Strings) -> Placed<'a> {
    let mut placed = Placed { wire: Columns::default(), places: BTreeMap::new(), relations: Vec::new() };
    for ((names, relation), row) in index.columns().zip(0..) {
        let told = relation.and_then(|relation| declared.get(relation.name.as_str()));
        let told: BTreeMap<String, &DeclaredColumn> = told
            .into_iter()
            .flat_map(|(_, properties)| &properties.columns)
            .map(|column| (column.name.to_ascii_lowercase(), column))
            .collect();
        let wire = &mut placed.wire;
        wire.count.push(names.len() as u32);
        for (at, name) in names.iter().enumerate() {
            let (key, place) = (name.to_ascii_lowercase(), wire.name.len() as u32);
            let known = relation.map(|relation| &relation.lineage.columns[at]);
            let told = told.get(&key);
            let declared_type = told.and_then(|column| column.data_type.as_deref()).unwrap_or_default();
            let ty = known.map(|column| column.ty.name.as_str()).filter(|name| !name.is_empty());
            wire.name.push(strings.add(name));
            wire.r#type.push(strings.add(ty.unwrap_or(declared_type)));
            wire.null.push(known.map_or(0, |column| nullable(column.nullable)));
            wire.about.push(strings.add(told.map(|column| column.description.trim()).unwrap_or_default()));
            let tests = told.map(|column| test_names(&column.tests).join(", ")).unwrap_or_default();
            wire.tests.push(strings.add(&tests));
            placed.places.entry((row, key)).or_insert(place);
        }
        placed.relations.push(relation);
    }
    placed.wire.named = named(index, &placed);
    placed
}

fn nullable(nullable: Nullability) -> u8 {
    match nullable {
        Nullability::Unknown => 0,
        Nullability::Yes => 1,
        Nullability::No => 2,
    }
}

/// Consumers that name columns, as `orders.amount` or, where they read one relation, `amount`.
fn named(index: &Index<'_>, placed: &Placed<'_>) -> Vec<(u32, Vec<u32>)> {
    let mut all = Vec::new();
    for (row, reads, names) in index.named().filter(|(_, _, names)| !names.is_empty()) {
        let mut found = Vec::new();
        for id in reads {
            let short = id.rsplit('.').next().unwrap_or(id);
            let own = names.iter().filter_map(|name| match name.rsplit_once('.') {
                Some((of, column)) => (of == short || of == id).then_some(column),
                None => Some(name.as_str()),
            });
            let relation = index.place(id);
            found.extend(own.filter_map(|column| placed.find(relation?, column)));
        }
        all.push((row, found));
    }
    all
}

/// The edges of values, column by column, and those of rows, relation by relation.
pub(super) fn edges(index: &Index<'_>, placed: &Placed<'_>, strings: &mut Strings) -> (Edges, Edges) {
    let (mut values, mut rows) = (Edges::default(), Edges::default());
    values.vias = VIAS.iter().map(|via| via.word()).collect();
    rows.vias.clone_from(&values.vias);
    for (relation, columns) in placed.relations.iter().zip(&placed.wire.count) {
        let Some(relation) = relation else {
            (0..*columns).for_each(|_| values.count.push(0));
            rows.count.push(0);
            continue;
        };
        for column in &relation.lineage.columns {
            values.add(&column.inputs, (relation, index, placed), strings);
        }
        rows.add(&relation.lineage.rows, (relation, index, placed), strings);
    }
    (values, rows)
}

const VIAS: [Via; 13] = [
    Via::Identity,
    Via::Transform,
    Via::Aggregate,
    Via::Window,
    Via::Conditional,
    Via::Filter,
    Via::Join,
    Via::GroupBy,
    Via::Distinct,
    Via::SetOperation,
    Via::Sort,
    Via::Limit,
    Via::Unnest,
];

impl Edges {
    /// Several reads of one column by one kind are one, at the place of the first.
    fn add(
        &mut self,
        edges: &[Edge],
        (relation, index, placed): (&Relation, &Index<'_>, &Placed<'_>),
        strings: &mut Strings,
    ) {
        let first = self.to.len();
        for edge in edges {
            let to = index.place(&edge.relation).and_then(|row| placed.find(row, &edge.column));
            let via = VIAS.iter().position(|via| *via == edge.via).unwrap_or_default() as u8;
            let Some(to) = to else { continue };
            if (first..self.to.len()).any(|at| (self.to[at], self.via[at]) == (to, via)) {
                continue;
            }
            let place = relation.places.get(&edge.span);
            if let Some(place) = place.filter(|place| Some(place.path.as_str()) != relation.path.as_deref()) {
                self.elsewhere.push((self.to.len() as u32, strings.add(&place.path)));
            }
            self.to.push(to);
            self.via.push(via);
            self.line.push(place.map_or(0, |place| place.line));
        }
        self.count.push((self.to.len() - first) as u32);
    }
}
