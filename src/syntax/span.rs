//! An expression in, the whole of its text out: what the parser's own span leaves off is added by its kind.

use sqlparser::ast::{self, Expr, Spanned};

use super::parsed::Parsed;
use crate::text::Span;

impl Parsed {
    /// The whole text of an expression: a call with its brackets, `CAST(..)`, `.. IS NULL`, a subquery's brackets.
    /// What cannot be told from the tokens stays as [`Parsed::cover`] gives it.
    pub fn expr(&self, expr: &Expr) -> Span {
        match expr {
            Expr::BinaryOp { .. } => self.chain(expr),
            Expr::Function(function) => self.call(function),
            Expr::Nested(inner) => self.bracketed(self.expr(inner)),
            Expr::Cast { expr: inner, data_type, .. } => self.cast(inner, data_type),
            Expr::IsNull(inner) | Expr::IsTrue(inner) | Expr::IsFalse(inner) | Expr::IsUnknown(inner) => {
                self.followed(self.expr(inner), 2)
            }
            Expr::IsNotNull(inner) | Expr::IsNotTrue(inner) | Expr::IsNotFalse(inner) | Expr::IsNotUnknown(inner) => {
                self.followed(self.expr(inner), 3)
            }
            Expr::InList { expr: inner, .. }
            | Expr::InSubquery { expr: inner, .. }
            | Expr::InUnnest { expr: inner, .. } => {
                let whole = self.expr(inner).cover(self.span(expr.span()));
                self.through_bracket(whole)
            }
            Expr::Between { expr: inner, high, .. } => self.expr(inner).cover(self.expr(high)),
            Expr::UnaryOp { expr: inner, .. } => {
                let inner = self.expr(inner);
                self.before(inner).map_or(inner, |operator| operator.cover(inner))
            }
            Expr::RLike { expr: inner, pattern, .. } => self.expr(inner).cover(self.expr(pattern)),
            Expr::Subquery(query) | Expr::Exists { subquery: query, .. } => {
                let inner = self.span(query.span());
                self.led(self.around(inner).unwrap_or(inner), &["exists", "not"])
            }
            Expr::Extract { expr: inner, .. }
            | Expr::Substring { expr: inner, .. }
            | Expr::Trim { expr: inner, .. }
            | Expr::Position { expr: inner, .. }
            | Expr::Ceil { expr: inner, .. }
            | Expr::Floor { expr: inner, .. }
            | Expr::Overlay { expr: inner, .. }
            | Expr::Convert { expr: inner, .. } => self.named_brackets(self.expr(inner)),
            Expr::JsonAccess { value, .. } => self.path(self.expr(value)),
            Expr::CompoundFieldAccess { root, .. } => self.path(self.expr(root)),
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::Tuple(items) => self.listed(items.iter()),
            Expr::Array(array) if array.named => self.led(self.listed(array.elem.iter()), &["array"]),
            Expr::Array(array) => self.listed(array.elem.iter()),
            Expr::Dictionary(fields) => self.listed(fields.iter().map(|field| &*field.value)),
            Expr::Struct { values, .. } => self.named_brackets(self.union(values.iter())),
            Expr::Interval(interval) => {
                let unit = usize::from(interval.leading_field.is_some());
                self.led(self.followed(self.expr(&interval.value), unit), &["interval"])
            }
            Expr::TypedString(typed) => {
                let words = typed.data_type.to_string().split_whitespace().count();
                (0..words).fold(self.span(typed.value.span()), |whole, _| self.after_word(whole))
            }
            _ => self.cover(self.span(expr.span())),
        }
    }

