//! YAML values in, diagnostics out where their shape is not what dbt expects.

use crate::data::{Fault, Key, Kind, Value};
use crate::diagnostic::Diagnostic;
use crate::text::{FileId, Place, closest};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Map,
    List,
}

impl Shape {
    fn words(self) -> &'static str {
        match self {
            Shape::Map => "a map (`key: value`)",
            Shape::List => "a list (`- item`)",
        }
    }
}

/// Whether the value has the shape (an empty value has every shape); if not, says so.
pub(super) fn expect(value: &Value, shape: Shape, what: &str, file: &FileId, said: &mut Vec<Diagnostic>) -> bool {
    let right =
        matches!((&value.kind, shape), (Kind::Null, _) | (Kind::Map(_), Shape::Map) | (Kind::List(_), Shape::List));
    if !right {
        let message = format!("{what} should be {}, but this is {}, so it is not read.", shape.words(), found(value));
        said.push(wrong(file, value, message));
    }
    right
}

/// A fault of shape at a value.
pub(super) fn wrong(file: &FileId, value: &Value, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("wrong-yaml-shape", Place::new(file, value.span), message)
}

pub(in crate::project::readers) fn yaml_error(file: &FileId, fault: &Fault) -> Diagnostic {
    let message =
        format!("This is not valid YAML: {}. Nothing in the file is read.", fault.message.trim_end_matches('.'));
    Diagnostic::error("yaml-error", Place::new(file, fault.span), message)
}

/// A key that nobody reads, with the one that was probably meant.
pub(super) fn unknown_key(file: &FileId, key: &Key, holder: &str, known: &[&str]) -> Diagnostic {
    let message = format!("`{}` is no key of {holder}, so dbt does not read it.", key.text);
    let diagnostic = Diagnostic::warn("unknown-yaml-key", Place::new(file, key.span), message);
    match closest(&key.text, known.iter().copied()) {
        Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
        None => diagnostic.help("Remove it, or put it where dbt reads it."),
    }
}

/// Says keys of an entry that are nearly, but not quite, known ones: others may be a newer dbt's.
pub(super) fn typos(value: &Value, holder: &str, known: &[&str], file: &FileId, said: &mut Vec<Diagnostic>) {
    for (key, _) in value.entries() {
        let near = || closest(&key.text, known.iter().copied());
        if !known.contains(&key.text.as_str()) && near().is_some_and(|near| one_letter_off(near, &key.text)) {
            said.push(unknown_key(file, key, holder, known));
        }
    }
}

/// Whether one letter added, left out, changed or two swapped make one word the other.
fn one_letter_off(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len().abs_diff(right.len()) > 1 {
        return false;
    }
    let head = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let tail = left[head..].iter().rev().zip(right[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[head..left.len() - tail], &right[head..right.len() - tail]);
    match (left, right) {
        ([a, b], [c, d]) => a == d && b == c,
        _ => left.len() <= 1 && right.len() <= 1,
    }
}

fn found(value: &Value) -> &'static str {
    match value.kind {
        Kind::Map(_) => "a map",
        Kind::List(_) => "a list",
        Kind::String(_) => "text",
        Kind::Null => "nothing",
        Kind::Bool(_) => "true or false",
        Kind::Integer(_) | Kind::Float(_) => "a number",
    }
}

#[cfg(test)]
mod tests {
    use super::one_letter_off;

    #[test]
    fn one_slip_is_a_typo_and_two_are_another_word() {
        for (left, right) in [("columns", "colums"), ("columns", "column"), ("tests", "tsets"), ("meta", "mata")] {
            assert!(one_letter_off(left, right), "{left} {right}");
        }
        for (left, right) in [("columns", "volumes"), ("tests", "tags"), ("name", "alias")] {
            assert!(!one_letter_off(left, right), "{left} {right}");
        }
    }
}
