//! Relations in, Edges and the Graph of the whole repo out.

mod edges;

pub use edges::{ColumnLineage, Edge, ModelLineage, Via};
