//! Functions in FROM whose brackets or clauses are a grammar of their own in, table functions that name the relations
//! they read and the columns they give out.

use sqlparser::tokenizer::Token;

use super::spell::{arguments, comma, listed, name_end, plain, quoted, round_at, stands, text};
use super::tree::{Node, by_commas, find, made, round, string, word};
use crate::text::Span;

/// Functions whose first argument is a relation or a server.
pub(super) const OF_TABLES: &[&str] =
    &["containstable", "freetexttable", "semantickeyphrasetable", "openquery", "changetable"];

/// `CONTAINSTABLE(t, (a, b), 'x', LANGUAGE 'y')` as `CONTAINSTABLE((SELECT a, b FROM t), 'x', 'y')`; read as they stand
/// the table would be a column.
pub(super) fn table_arguments(level: &mut Vec<Node>) {
    super::spell::each_call(level, &OF_TABLES[..3], |inner| {
        let mut items = arguments(inner);
        let Some(here) = items.first().and_then(|first| first.first()).map(|node| node.piece().span) else { return };
        if !items[0].iter().all(|node| node.is_name() || node.is(&Token::Period)) {
            return;
        }
        let columns = if items.len() > 1 { items.remove(1) } else { vec![made(Token::Mul, here)] };
        let columns = match columns.as_slice() {
            [Node::Group(group)] => group.inner.clone(),
            _ => columns,
        };
        items[0] = vec![selected(columns, items[0].clone(), here)];
        for item in &mut items {
            if item.len() > 1 && item[0].is_word("language") {
                item.remove(0);
            }
        }
        *inner = listed(items, here);
    });
    super::spell::each_call(level, &OF_TABLES[3..4], |inner| {
        // The linked server is no column.
        let end = inner.iter().position(|node| node.is(&Token::Comma)).unwrap_or(inner.len());
        if let Some(first) = inner.first().filter(|first| first.is_name()) {
            let here = first.piece().span;
            let server = text(&inner[..end]);
            inner.splice(..end, [string(&server, here)]);
        }
    });
    super::spell::each_call(level, &OF_TABLES[4..], |inner| {
        if inner.len() > 1 && inner[0].is_any(&["changes", "version"]) && inner[1].is_name() {
            let here = inner[0].piece().span;
            let end = name_end(inner, 1);
            let kind = string(&text(&inner[..1]).to_ascii_lowercase(), here);
            let source = selected(vec![made(Token::Mul, here)], inner[1..end].to_vec(), here);
            inner.splice(..end, [kind, comma(here), source]);
        }
    });
}

/// `(SELECT columns FROM table)`.
fn selected(columns: Vec<Node>, table: Vec<Node>, here: Span) -> Node {
    let mut nodes = vec![word("SELECT", here)];
    nodes.extend(columns);
    nodes.push(word("FROM", here));
    nodes.extend(table);
    round(nodes, here)
}

/// `OPENROWSET(BULK 'x', FORMAT = 'CSV', ORDER (a ASC) UNIQUE)`: options as strings.
pub(super) fn open_rowset(level: &mut Vec<Node>) {
    super::spell::each_call(level, &["openrowset"], |inner| {
        let mut items = arguments(inner);
        for item in &mut items {
            let Some(first) = item.first().filter(|first| first.is_name()) else { continue };
            let here = first.piece().span;
            if first.is_word("bulk") {
                item.remove(0);
            } else if item.len() > 1 || first.is_name() {
                *item = vec![string(&text(item), here)];
            }
        }
        if let Some(first) = inner.first() {
            let here = first.piece().span;
            *inner = listed(items, here);
        }
    });
}

/// `OPENXML(..) WITH (a INT 'path') AS x` as `OPENXML(..) AS x (a INT)`.
pub(super) fn columns_behind(level: &mut Vec<Node>) {
    const FUNCTIONS: &[&str] = &["openxml", "openrowset", "openjson"];
    let mut at = 1;
    while at + 1 < level.len() {
        let call = at > 1 && level[at - 2].is_any(FUNCTIONS) && level[at - 1].round().is_some();
        if !call || !level[at].is_word("with") {
            at += 1;
            continue;
        }
        let here = level[at].piece().span;
        let columns = level[at + 1].round().map(|group| typed(&group.inner, here));
        let alias_at = at + 2 + usize::from(level.get(at + 2).is_some_and(|node| node.is_word("as")));
        let named = level.get(alias_at).is_some_and(|node| {
            node.is_name() && (alias_at > at + 2 || node.piece().keyword() == sqlparser::keywords::Keyword::NoKeyword)
        });
        let alias = if named { level[alias_at].clone() } else { plain("opened", here) };
        let end = if named { alias_at + 1 } else { at + 2 };
        if level[at - 2].is_word("openjson") && plain_path(level, at - 1) {
            // The parser has a node for it.
            at += 1;
            continue;
        }
        let function = text(&level[at - 2..at - 1]);
        level[at - 2] = quoted(&function, level[at - 2].piece().span);
        // `WITH t` names a table that has such columns.
        let nodes: Vec<Node> = [word("AS", here), alias].into_iter().chain(columns).collect();
        level.splice(at..end, nodes);
        at += 1;
    }
}

