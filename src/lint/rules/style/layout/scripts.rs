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

/// Calls `open` with the token behind which a block opens, and `close` with the token before which it ends.
pub(super) fn blocks(script: &Script<'_>, mut step: impl FnMut(usize, bool)) {
    let has_blocks = (0..script.tokens.len()).any(|at| is_head(script, at));
    if !has_blocks {
        return;
    }
    let mut stack: Vec<Frame> = Vec::new();
    let mut start = script.code_from(0).unwrap_or(0);
    let mut at = start;
    while at < script.tokens.len() {
        let token = script.tokens[at];
        if token.kind == Kind::Open {
            at = token.pair.unwrap_or(at) + 1;
            continue;
        }
        let in_case = script.up(token.node, &["case_expression"]).is_some();
        let word = if token.kind.is_word() && !in_case { script.word(at).to_ascii_lowercase() } else { String::new() };
        let next = script.code_from(at + 1).unwrap_or(at);
        let starts = at == start;
        let mut fresh = token.kind == Kind::Semicolon || token.kind == Kind::Operator && script.word(at) == "/";
        match word.as_str() {
            "declare" if starts && !script.word(next).starts_with('@') => {
                stack.push(Frame::Declared);
                step(at, true);
                fresh = true;
            }
            "as" | "is" if makes(script, start) && !script.is(next, "begin") && !is_cursor(script, start) => {
                if !stack.ends_with(&[Frame::Declared]) || script.is(start, "procedure") || script.is(start, "function")
                    || script.is(start, "member")
                {
                    stack.push(Frame::Declared);
                    step(at, true);
                }
                fresh = true;
            }
            "as" | "is" if makes(script, start) => fresh = true,
            "begin" if !["transaction", "tran", "work"].iter().any(|word| script.is(next, word)) && script.word(next) != ";" => {
                if stack.last() == Some(&Frame::Declared) {
                    stack.pop();
                    step(at, false);
                }
                let inside = if script.is(next, "atomic") { next } else { at };
                stack.push(Frame::Begin);
                step(inside, true);
                fresh = true;
            }
            "if" if starts && has_then(script, at) => stack.push(Frame::If(false)),
            "then" => {
                if let Some(Frame::If(open)) = stack.last_mut() {
                    *open = true;
                    step(at, true);
                    fresh = true;
                } else if stack.last() == Some(&Frame::Exception) {
                    stack.push(Frame::When);
                    step(at, true);
                    fresh = true;
                }
            }
            "elsif" | "elseif" | "else" => {
                if let Some(Frame::If(open)) = stack.last_mut() {
                    step(at, false);
                    *open = word == "else";
                    if *open {
                        step(at, true);
                        fresh = true;
                    }
                }
            }
            "loop" => {
                stack.push(Frame::Loop);
                step(at, true);
                fresh = true;
            }
            "exception" if starts && stack.last() == Some(&Frame::Begin) => {
                stack.push(Frame::Exception);
                step(at, true);
                fresh = true;
            }
            "when" if stack.last() == Some(&Frame::When) => {
                stack.pop();
                step(at, false);
            }
            "end" if starts => {
                while let Some(frame) = stack.pop() {
                    if frame != Frame::If(false) {
                        step(at, false);
                    }
                    if !matches!(frame, Frame::When | Frame::Exception) {
                        break;
                    }
                }
                while at + 1 < script.tokens.len() && script.tokens[at + 1].kind.is_word() && !script.starts_line(at + 1) {
                    at += 1;
                }
                fresh = true;
            }
            _ => {}
        }
        at += 1;
        if fresh {
            start = script.code_from(at).unwrap_or(at);
        }
    }
    let end = script.tokens.len();
    stack.iter().filter(|frame| **frame != Frame::If(false)).for_each(|_| step(end, false));
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
    let head = (start..(start + 6).min(script.tokens.len())).take_while(|at| script.tokens[*at].kind != Kind::Semicolon);
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
