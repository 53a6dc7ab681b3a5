//! A store for folders outside git: what is on disk is all there is.

use std::path::Path;

use super::libgit::hash_sha1;
use super::store::{Listed, ObjectId, Store, Trouble};
use super::worktree;

pub(super) struct NoGit;

const NO_GIT: &str = "this folder is not in a git repository";

impl Store for NoGit {
    fn commit(&self, _: &str) -> Option<ObjectId> {
        None
    }

    fn tree(&self, _: ObjectId) -> Result<Vec<Listed>, String> {
        Err(NO_GIT.to_owned())
    }

    fn index(&self) -> Result<Vec<Listed>, String> {
        Err(NO_GIT.to_owned())
    }

    fn worktree(&self, root: &Path) -> Result<Vec<Listed>, String> {
        Ok(worktree::folder(root))
    }

    fn blob(&self, _: ObjectId, _: u64) -> Result<Vec<u8>, Trouble> {
        Err(Trouble::Missing)
    }

    fn hash(&self, bytes: &[u8]) -> Result<ObjectId, String> {
        hash_sha1(bytes)
    }

    fn time(&self, _: ObjectId) -> Option<i64> {
        None
    }

    fn parents(&self, _: ObjectId) -> Vec<ObjectId> {
        Vec::new()
    }

    fn merge_base(&self, _: ObjectId, _: ObjectId) -> Option<ObjectId> {
        None
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn target_of(&self, _: &str) -> Option<String> {
        None
    }

    fn is_shallow(&self) -> bool {
        false
    }
}
