//! Scripts of T-SQL and Oracle: batches with nothing in them, names of procedures, aliases by `=`.

use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;
use crate::text::Span;

pub(super) fn go(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    if sheet.dialect().flag("go_lines") {
        empty(sheet, "go", raised);
    }
}

pub(super) fn slash(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    if sheet.dialect().flag("slash_lines") {
        empty(sheet, "/", raised);
    }
}

/// Two separators with no code between them.
fn empty(sheet: &Sheet<'_>, sign: &str, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let alone = |at: &usize| {
        script.is(*at, sign)
            && script.starts_line(*at)
            && (*at + 1 >= script.tokens.len() || script.gap_text(*at + 1).contains('\n'))
    };
    let signs: Vec<usize> = (0..script.tokens.len()).filter(alone).collect();
    for pair in signs.windows(2) {
        if (pair[0] + 1..pair[1]).all(|at| script.tokens[at].kind.is_comment()) {
            let span = script.tokens[pair[1]].span;
            let cut = Span { start: script.gap(pair[1]).start, end: span.end };
            let message = "This batch has nothing in it.";
            raised.push(sheet.raise(span, message).safe_fix(vec![sheet.edit(cut, "")]));
        }
    }
}

pub(super) fn prefix(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    if !sheet.dialect().flag("go_lines") {
        return;
    }
    for kind in script.all("create_kind") {
        let words = script.code_of(kind);
        if !words.iter().any(|at| script.is(*at, "procedure") || script.is(*at, "proc")) {
            continue;
        }
        let mut last = script.nodes[kind].end;
        while script.kind(last + 1) == Some(Kind::Dot) && last + 2 < script.tokens.len() {
            last += 2;
        }
        let name = script.word(last).trim_matches(['[', ']', '"']).to_ascii_lowercase();
        if name.starts_with("sp_") {
            let message =
                format!("`{}` starts like a procedure of the system, which is looked for first.", script.word(last));
            raised.push(sheet.raise(script.tokens[last].span, message).help("Choose another prefix, or none."));
        }
    }
}

/// A procedure of several statements without BEGIN and END around them.
pub(super) fn procedure(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    if !sheet.dialect().flag("go_lines") {
        return;
    }
    let statements: Vec<usize> = script.all("statement").collect();
    for (nth, statement) in statements.iter().enumerate() {
        let code = script.code_of(*statement);
        let head = code.iter().take(4).take_while(|at| !matches!(script.kind(**at), Some(Kind::Quoted | Kind::Dot)));
        let makes = code.first().is_some_and(|at| script.is(*at, "create") || script.is(*at, "alter"));
        if !makes || !{ head }.any(|at| script.is(*at, "procedure") || script.is(*at, "proc")) {
            continue;
        }
        let Some(at) = code.iter().position(|at| script.is(*at, "as") && script.starts_line(*at)) else { continue };
        let Some(first) = code.get(at + 1).copied() else { continue };
        let ends = |node: &&usize| script.code_of(**node).first().is_some_and(|at| script.is(*at, "go"));
        let body: Vec<usize> = statements[nth..].iter().take_while(|node| !ends(node)).copied().collect();
        let last = body.last().and_then(|node| script.code_of(*node).last().copied()).unwrap_or(first);
        if body.len() < 2 || script.is(first, "begin") || script.is(first, "external") {
            continue;
        }
        let last = if script.kind(last + 1) == Some(Kind::Semicolon) { last + 1 } else { last };
        let edits = vec![
            sheet.edit(Span::at(script.tokens[first].span.start as usize), "BEGIN\n"),
            sheet.edit(Span::at(script.tokens[last].span.end as usize), "\nEND"),
        ];
        let message = "This procedure has several statements, and no BEGIN and END around them.";
        raised.push(sheet.raise(script.tokens[first].span, message).safe_fix(edits));
    }
}

pub(super) fn equals(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    if !sheet.dialect().flag("equals_alias") {
        return;
    }
    for item in script.all("select_item") {
        let tokens = script.tokens_of(item);
        let (name, sign, last) = (tokens.start, tokens.start + 1, tokens.end.saturating_sub(1));
        let is_name =
            matches!(script.kind(name), Some(Kind::Name | Kind::Quoted)) && !script.word(name).starts_with('@');
        if is_name && script.word(sign) == "=" && last > sign && !has_alias(script, item) {
            let rest = &script.text[script.span(sign + 1, last).range()];
            let span = script.span(name, last);
            let fix = sheet.edit(span, format!("{rest} AS {}", script.word(name)));
            let message = format!("The name `{}` is to stand behind AS, not before `=`.", script.word(name));
            raised.push(sheet.raise(script.tokens[name].span, message).safe_fix(vec![fix]));
        }
    }
}

fn has_alias(script: &Script<'_>, item: usize) -> bool {
    script.child(item, "alias").is_some()
}
