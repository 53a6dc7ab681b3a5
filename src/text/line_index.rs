//! Byte offsets of a text as lines and columns, and back.

use super::Span;

/// A position for people: both start at 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    pub line: u32,
    pub column: u32,
}

/// Where each line of one text starts. `\n` and `\r\n` end a line.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    pub fn new(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at as u32 + 1);
        LineIndex { starts: std::iter::once(0).chain(newlines).collect() }
    }

    /// Line and character column of a byte offset; an offset past the end counts as the end.
    pub fn position(&self, text: &str, offset: u32) -> LineColumn {
        let offset = (offset as usize).min(text.len());
        let line = self.starts.partition_point(|start| *start as usize <= offset) - 1;
        let start = self.starts[line] as usize;
        let column = text.as_bytes()[start..offset].iter().filter(|b| !is_continuation(**b)).count();
        LineColumn { line: line as u32 + 1, column: column as u32 + 1 }
    }

    /// Byte offset of a position; past the end of its line counts as the end of the line.
    pub fn offset(&self, text: &str, at: LineColumn) -> u32 {
        let Some(&start) = self.starts.get((at.line as usize).saturating_sub(1)) else { return text.len() as u32 };
        let rest = &text[start as usize..];
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let skip = (at.column as usize).saturating_sub(1);
        start + line.char_indices().nth(skip).map_or(line.len(), |(byte, _)| byte) as u32
    }

    pub fn lines(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The span of a line (from 1) without its line end.
    pub fn line_span(&self, text: &str, line: u32) -> Span {
        let start = self.starts.get(line as usize - 1).map_or(text.len(), |s| *s as usize);
        let end = self.starts.get(line as usize).map_or(text.len(), |s| *s as usize);
        Span::new(start, start + text[start..end].trim_end_matches(['\n', '\r']).len())
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::{LineColumn, LineIndex};

    #[test]
    fn columns_count_characters() {
        let text = "a\r\nhé b\n";
        let index = LineIndex::new(text);
        let at = LineColumn { line: 2, column: 4 };
        let byte = text.find('b').expect("there is a b") as u32;
        assert_eq!(index.position(text, byte), at);
        assert_eq!(index.offset(text, at), byte);
    }

    #[test]
    fn past_the_end_is_the_end() {
        let text = "ab\nc";
        let index = LineIndex::new(text);
        assert_eq!(index.position(text, 99), LineColumn { line: 2, column: 2 });
        assert_eq!(index.offset(text, LineColumn { line: 1, column: 40 }), 2);
        assert_eq!(index.offset(text, LineColumn { line: 9, column: 1 }), 4);
    }
}
