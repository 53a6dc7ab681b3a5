//! A statement's tokens in, the first that can never follow the one before it out.
//!
//! The parser takes any word for a name, and so reads `from where x` as a relation `where` called `x`. Words that are
//! reserved everywhere cannot be meant so.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::fault::expected_found;
use super::lex::Piece;
use super::parsed::SyntaxError;

/// The fault of the first token that stands where an expression or a relation must.
pub(super) fn misplaced(pieces: &[Piece]) -> Option<SyntaxError> {
    let at = (1..pieces.len()).find(|at| {
        // `t.from`, `v:from`; and in `select from from` it is the first that is wrong, which the parser tells.
        let named = *at > 1
            && (matches!(pieces[at - 2].token, Token::Period | Token::Colon)
                || pieces[at - 2].keyword() == Keyword::SELECT);
        asks(&pieces[at - 1]) && !named && cannot_answer(pieces, *at)
    })?;
    let relation = matches!(pieces[at - 1].keyword(), Keyword::FROM | Keyword::JOIN);
    Some(expected_found(if relation { "a relation" } else { "an expression" }, &pieces[at]))
}

/// Must an expression or a relation follow?
fn asks(piece: &Piece) -> bool {
    let words = [
        Keyword::FROM,
        Keyword::JOIN,
        Keyword::WHERE,
        Keyword::HAVING,
        Keyword::QUALIFY,
        Keyword::ON,
        Keyword::AND,
        Keyword::OR,
        Keyword::BY,
        Keyword::WHEN,
        Keyword::THEN,
        Keyword::ELSE,
    ];
    words.contains(&piece.keyword()) || piece.token == Token::Comma
}

/// Can the token at `at` be neither, nor end a list after a last comma?
fn cannot_answer(pieces: &[Piece], at: usize) -> bool {
    let piece = &pieces[at];
    let after_comma = pieces[at - 1].token == Token::Comma;
    let named =
        pieces.get(at + 1).is_some_and(|next| matches!(next.token, Token::Period | Token::RArrow | Token::LParen));
    match piece.keyword() {
        Keyword::FROM | Keyword::WHERE | Keyword::HAVING => !after_comma && !named,
        // A pipe may `GROUP AND ORDER BY`.
        Keyword::GROUP | Keyword::ORDER => {
            let pipe = at > 1 && pieces[at - 2].keyword() == Keyword::GROUP;
            !pipe && !after_comma && pieces.get(at + 1).is_some_and(|next| next.keyword() == Keyword::BY)
        }
        _ => piece.token == Token::Comma && !(after_comma && among_named(&pieces[..at])),
    }
}

/// Are the arguments here named, `f(a => 1, , b => 2)`, so that one may be left out?
fn among_named(before: &[Piece]) -> bool {
    let here = before.iter().rev().take_while(|piece| piece.token != Token::LParen);
    here.into_iter().any(|piece| piece.token == Token::RArrow)
}
