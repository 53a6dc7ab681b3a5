//! A store answered by the installed git, for repos that libgit2 refuses: partial clones, new ref and id formats.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use super::libgit::hash_sha1;
use super::stat::Stat;
use super::store::{CONFLICT, Listed, NESTED, NOT_UTF8, ObjectId, SUBMODULE, Store, Trouble, What, parents_in};
use super::worktree::{self, Tracked};

pub(super) struct GitCommand {
    /// Where git is started.
    folder: PathBuf,
    is_sha1: bool,
    readers: Mutex<Vec<BlobReader>>,
}

/// One `git cat-file --batch` that waits for ids.
struct BlobReader {
    child: Child,
    ask: Option<ChildStdin>,
    answer: BufReader<ChildStdout>,
}

impl Drop for BlobReader {
    fn drop(&mut self) {
        // Its input closed, git ends by itself; waiting leaves no zombie.
        self.ask = None;
        drop(self.child.wait());
    }
}

/// What git says of the repo around `folder`: the store, and the root of the working tree if there is one.
pub(super) fn open(folder: &Path) -> Result<(GitCommand, Option<PathBuf>), String> {
    let mut store = GitCommand { folder: folder.to_owned(), is_sha1: true, readers: Mutex::new(Vec::new()) };
    let is_bare = store.line(&["rev-parse", "--is-bare-repository"])? == "true";
    store.is_sha1 = store.line(&["rev-parse", "--show-object-format"]).is_ok_and(|format| format == "sha1");
    let root = if is_bare { None } else { store.line(&["rev-parse", "--show-toplevel"]).ok().map(PathBuf::from) };
    Ok((store, root))
}