/// Is the second argument of OPENJSON, its path, only a string?
fn plain_path(level: &mut [Node], at: usize) -> bool {
    let Some(group) = round_at(level, at) else { return true };
    by_commas(&group.inner).get(1).is_none_or(|path| path.len() == 1)
}

/// The name and type of each column: `a INT 'path'` as `a INT`.
fn typed(inner: &[Node], here: Span) -> Node {
    let items = by_commas(inner).into_iter().map(|item| {
        let mut end = item.len().min(2);
        if item.get(end).is_some_and(|node| node.round().is_some()) {
            end += 1;
        }
        item[..end].to_vec()
    });
    round(listed(items.collect(), here), here)
}

/// `PREDICT(MODEL = m, DATA = t AS d) WITH (p float)` as `PREDICT('m', (SELECT * FROM t))`; of a relation on the left as
/// `PREDICT('m', d.*)`.
pub(super) fn predict(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let here = level[at].piece().span;
        let named = level[at - 1].is_word("predict");
        let Some(group) = round_at(level, at).filter(|_| named) else {
            at += 1;
            continue;
        };
        let mut items = Vec::new();
        for item in arguments(&group.inner) {
            let [kind, _, value @ ..] = item.as_slice() else { continue };
            if kind.is_word("data") {
                let end = find(value, 0, &["as"]).unwrap_or(value.len());
                let table = value[..end].to_vec();
                items.push(match table.as_slice() {
                    [alias] if alias.is_name() => {
                        vec![alias.clone(), made(Token::Period, here), made(Token::Mul, here)]
                    }
                    _ => vec![selected(vec![made(Token::Mul, here)], table, here)],
                });
            } else {
                items.push(vec![string(&text(value), here)]);
            }
        }
        group.inner = listed(items, here);
        if level.get(at + 1).is_some_and(|next| next.is_word("with")) && level.len() > at + 2 {
            level.drain(at + 1..at + 3);
        }
        at += 1;
    }
}

/// JSON_TABLE's columns in the short forms: `a PATH 'p'` as `a untyped PATH 'p'`, `a INT` as `a INT PATH '$.a'`.
pub(super) fn json_table(level: &mut Vec<Node>) {
    super::spell::each_call(level, &["json_table"], |inner| {
        let Some(at) = find(inner, 0, &["columns"]) else { return };
        let here = inner[at].piece().span;
        if inner.get(at + 1).is_none_or(|next| next.round().is_none()) {
            let columns = inner.split_off(at + 1);
            inner.push(round(columns, here));
        }
        inner.truncate(at + 2);
        if let Some(group) = round_at(inner, at + 1) {
            json_columns(&mut group.inner, here);
        }
        // What stands between the document, its path and COLUMNS says what happens to faults.
        let head = by_commas(&inner[..at]);
        let document = head.first().map_or(&[][..], |item| &item[..find(item, 1, &["format"]).unwrap_or(item.len())]);
        let path = head.get(1).and_then(|item| item.first()).cloned().unwrap_or_else(|| string("$", here));
        let mut nodes = document.to_vec();
        nodes.extend([comma(here), path]);
        nodes.extend_from_slice(&inner[at..]);
        *inner = nodes;
    });
}

fn json_columns(inner: &mut Vec<Node>, here: Span) {
    let mut items = arguments(inner);
    for item in &mut items {
        if item.first().is_some_and(|first| first.is_word("nested")) {
            if let Some(at) = find(item, 1, &["columns"])
                && let Some(group) = round_at(item, at + 1)
            {
                json_columns(&mut group.inner, here);
            }
            continue;
        }
        if stands(item, 1, &["for", "ordinality"]) {
            continue;
        }
        if let Some(at) = find(item, 1, &["format"]) {
            let end = find(item, at, &["path"]).unwrap_or(item.len());
            item.drain(at..end);
        }
        let name = item.first().map(|first| text(std::slice::from_ref(first))).unwrap_or_default();
        let path = find(item, 1, &["path"]);
        if path == Some(1) || path.is_none() && item.len() == 1 {
            item.insert(1, word("untyped", here));
        }
        match find(item, 1, &["path"]) {
            // What follows the path says what happens to faults.
            Some(at) => item.truncate(at + 2),
            None => {
                let exists = find(item, 1, &["error", "null", "default"]).unwrap_or(item.len());
                item.truncate(exists);
                item.extend([word("PATH", here), string(&format!("$.{}", name.trim_matches('"')), here)]);
            }
        }
    }
    *inner = listed(items, here);
}

/// `XMLNAMESPACES(DEFAULT 'x')` as `XMLNAMESPACES('x' AS "default")`.
pub(super) fn xml_namespaces(level: &mut Vec<Node>) {
    super::spell::each_call(level, &["xmlnamespaces"], |inner| {
        let mut items = arguments(inner);
        for item in &mut items {
            if item.len() > 1 && item[0].is_word("default") {
                let here = item.remove(0).piece().span;
                item.extend([word("AS", here), quoted("default", here)]);
            }
        }
        if let Some(first) = inner.first() {
            let here = first.piece().span;
            *inner = listed(items, here);
        }
    });
}

