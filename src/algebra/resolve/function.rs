//! A function call in, an Expr out: scalar, aggregate, windowed, or one that multiplies rows.

use super::Resolver;
use super::expression::text;
use super::from::idents;
use super::scope::Scope;
use super::window::Call;
use crate::algebra::expr::{Expr, ExprKind, SortKey};
use crate::algebra::infer;
use crate::algebra::sql_type::{Family, Type};
use crate::dialect::FunctionKind;
use crate::syntax::ast::{self, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments};
use crate::text::Span;

impl Resolver<'_> {
    pub(super) fn function(&mut self, function: &ast::Function, scope: &Scope, span: Span) -> Expr {
        let parts = idents(&function.name);
        let written = written(&parts);
        if written == "COLUMNS"
            && let Some((expr, _)) = self.columns_binding.clone()
        {
            return Expr { span, ..expr };
        }
        if let Some(ident) = self.is_column_after_all(function) {
            return self.name(std::slice::from_ref(ident), scope, span);
        }
        if let FunctionArguments::Subquery(query) = &function.args {
            return self.on_subquery(&written, query, scope, span);
        }
        let facts = self.dialect.function(&written).cloned();
        // A plain name that the dialect knows is the dialect's.
        let routine = if facts.is_none() || parts.len() > 1 { self.catalog.routine(&parts) } else { None };
        let facts = facts.filter(|_| routine.is_none());
        let name = facts.as_ref().map_or_else(|| written.clone(), |facts| facts.canonical.clone());
        let kind = facts.as_ref().map(|facts| facts.kind);
        let volatile =
            routine.as_ref().map_or_else(|| facts.as_ref().is_some_and(|facts| facts.volatile), |own| own.volatile);
        let (mut args, distinct, mut order) = self.arguments(function, &name, scope, span);
        order.extend(
            function
                .within_group
                .iter()
                .map(|key| super::set::sort_key(self.expr(&key.expr, scope), &key.options))
                .collect::<Vec<_>>(),
        );
        args.extend(self.parameters(&function.parameters, scope));
        if let Some(ast::NullTreatment::IgnoreNulls) = function.null_treatment {
            args.push(text("IGNORE NULLS", span));
        }
        let filter = function.filter.as_ref().map(|filter| Box::new(self.expr(filter, scope)));
        let ty = routine.as_ref().map_or_else(|| infer::call(self.dialect, &name, &args), |own| own.returns.clone());
        // Whoever calls a function means what its text says today.
        args.extend(routine.as_ref().map(|own| text(&own.address.to_string(), span)));
        if let Some(over) = &function.over {
            return self.windowed(Call { function: name, args, distinct, filter, order, ty }, over, scope, span);
        }
        let aggregates = kind == Some(FunctionKind::Aggregate)
            || routine.as_ref().is_some_and(|own| own.aggregate)
            || (facts.is_none() && (distinct || filter.is_some() || !order.is_empty()));
        if aggregates {
            return Expr::new(ExprKind::Aggregate { function: name, args, distinct, filter, order }, ty, span);
        }
        if kind == Some(FunctionKind::Table) {
            return self.multiplies_rows(&name, args, ty, span);
        }
        if facts.is_none() && routine.is_none() && !is_spelled_out(&name) {
            self.partial("unknown function", name.clone(), span);
        }
        Expr::new(ExprKind::Call { function: name, args, volatile }, ty, span)
    }

    /// `base.f(args)`, a method call.
    pub(super) fn method(&mut self, base: Expr, function: &ast::Function, scope: &Scope, span: Span) -> Expr {
        let mut call = self.function(function, scope, span);
        if let ExprKind::Call { args, .. } | ExprKind::Aggregate { args, .. } = &mut call.kind {
            args.insert(0, base);
        }
        call
    }

    /// Values, DISTINCT, and the ORDER BY inside the parentheses.
    fn arguments(
        &mut self,
        function: &ast::Function,
        name: &str,
        scope: &Scope,
        span: Span,
    ) -> (Vec<Expr>, bool, Vec<SortKey>) {
        let FunctionArguments::List(list) = &function.args else { return (Vec::new(), false, Vec::new()) };
        let mut args: Vec<Expr> = Vec::new();
        let unit = self.unit(&list.args, name);
        for (at, arg) in list.args.iter().enumerate() {
            match unit {
                // A unit (`day`) or a name of a part is no column, though it is written like one.
                Some((unit, word)) if unit == at => args.push(text(&word.to_ascii_uppercase(), span)),
                _ => self.argument(arg, name, scope, span, &mut args),
            }
        }
        let mut order = Vec::new();
        for clause in &list.clauses {
            match clause {
                FunctionArgumentClause::OrderBy(keys) => {
                    order.extend(
                        keys.iter()
                            .map(|key| super::set::sort_key(self.expr(&key.expr, scope), &key.options))
                            .collect::<Vec<_>>(),
                    );
                }
                FunctionArgumentClause::Where(expr) | FunctionArgumentClause::Limit(expr) => {
                    args.push(self.expr(expr, scope));
                }
                FunctionArgumentClause::Having(bound) => args.push(self.expr(&bound.1, scope)),
                FunctionArgumentClause::Separator(value) => args.push(text(&value.to_string(), span)),
                FunctionArgumentClause::IgnoreOrRespectNulls(ast::NullTreatment::IgnoreNulls) => {
                    args.push(text("IGNORE NULLS", span));
                }
                other @ (FunctionArgumentClause::OnOverflow(_) | FunctionArgumentClause::JsonNullClause(_)) => {
                    args.push(text(&other.to_string(), span));
                }
                FunctionArgumentClause::IgnoreOrRespectNulls(_) | FunctionArgumentClause::JsonReturningClause(_) => {}
            }
        }
        (args, matches!(list.duplicate_treatment, Some(ast::DuplicateTreatment::Distinct)), order)
    }

    /// Which argument of a function of dates is a bare unit: the first or the last of several.
    fn unit<'f>(&self, args: &'f [FunctionArg], name: &str) -> Option<(usize, &'f str)> {
        let last = args.len().checked_sub(1).filter(|last| *last > 0)?;
        if !takes_unit(name) || !self.dialect.flag("bare_units") {
            return None;
        }
        let word = |at: usize| match &args[at] {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(ast::Expr::Identifier(ident)))
                if ident.quote_style.is_none() && is_unit(&ident.value) =>
            {
                Some((at, ident.value.as_str()))
            }
            _ => None,
        };
        // `dateadd('day', 1, date)`: the unit is a string, so the name is a column.
        let quoted = |at: usize| match &args[at] {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => {
                super::name::string_value(expr).is_some_and(|text| is_unit(&text))
            }
            _ => false,
        };
        if quoted(0) || quoted(last) {
            return None;
        }
        if self.dialect.flag("unit_stands_last") { word(last).or(word(0)) } else { word(0).or(word(last)) }
    }

    fn argument(&mut self, arg: &FunctionArg, name: &str, scope: &Scope, span: Span, args: &mut Vec<Expr>) {
        let (label, value) = match arg {
            FunctionArg::Named { name, arg, .. } => (Some(name.value.clone()), arg),
            FunctionArg::ExprNamed { arg, .. } | FunctionArg::Unnamed(arg) => (None, arg),
        };
        match value {
            FunctionArgExpr::Expr(ast::Expr::Lambda(lambda)) => {
                let element = args.first().map(|list| infer::element_of(&list.ty)).unwrap_or_default();
                args.push(self.lambda(lambda, &element, scope, span));
            }
            FunctionArgExpr::Expr(expr) if let Some(call) = super::carried::is_unpacked(expr) => {
                self.unpacked(call, scope, span, args);
            }
            FunctionArgExpr::Expr(expr) => {
                let value = self.expr(expr, scope);
                args.push(match label {
                    Some(label) => {
                        let ty = value.ty.clone();
                        Expr::call(&format!("NAMED {label}"), vec![value], ty, span)
                    }
                    None => value,
                });
            }
            FunctionArgExpr::Wildcard
            | FunctionArgExpr::QualifiedWildcard(_)
            | FunctionArgExpr::WildcardWithOptions(_)
                if name == "COUNT" => {}
            FunctionArgExpr::Wildcard | FunctionArgExpr::WildcardWithOptions(_) => {
                let shown = scope.items.iter().filter(|item| !item.shadow);
                args.extend(shown.map(|item| self.whole_row(item, span)).collect::<Vec<_>>());
                if let FunctionArgExpr::WildcardWithOptions(options) = value {
                    args.push(text(&options.to_string(), span));
                }
            }
            FunctionArgExpr::QualifiedWildcard(name) => {
                let path: Vec<String> = idents(name).iter().map(|part| self.relation_key(part)).collect();
                let item = scope.items.iter().find(|item| item.answers_to(&path));
                args.extend(item.map(|item| self.whole_row(item, span)));
            }
        }
    }

    fn parameters(&mut self, parameters: &FunctionArguments, scope: &Scope) -> Vec<Expr> {
        let FunctionArguments::List(list) = parameters else { return Vec::new() };
        let exprs = list.args.iter().filter_map(|arg| match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
            _ => None,
        });
        exprs.map(|expr| self.expr(expr, scope)).collect()
    }

    /// `ARRAY(SELECT ..)` and its like: the whole column of a subquery as one value.
    fn on_subquery(&mut self, name: &str, query: &ast::Query, scope: &Scope, span: Span) -> Expr {
        let (relation, element) = self.subquery(query, scope);
        let inner = Expr::new(ExprKind::Subquery { relation }, element.clone(), span);
        Expr::call(&format!("{name} OF ROWS"), vec![inner], Type::array_of(element), span)
    }

    /// A set-returning function in the SELECT list: its rows come from an Unnest below the projection.
    fn multiplies_rows(&mut self, name: &str, args: Vec<Expr>, ty: Type, span: Span) -> Expr {
        let ty = match args.first() {
            Some(arg) if name == "UNNEST" => infer::element_of(&arg.ty),
            _ => ty,
        };
        let column = self.column(&name.to_ascii_lowercase(), false, ty.clone(), span);
        self.pending_unnests.push((Expr::call(name, args, ty, span), column));
        self.column_expr(column, span)
    }

    /// `user` is a function without parentheses to the parser, and a column where the dialect knows no such function.
    pub(super) fn is_column_after_all<'f>(&self, function: &'f ast::Function) -> Option<&'f ast::Ident> {
        let [ast::ObjectNamePart::Identifier(ident)] = function.name.0.as_slice() else { return None };
        let bare = matches!(function.args, FunctionArguments::None) && function.over.is_none();
        let unknown = self.dialect.function(&ident.value.to_ascii_uppercase()).is_none();
        (bare && unknown && !self.is_bare_function(&ident.value)).then_some(ident)
    }

    /// Names that are functions without parentheses, in some dialects also parsed as columns.
    pub(super) fn is_bare_function(&self, name: &str) -> bool {
        let upper = name.to_ascii_uppercase();
        ["CURRENT_", "LOCALTIME", "SYSDATE", "SESSION_USER", "SYSTIMESTAMP", "USER"]
            .iter()
            .any(|prefix| upper.starts_with(prefix))
            && (upper != "USER" || self.dialect.function("USER").is_some())
    }

    pub(super) fn bare_function(&mut self, name: &str, span: Span) -> Expr {
        let upper = name.to_ascii_uppercase();
        let family = match upper.as_str() {
            "CURRENT_DATE" => Type::named("DATE", Family::Date),
            "CURRENT_TIME" | "LOCALTIME" => Type::named("TIME", Family::Time),
            "CURRENT_TIMESTAMP" | "LOCALTIMESTAMP" | "SYSDATE" | "SYSTIMESTAMP" | "CURRENT_DATETIME" => {
                Type::named("TIMESTAMP", Family::Timestamp)
            }
            _ => Type::named("VARCHAR", Family::String),
        };
        Expr::new(ExprKind::Call { function: upper, args: Vec::new(), volatile: true }, family, span)
    }
}

