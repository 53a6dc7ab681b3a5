//! The inside of `MODEL (..)`, `AUDIT (..)` or `METRIC (..)` in, its properties out.

use std::collections::BTreeMap;

use crate::data::{Key, Kind, Value};
use crate::project::tokens::{Quotes, Token, TokenKind, closing, parts, tokens, unquoted};
use crate::text::{FileId, Place, Span};

/// Deeper brackets are kept as they are written.
const MAX_DEPTH: usize = 40;

/// A header's text. Variables in it are filled in, so that its places may be those of the whole header alone.
pub(super) struct Header {
    text: String,
    tokens: Vec<Token>,
    /// Where the header stands in its file.
    span: Span,
    /// The text is the file's own, place for place.
    exact: bool,
    entries: Vec<Entry>,
}

struct Entry {
    key: String,
    /// Range of tokens.
    value: std::ops::Range<usize>,
}

/// A property's value: some of the header's tokens.
#[derive(Clone, Copy)]
pub(super) struct Part<'h> {
    header: &'h Header,
    tokens: &'h [Token],
}

impl Header {
    /// The properties between the brackets at `inner` of a file's text.
    pub(super) fn read(file_text: &str, inner: Span, quotes: Quotes, variables: &BTreeMap<String, Value>) -> Header {
        let written = &file_text[inner.range()];
        let filled = if written.contains('@') { filled(written, quotes, variables) } else { None };
        let exact = filled.is_none();
        let text = filled.unwrap_or_else(|| file_text[..inner.end as usize].to_owned());
        let within = if exact { inner } else { Span::new(0, text.len()) };
        let tokens = tokens(&text, within, quotes);
        let entries = parts(&text, &tokens).into_iter().filter_map(|part| {
            let key = tokens[part.clone()].first().filter(|token| token.kind == TokenKind::Word)?;
            Some(Entry { key: key.text(&text).to_ascii_lowercase(), value: part.start + 1..part.end })
        });
        let entries = entries.collect();
        Header { text, tokens, span: inner, exact, entries }
    }

    pub(super) fn get(&self, key: &str) -> Option<Part<'_>> {
        let entry = self.entries.iter().rev().find(|entry| entry.key == key)?;
        Some(Part { header: self, tokens: &self.tokens[entry.value.clone()] })
    }

    pub(super) fn value(&self, key: &str) -> Option<Value> {
        self.get(key).map(Part::value)
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.value(key)?.scalar().filter(|text| !text.is_empty())
    }

    /// Every property, in order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, Part<'_>)> {
        self.entries
            .iter()
            .map(|entry| (entry.key.as_str(), Part { header: self, tokens: &self.tokens[entry.value.clone()] }))
    }
}

impl<'h> Part<'h> {
    pub(super) fn text(self) -> &'h str {
        match self.tokens {
            [first, ..] => &self.header.text[first.span.cover(self.tokens[self.tokens.len() - 1].span).range()],
            [] => "",
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self.tokens.is_empty()
    }

    pub(super) fn span(self) -> Span {
        match self.tokens {
            [first, ..] if self.header.exact => first.span.cover(self.tokens[self.tokens.len() - 1].span),
            _ => self.header.span,
        }
    }

    pub(super) fn place(self, file: &FileId) -> Place {
        Place::new(file, self.span())
    }

    /// The first word, and what follows it.
    pub(super) fn word(self) -> (&'h str, Part<'h>) {
        match self.tokens.split_first() {
            Some((first, rest)) if first.kind == TokenKind::Word => {
                (first.text(&self.header.text), Part { tokens: rest, ..self })
            }
            _ => ("", self),
        }
    }

    /// The name it starts with, quoted or not, and what follows it.
    pub(super) fn name(self) -> Option<(String, bool, Part<'h>)> {
        let (first, rest) = self.tokens.split_first()?;
        let written = first.text(&self.header.text);
        let rest = Part { tokens: rest, ..self };
        match first.kind {
            TokenKind::Word => Some((written.to_owned(), false, rest)),
            TokenKind::Quoted | TokenKind::Text => Some((unquoted(written)?, true, rest)),
            _ => None,
        }
    }

