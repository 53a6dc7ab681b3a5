//! RETURNING and OUTPUT of a statement that writes in, the rows it gives back out: `inserted` as they are now,
//! `deleted` as they were.

use std::ops::ControlFlow;

use super::from::idents;
use super::scope::{FromItem, Scope, ScopeColumn, nothing_known};
use super::select::List;
use super::writes::Set;
use super::{Bound, How, Resolver};
use crate::algebra::expr::Expr;
use crate::algebra::query::{Op, OpenStar, RelId};
use crate::algebra::sql_type::Type;
use crate::syntax::ast::{self, Ident, OutputClause, SelectItem};
use crate::text::Span;

/// What RETURNING or OUTPUT asks, and the relation its rows go into.
pub(super) struct Returning<'s> {
    items: &'s [SelectItem],
    into: Option<Vec<Ident>>,
    listed: Vec<Ident>,
    /// SQL Server's names for the rows before and after.
    output: bool,
}

/// The rows of the target around a statement that writes.
pub(super) struct Image {
    pub(super) target: Option<FromItem>,
    /// The names under which the new rows answer, and what their columns were set to.
    pub(super) images: Vec<(Vec<String>, Set)>,
    /// Are there older rows?
    pub(super) old: bool,
}

impl<'s> Returning<'s> {
    pub(super) fn of(returning: Option<&'s [SelectItem]>, output: Option<&'s OutputClause>) -> Option<Self> {
        match (returning, output) {
            (Some(items), _) => Some(Returning { items, into: None, listed: Vec::new(), output: false }),
            (None, Some(OutputClause::Returning { select_items: items, .. })) => {
                Some(Returning { items, into: None, listed: Vec::new(), output: false })
            }
            (None, Some(OutputClause::Output { select_items: items, into_table, .. })) => {
                let (into, listed) = into_table.as_ref().and_then(|into| target_of(into.targets.first()?)).unzip();
                Some(Returning { items, into, listed: listed.unwrap_or_default(), output: true })
            }
            (None, None) => None,
        }
    }
}

/// `audit`, `dbo.audit`, `audit (a, b)`.
fn target_of(target: &ast::Expr) -> Option<(Vec<Ident>, Vec<Ident>)> {
    match target {
        ast::Expr::Identifier(ident) => Some((vec![ident.clone()], Vec::new())),
        ast::Expr::CompoundIdentifier(parts) => Some((parts.clone(), Vec::new())),
        ast::Expr::Function(function) => {
            let ast::FunctionArguments::List(list) = &function.args else { return None };
            let column = |arg: &ast::FunctionArg| match arg {
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ast::Expr::Identifier(name))) => {
                    Some(name.clone())
                }
                _ => None,
            };
            Some((idents(&function.name), list.args.iter().filter_map(column).collect()))
        }
        _ => None,
    }
}

/// MySQL's `VALUES(a)` in ON DUPLICATE KEY UPDATE is the row that was to be inserted.
pub(super) fn name_new_rows(value: &mut ast::Expr) {
    let _ = ast::visit_expressions_mut(value, |part| {
        if let ast::Expr::Function(function) = part
            && idents(&function.name).last().is_some_and(|name| name.value.eq_ignore_ascii_case("values"))
            && let ast::FunctionArguments::List(list) = &function.args
            && let [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ast::Expr::Identifier(name)))] =
                list.args.as_slice()
        {
            *part = ast::Expr::CompoundIdentifier(vec![Ident::new("excluded"), name.clone()]);
        }
        ControlFlow::<()>::Continue(())
    });
}

