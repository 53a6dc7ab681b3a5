//! The parser's own message in, a fault in words at a token out.

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use super::lex::Piece;
use super::parsed::SyntaxError;
use crate::text::Span;

/// `reached` is the byte at which the parser gave up.
pub(super) fn fault(error: &ParserError, pieces: &[Piece], reached: usize) -> SyntaxError {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.as_str(),
        ParserError::RecursionLimitExceeded => "expressions are nested too deeply",
    };
    let (text, offset) = without_location(text);
    let at = offset.and_then(|offset| pieces.iter().position(|piece| piece.span.start as usize == offset));
    let Some((expected, found)) = halves(text) else {
        let here = || pieces.iter().find(|piece| piece.span.end as usize > reached);
        let piece = at.map(|at| &pieces[at]).or_else(here).or(pieces.last());
        return SyntaxError { span: piece.map_or_else(Span::default, |piece| piece.span), message: sentence(text) };
    };
    match at.map(|at| &pieces[at]) {
        Some(piece) if found != "EOF" => expected_found(expected, piece),
        _ => expected_more(expected, pieces),
    }
}

/// Something else should stand where `piece` is.
pub(super) fn expected_found(expected: &str, piece: &Piece) -> SyntaxError {
    SyntaxError { span: piece.span, message: format!("expected {}, found {}", what(expected), shown(&piece.token)) }
}

/// What was read up to `piece` cannot go on with it.
pub(super) fn misplaced(piece: &Piece) -> SyntaxError {
    SyntaxError { span: piece.span, message: format!("{} cannot stand here", shown(&piece.token)) }
}

/// The statement ends too early.
fn expected_more(expected: &str, pieces: &[Piece]) -> SyntaxError {
    let span = pieces.last().map_or_else(Span::default, |last| last.span);
    SyntaxError { span, message: format!("expected {}, found the end of the statement", what(expected)) }
}

/// What was expected and what was found.
fn halves(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("Expected")?;
    let (expected, found) = rest.rsplit_once(", found")?;
    Some((expected.trim_start_matches(':').trim(), found.trim_start_matches(':').trim()))
}

/// Splits ` at Line: 1, Column: 8` off; the column is a byte offset plus one.
fn without_location(text: &str) -> (&str, Option<usize>) {
    let Some((head, column)) = text.rsplit_once(" at Line: 1, Column: ") else { return (text, None) };
    (head, column.parse::<usize>().ok().and_then(|column| column.checked_sub(1)))
}

/// The parser's terse `an expression` or `)` as part of a sentence.
fn what(expected: &str) -> String {
    let expected = expected.trim().trim_end_matches(':').trim_end();
    match expected {
        "" => "something else".to_owned(),
        "end of statement" => "the end of the statement".to_owned(),
        "an expression" | "an expression:" => "an expression".to_owned(),
        _ if expected.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_punctuation()) => format!("`{expected}`"),
        _ => expected.to_owned(),
    }
}

/// A token as the user wrote it, short enough for a message.
fn shown(token: &Token) -> String {
    let text = token.to_string();
    let short: String = text.chars().take(40).collect();
    let dots = if short.len() < text.len() { ".." } else { "" };
    format!("`{}{dots}`", short.replace('`', "'"))
}

fn sentence(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut chars = text.chars();
    let second_is_lower = text.chars().nth(1).is_none_or(|c| c.is_lowercase() || c == ' ');
    match chars.next() {
        Some(first) if second_is_lower => first.to_lowercase().collect::<String>() + chars.as_str(),
        _ => text.to_owned(),
    }
}
