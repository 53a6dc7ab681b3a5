//! Relations in, Edges and the Graph of the whole repo out.

mod build;
mod closure;
mod edges;
mod graph;
mod paths;
mod slots;
#[cfg(test)]
mod tests;
mod trace;

pub use closure::Closure;
pub use edges::{ColumnLineage, Edge, ModelLineage, Named, Via};
pub use graph::{Direction, Follow, Graph, Link, Node, NodeId};
pub use paths::{Bound, Paths};
pub use trace::trace;
