//! Text that remembers where its bytes came from: pieces in, one text with marks out.

use std::sync::Arc;

use crate::text::Span;

/// Where a run of bytes came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// Nobody noted it: whoever prints it answers for it.
    Nowhere,
    /// Literal text: the bytes from `start` on in the source, one for one.
    Literal { source: u32, start: u32, calls: u32 },
    /// The value of the expression at `span`.
    Value { source: u32, span: Span, calls: u32 },
}

/// A run of bytes that ends at `end`, and starts where the mark before it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) end: u32,
    pub(super) from: From,
}

/// An immutable text. `marks` cover it without gap, or are absent where nothing is known.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) text: Arc<str>,
    pub(super) marks: Option<Arc<[Mark]>>,
}

impl Text {
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// A text all of which came from one place.
    pub(super) fn literal(text: Arc<str>, from: From) -> Text {
        let end = text.len() as u32;
        Text { text, marks: Some(Arc::from([Mark { end, from }])) }
    }

    /// The bytes `start..end`, with their marks.
    pub(super) fn slice(&self, start: usize, end: usize) -> Text {
        if start == 0 && end == self.text.len() {
            return self.clone();
        }
        let Some(marks) = &self.marks else { return Text::from(&self.text[start..end]) };
        let mut buffer = Buffer::default();
        buffer.push_part(&self.text, marks, start, end);
        buffer.finish()
    }
}

impl std::convert::From<&str> for Text {
    fn from(text: &str) -> Self {
        Text { text: Arc::from(text), marks: None }
    }
}

impl std::convert::From<String> for Text {
    fn from(text: String) -> Self {
        Text { text: Arc::from(text), marks: None }
    }
}

impl std::convert::From<Arc<str>> for Text {
    fn from(text: Arc<str>) -> Self {
        Text { text, marks: None }
    }
}

/// A text in the making.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    pub(super) text: String,
    pub(super) marks: Vec<Mark>,
}

/// A place in a text in the making.
pub(super) struct Position {
    text: usize,
    marks: usize,
    last: Option<u32>,
}

impl Buffer {
    /// Adds bytes that came from `from`; runs that go on in the same place become one.
    pub(super) fn push(&mut self, text: &str, from: From) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len() as u32;
        self.text.push_str(text);
        self.mark(start, from);
    }

    fn mark(&mut self, start: u32, from: From) {
        let end = self.text.len() as u32;
        let before = self.marks.last().map_or(0, |_| self.marks.len() - 1);
        let begin = if before == 0 { 0 } else { self.marks[before - 1].end };
        if let Some(last) = self.marks.last_mut() {
            let goes_on = match (last.from, from) {
                (
                    From::Literal { source: a, start: at, calls: c },
                    From::Literal { source: b, start: next, calls: d },
                ) => a == b && c == d && at + (start - begin) == next,
                (a, b) => a == b,
            };
            if goes_on {
                last.end = end;
                return;
            }
        }
        self.marks.push(Mark { end, from });
    }

    /// Adds a text; its unmarked runs are marked as `otherwise`.
    pub(super) fn push_text(&mut self, text: &Text, otherwise: From) {
        match &text.marks {
            None => self.push(&text.text, otherwise),
            Some(marks) => {
                let mut start = 0;
                for mark in marks.iter() {
                    let from = if mark.from == From::Nowhere { otherwise } else { mark.from };
                    self.push(&text.text[start..mark.end as usize], from);
                    start = mark.end as usize;
                }
            }
        }
    }

    /// Where the text stands, to come back to by [`Buffer::rewind`].
    pub(super) fn position(&self) -> Position {
        Position { text: self.text.len(), marks: self.marks.len(), last: self.marks.last().map(|mark| mark.end) }
    }

    /// Forgets what was added since.
    pub(super) fn rewind(&mut self, to: &Position) {
        self.text.truncate(to.text);
        self.marks.truncate(to.marks);
        if let (Some(mark), Some(end)) = (self.marks.last_mut(), to.last) {
            mark.end = end;
        }
    }

    /// Adds the bytes `start..end` of a text.
    pub(super) fn push_slice(&mut self, text: &Text, start: usize, end: usize) {
        match &text.marks {
            None => self.push(&text.text[start..end], From::Nowhere),
            Some(marks) => self.push_part(&text.text, marks, start, end),
        }
    }

    fn push_part(&mut self, text: &str, marks: &[Mark], start: usize, end: usize) {
        let first = marks.partition_point(|mark| mark.end as usize <= start);
        let mut begin = if first == 0 { 0 } else { marks[first - 1].end as usize };
        for mark in &marks[first..] {
            if begin >= end {
                break;
            }
            let (from, to) = (begin.max(start), (mark.end as usize).min(end));
            self.push(&text[from..to], moved(mark.from, from - begin));
            begin = mark.end as usize;
        }
    }

    pub(super) fn finish(self) -> Text {
        let plain = self.marks.iter().all(|mark| mark.from == From::Nowhere);
        Text { text: Arc::from(self.text), marks: if plain { None } else { Some(Arc::from(self.marks)) } }
    }
}

fn moved(from: From, by: usize) -> From {
    match from {
        From::Literal { source, start, calls } => From::Literal { source, start: start + by as u32, calls },
        other => other,
    }
}

/// The texts of `parts` one after the other.
pub(super) fn concat<'t>(parts: impl IntoIterator<Item = &'t Text> + Clone) -> Text {
    if parts.clone().into_iter().all(|part| part.marks.is_none()) {
        let text: String = parts.into_iter().map(Text::as_str).collect();
        return Text::from(text);
    }
    let mut buffer = Buffer::default();
    for part in parts {
        buffer.push_text(part, From::Nowhere);
    }
    buffer.finish()
}

#[cfg(test)]
mod tests {
    use super::{Buffer, From, Text, concat};

    fn literal(text: &str, start: u32) -> Text {
        let mut buffer = Buffer::default();
        buffer.push(text, From::Literal { source: 1, start, calls: 0 });
        buffer.finish()
    }

    #[test]
    fn neighbours_in_the_source_become_one_run() {
        let joined = concat([&literal("ab", 3), &literal("cd", 5)]);
        assert_eq!(joined.marks.expect("is marked").len(), 1);
    }

    #[test]
    fn a_slice_knows_where_it_starts() {
        let sliced = literal("abcd", 10).slice(1, 3);
        assert_eq!(sliced.as_str(), "bc");
        assert_eq!(sliced.marks.expect("is marked")[0].from, From::Literal { source: 1, start: 11, calls: 0 });
    }
}
