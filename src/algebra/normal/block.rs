//! Block: inner joins, filters and projections melted into factors, conjuncts and terms.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::digest::Normal;
use super::rewrite;
use super::term::{Bindings, Term, TermRef};
use crate::algebra::expr::{Expr, ExprKind};
use crate::algebra::query::{ColumnId, JoinKind, Op, RelId};

/// More factors than this stay apart: their digests are taken as they are.
const MOST_FACTORS: usize = 48;

/// Rows of the product of the factors for which every conjunct is true.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub(super) factors: Vec<Factor>,
    pub(super) conjuncts: Vec<TermRef>,
    /// What each visible column stands for.
    pub(super) columns: BTreeMap<ColumnId, TermRef>,
}

/// One relation of the product.
#[derive(Clone, Debug)]
pub(super) struct Factor {
    pub(super) kind: FactorKind,
    /// Left joins: the condition. Unnests: the arrays. Over all factors, itself included.
    pub(super) terms: Vec<TermRef>,
    /// Lateral relations: what the columns they read of their neighbours stand for.
    pub(super) bind: Bindings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FactorKind {
    /// All rows of a relation that does not melt.
    Rows(RelId),
    /// The matching rows, or one row of NULLs.
    Left(RelId),
    /// The elements of arrays; the operator that unnests them.
    Elements { operator: RelId, outer: bool },
}

impl Normal<'_> {
    /// The block of a relation. Built once per relation; readers share it.
    pub(super) fn block(&mut self, rel: RelId) -> Arc<Block> {
        if let Some(block) = self.blocks.get(&rel) {
            return block.clone();
        }
        let block = Arc::new(self.melt(rel));
        self.blocks.insert(rel, block.clone());
        block
    }

    fn melt(&mut self, rel: RelId) -> Block {
        let query = self.query;
        match &query.nodes[rel.0 as usize].op {
            Op::Project { input, exprs, .. } => {
                let below = self.block(*input);
                let mut block = Block { columns: BTreeMap::new(), ..(*below).clone() };
                for (expr, column) in exprs.iter().zip(&query.nodes[rel.0 as usize].columns) {
                    let term = self.term(expr, &below);
                    block.columns.insert(*column, term);
                }
                // ORDER BY may read what is not selected.
                for column in &query.nodes[input.0 as usize].columns {
                    if let Some(term) = below.columns.get(column) {
                        block.columns.entry(*column).or_insert_with(|| term.clone());
                    }
                }
                block
            }
            Op::Filter { input, conjuncts } => {
                let below = self.block(*input);
                let mut block = (*below).clone();
                for conjunct in conjuncts {
                    let term = self.term(conjunct, &below);
                    rewrite::conjoin(&mut block.conjuncts, &term);
                }
                block
            }
            Op::Sort { input, .. } => (*self.block(*input)).clone(),
            Op::Distinct { input, on: None } if self.is_distinct(*input, rel) => (*self.block(*input)).clone(),
            Op::Values { rows } if rows.len() == 1 => {
                let nothing = Block::default();
                let row: Vec<TermRef> = rows[0].iter().map(|cell| self.term(cell, &nothing)).collect();
                let columns = query.nodes[rel.0 as usize].columns.iter().copied().zip(row).collect();
                Block { columns, ..nothing }
            }
            Op::Join { kind, left, right, on, .. } => self.melt_join(rel, *kind, *left, *right, on),
            Op::Unnest { input, exprs, columns, outer } => {
                let below = self.block(*input);
                let mut block = (*below).clone();
                let terms = exprs.iter().map(|expr| self.term(expr, &below)).collect();
                let factor = block.factors.len();
                let kind = FactorKind::Elements { operator: rel, outer: *outer };
                block.factors.push(Factor { kind, terms, bind: Bindings::new() });
                for column in columns {
                    block.columns.insert(*column, Arc::new(Term::Atom { factor, column: *column }));
                }
                block
            }
            _ => self.single(rel),
        }
    }

    /// Does a DISTINCT keep every row, because its columns hold a proved key?
    fn is_distinct(&mut self, input: RelId, rel: RelId) -> bool {
        let columns = &self.query.nodes[rel.0 as usize].columns;
        let key = self.query.key_within(input, columns);
        self.counts(key.as_ref())
    }

    /// A relation as the only factor of a block.
    fn single(&self, rel: RelId) -> Block {
        let factor = Factor { kind: FactorKind::Rows(rel), terms: Vec::new(), bind: Bindings::new() };
        let atom = |column: &ColumnId| (*column, Arc::new(Term::Atom { factor: 0, column: *column }));
        let columns = self.query.nodes[rel.0 as usize].columns.iter().map(atom).collect();
        Block { factors: vec![factor], conjuncts: Vec::new(), columns }
    }

