//! A query expression in, its relation out: WITH, set operations, VALUES, ORDER BY and LIMIT.

use super::expression::boolean;
use super::scope::Scope;
use super::{Bound, CteBinding, Resolver, named_output};
use crate::algebra::expr::{Expr, ExprKind, Literal, SortKey};
use crate::algebra::query::{ColumnId, Cte, Op, OpenStar, Output, ProblemKind, RelId, SetKind};
use crate::algebra::sql_type::{Family, Type};
use crate::syntax::ast::{self, SetExpr, SetQuantifier};
use crate::text::Span;

impl Resolver<'_> {
    /// A whole query; `scope` is what it may read besides its own FROM (outer blocks).
    pub(super) fn query_in(&mut self, query: &ast::Query, scope: &Scope) -> Bound {
        let visible = self.ctes.len();
        if let Some(with) = &query.with {
            self.with(with, scope);
        }
        let bound =
            if query.pipe_operators.is_empty() { self.plain_query(query, scope) } else { self.piped(query, scope) };
        self.ctes.truncate(visible);
        bound
    }

    /// The query without its WITH and its pipes.
    pub(super) fn plain_query(&mut self, query: &ast::Query, scope: &Scope) -> Bound {
        let bound = match query.body.as_ref() {
            SetExpr::Select(select) => {
                self.limit_by = limit_by(query);
                self.select(select, query.order_by.as_ref(), scope)
            }
            body => {
                let bound = self.set_expr(body, scope);
                self.ordered(bound, query.order_by.as_ref(), scope)
            }
        };
        let bound = self.limited(bound, query, scope);
        self.packed(bound, query)
    }

    fn with(&mut self, with: &ast::With, scope: &Scope) {
        for cte in &with.cte_tables {
            let key = self.relation_key(&cte.alias.name);
            let recursive = (with.recursive || self.dialect.flag("implicit_recursion"))
                && names_itself(&cte.query, &cte.alias.name.value);
            let bound = if recursive { self.recursive(cte, &key, scope) } else { self.query_in(&cte.query, scope) };
            let bound = self.renamed(bound, &cte.alias.columns);
            let span = self.ident_span(&cte.alias.name);
            let entry = self.cte(Cte { name: cte.alias.name.value.clone(), span, relation: bound.rel, readers: 0 });
            self.ctes.push(CteBinding { key, bound, entry: Some(entry) });
        }
    }

    /// Gives a relation's columns the names of an alias list.
    pub(super) fn renamed(&mut self, mut bound: Bound, names: &[ast::TableAliasColumnDef]) -> Bound {
        for (output, alias) in bound.outputs.iter_mut().zip(names) {
            output.name.clone_from(&alias.name.value);
            output.quoted = alias.name.quote_style.is_some();
        }
        bound
    }

    /// `seed UNION [ALL] step`, where the step reads the CTE's own name.
    fn recursive(&mut self, cte: &ast::Cte, key: &str, scope: &Scope) -> Bound {
        let SetExpr::SetOperation { op: ast::SetOperator::Union, left, right, set_quantifier } =
            cte.query.body.as_ref()
        else {
            return self.query_in(&cte.query, scope);
        };
        let visible = self.ctes.len();
        if let Some(with) = &cte.query.with {
            self.with(with, scope);
        }
        let seed = self.set_expr(left, scope);
        let seed = self.renamed(seed, &cte.alias.columns);
        let span = self.ident_span(&cte.alias.name);
        let fresh = |this: &mut Self, output: &Output| {
            let ty = this.query.columns[output.column.0 as usize].ty.clone();
            let column = this.column(&output.name, output.quoted, ty, output.span);
            named_output(&output.name, output.quoted, column, output.span)
        };
        let so_far: Vec<Output> = seed.outputs.iter().map(|output| fresh(self, output)).collect();
        let columns = so_far.iter().map(|output| output.column).collect();
        let recur = self.node(Op::Recur { of: RelId(u32::MAX) }, columns, span);
        self.ctes.push(CteBinding { key: key.to_owned(), bound: Bound { rel: recur, outputs: so_far }, entry: None });
        let step = self.set_expr(right, scope);
        self.ctes.truncate(visible);
        let outputs: Vec<Output> = seed.outputs.iter().map(|output| fresh(self, output)).collect();
        let columns: Vec<ColumnId> = outputs.iter().map(|output| output.column).collect();
        let ids = |bound: &Bound| bound.outputs.iter().map(|output| output.column).collect::<Vec<_>>();
        let all = matches!(set_quantifier, SetQuantifier::All | SetQuantifier::AllByName);
        let rel =
            self.node(Op::Recursive { seed: (seed.rel, ids(&seed)), step: (step.rel, ids(&step)), all }, columns, span);
        self.query.nodes[recur.0 as usize].op = Op::Recur { of: rel };
        let bound = self.ordered(Bound { rel, outputs }, cte.query.order_by.as_ref(), scope);
        self.limited(bound, &cte.query, scope)
    }

    pub(super) fn set_expr(&mut self, body: &SetExpr, scope: &Scope) -> Bound {
        match body {
            SetExpr::Select(select) => self.select(select, None, scope),
            SetExpr::Query(query) => self.query_in(query, scope),
            SetExpr::SetOperation { .. } => self.set_chain(body, scope),
            SetExpr::Values(values) => self.values(values, scope),
            SetExpr::Table(table) => self.table_statement(table),
            SetExpr::Insert(statement)
            | SetExpr::Update(statement)
            | SetExpr::Delete(statement)
            | SetExpr::Merge(statement) => {
                let span = self.span_of(body);
                let back = self.write(statement, span);
                back.unwrap_or_else(|| {
                    let rel = self.node(Op::Values { rows: Vec::new() }, Vec::new(), span);
                    Bound { rel, outputs: Vec::new() }
                })
            }
        }
    }

    /// A left-deep chain of set operations, unrolled so that ten thousand branches need no deep stack.
    fn set_chain(&mut self, body: &SetExpr, scope: &Scope) -> Bound {
        let mut rights = Vec::new();
        let mut first = body;
        while let SetExpr::SetOperation { left, op, set_quantifier, right } = first {
            rights.push((op, set_quantifier, right));
            first = left;
        }
        let mut bound = self.set_expr(first, scope);
        for (op, quantifier, right) in rights.into_iter().rev() {
            let (right_bound, names) = self.noted_side(right, scope);
            let span = self.span_of(right.as_ref());
            bound = self.set_operation(bound, right_bound, *op, *quantifier, &names, span);
        }
        bound
    }

    /// The right side and the names that come out, where a note says which.
    fn noted_side(&mut self, right: &SetExpr, scope: &Scope) -> (Bound, Names) {
        match named_side(right) {
            Some((query, names)) => (self.query_in(query, scope), names),
            None => (self.set_expr(right, scope), Names::All),
        }
    }

    pub(super) fn set_operation(
        &mut self,
        left: Bound,
        right: Bound,
        op: ast::SetOperator,
        quantifier: SetQuantifier,
        names: &Names,
        span: Span,
    ) -> Bound {
        let kind = match op {
            ast::SetOperator::Union => SetKind::Union,
            ast::SetOperator::Intersect => SetKind::Intersect,
            ast::SetOperator::Except | ast::SetOperator::Minus => SetKind::Except,
        };
        let all = matches!(quantifier, SetQuantifier::All | SetQuantifier::AllByName);
        let by_name =
            matches!(quantifier, SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName);
        let (left, right) = if by_name { self.aligned(left, right, names, span) } else { (left, right) };
        let open = [&left, &right].iter().any(|side| self.query.nodes[side.rel.0 as usize].open);
        if !open && left.outputs.len() != right.outputs.len() {
            let (a, b) = (left.outputs.len(), right.outputs.len());
            let message = format!("This branch has {b} columns, the branches before it have {a}.");
            self.problem(
                ProblemKind::SetColumnCount,
                span,
                message,
                Some("Give both branches the same columns in the same order.".to_owned()),
            );
            self.partial("set operation of unequal branches", format!("{a} and {b} columns"), span);
        }
        let mut outputs = Vec::new();
        let mut inputs = (Vec::new(), Vec::new());
        for (one, two) in left.outputs.iter().zip(&right.outputs) {
            let (a, b) = (&self.query.columns[one.column.0 as usize].ty, &self.query.columns[two.column.0 as usize].ty);
            // A string beside another kind: most engines read it as that, or refuse; some make all of them strings.
            let mixed =
                (a.family == Family::String) != (b.family == Family::String) && !a.is_unknown() && !b.is_unknown();
            let ty = if mixed && !self.dialect.flag("strings_absorb") { Type::unknown() } else { a.common(b) };
            let column = self.column(&one.name, one.quoted, ty, one.span);
            outputs.push(Output { column, ..one.clone() });
            inputs.0.push(one.column);
            inputs.1.push(two.column);
        }
        let columns = outputs.iter().map(|output| output.column).collect();
        let op = Op::Set { kind, all, inputs: vec![(left.rel, inputs.0), (right.rel, inputs.1)] };
        let rel = self.node(op, columns, span);
        Bound { rel, outputs }
    }

    /// BY NAME: both sides get the same names, NULL where a side lacks one.
    fn aligned(&mut self, left: Bound, right: Bound, which: &Names, span: Span) -> (Bound, Bound) {
        let mut names: Vec<Output> = left.outputs.clone();
        for output in &right.outputs {
            let key = self.output_key(output);
            if !names.iter().any(|name| self.output_key(name) == key) {
                names.push(output.clone());
            }
        }
        let open = |this: &Self, side: &Bound| this.query.nodes[side.rel.0 as usize].open;
        let (left_open, right_open) = (open(self, &left), open(self, &right));
        if left_open || right_open {
            self.partial("columns by name of an undeclared relation", "which columns come out is not known", span);
        }
        let has = |this: &Self, side: &Bound, name: &Output| {
            open(this, side) || side.outputs.iter().any(|output| this.output_key(output) == this.output_key(name))
        };
        let (mut left_rest, mut right_rest) = (left_open, right_open);
        match which {
            Names::All => {}
            Names::Left => {
                names.truncate(left.outputs.len());
                right_rest = false;
            }
            Names::Common => names.retain(|name| has(self, &left, name) && has(self, &right, name)),
            Names::Listed(listed) => {
                names = listed.iter().map(|ident| self.listed_name(ident, &names)).collect();
                (left_rest, right_rest) = (false, false);
            }
        }
        let rest = |this: &Self, side: &Bound| {
            vec![OpenStar { relation: side.rel, except: names.iter().map(|name| this.output_key(name)).collect() }]
        };
        let stars = if left_rest { rest(self, &left) } else { Vec::new() };
        let left = self.arranged(left, &names, stars, span);
        let stars = if right_rest { rest(self, &right) } else { Vec::new() };
        let right = self.arranged(right, &names, stars, span);
        (left, right)
    }

    /// A name of `BY NAME ON (..)`, as a side calls it.
    fn listed_name(&self, ident: &ast::Ident, names: &[Output]) -> Output {
        let known = names.iter().find(|name| self.output_key(name) == self.key(ident)).cloned();
        known.unwrap_or_else(|| super::output(ident, ColumnId(0), self.ident_span(ident)))
    }

    fn arranged(&mut self, bound: Bound, names: &[Output], stars: Vec<OpenStar>, span: Span) -> Bound {
        let mut exprs = Vec::new();
        let mut outputs = Vec::new();
        for name in names {
            let key = self.output_key(name);
            let own = bound.outputs.iter().find(|output| self.output_key(output) == key).map(|output| output.column);
            let ident = if name.quoted { ast::Ident::with_quote('"', &name.name) } else { ast::Ident::new(&name.name) };
            let own = own.or_else(|| self.demand(bound.rel, &key, &ident));
            let expr = match own {
                Some(column) => self.column_expr(column, span),
                None => super::expression::null(span),
            };
            let column = self.column(&name.name, name.quoted, expr.ty.clone(), name.span);
            exprs.push(expr);
            outputs.push(Output { column, ..name.clone() });
        }
        let columns = outputs.iter().map(|output| output.column).collect();
        let rel = self.node(Op::Project { input: bound.rel, exprs, stars }, columns, span);
        Bound { rel, outputs }
    }

    fn values(&mut self, values: &ast::Values, scope: &Scope) -> Bound {
        let span = self.span_of(values);
        let rows: Vec<Vec<Expr>> =
            values.rows.iter().map(|row| row.content.iter().map(|value| self.expr(value, scope)).collect()).collect();
        let width = rows.first().map_or(0, Vec::len);
        let start = usize::from(!self.dialect.flag("values_columns_from_zero"));
        let prefix = if self.dialect.flag("values_columns_long") { "column" } else { "col" };
        let mut outputs = Vec::new();
        for at in 0..width {
            let ty = rows.iter().filter_map(|row| row.get(at)).map(|expr| expr.ty.clone()).reduce(|a, b| a.common(&b));
            let name = format!("{prefix}{}", at + start);
            let column = self.column(&name, false, ty.unwrap_or_default(), span);
            outputs.push(named_output(&name, false, column, span));
        }
        let columns = outputs.iter().map(|output| output.column).collect();
        let rel = self.node(Op::Values { rows }, columns, span);
        Bound { rel, outputs }
    }

    fn table_statement(&mut self, table: &ast::Table) -> Bound {
        let parts: Vec<ast::Ident> = table.schema_name.iter().chain(&table.table_name).map(ast::Ident::new).collect();
        let keys: Vec<String> = parts.iter().map(|part| self.relation_key(part)).collect();
        let known = self.catalog.find(&parts);
        self.scan(&parts, &keys, known, Span::default())
    }

    /// ORDER BY of a set operation or VALUES: names are those of its outputs.
    fn ordered(&mut self, bound: Bound, order: Option<&ast::OrderBy>, scope: &Scope) -> Bound {
        let Some(order) = order else { return bound };
        let mut inner = Scope::inside(Some(scope));
        self.push_item(&mut inner, None, "", Vec::new(), bound.clone());
        let keys = self.order_keys(order, &bound.outputs, &inner);
        let rel =
            self.node(Op::Sort { input: bound.rel, keys }, Vec::new(), self.query.nodes[bound.rel.0 as usize].span);
        Bound { rel, ..bound }
    }

    /// The keys of ORDER BY: ordinals and ALL mean outputs, other names what `scope` says.
    pub(super) fn order_keys(&mut self, order: &ast::OrderBy, outputs: &[Output], scope: &Scope) -> Vec<SortKey> {
        match &order.kind {
            ast::OrderByKind::All(options) => {
                outputs.iter().map(|output| sort_key(self.column_expr(output.column, output.span), options)).collect()
            }
            ast::OrderByKind::Expressions(exprs) => {
                exprs.iter().map(|key| sort_key(self.ordinal_or(&key.expr, outputs, scope), &key.options)).collect()
            }
        }
    }

    pub(super) fn ordinal_or(&mut self, expr: &ast::Expr, outputs: &[Output], scope: &Scope) -> Expr {
        match ordinal(expr).and_then(|at| outputs.get(at)) {
            Some(output) => self.column_expr(output.column, self.span_of(expr)),
            None => self.expr(expr, scope),
        }
    }

    pub(super) fn limited(&mut self, bound: Bound, query: &ast::Query, scope: &Scope) -> Bound {
        let (mut count, mut offset, mut with_ties) = (None, None, false);
        match &query.limit_clause {
            Some(ast::LimitClause::LimitOffset { limit, offset: skip, limit_by }) => {
                count = limit.as_ref().map(|limit| self.expr(limit, scope));
                offset = skip.as_ref().map(|skip| self.expr(&skip.value, scope));
                if !limit_by.is_empty() {
                    if matches!(query.body.as_ref(), SetExpr::Select(_)) {
                        return bound;
                    }
                    let mut inner = Scope::inside(Some(scope));
                    self.push_item(&mut inner, None, "", Vec::new(), bound.clone());
                    let on = limit_by.iter().map(|expr| self.expr(expr, &inner)).collect();
                    return self.limited_by(bound, on, count);
                }
            }
            Some(ast::LimitClause::OffsetCommaLimit { offset: skip, limit }) => {
                count = Some(self.expr(limit, scope));
                offset = Some(self.expr(skip, scope));
            }
            None => {}
        }
        if let Some(fetch) = &query.fetch {
            count = fetch.quantity.as_ref().map(|quantity| self.expr(quantity, scope)).or(count);
            count = if fetch.percent { count.map(percent) } else { count };
            with_ties = fetch.with_ties;
        }
        if count.is_none() && offset.is_none() {
            return bound;
        }
        self.limit(bound, count, offset, with_ties)
    }

    pub(super) fn limit(&mut self, bound: Bound, count: Option<Expr>, offset: Option<Expr>, with_ties: bool) -> Bound {
        let span = self.query.nodes[bound.rel.0 as usize].span;
        let rel = self.node(Op::Limit { input: bound.rel, count, offset, with_ties }, Vec::new(), span);
        Bound { rel, ..bound }
    }

    /// ClickHouse's LIMIT n BY: the first rows of each group, in the order of the query.
    pub(super) fn limited_by(&mut self, bound: Bound, on: Vec<Expr>, count: Option<Expr>) -> Bound {
        let span = self.query.nodes[bound.rel.0 as usize].span;
        let is_text = |expr: &Expr| matches!(expr.kind, ExprKind::Literal(Literal::String(_)));
        let one = count.as_ref().is_some_and(|count| count.kind == ExprKind::Literal(Literal::Number("1".to_owned())));
        let op = if one && !on.iter().any(is_text) {
            Op::Distinct { input: bound.rel, on: Some(on) }
        } else {
            // More than one row of each group, or a later one: some of the rows, and no key of theirs.
            let chosen = Expr::call("LIMIT BY", count.into_iter().chain(on).collect(), boolean(), span);
            Op::Filter { input: bound.rel, conjuncts: vec![chosen] }
        };
        let rel = self.node(op, Vec::new(), span);
        Bound { rel, ..bound }
    }
}

