//! A JOIN in, its operator out: kinds, conditions, and the columns that USING and NATURAL make one.

use super::Resolver;
use super::from::{idents, is_lateral};
use super::scope::{Merged, Scope, ScopeColumn};
use crate::algebra::expr::{Expr, ExprKind};
use crate::algebra::query::{JoinKind, Op, RelId};
use crate::algebra::sql_type::{Family, Type};
use crate::syntax::ast::{self, Ident, JoinConstraint, JoinOperator};
use crate::text::Span;

/// What sqlparser's join operators say, taken apart.
struct Shape<'j> {
    kind: JoinKind,
    constraint: Option<&'j JoinConstraint>,
    /// RIGHT SEMI and RIGHT ANTI keep the right side.
    keeps_right: bool,
    nearest: Option<&'j ast::Expr>,
}

impl Resolver<'_> {
    /// `left` joined with one more relation. Items from `before` on belong to `left`.
    pub(super) fn join(&mut self, left: RelId, join: &ast::Join, before: usize, scope: &mut Scope) -> RelId {
        let span = self.span_of(join);
        if let Some(outer) = array_join(&join.join_operator) {
            return self.array_join(left, &join.relation, outer, scope, span);
        }
        let shape = shape(&join.join_operator);
        let middle = scope.items.len();
        let right = self.factor(&join.relation, scope);
        let mut on = self.constraint(&shape, before, middle, scope, span);
        if let Some(condition) = shape.nearest {
            on.extend(self.conjuncts(condition, scope));
        }
        let (first, second) = if shape.keeps_right { (right, left) } else { (left, right) };
        match shape.kind {
            JoinKind::Semi | JoinKind::Anti if shape.keeps_right => drop(scope.items.drain(before..middle)),
            JoinKind::Semi | JoinKind::Anti => scope.items.truncate(middle),
            _ => {}
        }
        let applied = matches!(join.join_operator, JoinOperator::CrossApply | JoinOperator::OuterApply);
        let lateral = applied || is_lateral(&join.relation);
        let op = Op::Join { kind: shape.kind, left: first, right: second, on, lateral, span };
        self.node(op, Vec::new(), span)
    }

    fn constraint(&mut self, shape: &Shape, before: usize, middle: usize, scope: &mut Scope, span: Span) -> Vec<Expr> {
        match shape.constraint {
            Some(JoinConstraint::On(condition)) => self.conjuncts(condition, scope),
            Some(JoinConstraint::Using(names)) => {
                let names: Vec<Ident> = names.iter().filter_map(|name| idents(name).pop()).collect();
                names.iter().filter_map(|name| self.merge(name, shape.kind, before, middle, scope, span)).collect()
            }
            Some(JoinConstraint::Natural) => {
                let names = self.common_names(before, middle, scope, span);
                names.iter().filter_map(|name| self.merge(name, shape.kind, before, middle, scope, span)).collect()
            }
            Some(JoinConstraint::None) | None => Vec::new(),
        }
    }

    /// Names that both sides of a NATURAL JOIN have, in the left side's order.
    fn common_names(&mut self, before: usize, middle: usize, scope: &Scope, span: Span) -> Vec<Ident> {
        if scope.items[before..].iter().any(|item| item.open) {
            self.partial("natural join of an undeclared relation", "its common columns are not known", span);
        }
        let right: Vec<&str> = scope.items[middle..].iter().flat_map(|i| &i.columns).map(|c| c.key.as_str()).collect();
        let mut names: Vec<Ident> = Vec::new();
        for column in scope.items[before..middle].iter().flat_map(|item| &item.columns) {
            let output = &column.output;
            let ident = if output.quoted { Ident::with_quote('"', &output.name) } else { Ident::new(&output.name) };
            if right.contains(&column.key.as_str()) && !names.iter().any(|name| name.value == ident.value) {
                names.push(ident);
            }
        }
        names
    }

    /// Makes the column `name` of both sides one; gives the equality that joins them.
    fn merge(
        &mut self,
        name: &Ident,
        kind: JoinKind,
        before: usize,
        middle: usize,
        scope: &mut Scope,
        span: Span,
    ) -> Option<Expr> {
        let key = self.key(name);
        let earlier = scope.merged.iter().position(|merged| {
            merged.key == key
                && scope.items[before..middle]
                    .iter()
                    .any(|i| i.columns.iter().any(|c| merged.members.contains(&c.output.column)))
        });
        let left = match earlier {
            Some(at) => scope.merged[at].expr.clone(),
            None => self.side(name, &key, before, middle, scope, span)?,
        };
        let right = self.side(name, &key, middle, scope.items.len(), scope, span)?;
        let mut members: Vec<_> = earlier.map(|at| scope.merged.remove(at).members).unwrap_or_default();
        members.extend(left.as_column());
        members.extend(right.as_column());
        for column in scope.items[before..].iter_mut().flat_map(|item| &mut item.columns) {
            column.merged |= column.key == key;
        }
        let equal = Expr::call("=", vec![left.clone(), right.clone()], Type::named("BOOLEAN", Family::Boolean), span);
        if !matches!(kind, JoinKind::Semi | JoinKind::Anti) {
            let ty = left.ty.common(&right.ty);
            let expr = match kind {
                JoinKind::Right => right,
                JoinKind::Full => Expr::call("COALESCE", vec![left, right], ty, span),
                _ => left,
            };
            scope.merged.push(Merged { key, name: name.value.clone(), expr, members });
        } else {
            scope.items[before..middle].iter_mut().flat_map(|i| &mut i.columns).for_each(|c| c.merged &= c.key != key);
        }
        Some(equal)
    }

    fn side(&mut self, name: &Ident, key: &str, from: usize, to: usize, scope: &mut Scope, span: Span) -> Option<Expr> {
        let items = &scope.items[from..to];
        let closed = items.iter().flat_map(|item| &item.columns).find(|column| column.key == key && !column.merged);
        if let Some(column) = closed {
            let column = column.output.column;
            return Some(self.column_expr(column, span));
        }
        let part = Scope { items: items.to_vec(), parent: None, ..Scope::default() };
        let open = part.items.iter().position(|item| item.open);
        let expr = self.name(std::slice::from_ref(name), &part, span);
        if let (Some(at), ExprKind::Column(column)) = (open, &expr.kind) {
            let output = super::named_output(&name.value, name.quote_style.is_some(), *column, span);
            scope.items[from + at].columns.push(ScopeColumn { key: key.to_owned(), output, merged: false });
        }
        Some(expr)
    }
}

