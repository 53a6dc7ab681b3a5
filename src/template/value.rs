//! The values of templates, as Python has them: shared lists and dicts that can change, whole numbers of any size.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::FixedState;
use indexmap::{Equivalent, IndexMap};
use num_bigint::BigInt;

use super::context::object::Object;
use super::function::Function;
use super::held::Held;
use super::marked::Text;
use super::operators;

pub(super) type List = Rc<RefCell<Held<Vec<Value>>>>;
pub(super) type Dict = Rc<RefCell<Held<Map>>>;
/// A map that keeps the order of its entries, hashed the same in every run.
pub(super) type Index<K, V> = IndexMap<K, V, FixedState>;

pub(super) type Map = Index<Key, Value>;

#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A name that stands for nothing; not the same as an argument that was not given.
    Undefined(Rc<str>),
    /// Only a warehouse or an absent package could tell; whatever is made of it is unknown too.
    Unknown,
    None,
    Bool(bool),
    Int(i64),
    Big(Rc<BigInt>),
    Float(f64),
    Str(Text),
    List(List),
    Tuple(Rc<Held<Vec<Value>>>),
    Dict(Dict),
    /// Keys alone, in order of arrival.
    Set(Dict),
    Function(Rc<Function>),
    Object(Rc<Object>),
}

impl Value {
    pub(super) fn text(text: impl Into<Text>) -> Value {
        Value::Str(text.into())
    }

    pub(super) fn list(items: impl IntoIterator<Item = Value>) -> Value {
        Value::List(Rc::new(RefCell::new(Held::new(items.into_iter().collect()))))
    }

    pub(super) fn tuple(items: impl IntoIterator<Item = Value>) -> Value {
        Value::Tuple(Rc::new(Held::new(items.into_iter().collect())))
    }

    pub(super) fn dict(entries: impl IntoIterator<Item = (Key, Value)>) -> Value {
        Value::Dict(Rc::new(RefCell::new(Held::new(entries.into_iter().collect()))))
    }

    /// A dict with texts as keys.
    pub(super) fn record<'n>(entries: impl IntoIterator<Item = (&'n str, Value)>) -> Value {
        Value::dict(entries.into_iter().map(|(name, value)| (Key::text(name), value)))
    }

    pub(super) fn set(items: impl IntoIterator<Item = Key>) -> Value {
        Value::Set(Rc::new(RefCell::new(Held::new(items.into_iter().map(|key| (key, Value::None)).collect()))))
    }

    pub(super) fn function(function: Function) -> Value {
        Value::Function(Rc::new(function))
    }

    pub(super) fn object(object: Object) -> Value {
        Value::Object(Rc::new(object))
    }

    pub(super) fn undefined(name: &str) -> Value {
        Value::Undefined(Rc::from(name))
    }

    /// A length or position.
    pub(super) fn count(count: usize) -> Value {
        Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// The smallest form of a whole number.
    pub(super) fn big(number: BigInt) -> Value {
        i64::try_from(&number).map_or_else(|_| Value::Big(Rc::new(number)), Value::Int)
    }

    pub(super) fn option(text: Option<&str>) -> Value {
        text.map_or(Value::None, Value::text)
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text.as_str()),
            _ => None,
        }
    }

    pub(super) fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            Value::Bool(value) => Some(i64::from(*value)),
            _ => None,
        }
    }

    /// A length or position that is not negative.
    pub(super) fn as_count(&self) -> Option<usize> {
        self.as_int().and_then(|number| usize::try_from(number).ok())
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    pub(super) fn is_undefined(&self) -> bool {
        matches!(self, Value::Undefined(_))
    }

    /// A list, tuple or text.
    pub(super) fn is_sequence(&self) -> bool {
        match self {
            Value::Object(object) => object.is_sequence(),
            _ => matches!(self, Value::List(_) | Value::Tuple(_) | Value::Str(_)),
        }
    }

    pub(super) fn is_mapping(&self) -> bool {
        match self {
            Value::Object(object) => object.is_mapping(),
            _ => matches!(self, Value::Dict(_)),
        }
    }

    /// What Python calls truth.
    pub(super) fn truth(&self) -> bool {
        match self {
            Value::Undefined(_) | Value::Unknown | Value::None => false,
            Value::Bool(value) => *value,
            Value::Int(number) => *number != 0,
            Value::Big(_) | Value::Function(_) => true,
            Value::Float(number) => *number != 0.0,
            Value::Str(text) => !text.as_str().is_empty(),
            Value::List(items) => !items.borrow().is_empty(),
            Value::Tuple(items) => !items.is_empty(),
            Value::Dict(map) | Value::Set(map) => !map.borrow().is_empty(),
            Value::Object(object) => object.truth(),
        }
    }

    /// The name of its kind, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Value::Undefined(_) => "undefined",
            Value::Unknown => "unknown",
            Value::None => "none",
            Value::Bool(_) => "boolean",
            Value::Int(_) | Value::Big(_) => "number",
            Value::Float(_) => "float",
            Value::Str(_) => "text",
            Value::List(_) => "list",
            Value::Tuple(_) => "tuple",
            Value::Dict(_) => "dict",
            Value::Set(_) => "set",
            Value::Function(_) => "function",
            Value::Object(object) => object.kind(),
        }
    }
}

/// A value that may be a key: equal keys are equal values (`1`, `1.0` and `true` are one key, as in Python).
#[derive(Clone, Debug)]
pub(super) struct Key(Value);

impl Key {
    /// `None` for values that can change, which no dict takes as keys.
    pub(super) fn new(value: Value) -> Option<Key> {
        fits(&value, &mut { MAX_KEY }).then_some(Key(value))
    }

    pub(super) fn text(text: &str) -> Key {
        Key(Value::text(text))
    }

    pub(super) fn name(name: &Arc<str>) -> Key {
        Key(Value::text(name.clone()))
    }

    pub(super) fn into_value(self) -> Value {
        self.0
    }

    pub(super) fn value(&self) -> &Value {
        &self.0
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        self.0.as_str()
    }
}

/// Keys of more parts than this are refused.
const MAX_KEY: usize = 10_000;

fn fits(value: &Value, left: &mut usize) -> bool {
    *left = left.saturating_sub(1);
    match value {
        Value::List(_) | Value::Dict(_) | Value::Set(_) => false,
        Value::Tuple(items) => *left > 0 && items.iter().all(|item| fits(item, left)),
        _ => true,
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        operators::equal(&self.0, &other.0)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(&self.0, state);
    }
}

fn hash<H: Hasher>(value: &Value, state: &mut H) {
    match value {
        Value::Str(text) => text.as_str().hash(state),
        Value::Int(number) => number.hash(state),
        Value::Bool(value) => i64::from(*value).hash(state),
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 9e18 => (*number as i64).hash(state),
        Value::Float(number) => number.to_bits().hash(state),
        Value::Big(number) => number.hash(state),
        Value::Tuple(items) => items.iter().for_each(|item| hash(item, state)),
        Value::Object(object) => object.path().hash(state),
        other => other.kind().hash(state),
    }
}

/// A text that stands for its key in lookups.
pub(super) struct Name<'n>(pub(super) &'n str);

impl Hash for Name<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Equivalent<Key> for Name<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        key.as_str() == Some(self.0)
    }
}