    /// The items in its brackets; without brackets it is its own only item.
    pub(super) fn items(self) -> Vec<Part<'h>> {
        let text = &self.header.text;
        let open = self.tokens.first().is_some_and(|token| token.is(text, "(") || token.is(text, "["));
        if !open || closing(text, self.tokens, 0) != Some(self.tokens.len() - 1) {
            return if self.tokens.is_empty() { Vec::new() } else { vec![self] };
        }
        let inner = &self.tokens[1..self.tokens.len() - 1];
        parts(text, inner).into_iter().map(|part| Part { tokens: &inner[part], ..self }).collect()
    }

    /// `name(argument := value, ..)` or `name`.
    pub(super) fn call(self) -> (&'h str, Vec<(String, Part<'h>)>) {
        let (name, rest) = self.word();
        (name, if rest.is_empty() { Vec::new() } else { rest.pairs() })
    }

    /// The items in its brackets that are written `key := value` or `key = value`.
    pub(super) fn pairs(self) -> Vec<(String, Part<'h>)> {
        self.items().into_iter().filter_map(Part::pair).collect()
    }

    fn pair(self) -> Option<(String, Part<'h>)> {
        let text = &self.header.text;
        // What stands in brackets has signs of its own.
        let outer =
            self.tokens.iter().position(|token| token.is(text, "(") || token.is(text, "[") || token.is(text, "{"));
        let before = &self.tokens[..outer.unwrap_or(self.tokens.len())];
        let at = before.iter().position(|token| token.is(text, ":=") || token.is(text, "=") || token.is(text, ":"))?;
        let key = Part { tokens: &self.tokens[..at], ..self };
        let name = match key.value().kind {
            Kind::String(name) => name,
            _ => key.text().to_owned(),
        };
        (at > 0).then(|| (name, Part { tokens: &self.tokens[at + 1..], ..self }))
    }

    /// `key value`, as in `kind FULL (batch_size 1)`.
    pub(super) fn properties(self) -> Vec<(String, Part<'h>)> {
        let named = |item: Part<'h>| {
            let (name, rest) = item.word();
            (!name.is_empty()).then(|| (name.to_ascii_lowercase(), rest))
        };
        self.items().into_iter().filter_map(named).collect()
    }

    /// As data: texts without quotes, numbers, lists, maps; anything else as it is written.
    pub(super) fn value(self) -> Value {
        self.value_at(0)
    }

    fn value_at(self, depth: usize) -> Value {
        let text = &self.header.text;
        let kind = match self.tokens {
            [] => Kind::Null,
            [one] => scalar(one.text(text), one.kind),
            [sign, number] if sign.is(text, "-") && number.kind == TokenKind::Number => {
                scalar(self.text(), TokenKind::Number)
            }
            tokens if is_dotted(text, tokens) => Kind::String(plain_name(text, tokens)),
            [first, ..] => {
                let bracketed = matches!(first.text(text), "(" | "[" | "{") && first.kind == TokenKind::Sign;
                if bracketed && depth < MAX_DEPTH && closing(text, self.tokens, 0) == Some(self.tokens.len() - 1) {
                    self.bracketed(depth + 1)
                } else {
                    Kind::String(self.text().to_owned())
                }
            }
        };
        Value { kind, span: self.span() }
    }

    fn bracketed(self, depth: usize) -> Kind {
        let inner = &self.tokens[1..self.tokens.len() - 1];
        let items: Vec<Part<'h>> =
            parts(&self.header.text, inner).into_iter().map(|part| Part { tokens: &inner[part], ..self }).collect();
        let pairs: Vec<_> = items.iter().filter_map(|item| item.pair()).collect();
        if !pairs.is_empty() && pairs.len() == items.len() {
            let entry =
                |(name, part): (String, Part<'h>)| (Key { text: name, span: part.span() }, part.value_at(depth));
            return Kind::Map(pairs.into_iter().map(entry).collect());
        }
        Kind::List(items.into_iter().map(|item| item.value_at(depth)).collect())
    }
}

fn is_dotted(text: &str, tokens: &[Token]) -> bool {
    let name = |token: &Token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
    tokens.iter().enumerate().all(|(at, token)| if at % 2 == 0 { name(token) } else { token.is(text, ".") })
}

/// `a."b"` as `a.b`.
fn plain_name(text: &str, tokens: &[Token]) -> String {
    let part = |token: &Token| unquoted(token.text(text)).unwrap_or_else(|| token.text(text).to_owned());
    tokens.iter().map(part).collect()
}

fn scalar(written: &str, kind: TokenKind) -> Kind {
    match kind {
        TokenKind::Text | TokenKind::Quoted => Kind::String(unquoted(written).unwrap_or_default()),
        TokenKind::Number => written
            .replace(' ', "")
            .parse()
            .map(Kind::Integer)
            .or_else(|_| written.parse().map(Kind::Float))
            .unwrap_or_else(|_| Kind::String(written.to_owned())),
        _ if written.eq_ignore_ascii_case("true") => Kind::Bool(true),
        _ if written.eq_ignore_ascii_case("false") => Kind::Bool(false),
        _ if written.eq_ignore_ascii_case("null") || written.eq_ignore_ascii_case("none") => Kind::Null,
        _ => Kind::String(written.to_owned()),
    }
}

