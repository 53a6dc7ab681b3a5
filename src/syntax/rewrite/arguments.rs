//! Calls with words of their own between the brackets in, plain arguments out.

use sqlparser::tokenizer::Token;

use super::names::{plain, unkeyword};
use super::tree::{Node, find, made, round, string, word};
use crate::syntax::lex::Piece;
use crate::text::Span;

pub(super) fn is_relation(first: &Piece, second: &Piece) -> bool {
    let opens = second.token == Token::LParen && (first.is_word("table") || first.is_word("descriptor"));
    opens || first.token == Token::RArrow && second.is_word("select")
}

/// What may follow a table that is an argument.
const OF_ARGUMENTS: &[&str] = &["as", "partition", "order", "prune", "keep", "copartition"];

/// `f(input => TABLE(SELECT ..))`, `f(TABLE(t) PARTITION BY a)`, `FLATTEN(input => SELECT ..)`: a subquery as argument.
pub(super) fn relation_arguments(level: &mut Vec<Node>) {
    let mut at = 0;
    while at < level.len() {
        let starts = at == 0 || level[at - 1].is(&Token::Comma) || level[at - 1].is(&Token::RArrow);
        let named = at > 0 && level[at - 1].is(&Token::RArrow);
        let end = (at + 1..level.len()).find(|next| level[*next].is(&Token::Comma)).unwrap_or(level.len());
        let here = level[at].piece().span;
        // In FROM an alias or a join may follow: `(TABLE(f(1)) t JOIN u ON ..)` is no argument.
        let argument = (at + 2..end).next().is_none_or(|next| level[next].is_any(OF_ARGUMENTS));
        let table = level[at].is_word("table") && level.get(at + 1).is_some_and(|next| next.round().is_some());
        if starts && table && argument {
            let inner = level[at + 1].round().map(|group| group.inner.clone()).unwrap_or_default();
            level.splice(at..end, [round(query_of(inner, here), here)]);
        } else if named && level[at].is_word("select") {
            let inner = level[at..end].to_vec();
            level.splice(at..end, [round(inner, here)]);
        } else if starts
            && level[at].is_word("descriptor")
            && let Some(Node::Group(group)) = level.get_mut(at + 1)
        {
            for node in group.inner.iter_mut().filter(|node| node.is_name()) {
                *node = string(&node.piece().token.to_string(), node.piece().span);
            }
        }
        at += 1;
    }
}

fn query_of(inner: Vec<Node>, here: Span) -> Vec<Node> {
    if inner.first().is_some_and(|first| first.is_any(&["select", "with", "values", "from"])) {
        return inner;
    }
    [word("SELECT", here), made(Token::Mul, here), word("FROM", here)].into_iter().chain(inner).collect()
}

/// `JSON_OBJECT(KEY k VALUE v, 'a' : b)` as `JSON_OBJECT(k, v, 'a', b)`; what else stands there (`RETURNING t`,
/// `OMIT QUOTES`, `NULL ON EMPTY`) as a string at the end.
pub(super) fn json_arguments(level: &mut Vec<Node>) {
    const CALLS: &[&str] = &["json_query", "json_value", "json_exists", "json_object", "json_array"];
    const CLAUSES: &[&str] = &[
        "format",
        "returning",
        "omit",
        "keep",
        "with",
        "without",
        "null",
        "absent",
        "error",
        "empty",
        "default",
        "strict",
    ];
    for at in 1..level.len() {
        let json = level[at - 1].is_any(CALLS);
        let Node::Group(group) = &mut level[at] else { continue };
        if !json {
            continue;
        }
        let here = group.open.span;
        let inner = &mut group.inner;
        for node in inner.iter_mut() {
            if node.is(&Token::Colon) || node.is_word("value") {
                *node = made(Token::Comma, node.piece().span);
            }
        }
        // `PASSING e AS n` is an argument more.
        if let Some(passing) = find(inner, 1, &["passing"]) {
            inner[passing] = made(Token::Comma, here);
            while let Some(named) = find(inner, passing, &["as"]) {
                inner.drain(named..(named + 2).min(inner.len()));
            }
        }
        inner.retain(|node| !node.is_word("key"));
        let asks = |node: &Node| node.is_any(&["on", "returning", "format", "wrapper", "quotes"]);
        let clause = (1..inner.len()).find(|at| {
            inner[*at].is_any(CLAUSES) && !inner[*at - 1].is(&Token::Comma) && inner[*at..].iter().any(asks)
        });
        if let Some(clause) = clause {
            let text: Vec<String> = inner.split_off(clause).iter().map(text_of).collect();
            inner.extend([made(Token::Comma, here), string(&text.join(" "), here)]);
        }
    }
}

