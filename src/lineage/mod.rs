//! Relations in, Edges and the Graph of the whole repo out.

mod edges;
mod trace;

pub use edges::{ColumnLineage, Edge, ModelLineage, Via};
pub use trace::{ALL_COLUMNS, trace};
