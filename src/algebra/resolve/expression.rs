//! A scalar expression's tree in, an Expr with names resolved and a type out.

use super::Resolver;
use super::scope::{Scope, field_of, nothing_known};
use crate::algebra::expr::{Expr, ExprKind, Literal};
use crate::algebra::infer;
use crate::algebra::query::RelId;
use crate::algebra::sql_type::{Family, NULL, Type};
use crate::syntax::ast::{self, AccessExpr, BinaryOperator, UnaryOperator, Value};
use crate::text::Span;

impl Resolver<'_> {
    pub(super) fn expr(&mut self, expr: &ast::Expr, scope: &Scope) -> Expr {
        use ast::Expr as E;
        let span = self.span_of(expr);
        match expr {
            E::Identifier(ident) => self.name(std::slice::from_ref(ident), scope, span),
            E::CompoundIdentifier(parts) => self.name(parts, scope, span),
            E::Nested(inner) => self.expr(inner, scope),
            E::Value(value) => {
                if let Value::Placeholder(name) = &value.value
                    && name.starts_with("${")
                {
                    self.partial("text put in by a client", name.clone(), span);
                }
                if let Value::Placeholder(name) = &value.value
                    && let Some(name) = name.strip_prefix(':').filter(|name| self.values.iter().any(|(v, _)| v == name))
                {
                    return self.variable(name, span);
                }
                if let Value::Placeholder(name) = &value.value
                    && let Some(column) = self.at_position(name, &scope.items)
                {
                    return self.column_expr(column, span);
                }
                literal(&value.value, span)
            }
            E::TypedString(typed) => {
                let ty = Type::parse(&typed.data_type.to_string());
                let text = string_of(&typed.value.value).unwrap_or_default();
                Expr::new(ExprKind::Literal(Literal::Typed(ty.name.clone(), text)), ty, span)
            }
            E::BinaryOp { .. } => self.binary(expr, scope),
            E::UnaryOp { op, expr } => self.unary(*op, expr, scope, span),
            E::Cast { expr, data_type, kind, format } => {
                let safe = matches!(kind, ast::CastKind::TryCast | ast::CastKind::SafeCast);
                let cast = self.cast(expr, &data_type.to_string(), safe, scope, span);
                let Some(format) = format else { return cast };
                // How the text is written decides which value comes out.
                let ty = cast.ty.clone();
                Expr::call("CAST FORMAT", vec![cast, text(&format.to_string(), span)], ty, span)
            }
            E::Convert { expr, data_type: Some(data_type), is_try, .. } => {
                self.cast(expr, &data_type.to_string(), *is_try, scope, span)
            }
            E::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref(), scope, span)
            }
            E::Function(function) => self.function(function, scope, span),
            E::Subquery(query) => {
                let (relation, ty) = self.subquery(query, scope);
                Expr::new(ExprKind::Subquery { relation }, ty, span)
            }
            E::Exists { subquery, negated } => {
                let (relation, _) = self.subquery(subquery, scope);
                Expr::new(ExprKind::Exists { relation, negated: *negated }, boolean(), span)
            }
            E::InSubquery { expr, subquery, negated } => {
                let exprs = match expr.as_ref() {
                    E::Tuple(items) => items.iter().map(|item| self.expr(item, scope)).collect(),
                    expr => vec![self.expr(expr, scope)],
                };
                let (relation, _) = self.subquery(subquery, scope);
                Expr::new(ExprKind::In { exprs, relation, negated: *negated }, boolean(), span)
            }
            E::AnyOp { left, compare_op, right, .. } => self.quantified(left, compare_op, right, false, scope, span),
            E::AllOp { left, compare_op, right } => self.quantified(left, compare_op, right, true, scope, span),
            E::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain, scope, span),
            E::JsonAccess { value, path } => self.json_access(value, path, scope, span),
            E::Lambda(lambda) => self.lambda(lambda, &Type::unknown(), scope, span),
            E::Struct { values, fields } => self.structure(values, fields, scope, span),
            E::Named { expr, .. } => self.expr(expr, scope),
            E::Dictionary(fields) => {
                let args: Vec<Expr> = fields.iter().map(|field| self.expr(&field.value, scope)).collect();
                let named =
                    fields.iter().zip(&args).map(|(field, arg)| (field.key.value.clone(), arg.ty.clone())).collect();
                Expr::call("STRUCT_PACK", args, Type::structure_of(named), span)
            }
            other => self.spelled(other, scope, span),
        }
    }

    /// The expressions that are functions in other clothes.
    fn spelled(&mut self, expr: &ast::Expr, scope: &Scope, span: Span) -> Expr {
        use ast::Expr as E;
        let truth =
            |this: &mut Self, inner: &ast::Expr, test: &str| this.called_on(test, &[inner], boolean(), scope, span);
        match expr {
            E::IsNull(inner) => truth(self, inner, "IS NULL"),
            E::IsNotNull(inner) => negated(truth(self, inner, "IS NULL")),
            E::IsTrue(inner) => truth(self, inner, "IS TRUE"),
            E::IsNotTrue(inner) => negated(truth(self, inner, "IS TRUE")),
            E::IsFalse(inner) => truth(self, inner, "IS FALSE"),
            E::IsNotFalse(inner) => negated(truth(self, inner, "IS FALSE")),
            E::IsUnknown(inner) => truth(self, inner, "IS NULL"),
            E::IsNotUnknown(inner) => negated(truth(self, inner, "IS NULL")),
            E::IsDistinctFrom(a, b) => negated(self.called_on("IS NOT DISTINCT FROM", &[a, b], boolean(), scope, span)),
            E::IsNotDistinctFrom(a, b) => self.called_on("IS NOT DISTINCT FROM", &[a, b], boolean(), scope, span),
            E::InList { expr, list, negated: not } => {
                let parts: Vec<&ast::Expr> = std::iter::once(expr.as_ref()).chain(list).collect();
                negated_if(*not, self.called_on("IN", &parts, boolean(), scope, span))
            }
            E::InUnnest { expr, array_expr, negated: not } => {
                negated_if(*not, self.called_on("IN UNNEST", &[expr, array_expr], boolean(), scope, span))
            }
            E::Between { expr, negated: not, low, high } => {
                let value = self.expr(expr, scope);
                let low = self.expr(low, scope);
                let high = self.expr(high, scope);
                let above = Expr::call(">=", vec![value.clone(), low], boolean(), span);
                let below = Expr::call("<=", vec![value, high], boolean(), span);
                negated_if(*not, Expr::call("AND", vec![above, below], boolean(), span))
            }
            E::Like { negated: not, expr, pattern, escape_char, .. } => {
                self.matched("LIKE", *not, expr, pattern, escape_char.as_deref(), scope, span)
            }
            E::ILike { negated: not, expr, pattern, escape_char, .. } => {
                self.matched("ILIKE", *not, expr, pattern, escape_char.as_deref(), scope, span)
            }
            E::SimilarTo { negated: not, expr, pattern, escape_char } => {
                self.matched("SIMILAR TO", *not, expr, pattern, escape_char.as_deref(), scope, span)
            }
            E::RLike { negated: not, expr, pattern, .. } => {
                self.matched("RLIKE", *not, expr, pattern, None, scope, span)
            }
            E::AtTimeZone { timestamp, time_zone } => self.called_on(
                "AT TIME ZONE",
                &[timestamp, time_zone],
                Type::named("TIMESTAMP", Family::Timestamp),
                scope,
                span,
            ),
            E::Extract { field, expr, .. } => {
                let args = vec![text(&field.to_string().to_ascii_uppercase(), span), self.expr(expr, scope)];
                Expr::call("EXTRACT", args, Type::named("BIGINT", Family::Integer), span)
            }
            E::Ceil { expr, .. } => self.infer_call("CEIL", &[expr], scope, span),
            E::Floor { expr, .. } => self.infer_call("FLOOR", &[expr], scope, span),
            E::Position { expr, r#in } => {
                self.called_on("POSITION", &[expr, r#in], Type::named("BIGINT", Family::Integer), scope, span)
            }
            E::Substring { expr, substring_from, substring_for, .. } => {
                let parts: Vec<&ast::Expr> = std::iter::once(expr.as_ref())
                    .chain(substring_from.as_deref())
                    .chain(substring_for.as_deref())
                    .collect();
                self.called_on("SUBSTRING", &parts, string(), scope, span)
            }
            E::Trim { trim_what, expr, trim_characters, trim_where } => {
                let name = trim_where.map_or("TRIM".to_owned(), |side| format!("TRIM {side}"));
                let parts: Vec<&ast::Expr> = std::iter::once(expr.as_ref())
                    .chain(trim_what.as_deref())
                    .chain(trim_characters.iter().flatten())
                    .collect();
                self.called_on(&name, &parts, string(), scope, span)
            }
            E::Collate { expr, collation } => {
                let value = self.expr(expr, scope);
                let ty = value.ty.clone();
                Expr::call("COLLATE", vec![value, text(&collation.to_string(), span)], ty, span)
            }
            E::Tuple(items) => {
                let args: Vec<Expr> = items.iter().map(|item| self.expr(item, scope)).collect();
                Expr::call("ROW", args, Type::named("STRUCT", Family::Struct), span)
            }
            E::Map(map) => {
                let parts: Vec<&ast::Expr> =
                    map.entries.iter().flat_map(|entry| [entry.key.as_ref(), entry.value.as_ref()]).collect();
                self.called_on("MAP", &parts, Type::named("MAP", Family::Map), scope, span)
            }
            E::Array(array) => {
                let args: Vec<Expr> = array.elem.iter().map(|item| self.expr(item, scope)).collect();
                let element = args.iter().map(|arg| arg.ty.clone()).reduce(|a, b| a.common(&b)).unwrap_or_default();
                Expr::call("ARRAY", args, Type::array_of(element), span)
            }
            E::Interval(interval) => self.interval(interval, scope, span),
            E::OuterJoin(inner) => self.expr(inner, scope),
            E::MemberOf(member) => self.called_on("MEMBER OF", &[&member.value, &member.array], boolean(), scope, span),
            other => self.rarely_spelled(other, scope, span),
        }
    }

    fn rarely_spelled(&mut self, expr: &ast::Expr, scope: &Scope, span: Span) -> Expr {
        use ast::Expr as E;
        match expr {
            E::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                let parts: Vec<&ast::Expr> =
                    [expr.as_ref(), overlay_what, overlay_from].into_iter().chain(overlay_for.as_deref()).collect();
                self.called_on("OVERLAY", &parts, string(), scope, span)
            }
            E::Prefixed { prefix, value } if prefix.value.eq_ignore_ascii_case("connect_by_root") => {
                self.of_other_row("CONNECT_BY_ROOT", value, scope, span)
            }
            E::Prefixed { value, .. } => self.expr(value, scope),
            E::Prior(inner) => self.of_other_row("PRIOR", inner, scope, span),
            other => self.not_understood(other, scope, span),
        }
    }

    /// An expression with no meaning here: it may depend on every column its text names.
    fn not_understood(&mut self, expr: &ast::Expr, scope: &Scope, span: Span) -> Expr {
        let mut names = Vec::new();
        let _ = ast::visit_expressions(expr, |part| {
            match part {
                ast::Expr::Identifier(ident) => names.push(vec![ident.clone()]),
                ast::Expr::CompoundIdentifier(parts) => names.push(parts.clone()),
                _ => {}
            }
            std::ops::ControlFlow::<()>::Continue(())
        });
        let args = names.iter().map(|parts| self.name(parts, scope, span)).collect();
        self.partial("construct not understood", "an expression", span);
        nothing_known(&expr.to_string(), args, span)
    }

    /// A value of the row above, or of the one at the top, in a hierarchy.
    fn of_other_row(&mut self, which: &str, inner: &ast::Expr, scope: &Scope, span: Span) -> Expr {
        let value = self.expr(inner, scope);
        let ty = value.ty.clone();
        Expr::call(which, vec![value], ty, span)
    }

    fn called_on(&mut self, function: &str, parts: &[&ast::Expr], ty: Type, scope: &Scope, span: Span) -> Expr {
        let args = parts.iter().map(|part| self.expr(part, scope)).collect();
        Expr::call(function, args, ty, span)
    }

    fn infer_call(&mut self, function: &str, parts: &[&ast::Expr], scope: &Scope, span: Span) -> Expr {
        let args: Vec<Expr> = parts.iter().map(|part| self.expr(part, scope)).collect();
        let ty = infer::call(self.dialect, function, &args);
        Expr::call(function, args, ty, span)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one LIKE")]
    fn matched(
        &mut self,
        name: &str,
        not: bool,
        expr: &ast::Expr,
        pattern: &ast::Expr,
        escape: Option<&ast::Expr>,
        scope: &Scope,
        span: Span,
    ) -> Expr {
        let parts: Vec<&ast::Expr> = [expr, pattern].into_iter().chain(escape).collect();
        negated_if(not, self.called_on(name, &parts, boolean(), scope, span))
    }

    /// A chain of operators, unrolled along its left spine so that long chains need no deep stack.
    fn binary(&mut self, expr: &ast::Expr, scope: &Scope) -> Expr {
        let mut spine = Vec::new();
        let mut first = expr;
        while let ast::Expr::BinaryOp { left, op, right } = first {
            spine.push((op, right));
            first = left;
        }
        let mut value = self.expr(first, scope);
        for (op, right) in spine.into_iter().rev() {
            let right = self.expr(right, scope);
            let span = value.span.cover(right.span);
            value = self.operator(op, value, right, span);
        }
        value
    }

    fn operator(&mut self, op: &BinaryOperator, left: Expr, right: Expr, span: Span) -> Expr {
        let name = match op {
            BinaryOperator::NotEq => return negated(Expr::call("=", vec![left, right], boolean(), span)),
            BinaryOperator::Spaceship => "IS NOT DISTINCT FROM".to_owned(),
            op => op.to_string().to_ascii_uppercase(),
        };
        // AND and OR keep one flat list, so that their order and nesting mean nothing.
        if (name == "AND" || name == "OR")
            && let ExprKind::Call { function, .. } = &left.kind
            && *function == name
        {
            let mut flat = left;
            flat.span = span;
            if let ExprKind::Call { args, .. } = &mut flat.kind {
                args.push(right);
            }
            return flat;
        }
        let args = vec![left, right];
        let ty = infer::operator(self.dialect, &name, &args);
        Expr::call(&name, args, ty, span)
    }

    fn unary(&mut self, op: UnaryOperator, inner: &ast::Expr, scope: &Scope, span: Span) -> Expr {
        let value = self.expr(inner, scope);
        match (op, &value.kind) {
            (UnaryOperator::Not | UnaryOperator::BangNot, _) => negated(Expr { span, ..value }),
            (UnaryOperator::Plus, _) => value,
            (UnaryOperator::Minus, ExprKind::Literal(Literal::Number(number))) => {
                let number = number.strip_prefix('-').map_or_else(|| format!("-{number}"), str::to_owned);
                Expr { kind: ExprKind::Literal(Literal::Number(number)), span, ..value }
            }
            (op, _) => {
                let ty = value.ty.clone();
                Expr::call(&format!("UNARY {op}"), vec![value], ty, span)
            }
        }
    }

    pub(super) fn cast(&mut self, inner: &ast::Expr, to: &str, safe: bool, scope: &Scope, span: Span) -> Expr {
        let expr = self.expr(inner, scope);
        Expr::new(ExprKind::Cast { expr: Box::new(expr), safe }, Type::parse(to), span)
    }

    fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
        scope: &Scope,
        span: Span,
    ) -> Expr {
        let operand = operand.map(|operand| self.expr(operand, scope));
        let mut branches = Vec::new();
        for when in conditions {
            let test = self.expr(&when.condition, scope);
            let condition = match &operand {
                Some(operand) => {
                    let at = test.span;
                    Expr::call("=", vec![operand.clone(), test], boolean(), at)
                }
                None => test,
            };
            branches.push((condition, self.expr(&when.result, scope)));
        }
        let otherwise = otherwise.map(|value| Box::new(self.expr(value, scope)));
        let ty = infer::together(branches.iter().map(|(_, value)| value).chain(otherwise.as_deref()));
        Expr::new(ExprKind::Case { branches, otherwise }, ty, span)
    }

    /// A subquery's relation and the type of its first column.
    pub(super) fn subquery(&mut self, query: &ast::Query, scope: &Scope) -> (RelId, Type) {
        let inner = Scope::inside(Some(scope));
        let saved = std::mem::take(&mut self.pending_unnests);
        let bound = self.query_in(query, &inner);
        self.pending_unnests = saved;
        let ty = bound.outputs.first().map(|output| self.query.columns[output.column.0 as usize].ty.clone());
        (bound.rel, ty.unwrap_or_default())
    }

    fn quantified(
        &mut self,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
        all: bool,
        scope: &Scope,
        span: Span,
    ) -> Expr {
        let value = self.expr(left, scope);
        let mut inner = right;
        while let ast::Expr::Nested(deeper) = inner {
            inner = deeper;
        }
        if let ast::Expr::Subquery(query) = inner {
            let (relation, _) = self.subquery(query, scope);
            let kind = ExprKind::Quantified { op: op.to_string(), all, expr: Box::new(value), relation };
            return Expr::new(kind, boolean(), span);
        }
        let list = self.expr(right, scope);
        let which = if all { "ALL" } else { "ANY" };
        Expr::call(&format!("{op} {which}"), vec![value, list], boolean(), span)
    }

    fn access(&mut self, root: &ast::Expr, chain: &[AccessExpr], scope: &Scope, span: Span) -> Expr {
        // `a.b[1].c` arrives with `a.b` as the root; `t.col[1]` with `t` as root and `.col` in the chain.
        let mut parts: Vec<ast::Ident> = match root {
            ast::Expr::Identifier(ident) => vec![ident.clone()],
            ast::Expr::CompoundIdentifier(parts) => parts.clone(),
            _ => Vec::new(),
        };
        let mut rest = chain;
        while let ([AccessExpr::Dot(ast::Expr::Identifier(ident)), tail @ ..], false) = (rest, parts.is_empty()) {
            parts.push(ident.clone());
            rest = tail;
        }
        let call = match rest {
            [AccessExpr::Dot(ast::Expr::Function(call)), tail @ ..]
                if !parts.is_empty() && self.dialect.flag("dotted_calls") =>
            {
                rest = tail;
                Some(in_namespace(call, &parts))
            }
            _ => None,
        };
        let base = match call {
            Some(call) => self.function(&call, scope, span),
            None if parts.is_empty() => self.expr(root, scope),
            None => self.name(&parts, scope, span),
        };
        rest.iter().fold(base, |base, access| match access {
            AccessExpr::Dot(ast::Expr::Identifier(ident)) => field_of(base, &ident.value, span),
            AccessExpr::Dot(ast::Expr::Function(function)) => self.method(base, function, scope, span),
            AccessExpr::Dot(other) => {
                let key = self.expr(other, scope);
                Expr::call("ELEMENT", vec![base, key], Type::unknown(), span)
            }
            AccessExpr::Subscript(ast::Subscript::Index { index }) => {
                let ty = base.ty.element.as_deref().cloned().unwrap_or_else(|| infer::element_of(&base.ty));
                match (super::name::string_value(index), base.ty.family) {
                    (Some(name), Family::Struct | Family::Json | Family::Unknown) => field_of(base, &name, span),
                    _ => {
                        let index = self.expr(index, scope);
                        Expr::call("ELEMENT", vec![base, index], ty, span)
                    }
                }
            }
            AccessExpr::Subscript(ast::Subscript::Slice { lower_bound, upper_bound, stride }) => {
                let ty = base.ty.clone();
                let bounds = [lower_bound, upper_bound, stride];
                let bounds = bounds
                    .into_iter()
                    .map(|bound| bound.as_ref().map_or_else(|| null(span), |bound| self.expr(bound, scope)));
                let args = std::iter::once(base).chain(bounds.collect::<Vec<_>>()).collect();
                Expr::call("SLICE", args, ty, span)
            }
        })
    }

    fn json_access(&mut self, value: &ast::Expr, path: &ast::JsonPath, scope: &Scope, span: Span) -> Expr {
        let base = self.expr(value, scope);
        path.path.iter().fold(base, |base, element| match element {
            ast::JsonPathElem::Dot { key, .. } => field_of(base, key, span),
            ast::JsonPathElem::Bracket { key } | ast::JsonPathElem::ColonBracket { key } => {
                match super::name::string_value(key) {
                    Some(name) => field_of(base, &name, span),
                    None => {
                        let ty = infer::element_of(&base.ty);
                        let key = self.expr(key, scope);
                        Expr::call("ELEMENT", vec![base, key], ty, span)
                    }
                }
            }
        })
    }

    /// `x -> body`; `element` is the type its first parameter stands for.
    pub(super) fn lambda(&mut self, lambda: &ast::LambdaFunction, element: &Type, scope: &Scope, span: Span) -> Expr {
        if let Some(value) = super::carried::is_json_access(lambda) {
            let value = self.name(std::slice::from_ref(value), scope, span);
            let key = self.expr(&lambda.body, scope);
            let ty = infer::operator(self.dialect, "->", &[value.clone(), key.clone()]);
            return Expr::call("->", vec![value, key], ty, span);
        }
        let names: Vec<&ast::LambdaFunctionParameter> = match &lambda.params {
            ast::OneOrManyWithParens::One(param) => vec![param],
            ast::OneOrManyWithParens::Many(params) => params.iter().collect(),
        };
        let mut inner = Scope::inside(Some(scope));
        let mut params = Vec::new();
        for (at, param) in names.into_iter().enumerate() {
            let ty = if at == 0 { element.clone() } else { Type::unknown() };
            let column = self.column(&param.name.value, false, ty, span);
            params.push(column);
            inner
                .aliases
                .push(super::scope::Alias { key: self.key(&param.name), expr: self.column_expr(column, span) });
        }
        inner.rule = Some(crate::dialect::AliasRule::AliasFirst);
        let body = self.expr(&lambda.body, &inner);
        let ty = body.ty.clone();
        Expr::new(ExprKind::Lambda { params, body: Box::new(body) }, ty, span)
    }

    fn structure(&mut self, values: &[ast::Expr], fields: &[ast::StructField], scope: &Scope, span: Span) -> Expr {
        let mut named = Vec::new();
        let mut args = Vec::new();
        for (at, value) in values.iter().enumerate() {
            let arg = self.expr(value, scope);
            let declared = fields.get(at).and_then(|field| field.field_name.as_ref()).map(|name| name.value.clone());
            let name =
                declared.or_else(|| super::name::own_name(value)).unwrap_or_else(|| format!("_field_{}", at + 1));
            named.push((name, arg.ty.clone()));
            args.push(arg);
        }
        Expr::call("STRUCT_PACK", args, Type::structure_of(named), span)
    }

    fn interval(&mut self, interval: &ast::Interval, scope: &Scope, span: Span) -> Expr {
        let value = self.expr(&interval.value, scope);
        let unit =
            interval.leading_field.as_ref().map(|unit| unit.to_string().to_ascii_uppercase()).unwrap_or_default();
        let ty = Type::named("INTERVAL", Family::Interval);
        match &value.kind {
            ExprKind::Literal(Literal::String(amount) | Literal::Number(amount)) => {
                Expr::new(ExprKind::Literal(Literal::Typed(format!("INTERVAL {unit}"), amount.clone())), ty, span)
            }
            _ => Expr::call("INTERVAL", vec![value, text(&unit, span)], ty, span),
        }
    }
}

