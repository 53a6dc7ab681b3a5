//! CREATE of what is filled by a query, in forms of its own, in; `CREATE .. TABLE name (columns) .. AS query` out.

use sqlparser::tokenizer::Token;

use super::tree::{Node, by_commas, find, made, round, word};
use crate::text::Span;

/// Snowflake's `DEFINE VIEW v AS q`: CREATE of what a project declares.
pub(super) fn define(level: &mut Vec<Node>) {
    let kind = level.get(1).is_some_and(|kind| kind.is_any(&["view", "table", "dynamic", "materialized", "secure"]));
    if kind && level[0].is_word("define") {
        level[0] = word("CREATE", level[0].piece().span);
    }
}

/// BigQuery's `CREATE SNAPSHOT TABLE t CLONE u`, `DROP SNAPSHOT TABLE t`: a table.
pub(super) fn snapshots(level: &mut Vec<Node>) {
    if level.first().is_some_and(|first| first.is_any(&["create", "drop"]))
        && let Some(at) = find(level, 1, &["snapshot"]).filter(|at| *at < 4)
        && level.get(at + 1).is_some_and(|next| next.is_word("table"))
    {
        level.remove(at);
    }
}

/// `CREATE TABLE t SELECT ..`, `CREATE VIEW v (a) SELECT ..`, `WITH c (SELECT ..)` with the AS they lack.
pub(super) fn queries_without_as(level: &mut Vec<Node>) {
    let Some(first) = level.first() else { return };
    let create = first.is_word("create") && find(level, 1, &["view", "table"]).is_some();
    let at = if create {
        let starts = |at: usize| level[at].is_any(&["select", "with"]) && !option(level, at) || is_query(&level[at]);
        (3..level.len()).find(|at| starts(*at)).filter(|at| !level[at - 1].is_word("as"))
    } else if first.is_word("with") {
        (2..level.len()).find(|at| {
            let names = level[at - 1].is_name() && (level[at - 2].is(&Token::Comma) || level[at - 2].is_word("with"));
            names && is_query(&level[*at])
        })
    } else {
        None
    };
    if let Some(at) = at {
        let here = level[at].piece().span;
        level.insert(at, word("AS", here));
    }
}

/// `WITH (fillfactor = 1)`, `WITH NO DATA`: no CTE.
fn option(level: &[Node], at: usize) -> bool {
    let part = |next: usize| level.get(at + next);
    let named = part(2).is_some_and(|next| next.is_word("as")) && part(3).is_some_and(is_query);
    let listed = part(2).is_some_and(|next| next.round().is_some()) && part(3).is_some_and(|next| next.is_word("as"));
    level[at].is_word("with") && !(named || listed || part(2).is_some_and(is_query))
}

fn is_query(node: &Node) -> bool {
    node.round().is_some_and(|group| group.inner.first().is_some_and(|first| first.is_any(&["select", "with"])))
}

/// The columns of a table with a query: name and type stay, constraints and comments go.
pub(super) fn created_columns(level: &mut Vec<Node>) {
    if !level.first().is_some_and(|first| first.is_word("create")) || find(level, 1, &["as"]).is_none() {
        return;
    }
    let Some(kind) = find(level, 1, &["table", "view"]) else { return };
    let end = find(level, kind, &["as"]).unwrap_or(level.len());
    let Some(at) = (kind..end).find(|at| level[*at].round().is_some()) else { return };
    if !level[at - 1].is_name() || level[at - 1].is_any(&["by", "on", "with", "using", "options", "tblproperties"]) {
        return;
    }
    let Node::Group(group) = &mut level[at] else { return };
    let here = group.open.span;
    let mut columns: Vec<Node> = Vec::new();
    for item in by_commas(&group.inner) {
        let constraint = item.first().is_none_or(|first| first.is_any(CONSTRAINTS))
            && item.get(1).is_some_and(|next| next.is_name() || next.round().is_some());
        if constraint || item.is_empty() {
            continue;
        }
        if !columns.is_empty() {
            columns.push(made(Token::Comma, here));
        }
        let kept = find(item, 1, PROPERTIES).unwrap_or(item.len());
        columns.extend_from_slice(&item[..kept]);
    }
    group.inner = columns;
}

const CONSTRAINTS: &[&str] = &["constraint", "primary", "unique", "foreign", "check", "index", "key", "expect"];

/// Words that end a column's type.
const PROPERTIES: &[&str] = &[
    "comment",
    "not",
    "null",
    "primary",
    "unique",
    "references",
    "default",
    "check",
    "constraint",
    "generated",
    "with",
    "masking",
    "tag",
    "encode",
    "distkey",
    "sortkey",
    "collate",
    "autoincrement",
    "identity",
    "options",
    "mask",
    "as",
    "projection",
];

/// Snowflake's `CREATE TABLE t USING TEMPLATE (q)`: its columns are those that `q` finds in files.
pub(super) fn using_template(level: &mut Vec<Node>) {
    let Some(at) = find(level, 3, &["using"]) else { return };
    let template = level[0].is_word("create") && level.get(at + 1).is_some_and(|next| next.is_word("template"));
    let Some(query) = level.get(at + 2).filter(|_| template).cloned() else { return };
    let here = level[at].piece().span;
    let call = round(vec![query], here);
    level.splice(
        at..at + 3,
        [
            word("AS", here),
            word("SELECT", here),
            made(Token::Mul, here),
            word("FROM", here),
            word("using_template", here),
            call,
        ],
    );
}

/// Snowflake's `CREATE PIPE p .. AS COPY INTO t ..` as the COPY that it runs.
pub(super) fn pipes_of_files(level: &mut Vec<Node>) {
    let Some(pipe) = find(level, 1, &["pipe"]).filter(|at| *at < 4 && level[0].is_word("create")) else { return };
    if let Some(copy) = find(level, pipe, &["copy"]).filter(|at| level[at - 1].is_word("as")) {
        level.drain(..copy);
    }
}

/// BigQuery's `CREATE MODEL m TRANSFORM (e AS a) OPTIONS (..) AS q` as `CREATE TABLE m AS SELECT e AS a FROM (q)`.
pub(super) fn models(level: &mut Vec<Node>) {
    let Some(kind) = find(level, 1, &["model"]).filter(|at| *at < 4 && level[0].is_word("create")) else { return };
    let Some(query) = find(level, kind, &["as"]) else { return };
    let here = level[kind].piece().span;
    let mut nodes: Vec<Node> = level[..kind].to_vec();
    nodes.push(word("TABLE", here));
    let clauses = find(&level[..query], kind, &["transform", "options", "input", "remote"]).unwrap_or(query);
    nodes.extend_from_slice(&level[kind + 1..clauses]);
    nodes.push(level[query].clone());
    match transform(&level[clauses..query]) {
        Some(items) => nodes.extend(selected(items, &level[query + 1..], here)),
        None => nodes.extend_from_slice(&level[query + 1..]),
    }
    *level = nodes;
}

fn transform(clauses: &[Node]) -> Option<&[Node]> {
    let at = find(clauses, 0, &["transform"])?;
    clauses.get(at + 1)?.round().map(|group| group.inner.as_slice())
}

fn selected(items: &[Node], query: &[Node], here: Span) -> Vec<Node> {
    let mut nodes = vec![word("SELECT", here)];
    nodes.extend_from_slice(items);
    nodes.extend([word("FROM", here), round(query.to_vec(), here)]);
    nodes
}