fn shape(operator: &JoinOperator) -> Shape<'_> {
    use JoinOperator as J;
    let plain = |kind, constraint| Shape { kind, constraint: Some(constraint), keeps_right: false, nearest: None };
    match operator {
        J::Join(c) | J::Inner(c) | J::StraightJoin(c) => plain(JoinKind::Inner, c),
        J::Left(c) | J::LeftOuter(c) => plain(JoinKind::Left, c),
        J::Right(c) | J::RightOuter(c) => plain(JoinKind::Right, c),
        J::FullOuter(c) => plain(JoinKind::Full, c),
        J::CrossJoin(c) => plain(JoinKind::Cross, c),
        J::Semi(c) | J::LeftSemi(c) => plain(JoinKind::Semi, c),
        J::Anti(c) | J::LeftAnti(c) => plain(JoinKind::Anti, c),
        J::RightSemi(c) => Shape { keeps_right: true, ..plain(JoinKind::Semi, c) },
        J::RightAnti(c) => Shape { keeps_right: true, ..plain(JoinKind::Anti, c) },
        J::AsOf { match_condition, constraint } => nearest(match_condition, constraint),
        J::OuterApply => Shape { kind: JoinKind::Left, constraint: None, keeps_right: false, nearest: None },
        J::CrossApply | J::ArrayJoin | J::LeftArrayJoin | J::InnerArrayJoin => {
            Shape { kind: JoinKind::Cross, constraint: None, keeps_right: false, nearest: None }
        }
    }
}

/// Joins to the nearest row, and joins by position, come under one operator; a word in its condition says which.
fn nearest<'j>(condition: &'j ast::Expr, constraint: &'j JoinConstraint) -> Shape<'j> {
    let word = super::name::string_value(condition);
    let (kind, nearest) = match word.as_deref() {
        Some("positional") => (JoinKind::Positional, None),
        Some("asof") => (JoinKind::AsOf { outer: false }, None),
        Some("asof left") => (JoinKind::AsOf { outer: true }, None),
        Some("asof semi") => (JoinKind::Semi, None),
        Some("asof anti") => (JoinKind::Anti, None),
        Some(_) => (JoinKind::Full, None),
        None => (JoinKind::AsOf { outer: true }, Some(condition)),
    };
    Shape { kind, constraint: Some(constraint), keeps_right: false, nearest }
}

fn array_join(operator: &JoinOperator) -> Option<bool> {
    match operator {
        JoinOperator::ArrayJoin | JoinOperator::InnerArrayJoin => Some(false),
        JoinOperator::LeftArrayJoin => Some(true),
        _ => None,
    }
}
