//! Relations whose columns are not all known: a name asked of one becomes a column of it, found by use.

use super::Resolver;
use super::scope::nothing_known;
use crate::algebra::expr::{Expr, ExprKind};
use crate::algebra::query::{ColumnId, Op, OpenStar, RelId};
use crate::algebra::sql_type::Type;
use crate::syntax::ast::Ident;
use crate::text::Span;

impl Resolver<'_> {
    /// The column that `rel`, an open relation, must have if this name means anything; `None` where it cannot.
    pub(super) fn demand(&mut self, rel: RelId, key: &str, ident: &Ident) -> Option<ColumnId> {
        let memo = (rel, key.to_owned());
        if let Some(column) = self.demanded.get(&memo) {
            return Some(*column);
        }
        if !self.query.nodes[rel.0 as usize].open {
            return None;
        }
        let column = self.demand_of(rel, key, ident)?;
        self.inferred.insert(column);
        self.demanded.insert(memo, column);
        Some(column)
    }

    fn demand_of(&mut self, rel: RelId, key: &str, ident: &Ident) -> Option<ColumnId> {
        match self.query.nodes[rel.0 as usize].op.clone() {
            Op::Scan { mut names, input } => {
                let column = self.fresh(ident);
                names.push(ident.value.clone());
                self.define(rel, Op::Scan { input, names }, column);
                Some(column)
            }
            Op::TableFunction { .. } | Op::Opaque { .. } => {
                let column = self.fresh(ident);
                self.query.nodes[rel.0 as usize].columns.push(column);
                Some(column)
            }
            Op::Filter { input, .. }
            | Op::Sort { input, .. }
            | Op::Limit { input, .. }
            | Op::Distinct { input, .. }
            | Op::Sample { input, .. }
            | Op::Unnest { input, .. } => self.demand(input, key, ident),
            Op::Join { left, right, .. } => self.demand(left, key, ident).or_else(|| self.demand(right, key, ident)),
            Op::Project { input, mut exprs, stars } => {
                let expr = self.through_stars(&stars, key, ident)?;
                let column = self.fresh(ident);
                exprs.push(expr);
                self.define(rel, Op::Project { input, exprs, stars }, column);
                Some(column)
            }
            Op::Set { kind, all, mut inputs } => {
                let found: Option<Vec<ColumnId>> =
                    inputs.iter().map(|(input, _)| self.named_or_demanded(*input, key, ident)).collect();
                for ((_, columns), column) in inputs.iter_mut().zip(found?) {
                    columns.push(column);
                }
                let column = self.fresh(ident);
                self.define(rel, Op::Set { kind, all, inputs }, column);
                Some(column)
            }
            Op::Values { .. } | Op::Aggregate { .. } | Op::Recursive { .. } | Op::Recur { .. } | Op::Unpivot { .. } => {
                None
            }
        }
    }

    /// The value of an unknown column that came through a star over one of several open relations.
    fn through_stars(&mut self, stars: &[OpenStar], key: &str, ident: &Ident) -> Option<Expr> {
        let span = self.ident_span(ident);
        let open: Vec<RelId> =
            stars.iter().filter(|star| !star.except.iter().any(|name| name == key)).map(|star| star.relation).collect();
        let columns: Vec<ColumnId> = open.into_iter().filter_map(|open| self.demand(open, key, ident)).collect();
        match columns.as_slice() {
            [] => None,
            [column] => Some(self.column_expr(*column, span)),
            several => {
                self.partial("ambiguous column", format!("`{}` may come through several stars", ident.value), span);
                let candidates = several.iter().map(|column| self.column_expr(*column, span)).collect();
                Some(nothing_known(&ident.value, candidates, span))
            }
        }
    }

    pub(super) fn named_or_demanded(&mut self, rel: RelId, key: &str, ident: &Ident) -> Option<ColumnId> {
        let named = self.query.nodes[rel.0 as usize].columns.iter().copied().find(|column| {
            let column = &self.query.columns[column.0 as usize];
            self.dialect.column_key(&column.name, column.quoted) == key
        });
        named.or_else(|| self.demand(rel, key, ident))
    }

    fn fresh(&mut self, ident: &Ident) -> ColumnId {
        let span = self.ident_span(ident);
        self.column(&ident.value, ident.quote_style.is_some(), Type::unknown(), span)
    }

    fn define(&mut self, rel: RelId, op: Op, column: ColumnId) {
        let node = &mut self.query.nodes[rel.0 as usize];
        node.op = op;
        node.columns.push(column);
    }

    /// A projection that gives `bound` columns of its own, so that two readers of one CTE stay apart.
    pub(super) fn instance(&mut self, bound: &super::Bound, span: Span) -> super::Bound {
        let mut outputs = bound.outputs.clone();
        let mut exprs = Vec::with_capacity(outputs.len());
        for output in &mut outputs {
            let definition = self.query.columns[output.column.0 as usize].clone();
            exprs.push(Expr::new(ExprKind::Column(output.column), definition.ty.clone(), output.span));
            output.column = self.column(&output.name, output.quoted, definition.ty, output.span);
        }
        let open = self.query.nodes[bound.rel.0 as usize].open;
        let stars = if open { vec![OpenStar { relation: bound.rel, except: Vec::new() }] } else { Vec::new() };
        let columns = outputs.iter().map(|output| output.column).collect();
        let rel = self.node(Op::Project { input: bound.rel, exprs, stars }, columns, span);
        super::Bound { rel, outputs }
    }
}
