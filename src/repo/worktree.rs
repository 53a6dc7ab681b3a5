//! A working tree on disk and what the index says of it in; its files as they are now out.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::stat::Stat;
use super::store::{Listed, NESTED, NOT_UTF8, ObjectId, What};

/// What the index knows of a tracked file.
pub(super) struct Tracked {
    pub(super) id: ObjectId,
    /// The stat under which the file on disk equals the blob; `None` if nothing vouches for it.
    pub(super) stat: Option<Stat>,
    /// Left off the disk on purpose by a sparse checkout: its blob counts.
    pub(super) sparse: bool,
}

/// Walks the folder: tracked files, and untracked ones that `ignored` does not name. Whole ignored folders are
/// passed by.
pub(super) fn walk(
    root: &Path,
    tracked: &BTreeMap<String, Tracked>,
    ignored: &dyn Fn(&str, Kind) -> bool,
) -> Vec<Listed> {
    let mut found = Vec::with_capacity(tracked.len());
    let mut walk = WalkDir::new(root).min_depth(1).into_iter();
    while let Some(entry) = walk.next() {
        let Ok(entry) = entry else { continue };
        let Some(path) = relative(root, &entry) else {
            found.push(Listed { path: lossy(root, &entry), what: What::Skipped(NOT_UTF8) });
            skip_folder(&mut walk, &entry);
            continue;
        };
        if entry.file_type().is_dir() {
            let is_known = has_files_under(&path, tracked);
            if entry.file_name() == ".git" || (!is_known && ignored(&path, Kind::Folder)) {
                walk.skip_current_dir();
            } else if !is_known && entry.path().join(".git").exists() {
                walk.skip_current_dir();
                if !tracked.contains_key(&path) {
                    found.push(Listed { path, what: What::Skipped(NESTED) });
                }
            }
            continue;
        }
        let known = tracked.get(&path);
        if entry.file_name() == ".git" || (known.is_none() && ignored(&path, Kind::File)) {
            continue;
        }
        if let Some(what) = entry.metadata().ok().and_then(|metadata| on_disk(entry.path(), &metadata, known)) {
            found.push(Listed { path, what });
        }
    }
    let is_absent = |path: &str| std::fs::symlink_metadata(root.join(path)).is_err();
    let sparse = tracked.iter().filter(|(path, file)| file.sparse && is_absent(path));
    found.extend(sparse.map(|(path, file)| Listed { path: path.clone(), what: What::Blob(file.id) }));
    found
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
}

/// What a path on disk is; `None` for what is neither file nor link.
pub(super) fn on_disk(path: &Path, metadata: &Metadata, known: Option<&Tracked>) -> Option<What> {
    if metadata.is_symlink() {
        let target = std::fs::read_link(path).ok()?;
        return Some(What::Link(target.to_string_lossy().into_owned()));
    }
    if !metadata.is_file() {
        return None;
    }
    let now = Stat::of(metadata);
    match known {
        Some(Tracked { id, stat: Some(stat), .. }) if same(*stat, now) => Some(What::Clean(*id, now)),
        _ => Some(What::Loose),
    }
}

/// Git may keep times in whole seconds, or no change time at all.
fn same(known: Stat, now: Stat) -> bool {
    let time = |known: (i64, u32), now: (i64, u32)| known.0 == now.0 && (known.1 == now.1 || known.1 == 0);
    let changed = known.changed == (0, 0) || now.changed == (0, 0) || time(known.changed, now.changed);
    // The index keeps the low 32 bits of a size.
    known.size == now.size & 0xffff_ffff && time(known.written, now.written) && changed
}

fn has_files_under(folder: &str, tracked: &BTreeMap<String, Tracked>) -> bool {
    let inside = format!("{folder}/");
    tracked.range(inside.clone()..).next().is_some_and(|(path, _)| path.starts_with(&inside))
}

fn skip_folder(walk: &mut walkdir::IntoIter, entry: &DirEntry) {
    if entry.file_type().is_dir() {
        walk.skip_current_dir();
    }
}

/// The entry's path from `root` with forward slashes, if it is UTF-8.
pub(super) fn relative(root: &Path, entry: &DirEntry) -> Option<String> {
    let path = entry.path().strip_prefix(root).ok()?.to_str()?;
    Some(if std::path::MAIN_SEPARATOR == '/' { path.to_owned() } else { path.replace('\\', "/") })
}

fn lossy(root: &Path, entry: &DirEntry) -> String {
    entry.path().strip_prefix(root).unwrap_or(entry.path()).to_string_lossy().into_owned()
}

/// Folders that hold what tools made or fetched.
const MADE: [&str; 5] = ["target", "node_modules", "venv", "__pycache__", "dbt_packages"];

/// All files of a folder that is in no repo, but hidden ones and what tools made there.
pub(super) fn folder(root: &Path) -> Vec<Listed> {
    let hidden = |name: &str| name.starts_with('.') && name != ".sluice";
    walk(root, &BTreeMap::new(), &|path, kind| {
        let name = path.rsplit('/').next().unwrap_or(path);
        kind == Kind::Folder && (hidden(name) || MADE.contains(&name))
    })
}
