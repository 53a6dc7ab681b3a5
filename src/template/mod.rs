//! A model's text in, Rendered SQL that remembers where each byte came from out. Knows nothing of SQL.

mod rendered;

pub use rendered::{Origin, Reference, Rendered, Segment, Unknown};
