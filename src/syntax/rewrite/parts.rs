//! Words that choose among the rows of a relation or a query in, forms that keep them as text out.
//!
//! | SQL | read as |
//! |---|---|
//! | `t AS a FINAL` (ClickHouse) | `t FOR SYSTEM_TIME AS OF part('final') AS a` |
//! | `a LEFT ANY JOIN b ON c` (ClickHouse) | `a LEFT JOIN b FOR SYSTEM_TIME AS OF part('any') ON c`: of equal rows of `b`, one |
//! | `FROM ONLY t` | `FROM t FOR SYSTEM_TIME AS OF part('only')` |
//! | `FROM t JOIN u ON c USING SAMPLE 10%` (DuckDB), `.. SAMPLE 10` (Teradata) | `FROM t TABLESAMPLE ('10 %') JOIN u ON c` |
//! | `LIMIT n OFFSET m BY c` (ClickHouse) | `LIMIT n BY c, 'offset m'` |
//! | `LIMIT n BY c LIMIT m` (ClickHouse) | `SELECT * FROM (.. LIMIT n BY c) LIMIT m` |

use sqlparser::tokenizer::Token;

use super::spell::{name_end, plain, stands, text, unkeyword};
use super::tree::{Node, after_relation, find, made, round, string, word};
use crate::syntax::lex::Piece;
use crate::text::Span;

fn part(kind: &str, here: Span) -> Vec<Node> {
    let words = ["FOR", "SYSTEM_TIME", "AS", "OF"].map(|text| word(text, here));
    words.into_iter().chain([plain("part", here), round(vec![string(kind, here)], here)]).collect()
}

/// The end of the dotted name that a relation starts with, before its alias; `None` of anything but a name.
fn name_of_relation(level: &[Node], at: usize) -> Option<usize> {
    let opens = |node: &Node| node.is(&Token::Comma) || node.is_any(&["from", "join"]);
    let start = (0..at).rev().find(|back| opens(&level[*back]))? + 1;
    let end = name_end(level, start);
    (level.get(start)?.is_name() && end <= at).then_some(end)
}

/// ClickHouse's `t FINAL` and `t AS a FINAL`.
pub(super) fn final_word(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let before = &level[at - 1];
        let behind_relation =
            (before.is_name() || before.round().is_some()) && !before.is_any(&["as", "from", "join", "select", "by"]);
        let followed = level.get(at + 1).is_none_or(|next| !next.is(&Token::Period) && next.round().is_none());
        // Between it and what opens the relation stands an alias at most: not a column `final` of a clause behind.
        let opens = |node: &Node| node.is(&Token::Comma) || node.is_any(&["from", "join"]);
        let start = (0..at).rev().find(|back| opens(&level[*back]));
        let ends = start.is_some_and(|start| start + 1 < at && after_relation(level, start + 1) >= at);
        let behind_relation = behind_relation && ends && find(&level[..at], 0, &["from"]).is_some();
        if level[at].is_word("final") && behind_relation && followed {
            let here = level[at].piece().span;
            level.remove(at);
            if let Some(place) = name_of_relation(level, at) {
                level.splice(place..place, part("final", here));
            }
        }
        at += 1;
    }
}

/// ClickHouse's ANY before JOIN.
pub(super) fn any_join(level: &mut Vec<Node>) {
    const WORDS: &[&str] = &["left", "right", "full", "inner", "outer", "semi", "anti", "global", "local"];
    let mut at = 1;
    while at + 1 < level.len() {
        let mut join = at + 1;
        while level.get(join).is_some_and(|node| node.is_any(WORDS)) {
            join += 1;
        }
        let value = level[at - 1].is(&Token::Comma) || level[at - 1].is(&Token::Period);
        let joins = level.get(join).is_some_and(|node| node.is_word("join"));
        if level[at].is_word("any") && joins && !value && level.get(join + 1).is_some_and(Node::is_name) {
            let here = level[at].piece().span;
            let end = name_end(level, join + 1);
            if level.get(end).is_none_or(|next| next.round().is_none()) {
                level.splice(end..end, part("any", here));
            }
        }
        at += 1;
    }
}

/// `FROM ONLY t`, which would be a relation `only` with an alias, and `FROM ONLY (t)`, which would be a function.
pub(super) fn only(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        let opens = level[at - 1].is(&Token::Comma) || level[at - 1].is_any(&["from", "join", "update"]);
        let name = level[at + 1].is_name() && !level[at + 1].is_any(&["as", "where", "join", "on", "left", "inner"]);
        let bracketed = level[at + 1]
            .round()
            .filter(|group| group.inner.iter().all(|node| node.is_name() || node.is(&Token::Period)));
        if !level[at].is_word("only") || !opens || !name && bracketed.is_none() {
            at += 1;
            continue;
        }
        let here = level[at].piece().span;
        let inner = bracketed.map(|group| group.inner.clone());
        level.remove(at);
        if let Some(inner) = inner {
            level.splice(at..=at, inner);
        }
        let end = name_end(level, at);
        level.splice(end..end, part("only", here));
        at = end;
    }
}

