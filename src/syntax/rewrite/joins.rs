//! Kinds of join that the strict tree has no node for in, `ASOF JOIN .. MATCH_CONDITION ('kind')` out.

use sqlparser::tokenizer::Token;

use super::tree::{Node, after_relation, find, round, string, word};
use crate::syntax::lex::Piece;

/// `a ASOF [LEFT] JOIN b ON c` and `a POSITIONAL JOIN b`, `a PASTE JOIN b`.
pub(super) fn without_match_condition(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        if level[at].is_any(&["asof", "positional", "paste"]) {
            carry(level, at);
        }
        at += 1;
    }
}

fn carry(level: &mut Vec<Node>, at: usize) {
    let Some(join) = (at + 1..level.len().min(at + 4)).find(|join| level[*join].is_word("join")) else { return };
    let sides: Vec<&Node> = level[at + 1..join].iter().collect();
    if sides.iter().any(|side| !side.is_any(&["left", "right", "full", "semi", "anti", "inner", "outer", "any", "all"]))
    {
        return;
    }
    let before = at.checked_sub(1).map(|before| &level[before]);
    let left_before = before.is_some_and(|before| before.is_word("left"));
    let left = left_before || sides.iter().any(|side| side.is_word("left"));
    let side = ["right", "full", "semi", "anti"]
        .into_iter()
        .find(|side| level[at + 1..join].iter().any(|node| node.is_word(side)));
    let kind = match (level[at].is_word("asof"), left, side) {
        (true, _, Some(side)) => format!("asof {side}"),
        (true, true, None) => "asof left".to_owned(),
        (true, false, None) => "asof".to_owned(),
        (false, ..) => "positional".to_owned(),
    };
    let end = after_relation(level, join + 1);
    if level.get(end).is_some_and(|next| next.is_word("match_condition")) {
        return;
    }
    let here = level[at].piece().span;
    level.splice(end..end, [word("MATCH_CONDITION", here), round(vec![string(&kind, here)], here)]);
    level.splice(at..join, [word("ASOF", here)]);
    if left_before {
        level.remove(at - 1);
    }
}

const STRICTNESS: &[&str] = &["any", "all", "global", "local", "directed"];
const SIDES: &[&str] = &["left", "right", "full", "inner", "outer", "semi", "anti", "asof", "array", "cross"];

/// A word of strictness before JOIN's other words, or before IN.
pub(super) fn is_strictness(word: &Piece, next: &Piece) -> bool {
    let is = |piece: &Piece, words: &[&str]| words.iter().any(|word| piece.is_word(word));
    is(word, STRICTNESS) && (is(next, &["join", "in", "not"]) || is(next, SIDES) || is(next, STRICTNESS))
        || is(word, &["semi", "anti"]) && is(next, &["left", "right", "outer"])
}

/// Words that ClickHouse and Snowflake put around JOIN and that change neither columns nor what they read.
pub(super) fn strictness(level: &mut Vec<Node>) {
    let mut at = 0;
    while at < level.len() {
        let global_in =
            level[at].is_word("global") && level.get(at + 1).is_some_and(|next| next.is_any(&["in", "not"]));
        if global_in || level[at].is_any(STRICTNESS) && joins(level, at) {
            level.remove(at);
        } else {
            at += 1;
        }
    }
    // `LEFT SEMI OUTER JOIN` is `LEFT SEMI JOIN`.
    let outer = |level: &[Node], at: usize| {
        level[at].is_word("outer")
            && level[at - 1].is_any(&["semi", "anti"])
            && level.get(at + 1).is_some_and(|next| next.is_word("join"))
    };
    while let Some(at) = (1..level.len()).find(|at| outer(level, *at)) {
        level.remove(at);
    }
    // ClickHouse takes SEMI LEFT JOIN too.
    for at in 0..level.len().saturating_sub(2) {
        if level[at].is_any(&["semi", "anti"])
            && level[at + 1].is_any(&["left", "right"])
            && level[at + 2].is_word("join")
        {
            level.swap(at, at + 1);
        }
    }
}