/// `d.f(a)`, where `d` came before it.
fn in_namespace(call: &ast::Function, before: &[ast::Ident]) -> ast::Function {
    let before = before.iter().cloned().map(ast::ObjectNamePart::Identifier);
    let name = ast::ObjectName(before.chain(call.name.0.iter().cloned()).collect());
    ast::Function { name, ..call.clone() }
}

fn literal(value: &Value, span: Span) -> Expr {
    let (literal, ty) = match value {
        Value::Number(text, _) => return number(text, span),
        Value::Boolean(value) => (Literal::Boolean(*value), boolean()),
        Value::Null => return null(span),
        Value::HexStringLiteral(text) => {
            (Literal::Typed("HEX".to_owned(), text.clone()), Type::named("BLOB", Family::Binary))
        }
        Value::SingleQuotedByteStringLiteral(text) | Value::DoubleQuotedByteStringLiteral(text) => {
            (Literal::Typed("BYTES".to_owned(), text.clone()), Type::named("BYTES", Family::Binary))
        }
        Value::Placeholder(name) => return nothing_known(name, Vec::new(), span),
        other => (Literal::String(string_of(other).unwrap_or_default()), string()),
    };
    Expr::new(ExprKind::Literal(literal), ty, span)
}

/// The text of any kind of string literal.
pub(super) fn string_of(value: &Value) -> Option<String> {
    match value {
        Value::DollarQuotedString(text) => Some(text.value.clone()),
        Value::QuoteDelimitedStringLiteral(text) | Value::NationalQuoteDelimitedStringLiteral(text) => {
            Some(text.value.clone())
        }
        Value::Number(..) | Value::Boolean(_) | Value::Null | Value::Placeholder(_) => None,
        other => other.clone().into_string(),
    }
}