/// The name by which the dialect may know a function. What stands in a schema is the dialect's only where it says so
/// (`NET.HOST`): `app.hash(x)` is somebody's own function, whatever `HASH` is.
fn written(parts: &[ast::Ident]) -> String {
    let upper = |ident: &ast::Ident| ident.value.to_ascii_uppercase();
    match parts {
        [.., schema, name] if !schema.value.eq_ignore_ascii_case("pg_catalog") => {
            format!("{}.{}", upper(schema), upper(name))
        }
        [.., name] => upper(name),
        [] => String::new(),
    }
}

/// Functions one of whose arguments is a date part.
fn takes_unit(name: &str) -> bool {
    ["DATE", "TIME", "EXTRACT", "TRUNC", "LAST_DAY", "NEXT_DAY", "MONTHS"].iter().any(|part| name.contains(part))
}

fn is_unit(name: &str) -> bool {
    const UNITS: [&str; 24] = [
        "YEAR",
        "QUARTER",
        "MONTH",
        "WEEK",
        "DAY",
        "HOUR",
        "MINUTE",
        "SECOND",
        "MILLISECOND",
        "MICROSECOND",
        "NANOSECOND",
        "DAYOFWEEK",
        "DAYOFYEAR",
        "ISOWEEK",
        "ISOYEAR",
        "DECADE",
        "CENTURY",
        "EPOCH",
        "DOW",
        "DOY",
        "YY",
        "MM",
        "DD",
        "DATE",
    ];
    let upper = name.to_ascii_uppercase();
    let single = upper.strip_suffix('S').unwrap_or(&upper);
    UNITS.contains(&upper.as_str()) || UNITS.contains(&single)
}

/// Calls that the resolver itself spells.
fn is_spelled_out(name: &str) -> bool {
    matches!(
        name,
        "ROW"
            | "STRUCT"
            | "STRUCT_PACK"
            | "ARRAY"
            | "MAP"
            | "IF"
            | "GROUPING"
            | "GROUPING_ID"
            | "TRANSFORM_USING"
            | "PRIOR"
            | "PREV"
            | "NEXT"
            | "CLASSIFIER"
            | "MATCH_NUMBER"
            | "MATCH_SEQUENCE_NUMBER"
            | "COALESCE"
            | "CAST"
            | "EXTRACT"
    )
}
