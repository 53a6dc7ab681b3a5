//! Other moments, versions and parts of a relation in, the one form that carries them out.
//!
//! | SQL | read as |
//! |---|---|
//! | `t FOR SYSTEM_TIME AS OF x`, `t AS OF TIMESTAMP x`, `t AS OF SCN x`, `t AT (VERSION => x)` | `t FOR SYSTEM_TIME AS OF as_of(x, 'scn')` |
//! | `t FOR SYSTEM_TIME ALL`, `FROM a TO b`, `BETWEEN a AND b`, `CONTAINED IN (a, b)`, `t VERSIONS BETWEEN ..` | `t FOR SYSTEM_TIME AS OF versions('between', a, b)`: a row may come several times |
//! | `t PARTITION (p)`, `t SUBPARTITION (p)`, `t PARTITION FOR (x)` | `t FOR SYSTEM_TIME AS OF part('partition (p)')`: some of the rows |
//!
//! Each stands before the alias, wherever it was written.

use sqlparser::tokenizer::Token;

use super::spell::{comma, listed, name_end, plain, stands, text};
use super::tree::{Node, after_relation, find, round, string, word};
use crate::text::Span;

/// Finds every such clause behind a relation's name (and alias) and puts the form that carries it behind the name.
pub(super) fn carried(level: &mut Vec<Node>) {
    let mut at = 2;
    while at < level.len() {
        let found = clause(level, at);
        if let Some((end, carrier)) = found
            && let Some(place) = relation_before(level, at)
        {
            let alias: Vec<Node> = level[place..at].to_vec();
            let length = carrier.len() + alias.len();
            level.splice(place..end, carrier.into_iter().chain(alias));
            at = place + length;
        } else {
            at += 1;
        }
    }
}

/// The end of the dotted name behind which the clause at `at` stands, with at most an alias between.
fn relation_before(level: &[Node], at: usize) -> Option<usize> {
    let opens = |node: &Node| node.is(&Token::Comma) || node.is_any(&["from", "join", "update", "into", "using"]);
    let start = (0..at).rev().find(|back| opens(&level[*back]))? + 1;
    let end = name_end(level, start);
    let alias = &level[end.min(at)..at];
    let plain = match alias {
        [] => true,
        [name] => name.is_name() && after_relation(level, end - 1) > end,
        [as_word, name] => as_word.is_word("as") && name.is_name(),
        _ => false,
    };
    (level.get(start)?.is_name() && end <= at && plain).then_some(end)
}

/// The clause that starts at `at`: where it ends, and what carries it.
fn clause(level: &[Node], at: usize) -> Option<(usize, Vec<Node>)> {
    let here = level[at].piece().span;
    let is_made = |name: &Node| name.is_any(&["part", "versions", "as_of"]);
    if stands(level, at + 1, &["system_time", "as", "of"]) && level.get(at + 4).is_some_and(is_made) {
        return None;
    }
    if stands(level, at, &["for", "system_time"]) {
        return period(level, at + 2, here);
    }
    if level[at].is_word("versions") {
        let start = at + 1 + usize::from(stands(level, at + 1, &["period", "for"])) * 3;
        return period(level, start, here);
    }
    if stands(level, at, &["as", "of"]) && level.get(at + 2).is_some_and(|node| node.is_any(&["scn", "timestamp"])) {
        let end = value_end(level, at + 3);
        let kind = string(&text(&level[at + 2..at + 3]).to_ascii_lowercase(), here);
        return Some((end, carrier("as_of", vec![level[at + 3..end].to_vec(), vec![kind]], here)));
    }
    let in_brackets = |at: usize| level.get(at).and_then(Node::round);
    if level[at].is_word("at")
        && let Some(group) = in_brackets(at + 1)
        && let [kind, arrow, value @ ..] = group.inner.as_slice()
        && arrow.is(&Token::RArrow)
    {
        let kind = string(&text(std::slice::from_ref(kind)).to_ascii_lowercase(), here);
        return Some((at + 2, carrier("as_of", vec![value.to_vec(), vec![kind]], here)));
    }
    if level[at].is_any(&["partition", "subpartition"]) {
        let brackets = at + 1 + usize::from(level.get(at + 1).is_some_and(|next| next.is_word("for")));
        in_brackets(brackets)?;
        let words = string(&text(&level[at..=brackets]).to_ascii_lowercase(), here);
        return Some((brackets + 1, carrier("part", vec![vec![words]], here)));
    }
    None
}