pub(super) fn number(text: &str, span: Span) -> Expr {
    let ty = if text.contains(['e', 'E']) && !text.starts_with("0x") {
        Type::named("DOUBLE", Family::Float)
    } else if let Some((whole, part)) = text.split_once('.') {
        let scale = part.len();
        let digits = whole.trim_start_matches('-').trim_start_matches('0').len() + scale;
        Type::parse(&format!("DECIMAL({},{scale})", digits.max(1)))
    } else if text.parse::<i32>().is_ok() {
        Type::named("INTEGER", Family::Integer)
    } else {
        Type::named(if text.parse::<i64>().is_ok() { "BIGINT" } else { "HUGEINT" }, Family::Integer)
    };
    Expr::new(ExprKind::Literal(Literal::Number(text.to_owned())), ty, span)
}

pub(super) fn null(span: Span) -> Expr {
    Expr::new(ExprKind::Literal(Literal::Null), Type::named(NULL, Family::Unknown), span)
}

pub(super) fn text(value: &str, span: Span) -> Expr {
    Expr::new(ExprKind::Literal(Literal::String(value.to_owned())), string(), span)
}

pub(super) fn boolean() -> Type {
    Type::named("BOOLEAN", Family::Boolean)
}

pub(super) fn string() -> Type {
    Type::named("VARCHAR", Family::String)
}

/// NOT of a condition.
pub(super) fn negated(expr: Expr) -> Expr {
    let span = expr.span;
    Expr::call("NOT", vec![expr], boolean(), span)
}

fn negated_if(not: bool, expr: Expr) -> Expr {
    if not { negated(expr) } else { expr }
}
