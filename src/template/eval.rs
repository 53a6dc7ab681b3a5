//! Nodes of a template in, rendered text out.

use std::rc::Rc;
use std::sync::Arc;

use super::ast::{Expr, Filter, For, Node, Source, Target};
use super::context::iterate::{self, Items};
use super::context::object::{Loop, Object};
use super::expression::MISSING_ELSE;
use super::free::is_free;
use super::function::{Function, Scope};
use super::marked::{Buffer, From, Text};
use super::print;
use super::run::Run;
use super::stop::Stop;
use super::value::{Key, Value};
use crate::diagnostic::Diagnostic;
use crate::text::Span;

impl Run<'_> {
    /// Renders text of the model's own or of what it extends. A fault costs the node it stands in; the rest is still
    /// rendered.
    pub(super) fn top(&mut self, nodes: &[Node], scope: &Rc<Scope>, out: &mut Buffer) -> Result<(), Stop> {
        for node in nodes {
            let frame = self.frame.clone();
            match self.node_before_parent(node, scope, out) {
                Ok(()) | Err(Stop::Break | Stop::Continue) => {}
                Err(Stop::Return(_)) => return Ok(()),
                Err(Stop::Query) => return Err(Stop::Query),
                Err(Stop::Fault(problem)) => {
                    self.frame = frame;
                    self.report(*problem, span_of(node));
                }
            }
        }
        Ok(())
    }

    pub(super) fn nodes(&mut self, nodes: &[Node], scope: &Rc<Scope>, out: &mut Buffer) -> Result<(), Stop> {
        for node in nodes {
            self.node(node, scope, out)?;
        }
        Ok(())
    }

    pub(super) fn node(&mut self, node: &Node, scope: &Rc<Scope>, out: &mut Buffer) -> Result<(), Stop> {
        self.step()?;
        match node {
            Node::Text(span) => self.literal(*span, out),
            Node::Print { expr, span } => {
                let value = match self.print_call(expr, scope, out) {
                    Some(Ok(None)) => return Ok(()),
                    Some(Ok(Some(value))) => Ok(value),
                    Some(Err(stop)) => Err(stop),
                    None => self.expr(expr, scope),
                };
                let value = value.map_err(|stop| stop.at(self.value_at(*span)))?;
                self.print(&value, expr, *span, out)
            }
            Node::If(arms) => {
                let taken = self.taken(arms, scope)?;
                self.note_branches(arms, taken);
                self.nodes(&arms[taken].body, scope, out)
            }
            Node::For(each) => self.for_loop(each, scope, out),
            Node::Set { target, value } => {
                self.note_set(target, value);
                let value = self.expr(value, scope)?;
                self.assign(target, value, scope)
            }
            Node::SetBlock { target, filters, body, span } => {
                let inner = Scope::new(Some(scope.clone()));
                let mut value = self.captured(body, &inner)?;
                for filter in filters {
                    value = self.filter(value, filter, scope)?;
                }
                self.assign(target, value, scope).map_err(|stop| stop.at(self.value_at(*span)))
            }
            Node::Macro(code) => {
                self.closures.push(scope.clone());
                // What an imported file defines is called from elsewhere.
                let calls = (!self.frame.imported).then_some(self.frame.calls);
                let value = Value::function(Function::Macro { code: code.clone(), scope: Some(scope.clone()), calls });
                scope.set(&code.name, value);
                Ok(())
            }
            Node::Call { caller, call, span } => {
                self.closures.push(scope.clone());
                let calls = Some(self.frame.calls);
                let body = Function::Macro { code: caller.clone(), scope: Some(scope.clone()), calls };
                let value = self.call_expr(call, scope, Some(Value::function(body)))?;
                let text = print::text(&value);
                self.emit(&text, *span, out)
            }
            Node::Do(expr) => self.expr(expr, scope).map(drop),
            Node::Filter { filters, body, span } => self.filter_block(filters, body, *span, scope, out),
            Node::With { bindings, body } => {
                let inner = Scope::new(Some(scope.clone()));
                for (target, value) in bindings {
                    let value = self.expr(value, scope)?;
                    self.assign(target, value, &inner)?;
                }
                self.nodes(body, &inner, out)
            }
            Node::Scope(body) => self.nodes(body, &Scope::new(Some(scope.clone())), out),
            Node::Break => Err(Stop::Break),
            Node::Continue => Err(Stop::Continue),
            Node::Include { .. } | Node::Import { .. } | Node::Extends { .. } | Node::Block(_) => {
                self.inherits(node, scope, out)
            }
        }
    }

    /// Emits literal text; carriage returns end with the line, as Jinja normalises them.
    fn literal(&mut self, span: Span, out: &mut Buffer) -> Result<(), Stop> {
        let source: Arc<Source> = self.frame.source.clone();
        let text = &source.text[span.range()];
        self.spend_bytes(text.len())?;
        let from = |start: usize, run: &Run<'_>| {
            let literal = From::Literal { source: source.id, start: start as u32, calls: run.frame.calls };
            run.frame.site.unwrap_or(literal)
        };
        let mut start = span.start as usize;
        if source.returns {
            while let Some(found) = source.text[start..span.end as usize].find('\r') {
                let at = start + found;
                out.push(&source.text[start..at], from(start, self));
                start = at + 1;
                if source.text.as_bytes().get(start) != Some(&b'\n') || start == span.end as usize {
                    out.push("\n", self.value_at(Span::new(at, at + 1)));
                }
            }
        }
        out.push(&source.text[start..span.end as usize], from(start, self));
        Ok(())
    }

    fn print(&mut self, value: &Value, expr: &Expr, span: Span, out: &mut Buffer) -> Result<(), Stop> {
        if let Some(hole) = self.hole(value, expr.span) {
            return self.emit(&hole, span, out);
        }
        match value {
            Value::Undefined(name) if &**name == MISSING_ELSE => Ok(()),
            Value::Undefined(name) => {
                let place = self.outer_place(expr.span);
                let message = format!("`{name}` is undefined, so nothing is printed here.");
                let help = "Define it with `{% set %}`, or remove the braces.";
                self.note(Diagnostic::warn("undefined-variable", place, message).help(help));
                Ok(())
            }
            Value::Str(text) => self.emit(text, span, out),
            other => {
                let text = print::text(other);
                self.emit(&text, span, out)
            }
        }
    }

    fn emit(&mut self, text: &Text, span: Span, out: &mut Buffer) -> Result<(), Stop> {
        self.spend_bytes(text.as_str().len())?;
        match self.frame.site {
            Some(site) => out.push_text(text, site),
            None => out.push_text(text, self.value_at(span)),
        }
        Ok(())
    }

    /// The text a body renders to, as a value.
    pub(super) fn captured(&mut self, body: &[Node], scope: &Rc<Scope>) -> Result<Value, Stop> {
        let mut buffer = Buffer::default();
        self.nodes(body, scope, &mut buffer)?;
        Ok(Value::Str(buffer.finish()))
    }

    fn filter_block(
        &mut self,
        filters: &[Filter],
        body: &[Node],
        span: Span,
        scope: &Rc<Scope>,
        out: &mut Buffer,
    ) -> Result<(), Stop> {
        let mut value = self.captured(body, &Scope::new(Some(scope.clone())))?;
        for filter in filters {
            value = self.filter(value, filter, scope)?;
        }
        let text = print::text(&value);
        self.emit(&text, span, out)
    }

    pub(super) fn assign(&mut self, target: &Target, value: Value, scope: &Rc<Scope>) -> Result<(), Stop> {
        match target {
            Target::Name(name) => {
                scope.set(name, value);
                Ok(())
            }
            Target::Field(name, field, span) => {
                let holder = scope.get(name);
                if let Some(Value::Object(object)) = &holder
                    && let Object::Namespace(map) = &**object
                {
                    map.borrow_mut().insert(Key::name(field), value);
                    return Ok(());
                }
                let stop = Stop::fault(format!("`{name}` is no namespace, so `{name}.{field}` cannot be set"));
                Err(stop
                    .help(format!("Make it one: `{{% set {name} = namespace({field}=..) %}}`."))
                    .at(self.value_at(*span)))
            }
            Target::Tuple(targets, _) if self.is_open() && is_free(&value) => self.assign_free(targets, scope),
            Target::Tuple(targets, span) => {
                // Names are looked for one by one.
                self.spend(targets.len() * targets.len() / 16)?;
                let items = self.items(&value).and_then(|items| {
                    if items.len() == targets.len() {
                        return Ok(items);
                    }
                    Err(Stop::fault(format!("{} values for {} names", items.len(), targets.len())))
                });
                let items = items.map_err(|stop| stop.at(self.value_at(*span)))?;
                targets.iter().zip(items).try_for_each(|(target, item)| self.assign(target, item, scope))
            }
        }
    }

    fn for_loop(&mut self, each: &Arc<For>, scope: &Rc<Scope>, out: &mut Buffer) -> Result<(), Stop> {
        let over = self.expr(&each.over, scope)?;
        self.for_over(each, &over, scope, out, 0).map_err(|stop| stop.at(self.value_at(each.span)))
    }

    /// Renders the body of a loop once for each item; `level` counts the recursions that led here.
    pub(super) fn for_over(
        &mut self,
        each: &Arc<For>,
        over: &Value,
        scope: &Rc<Scope>,
        out: &mut Buffer,
        level: usize,
    ) -> Result<(), Stop> {
        let free = self.one_for_all(over, &each.target, each.over.span);
        let mut items = match free {
            Some(items) => items,
            None => iterate::items(self, over).map_err(|stop| stop.at(self.value_at(each.over.span)))?,
        };
        if let Some(only_if) = &each.only_if {
            items = Items::Fixed(self.kept(each, &items, only_if, scope)?);
        }
        let again = each.recursive.then(|| (each.clone(), scope.clone()));
        let state = Rc::new(Object::Loop(Loop::new(level, again)));
        let Object::Loop(position) = &*state else { return Ok(()) };
        let mut at = 0;
        while let Some(item) = items.at(at) {
            self.step()?;
            position.advance(at, &items);
            let inner = Scope::new(Some(scope.clone()));
            inner.set(&self.env.words.loop_name, Value::Object(state.clone()));
            self.assign(&each.target, item, &inner)?;
            match self.nodes(&each.body, &inner, out) {
                Ok(()) | Err(Stop::Continue) => {}
                Err(Stop::Break) => break,
                Err(stop) => return Err(stop),
            }
            at += 1;
        }
        if at == 0 && items.at(0).is_none() {
            return self.nodes(&each.otherwise, &Scope::new(Some(scope.clone())), out);
        }
        Ok(())
    }

    fn kept(&mut self, each: &For, items: &Items, only_if: &Expr, scope: &Rc<Scope>) -> Result<Vec<Value>, Stop> {
        let mut kept = Vec::new();
        let mut at = 0;
        while let Some(item) = items.at(at) {
            self.step()?;
            let inner = Scope::new(Some(scope.clone()));
            self.assign(&each.target, item.clone(), &inner)?;
            if self.expr(only_if, &inner)?.truth() {
                kept.push(item);
            }
            at += 1;
        }
        Ok(kept)
    }

    /// All items of a value.
    pub(super) fn items(&mut self, value: &Value) -> Result<Vec<Value>, Stop> {
        let items = iterate::items(self, value)?;
        let mut all = Vec::new();
        while let Some(item) = items.at(all.len()) {
            self.step()?;
            all.push(item);
        }
        Ok(all)
    }
}

fn span_of(node: &Node) -> Span {
    match node {
        Node::Text(span)
        | Node::Print { span, .. }
        | Node::SetBlock { span, .. }
        | Node::Call { span, .. }
        | Node::Filter { span, .. }
        | Node::Include { span, .. }
        | Node::Import { span, .. }
        | Node::Extends { span, .. } => *span,
        Node::Block(block) => block.span,
        Node::If(arms) => arms.iter().find_map(|arm| arm.test.as_ref()).map_or(Span::default(), |test| test.span),
        Node::For(each) => each.span,
        Node::Set { value: expr, .. } | Node::Do(expr) => expr.span,
        Node::Macro(code) => code.span,
        Node::With { .. } | Node::Scope(_) | Node::Break | Node::Continue => Span::default(),
    }
}