/// `FROM (DELETE t OUTPUT deleted.a WHERE c) x` as `FROM (SELECT deleted.a FROM t AS deleted WHERE c) x`: the rows that
/// go are those that the condition chooses.
pub(super) fn deleted_rows(level: &mut Vec<Node>) {
    if !level.first().is_some_and(|first| first.is_word("delete")) {
        return;
    }
    let Some(output) = find(level, 1, &["output"]) else { return };
    let start = 1 + usize::from(level[1].is_word("from"));
    let end = name_end(level, start);
    if end != output {
        return;
    }
    let here = level[0].piece().span;
    let rest = find(level, output, &["where", "option"]).unwrap_or(level.len());
    let mut nodes = vec![word("SELECT", here)];
    nodes.extend_from_slice(&level[output + 1..rest]);
    nodes.push(word("FROM", here));
    nodes.extend_from_slice(&level[start..end]);
    nodes.extend([word("AS", here), plain("deleted", here)]);
    nodes.extend_from_slice(&level[rest..]);
    *level = nodes;
}

/// SQL Server's `.t` and `..t`: the parts left out are those of the session.
pub(super) fn leading_dots(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let opens = level[at - 1].is(&Token::Comma) || level[at - 1].is_any(&["from", "join", "into", "update"]);
        if level[at].is(&Token::Period) && opens {
            level.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Postgres' `SELECT (f(a)).* FROM t` as `SELECT f.* FROM t, LATERAL f(a) AS f`.
pub(super) fn composite_calls(level: &mut Vec<Node>) {
    let mut at = 1;
    let mut names: Vec<String> = Vec::new();
    while at + 2 < level.len() {
        let star = level[at + 1].is(&Token::Period) && level[at + 2].is(&Token::Mul);
        let item = level[at - 1].is(&Token::Comma) || level[at - 1].is_word("select");
        let call = level[at].round().filter(|_| star && item).map(|group| group.inner.clone());
        let Some((inner, name)) = call.and_then(|inner| call_name(&inner).map(|name| (inner, name))) else {
            at += 1;
            continue;
        };
        let here = level[at].piece().span;
        let count = names.iter().filter(|other| **other == name).count();
        names.push(name.clone());
        let alias = plain(&if count == 0 { name } else { format!("{name}_{}", count + 1) }, here);
        level[at] = alias.clone();
        let mut nodes = vec![word("LATERAL", here)];
        nodes.extend(inner);
        nodes.extend([word("AS", here), alias]);
        let ends = [
            "where",
            "group",
            "having",
            "window",
            "order",
            "limit",
            "offset",
            "fetch",
            "union",
            "except",
            "intersect",
            "for",
        ];
        let from = find(level, at, &["from"])
            .filter(|from| find(&level[..*from], at, &["union", "except", "intersect"]).is_none());
        let opening = if from.is_some() { comma(here) } else { word("FROM", here) };
        let end = find(level, from.unwrap_or(at) + 1, &ends).unwrap_or(level.len());
        level.splice(end..end, [opening].into_iter().chain(nodes));
        at += 3;
    }
}

/// The name of the function, where all of `inner` is one call of it.
fn call_name(inner: &[Node]) -> Option<String> {
    let (last, name) = inner.split_last()?;
    let plain = name.iter().all(|node| node.is_name() || node.is(&Token::Period));
    let Token::Word(word) = &name.last()?.piece().token else { return None };
    (last.round().is_some() && plain).then(|| word.value.clone())
}

/// Postgres' `FROM f(1) AS (a int)` as `FROM f(1) AS f (a int)`.
pub(super) fn function_columns(level: &mut Vec<Node>) {
    let mut at = 2;
    while at + 1 < level.len() {
        let call = level[at - 1].round().is_some() && level[at - 2].is_name();
        let columns = level[at + 1].round().is_some_and(|group| {
            group.inner.first().is_some_and(Node::is_name) && !group.inner[0].is_any(&["select", "with", "values"])
        });
        if level[at].is_word("as") && call && columns {
            let alias = level[at - 2].clone();
            level.insert(at + 1, alias);
        }
        at += 1;
    }
}

/// MySQL's `FROM (t, u) LEFT JOIN v` as `FROM (t CROSS JOIN u) LEFT JOIN v`.
pub(super) fn bracketed_lists(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        let opens = level[at - 1].is(&Token::Comma) || level[at - 1].is_any(&["from", "join"]);
        let Some(group) = round_at(level, at).filter(|_| opens) else { continue };
        let names =
            group.inner.first().is_some_and(|first| first.is_name() && !first.is_any(&["select", "with", "values"]));
        if !names {
            continue;
        }
        let here = group.open.span;
        let nodes = std::mem::take(&mut group.inner).into_iter().flat_map(|node| {
            if node.is(&Token::Comma) { vec![word("CROSS", here), word("JOIN", here)] } else { vec![node] }
        });
        group.inner = nodes.collect();
    }
}
