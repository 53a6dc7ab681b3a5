//! VALUES as people write it in, subqueries over VALUES with brackets around each row out; aliases of columns alone.

use sqlparser::tokenizer::Token;

use super::tree::{Node, find, made, round, word};
use crate::text::Span;

/// `FROM VALUES 1, 2 AS t` as `FROM (VALUES (1), (2)) AS t`; the statement `VALUES (1, 2) AS t(a, b)` as a SELECT of it.
pub(super) fn values_relations(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        let before = at.checked_sub(1).map(|before| &level[before]);
        let in_from = before.is_some_and(|before| {
            before.is_any(&["from", "join"]) || before.is(&Token::Comma) && find(&level[..at], 0, &["from"]).is_some()
        });
        if level[at].is_word("values") && (in_from || before.is_none()) {
            let end = rows_end(level, at + 1);
            let aliased = level.get(end).is_some_and(|next| next.is_word("as") || next.is_name() && !ends_rows(next))
                || level.get(end).is_some_and(|next| next.round().is_some());
            let names = names_columns(&level[at + 1..end]);
            let here = level[at].piece().span;
            if names && !in_from && !aliased {
                let selects = selects(&level[at + 1..end], here);
                level.splice(at..end, selects);
            } else if in_from || aliased {
                let inner = if names {
                    selects(&level[at + 1..end], here)
                } else {
                    std::iter::once(level[at].clone()).chain(rows(&level[at + 1..end], here)).collect()
                };
                let select = [word("SELECT", here), made(Token::Mul, here), word("FROM", here)];
                let opening = select.into_iter().filter(|_| !in_from);
                let nodes: Vec<Node> = opening.chain([round(inner, here)]).collect();
                level.splice(at..end, nodes);
            }
        }
        at += 1;
    }
}

/// The node after the last row: rows are brackets or single values, with commas between.
fn rows_end(level: &[Node], from: usize) -> usize {
    let mut at = from;
    loop {
        while level.get(at).is_some_and(|node| node.is(&Token::Minus) || node.is(&Token::Plus)) {
            at += 1;
        }
        // `array(1)`, `date '2024-01-01'`: a word and what follows it are one value.
        let called = level.get(at).is_some_and(Node::is_name)
            && level.get(at + 1).is_some_and(|next| next.round().is_some() || next.is_string());
        at += 1 + usize::from(called);
        let more = level.get(at).is_some_and(|node| node.is(&Token::Comma))
            && level.get(at + 1).is_some_and(|next| !next.is_any(&["values", "lateral"]) && is_row(next));
        if !more {
            return at.min(level.len());
        }
        at += 1;
    }
}

/// A comma may also part relations: `FROM VALUES 1, t`.
fn is_row(node: &Node) -> bool {
    node.group().is_some()
        || node.is_string()
        || node.is(&Token::Minus)
        || matches!(node.piece().token, Token::Number(..))
        || node.is_any(&["null", "true", "false", "array", "named_struct", "struct", "map", "date", "timestamp"])
}

fn ends_rows(node: &Node) -> bool {
    node.is_any(&[
        "union",
        "except",
        "intersect",
        "order",
        "limit",
        "where",
        "join",
        "inner",
        "left",
        "right",
        "full",
        "cross",
        "group",
        "having",
        "lateral",
        "pivot",
        "sort",
        "cluster",
        "distribute",
        "window",
        "tablesample",
        "natural",
    ])
}

fn rows(nodes: &[Node], here: Span) -> Vec<Node> {
    let mut rows = Vec::new();
    for row in super::tree::by_commas(nodes) {
        if !rows.is_empty() {
            rows.push(made(Token::Comma, here));
        }
        match row {
            [only] if only.round().is_some() => rows.push(only.clone()),
            row => rows.push(round(row.to_vec(), here)),
        }
    }
    rows
}

/// Does a row name its columns, as in Hive's `VALUES (1 AS a, 2 AS b)`?
fn names_columns(rows: &[Node]) -> bool {
    rows.iter().any(|row| row.round().is_some_and(|group| find(&group.inner, 1, &["as"]).is_some()))
}

/// Such rows as `SELECT 1 AS a, 2 AS b UNION ALL SELECT ..`.
fn selects(rows: &[Node], here: Span) -> Vec<Node> {
    let mut nodes = Vec::new();
    for row in rows.iter().filter_map(Node::round) {
        if !nodes.is_empty() {
            nodes.extend([word("UNION", here), word("ALL", here)]);
        }
        nodes.push(word("SELECT", here));
        nodes.extend_from_slice(&row.inner);
    }
    nodes
}

