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
