//! Python text in, its tokens out: as much of Python as tells a call from a comment or a text.

use crate::text::Span;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Name,
    /// The value of a literal text.
    Text(String),
    /// An f-string or bytes: no literal text.
    NoLiteral,
    Number,
    Mark(char),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// Nothing stands before it on its line.
    pub(super) starts_line: bool,
}

/// All tokens of a text, without comments and white space.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut starts_line = true;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        let kind = match c {
            '\n' => {
                (at, starts_line) = (at + 1, true);
                continue;
            }
            '#' => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
                continue;
            }
            _ if c.is_whitespace() || c == '\\' || c == '\u{feff}' => {
                at += c.len_utf8();
                starts_line &= c == '\u{feff}';
                continue;
            }
            '\'' | '"' => quoted(text, &mut at, ""),
            _ if c.is_ascii_digit() => {
                at += run(&text[at..], |c| c.is_alphanumeric() || c == '_' || c == '.');
                Kind::Number
            }
            _ if c.is_alphabetic() || c == '_' => {
                at += run(&text[at..], |c| c.is_alphanumeric() || c == '_');
                let word = &text[start..at];
                let prefixes = word.len() <= 2 && word.chars().all(|c| "rRbBuUfFtT".contains(c));
                if prefixes && text[at..].starts_with(['\'', '"']) { quoted(text, &mut at, word) } else { Kind::Name }
            }
            _ => {
                at += c.len_utf8();
                Kind::Mark(c)
            }
        };
        tokens.push(Token { kind, span: Span::new(start, at), starts_line });
        starts_line = false;
    }
    tokens
}

fn run(text: &str, keep: impl Fn(char) -> bool) -> usize {
    text.find(|c| !keep(c)).unwrap_or(text.len())
}

/// A text in quotes that starts at `at`; goes past its end, or that of its line where it has none.
fn quoted(text: &str, at: &mut usize, prefix: &str) -> Kind {
    let rest = &text[*at..];
    let single = &rest[..1];
    let triple = rest.starts_with(&single.repeat(3));
    let quote = if triple { single.repeat(3) } else { single.to_owned() };
    let raw = prefix.contains(['r', 'R']);
    let mut value = String::new();
    let mut inner = quote.len();
    while let Some(c) = rest[inner..].chars().next() {
        if rest[inner..].starts_with(&quote) {
            inner += quote.len();
            break;
        }
        if c == '\n' && !triple {
            break;
        }
        inner += c.len_utf8();
        if c != '\\' || raw {
            value.push(c);
            if c == '\\'
                && let Some(next) = rest[inner..].chars().next()
            {
                value.push(next);
                inner += next.len_utf8();
            }
            continue;
        }
        let Some(next) = rest[inner..].chars().next() else { break };
        inner += next.len_utf8();
        match next {
            'n' => value.push('\n'),
            't' => value.push('\t'),
            '\n' => {}
            '\\' | '\'' | '"' => value.push(next),
            other => value.extend(['\\', other]),
        }
    }
    *at += inner;
    if prefix.contains(['f', 'F', 'b', 'B', 't', 'T']) { Kind::NoLiteral } else { Kind::Text(value) }
}

#[cfg(test)]
mod tests {
    use super::{Kind, tokens};

    fn check(text: &str, expected: &[&str]) {
        let found = tokens(text).into_iter().map(|token| match token.kind {
            Kind::Text(value) => format!("'{value}'"),
            Kind::NoLiteral => "f".to_owned(),
            _ => text[token.span.range()].to_owned(),
        });
        assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn comments_and_texts_are_told_from_code() {
        check("a = 'b' # dbt.ref('c')\nd", &["a", "=", "'b'", "d"]);
        check("\"\"\"dbt.ref('a')\n\"quoted\" \"\"\" b", &["'dbt.ref('a')\n\"quoted\" '", "b"]);
        check("f'{x}' r'\\n' 'it\\'s' rb''", &["f", "'\\n'", "'it's'", "f"]);
        check("1_000.5e3 'open\nx", &["1_000.5e3", "'open'", "x"]);
        check("a\\\n.b", &["a", ".", "b"]);
        check("'", &["''"]);
    }
}
