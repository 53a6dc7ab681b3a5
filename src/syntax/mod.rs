//! SQL text in, trees out; never fails. Knows nothing of templates: it is handed SQL.
//!
//! The strict tree (sqlparser, behind our own Dialect facts) carries meaning; the tolerant tree (tree-sitter, our own
//! grammar) carries layout and broken text. A broken statement costs only itself.

mod parsed;

pub use parsed::{Comment, Parsed, Statement, SyntaxError};
/// The strict tree's nodes, for the floor that gives them meaning.
pub use sqlparser::ast;
