//! The text between `{{` and `}}` in, its tokens out; and calls such as `ref('a')` read as data.

use crate::data::{Kind, Value};
use crate::text::Span;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Text(String),
    Number(String),
    Mark(&'static str),
}

const MARKS: [&str; 25] = [
    "==", "!=", "<=", ">=", "//", "**", "(", ")", "[", "]", "{", "}", ",", ".", ":", "|", "~", "=", "<", ">", "+", "-",
    "*", "/", "%",
];

/// The tokens of an expression; `None` where a character starts none.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut rest = text.trim_start();
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => {
                let (value, length) = quoted(rest, first)?;
                tokens.push(Token::Text(value));
                length
            }
            _ if first.is_ascii_digit() => {
                let number = prefix(rest, |c| c.is_ascii_digit() || c == '.' || c == '_');
                tokens.push(Token::Number(number.to_owned()));
                number.len()
            }
            _ if first.is_alphabetic() || first == '_' => {
                let name = prefix(rest, |c| c.is_alphanumeric() || c == '_');
                tokens.push(Token::Name(name.to_owned()));
                name.len()
            }
            _ => {
                let mark = MARKS.iter().find(|mark| rest.starts_with(**mark))?;
                tokens.push(Token::Mark(mark));
                mark.len()
            }
        };
        rest = rest[length..].trim_start();
    }
    Some(tokens)
}

fn prefix(text: &str, keep: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !keep(c)).unwrap_or(text.len())]
}

/// The value of a quoted text at the start of `rest`, and how many bytes it takes.
fn quoted(rest: &str, quote: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Some((value, at + c.len_utf8()));
        }
        if c != '\\' {
            value.push(c);
            continue;
        }
        match chars.next()?.1 {
            'n' => value.push('\n'),
            't' => value.push('\t'),
            escaped @ ('\\' | '\'' | '"') => value.push(escaped),
            other => value.extend(['\\', other]),
        }
    }
    None
}

/// A call with literal arguments, as YAML names what something reads: `ref('shop', 'orders', v=2)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project) struct Call {
    pub name: String,
    pub arguments: Vec<String>,
    pub named: Vec<(String, String)>,
}

impl Call {
    /// Reads a call, with or without `{{ }}` around it.
    pub fn read(text: &str) -> Option<Call> {
        let text = text.trim();
        let inner = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(text);
        let tokens = tokens(inner.trim_matches('-'))?;
        let (Token::Name(name), rest) = tokens.split_first()? else { return None };
        let rest = rest.strip_prefix(&[Token::Mark("(")])?.strip_suffix(&[Token::Mark(")")])?;
        let mut call = Call { name: name.clone(), arguments: Vec::new(), named: Vec::new() };
        for argument in rest.split(|token| *token == Token::Mark(",")) {
            match argument {
                [] => {}
                [Token::Text(value) | Token::Number(value)] => call.arguments.push(value.clone()),
                [Token::Name(name), Token::Mark("="), Token::Text(value) | Token::Number(value)] => {
                    call.named.push((name.clone(), value.clone()));
                }
                _ => return None,
            }
        }
        Some(call)
    }

    pub fn version(&self) -> Option<&str> {
        self.named.iter().find(|(name, _)| name == "v" || name == "version").map(|(_, value)| value.as_str())
    }
}

/// A number as YAML would read it.
pub(super) fn number(text: &str) -> Value {
    let plain = text.replace('_', "");
    let kind = plain.parse().map(Kind::Integer).or_else(|_| plain.parse().map(Kind::Float));
    Value { kind: kind.unwrap_or_else(|_| Kind::String(text.to_owned())), span: Span::default() }
}

#[cfg(test)]
mod tests {
    use super::Call;

    fn check(text: &str, expected: Option<(&str, &[&str])>) {
        let found = Call::read(text);
        let found = found.as_ref().map(|call| (call.name.as_str(), call.arguments.clone()));
        let expected = expected.map(|(name, arguments)| (name, arguments.iter().map(ToString::to_string).collect()));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_call_is_read_with_and_without_braces() {
        check("ref('orders')", Some(("ref", &["orders"])));
        check("{{ ref(\"shop\", 'orders') }}", Some(("ref", &["shop", "orders"])));
        check("source('raw', 'a b',)", Some(("source", &["raw", "a b"])));
        check("ref('orders', v=2)", Some(("ref", &["orders"])));
    }

    #[test]
    fn what_is_no_literal_call_is_none() {
        for text in ["", "ref(", "ref('a", "ref(name)", "orders", "ref('a') + 1", "ref('ä\\", "§"] {
            check(text, None);
        }
    }
}
