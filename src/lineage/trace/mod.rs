//! A resolved Query in, its Edges out: what each output column's value reads, and what decides which rows exist.

mod demand;
mod fields;
mod rows;
#[cfg(test)]
mod tests;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::edges::{ColumnLineage, Edge, ModelLineage, Named, Via};
pub use crate::algebra::ALL_COLUMNS;
use crate::algebra::{ColumnId, Dependencies, Expr, JoinKind, Nullabilities, Op, Query, RelId, exprs};
use crate::dialect::Dialect;
use crate::text::Span;
use demand::Demand;

/// A column of a relation outside the query, by its number in [`Sources`].
type Source = u32;

/// A row influence: what is read, and how. One column may matter in several ways.
type Rows = BTreeMap<(Source, Via), Span>;

/// Row influences that many columns share, by their number in [`Tracer::pieces`].
type Piece = u32;

/// What a value reads outside the query.
#[derive(Clone, Debug, Default, PartialEq)]
struct Reads {
    /// The cells it is made of, with how and where.
    cells: BTreeMap<Source, (Via, Span)>,
    /// What decides which rows it is taken from, where that is not among what decides the rows of its reader: the sort
    /// under a LIMIT, the filters under an aggregate, the condition of an outer join on a key.
    deciding: BTreeSet<Piece>,
}

impl Reads {
    fn cell(source: Source, via: Via, span: Span) -> Self {
        Reads { cells: BTreeMap::from([(source, (via, span))]), deciding: BTreeSet::new() }
    }

    fn add(&mut self, source: Source, via: Via, span: Span) {
        let entry = self.cells.entry(source).or_insert((via, span));
        if via < entry.0 {
            *entry = (via, span);
        }
    }

    /// Adds `more`, read through something that makes it at least `at_least`.
    fn merge(&mut self, more: &Reads, at_least: Via) {
        for (source, (via, span)) in &more.cells {
            self.add(*source, (*via).max(at_least), *span);
        }
        self.deciding.extend(&more.deciding);
    }
}

/// Behind every operator of the query: what its reader sees.
const AT_THE_END: RelId = RelId(u32::MAX);

/// The edges of one query to the relations it reads.
pub fn trace(query: &Query, dialect: &Dialect) -> ModelLineage {
    let mut tracer = Tracer::new(query, dialect);
    let mut lineage = ModelLineage::default();
    let mut depends: BTreeSet<String> = query.reads.iter().map(|input| input.id.clone()).collect();
    let Some(root) = query.root else { return lineage };
    tracer.settle_recursion();
    let values: Vec<Rc<Reads>> = query.outputs.iter().map(|output| tracer.value(output.column, AT_THE_END)).collect();
    let mut rows = Rows::clone(&tracer.rows(root, &Demand::Bag));
    let deciding: Vec<Rc<Rows>> = values.iter().map(|reads| tracer.decided(&reads.deciding)).collect();
    rows.extend(shared(&deciding));
    for (output, (reads, deciding)) in query.outputs.iter().zip(values.iter().zip(&deciding)) {
        lineage.columns.push(ColumnLineage {
            name: output.name.clone(),
            ty: query.columns[output.column.0 as usize].ty.clone(),
            nullable: output.nullable,
            inputs: tracer.edges(inputs(reads, deciding, &rows).into_iter()),
            span: output.span,
        });
    }
    lineage.rows = tracer.edges(rows.iter().map(|((source, via), span)| (*source, *via, *span)));
    lineage.rows.sort();
    lineage
        .rows
        .dedup_by(|a, b| (&a.relation, &a.column, &a.field, a.via) == (&b.relation, &b.column, &b.field, b.via));
    let node = &query.nodes[root.0 as usize];
    let name = |column: &ColumnId| {
        query.outputs.iter().find(|output| output.column == *column).map(|output| output.name.clone())
    };
    lineage.keys = node.keys.iter().filter_map(|key| key.columns.iter().map(name).collect()).collect();
    lineage.stars = tracer.stars(root).into_iter().map(|input| query.reads[input].id.clone()).collect();
    depends.retain(|id| !id.is_empty());
    lineage.depends_on = depends.into_iter().collect();
    lineage.named = named(query, &tracer.definitions);
    lineage
}

fn add_rows(rows: &mut Rows, more: &Rows) {
    for (read, span) in more {
        rows.entry(*read).or_insert(*span);
    }
}

/// What decides the rows that every output is taken from is told once, among the rows.
fn shared(deciding: &[Rc<Rows>]) -> Rows {
    let Some((first, others)) = deciding.split_first() else { return Rows::new() };
    let by_all = |read: &(Source, Via)| others.iter().all(|other| other.contains_key(read));
    first.iter().filter(|(read, _)| by_all(read)).map(|(read, span)| (*read, *span)).collect()
}

