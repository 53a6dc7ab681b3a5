//! A store answered by libgit2, in this process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use git2::{ErrorCode, Index, IndexEntry, ObjectType, Oid, Repository};

use super::stat::{Stat, since_epoch};
use super::store::{CONFLICT, Listed, NOT_UTF8, ObjectId, SUBMODULE, Store, Trouble, What, parents_in};
use super::worktree::{self, Kind, Tracked};

/// A handle is for one thread at a time, so there are as many as there are threads that ask at once.
pub(super) struct LibGit {
    git_dir: PathBuf,
    idle: Mutex<Vec<Repository>>,
}

const LINK: u32 = 0o120_000;
const SUBMODULE_MODE: u32 = 0o160_000;
const FOLDER: u32 = 0o040_000;
const KIND: u32 = 0o170_000;
/// Bit of an index entry's extended flags: a sparse checkout left the file off the disk.
const SKIP_WORKTREE: u16 = 1 << 14;
/// Links are short; what is longer is no link.
const LINK_LIMIT: u64 = 4096;

impl LibGit {
    pub(super) fn new(repository: Repository) -> Self {
        LibGit { git_dir: repository.path().to_owned(), idle: Mutex::new(vec![repository]) }
    }

    fn ask<T>(&self, question: impl FnOnce(&Repository) -> Result<T, git2::Error>) -> Result<T, git2::Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let repository = match idle {
            Some(repository) => repository,
            None => Repository::open(&self.git_dir)?,
        };
        let answer = question(&repository);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(repository);
        answer
    }
}

impl Store for LibGit {
    fn commit(&self, revision: &str) -> Option<ObjectId> {
        self.ask(|git| Ok(git.revparse_single(revision)?.peel_to_commit()?.id())).ok().and_then(id)
    }

    fn tree(&self, commit: ObjectId) -> Result<Vec<Listed>, String> {
        self.ask(|git| {
            let mut found = Vec::new();
            let mut open = vec![(String::new(), git.find_commit(oid(commit)?)?.tree_id())];
            while let Some((folder, tree)) = open.pop() {
                for entry in &git.find_tree(tree)? {
                    let mode = entry.filemode_raw().cast_unsigned() & KIND;
                    let Ok(name) = entry.name() else {
                        let path = format!("{folder}{}", String::from_utf8_lossy(entry.name_bytes()));
                        found.push(Listed { path, what: What::Skipped(NOT_UTF8) });
                        continue;
                    };
                    let path = format!("{folder}{name}");
                    if mode == FOLDER {
                        open.push((path + "/", entry.id()));
                    } else {
                        found.push(Listed { path, what: blob_or_link(git, mode, entry.id()) });
                    }
                }
            }
            Ok(found)
        })
        .map_err(|error| words(&error))
    }

    fn index(&self) -> Result<Vec<Listed>, String> {
        self.ask(|git| {
            let (index, _) = open_index(git)?;
            let mut found = Vec::new();
            for entry in index.iter().filter(is_ours) {
                let (path, is_utf8) = path_of(&entry);
                if stage(&entry) > 0 {
                    found.push(Listed { path: path.clone(), what: What::Skipped(CONFLICT) });
                }
                let what =
                    if is_utf8 { blob_or_link(git, entry.mode & KIND, entry.id) } else { What::Skipped(NOT_UTF8) };
                found.push(Listed { path, what });
            }
            Ok(found)
        })
        .map_err(|error| words(&error))
    }

    fn worktree(&self, root: &Path) -> Result<Vec<Listed>, String> {
        let found = self.ask(|git| {
            let (index, written) = open_index(git)?;
            let converts =
                git.config()?.get_string("core.autocrlf").is_ok_and(|value| value != "input" && value != "false");
            let mut tracked = BTreeMap::new();
            let mut noted = Vec::new();
            for entry in index.iter().filter(is_ours) {
                let (path, is_utf8) = path_of(&entry);
                let Some(id) = id(entry.id).filter(|_| is_utf8) else { continue };
                if entry.mode & KIND == SUBMODULE_MODE {
                    noted.push(Listed { path, what: What::Skipped(SUBMODULE) });
                    continue;
                }
                if stage(&entry) > 0 {
                    noted.push(Listed { path: path.clone(), what: What::Skipped(CONFLICT) });
                }
                let stat = vouched(&entry, written).filter(|_| !converts);
                tracked.insert(path, Tracked { id, stat, sparse: entry.flags_extended & SKIP_WORKTREE != 0 });
            }
            let submodules: Vec<String> = noted.iter().map(|note| note.path.clone()).collect();
            let ignored = |path: &str, kind: Kind| {
                let slash = if kind == Kind::Folder { "/" } else { "" };
                submodules.iter().any(|submodule| submodule == path && kind == Kind::Folder)
                    || git.status_should_ignore(Path::new(&format!("{path}{slash}"))).unwrap_or(false)
            };
            noted.extend(worktree::walk(root, &tracked, &ignored));
            Ok(noted)
        });
        found.map_err(|error| words(&error))
    }

