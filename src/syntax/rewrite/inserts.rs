//! INSERT and MERGE in forms of their own in, the common forms out.

use sqlparser::tokenizer::Token;

use super::tree::{Node, find, made, round, word};

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
