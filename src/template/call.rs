//! Calls: a function and its arguments in, its value out.

use std::rc::Rc;
use std::sync::Arc;

use super::ast::{Argument, Expr, ExprKind, Macro};
use super::context;
use super::context::object::Object;
use super::function::{Args, Function, Scope};
use super::marked::Buffer;
use super::run::{Call, Frame, MAX_CALLS, Run};
use super::stop::Stop;
use super::value::{Key, Name, Value};
use super::{filters, methods};
use crate::text::Span;

/// Stack that must be left before a macro is entered, and how much is added where it is not.
const RED_ZONE: usize = 192 << 10;
const MORE_STACK: usize = 2 << 20;

impl Run<'_> {
    /// `callee(args)`, where the call stands at `span` of the text at hand.
    pub(super) fn call(&mut self, callee: &Value, args: Args, span: Span) -> Result<Value, Stop> {
        match callee {
            Value::Function(function) => match &**function {
                Function::Macro { code, scope, calls } => self.call_macro(code, scope.as_ref(), *calls, args, span),
                Function::Native(name) => context::functions::call(self, name, args, span),
                Function::Method(holder, name) => self.method(holder, name, args, span),
            },
            Value::Object(object) => {
                let object = object.clone();
                if let Object::Loop(state) = &*object {
                    return self.recurse(state, &args);
                }
                context::object::call(self, &object, args, span)
            }
            Value::Unknown => Ok(Value::Unknown),
            Value::Undefined(what) => self.call_of_undefined(what),
            // What the settings give a value is often a function where the template runs.
            other if self.is_open() => Ok(other.clone()),
            other => Err(Stop::fault(format!("a {} cannot be called", other.kind()))),
        }
    }

    /// `holder.name(args)`
    pub(super) fn method(&mut self, holder: &Value, name: &Arc<str>, args: Args, span: Span) -> Result<Value, Stop> {
        match holder {
            Value::Object(object) => {
                let object = object.clone();
                context::object::method(self, &object, name, args, span)
            }
            Value::Unknown => Ok(Value::Unknown),
            Value::Undefined(what) => self.part_of_undefined(what, name),
            Value::Dict(map) if !methods::has(holder, name) => {
                let found = map.borrow().get(&Name(name)).cloned();
                match found {
                    Some(callee) => self.call(&callee, args, span),
                    None => Err(Stop::fault(format!("this dict has no `{name}`"))),
                }
            }
            _ if methods::has(holder, name) => methods::call(self, holder, name, &args),
            other => Err(Stop::fault(format!("a {} has no method `{name}`", other.kind()))),
        }
    }

    /// `loop(items)` in a recursive loop.
    fn recurse(&mut self, state: &context::object::Loop, args: &Args) -> Result<Value, Stop> {
        let Some((each, scope)) = &state.again else {
            let stop = Stop::fault("this loop cannot be called");
            return Err(stop.help("Write `{% for .. recursive %}`."));
        };
        let over = args.need(0, "iterable")?;
        self.deeper(|run| {
            let mut buffer = Buffer::default();
            run.for_over(each, over, scope, &mut buffer, state.level + 1)?;
            Ok(Value::Str(buffer.finish()))
        })
    }

    /// Goes one macro deeper, on more stack if need be.
    pub(super) fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Stop>) -> Result<T, Stop> {
        if self.frame.depth >= MAX_CALLS {
            let stop = Stop::fault("macros call each other without end");
            return Err(stop.help("End the recursion by a condition."));
        }
        self.frame.depth += 1;
        let result = stacker::maybe_grow(RED_ZONE, MORE_STACK, || run(self));
        self.frame.depth -= 1;
        result
    }

    /// `{{ name(..) }}` where the name is a macro's: its text goes straight to `out`. The value where the macro returned
    /// one instead; `None` for any other expression, of which nothing was evaluated.
    pub(super) fn print_call(
        &mut self,
        expr: &Expr,
        scope: &Rc<Scope>,
        out: &mut Buffer,
    ) -> Option<Result<Option<Value>, Stop>> {
        let ExprKind::Call(callee, arguments) = &expr.kind else { return None };
        let callee = match &callee.kind {
            ExprKind::Name(name) => scope.get(name).or_else(|| context::global(self, name))?,
            ExprKind::Attribute(holder, name) => {
                let ExprKind::Name(package) = &holder.kind else { return None };
                let holder = scope.get(package).or_else(|| context::global(self, package))?;
                let Value::Object(object) = &holder else { return None };
                let Object::Package(package) = &**object else { return None };
                let code = self.env.package_macro(package, name)?;
                return Some(self.print_macro((&code, None, None), arguments, (expr.span, scope), out));
            }
            _ => return None,
        };
        let Value::Function(function) = &callee else { return None };
        let Function::Macro { code, scope: own, calls } = &**function else { return None };
        Some(self.print_macro((code, own.as_ref(), *calls), arguments, (expr.span, scope), out))
    }

    fn print_macro(
        &mut self,
        (code, own, calls): (&Arc<Macro>, Option<&Rc<Scope>>, Option<u32>),
        arguments: &[Argument],
        (span, scope): (Span, &Rc<Scope>),
        out: &mut Buffer,
    ) -> Result<Option<Value>, Stop> {
        let args = self.arguments(arguments, scope)?;
        let start = out.position();
        let result = self.run_macro((code, own, calls), args, span, |run, inner| run.nodes(&code.body, inner, out));
        let result = match result {
            Ok(()) => return Ok(None),
            Err(Stop::Return(value)) => Ok(Some(value)),
            Err(Stop::Break | Stop::Continue) => Ok(Some(Value::text(""))),
            Err(stop) => Err(stop.at(self.value_at(span))),
        };
        out.rewind(&start);
        result
    }

    pub(super) fn call_macro(
        &mut self,
        code: &Arc<Macro>,
        scope: Option<&Rc<Scope>>,
        calls: Option<u32>,
        args: Args,
        span: Span,
    ) -> Result<Value, Stop> {
        match self.run_macro((code, scope, calls), args, span, |run, inner| run.captured(&code.body, inner)) {
            Err(Stop::Return(value)) => Ok(value),
            Err(Stop::Break | Stop::Continue) => Ok(Value::text("")),
            other => other,
        }
    }

    /// Does `body` as the body of a macro, in a scope with its parameters.
    fn run_macro<T>(
        &mut self,
        (code, scope, calls): (&Arc<Macro>, Option<&Rc<Scope>>, Option<u32>),
        args: Args,
        span: Span,
        body: impl FnOnce(&mut Self, &Rc<Scope>) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        self.step()?;
        if scope.is_none() {
            self.ran(code);
        }
        let frame = self.enter(code, calls, span);
        let outer = std::mem::replace(&mut self.frame, frame);
        let result = self.deeper(|run| {
            let inner = Scope::new(scope.cloned());
            run.bind(code, args, &inner)?;
            body(run, &inner)
        });
        self.frame = outer;
        result
    }

    /// The frame a macro's text is evaluated in. `calls`: where its text stands, if not in a macro of its own.
    fn enter(&mut self, code: &Arc<Macro>, calls: Option<u32>, span: Span) -> Frame {
        let frame = Frame { source: code.source.clone(), imported: false, ..self.frame.clone() };
        if code.source.embedded {
            return Frame { site: Some(self.value_at(span)), ..frame };
        }
        let calls = calls.unwrap_or_else(|| self.called_at(span));
        Frame { calls, site: None, ..frame }
    }

    /// Notes a call at `span` of the text at hand: the number of it.
    pub(super) fn called_at(&mut self, span: Span) -> u32 {
        let (source, span, outer) = match self.frame.site {
            Some(super::marked::From::Value { source, span, calls }) => (source, span, calls),
            _ => (self.frame.source.id, span, self.frame.calls),
        };
        self.calls.push(Call { source, span, outer });
        self.calls.len() as u32
    }

    /// Gives a macro's parameters their values: what is passed, else its default, else undefined.
    fn bind(&mut self, code: &Arc<Macro>, mut args: Args, scope: &Rc<Scope>) -> Result<(), Stop> {
        let given = args.positional.len();
        let more = if given > code.params.len() { args.positional.split_off(code.params.len()) } else { Vec::new() };
        if !more.is_empty() && !code.takes_varargs {
            let stop = Stop::fault(format!(
                "macro `{}` takes at most {} arguments, not {given}",
                code.name,
                code.params.len()
            ));
            return Err(stop.help(parameters(code)));
        }
        let mut positional = args.positional.into_iter();
        for param in &code.params {
            let named = args.named.iter().position(|(name, _)| *name == param.name);
            let value = match (positional.next(), named) {
                (Some(_), Some(_)) => {
                    return Err(Stop::fault(format!("macro `{}` is given `{}` twice", code.name, param.name)));
                }
                (Some(value), None) => value,
                (None, Some(at)) => args.named.remove(at).1,
                (None, None) => match &param.default {
                    Some(default) => self.expr(default, scope)?,
                    None => Value::undefined(&param.name),
                },
            };
            scope.set(&param.name, value);
        }
        let caller = args.named.iter().position(|(name, _)| **name == *"caller");
        let caller = caller.map(|at| args.named.remove(at).1);
        if code.takes_caller && (caller.is_some() || scope.get("caller").is_none()) {
            scope.set(&self.env.words.caller, caller.unwrap_or_else(|| Value::undefined("caller")));
        }
        if code.takes_kwargs {
            let entries = args.named.iter().map(|(name, value)| (Key::name(name), value.clone()));
            scope.set(&self.env.words.kwargs, Value::dict(entries));
        } else if let Some((name, _)) = args.named.first() {
            let stop = Stop::fault(format!("macro `{}` has no parameter `{name}`", code.name));
            let names = code.params.iter().map(|param| &*param.name);
            return Err(match crate::text::closest(name, names) {
                Some(meant) => stop.help(format!("Did you mean `{meant}`?")),
                None => stop.help(parameters(code)),
            });
        }
        if code.takes_varargs {
            scope.set(&self.env.words.varargs, Value::tuple(more));
        }
        Ok(())
    }

    /// Applies a filter by name, as `map('upper')` does.
    pub(super) fn filter_by_name(&mut self, name: &str, value: Value, args: Args) -> Result<Value, Stop> {
        filters::apply(self, name, value, args)
    }
}

/// What a macro takes, for whoever calls it wrongly.
fn parameters(code: &Macro) -> String {
    let names: Vec<String> = code.params.iter().map(|param| format!("`{}`", param.name)).collect();
    match &names[..] {
        [] => "It takes no arguments.".to_owned(),
        [one] => format!("Its one parameter is {one}."),
        [first @ .., last] => format!("Its parameters are {} and {last}.", first.join(", ")),
    }
}
