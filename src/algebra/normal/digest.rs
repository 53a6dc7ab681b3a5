//! Blocks and the operators between them in, digests of rows and values out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::expr::{Expr, Literal};
use super::super::query::{ColumnId, Op, Query, RelId, SetKind};
use super::block::{Block, Factor, FactorKind};
use super::term::{Bindings, Term, TermRef};
use crate::dialect::Dialect;
use crate::text::{Digest, Hasher};

/// What the columns of surrounding queries are, where a subquery reads them.
pub(super) type Outer = BTreeMap<ColumnId, Digest>;

/// A relation's digests: of its rows, and of each column's value given its row.
#[derive(Clone, Debug, Default)]
pub(super) struct Closed {
    pub(super) rows: Digest,
    values: BTreeMap<ColumnId, Digest>,
}

impl Closed {
    pub(super) fn value(&self, column: ColumnId) -> Digest {
        self.values.get(&column).copied().unwrap_or_default()
    }
}

/// Everything that is found of one query on the way to its fingerprints.
pub(super) struct Normal<'q> {
    pub(super) query: &'q Query,
    pub(super) dialect: &'q Dialect,
    pub(super) blocks: BTreeMap<RelId, Arc<Block>>,
    pub(super) lambda_depth: usize,
    closed: BTreeMap<RelId, Arc<Closed>>,
    free: BTreeMap<RelId, Arc<BTreeSet<ColumnId>>>,
}

/// How the atoms of one block are told apart while its terms are hashed.
struct Reading<'o> {
    labels: Vec<Digest>,
    factors: Vec<Arc<Closed>>,
    kinds: Vec<FactorKind>,
    /// One plain factor: its columns need no label, so that a pass-through changes nothing.
    plain: bool,
    outer: &'o Outer,
    searched: Option<Arc<Closed>>,
    /// By the address of the term: terms are shared, and hashing each use anew would take exponential time.
    known: BTreeMap<usize, Digest>,
}

impl<'q> Normal<'q> {
    pub(super) fn new(query: &'q Query, dialect: &'q Dialect) -> Self {
        let (blocks, closed, free) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Normal { query, dialect, blocks, lambda_depth: 0, closed, free }
    }

    /// The digests of a relation, where `outer` says what its free columns are.
    pub(super) fn relation(&mut self, rel: RelId, outer: &Outer) -> Arc<Closed> {
        let free = !self.free(rel).is_empty();
        if !free && let Some(closed) = self.closed.get(&rel) {
            return closed.clone();
        }
        let block = self.block(rel);
        let itself = matches!(block.factors.as_slice(), [Factor { kind: FactorKind::Rows(only), .. }] if *only == rel);
        let closed = Arc::new(if itself { self.barrier(rel, outer) } else { self.of_block(&block, rel, outer) });
        if !free {
            self.closed.insert(rel, closed.clone());
        }
        closed
    }

    fn of_block(&mut self, block: &Block, rel: RelId, outer: &Outer) -> Closed {
        let mut reading = self.reading(block, outer);
        let rows = self.rows(block, &mut reading);
        let mut values = BTreeMap::new();
        // Columns that a sort above may read are kept, visible or not.
        let visible = &self.query.nodes[rel.0 as usize].columns;
        for column in visible.iter().chain(block.columns.keys()) {
            if let Some(term) = block.columns.get(column) {
                let digest = self.term_digest(term, &mut reading);
                values.insert(*column, digest);
            }
        }
        Closed { rows, values }
    }

    /// What the filters of the outermost block choose from, and the filters.
    pub(super) fn filtered(&mut self, root: RelId) -> (Digest, Vec<Digest>) {
        let block = self.block(root);
        let outer = Outer::default();
        let mut reading = self.reading(&block, &outer);
        let conjuncts = self.conjuncts(&block, &mut reading);
        (self.product(&block, &mut reading), conjuncts)
    }

