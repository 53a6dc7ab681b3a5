//! An unquoted YAML scalar in, the kind of value `PyYAML` takes it for out.
//!
//! dbt and its neighbours read YAML through `PyYAML`, which keeps YAML 1.1: `yes` is true, `010` is eight, `1e3` is
//! text because it has no dot. The patterns are those of `PyYAML`'s `resolver.py`. Timestamps stay text: nothing
//! above wants a date where the author wrote a word.

use crate::data::Kind;

/// The kind of an untagged, unquoted scalar.
pub(super) fn resolve(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Kind::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Kind::Bool(false),
        _ => number(text).unwrap_or_else(|| Kind::String(text.to_owned())),
    }
}

/// The kind a `!!tag` of YAML's own asks for; a text that does not fit its tag stays text.
pub(super) fn resolve_as(tag: &str, text: &str) -> Kind {
    let text_kind = || Kind::String(text.to_owned());
    match (tag, resolve(text)) {
        ("null", _) => Kind::Null,
        ("bool", kind @ Kind::Bool(_)) | ("int", kind @ Kind::Integer(_)) | ("float", kind @ Kind::Float(_)) => kind,
        ("float", Kind::Integer(value)) => text.parse().map_or(Kind::Integer(value), Kind::Float),
        _ => text_kind(),
    }
}

fn number(text: &str) -> Option<Kind> {
    let first = text.bytes().next()?;
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return None;
    }
    let (sign, digits) = match first {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    integer(sign, digits).map(Kind::Integer).or_else(|| float(sign, digits, first).map(Kind::Float))
}

/// An integer too large for 64 bits is no integer here: it stays text, so that no digit is lost.
fn integer(sign: i64, digits: &str) -> Option<i64> {
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'b', ..] => (2, &digits[2..]),
        [b'0', b'x', ..] => (16, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        [b'1'..=b'9', ..] if digits.contains(':') => return sexagesimal(digits)?.checked_mul(sign),
        [b'0'..=b'9', ..] => (10, digits),
        _ => return None,
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(&without_underscores(digits), radix).ok()?.checked_mul(sign)
}

/// `1:30` is ninety: YAML 1.1 counts in sixties.
fn sexagesimal(digits: &str) -> Option<i64> {
    let mut parts = digits.split(':');
    let first: i64 = without_underscores(parts.next()?).parse().ok()?;
    parts.try_fold(first, |total, part| {
        let fits = matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
        total.checked_mul(60)?.checked_add(if fits { part.parse().ok()? } else { return None })
    })
}

fn float(sign: i64, digits: &str, first: u8) -> Option<f64> {
    let sign = if sign < 0 { -1.0 } else { 1.0 };
    match digits {
        ".inf" | ".Inf" | ".INF" => return Some(f64::INFINITY * sign),
        ".nan" | ".NaN" | ".NAN" if first == b'.' => return Some(f64::NAN),
        _ => {}
    }
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let signed = |text: &str| text.starts_with(['+', '-']) && text.len() > 1 && all_digits(&text[1..]);
    if !exponent.is_none_or(signed) || !part(whole) || !part(fraction) {
        return None;
    }
    // A leading dot takes no sign and needs a digit after it.
    if whole.is_empty() && (first != b'.' || !fraction.starts_with(|c: char| c.is_ascii_digit())) {
        return None;
    }
    without_underscores(digits).parse::<f64>().ok().map(|value| value * sign)
}

fn part(text: &str) -> bool {
    !text.starts_with('_') && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') || text.is_empty()
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn without_underscores(text: &str) -> String {
    text.replace('_', "")
}

#[cfg(test)]
mod tests {
    use super::resolve;
    use crate::data::Kind;

    fn check(text: &str, expected: &Kind) {
        assert_eq!(&resolve(text), expected, "{text}");
    }

    fn text(text: &str) {
        check(text, &Kind::String(text.to_owned()));
    }

    #[test]
    fn booleans_are_those_of_yaml_1_1() {
        for word in ["yes", "On", "TRUE"] {
            check(word, &Kind::Bool(true));
        }
        for word in ["no", "OFF", "False"] {
            check(word, &Kind::Bool(false));
        }
        ["y", "n", "yEs", "enabled"].into_iter().for_each(text);
    }

    #[test]
    fn integers_have_five_spellings() {
        let spellings = [("0", 0), ("-12", -12), ("1_000", 1000), ("010", 8), ("0x1F", 31), ("0b11", 3), ("1:30", 90)];
        for (spelling, value) in spellings {
            check(spelling, &Kind::Integer(value));
        }
        ["089", "0o17", "0x-1", "1:99", "12345678901234567890", "--1", "+", "-"].into_iter().for_each(text);
    }

    #[test]
    fn floats_need_a_dot_and_a_signed_exponent() {
        for (spelling, value) in
            [("1.5", 1.5), ("-1.", -1.0), (".5", 0.5), ("1.0e+3", 1000.0), ("-.inf", f64::NEG_INFINITY)]
        {
            check(spelling, &Kind::Float(value));
        }
        ["1e3", "1.0e3", ".", "-.5", "._1", "1.2.3", "v1.0"].into_iter().for_each(text);
    }

    #[test]
    fn dates_and_versions_stay_text() {
        ["2024-01-01", "2024-01-01 10:00:00", "1.2.3"].into_iter().for_each(text);
    }
}
