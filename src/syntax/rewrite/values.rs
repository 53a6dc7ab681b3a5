//! Literals, types and arguments that the parser does not read in, such as it does out.

use sqlparser::tokenizer::Token;

use super::tree::{Node, made, round, string, word};
use crate::syntax::lex::{Gap, Piece};

pub(super) fn are_strings(left: &Piece, right: &Piece) -> bool {
    let string = |piece: &Piece| matches!(piece.token, Token::SingleQuotedString(_) | Token::DoubleQuotedString(_));
    string(left) && string(right)
}

/// `'a' 'b'` is one string.
pub(super) fn adjacent_strings(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let joined = match (level[at - 1].piece(), level[at].piece()) {
            (left, right) if level[at - 1].is_string() && level[at].is_string() => match (&left.token, &right.token) {
                (Token::SingleQuotedString(a), Token::SingleQuotedString(b)) => {
                    Some(Token::SingleQuotedString(format!("{a}{b}")))
                }
                (Token::DoubleQuotedString(a), Token::DoubleQuotedString(b)) => {
                    Some(Token::DoubleQuotedString(format!("{a}{b}")))
                }
                _ => None,
            },
            _ => None,
        };
        let Some(token) = joined else {
            at += 1;
            continue;
        };
        let span = level[at - 1].piece().span.cover(level[at].piece().span);
        level.remove(at);
        if let Node::Leaf(piece) = &mut level[at - 1] {
            (piece.token, piece.span) = (token, span);
        }
    }
}

/// Spark's `r'a\b'`: a string.
pub(super) fn raw_strings(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        if level[at].is_word("r") && level[at + 1].is_string() && level[at + 1].piece().gap == Gap::None {
            level.remove(at);
        }
        at += 1;
    }
}

/// A value and `.1` right behind it.
pub(super) fn is_element(_: &Piece, number: &Piece) -> bool {
    number.gap == Gap::None && matches!(&number.token, Token::Number(digits, _) if digits.starts_with('.'))
}

/// ClickHouse's `t.1` as `t[1]`.
pub(super) fn tuple_elements(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let before = &level[at - 1];
        let behind_value = before.is_name() || before.group().is_some() || before.is(&Token::RBracket);
        let number = match &level[at].piece().token {
            Token::Number(digits, _) if behind_value && level[at].piece().gap == Gap::None => {
                digits.strip_prefix('.').map(str::to_owned)
            }
            _ => None,
        };
        if let Some(number) = number {
            let span = level[at].piece().span;
            let bracket = |token| made(token, span);
            level.splice(
                at..=at,
                [bracket(Token::LBracket), made(Token::Number(number, false), span), bracket(Token::RBracket)],
            );
        }
        at += 1;
    }
}

/// The words that [`word_operators`] looks for.
pub(super) const OPERATORS: &[&str] = &["isnull", "mod"];

/// Postfix `a ISNULL` as `a IS NULL`; MySQL's `a MOD b` as `a % b`. Read as they stand they would be aliases.
pub(super) fn word_operators(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let before = &level[at - 1];
        let value = before.is_name()
            || before.group().is_some()
            || before.is_string()
            || matches!(before.piece().token, Token::Number(..));
        let clause = before.is_any(&[
            "as", "select", "from", "by", "and", "or", "not", "where", "when", "then", "else", "is", "join", "on",
        ]);
        let call = level.get(at + 1).is_some_and(|next| next.round().is_some() || next.is(&Token::Period));
        let here = level[at].piece().span;
        if value && !clause && level[at].is_word("isnull") && !call {
            level.splice(at..=at, [word("IS", here), word("NULL", here)]);
        } else if value
            && !clause
            && level[at].is_word("mod")
            && level.get(at + 1).is_some()
            && !starts_clause(&level[at + 1])
        {
            level[at] = made(Token::Mod, here);
        }
        at += 1;
    }
}

fn starts_clause(node: &Node) -> bool {
    node.is(&Token::Comma)
        || node.is(&Token::Period)
        || node.is_any(&["from", "where", "join", "on", "group", "order", "left", "inner"])
}

