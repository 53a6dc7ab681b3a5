//! Git objects, index, working tree and editor buffers in; Snapshots out. The only floor that reads the user's files.

mod error;
mod snapshot;

pub use error::RepoError;
pub use snapshot::{Moment, Snapshot};
