//! SQL text in, trees out; never fails. Knows nothing of templates: it is handed SQL.
//!
//! The strict tree (sqlparser, behind our own Dialect facts) carries meaning; the tolerant tree (tree-sitter, our own
//! grammar) carries layout and broken text. A broken statement costs only itself.

mod bodies;
mod fault;
mod hooks;
mod lex;
mod limits;
mod mentions;
mod neighbours;
mod parsed;
mod plain;
mod rewrite;
mod role;
mod scan;
mod span;
mod split;
mod strict;
mod tolerant;
mod wrapper;

pub use lex::is_keyword;
pub use parsed::{Comment, Outline, Parsed, Statement, SyntaxError};
pub use plain::plain;
pub use role::Role;
pub use scan::scan;
/// The strict tree's nodes, for the floor that gives them meaning.
pub use sqlparser::ast;
/// The strict tree's own spans, which [`Parsed::span`] turns into bytes.
pub use sqlparser::tokenizer::Span as TreeSpan;
pub use strict::{STACK_BYTES, parse};
pub use tolerant::{Match, Node, Pattern, QueryError, Tolerant, tolerant};
