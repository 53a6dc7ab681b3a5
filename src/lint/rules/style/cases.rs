//! CASE expressions that say less than they are long.

use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;
use crate::text::Span;

pub(super) fn else_null(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for clause in script.all("else_clause") {
        let code = script.code_of(clause);
        let [word, null] = code.as_slice() else { continue };
        let in_case = script.node_kind(script.nodes[clause].parent) == "case_expression";
        if in_case && script.is(*null, "null") && script.tokens[*null].kind == Kind::Constant {
            let cut = Span { start: script.gap(*word).start, end: script.tokens[*null].span.end };
            let message = "ELSE NULL says what a CASE without ELSE does.";
            raised.push(sheet.raise(script.span(*word, *null), message).safe_fix(vec![sheet.edit(cut, "")]));
        }
    }
}

/// The parts of a CASE with one WHEN, as tokens.
struct Simple {
    condition: Vec<usize>,
    result: Vec<usize>,
    other: Vec<usize>,
}

pub(super) fn simple(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for node in script.all("case_expression") {
        let Some(case) = parts(script, node) else { continue };
        let Some(spelt) = shorter(sheet, &case) else { continue };
        let span = script.nodes[node].span;
        let templated = script.tokens_of(node).any(|at| script.tokens[at].kind.is_jinja());
        let found = sheet.raise(span, format!("This CASE is `{}`.", spelt.replace('\n', " ")));
        raised.push(if templated { found } else { found.safe_fix(vec![sheet.edit(span, spelt)]) });
    }
}

fn parts(script: &Script<'_>, node: usize) -> Option<Simple> {
    let children: Vec<usize> =
        script.children(node).filter(|child| !script.nodes[*child].kind.ends_with("comment")).collect();
    let (when, other) = match children.iter().map(|child| script.node_kind(*child)).collect::<Vec<_>>().as_slice() {
        ["CASE", "when_clause", "END"] => (children[1], None),
        ["CASE", "when_clause", "else_clause", "END"] => (children[1], Some(children[2])),
        _ => return None,
    };
    let then = script.children(when).find(|child| script.node_kind(*child) == "THEN")?;
    let then = script.nodes[then].first;
    let code = script.code_of(when);
    let condition = code.iter().copied().filter(|at| *at > code[0] && *at < then).collect();
    let result = code.iter().copied().filter(|at| *at > then).collect();
    let other = other.map(|other| script.code_of(other)[1..].to_vec()).unwrap_or_default();
    Some(Simple { condition, result, other })
}

fn shorter(sheet: &Sheet<'_>, case: &Simple) -> Option<String> {
    let script = sheet.script();
    let text = |tokens: &[usize]| Some(script.text[script.span(*tokens.first()?, *tokens.last()?).range()].to_owned());
    let constant = |tokens: &[usize]| match tokens {
        [one] if script.tokens[*one].kind == Kind::Constant => script.word(*one).to_ascii_lowercase(),
        _ => String::new(),
    };
    match (constant(&case.result).as_str(), constant(&case.other).as_str()) {
        ("true", "false") => return Some(format!("coalesce({}, false)", text(&case.condition)?)),
        ("false", "true") => return Some(format!("not coalesce({}, false)", text(&case.condition)?)),
        _ => {}
    }
    let words: Vec<String> = case.condition.iter().map(|at| script.word(*at).to_ascii_lowercase()).collect();
    let (column, is_null) = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [.., "is", "not", "null"] => (&case.condition[..words.len() - 3], false),
        [.., "is", "null"] => (&case.condition[..words.len() - 2], true),
        _ => return None,
    };
    if !is_column(script, column) {
        return None;
    }
    let (same, instead) = if is_null { (&case.other, &case.result) } else { (&case.result, &case.other) };
    if !is_same(sheet, column, same) {
        return None;
    }
    match (constant(instead).as_str(), instead.is_empty()) {
        ("null", _) => text(same),
        (_, true) if !is_null => text(same),
        (_, true) => None,
        _ if column.iter().any(|at| script.tokens[*at].kind == Kind::Open) => None,
        _ if is_same(sheet, column, instead) => None,
        _ => Some(format!("coalesce({}, {})", text(same)?, text(instead)?)),
    }
}

/// A name, perhaps with fixed elements behind it.
fn is_column(script: &Script<'_>, tokens: &[usize]) -> bool {
    let allowed = |at: &usize| {
        matches!(
            script.tokens[*at].kind,
            Kind::Name | Kind::Quoted | Kind::Dot | Kind::Open | Kind::Close | Kind::Number | Kind::String
        ) && script.word(*at) != "("
    };
    !tokens.is_empty()
        && tokens.iter().all(allowed)
        && matches!(script.tokens[tokens[0]].kind, Kind::Name | Kind::Quoted)
}

fn is_same(sheet: &Sheet<'_>, one: &[usize], other: &[usize]) -> bool {
    let script = sheet.script();
    let key = |at: &usize| match script.tokens[*at].kind {
        Kind::Name => sheet.dialect().column_key(script.word(*at), false),
        _ => script.word(*at).to_owned(),
    };
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| key(a) == key(b))
}
