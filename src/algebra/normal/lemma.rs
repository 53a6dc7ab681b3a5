//! Two Queries in, how the rows of one relate to those of the other out, where a lemma says so.
//!
//! An added condition keeps some of the rows, a dropped one lets more in; so does a left join in the place of an inner
//! one, and another branch of a UNION ALL. Groups and distinct rows follow the rows they are made of.

use std::collections::BTreeSet;

use super::block::{Block, Factor, FactorKind};
use super::digest::{Normal, Outer};
use super::term::{Term, TermRef};
use crate::algebra::expr::Expr;
use crate::algebra::query::{JoinKind, Op, Proof, Query, RelId, SetKind};
use crate::dialect::Dialect;
use crate::text::Digest;

/// One set of rows, measured by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    Same,
    /// Only rows of the other, perhaps not all.
    Subset,
    /// All rows of the other, perhaps more.
    Superset,
    Different,
}

impl Relation {
    /// Two steps, one after the other.
    #[must_use]
    pub fn then(self, next: Relation) -> Relation {
        match (self, next) {
            (Relation::Same, other) | (other, Relation::Same) => other,
            (a, b) if a == b => a,
            _ => Relation::Different,
        }
    }

    fn turned(self) -> Relation {
        match self {
            Relation::Subset => Relation::Superset,
            Relation::Superset => Relation::Subset,
            same => same,
        }
    }
}

/// The more joins are tried as inner ones, the longer it takes.
const MOST_JOINS: usize = 6;

/// How the rows of `head` relate to those of `base`.
pub fn relate(base: &Query, head: &Query, dialect: &Dialect) -> Relation {
    let (Some(a), Some(b)) = (base.root, head.root) else { return Relation::Different };
    let side = |query| Normal::new(query, dialect, Proof::Given);
    of((&mut side(base), a), (&mut side(head), b))
}

type Side<'s, 'q> = (&'s mut Normal<'q>, RelId);

fn of((base, a): Side<'_, '_>, (head, b): Side<'_, '_>) -> Relation {
    let outer = Outer::default();
    if base.relation(a, &outer).rows == head.relation(b, &outer).rows {
        return Relation::Same;
    }
    if is_branch((base, a), (head, b)) {
        return Relation::Superset;
    }
    if is_branch((head, b), (base, a)) {
        return Relation::Subset;
    }
    let (one, two) = (base.block(a), head.block(b));
    if let (Some(a), Some(b)) = (barrier(&one), barrier(&two)) {
        return operators((base, a), (head, b)).then(conditions((base, &one), (head, &two)));
    }
    let found = conditions((base, &one), (head, &two));
    let product = |side: &mut Normal<'_>, block: &Block| {
        let mut reading = side.reading(block, &outer);
        side.product(block, &mut reading)
    };
    if product(base, &one) == product(head, &two) {
        return found;
    }
    if widened((base, a), (head, b)) {
        return Relation::Superset;
    }
    if widened((head, b), (base, a)) { Relation::Superset.turned() } else { Relation::Different }
}

/// The one relation that a block filters, where that does not melt into it.
fn barrier(block: &Block) -> Option<RelId> {
    match block.factors.as_slice() {
        [Factor { kind: FactorKind::Rows(only), .. }] => Some(*only),
        _ => None,
    }
}

/// Is all of `part` one branch of a UNION ALL that is all of `whole`?
fn is_branch((part, a): Side<'_, '_>, (whole, b): Side<'_, '_>) -> bool {
    let block = whole.block(b);
    let (Some(set), true) = (barrier(&block), block.conjuncts.is_empty()) else { return false };
    let (query, outer) = (whole.query, Outer::default());
    let Op::Set { kind: SetKind::Union, all: true, inputs } = &query.nodes[set.0 as usize].op else { return false };
    let closed = part.relation(a, &outer);
    let columns = &part.query.nodes[a.0 as usize].columns;
    let branch = (closed.rows, columns.iter().map(|column| closed.value(*column)).collect::<Vec<_>>());
    let mut branches = Vec::new();
    for (rel, ids) in inputs {
        whole.branches(*rel, ids, SetKind::Union, true, &outer, &mut branches);
    }
    branches.contains(&branch)
}

/// The conditions of two blocks over the same product.
fn conditions((base, one): (&mut Normal<'_>, &Block), (head, two): (&mut Normal<'_>, &Block)) -> Relation {
    let digests = |side: &mut Normal<'_>, block: &Block| {
        let outer = Outer::default();
        let mut reading = side.reading(block, &outer);
        side.conjuncts(block, &mut reading)
    };
    let (before, after) = (digests(base, one), digests(head, two));
    match (within(&before, &after), within(&after, &before)) {
        (true, true) => Relation::Same,
        (true, false) => Relation::Subset,
        (false, true) => Relation::Superset,
        (false, false) => Relation::Different,
    }
}

fn within(few: &[Digest], many: &[Digest]) -> bool {
    few.iter().all(|digest| many.contains(digest))
}

