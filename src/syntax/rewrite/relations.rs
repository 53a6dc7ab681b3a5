//! Relations and names in forms that the parser does not read in, such as it does out.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::tree::{Node, find, made, round, word};
use crate::syntax::lex::{Gap, Piece};

/// A WITH that names anything but queries: every CTE starts `name AS (` or `name (`.
pub(super) fn names_values(pieces: &[Piece]) -> bool {
    let mut depth = 0usize;
    // Per open WITH, how deep it stands.
    let mut open = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let in_list = piece.token == Token::Comma && open.last() == Some(&depth);
        if piece.is_word("with") {
            open.push(depth);
        }
        if (in_list || piece.is_word("with")) && !starts_cte(&pieces[at + 1..]) {
            return true;
        }
        match piece.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Word(_) if open.last() == Some(&depth) && (piece.is_word("select") || piece.is_word("insert")) => {
                open.pop();
            }
            _ => {}
        }
    }
    false
}

fn starts_cte(pieces: &[Piece]) -> bool {
    let is = |at: usize, token: &Token| pieces.get(at).is_some_and(|piece| piece.token == *token);
    let named = matches!(pieces.first(), Some(Piece { token: Token::Word(_), .. }));
    let recursive = pieces.first().is_some_and(|piece| piece.is_word("recursive"));
    recursive
        || named
            && (is(1, &Token::LParen) && is_cte_behind_columns(pieces)
                || pieces.get(1).is_some_and(|piece| piece.is_word("as")) && is(2, &Token::LParen))
}

/// `c (a, b) AS (..`, not `sum(a) AS b`.
fn is_cte_behind_columns(pieces: &[Piece]) -> bool {
    let mut depth = 0usize;
    let close = pieces.iter().position(|piece| {
        match piece.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && piece.token == Token::RParen
    });
    let behind = close.and_then(|close| pieces.get(close + 1..)).unwrap_or_default();
    match behind {
        [next, open, ..] => !next.is_word("as") || open.token == Token::LParen,
        _ => true,
    }
}

/// ClickHouse's `WITH 1 AS x, (SELECT 2) AS y SELECT x + y` as `SELECT (1) + ((SELECT 2))`.
pub(super) fn with_values(level: &mut Vec<Node>) {
    if !level.first().is_some_and(|first| first.is_word("with"))
        || level.get(1).is_some_and(|next| next.is_word("recursive"))
    {
        return;
    }
    let Some(body) = find(level, 1, &["select", "insert"]) else { return };
    let mut named: Vec<(String, Vec<Node>)> = Vec::new();
    let mut kept: Vec<Node> = Vec::new();
    for item in super::tree::by_commas(&level[1..body]) {
        match value(item) {
            Some((name, value)) => named.push((name, value)),
            None => {
                if !kept.is_empty() {
                    kept.push(made(Token::Comma, level[0].piece().span));
                }
                kept.extend_from_slice(item);
            }
        }
    }
    if named.is_empty() {
        return;
    }
    // A value may read the ones named before it.
    for at in 1..named.len() {
        let (before, rest) = named.split_at_mut(at);
        substitute(&mut rest[0].1, before);
    }
    let mut nodes = if kept.is_empty() { Vec::new() } else { vec![level[0].clone()] };
    nodes.extend(kept);
    let mut rest = level[body..].to_vec();
    keep_names(&mut rest, &named);
    substitute(&mut rest, &named);
    nodes.extend(rest);
    *level = nodes;
}

/// `expression AS name`; a CTE is `name AS (query)`.
fn value(item: &[Node]) -> Option<(String, Vec<Node>)> {
    let [value @ .., as_word, Node::Leaf(name)] = item else { return None };
    let Token::Word(word) = &name.token else { return None };
    (as_word.is_word("as") && !value.is_empty()).then(|| (word.value.clone(), value.to_vec()))
}

/// `SELECT x` as `SELECT x AS x` where `x` names a value: the column keeps that name.
fn keep_names(level: &mut Vec<Node>, named: &[(String, Vec<Node>)]) {
    let mut at = 1;
    let mut listed = false;
    while at < level.len() {
        if let Node::Group(group) = &mut level[at] {
            keep_names(&mut group.inner, named);
        }
        let select = level[at - 1].is_any(&["select", "distinct"]);
        listed = select || listed && !level[at - 1].is_word("from");
        let starts = select || level[at - 1].is(&Token::Comma);
        let ends = level.get(at + 1).is_none_or(|next| {
            next.is(&Token::Comma)
                || next.is_any(&[
                    "from",
                    "where",
                    "union",
                    "except",
                    "intersect",
                    "order",
                    "limit",
                    "settings",
                    "format",
                ])
        });
        let is_it = matches!(&level[at], Node::Leaf(Piece { token: Token::Word(word), .. })
            if named.iter().any(|(name, _)| *name == word.value));
        if listed && starts && ends && is_it {
            let name = level[at].clone();
            level.splice(at + 1..=at, [word("AS", name.piece().span), name]);
            at += 2;
        }
        at += 1;
    }
}

