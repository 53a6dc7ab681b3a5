//! Names in forms that the parser takes for something else in, plain names out.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, Word};

use super::tree::{Node, made, round};
use crate::syntax::lex::{Gap, Piece};
use crate::text::Span;

/// An unquoted word that is no keyword, whatever it spells.
pub(super) fn plain(text: &str, at: Span) -> Node {
    let mut node = made(plain_token(text), at);
    if let Node::Leaf(piece) = &mut node {
        piece.span = at;
    }
    node
}

fn plain_token(text: &str) -> Token {
    Token::Word(Word { value: text.to_owned(), quote_style: None, keyword: Keyword::NoKeyword })
}

/// Makes a word a name and nothing else.
pub(super) fn unkeyword(node: &mut Node) {
    if let Node::Leaf(piece) = node
        && let Token::Word(word) = &mut piece.token
    {
        word.keyword = Keyword::NoKeyword;
    }
}

/// Words that start a clause or a join: none of them is a value or a name that an alias could follow.
const CLAUSES: &[&str] = &[
    "select",
    "distinct",
    "from",
    "where",
    "group",
    "by",
    "having",
    "order",
    "on",
    "using",
    "join",
    "inner",
    "left",
    "right",
    "full",
    "cross",
    "union",
    "all",
    "except",
    "intersect",
    "as",
    "and",
    "or",
    "not",
    "in",
    "is",
    "when",
    "then",
    "else",
    "case",
    "with",
    "set",
    "lateral",
    "like",
    "between",
    "limit",
    "qualify",
    "window",
];

/// `FROM table`, `SELECT 1 limit`, `JOIN base start ON c`: a keyword where only a name can stand.
pub(super) fn keyword_names(level: &mut Vec<Node>) {
    const ALIASES: &[&str] = &["limit", "offset", "qualify", "overlaps", "start", "exclude", "window", "sample"];
    for at in 1..level.len() {
        let next = level.get(at + 1);
        let called = next.is_some_and(|next| next.round().is_some());
        let relation = level[at].is_word("table") && level[at - 1].is_any(&["from", "join"]) && !called;
        let ends = next.is_none_or(|next| {
            next.is(&Token::Comma) || next.is(&Token::SemiColon) || next.is_any(CLAUSES) && !next.is_word("with")
        });
        let alias = level[at].is_any(ALIASES) && ends && is_value(&level[at - 1]);
        // The column of UNNEST .. WITH OFFSET.
        let compared = level[at].is_word("offset")
            && level[at - 1].is_any(&["where", "and", "or", "on", "not"])
            && next.is_some_and(|next| !next.is_name() && next.group().is_none());
        if relation || alias || compared {
            unkeyword(&mut level[at]);
        }
    }
}

fn is_value(node: &Node) -> bool {
    node.is_name() && !node.is_any(CLAUSES)
        || node.group().is_some()
        || node.is_string()
        || node.is(&Token::Mul)
        || matches!(node.piece().token, Token::Number(..))
}

pub(super) fn is_variable(first: &Piece, second: &Piece) -> bool {
    let word = matches!(&first.token, Token::Word(word) if word.value.starts_with("${"));
    let last = matches!(&second.token, Token::Word(word) if word.value.starts_with("${"));
    let braced =
        second.token == Token::LBrace && (is_dollar(&first.token) || first.is_word("from") || first.is_word("join"));
    word || last || braced
}

fn is_dollar(token: &Token) -> bool {
    match token {
        Token::Placeholder(mark) => mark == "$",
        Token::Char(mark) => *mark == '$',
        _ => false,
    }
}

/// `${name}`: text that a client puts in. Part of a name where a name stands, else a value nobody knows. Spark's
/// `FROM {df}` is a relation of the program around.
pub(super) fn client_variables(level: &mut Vec<Node>) {
    let mut at = 0;
    while at < level.len() {
        if let Some((text, length)) = variable(level, at) {
            let here = level[at].piece().span;
            let before = at.checked_sub(1).map(|before| &level[before]);
            let after = level.get(at + length);
            let listed = before.is_some_and(|before| before.is_word("in"));
            let named = before.is_some_and(|before| before.is_any(NAMES_FOLLOW) || before.is(&Token::Period))
                || after.is_some_and(|after| after.is(&Token::Period));
            let node = match (named, listed) {
                (true, _) => plain(&text, here),
                (false, true) => round(vec![made(Token::Placeholder(text), here)], here),
                (false, false) => made(Token::Placeholder(text), here),
            };
            level.splice(at..at + length, [node]);
        }
        at += 1;
    }
}

