//! YAML text in, values with places out, read as `PyYAML` reads them; and back.
//!
//! The first document counts. Anchors, aliases and merge keys (`<<`) are resolved; of a repeated key the last value
//! counts, as in a Python dict. Values have the span of their text, quotes included. An alias has its own span, and
//! what is inside it keeps the places where it was written.

mod padded;
mod plain;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};

pub use self::write::text;

use self::padded::Padded;
use super::{Fault, Key, Kind, Value};
use crate::text::Span;

/// Deeper text is refused: a tree is walked and dropped by recursion.
const MAX_DEPTH: usize = 200;
/// How many values aliases may copy, so that ten lines cannot ask for a billion.
const MAX_COPIES: usize = 200_000;
/// How many lines may hang too far left: each of them costs one more reading.
const MAX_PADS: usize = 1000;

/// The first document of `text`; `Kind::Null` if there is none.
pub fn parse(text: &str) -> Result<Value, Fault> {
    let mut pads = BTreeSet::new();
    loop {
        let (fault, hanging) = match attempt(&Padded::new(text, &pads)) {
            Ok(document) => return Ok(document),
            Err(stop) => stop,
        };
        let before = pads.len();
        pads.extend(hanging);
        if pads.len() == before || before > MAX_PADS {
            return Err(fault);
        }
    }
}

/// One reading; a fault comes with the starts of the lines that hang too far left, if that is all that is wrong.
fn attempt(padded: &Padded<'_>) -> Result<Value, (Fault, Vec<usize>)> {
    let cut = if padded.text.ends_with('\n') { None } else { Some(padded.end()) };
    let mut builder = Builder { cut, open: Vec::new(), anchors: BTreeMap::new(), copies: 0 };
    let mut parser = Parser::<StrInput<'_>>::new_from_str(&padded.text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            let at = padded.byte(*error.marker());
            (fault(error.info(), Span::at(at)), padded.hanging(&error, at))
        })?;
        if event == Event::StreamEnd {
            break;
        }
        let span = Span::new(padded.byte(span.start), padded.byte(span.end));
        if let Some(document) = builder.take(event, span).map_err(|fault| (fault, Vec::new()))? {
            return Ok(document);
        }
    }
    Ok(Value::null())
}

/// A list or map whose end has not come yet.
struct Open {
    start: usize,
    anchor: usize,
    container: Container,
}

enum Container {
    List(Vec<Value>),
    Map { entries: Vec<(Key, Value)>, merged: Vec<Value>, key: Option<OpenKey> },
}

/// A key whose value has not come yet.
enum OpenKey {
    Plain(Key),
    Merge,
}

struct Builder {
    /// Where the text ends, if its last line has no line end: a block scalar there has none either.
    cut: Option<usize>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Value>,
    copies: usize,
}

impl Builder {
    /// One event of the parser; `Some` when the document is whole.
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<Option<Value>, Fault> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let is_cut = is_block && Some(span.end as usize) == self.cut;
                let text = if is_cut { text.strip_suffix('\n').unwrap_or(&text) } else { &text };
                let value = Value { kind: scalar(text, style, tag.as_deref()), span };
                self.remember(anchor, &value);
                let is_merge = style == ScalarStyle::Plain && tag.is_none() && text == "<<";
                self.place(value, Some((text, is_merge)))
            }
            Event::Alias(anchor) => {
                let mut value = self.copy(anchor, span)?;
                value.span = span;
                let text = value.scalar();
                self.place(value, text.as_deref().map(|text| (text, false)))
            }
            Event::SequenceStart(anchor, _) => self.enter(span, anchor, Container::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                self.enter(span, anchor, Container::Map { entries: Vec::new(), merged: Vec::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(None) };
                let anchor = open.anchor;
                let value = close(open, span)?;
                self.remember(anchor, &value);
                self.place(value, None)
            }
            _ => Ok(None),
        }
    }

    fn enter(&mut self, span: Span, anchor: usize, container: Container) -> Result<Option<Value>, Fault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(fault(format!("values are nested more than {MAX_DEPTH} deep"), span));
        }
        self.open.push(Open { start: span.start as usize, anchor, container });
        Ok(None)
    }

    /// Puts a finished value where it belongs. `as_key` is its text if it can be a key, and whether that is `<<`.
    fn place(&mut self, value: Value, as_key: Option<(&str, bool)>) -> Result<Option<Value>, Fault> {
        let Some(open) = self.open.last_mut() else { return Ok(Some(value)) };
        match &mut open.container {
            Container::List(items) => items.push(value),
            Container::Map { entries, merged, key } => match key.take() {
                Some(OpenKey::Plain(key)) => entries.push((key, value)),
                Some(OpenKey::Merge) => merged.push(value),
                None => {
                    *key = Some(match as_key {
                        Some((_, true)) => OpenKey::Merge,
                        Some((text, false)) => OpenKey::Plain(Key { text: text.to_owned(), span: value.span }),
                        None => return Err(fault(COMPLEX_KEY, value.span)),
                    });
                }
            },
        }
        Ok(None)
    }

    fn remember(&mut self, anchor: usize, value: &Value) {
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
    }

    fn copy(&mut self, anchor: usize, span: Span) -> Result<Value, Fault> {
        let Some(value) = self.anchors.get(&anchor) else {
            return Err(fault("this alias stands inside the value it names", span));
        };
        self.copies += count(value);
        if self.copies > MAX_COPIES {
            return Err(fault("aliases repeat too many values here", span));
        }
        Ok(value.clone())
    }
}

