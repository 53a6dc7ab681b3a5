//! Tokens in, the same out with those of procedure bodies that stand in a string, such as `AS $$ .. $$`.

use std::ops::Range;

use sqlparser::tokenizer::Token;

use super::lex::Piece;
use crate::text::Span;

/// Languages whose bodies are SQL statements.
const LANGUAGES: &[&str] = &["sql", "plpgsql"];

/// Puts the tokens of each body in the place of its string; also gives where they are. `lex` reads a part of `sql`.
pub(super) fn unpacked(
    pieces: Vec<Piece>,
    sql: &str,
    lex: impl Fn(Span) -> Vec<Piece>,
) -> (Vec<Piece>, Vec<Range<usize>>) {
    let spans = bodies(&pieces, sql);
    if spans.iter().all(Option::is_none) {
        return (pieces, Vec::new());
    }
    let mut bodies = Vec::new();
    let mut all = Vec::with_capacity(pieces.len());
    for (piece, span) in pieces.into_iter().zip(spans) {
        let inner = span.map(&lex).unwrap_or_default();
        if inner.is_empty() {
            all.push(piece);
        } else {
            bodies.push(all.len()..all.len() + inner.len());
            all.extend(inner);
        }
    }
    (all, bodies)
}

/// For each token, what stands in it if it is a string that holds the body of a procedure, of a DO or of an EXECUTE
/// IMMEDIATE.
fn bodies(pieces: &[Piece], sql: &str) -> Vec<Option<Span>> {
    let mut spans = Vec::with_capacity(pieces.len());
    for statement in pieces.split_inclusive(|piece| piece.token == Token::SemiColon) {
        let runs = runs_a_string(statement) && !is_foreign(statement);
        spans.extend((0..statement.len()).map(|at| if runs { body(statement, at, sql) } else { None }));
    }
    spans
}

/// Is there anything in the statement that runs what a string holds?
fn runs_a_string(statement: &[Piece]) -> bool {
    match statement {
        [first, ..] if first.is_word("do") => true,
        [first, second, ..] if first.is_word("execute") => second.is_word("immediate"),
        [first, rest @ ..] => first.is_word("create") && rest.iter().take(5).any(|piece| piece.is_word("procedure")),
        [] => false,
    }
}

/// Is it in a language that is no SQL?
fn is_foreign(statement: &[Piece]) -> bool {
    let language = statement.windows(2).find(|pair| pair[0].is_word("language")).map(|pair| &pair[1]);
    language.is_some_and(|name| !LANGUAGES.iter().any(|language| name.is_word(language)))
}

fn body(statement: &[Piece], at: usize, sql: &str) -> Option<Span> {
    let piece = &statement[at];
    let text = &sql[piece.span.range()];
    let quotes = match &piece.token {
        Token::DollarQuotedString(string) => 2 + string.tag.as_ref().map_or(0, String::len),
        // With doubled quotes in it, its text is not what stands in the file.
        Token::SingleQuotedString(_) if text.len() >= 2 && !text[1..text.len() - 1].contains('\'') => 1,
        _ => return None,
    };
    let before = &statement[at.checked_sub(1)?];
    let after_language = at >= 2 && statement[at - 2].is_word("language");
    let place = after_language || ["as", "do", "immediate"].iter().any(|word| before.is_word(word));
    let inner = Span::new(piece.span.start as usize + quotes, (piece.span.end as usize).saturating_sub(quotes));
    (place && text.len() >= 2 * quotes).then_some(inner)
}
