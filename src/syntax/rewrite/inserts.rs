//! INSERT and MERGE in forms of their own in, the common forms out.

use sqlparser::tokenizer::Token;

use super::tree::{Group, Node, find, made, round, word};

const QUERY: &[&str] = &["select", "with", "values", "from", "table"];

/// What stands between the target of an INSERT and its query: `BY NAME` becomes the column `by name`; `IF NOT EXISTS`,
/// `REPLACE WHERE c` and formats of files say which rows go first, not which come.
pub(super) fn insert_forms(level: &mut Vec<Node>) {
    let Some(start) = insert_start(level) else { return };
    let directory = find(level, start, &["directory"]).filter(|at| *at <= start + 3);
    let query = (start + 2..level.len()).find(|at| starts_query(&level[*at])).unwrap_or(level.len());
    let here = level[start].piece().span;
    if let Some(directory) = directory {
        let path = level.get(directory + 1).is_some_and(Node::is_string);
        let made_path = (!path).then(|| super::tree::string("", here));
        level.splice((directory + 1 + usize::from(path)).min(query)..query, made_path);
        return;
    }
    let Some(name) = target_end(level, start) else { return };
    if let Some(by) = find(&level[..query], name, &["by"])
        && level.get(by + 1).is_some_and(|next| next.is_any(&["name", "position"]))
    {
        let named = level[by + 1].is_word("name");
        level.drain(by..by + 2);
        if named {
            level.insert(name, round(vec![made(Token::make_word("by name", Some('"')), here)], here));
        }
    } else if let Some(replace) = find(&level[..query], name, &["replace"]) {
        level.drain(replace..query);
    } else if let Some(exists) = find(&level[..query], name, &["if"])
        && level.get(exists + 2).is_some_and(|next| next.is_word("exists"))
    {
        level.drain(exists..exists + 3);
    }
}

fn starts_query(node: &Node) -> bool {
    node.is_any(&QUERY[..4])
        || node.round().is_some_and(|group| group.inner.first().is_some_and(|first| first.is_any(QUERY)))
}

/// INSERT that starts the level, or stands behind its WITH.
fn insert_start(level: &[Node]) -> Option<usize> {
    let first = level.first()?;
    if first.is_word("insert") {
        return Some(0);
    }
    find(level, 1, &["insert"]).filter(|at| first.is_word("with") && level[at - 1].round().is_some())
}

/// The node after the name of the table that is written.
fn target_end(level: &[Node], start: usize) -> Option<usize> {
    let mut at = start + 1;
    while level.get(at)?.is_any(&["into", "overwrite", "table"]) {
        at += 1;
    }
    at += 1;
    while level.get(at)?.is(&Token::Period) {
        at += 2;
    }
    Some(at)
}

/// Redshift's `MERGE .. ON c REMOVE DUPLICATES`: what matches is updated, what does not is inserted, all columns.
pub(super) fn merge_remove_duplicates(level: &mut Vec<Node>) {
    if !level.first().is_some_and(|first| first.is_word("merge")) || level.len() < 3 {
        return;
    }
    let at = level.len() - 2;
    if level[at].is_word("remove") && level[at + 1].is_word("duplicates") {
        let here = level[at].piece().span;
        let words = |text: &str| text.split(' ').map(|text| word(text, here)).collect::<Vec<_>>();
        let mut clauses = words("WHEN MATCHED THEN UPDATE SET");
        clauses.push(made(Token::Mul, here));
        clauses.extend(words("WHEN NOT MATCHED THEN INSERT"));
        clauses.push(made(Token::Mul, here));
        level.splice(at..at + 2, clauses);
    }
}

/// `INSERT INTO t (WITH c AS (..) SELECT ..)` without the brackets, in which a list of columns is looked for.
pub(super) fn bracketed_with(level: &mut Vec<Node>) {
    let Some(end) = insert_start(level).and_then(|start| target_end(level, start)) else { return };
    let Some(at) = (end..level.len().min(end + 2)).find(|at| level[*at].round().is_some_and(starts_with)) else {
        return;
    };
    if let Node::Group(group) = level.remove(at) {
        level.splice(at..at, group.inner);
    }
}

fn starts_with(group: &Group) -> bool {
    group.inner.first().is_some_and(|first| first.is_word("with"))
}

/// Clauses that stand behind FROM.
const AFTER_FROM: &[&str] =
    &["where", "group", "having", "order", "sort", "cluster", "distribute", "limit", "window", "qualify", "lateral"];

/// Hive's `FROM t INSERT INTO a SELECT x WHERE c INSERT INTO b SELECT y`: one INSERT for each target, in a block, each
/// with the relation, and the WITH before it.
pub(super) fn multi_insert(level: &mut Vec<Node>) {
    let with_end =
        if level.first().is_some_and(|first| first.is_word("with")) { find(level, 1, &["from"]) } else { Some(0) };
    let Some(from) = with_end.filter(|at| level.get(*at).is_some_and(|node| node.is_word("from"))) else { return };
    let Some(first) = find(level, from, &["insert"]) else { return };
    if find(&level[from..first], 0, &["select"]).is_some() {
        return;
    }
    let here = level[0].piece().span;
    let (with, relation) = (&level[..from], &level[from..first]);
    let starts: Vec<usize> = (first..level.len()).filter(|at| level[*at].is_word("insert")).collect();
    let ends = starts[1..].iter().copied().chain([level.len()]);
    let mut nodes = vec![word("BEGIN", here)];
    for (start, end) in starts.iter().copied().zip(ends) {
        let one = &level[start..end];
        let Some(select) = find(one, 1, &["select", "reduce", "map"]) else { return };
        let clauses = find(one, select, AFTER_FROM).unwrap_or(one.len());
        nodes.extend_from_slice(&one[..select]);
        nodes.extend_from_slice(with);
        nodes.extend_from_slice(&one[select..clauses]);
        nodes.extend_from_slice(relation);
        nodes.extend(one[clauses..].iter().filter(|node| !node.is(&Token::SemiColon)).cloned());
        nodes.push(made(Token::SemiColon, here));
    }
    nodes.push(word("END", here));
    *level = nodes;
}