const NAMES_FOLLOW: &[&str] = &["from", "join", "into", "table", "update", "view", "overwrite"];

/// The text of `${a:b}` or, behind FROM, `{a}`, and how many nodes it takes.
fn variable(level: &[Node], at: usize) -> Option<(String, usize)> {
    let text = |nodes: &[Node]| nodes.iter().map(|node| node.piece().token.to_string()).collect::<String>();
    // Hive's own words may hold `$` and braces: `${hivevar`, `:`, `schema}`.
    if let Token::Word(first) = &level[at].piece().token
        && first.value.starts_with("${")
    {
        let ends = |node: &Node| matches!(&node.piece().token, Token::Word(word) if word.value.ends_with('}'));
        let end = (at..level.len()).take_while(|next| *next == at || level[*next].piece().gap == Gap::None);
        let end = end.into_iter().find(|next| ends(&level[*next]))?;
        return Some((text(&level[at..=end]), end + 1 - at));
    }
    let braces = |at: usize| level.get(at).and_then(Node::group).filter(|group| group.open.token == Token::LBrace);
    if is_dollar(&level[at].piece().token) {
        let group = braces(at + 1).filter(|group| group.open.gap == Gap::None)?;
        return Some((format!("${{{}}}", text(&group.inner)), 2));
    }
    let group = braces(at).filter(|_| at > 0 && level[at - 1].is_any(&["from", "join"]))?;
    let [name] = group.inner.as_slice() else { return None };
    name.is_name().then(|| (format!("{{{}}}", text(&group.inner)), 1))
}

pub(super) fn is_identifier_call(first: &Piece, second: &Piece) -> bool {
    second.token == Token::LParen && (first.is_word("identifier") || first.is_word("table"))
}

/// `blob:a`: a column whose name is also a type's.
pub(super) fn is_path(first: &Piece, second: &Piece) -> bool {
    second.token == Token::Colon && second.gap == Gap::None && first.keyword() != Keyword::NoKeyword
}

/// `date:a.b`: a path into the column `date`, never a literal of the type DATE.
pub(super) fn paths_of_keywords(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        if level[at].is(&Token::Colon) && level[at].piece().gap == Gap::None {
            unkeyword(&mut level[at - 1]);
        }
    }
}

pub(super) fn is_quoted_path(first: &Piece, second: &Piece) -> bool {
    let path = |word: &Word| word.quote_style == Some('`') && word.value.contains('.');
    second.token == Token::Period && matches!(&first.token, Token::Word(word) if path(word))
}

/// BigQuery's `` `p.d.t`.a ``, column `a` of the relation that FROM calls so.
pub(super) fn quoted_paths(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        let path = match &level[at].piece().token {
            Token::Word(word) if word.quote_style == Some('`') && word.value.contains('.') => Some(word.value.clone()),
            _ => None,
        };
        if let Some(path) = path.filter(|_| level[at + 1].is(&Token::Period)) {
            let here = level[at].piece().span;
            let part = |part: &str| {
                let mut node = made(Token::make_word(part, Some('`')), here);
                if let Node::Leaf(piece) = &mut node {
                    piece.span = here;
                }
                node
            };
            let parts = path.split('.').flat_map(|name| [made(Token::Period, here), part(name)]).skip(1);
            let parts: Vec<Node> = parts.collect();
            level.splice(at..=at, parts);
        }
        at += 1;
    }
}

/// `IDENTIFIER('a.b')` and, in FROM, `TABLE('a.b')`: the name itself, which the parser would take for a call.
pub(super) fn identifier_calls(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        let before = at.checked_sub(1).map(|before| &level[before]);
        let relation =
            before.is_some_and(|before| before.is_any(&["from", "join", "using"]) || before.is(&Token::Comma));
        let spelled = level[at].is_word("identifier") || level[at].is_word("table") && relation;
        let part = before.is_some_and(|before| before.is(&Token::Period) || before.is_any(&["as", "table", "create"]));
        let name = level[at + 1].round().filter(|_| spelled && !part).and_then(|group| match group.inner.as_slice() {
            [Node::Leaf(only)] => Some(only.token.clone()),
            _ => None,
        });
        let here = level[at].piece().span;
        match name {
            Some(Token::SingleQuotedString(name)) => {
                level.splice(at..at + 2, dotted(&name, here));
            }
            // `IDENTIFIER($v)(x)`, a function that nobody knows before it runs.
            Some(other) if level.get(at + 2).is_some_and(|next| next.round().is_some()) => {
                level.splice(at..at + 2, [plain(&other.to_string(), here)]);
            }
            _ => {}
        }
        at += 1;
    }
}

