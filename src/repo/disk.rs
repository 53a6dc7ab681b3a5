//! Paths under one folder in, files on disk out, whatever git thinks of them; and files written whole or not at all.

use std::io::Write;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use super::snapshot::read_capped;
use super::store::Trouble;
use super::worktree::relative;
use super::{RepoError, Text};

/// The files under one folder. Nothing outside that folder is read, be it by `..` or by a link.
#[derive(Clone, Debug)]
pub struct Disk {
    root: PathBuf,
}

/// Artifacts of large projects run to hundreds of megabytes.
const LIMIT: u64 = 1 << 30;

impl Disk {
    pub fn new(root: &Path) -> Self {
        Disk { root: std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned()) }
    }

    /// Whether a file or folder is at `path`.
    pub fn exists(&self, path: &str) -> bool {
        self.inside(path).is_some()
    }

    /// The files at or under `path`, as paths from the root with forward slashes, sorted. Links are followed as long
    /// as they stay inside.
    pub fn list(&self, path: &str) -> Vec<String> {
        if self.inside(path).is_none() {
            return Vec::new();
        }
        let start = if path.is_empty() { self.root.clone() } else { self.root.join(path) };
        let stays = |entry: &walkdir::DirEntry| {
            entry.file_name() != ".git"
                && (!entry.path_is_symlink()
                    || std::fs::canonicalize(entry.path()).is_ok_and(|target| target.starts_with(&self.root)))
        };
        let entries = WalkDir::new(start).follow_links(true).into_iter().filter_entry(stays).flatten();
        let files = entries.filter(|entry| entry.file_type().is_file());
        let mut files: Vec<String> = files.filter_map(|entry| relative(&self.root, &entry)).collect();
        files.sort();
        files
    }

    pub fn read(&self, path: &str) -> Result<Vec<u8>, RepoError> {
        let unreadable = |why: String| RepoError::Unreadable { path: self.root.join(path), why };
        let on_disk = self.inside(path).ok_or_else(|| unreadable("there is no such file here".to_owned()))?;
        read_capped(&on_disk, LIMIT).map_err(|trouble| match trouble {
            Trouble::Other(why) => unreadable(why),
            trouble => trouble.at(path),
        })
    }

    pub fn text(&self, path: &str) -> Result<Text, RepoError> {
        self.read(path).map(|bytes| Text::from_bytes(&bytes))
    }

    /// The real path of what is at `path`, if it is there and under the root.
    fn inside(&self, path: &str) -> Option<PathBuf> {
        let path = Path::new(path);
        if !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return None;
        }
        std::fs::canonicalize(self.root.join(path)).ok().filter(|real| real.starts_with(&self.root))
    }
}

/// Replaces the file at `path` whole: a reader sees the old content or the new, never a part. A link stays a link,
/// and permissions stay.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), RepoError> {
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let write = || -> std::io::Result<()> {
        let folder = real.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = new_file(folder)?;
        file.write_all(bytes)?;
        if let Ok(metadata) = std::fs::metadata(&real) {
            file.as_file().set_permissions(metadata.permissions())?;
        }
        file.as_file().sync_all()?;
        file.persist(&real).map(drop).map_err(|error| error.error)
    };
    write().map_err(|error| RepoError::Unwritable { path: path.to_owned(), why: error.to_string() })
}

/// A nameless file is private by default; one that will get a name is as public as any other.
#[cfg(unix)]
fn new_file(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = std::fs::Permissions::from_mode(0o666);
    tempfile::Builder::new().prefix(".sluice-").permissions(permissions).tempfile_in(folder)
}

#[cfg(not(unix))]
fn new_file(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(".sluice-").tempfile_in(folder)
}
