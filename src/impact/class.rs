//! One model's change and who reads it in, its class and verdict out.

use std::collections::BTreeMap;

use super::broken::Break;
use crate::change::{ColumnChange, Content, ModelChange, Presence, Rows, Shape, Width};
use crate::compile::Compilation;

/// What a change is for who consumes the model. Ordered: the last is the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    None,
    Cosmetic,
    Metadata,
    Guard,
    UnreadRemoval,
    Additive,
    Operational,
    Values,
    Unknown,
    Rows,
    Grain,
    Breaking,
}

/// What it means for one consumer. Ordered: the last is the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    Stays,
    Differs,
    Breaks,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Stays => "stays",
            Verdict::Differs => "differs",
            Verdict::Breaks => "breaks",
        }
    }
}

impl Class {
    pub fn word(self) -> &'static str {
        match self {
            Class::None => "none",
            Class::Cosmetic => "cosmetic",
            Class::Metadata => "metadata",
            Class::Guard => "guard",
            Class::UnreadRemoval => "unread_removal",
            Class::Additive => "additive",
            Class::Operational => "operational",
            Class::Values => "values",
            Class::Unknown => "unknown",
            Class::Rows => "rows",
            Class::Grain => "grain",
            Class::Breaking => "breaking",
        }
    }

    /// What the class means, in a few words for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Class::None => "nothing differs",
            Class::Cosmetic => "another text, the same meaning",
            Class::Metadata => "descriptions, tags or owner",
            Class::Guard => "tests, contract or constraints",
            Class::UnreadRemoval => "something is gone that nobody reads",
            Class::Additive => "new columns, all else the same",
            Class::Operational => "stored or loaded in another way",
            Class::Values => "the same rows, other values",
            Class::Unknown => "not understood well enough to say",
            Class::Rows => "other rows",
            Class::Grain => "a key is lost: rows may repeat",
            Class::Breaking => "what is read is gone or no longer fits",
        }
    }

    /// May its rows, values or columns differ?
    pub fn changes_data(self) -> bool {
        !matches!(self, Class::None | Class::Cosmetic | Class::Metadata | Class::Guard | Class::Operational)
    }

    /// Must the model be built again?
    pub fn rebuilds(self) -> bool {
        !matches!(self, Class::None | Class::Cosmetic | Class::Metadata | Class::Guard)
    }

    pub(super) fn verdict(self, broken: bool) -> Verdict {
        match self {
            Class::Breaking if broken => Verdict::Breaks,
            class if class.changes_data() => Verdict::Differs,
            _ => Verdict::Stays,
        }
    }
}

/// The worst of what a change is.
pub(super) fn class(
    change: &ModelChange,
    broken: Option<&Break>,
    base: &Compilation,
    head: &Compilation,
    all: &BTreeMap<String, Break>,
) -> Class {
    let lost = change.columns.iter().filter_map(|column| column.lost_name());
    let is_read = |name: Option<&str>| super::broken::is_missed(&change.id, name, base, head, all);
    if broken.is_some() {
        return Class::Breaking;
    }
    match change.presence {
        Presence::Added => return Class::Additive,
        Presence::Removed if is_read(None) => return Class::Breaking,
        Presence::Removed => return Class::UnreadRemoval,
        Presence::Kept => {}
    }
    let lost: Vec<&str> = lost.collect();
    let retyped = change.columns.iter().any(|column| matches!(column.shape.first(), Some(Shape::Retyped(..))));
    let values = change.columns.iter().any(|column| {
        column.content != Content::Same && column.shape.iter().all(|s| !matches!(s, Shape::Added | Shape::Removed))
    });
    let added = change.columns.iter().any(ColumnChange::is_added);
    let mut class = own_class(change);
    let mut worst = |test: bool, other: Class| class = if test { class.max(other) } else { class };
    worst(added, Class::Additive);
    worst(!lost.is_empty(), Class::UnreadRemoval);
    worst(values || retyped, Class::Values);
    worst(change.unknown || change.rows == Rows::Unknown, Class::Unknown);
    worst(change.rows != Rows::Same && change.rows != Rows::Unknown, Class::Rows);
    worst(!change.keys_lost.is_empty(), Class::Grain);
    worst(lost.iter().any(|name| is_read(Some(name))), Class::Breaking);
    let narrowed = |column: &&ColumnChange| matches!(column.shape.first(), Some(Shape::Retyped(_, Width::Narrowed)));
    let narrowed: Vec<&ColumnChange> = change.columns.iter().filter(narrowed).collect();
    worst(narrowed.iter().any(|column| super::consumers::names(&change.id, Some(&column.name), head)), Class::Breaking);
    class
}

/// What the edit is if no data differs.
fn own_class(change: &ModelChange) -> Class {
    let moved = change.columns.iter().any(|column| column.shape.contains(&Shape::Moved));
    if !change.own.storage.is_empty() {
        Class::Operational
    } else if change.own.guard.is_changed() {
        Class::Guard
    } else if change.own.metadata || moved {
        Class::Metadata
    } else if change.own.text || change.own.rendered {
        Class::Cosmetic
    } else {
        Class::None
    }
}