    /// Brackets and the items in them.
    fn listed<'a>(&self, items: impl Iterator<Item = &'a Expr>) -> Span {
        let inner = self.union(items);
        self.around(inner).unwrap_or(inner)
    }

    fn union<'a>(&self, items: impl Iterator<Item = &'a Expr>) -> Span {
        items.map(|item| self.expr(item)).reduce(Span::cover).unwrap_or_default()
    }

    /// `a:b.c['d'][0]` behind `a`.
    fn path(&self, start: Span) -> Span {
        let mut whole = start;
        while let Some(next) = self.after(whole) {
            match self.word(next) {
                "[" => whole = self.cover(whole.cover(next)),
                ":" | "." => whole = self.followed(whole, 2),
                // `t.1`: the second item of a tuple.
                number if number.starts_with('.') => whole = whole.cover(next),
                _ => break,
            }
        }
        whole
    }

    /// `x -> e`, `(x, y) -> e`.
    fn lambda(&self, lambda: &ast::LambdaFunction) -> Span {
        let body = self.expr(&lambda.body);
        let first = lambda.params.iter().next().map_or(body, |param| self.span(param.name.span));
        let brackets =
            matches!(&lambda.params, ast::OneOrManyWithParens::Many(_)).then(|| self.around(first)).flatten();
        brackets.unwrap_or(first).cover(body)
    }

    /// `span` and the word right before it.
    fn after_word(&self, span: Span) -> Span {
        match self.before(span) {
            Some(before) if self.word(before).starts_with(char::is_alphabetic) => before.cover(span),
            _ => span,
        }
    }

    /// A SELECT item with its alias.
    pub fn item(&self, item: &ast::SelectItem) -> Span {
        match item {
            ast::SelectItem::UnnamedExpr(expr) => self.expr(expr),
            ast::SelectItem::ExprWithAlias { expr, alias } => self.expr(expr).cover(self.span(alias.span)),
            _ => self.cover(self.span(item.span())),
        }
    }

    /// `a or b or c` is as deep to the left as it is long: no recursion there.
    fn chain(&self, expr: &Expr) -> Span {
        let mut left = expr;
        let mut whole: Option<Span> = None;
        while let Expr::BinaryOp { left: inner, right, .. } = left {
            let right = self.expr(right);
            whole = Some(whole.map_or(right, |whole| whole.cover(right)));
            left = inner;
        }
        let first = self.expr(left);
        whole.map_or(first, |whole| whole.cover(first))
    }

    /// `f(..) FILTER (..) WITHIN GROUP (..) OVER (..)`.
    fn call(&self, function: &ast::Function) -> Span {
        let name = self.span(function.name.span());
        if matches!(function.args, ast::FunctionArguments::None) && function.over.is_none() {
            return name;
        }
        let mut whole = self.through_bracket(name).cover(self.cover(self.span(function.span())));
        while let Some(next) = self.after(whole) {
            let word = self.word(next).to_ascii_lowercase();
            match word.as_str() {
                "filter" | "within" => whole = self.through_bracket(whole.cover(next)),
                // `OVER (..)`, or OVER and a window's name.
                "over" => whole = self.cover(self.followed(whole, 2)),
                "ignore" | "respect" => whole = self.followed(whole, 2),
                _ => break,
            }
        }
        whole
    }

    /// `CAST(a AS t)`, `a::t`.
    fn cast(&self, inner: &Expr, data_type: &ast::DataType) -> Span {
        let value = self.expr(inner);
        if self.after(value).is_some_and(|next| self.word(next) == "::") {
            let typed = self.after(value).map_or(value, |colons| value.cover(colons));
            let words = data_type.to_string().split('(').next().map_or(1, |name| name.split_whitespace().count());
            let typed = self.followed(typed, words.max(1));
            let opens = self.after(typed).is_some_and(|next| self.is_open(next) && next.start == typed.end);
            return if opens { self.through_bracket(typed) } else { typed };
        }
        self.named_brackets(value)
    }

    /// The brackets around `span` if they are right there.
    fn bracketed(&self, span: Span) -> Span {
        self.brackets(span).unwrap_or(span)
    }

    /// The brackets that hold `span`, and the word before them.
    fn named_brackets(&self, span: Span) -> Span {
        let Some(brackets) = self.around(span) else { return span };
        match self.before(brackets) {
            Some(name) if self.word(name).starts_with(char::is_alphabetic) => name.cover(brackets),
            _ => brackets,
        }
    }

    /// `span` and the words before it, where they are these.
    fn led(&self, span: Span, words: &[&str]) -> Span {
        let mut whole = span;
        for word in words {
            match self.before(whole) {
                Some(before) if self.word(before).eq_ignore_ascii_case(word) => whole = before.cover(whole),
                _ => {}
            }
        }
        whole
    }

    /// `span` and the next `count` tokens.
    fn followed(&self, span: Span, count: usize) -> Span {
        (0..count).fold(span, |whole, _| self.after(whole).map_or(whole, |next| whole.cover(next)))
    }

    /// `span` to the end of the brackets that open behind it, or are open in it.
    fn through_bracket(&self, span: Span) -> Span {
        let covered = self.cover(span);
        if covered != span {
            return covered;
        }
        let mut whole = span;
        for _ in 0..3 {
            let Some(next) = self.after(whole) else { return span };
            whole = whole.cover(next);
            if self.is_open(next) {
                return self.cover(whole);
            }
        }
        span
    }
}
