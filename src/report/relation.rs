//! One relation as every lineage format shows it: what it is, how much of it was understood, and its edges.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::algebra::{KnownColumn, Query, Status};
use crate::lineage::{Edge, ModelLineage};
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
    /// The queries that the edges were read from.
    pub queries: Vec<Arc<Query>>,
}

/// How sure it is that a read means this column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sureness {
    /// Its relation is known to have it.
    Exact,
    /// Nobody declares it; it is known by this use.
    Inferred,
    /// Several relations may have it, and the text does not say which is meant.
    Ambiguous,
}

impl Sureness {
    pub fn word(self) -> &'static str {
        match self {
            Sureness::Exact => "exact",
            Sureness::Inferred => "inferred",
            Sureness::Ambiguous => "ambiguous",
        }
    }
}

/// What the algebra calls a mention that several relations may answer.
const AMBIGUOUS: &str = "ambiguous column";

impl Relation {
    /// `None` where no query of this relation reads the edge's relation itself.
    pub fn sureness(&self, edge: &Edge) -> Option<Sureness> {
        let doubts = self.queries.iter().flat_map(|query| &query.why);
        if doubts.clone().any(|why| why.cause == AMBIGUOUS && why.span == edge.span) {
            return Some(Sureness::Ambiguous);
        }
        let reads = self.queries.iter().flat_map(|query| &query.reads);
        let mut known = reads.filter(|input| input.id == edge.relation).map(|input| input.known.as_ref()).peekable();
        known.peek()?;
        // A field of a struct is as sure as the struct.
        let is = |column: &KnownColumn| {
            let rest = edge.column.get(column.name.len()..).filter(|rest| rest.is_empty() || rest.starts_with('.'));
            rest.is_some() && edge.column[..column.name.len()].eq_ignore_ascii_case(&column.name)
        };
        let declared = known.flatten().any(|known| known.columns.iter().any(is));
        Some(if declared { Sureness::Exact } else { Sureness::Inferred })
    }
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
