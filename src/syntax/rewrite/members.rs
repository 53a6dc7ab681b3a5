//! Set operations whose branches have ORDER BY and LIMIT of their own in, the same with brackets around them out.

use sqlparser::tokenizer::Token;

use super::tree::{Node, find, round};

/// ClickHouse's `SELECT a FROM t LIMIT 1 UNION ALL SELECT b FROM u LIMIT 2`: each clause is its own branch's, the last
/// branch's too.
pub(super) fn own_clauses(level: &mut Vec<Node>) {
    const CLAUSES: &[&str] = &["order", "limit", "offset", "fetch"];
    const WHOLE: &[&str] = &["settings", "format", "into"];
    let Some(start) = find(level, 0, &["select"]) else { return };
    let ends: Vec<usize> = (start + 1..level.len()).filter(|at| is_set_word(level, *at)).collect();
    if ends.is_empty() {
        return;
    }
    let mut at = start;
    let mut nodes = Vec::new();
    let mut changed = false;
    for end in ends.into_iter().chain([level.len()]) {
        let body = &level[at..end];
        // How the answer is written is asked of the whole.
        let whole =
            (1..body.len()).find(|at| body[*at].is_any(WHOLE) && clause(body, *at)).filter(|_| end == level.len());
        let (body, rest) = body.split_at(whole.unwrap_or(body.len()));
        let own = (1..body.len()).any(|at| body[at].is_any(CLAUSES) && clause(body, at));
        if own && body.first().is_some_and(|first| first.is_word("select")) {
            nodes.push(round(body.to_vec(), body[0].piece().span));
            changed = true;
        } else {
            nodes.extend_from_slice(body);
        }
        nodes.extend_from_slice(rest);
        at = end;
        while at < level.len() && level[at].is_any(&["union", "except", "intersect", "minus", "all", "distinct"]) {
            nodes.push(level[at].clone());
            at += 1;
        }
    }
    if changed {
        level.splice(start.., nodes);
    }
}

fn is_set_word(level: &[Node], at: usize) -> bool {
    let next = level.get(at + 1);
    level[at].is_any(&["union", "except", "intersect"])
        && next.is_some_and(|next| next.is_any(&["all", "distinct", "select", "with", "from"]) || starts_query(next))
        && !level[at - 1].is(&Token::Mul)
        && !level[at - 1].is(&Token::Period)
}

/// Brackets with a query in them; `* EXCEPT (a)` has names in its own.
fn starts_query(node: &Node) -> bool {
    node.round().is_some_and(|group| {
        group.inner.first().is_some_and(|first| first.is_any(&["select", "with", "from"]) || starts_query(first))
    })
}

/// `ORDER BY`, or a word that a value follows: not a column named `limit`.
fn clause(body: &[Node], at: usize) -> bool {
    let Some(next) = body.get(at + 1) else { return false };
    if body[at].is_word("order") {
        return next.is_word("by");
    }
    !body[at - 1].is_any(&["as", "by"])
        && !body[at - 1].is(&Token::Comma)
        && !next.is(&Token::Comma)
        && !next.is(&Token::Period)
        && !next.is(&Token::Eq)
        && !body[at - 1].is(&Token::Period)
}

/// An alias inside of an expression, `(1 AS one) + one`: the value stands wherever its name does.
pub(super) fn inner_aliases(level: &mut Vec<Node>) {
    let Some(select) = find(level, 0, &["select"]) else { return };
    let end = find(level, select, &["union", "except", "intersect"]).unwrap_or(level.len());
    let from = find(&level[..end], select, &["from"]).unwrap_or(end);
    let mut named = Vec::new();
    for node in &mut level[select..from] {
        if let Node::Group(group) = node {
            taken_out(&mut group.inner, &mut named);
        }
    }
    for (name, value) in named {
        put_in(&mut level[select..end], &name, &value, true);
    }
}

/// Takes `AS name` out of every argument that has it, and notes what it names.
fn taken_out(inner: &mut Vec<Node>, named: &mut Vec<(String, Vec<Node>)>) {
    if inner.first().is_some_and(|first| first.is_any(&["select", "with", "from"])) {
        return;
    }
    for node in inner.iter_mut() {
        if let Node::Group(group) = node {
            taken_out(&mut group.inner, named);
        }
    }
    let mut at = 1;
    let mut start = 0;
    while at + 1 < inner.len() {
        let ends = inner.get(at + 2).is_none_or(|next| next.is(&Token::Comma));
        if inner[at].is(&Token::Comma) {
            start = at + 1;
        }
        if inner[at].is_word("as")
            && ends
            && !cast(inner, start)
            && let Token::Word(word) = &inner[at + 1].piece().token
        {
            named.push((word.value.clone(), inner[start..at].to_vec()));
            inner.drain(at..at + 2);
        } else {
            at += 1;
        }
    }
}

/// A type's name behind AS is no alias; it is told by its first letter, which ClickHouse writes large.
fn cast(inner: &[Node], start: usize) -> bool {
    let Some(at) = find(inner, start, &["as"]) else { return false };
    let Some(Token::Word(word)) = inner.get(at + 1).map(|node| node.piece().token.clone()) else { return true };
    word.quote_style.is_none() && (word.value.starts_with(char::is_uppercase) || is_type(&word.value))
}

fn is_type(name: &str) -> bool {
    [
        "date",
        "datetime",
        "timestamp",
        "int",
        "integer",
        "bigint",
        "varchar",
        "text",
        "float",
        "double",
        "decimal",
        "bool",
        "boolean",
    ]
    .iter()
    .any(|known| name.eq_ignore_ascii_case(known))
}

fn put_in(level: &mut [Node], name: &str, value: &[Node], top: bool) {
    for at in 0..level.len() {
        if let Node::Group(group) = &mut level[at] {
            put_in(&mut group.inner, name, value, false);
            continue;
        }
        let part = at > 0 && (level[at - 1].is(&Token::Period) || level[at - 1].is_any(&["as", "from", "join"]));
        let qualifies = level.get(at + 1).is_some_and(|next| next.round().is_some())
            || !top && level.get(at + 1).is_some_and(|next| next.is(&Token::Arrow));
        let is_it = matches!(&level[at].piece().token, Token::Word(word) if word.value == name);
        if is_it && !part && !qualifies {
            let here = level[at].piece().span;
            level[at] = round(value.to_vec(), here);
        }
    }
}
