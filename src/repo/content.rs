//! Bytes of a file in, text with what was odd about it out.

use std::sync::Arc;

/// A file as text. Its offsets are those of the file up to the first invalid byte, line ends and all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// A byte order mark stays in it, so that offsets are true; readers skip it. `\r\n` stays too.
    pub content: Arc<str>,
    pub had_bom: bool,
    /// Where the first byte stands that is not UTF-8, if there is one. It and its like became `U+FFFD`.
    pub invalid_utf8: Option<usize>,
}

impl Text {
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let (content, invalid_utf8): (Arc<str>, _) = match std::str::from_utf8(bytes) {
            Ok(text) => (Arc::from(text), None),
            Err(error) => (Arc::from(&*String::from_utf8_lossy(bytes)), Some(error.valid_up_to())),
        };
        Text { had_bom: content.starts_with('\u{feff}'), content, invalid_utf8 }
    }

    /// The text without its byte order mark, and how many bytes that mark took.
    pub fn body(&self) -> (&str, usize) {
        let body = self.content.strip_prefix('\u{feff}').unwrap_or(&self.content);
        (body, self.content.len() - body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn marks_and_line_ends_stay() {
        let text = Text::from_bytes("\u{feff}select 1\r\n".as_bytes());
        assert!(text.had_bom);
        assert_eq!(&*text.content, "\u{feff}select 1\r\n");
        assert_eq!(text.body(), ("select 1\r\n", 3));
        assert_eq!(text.invalid_utf8, None);
    }

    #[test]
    fn invalid_bytes_are_replaced_and_told() {
        let text = Text::from_bytes(b"caf\xe9 x");
        assert_eq!(&*text.content, "caf\u{fffd} x");
        assert_eq!(text.invalid_utf8, Some(3));
        assert_eq!(text.body().1, 0);
    }
}