/// Is `head` what `base` is with a left join in the place of an inner one?
fn widened((base, a): Side<'_, '_>, (head, b): Side<'_, '_>) -> bool {
    let outer = Outer::default();
    // A window sees the rows beside its own: with others there, a filter on it may drop what it kept.
    if head.block(b).conjuncts.iter().any(reads_window) {
        return false;
    }
    let rows = base.relation(a, &outer).rows;
    let mut joins = BTreeSet::new();
    left_joins(head.query, b, &mut joins);
    let mut each: Vec<BTreeSet<RelId>> = joins.iter().take(MOST_JOINS).map(|join| BTreeSet::from([*join])).collect();
    each.push(joins);
    each.into_iter().filter(|joins| !joins.is_empty()).any(|joins| {
        let mut inner = Normal::new(head.query, head.dialect, Proof::Given).with_inner(joins);
        inner.relation(b, &outer).rows == rows
    })
}

/// The left joins that melt into the block of `rel`.
fn left_joins(query: &Query, rel: RelId, into: &mut BTreeSet<RelId>) {
    match &query.nodes[rel.0 as usize].op {
        Op::Project { input, .. } | Op::Filter { input, .. } | Op::Sort { input, .. } => {
            left_joins(query, *input, into);
        }
        Op::Join { kind, left, right, .. } => {
            if matches!(kind, JoinKind::Left | JoinKind::Right) {
                into.insert(rel);
            }
            let (first, second) = if *kind == JoinKind::Right { (right, left) } else { (left, right) };
            left_joins(query, *first, into);
            if matches!(kind, JoinKind::Inner | JoinKind::Cross) {
                left_joins(query, *second, into);
            }
        }
        _ => {}
    }
}

fn reads_window(term: &TermRef) -> bool {
    let any = |terms: &[TermRef]| terms.iter().any(reads_window);
    match term.as_ref() {
        Term::Window { .. } => true,
        Term::Call { args, .. } | Term::Subquery { args, .. } => any(args),
        Term::Case { branches, otherwise } => {
            branches.iter().any(|(a, b)| reads_window(a) || reads_window(b)) || otherwise.iter().any(reads_window)
        }
        Term::Lookup { on, .. } | Term::Match { on, .. } => any(on),
        Term::Lambda { body, .. } => reads_window(body),
        _ => false,
    }
}

/// Two operators that do not melt: unions by their branches, groups and distinct rows by what they are made of.
fn operators((base, a): Side<'_, '_>, (head, b): Side<'_, '_>) -> Relation {
    let outer = Outer::default();
    if base.relation(a, &outer).rows == head.relation(b, &outer).rows {
        return Relation::Same;
    }
    let (one, two) = (&base.query.nodes[a.0 as usize], &head.query.nodes[b.0 as usize]);
    match (&one.op, &two.op) {
        (
            Op::Set { kind: SetKind::Union, all, inputs },
            Op::Set { kind: SetKind::Union, all: other_all, inputs: other_inputs },
        ) if all == other_all => {
            let branches = |side: &mut Normal<'_>, inputs: &[(RelId, Vec<crate::algebra::ColumnId>)]| {
                let mut found = Vec::new();
                for (rel, ids) in inputs {
                    side.branches(*rel, ids, SetKind::Union, *all, &Outer::default(), &mut found);
                }
                found
            };
            let (few, many) = (branches(base, inputs), branches(head, other_inputs));
            if is_part(&few, &many) {
                Relation::Superset
            } else if is_part(&many, &few) {
                Relation::Subset
            } else {
                Relation::Different
            }
        }
        (
            Op::Aggregate { input, keys, sets, .. },
            Op::Aggregate { input: other, keys: other_keys, sets: other_sets, .. },
        ) if sets.is_empty() && other_sets.is_empty() && !keys.is_empty() => {
            if values((base, *input), keys) != values((head, *other), other_keys) {
                return Relation::Different;
            }
            of((base, *input), (head, *other))
        }
        (Op::Distinct { input, on: None }, Op::Distinct { input: other, on: None }) => {
            let read = |side: &mut Normal<'_>, rel: RelId| {
                let closed = side.relation(rel, &Outer::default());
                let columns = &side.query.nodes[rel.0 as usize].columns;
                let mut values: Vec<Digest> = columns.iter().map(|column| closed.value(*column)).collect();
                values.sort_unstable();
                values
            };
            if read(base, *input) != read(head, *other) {
                return Relation::Different;
            }
            of((base, *input), (head, *other))
        }
        _ => Relation::Different,
    }
}

/// The digests of group keys, in no order.
fn values((side, input): Side<'_, '_>, keys: &[Expr]) -> Vec<Digest> {
    let outer = Outer::default();
    let block = side.block(input);
    let terms: Vec<TermRef> = keys.iter().map(|key| side.term(key, &block)).collect();
    let mut reading = side.reading(&block, &outer);
    let mut digests = side.many(&terms, &mut reading);
    digests.sort_unstable();
    digests.dedup();
    digests
}

/// Are all of `few` among `many`, as often as they are there?
fn is_part<T: PartialEq>(few: &[T], many: &[T]) -> bool {
    let count = |all: &[T], one: &T| all.iter().filter(|other| *other == one).count();
    few.iter().all(|one| count(few, one) <= count(many, one))
}