/// `FROM (q) (a, b)`, `FROM (q) AS (a, b)`, `FROM t AS (a, b)`: names for the columns, none for the relation.
pub(super) fn columns_without_relation(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let explicit = level[at - 1].is_word("as");
        let Some(before) = (at - 1).checked_sub(usize::from(explicit)) else {
            at += 1;
            continue;
        };
        let names = level[at].round().is_some_and(|group| {
            let name = |(at, node): (usize, &Node)| if at % 2 == 0 { node.is_name() } else { node.is(&Token::Comma) };
            !group.inner.is_empty() && group.inner.iter().enumerate().all(name)
        });
        let start = relation_start(level, before);
        let in_from = start > 0 && level[start - 1].is_any(&["from", "join"])
            || start > 0 && level[start - 1].is(&Token::Comma) && find(&level[..start], 0, &["from"]).is_some();
        let relation = level[before].round().is_some_and(|group| {
            group.inner.first().is_some_and(|first| first.is_any(&["select", "values", "with", "from"]))
        });
        let named = level[before].is_name() && explicit;
        if names && in_from && (relation && start == before || named) {
            let here = level[at].piece().span;
            let name = if named { level[before].clone() } else { made(Token::make_word("unnamed", Some('"')), here) };
            let alias = if explicit { vec![name] } else { vec![word("AS", here), name] };
            level.splice(at..at, alias);
            at += 1;
        }
        at += 1;
    }
}

/// Where the dotted name that ends at `at` starts.
fn relation_start(level: &[Node], at: usize) -> usize {
    let mut start = at;
    while start > 1 && level[start - 1].is(&Token::Period) && level[start - 2].is_name() {
        start -= 2;
    }
    start
}

/// `SELECT a.* EXCEPT (a.b)` as `SELECT a.* EXCEPT (b)`.
pub(super) fn qualified_except(level: &mut Vec<Node>) {
    for at in 3..level.len().saturating_sub(1) {
        let star = level[at - 1].is(&Token::Mul) && level[at - 2].is(&Token::Period);
        if !star || !level[at].is_any(&["except", "exclude"]) {
            continue;
        }
        let owner = level[at - 3].piece().token.clone();
        let Node::Group(group) = &mut level[at + 1] else { continue };
        let mut each = 0;
        while each + 2 < group.inner.len() {
            let starts = each == 0 || group.inner[each - 1].is(&Token::Comma);
            if starts && group.inner[each].is(&owner) && group.inner[each + 1].is(&Token::Period) {
                group.inner.drain(each..each + 2);
            }
            each += 1;
        }
    }
}

/// Redshift's `SELECT *, 4 AS d EXCLUDE b, c FROM` as `.. EXCLUDE (b, c) FROM`.
pub(super) fn bare_exclude(level: &mut Vec<Node>) {
    let Some(at) = find(level, 1, &["exclude"]) else { return };
    let end = find(level, at, &["from"]).unwrap_or(level.len());
    let names = level[at + 1..end].iter().all(|node| node.is_name() || node.is(&Token::Comma));
    if end > at + 1 && names && level[0].is_word("select") {
        let here = level[at].piece().span;
        let inner = level[at + 1..end].to_vec();
        level.splice(at + 1..end, [round(inner, here)]);
    }
}

/// `SELECT (1 AS one) + 1, one + 3`, without FROM: the value stands where its name is read.
pub(super) fn inline_aliases(level: &mut Vec<Node>) {
    if !level.first().is_some_and(|first| first.is_word("select")) || find(level, 1, &["from"]).is_some() {
        return;
    }
    for at in 1..level.len() {
        let call = level[at - 1].is_name() && !level[at - 1].is_word("select");
        let named = level[at].round().filter(|_| !call).and_then(|group| match group.inner.as_slice() {
            [value @ .., as_word, name] if as_word.is_word("as") && name.is_name() && !value.is_empty() => {
                Some((value.to_vec(), name.piece().token.clone()))
            }
            _ => None,
        });
        let Some((value, name)) = named else { continue };
        let here = level[at].piece().span;
        level[at] = round(value.clone(), here);
        for later in at + 1..level.len() {
            let alone = !level[later - 1].is(&Token::Period) && !level[later - 1].is_word("as");
            if alone && level[later].is(&name) {
                level[later] = round(value.clone(), level[later].piece().span);
            }
        }
    }
}
