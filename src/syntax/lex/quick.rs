//! SQL text of the common sort in, its tokens out: what the parser's own tokenizer gives, at several times its speed.
//!
//! It reads words, numbers, strings, quoted names, comments and operators as every dialect writes them. At the first
//! thing that is not so plain (three quotes, `$1`, `@x`, letters beyond ASCII in a name) it gives up, and the whole text
//! goes to the parser's tokenizer. A test holds the two to the same tokens.

use sqlparser::dialect::Dialect;
use sqlparser::tokenizer::{Token, Tokenizer, Whitespace, Word};

use super::keywords::keyword;
use super::{Gap, Lexed, Piece};
use crate::syntax::parsed::Comment;
use crate::text::Span;

/// What a byte may be in one dialect.
const STARTS_NAME: u8 = 1;
const IN_NAME: u8 = 2;
const QUOTES_NAME: u8 = 4;
const IN_OPERATOR: u8 = 8;
const MAY_QUOTE_NAME: u8 = 16;

/// What of a dialect decides where tokens end.
#[derive(Clone, Debug)]
pub(in crate::syntax) struct Letters {
    classes: [u8; 256],
    backslash_escapes: bool,
    /// `\%` and `\_` keep their backslash.
    wildcard_escapes: bool,
    raw_strings: bool,
    hash_comments: bool,
    /// A name may start with a digit.
    numeric_prefix: bool,
    triple_quotes: bool,
    nested_comments: bool,
    comment_hints: bool,
    comment_needs_space: bool,
    pipes: bool,
}

impl Letters {
    pub(in crate::syntax) fn new(dialect: &dyn Dialect) -> Self {
        let mut classes = [0u8; 256];
        for byte in 0..128u8 {
            let letter = char::from(byte);
            let class = &mut classes[usize::from(byte)];
            *class |= if dialect.is_identifier_start(letter) { STARTS_NAME } else { 0 };
            *class |= if dialect.is_identifier_part(letter) { IN_NAME } else { 0 };
            *class |= if dialect.is_delimited_identifier_start(letter) { QUOTES_NAME } else { 0 };
            *class |= if dialect.is_nested_delimited_identifier_start(letter) { MAY_QUOTE_NAME } else { 0 };
            *class |= if dialect.is_custom_operator_part(letter) { IN_OPERATOR } else { 0 };
        }
        Letters {
            classes,
            backslash_escapes: dialect.supports_string_literal_backslash_escape(),
            wildcard_escapes: dialect.ignores_wildcard_escapes(),
            raw_strings: starts_with(dialect, "r'a'", &Token::SingleQuotedRawStringLiteral("a".to_owned())),
            hash_comments: starts_with(
                dialect,
                "#a",
                &Token::Whitespace(Whitespace::SingleLineComment { comment: "a".to_owned(), prefix: "#".to_owned() }),
            ),
            numeric_prefix: dialect.supports_numeric_prefix(),
            triple_quotes: dialect.supports_triple_quoted_string(),
            nested_comments: dialect.supports_nested_comments(),
            comment_hints: dialect.supports_multiline_comment_hints(),
            comment_needs_space: dialect.requires_single_line_comment_whitespace(),
            pipes: dialect.supports_pipe_operator() && !dialect.supports_geometric_types(),
        }
    }

    fn is(&self, byte: u8, class: u8) -> bool {
        self.classes[usize::from(byte)] & class != 0
    }
}

/// Does the tokenizer read `text` as this token? There are things it asks of a dialect's type alone.
fn starts_with(dialect: &dyn Dialect, text: &str, token: &Token) -> bool {
    Tokenizer::new(dialect, text).tokenize().is_ok_and(|tokens| tokens.first() == Some(token))
}

/// The tokens of `text`, which starts at byte `offset` of its file; nothing where it is not plain enough.
pub(super) fn lex(text: &str, offset: usize, letters: &Letters) -> Option<Lexed> {
    let lexed = Lexed { pieces: Vec::with_capacity(text.len() / 5), comments: Vec::new(), fault: None };
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, offset, letters, gap: Gap::None, lexed };
    while reader.at < reader.bytes.len() {
        reader.step()?;
    }
    Some(reader.lexed)
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    offset: usize,
    letters: &'a Letters,
    gap: Gap,
    lexed: Lexed,
}

