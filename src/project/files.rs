//! What the readers ask of files, whatever holds them: a snapshot, the disk beside it, a map in a test.

use std::sync::{Arc, OnceLock};

use crate::diagnostic::Diagnostic;
use crate::repo::{Disk, Snapshot};
use crate::text::{Digest, FileId, Place, Span};

/// A set of files by path from the repo root.
pub trait Files: Sync {
    /// Every file under `folder` (`""` is everything), sorted by path.
    fn below(&self, folder: &str) -> Vec<FileId>;

    /// The text of a file, or in words why it cannot be read.
    fn text(&self, file: &FileId) -> Result<Arc<str>, String>;

    /// The content address of a file; known even where its text is not.
    fn digest(&self, file: &FileId) -> Digest;
}

impl Files for Snapshot {
    fn below(&self, folder: &str) -> Vec<FileId> {
        let all: Vec<FileId> = self.paths().cloned().collect();
        if folder.is_empty() { all } else { under(&all, folder).to_vec() }
    }

    fn text(&self, file: &FileId) -> Result<Arc<str>, String> {
        Snapshot::text(self, file).map(|text| text.content).map_err(|error| error.to_string())
    }

    fn digest(&self, file: &FileId) -> Digest {
        Snapshot::digest(self, file).unwrap_or_default()
    }
}

impl Files for Disk {
    fn below(&self, folder: &str) -> Vec<FileId> {
        self.list(folder).iter().map(|path| FileId::new(path)).collect()
    }

    fn text(&self, file: &FileId) -> Result<Arc<str>, String> {
        Disk::text(self, file.path()).map(|text| text.content).map_err(|error| error.to_string())
    }

    fn digest(&self, file: &FileId) -> Digest {
        self.read(file.path()).map(|bytes| Digest::of(&bytes)).unwrap_or_default()
    }
}

/// Calls the given function once for each number below the first argument, in any order, on any thread.
///
/// The reader knows no threads: the spine hands it a parallel one, tests a plain loop.
pub type Each<'a> = &'a (dyn Fn(usize, &(dyn Fn(usize) + Sync)) + Sync);

/// Does `work` for each item by `each`; results in the order of the items.
pub(super) fn map_each<T: Sync, R: Send + Sync>(each: Each<'_>, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let slots: Vec<OnceLock<R>> = items.iter().map(|_| OnceLock::new()).collect();
    each(items.len(), &|at| {
        if let (Some(item), Some(slot)) = (items.get(at), slots.get(at)) {
            slot.get_or_init(|| work(item));
        }
    });
    let filled = slots.into_iter().zip(items);
    filled.map(|(slot, item)| slot.into_inner().unwrap_or_else(|| work(item))).collect()
}

/// The text of a file, or an empty text and a diagnostic that says why.
pub(super) fn text_or_say(files: &dyn Files, file: &FileId, said: &mut Vec<Diagnostic>) -> Arc<str> {
    files.text(file).unwrap_or_else(|why| {
        said.push(unreadable(file, &why));
        Arc::from("")
    })
}

pub(super) fn unreadable(file: &FileId, why: &str) -> Diagnostic {
    let message = format!("`{file}` cannot be read: {why}. What it builds is not known.");
    Diagnostic::error("unreadable-file", Place::top(file), message)
        .help("In a partial clone, fetch the missing objects; else check the file's encoding and permissions.")
}

/// The bytes of a text without its byte order mark.
pub(super) fn whole(text: &str) -> Span {
    Span::new(if text.starts_with('\u{feff}') { 3 } else { 0 }, text.len())
}

/// `folder` and `path` as one path, with `.` and `..` resolved; `None` where it leaves the repo.
pub fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    let path = path.replace('\\', "/");
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder that holds `path`.
pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The part of `path` below `folder`, if it is below it.
pub(super) fn relative<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(path);
    }
    path.strip_prefix(folder)?.strip_prefix('/')
}

/// The last part of a path without its extension (the text after the last dot).
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Whether the path ends in `.ext`, in any case.
pub(super) fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, found)| found.eq_ignore_ascii_case(extension))
}

/// The files of a sorted list that lie under `folder`.
pub(super) fn under<'a>(sorted: &'a [FileId], folder: &str) -> &'a [FileId] {
    if folder.is_empty() {
        return sorted;
    }
    let prefix = format!("{folder}/");
    let start = sorted.partition_point(|file| file.path() < prefix.as_str());
    let rest = &sorted[start..];
    &rest[..rest.partition_point(|file| file.path().starts_with(&prefix))]
}

#[cfg(test)]
pub(super) mod memory {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::{Each, Files, under};
    use crate::text::{Digest, FileId};

    /// Files in memory, for tests of all readers.
    pub struct Memory(BTreeMap<FileId, Arc<str>>);

    impl Memory {
        pub fn of(files: &[(&str, &str)]) -> Self {
            Memory(files.iter().map(|(path, text)| (FileId::new(path), Arc::from(*text))).collect())
        }
    }

    impl Files for Memory {
        fn below(&self, folder: &str) -> Vec<FileId> {
            let all: Vec<FileId> = self.0.keys().cloned().collect();
            under(&all, folder).to_vec()
        }

        fn text(&self, file: &FileId) -> Result<Arc<str>, String> {
            self.0.get(file).cloned().ok_or_else(|| "no such file".to_owned())
        }

        fn digest(&self, file: &FileId) -> Digest {
            Digest::of(self.0.get(file).map_or(&[], |text| text.as_bytes()))
        }
    }

    pub const IN_ORDER: Each<'static> = &|count, work| (0..count).for_each(work);
}

#[cfg(test)]
mod tests {
    use super::{has_extension, join, relative, stem};

    #[test]
    fn paths_join_and_never_leave_the_repo() {
        assert_eq!(join("a/b", "../../sources"), Some("sources".to_owned()));
        assert_eq!(join("a", "./models/"), Some("a/models".to_owned()));
        assert_eq!(join("a", "../../x"), None);
    }

    #[test]
    fn a_stem_keeps_inner_dots() {
        assert_eq!(stem("models/a.b.sql"), "a.b");
        assert!(has_extension("models/A.SQL", "sql"));
    }

    #[test]
    fn a_folder_is_not_a_prefix_of_its_namesake() {
        assert_eq!(relative("models", "models_old/a.sql"), None);
        assert_eq!(relative("models", "models/a.sql"), Some("a.sql"));
    }
}
