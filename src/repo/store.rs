//! Where a repo's content lives: what every kind of store must answer, and the ids they answer with.

use std::path::Path;

use super::RepoError;
use super::stat::Stat;
use crate::text::{Digest, Hasher};

/// A git object id, SHA-1 or SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ObjectId {
    bytes: [u8; 32],
    len: u8,
}

impl ObjectId {
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut id = ObjectId { bytes: [0; 32], len: bytes.len() as u8 };
        id.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(id)
    }

    pub(super) fn from_hex(hex: &str) -> Option<Self> {
        let byte = |at: usize| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(byte).collect();
        bytes.filter(|bytes| matches!(bytes.len(), 20 | 32)).and_then(|bytes| ObjectId::from_bytes(&bytes))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len as usize]
    }

    pub(super) fn hex(&self) -> String {
        self.as_bytes().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
    }

    /// The address of the content the id names.
    pub(super) fn digest(&self) -> Digest {
        let mut hasher = Hasher::new("blob");
        hasher.bytes(self.as_bytes());
        hasher.finish()
    }
}

/// The parents in the text of a commit.
pub(super) fn parents_in(commit: &str) -> Vec<ObjectId> {
    let head = commit.lines().take_while(|line| !line.is_empty());
    head.filter_map(|line| ObjectId::from_hex(line.strip_prefix("parent ")?)).collect()
}

/// One path as a store lists it.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) path: String,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// Content that git holds.
    Blob(ObjectId),
    /// A file on disk that equals a blob for as long as its stat stays.
    Clean(ObjectId, Stat),
    /// A file on disk whose content git may not hold.
    Loose,
    /// A symbolic link and the path it names, relative to where it stands.
    Link(String),
    /// A path that is left out, and why.
    Skipped(&'static str),
}

pub(super) const SUBMODULE: &str = "a submodule: its files are not part of this repository";
pub(super) const NESTED: &str = "a repository of its own inside this one";
pub(super) const CONFLICT: &str = "it has an unresolved merge conflict";
pub(super) const NOT_UTF8: &str = "its path is not UTF-8";

/// Why a blob cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Missing,
    TooLarge { size: u64, limit: u64 },
    Other(String),
}

impl Trouble {
    pub(super) fn at(self, path: &str) -> RepoError {
        let path = path.to_owned();
        match self {
            Trouble::Missing => RepoError::MissingContent { path },
            Trouble::TooLarge { size, limit } => RepoError::TooLarge { path, size, limit },
            Trouble::Other(why) => RepoError::Unreadable { path: path.into(), why },
        }
    }
}

/// What a Repo asks of git, whoever answers: libgit2, or the installed git where libgit2 refuses.
pub(super) trait Store: Send + Sync {
    /// The commit that a revision names.
    fn commit(&self, revision: &str) -> Option<ObjectId>;
    fn tree(&self, commit: ObjectId) -> Result<Vec<Listed>, String>;
    fn index(&self) -> Result<Vec<Listed>, String>;
    /// Tracked files and untracked ones that are not ignored, as they are on disk under `root`.
    fn worktree(&self, root: &Path) -> Result<Vec<Listed>, String>;
    fn blob(&self, id: ObjectId, limit: u64) -> Result<Vec<u8>, Trouble>;
    /// The id that git would give to `bytes` as a file.
    fn hash(&self, bytes: &[u8]) -> Result<ObjectId, String>;
    /// When a commit was made, in seconds since 1970.
    fn time(&self, commit: ObjectId) -> Option<i64>;
    /// The parents that a commit names, whether or not this clone has them.
    fn parents(&self, commit: ObjectId) -> Vec<ObjectId>;
    fn merge_base(&self, base: ObjectId, head: ObjectId) -> Option<ObjectId>;
    /// Short names of all branches and tags, sorted.
    fn names(&self) -> Vec<String>;
    /// What a symbolic ref such as `refs/remotes/origin/HEAD` points to, in full.
    fn target_of(&self, symbolic: &str) -> Option<String>;
    fn is_shallow(&self) -> bool;
}
