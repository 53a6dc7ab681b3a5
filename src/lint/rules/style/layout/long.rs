//! Lines that are too long.

use crate::lint::finding::Raised;
use crate::lint::sheet::Sheet;
use crate::text::Span;

pub(in crate::lint::rules::style) fn check(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let options = sheet.options();
    let most = usize::try_from(options.number("max_line_length")).unwrap_or(0);
    if most == 0 {
        return;
    }
    let (comment_lines, comment_clauses) =
        (options.flag("ignore_comment_lines"), options.flag("ignore_comment_clauses"));
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
        let mut on_line = on_line.peekable();
        let first = on_line.peek().copied();
        let only_comments = first.is_some() && on_line.clone().all(|at| script.tokens[at].kind.is_comment());
        let in_clause =
            comment_clauses && on_line.clone().any(|at| script.is(at, "comment") && script.tokens[at].kind.is_word());
        let ends_in_comment = comment_lines && only_comments;
        if length > most && !ends_in_comment && !in_clause {
            let message = format!("This line has {length} characters, where {most} are the most.");
            raised.push(sheet.raise(Span::new(start, end), message));
        }
        start += line.len();
    }
}
