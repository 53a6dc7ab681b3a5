//! The tokens of one statement in, whether a `;` among them belongs to a body that it holds out.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::opens_block;
use crate::syntax::lex::Piece;

/// The open blocks of a statement so far. Only what creates something with a body can hold any; in every other one a
/// CASE alone has an END of its own.
#[derive(Default)]
pub(super) struct Body {
    holds: bool,
    /// What waits for its END, as it was opened.
    open: Vec<Block>,
    /// How many of them hold statements, which a CASE does not.
    holding: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Case,
    Begin,
    Loop,
}

impl Body {
    pub(super) fn of(statement: &[Piece]) -> Self {
        let makes = statement.first().is_some_and(|first| first.is_word("create") || first.is_word("alter"));
        let bodies = ["function", "trigger", "procedure", "proc", "package", "task", "event", "type"];
        let named = statement.iter().take(8).any(|piece| bodies.iter().any(|word| piece.is_word(word)));
        let inline = matches!(statement, [with, function, ..] if with.is_word("with") && function.is_word("function"));
        Body { holds: makes && named || inline, ..Body::default() }
    }

    /// Inside a block that holds statements?
    pub(super) fn inside(&self) -> bool {
        self.holding > 0
    }

    /// Inside anything that has an END of its own?
    pub(super) fn open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Reads one token of the statement.
    pub(super) fn read(&mut self, pieces: &[Piece], at: usize) {
        match pieces[at].keyword() {
            Keyword::CASE if !(at > 0 && pieces[at - 1].keyword() == Keyword::END) => self.open.push(Block::Case),
            Keyword::END => self.pop(),
            _ if !self.holds => {}
            Keyword::BEGIN if opens_block(pieces, at) => self.push(Block::Begin),
            _ if self.inside()
                && starts_inner(&pieces[at - 1])
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
    matches!(before.token, Token::SemiColon | Token::Colon)
        || ["begin", "then", "else", "loop", "do"].iter().any(|word| before.is_word(word))
}

/// `IF .. END IF`, `LOOP .. END LOOP` and so on; not the function `IF(..)` nor `IF EXISTS`.
fn closes_later(pieces: &[Piece], at: usize, word: &str) -> bool {
    pieces[at..].windows(2).any(|pair| pair[0].keyword() == Keyword::END && pair[1].is_word(word))
}
