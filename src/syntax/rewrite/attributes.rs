//! Attributes of values and types in, casts and collations that carry them out.
//!
//! `a COLLATE "x"` is how an attribute stays with its value: two values that differ in it stay two.

use sqlparser::tokenizer::Token;

use super::spell::{arguments, each_call, listed, quoted, stands, text};
use super::tree::{Node, by_commas, find, made, round, string, word};
use crate::syntax::lex::{Gap, Piece};

/// Types that Teradata casts to behind a value.
const TYPES: &[&str] = &[
    "date",
    "time",
    "timestamp",
    "smallint",
    "byteint",
    "integer",
    "int",
    "bigint",
    "decimal",
    "numeric",
    "number",
    "float",
    "real",
    "char",
    "character",
    "varchar",
    "byte",
    "varbyte",
    "clob",
];

/// Teradata's `a (FORMAT 'x')`, `a (DATE)`, `a (NOT CASESPECIFIC)`, `a (NAMED b)`; read as they stand they would be calls.
pub(super) fn behind_values(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let Some(nodes) = attributes(level, at) else {
            at += 1;
            continue;
        };
        if level[at - 1].is_word("date") {
            level[at - 1] = word("CURRENT_DATE", level[at - 1].piece().span);
        }
        // `a (FORMAT 'x') (UC)` is one collation.
        let start =
            if level[at - 1].piece().token.to_string().starts_with('"') && at > 2 && level[at - 2].is_word("collate") {
                at - 2
            } else {
                at
            };
        let length = nodes.len();
        level.splice(start..=at, nodes);
        at = start + length;
    }
}

/// `(` and the first word of an attribute.
pub(super) fn is_attribute(first: &Piece, next: &Piece) -> bool {
    const WORDS: &[&str] = &["format", "title", "casespecific", "cs", "uppercase", "uc", "not", "named"];
    let any = |words: &[&str]| words.iter().any(|word| next.is_word(word));
    first.token == Token::LParen && (any(WORDS) || any(TYPES))
}

fn attributes(level: &[Node], at: usize) -> Option<Vec<Node>> {
    let group = level[at].round()?;
    let before = &level[at - 1];
    let value = before.is_name() || before.round().is_some() || before.is_string();
    let clause =
        before.is_any(&["select", "from", "in", "values", "as", "over", "and", "or", "not", "by", "table", "view"]);
    if !value || clause || before.piece().token == Token::Period {
        return None;
    }
    let here = group.open.span;
    let mut collations = Vec::new();
    let mut types = Vec::new();
    let mut name = None;
    for item in by_commas(&group.inner) {
        let first = item.first()?;
        let words = || text(item).to_ascii_lowercase();
        if first.is_any(&["format", "title"]) && item.get(1).is_some_and(Node::is_string)
            || first.is_any(&["casespecific", "cs", "uppercase", "uc"]) && item.len() == 1
            || first.is_word("not") && item.get(1).is_some_and(|next| next.is_any(&["casespecific", "cs"]))
        {
            collations.push(words());
        } else if first.is_word("named") && item.len() == 2 {
            name = item.get(1).cloned();
        } else if first.is_any(TYPES) && is_type(item, group.open.gap) {
            let length = 1 + usize::from(item.get(1).is_some_and(|node| node.round().is_some()));
            types.push(item[..length].to_vec());
            if item.len() > length {
                collations.push(text(&item[length..]).to_ascii_lowercase());
            }
        } else {
            return None;
        }
    }
    let mut nodes = Vec::new();
    if at > 2 && level[at - 2].is_word("collate") {
        collations.insert(0, text(&level[at - 1..at]).replace('"', ""));
    }
    if !collations.is_empty() {
        nodes.extend([word("COLLATE", here), quoted(&collations.join(", "), here)]);
    }
    for kind in types {
        nodes.push(made(Token::DoubleColon, here));
        nodes.extend(kind);
    }
    nodes.extend(name.into_iter().flat_map(|name| [word("AS", here), name]));
    (!nodes.is_empty()).then_some(nodes)
}

/// A type, its length and a format. `f(DATE)` without a blank is a call with today's date.
fn is_type(item: &[Node], gap: Gap) -> bool {
    let length = 1 + usize::from(item.get(1).is_some_and(|node| node.round().is_some()));
    let whole = item.len() == length || item.get(length).is_some_and(|node| node.is_word("format"));
    whole && (gap != Gap::None || item.len() > 1)
}

/// `CAST(a AS VARCHAR(5) CHARACTER SET latin NOT CASESPECIFIC)`: the type in the brackets, the rest behind them.
pub(super) fn in_casts(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let here = level[at].piece().span;
        let cast = level[at - 1].is_any(&["cast", "trycast", "try_cast"]);
        let Some(group) = super::spell::round_at(level, at).filter(|_| cast) else {
            at += 1;
            continue;
        };
        let inner = &mut group.inner;
        let kind = find(inner, 1, &["as"]).unwrap_or(inner.len());
        let start = (kind..inner.len()).find(|at| {
            stands(inner, *at, &["character", "set"])
                || *at > kind + 1 && inner[*at].is_any(&["casespecific", "uppercase", "charset"])
                || stands(inner, *at, &["not", "casespecific"])
        });
        if let Some(start) = start {
            let words = text(&inner.split_off(start)).to_ascii_lowercase();
            level.splice(at + 1..=at, [word("COLLATE", here), quoted(&words, here)]);
        }
        at += 1;
    }
}

