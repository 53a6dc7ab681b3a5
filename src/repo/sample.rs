//! Files and messages in, a real git repository out, the same to the last id on every machine.

use std::path::Path;

use git2::{Repository, RepositoryInitOptions, Signature, Time};

use super::libgit::words;
use super::{RepoError, write_atomic};

/// One commit to make: files written, paths removed.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    pub message: String,
    pub files: Vec<(String, Vec<u8>)>,
    pub removed: Vec<String>,
}

/// 2024-01-01T09:00:00Z; each commit is a day after the one before.
const FIRST: i64 = 1_704_099_600;
const DAY: i64 = 86_400;

/// Makes a repo in `dir` with branch `main` and these commits, checked out. Returns their full ids.
pub fn init_sample(dir: &Path, commits: &[Commit]) -> Result<Vec<String>, RepoError> {
    let git = |error: git2::Error| RepoError::Git { why: words(&error) };
    let mut options = RepositoryInitOptions::new();
    let repository = Repository::init_opts(dir, options.initial_head("main").external_template(false)).map_err(git)?;
    // What a person's own config says must not show in the ids.
    let mut config = repository.config().and_then(|config| config.open_level(git2::ConfigLevel::Local)).map_err(git)?;
    config.set_bool("core.autocrlf", false).map_err(git)?;
    let mut ids = Vec::new();
    for (day, commit) in (0_i64..).zip(commits) {
        for (path, bytes) in &commit.files {
            write_atomic(&dir.join(path), bytes)?;
        }
        for path in &commit.removed {
            let on_disk = dir.join(path);
            let why = |error: std::io::Error| RepoError::Unwritable { path: on_disk.clone(), why: error.to_string() };
            std::fs::remove_file(&on_disk).map_err(why)?;
        }
        ids.push(record(&repository, commit, FIRST + day * DAY).map_err(git)?);
    }
    Ok(ids)
}

fn record(repository: &Repository, commit: &Commit, time: i64) -> Result<String, git2::Error> {
    let mut index = repository.index()?;
    for (path, _) in &commit.files {
        index.add_path(Path::new(path))?;
    }
    for path in &commit.removed {
        index.remove_path(Path::new(path))?;
    }
    index.write()?;
    let tree = repository.find_tree(index.write_tree()?)?;
    let author = Signature::new("Sample", "sample@example.com", &Time::new(time, 0))?;
    let parent = repository.head().ok().map(|head| head.peel_to_commit()).transpose()?;
    let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
    repository.commit(Some("HEAD"), &author, &author, &commit.message, &tree, &parents).map(|id| id.to_string())
}
