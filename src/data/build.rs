//! Plain values in, the tree that writers take out: how higher floors make data without a text to read it from.

use super::{Key, Kind, Value};
use crate::text::Span;

impl Value {
    pub fn list(items: impl IntoIterator<Item = Value>) -> Self {
        Kind::List(items.into_iter().collect()).into()
    }

    /// A map in the order given; entries whose value is null are left out.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        let entries = entries.into_iter().filter(|(_, value)| !value.is_null());
        let entries = entries.map(|(key, value)| (Key { text: key.into(), span: Span::default() }, value));
        Kind::Map(entries.collect()).into()
    }

    pub fn texts<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Self {
        Value::list(items.into_iter().map(|item| item.as_ref().into()))
    }
}

impl From<Kind> for Value {
    fn from(kind: Kind) -> Self {
        Value { kind, span: Span::default() }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Kind::String(text.to_owned()).into()
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Kind::String(text).into()
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Kind::Bool(truth).into()
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Kind::Integer(i64::from(number)).into()
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Kind::Integer(i64::try_from(number).unwrap_or(i64::MAX)).into()
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(Value::null, Into::into)
    }
}