/// A column's inputs: its cells, and what decides which rows these are taken from unless it decides all rows anyway.
fn inputs(reads: &Reads, deciding: &Rows, rows: &Rows) -> Vec<(Source, Via, Span)> {
    let mut inputs = reads.cells.clone();
    for ((source, _), span) in deciding {
        let (from, to) = ((*source, Via::Identity), (*source, Via::Unnest));
        if rows.range(from..=to).next().is_none() {
            inputs.entry(*source).or_insert((Via::Conditional, *span));
        }
    }
    inputs.into_iter().map(|(source, (via, span))| (source, via, span)).collect()
}

/// A column of an input, by the input's position, and the path to the part of it that is meant.
type Origin<'q> = (usize, &'q str, Option<String>);

/// The columns outside the query, and parts of them, that anything was found to read, numbered as they are met.
#[derive(Default)]
struct Sources<'q> {
    all: Vec<Origin<'q>>,
    numbers: BTreeMap<Origin<'q>, Source>,
}

impl<'q> Sources<'q> {
    fn number(&mut self, input: usize, column: &'q str) -> Source {
        self.number_part(input, column, None)
    }

    fn number_part(&mut self, input: usize, column: &'q str, field: Option<String>) -> Source {
        let origin = (input, column, field);
        if let Some(number) = self.numbers.get(&origin) {
            return *number;
        }
        self.all.push(origin.clone());
        let number = self.all.len() as Source - 1;
        self.numbers.insert(origin, number);
        number
    }
}

/// Walks the operators once; what was found of a column or relation is kept.
struct Tracer<'q> {
    query: &'q Query,
    /// The operator that defines each column, and its position there.
    definitions: Vec<Option<(RelId, usize)>>,
    sources: Sources<'q>,
    dialect: &'q Dialect,
    dependencies: Dependencies<'q>,
    /// The operators, nearest first, that decide what a column shows and yet no row: outer joins that find at most one
    /// row for the side a column is on, and picks of rows by an order.
    showing: BTreeMap<ColumnId, Vec<RelId>>,
    /// Which columns may be NULL, as expressions on an operator see them.
    known: BTreeMap<RelId, Rc<Nullabilities>>,
    values: BTreeMap<(ColumnId, usize), Rc<Reads>>,
    matches: BTreeMap<RelId, Rc<Rows>>,
    row_sets: BTreeMap<(RelId, Demand), Rc<Rows>>,
    /// What decides which rows values are taken from, each set of influences once, and their numbers.
    pieces: Vec<Rc<Rows>>,
    numbers: BTreeMap<Rc<Rows>, Piece>,
    decided: BTreeMap<BTreeSet<Piece>, Rc<Rows>>,
    /// What decides the rows that the aggregates of an operator take together, beyond what decides its groups.
    beyond: BTreeMap<(RelId, Demand), Option<Piece>>,
    /// How many different demands each relation was asked for.
    asked: BTreeMap<RelId, usize>,
    /// The columns named anywhere in a relation.
    named: BTreeMap<RelId, Rc<BTreeSet<ColumnId>>>,
    /// What the rows-so-far of recursive CTEs are known to read, grown until it stays.
    recursive: BTreeMap<ColumnId, Rc<Reads>>,
    recursive_rows: BTreeMap<RelId, Rc<Rows>>,
}

impl<'q> Tracer<'q> {
    fn new(query: &'q Query, dialect: &'q Dialect) -> Self {
        let mut definitions = vec![None; query.columns.len()];
        for (at, node) in query.nodes.iter().enumerate() {
            let own = own_columns(&node.op, &node.columns);
            for (position, column) in own.iter().enumerate() {
                definitions[column.0 as usize] = Some((RelId(at as u32), position));
            }
        }
        Tracer {
            query,
            definitions,
            sources: Sources::default(),
            dialect,
            dependencies: Dependencies::of(query),
            showing: showing(query),
            known: BTreeMap::new(),
            values: BTreeMap::new(),
            matches: BTreeMap::new(),
            row_sets: BTreeMap::new(),
            pieces: Vec::new(),
            numbers: BTreeMap::new(),
            decided: BTreeMap::new(),
            beyond: BTreeMap::new(),
            asked: BTreeMap::new(),
            named: BTreeMap::new(),
            recursive: BTreeMap::new(),
            recursive_rows: BTreeMap::new(),
        }
    }

    /// The number of a set of influences; `None` for none.
    fn piece(&mut self, rows: Rc<Rows>) -> Option<Piece> {
        if rows.is_empty() {
            return None;
        }
        if let Some(number) = self.numbers.get(&rows) {
            return Some(*number);
        }
        let number = self.pieces.len() as Piece;
        self.pieces.push(Rc::clone(&rows));
        self.numbers.insert(rows, number);
        Some(number)
    }

