//! SQL text with SQLMesh's macros in, its tokens out: words, texts and signs with their places, comments left out.
//!
//! Coarser than a SQL tokenizer and never at a loss: whatever is open at the end of the text ends there.

use crate::dialect::Dialect;
use crate::text::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or unquoted name.
    Word,
    Number,
    /// A text in quotes of any kind, its prefix among it: `'a'`, `r'a'`, `$$a$$`.
    Text,
    /// A name in quotes.
    Quoted,
    /// Everything else, one sign each, but for `:=`, `->`, `=>`, `::`, `<=`, `>=`, `<>`, `!=`, `||`, `==`, `//`.
    Sign,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

impl Token {
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        &text[self.span.range()]
    }

    /// Is it this sign?
    pub fn is(&self, text: &str, sign: &str) -> bool {
        self.kind == TokenKind::Sign && self.text(text) == sign
    }

    /// Is it this word, in any case?
    pub fn is_word(&self, text: &str, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text(text).eq_ignore_ascii_case(word)
    }
}

const SIGNS: [&str; 11] = [":=", "->", "=>", "::", "<=", ">=", "<>", "!=", "||", "==", "//"];

/// How a dialect writes texts and names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotes {
    /// `"a"` is a text.
    pub double_is_text: bool,
    /// `\'` is a quote in a text.
    pub backslash: bool,
}

/// Parsers of dialects in which a backslash escapes the sign after it.
const BACKSLASH: [&str; 7] = ["bigquery", "clickhouse", "databricks", "hive", "mysql", "snowflake", "spark"];

impl Quotes {
    pub fn of(dialect: &Dialect) -> Quotes {
        Quotes {
            double_is_text: dialect.flag("double_quoted_strings"),
            backslash: BACKSLASH.contains(&dialect.parser.as_str()),
        }
    }
}

/// The tokens of the bytes `within` of a text.
pub fn tokens(text: &str, within: Span, quotes: Quotes) -> Vec<Token> {
    let mut lexer = Lexer { text: &text[..within.end as usize], at: within.start as usize, quotes };
    let mut found = Vec::with_capacity(within.len() / 4);
    while let Some(token) = lexer.next() {
        found.push(token);
    }
    found
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    quotes: Quotes,
}

impl<'t> Lexer<'t> {
    fn next(&mut self) -> Option<Token> {
        self.skip_blanks();
        let start = self.at;
        let first = self.rest().chars().next()?;
        let kind = match first {
            '\'' => self.text_in('\'', self.quotes.backslash),
            '"' => {
                let text = self.text_in('"', self.quotes.double_is_text && self.quotes.backslash);
                if self.quotes.double_is_text { text } else { TokenKind::Quoted }
            }
            '`' => {
                self.text_in('`', false);
                TokenKind::Quoted
            }
            '$' => self.dollar(),
            first if first.is_ascii_digit() => self.number(),
            '.' if self.rest()[1..].starts_with(|next: char| next.is_ascii_digit()) && !self.after_name() => {
                self.number()
            }
            first if is_word(first) => self.word(),
            _ => self.sign(first),
        };
        Some(Token { kind, span: Span::new(start, self.at) })
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let blanks = rest.len() - rest.trim_start().len();
            self.at += blanks;
            let rest = &rest[blanks..];
            if rest.starts_with("--") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if let Some(inner) = rest.strip_prefix("/*") {
                self.at += inner.find("*/").map_or(rest.len(), |end| end + 4);
            } else if let Some(inner) = rest.strip_prefix("{#") {
                // A template's comment is one to SQLMesh in plain SQL too.
                self.at += inner.find("#}").map_or(rest.len(), |end| end + 4);
            } else if blanks == 0 || !rest.starts_with(char::is_whitespace) {
                return;
            }
        }
    }

    /// Is what stands right before a name, so that a dot goes on from it?
    fn after_name(&self) -> bool {
        let before = self.text[..self.at].chars().next_back();
        before.is_some_and(|before| is_word(before) || matches!(before, '"' | '`' | ']' | ')' | '}'))
    }

    /// To the closing quote, which doubled (or after a backslash) does not close.
    fn text_in(&mut self, quote: char, backslash: bool) -> TokenKind {
        let mut rest = self.text[self.at + 1..].char_indices().peekable();
        while let Some((at, sign)) = rest.next() {
            if sign == '\\' && backslash {
                rest.next();
            } else if sign == quote {
                if rest.peek().is_some_and(|(_, next)| *next == quote) {
                    rest.next();
                } else {
                    self.at += 1 + at + 1;
                    return TokenKind::Text;
                }
            }
        }
        self.at = self.text.len();
        TokenKind::Text
    }

    /// `$$ .. $$`, `$tag$ .. $tag$`, or a sign.
    fn dollar(&mut self) -> TokenKind {
        let rest = self.rest();
        let tag_end = rest[1..].find(|sign: char| !is_word(sign) || sign == '$').map(|at| at + 1);
        if let Some(end) = tag_end.filter(|end| rest[*end..].starts_with('$')) {
            let tag = &rest[..=end];
            if let Some(close) = rest[tag.len()..].find(tag) {
                self.at += tag.len() + close + tag.len();
                return TokenKind::Text;
            }
        }
        self.at += 1;
        TokenKind::Sign
    }

    fn number(&mut self) -> TokenKind {
        let rest = self.rest().as_bytes();
        let mut end = 0;
        while let Some(byte) = rest.get(end) {
            let exponent = end > 0 && matches!(rest[end - 1], b'e' | b'E') && matches!(byte, b'+' | b'-');
            let goes_on =
                byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || (exponent && !rest.starts_with(b"0x"));
            if !goes_on {
                break;
            }
            end += 1;
        }
        self.at += end.max(1);
        TokenKind::Number
    }

    /// A word, or a text with a prefix (`r'..'`, `b"..."`).
    fn word(&mut self) -> TokenKind {
        let rest = self.rest();
        let end = rest.find(|sign: char| !is_word(sign)).unwrap_or(rest.len());
        let prefix = end <= 2 && rest[..end].chars().all(|sign| "rRbBnNeExXuU".contains(sign));
        let quote = rest[end..].chars().next();
        self.at += end;
        match quote {
            Some('\'') if prefix => {
                let raw = rest[..end].contains(['r', 'R']);
                let escapes = rest[..end].contains(['e', 'E']) || (self.quotes.backslash && !raw);
                self.text_in('\'', escapes)
            }
            Some('"') if prefix && self.quotes.double_is_text => self.text_in('"', self.quotes.backslash),
            _ => TokenKind::Word,
        }
    }

    fn sign(&mut self, first: char) -> TokenKind {
        let known = SIGNS.iter().find(|sign| self.rest().starts_with(**sign));
        self.at += known.map_or(first.len_utf8(), |sign| sign.len());
        TokenKind::Sign
    }
}

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

