//! Pipe operators that the parser lacks in, those that it has out.

use sqlparser::tokenizer::Token;

use super::names::plain;
use super::tree::{Node, find, made, round, word};
use crate::syntax::lex::Piece;

const PIPE: Token = Token::VerticalBarRightAngleBracket;

pub(super) fn is_distinct(first: &Piece, second: &Piece) -> bool {
    first.token == PIPE && (second.is_word("select") || second.is_word("distinct"))
}

/// `|> SELECT DISTINCT a` as `|> SELECT a |> CALL distinct_rows()`: read as it stands `a` would be an alias.
pub(super) fn distinct_pipes(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        let here = level[at].piece().span;
        let call = || [made(PIPE, here), word("CALL", here), plain("distinct_rows", here), round(Vec::new(), here)];
        if level[at].is(&PIPE) && level[at + 1].is_word("distinct") {
            level.splice(at..at + 2, call());
        } else if level[at].is(&PIPE)
            && level[at + 1].is_word("select")
            && level.get(at + 2).is_some_and(|next| next.is_word("distinct"))
        {
            let end = pipe_end(level, at + 1);
            level.splice(end..end, call());
            level.remove(at + 2);
        }
        at += 1;
    }
}

/// `|> WINDOW` is `|> EXTEND`, `|> ASSERT` changes nothing, GROUP AND ORDER BY sorts by what it groups by.
pub(super) fn rare_pipes(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        let here = level[at].piece().span;
        if !level[at].is(&PIPE) {
            at += 1;
            continue;
        }
        let end = pipe_end(level, at + 1);
        if level[at + 1].is_any(&["select", "extend"])
            && let Some(windows) = find(&level[..end], at + 2, &["window"])
        {
            named_windows(level, at + 2, windows, end);
        } else if level[at + 1].is_word("with") {
            let ctes: Vec<Node> = level.drain(at..end).skip(2).collect();
            name_first(level, ctes);
            at = 0;
        } else if level[at + 1].is_word("window") {
            level[at + 1] = word("EXTEND", here);
        } else if level[at + 1].is_word("assert") {
            level.drain(at..end);
            continue;
        } else if level[at + 1].is_word("aggregate") {
            grouped_and_ordered(level, at + 1, end);
        } else if level[at + 1].is_any(&["union", "intersect", "except", "minus", "subtract"]) {
            set_operand(level, at + 1, end);
        }
        at += 1;
    }
}

/// `SELECT .. OVER w WINDOW w AS (a)` as `SELECT .. OVER (a)`: no pipe of the parser has a WINDOW of its own.
fn named_windows(level: &mut Vec<Node>, from: usize, windows: usize, end: usize) {
    let mut named = Vec::new();
    for definition in super::tree::by_commas(&level[windows + 1..end]) {
        let [name, as_word, Node::Group(window)] = definition else { return };
        if !as_word.is_word("as") {
            return;
        }
        named.push((name.piece().token.to_string(), window.inner.clone()));
    }
    level.drain(windows..end);
    put_windows(&mut level[from..windows], &named);
}

fn put_windows(level: &mut [Node], named: &[(String, Vec<Node>)]) {
    let find = |node: &Node| {
        let name = node.is_name().then(|| node.piece().token.to_string())?;
        named.iter().find(|(own, _)| own.eq_ignore_ascii_case(&name)).map(|(_, window)| window.clone())
    };
    for at in 0..level.len() {
        let over = at > 0 && level[at - 1].is_word("over");
        if let Some(window) = find(&level[at]).filter(|_| over) {
            level[at] = round(window, level[at].piece().span);
        } else if let Node::Group(group) = &mut level[at] {
            match group.inner.first().and_then(find).filter(|_| over) {
                Some(window) => drop(group.inner.splice(..1, window)),
                None => put_windows(&mut group.inner, named),
            }
        }
    }
}

/// `q |> WITH c AS (..) |> ..` as `WITH c AS (..) q |> ..`.
fn name_first(level: &mut Vec<Node>, mut ctes: Vec<Node>) {
    let Some(here) = level.first().map(|first| first.piece().span) else { return };
    let query = find(level, 1, &["select", "from", "values", "table"]).filter(|_| level[0].is_word("with"));
    match query {
        Some(at) => {
            ctes.insert(0, made(Token::Comma, here));
            level.splice(at..at, ctes);
        }
        None => drop(level.splice(..0, std::iter::once(word("WITH", here)).chain(ctes))),
    }
}

/// The next pipe, or the end of the query.
fn pipe_end(level: &[Node], from: usize) -> usize {
    (from..level.len()).find(|at| level[*at].is(&PIPE) || level[*at].is(&Token::SemiColon)).unwrap_or(level.len())
}

/// `GROUP AND ORDER BY a, b DESC` as `GROUP BY a ASC, b DESC`: a key with a direction is also sorted by.
fn grouped_and_ordered(level: &mut Vec<Node>, from: usize, end: usize) {
    let Some(group) = find(&level[..end], from, &["group"]) else { return };
    if !level.get(group + 1).is_some_and(|next| next.is_word("and")) {
        return;
    }
    let here = level[group].piece().span;
    let mut keys = Vec::new();
    for key in super::tree::by_commas(&level[(group + 4).min(end)..end]) {
        if !keys.is_empty() {
            keys.push(made(Token::Comma, here));
        }
        keys.extend_from_slice(key);
        if find(key, 0, &["asc", "desc"]).is_none() {
            keys.push(word("ASC", here));
        }
    }
    let head = [word("GROUP", here), word("BY", here)];
    level.splice(group..end, head.into_iter().chain(keys));
}

/// Spark's `|> UNION ALL SELECT ..` and `|> SUBTRACT TABLE t`, with brackets around the query.
fn set_operand(level: &mut Vec<Node>, at: usize, end: usize) {
    let here = level[at].piece().span;
    if level[at].is_any(&["minus", "subtract"]) {
        level[at] = word("EXCEPT", here);
    }
    if level[at].is_any(&["intersect", "except"]) && !level[at + 1].is_any(&["all", "distinct"]) {
        level.insert(at + 1, word("DISTINCT", here));
        return set_operand(level, at, end + 1);
    }
    if let Some(query) = find(&level[..end], at, &["select", "table", "values", "from", "with"]) {
        let mut inner = level[query..end].to_vec();
        if inner[0].is_word("table") {
            inner.splice(..1, [word("SELECT", here), made(Token::Mul, here), word("FROM", here)]);
        }
        level.splice(query..end, [round(inner, here)]);
    }
}

/// `(SELECT ..) AS t |> ..` and `(SELECT ..) AS t UNION ..`, which name a whole query.
pub(super) fn named_queries(level: &mut Vec<Node>) {
    let query = level.first().and_then(Node::round).is_some();
    let named = level.get(1).is_some_and(|next| next.is_word("as")) && level.get(2).is_some_and(Node::is_name);
    match level.get(3) {
        Some(next) if query && named && next.is(&PIPE) => {
            let here = level[0].piece().span;
            level.insert(0, word("FROM", here));
        }
        Some(next) if query && named && next.is_any(&["union", "intersect", "except"]) => drop(level.drain(1..3)),
        _ => {}
    }
}