/// The text with `@name` and `@{name}` filled in where a variable has that name; `None` where none has.
pub(super) fn filled(written: &str, quotes: Quotes, variables: &BTreeMap<String, Value>) -> Option<String> {
    let all = tokens(written, Span::new(0, written.len()), quotes);
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while at < all.len() {
        let here = all[at].span;
        let adjacent = |at: usize| all.get(at).is_some_and(|token| token.span.start == all[at - 1].span.end);
        if !(all[at].is(written, "@") && adjacent(at + 1)) {
            at += 1;
            continue;
        }
        let braced = all[at + 1].is(written, "{");
        let name_at = if braced { at + 2 } else { at + 1 };
        let name = all.get(name_at).filter(|token| token.kind == TokenKind::Word).map(|token| token.text(written));
        let called = !braced && all.get(name_at + 1).is_some_and(|token| token.is(written, "("));
        let value = name.filter(|_| !called).and_then(|name| variables.get(&name.to_ascii_lowercase()));
        let last = if braced { name_at + 1 } else { name_at };
        if let (Some(value), Some(end)) = (value, all.get(last)) {
            let before = at.checked_sub(1).map(|at| all[at]);
            let glued = before.is_some_and(|token| token.kind == TokenKind::Word && token.span.end == here.start)
                || all
                    .get(last + 1)
                    .is_some_and(|token| token.kind == TokenKind::Word && token.span.start == end.span.end);
            out.push_str(&written[copied..here.start as usize]);
            out.push_str(&sql(value, braced || glued));
            copied = end.span.end as usize;
        }
        at = last + 1;
    }
    (copied > 0).then(|| out + &written[copied..])
}

/// A variable's value as SQL; `bare` where it becomes part of a name.
pub(super) fn sql(value: &Value, bare: bool) -> String {
    match &value.kind {
        // What a blueprint says is SQL already.
        Kind::Map(entries) => match entries.first() {
            Some((key, value)) if key.text == SQL => {
                let written = value.scalar().unwrap_or_default();
                if bare { unquoted(&written).unwrap_or(written) } else { written }
            }
            _ => String::new(),
        },
        Kind::String(text) if bare => text.clone(),
        Kind::String(text) => format!("'{}'", text.replace('\'', "''")),
        Kind::List(items) => {
            format!("({})", items.iter().map(|item| sql(item, false)).collect::<Vec<_>>().join(", "))
        }
        Kind::Null => "NULL".to_owned(),
        _ => value.scalar().unwrap_or_default(),
    }
}

/// The key that marks a value as SQL text.
pub(super) const SQL: &str = "sql";

/// A value that is SQL text, not a text of its own.
pub(super) fn sql_value(part: Part<'_>) -> Value {
    let span = part.span();
    let text = Value { kind: Kind::String(part.text().to_owned()), span };
    Value { kind: Kind::Map(vec![(Key { text: SQL.to_owned(), span }, text)]), span }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Header;
    use crate::data::{Kind, Value};
    use crate::project::tokens::Quotes;
    use crate::text::Span;

    fn header(text: &str) -> Header {
        let schema = Value { kind: Kind::String("prod".to_owned()), span: Span::default() };
        let variables = BTreeMap::from([("schema".to_owned(), schema)]);
        Header::read(text, Span::new(0, text.len()), Quotes::default(), &variables)
    }

    #[test]
    fn values_are_read_as_data() {
        let header = header("name db.\"m\", tags [a, 'b'], n -1, enabled False, t (x = 'y', z := 2), e a + b,");
        let text = |key: &str| header.text(key).unwrap_or_default();
        assert_eq!(
            (text("name"), text("n"), text("enabled"), text("e")),
            ("db.m".into(), "-1".into(), "false".into(), "a + b".into())
        );
        assert_eq!(header.value("tags").map(|value| value.strings()), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(header.value("t").and_then(|value| value.get("z").and_then(Value::integer)), Some(2));
    }

    #[test]
    fn kinds_and_audits_have_their_own_shapes() {
        let header =
            header("kind incremental (time_column (ds, '%Y'), batch_size 1), audits (a, b(columns := (x, y)))");
        let (word, rest) = header.get("kind").expect("there is a kind").word();
        let keys: Vec<String> = rest.properties().into_iter().map(|(key, _)| key).collect();
        assert_eq!((word, keys), ("incremental", vec!["time_column".to_owned(), "batch_size".to_owned()]));
        let audits = header.get("audits").expect("there are audits").items();
        let calls: Vec<_> = audits.iter().map(|audit| (audit.call().0, audit.call().1.len())).collect();
        assert_eq!(calls, [("a", 0), ("b", 1)]);
    }

    #[test]
    fn variables_are_filled_in() {
        let header = header("name @{schema}.x_@schema, cron '@daily', owner @schema, description @other");
        let text = |key: &str| header.text(key).unwrap_or_default();
        assert_eq!((text("name"), text("cron"), text("owner")), ("prod.x_prod".into(), "@daily".into(), "prod".into()));
        assert_eq!(text("description"), "@other");
    }
}
