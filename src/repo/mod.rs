//! Git objects, index, working tree and editor buffers in; Snapshots out. The only floor that reads the user's files.
//!
//! Start at [`Repo::discover`]. Base and head are two [`Snapshot`]s; nothing is ever checked out or stashed, and
//! nothing fetched but by [`Checkout::base`], which build agents ask.
//! libgit2 answers where it can, the installed git where libgit2 refuses a repo. [`Disk`] is for what git ignores and
//! we need all the same: installed packages, artifacts, profiles.

#![expect(
    clippy::disallowed_methods,
    reason = "this floor is the one that files, environment and git are reached through"
)]

mod base;
mod command;
mod content;
mod disk;
mod error;
mod fetch;
mod folder;
mod libgit;
mod links;
mod repository;
mod sample;
mod snapshot;
mod stat;
mod store;
mod worktree;

pub use base::variable;
pub use content::Text;
pub use disk::{Disk, write_atomic};
pub use error::RepoError;
pub use fetch::{Checkout, Pushed};
pub use repository::Repo;
pub use sample::{Commit, init_sample};
pub use snapshot::{Moment, Snapshot};

#[cfg(test)]
mod tests;
