//! Types of casts with types inside in, one type whose inside is a string out: `ROW(a INT)` as `ROW('a INT')`.
//!
//! The parser would take the words of `ROW(a INT)` for four modifiers, and cannot read `ARRAY(MAP(INT, INT))`. The
//! string is printed without its quotes, so the type's text is what was written.

use sqlparser::tokenizer::Token;

use super::names::plain;
use super::tree::{Node, round, string, word};
use crate::syntax::lex::Piece;

const WITH_TYPES_INSIDE: &[&str] = &["row", "map", "array", "object", "struct", "vector"];

pub(super) fn holds_types(first: &Piece, second: &Piece) -> bool {
    matches!(second.token, Token::LParen | Token::Lt) && WITH_TYPES_INSIDE.iter().any(|word| first.is_word(word))
}

/// In `CAST(x AS t)` and `x::t`.
pub(super) fn spelled_types(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        if level[at - 1].is(&Token::DoubleColon) {
            spell(level, at);
        } else if level[at - 1].is_any(&["cast", "try_cast", "safe_cast"])
            && let Node::Group(group) = &mut level[at]
            && let Some(typed) = group.inner.iter().rposition(|node| node.is_word("as"))
        {
            spell(&mut group.inner, typed + 1);
        }
        at += 1;
    }
}

fn spell(level: &mut Vec<Node>, at: usize) {
    let Some(head) = level.get(at).filter(|head| head.is_any(WITH_TYPES_INSIDE)) else { return };
    let here = head.piece().span;
    let name = head.piece().token.to_string();
    let (inside, end) = match level.get(at + 1) {
        Some(Node::Group(group)) if group.open.token == Token::LParen => (spelled(&group.inner), at + 2),
        Some(node) if node.is(&Token::Lt) => match closing(level, at + 1) {
            Some(end) => {
                let inner_close = if level[end].is(&Token::ShiftRight) { ">" } else { "" };
                (format!("{}{inner_close}", spelled(&level[at + 2..end])), end + 1)
            }
            None => return,
        },
        _ => return,
    };
    level.splice(at..end, [plain(&name, here), round(vec![string(&inside, here)], here)]);
}

/// Where the `<` at `at` is closed; none where a `>>` closes more than was opened.
fn closing(level: &[Node], at: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (next, node) in level.iter().enumerate().skip(at) {
        match node.piece().token {
            Token::Lt => depth += 1,
            Token::Gt => depth = depth.checked_sub(1)?,
            Token::ShiftRight => depth = depth.checked_sub(2)?,
            _ => {}
        }
        if depth == 0 {
            return Some(next);
        }
    }
    None
}

/// The text of a type: blanks between words, none inside of brackets.
fn spelled(nodes: &[Node]) -> String {
    let mut text = String::new();
    for node in nodes {
        let token = match node {
            Node::Group(group) => format!("({})", spelled(&group.inner)),
            Node::Leaf(piece) => piece.token.to_string(),
        };
        if node.is_name() && text.ends_with(|last: char| !matches!(last, '<' | '(')) {
            text.push(' ');
        }
        text.push_str(&token);
    }
    text
}

/// `CAST(x AS t COLLATE c)` as `CAST(x AS t) COLLATE c`; `RENAME FIELDS` and `ADD FIELDS` say what the type shows.
pub(super) fn cast_tails(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let cast = level[at - 1].is_any(&["cast", "try_cast"]);
        let Node::Group(group) = &mut level[at] else {
            at += 1;
            continue;
        };
        let typed = group.inner.iter().rposition(|node| node.is_word("as")).filter(|_| cast);
        if let Some(typed) = typed
            && let Some(tail) = super::tree::find(&group.inner, typed + 2, &["collate", "rename", "add"])
        {
            let tail = group.inner.split_off(tail);
            if tail[0].is_word("collate") {
                let rest = level.split_off(at + 1);
                level.extend(tail.into_iter().chain(rest));
            }
        } else if let Some(typed) = typed
            && let Some(format) = super::tree::find(&group.inner, typed, &["format"])
            && let Some(inner) = group.inner.get(format + 1).and_then(Node::round).map(|inner| inner.inner.clone())
            && inner.len() == 1
        {
            // BigQuery's `FORMAT ('YYYY')`.
            group.inner.splice(format + 1..format + 2, inner);
        }
        at += 1;
    }
}

/// Databricks' `f(a).b?::int` as `TRY_CAST(f(a).b AS int)`: NULL where the cast fails.
pub(super) fn try_casts(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 2 < level.len() {
        let question = match &level[at].piece().token {
            Token::Placeholder(mark) => mark == "?",
            token => *token == Token::Question,
        };
        if question && level[at + 1].is(&Token::DoubleColon) {
            let here = level[at].piece().span;
            let start = value_start(level, at - 1);
            let argued = usize::from(level.get(at + 3).is_some_and(|next| next.round().is_some()));
            let end = at + 3 + argued;
            let mut inner = level[start..at].to_vec();
            inner.push(word("AS", here));
            inner.extend_from_slice(&level[at + 2..end]);
            level.splice(start..end, [word("TRY_CAST", here), round(inner, here)]);
            at = start + 1;
        }
        at += 1;
    }
}

/// Where the value starts that ends at `at`: `a.b`, `f(x)[1].c`, `(a + b)`.
fn value_start(level: &[Node], at: usize) -> usize {
    let mut start = at;
    while start > 0 {
        let before = &level[start - 1];
        let called =
            level[start].group().is_some() && before.is_name() && !before.is_any(&["select", "and", "or", "not", "in"]);
        let indexed =
            level[start].group().is_some_and(|group| group.open.token == Token::LBracket) && before.group().is_some();
        let joins = |node: &Node| node.is(&Token::Period) || node.is(&Token::Colon);
        let part = joins(before) || joins(&level[start]);
        if !(called || indexed || part) {
            break;
        }
        start -= 1;
    }
    start
}

/// Snowflake's `TIMESTAMP WITH LOCAL TIME ZONE`, by its short name.
pub(super) fn local_time_zone(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 4 < level.len() {
        let words = ["timestamp", "with", "local", "time", "zone"];
        if words.iter().enumerate().all(|(next, word)| level[at + next].is_word(word)) {
            let here = level[at].piece().span;
            level.splice(at..at + 5, [plain("TIMESTAMP_LTZ", here)]);
        }
        at += 1;
    }
}
