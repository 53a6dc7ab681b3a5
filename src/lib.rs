//! A git repo of SQL models in; what is wrong with it, where its columns come from and what a change means, out.
//!
#![doc = include_str!("README.md")]

pub mod text;
mod data;
mod diagnostic;
pub mod dialect;
mod repo;
mod forge;
mod project;
mod cache;
mod template;
pub mod syntax;
mod algebra;
mod lineage;
mod compile;
mod change;
mod impact;
mod lint;
mod plan;
mod report;
mod mcp;
pub mod lsp;
pub mod cli;

/// What the tests of the rule pages call.
pub use lint::{Page, index, table, verify};

/// What the bench of the style rules calls.
pub use lint::{Trial, sqlfluff, tree};

/// What the benches ask of the graph.
pub use lineage::{Bound, Direction, Follow, Graph, NodeId, Paths};
