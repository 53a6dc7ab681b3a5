//! The tokens of a text in, the ranges of its statements out.
//!
//! A statement ends at `;`, at a line that is only `GO`, and (where the dialect needs no `;`) before a word that can
//! only start another one. Inside `BEGIN .. END` and the like a `;` ends nothing.

use std::ops::Range;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::lex::{Gap, Piece};

/// How a dialect ends statements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    /// A line that is only `GO` ends a batch.
    pub(super) go_lines: bool,
    /// A statement may follow another without `;`.
    pub(super) bare: bool,
}

/// Ranges of tokens, each a statement without its `;`. Empty statements are left out.
pub(super) fn split(pieces: &[Piece], ends: Ends) -> Vec<Range<usize>> {
    let mut statements = Vec::new();
    let mut start = 0;
    let mut blocks = Blocks::default();
    for at in 0..pieces.len() {
        let piece = &pieces[at];
        let is_end = match piece.token {
            Token::SemiColon => !blocks.inside(),
            _ => ends.go_lines && is_go(pieces, at),
        };
        if is_end {
            statements.push(start..at);
            start = at + 1;
            blocks = Blocks::default();
        } else {
            if ends.bare && !blocks.inside() && starts_anew(&pieces[start..], at - start) {
                statements.push(start..at);
                start = at;
                blocks = Blocks::default();
            }
            blocks.read(&pieces[start..], at - start);
        }
    }
    statements.push(start..pieces.len());
    statements.retain(|statement| !statement.is_empty());
    statements
}

/// `GO`, or `GO 5`, alone on its line.
fn is_go(pieces: &[Piece], at: usize) -> bool {
    let opens_line = at == 0 || pieces[at].gap == Gap::Newline;
    let next = pieces.get(at + 1);
    opens_line && pieces[at].is_word("go") && next.is_none_or(|next| next.gap == Gap::Newline)
}

/// The open blocks of the statement so far.
#[derive(Default)]
struct Blocks {
    /// What waits for its END, as it was opened.
    open: Vec<Block>,
    /// How many of them hold statements, which a CASE does not.
    holding: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Case,
    Declare,
    Begin,
    Loop,
}

impl Blocks {
    fn inside(&self) -> bool {
        self.holding > 0
    }

    /// Reads one token of a statement that starts at the first of `pieces`.
    fn read(&mut self, pieces: &[Piece], at: usize) {
        let opens_statement = at == 0 || self.inside() && starts_inner(&pieces[at - 1]);
        match pieces[at].keyword() {
            Keyword::CASE => self.open.push(Block::Case),
            Keyword::DECLARE if at == 0 && declares_block(pieces) => self.push(Block::Declare),
            Keyword::BEGIN if opens_block(pieces, at) => {
                if self.open.last() == Some(&Block::Declare) {
                    self.pop();
                }
                self.push(Block::Begin);
            }
            Keyword::END => self.pop(),
            _ if opens_statement
                && LOOPS.iter().any(|word| pieces[at].is_word(word) && closes_later(pieces, at, word)) =>
            {
                self.push(Block::Loop);
            }
            _ => {}
        }
    }

    fn push(&mut self, block: Block) {
        self.holding += 1;
        self.open.push(block);
    }

    fn pop(&mut self) {
        if self.open.pop().is_some_and(|block| block != Block::Case) {
            self.holding -= 1;
        }
    }
}

/// Statements that end with `END` and their own word.
const LOOPS: [&str; 5] = ["if", "while", "loop", "repeat", "for"];

/// Ends the token `before` a statement inside a block?
fn starts_inner(before: &Piece) -> bool {
    before.token == Token::SemiColon || ["begin", "then", "else", "loop", "do"].iter().any(|word| before.is_word(word))
}

/// `BEGIN` opens a block unless it starts a transaction.
fn opens_block(pieces: &[Piece], at: usize) -> bool {
    let transaction = |piece: &Piece| {
        let words = ["transaction", "tran", "work", "deferred", "immediate", "exclusive"];
        piece.token == Token::SemiColon || words.iter().any(|word| piece.is_word(word))
    };
    let named = at > 0 && matches!(pieces[at - 1].token, Token::Period);
    !named && pieces.get(at + 1).is_some_and(|next| !transaction(next))
}