    fn melt_join(&mut self, rel: RelId, kind: JoinKind, left: RelId, right: RelId, on: &[Expr]) -> Block {
        match kind {
            JoinKind::Left | JoinKind::Right if self.inner.contains(&rel) => self.melt_inner(left, right, on),
            JoinKind::Inner | JoinKind::Cross => self.melt_inner(left, right, on),
            JoinKind::Left | JoinKind::AsOf { outer: true } => self.melt_left(left, right, on, kind != JoinKind::Left),
            JoinKind::Right => self.melt_left(right, left, on, false),
            JoinKind::Semi | JoinKind::Anti => {
                let mut block = (*self.block(left)).clone();
                let bind = self.bindings(right, &block);
                let on = self.search_terms(right, on, &block);
                block.conjuncts.push(Arc::new(Term::Match {
                    relation: right,
                    on,
                    negated: kind == JoinKind::Anti,
                    bind,
                }));
                block
            }
            JoinKind::Full | JoinKind::Positional | JoinKind::AsOf { outer: false } => self.single(rel),
        }
    }

    fn melt_inner(&mut self, left: RelId, right: RelId, on: &[Expr]) -> Block {
        let mut block = (*self.block(left)).clone();
        let shift = block.factors.len();
        let lateral = !self.free.is_closed(right);
        let melted = self.block(right);
        if lateral || shift + melted.factors.len() > MOST_FACTORS {
            let bind = self.bindings(right, &block);
            block.factors.push(Factor { kind: FactorKind::Rows(right), terms: Vec::new(), bind });
            for column in &self.query.nodes[right.0 as usize].columns {
                block.columns.insert(*column, Arc::new(Term::Atom { factor: shift, column: *column }));
            }
        } else {
            for factor in &melted.factors {
                let terms = factor.terms.iter().map(|term| term.shifted(shift)).collect();
                let bind = factor.bind.iter().map(|(column, term)| (*column, term.shifted(shift))).collect();
                block.factors.push(Factor { kind: factor.kind, terms, bind });
            }
            block.conjuncts.extend(melted.conjuncts.iter().map(|term| term.shifted(shift)));
            block.columns.extend(melted.columns.iter().map(|(column, term)| (*column, term.shifted(shift))));
        }
        for conjunct in on {
            let term = self.term(conjunct, &block);
            rewrite::conjoin(&mut block.conjuncts, &term);
        }
        block
    }

    /// A left join on a proved key adds no rows: its columns are looked up. Another multiplies rows.
    fn melt_left(&mut self, left: RelId, right: RelId, on: &[Expr], nearest: bool) -> Block {
        let query = self.query;
        let mut block = (*self.block(left)).clone();
        let bind = self.bindings(right, &block);
        let unique = self.counts(query.key_within(right, &query.equated(right, on)).as_ref());
        let columns = query.nodes[right.0 as usize].columns.clone();
        if unique || nearest {
            let on = self.search_terms(right, on, &block);
            let kind = if nearest { "nearest" } else { "left" };
            for column in columns {
                let term = Term::Lookup { relation: right, on: on.clone(), column, kind, bind: bind.clone() };
                block.columns.insert(column, Arc::new(term));
            }
            return block;
        }
        let factor = block.factors.len();
        for column in columns {
            block.columns.insert(column, Arc::new(Term::Atom { factor, column }));
        }
        let mut terms = Vec::new();
        for conjunct in on {
            let term = self.term(conjunct, &block);
            rewrite::conjoin(&mut terms, &term);
        }
        block.factors.push(Factor { kind: FactorKind::Left(right), terms, bind });
        block
    }

    /// A join's condition for a search of `right`: its columns are what is searched.
    fn search_terms(&mut self, right: RelId, on: &[Expr], block: &Block) -> Vec<TermRef> {
        let mut seen = block.clone();
        for column in &self.query.nodes[right.0 as usize].columns {
            seen.columns.insert(*column, Arc::new(Term::Searched(*column)));
        }
        let mut terms = Vec::new();
        for conjunct in on {
            let term = self.term(conjunct, &seen);
            rewrite::conjoin(&mut terms, &term);
        }
        terms
    }

    /// What the free columns of a relation stand for in a block.
    pub(super) fn bindings(&mut self, rel: RelId, block: &Block) -> Bindings {
        self.free.of(rel).into_iter().map(|column| (column, resolve(column, block))).collect()
    }

