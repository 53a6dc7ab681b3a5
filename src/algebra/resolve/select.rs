//! One SELECT block in, its relation out, in the order SQL means it: FROM, WHERE, GROUP BY, HAVING, QUALIFY, SELECT,
//! DISTINCT, ORDER BY.

use super::scope::{Alias, Scope};
use super::{Bound, Resolver};
use crate::algebra::expr::{Expr, ExprKind, SortKey};
use crate::algebra::query::{ColumnId, JoinKind, Op, OpenStar, Output, RelId};
use crate::dialect::AliasRule;
use crate::syntax::ast::{self, SelectItem};
use crate::text::Span;

/// An output column before its projection is built.
pub(super) struct Item {
    pub(super) name: String,
    pub(super) quoted: bool,
    pub(super) expr: Expr,
    pub(super) span: Span,
    pub(super) from_star: bool,
}

/// What the SELECT list says, stars expanded.
#[derive(Default)]
pub(super) struct List {
    pub(super) items: Vec<Item>,
    pub(super) stars: Vec<OpenStar>,
    pub(super) aliases: Vec<Alias>,
}

impl Resolver<'_> {
    /// A SELECT block with the ORDER BY that stands behind it, which may read columns that are not selected.
    pub(super) fn select(&mut self, select: &ast::Select, order: Option<&ast::OrderBy>, outer: &Scope) -> Bound {
        let span = self.span_of(select);
        let limit_by = self.limit_by.take();
        self.windows.push(named_windows(select));
        let mut scope = Scope::inside(Some(outer));
        let groups = pivot_groups(select);
        let of_pivot = groups.is_some();
        self.pivot_groups = groups;
        let marked = self.marked_from(select, &mut scope);
        let from = marked.as_ref().map(|marked| marked.rel).or_else(|| self.from(&select.from, &mut scope));
        let mut rel = from.unwrap_or_else(|| self.node(Op::Values { rows: vec![Vec::new()] }, Vec::new(), span));
        for view in &select.lateral_views {
            rel = self.lateral_view(rel, view, &mut scope);
        }
        rel = self.connected(rel, select, &mut scope);
        let saved = std::mem::take(&mut self.pending_unnests);
        let fields = std::mem::take(&mut self.pending_fields);
        let mut list = self.select_list(select, &scope);
        let unnests = std::mem::replace(&mut self.pending_unnests, saved);
        let (structs, shown): (Vec<Expr>, Vec<RelId>) =
            std::mem::replace(&mut self.pending_fields, fields).into_iter().unzip();
        let mut structs = Some(structs);
        let conditions = marked.map_or_else(|| select.selection.iter().collect(), |marked| marked.rest);
        let conditions: Vec<&ast::Expr> = select.prewhere.iter().chain(conditions).collect();
        rel = self.filtered(rel, &conditions, &list, &scope);
        let mut having = select.having.as_ref().map(|having| {
            let seen = scope.with_aliases(&list.aliases, self.dialect.alias_in_having);
            self.conjuncts(having, &seen)
        });
        let mut qualify = select.qualify.as_ref().map(|qualify| {
            let mut seen = scope.with_aliases(&list.aliases, self.dialect.alias_in_qualify);
            if self.dialect.alias_in_qualify != AliasRule::Hidden {
                seen.chosen = self.taken(&list);
            }
            self.conjuncts(qualify, &seen)
        });
        let mut sort = self.select_order(select, order, &list, &scope);
        let mut on = distinct_on(select).map(|exprs| {
            let seen = scope.with_aliases(&list.aliases, self.dialect.alias_in_order_by);
            exprs.iter().map(|expr| self.item_or(expr, &list, &seen)).collect::<Vec<_>>()
        });
        let count = limit_by.as_ref().and_then(|(count, _)| count.as_ref()).map(|count| self.expr(count, &scope));
        let mut by = limit_by.map(|(_, exprs)| {
            let seen = scope.with_aliases(&list.aliases, self.dialect.alias_in_order_by);
            exprs.iter().map(|expr| self.item_or(expr, &list, &seen)).collect::<Vec<_>>()
        });
        if of_pivot {
            self.windows.pop();
            return self.projected(rel, list, span);
        }
        let always = select.having.is_some();
        let above = &mut [&mut having, &mut qualify, &mut on, &mut by, &mut structs];
        rel = self.grouped(rel, &select.group_by, always, &scope, &mut list, above, &mut sort);
        for conjuncts in having.into_iter().chain(qualify) {
            let span = conjuncts.first().map_or(span, |first| first.span);
            rel = self.node(Op::Filter { input: rel, conjuncts }, Vec::new(), span);
        }
        if !unnests.is_empty() {
            let (exprs, columns) = unnests.into_iter().unzip();
            rel = self.node(Op::Unnest { input: rel, exprs, columns, outer: false }, Vec::new(), span);
        }
        for (base, relation) in structs.into_iter().flatten().zip(shown) {
            rel = self.with_fields(rel, base, relation, span);
        }
        self.windows.pop();
        let bound = self.projected(rel, list, span);
        let bound = self.arranged_rows(bound, select, sort, on, span);
        match by {
            Some(by) => self.limited_by(bound, by, count),
            None => bound,
        }
    }

    /// Each row with the unknown fields of a struct in it.
    fn with_fields(&mut self, left: RelId, base: Expr, relation: RelId, span: Span) -> RelId {
        if let Op::TableFunction { args, .. } = &mut self.query.nodes[relation.0 as usize].op {
            args.push(base);
        }
        let op = Op::Join { kind: JoinKind::Cross, left, right: relation, on: Vec::new(), lateral: true, span };
        self.node(op, Vec::new(), span)
    }

    /// WHERE.
    fn filtered(&mut self, rel: RelId, conditions: &[&ast::Expr], list: &List, scope: &Scope) -> RelId {
        let mut rel = rel;
        for condition in conditions {
            let seen = scope.with_aliases(&list.aliases, self.dialect.alias_in_where);
            let conjuncts = self.conjuncts(condition, &seen);
            rel = self.node(Op::Filter { input: rel, conjuncts }, Vec::new(), self.span_of(*condition));
        }
        rel
    }

    /// DISTINCT, ORDER BY and TOP over the projected rows.
    fn arranged_rows(
        &mut self,
        bound: Bound,
        select: &ast::Select,
        sort: Option<Vec<SortKey>>,
        on: Option<Vec<Expr>>,
        span: Span,
    ) -> Bound {
        let mut rel = bound.rel;
        let mut sort = sort;
        if on.is_some()
            && let Some(keys) = sort.take()
        {
            // DISTINCT ON takes the first row of each group in this order, so the sort comes first.
            rel = self.node(Op::Sort { input: rel, keys }, Vec::new(), span);
        }
        if matches!(select.distinct, Some(ast::Distinct::Distinct | ast::Distinct::On(_))) {
            rel = self.node(Op::Distinct { input: rel, on }, Vec::new(), span);
        }
        if let Some(keys) = sort {
            rel = self.node(Op::Sort { input: rel, keys }, Vec::new(), span);
        }
        let bound = Bound { rel, ..bound };
        let Some(top) = &select.top else { return bound };
        let count = match &top.quantity {
            Some(ast::TopQuantity::Expr(expr)) => self.expr(expr, &Scope::default()),
            Some(ast::TopQuantity::Constant(count)) => super::expression::number(&count.to_string(), span),
            None => return bound,
        };
        let count = if top.percent { super::set::percent(count) } else { count };
        self.limit(bound, Some(count), None, top.with_ties)
    }

    pub(super) fn projected(&mut self, input: RelId, list: List, span: Span) -> Bound {
        let mut outputs = Vec::with_capacity(list.items.len());
        let mut exprs = Vec::with_capacity(list.items.len());
        for item in list.items {
            let column = self.column(&item.name, item.quoted, item.expr.ty.clone(), item.span);
            let nullable = crate::algebra::Nullability::Unknown;
            outputs.push(Output {
                name: item.name,
                quoted: item.quoted,
                column,
                nullable,
                span: item.span,
                from_star: item.from_star,
            });
            exprs.push(item.expr);
        }
        let columns = outputs.iter().map(|output| output.column).collect();
        let rel = self.node(Op::Project { input, exprs, stars: list.stars }, columns, span);
        Bound { rel, outputs }
    }

    fn select_list(&mut self, select: &ast::Select, scope: &Scope) -> List {
        let mut list = List::default();
        if select.projection.is_empty() && matches!(select.flavor, ast::SelectFlavor::FromFirstNoSelect) {
            self.star(scope, None, &ast::WildcardAdditionalOptions::default(), &mut list, Span::default());
            return list;
        }
        for item in &select.projection {
            self.select_item(item, scope, &mut list);
        }
        if let Some(exclude) = &select.exclude {
            self.excluded(exclude, &mut list);
        }
        list
    }

    pub(super) fn select_item(&mut self, item: &SelectItem, scope: &Scope, list: &mut List) {
        let span = self.span_of(item);
        match item {
            SelectItem::Wildcard(options) => self.star(scope, None, options, list, span),
            SelectItem::QualifiedWildcard(kind, options) => self.star(scope, Some(kind), options, list, span),
            SelectItem::UnnamedExpr(expr) if self.expands(expr) => self.expanded(expr, None, scope, list, span),
            SelectItem::ExprWithAlias { expr, alias } if self.expands(expr) => {
                self.expanded(expr, Some(alias), scope, list, span);
            }
            SelectItem::UnnamedExpr(expr) => {
                if self.spread_struct(expr, scope, list, span).is_some() {
                    return;
                }
                let (name, quoted) = self.implied_name(expr, list.items.len());
                self.plain_item(expr, name, quoted, false, scope, list, span);
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                self.plain_item(expr, alias.value.clone(), alias.quote_style.is_some(), true, scope, list, span);
            }
            SelectItem::ExprWithAliases { expr, aliases } => {
                for alias in aliases {
                    self.plain_item(expr, alias.value.clone(), alias.quote_style.is_some(), true, scope, list, span);
                }
            }
        }
    }

    /// Redshift's EXCLUDE behind the whole list takes columns off it.
    fn excluded(&mut self, exclude: &ast::ExcludeSelectItem, list: &mut List) {
        let keys: Vec<String> = super::star::excluded(exclude).iter().map(|ident| self.key(ident)).collect();
        list.items.retain(|item| !keys.contains(&self.dialect.column_key(&item.name, item.quoted)));
        list.stars.iter_mut().for_each(|star| star.except.extend(keys.iter().cloned()));
    }

    #[expect(clippy::too_many_arguments, reason = "one item of a list needs all of what the list knows")]
    fn plain_item(
        &mut self,
        expr: &ast::Expr,
        name: String,
        quoted: bool,
        aliased: bool,
        scope: &Scope,
        list: &mut List,
        span: Span,
    ) {
        let expr = match self.dialect.alias_in_select {
            AliasRule::Hidden => self.expr(expr, scope),
            rule => {
                let seen = scope.with_aliases(&list.aliases, rule);
                self.expr(expr, &seen)
            }
        };
        if aliased {
            let key = self.dialect.column_key(&name, quoted);
            list.aliases.push(Alias { key, expr: expr.clone() });
        }
        list.items.push(Item { name, quoted, expr, span, from_star: false });
    }

    /// The columns that a SELECT list takes under the names that they have.
    fn taken(&self, list: &List) -> Vec<Alias> {
        let column = |item: &&Item| item.expr.as_column().is_some();
        let named = list.items.iter().filter(column);
        named
            .map(|item| Alias { key: self.dialect.column_key(&item.name, item.quoted), expr: item.expr.clone() })
            .collect()
    }

    fn select_order(
        &mut self,
        select: &ast::Select,
        order: Option<&ast::OrderBy>,
        list: &List,
        scope: &Scope,
    ) -> Option<Vec<SortKey>> {
        let seen = scope.with_aliases(&list.aliases, self.dialect.alias_in_order_by);
        let keys: Vec<SortKey> = match order.map(|order| &order.kind) {
            Some(ast::OrderByKind::All(options)) => {
                list.items.iter().map(|item| super::set::sort_key(item.expr.clone(), options)).collect()
            }
            Some(ast::OrderByKind::Expressions(exprs)) => exprs
                .iter()
                .map(|key| {
                    let named = self.item_named(&key.expr, list).cloned();
                    let value = named.unwrap_or_else(|| self.item_or(&key.expr, list, &seen));
                    super::set::sort_key(value, &key.options)
                })
                .collect(),
            None => select
                .sort_by
                .iter()
                .map(|key| super::set::sort_key(self.item_or(&key.expr, list, &seen), &key.options))
                .collect(),
        };
        (!keys.is_empty()).then_some(keys)
    }

    /// An expression in which a bare number means an item of the SELECT list.
    pub(super) fn item_or(&mut self, expr: &ast::Expr, list: &List, scope: &Scope) -> Expr {
        match super::set::ordinal(expr).and_then(|at| list.items.get(at)) {
            Some(item) => item.expr.clone(),
            None => self.expr(expr, scope),
        }
    }

    /// The one item of the SELECT list that ORDER BY or GROUP BY names, where it has no alias: `SELECT a.k FROM a, b ORDER
    /// BY k`.
    pub(super) fn item_named<'l>(&self, expr: &ast::Expr, list: &'l List) -> Option<&'l Expr> {
        let ast::Expr::Identifier(ident) = expr else { return None };
        let key = self.key(ident);
        if list.aliases.iter().any(|alias| alias.key == key) {
            return None;
        }
        let mut named = list.items.iter().filter(|item| self.dialect.column_key(&item.name, item.quoted) == key);
        let first = &named.next()?.expr;
        named.all(|item| item.expr.bare() == first.bare()).then_some(first)
    }

    /// The outputs of `select *` over a scope.
    pub(super) fn star_outputs(&mut self, scope: &Scope) -> Vec<Output> {
        let mut list = List::default();
        self.star(scope, None, &ast::WildcardAdditionalOptions::default(), &mut list, Span::default());
        let column = |expr: &Expr| match expr.kind {
            ExprKind::Column(column) => Some(column),
            _ => None,
        };
        list.items
            .into_iter()
            .filter_map(|item| {
                let id: ColumnId = column(&item.expr)?;
                Some(super::named_output(&item.name, item.quoted, id, item.span))
            })
            .collect()
    }
}

