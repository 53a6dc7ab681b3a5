//! Statements whose first words the parser does not know in, the statement that means the same out.

use sqlparser::tokenizer::Token;

use super::spell::{comma, listed, name_end, plain, round_at, stands, text};
use super::tree::{Node, find, made, round, string, word};

/// Teradata's `SEL`, `INS`, `UPD`, `DEL`, `REPLACE VIEW`.
pub(super) fn short_words(level: &mut Vec<Node>) {
    const WORDS: &[(&str, &str)] = &[("sel", "SELECT"), ("ins", "INSERT"), ("upd", "UPDATE"), ("del", "DELETE")];
    for at in 0..level.len() {
        let starts = at == 0 || level[at - 1].is_any(&["as", "union", "all", "except", "minus", "intersect", "access"]);
        let found = WORDS.iter().find(|(short, _)| level[at].is_word(short));
        let value = level.get(at + 1).is_some_and(|next| !next.is(&Token::Period) && !next.is(&Token::Comma));
        if let Some((_, long)) = found.filter(|_| starts && value) {
            level[at] = word(long, level[at].piece().span);
        }
    }
    if stands(level, 0, &["replace", "view"]) || stands(level, 0, &["replace", "recursive"]) {
        let here = level[0].piece().span;
        level.splice(..0, [word("CREATE", here), word("OR", here)]);
    }
}

/// Teradata's `LOCKING TABLE t FOR ACCESS` before a query.
pub(super) fn locking(level: &mut Vec<Node>) {
    let mut at = 0;
    while at < level.len() {
        let starts =
            at == 0 || level[at - 1].is_word("as") || level[at - 1].is_any(&["access", "read", "write", "nowait"]);
        let kind = ["row", "table", "view", "database"];
        let locks = level[at].is_word("locking")
            || level[at].is_word("lock") && level.get(at + 1).is_some_and(|next| next.is_any(&kind));
        if starts
            && locks
            && let Some(query) = find(level, at, &["select", "sel", "with", "insert", "update", "delete", "create"])
        {
            level.drain(at..query);
        } else {
            at += 1;
        }
    }
}

/// `SELECT UNIQUE a` as `SELECT DISTINCT a`.
pub(super) fn unique(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        let item = level.get(at + 1).is_some_and(|next| !next.is(&Token::Comma) && !next.is_word("from"));
        if level[at].is_word("unique") && level[at - 1].is_word("select") && item {
            level[at] = word("DISTINCT", level[at].piece().span);
        }
    }
}

/// `TOP 0.1 PERCENT` as `TOP (0.1) PERCENT`, `TOP (SELECT 1)` as `TOP ((SELECT 1))`.
pub(super) fn top(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        if !level[at - 1].is_word("top") {
            continue;
        }
        let here = level[at].piece().span;
        let fraction = matches!(&level[at].piece().token, Token::Number(digits, _) if digits.contains('.'));
        let query =
            round_at(level, at).is_some_and(|group| group.inner.first().is_some_and(|first| first.is_word("select")));
        if fraction || query {
            level[at] = round(vec![level[at].clone()], here);
        }
    }
}

/// `INSERT TOP (10) PERCENT INTO t SELECT ..` as `INSERT INTO t SELECT TOP (10) PERCENT ..`.
pub(super) fn insert_top(level: &mut Vec<Node>) {
    if !stands(level, 0, &["insert", "top"]) || level.len() < 4 {
        return;
    }
    let percent = usize::from(level[3].is_word("percent"));
    let Some(select) = find(level, 3, &["select"]) else { return };
    if level.get(select + 1).is_some_and(|next| next.is_any(&["distinct", "top", "all"])) {
        return;
    }
    let top: Vec<Node> = level[1..3 + percent].to_vec();
    level.splice(select + 1..=select, top);
    level.drain(1..3 + percent);
}

/// `SELECT a BULK COLLECT INTO v FROM t` and `SELECT a FROM t INTO @v`: into variables, which are no relations.
pub(super) fn into_variables(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        let bulk = stands(level, at, &["bulk", "collect", "into"]);
        let variable = |node: &Node| match &node.piece().token {
            Token::Word(word) => word.value.starts_with('@'),
            Token::AtSign => true,
            Token::Placeholder(name) => name.starts_with(['@', ':']),
            _ => false,
        };
        let into = level[at].is_word("into") && variable(&level[at + 1]);
        if bulk || into {
            let ends = ["from", "where", "limit", "order", "union", "for"];
            let end = find(level, at + 1, &ends).unwrap_or(level.len());
            level.drain(at..end);
        } else {
            at += 1;
        }
    }
}

