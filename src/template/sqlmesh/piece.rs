//! What macros make: fragments of SQL that remember where each byte came from, lists of them, or nothing.

use std::rc::Rc;

use crate::project::tokens::{Quotes, Token, TokenKind, tokens, unquoted};
use crate::template::marked::{Buffer, From, Text};
use crate::text::Span;

/// A fragment of SQL.
#[derive(Clone, Debug)]
pub(super) struct Sql {
    pub(super) text: Text,
    /// What in it only a run could tell.
    pub(super) holes: Vec<Rc<Hole>>,
    /// A hole may stand for columns that do not show.
    pub(super) open: bool,
}

/// A macro that cannot be run here; something that may be read in its place stands in the text.
#[derive(Debug)]
pub(super) struct Hole {
    pub(super) why: String,
    pub(super) at: From,
}

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Sql(Sql),
    /// Several fragments: items of whatever list they stand in.
    List(Vec<Piece>),
    /// What it stands for is left out, with its comma.
    Nothing,
}

impl Piece {
    pub(super) fn text(text: impl Into<Text>) -> Piece {
        Piece::Sql(Sql::of(text))
    }

    /// One fragment: a list's items between commas.
    pub(super) fn into_sql(self, site: From) -> Sql {
        match self {
            Piece::Sql(sql) => sql,
            Piece::Nothing => Sql::of(""),
            Piece::List(items) => {
                let mut build = Build::new(site);
                for (at, item) in items.into_iter().filter(|item| !matches!(item, Piece::Nothing)).enumerate() {
                    if at > 0 {
                        build.say(", ");
                    }
                    build.sql(&item.into_sql(site));
                }
                build.finish()
            }
        }
    }

    /// Lists within lists as one, without what is nothing.
    pub(super) fn flat(self, out: &mut Vec<Piece>) {
        match self {
            Piece::List(items) => items.into_iter().for_each(|item| item.flat(out)),
            Piece::Nothing => {}
            sql @ Piece::Sql(_) => out.push(sql),
        }
    }
}

impl Sql {
    pub(super) fn of(text: impl Into<Text>) -> Sql {
        Sql { text: text.into(), holes: Vec::new(), open: false }
    }

    pub(super) fn as_str(&self) -> &str {
        self.text.as_str()
    }

    pub(super) fn tokens(&self, quotes: Quotes) -> Vec<Token> {
        tokens(self.as_str(), Span::new(0, self.as_str().len()), quotes)
    }

    /// The text of a text literal.
    pub(super) fn literal(&self, quotes: Quotes) -> Option<String> {
        match self.tokens(quotes).as_slice() {
            [one] if one.kind == TokenKind::Text => unquoted(one.text(self.as_str())),
            _ => None,
        }
    }

    /// What it is called as part of a name: a literal's text, a name without quotes, else as it is written.
    pub(super) fn name(&self, quotes: Quotes) -> String {
        match self.tokens(quotes).as_slice() {
            [one] if matches!(one.kind, TokenKind::Text | TokenKind::Quoted) => {
                unquoted(one.text(self.as_str())).unwrap_or_default()
            }
            _ => self.as_str().trim().to_owned(),
        }
    }

    /// The last part of a dotted name, without quotes.
    pub(super) fn last_name(&self, quotes: Quotes) -> String {
        let all = self.tokens(quotes);
        let text = self.as_str();
        let dotted = all.iter().enumerate().all(|(at, token)| (at % 2 == 1) == token.is(text, "."));
        match all.last() {
            Some(last) if dotted => unquoted(last.text(text)).unwrap_or_else(|| last.text(text).to_owned()),
            _ => self.name(quotes),
        }
    }

    /// Without blanks around.
    pub(super) fn trimmed(self) -> Sql {
        let text = self.as_str();
        let start = text.len() - text.trim_start().len();
        let end = start + text.trim().len();
        let text = self.text.slice(start, end);
        Sql { text, ..self }
    }
}

/// A fragment in the making: what the macro itself says is marked with its call.
pub(super) struct Build {
    buffer: Buffer,
    holes: Vec<Rc<Hole>>,
    open: bool,
    site: From,
}

impl Build {
    pub(super) fn new(site: From) -> Build {
        Build { buffer: Buffer::default(), holes: Vec::new(), open: false, site }
    }

    pub(super) fn say(&mut self, text: &str) -> &mut Build {
        self.buffer.push(text, self.site);
        self
    }

    pub(super) fn sql(&mut self, sql: &Sql) -> &mut Build {
        self.buffer.push_text(&sql.text, self.site);
        self.hold(&sql.holes);
        self.open |= sql.open;
        self
    }

    fn hold(&mut self, holes: &[Rc<Hole>]) {
        for hole in holes {
            if !self.holes.iter().any(|known| Rc::ptr_eq(known, hole)) {
                self.holes.push(Rc::clone(hole));
            }
        }
    }

    pub(super) fn hole(&mut self, hole: Hole) -> &mut Build {
        self.holes.push(Rc::new(hole));
        self
    }

    /// The fragments, with a text between them.
    pub(super) fn joined<'s>(&mut self, items: impl IntoIterator<Item = &'s Sql>, between: &str) -> &mut Build {
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                self.say(between);
            }
            self.sql(item);
        }
        self
    }

    pub(super) fn finish(&mut self) -> Sql {
        let buffer = std::mem::take(&mut self.buffer);
        Sql { text: buffer.finish(), holes: std::mem::take(&mut self.holes), open: self.open }
    }

    pub(super) fn piece(&mut self) -> Piece {
        Piece::Sql(self.finish())
    }
}

/// Where the bytes `span` of a text came from, as the place of a value.
pub(super) fn site(text: &Text, span: Span) -> From {
    let Some(marks) = &text.marks else { return From::Nowhere };
    let first = marks.partition_point(|mark| mark.end <= span.start);
    let start = if first == 0 { 0 } else { marks[first - 1].end };
    let Some(mark) = marks.get(first) else { return From::Nowhere };
    let From::Literal { source, start: at, calls } = mark.from else { return mark.from };
    let origin = at + (span.start - start);
    let mut end = origin + (span.end.min(mark.end) - span.start);
    let mut from = mark.end;
    for mark in &marks[first + 1..] {
        if from >= span.end {
            break;
        }
        if let From::Literal { source: other, start: at, calls: more } = mark.from
            && (other, more) == (source, calls)
            && at >= end
        {
            end = at + (span.end.min(mark.end) - from);
        }
        from = mark.end;
    }
    From::Value { source, span: Span { start: origin, end }, calls }
}

/// A name as the dialect writes it, in quotes where it must.
pub(super) fn identifier(name: &str, always: bool, quotes: Quotes) -> String {
    let mut signs = name.chars();
    let starts = signs.next().is_some_and(|first| first.is_alphabetic() || first == '_');
    if !always && starts && signs.all(|sign| sign.is_alphanumeric() || sign == '_') {
        return name.to_owned();
    }
    let quote = if quotes.double_is_text { '`' } else { '"' };
    let doubled: String = [quote, quote].iter().collect();
    format!("{quote}{}{quote}", name.replace(quote, &doubled))
}

/// A text as a literal.
pub(super) fn text_literal(text: &str, quotes: Quotes) -> String {
    let escaped = if quotes.backslash { text.replace('\\', "\\\\") } else { text.to_owned() };
    format!("'{}'", escaped.replace('\'', "''"))
}
