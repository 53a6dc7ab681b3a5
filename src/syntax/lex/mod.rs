//! SQL text in, tokens with byte spans out, and the comments between them.

use std::cell::Cell;

use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace};

use super::parsed::{Comment, SyntaxError};
use crate::text::Span;

mod keywords;
mod quick;

pub use keywords::is_keyword;
pub(super) use quick::Letters;

/// What stands between a token and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    None,
    Space,
    Newline,
}

/// A token that is neither white space nor comment.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) token: Token,
    pub(super) span: Span,
    /// What stands before it.
    pub(super) gap: Gap,
}

impl Piece {
    /// The keyword of an unquoted word; `NoKeyword` for all else.
    pub(super) fn keyword(&self) -> Keyword {
        match &self.token {
            Token::Word(word) => word.keyword,
            _ => Keyword::NoKeyword,
        }
    }

    /// Is it this word, unquoted, in any case?
    pub(super) fn is_word(&self, text: &str) -> bool {
        matches!(&self.token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(text))
    }
}

/// A text as tokens, up to a fault that no token can be made of.
pub(super) struct Lexed {
    pub(super) pieces: Vec<Piece>,
    pub(super) comments: Vec<Comment>,
    pub(super) fault: Option<SyntaxError>,
}

thread_local! {
    static RAW: Cell<Vec<TokenWithSpan>> = const { Cell::new(Vec::new()) };
}

/// A text of more tokens than this is rare, and its memory is given back.
const KEPT_TOKENS: usize = 1 << 17;

pub(super) fn lex(text: &str, dialect: &dyn Dialect, letters: &Letters) -> Lexed {
    // A byte order mark is no SQL, but editors leave it there.
    let skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let body = &text[skipped..];
    quick::lex(body, skipped, letters).unwrap_or_else(|| tokenized(body, skipped, dialect))
}

/// Reads a text that starts at byte `skipped` of its file with the parser's own tokenizer.
fn tokenized(text: &str, skipped: usize, dialect: &dyn Dialect) -> Lexed {
    // The largest piece of memory that parsing takes, and needed for a moment only: each thread keeps one.
    let mut raw = RAW.take();
    let result = Tokenizer::new(dialect, text).tokenize_with_location_into_buf(&mut raw);
    let mut walker = Walker::new(text, skipped);
    let mut lexed = Lexed { pieces: Vec::with_capacity(raw.len() / 2), comments: Vec::new(), fault: None };
    let mut gap = Gap::None;
    for token in raw.drain(..) {
        let start = walker.offset(token.span.start);
        let span = Span::new(start, walker.offset(token.span.end));
        match token.token {
            Token::Whitespace(space) => {
                gap = gap.max(if matches!(space, Whitespace::Space | Whitespace::Tab) {
                    Gap::Space
                } else {
                    Gap::Newline
                });
                lexed.comments.extend(comment(space, span, &text[start - skipped..]));
            }
            token => {
                lexed.pieces.push(Piece { token, span, gap });
                gap = Gap::None;
            }
        }
    }
    if raw.capacity() <= KEPT_TOKENS {
        RAW.set(raw);
    }
    if let Err(fault) = result {
        let at = walker.offset(fault.location);
        let end = text[at - skipped..].chars().next().map_or(at, |first| at + first.len_utf8());
        lexed.fault = Some(SyntaxError { span: Span::new(at, end), message: in_words(&fault.message) });
    }
    lexed
}

/// `text` is what stands from the comment on.
fn comment(space: Whitespace, span: Span, text: &str) -> Option<Comment> {
    match space {
        Whitespace::SingleLineComment { comment, .. } => {
            let length = text[..span.range().len()].trim_end_matches(['\n', '\r']).len();
            let span = Span::new(span.start as usize, span.start as usize + length);
            Some(Comment { span, text: comment.trim().to_owned() })
        }
        Whitespace::MultiLineComment(comment) => Some(Comment { span, text: comment.trim().to_owned() }),
        Whitespace::Space | Whitespace::Newline | Whitespace::Tab => None,
    }
}

/// `Unterminated string literal` as the first words of our own sentence.
fn in_words(message: &str) -> String {
    let mut chars = message.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_lowercase).collect();
    format!("{first}{}", chars.as_str())
}

/// Turns the tokenizer's lines and character columns into byte offsets, in one walk over the text.
struct Walker<'a> {
    text: &'a str,
    skipped: usize,
    at: usize,
    location: Location,
}

impl<'a> Walker<'a> {
    fn new(text: &'a str, skipped: usize) -> Self {
        Walker { text, skipped, at: 0, location: Location { line: 1, column: 1 } }
    }

    fn offset(&mut self, location: Location) -> usize {
        if location < self.location {
            *self = Walker::new(self.text, self.skipped);
        }
        let mut rest = self.text[self.at..].chars();
        while self.location < location {
            let Some(next) = rest.next() else { break };
            self.at += next.len_utf8();
            if next == '\n' {
                self.location = Location { line: self.location.line + 1, column: 1 };
            } else {
                self.location.column += 1;
            }
        }
        self.at + self.skipped
    }
}

#[cfg(test)]
mod tests {
    use sqlparser::dialect::GenericDialect;

    use super::{Letters, Lexed, lex};

    fn generic(text: &str) -> Lexed {
        lex(text, &GenericDialect, &Letters::new(&GenericDialect))
    }

    fn check(text: &str, expected: &[&str]) {
        let lexed = generic(text);
        let found: Vec<&str> = lexed.pieces.iter().map(|piece| &text[piece.span.range()]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn spans_are_bytes() {
        check("é,\r\n 'ü' -- ö\n\tb", &["é", ",", "'ü'", "b"]);
        check("\u{feff}select 1", &["select", "1"]);
    }

    #[test]
    fn comments_lose_their_signs() {
        let lexed = generic("a -- sluice: allow(x)\n/* b */ c # d");
        let comments: Vec<&str> = lexed.comments.iter().map(|comment| comment.text.as_str()).collect();
        assert_eq!(comments[..2], ["sluice: allow(x)", "b"]);
        assert_eq!(lexed.comments[0].span.range(), 2..21);
    }

    #[test]
    fn an_open_string_is_a_fault_after_the_tokens_before_it() {
        let lexed = generic("select 'a");
        assert_eq!(lexed.pieces.len(), 1);
        assert_eq!(lexed.fault.map(|fault| fault.message), Some("unterminated string literal".to_owned()));
    }
}
