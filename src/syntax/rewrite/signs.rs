//! Operators in spellings that the parser does not know in, those that it does out.

use sqlparser::tokenizer::Token;

use super::spell::{plain, stands};
use super::tree::{Node, made, round, string, word};
use crate::syntax::lex::Gap;

/// `< =`, `! =`, `^=` as `<=`, `<>`, `<>`; SQL Server's `!<` as `>=`.
pub(super) fn apart(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        let joined = match (&level[at].piece().token, &level[at + 1].piece().token) {
            (Token::Lt, Token::Eq) | (Token::ExclamationMark, Token::Gt) => Token::LtEq,
            (Token::Gt, Token::Eq) | (Token::ExclamationMark, Token::Lt) => Token::GtEq,
            (Token::Lt, Token::Gt) | (Token::ExclamationMark | Token::Caret, Token::Eq) => Token::Neq,
            _ => {
                at += 1;
                continue;
            }
        };
        replace(level, at, 2, joined);
        at += 1;
    }
}

/// Puts one token where `count` stood, over the place of all of them.
fn replace(level: &mut Vec<Node>, at: usize, count: usize, token: Token) {
    let span = level[at].piece().span.cover(level[at + count - 1].piece().span);
    let mut node = made(token, span);
    if let Node::Leaf(piece) = &mut node {
        piece.span = span;
    }
    level.splice(at..at + count, [node]);
}

/// Teradata's `a EQ b`, `a NOT= b` and the like.
pub(super) fn comparison_words(level: &mut Vec<Node>) {
    const WORDS: &[(&str, Token)] = &[
        ("eq", Token::Eq),
        ("ne", Token::Neq),
        ("gt", Token::Gt),
        ("ge", Token::GtEq),
        ("lt", Token::Lt),
        ("le", Token::LtEq),
    ];
    let mut at = 1;
    while at + 1 < level.len() {
        if level[at].is_word("not") && level[at + 1].is(&Token::Eq) {
            replace(level, at, 2, Token::Neq);
        } else if let Some((_, sign)) = WORDS.iter().find(|(word, _)| level[at].is_word(word))
            && between_values(level, at)
        {
            replace(level, at, 1, sign.clone());
        }
        at += 1;
    }
}

fn between_values(level: &[Node], at: usize) -> bool {
    let (before, next) = (&level[at - 1], &level[at + 1]);
    let opens = ["as", "select", "from", "by", "and", "or", "not", "where", "when", "then", "else", "on", "having"];
    !before.is_any(&opens)
        && !before.is(&Token::Comma)
        && !before.is(&Token::Period)
        && !next.is(&Token::Comma)
        && !next.is(&Token::Period)
        && !next.is_any(&["from", "as", "and", "or", "then", "where"])
}

/// SQLite's `a IS b` and `a IS NOT b` as `a IS NOT DISTINCT FROM b` and `a IS DISTINCT FROM b`.
pub(super) fn is_value(level: &mut Vec<Node>) {
    const ASKED: &[&str] = &["null", "true", "false", "distinct", "unknown", "not", "json"];
    let mut at = 1;
    while at + 1 < level.len() {
        let not = usize::from(level[at + 1].is_word("not"));
        let value = level.get(at + 1 + not).is_some_and(|next| !next.is_any(ASKED) && !next.is(&Token::Period));
        if level[at].is_word("is") && value && !level[at - 1].is(&Token::Period) {
            let here = level[at].piece().span;
            let words: &[&str] = if not == 1 { &["DISTINCT", "FROM"] } else { &["NOT", "DISTINCT", "FROM"] };
            level.splice(at + 1..=at + not, words.iter().map(|text| word(text, here)));
            at += words.len();
        }
        at += 1;
    }
}

/// `(a - b) DAY TO SECOND`: the kind of an interval, not its length.
pub(super) fn interval_kinds(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 2 < level.len() {
        let first = level[at].is_any(&["day", "year"]) && level[at - 1].round().is_some();
        let to = at + 1 + usize::from(level[at + 1].round().is_some());
        if first && level.get(to).is_some_and(|node| node.is_word("to")) && level.len() > to + 1 {
            let end = to + 2 + usize::from(level.get(to + 2).is_some_and(|node| node.round().is_some()));
            level.drain(at..end);
        }
        at += 1;
    }
}

