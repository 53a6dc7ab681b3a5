//! Stars in all their forms in, the columns they stand for out.

use super::Resolver;
use super::from::idents;
use super::scope::{FromItem, Scope, field_of};
use super::select::{Item, List};
use crate::algebra::expr::Expr;
use crate::algebra::query::{Op, OpenStar};
use crate::algebra::sql_type::Family;
use crate::syntax::ast::{self, Ident, SelectItemQualifiedWildcardKind, WildcardAdditionalOptions};
use crate::text::{Span, pattern};

/// A column that a star stands for.
struct Starred {
    name: String,
    quoted: bool,
    key: String,
    expr: Expr,
}

/// The cause that a star over a relation nobody declared is told under.
pub(super) const OPEN_STAR: &str = "star over an undeclared relation";

impl Resolver<'_> {
    pub(super) fn star(
        &mut self,
        scope: &Scope,
        of: Option<&SelectItemQualifiedWildcardKind>,
        options: &WildcardAdditionalOptions,
        list: &mut List,
        span: Span,
    ) {
        let pending = self.pending_fields.len();
        let (columns, open) = match of {
            None => self.all_columns(scope, span),
            Some(SelectItemQualifiedWildcardKind::ObjectName(name)) => self.qualified(&idents(name), scope, span),
            Some(SelectItemQualifiedWildcardKind::Expr(expr)) => {
                let base = self.expr(expr, scope);
                (self.struct_fields(&base, span), Vec::new())
            }
        };
        if let Some((_, relation)) = self.pending_fields.get(pending) {
            list.stars.push(OpenStar { relation: *relation, except: Vec::new() });
        }
        let except: Vec<String> = excepted(options).iter().map(|ident| self.key(ident)).collect();
        for item in open {
            let of = if item.name.is_empty() { "this relation".to_owned() } else { format!("`{}`", item.name) };
            self.partial(OPEN_STAR, format!("the columns of {of} are not declared"), span);
            let mut except = except.clone();
            except.extend(item.columns.iter().map(|column| column.key.clone()));
            list.stars.push(OpenStar { relation: item.rel, except });
        }
        for column in columns {
            if except.contains(&column.key) || !likes(options, &column.name) {
                continue;
            }
            let replaced = self.replacement(options, &column.key, scope);
            let renamed = renamed(options, |ident| self.key(ident) == column.key);
            let expr = replaced.unwrap_or(column.expr);
            let (name, quoted) = match renamed {
                Some(alias) => (alias.value.clone(), alias.quote_style.is_some()),
                None => (column.name, column.quoted),
            };
            list.items.push(Item { name, quoted, expr, span, from_star: true });
        }
    }

    /// `*`: the columns of all relations; those that USING made one appear once.
    fn all_columns(&mut self, scope: &Scope, span: Span) -> (Vec<Starred>, Vec<FromItem>) {
        let mut columns = Vec::new();
        let mut shown = vec![false; scope.merged.len()];
        let first = self.dialect.flag("using_columns_first");
        if first {
            for (at, merged) in scope.merged.iter().enumerate() {
                shown[at] = true;
                columns.push(Starred {
                    name: merged.name.clone(),
                    quoted: false,
                    key: merged.key.clone(),
                    expr: merged.expr.clone(),
                });
            }
        }
        for item in scope.items.iter().filter(|item| !item.shadow) {
            for column in &item.columns {
                let id = column.output.column;
                if let Some(at) = scope.merged.iter().position(|merged| merged.members.contains(&id)) {
                    if !std::mem::replace(&mut shown[at], true) {
                        let merged = &scope.merged[at];
                        let name = column.output.name.clone();
                        columns.push(Starred {
                            name,
                            quoted: column.output.quoted,
                            key: merged.key.clone(),
                            expr: Expr { span, ..merged.expr.clone() },
                        });
                    }
                    continue;
                }
                columns.push(self.starred(column, span));
            }
        }
        (columns, scope.items.iter().filter(|item| item.open && !item.shadow).cloned().collect())
    }

    fn starred(&self, column: &super::scope::ScopeColumn, span: Span) -> Starred {
        let output = &column.output;
        Starred {
            name: output.name.clone(),
            quoted: output.quoted,
            key: column.key.clone(),
            expr: self.column_expr(output.column, span),
        }
    }

    /// `relation.*`, or `column.*` of a struct.
    fn qualified(&mut self, parts: &[Ident], scope: &Scope, span: Span) -> (Vec<Starred>, Vec<FromItem>) {
        let path: Vec<String> = parts.iter().map(|part| self.relation_key(part)).collect();
        let mut level = Some(scope);
        while let Some(here) = level {
            if let Some(item) = here.items.iter().find(|item| item.answers_to(&path)) {
                // Trino's `a.*` leaves out what USING made one, for that is a column of neither.
                let is_left_out = |id| {
                    self.dialect.flag("star_without_using")
                        && here.merged.iter().any(|merged| merged.members.contains(&id))
                };
                let own = item.columns.iter().filter(|column| !is_left_out(column.output.column));
                let columns = own.map(|column| self.starred(column, span)).collect();
                return (columns, item.open.then(|| item.clone()).into_iter().collect());
            }
            level = here.parent;
        }
        if let Some(item) = self.hidden(parts, scope) {
            self.called_otherwise(parts, &item.name, span);
            let columns = item.columns.iter().map(|column| self.starred(column, span)).collect();
            return (columns, item.open.then_some(item).into_iter().collect());
        }
        let base = self.name(parts, scope, span);
        (self.struct_fields(&base, span), Vec::new())
    }

    fn struct_fields(&mut self, base: &Expr, span: Span) -> Vec<Starred> {
        if base.ty.family != Family::Struct || base.ty.fields.is_empty() {
            self.partial("star over an unknown struct", "its fields are not declared", span);
            let op = Op::TableFunction { name: "FIELDS".to_owned(), args: Vec::new(), open: true };
            let relation = self.node(op, Vec::new(), span);
            self.pending_fields.push((base.clone(), relation));
        }
        let fields = base.ty.fields.iter().map(|(name, _)| {
            let key = self.dialect.column_key(name, false);
            Starred { name: name.clone(), quoted: false, key, expr: field_of(base.clone(), name, span) }
        });
        fields.collect()
    }

    fn replacement(&mut self, options: &WildcardAdditionalOptions, key: &str, scope: &Scope) -> Option<Expr> {
        let items = &options.opt_replace.as_ref()?.items;
        let item = items.iter().find(|item| self.key(&item.column_name) == key)?;
        Some(self.expr(&item.expr, scope))
    }

    /// `UNNEST(struct)` in the SELECT list: a column per field. `None` where the argument is no struct.
    pub(super) fn spread_struct(&mut self, expr: &ast::Expr, scope: &Scope, list: &mut List, span: Span) -> Option<()> {
        let ast::Expr::Function(function) = expr else { return None };
        let ast::FunctionArguments::List(args) = &function.args else { return None };
        let name = idents(&function.name).pop()?;
        let [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(inner))] = args.args.as_slice() else { return None };
        if !name.value.eq_ignore_ascii_case("unnest") || !self.dialect.flag("unnest_spreads_structs") {
            return None;
        }
        let base = self.expr(inner, scope);
        if base.ty.family != Family::Struct || base.ty.fields.is_empty() {
            return None;
        }
        for column in self.struct_fields(&base, span) {
            list.items.push(Item { name: column.name, quoted: false, expr: column.expr, span, from_star: true });
        }
        Some(())
    }

    /// Does an item of the SELECT list stand for several (DuckDB's `COLUMNS(..)`)?
    pub(super) fn expands(&self, expr: &ast::Expr) -> bool {
        let found = ast::visit_expressions(expr, |part| match columns_call(part) {
            Some(_) => std::ops::ControlFlow::Break(()),
            None => std::ops::ControlFlow::Continue(()),
        });
        found.is_break()
    }

    /// One item per column that `COLUMNS(..)` chooses.
    pub(super) fn expanded(
        &mut self,
        expr: &ast::Expr,
        alias: Option<&Ident>,
        scope: &Scope,
        list: &mut List,
        span: Span,
    ) {
        let mut chooser = None;
        let _ = ast::visit_expressions(expr, |part| {
            chooser = chooser.take().or_else(|| columns_call(part).cloned());
            std::ops::ControlFlow::<()>::Continue(())
        });
        let Some(chooser) = chooser else { return };
        let mut inner = List::default();
        let options = star_options(&chooser);
        let of = match &chooser {
            ast::FunctionArgExpr::QualifiedWildcard(name) => {
                Some(SelectItemQualifiedWildcardKind::ObjectName(name.clone()))
            }
            _ => None,
        };
        self.star(scope, of.as_ref(), &options.unwrap_or_default(), &mut inner, span);
        let test = chooser_test(&chooser);
        list.stars.append(&mut inner.stars);
        for item in inner.items {
            let chosen = match &test {
                Chosen::All => true,
                Chosen::Pattern(regex) => pattern::search(regex, &item.name).unwrap_or(true),
                Chosen::Names(names) => names.iter().any(|name| name.eq_ignore_ascii_case(&item.name)),
                Chosen::Unknown => {
                    self.partial("construct not understood", "a COLUMNS filter", span);
                    true
                }
                Chosen::Lambda(parameter, body) => {
                    super::name::test_on_name(parameter, body, &item.name).unwrap_or(true)
                }
            };
            if !chosen {
                continue;
            }
            let saved = self.columns_binding.replace((item.expr.clone(), item.name.clone()));
            let value = self.expr(expr, scope);
            // Without an alias each keeps its column's name, whatever is done to its value.
            let name = alias.map_or_else(|| item.name.clone(), |alias| alias.value.replace("\\0", &item.name));
            self.columns_binding = saved;
            list.items.push(Item { name, quoted: item.quoted, expr: value, span, from_star: true });
        }
    }
}