/// SQL Server's `SELECT @x += a` as `SELECT @x = @x + a`.
pub(super) fn compound_assignments(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 2 < level.len() {
        let item = level[at - 1].is(&Token::Comma) || level[at - 1].is_any(&["select", "set", "distinct"]);
        let name = matches!(&level[at].piece().token, Token::Word(word) if word.value.starts_with('@'));
        let sign = matches!(
            level[at + 1].piece().token,
            Token::Plus
                | Token::Minus
                | Token::Mul
                | Token::Div
                | Token::Mod
                | Token::Ampersand
                | Token::Pipe
                | Token::Caret
        );
        if item && name && sign && level[at + 2].is(&Token::Eq) {
            let nodes = [level[at + 2].clone(), level[at].clone(), level[at + 1].clone()];
            level.splice(at + 1..at + 3, nodes);
        }
        at += 1;
    }
}

/// Oracle's tail `LOG ERRORS INTO t ('tag') REJECT LIMIT 10`, and `WITH READ ONLY`.
pub(super) fn oracle_tails(level: &mut Vec<Node>) {
    let tail = (1..level.len())
        .find(|at| stands(level, *at, &["log", "errors"]) || stands(level, *at, &["with", "read", "only"]));
    if let Some(at) = tail {
        level.truncate(at);
    }
}

/// `ORDER SIBLINGS BY a` as `ORDER BY a`: siblings lie under their parent, whose order CONNECT BY decides.
pub(super) fn siblings(level: &mut Vec<Node>) {
    if let Some(at) = (1..level.len()).find(|at| stands(level, *at - 1, &["order", "siblings", "by"])) {
        level.remove(at);
    }
}

/// Planner's hints and aliases of MERGE's target: `MERGE t WITH (HOLDLOCK) AS x` as `MERGE t AS x`; DuckDB's
/// `USING s USING (id)` as `USING s ON t.id = s.id`.
pub(super) fn merge(level: &mut Vec<Node>) {
    if !level.first().is_some_and(|first| first.is_word("merge")) {
        return;
    }
    let Some(using) = find(level, 1, &["using"]) else { return };
    let Some(hint) = find(&level[..using], 1, &["with"]) else {
        shared_columns(level, using);
        return;
    };
    if level.get(hint + 1).is_some_and(|next| next.round().is_some()) {
        level.drain(hint..hint + 2);
    }
}

fn shared_columns(level: &mut Vec<Node>, using: usize) {
    let Some(second) = find(level, using + 1, &["using"]) else { return };
    let Some(columns) = level.get(second + 1).and_then(Node::round).map(|group| group.inner.clone()) else { return };
    let target = if level[using - 1].is_name() { level[using - 1].clone() } else { return };
    let source = if level[second - 1].is_name() { level[second - 1].clone() } else { return };
    let here = level[second].piece().span;
    let mut nodes = vec![word("ON", here)];
    for (at, column) in columns.iter().filter(|node| node.is_name()).enumerate() {
        if at > 0 {
            nodes.push(word("AND", here));
        }
        let dot = || made(Token::Period, here);
        nodes.extend([target.clone(), dot(), column.clone(), made(Token::Eq, here)]);
        nodes.extend([source.clone(), dot(), column.clone()]);
    }
    level.splice(second..second + 2, nodes);
    if level.last().is_some_and(|last| last.is_word("update")) {
        level.extend([word("SET", here), made(Token::Mul, here)]);
    }
}

