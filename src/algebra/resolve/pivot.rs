//! PIVOT and UNPIVOT in, the plain operators they stand for out.

use super::expression::{boolean, string};
use super::scope::Scope;
use super::{Bound, Resolver, named_output};
use crate::algebra::expr::{Expr, ExprKind};
use crate::algebra::query::{ColumnId, JoinKind, Op, Output};
use crate::algebra::sql_type::Type;
use crate::syntax::ast::{self, ExprWithAlias, PivotValueSource};
use crate::text::Span;

impl Resolver<'_> {
    /// One row per group of the columns that the pivot does not name, one column per value and aggregate: an
    /// aggregation whose aggregates are filtered by the value. `group`: the grouping columns, where they are said.
    pub(super) fn pivot(
        &mut self,
        bound: Bound,
        aggregates: &[ExprWithAlias],
        on: &[ast::Expr],
        source: &PivotValueSource,
        group: Option<&[ast::Expr]>,
        span: Span,
    ) -> Bound {
        let mut scope = Scope::default();
        self.push_item(&mut scope, None, "", Vec::new(), bound.clone());
        let on: Vec<Expr> = on.iter().map(|expr| self.expr(expr, &scope)).collect();
        let calls: Vec<(Expr, Option<String>)> = aggregates
            .iter()
            .map(|call| {
                let value = self.expr(&call.expr, &scope);
                (self.one_aggregate(value), call.alias.as_ref().map(|alias| alias.value.clone()))
            })
            .collect();
        let group = group.map(|exprs| exprs.iter().map(|expr| self.expr(expr, &scope)).collect::<Vec<_>>());
        let keys: Vec<Output> = match group {
            Some(group) => bound
                .outputs
                .iter()
                .filter(|o| group.iter().any(|key| key.as_column() == Some(o.column)))
                .cloned()
                .collect(),
            None => {
                let used = |column: ColumnId| {
                    on.iter().chain(calls.iter().map(|(call, _)| call)).any(|expr| reads(expr, column))
                };
                bound.outputs.iter().filter(|output| !used(output.column)).cloned().collect()
            }
        };
        let PivotValueSource::List(values) = source else {
            let read = calls.into_iter().map(|(call, _)| call).chain(on).collect();
            return self.pivot_by_data(&bound, &keys, read, span);
        };
        let mut outputs = Vec::new();
        let key_exprs: Vec<Expr> = keys.iter().map(|key| self.column_expr(key.column, span)).collect();
        for key in &keys {
            let ty = self.query.columns[key.column.0 as usize].ty.clone();
            let column = self.column(&key.name, key.quoted, ty, span);
            outputs.push(Output { column, ..key.clone() });
        }
        let mut filtered = Vec::new();
        for value in values {
            let tests = self.pivot_tests(&on, &value.expr, &scope, span);
            let label = value.alias.as_ref().map_or_else(|| self.pivot_label(&value.expr), |alias| alias.value.clone());
            for (call, alias) in &calls {
                let name = match alias {
                    Some(alias) if self.dialect.flag("pivot_aggregate_first") => format!("{alias}_{label}"),
                    Some(alias) if calls.len() > 1 || self.dialect.flag("pivot_names_aggregate") => {
                        format!("{label}_{alias}")
                    }
                    _ if calls.len() > 1 => format!("{label}_{}", call_name(call)),
                    _ => label.clone(),
                };
                let aggregate = filtered_by(call.clone(), tests.clone());
                let column = self.column(&name, true, aggregate.ty.clone(), span);
                outputs.push(named_output(&name, true, column, span));
                filtered.push(aggregate);
            }
        }
        let columns = outputs.iter().map(|output| output.column).collect();
        let rel = self.node(
            Op::Aggregate { input: bound.rel, keys: key_exprs, aggregates: filtered, sets: Vec::new() },
            columns,
            span,
        );
        Bound { rel, outputs }
    }

    /// A pivot whose columns depend on the data: beside the groups, columns that are found by use, each of which may be
    /// made of all that the pivot names.
    fn pivot_by_data(&mut self, bound: &Bound, keys: &[Output], mut read: Vec<Expr>, span: Span) -> Bound {
        self.partial("pivot by data", "its columns depend on the data", span);
        read.iter_mut().for_each(without_aggregates);
        let mut outputs = Vec::new();
        for key in keys {
            let ty = self.query.columns[key.column.0 as usize].ty.clone();
            let column = self.column(&key.name, key.quoted, ty, span);
            outputs.push(Output { column, ..key.clone() });
        }
        let values = self.column("pivot_value", false, Type::unknown(), span);
        let function = "PIVOT_VALUE".to_owned();
        let kind = ExprKind::Aggregate { function, args: read, distinct: false, filter: None, order: Vec::new() };
        let aggregate = Expr::new(kind, Type::unknown(), span);
        let groups: Vec<Expr> = keys.iter().map(|key| self.column_expr(key.column, span)).collect();
        let columns = outputs.iter().map(|output| output.column).chain([values]).collect();
        let op = Op::Aggregate { input: bound.rel, keys: groups, aggregates: vec![aggregate], sets: Vec::new() };
        let left = self.node(op, columns, span);
        let args = vec![self.column_expr(values, span)];
        let op = Op::TableFunction { name: "PIVOT BY DATA".to_owned(), args, open: true };
        let right = self.node(op, Vec::new(), span);
        let op = Op::Join { kind: JoinKind::Cross, left, right, on: Vec::new(), lateral: true, span };
        Bound { rel: self.node(op, Vec::new(), span), outputs }
    }

    /// A value made of several aggregates, such as `min(a) / 2`: an aggregate nobody knows, of the columns it reads.
    fn one_aggregate(&mut self, call: Expr) -> Expr {
        if matches!(call.kind, ExprKind::Aggregate { .. }) {
            return call;
        }
        self.partial("construct not understood", "a PIVOT value that is no aggregate", call.span);
        let (span, mut value) = (call.span, call);
        without_aggregates(&mut value);
        let function = "PIVOT_VALUE".to_owned();
        let args = vec![value];
        let kind = ExprKind::Aggregate { function, args, distinct: false, filter: None, order: Vec::new() };
        Expr::new(kind, Type::unknown(), span)
    }

    /// The name of a value's column; Snowflake's keeps the quotes of a text.
    fn pivot_label(&self, value: &ast::Expr) -> String {
        match super::name::string_value(value) {
            Some(text) if self.dialect.flag("pivot_keeps_quotes") => format!("'{text}'"),
            _ => label_of(value),
        }
    }

    fn pivot_tests(&mut self, on: &[Expr], value: &ast::Expr, scope: &Scope, span: Span) -> Expr {
        let values: Vec<Expr> = match value {
            ast::Expr::Tuple(values) => values.iter().map(|value| self.expr(value, scope)).collect(),
            // `IN (a, b)` may name its values without quotes.
            ast::Expr::Identifier(ident) => vec![super::expression::text(&ident.value, span)],
            value => vec![self.expr(value, scope)],
        };
        let tests = on
            .iter()
            .zip(values)
            .map(|(on, value)| Expr::call("IS NOT DISTINCT FROM", vec![on.clone(), value], boolean(), span));
        let tests: Vec<Expr> = tests.collect();
        match <[Expr; 1]>::try_from(tests) {
            Ok([only]) => only,
            Err(tests) => Expr::call("AND", tests, boolean(), span),
        }
    }

    /// One row per row and group of columns; a label says which.
    pub(super) fn unpivot(
        &mut self,
        bound: Bound,
        value: &ast::Expr,
        name: &ast::Ident,
        columns: &[ExprWithAlias],
        include_nulls: bool,
        span: Span,
    ) -> Bound {
        let mut scope = Scope::default();
        self.push_item(&mut scope, None, "", Vec::new(), bound.clone());
        let values: Vec<String> = match value {
            ast::Expr::Tuple(names) => names.iter().filter_map(super::name::own_name).collect(),
            value => super::name::own_name(value).into_iter().collect(),
        };
        let mut groups = Vec::new();
        let mut used = Vec::new();
        let mut types: Vec<Option<Type>> = vec![None; values.len()];
        for column in columns {
            let parts: Vec<&ast::Expr> = match &column.expr {
                ast::Expr::Tuple(parts) => parts.iter().collect(),
                expr => vec![expr],
            };
            let label = column.alias.as_ref().map_or_else(|| label_of(&column.expr), |alias| alias.value.clone());
            let ids: Vec<ColumnId> = parts.iter().filter_map(|part| self.expr(part, &scope).as_column()).collect();
            for (at, id) in ids.iter().enumerate().take(types.len()) {
                let ty = self.query.columns[id.0 as usize].ty.clone();
                types[at] = Some(types[at].take().map_or(ty.clone(), |known| known.common(&ty)));
            }
            used.extend(ids.iter().copied());
            groups.push((vec![label], ids));
        }
        let keep: Vec<Output> = bound.outputs.iter().filter(|output| !used.contains(&output.column)).cloned().collect();
        let mut outputs = Vec::new();
        for kept in &keep {
            let ty = self.query.columns[kept.column.0 as usize].ty.clone();
            let column = self.column(&kept.name, kept.quoted, ty, span);
            outputs.push(Output { column, ..kept.clone() });
        }
        let label = self.column(&name.value, name.quote_style.is_some(), string(), span);
        outputs.push(super::output(name, label, span));
        for (value, ty) in values.iter().zip(types) {
            let column = self.column(value, false, ty.unwrap_or_default(), span);
            outputs.push(named_output(value, false, column, span));
        }
        let ids = outputs.iter().map(|output| output.column).collect();
        let keep = keep.into_iter().map(|kept| kept.column).collect();
        let rel = self.node(Op::Unpivot { input: bound.rel, groups, keep, include_nulls }, ids, span);
        Bound { rel, outputs }
    }
}

