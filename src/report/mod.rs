//! One answer, many formats: each a plain function from our own types to text. Decides nothing, reads no files.

mod check;
mod concise;

mod github;
pub mod json;

mod paint;
mod relation;
mod statistics;
mod text;



pub use check::{Check, ModelCount, Texts};
pub use concise::concise;

pub use github::github;

pub use paint::{Ink, Paint};
pub use relation::{Relation, RelationKind};
pub use statistics::{CauseCount, statistics};
pub use text::{summary, text};


