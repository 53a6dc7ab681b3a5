//! Clauses of grouping and joining in words that the parser refuses in, the words that it takes out.

use sqlparser::tokenizer::Token;

use super::tree::{Node, after_relation, find, made, string};

/// `GROUP BY ALL CUBE (a), ROLLUP (b)` keeps sets that are equal, as it does anyway; `GROUP BY DISTINCT ..` takes each
/// once, which a constant key notes: it groups nothing.
pub(super) fn quantified_groups(level: &mut Vec<Node>) {
    let Some(group) = find(level, 0, &["group"]) else { return };
    let quantified = level.get(group + 1).is_some_and(|next| next.is_word("by"))
        && level.get(group + 2).is_some_and(|next| next.is_any(&["all", "distinct"]))
        && level.get(group + 3).is_some_and(Node::is_name)
        && level.get(group + 4).is_some_and(|next| next.round().is_some() || next.is(&Token::Comma));
    if quantified {
        let quantifier = level.remove(group + 2);
        let here = quantifier.piece().span;
        if quantifier.is_word("distinct") {
            let ends = ["having", "order", "limit", "offset", "fetch", "union", "except", "intersect", "window"];
            let end = find(level, group, &ends).unwrap_or(level.len());
            level.splice(end..end, [made(Token::Comma, here), string("distinct grouping sets", here)]);
        }
    }
}

/// `a NATURAL CROSS JOIN b` as `a NATURAL JOIN b`, `a CROSS JOIN b USING (c)` as `a JOIN b USING (c)`.
pub(super) fn cross_joins(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        if level[at].is_word("cross") && level[at + 1].is_word("join") {
            let end = after_relation(level, at + 2);
            let using = level.get(end).is_some_and(|next| next.is_word("using"));
            if using || level[at - 1].is_word("natural") {
                level.remove(at);
            }
        }
        at += 1;
    }
}

/// `SEMANTIC_VIEW(v DIMENSIONS f(a) AS b)` as `SEMANTIC_VIEW(v DIMENSIONS f(a))`: its columns are found by use.
pub(super) fn semantic_aliases(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        let view = level[at - 1].is_word("semantic_view");
        let Node::Group(group) = &mut level[at] else { continue };
        while let Some(alias) = find(&group.inner, 1, &["as"]).filter(|_| view) {
            group.inner.drain(alias..(alias + 2).min(group.inner.len()));
        }
    }
}
