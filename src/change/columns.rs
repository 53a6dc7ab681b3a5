//! The columns of one relation at base and at head in, what differs of each out.

use crate::algebra::{Known, KnownColumn, Nullability};
use crate::dialect::Dialect;

/// One column's change: shape and content apart, and the worst of both in one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnChange {
    /// Head's name; of a removed column, base's.
    pub name: String,
    pub shape: Vec<Shape>,
    pub content: Content,
}

/// How a column differs for who only knows its name, type and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Added,
    Removed,
    /// The name it had.
    Renamed(String),
    /// The type it had.
    Retyped(String),
    Moved,
    Nullability,
}

/// Do its values differ, in the rows that stay?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Same,
    Changed,
    Unknown,
}

impl ColumnChange {
    pub(super) fn added(name: &str) -> Self {
        ColumnChange { name: name.to_owned(), shape: vec![Shape::Added], content: Content::Changed }
    }

    pub(super) fn removed(name: &str) -> Self {
        ColumnChange { name: name.to_owned(), shape: vec![Shape::Removed], content: Content::Changed }
    }

    /// The worst of its facts in one word, as JSON says it.
    pub fn word(&self) -> &'static str {
        let worst = |shape: &Shape| match shape {
            Shape::Removed => Some("removed"),
            Shape::Renamed(_) => Some("renamed"),
            Shape::Added => Some("added"),
            Shape::Retyped(_) => Some("retyped"),
            Shape::Moved | Shape::Nullability => None,
        };
        match self.shape.iter().find_map(worst) {
            Some(word) => word,
            None if self.content != Content::Same => "value_changed",
            None => "unchanged",
        }
    }

    /// Base's name or type, where head's is another.
    pub fn was(&self) -> Option<&str> {
        self.shape.iter().find_map(|shape| match shape {
            Shape::Renamed(was) | Shape::Retyped(was) => Some(was.as_str()),
            _ => None,
        })
    }

    pub fn is_change(&self) -> bool {
        self.word() != "unchanged"
    }

    pub fn is_removed(&self) -> bool {
        self.shape.contains(&Shape::Removed)
    }

    pub fn is_added(&self) -> bool {
        self.shape.contains(&Shape::Added)
    }

    /// The name under which base's readers knew it, if they cannot find it any more.
    pub fn lost_name(&self) -> Option<&str> {
        match self.shape.first() {
            Some(Shape::Removed) => Some(&self.name),
            Some(Shape::Renamed(was)) => Some(was),
            _ => None,
        }
    }
}

/// Compares columns by name; a removed one whose values an added one has, and no other, was renamed.
pub(super) fn columns(base: &Known, head: &Known, dialect: &Dialect) -> Vec<ColumnChange> {
    let key = |column: &KnownColumn| dialect.column_key(&column.name, column.quoted);
    let find = |side: &'_ Known, name: &str| side.columns.iter().position(|column| key(column) == name);
    let gone: Vec<&KnownColumn> = base.columns.iter().filter(|column| find(head, &key(column)).is_none()).collect();
    let fresh: Vec<&KnownColumn> = head.columns.iter().filter(|column| find(base, &key(column)).is_none()).collect();
    let renamed_from = |column: &KnownColumn| -> Option<&KnownColumn> {
        column.value?;
        let olds: Vec<&&KnownColumn> = gone.iter().filter(|old| old.value == column.value).collect();
        let news = fresh.iter().filter(|new| new.value == column.value).count();
        match olds.as_slice() {
            [only] if news == 1 => Some(only),
            _ => None,
        }
    };
    let mut renamed = Vec::new();
    let mut changes = Vec::new();
    let order = kept_order(base, head, &key);
    for column in &head.columns {
        if let Some(at) = find(base, &key(column)) {
            changes.push(compared(&base.columns[at], column, order.contains(&key(column))));
        } else if let Some(old) = renamed_from(column) {
            renamed.push(old.name.clone());
            let shape = vec![Shape::Renamed(old.name.clone())];
            changes.push(ColumnChange { name: column.name.clone(), shape, content: Content::Same });
        } else {
            changes.push(ColumnChange::added(&column.name));
        }
    }
    changes.extend(gone.iter().filter(|old| !renamed.contains(&old.name)).map(|old| ColumnChange::removed(&old.name)));
    changes
}

/// Keys of the columns whose place among the kept ones differs.
fn kept_order(base: &Known, head: &Known, key: &dyn Fn(&KnownColumn) -> String) -> Vec<String> {
    let head_keys: Vec<String> = head.columns.iter().map(key).collect();
    let base_keys: Vec<String> = base.columns.iter().map(key).filter(|name| head_keys.contains(name)).collect();
    let kept = head_keys.into_iter().filter(|name| base_keys.contains(name));
    kept.zip(&base_keys).filter(|(new, old)| new != *old).map(|(new, _)| new).collect()
}

fn compared(one: &KnownColumn, two: &KnownColumn, moved: bool) -> ColumnChange {
    let mut shape = Vec::new();
    let typed = |column: &KnownColumn| !column.ty.is_unknown();
    if typed(one) && typed(two) && !one.ty.same_as(&two.ty) {
        shape.push(Shape::Retyped(one.ty.name.clone()));
    }
    if moved {
        shape.push(Shape::Moved);
    }
    let said = |column: &KnownColumn| column.nullable != Nullability::Unknown;
    if said(one) && said(two) && one.nullable != two.nullable {
        shape.push(Shape::Nullability);
    }
    let content = match (one.value, two.value) {
        (Some(a), Some(b)) if a == b => Content::Same,
        (Some(_), Some(_)) => Content::Changed,
        _ => Content::Unknown,
    };
    ColumnChange { name: two.name.clone(), shape, content }
}
