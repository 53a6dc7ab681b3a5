//! Expressions of a template in, values out.

use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::ast::{Argument, Expr, ExprKind, Filter};
use super::free::is_free;
use super::function::{Args, Function, Scope};
use super::marked::{From, Text};
use super::operators;
use super::print;
use super::run::Run;
use super::stop::Stop;
use super::value::{Key, Map, Value};
use super::{checks, context, filters};
use crate::text::Span;

/// Shorter texts are not worth a place of their own.
const MIN_WRITTEN: usize = 24;

/// What an `a if b` without an `else` is where `b` does not hold; printing it prints nothing, as is meant.
pub(super) const MISSING_ELSE: &str = "the missing else";

impl Run<'_> {
    pub(super) fn expr(&mut self, expr: &Expr, scope: &Rc<Scope>) -> Result<Value, Stop> {
        self.step()?;
        match &expr.kind {
            ExprKind::Name(name) => Ok(self.name(name, scope)),
            ExprKind::Str(text) => Ok(Value::Str(self.written(text, expr.span))),
            ExprKind::None => Ok(Value::None),
            ExprKind::Bool(value) => Ok(Value::Bool(*value)),
            ExprKind::Int(number) => Ok(Value::Int(*number)),
            ExprKind::Float(number) => Ok(Value::Float(*number)),
            ExprKind::Big(number) => Ok(Value::Big(Rc::new(num_bigint::BigInt::clone(number)))),
            ExprKind::Call(..) => self.call_expr(expr, scope, None),
            ExprKind::And(a, b) => {
                let a = self.expr(a, scope)?;
                if a.truth() { self.expr(b, scope) } else { Ok(a) }
            }
            ExprKind::Or(a, b) => {
                let a = self.expr(a, scope)?;
                if a.truth() { Ok(a) } else { self.expr(b, scope) }
            }
            ExprKind::Choice { test, then, otherwise } => {
                if self.expr(test, scope)?.truth() {
                    return self.expr(then, scope);
                }
                match otherwise {
                    Some(otherwise) => self.expr(otherwise, scope),
                    None => Ok(Value::undefined(MISSING_ELSE)),
                }
            }
            ExprKind::Broken => Ok(Value::Unknown),
            _ => self.operation(expr, scope).map_err(|stop| stop.at(self.value_at(expr.span))),
        }
    }

    /// Expressions that can fail by themselves: their faults are theirs, not those of the expression around.
    fn operation(&mut self, expr: &Expr, scope: &Rc<Scope>) -> Result<Value, Stop> {
        match &expr.kind {
            ExprKind::List(items) => Ok(Value::list(self.all(items, scope)?)),
            ExprKind::Tuple(items) => Ok(Value::tuple(self.all(items, scope)?)),
            ExprKind::Dict(entries) => self.dict(entries, scope),
            ExprKind::Attribute(holder, name) => {
                let holder = self.expr(holder, scope)?;
                self.attribute(&holder, name, expr.span)
            }
            ExprKind::Item(holder, item) => {
                let holder = self.expr(holder, scope)?;
                let item = self.expr(item, scope)?;
                self.item(&holder, &item)
            }
            ExprKind::Slice(holder, parts) => self.slice(holder, parts, scope),
            ExprKind::Filter(value, filter) => {
                let value = self.expr(value, scope)?;
                self.filter(value, filter, scope)
            }
            ExprKind::Test(value, test) => {
                let value = self.expr(value, scope)?;
                let args = self.arguments(&test.arguments, scope)?;
                checks::check(self, &test.name, &value, &args).map(Value::Bool)
            }
            ExprKind::Not(value) => match self.expr(value, scope)? {
                Value::Unknown => Ok(Value::Unknown),
                value => Ok(Value::Bool(!value.truth())),
            },
            ExprKind::Negative(value) => operators::negative(&self.expr(value, scope)?),
            ExprKind::Positive(value) => {
                let value = self.expr(value, scope)?;
                operators::arithmetic(super::ast::Arithmetic::Add, &Value::Int(0), &value)
            }
            ExprKind::Binary(operator, a, b) => {
                let a = self.expr(a, scope)?;
                let b = self.expr(b, scope)?;
                if let Some(free) = [&a, &b].into_iter().find(|value| self.is_open() && is_free(value)) {
                    return Ok(free.clone());
                }
                let made = operators::arithmetic(*operator, &a, &b)?;
                match &made {
                    Value::Str(text) => self.spend_bytes(text.as_str().len())?,
                    Value::List(items) => self.spend(items.borrow().len() / 4)?,
                    Value::Tuple(items) => self.spend(items.len() / 4)?,
                    Value::Big(number) => self.spend(number.bits() as usize / 64)?,
                    _ => {}
                }
                Ok(made)
            }
            ExprKind::Compare(first, rest) => self.comparison(first, rest, scope),
            ExprKind::Join(parts) => {
                let mut texts = Vec::with_capacity(parts.len());
                for part in parts {
                    let value = self.expr(part, scope)?;
                    texts.push(self.joined(&value, part.span));
                    self.spend_bytes(texts.last().map_or(0, |text| text.as_str().len()))?;
                }
                operators::join(&texts)
            }
            _ => Ok(Value::Unknown),
        }
    }

    /// A text written out in the template. One of several lines remembers where it stands; for a short one the
    /// expression it ends up in says enough.
    fn written(&self, text: &Arc<str>, span: Span) -> Text {
        if text.len() < MIN_WRITTEN || self.frame.site.is_some() || !text.contains('\n') {
            return Text::from(text.clone());
        }
        let source = &self.frame.source;
        let start = span.start + 1;
        // Escapes, and texts side by side, are no longer what the source says.
        if source.text.get(start as usize..start as usize + text.len()) != Some(&**text) {
            return Text::from(text.clone());
        }
        Text::literal(text.clone(), From::Literal { source: source.id, start, calls: self.frame.calls })
    }

    fn name(&mut self, name: &Arc<str>, scope: &Rc<Scope>) -> Value {
        scope.get(name).or_else(|| context::global(self, name)).unwrap_or_else(|| self.nameless(name))
    }

    fn all(&mut self, items: &[Expr], scope: &Rc<Scope>) -> Result<Vec<Value>, Stop> {
        items.iter().map(|item| self.expr(item, scope)).collect()
    }

    fn dict(&mut self, entries: &[(Expr, Expr)], scope: &Rc<Scope>) -> Result<Value, Stop> {
        let mut map = Map::with_capacity_and_hasher(entries.len(), FixedState::default());
        for (key, value) in entries {
            let key = self.expr(key, scope)?;
            let kind = key.kind();
            let key = Key::new(key).ok_or_else(|| Stop::fault(format!("a {kind} cannot be a key")))?;
            map.insert(key, self.expr(value, scope)?);
        }
        Ok(Value::dict(map))
    }

    fn comparison(
        &mut self,
        first: &Expr,
        rest: &[(super::ast::Comparison, Expr)],
        scope: &Rc<Scope>,
    ) -> Result<Value, Stop> {
        let mut left = self.expr(first, scope)?;
        let mut result = Value::Bool(true);
        for (comparison, right) in rest {
            let right = self.expr(right, scope)?;
            self.spend(operators::cost(&right))?;
            if self.is_open() && (is_free(&left) || is_free(&right)) {
                return Ok(Value::Unknown);
            }
            result = operators::compare(*comparison, &left, &right)?;
            if !result.truth() {
                return Ok(result);
            }
            left = right;
        }
        Ok(result)
    }

    fn slice(&mut self, holder: &Expr, parts: &[Option<Expr>; 3], scope: &Rc<Scope>) -> Result<Value, Stop> {
        let holder = self.expr(holder, scope)?;
        let mut bounds = [None; 3];
        for (bound, part) in bounds.iter_mut().zip(parts) {
            if let Some(part) = part {
                let value = self.expr(part, scope)?;
                *bound = value.as_int();
                if bound.is_none() && !value.is_none() {
                    return Err(Stop::fault(format!("a slice needs whole numbers, not a {}", value.kind())));
                }
            }
        }
        self.spend(operators::cost(&holder))?;
        if let Value::Str(text) = &holder {
            self.spend_bytes(text.as_str().len())?;
            self.spend(text.as_str().len() / 8)?;
        }
        super::methods::slice(&holder, bounds)
    }

    pub(super) fn filter(&mut self, value: Value, filter: &Filter, scope: &Rc<Scope>) -> Result<Value, Stop> {
        let args = self.arguments(&filter.arguments, scope)?;
        if self.passes(&value, &filter.name) {
            return Ok(value);
        }
        filters::apply(self, &filter.name, value, args).map_err(|stop| stop.at(self.value_at(filter.span)))
    }

    pub(super) fn arguments(&mut self, arguments: &[Argument], scope: &Rc<Scope>) -> Result<Args, Stop> {
        let mut args = Args { positional: Vec::with_capacity(arguments.len()), named: Vec::new() };
        for argument in arguments {
            match argument {
                Argument::Positional(expr) => args.positional.push(self.expr(expr, scope)?),
                Argument::Named(name, expr) => {
                    let value = self.expr(expr, scope)?;
                    args.named.push((name.clone(), value));
                }
                Argument::Spread(expr) => {
                    let value = self.expr(expr, scope)?;
                    let items = self.items(&value)?;
                    args.positional.extend(items);
                }
                Argument::SpreadNamed(expr) => match self.expr(expr, scope)? {
                    Value::Dict(map) => {
                        for (key, value) in map.borrow().iter() {
                            args.named.push((Arc::from(key.as_str().unwrap_or_default()), value.clone()));
                        }
                    }
                    Value::Unknown => {}
                    other => return Err(Stop::fault(format!("`**` needs a dict, not a {}", other.kind()))),
                },
            }
        }
        Ok(args)
    }

    /// A call; `caller` is the body of a `call` block, which the macro may ask for.
    pub(super) fn call_expr(&mut self, expr: &Expr, scope: &Rc<Scope>, caller: Option<Value>) -> Result<Value, Stop> {
        let ExprKind::Call(callee, arguments) = &expr.kind else { return self.expr(expr, scope) };
        let result = if let ExprKind::Attribute(holder, name) = &callee.kind {
            let holder = self.expr(holder, scope)?;
            let mut args = self.arguments(arguments, scope)?;
            args.named.extend(caller.map(|caller| (self.env.words.caller.clone(), caller)));
            self.method(&holder, name, args, expr.span)
        } else {
            let callee = self.expr(callee, scope)?;
            let mut args = self.arguments(arguments, scope)?;
            args.named.extend(caller.map(|caller| (self.env.words.caller.clone(), caller)));
            self.call(&callee, args, expr.span)
        };
        result.map_err(|stop| stop.at(self.value_at(expr.span)))
    }

    /// `holder.name`
    pub(super) fn attribute(&mut self, holder: &Value, name: &Arc<str>, span: Span) -> Result<Value, Stop> {
        match holder {
            Value::Undefined(what) => self.part_of_undefined(what, name),
            Value::Unknown => Ok(Value::Unknown),
            Value::Object(object) => {
                let object = object.clone();
                Ok(context::object::attribute(self, &object, name, span))
            }
            Value::Function(function) => Ok(context::object::function_attribute(self, function, name)),
            _ if super::methods::has(holder, name) => {
                Ok(Value::function(Function::Method(holder.clone(), name.clone())))
            }
            Value::Dict(map) => {
                let found = map.borrow().get(&super::value::Name(name)).cloned();
                Ok(found.unwrap_or_else(|| Value::undefined(name)))
            }
            _ => Ok(Value::undefined(name)),
        }
    }

    /// `holder[item]`
    pub(super) fn item(&mut self, holder: &Value, item: &Value) -> Result<Value, Stop> {
        match holder {
            Value::Undefined(what) => self.part_of_undefined(what, &print::plain(item)),
            Value::Unknown => Ok(Value::Unknown),
            Value::Object(object) => {
                let object = object.clone();
                context::object::item(self, &object, item)
            }
            Value::Dict(map) => {
                let found = match item {
                    Value::Str(text) => map.borrow().get(&super::value::Name(text.as_str())).cloned(),
                    other => Key::new(other.clone()).and_then(|key| map.borrow().get(&key).cloned()),
                };
                match (found, item) {
                    (Some(found), _) => Ok(found),
                    (None, Value::Str(name)) => self.attribute(holder, &name.text.clone(), Span::default()),
                    (None, other) => Ok(Value::undefined(&super::print::plain(other))),
                }
            }
            _ => {
                if let (Some(index), true) = (item.as_int(), !matches!(holder, Value::Int(_) | Value::Bool(_))) {
                    return Ok(
                        super::methods::at(holder, index).unwrap_or_else(|| Value::undefined("an item out of range"))
                    );
                }
                match item {
                    Value::Str(name) => self.attribute(holder, &name.text.clone(), Span::default()),
                    other => Ok(Value::undefined(&super::print::plain(other))),
                }
            }
        }
    }
}

/// The fault of using what is not there.
pub(super) fn undefined(run: &Run<'_>, what: &str) -> Stop {
    let stop = Stop::fault(format!("`{what}` is undefined")).rule("undefined-variable");
    match context::similar(run, what) {
        Some(similar) => stop.help(format!("Did you mean `{similar}`?")),
        None => stop.help("Define it before it is used."),
    }
}