/// DuckDB's `2 ** 3` as `2 ^ 3`.
pub(super) fn power(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        let stars =
            level[at].is(&Token::Mul) && level[at + 1].is(&Token::Mul) && level[at + 1].piece().gap == Gap::None;
        if stars {
            let here = level[at].piece().span;
            level.splice(at..at + 2, [made(Token::Caret, here)]);
        }
        at += 1;
    }
}

/// DuckDB's `#1`, the first column of SELECT, as the name `#1`.
pub(super) fn positions(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        if level[at].is(&Token::Sharp)
            && let Token::Number(digits, _) = &level[at + 1].piece().token
            && level[at + 1].piece().gap == Gap::None
        {
            let name = made(Token::make_word(&format!("#{digits}"), Some('"')), level[at].piece().span);
            level.splice(at..at + 2, [name]);
        }
        at += 1;
    }
}

/// Types in casts: `ARRAY(T)` as `ARRAY<T>`, `ROW(a T)` as `STRUCT<a T>`, `OBJECT(..)` as `OBJECT`, `DateTime64` as
/// `DateTime64(3)`.
pub(super) fn types(level: &mut Vec<Node>) {
    let mut at = 1;
    while at < level.len() {
        let typed = level[at - 1].is_word("as") || level[at - 1].is(&Token::DoubleColon);
        if typed {
            type_at(level, at);
        }
        at += 1;
    }
}

fn type_at(level: &mut Vec<Node>, at: usize) {
    let here = level[at].piece().span;
    let arguments = level.get(at + 1).and_then(Node::round).map(|group| group.inner.clone());
    let angled = |inner: Vec<Node>| [made(Token::Lt, here)].into_iter().chain(inner).chain([made(Token::Gt, here)]);
    match arguments {
        Some(inner) if level[at].is_word("array") => {
            let nodes: Vec<Node> = angled(nested(inner)).collect();
            level.splice(at + 1..at + 2, nodes);
        }
        Some(inner) if level[at].is_word("row") => {
            let nodes: Vec<Node> = [word("STRUCT", here)].into_iter().chain(angled(nested(inner))).collect();
            level.splice(at..at + 2, nodes);
        }
        Some(_) if level[at].is_any(&["object", "map"]) => {
            level.remove(at + 1);
        }
        None if level[at].is_word("datetime64") => {
            level.insert(at + 1, round(vec![made(Token::Number("3".to_owned(), false), here)], here));
        }
        _ => {}
    }
}

/// Snowflake's `ARRAY(INT)` and `OBJECT(a INT)` as `ARRAY` and `OBJECT`: its dialect reads them only bare.
pub(super) fn bare_types(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        let typed = level[at - 1].is_word("as") || level[at - 1].is(&Token::DoubleColon);
        if typed && level[at].is_any(&["array", "object", "map"]) && level[at + 1].round().is_some() {
            level.remove(at + 1);
        }
        at += 1;
    }
}

/// `(f(x)).*` as `f(x).*`.
pub(super) fn composite_stars(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 2 < level.len() {
        let star = level[at + 1].is(&Token::Period) && level[at + 2].is(&Token::Mul);
        let opens = at == 0 || !level[at - 1].is_name() || level[at - 1].is_any(&["select", "distinct"]);
        if let Some(group) = level[at].round().filter(|_| star && opens) {
            let inner = group.inner.clone();
            level.splice(at..=at, inner);
        }
        at += 1;
    }
}

/// The same for the types inside.
fn nested(mut inner: Vec<Node>) -> Vec<Node> {
    let mut at = 0;
    while at < inner.len() {
        if inner[at].is_any(&["array", "row"]) && inner.get(at + 1).is_some_and(|next| next.round().is_some()) {
            type_at(&mut inner, at);
        }
        at += 1;
    }
    inner
}

