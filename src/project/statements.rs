//! A SQLMesh file's text in, its statements out: headers, Jinja blocks, and SQL between semicolons.

use super::tokens::{Quotes, Token, TokenKind, closing, tokens};
use crate::text::Span;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub kind: StatementKind,
    /// Without the semicolon.
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// `MODEL (..)`, `AUDIT (..)`, `METRIC (..)`; the span within the brackets.
    Header(Header, Span),
    /// `JINJA_QUERY_BEGIN; .. JINJA_END;`, and the template in it.
    JinjaQuery(Span),
    /// `JINJA_STATEMENT_BEGIN; .. JINJA_END;`, and the template in it.
    JinjaStatement(Span),
    /// A query, or a lone macro call that may make one.
    Query,
    /// `@DEF(..)`
    Definition,
    /// Any other statement.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    Model,
    Audit,
    Metric,
}

const HEADERS: [(&str, Header); 3] = [("MODEL", Header::Model), ("AUDIT", Header::Audit), ("METRIC", Header::Metric)];

/// Words that a query may start with.
const QUERY: [&str; 5] = ["SELECT", "WITH", "FROM", "VALUES", "TABLE"];

/// The statements of the bytes `within` of a text, in order. What is run after a virtual update is left out: it makes
/// no data.
pub fn statements(text: &str, within: Span, quotes: Quotes) -> Vec<Statement> {
    let mut all = tokens(text, within, quotes);
    let mut found = Vec::new();
    let mut at = 0;
    let mut virtual_update = false;
    while at < all.len() {
        if all[at].is(text, ";") {
            at += 1;
            continue;
        }
        if let Some(end) = command(text, &all, at, "ON_VIRTUAL_UPDATE_BEGIN") {
            (virtual_update, at) = (true, end);
            continue;
        }
        if let Some(end) = command(text, &all, at, "ON_VIRTUAL_UPDATE_END") {
            (virtual_update, at) = (false, end);
            continue;
        }
        let (statement, end) = one(text, &all, at, within);
        at = end;
        if matches!(statement.kind, StatementKind::JinjaQuery(_) | StatementKind::JinjaStatement(_)) {
            // What follows was read as if the template were SQL: a quote in it may have hidden it.
            all = tokens(text, Span { start: statement.span.end, end: within.end }, quotes);
            at = 0;
        }
        if !virtual_update {
            found.push(statement);
        }
    }
    found
}

/// The statement that starts at a token, and the token after it.
fn one(text: &str, all: &[Token], at: usize, within: Span) -> (Statement, usize) {
    for (word, is_query) in [("JINJA_QUERY_BEGIN", true), ("JINJA_STATEMENT_BEGIN", false)] {
        if command(text, all, at, word).is_some() {
            return jinja(text, all, at, is_query, within);
        }
    }
    let header = HEADERS.iter().find(|(word, _)| all[at].is_word(text, word));
    if let Some((_, header)) = header
        && all.get(at + 1).is_some_and(|token| token.is(text, "("))
    {
        let close = closing(text, all, at + 1);
        let last = close.unwrap_or(all.len() - 1);
        let inner = Span { start: all[at + 1].span.end, end: close.map_or(within.end, |at| all[at].span.start) };
        let span = all[at].span.cover(all[last].span);
        return (Statement { kind: StatementKind::Header(*header, inner), span }, last + 1);
    }
    let mut end = at;
    while end < all.len() && !all[end].is(text, ";") && !(end > at && begins_block(text, all, end)) {
        end += 1;
    }
    let body = &all[at..end];
    let span = body.first().map_or(Span::at(within.end as usize), |first| first.span.cover(body[body.len() - 1].span));
    (Statement { kind: kind(text, body), span }, end)
}

fn begins_block(text: &str, all: &[Token], at: usize) -> bool {
    ["JINJA_QUERY_BEGIN", "JINJA_STATEMENT_BEGIN", "ON_VIRTUAL_UPDATE_BEGIN", "ON_VIRTUAL_UPDATE_END"]
        .iter()
        .any(|word| command(text, all, at, word).is_some())
}

/// `WORD;`: the token after it.
fn command(text: &str, all: &[Token], at: usize, word: &str) -> Option<usize> {
    let named = all.get(at).is_some_and(|token| token.is_word(text, word));
    (named && all.get(at + 1).is_none_or(|token| token.is(text, ";"))).then_some((at + 2).min(all.len()))
}