/// `a."b c".d` as words and dots.
fn dotted(name: &str, here: Span) -> Vec<Node> {
    let mut nodes = Vec::new();
    for part in name.split('.') {
        if !nodes.is_empty() {
            nodes.push(made(Token::Period, here));
        }
        let bare = part.trim_matches(['"', '`']);
        nodes.push(if bare.len() == part.len() {
            plain(part, here)
        } else {
            made(Token::make_word(bare, Some(if part.starts_with('`') { '`' } else { '"' })), here)
        });
    }
    nodes
}

/// BigQuery's `t.1a` and `d.t.25`: behind a dot a name may start with a digit.
pub(super) fn names_from_digits(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let digits = match &level[at].piece().token {
            Token::Number(digits, _) if level[at].piece().gap == Gap::None && level[at - 1].is_name() => {
                digits.strip_prefix('.').map(str::to_owned)
            }
            _ => None,
        };
        if let Some(mut name) = digits {
            let mut span = level[at].piece().span;
            let mut end = at + 1;
            if let Some(rest) = level.get(end).filter(|rest| rest.is_name() && rest.piece().gap == Gap::None) {
                name.push_str(&rest.piece().token.to_string());
                span = span.cover(rest.piece().span);
                end += 1;
            }
            level.splice(at..end, [made(Token::Period, span), plain(&name, span)]);
        }
        at += 1;
    }
}

/// BigQuery's `FROM d.events_*`: the star is part of the name.
pub(super) fn wildcard_tables(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let tight = level[at].piece().gap == Gap::None && level[at].is(&Token::Mul);
        let mut start = at - 1;
        while start > 1 && level[start - 1].is(&Token::Period) {
            start -= 2;
        }
        let part = level[at - 1].is_name() || level[at - 1].is(&Token::Period);
        if level[at - 1].is(&Token::Period) {
            start = start.saturating_sub(1);
            while start > 1 && level[start - 1].is(&Token::Period) {
                start -= 2;
            }
        }
        if tight && part && start > 0 && level[start - 1].is_any(&["from", "join"]) {
            let text: String = level[start..=at].iter().map(|node| node.piece().token.to_string()).collect();
            let span = level[start].piece().span.cover(level[at].piece().span);
            level.splice(start..=at, [plain(&text.replace('`', ""), span)]);
            at = start;
        }
        at += 1;
    }
}

/// Snowflake's `model!PREDICT`: one name.
pub(super) fn methods_of_models(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        if level[at].is(&Token::ExclamationMark)
            && level[at - 1].is_name()
            && level[at + 1].is_name()
            && level[at + 1].piece().gap == Gap::None
        {
            let text: String = level[at - 1..=at + 1].iter().map(|node| node.piece().token.to_string()).collect();
            let span = level[at - 1].piece().span.cover(level[at + 1].piece().span);
            level.splice(at - 1..=at + 1, [plain(&text, span)]);
        }
        at += 1;
    }
}

/// Databricks' `STREAM(t)` and `STREAM t`: the relation, read as it grows.
pub(super) fn streams(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        let relation = level[at - 1].is_any(&["from", "join"]) || level[at - 1].is(&Token::Comma);
        if relation && level[at].is_word("stream") {
            let inner = level[at + 1].round().map(|group| group.inner.clone());
            let named = |nodes: &[Node]| nodes.iter().all(|node| node.is_name() || node.is(&Token::Period));
            match inner {
                Some(inner) if named(&inner) => drop(level.splice(at..at + 2, inner)),
                None if level[at + 1].is_name() && !level[at + 1].is_any(&["as", "on", "where", "join"]) => {
                    level.remove(at);
                }
                _ => {}
            }
        }
        at += 1;
    }
}
