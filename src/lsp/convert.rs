//! Bytes of our texts in, positions of the protocol out, and back; paths as URIs and back.
//!
//! Lines count from 0. Columns count what both sides agreed on: UTF-8 bytes or UTF-16 units. A position past the end of
//! its line means the end of the line, as the protocol has it.

use lsp_types::{Position, Range, Uri};

use crate::report::{Units, escaped};
use crate::text::{LineIndex, Span};

/// One text with its lines.
pub(super) struct Page<'t> {
    text: &'t str,
    lines: LineIndex,
    units: Units,
}

impl<'t> Page<'t> {
    pub(super) fn new(text: &'t str, units: Units) -> Self {
        Page { text, lines: LineIndex::new(text), units }
    }

    pub(super) fn position(&self, offset: u32) -> Position {
        let offset = border(self.text, offset as usize);
        let line = self.lines.position(self.text, offset as u32).line;
        let start = self.lines.line_span(self.text, line).start as usize;
        let lead = self.text.get(start..offset).unwrap_or_default();
        Position { line: line - 1, character: self.units.count(lead) }
    }

    pub(super) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    pub(super) fn offset(&self, at: Position) -> u32 {
        if at.line >= self.lines.lines() {
            return self.text.len() as u32;
        }
        let line = self.lines.line_span(self.text, at.line + 1);
        let mut units = 0;
        for (byte, sign) in self.text[line.range()].char_indices() {
            if units >= at.character {
                return line.start + byte as u32;
            }
            units += self.units.of(sign);
        }
        line.end
    }

    pub(super) fn span(&self, range: Range) -> Span {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        Span { start, end: end.max(start) }
    }

    /// The whole line (from 0), without its end.
    pub(super) fn line(&self, line: u32) -> &'t str {
        if line >= self.lines.lines() { "" } else { &self.text[self.lines.line_span(self.text, line + 1).range()] }
    }
}

/// The last border of characters at or before an offset.
pub(super) fn border(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// A path with forward slashes as a `file` URI.
pub(super) fn uri(path: &str) -> Option<Uri> {
    format!("file:///{}", escaped(path.trim_start_matches('/'))).parse().ok()
}

/// The path of a `file` URI, with forward slashes.
pub(super) fn path(uri: &str) -> Option<String> {
    let rest = uri.strip_prefix("file://")?;
    let rest = &rest[rest.find('/')?..];
    let mut bytes = Vec::with_capacity(rest.len());
    let mut left = rest.bytes();
    while let Some(byte) = left.next() {
        let digit = |byte: Option<u8>| (byte.unwrap_or_default() as char).to_digit(16);
        match byte {
            b'%' => bytes.push((digit(left.next())? * 16 + digit(left.next())?) as u8),
            byte => bytes.push(byte),
        }
    }
    let path = String::from_utf8(bytes).ok()?;
    // `/c:/repo` is `c:/repo`.
    let is_drive = path.as_bytes().get(2) == Some(&b':');
    Some(if is_drive { path[1..].to_owned() } else { path })
}

#[cfg(test)]
mod tests {
    use lsp_types::Position;

    use super::{Page, path, uri};
    use crate::report::Units;

    fn check(units: Units, text: &str, offset: u32, line: u32, character: u32) {
        let page = Page::new(text, units);
        assert_eq!(page.position(offset), Position { line, character }, "{text} {offset}");
        assert_eq!(page.offset(Position { line, character }), offset, "{text} {line}:{character}");
    }

    #[test]
    fn columns_count_what_was_agreed_on() {
        let text = "a\r\né😀b\n";
        let at = text.find('b').expect("there is a b") as u32;
        check(Units::Utf16, text, at, 1, 3);
        check(Units::Utf8, text, at, 1, 6);
        check(Units::Utf16, text, text.len() as u32, 2, 0);
        let page = Page::new(text, Units::Utf16);
        assert_eq!(page.offset(Position { line: 0, character: 99 }), 1, "the end of a line is before its line end");
        assert_eq!(page.offset(Position { line: 99, character: 0 }), text.len() as u32);
    }

    #[test]
    fn paths_become_uris_and_come_back() {
        for one in ["/repo/a b/é#1.sql", "c:/repo/x.sql"] {
            let uri = uri(one).expect("a path is a URI");
            assert_eq!(path(uri.as_str()).as_deref(), Some(one));
        }
        assert_eq!(path("untitled:1"), None);
    }
}