/// What `COLUMNS(..)` says of names.
enum Chosen<'c> {
    All,
    Pattern(String),
    Names(Vec<String>),
    Lambda(String, &'c ast::Expr),
    Unknown,
}

fn columns_call(expr: &ast::Expr) -> Option<&ast::FunctionArgExpr> {
    let ast::Expr::Function(function) = expr else { return None };
    let [ast::ObjectNamePart::Identifier(name)] = function.name.0.as_slice() else { return None };
    if !name.value.eq_ignore_ascii_case("columns") || name.quote_style.is_some() {
        return None;
    }
    match &function.args {
        ast::FunctionArguments::List(list) => match list.args.as_slice() {
            [ast::FunctionArg::Unnamed(arg)] => Some(arg),
            _ => None,
        },
        _ => None,
    }
}

fn star_options(chooser: &ast::FunctionArgExpr) -> Option<WildcardAdditionalOptions> {
    match chooser {
        ast::FunctionArgExpr::WildcardWithOptions(options) => Some(options.clone()),
        _ => None,
    }
}

fn chooser_test(chooser: &ast::FunctionArgExpr) -> Chosen<'_> {
    let ast::FunctionArgExpr::Expr(expr) = chooser else { return Chosen::All };
    match expr {
        ast::Expr::Wildcard(_) => Chosen::All,
        ast::Expr::Value(ast::ValueWithSpan { value: ast::Value::SingleQuotedString(text), .. }) => {
            Chosen::Pattern(text.clone())
        }
        ast::Expr::Array(array) => Chosen::Names(array.elem.iter().filter_map(super::name::string_value).collect()),
        ast::Expr::Lambda(lambda) => match &lambda.params {
            ast::OneOrManyWithParens::One(param) => Chosen::Lambda(param.name.value.clone(), &lambda.body),
            ast::OneOrManyWithParens::Many(params) if params.len() == 1 => {
                Chosen::Lambda(params[0].name.value.clone(), &lambda.body)
            }
            ast::OneOrManyWithParens::Many(_) => Chosen::Unknown,
        },
        _ => Chosen::Unknown,
    }
}