/// Oracle's `INSERT ALL INTO t (a) VALUES (b) INTO u .. SELECT ..`: one INSERT for each target, in a block.
pub(super) fn insert_all(level: &mut Vec<Node>) {
    if !level.first().is_some_and(|first| first.is_word("insert"))
        || !level.get(1).is_some_and(|next| next.is_any(&["all", "first"]))
    {
        return;
    }
    let first_only = level[1].is_word("first");
    let Some(query) = find(level, 2, &["select", "with"]) else { return };
    let here = level[0].piece().span;
    let source = round(level[query..].to_vec(), here);
    let mut nodes = vec![word("BEGIN", here)];
    let mut met: Vec<Vec<Node>> = Vec::new();
    let mut condition: Vec<Node> = Vec::new();
    let mut at = 2;
    while at < query {
        if level[at].is_word("when") {
            let then = find(level, at, &["then"]).unwrap_or(query);
            let own = round(level[at + 1..then].to_vec(), here);
            condition = if first_only { unless(&met, here) } else { Vec::new() };
            if !condition.is_empty() {
                condition.push(word("AND", here));
            }
            condition.push(own.clone());
            met.push(vec![own]);
            at = then + 1;
        } else if level[at].is_word("else") {
            condition = unless(&met, here);
            at += 1;
        } else if level[at].is_word("into") {
            let (end, insert) = one_insert(level, at, query, &source, &condition);
            nodes.extend(insert);
            at = end;
        } else {
            return;
        }
    }
    nodes.push(word("END", here));
    *level = nodes;
}

/// `c1 IS NOT TRUE AND c2 IS NOT TRUE`.
fn unless(met: &[Vec<Node>], here: crate::text::Span) -> Vec<Node> {
    let mut nodes = Vec::new();
    for condition in met {
        if !nodes.is_empty() {
            nodes.push(word("AND", here));
        }
        nodes.extend(condition.iter().cloned());
        nodes.extend(["IS", "NOT", "TRUE"].map(|text| word(text, here)));
    }
    nodes
}

/// `INTO t (a) VALUES (b)` as `INSERT INTO t (a) SELECT b FROM (source) WHERE condition;`.
fn one_insert(level: &[Node], at: usize, query: usize, source: &Node, condition: &[Node]) -> (usize, Vec<Node>) {
    let here = level[at].piece().span;
    let mut end = name_end(level, at + 1);
    let mut nodes = vec![word("INSERT", here)];
    let columns = level.get(end).filter(|node| end < query && node.round().is_some());
    end += usize::from(columns.is_some());
    nodes.extend_from_slice(&level[at..end]);
    nodes.push(word("SELECT", here));
    let values = level.get(end + 1).and_then(Node::round).filter(|_| level[end].is_word("values"));
    match values {
        Some(values) => {
            nodes.extend(values.inner.iter().cloned());
            end += 2;
        }
        None => nodes.push(made(Token::Mul, here)),
    }
    nodes.extend([word("FROM", here), source.clone()]);
    if !condition.is_empty() {
        nodes.push(word("WHERE", here));
        nodes.extend_from_slice(condition);
    }
    nodes.push(made(Token::SemiColon, here));
    (end, nodes)
}

/// Teradata's `SELECT NORMALIZE ON MEETS a, b FROM t`: rows whose periods touch become one, as the table function
/// `normalize((SELECT a, b FROM t)) AS normalized (a, b)`.
pub(super) fn normalize(level: &mut Vec<Node>) {
    let Some(at) = (1..level.len()).find(|at| level[*at].is_word("normalize") && level[*at - 1].is_word("select"))
    else {
        return;
    };
    let here = level[at].piece().span;
    let mut from = at + 1;
    while level.get(from).is_some_and(|node| node.is_any(&["on", "meets", "or", "overlaps"])) {
        from += 1;
    }
    if find(level, from, &["union", "except", "intersect", "minus"]).is_some() {
        return;
    }
    let kind = string(&text(&level[at..from]).to_ascii_lowercase(), here);
    let items_end = find(level, from, &["from"]).unwrap_or(level.len());
    let end = find(level, items_end, &["order"]).unwrap_or(level.len());
    let names: Option<Vec<Vec<Node>>> = super::tree::by_commas(&level[from..items_end])
        .into_iter()
        .map(|item| item.last().filter(|last| last.is_name()).map(|last| vec![last.clone()]))
        .collect();
    let mut inner = vec![word("SELECT", here)];
    inner.extend_from_slice(&level[from..end]);
    let arguments = vec![round(inner, here), comma(here), kind];
    let mut nodes = vec![made(Token::Mul, here), word("FROM", here), plain("normalize", here), round(arguments, here)];
    nodes.extend([word("AS", here), plain("normalized", here)]);
    nodes.extend(names.map(|names| round(listed(names, here), here)));
    level.splice(at..end, nodes);
}