/// A `DECLARE` section before a block, as in `DECLARE x INT; BEGIN .. END`; not `DECLARE x INT DEFAULT 1; SELECT x`.
fn declares_block(pieces: &[Piece]) -> bool {
    let mut rest = pieces.iter().enumerate().skip(1);
    rest.find(|(at, piece)| {
        pieces[at - 1].token == Token::SemiColon
            && !matches!(pieces.get(at + 1).map(|next| &next.token), Some(Token::Word(_)))
            || matches!(piece.keyword(), Keyword::BEGIN | Keyword::SELECT | Keyword::SET | Keyword::INSERT)
    })
    .is_some_and(|(at, piece)| {
        piece.keyword() == Keyword::BEGIN && opens_block(pieces, at) && pieces[at - 1].token == Token::SemiColon
    })
}

/// `IF .. END IF`, `LOOP .. END LOOP` and so on; not the function `IF(..)` nor `IF EXISTS`.
fn closes_later(pieces: &[Piece], at: usize, word: &str) -> bool {
    pieces[at..].windows(2).any(|pair| pair[0].keyword() == Keyword::END && pair[1].is_word(word))
}

/// May a statement of its own start here, where the one before has no `;`? Only at the start of a line, outside of
/// brackets, and only where what came before is complete without it.
fn starts_anew(statement: &[Piece], at: usize) -> bool {
    let Some(last) = at.checked_sub(1).map(|last| &statement[last]) else { return false };
    if statement[at].gap != Gap::Newline || !starts_statement(statement, at) || depth(&statement[..at]) > 0 {
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
            | Keyword::ON
    );
    !expects_more
        && !matches!(last.token, Token::Comma | Token::Eq | Token::Period)
        && has_body(&statement[..at], statement[at].keyword())
}

fn starts_statement(statement: &[Piece], at: usize) -> bool {
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
        _ => false,
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
            !routine && !view && (outer(&query) || !outer(&[Keyword::VIEW]))
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

#[cfg(test)]
mod tests {
    use sqlparser::dialect::MsSqlDialect;

    use super::{Ends, split};
    use crate::syntax::lex::{Letters, lex};

    fn check(text: &str, expected: &[&str]) {
        let pieces = lex(text, &MsSqlDialect {}, &Letters::new(&MsSqlDialect {})).pieces;
        let ranges = split(&pieces, Ends { go_lines: true, bare: true });
        let found: Vec<&str> = ranges
            .iter()
            .map(|range| &text[pieces[range.start].span.start as usize..pieces[range.end - 1].span.end as usize])
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn semicolons_and_go_lines_end_statements() {
        check("select 1; ;select 2;\n", &["select 1", "select 2"]);
        check("select 1\nGO\nselect go from t", &["select 1", "select go from t"]);
        check(" ; -- nothing\n", &[]);
    }

    #[test]
    fn blocks_keep_their_semicolons() {
        check("begin select 1; select 2; end; select 3", &["begin select 1; select 2; end", "select 3"]);
        check("begin transaction; select 1; commit", &["begin transaction", "select 1", "commit"]);
        check(
            "if a then select case when b then 1 end; end if; select 3",
            &["if a then select case when b then 1 end; end if", "select 3"],
        );
    }

    #[test]
    fn statements_need_no_semicolon_where_a_line_starts_one() {
        check("select a from t\nselect b from u", &["select a from t", "select b from u"]);
        check("select a from t\nunion all\nselect b from u", &["select a from t\nunion all\nselect b from u"]);
        check("with c as (select 1)\nselect 2\nselect 3", &["with c as (select 1)\nselect 2", "select 3"]);
        check(
            "insert into t\nselect 1\ncreate view v as\nselect 2",
            &["insert into t\nselect 1", "create view v as\nselect 2"],
        );
    }
}
