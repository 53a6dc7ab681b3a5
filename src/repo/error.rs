//! What can go wrong between us and the repo: each with the path or ref it happened to.

use std::path::PathBuf;

/// The world is wrong, not the user's SQL: the command cannot run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RepoError {
    #[error("{} does not exist", path.display())]
    NoSuchFolder { path: PathBuf },
    #[error("{} is not in a git repository", path.display())]
    NotARepo { path: PathBuf },
    #[error("{} is a bare repository: it has no working tree and no index", path.display())]
    Bare { path: PathBuf },
    #[error("`{reference}` names no commit, branch or tag")]
    UnknownRef { reference: String, similar: Option<String>, shallow: bool },
    #[error("{variable} names `{reference}` as the base, which is not in this clone")]
    BaseNotFetched { variable: String, reference: String },
    #[error("`{base}` and `{head}` have no common commit{}", if *shallow { " in this shallow clone" } else { "" })]
    NoMergeBase { base: String, head: String, shallow: bool },
    #[error("the commit that the change is measured from is not in this clone{}", why.as_ref().map(|why| format!(": {why}")).unwrap_or_default())]
    NotFetched { command: String, why: Option<String> },
    #[error("no default branch was found to compare with")]
    NoDefaultBranch,
    #[error("{path} is not among the files of {moment}")]
    NoSuchFile { path: String, moment: String },
    #[error("the content of {path} is not in this clone, which is partial or damaged")]
    MissingContent { path: String },
    #[error("{path} has {size} bytes, and {limit} is the most we read")]
    TooLarge { path: String, size: u64, limit: u64 },
    #[error("{} cannot be read: {why}", path.display())]
    Unreadable { path: PathBuf, why: String },
    #[error("{} cannot be written: {why}", path.display())]
    Unwritable { path: PathBuf, why: String },
    #[error("git: {why}")]
    Git { why: String },
}

impl RepoError {
    /// What to do about it, in one sentence.
    pub fn help(&self) -> Option<String> {
        match self {
            RepoError::UnknownRef { similar: Some(similar), .. } => Some(format!("Did you mean `{similar}`?")),
            RepoError::UnknownRef { shallow: true, .. } | RepoError::NoMergeBase { shallow: true, .. } => {
                Some("Fetch the history: `git fetch --unshallow` (in CI: `fetch-depth: 0`).".to_owned())
            }
            RepoError::UnknownRef { reference, .. } => Some(format!("Fetch it: `git fetch origin {reference}`.")),
            RepoError::BaseNotFetched { reference, .. } => {
                Some(format!("Fetch it with its history: `git fetch origin {reference}` (in CI: `fetch-depth: 0`)."))
            }
            RepoError::NotFetched { command, .. } => Some(format!(
                "Fetch it first: `{command}`; or let the checkout bring the history (`fetch-depth: 0`, `GIT_DEPTH: 0`)."
            )),
            RepoError::NoMergeBase { .. } => Some("Name another base with `--base REF`.".to_owned()),
            RepoError::NoDefaultBranch => Some("Name one with `--base REF`.".to_owned()),
            RepoError::MissingContent { .. } => Some("Fetch what is missing: `git fetch --refetch`.".to_owned()),
            RepoError::NotARepo { .. } => Some("Run inside a clone, or `git init` first.".to_owned()),
            _ => None,
        }
    }
}
