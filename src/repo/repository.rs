//! A path in, the Repo around it out; revisions in, Snapshots out.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{ErrorCode, Repository};

use super::disk::Disk;
use super::libgit::{LibGit, words};
use super::snapshot::{Moment, Snapshot};
use super::store::{ObjectId, Store};
use super::{RepoError, command, folder};
use crate::text::closest;

/// A git repository, or a folder outside git, which has only one moment: now.
#[derive(Clone)]
pub struct Repo {
    /// Root of the working tree; the git folder itself where the repo is bare.
    root: PathBuf,
    kind: Kind,
    pub(super) store: Arc<dyn Store>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Git,
    Bare,
    Folder,
}

impl fmt::Debug for Repo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Repo({}, {:?})", self.root.display(), self.kind)
    }
}

impl Repo {
    /// The repo around `path`, a folder or a file. Outside git, the folder itself.
    pub fn discover(path: &Path) -> Result<Self, RepoError> {
        let start = std::fs::canonicalize(path).map_err(|_| RepoError::NoSuchFolder { path: path.to_owned() })?;
        let start = if start.is_dir() { start } else { start.parent().unwrap_or(&start).to_owned() };
        let opened = Repository::discover_path(&start, None::<&Path>).and_then(|git_dir| Repository::open(&git_dir));
        match opened {
            Ok(repository) => Ok(Repo::from_libgit(repository)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(Repo::folder(start)),
            Err(error) => {
                let (store, root) = command::open(&start).map_err(|why| RepoError::Git {
                    why: format!("{} cannot be opened: {}; {why}", start.display(), words(&error)),
                })?;
                let kind = if root.is_some() { Kind::Git } else { Kind::Bare };
                Ok(Repo { root: root.unwrap_or(start), kind, store: Arc::new(store) })
            }
        }
    }

    fn from_libgit(repository: Repository) -> Self {
        // Git does not hash what it reads either; it costs as much as the reading.
        git2::opts::strict_hash_verification(false);
        // A git folder without a config does not say that it is bare; where a working tree is, it says where git is.
        let root = repository.workdir().filter(|root| root.join(".git").exists()).map(plain_path);
        let kind = if root.is_some() { Kind::Git } else { Kind::Bare };
        let root = root.unwrap_or_else(|| plain_path(repository.path()));
        Repo { root, kind, store: Arc::new(LibGit::new(repository)) }
    }

    fn folder(root: PathBuf) -> Self {
        Repo { root, kind: Kind::Folder, store: Arc::new(folder::NoGit) }
    }

    /// Root of the working tree; the git folder where the repo is bare.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn is_git(&self) -> bool {
        self.kind != Kind::Folder
    }

    pub fn has_worktree(&self) -> bool {
        self.kind != Kind::Bare
    }

    /// `path` from the root with forward slashes; `""` for the root, `None` outside it.
    pub fn relative(&self, path: &Path) -> Option<String> {
        let path = std::fs::canonicalize(path).ok()?;
        let inside = path.strip_prefix(&self.root).ok()?.to_str()?;
        Some(inside.replace(std::path::MAIN_SEPARATOR, "/"))
    }

    /// The files of a commit, read from git's objects: nothing is checked out. `revision` is whatever git takes for
    /// one: a branch, a tag, an id, `HEAD~3`, `origin/main`.
    pub fn commit(&self, revision: &str) -> Result<Snapshot, RepoError> {
        let id = self.resolve_id(revision)?;
        let listed = self.store.tree(id).map_err(|why| RepoError::Git { why })?;
        Ok(Snapshot::new(Moment::Commit(id.hex()), listed, &self.root, self.store.clone()))
    }

    /// The files as staged.
    pub fn index(&self) -> Result<Snapshot, RepoError> {
        self.expect_worktree()?;
        self.expect_git()?;
        let listed = self.store.index().map_err(|why| RepoError::Git { why })?;
        Ok(Snapshot::new(Moment::Index, listed, &self.root, self.store.clone()))
    }

    /// The files as they are on disk: tracked ones, and untracked ones that are not ignored.
    pub fn worktree(&self) -> Result<Snapshot, RepoError> {
        self.expect_worktree()?;
        let listed = self.store.worktree(&self.root).map_err(|why| RepoError::Git { why })?;
        let moment = if self.is_git() { Moment::Worktree } else { Moment::Folder };
        Ok(Snapshot::new(moment, listed, &self.root, self.store.clone()))
    }

    /// The full id of the commit that `revision` names.
    pub fn resolve(&self, revision: &str) -> Result<String, RepoError> {
        self.resolve_id(revision).map(|id| id.hex())
    }

    /// The parents of a commit, whether or not this clone has them.
    pub(super) fn parents(&self, revision: &str) -> Result<Vec<String>, RepoError> {
        let parents = self.store.parents(self.resolve_id(revision)?);
        Ok(parents.into_iter().map(|id| id.hex()).collect())
    }

    /// Whether the history was cut off when the repo was cloned.
    pub(super) fn is_shallow(&self) -> bool {
        self.store.is_shallow()
    }

    /// When the commit that `revision` names was made, in seconds since 1970.
    pub fn time_of(&self, revision: &str) -> Option<i64> {
        self.store.time(self.resolve_id(revision).ok()?)
    }

    /// Short name of the branch that is checked out, if one is.
    pub fn branch(&self) -> Option<String> {
        self.store.target_of("HEAD")?.strip_prefix("refs/heads/").map(str::to_owned)
    }

    /// Files on disk under the root, ignored ones too.
    pub fn disk(&self) -> Disk {
        Disk::new(&self.root)
    }

    pub(super) fn resolve_id(&self, revision: &str) -> Result<ObjectId, RepoError> {
        self.expect_git()?;
        // In CI a clone often has `origin/main` and no `main`.
        let remote = format!("refs/remotes/origin/{revision}");
        let found = self.store.commit(revision).or_else(|| self.store.commit(&remote));
        found.ok_or_else(|| {
            let names = self.store.names();
            let similar = closest(revision, names.iter().map(String::as_str)).map(str::to_owned);
            RepoError::UnknownRef { reference: revision.to_owned(), similar, shallow: self.store.is_shallow() }
        })
    }

    fn expect_git(&self) -> Result<(), RepoError> {
        if self.is_git() { Ok(()) } else { Err(RepoError::NotARepo { path: self.root.clone() }) }
    }

    fn expect_worktree(&self) -> Result<(), RepoError> {
        if self.has_worktree() { Ok(()) } else { Err(RepoError::Bare { path: self.root.clone() }) }
    }
}

/// libgit2 ends folders with a slash.
fn plain_path(path: &Path) -> PathBuf {
    path.components().collect()
}
