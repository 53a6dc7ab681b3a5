//! Edges of one query: for each output column what its value reads, and what decides which rows exist.

use crate::algebra::{Assumption, Nullability, Type};
use crate::text::Span;

/// How a column is read. Value kinds first, strongest first; row kinds after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    Identity,
    Transform,
    Aggregate,
    Window,
    Conditional,
    Filter,
    Join,
    GroupBy,
    Distinct,
    SetOperation,
    Sort,
    Limit,
    Unnest,
}

impl Via {
    pub fn word(self) -> &'static str {
        match self {
            Via::Identity => "identity",
            Via::Transform => "transform",
            Via::Aggregate => "aggregate",
            Via::Window => "window",
            Via::Conditional => "conditional",
            Via::Filter => "filter",
            Via::Join => "join",
            Via::GroupBy => "group_by",
            Via::Distinct => "distinct",
            Via::SetOperation => "set_operation",
            Via::Sort => "sort",
            Via::Limit => "limit",
            Via::Unnest => "unnest",
        }
    }
}

/// A read of one column of a neighbouring relation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// Id of the relation outside the query, e.g. `model.shop.stg_orders`.
    pub relation: String,
    pub column: String,
    /// The field or path within the column that is read, `customer.id`; `None` for all of it.
    pub field: Option<String>,
    pub via: Via,
    /// The read in the rendered text.
    pub span: Span,
}

impl Edge {
    /// The column, with the field of it that is read: `payload.customer`.
    pub fn spelled(&self) -> String {
        match &self.field {
            Some(field) => format!("{}.{field}", self.column),
            None => self.column.clone(),
        }
    }
}

/// A column of a neighbouring relation that the text names, or that a star of it brings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    pub relation: String,
    pub column: String,
    /// In the rendered text.
    pub span: Span,
}

/// One output column and what its value reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnLineage {
    pub name: String,
    pub ty: Type,
    pub nullable: Nullability,
    /// Sorted by relation, column, via; the strongest kind per column.
    pub inputs: Vec<Edge>,
    /// The definition in the rendered text.
    pub span: Span,
}

/// The edges of one model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelLineage {
    pub columns: Vec<ColumnLineage>,
    /// What decides which rows exist, how often, or which of them a LIMIT takes.
    pub rows: Vec<Edge>,
    /// Proved or not.
    pub keys: Vec<Vec<String>>,
    /// Those of the keys, and of the columns that are never NULL, which nothing proves.
    pub assumed: Vec<Assumption>,
    /// Ids of relations whose unknown columns pass through a star to the reader.
    pub stars: Vec<String>,
    /// Ids of all relations it reads, sorted.
    pub depends_on: Vec<String>,
    /// All columns it names, sorted: the query fails where one is missing, also where its values change nothing.
    pub named: Vec<Named>,
}