/// `AS OF x`, `FROM a TO b`, `BETWEEN a AND b`, `CONTAINED IN (a, b)`, `ALL`.
fn period(level: &[Node], at: usize, here: Span) -> Option<(usize, Vec<Node>)> {
    let both = |from: usize, between: &str, kind: &str| {
        let to = find(level, from, &[between])?;
        let end = value_end(level, to + 1);
        let items = vec![vec![string(kind, here)], level[from..to].to_vec(), level[to + 1..end].to_vec()];
        Some((end, carrier("versions", items, here)))
    };
    let first = level.get(at)?;
    if stands(level, at, &["as", "of"]) {
        let kind = usize::from(level.get(at + 2).is_some_and(|node| node.is_any(&["timestamp", "transaction"])));
        let end = value_end(level, at + 2 + kind);
        return Some((end, carrier("as_of", vec![level[at + 2..end].to_vec()], here)));
    }
    match first {
        _ if first.is_word("all") => Some((at + 1, carrier("versions", vec![vec![string("all", here)]], here))),
        _ if first.is_word("from") => both(at + 1, "to", "from"),
        _ if first.is_word("between") => {
            let kind = usize::from(level.get(at + 1).is_some_and(|node| node.is_any(&["scn", "timestamp"])));
            both(at + 1 + kind, "and", "between")
        }
        _ if first.is_word("contained") => {
            let group = level.get(at + 2)?.round()?;
            let items = vec![vec![string("contained", here)], group.inner.clone()];
            Some((at + 3, carrier("versions", items, here)))
        }
        _ => None,
    }
}

/// The end of a value: one operand, and what operators join to it.
pub(super) fn value_end(level: &[Node], from: usize) -> usize {
    let joins = |node: &Node| {
        matches!(node.piece().token, Token::Plus | Token::Minus | Token::Period | Token::Div | Token::Mul)
    };
    let mut at = from;
    loop {
        let interval = level.get(at).is_some_and(|node| node.is_word("interval"));
        let typed = level.get(at).is_some_and(|node| node.is_any(&["timestamp", "date"]))
            && level.get(at + 1).is_some_and(Node::is_string);
        at += if interval { 3 } else { 1 + usize::from(typed) };
        if level.get(at).is_some_and(|node| node.round().is_some()) && level.get(at - 1).is_some_and(Node::is_name) {
            at += 1;
        }
        if level.get(at).is_none_or(|node| !joins(node)) {
            return at.min(level.len());
        }
        at += 1;
    }
}

fn carrier(name: &str, items: Vec<Vec<Node>>, here: Span) -> Vec<Node> {
    let words = ["FOR", "SYSTEM_TIME", "AS", "OF"].map(|text| word(text, here));
    let inner = listed(items, here);
    words.into_iter().chain([plain(name, here), round(inner, here)]).collect()
}

/// `FROM a: t` as `FROM t AS a`.
pub(super) fn alias_before(level: &mut Vec<Node>) {
    let mut at = 2;
    while at + 1 < level.len() {
        let opens = level[at - 2].is(&Token::Comma) || level[at - 2].is_any(&["from", "join"]);
        if level[at].is(&Token::Colon) && level[at - 1].is_name() && opens {
            let here = level[at].piece().span;
            let end = after_relation(level, at + 1);
            let relation = level[at + 1..end].to_vec();
            let name = level[at - 1].clone();
            level.splice(at - 1..end, relation.into_iter().chain([word("AS", here), name]));
        }
        at += 1;
    }
}

/// SQLite's `t INDEXED BY i`, `t NOT INDEXED`, and Postgres' `t*`: how rows are found, not which.
pub(super) fn access_paths(level: &mut Vec<Node>) {
    let mut at = 2;
    while at < level.len() {
        let relation = relation_before(level, at).is_some();
        if relation && stands(level, at, &["indexed", "by"]) {
            let end = name_end(level, at + 2);
            level.drain(at..end);
        } else if relation && stands(level, at, &["not", "indexed"]) {
            level.drain(at..at + 2);
        } else if relation && level[at].is(&Token::Mul) {
            level.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Postgres' `ROWS FROM (f(1) AS (a int), g(2)) WITH ORDINALITY AS x`: functions side by side, row by row.
pub(super) fn rows_from(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 2 < level.len() {
        let Some(group) = level[at + 2].round().filter(|_| stands(level, at, &["rows", "from"])) else {
            at += 1;
            continue;
        };
        let here = level[at].piece().span;
        let mut items = super::spell::arguments(&group.inner);
        let mut end = at + 3;
        if stands(level, end, &["with", "ordinality"]) {
            let one = super::tree::made(Token::Number("1".to_owned(), false), here);
            let bounds = round(vec![one.clone(), comma(here), one], here);
            let names = round(vec![plain("ordinality", here)], here);
            let as_word = word("AS", here);
            items.push(vec![plain("generate_series", here), bounds, as_word, plain("ordinality", here), names]);
            end += 2;
        }
        let mut nodes = Vec::new();
        let alone = items.len() == 1;
        for (number, item) in items.into_iter().enumerate() {
            let joined = number > 0;
            if joined {
                nodes.extend([word("ASOF", here), word("JOIN", here)]);
            }
            nodes.extend(item);
            if joined {
                nodes.extend([word("MATCH_CONDITION", here), round(vec![string("positional", here)], here)]);
            }
        }
        let nodes = if alone { nodes } else { vec![round(nodes, here)] };
        level.splice(at..end, nodes);
        at += 1;
    }
}
