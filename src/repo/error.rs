//! What can go wrong between us and the repo: each with the path or ref it happened to.

use std::path::PathBuf;

/// The world is wrong, not the user's SQL: the command cannot run.
#[derive(Debug, thiserror::Error)]
pub enum RepoError {
    #[error("{} does not exist", path.display())]
    NoSuchFolder { path: PathBuf },
    #[error("{} is not in a git repository", path.display())]
    NotARepo { path: PathBuf },
    #[error("`{reference}` names no commit, branch or tag")]
    UnknownRef { reference: String, similar: Option<String> },
    #[error("`{base}` and `{head}` have no common commit")]
    NoMergeBase { base: String, head: String, shallow: bool },
    #[error("no default branch was found to compare with")]
    NoDefaultBranch,
    #[error("{} cannot be read: {why}", path.display())]
    Unreadable { path: PathBuf, why: String },
    #[error("{} cannot be written: {why}", path.display())]
    Unwritable { path: PathBuf, why: String },
    #[error("git: {why}")]
    Git { why: String },
}
