//! One way of saying what SQL can say in two.

use crate::lint::finding::Raised;
use crate::lint::script::Kind;
use crate::lint::sheet::Sheet;
use crate::text::Span;

pub(super) fn not_equal(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let mut style = match sheet.options().word("preferred_not_equal_style") {
        "c_style" => Some("!="),
        "ansi" => Some("<>"),
        _ => None,
    };
    let said = style.is_some();
    for at in 0..script.tokens.len() {
        let next = script.code_from(at + 1).filter(|next| script.tokens[*next].kind == Kind::Operator);
        let (sign, second) = match (script.tokens[at].kind, script.word(at), next.map(|next| script.word(next))) {
            (Kind::Operator, "!=", _) => ("!=", None),
            (Kind::Operator, "<>", _) => ("<>", None),
            (Kind::Operator | Kind::Other, "!", Some("=")) => ("!=", next),
            (Kind::Operator | Kind::Other, "<", Some(">")) => ("<>", next),
            _ => continue,
        };
        let wanted = *style.get_or_insert(sign);
        if wanted == sign {
            continue;
        }
        let others = if said { "" } else { ", as others of this file are" };
        let message = format!("`{sign}` is to be written `{wanted}`{others}.");
        let span = script.tokens[at].span;
        let edits = match second {
            None => vec![sheet.edit(span, wanted)],
            Some(second) => {
                vec![sheet.edit(span, &wanted[..1]), sheet.edit(script.tokens[second].span, &wanted[1..])]
            }
        };
        raised.push(sheet.raise(span, message).safe_fix(edits));
    }
}

pub(super) fn coalesce(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let calls = (0..script.tokens.len()).filter(|at| {
        let is_plain = *at == 0 || script.tokens[*at - 1].kind != Kind::Dot;
        script.tokens[*at].kind == Kind::Function && is_plain && (script.is(*at, "ifnull") || script.is(*at, "nvl"))
    });
    for at in calls {
        let span = script.tokens[at].span;
        let message = format!("`{}` is COALESCE in words of one dialect.", script.word(at));
        raised.push(sheet.raise(span, message).safe_fix(vec![sheet.edit(span, "COALESCE")]));
    }
}

pub(super) fn trailing_comma(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let require = sheet.options().word("select_clause_trailing_comma") == "require";
    for clause in script.all("select_clause") {
        let tokens = script.tokens_of(clause);
        let Some(last) = script.code_before(tokens.end).filter(|last| *last > tokens.start) else { continue };
        let span = script.tokens[last].span;
        let has = script.tokens[last].kind == Kind::Comma;
        if require && !has {
            let fix = sheet.edit(Span::at(span.end as usize), ",");
            raised.push(sheet.raise(span, "The last column is to have a comma behind it.").safe_fix(vec![fix]));
        } else if !require && has && script.open_blocks(last).last() != Some(&"if") {
            let found = sheet.raise(span, "The last column is not to have a comma behind it.");
            let is_template = script.open_blocks(last).contains(&"for");
            raised.push(if is_template { found } else { found.safe_fix(vec![sheet.edit(span, "")]) });
        }
    }
}

pub(super) fn count_rows(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let wanted = match (sheet.options().flag("prefer_count_1"), sheet.options().flag("prefer_count_0")) {
        (true, _) => "1",
        (_, true) => "0",
        _ => "*",
    };
    for call in script.all("call").filter(|call| script.is(script.nodes[*call].first, "count")) {
        let code = script.code_of(call);
        let [_, _, counted, _] = code.as_slice() else { continue };
        let found = script.word(*counted);
        if matches!(found, "*" | "1" | "0") && found != wanted {
            let span = script.tokens[*counted].span;
            let message = format!("Rows are to be counted by `count({wanted})`.");
            raised.push(sheet.raise(script.nodes[call].span, message).safe_fix(vec![sheet.edit(span, wanted)]));
        }
    }
}

pub(super) fn statement_brackets(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for statement in script.all("statement") {
        let code = script.code_of(statement);
        let (Some(first), Some(last)) = (code.first().copied(), code.last().copied()) else { continue };
        let starts = script.children(statement).next().is_some_and(|child| script.node_kind(child) == "subquery");
        if !starts || script.tokens[first].kind != Kind::Open || script.tokens[first].pair != Some(last) {
            continue;
        }
        let open = script.tokens[first].span;
        let edits = vec![sheet.edit(open, ""), sheet.edit(script.tokens[last].span, "")];
        raised.push(sheet.raise(open, "A statement needs no brackets around it.").safe_fix(edits));
    }
}
