//! Calls whose brackets hold a grammar of their own in, plain arguments that keep every value and word out.
//!
//! A word that decides what a call means stays as a string argument, so that two calls that differ in it stay two.

use sqlparser::tokenizer::Token;

use super::spell::{arguments, comma, each_call, listed, plain, round_at, stands, text};
use super::tree::{Node, find, made, round, string, word};

/// Oracle's `max(a) KEEP (DENSE_RANK FIRST ORDER BY b)` as `max(a, 'dense_rank first') WITHIN GROUP (ORDER BY b)`.
pub(super) fn keep(level: &mut Vec<Node>) {
    let mut at = 2;
    while at + 1 < level.len() {
        let here = level[at].piece().span;
        let ranked = level[at + 1]
            .round()
            .filter(|group| group.inner.first().is_some_and(|first| first.is_word("dense_rank")))
            .map(|group| group.inner.clone());
        if let Some(inner) = ranked.filter(|inner| inner.len() > 2)
            && level[at].is_word("keep")
            && let Some(call) = round_at(level, at - 1)
        {
            call.inner.extend([comma(here), string(&text(&inner[..2]).to_ascii_lowercase(), here)]);
            let order = round(inner[2..].to_vec(), here);
            level.splice(at..at + 2, [word("WITHIN", here), word("GROUP", here), order]);
        }
        at += 1;
    }
}

/// `NTH_VALUE(x, 2) FROM LAST OVER (..)` as `NTH_VALUE(x, 2, 'from last') OVER (..)`; FROM FIRST says what holds anyway.
pub(super) fn from_last(level: &mut Vec<Node>) {
    let mut at = 2;
    while at + 1 < level.len() {
        let ends = level[at + 1].is_any(&["first", "last"]);
        if level[at].is_word("from") && ends && level[at - 2].is_word("nth_value") {
            let here = level[at].piece().span;
            let last = level[at + 1].is_word("last");
            if let Some(call) = round_at(level, at - 1).filter(|_| last) {
                call.inner.extend([comma(here), string("from last", here)]);
            }
            level.drain(at..at + 2);
        }
        at += 1;
    }
}

/// Functions that make XML.
pub(super) const XML: &[&str] = &["xmlelement", "xmlpi", "xmlattributes", "xmlforest", "xmlcolattval"];

/// `XMLELEMENT(NAME x, XMLATTRIBUTES(a AS b))`: names of elements as strings, which is all that they are.
pub(super) fn xml(level: &mut Vec<Node>) {
    each_call(level, &XML[..2], |inner| {
        let mut items = arguments(inner);
        let Some(first) = items.first_mut().filter(|first| !first.is_empty()) else { return };
        if first.len() > 1 && first[0].is_any(&["name", "evalname"]) {
            let evaluated = first.remove(0).is_word("evalname");
            if !evaluated {
                named(first);
            }
        } else {
            named(first);
        }
        items.iter_mut().skip(1).for_each(aliased);
        let here = inner[0].piece().span;
        *inner = listed(items, here);
    });
    each_call(level, &XML[2..], |inner| {
        let mut items = arguments(inner);
        items.iter_mut().for_each(aliased);
        if let Some(first) = inner.first() {
            let here = first.piece().span;
            *inner = listed(items, here);
        }
    });
}

/// A single name as a string.
fn named(item: &mut [Node]) {
    if let [Node::Leaf(piece)] = item
        && let Token::Word(word) = &piece.token
    {
        piece.token = Token::SingleQuotedString(word.value.clone());
    }
}

/// `value AS name` as `value, 'name'`, `value AS EVALNAME expression` as `value, expression`.
fn aliased(item: &mut Vec<Node>) {
    if let Some(at) = find(item, 1, &["as"]) {
        let here = item[at].piece().span;
        let evaluated = item.get(at + 1).is_some_and(|next| next.is_word("evalname"));
        let mut name = item.split_off(at);
        name.drain(..=usize::from(evaluated));
        if !evaluated {
            named(&mut name);
        }
        if !name.is_empty() {
            item.push(comma(here));
            item.append(&mut name);
        }
    } else if let [.., before, last] = item.as_slice()
        && last.is_name()
        && last.piece().keyword() == sqlparser::keywords::Keyword::NoKeyword
        && (before.is_name() || before.group().is_some())
    {
        let here = last.piece().span;
        let at = item.len() - 1;
        named(&mut item[at..]);
        item.insert(at, comma(here));
    }
}

