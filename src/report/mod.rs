//! One answer, many formats: each a plain function from our own types to text. Decides nothing, reads no files.

mod check;
mod concise;
mod dot;
mod github;
pub mod json;
mod mermaid;
mod paint;
mod relation;
mod rules;
mod schemas;
mod statistics;
mod text;
mod tree;
mod walk;

pub use check::{Check, Texts};
pub use concise::concise;
pub use dot::dot;
pub use github::github;
pub use mermaid::mermaid;
pub use paint::{Ink, Paint};
pub use relation::{Relation, RelationKind};
pub use rules::{page, rules, rules_markdown};
pub use schemas::schemas;
pub use statistics::{CauseCount, causes, statistics};
pub use text::{summary, text};
pub use tree::{headline, loose_tree, tree};
pub use walk::{Direction, Walk, WalkNode, WalkStep, walk};