/// A sample of a whole query, as one of the first relation it reads.
pub(super) fn query_sample(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        let using = usize::from(stands(level, at, &["using", "sample"]));
        let amount = level.get(at + using + 1);
        let starts = level[at + using].is_word("sample")
            && amount.is_some_and(|amount| {
                matches!(amount.piece().token, Token::Number(..))
                    || using == 1 && amount.is_name()
                    || amount.group().is_some()
            });
        let from = (0..at).rev().find(|back| level[*back].is_word("from"));
        let Some(from) = from.filter(|_| starts) else {
            at += 1;
            continue;
        };
        let ends = |node: &Node| node.is_any(&["union", "except", "intersect", "order", "limit", "where", "qualify"]);
        let end = (at + using + 1..level.len()).find(|end| ends(&level[*end])).unwrap_or(level.len());
        let here = level[at].piece().span;
        let words = text(&level[at + using + 1..end]).to_ascii_lowercase();
        level.drain(at..end);
        let place = after_relation(level, from + 1).min(at);
        level.splice(place..place, [word("TABLESAMPLE", here), round(vec![string(&words, here)], here)]);
        at += 2;
    }
}

/// ClickHouse's LIMIT BY with an offset, or with a LIMIT of the whole behind it.
pub(super) fn limit_by(level: &mut Vec<Node>) {
    let Some(limit) = find(level, 0, &["limit"]) else { return };
    let Some(by) = (limit + 2..level.len().min(limit + 5)).find(|by| level[*by].is_word("by")) else { return };
    let here = level[limit].piece().span;
    let second = find(level, by, &["limit", "offset"]);
    let ends = ["union", "except", "intersect", "settings", "format"];
    if by == limit + 4 {
        // `LIMIT n OFFSET m BY` and `LIMIT m, n BY`.
        let comma = level[limit + 2].is(&Token::Comma);
        let (count, offset) = if comma { (limit + 3, limit + 1) } else { (limit + 1, limit + 3) };
        let words = format!("offset {}", text(&level[offset..=offset]));
        let end = second.or_else(|| find(level, by, &ends)).unwrap_or(level.len());
        let count = level[count].clone();
        level.splice(end..end, [made(Token::Comma, here), string(&words, here)]);
        level.splice(limit + 1..by, [count]);
    }
    let Some(second) = (limit + 4..level.len()).find(|at| level[*at].is_any(&["limit", "offset"])) else { return };
    let Some(select) = find(level, 0, &["select"]).filter(|select| *select < limit) else { return };
    if find(&level[select..second], 0, &ends).is_some() {
        return;
    }
    let query = level[select..second].to_vec();
    let nodes = [word("SELECT", here), made(Token::Mul, here), word("FROM", here), round(query, here)];
    level.splice(select..second, nodes);
}

/// ClickHouse's `LIMIT 3 WITH TIES` as `FETCH FIRST 3 ROWS WITH TIES`.
pub(super) fn limit_with_ties(level: &mut Vec<Node>) {
    let Some(at) = find(level, 1, &["limit"]) else { return };
    if !stands(level, at + 2, &["with", "ties"]) {
        return;
    }
    let here = level[at].piece().span;
    let count = level[at + 1].clone();
    let fetch = [word("FETCH", here), word("FIRST", here), count, word("ROWS", here)];
    level.splice(at..at + 2, fetch);
}

/// SQL Server's `DELETE TOP (5) FROM t` and `UPDATE TOP (5) t SET ..`, which would be a function with an alias, as
/// `DELETE FROM t LIMIT 5`; `DELETE FROM t FROM u` as `DELETE FROM t USING u`.
pub(super) fn written_rows(level: &mut Vec<Node>) {
    if !level.first().is_some_and(|first| first.is_any(&["delete", "update"])) {
        return;
    }
    let here = level[0].piece().span;
    if level.get(1).is_some_and(|next| next.is_word("top"))
        && let Some(count) = level.get(2).and_then(Node::round).map(|group| group.inner.clone())
    {
        let percent = usize::from(level.get(3).is_some_and(|next| next.is_word("percent")));
        level.drain(1..3 + percent);
        let count = if percent == 1 { vec![plain("percent", here), round(count, here)] } else { count };
        let end = find(level, 1, &["option"]).unwrap_or(level.len());
        level.splice(end..end, [word("LIMIT", here)].into_iter().chain(count));
    }
    if level[0].is_word("delete")
        && let Some(first) = find(level, 1, &["from"])
        && let Some(second) = find(level, first + 1, &["from"])
        && find(&level[..second], first, &["output", "where"]).is_none()
    {
        level[second] = word("USING", level[second].piece().span);
    }
}