/// What a text's token says without quotes; `None` for a token of another kind.
pub fn unquoted(token: &str) -> Option<String> {
    let start = token.find(['\'', '"', '`', '$'])?;
    let quote = token[start..].chars().next()?;
    if quote == '$' {
        let tag = token[start + 1..].find('$')? + 2;
        return Some(token.get(start + tag..token.len().checked_sub(tag)?)?.to_owned());
    }
    let inner = token.get(start + 1..)?;
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    let doubled: String = [quote, quote].iter().collect();
    Some(inner.replace(&doubled, &quote.to_string()))
}

/// The place after the sign that closes the bracket at `open`, or after the last token.
pub fn closing(text: &str, tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text(text) {
            "(" | "[" | "{" if token.kind == TokenKind::Sign => depth += 1,
            ")" | "]" | "}" if token.kind == TokenKind::Sign => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The parts between commas that stand in no bracket, as ranges of tokens; an empty last one is left out.
pub fn parts(text: &str, tokens: &[Token]) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < tokens.len() {
        let token = &tokens[at];
        if token.kind == TokenKind::Sign && matches!(token.text(text), "(" | "[" | "{") {
            at = closing(text, tokens, at).unwrap_or(tokens.len());
        } else if token.is(text, ",") {
            found.push(start..at);
            start = at + 1;
        }
        at += 1;
    }
    if start < tokens.len() {
        found.push(start..tokens.len());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Quotes, TokenKind, parts, tokens, unquoted};
    use crate::text::Span;

    fn check(text: &str, expected: &[&str]) {
        let found = tokens(text, Span::new(0, text.len()), Quotes::default());
        let found: Vec<&str> = found.iter().map(|token| token.text(text)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn texts_names_and_comments_are_whole() {
        check("a.b -- @x\n, 'it''s' /* , */ \"q\"\"q\"", &["a", ".", "b", ",", "'it''s'", "\"q\"\"q\""]);
        check("$$a;b$$ || $t$x$t$ r'\\' '\\'", &["$$a;b$$", "||", "$t$x$t$", "r'\\'", "'\\'"]);
        check("x::int1 := 1.5e-3 -> t.1", &["x", "::", "int1", ":=", "1.5e-3", "->", "t", ".", "1"]);
        check("@{x}_y 'open", &["@", "{", "x", "}", "_y", "'open"]);
        check("-- only", &[]);
        check("a {# it's #} b", &["a", "b"]);
    }

    #[test]
    fn backslashes_escape_where_the_dialect_says_so() {
        let text = r"'a\'b' c";
        let quotes = Quotes { backslash: true, double_is_text: true };
        let found = tokens(text, Span::new(0, text.len()), quotes);
        assert_eq!(found.len(), 2);
        assert_eq!(tokens("\"a\"", Span::new(0, 3), quotes)[0].kind, TokenKind::Text);
    }

    #[test]
    fn parts_end_at_commas_outside_brackets() {
        let text = "a, f(b, c), [d, e],";
        let found = tokens(text, Span::new(0, text.len()), Quotes::default());
        assert_eq!(parts(text, &found), [0..1, 2..8, 9..14]);
    }

    #[test]
    fn quotes_go() {
        assert_eq!(unquoted("'it''s'").as_deref(), Some("it's"));
        assert_eq!(unquoted("$$a$$").as_deref(), Some("a"));
        assert_eq!(unquoted("r'a'").as_deref(), Some("a"));
        assert_eq!(unquoted("'open").as_deref(), Some("open"));
        assert_eq!(unquoted("a"), None);
    }
}
