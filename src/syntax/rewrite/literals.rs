//! Literals of several words in, literals that the parser reads as one value out.

use sqlparser::tokenizer::Token;

use super::tree::{Node, made, round, word};
use crate::syntax::lex::{Gap, Piece};

const UNITS: &[&str] = &[
    "year",
    "years",
    "quarter",
    "quarters",
    "month",
    "months",
    "week",
    "weeks",
    "day",
    "days",
    "hour",
    "hours",
    "minute",
    "minutes",
    "second",
    "seconds",
    "millisecond",
    "milliseconds",
    "microsecond",
    "microseconds",
    "nanosecond",
    "nanoseconds",
];

/// `INTERVAL 1 YEAR -2 MONTHS + 3 DAYS` as `(INTERVAL 1 YEAR + INTERVAL -2 MONTHS + INTERVAL 3 DAYS)`.
pub(super) fn interval_sums(level: &mut Vec<Node>) {
    let mut at = 0;
    while at < level.len() {
        let parts = if level[at].is_word("interval") { interval_parts(level, at + 1) } else { Vec::new() };
        if let (2.., Some((_, end))) = (parts.len(), parts.last().copied()) {
            let here = level[at].piece().span;
            let mut sum = Vec::new();
            for (start, end) in parts {
                if !sum.is_empty() {
                    sum.push(made(Token::Plus, here));
                }
                sum.push(word("INTERVAL", here));
                sum.extend(level[start..end].iter().filter(|node| !node.is(&Token::Plus)).cloned());
            }
            level.splice(at..end, [round(sum, here)]);
        }
        at += 1;
    }
}

/// Where each `[sign] value unit` starts and ends.
fn interval_parts(level: &[Node], from: usize) -> Vec<(usize, usize)> {
    let mut parts = Vec::new();
    let mut start = from;
    loop {
        let signed = level.get(start).is_some_and(|node| node.is(&Token::Plus) || node.is(&Token::Minus));
        let value = start + usize::from(signed);
        let is_value = |node: &Node| {
            node.is_string() || matches!(node, Node::Leaf(piece) if matches!(piece.token, Token::Number(..)))
        };
        let read =
            level.get(value).is_some_and(is_value) && level.get(value + 1).is_some_and(|unit| unit.is_any(UNITS));
        if !read {
            return parts;
        }
        parts.push((start, value + 2));
        start = value + 2;
    }
}

/// Hive's `'1-2' YEAR TO MONTH`, an interval without its word.
pub(super) fn bare_intervals(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 3 < level.len() {
        let literal = level[at].is_string() && level[at + 1].is_any(UNITS) && level[at + 2].is_word("to");
        if literal && (at == 0 || !level[at - 1].is_word("interval")) {
            let here = level[at].piece().span;
            level.insert(at, word("INTERVAL", here));
        }
        at += 1;
    }
}

/// Spark's `5D`, `12Y` and `1.5BD`, for its lexer a name or a number and a name.
pub(super) fn is_suffixed(first: &Piece, second: &Piece) -> bool {
    suffixed(first).is_some() || suffixed(second).is_some() || is_suffix(first, second)
}

/// The letters are the literal's type: `CAST(5 AS DOUBLE)`.
pub(super) fn suffixed_numbers(level: &mut Vec<Node>) {
    let mut at = 0;
    while at < level.len() {
        let part = at > 0 && level[at - 1].is(&Token::Period);
        let next = level.get(at + 1);
        let named = next.is_some_and(|next| next.is(&Token::Period) || next.round().is_some());
        let split = next.filter(|next| is_suffix(level[at].piece(), next.piece()));
        let text = match (&level[at].piece().token, split) {
            (Token::Number(digits, _), Some(suffix)) => number(&format!("{digits}{}", suffix.piece().token)),
            _ => suffixed(level[at].piece()).filter(|_| !named),
        };
        if let Some((digits, kind)) = text.filter(|_| !part && level[at].group().is_none()) {
            let here = level[at].piece().span;
            let mut literal = made(Token::Number(digits, false), here);
            if let Node::Leaf(piece) = &mut literal {
                piece.span = here;
            }
            let end = at + 1 + usize::from(split.is_some());
            let cast = [word("CAST", here), round(vec![literal.clone(), word("AS", here), word(kind, here)], here)];
            // A literal with a point is a DECIMAL anyway.
            level.splice(at..end, if kind == "DECIMAL" { vec![literal] } else { cast.to_vec() });
        }
        at += 1;
    }
}

fn is_suffix(number: &Piece, suffix: &Piece) -> bool {
    matches!(number.token, Token::Number(..))
        && suffix.gap == Gap::None
        && SUFFIXES.iter().any(|(letters, _)| suffix.is_word(letters))
}

fn suffixed(piece: &Piece) -> Option<(String, &'static str)> {
    match &piece.token {
        Token::Word(word) if word.quote_style.is_none() => number(&word.value),
        _ => None,
    }
}

const SUFFIXES: &[(&str, &str)] =
    &[("bd", "DECIMAL"), ("l", "BIGINT"), ("s", "SMALLINT"), ("y", "TINYINT"), ("d", "DOUBLE"), ("f", "FLOAT")];

/// The digits of `5D`, and the name of its type.
fn number(text: &str) -> Option<(String, &'static str)> {
    let lower = text.to_ascii_lowercase();
    if !lower.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let (digits, kind) = SUFFIXES.iter().find_map(|(letters, kind)| Some((lower.strip_suffix(letters)?, *kind)))?;
    let point = if kind == "DECIMAL" && !digits.contains(['.', 'e']) { "." } else { "" };
    digits.parse::<f64>().ok().map(|_| (format!("{digits}{point}"), kind))
}

/// Spark's `TIMESTAMP_LTZ '2024-01-01'`, whose string the parser would take for an alias.
pub(super) fn is_typed(first: &Piece, second: &Piece) -> bool {
    let string = matches!(second.token, Token::SingleQuotedString(_) | Token::DoubleQuotedString(_));
    string && TYPED.iter().any(|word| first.is_word(word))
}

const TYPED: &[&str] = &["timestamp_ltz", "timestamp_ntz"];

/// The same as a cast.
pub(super) fn typed_strings(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        if level[at].is_any(TYPED) && level[at + 1].is_string() {
            let here = level[at].piece().span;
            let inner = vec![level[at + 1].clone(), word("AS", here), level[at].clone()];
            level.splice(at..at + 2, [word("CAST", here), round(inner, here)]);
        }
        at += 1;
    }
}

pub(super) fn is_hex(first: &Piece, second: &Piece) -> bool {
    first.is_word("x") && second.gap == Gap::None && matches!(second.token, Token::DoubleQuotedString(_))
}

/// Spark's `X"1F"`: bytes, never a column `X` called `1F`.
pub(super) fn hex_strings(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        let digits = match &level[at + 1].piece().token {
            Token::DoubleQuotedString(digits) if level[at].is_word("x") => Some(digits.clone()),
            _ => None,
        };
        if let Some(digits) = digits.filter(|_| level[at + 1].piece().gap == Gap::None) {
            let span = level[at].piece().span.cover(level[at + 1].piece().span);
            let mut node = made(Token::HexStringLiteral(digits), span);
            if let Node::Leaf(piece) = &mut node {
                piece.span = span;
            }
            level.splice(at..at + 2, [node]);
        }
        at += 1;
    }
}
