//! One tree for every data format: scalars, lists and ordered maps, each with its span in the text.

use crate::text::Span;

/// A value and where it stands in the text it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    pub kind: Kind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    String(String),
    List(Vec<Value>),
    /// In the order of the text; of a repeated key the last one counts.
    Map(Vec<(Key, Value)>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub text: String,
    pub span: Span,
}

/// Why a text could not be read as data, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    pub message: String,
    pub span: Span,
}

impl Value {
    pub fn null() -> Self {
        Value { kind: Kind::Null, span: Span::default() }
    }

    /// The value under `key`, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries().iter().rev().find(|(k, _)| k.text == key).map(|(_, value)| value)
    }

    /// The value under a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// Key and value pairs; empty for anything but a map.
    pub fn entries(&self) -> &[(Key, Value)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; empty for anything but a list.
    pub fn items(&self) -> &[Value] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    pub fn str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub fn integer(&self) -> Option<i64> {
        match self.kind {
            Kind::Integer(value) => Some(value),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        self.kind == Kind::Null
    }

    /// A scalar as text, as it would be written; `None` for lists and maps.
    pub fn scalar(&self) -> Option<String> {
        match &self.kind {
            Kind::Null => Some(String::new()),
            Kind::Bool(value) => Some(value.to_string()),
            Kind::Integer(value) => Some(value.to_string()),
            Kind::Float(value) => Some(value.to_string()),
            Kind::String(value) => Some(value.clone()),
            Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// As one line of text, to compare or to show: lists and maps too, their items with commas between.
    pub fn in_one_line(&self) -> String {
        if let Some(text) = self.scalar() {
            return text;
        }
        let items = self.items().iter().map(Value::in_one_line);
        let entries = self.entries().iter().map(|(key, value)| format!("{}: {}", key.text, value.in_one_line()));
        items.chain(entries).collect::<Vec<_>>().join(", ")
    }

    /// A string, or a list of strings: YAML's habit of writing one item without its list.
    pub fn strings(&self) -> Vec<String> {
        match &self.kind {
            Kind::List(items) => items.iter().filter_map(Value::scalar).collect(),
            Kind::Null | Kind::Map(_) => Vec::new(),
            _ => self.scalar().into_iter().collect(),
        }
    }
}
