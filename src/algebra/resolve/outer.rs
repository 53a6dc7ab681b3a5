//! Oracle's `FROM a, b WHERE a.x = b.x(+)` in, the left joins that it means out.
//!
//! <https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Joins.html>: every condition with `(+)` on a
//! column of `b` decides which row of `b` joins; where none does, `b` is all NULL.

use std::ops::ControlFlow;

use super::Resolver;
use super::scope::Scope;
use crate::algebra::query::{JoinKind, Op, RelId};
use crate::syntax::ast;
use crate::text::Span;

/// FROM with its marked conditions used up, and the conditions of WHERE that are left.
pub(super) struct Marked<'s> {
    pub(super) rel: RelId,
    pub(super) rest: Vec<&'s ast::Expr>,
}

/// A condition with marks: whose rows it may leave out, and whose it also reads.
struct Condition<'s> {
    expr: &'s ast::Expr,
    optional: usize,
    reads: Vec<usize>,
}

impl Resolver<'_> {
    /// `None` where no condition is marked.
    pub(super) fn marked_from<'s>(&mut self, select: &'s ast::Select, scope: &mut Scope) -> Option<Marked<'s>> {
        let conditions = select.selection.as_ref().map(conjuncts)?;
        let (marked, mut rest): (Vec<_>, Vec<_>) = conditions.into_iter().partition(|expr| is_marked(expr));
        if marked.is_empty() || select.from.is_empty() {
            return None;
        }
        let span = self.span_of(select);
        // All relations first, in the order written, which is that of their columns in a star.
        let mut owners = Vec::new();
        let mut rels = Vec::new();
        for (at, item) in select.from.iter().enumerate() {
            rels.push(self.joined(item, None, scope));
            owners.resize(scope.items.len(), at);
        }
        let mut known = Vec::new();
        for expr in marked {
            match self.condition(expr, scope, &owners) {
                Some(condition) => known.push(condition),
                None => {
                    self.partial("construct not understood", "an outer join mark (+)", self.span_of(expr));
                    rest.push(expr);
                }
            }
        }
        let optional: Vec<bool> = (0..rels.len()).map(|at| known.iter().any(|c| c.optional == at)).collect();
        let mut done: Vec<usize> = Vec::new();
        let mut whole = None;
        for at in (0..rels.len()).filter(|at| !optional[*at]) {
            whole = Some(self.crossed(whole, rels[at], span));
            done.push(at);
        }
        while done.len() < rels.len() {
            let ready = |at: &usize| {
                !done.contains(at)
                    && known
                        .iter()
                        .filter(|c| c.optional == *at)
                        .all(|c| c.reads.iter().all(|read| done.contains(read)))
            };
            let next = (0..rels.len()).find(ready).or_else(|| (0..rels.len()).find(|at| !done.contains(at)));
            let Some(next) = next else { break };
            let on: Vec<_> = known.iter().filter(|c| c.optional == next).map(|c| self.expr(c.expr, scope)).collect();
            whole = Some(match whole {
                Some(left) => {
                    let op = Op::Join { kind: JoinKind::Left, left, right: rels[next], on, lateral: false, span };
                    self.node(op, Vec::new(), span)
                }
                None => rels[next],
            });
            done.push(next);
        }
        whole.map(|rel| Marked { rel, rest })
    }

    fn crossed(&mut self, left: Option<RelId>, right: RelId, span: Span) -> RelId {
        let Some(left) = left else { return right };
        let op = Op::Join { kind: JoinKind::Cross, left, right, on: Vec::new(), lateral: false, span };
        self.node(op, Vec::new(), span)
    }

    /// Which relation the marks of a condition name; `None` where they name several, or one that is not in sight.
    fn condition<'s>(&self, expr: &'s ast::Expr, scope: &Scope, owners: &[usize]) -> Option<Condition<'s>> {
        let mut optional: Vec<Option<usize>> = Vec::new();
        let mut all: Vec<usize> = Vec::new();
        let _ = ast::visit_expressions(expr, |part| {
            match part {
                ast::Expr::OuterJoin(column) => optional.push(self.owner(column, scope, owners)),
                ast::Expr::Identifier(_) | ast::Expr::CompoundIdentifier(_) => {
                    all.extend(self.owner(part, scope, owners));
                }
                _ => {}
            }
            ControlFlow::<()>::Continue(())
        });
        let first = (*optional.first()?)?;
        let one = optional.iter().all(|owner| *owner == Some(first));
        let reads = all.into_iter().filter(|owner| *owner != first).collect();
        one.then_some(Condition { expr, optional: first, reads })
    }

    /// The item of FROM that a column belongs to.
    fn owner(&self, column: &ast::Expr, scope: &Scope, owners: &[usize]) -> Option<usize> {
        let at = match column {
            ast::Expr::CompoundIdentifier(parts) => {
                let path: Vec<String> = parts[..parts.len() - 1].iter().map(|part| self.relation_key(part)).collect();
                scope.items.iter().position(|item| item.answers_to(&path))?
            }
            ast::Expr::Identifier(name) => {
                let key = self.key(name);
                scope.items.iter().position(|item| item.columns.iter().any(|column| column.key == key))?
            }
            _ => return None,
        };
        owners.get(at).copied()
    }
}

fn conjuncts(expr: &ast::Expr) -> Vec<&ast::Expr> {
    let mut parts = vec![expr];
    let mut found = Vec::new();
    while let Some(part) = parts.pop() {
        match part {
            ast::Expr::BinaryOp { left, op: ast::BinaryOperator::And, right } => {
                parts.push(right);
                parts.push(left);
            }
            ast::Expr::Nested(inner) if is_and(inner) => parts.push(inner),
            part => found.push(part),
        }
    }
    found
}

fn is_and(expr: &ast::Expr) -> bool {
    matches!(expr, ast::Expr::BinaryOp { op: ast::BinaryOperator::And, .. })
}

fn is_marked(expr: &ast::Expr) -> bool {
    let found = ast::visit_expressions(expr, |part| match part {
        ast::Expr::OuterJoin(_) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}
