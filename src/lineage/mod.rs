//! Relations in, Edges and the Graph of the whole repo out.

mod edges;
mod graph;
mod trace;

pub use edges::{ColumnLineage, Edge, ModelLineage, Via};
pub use graph::{Follow, Graph, Link, NodeId};
pub use trace::trace;