/// The tokens of a node with blanks between.
pub(super) fn text_of(node: &Node) -> String {
    match node {
        Node::Leaf(piece) => piece.token.to_string(),
        Node::Group(group) => {
            let inner: Vec<String> = group.inner.iter().map(text_of).collect();
            format!("{} {} {}", group.open.token, inner.join(" "), group.close.token)
        }
    }
}

/// `DATE_PART(year FROM d)` as `DATE_PART(year, d)`; `TRIM(LEADING FROM s)` as `TRIM(LEADING ' ' FROM s)`.
pub(super) fn from_inside_calls(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        let (part, trim) = (level[at - 1].is_word("date_part"), level[at - 1].is_word("trim"));
        let Node::Group(group) = &mut level[at] else { continue };
        match group.inner.get(1) {
            Some(from) if part && from.is_word("from") => group.inner[1] = made(Token::Comma, from.piece().span),
            Some(from) if trim && from.is_word("from") && group.inner[0].is_any(&["leading", "trailing", "both"]) => {
                let here = from.piece().span;
                group.inner.insert(1, string(" ", here));
            }
            _ => {}
        }
    }
}

/// `NTH_VALUE(x, 2) FROM FIRST`, which is what it does anyway; `FROM LAST` as one argument more.
pub(super) fn nth_value_from(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 2 < level.len() {
        let from = level[at + 1].is_word("from") && level[at + 2].is_any(&["first", "last"]);
        if level[at - 1].is_word("nth_value") && from {
            let last = level[at + 2].is_word("last");
            level.drain(at + 1..at + 3);
            if let Node::Group(group) = &mut level[at]
                && last
            {
                let here = group.open.span;
                group.inner.extend([made(Token::Comma, here), string("FROM LAST", here)]);
            }
        }
        at += 1;
    }
}

/// Snowflake's `{*}` and `{t.* EXCLUDE (a)}`: an object of columns.
pub(super) fn object_stars(level: &mut Vec<Node>) {
    let mut at = 0;
    while at < level.len() {
        let star =
            level[at].group().filter(|group| group.open.token == Token::LBrace).filter(|group| {
                group.inner.iter().position(|node| node.is(&Token::Mul)).is_some_and(|star| {
                    group.inner[..star].iter().all(|node| node.is_name() || node.is(&Token::Period))
                })
            });
        if let Some(group) = star {
            let (mut inner, here) = (group.inner.clone(), group.open.span);
            // The parser reads no options behind `t.*`: all columns of `t`, and a note of which are meant.
            if let Some(options) = inner.iter().position(|node| node.is(&Token::Mul)).filter(|star| *star > 0) {
                let text: Vec<String> = inner.split_off(options + 1).iter().map(text_of).collect();
                if !text.is_empty() {
                    inner.extend([made(Token::Comma, here), string(&text.join(" "), here)]);
                }
            }
            level.splice(at..=at, [plain("OBJECT_CONSTRUCT", here), round(inner, here)]);
            at += 1;
        }
        at += 1;
    }
}

/// `ROUND(a => 1, , b => 2)`: no argument where none is written.
pub(super) fn empty_arguments(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        if level[at].is(&Token::Comma) && level[at - 1].is(&Token::Comma) {
            level.remove(at);
        } else {
            at += 1;
        }
    }
}

