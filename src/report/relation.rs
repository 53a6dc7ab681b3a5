//! One relation as every lineage format shows it: what it is, how much of it was understood, and its edges.

use std::sync::Arc;

use crate::algebra::Status;
use crate::lineage::ModelLineage;

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
    pub lineage: Arc<ModelLineage>,
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
