//! Lines that are too long, and where each is to be broken. After sqlfluff's rule of the same purpose.

use crate::diagnostic::Edit;
use crate::lint::finding::Raised;
use crate::lint::script::Kind;
use crate::lint::sheet::Sheet;
use crate::text::Span;

use super::breaks::Breaker;

pub(in crate::lint::rules::style) fn check(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let options = sheet.options();
    let most = usize::try_from(options.number("max_line_length")).unwrap_or(0);
    if most == 0 {
        return;
    }
    let (comment_lines, comment_clauses) =
        (options.flag("ignore_comment_lines"), options.flag("ignore_comment_clauses"));
    let mut breaker: Option<Breaker<'_, '_>> = None;
    let mut start = 0;
    let mut token = 0;
    for line in sheet.text.split_inclusive('\n') {
        let text = line.trim_end_matches(['\n', '\r']);
        let length = text.chars().count();
        while token < script.tokens.len() && (script.tokens[token].span.end as usize) <= start {
            token += 1;
        }
        let end = start + text.len();
        let on_line = (token..script.tokens.len()).take_while(|at| (script.tokens[*at].span.start as usize) < end);
        if length > most {
            let on_line: Vec<usize> = on_line.collect();
            let spared = comment_lines && has_comment(sheet, &on_line, start)
                || comment_clauses && comment_clause(sheet, &on_line, start).is_some_and(|column| column < most);
            if !spared {
                let message = format!("This line has {length} characters, where {most} are the most.");
                let found = sheet.raise(Span::new(start, end), message);
                let breaker = breaker.get_or_insert_with(|| Breaker::new(sheet, most));
                let edits = fix(sheet, &on_line, start, breaker);
                raised.push(if edits.is_empty() { found } else { found.safe_fix(edits) });
            }
        }
        start += line.len();
    }
}

/// Is there a comment on the line, one that starts on it?
fn has_comment(sheet: &Sheet<'_>, on_line: &[usize], start: usize) -> bool {
    let script = sheet.script();
    on_line.iter().any(|at| {
        let token = script.tokens[*at];
        token.kind.is_comment() && (token.span.start as usize >= start || on_line.len() == 1)
    })
}

/// Where on the line the first COMMENT clause starts, in characters.
fn comment_clause(sheet: &Sheet<'_>, on_line: &[usize], start: usize) -> Option<usize> {
    let script = sheet.script();
    let is_clause = |at: &&usize| script.is(**at, "comment") && script.tokens[**at].kind.is_word();
    let first = script.tokens[*on_line.iter().find(is_clause)?].span.start as usize;
    Some(sheet.text.get(start..first).unwrap_or_default().chars().count() + 1)
}

/// Breaks a line whose tokens all start and end on it.
fn fix(sheet: &Sheet<'_>, on_line: &[usize], start: usize, breaker: &mut Breaker<'_, '_>) -> Vec<Edit> {
    let script = sheet.script();
    let (Some(first), Some(last)) = (on_line.first().copied(), on_line.last().copied()) else { return Vec::new() };
    let is_whole = on_line.iter().all(|at| !script.word(*at).contains('\n'));
    if !is_whole || (script.tokens[first].span.start as usize) < start || !script.starts_line(first) {
        return Vec::new();
    }
    if last > first && script.tokens[last].kind == Kind::Comment {
        return breaker.comment(first, last);
    }
    breaker.line(first, last)
}
