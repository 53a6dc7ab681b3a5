//! Literals as written in, their values out: escapes of texts, radixes and underscores of numbers.

use std::sync::Arc;

use num_bigint::BigInt;

use crate::template::ast::ExprKind;

/// A whole number of any size.
pub(super) fn integer(text: &str) -> ExprKind {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let (radix, digits) = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ => (10, digits.as_str()),
    };
    match i64::from_str_radix(digits, radix) {
        Ok(number) => ExprKind::Int(number),
        Err(_) => {
            BigInt::parse_bytes(digits.as_bytes(), radix).map_or(ExprKind::Broken, |big| ExprKind::Big(Arc::new(big)))
        }
    }
}

pub(super) fn float(text: &str) -> ExprKind {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    digits.parse().map_or(ExprKind::Broken, ExprKind::Float)
}

/// The value of a quoted text without its quotes. As in Python, a backslash before a letter that means nothing stays.
pub(super) fn string(raw: &str) -> String {
    if !raw.contains(['\\', '\r']) {
        return raw.to_owned();
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['\\', '\r']) {
        value.push_str(&rest[..at]);
        if rest[at..].starts_with('\r') {
            value.push('\n');
            rest = rest[at + 1..].strip_prefix('\n').unwrap_or(&rest[at + 1..]);
            continue;
        }
        rest = &rest[at + 1..];
        rest = escape(rest, &mut value);
    }
    value.push_str(rest);
    value
}

/// Adds what the escape at the start of `rest` (after its backslash) means, and gives what follows it.
fn escape<'t>(rest: &'t str, value: &mut String) -> &'t str {
    let Some(letter) = rest.chars().next() else {
        value.push('\\');
        return rest;
    };
    let after = &rest[letter.len_utf8()..];
    let simple = match letter {
        '\n' => Some(""),
        '\\' => Some("\\"),
        '\'' => Some("'"),
        '"' => Some("\""),
        'a' => Some("\u{7}"),
        'b' => Some("\u{8}"),
        'f' => Some("\u{c}"),
        'n' => Some("\n"),
        'r' => Some("\r"),
        't' => Some("\t"),
        'v' => Some("\u{b}"),
        _ => None,
    };
    if let Some(simple) = simple {
        value.push_str(simple);
        return after;
    }
    let (digits, radix) = match letter {
        'x' => (prefix(after, 2, 16, 2), 16),
        'u' => (prefix(after, 4, 16, 4), 16),
        'U' => (prefix(after, 8, 16, 8), 16),
        '0'..='7' => (prefix(rest, 3, 8, 1), 8),
        _ => (None, 10),
    };
    let code = digits.and_then(|digits| u32::from_str_radix(digits, radix).ok()).and_then(char::from_u32);
    let (Some(digits), Some(code)) = (digits, code) else {
        value.push('\\');
        value.push(letter);
        return after;
    };
    value.push(code);
    if radix == 8 { &rest[digits.len()..] } else { &after[digits.len()..] }
}

/// Up to `most` digits at the start of `text`, if there are at least `least`.
fn prefix(text: &str, most: usize, radix: u32, least: usize) -> Option<&str> {
    let len = text.bytes().take(most).take_while(|b| (*b as char).is_digit(radix)).count();
    (len >= least).then(|| &text[..len])
}