/// SQL Server's hints of a table, as far as they were ever written without WITH.
const HINTS: &[&str] = &[
    "nolock",
    "readuncommitted",
    "readcommitted",
    "readpast",
    "rowlock",
    "tablock",
    "tablockx",
    "updlock",
    "xlock",
    "holdlock",
    "paglock",
    "nowait",
    "serializable",
    "snapshot",
    "repeatableread",
];

/// `(` and a hint.
pub(super) fn is_hint(first: &Piece, next: &Piece) -> bool {
    first.token == Token::LParen && HINTS.iter().any(|hint| next.is_word(hint))
}

/// SQL Server's old `FROM t (NOLOCK)`, which would be a call, as `FROM t WITH (NOLOCK)`.
pub(super) fn bare_hints(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let hinted = level[at].round().is_some_and(|group| {
            !group.inner.is_empty() && group.inner.iter().all(|node| node.is(&Token::Comma) || node.is_any(HINTS))
        });
        if hinted && level[at - 1].is_name() && !level[at - 1].is_word("with") {
            let here = level[at].piece().span;
            level.insert(at, word("WITH", here));
            at += 1;
        }
        at += 1;
    }
}

/// DuckDB's `(SUMMARIZE t)` and `(DESCRIBE t)`, which would be relations with an alias, as table functions of `t`.
pub(super) fn described(level: &mut Vec<Node>) {
    const SUMMARIZE: &[&str] = &[
        "column_name",
        "column_type",
        "min",
        "max",
        "approx_unique",
        "avg",
        "std",
        "q25",
        "q50",
        "q75",
        "count",
        "null_percentage",
    ];
    const DESCRIBE: &[&str] = &["column_name", "column_type", "null", "key", "default", "extra"];
    let Some(first) = level.first().filter(|first| first.is_any(&["summarize", "describe"])) else { return };
    let here = first.piece().span;
    let name = text(&level[..1]).to_ascii_lowercase();
    let columns = if first.is_word("summarize") { SUMMARIZE } else { DESCRIBE };
    let query = level.get(1).is_some_and(|next| next.is_any(&["select", "from", "with", "values", "pivot"]));
    let mut inner = level[1..].to_vec();
    if !query {
        inner.splice(..0, [word("SELECT", here), made(Token::Mul, here), word("FROM", here)]);
    }
    let names = columns.iter().map(|column| vec![plain(column, here)]).collect();
    let mut nodes = vec![word("SELECT", here), made(Token::Mul, here), word("FROM", here)];
    nodes.extend([plain(&name, here), round(vec![round(inner, here)], here), word("AS", here), plain(&name, here)]);
    nodes.push(round(super::spell::listed(names, here), here));
    *level = nodes;
}

/// `TABLE t` as `SELECT * FROM t`.
pub(super) fn table_statement(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        let starts = at == 0 || level[at - 1].is_any(&["union", "all", "except", "intersect", "as"]);
        let end = name_end(level, at + 1);
        let alone = level.get(end).is_none_or(|next| {
            next.is_any(&["order", "limit", "offset", "fetch", "union", "except", "intersect", "on"])
        });
        if level[at].is_word("table") && starts && alone && level[at + 1].is_name() {
            let here = level[at].piece().span;
            level.splice(at..=at, [word("SELECT", here), made(Token::Mul, here), word("FROM", here)]);
        }
        at += 1;
    }
}

/// Teradata's `CASE_N(a > 1, NO CASE, UNKNOWN)`: what stands for all else, as text.
pub(super) fn ranges(level: &mut Vec<Node>) {
    super::spell::each_call(level, &["case_n", "range_n"], |inner| {
        let mut items = super::spell::arguments(inner);
        for item in &mut items {
            let all_else = item.first().is_some_and(|first| first.is_any(&["no", "unknown"]));
            if let Some(first) = item.first().filter(|_| all_else) {
                let here = first.piece().span;
                *item = vec![string(&text(item).to_ascii_lowercase(), here)];
            }
        }
        if let Some(first) = inner.first() {
            let here = first.piece().span;
            *inner = super::spell::listed(items, here);
        }
    });
}

/// An alias that the parser takes for the start of a version: `FROM t before`, `FROM t changes`.
pub(super) fn aliases_like_versions(level: &mut Vec<Node>) {
    let mut at = 2;
    while at < level.len() {
        let version = level.get(at + 1).is_some_and(|next| next.round().is_some());
        if level[at].is_any(&["before", "changes", "at"])
            && level[at - 1].is_name()
            && !level[at - 1].is_word("as")
            && name_of_relation(level, at) == Some(at)
            && !version
        {
            let here = level[at].piece().span;
            unkeyword(&mut level[at]);
            level.insert(at, word("AS", here));
            at += 1;
        }
        at += 1;
    }
}
