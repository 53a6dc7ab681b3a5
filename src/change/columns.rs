//! The columns of one relation at base and at head in, what differs of each out.

use crate::algebra::{Known, KnownColumn, Nullability, Type};
use crate::dialect::Dialect;
use crate::text::Digest;

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
    /// The type it had, and how the new one relates to it.
    Retyped(String, Width),
    Moved,
    Nullability,
}

/// How a new type relates to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Every value of the old type is one of the new.
    Widened,
    /// Some values of the old type are none of the new.
    Narrowed,
    Other,
}

impl Width {
    pub fn word(self) -> &'static str {
        match self {
            Width::Widened => "widened",
            Width::Narrowed => "narrowed",
            Width::Other => "retyped",
        }
    }

    fn of(old: &Type, new: &Type) -> Self {
        match (old.widens_to(new), new.widens_to(old)) {
            (true, false) => Width::Widened,
            (false, true) => Width::Narrowed,
            _ => Width::Other,
        }
    }
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

    /// Leaves only what differs of its shape.
    pub(super) fn forget_content(&mut self) {
        self.content = Content::Same;
    }

    pub fn removed(name: &str) -> Self {
        ColumnChange { name: name.to_owned(), shape: vec![Shape::Removed], content: Content::Changed }
    }

    /// The worst of its facts in one word, as JSON says it.
    pub fn word(&self) -> &'static str {
        let worst = |shape: &Shape| match shape {
            Shape::Removed => Some("removed"),
            Shape::Renamed(_) => Some("renamed"),
            Shape::Added => Some("added"),
            Shape::Retyped(..) => Some("retyped"),
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
            Shape::Renamed(was) | Shape::Retyped(was, _) => Some(was.as_str()),
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
    // Of several with one name, the first is the first and the second the second.
    let partner = |place: usize, name: &str| {
        let nth = head.columns[..place].iter().filter(|column| key(column) == name).count();
        let mut same = (0..base.columns.len()).filter(|at| key(&base.columns[*at]) == name);
        same.nth(nth).or_else(|| find(base, name))
    };
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
    let (base_given, head_given) = (given(base), given(head));
    for (place, column) in head.columns.iter().enumerate() {
        if let Some(at) = partner(place, &key(column)) {
            let moved = order.contains(&key(column));
            changes.push(compared((&base.columns[at], base_given.get(at)), (column, head_given.get(place)), moved));
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

/// The values' fingerprints where declared keys of data from elsewhere count; none where neither side relies on any.
fn given(known: &Known) -> Vec<Option<Digest>> {
    let own = known.given.as_ref().map(|given| given.values.as_slice()).unwrap_or_default();
    known.columns.iter().enumerate().map(|(at, column)| own.get(at).copied().or(column.value)).collect()
}

type Prints<'k> = (&'k KnownColumn, Option<&'k Option<Digest>>);

fn compared((one, base_given): Prints<'_>, (two, head_given): Prints<'_>, moved: bool) -> ColumnChange {
    let mut shape = Vec::new();
    let typed = |column: &KnownColumn| !column.ty.is_unknown();
    if typed(one) && typed(two) && !one.ty.same_as(&two.ty) {
        shape.push(Shape::Retyped(one.ty.name.clone(), Width::of(&one.ty, &two.ty)));
    }
    if moved {
        shape.push(Shape::Moved);
    }
    let said = |column: &KnownColumn| column.nullable != Nullability::Unknown;
    if said(one) && said(two) && one.nullable != two.nullable {
        shape.push(Shape::Nullability);
    }
    let content = match (one.value, two.value) {
        (Some(a), Some(b)) if a == b || base_given == head_given => Content::Same,
        (Some(_), Some(_)) => Content::Changed,
        _ => Content::Unknown,
    };
    ColumnChange { name: two.name.clone(), shape, content }
}