/// JSON functions: `KEY k VALUE v` as `k, v`; `NULL ON NULL`, `RETURNING t` and so on as a string of their own.
pub(super) fn json(level: &mut Vec<Node>) {
    let names = [
        "json_object",
        "json_objectagg",
        "json_array",
        "json_arrayagg",
        "json_value",
        "json_query",
        "json_exists",
        "json_serialize",
        "json_scalar",
    ];
    each_call(level, &names, |inner| {
        let Some(here) = inner.first().map(|first| first.piece().span) else { return };
        let items = arguments(inner).into_iter().map(json_argument).collect();
        *inner = listed(items, here);
    });
}

fn json_argument(mut item: Vec<Node>) -> Vec<Node> {
    const TAIL: &[&str] = &[
        "format",
        "returning",
        "omit",
        "keep",
        "with",
        "without",
        "absent",
        "error",
        "empty",
        "default",
        "pretty",
        "strict",
        "ascii",
    ];
    if item.first().is_some_and(|first| first.is_word("key")) && item.len() > 1 {
        item.remove(0);
    }
    let Some(here) = item.first().map(|first| first.piece().span) else { return item };
    for at in 1..item.len() {
        if item[at].is_any(&["value", "is"]) && !item.get(at + 1).is_some_and(|next| next.is_any(&["null", "not"]))
            || item[at].is(&Token::Colon)
        {
            item[at] = comma(item[at].piece().span);
            break;
        }
    }
    let tail = |at: &usize| item[*at].is_any(TAIL) && *at > 0 || stands(&item, *at, &["null", "on"]);
    let Some(start) = (0..item.len()).find(tail) else { return item };
    let words = item.split_off(start);
    let mut nodes = item;
    // `DEFAULT a ON EMPTY` reads `a`.
    if words[0].is_word("default")
        && let Some(on) = find(&words, 1, &["on"])
    {
        nodes.extend([comma(here)].into_iter().chain(words[1..on].iter().cloned()));
    }
    if !nodes.is_empty() {
        nodes.push(comma(here));
    }
    nodes.push(string(&text(&words).to_ascii_lowercase(), here));
    nodes
}

/// `LISTAGG(a, ',' ON OVERFLOW TRUNCATE '..')`: with the count, unless it says otherwise.
pub(super) fn overflow(level: &mut Vec<Node>) {
    each_call(level, &["listagg"], |inner| {
        let counted = find(inner, 0, &["with", "without"]).is_some();
        if let Some(last) = inner.last().filter(|_| !counted && find(inner, 0, &["truncate"]).is_some()) {
            let here = last.piece().span;
            inner.extend([word("WITH", here), word("COUNT", here)]);
        }
    });
}

/// `CHAR(65 USING utf8)`, `TRANSLATE(a USING b WITH ERROR)`: what follows USING as a string.
pub(super) fn using(level: &mut Vec<Node>) {
    each_call(level, &["char", "chr", "nchr", "translate"], |inner| {
        if let Some(at) = find(inner, 1, &["using"]).filter(|at| at + 1 < inner.len()) {
            let here = inner[at].piece().span;
            let charset = text(&inner[at + 1..]).to_ascii_lowercase();
            inner.splice(at.., [comma(here), string(&charset, here)]);
        }
    });
}

/// `substring(a FROM 2 FOR 3)` where only plain arguments are read, as `substring(a, 2, 3)`.
pub(super) fn substring(level: &mut Vec<Node>) {
    each_call(level, &["substring"], |inner| {
        let words = ["from", "for", "similar", "escape"];
        let Some(first) = find(inner, 1, &words) else { return };
        let here = inner[first].piece().span;
        let part = |word: &str| {
            let at = find(inner, 1, &[word])?;
            let end = find(inner, at + 1, &words).unwrap_or(inner.len());
            Some(inner[at + 1..end].to_vec())
        };
        let start = part("from").or_else(|| part("similar"));
        let length = part("for").or_else(|| part("escape"));
        let one = || vec![made(Token::Number("1".to_owned(), false), here)];
        let mut items = vec![inner[..first].to_vec(), start.unwrap_or_else(one)];
        items.extend(length);
        *inner = listed(items, here);
    });
}