    fn rows(&mut self, block: &Block, reading: &mut Reading) -> Digest {
        let product = self.product(block, reading);
        let conjuncts = self.conjuncts(block, reading);
        if reading.plain && conjuncts.is_empty() {
            return product;
        }
        Hasher::new("block").digest(product).digests(conjuncts).finish()
    }

    fn conjuncts(&mut self, block: &Block, reading: &mut Reading) -> Vec<Digest> {
        let mut conjuncts: Vec<Digest> = block.conjuncts.iter().map(|term| self.term_digest(term, reading)).collect();
        conjuncts.sort_unstable();
        conjuncts.dedup();
        conjuncts
    }

    /// All combinations of the factors' rows.
    fn product(&mut self, block: &Block, reading: &mut Reading) -> Digest {
        if reading.plain {
            return reading.factors[0].rows;
        }
        let mut factors: Vec<Digest> = Vec::new();
        for (at, factor) in block.factors.iter().enumerate() {
            let terms = self.sorted_terms(&factor.terms, reading, factor_orders(factor));
            let label = reading.labels[at];
            factors.push(Hasher::new("factor").digest(label).digest(reading.factors[at].rows).digests(terms).finish());
        }
        factors.sort_unstable();
        Hasher::new("product").digests(factors).finish()
    }

    fn sorted_terms(&mut self, terms: &[TermRef], reading: &mut Reading, ordered: bool) -> Vec<Digest> {
        let mut digests: Vec<Digest> = terms.iter().map(|term| self.term_digest(term, reading)).collect();
        if !ordered {
            digests.sort_unstable();
        }
        digests
    }

