//! The statements before a model's query in; the query with the tables that they make for it as common table
//! expressions, so that what those read is read, out.

use super::literal;
use super::piece::site;
use crate::project::statements::{Statement, StatementKind};
use crate::project::tokens::{Quotes, Token, TokenKind, tokens};
use crate::template::marked::{Buffer, From, Text};
use crate::text::Span;

/// Words between CREATE and what is created.
const SORTS: [&str; 9] = ["OR", "REPLACE", "TEMP", "TEMPORARY", "LOCAL", "GLOBAL", "TRANSIENT", "VOLATILE", "UNLOGGED"];

/// `CREATE TEMP TABLE name AS query`: its name, and its query.
struct Made {
    name: Span,
    query: Span,
}

/// The query that comes after some statements of a text. A table in a schema outlives the run: it is no part of this
/// query but a relation of its own.
pub(super) fn within(text: &str, before: &[Statement], query: Text, quotes: Quotes) -> Text {
    let others = before.iter().filter(|statement| statement.kind == StatementKind::Other);
    let made: Vec<Made> = others.filter_map(|statement| made(text, statement.span, quotes)).collect();
    if made.is_empty() {
        return query;
    }
    let written = query.as_str();
    let words = tokens(written, Span::new(0, written.len()), quotes);
    let with = words.first().filter(|word| word.is_word(written, "WITH"));
    let recursive = words.get(1).filter(|word| with.is_some() && word.is_word(written, "RECURSIVE"));
    let start = recursive.or(with).map_or(0, |word| word.span.end as usize);
    let at = |made: &Made| From::Value { source: 0, span: made.name, calls: 0 };
    let mut buffer = Buffer::default();
    buffer
        .push(if recursive.is_some() { "WITH RECURSIVE " } else { "WITH " }, site(&query, Span::new(0, start.max(1))));
    for (number, one) in made.iter().enumerate() {
        buffer.push(if number > 0 { ", " } else { "" }, at(one));
        buffer.push_text(&literal(text, one.name), From::Nowhere);
        buffer.push(" AS (", at(one));
        buffer.push_text(&literal(text, one.query), From::Nowhere);
        buffer.push(")", at(one));
        let last = number + 1 == made.len();
        buffer.push(
            if !last {
                ""
            } else if with.is_some() {
                ","
            } else {
                " "
            },
            at(one),
        );
    }
    buffer.push_text(&query.slice(start, written.len()), From::Nowhere);
    buffer.finish()
}

fn made(text: &str, span: Span, quotes: Quotes) -> Option<Made> {
    let all = tokens(text, span, quotes);
    let is = |at: usize, word: &str| all.get(at).is_some_and(|token: &Token| token.is_word(text, word));
    if !is(0, "CREATE") {
        return None;
    }
    let mut at = 1;
    while SORTS.iter().any(|sort| is(at, sort)) {
        at += 1;
    }
    if !is(at, "TABLE") && !is(at, "VIEW") {
        return None;
    }
    at += if is(at + 1, "IF") { 4 } else { 1 };
    let name = all.get(at).filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted))?.span;
    let first = all.get(at + 2).filter(|_| is(at + 1, "AS"))?;
    let starts =
        ["SELECT", "WITH", "FROM", "VALUES"].iter().any(|word| first.is_word(text, word)) || first.is(text, "(");
    starts.then(|| Made { name, query: first.span.cover(all[all.len() - 1].span) })
}
