//! MATCH_RECOGNIZE and PIVOT in forms that the parser cannot read in, calls over a subquery out.

use sqlparser::tokenizer::Token;

use super::arguments::text_of;
use super::names::plain;
use super::tree::{Node, find, made, round, string, word};

/// `t MATCH_RECOGNIZE (..) AS m` as `TABLE(match_recognize((SELECT * FROM t), '..')) AS m`: columns found by use, rows
/// made of those of `t`.
pub(super) fn match_recognize(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        let body = level[at + 1].round().filter(|_| level[at].is_word("match_recognize"));
        if let Some(text) = body.map(|_| text_of(&level[at + 1])) {
            let here = level[at].piece().span;
            let starts = |node: &Node| node.is(&Token::Comma) || node.is_any(&["from", "join"]);
            let start = (0..at).rev().find(|back| starts(&level[*back])).map_or(0, |back| back + 1);
            let mut query = vec![word("SELECT", here), made(Token::Mul, here), word("FROM", here)];
            query.extend_from_slice(&level[start..at]);
            let arguments = vec![round(query, here), made(Token::Comma, here), string(&text, here)];
            let call = vec![plain("match_recognize", here), round(arguments, here)];
            level.splice(start..at + 2, [word("TABLE", here), round(call, here)]);
            at = start + 1;
        }
        at += 1;
    }
}

/// Spark's PIVOT with a list of columns without brackets, and with values that are made of aggregates.
pub(super) fn pivot_forms(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        let follows = level[at - 1].is_word("pivot");
        let Node::Group(group) = &mut level[at] else { continue };
        let Some(each) = find(&group.inner, 1, &["for"]).filter(|_| follows) else { continue };
        let here = group.open.span;
        if let Some(list) = find(&group.inner, each, &["in"])
            && group.inner[each + 1..list].iter().any(|node| node.is(&Token::Comma))
        {
            let columns = group.inner[each + 1..list].to_vec();
            group.inner.splice(each + 1..list, [round(columns, here)]);
        }
        let values = group.inner[..each].to_vec();
        let mut nodes = Vec::new();
        for item in super::tree::by_commas(&values) {
            if !nodes.is_empty() {
                nodes.push(made(Token::Comma, here));
            }
            nodes.extend(aggregate(item));
        }
        group.inner.splice(..each, nodes);
    }
}

/// `min(a) / 2 AS m` as `pivot_value(min(a) / 2) AS m`: the parser wants one call.
fn aggregate(item: &[Node]) -> Vec<Node> {
    let end = find(item, 1, &["as"]).unwrap_or(item.len());
    let mut name = 0;
    while item.get(name + 1).is_some_and(|next| next.is(&Token::Period)) {
        name += 2;
    }
    let called =
        item.get(name).is_some_and(Node::is_name) && item.get(name + 1).is_some_and(|next| next.round().is_some());
    let plain_call = called && (name + 2 == end || item.get(name + 2).is_some_and(Node::is_name));
    let Some(first) = item.first().filter(|_| !plain_call) else { return item.to_vec() };
    let here = first.piece().span;
    let mut nodes = vec![plain("pivot_value", here), round(item[..end].to_vec(), here)];
    nodes.extend_from_slice(&item[end..]);
    nodes
}

/// `FROM (t) PIVOT (..)` as `FROM t PIVOT (..)`.
pub(super) fn pivoted_brackets(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        let named = level[at]
            .round()
            .map(|group| &group.inner)
            .filter(|inner| inner.len() % 2 == 1 && inner.iter().all(|node| node.is_name() || node.is(&Token::Period)));
        if let Some(inner) = named.cloned()
            && level[at + 1].is_any(&["pivot", "unpivot"])
            && level[at - 1].is_any(&["from", "join"])
        {
            level.splice(at..=at, inner);
        }
        at += 1;
    }
}

/// `t PIVOT (..) AS p TABLESAMPLE (1)` as `(SELECT * FROM t PIVOT (..)) AS p TABLESAMPLE (1)`.
pub(super) fn sampled_pivots(level: &mut Vec<Node>) {
    let Some(sample) = find(level, 3, &["tablesample", "sample"]) else { return };
    let Some(pivot) = (0..sample).rev().find(|at| level[*at].is_any(&["pivot", "unpivot"])) else { return };
    let starts = |node: &Node| node.is(&Token::Comma) || node.is_any(&["from", "join"]);
    let Some(start) = (0..pivot).rev().find(|back| starts(&level[*back])).map(|back| back + 1) else { return };
    if level.get(pivot + 1).is_none_or(|next| next.round().is_none()) || sample > pivot + 4 {
        return;
    }
    let here = level[pivot].piece().span;
    let mut query = vec![word("SELECT", here), made(Token::Mul, here), word("FROM", here)];
    query.extend_from_slice(&level[start..pivot + 2]);
    level.splice(start..pivot + 2, [round(query, here)]);
}
