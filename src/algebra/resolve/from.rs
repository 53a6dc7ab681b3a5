//! A FROM clause in, the relation it makes and the scope it opens out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::scope::{FromItem, Scope, ScopeColumn};
use super::{Bound, Resolver, named_output};
use crate::algebra::expr::Expr;
use crate::algebra::query::{Input, JoinKind, Known, Op, Output, ProblemKind, RelId};
use crate::syntax::ast::{self, Ident, TableAlias, TableFactor};
use crate::text::{Span, closest};

impl Resolver<'_> {
    /// All of FROM: comma-separated items are cross joined from the left, and each sees those before it.
    pub(super) fn from(&mut self, from: &[ast::TableWithJoins], scope: &mut Scope) -> Option<RelId> {
        let mut whole = None;
        for item in from {
            whole = Some(self.joined(item, whole, scope));
        }
        whole
    }

    /// One item and the joins behind it, added to what stands on its left.
    pub(super) fn joined(&mut self, item: &ast::TableWithJoins, left: Option<RelId>, scope: &mut Scope) -> RelId {
        let before = scope.items.len();
        let mut rel = self.factor(&item.relation, scope);
        for join in &item.joins {
            rel = self.join(rel, join, before, scope);
        }
        let Some(left) = left else { return rel };
        let lateral = is_lateral(&item.relation);
        let span = self.query.nodes[rel.0 as usize].span;
        self.node(Op::Join { kind: JoinKind::Cross, left, right: rel, on: Vec::new(), lateral, span }, Vec::new(), span)
    }

    /// One relation of FROM; its item is pushed onto the scope.
    pub(super) fn factor(&mut self, factor: &TableFactor, scope: &mut Scope) -> RelId {
        let span = self.span_of(factor);
        match factor {
            TableFactor::Table { name, alias, args: None, sample, version, partitions, .. } => {
                let rel = self.table(name, alias.as_ref(), scope, span);
                let rel = self.at_moment(rel, version.as_ref(), partitions, span);
                self.sampled(rel, sample.as_ref(), span)
            }
            TableFactor::Table { name, alias, args: Some(args), with_ordinality, .. } => {
                self.called(name, &args.args, *with_ordinality, alias.as_ref(), scope, span)
            }
            TableFactor::Function { name, args, with_ordinality, alias, .. } => {
                self.called(name, args, *with_ordinality, alias.as_ref(), scope, span)
            }
            TableFactor::TableFunction { expr, alias } => self.called_expr(expr, alias.as_ref(), scope, span),
            TableFactor::Derived { subquery, alias, sample, .. } => {
                let inner = Scope::inside(Some(scope));
                let bound = self.query_in(subquery, &inner);
                let rel = bound.rel;
                self.push_item(scope, alias.as_ref(), "", Vec::new(), bound);
                self.sampled(rel, sample.as_ref(), span)
            }
            TableFactor::NestedJoin { table_with_joins, alias } => self.nested(table_with_joins, alias.as_ref(), scope),
            TableFactor::UNNEST { alias, array_exprs, with_offset, with_offset_alias, with_ordinality } => {
                let offset = (*with_offset).then(|| with_offset_alias.clone().unwrap_or_else(|| Ident::new("offset")));
                let ordinal = (*with_ordinality).then(|| Ident::new("ordinality"));
                self.unnest(array_exprs, offset.or(ordinal), alias.as_ref(), scope, span)
            }
            TableFactor::Pivot { table, aggregate_functions, value_column, value_source, alias, .. } => {
                let group = self.pivot_groups.take();
                let bound = self.pivoted_table(table, scope);
                let bound = self.pivot(bound, aggregate_functions, value_column, value_source, group.as_deref(), span);
                self.finish_item(scope, alias.as_ref(), bound)
            }
            TableFactor::Unpivot { table, value, name, columns, null_inclusion, alias } => {
                let bound = self.pivoted_table(table, scope);
                let keep_nulls = matches!(null_inclusion, Some(ast::NullInclusion::IncludeNulls));
                let bound = self.unpivot(bound, value, name, columns, keep_nulls, span);
                self.finish_item(scope, alias.as_ref(), bound)
            }
            TableFactor::UnpivotExpr { expression, value_alias, attribute_alias } => {
                self.unpivoted_value(expression, value_alias, attribute_alias.as_ref(), scope, span)
            }
            other => {
                let known = self.document(other, scope, span).or_else(|| self.recognized(other, scope, span));
                known.unwrap_or_else(|| self.opaque_factor(other, scope, span))
            }
        }
    }

    fn pivoted_table(&mut self, table: &TableFactor, scope: &Scope) -> Bound {
        let mut inner = Scope::inside(scope.parent);
        let rel = self.factor(table, &mut inner);
        let outputs = inner.items.iter().flat_map(|item| item.columns.iter().map(|c| c.output.clone())).collect();
        Bound { rel, outputs }
    }

    /// Something FROM may hold that has no meaning here yet: its rows and columns may be anything of what it names.
    fn opaque_factor(&mut self, factor: &TableFactor, scope: &mut Scope, span: Span) -> RelId {
        let (alias, what) = match factor {
            TableFactor::SemanticView { alias, .. } => (alias.clone(), "SEMANTIC_VIEW"),
            _ => (None, "this relation"),
        };
        let mut inner = Scope::inside(Some(scope));
        let mut inputs: Vec<RelId> = Vec::new();
        if let TableFactor::SemanticView { name, .. } = factor {
            inputs.push(self.table(name, None, &mut inner, span));
        }
        self.partial("construct not understood", what, span);
        let rel = self.node(Op::Opaque { inputs, why: what.to_owned() }, Vec::new(), span);
        self.finish_item(scope, alias.as_ref(), Bound { rel, outputs: Vec::new() })
    }

    fn nested(&mut self, inner: &ast::TableWithJoins, alias: Option<&TableAlias>, scope: &mut Scope) -> RelId {
        let Some(alias) = alias else {
            let mut part = Scope { items: Vec::new(), merged: Vec::new(), ..scope.clone() };
            let rel = self.joined(inner, None, &mut part);
            scope.items.append(&mut part.items);
            scope.merged.append(&mut part.merged);
            return rel;
        };
        let mut part = Scope::inside(Some(scope));
        let rel = self.joined(inner, None, &mut part);
        let outputs = self.star_outputs(&part);
        self.finish_item(scope, Some(alias), Bound { rel, outputs })
    }

    pub(super) fn finish_item(&mut self, scope: &mut Scope, alias: Option<&TableAlias>, bound: Bound) -> RelId {
        let rel = bound.rel;
        self.push_item(scope, alias, "", Vec::new(), bound);
        rel
    }

    /// Puts a relation into the scope under its alias (with its column aliases), else under its own name.
    pub(super) fn push_item(
        &mut self,
        scope: &mut Scope,
        alias: Option<&TableAlias>,
        name: &str,
        path: Vec<String>,
        bound: Bound,
    ) {
        let mut columns: Vec<ScopeColumn> = bound
            .outputs
            .into_iter()
            .map(|output| ScopeColumn { key: self.output_key(&output), output, merged: false })
            .collect();
        for (column, renamed) in columns.iter_mut().zip(alias.iter().flat_map(|alias| &alias.columns)) {
            column.key = self.key(&renamed.name);
            column.output.name.clone_from(&renamed.name.value);
            column.output.quoted = renamed.name.quote_style.is_some();
        }
        self.number_repeats(&mut columns);
        let open = self.query.nodes[bound.rel.0 as usize].open;
        let (name, path) = match alias {
            Some(alias) => (self.relation_key(&alias.name), Vec::new()),
            None => (name.to_owned(), path),
        };
        let item =
            FromItem { name, path, table: String::new(), rel: bound.rel, columns, open, shadow: false, element: None };
        scope.items.push(item);
    }

    /// Two columns of one name in a subquery: some dialects call the second `name_1`.
    fn number_repeats(&self, columns: &mut [ScopeColumn]) {
        if !self.dialect.flag("repeated_names_are_numbered") {
            return;
        }
        let mut met: BTreeMap<String, usize> = BTreeMap::new();
        for column in columns {
            let count = met.entry(column.key.clone()).or_default();
            if *count > 0 {
                column.output.name = format!("{}_{count}", column.output.name);
                column.key = self.output_key(&column.output);
            }
            *count += 1;
        }
    }

    fn sampled(&mut self, rel: RelId, sample: Option<&ast::TableSampleKind>, span: Span) -> RelId {
        let Some(sample) = sample else { return rel };
        let text = match sample {
            ast::TableSampleKind::BeforeTableAlias(sample) | ast::TableSampleKind::AfterTableAlias(sample) => {
                sample.to_string()
            }
        };
        self.node(Op::Sample { input: rel, text }, Vec::new(), span)
    }

    /// A table's name: a CTE, a table this text made, a column of arrays on its left, or a relation outside.
    fn table(&mut self, name: &ast::ObjectName, alias: Option<&TableAlias>, scope: &mut Scope, span: Span) -> RelId {
        let parts: Vec<Ident> = idents(name);
        let keys: Vec<String> = parts.iter().map(|part| self.relation_key(part)).collect();
        let own = keys.last().cloned().unwrap_or_default();
        if let [only] = keys.as_slice()
            && let Some(bound) = self.cte_named(only, span)
        {
            let rel = bound.rel;
            self.push_item(scope, alias, &own, keys, bound);
            return rel;
        }
        if parts.len() > 1
            && self.dialect.flag("implicit_unnest")
            && scope.items.iter().any(|item| item.answers_to(&keys[..1]))
        {
            return self.implicit_unnest(&parts, alias, scope, span);
        }
        let known = self.locals.get(&keys.join(".")).or_else(|| self.locals.get(&own)).cloned();
        let known = known.or_else(|| self.catalog.find(&parts));
        let bound = self.scan(&parts, &keys, known, span);
        let rel = bound.rel;
        let table = keys.join(".");
        self.push_item(scope, alias, &own, keys, bound);
        if let Some(item) = scope.items.last_mut() {
            item.table = table;
        }
        rel
    }

    pub(super) fn scan(&mut self, parts: &[Ident], keys: &[String], known: Option<Arc<Known>>, span: Span) -> Bound {
        let written: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
        let written = written.join(".");
        if known.is_none() && self.catalog.is_complete() {
            let message = format!("`{written}` is not a model, source, seed or CTE that anyone declares.");
            let near = self.ctes.iter().map(|cte| cte.key.as_str());
            let help = closest(keys.last().map_or("", String::as_str), near)
                .map(|near| format!("Did you mean the CTE `{near}`?"));
            self.problem(ProblemKind::UnknownRelation, span, message, help);
        }
        let id = known.as_ref().map_or_else(|| keys.join("."), |known| known.id.clone());
        let input = self.input(Input { id, written, span, known: known.clone() });
        let columns = known.as_deref().map_or(&[][..], |known| &known.columns);
        let outputs: Vec<Output> = columns
            .iter()
            .map(|column| {
                let id = self.column(&column.name, column.quoted, column.ty.clone(), span);
                named_output(&column.name, column.quoted, id, span)
            })
            .collect();
        let names = columns.iter().map(|column| column.name.clone()).collect();
        let ids = outputs.iter().map(|output| output.column).collect();
        let rel = self.node(Op::Scan { input, names }, ids, span);
        Bound { rel, outputs }
    }

    fn cte_named(&mut self, key: &str, span: Span) -> Option<Bound> {
        let cte = self.ctes.iter().rev().find(|cte| cte.key == key)?.clone();
        if let Some(entry) = cte.entry {
            self.query.ctes[entry].readers += 1;
        }
        Some(self.instance(&cte.bound, span))
    }

    /// The condition of a join as conjuncts.
    pub(super) fn conjuncts(&mut self, expr: &ast::Expr, scope: &Scope) -> Vec<Expr> {
        let mut parts = vec![expr];
        let mut conjuncts = Vec::new();
        while let Some(part) = parts.pop() {
            match part {
                ast::Expr::BinaryOp { left, op: ast::BinaryOperator::And, right } => {
                    parts.push(right);
                    parts.push(left);
                }
                ast::Expr::Nested(inner) => parts.push(inner),
                part => conjuncts.push(self.expr(part, scope)),
            }
        }
        conjuncts
    }
}

/// The identifiers of a dotted name.
pub(super) fn idents(name: &ast::ObjectName) -> Vec<Ident> {
    name.0
        .iter()
        .map(|part| match part {
            ast::ObjectNamePart::Identifier(ident) => ident.clone(),
            ast::ObjectNamePart::Function(function) => function.name.clone(),
        })
        .collect()
}

/// May this relation read the columns of those on its left?
pub(super) fn is_lateral(relation: &TableFactor) -> bool {
    matches!(
        relation,
        TableFactor::Derived { lateral: true, .. }
            | TableFactor::Function { .. }
            | TableFactor::UNNEST { .. }
            | TableFactor::UnpivotExpr { .. }
            | TableFactor::TableFunction { .. }
            | TableFactor::JsonTable { .. }
            | TableFactor::OpenJsonTable { .. }
            | TableFactor::XmlTable { .. }
            | TableFactor::Table { args: Some(_), .. }
    )
}