impl Resolver<'_> {
    /// The rows that go back, over the rows of `input`, which `scope` sees.
    pub(super) fn returned(
        &mut self,
        returning: &Returning,
        image: Image,
        scope: Scope,
        input: RelId,
        span: Span,
    ) -> Option<Bound> {
        let Image { target, images, old } = image;
        let mut scope = scope;
        let own: Vec<String> = images.iter().flat_map(|(names, _)| names.clone()).collect();
        let (mut rest, mut olds): (Vec<_>, Vec<_>) = scope.items.drain(..).partition(|item| !own.contains(&item.name));
        scope.items = Vec::new();
        let mut made = Vec::new();
        for (names, set) in images {
            let names = if returning.output { vec!["inserted".to_owned()] } else { names };
            let names: Vec<String> = names.iter().map(|name| self.relation_key(&Ident::new(name))).collect();
            let rel = self.pushed_image(&mut scope, &names, &target, &set, span);
            made.push((rel, set));
        }
        scope.items.append(&mut rest);
        if returning.output && old {
            for item in &mut olds {
                item.name = self.relation_key(&Ident::new("deleted"));
                item.path = Vec::new();
            }
            scope.items.append(&mut olds);
        }
        let mut list = List::default();
        for item in returning.items {
            if returning.output && is_action(item) {
                let value = nothing_known("$action", Vec::new(), span);
                let name = "$action".to_owned();
                list.items.push(super::select::Item { name, quoted: false, expr: value, span, from_star: false });
            } else {
                self.select_item(item, &scope, &mut list);
            }
        }
        let base = target.filter(|_| old).map(|target| target.rel);
        for (rel, set) in &made {
            list.items.iter_mut().for_each(|item| self.kept(&mut item.expr, *rel, set, base));
            let keys: Vec<String> = set.0.iter().map(|one| self.key(one.name())).collect();
            list.stars.retain(|star| star.relation != *rel || base.is_some());
            for star in list.stars.iter_mut().filter(|star| star.relation == *rel) {
                let except = star.except.iter().chain(&keys).cloned().collect();
                *star = OpenStar { relation: base.unwrap_or(*rel), except };
            }
        }
        let mut bound = self.projected(input, list, span);
        let Some(into) = &returning.into else { return Some(bound) };
        super::statement::rename(&mut bound, &returning.listed);
        self.wrote(into, How::Insert, bound);
        None
    }

    /// Puts an image of the target into sight, whose columns stand for what the statement makes of them.
    pub(super) fn pushed_image(
        &mut self,
        scope: &mut Scope,
        names: &[String],
        target: &Option<FromItem>,
        set: &Set,
        span: Span,
    ) -> RelId {
        let open = target.as_ref().is_none_or(|target| target.open);
        let op = Op::TableFunction { name: "image".to_owned(), args: Vec::new(), open };
        let rel = self.node(op, Vec::new(), span);
        let known = target.iter().flat_map(|target| &target.columns).map(|column| {
            let output = &column.output;
            (output.name.clone(), output.quoted, self.query.columns[output.column.0 as usize].ty.clone())
        });
        let mut wanted: Vec<(String, bool, Type)> = known.collect();
        for one in &set.0 {
            let name = one.name();
            if !wanted.iter().any(|(known, ..)| known.eq_ignore_ascii_case(&name.value)) {
                wanted.push((name.value.clone(), name.quote_style.is_some(), Type::unknown()));
            }
        }
        let mut columns = Vec::new();
        for (name, quoted, ty) in wanted {
            let column = self.column(&name, quoted, ty, span);
            self.query.nodes[rel.0 as usize].columns.push(column);
            let output = super::named_output(&name, quoted, column, span);
            columns.push(ScopeColumn { key: self.output_key(&output), output, merged: false });
        }
        for (at, name) in names.iter().enumerate() {
            let item = FromItem {
                name: name.clone(),
                path: Vec::new(),
                table: String::new(),
                rel,
                columns: columns.clone(),
                open,
                shadow: at > 0,
                element: None,
            };
            scope.items.push(item);
        }
        rel
    }

    /// The names under which the target of an INSERT answers.
    pub(super) fn own_names(&self, name: &[Ident], alias: Option<&Ident>) -> Vec<String> {
        let own = alias.or(name.last());
        own.map(|name| self.relation_key(name)).into_iter().collect()
    }

    /// The target of an INSERT as far as it is declared.
    pub(super) fn declared_item(&mut self, name: &[Ident], span: Span) -> Option<FromItem> {
        let known = self.locals.get(&self.dotted_key(name)).cloned().or_else(|| self.catalog.find(name))?;
        let columns = known.columns.iter().map(|column| {
            let id = self.column(&column.name, column.quoted, column.ty.clone(), span);
            let output = super::named_output(&column.name, column.quoted, id, span);
            ScopeColumn { key: self.output_key(&output), output, merged: false }
        });
        let columns = columns.collect();
        let rel = RelId(u32::MAX);
        let (name, table, path) = (String::new(), String::new(), Vec::new());
        Some(FromItem { name, path, table, rel, columns, open: known.open, shadow: false, element: None })
    }

    pub(super) fn target_scan(&mut self, name: &[Ident], span: Span) -> Bound {
        let keys: Vec<String> = name.iter().map(|part| self.relation_key(part)).collect();
        let known = self.locals.get(&keys.join(".")).cloned().or_else(|| self.catalog.find(name));
        self.scan(name, &keys, known, span)
    }

    pub(super) fn mentions(&self, expr: &Expr, image: RelId) -> bool {
        let columns = &self.query.nodes[image.0 as usize].columns;
        expr.any(&|part| part.as_column().is_some_and(|column| columns.contains(&column)))
    }

    /// Columns of an image become what they were set to, else what they were in `base`.
    pub(super) fn kept(&mut self, expr: &mut Expr, image: RelId, set: &Set, base: Option<RelId>) {
        let own = expr.as_column().filter(|column| self.query.nodes[image.0 as usize].columns.contains(column));
        let Some(column) = own else {
            return expr.each_part_mut(&mut |part| self.kept(part, image, set, base));
        };
        let (name, quoted) = {
            let column = &self.query.columns[column.0 as usize];
            (column.name.clone(), column.quoted)
        };
        let key = self.dialect.column_key(&name, quoted);
        let span = expr.span;
        let found = set.0.iter().find(|one| self.key(one.name()) == key).map(|one| one.value());
        let ident = if quoted { Ident::with_quote('"', &name) } else { Ident::new(&name) };
        let value = found.or_else(|| {
            let column = self.named_or_demanded(base?, &key, &ident)?;
            Some(self.column_expr(column, span))
        });
        let value = value.unwrap_or_else(|| nothing_known(&name, Vec::new(), span));
        *expr = Expr { span, ..value };
    }
}

fn is_action(item: &SelectItem) -> bool {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
            expr.to_string().eq_ignore_ascii_case("$action")
        }
        _ => false,
    }
}
