//! Brackets of functions and of CTEs, and the empty line behind a CTE.

use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;
use crate::text::Span;

use super::kinds::is_called;

pub(in crate::lint::rules::style) fn function(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for at in 2..script.tokens.len() {
        let name = script.code_before(at).unwrap_or(0);
        let group = script.nodes[script.tokens[at].node].parent;
        let holder = script.node_kind(script.nodes[group].parent);
        let is_call = match script.tokens[name].kind {
            Kind::Function => script.node_kind(group) == "arguments",
            Kind::Name => script.node_kind(group) == "group" && matches!(holder, "select_item" | "expression"),
            _ => false,
        };
        let commented = (name + 1..at).all(|between| script.tokens[between].kind.is_comment());
        if script.word(at) == "(" && name + 1 < at && is_call && commented {
            let message = format!("The bracket of `{}` is to stand right behind it.", script.word(name));
            raised.push(sheet.raise(script.tokens[at].span, message));
        }
    }
    for at in 1..script.tokens.len() {
        let is_call = script.word(at) == "(" && script.tokens[at - 1].kind == Kind::Function;
        let span = script.gap(at);
        if is_call && !span.is_empty() && is_called(script, at) {
            let message = format!("The bracket of `{}` is to stand right behind it.", script.word(at - 1));
            raised.push(sheet.raise(span, message).safe_fix(vec![sheet.edit(span, "")]));
        }
    }
}

/// The brackets around the body of each CTE.
fn bodies<'a>(script: &'a Script<'_>) -> impl Iterator<Item = (usize, usize)> + 'a {
    script.all("cte").filter_map(|cte| {
        let body = script.children(cte).find(|child| matches!(script.node_kind(*child), "subquery" | "group"))?;
        let open = script.nodes[body].first;
        script.tokens[open].pair.map(|close| (open, close))
    })
}

pub(in crate::lint::rules::style) fn cte(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for (open, close) in bodies(script) {
        let text = &script.text[script.span(open, close).range()];
        if text.contains('\n') && !script.starts_line(close) {
            let message = "The bracket that ends a CTE of many lines is to stand on a line of its own.";
            let fix = sheet.edit(script.gap(close), "\n");
            raised.push(sheet.raise(script.tokens[close].span, message).safe_fix(vec![fix]));
        }
    }
}

/// A piece of what stands between a CTE and the next code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    White,
    Newline,
    Comment,
    Comma,
    Template,
}

pub(in crate::lint::rules::style) fn newline(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for (_, close) in bodies(script) {
        let Some(next) = (close + 1..script.tokens.len()).find(|at| {
            let kind = script.tokens[*at].kind;
            kind.is_code() && kind != Kind::Comma
        }) else {
            continue;
        };
        // `CYCLE ..` and `SEARCH ..` are of the CTE itself.
        if script.is(next, "cycle") || script.is(next, "search") {
            continue;
        }
        let pieces = pieces(script, close + 1, next);
        if pieces.iter().any(|piece| piece.0 == Piece::Template) {
            continue;
        }
        let Some((span, lines)) = missing(sheet, &pieces, script.tokens[next].span.start) else { continue };
        let message = "There is to be an empty line behind a CTE.";
        let fix = sheet.edit(span, "\n".repeat(lines));
        raised.push(sheet.raise(script.tokens[close].span, message).safe_fix(vec![fix]));
    }
}

fn pieces(script: &Script<'_>, from: usize, to: usize) -> Vec<(Piece, Span)> {
    let mut pieces = Vec::new();
    for at in from..=to {
        let gap = script.gap(at);
        let mut start = gap.start as usize;
        for part in script.gap_text(at).split_inclusive('\n') {
            let white = part.trim_end_matches('\n');
            if !white.is_empty() {
                pieces.push((Piece::White, Span::new(start, start + white.len())));
            }
            if part.ends_with('\n') {
                pieces.push((Piece::Newline, Span::new(start + white.len(), start + part.len())));
            }
            start += part.len();
        }
        if at < to {
            let kind = match script.tokens[at].kind {
                Kind::Comma => Piece::Comma,
                Kind::Statement | Kind::Remark => Piece::Template,
                _ => Piece::Comment,
            };
            pieces.push((kind, script.tokens[at].span));
        }
    }
    pieces
}

/// Where line breaks are missing, and how many.
fn missing(sheet: &Sheet<'_>, pieces: &[(Piece, Span)], next: u32) -> Option<(Span, usize)> {
    let (mut line, mut empty, mut is_empty) = (0usize, 0, false);
    let (mut comma, mut comments, mut starts) = (None, Vec::new(), vec![0]);
    for (at, (piece, _)) in pieces.iter().enumerate() {
        match piece {
            Piece::Newline => {
                empty += usize::from(is_empty);
                is_empty = true;
                line += 1;
                starts.push(at + 1);
            }
            Piece::Comment => {
                is_empty = false;
                comments.push(line);
            }
            Piece::Comma => comma = Some((at, line)),
            Piece::White | Piece::Template => {}
        }
    }
    if empty >= 1 {
        return None;
    }
    let before = |at: usize| {
        let place = pieces.get(at).map_or(next, |piece| piece.1.start);
        Span::at(place as usize)
    };
    let last_is_white = pieces.last().is_some_and(|piece| piece.0 == Piece::White);
    let end = if last_is_white { pieces[pieces.len() - 1].1 } else { Span::at(next as usize) };
    let leading = sheet.options_of("commas").word("line_position").starts_with("leading");
    match comma {
        Some((at, _)) if line == 0 && leading => Some((before(at), 2)),
        Some((at, _)) if line == 0 => match pieces.get(at + 1) {
            Some((Piece::White, span)) => Some((*span, 2)),
            _ => Some((before(at + 1), 2)),
        },
        _ if line > 0 && comments.contains(&(line - 1)) => {
            let mut offset = 1;
            while line > offset && comments.contains(&(line - offset - 1)) {
                offset += 1;
            }
            // A comment on the bracket's own line stays there.
            let first = (line - offset).max(1);
            Some((before(starts[first]), 1))
        }
        Some((at, comma_line)) if comma_line == line && comma_line > 0 => Some((before(at), 1)),
        _ => Some((end, 1)),
    }
}