/// `SELECT * FROM t PIVOT (..) GROUP BY g`: the form in which a PIVOT statement says what it groups by.
fn pivot_groups(select: &ast::Select) -> Option<Vec<ast::Expr>> {
    let [ast::TableWithJoins { relation: ast::TableFactor::Pivot { .. }, joins }] = select.from.as_slice() else {
        return None;
    };
    match (&select.group_by, select.projection.as_slice()) {
        (ast::GroupByExpr::Expressions(exprs, _), [SelectItem::Wildcard(_)])
            if joins.is_empty() && !exprs.is_empty() =>
        {
            Some(exprs.clone())
        }
        _ => None,
    }
}

fn distinct_on(select: &ast::Select) -> Option<&[ast::Expr]> {
    match &select.distinct {
        Some(ast::Distinct::On(exprs)) => Some(exprs),
        _ => None,
    }
}

fn named_windows(select: &ast::Select) -> std::collections::BTreeMap<String, ast::WindowSpec> {
    let mut windows = std::collections::BTreeMap::new();
    for ast::NamedWindowDefinition(name, definition) in &select.named_window {
        let spec = match definition {
            ast::NamedWindowExpr::WindowSpec(spec) => spec.clone(),
            ast::NamedWindowExpr::NamedWindow(other) => {
                windows.get(&other.value.to_ascii_lowercase()).cloned().unwrap_or(ast::WindowSpec {
                    window_name: None,
                    partition_by: Vec::new(),
                    order_by: Vec::new(),
                    window_frame: None,
                })
            }
        };
        windows.insert(name.value.to_ascii_lowercase(), spec);
    }
    windows
}