    /// An expression over the columns of a block.
    pub(super) fn term(&mut self, expr: &Expr, block: &Block) -> TermRef {
        let many =
            |this: &mut Self, exprs: &[Expr]| exprs.iter().map(|expr| this.term(expr, block)).collect::<Vec<_>>();
        match &expr.kind {
            ExprKind::Column(column) => resolve(*column, block),
            ExprKind::Literal(literal) => Arc::new(Term::Literal(rewrite::literal(literal))),
            ExprKind::Call { function, args, .. } => {
                let numbers = args.iter().all(|arg| arg.ty.family.is_number());
                let facts = self.dialect.function(function);
                let commutes =
                    facts.is_some_and(|facts| facts.commutative) || (numbers && matches!(function.as_str(), "+" | "*"));
                let terms = many(self, args);
                rewrite::call(function, terms, commutes)
            }
            ExprKind::Opaque { text, args } => {
                let args = many(self, args);
                super::term::call(&format!("OPAQUE {text}"), args)
            }
            ExprKind::Cast { expr: inner, safe } => {
                let term = self.term(inner, block);
                rewrite::cast(term, &inner.ty, &expr.ty, *safe)
            }
            ExprKind::Field { expr, name } => {
                let term = self.term(expr, block);
                super::term::call(&format!("FIELD {}", name.to_ascii_lowercase()), vec![term])
            }
            ExprKind::Case { branches, otherwise } => {
                let branches = branches
                    .iter()
                    .map(|(condition, value)| (self.term(condition, block), self.term(value, block)))
                    .collect();
                let otherwise = otherwise.as_ref().map(|value| self.term(value, block));
                rewrite::case(branches, otherwise)
            }
            ExprKind::Lambda { params, body } => {
                let mut inner = block.clone();
                let depth = self.lambda_depth;
                for (at, param) in params.iter().enumerate() {
                    inner.columns.insert(*param, Arc::new(Term::Parameter(depth + at)));
                }
                self.lambda_depth += params.len();
                let body = self.term(body, &inner);
                self.lambda_depth = depth;
                Arc::new(Term::Lambda { body, params: params.clone() })
            }
            ExprKind::Aggregate { function, args, distinct, filter, order } => {
                let args = rewrite::aggregate_args(function, many(self, args));
                let distinct = *distinct && !matches!(function.as_str(), "MIN" | "MAX" | "BOOL_AND" | "BOOL_OR");
                let text = format!("{function}{}", if distinct { " DISTINCT" } else { "" });
                let filter = self.filter_terms(filter.as_deref(), block);
                let (args, filter) = rewrite::aggregate_filter(&text, args, filter);
                let order = self.order_terms(order, block);
                Arc::new(Term::Aggregate { text, args, filter, order })
            }
            ExprKind::Window { function, args, distinct, filter, partition, order, frame } => {
                let args = rewrite::aggregate_args(function, many(self, args));
                let call = format!("{function}{}", if *distinct { " DISTINCT" } else { "" });
                let filter = self.filter_terms(filter.as_deref(), block);
                let (mut args, filter) = rewrite::aggregate_filter(&call, args, filter);
                args.extend(filter.into_iter().map(|filter| super::term::call("FILTER", vec![filter])));
                let text = format!("{call} {}", frame.as_ref().map_or("", |frame| frame.text.as_str()));
                let partition = many(self, partition);
                let order = self.order_terms(order, block);
                let over = Arc::new(Block { columns: BTreeMap::new(), ..block.clone() });
                let factors = (0..block.factors.len()).collect();
                Arc::new(Term::Window { text, args, partition, order, over, factors })
            }
            ExprKind::Subquery { relation } => self.subquery("VALUE", &[], *relation, true, block),
            ExprKind::Exists { relation, negated } => {
                rewrite::negate_if(*negated, self.subquery("EXISTS", &[], *relation, false, block))
            }
            ExprKind::In { exprs, relation, negated } => {
                rewrite::negate_if(*negated, self.subquery("IN", exprs, *relation, true, block))
            }
            ExprKind::Quantified { op, all, expr, relation } => {
                let head = format!("{op} {}", if *all { "ALL" } else { "ANY" });
                self.subquery(&head, std::slice::from_ref(expr), *relation, true, block)
            }
        }
    }

    fn filter_terms(&mut self, filter: Option<&Expr>, block: &Block) -> Vec<TermRef> {
        let mut terms = Vec::new();
        if let Some(filter) = filter {
            let term = self.term(filter, block);
            rewrite::conjoin(&mut terms, &term);
        }
        terms
    }

    pub(super) fn order_terms(&mut self, order: &[crate::algebra::SortKey], block: &Block) -> Vec<(TermRef, String)> {
        let key = |this: &mut Self, key: &crate::algebra::SortKey| {
            let how = format!("{}{:?}", if key.descending { "desc" } else { "asc" }, key.nulls_first);
            (this.term(&key.expr, block), how)
        };
        order.iter().map(|sort| key(self, sort)).collect()
    }

    fn subquery(&mut self, head: &str, exprs: &[Expr], relation: RelId, with_values: bool, block: &Block) -> TermRef {
        let args = exprs.iter().map(|expr| self.term(expr, block)).collect();
        let bind = self.bindings(relation, block);
        Arc::new(Term::Subquery { head: head.to_owned(), args, relation, with_values, bind })
    }
}

fn resolve(column: ColumnId, block: &Block) -> TermRef {
    block.columns.get(&column).cloned().unwrap_or_else(|| Arc::new(Term::Outer(column)))
}
