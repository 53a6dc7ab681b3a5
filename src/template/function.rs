//! What can be called, what it is given, and the scopes that names are looked up in.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::ast::Macro;
use super::stop::Stop;
use super::value::Value;

#[derive(Clone, Debug)]
pub(super) enum Function {
    /// A macro. `scope`: what its text can see besides the globals; none for the project's own macros.
    Macro { code: Arc<Macro>, scope: Option<Rc<Scope>>, calls: Option<u32> },
    /// A function of the context or of Jinja itself, by name.
    Native(&'static str),
    /// `value.name`, not yet called.
    Method(Value, Arc<str>),
}

impl PartialEq for Function {
    fn eq(&self, other: &Function) -> bool {
        match (self, other) {
            (Function::Macro { code: a, .. }, Function::Macro { code: b, .. }) => Arc::ptr_eq(a, b),
            (Function::Native(a), Function::Native(b)) => a == b,
            _ => false,
        }
    }
}

/// Names and their values, within those of the block around.
#[derive(Debug)]
pub(super) struct Scope {
    names: RefCell<Vec<(Arc<str>, Value)>>,
    outer: Option<Rc<Scope>>,
}

impl Scope {
    pub(super) fn new(outer: Option<Rc<Scope>>) -> Rc<Scope> {
        Rc::new(Scope { names: RefCell::new(Vec::new()), outer })
    }

    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let mut scope = Some(self);
        while let Some(here) = scope {
            if let Some((_, value)) = here.names.borrow().iter().find(|(known, _)| **known == *name) {
                return Some(value.clone());
            }
            scope = here.outer.as_deref();
        }
        None
    }

    pub(super) fn set(&self, name: &Arc<str>, value: Value) {
        let mut names = self.names.borrow_mut();
        match names.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => names.push((name.clone(), value)),
        }
    }

    /// The names of this block itself, in order.
    pub(super) fn own(&self) -> Vec<(Arc<str>, Value)> {
        self.names.borrow().clone()
    }

    /// Forgets everything: macros hold the scope they were defined in, which may hold them.
    pub(super) fn clear(&self) {
        let names = std::mem::take(&mut *self.names.borrow_mut());
        drop(names);
    }
}

/// What a call is given. Natives take what they know by [`Args::take`] and refuse the rest by [`Args::end`].
#[derive(Clone, Debug, Default)]
pub(super) struct Args {
    pub(super) positional: Vec<Value>,
    pub(super) named: Vec<(Arc<str>, Value)>,
}

impl Args {
    pub(super) fn one(value: Value) -> Args {
        Args { positional: vec![value], named: Vec::new() }
    }

    /// The argument at `index`, or the one called `name`.
    pub(super) fn get(&self, index: usize, name: &str) -> Option<&Value> {
        self.positional.get(index).or_else(|| self.named(name))
    }

    pub(super) fn named(&self, name: &str) -> Option<&Value> {
        self.named.iter().find(|(known, _)| **known == *name).map(|(_, value)| value)
    }

    /// The same, but it must be there.
    pub(super) fn need(&self, index: usize, name: &str) -> Result<&Value, Stop> {
        self.get(index, name).ok_or_else(|| Stop::fault(format!("the argument `{name}` is missing")))
    }

    /// A text that must be there.
    pub(super) fn text(&self, index: usize, name: &str) -> Result<&str, Stop> {
        let value = self.need(index, name)?;
        let wrong = || Stop::fault(format!("`{name}` must be a text, not {}", described(value)));
        value.as_str().ok_or_else(wrong)
    }

    pub(super) fn truth(&self, index: usize, name: &str) -> bool {
        self.get(index, name).is_some_and(Value::truth)
    }

    /// A length or position, negative ones being 0.
    pub(super) fn count(&self, index: usize, name: &str) -> Option<usize> {
        self.int(index, name).map(|number| usize::try_from(number.max(0)).unwrap_or(usize::MAX))
    }

    pub(super) fn int(&self, index: usize, name: &str) -> Option<i64> {
        self.get(index, name).and_then(Value::as_int)
    }
}

fn described(value: &Value) -> String {
    match value {
        Value::Undefined(name) => format!("the undefined `{name}`"),
        other => format!("a {}", other.kind()),
    }
}
