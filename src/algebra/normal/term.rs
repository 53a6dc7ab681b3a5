//! Terms: expressions whose columns are replaced by what they stand for in a block.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::block::Block;
use crate::algebra::expr::Literal;
use crate::algebra::query::{ColumnId, RelId};

/// A normalised expression. Shared, because a CTE's columns are read in many places.
pub(super) type TermRef = Arc<Term>;

#[derive(Clone, Debug)]
pub(super) enum Term {
    /// A column of the block's n-th factor.
    Atom {
        factor: usize,
        column: ColumnId,
    },
    /// A column of a query around this one.
    Outer(ColumnId),
    Literal(Literal),
    /// `parameters` name what else decides the call: DISTINCT, a type, a frame.
    Call {
        function: String,
        args: Vec<TermRef>,
        order_free: bool,
    },
    /// Branches of condition and value, then the value otherwise.
    Case {
        branches: Vec<(TermRef, TermRef)>,
        otherwise: Option<TermRef>,
    },
    /// A window function: it reads all rows of the block it stands on.
    Window {
        text: String,
        args: Vec<TermRef>,
        partition: Vec<TermRef>,
        order: Vec<(TermRef, String)>,
        over: Arc<Block>,
        factors: Vec<usize>,
    },
    /// An aggregate; only in what an aggregation hands out.
    Aggregate {
        text: String,
        args: Vec<TermRef>,
        filter: Vec<TermRef>,
        order: Vec<(TermRef, String)>,
    },
    /// The one row that a join on a key of `relation` finds, or none: the value of its column.
    Lookup {
        relation: RelId,
        on: Vec<TermRef>,
        column: ColumnId,
        kind: &'static str,
        bind: Bindings,
    },
    /// A column of the relation a lookup or semi-join searches, inside its condition.
    Searched(ColumnId),
    /// A subquery as a value or a test; `head` says which.
    Subquery {
        head: String,
        args: Vec<TermRef>,
        relation: RelId,
        with_values: bool,
        bind: Bindings,
    },
    /// A semi-join's test.
    Match {
        relation: RelId,
        on: Vec<TermRef>,
        negated: bool,
        bind: Bindings,
    },
    /// A lambda; its parameters are numbered from the outside in.
    Lambda {
        body: TermRef,
        params: Vec<ColumnId>,
    },
    Parameter(usize),
}

/// What the columns of surrounding queries that a subquery reads stand for here.
pub(super) type Bindings = BTreeMap<ColumnId, TermRef>;

pub(super) fn call(function: &str, args: Vec<TermRef>) -> TermRef {
    Arc::new(Term::Call { function: function.to_owned(), args, order_free: false })
}

pub(super) fn unordered(function: &str, args: Vec<TermRef>) -> TermRef {
    Arc::new(Term::Call { function: function.to_owned(), args, order_free: true })
}

pub(super) fn truth(value: bool) -> TermRef {
    Arc::new(Term::Literal(Literal::Boolean(value)))
}

impl Term {
    pub(super) fn is_call<'t>(&'t self, name: &str) -> Option<&'t [TermRef]> {
        match self {
            Term::Call { function, args, .. } if function == name => Some(args),
            _ => None,
        }
    }

    pub(super) fn literal(&self) -> Option<&Literal> {
        match self {
            Term::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// Rewrites the atoms of a term for a block in which its factors start at `by`.
    pub(super) fn shifted(self: &Arc<Self>, by: usize) -> TermRef {
        if by == 0 {
            return self.clone();
        }
        let many = |terms: &[TermRef]| terms.iter().map(|term| term.shifted(by)).collect::<Vec<_>>();
        let keyed = |terms: &[(TermRef, String)]| {
            terms.iter().map(|(term, how)| (term.shifted(by), how.clone())).collect::<Vec<_>>()
        };
        let bound =
            |bind: &Bindings| bind.iter().map(|(column, term)| (*column, term.shifted(by))).collect::<Bindings>();
        Arc::new(match self.as_ref() {
            Term::Atom { factor, column } => Term::Atom { factor: factor + by, column: *column },
            Term::Outer(_) | Term::Literal(_) | Term::Searched(_) | Term::Parameter(_) => return self.clone(),
            Term::Call { function, args, order_free } => {
                Term::Call { function: function.clone(), args: many(args), order_free: *order_free }
            }
            Term::Case { branches, otherwise } => Term::Case {
                branches: branches.iter().map(|(a, b)| (a.shifted(by), b.shifted(by))).collect(),
                otherwise: otherwise.as_ref().map(|term| term.shifted(by)),
            },
            // What a window says is said in its own block; only the rows it belongs to move.
            Term::Window { text, args, partition, order, over, factors } => Term::Window {
                text: text.clone(),
                args: args.clone(),
                partition: partition.clone(),
                order: order.clone(),
                over: over.clone(),
                factors: factors.iter().map(|factor| factor + by).collect(),
            },
            Term::Aggregate { text, args, filter, order } => {
                Term::Aggregate { text: text.clone(), args: many(args), filter: many(filter), order: keyed(order) }
            }
            Term::Lookup { relation, on, column, kind, bind } => {
                Term::Lookup { relation: *relation, on: many(on), column: *column, kind, bind: bound(bind) }
            }
            Term::Subquery { head, args, relation, with_values, bind } => Term::Subquery {
                head: head.clone(),
                args: many(args),
                relation: *relation,
                with_values: *with_values,
                bind: bound(bind),
            },
            Term::Match { relation, on, negated, bind } => {
                Term::Match { relation: *relation, on: many(on), negated: *negated, bind: bound(bind) }
            }
            Term::Lambda { body, params } => Term::Lambda { body: body.shifted(by), params: params.clone() },
        })
    }
}