/// Aggregates as plain calls: what is around them is the one aggregate.
fn without_aggregates(expr: &mut Expr) {
    expr.each_part_mut(&mut without_aggregates);
    if let ExprKind::Aggregate { function, args, .. } = &mut expr.kind {
        let (function, args) = (std::mem::take(function), std::mem::take(args));
        expr.kind = ExprKind::Call { function, args, volatile: false };
    }
}

fn reads(expr: &Expr, column: ColumnId) -> bool {
    expr.any(&|part| part.as_column() == Some(column))
}

fn filtered_by(mut call: Expr, test: Expr) -> Expr {
    if let ExprKind::Aggregate { filter, .. } = &mut call.kind {
        *filter = Some(Box::new(match filter.take() {
            Some(own) => Expr::call("AND", vec![*own, test], boolean(), call.span),
            None => test,
        }));
    }
    call
}

fn call_name(call: &Expr) -> String {
    match &call.kind {
        ExprKind::Aggregate { function, .. } => function.to_ascii_lowercase(),
        _ => "value".to_owned(),
    }
}

fn label_of(expr: &ast::Expr) -> String {
    match expr {
        ast::Expr::Tuple(parts) => parts.iter().map(label_of).collect::<Vec<_>>().join("_"),
        expr => {
            super::name::string_value(expr).or_else(|| super::name::own_name(expr)).unwrap_or_else(|| expr.to_string())
        }
    }
}
