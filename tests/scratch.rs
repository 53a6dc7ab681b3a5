//! Files in, a folder or git repo of their own out, and what `sluice` answers there.
#![expect(clippy::disallowed_methods, reason = "tests write the repos that the command is tried on")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use git2::{IndexAddOption, Repository, RepositoryInitOptions, Signature, Time};
use sluicegate::cli::{Color, Exit, Io, Terminal, run};
use tempfile::TempDir;

/// Path -> bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A temporary folder; it goes when this goes.
pub struct Scratch {
    folder: TempDir,
    commits: Vec<String>,
}

/// What one command said. Paths of the folder and ids of commits are taken out, so that every run says the same.
pub struct Answer {
    pub exit: Exit,
    pub stdout: String,
    pub stderr: String,
}

impl Scratch {
    /// A folder outside git.
    pub fn folder(files: &Files) -> Self {
        let scratch = Scratch { folder: TempDir::new().expect("a temporary folder can be made"), commits: Vec::new() };
        scratch.write(files);
        scratch
    }

    /// A git repo with branch `main` and one commit for each set of files; the last is checked out.
    pub fn repo(commits: &[Files]) -> Self {
        let mut scratch = Scratch::folder(&Files::new());
        let repository = Repository::init_opts(scratch.path(), RepositoryInitOptions::new().initial_head("main"))
            .expect("a repo can be made in an empty folder");
        repository.config().and_then(|mut config| config.set_bool("core.autocrlf", false)).expect("config can be set");
        for (number, files) in commits.iter().enumerate() {
            if let Some(before) = number.checked_sub(1).map(|before| &commits[before]) {
                for gone in before.keys().filter(|path| !files.contains_key(*path)) {
                    fs::remove_file(scratch.path().join(gone)).expect("the file was written by the commit before");
                }
            }
            scratch.write(files);
            let id = commit(&repository, number).expect("a commit can be made");
            scratch.commits.push(id);
        }
        scratch
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, files: &Files) {
        for (path, bytes) in files {
            let path = self.path().join(path);
            fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder is ours");
            fs::write(path, bytes).expect("the folder is ours");
        }
    }

    /// Runs `sluice` with these arguments in this folder.
    pub fn run(&self, arguments: &[&str]) -> Answer {
        let (mut input, mut output, mut errors) = (std::io::empty(), Vec::new(), Vec::new());
        let mut io = Io {
            input: &mut input,
            output: &mut output,
            errors: &mut errors,
            folder: self.path().to_path_buf(),
            terminal: Terminal::default(),
            color: Color::Never,
        };
        let exit = run(["sluice"].iter().chain(arguments), &mut io);
        Answer { exit, stdout: self.without_ids(&output), stderr: self.without_ids(&errors) }
    }

    fn without_ids(&self, output: &[u8]) -> String {
        let mut text = String::from_utf8_lossy(output).into_owned();
        let real = self.path().canonicalize().unwrap_or_else(|_| self.path().to_path_buf());
        for path in [real.as_path(), self.path()] {
            text = text.replace(&*path.to_string_lossy(), "<folder>");
        }
        for (number, id) in self.commits.iter().enumerate() {
            let name = format!("<commit {}>", number + 1);
            for length in [id.len(), 12, 10, 8, 7] {
                text = text.replace(&id[..length], &name);
            }
        }
        text
    }
}

/// Commits the working tree. The clock is given, so that ids are the same on every machine.
fn commit(repository: &Repository, number: usize) -> Result<String, git2::Error> {
    let mut index = repository.index()?;
    index.add_all(["*"], IndexAddOption::FORCE, None)?;
    index.update_all(["*"], None)?;
    index.write()?;
    let tree = repository.find_tree(index.write_tree()?)?;
    let day = i64::try_from(number).unwrap_or_default();
    let author = Signature::new("Ada", "ada@example.com", &Time::new(1_767_225_600 + day * 86_400, 0))?;
    let parent = repository.head().ok().map(|head| head.peel_to_commit()).transpose()?;
    let parents: Vec<_> = parent.iter().collect();
    let message = format!("commit {}", number + 1);
    repository.commit(Some("HEAD"), &author, &author, &message, &tree, &parents).map(|id| id.to_string())
}

/// All files below a folder, as a commit would hold them.
pub fn read_files(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("the folder can be listed") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inside = path.strip_prefix(folder).expect("the walk stays in its folder");
            let bytes = fs::read(&path).expect("the file can be read");
            files.insert(inside.to_string_lossy().replace('\\', "/"), bytes);
        }
    }
    files
}

/// `[("models/a.sql", "select 1")]` as files.
pub fn files<const N: usize>(texts: [(&str, &str); N]) -> Files {
    texts.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect()
}
