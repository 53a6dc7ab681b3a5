//! The tokens of a statement so far in, whether another starts here without a `;` out.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::opens_block;
use crate::syntax::lex::{Gap, Piece};

/// May a statement of its own start here, where the one before has no `;`? Only at the start of a line (or behind what
/// can hold none), outside of brackets, and only where what came before is complete without it.
pub(super) fn starts_anew(statement: &[Piece], at: usize) -> bool {
    let Some(last) = at.checked_sub(1).map(|last| &statement[last]) else { return false };
    let apart = statement[at].gap == Gap::Newline || holds_none(&statement[..at], statement[at].keyword());
    if !apart || !starts_statement(statement, at) || depth(&statement[..at]) > 0 {
        return false;
    }
    let expects_more = matches!(
        last.keyword(),
        Keyword::UNION
            | Keyword::ALL
            | Keyword::EXCEPT
            | Keyword::INTERSECT
            | Keyword::AS
            | Keyword::THEN
            | Keyword::ELSE
            | Keyword::BEGIN
            | Keyword::FOR
            | Keyword::EXPLAIN
            | Keyword::OR
            | Keyword::AND
    ) || last.keyword() == Keyword::ON && !statement[0].is_word("set");
    !expects_more
        && !matches!(last.token, Token::Comma | Token::Eq | Token::Period)
        && has_body(&statement[..at], statement[at].keyword())
}

/// Starts `before` with a word that no statement about rows can be part of, and is `next` the first word of one?
/// `SET NOCOUNT ON INSERT ..`, `USE d SELECT ..`; a cursor holds its query.
fn holds_none(before: &[Piece], next: Keyword) -> bool {
    const HEADS: &[&str] = &[
        "set",
        "use",
        "print",
        "declare",
        "drop",
        "truncate",
        "begin",
        "commit",
        "rollback",
        "waitfor",
        "raiserror",
        "throw",
        "return",
    ];
    let rows = matches!(next, Keyword::SELECT | Keyword::INSERT | Keyword::UPDATE | Keyword::DELETE | Keyword::MERGE);
    rows && before.first().is_some_and(|first| HEADS.iter().any(|head| first.is_word(head)))
        && !before.iter().any(|piece| piece.is_word("cursor"))
}

/// Words that start what steers a script.
const STEERING: &[&str] = &["if", "while", "print", "return", "raiserror", "throw", "commit", "rollback", "goto"];

pub(super) fn starts_statement(statement: &[Piece], at: usize) -> bool {
    let next = statement.get(at + 1).map(|next| &next.token);
    match statement[at].keyword() {
        Keyword::SELECT
        | Keyword::INSERT
        | Keyword::UPDATE
        | Keyword::DELETE
        | Keyword::MERGE
        | Keyword::CREATE
        | Keyword::ALTER
        | Keyword::DROP
        | Keyword::DECLARE
        | Keyword::EXEC
        | Keyword::EXECUTE
        | Keyword::TRUNCATE => true,
        // A CTE, not an option of the statement before: `WITH c AS`, `WITH c (a) AS`.
        Keyword::WITH => {
            let after = statement.get(at + 2);
            matches!(next, Some(Token::Word(_)))
                && after.is_some_and(|after| after.token == Token::LParen || after.keyword() == Keyword::AS)
        }
        Keyword::SET => {
            matches!(next, Some(Token::Word(word)) if word.value.starts_with('@') || word.value.eq_ignore_ascii_case("nocount"))
        }
        Keyword::BEGIN => opens_block(statement, at),
        _ => STEERING.iter().any(|word| statement[at].is_word(word)),
    }
}

/// Is what came before whole without a statement that starts with `next`?
fn has_body(before: &[Piece], next: Keyword) -> bool {
    let outer = |wanted: &[Keyword]| {
        let mut depth = 0usize;
        before.iter().any(|piece| {
            match piece.token {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && wanted.contains(&piece.keyword())
        })
    };
    let query = [Keyword::SELECT, Keyword::VALUES, Keyword::EXEC, Keyword::EXECUTE];
    match before.first().map(Piece::keyword) {
        Some(Keyword::WITH) => {
            outer(&[Keyword::SELECT, Keyword::INSERT, Keyword::UPDATE, Keyword::DELETE, Keyword::MERGE])
        }
        Some(Keyword::INSERT) => outer(&query),
        Some(Keyword::CREATE | Keyword::ALTER) => {
            let routine = ["procedure", "proc", "function", "trigger"];
            let routine = before.iter().take(4).any(|piece| routine.iter().any(|word| piece.is_word(word)));
            let view = outer(&[Keyword::VIEW]) && next == Keyword::WITH;
            !routine && !view && (outer(&query) || !outer(&[Keyword::VIEW, Keyword::AS]))
        }
        Some(Keyword::MERGE) => !matches!(next, Keyword::UPDATE | Keyword::DELETE | Keyword::INSERT),
        Some(Keyword::UPDATE) => next != Keyword::SET,
        Some(Keyword::IF | Keyword::WHILE) => false,
        _ => true,
    }
}

fn depth(pieces: &[Piece]) -> usize {
    pieces.iter().fold(0usize, |depth, piece| match piece.token {
        Token::LParen => depth + 1,
        Token::RParen => depth.saturating_sub(1),
        _ => depth,
    })
}
