//! Snapshot: all files of a repo at one moment, read lazily and addressed by content.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::stat::Stat;
use super::store::{Listed, ObjectId, Store, Trouble, What};
use super::{RepoError, Text, links};
use crate::text::{Digest, FileId, Hasher};

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

/// A path that is not as it might seem, and why: left out, or in conflict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    pub path: String,
    pub message: String,
}

/// All files at one moment. Cheap to clone; may be read from many threads at once.
#[derive(Clone)]
pub struct Snapshot {
    pub moment: Moment,
    files: Arc<BTreeMap<FileId, Arc<Entry>>>,
    notes: Arc<Vec<Note>>,
    store: Arc<dyn Store>,
}

/// Where one file's content is.
enum Entry {
    Blob(ObjectId),
    /// Equal to the blob while the stat stays; afterwards the blob is still what this snapshot means.
    Clean {
        id: ObjectId,
        path: PathBuf,
        stat: Stat,
    },
    /// Read once, when first asked for, and held: digest and content stay those of one moment.
    Loose {
        path: PathBuf,
        held: OnceLock<Result<Held, Trouble>>,
    },
    Buffer(Held),
}

#[derive(Clone)]
struct Held {
    bytes: Arc<[u8]>,
    id: ObjectId,
}

const SQL_LIMIT: u64 = 8 << 20;
const DATA_LIMIT: u64 = 64 << 20;

/// The most bytes we read of a file: seeds and artifacts may be larger than anything people write by hand.
fn limit(path: &str) -> u64 {
    let is_data = [".csv", ".tsv", ".json", ".jsonl"].iter().any(|end| path.ends_with(end));
    if is_data { DATA_LIMIT } else { SQL_LIMIT }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot({}, {} files)", self.moment.label(), self.files.len())
    }
}

impl Snapshot {
    /// `root` is where files that are not blobs are found.
    pub(super) fn new(moment: Moment, listed: Vec<Listed>, root: &Path, store: Arc<dyn Store>) -> Self {
        let mut notes = Vec::new();
        let files = links::resolve(listed, &mut notes, |path, what| match what {
            What::Blob(id) => Some(Arc::new(Entry::Blob(id))),
            What::Clean(id, stat) => Some(Arc::new(Entry::Clean { id, path: root.join(path), stat })),
            What::Loose => Some(Arc::new(loose(root.join(path)))),
            What::Link(_) | What::Skipped(_) => None,
        });
        let files = files.into_iter().map(|(path, entry)| (FileId::new(&path), entry)).collect();
        notes.sort();
        Snapshot { moment, files: Arc::new(files), notes: Arc::new(notes), store }
    }

    /// All files, in order of their paths.
    pub fn paths(&self) -> impl Iterator<Item = &FileId> {
        self.files.keys()
    }

    pub fn contains(&self, file: &FileId) -> bool {
        self.files.contains_key(file)
    }

    /// Paths that were left out or are in conflict, sorted.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The address of a file's content, the same wherever the same content is. It is known without reading the file
    /// where git knows it. `None` if the file is not here or cannot be read.
    pub fn digest(&self, file: &FileId) -> Option<Digest> {
        let entry = self.files.get(file)?;
        match &**entry {
            Entry::Blob(id) | Entry::Clean { id, .. } => Some(id.digest()),
            Entry::Buffer(held) => Some(held.id.digest()),
            Entry::Loose { path, held } => match self.held(file, path, held) {
                Ok(held) => Some(held.id.digest()),
                // Never read, so its size may stand for it.
                Err(Trouble::TooLarge { size, .. }) => Some(Hasher::new("too large").number(*size).finish()),
                Err(_) => None,
            },
        }
    }

    pub fn read(&self, file: &FileId) -> Result<Arc<[u8]>, RepoError> {
        let path = file.path();
        let Some(entry) = self.files.get(file) else {
            return Err(RepoError::NoSuchFile { path: path.to_owned(), moment: self.moment.label().to_owned() });
        };
        let blob = |id: &ObjectId| self.store.blob(*id, limit(path)).map(Arc::from);
        let bytes = match &**entry {
            Entry::Blob(id) => blob(id),
            Entry::Clean { id, path: on_disk, stat } => match read_if(on_disk, *stat, limit(path)) {
                Some(bytes) => Ok(bytes.into()),
                None => blob(id),
            },
            Entry::Buffer(held) => Ok(held.bytes.clone()),
            Entry::Loose { path, held } => self.held(file, path, held).clone().map(|held| held.bytes),
        };
        bytes.map_err(|trouble| trouble.at(path))
    }

    /// The file as text. Bytes that are not UTF-8 become `U+FFFD`; the [`Text`] says so.
    pub fn text(&self, file: &FileId) -> Result<Text, RepoError> {
        self.read(file).map(|bytes| Text::from_bytes(&bytes))
    }

    /// This snapshot with unsaved editor buffers in place of, or beside, its files.
    #[must_use]
    pub fn with_buffers(&self, buffers: BTreeMap<FileId, String>) -> Self {
        let mut files = BTreeMap::clone(&self.files);
        for (file, text) in buffers {
            if let Ok(id) = self.store.hash(text.as_bytes()) {
                files.insert(file, Arc::new(Entry::Buffer(Held { bytes: text.into_bytes().into(), id })));
            }
        }
        Snapshot { files: Arc::new(files), ..self.clone() }
    }

    fn held<'a>(
        &self,
        file: &FileId,
        path: &Path,
        held: &'a OnceLock<Result<Held, Trouble>>,
    ) -> &'a Result<Held, Trouble> {
        held.get_or_init(|| {
            let bytes = read_capped(path, limit(file.path()))?;
            let id = self.store.hash(&bytes).map_err(Trouble::Other)?;
            Ok(Held { bytes: bytes.into(), id })
        })
    }
}

fn loose(path: PathBuf) -> Entry {
    Entry::Loose { path, held: OnceLock::new() }
}

/// The file's bytes if it still has this stat.
fn read_if(path: &Path, stat: Stat, limit: u64) -> Option<Vec<u8>> {
    if stat.size > limit {
        return None;
    }
    let mut file = std::fs::File::open(path).ok()?;
    let mut bytes = Vec::with_capacity(stat.size as usize);
    file.read_to_end(&mut bytes).ok()?;
    // Asked after reading: a write in between shows.
    let now = Stat::of(&file.metadata().ok()?);
    (now == stat && bytes.len() as u64 == stat.size).then_some(bytes)
}

/// A file's bytes, unless there are more than `limit`.
pub(super) fn read_capped(path: &Path, limit: u64) -> Result<Vec<u8>, Trouble> {
    let trouble = |error: std::io::Error| Trouble::Other(error.to_string());
    // Asked before opening: to open a pipe would wait for its writer.
    let metadata = std::fs::metadata(path).map_err(trouble)?;
    if !metadata.is_file() {
        return Err(Trouble::Other("it is not a file".to_owned()));
    }
    let file = std::fs::File::open(path).map_err(trouble)?;
    let size = metadata.len();
    if size > limit {
        return Err(Trouble::TooLarge { size, limit });
    }
    let mut bytes = Vec::with_capacity(size as usize);
    file.take(limit).read_to_end(&mut bytes).map_err(trouble)?;
    Ok(bytes)
}
