//! Snapshot: all files of a repo at one moment, read lazily and addressed by content.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::text::{Digest, FileId};

/// Which moment a snapshot shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Full commit id.
    Commit(String),
    Index,
    Worktree,
    /// A folder outside git.
    Folder,
}

impl Moment {
    /// As JSON says it: the commit id, `index` or `worktree`.
    pub fn label(&self) -> &str {
        match self {
            Moment::Commit(id) => id,
            Moment::Index => "index",
            Moment::Worktree | Moment::Folder => "worktree",
        }
    }
}

/// All files at one moment. Cheap to clone.
#[derive(Clone)]
pub struct Snapshot {
    pub moment: Moment,
    pub(super) files: Arc<BTreeMap<FileId, Entry>>,
    pub(super) reader: Arc<dyn Reader>,
}

/// One file: its content address is known without reading it where git knows it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) digest: Digest,
    pub(super) size: u64,
}

/// Reads a file's bytes from wherever the snapshot lives.
pub(super) trait Reader: Send + Sync {
    fn read(&self, file: &FileId) -> Result<Vec<u8>, String>;
}
