//! Values as JSON and YAML text, and MD5 sums.

use std::fmt::Write;

use crate::template::print;
use crate::template::value::{Map, Value};

/// Deeper and longer values are cut: a value may hold itself.
const MAX_DEPTH: usize = 40;
const MAX_BYTES: usize = 4 << 20;

/// As Python's `json.dumps` writes. `sort`: dbt's `tojson`, whose second choice is to sort keys; `None` is Jinja's filter,
/// which always sorts and escapes what HTML would read.
pub(in crate::template) fn text(value: &Value, sort: Option<bool>) -> String {
    let mut out = String::new();
    put(value, sort.unwrap_or(true), 0, &mut out);
    if sort.is_some() {
        return out;
    }
    out.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026").replace('\'', "\\u0027")
}

fn put(value: &Value, sort: bool, depth: usize, out: &mut String) {
    let full = out.len() > MAX_BYTES;
    let mut list = |items: &[Value]| {
        out.push('[');
        for (at, item) in items.iter().enumerate() {
            out.push_str(if at > 0 { ", " } else { "" });
            put(item, sort, depth + 1, out);
        }
        out.push(']');
    };
    match value {
        _ if depth > MAX_DEPTH || full => out.push_str("null"),
        Value::None | Value::Undefined(_) | Value::Unknown => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(_) | Value::Big(_) | Value::Float(_) => out.push_str(&print::plain(value)),
        Value::List(items) => list(&items.borrow()),
        Value::Tuple(items) => list(items),
        Value::Set(map) => list(&map.borrow().keys().map(|key| key.value().clone()).collect::<Vec<_>>()),
        Value::Dict(map) => entries(&map.borrow(), sort, depth, out),
        other => quoted(&print::plain(other), out),
    }
}

fn entries(map: &Map, sort: bool, depth: usize, out: &mut String) {
    let mut entries: Vec<(String, &Value)> = map.iter().map(|(key, value)| (name(key.value()), value)).collect();
    if sort {
        entries.sort_by(|a, b| a.0.cmp(&b.0));
    }
    out.push('{');
    for (at, (key, value)) in entries.into_iter().enumerate() {
        out.push_str(if at > 0 { ", " } else { "" });
        quoted(&key, out);
        out.push_str(": ");
        put(value, sort, depth + 1, out);
    }
    out.push('}');
}

fn name(key: &Value) -> String {
    match key {
        Value::None => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        other => print::plain(other),
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (' '..='~').contains(&c) => out.push(c),
            c => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// Block style, as `PyYAML` writes plain values.
pub(in crate::template) fn yaml(value: &Value) -> String {
    let mut out = String::new();
    block(value, 0, &mut out);
    out
}

fn block(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth.min(MAX_DEPTH));
    match value {
        _ if out.len() > MAX_BYTES => {}
        Value::Dict(map) if !map.borrow().is_empty() && depth < MAX_DEPTH => {
            for (key, value) in map.borrow().iter() {
                let _ = write!(out, "{indent}{}:", print::plain(key.value()));
                nested(value, depth, out);
            }
        }
        Value::List(items) if !items.borrow().is_empty() && depth < MAX_DEPTH => {
            for item in items.borrow().iter() {
                let _ = write!(out, "{indent}-");
                nested(item, depth, out);
            }
        }
        other => {
            scalar(other, out);
            out.push('\n');
        }
    }
}

fn nested(value: &Value, depth: usize, out: &mut String) {
    let holds = match value {
        Value::Dict(map) => !map.borrow().is_empty(),
        Value::List(items) => !items.borrow().is_empty(),
        _ => false,
    };
    if holds {
        out.push('\n');
        block(value, depth + 1, out);
    } else {
        out.push(' ');
        scalar(value, out);
        out.push('\n');
    }
}

fn scalar(value: &Value, out: &mut String) {
    match value {
        Value::Str(text) if text.as_str().is_empty() || text.as_str().contains([':', '#', '\n', '\'', '"']) => {
            quoted(text.as_str(), out);
        }
        Value::Str(text) => out.push_str(text.as_str()),
        Value::Dict(_) => out.push_str("{}"),
        other => put(other, true, 0, out),
    }
}

/// The MD5 sum of a text, in hex (RFC 1321). dbt names things by it; nothing here relies on it being safe.
pub(in crate::template) fn md5(text: &str) -> String {
    let shifts = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let mut message = text.as_bytes().to_vec();
    let bits = (message.len() as u64).wrapping_mul(8);
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend(bits.to_le_bytes());
    let mut state: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    let constants = constants();
    for chunk in message.chunks_exact(64) {
        let word =
            |at: usize| chunk[at * 4..at * 4 + 4].iter().rev().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        let [mut a, mut b, mut c, mut d] = state;
        for round in 0..64_usize {
            let (mix, at) = match round / 16 {
                0 => ((b & c) | (!b & d), round),
                1 => ((d & b) | (!d & c), (5 * round + 1) % 16),
                2 => (b ^ c ^ d, (3 * round + 5) % 16),
                _ => (c ^ (b | !d), (7 * round) % 16),
            };
            let sum = a.wrapping_add(mix).wrapping_add(constants[round]).wrapping_add(word(at));
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(shifts[round / 16][round % 4]));
        }
        for (total, part) in state.iter_mut().zip([a, b, c, d]) {
            *total = total.wrapping_add(part);
        }
    }
    let mut out = String::new();
    for byte in state.iter().flat_map(|word| word.to_le_bytes()) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The 64 constants of the standard: the first 32 bits of the sines of 1 to 64.
#[expect(clippy::cast_sign_loss, reason = "the numbers are between 0 and 2^32")]
fn constants() -> [u32; 64] {
    let mut angle = 0.0_f64;
    [(); 64].map(|()| {
        angle += 1.0;
        (angle.sin().abs() * 4_294_967_296.0) as u32
    })
}

#[cfg(test)]
mod tests {
    use super::md5;

    #[test]
    fn md5_sums_are_those_of_the_standard() {
        assert_eq!(md5("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
        assert_eq!(md5(""), "d41d8cd98f00b204e9800998ecf8427e");
    }
}