/// BigQuery's `STRUCT()` and Hive's `EXISTS(array, x -> ..)`: calls, though their names are keywords.
pub(super) fn calls_of_keywords(level: &mut Vec<Node>) {
    for at in 0..level.len().saturating_sub(1) {
        let Some(group) = level[at + 1].round() else { continue };
        let empty = level[at].is_word("struct") && group.inner.is_empty();
        let first = group.inner.first();
        let query =
            first.is_none_or(|first| first.is_any(&["select", "with", "values", "from"]) || first.round().is_some());
        if empty || level[at].is_word("exists") && !query {
            unkeyword(&mut level[at]);
        }
    }
}

/// Hive's `OVER (DISTRIBUTE BY a SORT BY b)` as `OVER (PARTITION BY a ORDER BY b)`: no query starts with these words.
pub(super) fn window_words(level: &mut Vec<Node>) {
    if !level.first().is_some_and(|first| first.is_any(&["distribute", "partition", "sort"])) {
        return;
    }
    for at in 0..level.len().saturating_sub(1) {
        let here = level[at].piece().span;
        let by = level[at + 1].is_word("by");
        if by && level[at].is_word("distribute") {
            level[at] = word("PARTITION", here);
        } else if by && level[at].is_word("sort") {
            level[at] = word("ORDER", here);
        }
    }
}

/// Hive's and Impala's `a IREGEXP 'x'` as `a RLIKE iregexp('x')`.
pub(super) fn iregexp(level: &mut Vec<Node>) {
    for at in 1..level.len().saturating_sub(1) {
        if level[at].is_word("iregexp") && level[at + 1].is_string() {
            let here = level[at].piece().span;
            let pattern = level[at + 1].clone();
            level[at] = word("RLIKE", here);
            level.splice(at + 1..at + 2, [plain("iregexp", here), round(vec![pattern], here)]);
            return;
        }
    }
}

/// BigQuery's `f(x).* AS a`: the fields keep their names.
pub(super) fn aliased_stars(level: &mut Vec<Node>) {
    let mut at = 2;
    while at + 1 < level.len() {
        let star = level[at - 1].is(&Token::Mul) && level[at - 2].is(&Token::Period);
        if star && level[at].is_word("as") && level[at + 1].is_name() {
            level.drain(at..at + 2);
        }
        at += 1;
    }
}

/// Hive's and Spark's `SELECT TRANSFORM (a, b) USING 'cat' AS (c, d) FROM t` as
/// `SELECT c, d FROM t LATERAL VIEW transform_using('cat', a, b) AS c, d`: a program that makes rows of each row.
pub(super) fn transform_using(level: &mut Vec<Node>) {
    let Some(select) = (0..level.len()).find(|at| level[*at].is_word("select")) else { return };
    let called = level.get(select + 1).is_some_and(|next| next.is_word("transform"));
    let Some(using) = find(level, select, &["using"]).filter(|_| called) else { return };
    let Some(from) = find(level, using, &["from"]) else { return };
    let (Some(arguments), Some(program)) = (level[select + 2].round(), level.get(using + 1)) else { return };
    let here = program.piece().span;
    let mut inner = vec![program.clone()];
    for argument in super::tree::by_commas(&arguments.inner) {
        inner.push(made(Token::Comma, here));
        inner.extend_from_slice(argument);
    }
    let declared = level.get(using + 3).filter(|_| level[using + 2].is_word("as"));
    let mut names: Vec<Node> = declared.and_then(Node::round).map_or_else(Vec::new, |group| {
        super::tree::by_commas(&group.inner).iter().filter_map(|column| column.first().cloned()).collect()
    });
    if names.is_empty() {
        names = vec![word("key", here), word("value", here)];
    }
    let listed = |names: &[Node]| {
        let comma = || made(Token::Comma, here);
        names.iter().flat_map(|name| [comma(), name.clone()]).skip(1).collect::<Vec<Node>>()
    };
    let clauses = ["where", "group", "having", "order", "sort", "cluster", "distribute", "limit", "union", "window"];
    let end = find(level, from, &clauses).unwrap_or(level.len());
    let view = [word("LATERAL", here), word("VIEW", here), plain("transform_using", here), round(inner, here)];
    let alias = [plain("transformed", here), word("AS", here)];
    level.splice(end..end, view.into_iter().chain(alias).chain(listed(&names)));
    level.splice(select + 1..from, listed(&names));
}
