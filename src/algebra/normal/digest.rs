//! Blocks and the operators between them in, digests of rows and values out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::block::{Block, Factor, FactorKind};
use super::free::Free;
use super::term::{Bindings, Term, TermRef};
use crate::algebra::expr::Literal;
use crate::algebra::query::{ColumnId, Given, Key, Known, Op, Proof, Query, RelId};
use crate::dialect::Dialect;
use crate::text::{Digest, Hasher};

/// What the columns of surrounding queries are, where a subquery reads them.
pub(super) type Outer = BTreeMap<ColumnId, Digest>;

/// A relation's digests: of its rows, and of each column's value given its row.
#[derive(Clone, Debug, Default)]
pub(super) struct Closed {
    pub(super) rows: Digest,
    pub(super) values: BTreeMap<ColumnId, Digest>,
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
    pub(super) free: Free,
    /// What a key must rest on to count.
    least: Proof,
    /// With a lesser proof, something would have come out otherwise.
    pub(super) may_differ: bool,
    /// Outer joins that are taken for inner ones.
    pub(super) inner: BTreeSet<RelId>,
}

/// How the atoms of one block are told apart while its terms are hashed.
pub(super) struct Reading<'o> {
    labels: Vec<Digest>,
    factors: Vec<Arc<Closed>>,
    /// One plain factor: its columns need no label, so that a pass-through changes nothing.
    plain: bool,
    outer: &'o Outer,
    searched: Option<Arc<Closed>>,
    /// By the address of the term: terms are shared, and hashing each use anew would take exponential time.
    known: BTreeMap<usize, Digest>,
}

impl<'q> Normal<'q> {
    pub(super) fn new(query: &'q Query, dialect: &'q Dialect, least: Proof) -> Self {
        let (blocks, closed) = (BTreeMap::new(), BTreeMap::new());
        let may_differ = query.reads.iter().any(|read| read.known.as_ref().is_some_and(|known| known.given.is_some()));
        Normal {
            query,
            dialect,
            blocks,
            lambda_depth: 0,
            closed,
            free: Free::new(query),
            least,
            may_differ,
            inner: BTreeSet::new(),
        }
    }

    /// With outer joins taken for inner ones.
    pub(super) fn with_inner(self, joins: BTreeSet<RelId>) -> Self {
        Normal { inner: joins, ..self }
    }

    /// Is there a key that rests on enough?
    pub(super) fn counts(&mut self, key: Option<&Key>) -> bool {
        let counts = key.is_some_and(|key| key.proof >= self.least);
        self.may_differ |= !counts && key.is_some_and(|key| key.proof >= Proof::Given);
        counts
    }

    /// The fingerprints of what is read that count here.
    pub(super) fn given<'k>(&self, known: &'k Known) -> Option<&'k Given> {
        known.given.as_deref().filter(|_| self.least < Proof::Proved)
    }

    /// The digests of a relation, where `outer` says what its free columns are.
    pub(super) fn relation(&mut self, rel: RelId, outer: &Outer) -> Arc<Closed> {
        let is_closed = self.free.is_closed(rel);
        if is_closed && let Some(closed) = self.closed.get(&rel) {
            return closed.clone();
        }
        let block = self.block(rel);
        let itself = matches!(block.factors.as_slice(), [Factor { kind: FactorKind::Rows(only), .. }] if *only == rel);
        let closed = Arc::new(if itself { self.barrier(rel, outer) } else { self.of_block(&block, rel, outer) });
        if is_closed {
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

    pub(super) fn rows(&mut self, block: &Block, reading: &mut Reading) -> Digest {
        let product = self.product(block, reading);
        let conjuncts = self.conjuncts(block, reading);
        if reading.plain && conjuncts.is_empty() {
            return product;
        }
        Hasher::new("block").digest(product).digests(conjuncts).finish()
    }

    pub(super) fn conjuncts(&mut self, block: &Block, reading: &mut Reading) -> Vec<Digest> {
        let mut conjuncts: Vec<Digest> = block.conjuncts.iter().map(|term| self.term_digest(term, reading)).collect();
        conjuncts.sort_unstable();
        conjuncts.dedup();
        conjuncts
    }

    /// All combinations of the factors' rows.
    pub(super) fn product(&mut self, block: &Block, reading: &mut Reading) -> Digest {
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
    pub(super) fn reading<'o>(&mut self, block: &Block, outer: &'o Outer) -> Reading<'o> {
        let plain = matches!(block.factors.as_slice(), [Factor { kind: FactorKind::Rows(_), .. }]);
        let mut reading =
            Reading { labels: Vec::new(), factors: Vec::new(), plain, outer, searched: None, known: BTreeMap::new() };
        for factor in &block.factors {
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
        let depth = reading.outer.len() as u64;
        for (column, term) in bind {
            // In `FROM t AS a WHERE EXISTS (SELECT 1 FROM t AS b WHERE a.p = b.p)` the two are not one column.
            let digest = self.term_digest(term, reading);
            outer.insert(*column, Hasher::new("outer").number(depth).digest(digest).finish());
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

    pub(super) fn many(&mut self, terms: &[TermRef], reading: &mut Reading) -> Vec<Digest> {
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
                if matches!(function.as_str(), "AND" | "OR") {
                    // Said twice is said once.
                    args.dedup();
                    if let [only] = args.as_slice() {
                        return *only;
                    }
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
}

fn factor_orders(factor: &Factor) -> bool {
    matches!(factor.kind, FactorKind::Elements { .. })
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
