//! Clauses that change neither columns nor what is read in, the same tokens without them out.

use sqlparser::tokenizer::Token;

use super::tree::{Node, find, made, round, string, word};
use crate::text::Span;

/// `AS [NOT] MATERIALIZED (` as `AS (`.
pub(super) fn materialized(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        let not = usize::from(level[at].is_word("not"));
        let here = level.get(at + not).is_some_and(|node| node.is_word("materialized"));
        let in_brackets = level.get(at + not + 1).is_some_and(|node| node.round().is_some());
        if here && in_brackets && level[at - 1].is_word("as") {
            level.drain(at..=at + not);
        }
        at += 1;
    }
}

/// `OVER (ROWS .. EXCLUDE TIES)` as `OVER (PARTITION BY 'exclude ties' ROWS ..)`.
pub(super) fn frame_exclude(level: &mut Vec<Node>) {
    if find(level, 0, &["rows", "range", "groups"]).is_none() {
        return;
    }
    let Some(at) = find(level, 1, &["exclude"]) else { return };
    let Some(kind) = level.get(at + 1).filter(|kind| kind.is_any(&["current", "group", "ties", "no"])) else { return };
    let here = kind.piece().span;
    let says = string(&format!("exclude {}", kind.piece().token).to_ascii_lowercase(), here);
    let nothing = kind.is_word("no");
    level.truncate(at);
    if nothing {
        return;
    }
    // One partition more for each row changes nothing, and two frames that differ in it stay two.
    match find(level, 0, &["partition"]) {
        Some(partition) => {
            level.splice(partition + 2..partition + 2, [says, made(Token::Comma, here)]);
        }
        None => {
            let named = usize::from(level[0].is_name() && !level[0].is_any(&["order", "rows", "range", "groups"]));
            level.splice(named..named, [word("PARTITION", here), word("BY", here), says]);
        }
    }
}

/// What may follow a whole query, from its first word on, to the end of its level.
pub(super) fn tails(level: &mut Vec<Node>) {
    const TAILS: &[&[&str]] = &[
        &["with", "no", "data"],
        &["with", "data"],
        &["with", "check", "option"],
        &["with", "local", "check"],
        &["with", "cascaded", "check"],
        &["with", "no", "schema"],
        &["lock", "in", "share"],
        &["for", "update"],
        &["for", "share"],
        &["for", "no", "key"],
        &["into", "outfile"],
        &["into", "dumpfile"],
        &["using", "sample"],
        &["on", "conflict"],
        &["settings"],
        &["format"],
    ];
    let is_tail = |at: usize, words: &[&str]| {
        words.iter().enumerate().all(|(next, word)| level.get(at + next).is_some_and(|node| node.is_word(word)))
    };
    // Between other brackets they are arguments: `JSON_TABLE(a FORMAT JSON, ..)`.
    let Some(outer) = find(level, 0, &["select", "insert", "from", "values", "create", "replace"]) else { return };
    let at = (outer + 1..level.len())
        .find(|at| TAILS.iter().any(|words| is_tail(*at, words) && ends_query(level, *at, words)));
    if let Some(at) = at {
        let branch = |next: &usize| {
            level[*next].is_any(&["union", "intersect", "except"])
                && level
                    .get(next + 1)
                    .is_some_and(|node| node.is_any(&["all", "distinct", "select", "by"]) || node.round().is_some())
        };
        // MySQL writes `INTO OUTFILE 'x'` before FROM too.
        let into = level[at].is_word("into");
        let ends = |next: &usize| branch(next) || into && level[*next].is_word("from");
        let end = (at..level.len()).find(ends).unwrap_or(level.len());
        level.drain(at..end);
    }
}

/// `FORMAT` and `SETTINGS` may be names; they end a query only with a word after them and none that asks for a name before.
fn ends_query(level: &[Node], at: usize, words: &[&str]) -> bool {
    if words.len() > 1 {
        return true;
    }
    let before = &level[at - 1];
    let goes_on =
        ["from", "as", "and", "or", "is", "in", "like", "not", "between", "then", "else", "end", "asc", "desc"];
    let next_is_word = level.get(at + 1).is_some_and(|next| next.is_name() && !next.is_any(&goes_on));
    let asks = before.is(&Token::Comma)
        || before.is(&Token::Period)
        || before.is_any(&["as", "from", "select", "by", "join", "and", "or"]);
    next_is_word && !asks
}