fn excepted(options: &WildcardAdditionalOptions) -> Vec<Ident> {
    let mut names = Vec::new();
    names.extend(options.opt_exclude.iter().flat_map(excluded));
    if let Some(except) = &options.opt_except {
        names.push(except.first_element.clone());
        names.extend(except.additional_elements.iter().cloned());
    }
    names
}

/// The names behind EXCLUDE.
pub(super) fn excluded(exclude: &ast::ExcludeSelectItem) -> Vec<Ident> {
    match exclude {
        ast::ExcludeSelectItem::Single(name) => idents(name).pop().into_iter().collect(),
        ast::ExcludeSelectItem::Multiple(list) => list.iter().filter_map(|name| idents(name).pop()).collect(),
    }
}

fn likes(options: &WildcardAdditionalOptions, name: &str) -> bool {
    options
        .opt_ilike
        .as_ref()
        .is_none_or(|like| pattern::like(&like.pattern.to_ascii_lowercase(), &name.to_ascii_lowercase()))
}

fn renamed(options: &WildcardAdditionalOptions, is: impl Fn(&Ident) -> bool) -> Option<&Ident> {
    match options.opt_rename.as_ref()? {
        ast::RenameSelectItem::Single(item) => is(&item.ident).then_some(&item.alias),
        ast::RenameSelectItem::Multiple(items) => items.iter().find(|item| is(&item.ident)).map(|item| &item.alias),
    }
}
