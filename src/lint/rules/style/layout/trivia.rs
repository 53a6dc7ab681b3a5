//! How a file starts and ends, and how many empty lines stand in it.

use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;

pub(in crate::lint::rules::style) fn end(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let span = script.gap(script.tokens.len());
    let text = script.gap_text(script.tokens.len());
    if script.tokens.is_empty() || matches!(text, "\n" | "\r\n") {
        return;
    }
    let message = if text.contains('\n') {
        "The file ends with empty lines."
    } else {
        "The last line of the file has no end, and so a line that is added below changes it too."
    };
    raised.push(sheet.raise(span, message).safe_fix(vec![sheet.edit(span, "\n")]));
}

pub(in crate::lint::rules::style) fn start(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let mut span = script.gap(0);
    if sheet.text.starts_with('\u{feff}') {
        span.start = span.start.max('\u{feff}'.len_utf8() as u32);
    }
    if script.tokens.is_empty() || span.start >= span.end {
        return;
    }
    let message = "The file starts with white space.";
    raised.push(sheet.raise(span, message).safe_fix(vec![sheet.edit(span, "")]));
}

pub(in crate::lint::rules::style) fn blank_lines(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for at in 1..script.tokens.len() {
        let text = script.gap_text(at);
        let count = text.matches('\n').count();
        let ends_line = usize::from(script.tokens[at - 1].kind == Kind::Comment && !text.starts_with(['\n', '\r']));
        let empty = (count + ends_line).saturating_sub(1);
        let Some(most) = most(sheet, at).filter(|most| empty > *most) else { continue };
        let span = script.gap(at);
        let indent = text.rsplit('\n').next().unwrap_or_default();
        let first = text.split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let wanted = format!("{first}{}{indent}", "\n".repeat(most + 1));
        let message = format!("There are {empty} empty lines here, where {most} is the most.");
        raised.push(sheet.raise(span, message).safe_fix(vec![sheet.edit(span, wanted)]));
    }
}

/// How many empty lines may stand before a token; any number between CTEs.
fn most(sheet: &Sheet<'_>, at: usize) -> Option<usize> {
    let script = sheet.script();
    let option = |name: &str| usize::try_from(sheet.options().number(name)).ok();
    let is_go = |token: usize| script.is(token, "go") && sheet.dialect().flag("go_lines");
    if is_go(at) || is_go(at - 1) {
        return option("maximum_empty_lines_between_batches");
    }
    if is_between(script, at) {
        return option("maximum_empty_lines_between_statements");
    }
    if behind_cte(script, at) {
        return None;
    }
    option("maximum_empty_lines_inside_statements")
}

fn is_between(script: &Script<'_>, at: usize) -> bool {
    let statement = |token: usize| script.up(script.tokens[token].node, &["statement"]);
    match (statement(at - 1), statement(at)) {
        (Some(one), Some(other)) if one == other => {
            // A comment behind the last word of a statement stands between it and the next.
            let end = script.code_before(script.nodes[one].end);
            end.is_some_and(|end| end < at)
        }
        _ => true,
    }
}

/// Does the bracket of a CTE end, but for a comma and comments, right before a token?
fn behind_cte(script: &Script<'_>, at: usize) -> bool {
    let before = |at: usize| script.code_before(at);
    let Some(mut last) = before(at) else { return false };
    if script.tokens[last].kind == Kind::Comma {
        let Some(earlier) = before(last) else { return false };
        last = earlier;
    }
    let cte = script.up(script.tokens[last].node, &["cte"]);
    script.tokens[last].kind == Kind::Close && cte.is_some_and(|cte| script.nodes[cte].end == last + 1)
}