    /// All that decides where a value is taken from.
    fn decided(&mut self, pieces: &BTreeSet<Piece>) -> Rc<Rows> {
        if let Some(rows) = self.decided.get(pieces) {
            return Rc::clone(rows);
        }
        let mut rows = Rows::new();
        for piece in pieces {
            add_rows(&mut rows, &self.pieces[*piece as usize]);
        }
        let rows = Rc::new(rows);
        self.decided.insert(pieces.clone(), Rc::clone(&rows));
        rows
    }

    /// Edges, sorted by input and column.
    fn edges(&self, reads: impl Iterator<Item = (Source, Via, Span)>) -> Vec<Edge> {
        let mut reads: Vec<_> =
            reads.map(|(source, via, span)| (&self.sources.all[source as usize], via, span)).collect();
        reads.sort_by_key(|(source, via, _)| (*source, *via));
        let edge = |((input, column, field), via, span): (&Origin<'q>, Via, Span)| Edge {
            relation: self.query.reads[*input].id.clone(),
            column: (*column).to_owned(),
            field: field.clone(),
            via,
            span,
        };
        reads.into_iter().map(edge).collect()
    }

    /// Recursive CTEs read themselves: repeat until what they read stops growing.
    fn settle_recursion(&mut self) {
        let recursions: Vec<(RelId, RelId)> = self
            .query
            .nodes
            .iter()
            .enumerate()
            .filter_map(|(at, node)| match node.op {
                Op::Recur { of } => Some((RelId(at as u32), of)),
                _ => None,
            })
            .collect();
        loop {
            let mut grown = false;
            for (recur, of) in &recursions {
                let Some(whole) = self.query.nodes.get(of.0 as usize) else { continue };
                for (so_far, column) in self.query.nodes[recur.0 as usize].columns.iter().zip(&whole.columns) {
                    let reads = self.value(*column, AT_THE_END);
                    grown |= self.recursive.insert(*so_far, reads.clone()) != Some(reads);
                }
                let rows = self.rows(*of, &Demand::Bag);
                grown |= self.recursive_rows.insert(*recur, rows.clone()) != Some(rows);
            }
            if !grown {
                return;
            }
            self.values.clear();
            self.matches.clear();
            self.row_sets.clear();
            self.beyond.clear();
            self.asked.clear();
        }
    }
}

/// The columns an operator defines itself; the others are its inputs'.
fn own_columns<'q>(op: &'q Op, columns: &'q [ColumnId]) -> &'q [ColumnId] {
    match op {
        Op::Unnest { columns, .. } => columns,
        Op::Filter { .. }
        | Op::Join { .. }
        | Op::Distinct { .. }
        | Op::Sort { .. }
        | Op::Limit { .. }
        | Op::Sample { .. } => &[],
        _ => columns,
    }
}

/// The operators that decide what columns show without deciding a row, by column.
fn showing(query: &Query) -> BTreeMap<ColumnId, Vec<RelId>> {
    let mut showing: BTreeMap<ColumnId, Vec<RelId>> = BTreeMap::new();
    for (at, node) in query.nodes.iter().enumerate() {
        let rel = RelId(at as u32);
        let columns = match &node.op {
            Op::Join { kind, left, right, .. } if query.finds_one(rel) => {
                let side = &query.nodes[if *kind == JoinKind::Right { left } else { right }.0 as usize];
                if side.open { &[] } else { side.columns.as_slice() }
            }
            _ if !node.open && query.pick(rel).is_some() => node.columns.as_slice(),
            _ => &[],
        };
        columns.iter().for_each(|column| showing.entry(*column).or_default().push(rel));
    }
    showing
}

/// Every column of the outside that the text names or that a star brings, whether it matters or not.
fn named(query: &Query, definitions: &[Option<(RelId, usize)>]) -> Vec<Named> {
    let mut all = Vec::new();
    for node in &query.nodes {
        exprs(&node.op, &mut |expr| names(query, definitions, expr, &mut all));
    }
    all.sort();
    all.dedup();
    all
}

fn names(query: &Query, definitions: &[Option<(RelId, usize)>], expr: &Expr, all: &mut Vec<Named>) {
    if let Some((rel, at)) = expr.as_column().and_then(|column| definitions[column.0 as usize])
        && let Op::Scan { input, names } = &query.nodes[rel.0 as usize].op
        && let Some(column) = names.get(at)
    {
        all.push(Named { relation: query.reads[*input].id.clone(), column: column.clone(), span: expr.span });
    }
    expr.each_part(&mut |part| names(query, definitions, part, all));
}
