//! A SQLMesh model's text in, Rendered SQL out: its macros worked out over tokens, its Jinja by the Jinja engine.
//!
//! Works without a tree of the SQL: a macro's arguments are text between commas, and what it makes is text too. Python
//! macros cannot be run here; a call that reads what they are given stands in for each.

mod builtins;
mod clause;
mod code;
mod evaluate;
mod expand;
mod jinja;
mod made_before;
mod naming;
mod piece;
mod python;
mod queries;
mod sums;
mod variables;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::environment::Environment;
use super::marked::{Buffer, From, Text};
use super::run::Run;
use super::{Assume, Columns, Mode, Rendered, finish, source};
use crate::dialect::Dialect;
use crate::project::Model;
use crate::project::statements::{Statement, StatementKind, query, statements};
use crate::project::tokens::Quotes;
use crate::text::Span;
use code::Code;
use expand::Engine;

pub(super) use jinja::call;
pub(super) use python::render as python;

/// Renders the query of a model or audit. What stands before and after it makes no part of the model's rows, but
/// `@DEF` is heard.
pub(super) fn render(env: &Environment, model: &Model, columns: &Columns<'_>) -> Rendered {
    let dialect = Arc::clone(model.dialect(&env.dialect));
    let quotes = Quotes::of(&dialect);
    let all = statements(&model.text, model.body, quotes);
    let source = source(&model.file, model.text.clone(), Arc::from(model.package.as_str()));
    let assume = Assume::new();
    let mut run = Run::new(env, source, Mode::default(), columns, &assume);
    run.model = Some(model);
    let mut buffer = Buffer::default();
    if let Some(at) = query(&all) {
        let whole = match all[at].kind {
            StatementKind::JinjaQuery(inner) => jinja::render(&mut run, inner),
            _ => literal(&model.text, all[at].span),
        };
        let whole = made_before::within(&model.text, &all[..at], whole, quotes);
        let mut engine = Engine::new(&mut run, &dialect);
        engine.definitions(&model.text, &all);
        engine.render(whole, &mut buffer);
    }
    // A branch of the template alone cannot be rendered anew without the rest of the file.
    Rendered { branches: Vec::new(), ..finish(run, buffer) }
}

/// A part of the model's own text.
fn literal(text: &str, span: Span) -> Text {
    let mut buffer = Buffer::default();
    buffer.push(&text[span.range()], From::Literal { source: 0, start: span.start, calls: 0 });
    buffer.finish()
}

impl<'r, 'e> Engine<'r, 'e> {
    fn new(run: &'r mut Run<'e>, dialect: &'r Dialect) -> Self {
        let quotes = Quotes::of(dialect);
        Engine { run, dialect, quotes, locals: Vec::new(), bare_from: 0, functions: Vec::new(), depth: 0 }
    }

    /// Hears every `@DEF(..)` of the file.
    fn definitions(&mut self, text: &str, all: &[Statement]) {
        for statement in all.iter().filter(|statement| statement.kind == StatementKind::Definition) {
            let code = Code::new(literal(text, statement.span), self.quotes);
            let site = code.site(&(0..code.tokens.len()));
            let close = code.closing(2).unwrap_or(code.tokens.len());
            let defined = self.arguments(&code, 3.min(close)..close).and_then(|arguments| self.define(&arguments));
            if let Err(stop) = defined {
                // Whether anything is left to spend shows when the query is rendered.
                let _ = self.report(stop.at(site));
            }
        }
    }

    fn render(&mut self, whole: Text, buffer: &mut Buffer) {
        let code = Code::new(whole, self.quotes);
        match self.code(&code) {
            Ok(sql) => {
                let open = sql.open;
                buffer.push_text(&naming::named(&sql.text, self.quotes), From::Nowhere);
                for hole in sql.holes {
                    self.run.unknown_at(&hole.why, hole.at);
                }
                self.run.opens |= open;
            }
            Err(super::stop::Stop::Fault(problem)) => self.run.report(*problem, Span::default()),
            Err(_) => {}
        }
    }
}
