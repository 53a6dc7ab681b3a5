//! A relation and what its reader wants of its rows in, the columns that decide them out.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::demand::Demand;
use super::{ALL_COLUMNS, Reads, Rows, Tracer, add_rows};
use crate::algebra::{ColumnId, Expr, JoinKind, Nullability, Op, RelId, SetKind, SortKey};
use crate::lineage::edges::Via;
use crate::text::Span;

/// Different wishes of one relation that are told apart; a relation with more readers is asked for all of its rows.
const MOST_DEMANDS: usize = 6;

impl Tracer<'_> {
    /// What decides the rows of `rel`, as far as its reader looks at them.
    pub(super) fn rows(&mut self, rel: RelId, demand: &Demand) -> Rc<Rows> {
        let node = &self.query.nodes[rel.0 as usize];
        if node.empty {
            return Rc::default();
        }
        let own = if node.open { Demand::Bag } else { demand.of(&node.columns) };
        let key = (rel, own);
        if let Some(rows) = self.row_sets.get(&key) {
            return Rc::clone(rows);
        }
        let asked = self.asked.entry(rel).or_default();
        *asked += 1;
        if *asked > MOST_DEMANDS && key.1 != Demand::Bag {
            return self.rows(rel, &Demand::Bag);
        }
        // A relation that is being walked reads itself only through recursion, which settles on its own.
        self.row_sets.insert(key.clone(), Rc::default());
        let rows = self.rows_of(rel, &key.1);
        self.row_sets.insert(key, Rc::clone(&rows));
        rows
    }

    fn rows_of(&mut self, rel: RelId, demand: &Demand) -> Rc<Rows> {
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        let mut rows = Rows::new();
        match &node.op {
            Op::Scan { .. } | Op::Values { .. } => {}
            Op::Project { input, exprs, .. } => return self.projected(*input, exprs, &node.columns, demand),
            Op::Sort { input, .. } => return self.rows(*input, demand),
            Op::Sample { input, .. } => return self.rows(*input, &Demand::Bag),
            Op::Filter { .. } | Op::Limit { .. } | Op::Distinct { .. } if !node.open && query.pick(rel).is_some() => {
                self.picked_rows(&mut rows, rel);
            }
            Op::Filter { input, conjuncts } => {
                let told = conjuncts.iter().enumerate().filter(|(at, _)| !node.idle.contains(at));
                let deciding: Vec<&Expr> = told.map(|(_, conjunct)| conjunct).collect();
                let named = self.named_by(deciding.iter().copied());
                rows = Rows::clone(&self.rows(*input, &demand.and(&named)));
                self.influence(&mut rows, deciding, Via::Filter, rel);
            }
            Op::Join { .. } => self.joined(&mut rows, rel, demand),
            Op::Aggregate { .. } => self.grouped(&mut rows, rel, demand),
            Op::Distinct { input, on } => self.distinct(&mut rows, rel, (*input, on.as_deref()), demand),
            Op::Limit { input, count, offset, .. } => {
                rows = Rows::clone(&self.rows(*input, &Demand::Bag));
                self.influence(&mut rows, count.iter().chain(offset), Via::Limit, rel);
                if !query.nodes[input.0 as usize].at_most_one_row {
                    self.sorting(&mut rows, *input);
                }
            }
            Op::Set { kind, all, inputs } => self.set(&mut rows, rel, (*kind, *all, inputs), demand),
            Op::Recursive { seed, step, all } => {
                self.add_rows(&mut rows, seed.0, &Demand::Bag);
                self.add_rows(&mut rows, step.0, &Demand::Bag);
                if !all {
                    self.columns_influence(&mut rows, seed.1.iter().chain(&step.1), Via::SetOperation, rel);
                }
            }
            Op::Recur { .. } => return self.recursive_rows.get(&rel).cloned().unwrap_or_default(),
            Op::Unnest { input, exprs, columns, outer } => {
                let named = self.named_by(exprs);
                if *outer && demand.ignores(columns) {
                    return self.rows(*input, demand);
                }
                rows = Rows::clone(&self.rows(*input, &demand.and(&named)));
                self.influence(&mut rows, exprs, Via::Unnest, rel);
            }
            Op::TableFunction { args, .. } => self.influence(&mut rows, args, Via::Unnest, rel),
            Op::Unpivot { input, groups, include_nulls, .. } => {
                self.add_rows(&mut rows, *input, &Demand::Bag);
                if !include_nulls {
                    let columns = groups.iter().flat_map(|(_, columns)| columns);
                    self.columns_influence(&mut rows, columns, Via::Unnest, rel);
                }
            }
            Op::Opaque { inputs, .. } => {
                inputs.iter().for_each(|input| self.add_rows(&mut rows, *input, &Demand::Bag));
                let all = self.everything(inputs, rel);
                self.add_reads(&mut rows, &all, Via::Filter, None);
            }
        }
        Rc::new(rows)
    }

    /// A projection keeps its input's rows. A window function sees them all.
    fn projected(&mut self, input: RelId, exprs: &[Expr], columns: &[ColumnId], demand: &Demand) -> Rc<Rows> {
        let Demand::Set(wanted) = demand else { return self.rows(input, &Demand::Bag) };
        let parts: Vec<&Expr> =
            exprs.iter().zip(columns).filter(|(_, column)| wanted.contains(column)).map(|(expr, _)| expr).collect();
        let windowed = |expr: &&Expr| expr.any(&|part| matches!(part.kind, crate::algebra::ExprKind::Window { .. }));
        if parts.iter().any(windowed) {
            return self.rows(input, &Demand::Bag);
        }
        let demand = self.demand_of(parts);
        self.rows(input, &demand)
    }

    fn joined(&mut self, rows: &mut Rows, rel: RelId, demand: &Demand) {
        let query = self.query;
        let Op::Join { kind, left, right, on, lateral, .. } = &query.nodes[rel.0 as usize].op else { return };
        let (optional, kept) = match kind {
            JoinKind::Right => (Some(*left), *right),
            JoinKind::Left | JoinKind::AsOf { outer: true } => (Some(*right), *left),
            _ => (None, *left),
        };
        let mut named = self.named_by(on);
        if *lateral {
            named.extend(self.named_within(*right).iter());
        }
        if let Some(optional) = optional {
            // Each kept row is there at least once, whatever it finds on the other side; and just once if it finds
            // at most one row.
            let once = query.finds_one(rel);
            if demand.ignores(&query.nodes[optional.0 as usize].columns) {
                return self.add_rows(rows, kept, demand);
            }
            if once {
                return self.add_rows(rows, kept, &demand.and(&named));
            }
        }
        match kind {
            JoinKind::Semi | JoinKind::Anti => {
                self.influence(rows, on, Via::Filter, rel);
                self.add_rows(rows, *left, &demand.and(&named));
                self.add_rows(rows, *right, &Demand::Set(Rc::new(named)));
            }
            JoinKind::Positional => {
                self.all_columns(rows, *left, Via::Join);
                self.all_columns(rows, *right, Via::Join);
                self.add_rows(rows, *left, &Demand::Bag);
                self.add_rows(rows, *right, &Demand::Bag);
            }
            // How many rows there are decides how far away the nearest is.
            JoinKind::AsOf { .. } => {
                self.influence(rows, on, Via::Join, rel);
                self.add_rows(rows, *left, &demand.and(&named));
                self.add_rows(rows, *right, &Demand::Bag);
            }
            _ => {
                self.influence(rows, on, Via::Join, rel);
                self.add_rows(rows, *left, &demand.and(&named));
                self.add_rows(rows, *right, &demand.and(&named));
            }
        }
    }

    /// How many rows a pick leaves is decided by how many there are; the order decides only what they show.
    fn picked_rows(&mut self, rows: &mut Rows, rel: RelId) {
        let query = self.query;
        let Some(pick) = query.pick(rel) else { return };
        let named = self.named_by(pick.partition);
        // DISTINCT ON may name columns that the SELECT list does not show.
        let shows = |rel: RelId| named.iter().all(|column| query.nodes[rel.0 as usize].columns.contains(column));
        let below = match &query.nodes[pick.over.0 as usize].op {
            Op::Project { input, .. } if !shows(pick.over) => *input,
            _ => pick.over,
        };
        let demand = if pick.one && shows(below) { Demand::Set(Rc::new(named.clone())) } else { Demand::Bag };
        self.add_rows(rows, below, &demand);
        match &query.nodes[rel.0 as usize].op {
            Op::Limit { count, offset, .. } => {
                self.influence(rows, count.iter().chain(offset), Via::Limit, rel);
            }
            Op::Distinct { .. } => self.influence(rows, pick.partition, Via::Distinct, pick.over),
            _ => self.influence(rows, pick.partition, Via::Filter, pick.over),
        }
    }

    /// GROUP BY makes a row of each combination of its keys; without keys there is one row, whatever comes in.
    fn grouped(&mut self, rows: &mut Rows, rel: RelId, demand: &Demand) {
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        let Op::Aggregate { input, keys, sets, .. } = &node.op else { return };
        let (groups, aggregates) = node.columns.split_at(keys.len().min(node.columns.len()));
        if sets.is_empty() && demand.ignores(aggregates) && !keys.is_empty() {
            let wanted = keys.iter().zip(groups).filter(|(_, column)| !demand.ignores(&[**column]));
            let below = self.demand_of(wanted.map(|(key, _)| key));
            return self.add_rows(rows, *input, &below);
        }
        *rows = Rows::clone(&self.group_rows(*input, keys));
        let telling = keys.iter().filter(|key| !self.dependencies.determines(key, &BTreeSet::new()));
        let telling: Vec<&Expr> = telling.collect();
        self.influence(rows, telling, Via::GroupBy, rel);
    }

    /// What decides which groups there are, beside the values of their keys.
    pub(super) fn group_rows(&mut self, input: RelId, keys: &[Expr]) -> Rc<Rows> {
        if keys.is_empty() {
            return Rc::default();
        }
        let demand = self.demand_of(keys);
        self.rows(input, &demand)
    }

    fn distinct(&mut self, rows: &mut Rows, rel: RelId, (input, on): (RelId, Option<&[Expr]>), demand: &Demand) {
        match on {
            Some(on) => {
                self.add_rows(rows, input, &Demand::Bag);
                self.influence(rows, on, Via::Distinct, rel);
                self.sorting(rows, input);
            }
            None if *demand != Demand::Bag => self.add_rows(rows, input, demand),
            None => {
                let columns = self.query.nodes[input.0 as usize].columns.iter().copied();
                self.add_rows(rows, input, &Demand::set(columns));
                self.all_columns(rows, input, Via::Distinct);
            }
        }
    }

    fn set(
        &mut self,
        rows: &mut Rows,
        rel: RelId,
        (kind, all, inputs): (SetKind, bool, &[(RelId, Vec<ColumnId>)]),
        demand: &Demand,
    ) {
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        let union = kind == SetKind::Union;
        let is_empty = |input: &RelId| query.nodes[input.0 as usize].empty;
        let filled: Vec<&(RelId, Vec<ColumnId>)> = inputs.iter().filter(|(input, _)| !is_empty(input)).collect();
        // Taking nothing away from a relation compares nothing.
        let alone = kind == SetKind::Except && filled.len() == 1;
        let compared = if union || alone { !all && *demand == Demand::Bag } else { true };
        for (input, columns) in filled {
            let wanted = |(own, _): &(&ColumnId, &ColumnId)| !demand.ignores(&[**own]);
            let below = match demand {
                _ if all && !union => Demand::Bag,
                Demand::Set(_) if union => {
                    Demand::set(node.columns.iter().zip(columns).filter(wanted).map(|(_, column)| *column))
                }
                Demand::Bag if all => Demand::Bag,
                _ => Demand::set(columns.iter().copied()),
            };
            self.add_rows(rows, *input, &below);
            if compared {
                self.columns_influence(rows, columns, Via::SetOperation, rel);
            }
        }
    }

    /// The sort below a LIMIT or DISTINCT ON decides which rows it takes; without one, nothing can be said of order.
    fn sorting(&mut self, rows: &mut Rows, rel: RelId) {
        match &self.query.nodes[rel.0 as usize].op {
            Op::Sort { input, keys } => {
                let deciding = self.deciding(*input, keys);
                self.influence(rows, keys[..deciding].iter().map(|key| &key.expr), Via::Sort, rel);
            }
            Op::Distinct { input, .. }
            | Op::Limit { input, .. }
            | Op::Filter { input, .. }
            | Op::Project { input, .. } => self.sorting(rows, *input),
            _ => {}
        }
    }

    /// How many of the sort keys can decide: those behind a proved key of the rows never meet a tie.
    fn deciding(&self, input: RelId, keys: &[SortKey]) -> usize {
        let node = &self.query.nodes[input.0 as usize];
        let filled = |column: &ColumnId| {
            node.columns.iter().zip(&node.nullable).any(|(own, nullable)| own == column && *nullable == Nullability::No)
        };
        let mut columns = Vec::new();
        for (at, key) in keys.iter().enumerate() {
            columns.extend(key.expr.as_column().filter(filled));
            if self.query.key_within(input, &columns).is_some_and(|key| key.proof.is_proved()) {
                return at + 1;
            }
        }
        keys.len()
    }

    fn add_rows(&mut self, rows: &mut Rows, rel: RelId, demand: &Demand) {
        let more = self.rows(rel, demand);
        if rows.is_empty() {
            *rows = Rows::clone(&more);
        } else {
            rows.extend(more.iter().map(|(read, span)| (*read, *span)));
        }
    }

    pub(super) fn influence<'e>(
        &mut self,
        rows: &mut Rows,
        exprs: impl IntoIterator<Item = &'e Expr>,
        via: Via,
        at: RelId,
    ) {
        for expr in exprs {
            let reads = self.expr(expr, at);
            self.add_reads(rows, &reads, via, None);
        }
    }

    fn columns_influence<'e>(
        &mut self,
        rows: &mut Rows,
        columns: impl IntoIterator<Item = &'e ColumnId>,
        via: Via,
        at: RelId,
    ) {
        let span = self.query.nodes[at.0 as usize].span;
        for column in columns {
            let reads = self.value(*column, at);
            self.add_reads(rows, &reads, via, Some(span));
        }
    }

    /// Every column of `rel`, as its reader sees it.
    fn all_columns(&mut self, rows: &mut Rows, rel: RelId, via: Via) {
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        let behind = RelId(rel.0 + 1);
        let span: Span = node.span;
        for column in node
            .columns
            .iter()
            .filter(|column| via != Via::Distinct || !self.dependencies.is_constant(**column))
            .collect::<Vec<_>>()
        {
            let reads = self.value(*column, behind);
            self.add_reads(rows, &reads, via, Some(span));
        }
        for input in self.stars(rel) {
            rows.entry((self.sources.number(input, ALL_COLUMNS), via)).or_insert(span);
        }
    }

    /// The undeclared relations whose unknown columns pass through `rel`.
    pub(super) fn stars(&self, rel: RelId) -> BTreeSet<usize> {
        let node = &self.query.nodes[rel.0 as usize];
        if !node.open {
            return BTreeSet::new();
        }
        match &node.op {
            Op::Scan { input, .. } => BTreeSet::from([*input]),
            Op::Project { stars, .. } => stars.iter().flat_map(|star| self.stars(star.relation)).collect(),
            Op::Join { kind: JoinKind::Semi | JoinKind::Anti, left, .. } => self.stars(*left),
            op => op.inputs().into_iter().flat_map(|input| self.stars(input)).collect(),
        }
    }

    /// What a value reads, as an influence on rows; what decides where it is taken from keeps its own kind.
    fn add_reads(&self, rows: &mut Rows, reads: &Reads, via: Via, span: Option<Span>) {
        for (source, (_, read)) in &reads.cells {
            rows.entry((*source, via)).or_insert(span.unwrap_or(*read));
        }
        for piece in &reads.deciding {
            add_rows(rows, &self.pieces[*piece as usize]);
        }
    }
}
