//! One relation as every lineage format shows it: what it is, how much of it was understood, and its edges.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::algebra::Status;
use crate::lineage::ModelLineage;
use crate::text::Span;

/// A relation and its edges to its neighbours.
#[derive(Clone, Debug)]
pub struct Relation {
    /// Full name: `model.shop.orders`, `query`.
    pub name: String,
    pub kind: RelationKind,
    /// The file that defines it, from the repo root.
    pub path: Option<String>,
    pub status: Status,
    /// Why the status is not exact.
    pub why: Vec<String>,
    /// Where the reads of the edges stand, by their spans; those that no file shows are left out.
    pub places: BTreeMap<Span, ReadAt>,
    pub lineage: Arc<ModelLineage>,
}

/// Where a column is read. Lines and columns start at 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadAt {
    pub path: String,
    pub line: u32,
    pub column: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    Model,
    Source,
    Seed,
    Snapshot,
    Query,
    Table,
}

impl RelationKind {
    pub fn word(self) -> &'static str {
        match self {
            RelationKind::Model => "model",
            RelationKind::Source => "source",
            RelationKind::Seed => "seed",
            RelationKind::Snapshot => "snapshot",
            RelationKind::Query => "query",
            RelationKind::Table => "table",
        }
    }
}
