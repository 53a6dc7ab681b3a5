//! A fragment of SQL as tokens: what the macro pass walks over.

use std::ops::Range;

use super::piece::{Sql, site};
use crate::project::tokens::{Quotes, Token, TokenKind, closing};
use crate::template::marked::{From, Text};
use crate::text::Span;

/// A text and its tokens.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) text: Text,
    pub(super) tokens: Vec<Token>,
}

/// A name that is put together: `a_@b`, `@{b}_c`; or one variable alone.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) links: Vec<Link>,
    /// The token after it.
    pub(super) end: usize,
}

#[derive(Debug)]
pub(super) enum Link {
    Word(Span),
    Variable { name: Span, braced: bool },
}

impl Code {
    pub(super) fn new(text: Text, quotes: Quotes) -> Code {
        let tokens = Sql::of(text.clone()).tokens(quotes);
        Code { text, tokens }
    }

    pub(super) fn written(&self, span: Span) -> &str {
        &self.text.as_str()[span.range()]
    }

    pub(super) fn word(&self, at: usize) -> &str {
        match self.tokens.get(at) {
            Some(token) if token.kind == TokenKind::Word => self.written(token.span),
            _ => "",
        }
    }

    pub(super) fn is(&self, at: usize, sign: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(self.text.as_str(), sign))
    }

    /// Does the token go on right where the one before it ends?
    pub(super) fn adjacent(&self, at: usize) -> bool {
        at > 0 && self.tokens.get(at).is_some_and(|token| token.span.start == self.tokens[at - 1].span.end)
    }

    /// The token that closes the bracket at `open`.
    pub(super) fn closing(&self, open: usize) -> Option<usize> {
        closing(self.text.as_str(), &self.tokens, open)
    }

    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        match (self.tokens.get(range.start), self.tokens.get(range.end.wrapping_sub(1))) {
            (Some(first), Some(last)) if range.start < range.end => first.span.cover(last.span),
            (Some(first), _) => Span::at(first.span.start as usize),
            _ => Span::at(self.text.as_str().len()),
        }
    }

    pub(super) fn slice(&self, span: Span) -> Text {
        self.text.slice(span.start as usize, span.end as usize)
    }

    /// The place that a macro over these tokens answers for.
    pub(super) fn site(&self, range: &Range<usize>) -> From {
        site(&self.text, self.span(range))
    }

    /// The name with variables in it that starts at a token.
    pub(super) fn chain(&self, start: usize) -> Option<Chain> {
        let mut links = Vec::new();
        let mut at = start;
        let mut variables = 0;
        loop {
            let goes_on = at == start || self.adjacent(at);
            if !goes_on {
                break;
            }
            if self.is(at, "@") && self.adjacent(at + 1) {
                let braced = self.is(at + 1, "{");
                let name = if braced { at + 2 } else { at + 1 };
                if self.word(name).is_empty() || (braced && !self.is(name + 1, "}")) {
                    break;
                }
                links.push(Link::Variable { name: self.tokens[name].span, braced });
                variables += 1;
                at = if braced { name + 2 } else { name + 1 };
            } else if !self.word(at).is_empty() && (at == start || variables > 0) || self.continues(at, start) {
                links.push(Link::Word(self.tokens[at].span));
                at += 1;
            } else {
                break;
            }
        }
        (variables > 0).then_some(Chain { links, end: at })
    }

    /// A number right after a variable in braces is part of the name: `@{a}1`.
    fn continues(&self, at: usize, start: usize) -> bool {
        at > start && self.is(at - 1, "}") && self.tokens.get(at).is_some_and(|token| token.kind == TokenKind::Number)
    }
}

/// A function without a name: `x -> x + 1`, `(x, y) -> x + y`.
#[derive(Debug)]
pub(super) struct Lambda {
    pub(super) params: Vec<String>,
    pub(super) body: Code,
}

impl Lambda {
    /// The tokens as a function, if they are one.
    pub(super) fn read(code: &Code, range: &Range<usize>, quotes: Quotes) -> Option<Lambda> {
        let lower = |at: usize| code.word(at).to_ascii_lowercase();
        let (params, arrow) = if code.is(range.start, "(") {
            let close = code.closing(range.start)?;
            let words = (range.start + 1..close).filter(|at| !code.is(*at, ",")).map(lower).collect::<Vec<_>>();
            (words, close + 1)
        } else {
            (vec![lower(range.start)], range.start + 1)
        };
        if arrow + 1 >= range.end || !code.is(arrow, "->") || params.iter().any(String::is_empty) {
            return None;
        }
        let body = code.slice(code.span(&(arrow + 1..range.end)));
        Some(Lambda { params, body: Code::new(body, quotes) })
    }
}
