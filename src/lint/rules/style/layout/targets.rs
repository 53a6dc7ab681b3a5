//! The columns of a SELECT: one behind the SELECT, many each on a line of its own; DISTINCT behind the SELECT.

use crate::diagnostic::Edit;
use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;
use crate::text::Span;

pub(in crate::lint::rules::style) fn check(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let one_line = sheet.options().word("single_target_policy") != "new_line";
    let star_counts = sheet.options().word("wildcard_policy") == "multiple";
    for clause in script.all("select_clause") {
        let items: Vec<usize> = script.children(clause).filter(|n| script.node_kind(*n) == "select_item").collect();
        let tokens = script.tokens_of(clause);
        let templated = tokens.clone().any(|at| script.tokens[at].kind == Kind::Statement);
        match items.as_slice() {
            [] => {}
            [item] if one_line && !(star_counts && script.child(*item, "star").is_some()) => {
                let lone = script.code_of(*item);
                let unknown = lone.len() == 1 && script.tokens[lone[0]].kind == Kind::Expression;
                if !templated && !unknown {
                    single(sheet, clause, *item, raised);
                }
            }
            items => many(sheet, clause, items, raised),
        }
    }
}

/// The last word before the columns: SELECT, or DISTINCT and its kin.
fn head(script: &Script<'_>, clause: usize) -> usize {
    let modifiers = script.children(clause).filter(|node| script.node_kind(*node) == "select_modifier");
    modifiers.last().map_or(script.nodes[clause].first, |modifier| script.nodes[modifier].end - 1)
}

fn many(sheet: &Sheet<'_>, clause: usize, items: &[usize], raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let mut edits = Vec::new();
    let mut previous = head(script, clause);
    for item in items {
        let first = script.nodes[*item].first;
        let between = &script.text[script.tokens[previous].span.end as usize..script.tokens[first].span.start as usize];
        let plain = (previous + 1..first).all(|at| script.tokens[at].kind == Kind::Comma);
        if !between.contains('\n') && (previous + 1..first).all(|at| script.tokens[at].kind != Kind::Statement) {
            if plain && previous + 1 < first && !script.gap(previous + 1).is_empty() {
                edits.push(sheet.edit(script.gap(previous + 1), ""));
            }
            edits.push(sheet.edit(script.gap(first), "\n"));
        }
        previous = script.code_before(script.nodes[*item].end).unwrap_or(first);
    }
    edits.extend(items.last().and_then(|item| from(sheet, clause, *item)));
    if !edits.is_empty() {
        let span = script.tokens[script.nodes[clause].first].span;
        let message = "Each column is to stand on a line of its own.";
        raised.push(sheet.raise(span, message).safe_fix(edits));
    }
}

/// A FROM on the line on which the last column starts goes to the next.
fn from(sheet: &Sheet<'_>, clause: usize, item: usize) -> Option<Edit> {
    let script = sheet.script();
    let from = script.nodes[script.select(clause).from?].first;
    let item = script.nodes[item].first;
    let between = &script.text[script.span(item, from).range()];
    (!between.contains('\n')).then(|| sheet.edit(script.gap(from), "\n"))
}

fn single(sheet: &Sheet<'_>, clause: usize, item: usize, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let select = script.nodes[clause].first;
    let (first, last) = (script.nodes[item].first, script.code_before(script.nodes[item].end).unwrap_or(select));
    let own = script.span(first, last);
    let text = |from: u32, to: u32| &script.text[from as usize..to as usize];
    if script.text[own.range()].contains('\n') || !text(script.tokens[select].span.end, own.start).contains('\n') {
        return;
    }
    let span = script.tokens[select].span;
    let found = sheet.raise(span, "One column alone is to stand behind the SELECT.");
    let behind = (select + 1..first).find(|at| script.tokens[*at].kind.is_comment());
    if behind.is_some_and(|at| !text(span.end, script.tokens[at].span.start).contains('\n')) {
        raised.push(found);
        return;
    }
    // DISTINCT may stand on either line.
    let head = head(script, clause);
    let moved = head > select && text(span.end, script.tokens[head].span.end).contains('\n');
    let start = if moved { span.end } else { script.tokens[head].span.end };
    let first_word = if moved { script.tokens[select + 1].span.start } else { own.start };
    let modifier = if moved { format!("{} ", text(first_word, script.tokens[head].span.end)) } else { String::new() };
    let rest = text(start, first_word);
    let gap = script.gap(last + 1);
    let after = script.gap_text(last + 1);
    let ends = after.contains('\n') || last + 1 >= script.tokens.len();
    let has_comment = (select + 1..first).any(|at| script.tokens[at].kind.is_comment());
    let tail = match (has_comment, ends) {
        (false, true) => after.to_owned(),
        (true, true) => format!("{}{after}", rest.trim_end()),
        (_, false) => rest.to_owned(),
    };
    let spelt = format!(" {modifier}{}{tail}", &script.text[own.range()]);
    raised.push(found.safe_fix(vec![sheet.edit(Span { start, end: gap.end }, spelt)]));
}

pub(in crate::lint::rules::style) fn modifiers(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for modifier in script.all("select_modifier") {
        let (first, last) = (script.nodes[modifier].first, script.nodes[modifier].end - 1);
        let clause = script.nodes[modifier].parent;
        let select = script.nodes[clause].first;
        let rest = Span { start: script.tokens[select].span.end, end: script.tokens[first].span.start };
        let rest_text = &script.text[rest.range()];
        if first == 0 || !rest_text.contains('\n') {
            continue;
        }
        let word = &script.text[script.span(first, last).range()];
        let gap = script.gap(last + 1);
        let after = script.gap_text(last + 1);
        let has_comment = (select + 1..first).any(|at| script.tokens[at].kind.is_comment());
        let tail = match (after.contains('\n'), has_comment) {
            (true, false) => after.to_owned(),
            (true, true) => format!("{}{after}", rest_text.trim_end()),
            (false, _) => rest_text.to_owned(),
        };
        let message = format!("{} is to stand on the line of its SELECT.", word.to_ascii_uppercase());
        let fix = sheet.edit(Span { start: rest.start, end: gap.end }, format!(" {word}{tail}"));
        raised.push(sheet.raise(script.span(first, last), message).safe_fix(vec![fix]));
    }
}