/// Does only JOIN and its other words follow, and stand no operator before?
fn joins(level: &[Node], at: usize) -> bool {
    let rest = level[at + 1..].iter().take(4);
    let join = rest.clone().position(|node| node.is_word("join"));
    let only_sides = join.is_some_and(|join| rest.take(join).all(|node| node.is_any(STRICTNESS) || node.is_any(SIDES)));
    let follows = at > 0 && !level[at - 1].is_any(&["union", "select", "except", "intersect", "as", "from", "join"]);
    only_sides && follows && !level[at - 1].is(&Token::Comma) && !level[at - 1].is(&Token::Period)
}

/// SQL Server's `INNER HASH JOIN` and the like: advice to the planner.
pub(super) fn hints(level: &mut Vec<Node>) {
    let is_hint = |level: &[Node], at: usize| {
        level[at].is_any(&["hash", "loop", "merge", "remote"])
            && level[at - 1].is_any(&["inner", "left", "right", "full", "outer"])
            && level.get(at + 1).is_some_and(|next| next.is_word("join"))
    };
    let mut at = 1;
    while at < level.len() {
        if is_hint(level, at) {
            level.remove(at);
        }
        at += 1;
    }
}

/// ClickHouse's `USING a, b` as `USING (a, b)`.
pub(super) fn bare_using(level: &mut Vec<Node>) {
    let mut at = 0;
    while let Some(using) = find(level, at, &["using"]) {
        at = using + 1;
        let mut end = at;
        while level.get(end).is_some_and(Node::is_name) {
            end += 1;
            if !level.get(end).is_some_and(|node| node.is(&Token::Comma))
                || !level.get(end + 1).is_some_and(Node::is_name)
            {
                break;
            }
            end += 1;
        }
        if end > at {
            let here = level[at].piece().span;
            let inner = level[at..end].to_vec();
            level.splice(at..end, [round(inner, here)]);
        }
    }
}

/// ClickHouse's `ARRAY JOIN a AS x, b AS y`: each array as a relation `UNNEST(a) AS x` of its own.
pub(super) fn array_join(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        if level[at].is_word("array") && level[at + 1].is_word("join") {
            let end = array_items_end(level, at + 2);
            let start = if at > 0 && level[at - 1].is_any(&["left", "inner"]) { at - 1 } else { at };
            let opening = level[start..at + 2].to_vec();
            let mut nodes = Vec::new();
            for item in super::tree::by_commas(&level[at + 2..end]) {
                nodes.extend_from_slice(&opening);
                nodes.extend(unnested(item));
            }
            let length = nodes.len();
            level.splice(start..end, nodes);
            at = start + length;
        }
        at += 1;
    }
}

fn array_items_end(level: &[Node], from: usize) -> usize {
    let ends: &[&str] = &[
        "join", "inner", "left", "right", "full", "cross", "global", "where", "prewhere", "group", "order", "having",
        "limit", "union", "settings", "format", "array", "sample", "qualify", "window",
    ];
    let is_call = |at: usize| level.get(at + 1).is_some_and(|next| next.round().is_some());
    (from..level.len()).find(|at| level[*at].is_any(ends) && !is_call(*at)).unwrap_or(level.len())
}

/// `a AS x` as `UNNEST(a) AS x`; a bare `t.a` keeps its own name.
fn unnested(item: &[Node]) -> Vec<Node> {
    let Some(first) = item.first() else { return Vec::new() };
    let here = first.piece().span;
    let (value, alias) = match find(item, 0, &["as"]) {
        Some(at) => (&item[..at], item[at + 1..].to_vec()),
        None => (item, item.last().filter(|last| last.is_name()).cloned().into_iter().collect()),
    };
    let mut nodes = vec![word("UNNEST", here), round(value.to_vec(), here)];
    if !alias.is_empty() {
        nodes.push(word("AS", here));
        nodes.extend(alias);
    }
    nodes
}
