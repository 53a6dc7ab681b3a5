//! Types: the dialect's own spelling, and the family that decides what it can be compared with.

/// What kind of values a type has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Family {
    Integer,
    Decimal,
    Float,
    String,
    Boolean,
    Date,
    Time,
    Timestamp,
    Interval,
    Binary,
    Struct,
    Array,
    Map,
    Json,
    Geo,
    #[default]
    Unknown,
}

/// A SQL type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Type {
    /// As the dialect spells it, upper case, e.g. `DECIMAL(10,2)`; empty where unknown.
    pub name: String,
    pub family: Family,
    /// Fields of a struct, in order.
    pub fields: Vec<(String, Type)>,
    /// Element of an array, or value of a map.
    pub element: Option<Box<Type>>,
}