/// JSON functions' `RETURNING t`, `NULL ON EMPTY`, `WITH WRAPPER`, `OMIT QUOTES` and `KEY k VALUE v`.
pub(super) fn json_clauses(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        let json = level[at - 1].is_any(&[
            "json_query",
            "json_value",
            "json_exists",
            "json_object",
            "json_array",
            "json_table",
        ]);
        let Node::Group(group) = &mut level[at] else { continue };
        if !json {
            continue;
        }
        let clauses: &[&str] =
            &["format", "returning", "omit", "keep", "with", "without", "null", "absent", "error", "empty", "default"];
        let is_clause = |at: &usize| {
            let value =
                group.inner[*at].is_word("null") && !group.inner.get(at + 1).is_some_and(|next| next.is_word("on"));
            group.inner[*at].is_any(clauses) && !value
        };
        if let Some(start) = (1..group.inner.len()).find(is_clause) {
            group.inner.truncate(start);
        }
        for node in &mut group.inner {
            if node.is(&Token::Colon) {
                *node = made(Token::Comma, node.piece().span);
            }
        }
    }
}

/// BigQuery's arguments `MODEL p.m` as the string `'p.m'` and `TABLE d.t` as a subquery over it.
pub(super) fn table_arguments(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        let first = at == 0 || level[at - 1].is(&Token::Comma) || level[at - 1].is(&Token::RArrow);
        let end = (at + 1..level.len()).find(|next| level[*next].is(&Token::Comma)).unwrap_or(level.len());
        let here = level[at].piece().span;
        if first && level[at].is_word("model") && level[at + 1].is_name() {
            let name: String = level[at + 1..end].iter().map(|node| node.piece().token.to_string()).collect();
            level.splice(at..end, [string(&name.replace('`', ""), here)]);
        } else if first && level[at].is_word("table") && level[at + 1].is_name() {
            let mut nodes = vec![word("SELECT", here), made(Token::Mul, here), word("FROM", here)];
            nodes.extend_from_slice(&level[at + 1..end]);
            level.splice(at..end, [round(nodes, here)]);
        }
        at += 1;
    }
}

/// `NEXT VALUE FOR s` as `nextval('s')`.
pub(super) fn next_value(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 3 < level.len() {
        if level[at].is_word("next") && level[at + 1].is_word("value") && level[at + 2].is_word("for") {
            let mut end = at + 4;
            while level.get(end).is_some_and(|node| node.is(&Token::Period)) {
                end = (end + 2).min(level.len());
            }
            let here = level[at].piece().span;
            let name: String = level[at + 3..end].iter().map(|node| node.piece().token.to_string()).collect();
            level.splice(at..end, [word("nextval", here), round(vec![string(&name, here)], here)]);
        }
        at += 1;
    }
}

/// MySQL's interval in `MINUTE_SECOND`, in its smaller unit.
pub(super) fn intervals(level: &mut Vec<Node>) {
    for at in 2..level.len() {
        let text = level[at].piece().token.to_string();
        if level[at - 2].is_word("interval") && text.contains('_') {
            let unit = text.rsplit('_').next().unwrap_or_default();
            level[at] = made(Token::make_keyword(unit), level[at].piece().span);
        }
    }
}

/// `SAFE.SUBSTR(a)` and `a / any(b)`: a function whose name is a keyword, quoted so that it is only a name.
pub(super) fn keyword_calls(level: &mut Vec<Node>) {
    for at in 1..level.len().saturating_sub(1) {
        let arithmetic = matches!(level[at - 1].piece().token, Token::Div | Token::Mul | Token::Plus | Token::Minus);
        let misread = level[at - 1].is(&Token::Period) || arithmetic && level[at].is_any(&["any", "all"]);
        if misread && level[at].is_name() && level[at + 1].round().is_some() {
            let Node::Leaf(piece) = &mut level[at] else { continue };
            if let Token::Word(word) = &piece.token
                && word.quote_style.is_none()
            {
                piece.token = Token::make_word(&word.value.clone(), Some('"'));
            }
        }
    }
}
