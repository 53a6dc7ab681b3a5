//! Blocks, branches, loops and procedures in, the statements inside them out, each with what decides whether it runs.

use std::ops::Range;

use sqlparser::tokenizer::Token;

use super::bare::starts_statement;
use super::{DEEPEST, Walker, opens_block};
use crate::syntax::lex::Gap;

/// Words that open a block which may have a label.
pub(super) const OPENERS: &[&str] = &["begin", "loop", "while", "for", "repeat"];

/// Statements that steer a script or speak to its user: no data comes of them.
const STEERING: &[&str] = &[
    "return",
    "print",
    "raiserror",
    "throw",
    "raise",
    "leave",
    "break",
    "continue",
    "iterate",
    "exit",
    "goto",
    "open",
    "fetch",
    "close",
    "deallocate",
    "signal",
    "resignal",
    "waitfor",
    "null",
    "let",
];

impl Walker<'_> {
    /// Reads a block that starts here with all that is in it; false where none does.
    pub(super) fn control(&mut self) -> bool {
        let at = self.at;
        let word = |words: &[&str]| self.is_any(at, words);
        if opens_block(&self.pieces[..self.end], at) {
            self.block();
        } else if word(&["declare"]) && self.declares_block() {
            self.at += 1;
            self.declarations();
        } else if word(&["if"]) {
            return self.branch();
        } else if word(&["while"]) {
            return self.repeated(&["do", "loop"]);
        } else if word(&["for"]) {
            return self.each();
        } else if word(&["loop", "repeat"]) && !self.is_token(at + 1, &Token::LParen) {
            self.at += 1;
            self.body_of_loop();
        } else if word(&["case"]) {
            self.cases();
        } else if word(&["create", "alter"]) && self.is_procedure() {
            return self.procedure();
        } else if word(&["do", "execute"]) && self.body_in(at).is_some() {
            let body = self.body_in(at);
            self.inner(body.unwrap_or_default());
        } else {
            return false;
        }
        true
    }

    /// Statements up to a word that ends their block, which stays.
    fn statements(&mut self) {
        self.open += 1;
        while self.at < self.end && !self.ends_block(self.at) {
            if self.is_any(self.at, &["when"]) {
                self.at = self.find(self.at, |at| self.is_any(at, &["then"])).unwrap_or(self.at) + 1;
            } else {
                self.statement();
            }
        }
        self.open -= 1;
    }

    /// The END of a block, with the words that say of which.
    fn closed(&mut self) {
        if self.is_any(self.at, &["end"]) {
            self.at += 1;
            let same_line = |walker: &Self| {
                matches!(walker.pieces.get(walker.at), Some(piece) if piece.gap != Gap::Newline)
                    && matches!(walker.pieces[walker.at].token, Token::Word(_))
            };
            if self.is_any(self.at, &["if", "while", "loop", "repeat", "for", "case", "try", "catch"])
                || same_line(self) && self.is_token(self.at + 1, &Token::SemiColon)
            {
                self.at += 1;
            }
        }
    }

    /// `BEGIN .. EXCEPTION WHEN e THEN .. END`, `BEGIN TRY .. END TRY`.
    fn block(&mut self) {
        self.at += 1;
        while self.is_any(self.at, &["try", "catch", "not", "atomic"]) {
            self.at += 1;
        }
        self.statements();
        while self.at < self.end && !self.is_any(self.at, &["end"]) {
            if self.is_any(self.at, &["exception"]) {
                self.at += 1;
            } else {
                // An ELSE or UNTIL that no branch or loop waits for.
                self.plain();
            }
            self.statements();
        }
        self.closed();
    }

    /// A `DECLARE` section before a block, as in `DECLARE x INT; BEGIN .. END`; not `DECLARE x INT DEFAULT 1; SELECT x`.
    fn declares_block(&self) -> bool {
        let mut at = self.at + 1;
        loop {
            let Some(end) = (at..self.end).find(|at| self.is_token(*at, &Token::SemiColon)) else { return false };
            if opens_block(self.pieces, end + 1) {
                return true;
            }
            let starts = end + 1 < self.end && starts_statement(&self.pieces[end + 1..self.end], 0);
            if starts || end + 1 >= self.end {
                return false;
            }
            at = end + 1;
        }
    }

    /// Declarations, each up to its `;`, and the block behind them.
    fn declarations(&mut self) {
        while self.at < self.end && !opens_block(self.pieces, self.at) && !self.is_any(self.at, &["end"]) {
            let start = self.at;
            if self.routine() {
                continue;
            }
            self.at = (start..self.end).find(|at| self.is_token(*at, &Token::SemiColon)).unwrap_or(self.end);
            self.declared(start..self.at);
            self.written_inside(&(start..self.at));
            self.at = (self.at + 1).min(self.end);
        }
    }

    /// `PROCEDURE p IS .. BEGIN .. END;` among the declarations of a package or of another procedure.
    fn routine(&mut self) -> bool {
        if self.open >= DEEPEST || !self.is_any(self.at, &["procedure", "function"]) {
            return false;
        }
        let Some(head) = self.find(self.at, |at| self.is_any(at, &["is", "as"])) else { return false };
        self.open += 1;
        self.at = head + 1;
        self.declarations();
        self.block_or_end();
        self.open -= 1;
        self.at += usize::from(self.is_token(self.at, &Token::SemiColon));
        true
    }

    fn block_or_end(&mut self) {
        if opens_block(&self.pieces[..self.end], self.at) {
            self.block();
        } else {
            self.closed();
        }
    }

    /// `IF c THEN .. ELSEIF d THEN .. ELSE .. END IF`, or `IF c statement ELSE statement`.
    fn branch(&mut self) -> bool {
        let open = self.conditions.len();
        let head = |at: usize| self.is_any(at, &["then"]) || at > self.at + 1 && self.starts_inner(at);
        let Some(head) = self.find(self.at + 1, head) else { return false };
        self.decided_by(self.at + 1..head);
        if !self.is_any(head, &["then"]) {
            self.at = head;
            self.one_inner();
            while self.is_any(self.at, &["else"])
                || self.is_token(self.at, &Token::SemiColon) && self.is_any(self.at + 1, &["else"])
            {
                self.at += 1 + usize::from(!self.is_any(self.at, &["else"]));
                self.one_inner();
            }
        } else {
            self.at = head + 1;
            self.statements();
            while self.is_any(self.at, &["else", "elseif", "elsif"]) {
                let start = self.at + 1;
                let then =
                    self.find(start, |at| self.is_any(at, &["then"])).filter(|_| !self.is_any(self.at, &["else"]));
                if let Some(then) = then {
                    self.decided_by(start..then);
                }
                self.at = then.map_or(start, |then| then + 1);
                self.statements();
            }
            self.closed();
        }
        self.conditions.truncate(open);
        true
    }

    /// The one statement, or block, that a branch without THEN holds.
    fn one_inner(&mut self) {
        self.open += 1;
        if self.at < self.end {
            self.statement();
        }
        self.open -= 1;
    }

    /// May a statement start here, behind the condition of a branch or loop without THEN or DO?
    fn starts_inner(&self, at: usize) -> bool {
        starts_statement(&self.pieces[..self.end], at) || self.is_any(at, &["set"])
    }

    /// `WHILE c DO .. END WHILE`, or `WHILE c statement`.
    fn repeated(&mut self, words: &[&str]) -> bool {
        let open = self.conditions.len();
        let head = |at: usize| self.is_any(at, words) || at > self.at + 1 && self.starts_inner(at);
        let Some(head) = self.find(self.at + 1, head) else { return false };
        self.decided_by(self.at + 1..head);
        if self.is_any(head, words) {
            self.at = head + 1;
            self.body_of_loop();
        } else {
            self.at = head;
            self.one_inner();
        }
        self.conditions.truncate(open);
        true
    }

    /// `FOR x IN (query) DO .. END FOR`.
    fn each(&mut self) -> bool {
        let open = self.conditions.len();
        let Some(head) = self.find(self.at + 1, |at| self.is_any(at, &["do", "loop"])) else { return false };
        let list = (self.at + 1..head).find(|at| self.is_any(*at, &["in", "as"]));
        let Some(list) = list else { return false };
        self.set_from(self.at + 1..list, list + 1..head);
        self.decided_by(list + 1..head);
        self.at = head + 1;
        self.body_of_loop();
        self.conditions.truncate(open);
        true
    }

    /// Statements, then `UNTIL c` or nothing, then END; a loop that goes on until `c` is decided by it.
    fn body_of_loop(&mut self) {
        let (open, first) = (self.conditions.len(), self.parts.len());
        self.statements();
        if self.is_any(self.at, &["until"]) {
            let end = self.find(self.at, |at| self.is_any(at, &["end"])).unwrap_or(self.at + 1);
            self.decided_by(self.at + 1..end);
            let until = self.conditions[open..].to_vec();
            self.parts[first..].iter_mut().for_each(|part| part.guards.extend(until.iter().cloned()));
            self.at = end;
        }
        self.conditions.truncate(open);
        self.closed();
    }

    /// `CASE x WHEN 1 THEN statements .. END CASE`.
    fn cases(&mut self) {
        let open = self.conditions.len();
        self.at += 1;
        if let Some(when) = self.find(self.at, |at| self.is_any(at, &["when"])) {
            self.decided_by(self.at..when);
            self.at = when;
        }
        while self.is_any(self.at, &["when", "else"]) {
            let start = self.at + 1;
            if let Some(then) = self.find(start, |at| self.is_any(at, &["then"])) {
                self.decided_by(start..then);
            }
            self.at += usize::from(self.is_any(self.at, &["else"]));
            self.statements();
        }
        self.closed();
        self.conditions.truncate(open);
    }

    fn is_procedure(&self) -> bool {
        let end = self.end.min(self.at + 6);
        (self.at..end).any(|at| self.is_any(at, &["procedure", "proc", "package"]))
    }

    /// `CREATE PROCEDURE p(..) [AS] body`: what it would run is read as if it ran. A body in another language than SQL says
    /// nothing of data.
    fn procedure(&mut self) -> bool {
        let start = self.at;
        if let Some(body) = self.body_in(start) {
            self.parameters(start..body.start);
            self.inner(body);
            return true;
        }
        let head =
            |at: usize| opens_block(self.pieces, at) || self.is_any(at, &["as", "is"]) && self.holds_body(at + 1);
        let Some(head) = self.find(start, head) else {
            let foreign = self.find(start, |at| self.is_any(at, &["language"])).is_some();
            if foreign {
                self.at = self.plain_end();
            }
            return foreign || self.only_statement(start);
        };
        self.parameters(start..head);
        if opens_block(self.pieces, head) {
            self.at = head;
            self.block();
        } else if opens_block(self.pieces, head + 1) {
            self.at = head + 1;
            self.block();
        } else if self.ends.go_lines {
            self.at = head + 1;
            while self.at < self.end && !super::is_go(self.pieces, self.at) {
                self.statement();
            }
        } else {
            self.at = head + 1;
            self.declarations();
            self.block_or_end();
        }
        true
    }

    /// MySQL's `CREATE PROCEDURE p() INSERT ..`: the statement behind the parameters is all that it runs.
    fn only_statement(&mut self, start: usize) -> bool {
        let words = ["insert", "update", "delete", "merge", "replace", "select", "call"];
        let open = (start..self.end.min(start + 12)).find(|at| self.is_token(*at, &Token::LParen));
        let body = open.and_then(|open| self.find(open, |at| self.is_any(at, &words)));
        if let (Some(open), Some(body)) = (open, body) {
            self.parameters(start..open + 1);
            self.at = body;
            self.plain();
        }
        body.is_some()
    }

    /// Does a body follow that is written out, and not one in a string?
    fn holds_body(&self, at: usize) -> bool {
        opens_block(self.pieces, at)
            || self.ends.go_lines && at < self.end && starts_statement(&self.pieces[..self.end], at)
            || (at..self.end).any(|at| opens_block(self.pieces, at))
                && !self.is_any(at, &["caller", "owner"])
                && matches!(self.pieces.get(at).map(|piece| &piece.token), Some(Token::Word(_)))
    }

    /// The body in a string of the statement that starts at `start`.
    fn body_in(&self, start: usize) -> Option<Range<usize>> {
        let body = self.bodies.iter().find(|body| body.start >= start && body.end <= self.end)?;
        (start..body.start).all(|at| !self.ends_statement(at)).then(|| body.clone())
    }

    /// The statements of a body in a string, then what stands behind it.
    fn inner(&mut self, body: Range<usize>) {
        let outer = std::mem::replace(&mut self.end, body.end);
        self.at = body.start;
        while self.at < self.end {
            self.statement();
        }
        self.end = outer;
        while self.at < self.end && !self.ends_statement(self.at) {
            self.at += 1;
        }
    }

    /// Steers the statement at `range` a script?
    pub(super) fn steers(&self, range: &Range<usize>) -> bool {
        let call = self.is_token(range.start + 1, &Token::LParen) || self.is_token(range.start + 1, &Token::Period);
        let script = self.open > 0 || self.ends.bare || !self.variables.is_empty();
        script && self.is_any(range.start, STEERING) && !call
    }
}