/// SQL Server's `OPTION (..)`.
pub(super) fn option_tail(level: &mut Vec<Node>) {
    if let Some(at) = find(level, 1, &["option"])
        && level.get(at + 1).is_some_and(|next| next.round().is_some())
    {
        level.drain(at..at + 2);
    }
}

/// `SORT BY`, `CLUSTER BY` and `DISTRIBUTE BY` decide where rows go, not which.
pub(super) fn distribution(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        if level[at].is_any(&["sort", "cluster", "distribute"]) && level[at + 1].is_word("by") {
            let ends: &[&str] = &[
                "limit",
                "offset",
                "fetch",
                "union",
                "intersect",
                "except",
                "minus",
                "having",
                "window",
                "sort",
                "cluster",
                "distribute",
                "order",
                "insert",
                "lateral",
            ];
            let end = (at + 2..level.len())
                .find(|end| level[*end].is_any(ends) || matches!(level[*end].piece().token, Token::SemiColon));
            level.drain(at..end.unwrap_or(level.len()));
        } else {
            at += 1;
        }
    }
}

/// `FOR SYSTEM_TIME AS OF x`, `VERSION AS OF 1`, `TIMESTAMP AS OF x`, `FOR VERSION AS OF 1`: another moment of the
/// same relation.
pub(super) fn moments(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 3 < level.len() {
        let kinds = ["system_time", "version", "timestamp", "system_version"];
        let start = at + usize::from(level[at].is_word("for"));
        let words = level.get(start).is_some_and(|node| node.is_any(&kinds))
            && level.get(start + 1).is_some_and(|node| node.is_word("as"))
            && level.get(start + 2).is_some_and(|node| node.is_word("of"));
        if words {
            let typed =
                usize::from(level.get(start + 3).is_some_and(|node| node.is_any(&["timestamp", "date", "datetime"])));
            let mut end = (start + 4 + typed).min(level.len());
            while level.get(end).is_some_and(|node| node.group().is_some()) {
                end += 1;
            }
            level.drain(at..end);
        } else {
            at += 1;
        }
    }
}

/// `TABLESAMPLE 10%` as `TABLESAMPLE (10 PERCENT)`.
pub(super) fn sample(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        if level[at].is_word("tablesample") {
            sampled(level, at + 1);
        }
        at += 1;
    }
}

/// `10%`, `10 ROWS`, `bernoulli(10%)`: one number and its unit in brackets.
fn sampled(level: &mut Vec<Node>, at: usize) {
    if level[at].is_name() && level.get(at + 1).is_some_and(|next| next.round().is_some()) {
        level.remove(at);
    }
    let here = level[at].piece().span;
    if matches!(level[at].piece().token, Token::Number(..)) {
        let unit = level.get(at + 1).filter(|unit| unit.is(&Token::Mod) || unit.is_any(&["percent", "rows"])).cloned();
        let length = 1 + usize::from(unit.is_some());
        let inner = vec![level[at].clone(), unit.unwrap_or_else(|| word("ROWS", here))];
        level.splice(at..at + length, [round(inner, here)]);
    }
    if let Node::Group(group) = &mut level[at]
        && let Some(unit) = group.inner.iter_mut().find(|node| node.is(&Token::Mod))
    {
        *unit = word("PERCENT", here);
    }
}

/// `c AS (q) SEARCH DEPTH FIRST BY n SET o` as `c AS (q), c AS (SELECT *, search_order('..') AS o FROM c)`, and CYCLE
/// likewise: the columns that they add are there, from nothing that is known.
pub(super) fn search_and_cycle(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        let search = level[at].is_word("search") && level[at + 1].is_any(&["depth", "breadth"]);
        let cycle = level[at].is_word("cycle") && level[at + 1].is_name() && find(level, at, &["set"]).is_some();
        if !(search || cycle) || level[at - 1].round().is_none() {
            at += 1;
            continue;
        }
        let ends = |next: usize| {
            level[next].is_any(&["select", "cycle", "insert", "update", "delete", "values"])
                || level[next].is(&Token::Comma)
                    && level.get(next + 2).is_some_and(|node| node.is_word("as") || node.round().is_some())
        };
        let end = (at + 1..level.len()).find(|next| ends(*next)).unwrap_or(level.len());
        let here = level[at].piece().span;
        let name = (1..at).rev().find(|back| level[*back].is_word("as")).and_then(|as_word| {
            let columns = usize::from(level[as_word - 1].round().is_some());
            level.get(as_word.checked_sub(1 + columns)?).filter(|name| name.is_name()).cloned()
        });
        let added = added_columns(&level[at..end], here);
        let shadow = name.map(|name| {
            let mut inner = vec![word("SELECT", here), made(Token::Mul, here)];
            inner.extend(added);
            inner.extend([word("FROM", here), name.clone()]);
            [made(Token::Comma, here), name, word("AS", here), round(inner, here)]
        });
        let nodes: Vec<Node> = shadow.into_iter().flatten().collect();
        let length = nodes.len();
        level.splice(at..end, nodes);
        at += length;
    }
}