/// Which names come out of a set operation BY NAME.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// Those of either side.
    All,
    Left,
    Common,
    Listed(Vec<ast::Ident>),
}

/// The right side of a set operation that is noted with the names that come out: `SELECT * FROM (q) AS "by name left"`.
pub(super) fn named_side(right: &SetExpr) -> Option<(&ast::Query, Names)> {
    let SetExpr::Select(select) = right else { return None };
    let [ast::TableWithJoins { relation, .. }] = select.from.as_slice() else { return None };
    let ast::TableFactor::Derived { subquery, alias: Some(alias), .. } = relation else { return None };
    let names = match alias.name.value.as_str() {
        "by name left" => Names::Left,
        "by name inner" => Names::Common,
        "by name" => Names::Listed(alias.columns.iter().map(|column| column.name.clone()).collect()),
        _ => return None,
    };
    Some((subquery, names))
}

/// The LIMIT BY of a query, which its SELECT resolves: it may read what is not selected.
fn limit_by(query: &ast::Query) -> Option<(Option<ast::Expr>, Vec<ast::Expr>)> {
    match &query.limit_clause {
        Some(ast::LimitClause::LimitOffset { limit, limit_by, .. }) if !limit_by.is_empty() => {
            Some((limit.clone(), limit_by.clone()))
        }
        _ => None,
    }
}

/// `10 PERCENT` of the rows, which are not ten.
pub(super) fn percent(count: Expr) -> Expr {
    let (ty, span) = (count.ty.clone(), count.span);
    Expr::call("PERCENT", vec![count], ty, span)
}

pub(super) fn sort_key(expr: Expr, options: &ast::OrderByOptions) -> SortKey {
    let descending = matches!(options.sort, Some(ast::OrderBySort::Desc));
    SortKey { expr, descending, nulls_first: options.nulls_first }
}

/// A whole positive number standing alone, as a position from 0.
pub(super) fn ordinal(expr: &ast::Expr) -> Option<usize> {
    let ast::Expr::Value(ast::ValueWithSpan { value: ast::Value::Number(text, _), .. }) = expr else { return None };
    text.parse::<usize>().ok()?.checked_sub(1)
}

/// Does the query name `name` in any FROM below it?
fn names_itself(query: &ast::Query, name: &str) -> bool {
    let found = ast::visit_relations(query, |relation| {
        let own = matches!(relation.0.as_slice(), [ast::ObjectNamePart::Identifier(ident)] if ident.value.eq_ignore_ascii_case(name));
        if own { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    });
    found.is_break()
}