/// A Jinja block goes on to `JINJA_END`, whatever its text looks like to a SQL tokenizer.
fn jinja(text: &str, all: &[Token], at: usize, is_query: bool, within: Span) -> (Statement, usize) {
    let body = all.get(at + 1).map_or(within.end, |token| token.span.end) as usize;
    let rest = &text[body..within.end as usize];
    let close = rest.to_ascii_uppercase().find("JINJA_END");
    let inner = Span::new(body, body + close.unwrap_or(rest.len()));
    let end = close.map_or(within.end as usize, |close| body + close + "JINJA_END".len());
    let kind = if is_query { StatementKind::JinjaQuery(inner) } else { StatementKind::JinjaStatement(inner) };
    (Statement { kind, span: Span::new(all[at].span.start as usize, end) }, all.len())
}

fn kind(text: &str, body: &[Token]) -> StatementKind {
    let word = |at: usize| body.get(at).filter(|token| token.kind == TokenKind::Word).map(|token| token.text(text));
    let starts_query = |word: &str| QUERY.iter().any(|known| word.eq_ignore_ascii_case(known));
    let opening = body.iter().position(|token| !token.is(text, "(")).unwrap_or(0);
    if word(opening).is_some_and(starts_query) {
        return StatementKind::Query;
    }
    if opening == 0 && body.first().is_some_and(|token| token.is(text, "@")) {
        let name = word(1).unwrap_or_default();
        if name.eq_ignore_ascii_case("DEF") {
            return StatementKind::Definition;
        }
        let clause = name.eq_ignore_ascii_case("WITH") || name.eq_ignore_ascii_case("UNION");
        return if clause { StatementKind::Query } else { StatementKind::Other };
    }
    StatementKind::Other
}

/// Which of a model's statements is its query: the only one, or a lone macro call.
pub fn query(statements: &[Statement]) -> Option<usize> {
    let is_query = |kind| matches!(kind, StatementKind::Query | StatementKind::JinjaQuery(_));
    let audit = |at: usize| {
        at.checked_sub(1).is_some_and(|at| matches!(statements[at].kind, StatementKind::Header(Header::Audit, _)))
    };
    let of_model = |at: &usize| !audit(*at);
    let found = (0..statements.len()).filter(of_model).find(|at| is_query(statements[*at].kind));
    let lone = || {
        let mut others = (0..statements.len()).filter(of_model).filter(|at| !is_header(statements[*at].kind));
        let first = others.next()?;
        (others.next().is_none() && statements[first].kind == StatementKind::Other).then_some(first)
    };
    found.or_else(lone)
}

fn is_header(kind: StatementKind) -> bool {
    matches!(kind, StatementKind::Header(..))
}

#[cfg(test)]
mod tests {
    use super::{StatementKind, query, statements};
    use crate::project::tokens::Quotes;
    use crate::text::Span;

    fn check(text: &str, expected: &[&str], which: Option<usize>) {
        let found = statements(text, Span::new(0, text.len()), Quotes::default());
        let word = |kind| match kind {
            StatementKind::Header(_, inner) => format!("header {}", text[inner.range()].trim()),
            StatementKind::JinjaQuery(inner) => format!("jinja {}", text[inner.range()].trim()),
            StatementKind::JinjaStatement(inner) => format!("jinja statement {}", text[inner.range()].trim()),
            StatementKind::Query => "query".to_owned(),
            StatementKind::Definition => "definition".to_owned(),
            StatementKind::Other => "other".to_owned(),
        };
        let words: Vec<String> = found.iter().map(|statement| word(statement.kind)).collect();
        assert_eq!(words, expected, "{text}");
        assert_eq!(query(&found), which, "{text}");
    }

    #[test]
    fn a_model_file_is_header_statements_and_query() {
        check(
            "-- m\nMODEL (name a.b); SET x = 1; @DEF(y, ';'); (select ';' from t); @post(1)",
            &["header name a.b", "other", "definition", "query", "other"],
            Some(3),
        );
        check("MODEL (name a); @make('x')", &["header name a", "other"], Some(1));
        check("MODEL (name a, kind SEED (path 'x'))", &["header name a, kind SEED (path 'x')"], None);
        check("MODEL (name a", &["header name a"], None);
    }

    #[test]
    fn jinja_blocks_keep_their_semicolons() {
        check(
            "MODEL (name a);\nJINJA_STATEMENT_BEGIN;\n{{ it's }};\nJINJA_END;\nJINJA_QUERY_BEGIN; {{ x }}; JINJA_END; select",
            &["header name a", "jinja statement {{ it's }};", "jinja {{ x }};", "query"],
            Some(2),
        );
    }

    #[test]
    fn audits_and_virtual_updates_are_not_the_query() {
        check(
            "MODEL (name a); AUDIT (name x); select 1; select 2; ON_VIRTUAL_UPDATE_BEGIN; grant 1; ON_VIRTUAL_UPDATE_END;",
            &["header name a", "header name x", "query", "query"],
            Some(3),
        );
    }
}
