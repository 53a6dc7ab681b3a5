//! The tokens of a text in, its statements out: those inside blocks, branches, loops and procedures too.
//!
//! A statement ends at `;`, at a line that is only `GO`, at the word that ends the block it stands in, and (where the
//! dialect needs no `;`) before a word that can only start another one. What steers a script is no statement; its
//! conditions, and the queries that its variables were set from, become guards of the statements they decide.

mod bare;
mod body;
mod control;
mod variables;

use std::collections::BTreeMap;
use std::ops::Range;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::lex::{Gap, Piece};
use body::Body;

/// How a dialect ends statements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    /// A line that is only `GO` ends a batch.
    pub(super) go_lines: bool,
    /// A statement may follow another without `;`.
    pub(super) bare: bool,
}

/// One statement, as ranges of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Never empty, and without the `;`.
    pub(super) range: Range<usize>,
    /// Queries, and expressions with queries in them, that decide whether it runs or what its variables are.
    pub(super) guards: Vec<Range<usize>>,
    /// The variables in it, each with those of `guards` that it was set from.
    pub(super) values: Vec<(String, Vec<usize>)>,
    /// It sets variables, and nothing else comes of it.
    pub(super) assigns: bool,
}

/// The statements of a text, in order.
#[derive(Debug, Default)]
pub(super) struct Split {
    pub(super) parts: Vec<Part>,
    /// Names of the variables that the text declares or sets, in lower case.
    pub(super) variables: Vec<String>,
}

/// `bodies` are the tokens that stood in a string, which is the body of a procedure.
pub(super) fn split(pieces: &[Piece], bodies: &[Range<usize>], ends: Ends) -> Split {
    let mut walker = Walker {
        pieces,
        bodies,
        ends,
        at: 0,
        end: pieces.len(),
        parts: Vec::new(),
        open: 0,
        conditions: Vec::new(),
        variables: BTreeMap::new(),
    };
    while walker.at < walker.end {
        walker.statement();
    }
    Split { parts: walker.parts, variables: walker.variables.into_keys().collect() }
}

/// Blocks inside one another; what is deeper is read as one statement.
const DEEPEST: usize = 200;

struct Walker<'a> {
    pieces: &'a [Piece],
    bodies: &'a [Range<usize>],
    ends: Ends,
    at: usize,
    /// Where what is walked now ends: the text, or the body of a procedure.
    end: usize,
    parts: Vec<Part>,
    /// How many blocks, branches and loops are open.
    open: usize,
    /// What decides whether the statements here run.
    conditions: Vec<Range<usize>>,
    /// What each variable was set from so far.
    variables: BTreeMap<String, Vec<Range<usize>>>,
}

impl Walker<'_> {
    /// Reads one statement, or one block with all that is in it.
    fn statement(&mut self) {
        // A line that is only `/` runs what came before it, in scripts for Oracle.
        let runs = self.is_token(self.at, &Token::Div) && self.pieces[self.at].gap == Gap::Newline;
        if self.ends_statement(self.at) || runs {
            self.at += 1;
            return;
        }
        let labelled = self.is_token(self.at + 1, &Token::Colon) && self.is_any(self.at + 2, control::OPENERS);
        if labelled {
            self.at += 2;
        }
        if self.open >= DEEPEST || !self.control() {
            self.plain();
        }
    }

    fn plain(&mut self) {
        let start = self.at;
        self.at = self.plain_end();
        self.take(start..self.at);
    }

    /// Where the statement that starts here ends. What a CREATE FUNCTION or the like holds is part of it.
    fn plain_end(&self) -> usize {
        let own = &self.pieces[self.at..self.end];
        let mut body = Body::of(own);
        let mut depth = 0usize;
        for (at, piece) in own.iter().enumerate() {
            match piece.token {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                _ => {}
            }
            let ends = self.ends_statement(self.at + at) && !body.inside()
                || at > 0 && depth == 0 && self.open > 0 && !body.open() && self.ends_block(self.at + at)
                || self.ends.bare && !body.inside() && bare::starts_anew(own, at);
            if ends {
                return self.at + at;
            }
            body.read(own, at);
        }
        self.end
    }

    fn ends_statement(&self, at: usize) -> bool {
        match self.pieces.get(at).filter(|_| at < self.end).map(|piece| &piece.token) {
            Some(Token::SemiColon) => !self.parts_strings(at),
            Some(Token::Word(_)) => self.ends.go_lines && is_go(self.pieces, at),
            _ => false,
        }
    }

    /// `OPENROWSET('provider'; 'user'; 'password', t)`.
    fn parts_strings(&self, at: usize) -> bool {
        let string = |piece: &Piece| matches!(piece.token, Token::SingleQuotedString(_));
        let next = self.pieces.get(at + 1).filter(|next| string(next) && next.gap != Gap::Newline);
        next.is_some() && at > 0 && string(&self.pieces[at - 1])
    }

    /// Does a word stand here that only a block around can have meant?
    fn ends_block(&self, at: usize) -> bool {
        self.is_any(at, &["end", "else", "elseif", "elsif", "until"])
            || self.is_any(at, &["exception"]) && self.is_any(at + 1, &["when"])
    }

    fn is_any(&self, at: usize, words: &[&str]) -> bool {
        at < self.end && words.iter().any(|word| self.pieces[at].is_word(word))
    }

    fn is_token(&self, at: usize, token: &Token) -> bool {
        at < self.end && self.pieces[at].token == *token
    }

    /// The first place from `from` on, outside of brackets and before the statement's end, where `wanted` holds.
    fn find(&self, from: usize, wanted: impl Fn(usize) -> bool) -> Option<usize> {
        let mut depth = 0usize;
        let mut cases = 0usize;
        for at in from..self.end {
            if depth == 0 && cases == 0 && wanted(at) {
                return Some(at);
            }
            match self.pieces[at].token {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                Token::SemiColon => return None,
                _ if self.pieces[at].keyword() == Keyword::CASE => cases += 1,
                _ if self.pieces[at].keyword() == Keyword::END => cases = cases.saturating_sub(1),
                _ => {}
            }
        }
        None
    }
}

/// The bracket that closes the one at `open`.
pub(super) fn closes(pieces: &[Piece], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, piece) in pieces.iter().enumerate().skip(open) {
        match piece.token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 1 => return Some(at),
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// `GO`, or `GO 5`, alone on its line.
fn is_go(pieces: &[Piece], at: usize) -> bool {
    let Some(go) = pieces.get(at).filter(|piece| piece.is_word("go")) else { return false };
    let opens_line = at == 0 || go.gap == Gap::Newline;
    opens_line && pieces.get(at + 1).is_none_or(|next| next.gap == Gap::Newline)
}

/// `BEGIN` opens a block unless it starts a transaction.
fn opens_block(pieces: &[Piece], at: usize) -> bool {
    let transaction = |piece: &Piece| {
        let words = ["transaction", "tran", "work", "deferred", "immediate", "exclusive"];
        piece.token == Token::SemiColon || words.iter().any(|word| piece.is_word(word))
    };
    let named = at > 0 && matches!(pieces[at - 1].token, Token::Period);
    let begins = pieces.get(at).is_some_and(|piece| piece.keyword() == Keyword::BEGIN);
    begins && !named && pieces.get(at + 1).is_some_and(|next| !transaction(next))
}

#[cfg(test)]
mod tests;