    /// Labels for the factors of a block: what they are; where two are alike, how they are used; else their order.
    fn reading<'o>(&mut self, block: &Block, outer: &'o Outer) -> Reading<'o> {
        let plain = matches!(block.factors.as_slice(), [Factor { kind: FactorKind::Rows(_), .. }]);
        let mut reading = Reading {
            labels: Vec::new(),
            factors: Vec::new(),
            kinds: Vec::new(),
            plain,
            outer,
            searched: None,
            known: BTreeMap::new(),
        };
        for factor in &block.factors {
            reading.kinds.push(factor.kind);
            reading.labels.push(Hasher::new("self").finish());
            reading.factors.push(Arc::new(Closed::default()));
            let closed = self.factor(factor, &mut reading);
            let at = reading.labels.len() - 1;
            reading.factors[at] = closed;
            reading.known.clear();
            let terms = self.sorted_terms(&factor.terms, &mut reading, factor_orders(factor));
            let kind = match factor.kind {
                FactorKind::Rows(_) => "rows",
                FactorKind::Left(_) => "left",
                FactorKind::Elements { outer: false, .. } => "elements",
                FactorKind::Elements { outer: true, .. } => "outer elements",
            };
            reading.labels[at] = Hasher::new(kind).digest(reading.factors[at].rows).digests(terms).finish();
        }
        self.tell_apart(block, &mut reading);
        // Lateral relations read their neighbours, whose labels are only now known.
        for (at, factor) in block.factors.iter().enumerate() {
            if !factor.bind.is_empty() {
                reading.known.clear();
                reading.factors[at] = self.factor(factor, &mut reading);
            }
        }
        reading.known.clear();
        reading
    }

    fn factor(&mut self, factor: &Factor, reading: &mut Reading) -> Arc<Closed> {
        match factor.kind {
            FactorKind::Rows(rel) | FactorKind::Left(rel) => {
                let outer = self.bound(&factor.bind, reading);
                self.relation(rel, &outer)
            }
            FactorKind::Elements { operator, .. } => {
                let Op::Unnest { columns, .. } = &self.query.nodes[operator.0 as usize].op else {
                    return Arc::default();
                };
                let position =
                    |(at, column): (usize, &ColumnId)| (*column, Hasher::new("element").number(at as u64).finish());
                Arc::new(Closed {
                    rows: Hasher::new("elements").finish(),
                    values: columns.iter().enumerate().map(position).collect(),
                })
            }
        }
    }

    /// What the free columns of a relation are: those bound here, and those of the queries around.
    fn bound(&mut self, bind: &Bindings, reading: &mut Reading) -> Outer {
        let mut outer = reading.outer.clone();
        for (column, term) in bind {
            let digest = self.term_digest(term, reading);
            outer.insert(*column, digest);
        }
        outer
    }

    fn tell_apart(&mut self, block: &Block, reading: &mut Reading) {
        let repeated = |labels: &[Digest], at: usize| labels.iter().filter(|label| **label == labels[at]).count() > 1;
        let before = reading.labels.clone();
        let mut refined = before.clone();
        for at in (0..before.len()).filter(|at| repeated(&before, *at)) {
            reading.labels[at] = Hasher::new("me").finish();
            reading.known.clear();
            let using = block.conjuncts.iter().chain(block.factors.iter().flat_map(|factor| &factor.terms));
            let using: Vec<TermRef> = using.filter(|term| mentions(term, at)).cloned().collect();
            let uses = self.sorted_terms(&using, reading, false);
            refined[at] = Hasher::new("used").digest(before[at]).digests(uses).finish();
            reading.labels[at] = before[at];
        }
        for at in 0..refined.len() {
            let earlier = refined[..at].iter().filter(|label| **label == refined[at]).count();
            reading.labels[at] = if earlier == 0 {
                refined[at]
            } else {
                Hasher::new("again").digest(refined[at]).number(earlier as u64).finish()
            };
        }
    }

    fn term_digest(&mut self, term: &TermRef, reading: &mut Reading) -> Digest {
        let address = Arc::as_ptr(term) as usize;
        if let Some(digest) = reading.known.get(&address) {
            return *digest;
        }
        let digest = self.term_anew(term, reading);
        reading.known.insert(address, digest);
        digest
    }

    fn many(&mut self, terms: &[TermRef], reading: &mut Reading) -> Vec<Digest> {
        terms.iter().map(|term| self.term_digest(term, reading)).collect()
    }

    fn term_anew(&mut self, term: &Term, reading: &mut Reading) -> Digest {
        match term {
            Term::Atom { factor, column } => {
                let value = reading.factors[*factor].value(*column);
                if reading.plain {
                    value
                } else {
                    Hasher::new("of").digest(reading.labels[*factor]).digest(value).finish()
                }
            }
            Term::Outer(column) => {
                reading.outer.get(column).copied().unwrap_or_else(|| Hasher::new("nowhere").finish())
            }
            Term::Searched(column) => {
                let value = reading.searched.as_ref().map(|closed| closed.value(*column)).unwrap_or_default();
                Hasher::new("searched").digest(value).finish()
            }
            Term::Literal(literal) => of_literal(literal),
            Term::Call { function, args, order_free } => {
                let mut args = self.many(args, reading);
                if *order_free {
                    args.sort_unstable();
                }
                Hasher::new("call").text(function).digests(args).finish()
            }
            Term::Case { branches, otherwise } => {
                let mut digests = Vec::new();
                for (condition, value) in branches {
                    digests.push(self.term_digest(condition, reading));
                    digests.push(self.term_digest(value, reading));
                }
                let otherwise = otherwise.as_ref().map(|value| self.term_digest(value, reading));
                Hasher::new("case").digests(digests).digests(otherwise).finish()
            }
            Term::Window { text, args, partition, order, over, factors } => {
                let mut inner = self.reading(over, reading.outer);
                let rows = self.rows(over, &mut inner);
                let args = self.many(args, &mut inner);
                let partition = self.sorted_terms(partition, &mut inner, false);
                let order = self.ordered(order, &mut inner);
                let mut owners: Vec<Digest> =
                    factors.iter().filter_map(|at| reading.labels.get(*at)).copied().collect();
                owners.sort_unstable();
                if reading.plain {
                    owners.clear();
                }
                Hasher::new("window")
                    .text(text)
                    .digest(rows)
                    .digests(args)
                    .digests(partition)
                    .digests(order)
                    .digests(owners)
                    .finish()
            }
            Term::Aggregate { text, args, filter, order } => {
                let args = self.many(args, reading);
                let filter = self.sorted_terms(filter, reading, false);
                let order = self.ordered(order, reading);
                Hasher::new("aggregate").text(text).digests(args).digests(filter).digests(order).finish()
            }
            Term::Lookup { relation, on, column, kind, bind } => {
                let (closed, on) = self.search(*relation, on, bind, reading);
                Hasher::new("lookup").text(kind).digest(closed.rows).digests(on).digest(closed.value(*column)).finish()
            }
            Term::Match { relation, on, negated, bind } => {
                let (closed, on) = self.search(*relation, on, bind, reading);
                Hasher::new("match").number(u64::from(*negated)).digest(closed.rows).digests(on).finish()
            }
            Term::Subquery { head, args, relation, with_values, bind } => {
                let args = self.many(args, reading);
                let outer = self.bound(bind, reading);
                let closed = self.relation(*relation, &outer);
                let columns = &self.query.nodes[relation.0 as usize].columns;
                let values = columns.iter().filter(|_| *with_values).map(|column| closed.value(*column));
                Hasher::new("subquery").text(head).digests(args).digest(closed.rows).digests(values).finish()
            }
            Term::Lambda { body, params } => {
                let body = self.term_digest(body, reading);
                Hasher::new("lambda").number(params.len() as u64).digest(body).finish()
            }
            Term::Parameter(at) => Hasher::new("parameter").number(*at as u64).finish(),
        }
    }

    /// The relation that a lookup searches and its condition's digests.
    fn search(
        &mut self,
        relation: RelId,
        on: &[TermRef],
        bind: &Bindings,
        reading: &mut Reading,
    ) -> (Arc<Closed>, Vec<Digest>) {
        let outer = self.bound(bind, reading);
        let closed = self.relation(relation, &outer);
        let mut inner = Reading {
            labels: reading.labels.clone(),
            factors: reading.factors.clone(),
            kinds: reading.kinds.clone(),
            plain: reading.plain,
            outer: reading.outer,
            searched: Some(closed.clone()),
            known: BTreeMap::new(),
        };
        let on = self.sorted_terms(on, &mut inner, false);
        (closed, on)
    }

    fn ordered(&mut self, order: &[(TermRef, String)], reading: &mut Reading) -> Vec<Digest> {
        order
            .iter()
            .map(|(term, how)| Hasher::new("order").digest(self.term_digest(term, reading)).text(how).finish())
            .collect()
    }

    /// Digests of expressions over the rows of a relation.
    fn over(&mut self, rel: RelId, exprs: &[Expr], outer: &Outer) -> (Digest, Vec<Digest>) {
        let block = self.block(rel);
        let terms: Vec<TermRef> = exprs.iter().map(|expr| self.term(expr, &block)).collect();
        let mut reading = self.reading(&block, outer);
        let rows = self.rows(&block, &mut reading);
        let digests = self.many(&terms, &mut reading);
        (rows, digests)
    }

    /// The digests of an operator that does not melt.
    fn barrier(&mut self, rel: RelId, outer: &Outer) -> Closed {
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        let numbered = |rows: Digest, tag: &str| {
            let value =
                |(at, column): (usize, &ColumnId)| (*column, Hasher::new(tag).number(at as u64).digest(rows).finish());
            Closed { rows, values: node.columns.iter().enumerate().map(value).collect() }
        };
        match &node.op {
            Op::Scan { input, names } => self.scan(*input, names, &node.columns),
            Op::Values { rows } => {
                let cells: Vec<Vec<Digest>> = rows.iter().map(|row| self.constants(row, outer)).collect();
                let mut whole = Hasher::new("values");
                cells.iter().for_each(|row| drop(whole.digests(row.iter().copied())));
                let count = Hasher::new("values").number(rows.len() as u64).finish();
                let column = |at: usize| {
                    Hasher::new("cells").digests(cells.iter().filter_map(|row| row.get(at).copied())).finish()
                };
                let values = node.columns.iter().enumerate().map(|(at, id)| (*id, column(at))).collect();
                Closed { rows: count, values }
            }
            Op::Aggregate { input, keys, aggregates, sets } => {
                self.aggregate(*input, keys, aggregates, sets, &node.columns, outer)
            }
            Op::Distinct { input, on } => self.distinct(*input, on.as_deref(), &node.columns, outer),
            Op::Limit { input, count, offset, with_ties } => {
                let closed = self.relation(*input, outer);
                let (_, bounds) = self.over(*input, &count.iter().chain(offset).cloned().collect::<Vec<_>>(), outer);
                let sort = self.sort_of(*input, outer);
                let mut hasher = Hasher::new("limit");
                hasher
                    .digest(closed.rows)
                    .digests(bounds)
                    .digests(sort)
                    .number(u64::from(offset.is_some()) * 2 + u64::from(*with_ties));
                Closed { rows: hasher.finish(), values: closed.values.clone() }
            }
            Op::Set { kind, all, inputs } => self.set(*kind, *all, inputs, &node.columns, outer),
            Op::Sample { input, text } => {
                let closed = self.relation(*input, outer);
                Closed {
                    rows: Hasher::new("sample").digest(closed.rows).text(text).finish(),
                    values: closed.values.clone(),
                }
            }
            Op::TableFunction { name, args, .. } => {
                let args = self.constants(args, outer);
                numbered(Hasher::new("table function").text(name).digests(args).finish(), "column")
            }
            Op::Unpivot { input, groups, keep, include_nulls } => {
                self.unpivot(*input, groups, keep, *include_nulls, &node.columns, outer)
            }
            Op::Recursive { seed, step, all } => {
                let mut hasher = Hasher::new("recursive");
                for (rel, columns) in [seed, step] {
                    let closed = self.relation(*rel, outer);
                    hasher.digest(closed.rows).digests(columns.iter().map(|column| closed.value(*column)));
                }
                numbered(hasher.number(u64::from(*all)).finish(), "column")
            }
            Op::Recur { of } => {
                let seed = match query.nodes.get(of.0 as usize).map(|node| &node.op) {
                    Some(Op::Recursive { seed, .. }) => self.relation(seed.0, outer).rows,
                    _ => Digest::default(),
                };
                numbered(Hasher::new("recur").digest(seed).finish(), "column")
            }
            op => {
                // Full and positional joins, and what is not understood: everything of every input, in order.
                let mut hasher = Hasher::new("whole");
                hasher.text(&operator_text(op));
                let mut values = BTreeMap::new();
                for (side, input) in op.inputs().into_iter().enumerate() {
                    let closed = self.relation(input, outer);
                    hasher.digest(closed.rows);
                    if matches!(op, Op::Opaque { .. }) {
                        hasher
                            .digests(query.nodes[input.0 as usize].columns.iter().map(|column| closed.value(*column)));
                    }
                    for (column, value) in &closed.values {
                        values.insert(*column, Hasher::new("side").number(side as u64).digest(*value).finish());
                    }
                }
                if let Op::Join { left, right, on, .. } = op {
                    let mut condition = self.join_condition(*left, *right, on, outer);
                    condition.sort_unstable();
                    hasher.digests(condition);
                }
                let rows = hasher.finish();
                let unknown = |column: &ColumnId| (*column, Hasher::new("unknown").digest(rows).finish());
                values.extend(
                    node.columns
                        .iter()
                        .filter(|column| !op_passes(op, query, **column))
                        .map(unknown)
                        .collect::<Vec<_>>(),
                );
                Closed { rows, values }
            }
        }
    }

    fn scan(&self, input: usize, names: &[String], columns: &[ColumnId]) -> Closed {
        let read = &self.query.reads[input];
        let known = read.known.as_ref();
        let rows = known.and_then(|known| known.rows).unwrap_or_else(|| Hasher::new("scan").text(&read.id).finish());
        let value = |(at, name): (usize, &String)| {
            let value = known.and_then(|known| known.columns.get(at)).and_then(|column| column.value);
            let folded = self.dialect.column_key(name, false);
            value.unwrap_or_else(|| Hasher::new("column").digest(rows).text(&folded).finish())
        };
        Closed { rows, values: columns.iter().copied().zip(names.iter().enumerate().map(value)).collect() }
    }

    /// Expressions that read no relation but those around the query.
    fn constants(&mut self, exprs: &[Expr], outer: &Outer) -> Vec<Digest> {
        let nothing = Block::default();
        let terms: Vec<TermRef> = exprs.iter().map(|expr| self.term(expr, &nothing)).collect();
        let mut reading = self.reading(&nothing, outer);
        self.many(&terms, &mut reading)
    }

    fn join_condition(&mut self, left: RelId, right: RelId, on: &[Expr], outer: &Outer) -> Vec<Digest> {
        let mut seen = outer.clone();
        for (side, rel) in [left, right].into_iter().enumerate() {
            let closed = self.relation(rel, outer);
            let labelled = closed
                .values
                .iter()
                .map(|(column, value)| (*column, Hasher::new("side").number(side as u64).digest(*value).finish()));
            seen.extend(labelled);
        }
        self.constants(on, &seen)
    }

    fn aggregate(
        &mut self,
        input: RelId,
        keys: &[Expr],
        aggregates: &[Expr],
        sets: &[Vec<usize>],
        columns: &[ColumnId],
        outer: &Outer,
    ) -> Closed {
        let all: Vec<Expr> = keys.iter().chain(aggregates).cloned().collect();
        let (rows, digests) = self.over(input, &all, outer);
        let (key_digests, call_digests) = digests.split_at(keys.len());
        let mut sorted: Vec<Digest> = key_digests.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let mut hasher = Hasher::new("groups");
        if !keys.is_empty() || !sets.is_empty() {
            hasher.digest(rows).digests(sorted);
        }
        for set in sets {
            let mut members: Vec<Digest> = set.iter().map(|at| key_digests[*at]).collect();
            members.sort_unstable();
            hasher.digests(members);
        }
        let groups = hasher.finish();
        // Without keys there is one row whatever the input; its values depend on all of it.
        let context = if keys.is_empty() { rows } else { Digest::default() };
        let key = |digest: &Digest| Hasher::new("key").digest(*digest).finish();
        let call = |digest: &Digest| Hasher::new("over group").digest(*digest).digest(context).finish();
        let values = columns.iter().copied().zip(key_digests.iter().map(key).chain(call_digests.iter().map(call)));
        Closed { rows: groups, values: values.collect() }
    }

    /// DISTINCT groups by all its columns; DISTINCT ON takes the first row of each group.
    fn distinct(&mut self, input: RelId, on: Option<&[Expr]>, columns: &[ColumnId], outer: &Outer) -> Closed {
        let closed = self.relation(input, outer);
        let Some(on) = on else {
            let mut keys: Vec<Digest> = columns.iter().map(|column| closed.value(*column)).collect();
            keys.sort_unstable();
            keys.dedup();
            let rows = Hasher::new("groups").digest(closed.rows).digests(keys).finish();
            let value = |column: &ColumnId| (*column, Hasher::new("key").digest(closed.value(*column)).finish());
            return Closed { rows, values: columns.iter().map(value).collect() };
        };
        let (_, mut keys) = self.over(input, on, outer);
        keys.sort_unstable();
        let sort = self.sort_of(input, outer);
        let rows = Hasher::new("first of group").digest(closed.rows).digests(keys).digests(sort).finish();
        Closed { rows, values: closed.values.clone() }
    }

    /// The order of a relation's rows, as far as its own ORDER BY says.
    fn sort_of(&mut self, rel: RelId, outer: &Outer) -> Vec<Digest> {
        let query = self.query;
        match &query.nodes[rel.0 as usize].op {
            Op::Sort { input, keys } => {
                let exprs: Vec<Expr> = keys.iter().map(|key| key.expr.clone()).collect();
                let (_, digests) = self.over(*input, &exprs, outer);
                let how = |key: &super::super::SortKey| format!("{}{:?}", key.descending, key.nulls_first);
                digests
                    .iter()
                    .zip(keys)
                    .map(|(digest, key)| Hasher::new("sort").digest(*digest).text(&how(key)).finish())
                    .collect()
            }
            Op::Distinct { input, .. }
            | Op::Project { input, .. }
            | Op::Filter { input, .. }
            | Op::Limit { input, .. } => self.sort_of(*input, outer),
            _ => Vec::new(),
        }
    }

    fn set(
        &mut self,
        kind: SetKind,
        all: bool,
        inputs: &[(RelId, Vec<ColumnId>)],
        columns: &[ColumnId],
        outer: &Outer,
    ) -> Closed {
        let mut branches: Vec<(Digest, Vec<Digest>)> = Vec::new();
        for (rel, ids) in inputs {
            self.branches(*rel, ids, kind, all, outer, &mut branches);
        }
        if kind == SetKind::Union {
            // The order of branches means nothing; branches of the same rows keep theirs.
            branches.sort_by_key(|(rows, _)| *rows);
        }
        let name = match kind {
            SetKind::Union => "union",
            SetKind::Intersect => "intersect",
            SetKind::Except => "except",
        };
        let of = |at: usize| {
            Hasher::new(name)
                .digests(
                    branches.iter().flat_map(|(rows, values)| [*rows, values.get(at).copied().unwrap_or_default()]),
                )
                .finish()
        };
        let values: Vec<Digest> = (0..columns.len()).map(of).collect();
        let mut hasher = Hasher::new(name);
        hasher.digests(branches.iter().map(|(rows, _)| *rows));
        if kind != SetKind::Union {
            hasher.number(u64::from(all)).digests(values.iter().copied());
        }
        let rows = hasher.finish();
        let named = columns.iter().copied().zip(values.iter().copied());
        if all || kind != SetKind::Union {
            return Closed { rows, values: named.collect() };
        }
        let mut keys = values.clone();
        keys.sort_unstable();
        keys.dedup();
        let rows = Hasher::new("groups").digest(rows).digests(keys).finish();
        Closed {
            rows,
            values: named.map(|(column, value)| (column, Hasher::new("key").digest(value).finish())).collect(),
        }
    }

    /// The branches of a union, nested unions of the same kind taken apart.
    fn branches(
        &mut self,
        rel: RelId,
        ids: &[ColumnId],
        kind: SetKind,
        all: bool,
        outer: &Outer,
        into: &mut Vec<(Digest, Vec<Digest>)>,
    ) {
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        if let Op::Set { kind: SetKind::Union, all: inner_all, inputs } = &node.op
            && kind == SetKind::Union
            && *inner_all == all
            && self.free(rel).is_empty()
        {
            for (inner, inner_ids) in inputs {
                let position = |id: &ColumnId| {
                    node.columns.iter().position(|own| own == id).and_then(|at| inner_ids.get(at).copied())
                };
                let mapped: Vec<ColumnId> = ids.iter().filter_map(position).collect();
                self.branches(*inner, &mapped, kind, all, outer, into);
            }
            return;
        }
        let closed = self.relation(rel, outer);
        into.push((closed.rows, ids.iter().map(|id| closed.value(*id)).collect()));
    }

    fn unpivot(
        &mut self,
        input: RelId,
        groups: &[(Vec<String>, Vec<ColumnId>)],
        keep: &[ColumnId],
        include_nulls: bool,
        columns: &[ColumnId],
        outer: &Outer,
    ) -> Closed {
        let closed = self.relation(input, outer);
        let mut hasher = Hasher::new("unpivot");
        hasher.digest(closed.rows).number(u64::from(include_nulls)).number(groups.len() as u64);
        if !include_nulls {
            hasher.digests(groups.iter().flat_map(|(_, columns)| columns).map(|column| closed.value(*column)));
        }
        let labels = groups.iter().fold(Hasher::new("labels"), |mut hasher, (labels, _)| {
            labels.iter().for_each(|label| drop(hasher.text(label)));
            hasher
        });
        let value = |at: usize| match at.checked_sub(keep.len()) {
            None => Hasher::new("kept").digest(closed.value(keep[at])).finish(),
            Some(0) => labels.finish(),
            Some(of) => Hasher::new("turned")
                .digests(groups.iter().filter_map(|(_, c)| c.get(of - 1)).map(|c| closed.value(*c)))
                .finish(),
        };
        let values = columns.iter().enumerate().map(|(at, column)| (*column, value(at))).collect();
        Closed { rows: hasher.finish(), values }
    }

    /// The columns that the operators below `rel` read and none of them defines: those of surrounding queries.
    pub(super) fn free(&mut self, rel: RelId) -> Arc<BTreeSet<ColumnId>> {
        if let Some(free) = self.free.get(&rel) {
            return free.clone();
        }
        let mut used = BTreeSet::new();
        let mut defined = BTreeSet::new();
        let mut seen = BTreeSet::new();
        super::super::walk::below(self.query, rel, &mut seen, &mut |node| {
            defined.extend(node.columns.iter().copied());
            super::super::walk::exprs(&node.op, &mut |expr| super::super::walk::columns(expr, &mut used, &mut defined));
        });
        let free = Arc::new(used.difference(&defined).copied().collect::<BTreeSet<_>>());
        self.free.insert(rel, free.clone());
        free
    }
}

