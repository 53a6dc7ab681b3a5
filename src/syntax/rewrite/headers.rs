//! `CREATE <anything> VIEW|TABLE name <clauses> AS <query>` in, the same without the clauses out.

use sqlparser::tokenizer::Token;

use super::tree::{Node, by_commas, find, made, round, word};

const QUERY: &[&str] = &["select", "with", "from", "values", "pivot", "unpivot", "table"];

/// Keeps OR REPLACE, TEMPORARY, MATERIALIZED, IF NOT EXISTS, the name and its columns. Columns of a table without types
/// get the type `untyped`, since a table's columns have one.
pub(super) fn create(level: &mut Vec<Node>) {
    if !level.first().is_some_and(|first| first.is_word("create")) {
        return;
    }
    let Some(kind) = find(level, 1, &["view", "table"]) else { return };
    let is_query = |at: usize| {
        level
            .get(at + 1)
            .is_some_and(|next| next.is_any(QUERY) || next.round().is_some_and(|group| starts_query(&group.inner)))
    };
    let Some(query) = (kind..level.len()).find(|at| level[*at].is_word("as") && is_query(*at)) else { return };
    let head = &level[..kind];
    let kept: &[&str] = &["create", "or", "replace", "temporary", "temp", "materialized", "recursive"];
    let mut nodes: Vec<Node> = head.iter().filter(|node| node.is_any(kept)).cloned().collect();
    // Snowflake's OR ALTER and Databricks' OR REFRESH.
    if nodes.get(1).is_some_and(|node| node.is_word("or")) && nodes.get(2).is_none_or(|node| !node.is_word("replace")) {
        nodes.remove(1);
    }
    let table = level[kind].is_word("table");
    if table {
        nodes.retain(|node| !node.is_any(&["materialized", "recursive"]));
    }
    nodes.retain(|node| !node.is_word("recursive"));
    nodes.push(level[kind].clone());
    let (name, after) = name(level, kind + 1);
    nodes.extend(name);
    if let Some(columns) = level.get(after).filter(|_| after < query).and_then(Node::round) {
        nodes.push(columns_of(&columns.inner, table, level[after].piece().span));
    }
    // The relation that a view of ClickHouse writes what it selects to.
    if let Some(to) = find(&level[..query], after, &["to"]).filter(|_| !table) {
        let end = super::spell::name_end(level, to + 1);
        nodes.extend_from_slice(&level[to..end.min(query)]);
    }
    match &level[query + 1..] {
        // `AS (SELECT ..)`, all in brackets, is only read without column names before.
        [Node::Group(group)] if table => {
            nodes.push(level[query].clone());
            nodes.extend_from_slice(&group.inner);
        }
        _ => nodes.extend_from_slice(&level[query..]),
    }
    *level = nodes;
}

fn starts_query(inner: &[Node]) -> bool {
    inner
        .first()
        .is_some_and(|first| first.is_any(QUERY) || first.round().is_some_and(|group| starts_query(&group.inner)))
}

/// `IF NOT EXISTS a.b.c`, and the node after it.
fn name(level: &[Node], from: usize) -> (Vec<Node>, usize) {
    let mut at = from;
    if level.get(at).is_some_and(|node| node.is_word("if")) {
        at += 3;
    }
    at += 1;
    while level.get(at).is_some_and(|node| node.is(&Token::Period)) {
        at += 2;
    }
    let at = at.min(level.len());
    (level[from.min(at)..at].to_vec(), at)
}

/// The first word of each column.
fn columns_of(inner: &[Node], table: bool, here: crate::text::Span) -> Node {
    let mut columns = Vec::new();
    for item in by_commas(inner) {
        let Some(name) = item.first().filter(|name| name.is_name()) else { continue };
        if !columns.is_empty() {
            columns.push(made(Token::Comma, here));
        }
        columns.push(name.clone());
        match item.get(1) {
            Some(_) if table => columns.extend_from_slice(&item[1..]),
            None if table => columns.push(word("untyped", name.piece().span)),
            _ => {}
        }
    }
    round(columns, here)
}
