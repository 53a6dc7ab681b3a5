//! String and name literals with escapes or in several pieces in, one literal out.

use sqlparser::tokenizer::Token;

use super::tree::Node;
use crate::syntax::lex::{Gap, Piece};

/// `e'a'`, `x'12'`, `b'0'`, `U&'a'` with more of it on the lines below: one literal.
pub(super) fn continued(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let more = match (&level[at].piece().token, level[at].piece().gap) {
            (Token::SingleQuotedString(text), Gap::Newline) => Some(text.clone()),
            _ => None,
        };
        let span = level[at - 1].piece().span.cover(level[at].piece().span);
        if let Some(more) = more
            && let Node::Leaf(piece) = &mut level[at - 1]
            && let Some(text) = text_of(&mut piece.token)
        {
            text.push_str(&more);
            piece.span = span;
            level.remove(at);
        } else {
            at += 1;
        }
    }
}

/// A literal of an odd kind, and a plain one on the line below.
pub(super) fn is_continued(first: &Piece, next: &Piece) -> bool {
    next.gap == Gap::Newline
        && matches!(next.token, Token::SingleQuotedString(_))
        && text_of(&mut first.token.clone()).is_some()
}

fn text_of(token: &mut Token) -> Option<&mut String> {
    match token {
        Token::EscapedStringLiteral(text)
        | Token::UnicodeStringLiteral(text)
        | Token::NationalStringLiteral(text)
        | Token::SingleQuotedByteStringLiteral(text)
        | Token::HexStringLiteral(text) => Some(text),
        _ => None,
    }
}

/// `U&"d\0061t"` as the name it spells, `U&'d!0061' UESCAPE '!'` as the string it spells.
pub(super) fn unicode(level: &mut Vec<Node>) {
    let mut at = 0;
    while at < level.len() {
        if level[at].is_word("u")
            && level.get(at + 1).is_some_and(|sign| sign.is(&Token::Ampersand) && sign.piece().gap == Gap::None)
            && let Some(Token::Word(name)) = level.get(at + 2).map(|name| name.piece().token.clone())
            && name.quote_style.is_some()
        {
            let (escape, length) = escape_at(level, at + 3);
            let span = level[at].piece().span.cover(level[at + 2 + length].piece().span);
            let name = Token::make_word(&decoded(&name.value, escape), name.quote_style);
            set(level, at, 3 + length, name, span);
        } else if let Token::UnicodeStringLiteral(text) = level[at].piece().token.clone()
            && let (escape, 2) = escape_at(level, at + 1)
        {
            let span = level[at].piece().span.cover(level[at + 2].piece().span);
            set(level, at, 3, Token::SingleQuotedString(decoded(&text, escape)), span);
        }
        at += 1;
    }
}

fn set(level: &mut Vec<Node>, at: usize, count: usize, token: Token, span: crate::text::Span) {
    if let Node::Leaf(piece) = &mut level[at] {
        (piece.token, piece.span) = (token, span);
    }
    level.drain(at + 1..at + count);
}

/// `UESCAPE '!'` at `at`: its sign, and how many tokens it takes.
fn escape_at(level: &[Node], at: usize) -> (char, usize) {
    let sign = match level.get(at + 1).map(|node| &node.piece().token) {
        Some(Token::SingleQuotedString(text)) => text.chars().next(),
        _ => None,
    };
    match sign.filter(|_| level.get(at).is_some_and(|node| node.is_word("uescape"))) {
        Some(sign) => (sign, 2),
        None => ('\\', 0),
    }
}

/// `!0061` and `!+000061` as the characters they number; a doubled sign is the sign.
fn decoded(text: &str, escape: char) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(escape) {
        out.push_str(&rest[..at]);
        rest = &rest[at + escape.len_utf8()..];
        if let Some(after) = rest.strip_prefix(escape) {
            out.push(escape);
            rest = after;
            continue;
        }
        let (digits, after) = match rest.strip_prefix('+') {
            Some(long) => (long.get(..6), long.get(6..)),
            None => (rest.get(..4), rest.get(4..)),
        };
        let spelled = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        match (spelled, after) {
            (Some(spelled), Some(after)) => {
                out.push(spelled);
                rest = after;
            }
            _ => out.push(escape),
        }
    }
    out.push_str(rest);
    out
}

/// `e'a'`, whose escapes are read by now, as the plain string.
pub(super) fn escaped(level: &mut Vec<Node>) {
    for node in level {
        if let Node::Leaf(piece) = node
            && let Token::EscapedStringLiteral(text) = &mut piece.token
        {
            piece.token = Token::SingleQuotedString(std::mem::take(text));
        }
    }
}
