//! A script of commands in; out, where its blocks open and end: `BEGIN .. END`, `IF .. THEN .. END IF`, declarations.

use crate::lint::script::{Kind, Script};

/// What is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// Declarations, up to BEGIN: behind DECLARE, or behind AS of a procedure.
    Declared,
    Begin,
    /// IF, with its branch open or its condition still being read.
    If(bool),
    Loop,
    Exception,
    When,
}

/// Calls `step` with a token: behind it a block opens (`true`), or before it one ends (`false`).
pub(super) fn blocks(script: &Script<'_>, mut step: impl FnMut(usize, bool)) {
    if !(0..script.tokens.len()).any(|at| is_head(script, at)) {
        return;
    }
    let mut walk = Walk { script, stack: Vec::new(), start: script.code_from(0).unwrap_or(0), step: &mut step };
    let mut at = walk.start;
    while at < script.tokens.len() {
        let token = script.tokens[at];
        if token.kind == Kind::Open {
            at = token.pair.unwrap_or(at) + 1;
            continue;
        }
        let in_case = script.up(token.node, &["case_expression"]).is_some();
        let mut fresh = token.kind == Kind::Semicolon || token.kind == Kind::Operator && script.word(at) == "/";
        if token.kind.is_word() && !in_case {
            fresh |= walk.heads(at) || walk.branches(at);
            if at == walk.start && script.is(at, "end") {
                walk.end(at);
                while script.tokens.get(at + 1).is_some_and(|next| next.kind.is_word()) && !script.starts_line(at + 1) {
                    at += 1;
                }
                fresh = true;
            }
        }
        at += 1;
        if fresh {
            walk.start = script.code_from(at).unwrap_or(at);
        }
    }
    let open = walk.stack.iter().filter(|frame| **frame != Frame::If(false)).count();
    (0..open).for_each(|_| step(script.tokens.len(), false));
}

/// A walk over the words of a script.
struct Walk<'a, 's> {
    script: &'a Script<'s>,
    stack: Vec<Frame>,
    /// Where the statement starts.
    start: usize,
    step: &'a mut dyn FnMut(usize, bool),
}

impl Walk<'_, '_> {
    fn push(&mut self, at: usize, frame: Frame) -> bool {
        self.stack.push(frame);
        (self.step)(at, true);
        true
    }

    fn pop(&mut self, at: usize) {
        self.stack.pop();
        (self.step)(at, false);
    }

    /// Words that start a block. Does a statement start behind this one?
    fn heads(&mut self, at: usize) -> bool {
        let script = self.script;
        let next = script.code_from(at + 1).unwrap_or(at);
        match script.word(at).to_ascii_lowercase().as_str() {
            "declare" if at == self.start && !script.word(next).starts_with('@') => self.push(at, Frame::Declared),
            "as" | "is" if makes(script, self.start) => {
                let inner = ["procedure", "function", "member"].iter().any(|word| script.is(self.start, word));
                let opens = !script.is(next, "begin") && !is_cursor(script, self.start);
                if opens && (inner || self.stack.last() != Some(&Frame::Declared)) {
                    self.push(at, Frame::Declared);
                }
                true
            }
            "begin" if !is_transaction(script, next) => {
                if self.stack.last() == Some(&Frame::Declared) {
                    self.pop(at);
                }
                self.push(if script.is(next, "atomic") { next } else { at }, Frame::Begin)
            }
            "loop" => self.push(at, Frame::Loop),
            "exception" if at == self.start && self.stack.last() == Some(&Frame::Begin) => {
                self.push(at, Frame::Exception)
            }
            _ => false,
        }
    }

    /// Words of IF and of handlers. Does a statement start behind this one?
    fn branches(&mut self, at: usize) -> bool {
        let script = self.script;
        match script.word(at).to_ascii_lowercase().as_str() {
            "if" if at == self.start && has_then(script, at) => {
                self.stack.push(Frame::If(false));
                false
            }
            "then" if self.stack.last() == Some(&Frame::Exception) => self.push(at, Frame::When),
            "then" => self.branch(at, true),
            "elsif" | "elseif" | "else" if matches!(self.stack.last(), Some(Frame::If(_))) => {
                (self.step)(at, false);
                self.branch(at, script.is(at, "else"))
            }
            "when" if self.stack.last() == Some(&Frame::When) => {
                self.pop(at);
                false
            }
            _ => false,
        }
    }

    /// Opens the branch of an IF, or goes back to reading its condition.
    fn branch(&mut self, at: usize, opens: bool) -> bool {
        let Some(Frame::If(open)) = self.stack.last_mut() else { return false };
        *open = opens;
        if opens {
            (self.step)(at, true);
        }
        opens
    }

    /// Ends what is open, handlers and all.
    fn end(&mut self, at: usize) {
        while let Some(frame) = self.stack.pop() {
            if frame != Frame::If(false) {
                (self.step)(at, false);
            }
            if !matches!(frame, Frame::When | Frame::Exception) {
                return;
            }
        }
    }
}

/// `BEGIN TRANSACTION` opens no block.
fn is_transaction(script: &Script<'_>, next: usize) -> bool {
    ["transaction", "tran", "work", ";"].iter().any(|word| script.is(next, word))
}

/// Does a block of commands start here, or something that holds one?
fn is_head(script: &Script<'_>, at: usize) -> bool {
    let starts = at == 0 || script.starts_line(at);
    let begins = starts && (script.is(at, "begin") || script.is(at, "declare")) && script.tokens[at].kind.is_word();
    begins || script.is(at, "package") || script.is(at, "body") && script.is(at.saturating_sub(1), "type")
}

/// Does the statement create something with a body of commands?
fn makes(script: &Script<'_>, start: usize) -> bool {
    let words = ["procedure", "function", "package", "body", "trigger", "member"];
    let head =
        (start..(start + 6).min(script.tokens.len())).take_while(|at| script.tokens[*at].kind != Kind::Semicolon);
    let mut head = head.filter(|at| script.tokens[*at].kind.is_word());
    head.any(|at| words.iter().any(|word| script.is(at, word))) || is_cursor(script, start)
}

fn is_cursor(script: &Script<'_>, start: usize) -> bool {
    script.is(start, "cursor")
}

/// Has this IF a THEN before the statement ends?
fn has_then(script: &Script<'_>, at: usize) -> bool {
    let inside = (at..script.tokens.len()).take_while(|at| script.tokens[*at].kind != Kind::Semicolon);
    inside.into_iter().any(|at| script.is(at, "then"))
}

/// The queries of cursors: `CURSOR c IS SELECT ..;`, each from IS to the semicolon.
pub(super) fn cursors(script: &Script<'_>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for at in 0..script.tokens.len() {
        let starts = at == 0 || script.starts_line(at);
        if !(starts && is_cursor(script, at)) {
            continue;
        }
        let until = (at..script.tokens.len()).find(|at| script.tokens[*at].kind == Kind::Semicolon);
        let end = until.unwrap_or(script.tokens.len());
        found.extend((at..end).find(|at| script.is(*at, "is")).map(|is| (is, end)));
    }
    found
}