/// `TRIM(BOTH FROM a)` as `TRIM(BOTH ' ' FROM a)`.
pub(super) fn trim(level: &mut Vec<Node>) {
    each_call(level, &["trim"], |inner| {
        let side = inner.first().is_some_and(|first| first.is_any(&["both", "leading", "trailing"]));
        if side && inner.get(1).is_some_and(|next| next.is_word("from")) {
            let here = inner[1].piece().span;
            inner.insert(1, string(" ", here));
        }
    });
}

/// Oracle's `f(a DEFAULT b ON CONVERSION ERROR, 'fmt')` as `f(a, b, 'fmt')`, and CAST with it as a call of its own.
pub(super) fn conversion_default(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        let cast = level[at - 1].is_word("cast");
        let here = level[at].piece().span;
        let Some(group) = round_at(level, at) else { continue };
        let inner = &mut group.inner;
        let Some(start) = find(inner, 1, &["default"]) else { continue };
        let Some(on) = find(inner, start, &["on"]).filter(|on| stands(inner, *on, &["on", "conversion", "error"]))
        else {
            continue;
        };
        inner.drain(on..on + 3);
        inner[start] = comma(here);
        if cast && let Some(kind) = find(&inner[..start], 1, &["as"]) {
            let name = string(&text(&inner[kind + 1..start]), here);
            inner.splice(kind..start, [comma(here), name]);
            level[at - 1] = plain("cast_or_default", here);
        }
    }
}

/// SQL Server's `PARSE(a AS date USING 'en-US')` as `PARSE(a, 'date', 'en-US')`.
pub(super) fn parse(level: &mut Vec<Node>) {
    each_call(level, &["parse", "try_parse"], |inner| {
        let Some(kind) = find(inner, 1, &["as"]) else { return };
        let end = find(inner, kind, &["using"]).unwrap_or(inner.len());
        let here = inner[kind].piece().span;
        let name = string(&text(&inner[kind + 1..end]), here);
        if end < inner.len() {
            inner[end] = comma(here);
        }
        inner.splice(kind..end, [comma(here), name]);
    });
}

/// `RANK(ORDER BY a)` as `RANK() WITHIN GROUP (ORDER BY a)`; `f(a ORDER BY b IGNORE NULLS)` as `f(a IGNORE NULLS ORDER BY b)`.
pub(super) fn ordered(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let here = level[at].piece().span;
        let call = level[at - 1].is_name() && !level[at - 1].is_any(&["over", "group", "as", "in"]);
        let Some(group) = round_at(level, at).filter(|_| call) else {
            at += 1;
            continue;
        };
        let inner = &mut group.inner;
        if stands(inner, 0, &["order", "by"]) {
            let order = round(std::mem::take(inner), here);
            level.splice(at + 1..=at, [word("WITHIN", here), word("GROUP", here), order]);
        } else if let Some(order) = find(inner, 1, &["order"])
            && inner.len() > order + 3
            && inner[inner.len() - 1].is_word("nulls")
            && inner[inner.len() - 2].is_any(&["ignore", "respect"])
        {
            let nulls = inner.split_off(inner.len() - 2);
            inner.splice(order..order, nulls);
        }
        at += 1;
    }
}

/// DuckDB's `f(*COLUMNS(c))`: the columns as so many arguments, where `COLUMNS(c)` alone would be so many calls.
pub(super) fn unpacked(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 2 < level.len() {
        let first = at == 0 || level[at - 1].is(&Token::Comma);
        if first && level[at].is(&Token::Mul) && level[at + 1].is_word("columns") && level[at + 2].round().is_some() {
            let here = level[at].piece().span;
            level.splice(at..at + 2, [plain("unpack_columns", here)]);
        }
        at += 1;
    }
}
