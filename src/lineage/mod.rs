//! Relations in, Edges and the Graph of the whole repo out.

mod edges;
mod graph;
mod trace;

pub use edges::{ColumnLineage, Edge, ModelLineage, Via};
pub use graph::{Follow, Graph, Link, Node, NodeId, Reached};
pub use trace::{ALL_COLUMNS, trace};
