//! START WITH and CONNECT BY in, the rows they reach out.
//!
//! A row of FROM comes once for each way that leads to it, so keys are lost; which come is decided by the columns that
//! the conditions read, whatever rows they read them of.

use super::Resolver;
use super::expression::text;
use super::scope::{FromItem, Scope, ScopeColumn};
use crate::algebra::expr::{Expr, ExprKind};
use crate::algebra::query::{ColumnId, Op, RelId};
use crate::algebra::sql_type::{Family, Type};
use crate::syntax::ast::{self, ConnectByKind};

/// Columns that only such a block has.
const OF_HIERARCHY: [&str; 3] = ["LEVEL", "CONNECT_BY_ISLEAF", "CONNECT_BY_ISCYCLE"];

impl Resolver<'_> {
    pub(super) fn connected(&mut self, rel: RelId, select: &ast::Select, scope: &mut Scope) -> RelId {
        if select.connect_by.is_empty() {
            return rel;
        }
        let span = self.span_of(select);
        let taken = |name: &str| {
            let key = self.dialect.column_key(name, false);
            scope.items.iter().flat_map(|item| &item.columns).any(|column| column.key == key)
        };
        let names: Vec<&str> = OF_HIERARCHY.into_iter().filter(|name| !taken(name)).collect();
        let columns: Vec<ScopeColumn> = names
            .iter()
            .map(|name| {
                let column = self.column(name, false, Type::named("BIGINT", Family::Integer), span);
                let output = super::named_output(name, false, column, span);
                ScopeColumn { key: self.output_key(&output), output, merged: false }
            })
            .collect();
        let own: Vec<ColumnId> = columns.iter().map(|column| column.output.column).collect();
        let (name, path, table) = (String::new(), Vec::new(), String::new());
        // No star shows them.
        scope.items.push(FromItem { name, path, table, rel, columns, open: false, shadow: true, element: None });
        let mut args = vec![text("CONNECT BY", span)];
        for clause in &select.connect_by {
            let (what, conditions) = match clause {
                ConnectByKind::ConnectBy { relationships, nocycle, .. } => {
                    (if *nocycle { "NOCYCLE" } else { "CONNECT" }, relationships.iter().collect())
                }
                ConnectByKind::StartWith { condition, .. } => ("START", vec![condition.as_ref()]),
            };
            args.push(text(what, span));
            for condition in conditions {
                let mut condition = self.expr(condition, scope);
                said_by_name(&mut condition, &own, &names);
                args.push(condition);
            }
        }
        let ways = Expr::call("CONNECT BY", args, Type::unknown(), span);
        if let Some(item) = scope.items.last_mut() {
            item.rel = RelId(self.query.nodes.len() as u32);
        }
        self.node(Op::Unnest { input: rel, exprs: vec![ways], columns: own, outer: false }, Vec::new(), span)
    }
}

/// The conditions decide what LEVEL is: in them it is no column yet.
fn said_by_name(expr: &mut Expr, own: &[ColumnId], names: &[&str]) {
    let at = expr.as_column().and_then(|column| own.iter().position(|own| *own == column));
    match at {
        Some(at) => expr.kind = ExprKind::Call { function: names[at].to_owned(), args: Vec::new(), volatile: false },
        None => expr.each_part_mut(&mut |part| said_by_name(part, own, names)),
    }
}
