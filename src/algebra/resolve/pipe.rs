//! A query with pipe operators in, its relation out: each operator reads the rows and names that the one before it left.
//!
//! Rules of the field: <https://cloud.google.com/bigquery/docs/reference/standard-sql/pipe-syntax>.

use super::scope::{FromItem, Scope, ScopeColumn};
use super::select::{Item, List};
use super::set::Names;
use super::{Bound, Resolver, named_output};
use crate::algebra::expr::{Expr, ExprKind, SortKey};
use crate::algebra::query::{ColumnId, Op, RelId};
use crate::syntax::ast::{self, PipeOperator, SelectFlavor, SetExpr, SetOperator};
use crate::text::Span;

/// Where a pipe has come to.
struct Pipe<'p> {
    rel: RelId,
    scope: Scope<'p>,
    span: Span,
}

impl Resolver<'_> {
    /// `query |> operator |> operator`.
    pub(super) fn piped(&mut self, query: &ast::Query, outer: &Scope) -> Bound {
        self.windows.push(std::collections::BTreeMap::new());
        let mut pipe = self.pipe_start(query, outer);
        for operator in &query.pipe_operators {
            self.pipe_operator(operator, &mut pipe, outer);
        }
        self.windows.pop();
        let outputs = match pipe.scope.items.as_slice() {
            [only] if !only.open => Some(only.columns.iter().map(|column| column.output.clone()).collect()),
            _ => None,
        };
        match outputs {
            Some(outputs) => Bound { rel: pipe.rel, outputs },
            None => self.shown(&pipe),
        }
    }

    /// `FROM t AS a JOIN u` keeps its names in sight; a whole query shows its columns alone.
    fn pipe_start<'p>(&mut self, query: &ast::Query, outer: &'p Scope<'p>) -> Pipe<'p> {
        let mut scope = Scope::inside(Some(outer));
        if let SetExpr::Select(select) = query.body.as_ref()
            && matches!(select.flavor, SelectFlavor::FromFirstNoSelect)
            && let Some(rel) = self.from(&select.from, &mut scope)
        {
            let span = self.query.nodes[rel.0 as usize].span;
            return Pipe { rel, scope, span };
        }
        let bound = self.plain_query(query, outer);
        let span = self.query.nodes[bound.rel.0 as usize].span;
        let rel = bound.rel;
        self.push_item(&mut scope, None, "", Vec::new(), bound);
        Pipe { rel, scope, span }
    }

    fn pipe_operator<'p>(&mut self, operator: &PipeOperator, pipe: &mut Pipe<'p>, outer: &'p Scope<'p>) {
        match operator {
            PipeOperator::Where { expr } => {
                let conjuncts = self.conjuncts(expr, &pipe.scope);
                pipe.rel = self.node(Op::Filter { input: pipe.rel, conjuncts }, Vec::new(), pipe.span);
            }
            PipeOperator::Select { exprs } => {
                let list = self.pipe_items(exprs, List::default(), pipe);
                let bound = self.projected(pipe.rel, list, pipe.span);
                self.pipe_restart(bound, None, pipe, outer);
            }
            PipeOperator::Extend { exprs } => {
                let shown = self.shown_list(pipe);
                let list = self.pipe_items(exprs, shown, pipe);
                self.pipe_project(list, pipe);
            }
            PipeOperator::Set { .. } | PipeOperator::Drop { .. } | PipeOperator::Rename { .. } => {
                let list = self.changed_list(operator, pipe);
                self.pipe_project(list, pipe);
            }
            PipeOperator::As { alias } => {
                let bound = self.shown(pipe);
                self.pipe_restart(bound, Some(alias), pipe, outer);
            }
            PipeOperator::Limit { expr, offset } => {
                let count = Some(self.expr(expr, &pipe.scope));
                let offset = offset.as_ref().map(|offset| self.expr(offset, &pipe.scope));
                let bound = Bound { rel: pipe.rel, outputs: Vec::new() };
                pipe.rel = self.limit(bound, count, offset, false).rel;
            }
            PipeOperator::OrderBy { exprs } => {
                let key = |this: &mut Self, key: &ast::OrderByExpr| {
                    super::set::sort_key(this.expr(&key.expr, &pipe.scope), &key.options)
                };
                let keys = exprs.iter().map(|expr| key(self, expr)).collect();
                pipe.rel = self.node(Op::Sort { input: pipe.rel, keys }, Vec::new(), pipe.span);
            }
            PipeOperator::Aggregate { full_table_exprs, group_by_expr } => {
                let bound = self.pipe_aggregate(full_table_exprs, group_by_expr, pipe);
                self.pipe_restart(bound, None, pipe, outer);
            }
            PipeOperator::Join(join) => pipe.rel = self.join(pipe.rel, join, 0, &mut pipe.scope),
            PipeOperator::TableSample { sample } => {
                let op = Op::Sample { input: pipe.rel, text: sample.to_string() };
                pipe.rel = self.node(op, Vec::new(), pipe.span);
            }
            relation => self.pipe_relation(relation, pipe, outer),
        }
    }

    /// The operators that take the rows as one relation and make another of it.
    fn pipe_relation<'p>(&mut self, operator: &PipeOperator, pipe: &mut Pipe<'p>, outer: &'p Scope<'p>) {
        let bound = self.shown(pipe);
        let span = pipe.span;
        let (bound, alias) = match operator {
            PipeOperator::Union { set_quantifier, queries } => {
                (self.pipe_set(bound, SetOperator::Union, *set_quantifier, queries, outer), None)
            }
            PipeOperator::Intersect { set_quantifier, queries } => {
                (self.pipe_set(bound, SetOperator::Intersect, *set_quantifier, queries, outer), None)
            }
            PipeOperator::Except { set_quantifier, queries } => {
                (self.pipe_set(bound, SetOperator::Except, *set_quantifier, queries, outer), None)
            }
            PipeOperator::Pivot { aggregate_functions, value_column, value_source, alias } => {
                let on = ast::Expr::CompoundIdentifier(value_column.clone());
                let on = [value_column
                    .first()
                    .filter(|_| value_column.len() == 1)
                    .cloned()
                    .map_or(on, ast::Expr::Identifier)];
                (self.pivot(bound, aggregate_functions, &on, value_source, None, span), alias.as_ref())
            }
            PipeOperator::Unpivot { value_column, name_column, unpivot_columns, alias } => {
                let value = ast::Expr::Identifier(value_column.clone());
                let columns = unpivot_columns.iter().map(|column| ast::Expr::Identifier(column.clone()));
                let columns: Vec<_> = columns.map(|expr| ast::ExprWithAlias { expr, alias: None }).collect();
                (self.unpivot(bound, &value, name_column, &columns, false, span), alias.as_ref())
            }
            PipeOperator::Call { function, .. } if function.name.to_string() == "distinct_rows" => {
                let rel = self.node(Op::Distinct { input: bound.rel, on: None }, Vec::new(), span);
                (Bound { rel, ..bound }, None)
            }
            other => (self.pipe_call(other, bound, outer, span), None),
        };
        self.pipe_restart(bound, alias, pipe, outer);
    }

    /// A table function over the rows, and whatever has no meaning here: anything of what it is handed.
    fn pipe_call(&mut self, operator: &PipeOperator, bound: Bound, outer: &Scope, span: Span) -> Bound {
        let mut inputs = vec![bound.rel];
        if let PipeOperator::Call { function, .. } = operator
            && let ast::FunctionArguments::List(list) = &function.args
        {
            for arg in &list.args {
                if let ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ast::Expr::Subquery(query)))
                | ast::FunctionArg::Named { arg: ast::FunctionArgExpr::Expr(ast::Expr::Subquery(query)), .. } = arg
                {
                    inputs.push(self.query_in(query, outer).rel);
                }
            }
        }
        self.partial("construct not understood", "a table function in a pipe", span);
        let rel = self.node(Op::Opaque { inputs, why: operator.to_string() }, Vec::new(), span);
        Bound { rel, outputs: Vec::new() }
    }

    fn pipe_set(
        &mut self,
        mut bound: Bound,
        op: SetOperator,
        quantifier: ast::SetQuantifier,
        queries: &[ast::Query],
        outer: &Scope,
    ) -> Bound {
        for query in queries {
            let (right, names) = match super::set::named_side(&query.body) {
                Some((noted, names)) => (self.query_in(noted, outer), names),
                None => (self.query_in(query, outer), Names::All),
            };
            let span = self.span_of(query);
            bound = self.set_operation(bound, right, op, quantifier, &names, span);
        }
        bound
    }

    /// Groups first, then aggregates; a key with a direction is sorted by.
    fn pipe_aggregate(
        &mut self,
        aggregates: &[ast::ExprWithAliasAndOrderBy],
        groups: &[ast::ExprWithAliasAndOrderBy],
        pipe: &Pipe,
    ) -> Bound {
        let mut list = List::default();
        for item in groups.iter().chain(aggregates) {
            let (name, quoted) = match &item.expr.alias {
                Some(alias) => (alias.value.clone(), alias.quote_style.is_some()),
                None => self.implied_name(&item.expr.expr, list.items.len()),
            };
            let span = self.span_of(&item.expr.expr);
            let expr = self.expr(&item.expr.expr, &pipe.scope);
            list.items.push(Item { name, quoted, expr, span, from_star: false });
        }
        let keys = groups.iter().map(|group| group.expr.expr.clone()).collect();
        let clause = ast::GroupByExpr::Expressions(keys, Vec::new());
        let rel = self.grouped(pipe.rel, &clause, true, &pipe.scope, &mut list, &mut [], &mut None);
        let bound = self.projected(rel, list, pipe.span);
        let ordered = aggregates.iter().enumerate().map(|(at, item)| (at + groups.len(), item));
        let ordered = ordered.chain(groups.iter().enumerate()).filter(|(_, item)| item.order_by.sort.is_some());
        let keys: Vec<SortKey> = ordered
            .map(|(at, item)| {
                super::set::sort_key(self.column_expr(bound.outputs[at].column, pipe.span), &item.order_by)
            })
            .collect();
        if keys.is_empty() {
            return bound;
        }
        let rel = self.node(Op::Sort { input: bound.rel, keys }, Vec::new(), pipe.span);
        Bound { rel, ..bound }
    }

    /// SET, DROP and RENAME: the columns in sight with some of them changed.
    fn changed_list(&mut self, operator: &PipeOperator, pipe: &Pipe) -> List {
        let mut list = self.shown_list(pipe);
        match operator {
            PipeOperator::Set { assignments } => {
                for assignment in assignments {
                    let ast::AssignmentTarget::ColumnName(name) = &assignment.target else { continue };
                    let Some(ident) = super::from::idents(name).pop() else { continue };
                    let value = self.expr(&assignment.value, &pipe.scope);
                    self.replace(&mut list, &ident, Some(&ident), Some(value));
                }
            }
            PipeOperator::Drop { columns } => {
                for ident in columns {
                    self.replace(&mut list, ident, None, None);
                }
            }
            PipeOperator::Rename { mappings } => {
                for mapping in mappings {
                    self.replace(&mut list, &mapping.ident, Some(&mapping.alias), None);
                }
            }
            _ => {}
        }
        list
    }

    /// Gives a column another name or value; without a name it goes.
    fn replace(&mut self, list: &mut List, ident: &ast::Ident, name: Option<&ast::Ident>, value: Option<Expr>) {
        let key = self.key(ident);
        let found = list.items.iter().position(|item| self.dialect.column_key(&item.name, item.quoted) == key);
        list.stars.iter_mut().for_each(|star| star.except.push(key.clone()));
        match (found, name) {
            (Some(at), None) => drop(list.items.remove(at)),
            (Some(at), Some(name)) => {
                let item = &mut list.items[at];
                (item.name, item.quoted) = (name.value.clone(), name.quote_style.is_some());
                if let Some(value) = value {
                    item.expr = value;
                }
            }
            (None, Some(name)) => {
                let span = self.ident_span(ident);
                let open = list.stars.first().map(|star| star.relation);
                let expr = value.or_else(|| {
                    let column = self.demand(open?, &key, ident)?;
                    Some(self.column_expr(column, span))
                });
                let expr = expr.unwrap_or_else(|| super::scope::nothing_known(&ident.value, Vec::new(), span));
                let (name, quoted) = (name.value.clone(), name.quote_style.is_some());
                list.items.push(Item { name, quoted, expr, span, from_star: false });
            }
            (None, None) => {}
        }
    }

    /// Adds the items of a SELECT or EXTEND; functions that multiply rows do so below them.
    fn pipe_items(&mut self, exprs: &[ast::SelectItem], mut list: List, pipe: &mut Pipe) -> List {
        let saved = std::mem::take(&mut self.pending_unnests);
        for item in exprs {
            self.select_item(item, &pipe.scope, &mut list);
        }
        let unnests = std::mem::replace(&mut self.pending_unnests, saved);
        if !unnests.is_empty() {
            let (exprs, columns) = unnests.into_iter().unzip();
            let op = Op::Unnest { input: pipe.rel, exprs, columns, outer: false };
            pipe.rel = self.node(op, Vec::new(), pipe.span);
        }
        list
    }

    /// `*` over what is in sight.
    fn shown_list(&mut self, pipe: &Pipe) -> List {
        let mut list = List::default();
        self.star(&pipe.scope, None, &ast::WildcardAdditionalOptions::default(), &mut list, pipe.span);
        list
    }

    fn shown(&mut self, pipe: &Pipe) -> Bound {
        let list = self.shown_list(pipe);
        self.projected(pipe.rel, list, pipe.span)
    }

    /// From here on only the columns of `bound` are in sight, under one name or none.
    fn pipe_restart<'p>(
        &mut self,
        bound: Bound,
        alias: Option<&ast::Ident>,
        pipe: &mut Pipe<'p>,
        outer: &'p Scope<'p>,
    ) {
        pipe.rel = bound.rel;
        pipe.scope = Scope::inside(Some(outer));
        let name = alias.map_or_else(String::new, |alias| self.relation_key(alias));
        self.push_item(&mut pipe.scope, None, &name, Vec::new(), bound);
    }

    /// The columns in sight become those of the list; what was named `t.a` before stays so, in the shadow.
    fn pipe_project(&mut self, list: List, pipe: &mut Pipe) {
        let mut bound = self.projected(pipe.rel, list, pipe.span);
        let Op::Project { mut exprs, input, stars } = self.query.nodes[bound.rel.0 as usize].op.clone() else { return };
        let mut columns = self.query.nodes[bound.rel.0 as usize].columns.clone();
        let mut shadows = Vec::new();
        for item in std::mem::take(&mut pipe.scope.items).into_iter().filter(|item| !item.name.is_empty()) {
            let passed = item.columns.iter().map(|column| {
                let old = column.output.column;
                let known = exprs.iter().position(|expr| expr.as_column() == Some(old)).map(|at| columns[at]);
                let new = known.unwrap_or_else(|| self.passed_on(old, column, &mut exprs, &mut columns));
                let mut output = column.output.clone();
                output.column = new;
                ScopeColumn { key: column.key.clone(), output, merged: true }
            });
            let kept = passed.collect();
            shadows.push(FromItem { rel: bound.rel, columns: kept, shadow: true, ..item });
        }
        let node = &mut self.query.nodes[bound.rel.0 as usize];
        node.op = Op::Project { input, exprs, stars };
        node.columns = columns;
        pipe.rel = bound.rel;
        pipe.scope.merged.clear();
        let outputs = std::mem::take(&mut bound.outputs);
        self.push_item(&mut pipe.scope, None, "", Vec::new(), Bound { rel: bound.rel, outputs });
        pipe.scope.items.extend(shadows);
    }

    fn passed_on(
        &mut self,
        old: ColumnId,
        column: &ScopeColumn,
        exprs: &mut Vec<Expr>,
        columns: &mut Vec<ColumnId>,
    ) -> ColumnId {
        let ty = self.query.columns[old.0 as usize].ty.clone();
        let output = named_output(&column.output.name, column.output.quoted, old, column.output.span);
        let new = self.column(&output.name, output.quoted, ty.clone(), output.span);
        exprs.push(Expr::new(ExprKind::Column(old), ty, output.span));
        columns.push(new);
        new
    }
}
