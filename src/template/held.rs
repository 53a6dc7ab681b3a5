//! Containers of values that can be dropped however deep they nest: `[[[..]]]` is taken apart one level at a time.

use std::cell::RefCell;
use std::fmt;
use std::ops::{Deref, DerefMut};

use super::value::{Map, Value};

/// A list's or dict's contents.
#[derive(Clone, Default)]
pub(super) struct Held<C: Contents>(C);

/// What can be taken apart into values.
pub(super) trait Contents: Default {
    /// Moves the values that hold values themselves to `out`; the rest is dropped.
    fn take_apart(self, out: &mut Vec<Value>);
}

impl Contents for Vec<Value> {
    fn take_apart(self, out: &mut Vec<Value>) {
        out.extend(self.into_iter().filter(holds_values));
    }
}

impl Contents for Map {
    fn take_apart(self, out: &mut Vec<Value>) {
        for (key, value) in self {
            out.extend([key.into_value(), value].into_iter().filter(holds_values));
        }
    }
}

fn holds_values(value: &Value) -> bool {
    matches!(
        value,
        Value::List(_) | Value::Tuple(_) | Value::Dict(_) | Value::Set(_) | Value::Function(_) | Value::Object(_)
    )
}

thread_local! {
    /// Values that wait to be dropped by the outermost drop under way on this thread.
    static WAITING: RefCell<Option<Vec<Value>>> = const { RefCell::new(None) };
}

impl<C: Contents> Held<C> {
    pub(super) fn new(contents: C) -> Self {
        Held(contents)
    }
}

impl<C: Contents> Drop for Held<C> {
    fn drop(&mut self) {
        let mut inner = Vec::new();
        std::mem::take(&mut self.0).take_apart(&mut inner);
        if inner.is_empty() {
            return;
        }
        let outermost = WAITING.with_borrow_mut(|waiting| match waiting {
            Some(waiting) => {
                waiting.append(&mut inner);
                false
            }
            None => {
                *waiting = Some(std::mem::take(&mut inner));
                true
            }
        });
        if !outermost {
            return;
        }
        while let Some(value) = WAITING.with_borrow_mut(|waiting| waiting.as_mut().and_then(Vec::pop)) {
            drop(value);
        }
        WAITING.set(None);
    }
}

impl<C: Contents> Deref for Held<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}

impl<C: Contents> DerefMut for Held<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.0
    }
}

impl<C: Contents + fmt::Debug> fmt::Debug for Held<C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}
