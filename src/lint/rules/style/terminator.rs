//! Semicolons: where they stand, and that the last one is there.

use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;
use crate::text::Span;

pub(super) fn check(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for at in 0..script.tokens.len() {
        if script.tokens[at].kind == Kind::Semicolon {
            place(sheet, at, raised);
        }
    }
    if sheet.options().flag("require_final_semicolon") {
        last(sheet, raised);
    }
}

/// One semicolon.
fn place(sheet: &Sheet<'_>, at: usize, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let Some(code) = script.code_before(at).filter(|code| script.tokens[*code].kind != Kind::Semicolon) else { return };
    let span = script.tokens[at].span;
    let alone = on_own_line(sheet, code);
    let anchor = if alone { anchor(script, code) } else { code };
    let between =
        if anchor < at { &script.text[script.tokens[anchor].span.end as usize..span.start as usize] } else { "" };
    let is_right = anchor < at && if alone { between == "\n" || between == "\r\n" } else { between.is_empty() };
    if is_right {
        return;
    }
    let message = if alone {
        "The semicolon of a statement of many lines is to stand on a line of its own."
    } else {
        "A semicolon is to stand right behind its statement."
    };
    let found = sheet.raise(span, message);
    let through_block = (code..at).any(|between| script.tokens[between].kind == Kind::Statement);
    if through_block {
        raised.push(found);
        return;
    }
    let plain = anchor + 1 == at || anchor > at;
    let start = if plain { script.gap(at).start } else { span.start };
    let mut edits = vec![sheet.edit(Span { start, end: span.end }, "")];
    let sign = if alone { "\n;" } else { ";" };
    let place = script.tokens[anchor].span.end;
    if plain && place == start {
        edits = vec![sheet.edit(Span { start, end: span.end }, sign)];
    } else {
        // What stood before the semicolon stays behind the comments that it jumps over, but for their line's end.
        let gap = script.gap(at);
        if gap.end == span.start && !plain && script.gap_text(at).contains('\n') {
            edits = vec![sheet.edit(Span { start: gap.start, end: span.end }, "")];
        }
        edits.push(sheet.edit(Span::at(place as usize), sign));
    }
    raised.push(found.safe_fix(edits));
}

/// The comment behind a statement on its last line, or the statement's last word.
fn anchor(script: &Script<'_>, code: usize) -> usize {
    let behind = (code + 1..script.tokens.len()).find(|at| script.tokens[*at].kind != Kind::Semicolon);
    let on_line = |at: &usize| {
        let text = &script.text[script.tokens[code].span.end as usize..script.tokens[*at].span.start as usize];
        script.tokens[*at].kind == Kind::Comment && !text.contains('\n')
    };
    behind.filter(on_line).unwrap_or(code)
}

/// Is the semicolon behind this word to stand on a line of its own?
fn on_own_line(sheet: &Sheet<'_>, code: usize) -> bool {
    let script = sheet.script();
    let start = (0..code).rev().find(|at| script.tokens[*at].kind == Kind::Semicolon).map_or(0, |at| at + 1);
    let Some(start) = script.code_from(start) else { return false };
    let text = &script.text[script.span(start, code).range()];
    sheet.options().flag("multiline_newline") && text.contains('\n')
}

fn last(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let Some(code) = script.code_before(script.tokens.len()) else { return };
    if matches!(script.word(code), ";" | "/") || script.is(code, "go") {
        return;
    }
    let alone = on_own_line(sheet, code);
    let anchor = if alone { anchor(script, code) } else { code };
    let message = "The last statement has no semicolon.";
    let found = sheet.raise(script.tokens[code].span, message);
    let in_template = !script.open_blocks(code).is_empty() || script.tokens[code].kind == Kind::Expression;
    let fix = sheet.edit(Span::at(script.tokens[anchor].span.end as usize), if alone { "\n;" } else { ";" });
    raised.push(if in_template { found } else { found.safe_fix(vec![fix]) });
}

/// Semicolons with nothing between them.
pub(super) fn consecutive(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let signs: Vec<usize> = (0..script.tokens.len()).filter(|at| script.tokens[*at].kind == Kind::Semicolon).collect();
    for pair in signs.windows(2) {
        let between = pair[0] + 1..pair[1];
        if between.clone().any(|at| script.tokens[at].kind.is_code() || script.tokens[at].kind == Kind::Statement) {
            continue;
        }
        let start = if between.is_empty() { script.gap(pair[1]).start } else { script.tokens[pair[1]].span.start };
        let cut = Span { start, end: script.tokens[pair[1]].span.end };
        let message = "This semicolon ends nothing.";
        raised.push(sheet.raise(script.tokens[pair[1]].span, message).safe_fix(vec![sheet.edit(cut, "")]));
    }
}

/// In a file of CTEs the last SELECT only hands on.
pub(super) fn last_star(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let is_query = |node: &usize| script.child(*node, "with_clause").is_some();
    let Some(statement) = script.all("statement").last().filter(is_query) else { return };
    let first = script.children(statement).next().map(|child| script.node_kind(child));
    let selects: Vec<usize> = script.children(statement).filter(|n| script.node_kind(*n) == "select_clause").collect();
    let [clause] = selects.as_slice() else {
        if first == Some("with_clause") && !selects.is_empty() {
            raised.push(star_finding(sheet, script.nodes[statement].span));
        }
        return;
    };
    if first != Some("with_clause") {
        return;
    }
    let select = script.select(*clause);
    let others = select.parts.iter().filter(|part| {
        !script.nodes[**part].kind.starts_with("jinja")
            && !matches!(script.node_kind(**part), "comment" | "block_comment")
    });
    let code: Vec<&str> = script.code_of(*clause).iter().map(|at| script.word(*at)).collect();
    let is_star = code.len() == 2 && code[1] == "*" || code.len() == 4 && code[3] == "*" && code[2] == ".";
    let is_plain = select.from.is_some() && others.count() == 2 && is_star;
    let is_one = script.children(statement).all(|child| script.node_kind(child) != "set_operator");
    if !is_plain || !is_one {
        raised.push(star_finding(sheet, script.nodes[*clause].span));
    }
}

fn star_finding(sheet: &Sheet<'_>, span: Span) -> Raised {
    let message = "The last SELECT does work of its own: it is to be `select * from` the last CTE.";
    sheet.raise(span, message).help("Put the work into a CTE of its own, whose name says what it is.")
}