/// `, search_order('..') AS o` for each name after SET and USING.
fn added_columns(clause: &[Node], here: Span) -> Vec<Node> {
    let words: Vec<String> = clause.iter().map(|node| node.piece().token.to_string().to_ascii_lowercase()).collect();
    let mut nodes = Vec::new();
    for pair in clause.windows(2).filter(|pair| pair[0].is_any(&["set", "using"]) && pair[1].is_name()) {
        let says = round(vec![string(&words.join(" "), here)], here);
        nodes.extend([made(Token::Comma, here), word("search_order", here), says, word("AS", here), pair[1].clone()]);
    }
    nodes
}

/// MySQL's `GROUP BY a DESC` as `GROUP BY a`.
pub(super) fn group_by_order(level: &mut Vec<Node>) {
    let Some(group) = find(level, 0, &["group"]) else { return };
    let end = find(level, group, &["having", "order", "limit", "union", "window"]).unwrap_or(level.len());
    let kept: Vec<Node> = level.drain(group..end).filter(|node| !node.is_any(&["asc", "desc"])).collect();
    level.splice(group..group, kept);
}

/// Words before an argument or a call that change no value's origin: `VARIADIC a`, `APPROXIMATE count(..)`, `BULK 'x'`.
pub(super) fn marks(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        let next = &level[at + 1];
        let before_call = level[at].is_any(&["approximate", "stream"])
            && next.is_name()
            && level.get(at + 2).is_some_and(|call| call.round().is_some())
            && !next.is_any(&["as", "on", "where", "join", "from"]);
        let first = at == 0 || level[at - 1].is(&Token::Comma);
        let before_value = level[at].is_any(&["variadic", "bulk"]) && first && !next.is(&Token::Comma);
        if before_call || before_value { drop(level.remove(at)) } else { at += 1 }
    }
}

/// `INSERT INTO t BY NAME SELECT` as `INSERT INTO t ("by name") SELECT`; `BY POSITION` says what holds anyway, and
/// `REPLACE WHERE c` which rows go first.
pub(super) fn insert(level: &mut Vec<Node>) {
    if !level.first().is_some_and(|first| first.is_any(&["insert", "with"])) {
        return;
    }
    let Some(into) = find(level, 0, &["into"]) else { return };
    let query = find(level, into, &["select", "with", "values", "from"]).unwrap_or(level.len());
    if let Some(at) = find(&level[..query], into, &["by"]) {
        let here = level[at].piece().span;
        let named = level.get(at + 1).is_some_and(|next| next.is_word("name"));
        let column = round(vec![made(Token::make_word("by name", Some('"')), here)], here);
        level.splice(at..(at + 2).min(query), named.then_some(column));
    } else if let Some(at) = find(&level[..query], into, &["replace"]) {
        level.drain(at..query);
    }
}

/// MERGE's `UPDATE ALL BY NAME` as `UPDATE SET *`, `INSERT ALL BY NAME` as `INSERT *`, `SET * EXCEPT (a)` as `SET *`.
pub(super) fn merge_shorthands(level: &mut Vec<Node>) {
    if !level.first().is_some_and(|first| first.is_word("merge")) {
        return;
    }
    let mut at = 1;
    while at + 2 < level.len() {
        let here = level[at].piece().span;
        if level[at].is_word("all") && level[at + 1].is_word("by") && level[at + 2].is_word("name") {
            let set = level[at - 1].is_word("update").then(|| word("SET", here));
            level.splice(at..at + 3, set.into_iter().chain([made(Token::Mul, here)]));
        } else if level[at].is(&Token::Mul) && level[at + 1].is_word("except") && level[at + 2].round().is_some() {
            level.drain(at + 1..at + 3);
        }
        at += 1;
    }
}