impl GitCommand {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.folder).args(["--no-optional-locks", "-c", "protocol.allow=never"]).args(arguments);
        // A missing blob is told, never fetched: a linter does not talk to a network. Git before 2.44 does not know
        // the variable, but finds that no way to fetch is allowed.
        command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn bytes(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let output = self.command(arguments).output().map_err(|error| format!("git cannot be run: {error}"))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(said.lines().next().unwrap_or("git failed").trim_start_matches("fatal: ").to_owned())
    }

    fn line(&self, arguments: &[&str]) -> Result<String, String> {
        self.bytes(arguments).map(|bytes| String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    fn start_reader(&self) -> Result<BlobReader, String> {
        let mut command = self.command(&["cat-file", "--batch"]);
        let mut child =
            command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(|error| error.to_string())?;
        let ask = child.stdin.take();
        let answer = child.stdout.take().ok_or("git gave no output")?;
        Ok(BlobReader { child, ask, answer: BufReader::new(answer) })
    }

    fn link_or_blob(&self, mode: &str, id: ObjectId) -> What {
        match mode {
            "160000" => What::Skipped(SUBMODULE),
            "120000" => self
                .blob(id, 4096)
                .map_or(What::Blob(id), |target| What::Link(String::from_utf8_lossy(&target).into_owned())),
            _ => What::Blob(id),
        }
    }

    /// Entries of the index: path, mode, id, stage, and whether a sparse checkout left them out.
    fn staged(&self) -> Result<Vec<Staged>, String> {
        let output = self.bytes(&["ls-files", "-s", "-t", "-z", "--full-name", ":/"])?;
        Ok(records(&output).filter_map(|record| Staged::parse(&record)).collect())
    }
}

struct Staged {
    path: String,
    mode: String,
    id: ObjectId,
    stage: u8,
    sparse: bool,
}

impl Staged {
    /// `H 100644 <id> 0\tpath`
    fn parse(record: &str) -> Option<Self> {
        let (about, path) = record.split_once('\t')?;
        let mut words = about.split(' ');
        let sparse = words.next()? == "S";
        let mode = words.next()?.to_owned();
        let id = ObjectId::from_hex(words.next()?)?;
        let stage = words.next()?.parse().ok()?;
        Some(Staged { path: path.to_owned(), mode, id, stage, sparse })
    }
}

impl Store for GitCommand {
    fn commit(&self, revision: &str) -> Option<ObjectId> {
        let spec = format!("{revision}^{{commit}}");
        let id = self.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &spec]).ok()?;
        ObjectId::from_hex(&id)
    }

    fn tree(&self, commit: ObjectId) -> Result<Vec<Listed>, String> {
        let output = self.bytes(&["ls-tree", "-r", "-z", "--full-tree", &commit.hex()])?;
        let listed = records(&output).filter_map(|record| {
            let (about, path) = record.split_once('\t')?;
            let mut words = about.split(' ');
            let (mode, _, id) = (words.next()?, words.next()?, ObjectId::from_hex(words.next()?)?);
            Some(named(path, self.link_or_blob(mode, id)))
        });
        Ok(listed.collect())
    }

    fn index(&self) -> Result<Vec<Listed>, String> {
        let mut found = Vec::new();
        for entry in self.staged()?.into_iter().filter(|entry| matches!(entry.stage, 0 | 2)) {
            if entry.stage > 0 {
                found.push(named(&entry.path, What::Skipped(CONFLICT)));
            }
            found.push(named(&entry.path, self.link_or_blob(&entry.mode, entry.id)));
        }
        Ok(found)
    }

    fn worktree(&self, root: &Path) -> Result<Vec<Listed>, String> {
        let mut tracked = BTreeMap::new();
        let mut found = Vec::new();
        for Staged { path, mode, id, stage, sparse } in self.staged()? {
            if mode == "160000" {
                found.push(named(&path, What::Skipped(SUBMODULE)));
            } else if matches!(stage, 0 | 2) {
                // Taken before git looks for changes: a later write shows as another stat.
                let metadata = std::fs::symlink_metadata(root.join(&path)).ok();
                let stat = metadata.filter(|_| stage == 0).as_ref().map(Stat::of);
                tracked.insert(path.clone(), Tracked { id, stat, sparse });
                if stage > 0 {
                    found.push(named(&path, What::Skipped(CONFLICT)));
                }
            }
        }
        let mut paths: Vec<String> = tracked.keys().cloned().collect();
        let arguments =
            ["status", "--porcelain=v2", "-z", "--untracked-files=all", "--ignore-submodules=all", "--no-renames"];
        for record in records(&self.bytes(&arguments)?) {
            if let Some(path) = record.strip_prefix("? ") {
                match path.strip_suffix('/') {
                    Some(nested) => found.push(named(nested, What::Skipped(NESTED))),
                    None => paths.push(path.to_owned()),
                }
            } else if let Some(path) = changed_on_disk(&record)
                && let Some(file) = tracked.get_mut(path)
            {
                file.stat = None;
            }
        }
        for path in paths {
            let on_disk = root.join(&path);
            let known = tracked.get(&path);
            if let Ok(metadata) = std::fs::symlink_metadata(&on_disk) {
                let what = worktree::on_disk(&on_disk, &metadata, known);
                found.extend(what.map(|what| named(&path, what)));
            } else {
                let sparse = known.filter(|file| file.sparse);
                found.extend(sparse.map(|file| named(&path, What::Blob(file.id))));
            }
        }
        Ok(found)
    }

    fn blob(&self, id: ObjectId, limit: u64) -> Result<Vec<u8>, Trouble> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => self.start_reader().map_err(Trouble::Other)?,
        };
        // A reader that failed half-way is out of step and is not used again.
        let answer = reader.read(id, limit).map_err(|error| match error.kind() {
            // Old versions of git give up at a blob they may not fetch.
            std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::BrokenPipe => Trouble::Missing,
            _ => Trouble::Other(error.to_string()),
        })?;
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        answer
    }

    fn hash(&self, bytes: &[u8]) -> Result<ObjectId, String> {
        if self.is_sha1 {
            return hash_sha1(bytes);
        }
        let mut command = self.command(&["hash-object", "-t", "blob", "--stdin", "--no-filters"]);
        let mut child = command.stdin(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(bytes).map_err(|error| error.to_string())?;
        }
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        let hex = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        ObjectId::from_hex(&hex).ok_or_else(|| "git hash-object gave no id".to_owned())
    }

    fn time(&self, commit: ObjectId) -> Option<i64> {
        self.line(&["show", "--no-patch", "--format=%ct", &commit.hex()]).ok()?.parse().ok()
    }

    fn parents(&self, commit: ObjectId) -> Vec<ObjectId> {
        parents_in(&self.line(&["cat-file", "commit", &commit.hex()]).unwrap_or_default())
    }

    fn merge_base(&self, base: ObjectId, head: ObjectId) -> Option<ObjectId> {
        let ids = self.line(&["merge-base", &base.hex(), &head.hex()]).ok()?;
        ObjectId::from_hex(ids.lines().next()?)
    }

    fn names(&self) -> Vec<String> {
        let format = "--format=%(refname:lstrip=2)";
        let names = self.line(&["for-each-ref", format, "refs/heads", "refs/remotes", "refs/tags"]).unwrap_or_default();
        let mut names: Vec<String> = names.lines().map(str::to_owned).collect();
        names.sort();
        names
    }

    fn target_of(&self, symbolic: &str) -> Option<String> {
        self.line(&["symbolic-ref", "--quiet", symbolic]).ok()
    }

    fn is_shallow(&self) -> bool {
        self.line(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|answer| answer == "true")
    }
}