const COMPLEX_KEY: &str = "a list or map cannot be a key. A value that starts with `{{` must be quoted: \"{{ .. }}\"";

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Kind {
    match tag {
        Some(tag) if tag.is_yaml_core_schema() => plain::resolve_as(&tag.suffix, text),
        Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => Kind::String(text.to_owned()),
        _ if style == ScalarStyle::Plain => plain::resolve(text),
        _ => Kind::String(text.to_owned()),
    }
}

/// A finished list or map. The end of a block is where its last value ends; of `[..]` and `{..}`, the bracket.
fn close(open: Open, end: Span) -> Result<Value, Fault> {
    let bracket = if end.is_empty() { open.start } else { end.end as usize };
    match open.container {
        Container::List(items) => {
            let end = items.last().map_or(0, |item| item.span.end as usize).max(bracket);
            Ok(Value { kind: Kind::List(items), span: Span::new(open.start, end) })
        }
        Container::Map { entries, merged, .. } => {
            let last = entries.last().map(|(key, value)| value.span.end.max(key.span.end));
            let merge = merged.last().map(|value| value.span.end);
            let end = last.max(merge).map_or(0, |end| end as usize).max(bracket);
            let mut all = Vec::new();
            for value in merged {
                merge_into(&mut all, value)?;
            }
            all.extend(entries);
            Ok(Value { kind: Kind::Map(last_wins(all)), span: Span::new(open.start, end) })
        }
    }
}

/// The entries that `<<: value` brings. Of a list of maps the first one wins, so it comes last.
fn merge_into(entries: &mut Vec<(Key, Value)>, value: Value) -> Result<(), Fault> {
    match value.kind {
        Kind::Map(merged) => entries.extend(merged),
        Kind::List(items) => {
            for item in items.into_iter().rev() {
                match item.kind {
                    Kind::Map(merged) => entries.extend(merged),
                    _ => return Err(fault("`<<` takes a map or a list of maps", item.span)),
                }
            }
        }
        _ => return Err(fault("`<<` takes a map or a list of maps", value.span)),
    }
    Ok(())
}

/// One entry a key: at the place of its first mention, with the value of its last.
fn last_wins(entries: Vec<(Key, Value)>) -> Vec<(Key, Value)> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept: Vec<(Key, Value)> = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        if let Some(at) = places.get(&key.text) {
            kept[*at] = (key, value);
        } else {
            places.insert(key.text.clone(), kept.len());
            kept.push((key, value));
        }
    }
    kept
}

fn count(value: &Value) -> usize {
    let inside = match &value.kind {
        Kind::List(items) => items.iter().map(count).sum(),
        Kind::Map(entries) => entries.iter().map(|(_, value)| count(value)).sum(),
        _ => 0,
    };
    inside + 1
}

fn fault(message: impl Into<String>, span: Span) -> Fault {
    Fault { message: message.into(), span }
}

#[cfg(test)]
mod tests;