/// Types of intervals and zones: `INTERVAL YEAR(9) TO MONTH` without precision, `TIMESTAMP(6) WITH LOCAL TIME ZONE` as
/// `TIMESTAMP_LTZ(6)`.
pub(super) fn intervals_and_zones(level: &mut Vec<Node>) {
    each_call(level, &["cast", "try_cast", "xmlcast", "treat"], |inner| {
        let Some(kind) = find(inner, 1, &["as"]) else { return };
        if inner.get(kind + 1).is_some_and(|node| node.is_word("interval")) {
            let mut at = kind + 2;
            while at < inner.len() {
                if inner[at].round().is_some() { drop(inner.remove(at)) } else { at += 1 }
            }
        }
    });
    let mut at = 1;
    while at + 3 < level.len() {
        let local = stands(level, at, &["with", "local", "time", "zone"]);
        let precision = usize::from(level[at - 1].round().is_some());
        let name = at.checked_sub(1 + precision).filter(|name| level[*name].is_word("timestamp"));
        if let Some(name) = name.filter(|_| local) {
            level[name] = word("TIMESTAMP_LTZ", level[name].piece().span);
            level.drain(at..at + 4);
        }
        at += 1;
    }
}

/// `CAST(MULTISET(SELECT ..) AS t)` and `CURSOR(SELECT ..)`: the rows of a query as one value.
pub(super) fn queries_as_values(level: &mut Vec<Node>) {
    each_call(level, &["multiset", "cursor", "the"], |inner| {
        if inner.first().is_some_and(|first| first.is_any(&["select", "with"])) {
            let here = inner[0].piece().span;
            *inner = vec![round(std::mem::take(inner), here)];
        }
    });
}

/// ClickHouse's types with arguments of their own: `DateTime64()` as `DateTime64(3)`, `JSON(a String)` as `JSON`.
pub(super) fn argued_types(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let typed = level[at - 1].is_word("as") || level[at - 1].is(&Token::DoubleColon);
        let here = level[at].piece().span;
        if typed && level[at].is_word("datetime64") {
            let three = round(vec![made(Token::Number("3".to_owned(), false), here)], here);
            match level.get(at + 1).and_then(Node::round).map(|group| group.inner.is_empty()) {
                Some(true) => level[at + 1] = three,
                Some(false) => {}
                None => level.insert(at + 1, three),
            }
        } else if typed && level[at].is_word("json") && level.get(at + 1).is_some_and(|next| next.round().is_some()) {
            level.remove(at + 1);
        }
        at += 1;
    }
}

/// Oracle's `UNPIVOT (a, b FOR k IN (c, d AS 'x'))` with the brackets that group its columns, and aliases that are
/// expressions as the text they are.
pub(super) fn unpivot_lists(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        let follows = level[at - 1].is_word("unpivot") || level[at - 1].is_word("nulls");
        let Some(group) = super::spell::round_at(level, at).filter(|_| follows) else { continue };
        let here = group.open.span;
        let inner = &mut group.inner;
        let Some(each) = find(inner, 1, &["for"]) else { continue };
        let Some(list) = find(inner, each, &["in"]) else { continue };
        let width = by_commas(&inner[..each]).len();
        if let Some(columns) = super::spell::round_at(inner, list + 1) {
            let items = arguments(&columns.inner).into_iter().map(|item| plain_alias(item, here)).collect::<Vec<_>>();
            let grouped = items.iter().any(|item| item.first().is_some_and(|first| first.round().is_some()));
            let items = if width > 1 && !grouped {
                items.chunks(width).map(|few| together(few, here)).collect()
            } else {
                items
            };
            columns.inner = listed(items, here);
        }
        if width > 1 {
            let values = inner[..each].to_vec();
            inner.splice(..each, [round(values, here)]);
        }
    }
}

/// `c AS 'a' || 'b'` as `c AS "'a' || 'b'"`.
fn plain_alias(mut item: Vec<Node>, here: crate::text::Span) -> Vec<Node> {
    if let Some(at) = find(&item, 1, &["as"])
        && item.len() > at + 2
    {
        let name = text(&item[at + 1..]);
        item.splice(at + 1.., [quoted(&name, here)]);
    }
    item
}

/// `a` and `b AS 'x'` as `(a, b) AS "x"`.
fn together(items: &[Vec<Node>], here: crate::text::Span) -> Vec<Node> {
    let mut alias = Vec::new();
    let columns = items.iter().map(|item| match find(item, 1, &["as"]) {
        Some(at) => {
            alias = item[at..].to_vec();
            item[..at].to_vec()
        }
        None => item.clone(),
    });
    let columns = listed(columns.collect(), here);
    let alias = match alias.as_slice() {
        [as_word, name] => vec![as_word.clone(), quoted(name.piece().token.to_string().trim_matches('\''), here)],
        _ => alias,
    };
    [round(columns, here)].into_iter().chain(alias).collect()
}

/// T-SQL's `FOR XML PATH, ELEMENTS XSINIL`: what is made of NULL, as part of the root's name, since the parser has no
/// word for it.
pub(super) fn xml_options(level: &mut Vec<Node>) {
    let Some(at) = (1..level.len()).find(|at| stands(level, *at - 1, &["for", "xml"])) else { return };
    let option = (at..level.len())
        .find(|at| stands(level, *at, &["elements", "xsinil"]) || stands(level, *at, &["elements", "absent"]));
    if let Some(at) = option {
        let here = level[at + 1].piece().span;
        let kind = text(&level[at + 1..at + 2]).to_ascii_lowercase();
        let has_root = find(level, at, &["root"]).is_some();
        level.remove(at + 1);
        if !has_root {
            level.extend([made(Token::Comma, here), word("ROOT", here), round(vec![string(&kind, here)], here)]);
        }
    }
}
