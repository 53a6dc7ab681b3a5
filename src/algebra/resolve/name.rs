//! The name a dialect gives an item of the SELECT list that has no alias, and names read out of expressions.

use super::Resolver;
use super::from::idents;
use crate::syntax::ast::{self, BinaryOperator};
use crate::text::pattern;

impl Resolver<'_> {
    /// The output name of an expression without an alias, and whether it was quoted.
    pub(super) fn implied_name(&self, expr: &ast::Expr, position: usize) -> (String, bool) {
        match expr {
            ast::Expr::Identifier(ident) => (ident.value.clone(), ident.quote_style.is_some()),
            ast::Expr::CompoundIdentifier(parts) => match parts.last() {
                Some(last) => (last.value.clone(), last.quote_style.is_some()),
                None => (String::new(), false),
            },
            ast::Expr::CompoundFieldAccess { access_chain, .. } if self.names_field(access_chain).is_some() => {
                (self.names_field(access_chain).unwrap_or_default(), false)
            }
            ast::Expr::JsonAccess { path, .. } => match path.path.last() {
                Some(ast::JsonPathElem::Dot { key, .. }) => (key.clone(), false),
                _ => (self.expression_name(expr, position), false),
            },
            ast::Expr::Nested(inner) => self.implied_name(inner, position),
            ast::Expr::Function(function) if let Some(ident) = self.is_column_after_all(function) => {
                (ident.value.clone(), ident.quote_style.is_some())
            }
            ast::Expr::Collate { expr: inner, .. }
                if own_name(inner).is_some() && !self.dialect.flag("names_by_text") =>
            {
                self.implied_name(inner, position)
            }
            ast::Expr::Cast { expr: inner, .. } if self.dialect.flag("cast_keeps_name") => {
                self.implied_name(inner, position)
            }
            expr => (self.expression_name(expr, position), false),
        }
    }

    fn names_field(&self, chain: &[ast::AccessExpr]) -> Option<String> {
        match chain.last()? {
            ast::AccessExpr::Dot(ast::Expr::Identifier(ident)) => Some(ident.value.clone()),
            _ => None,
        }
    }

    fn expression_name(&self, expr: &ast::Expr, position: usize) -> String {
        if self.dialect.flag("names_by_text") {
            return super::spelling::spelled(expr, self.dialect);
        }
        match expr {
            ast::Expr::Function(function) if self.dialect.flag("names_by_function") => {
                idents(&function.name).last().map_or_else(String::new, |name| name.value.to_ascii_lowercase())
            }
            _ => format!("col{}", position + 1),
        }
    }
}

/// The name an expression carries by itself: a column's own, a field's own.
pub(super) fn own_name(expr: &ast::Expr) -> Option<String> {
    match expr {
        ast::Expr::Identifier(ident) => Some(ident.value.clone()),
        ast::Expr::CompoundIdentifier(parts) => parts.last().map(|part| part.value.clone()),
        ast::Expr::Named { name, .. } => Some(name.value.clone()),
        _ => None,
    }
}

/// The text of a string literal.
pub(super) fn string_value(expr: &ast::Expr) -> Option<String> {
    match expr {
        ast::Expr::Value(value) => super::expression::string_of(&value.value),
        _ => None,
    }
}

/// What a filter on column names says of one name: `lambda c: c LIKE 'x%'`. `None` where it cannot be told.
pub(super) fn test_on_name(parameter: &str, body: &ast::Expr, name: &str) -> Option<bool> {
    let text = |expr: &ast::Expr| value_on_name(parameter, expr, name);
    match body {
        ast::Expr::Nested(inner) => test_on_name(parameter, inner, name),
        ast::Expr::UnaryOp { op: ast::UnaryOperator::Not, expr } => {
            test_on_name(parameter, expr, name).map(|truth| !truth)
        }
        ast::Expr::Like { negated, expr, pattern: like, .. } => {
            Some(pattern::like(&text(like)?, &text(expr)?) != *negated)
        }
        ast::Expr::ILike { negated, expr, pattern: like, .. } => {
            Some(pattern::like(&text(like)?.to_ascii_lowercase(), &text(expr)?.to_ascii_lowercase()) != *negated)
        }
        ast::Expr::InList { expr, list, negated } => {
            let value = text(expr)?;
            let values: Option<Vec<String>> = list.iter().map(text).collect();
            Some(values?.contains(&value) != *negated)
        }
        ast::Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::And => Some(test_on_name(parameter, left, name)? && test_on_name(parameter, right, name)?),
            BinaryOperator::Or => Some(test_on_name(parameter, left, name)? || test_on_name(parameter, right, name)?),
            BinaryOperator::Eq => Some(text(left)? == text(right)?),
            BinaryOperator::NotEq => Some(text(left)? != text(right)?),
            _ => None,
        },
        ast::Expr::Function(function) => {
            let ast::FunctionArguments::List(list) = &function.args else { return None };
            let args: Option<Vec<String>> = list
                .args
                .iter()
                .map(|arg| match arg {
                    ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr)) => text(expr),
                    _ => None,
                })
                .collect();
            let args = args?;
            let [value, part] = args.as_slice() else { return None };
            match idents(&function.name).last()?.value.to_ascii_lowercase().as_str() {
                "starts_with" | "prefix" => Some(value.starts_with(part.as_str())),
                "ends_with" | "suffix" => Some(value.ends_with(part.as_str())),
                "contains" => Some(value.contains(part.as_str())),
                "regexp_matches" => pattern::search(part, value),
                _ => None,
            }
        }
        _ => None,
    }
}

fn value_on_name(parameter: &str, expr: &ast::Expr, name: &str) -> Option<String> {
    match expr {
        ast::Expr::Identifier(ident) if ident.value.eq_ignore_ascii_case(parameter) => Some(name.to_owned()),
        ast::Expr::Nested(inner) => value_on_name(parameter, inner, name),
        other => string_value(other),
    }
}