/// Puts each value where its name stands as a name of its own.
fn substitute(level: &mut [Node], named: &[(String, Vec<Node>)]) {
    for at in 0..level.len() {
        if let Node::Group(group) = &mut level[at] {
            substitute(&mut group.inner, named);
            continue;
        }
        // `a x` names `a`, and is no value of its own.
        let alias = |before: &Node| {
            before.round().is_some() || before.is_name() && before.piece().keyword() == Keyword::NoKeyword
        };
        let part = at > 0
            && (level[at - 1].is(&Token::Period)
                || level[at - 1].is_any(&["as", "from", "join"])
                || alias(&level[at - 1]));
        let qualifies = level.get(at + 1).is_some_and(|next| next.is(&Token::Period) || next.round().is_some());
        let value =
            named.iter().find(|(name, _)| matches!(&level[at].piece().token, Token::Word(word) if word.value == *name));
        if let Some((_, value)) = value
            && !part
            && !qualifies
        {
            level[at] = round(value.clone(), level[at].piece().span);
        }
    }
}

/// BigQuery's `t.arr AS x WITH OFFSET AS o` (only arrays have offsets) as `UNNEST(t.arr) AS x WITH OFFSET AS o`.
pub(super) fn offset_paths(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        if level[at].is_word("with") && level[at + 1].is_word("offset") {
            let ends = |node: &Node| node.is(&Token::Comma) || node.is_any(&["from", "join"]);
            let start = (0..at).rev().find(|back| ends(&level[*back])).map_or(0, |back| back + 1);
            let mut path = start + 1;
            while path + 1 < at && level[path].is(&Token::Period) {
                path += 2;
            }
            if level[start].is_name() && !level[start].is_word("unnest") {
                let here = level[start].piece().span;
                let inner = level[start..path].to_vec();
                level.splice(start..path, [word("UNNEST", here), round(inner, here)]);
                at = start + 1;
            }
        }
        at += 1;
    }
}

/// BigQuery's `proj-1.d7-b1.t-2c`: one quoted name, where it stands without blanks after FROM or JOIN.
pub(super) fn dashed_names(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        if level[at - 1].is_any(&["from", "join", "into", "table", "view"]) && level[at].is_name() {
            let mut end = at + 1;
            let part = |node: &Node| {
                node.piece().gap == Gap::None
                    && (node.is_name()
                        || node.is(&Token::Minus)
                        || node.is(&Token::Period)
                        || matches!(node.piece().token, Token::Number(..)))
            };
            while level.get(end).is_some_and(part) {
                end += 1;
            }
            let dashed = level[at..end].iter().any(|node| node.is(&Token::Minus));
            if dashed {
                let name: String = level[at..end].iter().map(|node| node.piece().token.to_string()).collect();
                let span = level[at].piece().span.cover(level[end - 1].piece().span);
                let mut node = made(Token::make_word(&name.replace('`', ""), Some('`')), span);
                if let Node::Leaf(piece) = &mut node {
                    piece.span = span;
                }
                level.splice(at..end, [node]);
            }
        }
        at += 1;
    }
}

/// Spark's `(VALUES (1, 2)) AS (a, b)`: a relation whose columns have names, but not itself.
pub(super) fn unnamed_columns(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        let listed = |(at, node): (usize, &Node)| if at % 2 == 0 { node.is_name() } else { node.is(&Token::Comma) };
        let columns = level[at + 1].round().is_some_and(|group| group.inner.iter().enumerate().all(listed));
        if level[at].is_word("as") && columns && level[at - 1].round().is_some() {
            let here = level[at].piece().span;
            level.insert(at + 1, made(Token::make_word("unnamed", Some('"')), here));
        }
        at += 1;
    }
}

/// `UNPIVOT(s FOR m IN (jan j, feb AS 2))` as `.. IN (jan AS j, feb AS "2")`.
pub(super) fn unpivot_aliases(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        let follows = level[at - 1].is_word("unpivot") || level[at - 1].is_word("nulls");
        let Node::Group(body) = &mut level[at] else { continue };
        let list = find(&body.inner, 0, &["in"]).filter(|_| follows).map(|list| list + 1);
        if let Some(Node::Group(columns)) = list.and_then(|list| body.inner.get_mut(list)) {
            named(&mut columns.inner);
        }
    }
}

fn named(columns: &mut Vec<Node>) {
    let mut at = 1;
    while at < columns.len() {
        let here = columns[at].piece().span;
        if let Token::Number(digits, _) = &columns[at].piece().token {
            columns[at] = made(Token::make_word(digits, Some('"')), here);
        }
        let value = columns[at - 1].is_name() || columns[at - 1].group().is_some();
        if columns[at].is_name() && value && !columns[at].is_word("as") && !columns[at - 1].is_word("as") {
            columns.insert(at, word("AS", here));
        }
        at += 1;
    }
}

/// An alias that is also a clause's first word, `FROM x at JOIN y`, with the AS that makes it plain.
pub(super) fn alias_named_at(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let goes_on = |next: &Node| next.round().is_some() || next.is_word("time") || next.is(&Token::Period);
        let next_is_call = level.get(at + 1).is_some_and(goes_on);
        if level[at].is_word("at")
            && level[at - 1].is_name()
            && !next_is_call
            && !level[at - 1].is_any(&["as", "from", "join"])
        {
            let here = level[at].piece().span;
            level.insert(at, word("AS", here));
            at += 1;
        }
        at += 1;
    }
}
