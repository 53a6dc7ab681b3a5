//! DuckDB's PIVOT and UNPIVOT statements in, the clauses of FROM that mean the same out.

use sqlparser::tokenizer::Token;

use super::tree::{Node, by_commas, find, made, round, word};
use crate::text::Span;

/// Words that end a statement's last clause.
const TAIL: &[&str] = &["order", "limit", "offset", "union", "intersect", "except"];

/// `PIVOT t ON y USING sum(p) GROUP BY g` as `SELECT * FROM t PIVOT (sum(p) FOR y IN (ANY)) GROUP BY g`.
pub(super) fn statement(level: &mut Vec<Node>) {
    let Some(at) = (0..level.len()).find(|at| starts_statement(level, *at)) else { return };
    let made = if level[at].is_any(&["pivot", "pivot_wider"]) { pivot(level, at) } else { unpivot(level, at) };
    if let Some((nodes, end)) = made {
        level.splice(at..end, nodes);
    }
}

fn starts_statement(level: &[Node], at: usize) -> bool {
    if !level[at].is_any(&["pivot", "pivot_wider", "unpivot", "pivot_longer"])
        || find(level, at, &["on", "using", "group"]).is_none()
    {
        return false;
    }
    let Some(next) = level.get(at + 1) else { return false };
    let after_with = at >= 2 && level[at - 1].round().is_some() && level[at - 2].is_any(&["as", "materialized"]);
    let before = at == 0 || after_with || level[at - 1].is_any(&["as", "all", "union", "intersect", "except"]);
    before && (next.is_name() || next.round().is_some())
}

fn pivot(level: &[Node], at: usize) -> Option<(Vec<Node>, usize)> {
    let here = level[at].piece().span;
    let end = find(level, at, TAIL).unwrap_or(level.len());
    let clause = |words: &[&str]| find(&level[..end], at + 1, words);
    let (on, using, group) = (clause(&["on"]), clause(&["using"]), clause(&["group"]));
    let until = |from: usize| [on, using, group, Some(end)].into_iter().flatten().filter(|next| *next > from).min();
    let source = &level[at + 1..until(at)?];
    let count = vec![word("count", here), round(vec![made(Token::Mul, here)], here)];
    let values = match using {
        Some(using) => level[using + 1..until(using)?].to_vec(),
        None => count,
    };
    let columns = match on {
        Some(on) => for_columns(&level[on + 1..until(on)?], here),
        None => vec![word("NULL", here), word("IN", here), round(vec![word("ANY", here)], here)],
    };
    let mut inner = values;
    inner.push(word("FOR", here));
    inner.extend(columns);
    let mut nodes = vec![word("SELECT", here), made(Token::Mul, here), word("FROM", here)];
    nodes.extend_from_slice(source);
    nodes.extend([level[at].clone(), round(inner, here)]);
    if let Some(group) = group {
        nodes.extend_from_slice(&level[group..until(group)?]);
    }
    Some((nodes, end))
}

/// `y IN (1, 2)` stays; `y` is `y IN (ANY)`; several are `(y, z) IN (ANY)`.
fn for_columns(on: &[Node], here: Span) -> Vec<Node> {
    let items = by_commas(on);
    let any = || [word("IN", here), round(vec![word("ANY", here)], here)];
    if let [item] = items[..] {
        let listed = find(item, 0, &["in"]).is_some();
        return if listed { item.to_vec() } else { item.iter().cloned().chain(any()).collect() };
    }
    let mut columns = Vec::new();
    for item in items {
        if !columns.is_empty() {
            columns.push(made(Token::Comma, here));
        }
        columns.extend_from_slice(&item[..find(item, 0, &["in"]).unwrap_or(item.len())]);
    }
    std::iter::once(round(columns, here)).chain(any()).collect()
}

