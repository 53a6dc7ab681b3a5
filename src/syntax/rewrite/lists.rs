//! DuckDB's list comprehensions and short forms of stars in, function calls that mean the same out.

use sqlparser::tokenizer::Token;

use super::tree::{Group, Node, by_commas, find, made, round, word};
use crate::syntax::lex::Piece;

/// `[e FOR x IN l IF c]` as `list_transform(list_filter(l, x -> c), x -> e)`.
pub(super) fn comprehension(level: &mut Vec<Node>) {
    let mut at = 0;
    while at < level.len() {
        if let Some(nodes) = level[at].group().and_then(calls) {
            level.splice(at..=at, nodes);
        }
        at += 1;
    }
}

fn calls(group: &Group) -> Option<[Node; 2]> {
    let inner = &group.inner;
    let each = find(inner, 0, &["for"])?;
    let list = find(inner, each, &["in"])?;
    if group.open.token != Token::LBracket || each == 0 || list == each + 1 {
        return None;
    }
    let condition = find(inner, list, &["if"]);
    let end = condition.unwrap_or(inner.len());
    let here = group.open.span;
    let names = inner[each + 1..list].to_vec();
    let lambda = |body: &[Node]| {
        let parameters = if names.len() > 1 { vec![round(names.clone(), here)] } else { names.clone() };
        let arrow = made(Token::Arrow, here);
        parameters.into_iter().chain([arrow]).chain(body.iter().cloned()).collect::<Vec<Node>>()
    };
    let call = |name: &str, list: Vec<Node>, body: &[Node]| {
        let arguments = list.into_iter().chain([made(Token::Comma, here)]).chain(lambda(body)).collect();
        [word(name, here), round(arguments, here)]
    };
    let list = inner[list + 1..end].to_vec();
    let kept = match condition {
        Some(at) => call("list_filter", list, &inner[at + 1..]).to_vec(),
        None => list,
    };
    Some(call("list_transform", kept, &inner[..each]))
}

/// `* LIKE 'c%'` as `COLUMNS(c -> c LIKE 'c%')`.
pub(super) fn star_like(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        let not = usize::from(level[at + 1].is_word("not"));
        let is_like = level.get(at + 1 + not).is_some_and(|next| next.is_any(&["like", "ilike", "glob", "similar"]));
        if level[at].is(&Token::Mul) && is_like && starts_item(level, at) {
            let end = item_end(level, at);
            let here = level[at].piece().span;
            let mut body = vec![word("c", here), made(Token::Arrow, here), word("c", here)];
            body.extend_from_slice(&level[at + 1..end]);
            level.splice(at..end, [word("COLUMNS", here), round(body, here)]);
        }
        at += 1;
    }
}

/// `* REPLACE a AS b` as `* REPLACE (a AS b)`, and so for EXCLUDE and RENAME.
pub(super) fn star_without_brackets(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 2 < level.len() {
        let modifies =
            level[at + 1].is_any(&["replace", "exclude", "except", "rename"]) && level[at + 2].round().is_none();
        if level[at].is(&Token::Mul) && modifies && starts_item(level, at) {
            let end = item_end(level, at);
            let here = level[at + 2].piece().span;
            let inner = level[at + 2..end].to_vec();
            level.splice(at + 2..end, [round(inner, here)]);
        }
        at += 1;
    }
}

/// A name and a colon.
pub(super) fn is_alias(name: &Piece, colon: &Piece) -> bool {
    matches!(name.token, Token::Word(_)) && colon.token == Token::Colon
}

/// `SELECT a: b + 1` as `SELECT b + 1 AS a`.
pub(super) fn prefix_alias(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        if level[at].is(&Token::Colon) && level[at - 1].is_name() && starts_item(level, at - 1) && in_select(level, at)
        {
            let end = item_end(level, at);
            let here = level[at - 1].piece().span;
            let mut nodes = level[at + 1..end].to_vec();
            nodes.extend([word("AS", here), level[at - 1].clone()]);
            level.splice(at - 1..end, nodes);
        }
        at += 1;
    }
}

/// Does a SELECT item start at `at`?
fn starts_item(level: &[Node], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| &level[before]) else { return false };
    before.is(&Token::Comma) || before.is_any(&["select", "distinct", "all"]) || before.is(&Token::Period)
}

fn in_select(level: &[Node], at: usize) -> bool {
    let clause = level[..at].iter().rev().find(|node| {
        node.is_any(&[
            "select", "from", "where", "group", "order", "having", "window", "qualify", "with", "values", "using",
            "set",
        ])
    });
    clause.is_some_and(|clause| clause.is_word("select"))
}

fn item_end(level: &[Node], at: usize) -> usize {
    let ends: &[&str] = &[
        "from",
        "where",
        "group",
        "having",
        "qualify",
        "window",
        "order",
        "limit",
        "union",
        "intersect",
        "except",
        "offset",
        "using",
    ];
    let is_end = |node: &Node, next: usize| node.is(&Token::Comma) || next > at + 1 && node.is_any(ends);
    (at + 1..level.len()).find(|next| is_end(&level[*next], *next)).unwrap_or(level.len())
}

/// `VALUES 1, 2` as `VALUES (1), (2)`.
pub(super) fn bare_rows(level: &mut Vec<Node>) {
    let Some(at) = find(level, 0, &["values"]) else { return };
    // `STRUCT<a INT, values ARRAY<INT>>` has a field of that name.
    let named = at > 0 && matches!(level[at - 1].piece().token, Token::Comma | Token::Lt | Token::Period);
    if named || level.get(at + 1).is_none_or(|next| next.round().is_some()) {
        return;
    }
    let ends = ["as", "order", "limit", "union", "on", "where", "except", "intersect", "select"];
    let end = find(level, at, &ends).unwrap_or(level.len());
    let here = level[at].piece().span;
    let mut nodes = Vec::new();
    for item in by_commas(&level[at + 1..end]) {
        if !nodes.is_empty() {
            nodes.push(made(Token::Comma, here));
        }
        nodes.push(round(item.to_vec(), here));
    }
    level.splice(at + 1..end, nodes);
}

/// `FILTER (c)` as `FILTER (WHERE c)`.
pub(super) fn filter_without_where(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        // Behind a call: `filter(list, x -> c)` is one itself.
        let follows = at > 1 && level[at - 1].is_word("filter") && level[at - 2].round().is_some();
        if let Node::Group(group) = &mut level[at]
            && follows
            && group.inner.first().is_some_and(|first| !first.is_word("where"))
        {
            group.inner.insert(0, word("WHERE", group.open.span));
        }
    }
}

/// `addDays(day, offset + 1)`: behind a comma the parser takes a reserved word for the end of the list. Quoted it is a
/// name.
pub(super) fn lone_keywords(level: &mut Vec<Node>) {
    const RESERVED: &[&str] = &["offset", "limit", "format", "settings", "sample", "end", "window", "final", "values"];
    let operator = |node: &Node| {
        matches!(
            node.piece().token,
            Token::Comma | Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::Eq | Token::Lt | Token::Gt
        )
    };
    for at in 1..level.len() {
        let stands_alone = level.get(at + 1).is_none_or(operator);
        if level[at - 1].is(&Token::Comma) && stands_alone && level[at].is_any(RESERVED) {
            let Node::Leaf(piece) = &mut level[at] else { continue };
            if let Token::Word(word) = &piece.token {
                piece.token = Token::make_word(&word.value.clone(), Some('"'));
            }
        }
    }
}