/// Signs in a row that Postgres makes one operator of, such as pgvector's `<+>`.
pub(super) fn custom(level: &mut Vec<Node>) {
    let sign = |node: &Node| match &node.piece().token {
        Token::Lt => Some('<'),
        Token::Gt => Some('>'),
        Token::Plus => Some('+'),
        Token::Tilde => Some('~'),
        Token::Sharp => Some('#'),
        Token::Mod => Some('%'),
        Token::Eq => Some('='),
        _ => None,
    };
    let mut at = 1;
    while at < level.len() {
        let mut end = at;
        let mut signs = String::new();
        while let Some(next) = level.get(end).and_then(sign)
            && (end == at || level[end].piece().gap == Gap::None)
        {
            signs.push(next);
            end += 1;
        }
        if signs.len() > 2 {
            replace(level, at, end - at, Token::CustomBinaryOperator(signs));
        }
        at += 1;
    }
}

/// Teradata's `2 ** 3`: one operator of its own.
pub(super) fn stars(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        if level[at].is(&Token::Mul) && level[at + 1].is(&Token::Mul) && level[at + 1].piece().gap == Gap::None {
            replace(level, at, 2, Token::CustomBinaryOperator("**".to_owned()));
        }
        at += 1;
    }
}

/// ClickHouse's typed and untyped JSON paths, `a.:Int64`, `a.^b`, `a[].b`, as subscripts that keep their text.
pub(super) fn json_paths(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        let here = level[at].piece().span;
        let mark = match level[at + 1].piece().token {
            Token::Colon => ".:",
            Token::Caret => ".^",
            _ => "",
        };
        if level[at].is(&Token::Period) && !mark.is_empty() && level.get(at + 2).is_some_and(Node::is_name) {
            let path = format!("{mark}{}", super::spell::text(&level[at + 2..at + 3]));
            level.splice(at..at + 3, subscript(&path, here));
        }
        at += 1;
    }
    for at in 1..level.len() {
        let behind = level[at - 1].is_name() || level[at - 1].group().is_some();
        if let Node::Group(group) = &mut level[at]
            && behind
            && group.open.token == Token::LBracket
            && group.inner.is_empty()
        {
            group.inner.push(string("[]", group.open.span));
        }
    }
}

fn subscript(path: &str, here: crate::text::Span) -> [Node; 3] {
    [made(Token::LBracket, here), string(path, here), made(Token::RBracket, here)]
}

/// Oracle's `PRIOR a` outside of CONNECT BY, where it would be read as a column with an alias, as `prior(a)`.
pub(super) fn prior(level: &mut Vec<Node>) {
    let mut at = 0;
    let ends = super::tree::find(level, 0, &["connect"]).unwrap_or(level.len());
    while at + 1 < ends.min(level.len()) {
        let next = &level[at + 1];
        let value = next.is_name() && !next.is_any(&["as", "from", "and", "or", "where", "is", "in", "like"]);
        let name = at > 0 && (level[at - 1].is(&Token::Period) || level[at - 1].is_word("as"));
        if level[at].is_word("prior") && value && !name {
            let here = level[at].piece().span;
            let end = super::spell::name_end(level, at + 1);
            let inner = level[at + 1..end].to_vec();
            level.splice(at..end, [plain("prior", here), round(inner, here)]);
        }
        at += 1;
    }
}

/// Postgres' `IS JSON ARRAY UNIQUE KEYS` as `IS JSON ARRAY WITH UNIQUE KEYS`.
pub(super) fn json_unique(level: &mut Vec<Node>) {
    for at in (1..level.len()).rev() {
        let asked =
            (at.saturating_sub(2)..at).any(|back| stands(level, back, &["is", "json"]) || level[back].is_word("json"));
        if level[at].is_word("unique") && asked && !level[at - 1].is_any(&["with", "without"]) {
            let here = level[at].piece().span;
            level.insert(at, word("WITH", here));
        }
    }
}
