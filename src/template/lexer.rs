//! Template text in, tokens with their spans out; faults are collected and lexing goes on.

use super::ast::Fault;
use crate::text::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text outside tags, already trimmed by `-` of its neighbours. Inside `raw` too.
    Text,
    OpenBlock,
    CloseBlock,
    OpenPrint,
    ClosePrint,
    Name,
    Integer,
    Float,
    Str,
    Op(&'static str),
    End,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// Longest first, so that `**` is not read as two `*`.
const OPERATORS: [&str; 27] = [
    "**", "//", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ".",
    ":", ",", "|", ";", "!",
];

/// The tokens of the bytes `body` of `text`. The last one is always [`Kind::End`].
pub(super) fn tokens(text: &str, body: Span) -> (Vec<Token>, Vec<Fault>) {
    let mut end = (body.end as usize).min(text.len());
    let mut start = (body.start as usize).min(end);
    if start == 0 && text.starts_with('\u{feff}') && end >= 3 {
        start = 3;
    }
    // Jinja drops one line end at the very end of a template.
    for ending in ["\r\n", "\n", "\r"] {
        if text[start..end].ends_with(ending) {
            end -= ending.len();
            break;
        }
    }
    let mut lexer =
        Lexer { text: &text[..end], at: start, tokens: Vec::with_capacity((end - start) / 12), faults: Vec::new() };
    lexer.template();
    lexer.push(Kind::End, end, end);
    (lexer.tokens, lexer.faults)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    faults: Vec<Fault>,
}

impl Lexer<'_> {
    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.tokens.push(Token { kind, span: Span::new(start, end) });
    }

    fn fault(&mut self, start: usize, end: usize, message: impl Into<String>, help: &str) {
        self.faults.push(Fault { span: Span::new(start, end), message: message.into(), help: help.to_owned() });
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn template(&mut self) {
        // Where the next text starts, after the white space that a `-%}` swallowed.
        let mut text_start = self.at;
        while self.at < self.text.len() {
            let Some(open) = next_tag(self.text, self.at) else { break };
            let sign = self.text.as_bytes().get(open + 2).copied();
            let text_end = match sign {
                Some(b'-') => text_start + trim_end(&self.text[text_start..open]).len(),
                _ => open,
            };
            if text_end > text_start {
                self.push(Kind::Text, text_start, text_end);
            }
            self.at = open + 2 + usize::from(matches!(sign, Some(b'-' | b'+')));
            match self.text.as_bytes()[open + 1] {
                b'#' => self.comment(open),
                b'%' if self.raw(open) => {}
                b'%' => self.tag(open, Kind::OpenBlock),
                _ => self.tag(open, Kind::OpenPrint),
            }
            text_start = self.at;
        }
        self.at = self.text.len();
        if text_start < self.text.len() {
            self.push(Kind::Text, text_start, self.text.len());
        }
    }

    fn comment(&mut self, open: usize) {
        // `{#-#}`: the sign may also be the one that closes.
        let from = self.at - usize::from(self.text[open + 2..].starts_with("-#}"));
        let Some(close) = self.text[from..].find("#}") else {
            self.fault(open, open + 2, "this comment is never closed", "Close it with `#}`.");
            self.at = self.text.len();
            return;
        };
        let close = from + close;
        self.at = close + 2;
        if self.text[..close].ends_with('-') && close > open + 2 {
            self.skip_space();
        }
    }

    /// Reads `{% raw %} .. {% endraw %}` as one text; false where no `raw` stands here.
    fn raw(&mut self, open: usize) -> bool {
        let after = trim_start(self.rest());
        let Some(tail) = after.strip_prefix("raw").map(trim_start) else { return false };
        let Some(sign) = tail.strip_prefix("-%}").map(|_| 3).or_else(|| tail.strip_prefix("%}").map(|_| 2)) else {
            return false;
        };
        self.at = self.text.len() - tail.len() + sign;
        if sign == 3 {
            self.skip_space();
        }
        let start = self.at;
        let mut search = start;
        while let Some(found) = self.text[search..].find("{%") {
            let tag = search + found;
            search = tag + 2;
            let inner = &self.text[search..];
            let signed = inner.starts_with(['-', '+']);
            let Some(tail) = trim_start(&inner[usize::from(signed)..]).strip_prefix("endraw").map(trim_start) else {
                continue;
            };
            let Some(sign) = ["-%}", "+%}", "%}"].into_iter().find(|sign| tail.starts_with(sign)) else { continue };
            let kept = &self.text[start..tag];
            let kept = if inner.starts_with('-') { trim_end(kept) } else { kept };
            self.push(Kind::Text, start, start + kept.len());
            self.at = self.text.len() - tail.len() + sign.len();
            if sign == "-%}" {
                self.skip_space();
            }
            return true;
        }
        self.fault(open, open + 2, "this raw block is never closed", "Close it with `{% endraw %}`.");
        self.push(Kind::Text, start, self.text.len());
        self.at = self.text.len();
        true
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - trim_start(self.rest()).len();
    }

    /// Reads the inside of `{% .. %}` or `{{ .. }}` up to and with its end.
    fn tag(&mut self, open: usize, kind: Kind) {
        self.push(kind, open, self.at);
        let (closing, close) =
            if kind == Kind::OpenBlock { (Kind::CloseBlock, "%}") } else { (Kind::ClosePrint, "}}") };
        let first = self.tokens.len();
        let mut depth = 0_usize;
        let mut clean = true;
        loop {
            self.skip_space();
            let start = self.at;
            let rest = self.rest();
            let Some(next) = rest.chars().next() else {
                return self.unclosed(open, first, closing, close);
            };
            if depth == 0 {
                let signed = usize::from(rest.starts_with(['-', '+']));
                if rest[signed..].starts_with(close) && (signed == 0 || close == "%}" || next == '-') {
                    self.at += signed + 2;
                    self.push(closing, start, self.at);
                    if next == '-' {
                        self.skip_space();
                    }
                    return;
                }
            }
            if rest.starts_with("{%") || (rest.starts_with("{{") && depth == 0) {
                return self.unclosed(open, first, closing, close);
            }
            if next.is_ascii_digit() {
                self.number();
            } else if next == '_' || next.is_alphabetic() {
                let len = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
                self.at += len;
                self.push(Kind::Name, start, self.at);
            } else if next == '\'' || next == '"' {
                if !self.string(next) {
                    self.fault(start, start + 1, "this text has no closing quote", "Close it before the tag ends.");
                    return self.close_at(open, first, closing, close);
                }
            } else if let Some(op) = OPERATORS.into_iter().find(|op| rest.starts_with(op)) {
                self.at += op.len();
                match op {
                    "(" | "[" | "{" => depth += 1,
                    ")" | "]" | "}" => depth = depth.saturating_sub(1),
                    _ => {}
                }
                self.push(Kind::Op(op), start, self.at);
            } else {
                self.at += next.len_utf8();
                if std::mem::take(&mut clean) {
                    self.fault(start, self.at, format!("`{next}` means nothing inside a tag"), "Remove it.");
                }
            }
        }
    }

    /// A tag without an end: it is taken to end with its line, so that the rest of the file is still read.
    fn unclosed(&mut self, open: usize, first: usize, closing: Kind, close: &str) {
        let inner = self.rest().starts_with("{{") || self.rest().starts_with("{%");
        let same_line = !self.text[open..self.at].contains('\n');
        if inner && same_line {
            let help = "Inside a tag, names stand alone: write `{% if x == y %}`, without braces around `y`.";
            self.fault(self.at, self.at + 2, "a tag cannot stand inside another tag", help);
        } else {
            self.fault(open, open + 2, "this tag is never closed", &format!("Close it with `{close}`."));
        }
        self.close_at(open, first, closing, close);
    }

    fn close_at(&mut self, open: usize, first: usize, closing: Kind, close: &str) {
        let line = self.text[open..].find('\n').map_or(self.text.len(), |end| open + end);
        let from = self.at.clamp(open + 2, line.max(open + 2));
        let end = self.text[from..line.max(from)].find(close).map_or(line.max(from), |at| from + at + 2);
        // The name of the tag stays: the block it opens is closed further down.
        let named = self.tokens.get(first).is_some_and(|token| token.kind == Kind::Name);
        self.tokens.truncate(first + usize::from(named));
        self.push(Kind::Op("!"), open, open);
        self.push(closing, end, end);
        self.at = end;
    }

    fn number(&mut self) {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digits = |mut at: usize, radix: u32| {
            while bytes.get(at).is_some_and(|b| (*b as char).is_digit(radix) || *b == b'_') {
                at += 1;
            }
            at
        };
        if bytes[start] == b'0' {
            let radix = match bytes.get(start + 1).map(u8::to_ascii_lowercase) {
                Some(b'x') => 16,
                Some(b'o') => 8,
                Some(b'b') => 2,
                _ => 0,
            };
            if radix > 0 && digits(start + 2, radix) > start + 2 {
                self.at = digits(start + 2, radix);
                return self.push(Kind::Integer, start, self.at);
            }
        }
        let mut end = digits(start, 10);
        let mut kind = Kind::Integer;
        // `x.0.1` reads items one after the other, it holds no float.
        let after_dot = matches!(self.tokens.last(), Some(Token { kind: Kind::Op("."), .. }));
        if !after_dot && bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1, 10);
            kind = Kind::Float;
        }
        if !after_dot && matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
                end = digits(end + 1 + sign, 10);
                kind = Kind::Float;
            }
        }
        self.at = end;
        self.push(kind, start, end);
    }

    /// Reads a quoted text with its quotes; false if it does not end.
    fn string(&mut self, quote: char) -> bool {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                byte if *byte == quote as u8 => {
                    self.at = at + 1;
                    self.push(Kind::Str, start, self.at);
                    return true;
                }
                _ => {}
            }
            at += 1;
        }
        false
    }
}

fn next_tag(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(found) = text[at..].find('{') {
        at += found;
        if matches!(bytes.get(at + 1), Some(b'{' | b'%' | b'#')) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// White space as Python sees it, non-breaking spaces included.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

pub(super) fn trim_start(text: &str) -> &str {
    text.trim_start_matches(is_space)
}

pub(super) fn trim_end(text: &str) -> &str {
    text.trim_end_matches(is_space)
}
