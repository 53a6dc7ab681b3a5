//! YAML text and the lines in it that hang too far left in; text that a strict parser takes, and the way back, out.
//!
//! YAML wants the inside of `[..]`, `{..}` and quotes indented deeper than the key; `PyYAML` does not, and people write
//!
//! ```yaml
//! tests: [
//!   unique,
//! ]
//! ```
//!
//! White space at the start of such lines means nothing, so more of it changes nothing.

use std::borrow::Cow;
use std::collections::BTreeSet;

use saphyr_parser::{Marker, ScanError};

/// A text with spaces put in at some line starts.
pub(super) struct Padded<'a> {
    pub(super) text: Cow<'a, str>,
    source: &'a str,
    /// Byte offset in the source of each character; empty where the two are the same but for `base`.
    table: Vec<u32>,
    /// Bytes of the byte order mark, which is left out.
    base: usize,
}

impl<'a> Padded<'a> {
    /// `pads`: byte offsets in `source` where lines start that need spaces.
    pub(super) fn new(source: &'a str, pads: &BTreeSet<usize>) -> Self {
        let body = source.strip_prefix('\u{feff}').unwrap_or(source);
        let base = source.len() - body.len();
        if pads.is_empty() {
            let starts = body.char_indices().map(|(at, _)| (at + base) as u32);
            let table = if body.is_ascii() { Vec::new() } else { starts.collect() };
            return Padded { text: Cow::Borrowed(body), source, table, base };
        }
        let width = body.lines().map(|line| line.len() - line.trim_start().len()).max().unwrap_or(0) + 2;
        let (mut text, mut table) = (String::with_capacity(body.len()), Vec::with_capacity(body.len()));
        for (at, character) in body.char_indices() {
            let at = at + base;
            if pads.contains(&at) {
                text.extend(std::iter::repeat_n(' ', width));
                table.extend(std::iter::repeat_n(at as u32, width));
            }
            text.push(character);
            table.push(at as u32);
        }
        Padded { text: Cow::Owned(text), source, table, base }
    }

    /// A marker's byte offset in the source: the parser counts characters.
    pub(super) fn byte(&self, marker: Marker) -> usize {
        let index = marker.index();
        if self.table.is_empty() {
            return (index + self.base).min(self.source.len());
        }
        self.table.get(index).map_or(self.source.len(), |at| *at as usize)
    }

    pub(super) fn end(&self) -> usize {
        self.source.len()
    }

    /// The starts of the lines that the parser wants further right; none if it complains of something else.
    pub(super) fn hanging(&self, error: &ScanError, at: usize) -> Vec<usize> {
        match error.info() {
            "invalid indentation" | "invalid indentation in flow construct" => vec![self.line_start(at)],
            "invalid indentation in quoted scalar" => self.quoted_lines(at),
            _ => Vec::new(),
        }
    }

    fn line_start(&self, at: usize) -> usize {
        self.source[..at].rfind('\n').map_or(self.base, |newline| newline + 1)
    }

    /// Where the further lines start of a quoted scalar that starts at `at`.
    fn quoted_lines(&self, at: usize) -> Vec<usize> {
        let bytes = &self.source.as_bytes()[at..];
        let quote = bytes.first().copied().unwrap_or(b'"');
        let mut starts = Vec::new();
        let mut inside = bytes.iter().enumerate().skip(1);
        while let Some((offset, byte)) = inside.next() {
            match byte {
                b'\\' if quote == b'"' && bytes.get(offset + 1) != Some(&b'\n') => {
                    inside.next();
                }
                b'\n' => starts.push(at + offset + 1),
                // A doubled quote is a quote within.
                byte if *byte == quote && bytes.get(offset + 1) == Some(&quote) && quote == b'\'' => {
                    let _ = inside.next();
                }
                byte if *byte == quote => break,
                _ => {}
            }
        }
        starts
    }
}