    fn blob(&self, id: ObjectId, limit: u64) -> Result<Vec<u8>, Trouble> {
        let read = self.ask(|git| {
            let oid = oid(id)?;
            let odb = git.odb()?;
            let (size, _) = odb.read_header(oid)?;
            if size as u64 > limit {
                return Ok(Err(Trouble::TooLarge { size: size as u64, limit }));
            }
            Ok(Ok(odb.read(oid)?.data().to_vec()))
        });
        read.unwrap_or_else(|error| match error.code() {
            ErrorCode::NotFound => Err(Trouble::Missing),
            _ => Err(Trouble::Other(words(&error))),
        })
    }

    fn hash(&self, bytes: &[u8]) -> Result<ObjectId, String> {
        hash_sha1(bytes)
    }

    fn time(&self, commit: ObjectId) -> Option<i64> {
        self.ask(|git| Ok(git.find_commit(oid(commit)?)?.time().seconds())).ok()
    }

    fn parents(&self, commit: ObjectId) -> Vec<ObjectId> {
        // `Commit::parent_ids` leaves out what a shallow clone has cut off.
        let text = self.ask(|git| Ok(String::from_utf8_lossy(git.odb()?.read(oid(commit)?)?.data()).into_owned()));
        parents_in(&text.unwrap_or_default())
    }

    fn merge_base(&self, base: ObjectId, head: ObjectId) -> Option<ObjectId> {
        self.ask(|git| git.merge_base(oid(base)?, oid(head)?)).ok().and_then(id)
    }

    fn names(&self) -> Vec<String> {
        let names = self.ask(|git| {
            let references = git.references()?.flatten();
            Ok(references.filter_map(|reference| Some(reference.shorthand().ok()?.to_owned())).collect())
        });
        let mut names: Vec<String> = names.unwrap_or_default();
        names.sort();
        names
    }

    fn target_of(&self, symbolic: &str) -> Option<String> {
        self.ask(|git| Ok(git.find_reference(symbolic)?.symbolic_target()?.map(str::to_owned))).ok().flatten()
    }

    fn is_shallow(&self) -> bool {
        self.ask(|git| Ok(git.is_shallow())).unwrap_or(false)
    }
}

/// The id git gives a file's content where ids are SHA-1.
pub(super) fn hash_sha1(bytes: &[u8]) -> Result<ObjectId, String> {
    Oid::hash_object(ObjectType::Blob, bytes).ok().and_then(id).ok_or_else(|| "it cannot be hashed".to_owned())
}

pub(super) fn words(error: &git2::Error) -> String {
    error.message().trim().trim_end_matches('.').to_owned()
}

fn id(oid: Oid) -> Option<ObjectId> {
    ObjectId::from_bytes(oid.as_bytes())
}

fn oid(id: ObjectId) -> Result<Oid, git2::Error> {
    Oid::from_bytes(id.as_bytes())
}

fn blob_or_link(git: &Repository, mode: u32, oid: Oid) -> What {
    match (mode, id(oid)) {
        (SUBMODULE_MODE, _) | (_, None) => What::Skipped(SUBMODULE),
        (LINK, Some(blob)) => match git.find_blob(oid) {
            Ok(target) if target.size() as u64 <= LINK_LIMIT => {
                What::Link(String::from_utf8_lossy(target.content()).into_owned())
            }
            _ => What::Blob(blob),
        },
        (_, Some(blob)) => What::Blob(blob),
    }
}

/// The index, and when it was written. In a hook of `git commit FILE` a variable names another one of this repo.
fn open_index(git: &Repository) -> Result<(Index, (i64, u32)), git2::Error> {
    let named = std::env::var_os("GIT_INDEX_FILE").and_then(|path| std::fs::canonicalize(path).ok());
    let named = named.filter(|path| std::fs::canonicalize(git.path()).is_ok_and(|folder| path.starts_with(folder)));
    let index = if let Some(path) = named {
        Index::open(&path)?
    } else {
        let mut index = git.index()?;
        index.read(false)?;
        index
    };
    let written = index.path().and_then(|path| std::fs::metadata(path).and_then(|about| about.modified()).ok());
    Ok((index, written.map_or((0, 0), since_epoch)))
}

/// Merged entries, and of a conflict our side.
fn is_ours(entry: &IndexEntry) -> bool {
    matches!(stage(entry), 0 | 2)
}

fn stage(entry: &IndexEntry) -> u16 {
    (entry.flags >> 12) & 3
}

fn path_of(entry: &IndexEntry) -> (String, bool) {
    match std::str::from_utf8(&entry.path) {
        Ok(path) => (path.to_owned(), true),
        Err(_) => (String::from_utf8_lossy(&entry.path).into_owned(), false),
    }
}

/// The stat under which git would not look into the file. A file written as late as the index itself may have been
/// written once more within the same tick, so nothing vouches for it.
fn vouched(entry: &IndexEntry, index_written: (i64, u32)) -> Option<Stat> {
    let time = |time: &git2::IndexTime| (i64::from(time.seconds()), time.nanoseconds());
    let stat = Stat { size: u64::from(entry.file_size), written: time(&entry.mtime), changed: time(&entry.ctime) };
    let is_settled = if stat.written.1 == 0 { stat.written.0 < index_written.0 } else { stat.written < index_written };
    (stage(entry) == 0 && is_settled).then_some(stat)
}