/// `UNPIVOT t ON a, b INTO NAME n VALUE v` as `SELECT * FROM t UNPIVOT (v FOR n IN (a, b))`.
fn unpivot(level: &[Node], at: usize) -> Option<(Vec<Node>, usize)> {
    let here = level[at].piece().span;
    let end = find(level, at, TAIL).unwrap_or(level.len());
    let on = find(&level[..end], at + 1, &["on"])?;
    let into = find(&level[..end], on, &["into"]).unwrap_or(end);
    let value = find(&level[..end], into, &["value"]).unwrap_or(end);
    let name = level[into..value].get(2).cloned().unwrap_or_else(|| word("name", here));
    let values = match level[value..end].get(1..) {
        Some(values) if !values.is_empty() => values.to_vec(),
        _ => vec![word("value", here)],
    };
    let values = if values.len() > 1 { vec![round(values, here)] } else { values };
    let mut inner = values;
    inner.extend([word("FOR", here), name, word("IN", here), round(unpivoted(&level[on + 1..into], here), here)]);
    let mut nodes = vec![word("SELECT", here), made(Token::Mul, here), word("FROM", here)];
    nodes.extend_from_slice(&level[at + 1..on]);
    nodes.extend([word("UNPIVOT", here), round(inner, here)]);
    Some((nodes, end))
}

/// `* EXCLUDE (a)` is `COLUMNS(* EXCLUDE (a))`; anything else stays.
fn unpivoted(columns: &[Node], here: Span) -> Vec<Node> {
    match columns.first() {
        Some(star) if star.is(&Token::Mul) => vec![word("COLUMNS", here), round(columns.to_vec(), here)],
        _ => columns.to_vec(),
    }
}

/// `PIVOT (sum(p) FOR y IN (1) z IN (2))` as `PIVOT (sum(p) FOR (y, z) IN (ANY))`.
pub(super) fn several_columns(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        let follows = level[at - 1].is_word("pivot");
        if let Node::Group(group) = &mut level[at]
            && follows
        {
            together(&mut group.inner);
        }
    }
}

fn together(level: &mut Vec<Node>) {
    if let Some(each) = find(level, 1, &["for"])
        && level[each - 1].is(&Token::Comma)
    {
        level.remove(each - 1);
    }
    let lists: Vec<usize> = (1..level.len()).filter(|at| level[*at].is_word("in")).collect();
    let Some(start) = find(level, 1, &["for"]) else { return };
    if lists.len() < 2
        || lists.iter().any(|list| *list < start || level.get(list + 1).is_none_or(|next| next.round().is_none()))
    {
        return;
    }
    let here = level[start].piece().span;
    let mut columns = Vec::new();
    let mut from = start + 1;
    for list in &lists {
        if !columns.is_empty() {
            columns.push(made(Token::Comma, here));
        }
        columns.extend_from_slice(&level[from.min(*list)..*list]);
        from = list + 2;
    }
    let nodes = [round(columns, here), word("IN", here), round(vec![word("ANY", here)], here)];
    level.splice(start + 1..from.min(level.len()), nodes);
}

/// `FROM t PIVOT (sum(p) FOR y IN (1) GROUP BY g)` as `FROM (SELECT * FROM t PIVOT (sum(p) FOR y IN (1)) GROUP BY g)`.
pub(super) fn group_by_inside(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        if let Some((start, node)) = grouped(level, at) {
            level.splice(start..=at + 1, [node]);
            at = start;
        }
        at += 1;
    }
}

fn grouped(level: &[Node], at: usize) -> Option<(usize, Node)> {
    let Node::Group(body) = &level[at + 1] else { return None };
    let group = find(&body.inner, 0, &["group"])?;
    if !level[at].is_word("pivot") || at == 0 || find(&body.inner, 0, &["for"])? > group {
        return None;
    }
    let here = level[at].piece().span;
    let start =
        (0..at).rev().find(|back| level[*back].is(&Token::Comma) || level[*back].is_any(&["from", "join"]))? + 1;
    let mut nodes = vec![word("SELECT", here), made(Token::Mul, here), word("FROM", here)];
    nodes.extend_from_slice(&level[start..=at]);
    nodes.push(round(body.inner[..group].to_vec(), here));
    nodes.extend_from_slice(&body.inner[group..]);
    Some((start, round(nodes, here)))
}