fn factor_orders(factor: &Factor) -> bool {
    matches!(factor.kind, FactorKind::Elements { .. })
}

fn op_passes(op: &Op, query: &Query, column: ColumnId) -> bool {
    op.inputs().into_iter().any(|input| query.nodes[input.0 as usize].columns.contains(&column))
}

fn operator_text(op: &Op) -> String {
    match op {
        Op::Join { kind, .. } => format!("{kind:?}"),
        Op::Opaque { why, .. } => why.clone(),
        _ => "other".to_owned(),
    }
}

fn of_literal(literal: &Literal) -> Digest {
    match literal {
        Literal::Null => Hasher::new("null").finish(),
        Literal::Boolean(value) => Hasher::new("boolean").number(u64::from(*value)).finish(),
        Literal::Number(text) => Hasher::new("number").text(text).finish(),
        Literal::String(text) => Hasher::new("string").text(text).finish(),
        Literal::Typed(ty, text) => Hasher::new("typed").text(ty).text(text).finish(),
    }
}

/// Does a term read the n-th factor?
fn mentions(term: &Term, at: usize) -> bool {
    let any = |terms: &[TermRef]| terms.iter().any(|term| mentions(term, at));
    let bound = |bind: &Bindings| bind.values().any(|term| mentions(term, at));
    match term {
        Term::Atom { factor, .. } => *factor == at,
        Term::Outer(_) | Term::Literal(_) | Term::Searched(_) | Term::Parameter(_) => false,
        Term::Call { args, .. } => any(args),
        Term::Case { branches, otherwise } => {
            branches.iter().any(|(a, b)| mentions(a, at) || mentions(b, at))
                || otherwise.as_ref().is_some_and(|term| mentions(term, at))
        }
        Term::Window { factors, .. } => factors.contains(&at),
        Term::Aggregate { args, filter, order, .. } => {
            any(args) || any(filter) || order.iter().any(|(term, _)| mentions(term, at))
        }
        Term::Lookup { on, bind, .. } | Term::Match { on, bind, .. } => any(on) || bound(bind),
        Term::Subquery { args, bind, .. } => any(args) || bound(bind),
        Term::Lambda { body, .. } => mentions(body, at),
    }
}
