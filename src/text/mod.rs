//! Bytes and places: spans, files, line numbers, content addresses. Knows no SQL.

mod digest;
mod line_index;
pub mod pattern;
mod span;
mod suggest;

pub use digest::{Digest, Hasher};
pub use line_index::{LineColumn, LineIndex};
pub use span::{FileId, Place, Span};
pub use suggest::closest;
