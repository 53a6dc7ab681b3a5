//! Rendered SQL in; the same with the names that SQLMesh gives to columns that have none of their own, out.
//!
//! `SELECT a::INT` is a column `a` to SQLMesh in every dialect, which it says by an alias.

use super::code::Code;
use super::piece::site;
use crate::project::tokens::{Quotes, TokenKind};
use crate::template::marked::{Buffer, From, Text};
use crate::text::Span;

/// Words that end a list of columns.
const ENDS: [&str; 14] = [
    "FROM",
    "WHERE",
    "GROUP",
    "HAVING",
    "QUALIFY",
    "WINDOW",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "FETCH",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "INTO",
];

/// Adds `AS a` to each item of a SELECT that is a cast of a column and nothing else.
pub(super) fn named(text: &Text, quotes: Quotes) -> Text {
    let code = Code::new(text.clone(), quotes);
    let mut added: Vec<(usize, String, From)> = Vec::new();
    for at in 0..code.tokens.len() {
        if code.word(at).eq_ignore_ascii_case("SELECT") {
            items(&code, at + 1, &mut added);
        }
    }
    if added.is_empty() {
        return text.clone();
    }
    added.sort_by_key(|(place, ..)| *place);
    let mut buffer = Buffer::default();
    let mut copied = 0;
    for (place, name, site) in added {
        buffer.push_text(&text.slice(copied, place), From::Nowhere);
        buffer.push(&format!(" AS {name}"), site);
        copied = place;
    }
    buffer.push_text(&text.slice(copied, text.as_str().len()), From::Nowhere);
    buffer.finish()
}

/// The items of one list, each looked at.
fn items(code: &Code, start: usize, added: &mut Vec<(usize, String, From)>) {
    let mut first = start;
    while ["DISTINCT", "ALL"].iter().any(|word| code.word(first).eq_ignore_ascii_case(word)) {
        first += 1;
    }
    let mut at = first;
    while at <= code.tokens.len() {
        let opens = code.is(at, "(") || code.is(at, "[") || code.is(at, "{");
        if opens && let Some(close) = code.closing(at) {
            at = close + 1;
            continue;
        }
        let ends = at == code.tokens.len()
            || code.is(at, ")")
            || code.is(at, ";")
            || ENDS.iter().any(|word| code.word(at).eq_ignore_ascii_case(word));
        if ends || code.is(at, ",") {
            if let Some(name) = cast_column(code, first, at) {
                let whole = code.span(&(first..at));
                added.push((whole.end as usize, name, site(&code.text, whole)));
            }
            first = at + 1;
        }
        if ends {
            return;
        }
        at += 1;
    }
}

/// The column that some tokens cast, if that is all they do: `t.a::INT`, `CAST(t.a AS INT)`.
fn cast_column(code: &Code, start: usize, end: usize) -> Option<String> {
    let is_cast = ["CAST", "TRY_CAST", "SAFE_CAST"].iter().any(|word| code.word(start).eq_ignore_ascii_case(word));
    if is_cast && code.is(start + 1, "(") {
        let close = code.closing(start + 1).filter(|close| *close + 1 == end)?;
        let inner = (start + 2..close).find(|at| code.word(*at).eq_ignore_ascii_case("AS"))?;
        return column(code, start + 2, inner).or_else(|| cast_column(code, start + 2, inner));
    }
    let double = (start..end).find(|at| code.is(*at, "::"))?;
    let is_type = |at: usize| {
        let token = code.tokens[at];
        let sign = token.kind != TokenKind::Sign
            || ["(", ")", ",", "[", "]", "::", "<", ">"].iter().any(|sign| code.is(at, sign));
        sign && !["AS", "AND", "OR", "IS", "IN", "NOT"].iter().any(|word| code.word(at).eq_ignore_ascii_case(word))
    };
    if !(double + 1..end).all(is_type) || has_alias(code, double + 1, end) {
        return None;
    }
    column(code, start, double).or_else(|| cast_column(code, start, double))
}

/// A type of several words is no alias: `a::DOUBLE PRECISION`, `a::TIMESTAMP WITH TIME ZONE`.
fn has_alias(code: &Code, start: usize, end: usize) -> bool {
    let known = ["PRECISION", "WITH", "WITHOUT", "TIME", "ZONE", "LOCAL", "VARYING", "UNSIGNED"];
    let is_name = |at: usize| matches!(code.tokens[at].kind, TokenKind::Word | TokenKind::Quoted);
    let follows = |at: usize| at > start && (is_name(at - 1) || code.is(at - 1, ")") || code.is(at - 1, "]"));
    let mut depth = 0usize;
    (start..end).any(|at| {
        if code.is(at, "(") || code.is(at, "<") {
            depth += 1;
        } else if code.is(at, ")") || code.is(at, ">") {
            depth = depth.saturating_sub(1);
        }
        let known = known.iter().any(|word| code.word(at).eq_ignore_ascii_case(word));
        depth == 0 && is_name(at) && follows(at) && !known
    })
}

/// The last part of a dotted name.
fn column(code: &Code, start: usize, end: usize) -> Option<String> {
    let is_name = |at: usize| matches!(code.tokens[at].kind, TokenKind::Word | TokenKind::Quoted);
    let fits = |at: usize| if (at - start).is_multiple_of(2) { is_name(at) } else { code.is(at, ".") };
    let dotted = end > start && (end - start) % 2 == 1 && (start..end).all(fits);
    let literal = ["NULL", "TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIMESTAMP"];
    let span: Span = code.tokens.get(end.checked_sub(1)?)?.span;
    let name = code.written(span);
    (dotted && !literal.iter().any(|word| name.eq_ignore_ascii_case(word))).then(|| name.to_owned())
}