impl Reader<'_> {
    /// Reads what starts at `at`: white space, a comment or a token.
    fn step(&mut self) -> Option<()> {
        let byte = self.bytes[self.at];
        match byte {
            b' ' | b'\t' => self.skip(1, Gap::Space),
            b'\n' | b'\r' => self.skip(1, Gap::Newline),
            b'-' if self.next(1) == b'-' => self.line_comment(2),
            b'#' if self.letters.hash_comments => self.line_comment(1),
            b'/' if self.next(1) == b'*' => self.block_comment(),
            b'\'' => self.string(byte, Token::SingleQuotedString),
            b'0' if self.next(1) == b'x' => self.hex(),
            b'0'..=b'9' => self.number(),
            b'.' if self.next(1).is_ascii_digit() => self.fraction(),
            b'r' | b'R' if self.letters.raw_strings && matches!(self.next(1), b'\'' | b'"') => self.raw_string(),
            _ if self.letters.is(byte, MAY_QUOTE_NAME) => None,
            _ if self.letters.is(byte, QUOTES_NAME) => self.quoted_name(byte),
            b'"' if !self.letters.is(byte, STARTS_NAME) => self.string(byte, Token::DoubleQuotedString),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' if self.letters.is(byte, STARTS_NAME) => self.word(),
            // BigQuery's `@parameter`.
            b'@' if self.letters.is(byte, STARTS_NAME)
                && (self.next(1).is_ascii_alphabetic() || self.next(1) == b'_') =>
            {
                self.word()
            }
            _ => self.sign(byte),
        }
    }

    /// The byte `ahead` of here; zero, which is no SQL, behind the end.
    fn next(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip(&mut self, length: usize, gap: Gap) -> Option<()> {
        self.at += length;
        self.gap = self.gap.max(gap);
        Some(())
    }

    fn push(&mut self, token: Token, length: usize) -> Option<()> {
        let start = self.at + self.offset;
        self.at += length;
        let span = Span::new(start, start + length);
        self.lexed.pieces.push(Piece { token, span, gap: std::mem::replace(&mut self.gap, Gap::None) });
        Some(())
    }

    /// An operator, unless the dialect would read more signs into it.
    fn operator(&mut self, token: Token, length: usize) -> Option<()> {
        if self.letters.is(self.next(length), IN_OPERATOR) {
            return None;
        }
        self.push(token, length)
    }

    fn word(&mut self) -> Option<()> {
        let rest = &self.bytes[self.at..];
        let part = |byte: &u8| self.letters.is(*byte, IN_NAME);
        let length = 1 + rest[1..].iter().position(|byte| !part(byte)).unwrap_or(rest.len() - 1);
        let prefix = length <= 2 && matches!(self.next(length), b'\'' | b'"' | b'&');
        if prefix || !self.next(length).is_ascii() {
            return None;
        }
        let keyword = keyword(&rest[..length]);
        let value = self.text[self.at..self.at + length].to_owned();
        self.push(Token::Word(Word { value, quote_style: None, keyword }), length)
    }

    fn quoted_name(&mut self, open: u8) -> Option<()> {
        let close = if open == b'[' { b']' } else { open };
        let (value, length) = self.quoted(self.at, close, false)?;
        let quote_style = Some(char::from(open));
        let word = Word { value, quote_style, keyword: sqlparser::keywords::Keyword::NoKeyword };
        self.push(Token::Word(word), length)
    }

    fn string(&mut self, quote: u8, token: fn(String) -> Token) -> Option<()> {
        if self.letters.triple_quotes && self.next(1) == quote && self.next(2) == quote {
            return None;
        }
        let (value, length) = self.quoted(self.at, quote, self.letters.backslash_escapes)?;
        self.push(token(value), length)
    }

    /// `r'a\b'`.
    fn raw_string(&mut self) -> Option<()> {
        let quote = self.next(1);
        if self.letters.triple_quotes && self.next(2) == quote && self.next(3) == quote {
            return None;
        }
        let (value, length) = self.quoted(self.at + 1, quote, false)?;
        let single = quote == b'\'';
        let token = if single { Token::SingleQuotedRawStringLiteral } else { Token::DoubleQuotedRawStringLiteral };
        self.push(token(value), length + 1)
    }

    /// What is between the quote at `open` and the next `close`, where a doubled one is one of the text; and the length
    /// of it all.
    fn quoted(&self, open: usize, close: u8, escapes: bool) -> Option<(String, usize)> {
        let mut value = String::new();
        let mut start = open + 1;
        let mut end = start;
        loop {
            let byte = *self.bytes.get(end)?;
            if byte == b'\\' && escapes {
                value.push_str(&self.text[start..end]);
                let escaped = self.text[end + 1..].chars().next()?;
                if self.letters.wildcard_escapes && matches!(escaped, '%' | '_') {
                    value.push('\\');
                }
                value.push(unescaped(escaped));
                end += 1 + escaped.len_utf8();
                start = end;
            } else if byte != close {
                end += 1;
            } else if self.bytes.get(end + 1) == Some(&close) {
                value.push_str(&self.text[start..=end]);
                end += 2;
                start = end;
            } else {
                value.push_str(&self.text[start..end]);
                return Some((value, end + 1 - open));
            }
        }
    }

    fn hex(&mut self) -> Option<()> {
        let rest = &self.bytes[self.at + 2..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if rest.get(digits) == Some(&b'_') {
            return None;
        }
        let value = self.text[self.at + 2..self.at + 2 + digits].to_owned();
        self.push(Token::HexStringLiteral(value), 2 + digits)
    }

    /// `.5`, or the dot and digits of `t.5` where they may be a name.
    fn fraction(&mut self) -> Option<()> {
        let behind_name = self.gap == Gap::None && self.last_is_word();
        if self.letters.numeric_prefix && behind_name { self.push(Token::Period, 1) } else { self.number() }
    }

    fn last_is_value(&self) -> bool {
        let last = self.lexed.pieces.last().map(|last| &last.token);
        matches!(last, Some(Token::Word(_) | Token::RBracket | Token::RParen))
    }

    fn last_is_word(&self) -> bool {
        matches!(self.lexed.pieces.last(), Some(Piece { token: Token::Word(_), .. }))
    }

    fn number(&mut self) -> Option<()> {
        let digits = |from: usize| self.bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut end = self.at + digits(self.at);
        if self.bytes.get(end) == Some(&b'.') {
            end += 1 + digits(end + 1);
        }
        if matches!(self.bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits((end + 1 + sign).min(self.bytes.len()));
            let after_dot = self.lexed.pieces.last().is_some_and(|last| last.token == Token::Period);
            if exponent == 0 || after_dot {
                return None;
            }
            end += 1 + sign + exponent;
        }
        let next = self.bytes.get(end).copied().unwrap_or(0);
        let goes_on = next == b'_' || next.is_ascii_alphabetic() || self.letters.is(next, IN_NAME) || !next.is_ascii();
        if goes_on || next == b'.' {
            return None;
        }
        let token = Token::Number(self.text[self.at..end].to_owned(), false);
        self.push(token, end - self.at)
    }

    /// A comment to the end of the line, behind a sign of `open` bytes.
    fn line_comment(&mut self, open: usize) -> Option<()> {
        if open == 2 && self.letters.comment_needs_space && !self.next(2).is_ascii_whitespace() {
            return None;
        }
        let rest = &self.text[self.at..];
        let length = rest.find('\n').unwrap_or(rest.len());
        if rest[..length].trim_end_matches('\r').contains('\r') {
            return None;
        }
        self.comment(rest[..length].trim_end_matches('\r').len(), open, 0);
        self.skip(length, Gap::Newline)
    }

    fn block_comment(&mut self) -> Option<()> {
        let inner = &self.text[self.at + 2..];
        let end = inner.find("*/")?;
        let nested = self.letters.nested_comments && inner[..end].contains("/*");
        if nested || self.letters.comment_hints && inner.starts_with('!') {
            return None;
        }
        self.comment(end + 4, 2, 2);
        self.skip(end + 4, Gap::Newline)
    }

    /// Keeps a comment of `length` bytes, whose signs are `open` and `close` bytes of them.
    fn comment(&mut self, length: usize, open: usize, close: usize) {
        let text = self.text[self.at + open..self.at + length - close].trim().to_owned();
        let start = self.at + self.offset;
        self.lexed.comments.push(Comment { span: Span::new(start, start + length), text });
    }

    fn sign(&mut self, byte: u8) -> Option<()> {
        match (byte, self.next(1), self.next(2)) {
            (b'(', ..) => self.push(Token::LParen, 1),
            (b')', ..) => self.push(Token::RParen, 1),
            (b',', ..) => self.push(Token::Comma, 1),
            (b';', ..) => self.push(Token::SemiColon, 1),
            (b'[', ..) => self.push(Token::LBracket, 1),
            (b']', ..) => self.push(Token::RBracket, 1),
            (b'{', ..) => self.push(Token::LBrace, 1),
            (b'}', ..) => self.push(Token::RBrace, 1),
            (b'+', ..) => self.push(Token::Plus, 1),
            (b'*', ..) => self.push(Token::Mul, 1),
            (b'/', b'/', _) => None,
            (b'/', ..) => self.push(Token::Div, 1),
            (b'-', b'>', b'>') => self.operator(Token::LongArrow, 3),
            (b'-', b'>', _) => self.operator(Token::Arrow, 2),
            (b'-', ..) => self.operator(Token::Minus, 1),
            (b'=', b'>', _) => self.push(Token::RArrow, 2),
            (b'=', b'=', _) => self.push(Token::DoubleEq, 2),
            (b'=', ..) => self.push(Token::Eq, 1),
            (b'!', b'=', _) => self.push(Token::Neq, 2),
            (b'<', b'=', b'>') => None,
            (b'<', b'=', b'+' | b'-') => self.push(Token::LtEq, 2),
            (b'<', b'=', _) => self.operator(Token::LtEq, 2),
            (b'<', b'>', _) => self.operator(Token::Neq, 2),
            (b'<', b'|' | b'<' | b'@' | b'^' | b'-' | b'+', _) => None,
            (b'<', ..) => self.operator(Token::Lt, 1),
            (b'>', b'=', _) => self.operator(Token::GtEq, 2),
            (b'>', b'>', _) => self.operator(Token::ShiftRight, 2),
            (b'>', b'^', _) => None,
            (b'>', ..) => self.operator(Token::Gt, 1),
            (b':', b':', _) => self.push(Token::DoubleColon, 2),
            (b':', b'=', _) => self.push(Token::Assignment, 2),
            (b':', ..) => self.push(Token::Colon, 1),
            (b'|', b'|', b'/') => None,
            (b'|', b'|', _) => self.operator(Token::StringConcat, 2),
            (b'|', b'>', _) if self.letters.pipes => self.operator(Token::VerticalBarRightAngleBracket, 2),
            (b'%', b' ' | b'\t' | b'\n' | b'\r', _) => self.push(Token::Mod, 1),
            (b'%', ..) if !self.letters.is(b'%', STARTS_NAME) => self.operator(Token::Mod, 1),
            // The tokenizer takes `a[0]._b` and `f(x)._b` for a mistake, which they are not.
            (b'.', b'_', _) if !self.last_is_value() => None,
            (b'.', ..) => self.push(Token::Period, 1),
            _ => None,
        }
    }
}

/// What a letter behind a backslash stands for.
fn unescaped(letter: char) -> char {
    match letter {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'Z' => '\u{1a}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::Letters;
    use crate::dialect;
    use crate::syntax::lex::{self, Lexed};
    use crate::syntax::wrapper::Wrapper;

    /// Pieces of text that the two may read in different ways, alone or side by side.
    const WORDS: &[&str] = &[
        "select",
        "a_1",
        "_x",
        "r",
        "b",
        "e",
        "N",
        "u",
        "x",
        "nq",
        "Q",
        "é",
        "$1",
        "@v",
        "#t",
        "t",
        "'a'",
        "'it''s'",
        "''",
        "'''",
        "'a\\'b'",
        "'\\%\\n\\é'",
        "r'a\\'",
        "R\"b\"",
        "# d\n",
        "\"a\"",
        "\"b\"\"c\"",
        "\"\"",
        "`p.d`",
        "[c d]",
        "]",
        "1",
        "1.",
        "1.5",
        ".5",
        "1e5",
        "1.e-5",
        "0x1F",
        "1_000",
        "5L",
        "7d",
        "1e",
        ".",
        "..",
        ",",
        "(",
        ")",
        "{",
        "}",
        ";",
        "+",
        "-",
        "--",
        "-- c\n",
        "--c\r\n",
        "/* c */",
        "/*!50110 k */",
        "/* /* n */ */",
        "//",
        "/",
        "*",
        "%",
        "%a",
        "=",
        "==",
        "=>",
        "!=",
        "!",
        "<",
        "<=",
        "<=>",
        "<>",
        "<<",
        "<@",
        "<-",
        "<+",
        "<=-",
        ">",
        ">=",
        ">>",
        ">^",
        "|",
        "||",
        "|>",
        "||/",
        "&",
        "&&",
        "^",
        "~",
        "?",
        "?|",
        ":",
        "::",
        ":=",
        "->",
        "->>",
        "#>",
        "\\",
        "\t",
        "\n",
        "\r\n",
        " ",
        "\u{a0}",
        "\u{b}",
        "select a from b where c = 'd'",
    ];

    fn shown(lexed: &Lexed) -> String {
        format!("{:?} {:?} {:?}", lexed.pieces, lexed.comments, lexed.fault)
    }

    #[test]
    fn the_quick_reader_and_the_tokenizer_give_the_same_tokens() {
        for label in dialect::labels() {
            let wrapper = Wrapper::new(&dialect::find(label).expect("a label names a dialect"));
            let letters = Letters::new(&wrapper);
            let pairs = WORDS.iter().flat_map(|first| WORDS.iter().map(move |second| format!("{first}{second}")));
            let texts: Vec<String> = pairs.chain(WORDS.iter().map(|word| format!("a.{word}b"))).collect();
            let mut plain = 0;
            for text in &texts {
                let Some(quick) = super::lex(text, 0, &letters) else { continue };
                plain += 1;
                let theirs = lex::tokenized(text, 0, &wrapper);
                if theirs.fault.is_none() || !text.contains("._") {
                    assert_eq!(shown(&quick), shown(&theirs), "{label}: {text:?}");
                }
            }
            assert!(plain * 4 > texts.len(), "{label}: {plain} of {} are plain", texts.len());
        }
    }
}