impl BlobReader {
    /// The outer error is one of talking to git, the inner one of the blob.
    fn read(&mut self, id: ObjectId, limit: u64) -> std::io::Result<Result<Vec<u8>, Trouble>> {
        if let Some(ask) = &mut self.ask {
            ask.write_all(format!("{}\n", id.hex()).as_bytes())?;
            ask.flush()?;
        }
        let mut header = String::new();
        self.answer.read_line(&mut header)?;
        let size = header.trim_end().rsplit_once(" blob ").or(header.trim_end().rsplit_once(' ')).map(|(_, size)| size);
        let Some(size) = size.and_then(|size| size.parse::<u64>().ok()) else {
            return if header.is_empty() {
                Err(std::io::ErrorKind::UnexpectedEof.into())
            } else {
                Ok(Err(Trouble::Missing))
            };
        };
        let mut content = (&mut self.answer).take(size + 1);
        if size > limit {
            std::io::copy(&mut content, &mut std::io::sink())?;
            return Ok(Err(Trouble::TooLarge { size, limit }));
        }
        let mut bytes = Vec::with_capacity(size as usize + 1);
        content.read_to_end(&mut bytes)?;
        bytes.truncate(size as usize);
        Ok(Ok(bytes))
    }
}

/// The path of a status record whose file differs from the index: `1 .M N... <modes> <ids> path`, `u ..` in a conflict.
fn changed_on_disk(record: &str) -> Option<&str> {
    let (kind, rest) = record.split_once(' ')?;
    let fields = match kind {
        "1" => 8,
        "u" => 10,
        _ => return None,
    };
    let is_changed = kind == "u" || rest.as_bytes().get(1) != Some(&b'.');
    rest.splitn(fields, ' ').nth(fields - 1).filter(|_| is_changed)
}

fn records(output: &[u8]) -> impl Iterator<Item = String> {
    output
        .split(|byte| *byte == 0)
        .filter(|record| !record.is_empty())
        .map(|record| String::from_utf8_lossy(record).into_owned())
}

/// A path with a replaced byte in it is not the path that git means.
fn named(path: &str, what: What) -> Listed {
    let what = if path.contains('\u{fffd}') { What::Skipped(NOT_UTF8) } else { what };
    Listed { path: path.to_owned(), what }
}
