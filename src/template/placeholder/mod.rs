//! Text with placeholders in, SQL with values or stand-ins in their place out.
//!
//! What a placeholder looks like is a matter of the tool that runs the file, so sluice.toml says it; only SnowSQL's
//! are looked for unasked, in plain Snowflake scripts.

mod client;
mod style;

use super::context::convert;
use super::environment::Environment;
use super::format;
use super::function::Args;
use super::print;
use super::rendered::{Rendered, Segment, Unknown};
use super::stand_in::Around;
use super::value::Value;
use crate::data;
use crate::project::Model;
use crate::text::{Place, Span};
pub(super) use style::Finder;

/// A part of a text that is not written as it stands.
struct Piece {
    start: usize,
    end: usize,
    what: What,
}

enum What {
    /// Always this.
    Text(String),
    /// The value of a name; nameless ones are counted from 1.
    Value { name: Option<String>, quote: &'static str, bound: bool },
    /// A field of `str.format`, such as `{name!r:>10}`.
    Field { name: Option<String>, repr: bool },
}

/// Renders a model's text.
pub(super) fn render(env: &Environment, model: &Model, finder: &Finder) -> Rendered {
    let text = &model.text[model.body.range()];
    let mut filling = Filling {
        env,
        model,
        text,
        around: Around::start(env.double_is_text),
        out: Rendered { files: vec![model.file.clone()], ..Rendered::default() },
        count: 0,
    };
    let mut at = 0;
    for piece in pieces(text, finder) {
        filling.literal(at, piece.start);
        filling.piece(&piece);
        at = piece.end;
    }
    filling.literal(at, text.len());
    filling.out
}

fn pieces(text: &str, finder: &Finder) -> Vec<Piece> {
    match finder {
        Finder::Pattern(pattern) => {
            let piece = |found: style::Match<'_>| {
                let name = found.name.map(str::to_owned);
                let what = What::Value { name, quote: found.quote, bound: pattern.bound };
                Piece { start: found.start, end: found.end, what }
            };
            pattern.find(text).into_iter().map(piece).collect()
        }
        Finder::Braces => braces(text),
        Finder::Snowsql { asked } => client::snowsql(text, *asked),
        Finder::Psql => client::psql(text),
    }
}

/// The fields of `str.format`, and its doubled braces. What cannot be a field stays as it stands.
fn braces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(['{', '}']) {
        let start = at + found;
        let brace = &text[start..=start];
        if text[start + 1..].starts_with(brace) {
            pieces.push(Piece { start, end: start + 2, what: What::Text(brace.to_owned()) });
            at = start + 2;
            continue;
        }
        at = start + 1;
        let Some(close) = text[at..].find('}').filter(|_| brace == "{") else { continue };
        let inner = &text[at..at + close];
        // A format within a format may hold braces of its own.
        let nested = inner.matches('{').count();
        let Some(end) = text[at..].match_indices('}').nth(nested).map(|(found, _)| at + found) else { continue };
        let field = text[at..end].split(['!', ':']).next().unwrap_or_default();
        let is_field = field.chars().all(|c| c.is_alphanumeric() || "_.[]-".contains(c));
        if is_field {
            let name = Some(field.to_owned()).filter(|name| !name.is_empty());
            let repr = text[at..end].contains("!r");
            pieces.push(Piece { start, end: end + 1, what: What::Field { name, repr } });
            at = end + 1;
        }
    }
    pieces
}

/// A text being filled in.
struct Filling<'a> {
    env: &'a Environment,
    model: &'a Model,
    text: &'a str,
    around: Around,
    out: Rendered,
    /// Nameless placeholders so far.
    count: usize,
}

impl Filling<'_> {
    fn literal(&mut self, start: usize, end: usize) {
        let text = &self.text[start..end];
        self.push(text, Span::new(start, end), true);
    }

    fn push(&mut self, text: &str, origin: Span, literal: bool) {
        if text.is_empty() {
            return;
        }
        let start = self.out.text.len();
        self.out.text.push_str(text);
        self.around.feed(text);
        let span = Span::new(start, self.out.text.len());
        let origin = origin.shift(self.model.body.start as usize);
        self.out.segments.push(Segment { span, file: 0, origin, literal, calls: 0 });
    }

    fn piece(&mut self, piece: &Piece) {
        let span = Span::new(piece.start, piece.end);
        let text = match &piece.what {
            What::Text(text) => text.clone(),
            What::Value { name, quote, bound } => {
                let name = self.name(name.as_deref());
                match self.value(&name) {
                    Some(value) => format!("{quote}{}{quote}", written(value)),
                    None => self.stand_in(piece, &name, (quote, *bound)),
                }
            }
            What::Field { name, repr } => {
                let name = self.name(name.as_deref());
                match self.field(&name, &self.text[span.range()]) {
                    Some(text) => text,
                    None => self.stand_in(piece, &name, (if *repr { "'" } else { "" }, false)),
                }
            }
        };
        self.push(&text, span, false);
    }

    fn name(&mut self, written: Option<&str>) -> String {
        written.map_or_else(
            || {
                self.count += 1;
                self.count.to_string()
            },
            str::to_owned,
        )
    }

    /// The value of a name, or of a dotted path through tables.
    fn value(&self, name: &str) -> Option<&data::Value> {
        let values = &self.env.settings.values;
        let path = || {
            let mut parts = name.split('.');
            let first = values.get(parts.next()?)?;
            parts.try_fold(first, |value, part| value.get(part))
        };
        values.get(name).or_else(path)
    }

    /// A field with its value, formatted as it asks for.
    fn field(&self, name: &str, field: &str) -> Option<String> {
        let first = name.split(['.', '[']).next().unwrap_or_default();
        let value = convert::from_data(self.env.settings.values.get(first)?);
        let inner = field.strip_prefix('{')?;
        let named = if inner.starts_with(first) { field.to_owned() } else { format!("{{{first}{inner}") };
        // A number would be a position.
        let key = if first.chars().all(|c| c.is_ascii_digit()) { format!("p{first}") } else { first.to_owned() };
        let named = named.replacen(first, &key, 1);
        let args = Args { positional: Vec::new(), named: vec![(key.as_str().into(), value)] };
        format::braces(&named, &args).ok()
    }

    fn stand_in(&mut self, piece: &Piece, name: &str, (quote, bound): (&str, bool)) -> String {
        if !quote.is_empty() {
            return format!("{quote}{name}{quote}");
        }
        let custom = self.env.settings.stand_in.as_deref();
        let mut found = self.around.choose(&self.text[piece.end..], name, custom);
        if bound && found.text.is_empty() {
            found.text = format!(":{name}");
        }
        // What is bound beside the SQL is a value, but no database binds a name.
        let is_value = bound && found.text.starts_with([':', '\'']);
        if !found.literal && !is_value {
            let span = Span::new(piece.start, piece.end).shift(self.model.body.start as usize);
            let place = Place::new(&self.model.file, span);
            let why = format!("the value of `{name}`, which nothing here sets");
            self.out.unknowns.push(Unknown { why, place });
        }
        found.text
    }
}

/// A value as SQL text: a list with commas, everything else as Python prints it.
fn written(value: &data::Value) -> String {
    match &value.kind {
        data::Kind::List(items) => items.iter().map(element).collect::<Vec<_>>().join(", "),
        _ => print::plain(&convert::from_data(value)),
    }
}

fn element(value: &data::Value) -> String {
    match convert::from_data(value) {
        Value::Str(text) => format!("'{}'", text.as_str().replace('\'', "''")),
        other => print::plain(&other),
    }
}

#[cfg(test)]
mod tests;
