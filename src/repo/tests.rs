//! What snapshots of real repositories show.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{Commit, Disk, Repo, RepoError, Snapshot, command, init_sample, write_atomic};
use crate::text::FileId;

fn commit(message: &str, files: &[(&str, &str)], removed: &[&str]) -> Commit {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    Commit { message: message.to_owned(), files, removed: removed.iter().map(|path| (*path).to_owned()).collect() }
}

/// A repo of two commits, and their ids.
fn sample() -> (TempDir, Vec<String>) {
    let dir = TempDir::new().expect("a temp folder");
    let commits = [
        commit(
            "first",
            &[("models/a.sql", "select 1"), ("models/b.sql", "select 2"), (".gitignore", "/out\n*.log\n")],
            &[],
        ),
        commit("second", &[("models/a.sql", "select 10"), ("models/c.sql", "select 2")], &["models/b.sql"]),
    ];
    let ids = init_sample(dir.path(), &commits).expect("a sample repo");
    (dir, ids)
}

fn write(dir: &TempDir, path: &str, bytes: impl AsRef<[u8]>) {
    write_atomic(&dir.path().join(path), bytes.as_ref()).expect("the temp folder is ours");
}

fn open(path: &Path) -> Repo {
    Repo::discover(path).expect("a repo")
}

/// `path: text` a line, for what is under `models`.
fn check(snapshot: &Snapshot, expected: &[&str]) {
    let models = snapshot.paths().filter(|file| file.path().starts_with("models/"));
    let shown: Vec<String> = models.map(|file| format!("{}: {}", file, text(snapshot, file.path()))).collect();
    assert_eq!(shown, expected);
}

fn text(snapshot: &Snapshot, path: &str) -> String {
    match snapshot.text(&FileId::new(path)) {
        Ok(text) => text.content.to_string(),
        Err(error) => format!("({error})"),
    }
}

fn digest(snapshot: &Snapshot, path: &str) -> String {
    snapshot.digest(&FileId::new(path)).expect("a digest").to_string()
}

fn noted(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.notes().iter().map(|note| note.path.as_str()).collect()
}

/// Runs git in `dir`; false, with a word, where git is not installed.
fn git(dir: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=Sample", "-c", "user.email=sample@example.com"]).arg("-C").arg(dir).args(arguments);
    // Set where these tests run inside a hook: they would lead out of the temp folder.
    command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
    command.output().is_ok_and(|output| output.status.success())
}

fn git_is_missing() -> bool {
    Command::new("git").arg("--version").output().is_err()
}

#[test]
fn sample_repos_have_the_same_ids_everywhere() {
    let (_one, first) = sample();
    let (_two, second) = sample();
    assert_eq!(first, second);
    assert_eq!(first[0], "1eb5de53617c9fd8233cc335b8f60a3cac85757a");
}

#[test]
fn each_moment_shows_its_own_files() {
    let (dir, ids) = sample();
    let repo = open(&dir.path().join("models"));
    write(&dir, "models/a.sql", "select 100");
    assert!(git(dir.path(), &["add", "models/a.sql"]) || git_is_missing());
    write(&dir, "models/a.sql", "select 1000");
    write(&dir, "models/new.sql", "select 5");
    write(&dir, "models/debug.log", "noise");
    write(&dir, "out/built.sql", "noise");

    check(&repo.commit("HEAD~1").expect("first"), &["models/a.sql: select 1", "models/b.sql: select 2"]);
    check(&repo.commit(&ids[1][..9]).expect("second"), &["models/a.sql: select 10", "models/c.sql: select 2"]);
    if !git_is_missing() {
        check(&repo.index().expect("index"), &["models/a.sql: select 100", "models/c.sql: select 2"]);
    }
    let now = repo.worktree().expect("worktree");
    check(&now, &["models/a.sql: select 1000", "models/c.sql: select 2", "models/new.sql: select 5"]);
    assert!(!now.contains(&FileId::new("out/built.sql")));

    let buffers = BTreeMap::from([(FileId::new("models/a.sql"), "select".to_owned())]);
    let edited = now.with_buffers(buffers);
    assert_eq!(text(&edited, "models/a.sql"), "select");
    assert_eq!(text(&now, "models/a.sql"), "select 1000");
}

#[test]
fn equal_content_has_one_digest_at_every_moment() {
    let (dir, _) = sample();
    let repo = open(dir.path());
    write(&dir, "models/untracked.sql", "select 2");
    let (base, head) = (repo.commit("HEAD~1").expect("first"), repo.commit("main").expect("second"));
    let (index, now) = (repo.index().expect("index"), repo.worktree().expect("worktree"));
    let buffers = BTreeMap::from([(FileId::new("models/open.sql"), "select 2".to_owned())]);
    let digests = [
        digest(&base, "models/b.sql"),
        digest(&head, "models/c.sql"),
        digest(&index, "models/c.sql"),
        digest(&now, "models/c.sql"),
        digest(&now, "models/untracked.sql"),
        digest(&now.with_buffers(buffers), "models/open.sql"),
    ];
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]), "{digests:?}");
    assert_ne!(digest(&base, "models/a.sql"), digest(&head, "models/a.sql"));
}

#[test]
fn a_settled_file_is_known_without_reading_and_guarded_against_later_writes() {
    let (dir, _) = sample();
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    let path = dir.path().join("models/a.sql");
    let file = std::fs::File::options().append(true).open(&path).expect("it is there");
    file.set_modified(long_ago).expect("times can be set");
    if !git(dir.path(), &["update-index", "--refresh"]) {
        assert!(git_is_missing());
        return;
    }
    let now = open(dir.path()).worktree().expect("worktree");
    std::fs::write(&path, "select 99").expect("it can be written");
    assert_eq!(text(&now, "models/a.sql"), "select 10", "the moment of the snapshot counts");
    assert_eq!(text(&open(dir.path()).worktree().expect("worktree"), "models/a.sql"), "select 99");
}

#[test]
fn odd_bytes_are_kept_and_told() {
    let (dir, _) = sample();
    write(&dir, "models/a.sql", b"\xef\xbb\xbfselect\r\n1 -- caf\xe9");
    let now = open(dir.path()).worktree().expect("worktree");
    let text = now.text(&FileId::new("models/a.sql")).expect("it can be read");
    assert_eq!(&*text.content, "\u{feff}select\r\n1 -- caf\u{fffd}");
    assert_eq!((text.had_bom, text.invalid_utf8), (true, Some(19)));
}

#[test]
fn too_large_a_file_is_refused_with_its_size() {
    let (dir, _) = sample();
    write(&dir, "models/big.sql", vec![b' '; (8 << 20) + 1]);
    let now = open(dir.path()).worktree().expect("worktree");
    assert_eq!(text(&now, "models/big.sql"), "(models/big.sql has 8388609 bytes, and 8388608 is the most we read)");
    assert!(now.digest(&FileId::new("models/big.sql")).is_some());
    assert_eq!(text(&now, "models/none.sql"), "(models/none.sql is not among the files of worktree)");
}

#[test]
fn a_blob_that_is_missing_is_told_and_the_rest_is_read() {
    let (dir, _) = sample();
    let repo = open(dir.path());
    let id = git2::Oid::hash_object(git2::ObjectType::Blob, b"select 10").expect("a hash").to_string();
    std::fs::remove_file(dir.path().join(".git/objects").join(&id[..2]).join(&id[2..])).expect("a loose object");
    let head = repo.commit("HEAD").expect("the tree is whole");
    let missing = "(the content of models/a.sql is not in this clone, which is partial or damaged)";
    check(&head, &[&format!("models/a.sql: {missing}"), "models/c.sql: select 2"]);
    assert!(head.digest(&FileId::new("models/a.sql")).is_some());
}

#[cfg(unix)]
#[test]
fn links_inside_are_read_and_links_outside_are_not() {
    let (dir, _) = sample();
    let outside = TempDir::new().expect("a temp folder");
    write(&outside, "secret.sql", "secret");
    let link = |to: &Path, at: &str| std::os::unix::fs::symlink(to, dir.path().join(at)).expect("a link");
    link(&outside.path().join("secret.sql"), "models/stolen.sql");
    link(Path::new("c.sql"), "models/twin.sql");
    link(Path::new("models"), "again");
    let now = open(dir.path()).worktree().expect("worktree");
    check(&now, &["models/a.sql: select 10", "models/c.sql: select 2", "models/twin.sql: select 2"]);
    assert_eq!(text(&now, "again/a.sql"), "select 10");
    assert_eq!(noted(&now), ["models/stolen.sql"]);
}

#[test]
fn unknown_revisions_come_with_a_suggestion() {
    let (dir, _) = sample();
    let error = open(dir.path()).commit("mian").expect_err("there is no such branch");
    let expected =
        RepoError::UnknownRef { reference: "mian".to_owned(), similar: Some("main".to_owned()), shallow: false };
    assert_eq!(error, expected);
    assert_eq!(error.help().as_deref(), Some("Did you mean `main`?"));
}

#[test]
fn folders_outside_git_have_one_moment() {
    let dir = TempDir::new().expect("a temp folder");
    for path in ["models/a.sql", ".hidden/x.sql", "target/y.sql", "node_modules/z.sql", ".user.yml"] {
        write(&dir, path, "select 1");
    }
    let repo = open(dir.path());
    let paths: Vec<String> = repo.worktree().expect("files").paths().map(ToString::to_string).collect();
    assert_eq!(paths, [".user.yml", "models/a.sql"]);
    assert!(matches!(repo.commit("HEAD"), Err(RepoError::NotARepo { .. })));
    assert!(matches!(Repo::discover(&dir.path().join("none")), Err(RepoError::NoSuchFolder { .. })));
}

#[test]
fn bare_repos_have_commits_only() {
    let (dir, _) = sample();
    let repo = open(&dir.path().join(".git"));
    assert!(repo.has_worktree(), "the .git folder belongs to its working tree");
    let bare = TempDir::new().expect("a temp folder");
    for part in ["HEAD", "refs", "objects"] {
        copy(&dir.path().join(".git").join(part), &bare.path().join(part));
    }
    let repo = open(bare.path());
    check(&repo.commit("main").expect("second"), &["models/a.sql: select 10", "models/c.sql: select 2"]);
    assert!(matches!(repo.worktree(), Err(RepoError::Bare { .. })));
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().flatten() {
        let target: PathBuf =
            to.components().chain(entry.path().strip_prefix(from).expect("below").components()).collect();
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).expect("a folder");
        } else {
            std::fs::copy(entry.path(), target).expect("a file");
        }
    }
}

#[test]
fn linked_worktrees_are_worktrees() {
    let (dir, _) = sample();
    let other = TempDir::new().expect("a temp folder");
    let path = other.path().join("side");
    let main = git2::Repository::open(dir.path()).expect("a repo");
    main.worktree("side", &path, None).expect("a linked worktree");
    std::fs::write(path.join("models/a.sql"), "select 7").expect("it can be written");
    let repo = open(&path.join("models"));
    check(&repo.worktree().expect("worktree"), &["models/a.sql: select 7", "models/c.sql: select 2"]);
    check(&repo.commit("main").expect("second"), &["models/a.sql: select 10", "models/c.sql: select 2"]);
    assert_eq!(repo.branch().as_deref(), Some("side"));
}

#[test]
fn the_base_is_the_merge_base_with_the_default_branch() {
    let (dir, ids) = sample();
    let raw = git2::Repository::open(dir.path()).expect("a repo");
    let first = raw.find_commit(git2::Oid::from_str(&ids[0]).expect("an id")).expect("a commit");
    raw.branch("feature", &first, false).expect("a branch");
    let repo = open(dir.path());
    let none = |_: &str| None;
    let base = repo.default_base("feature", &none).expect("main is there");
    assert_eq!((base.commit.as_str(), base.reason.as_str()), (&*ids[0], "merge base with main, from its name"));

    let github = |name: &str| (name == "GITHUB_BASE_REF").then(|| "feature".to_owned());
    let base = repo.default_base("HEAD", &github).expect("feature is there");
    assert_eq!(base.reason, "merge base with feature, from GITHUB_BASE_REF");
    let gone = |name: &str| (name == "GITHUB_BASE_REF").then(|| "release".to_owned());
    assert!(matches!(repo.default_base("HEAD", &gone), Err(RepoError::BaseNotFetched { .. })));

    raw.reference("refs/remotes/origin/main", first.id(), false, "").expect("a ref");
    raw.reference_symbolic("refs/remotes/origin/HEAD", "refs/remotes/origin/main", false, "").expect("a ref");
    let base = repo.default_base("HEAD", &none).expect("origin/HEAD is there");
    assert_eq!((base.commit, base.reason.as_str()), (ids[0].clone(), "merge base with origin/main, from origin/HEAD"));
}

#[test]
fn a_shallow_clone_says_that_its_history_is_cut() {
    let (dir, ids) = sample();
    let raw = git2::Repository::open(dir.path()).expect("a repo");
    let first = raw.find_commit(git2::Oid::from_str(&ids[0]).expect("an id")).expect("a commit");
    raw.branch("feature", &first, false).expect("a branch");
    let clone = TempDir::new().expect("a temp folder");
    let source = format!("file://{}", dir.path().display());
    if !git(clone.path(), &["clone", "-q", "--depth", "1", "--no-single-branch", &source, "."]) {
        assert!(git_is_missing());
        return;
    }
    let error = open(clone.path()).merge_base("origin/feature", "HEAD").expect_err("history is cut");
    assert!(error.to_string().ends_with("in this shallow clone"), "{error}");
    assert!(error.help().is_some_and(|help| help.contains("--unshallow")));
}

#[test]
fn repos_that_libgit2_refuses_are_read_through_git() {
    let (dir, _) = sample();
    write(&dir, "models/a.sql", "select 1000");
    write(&dir, "models/new file.sql", "select 5");
    write(&dir, "models/debug.log", "noise");
    let plain = open(dir.path());
    if !git(dir.path(), &["config", "core.repositoryformatversion", "1"])
        || !git(dir.path(), &["config", "extensions.partialClone", "origin"])
    {
        assert!(git_is_missing());
        return;
    }
    assert!(git2::Repository::open(dir.path()).is_err());
    let repo = open(&dir.path().join("models"));
    assert_eq!(repo.root(), plain.root());
    let moments = |repo: &Repo| {
        [repo.commit("HEAD~1").expect("first"), repo.index().expect("index"), repo.worktree().expect("worktree")]
    };
    for (through_git, direct) in moments(&repo).iter().zip(&moments(&plain)) {
        let shown = |snapshot: &Snapshot| -> Vec<String> {
            let file =
                |file: &FileId| format!("{file} {} {}", digest(snapshot, file.path()), text(snapshot, file.path()));
            snapshot.paths().map(file).collect()
        };
        assert_eq!(shown(through_git), shown(direct));
        assert!(through_git.paths().count() > 2);
    }
    assert_eq!(repo.branch().as_deref(), Some("main"));
    assert_eq!(repo.merge_base("HEAD", "HEAD~1"), plain.merge_base("HEAD", "HEAD~1"));
    assert_eq!(repo.commit("mian").err(), plain.commit("mian").err());
    let id = git2::Oid::hash_object(git2::ObjectType::Blob, b"select 1").expect("a hash").to_string();
    std::fs::remove_file(dir.path().join(".git/objects").join(&id[..2]).join(&id[2..])).expect("a loose object");
    let base = repo.commit("HEAD~1").expect("the tree is whole");
    assert!(text(&base, "models/a.sql").contains("not in this clone"));
    assert_eq!(text(&base, "models/b.sql"), "select 2");
}

#[test]
fn partial_clones_tell_what_they_do_not_hold() {
    let (dir, _) = sample();
    let clone = TempDir::new().expect("a temp folder");
    let source = format!("file://{}", dir.path().display());
    if !git(dir.path(), &["config", "uploadpack.allowFilter", "true"])
        || !git(clone.path(), &["clone", "-q", "--filter=blob:none", &source, "."])
    {
        assert!(git_is_missing());
        return;
    }
    let repo = open(clone.path());
    check(&repo.worktree().expect("worktree"), &["models/a.sql: select 10", "models/c.sql: select 2"]);
    let missing = "models/a.sql: (the content of models/a.sql is not in this clone, which is partial or damaged)";
    check(&repo.commit("HEAD~1").expect("the tree is whole"), &[missing, "models/b.sql: select 2"]);
}

#[test]
fn repos_with_sha256_ids_are_read_through_git() {
    let dir = TempDir::new().expect("a temp folder");
    if !git(dir.path(), &["init", "-q", "-b", "main", "--object-format=sha256"]) {
        assert!(git_is_missing());
        return;
    }
    write(&dir, "models/a.sql", "select 1");
    assert!(git(dir.path(), &["add", "."]) && git(dir.path(), &["commit", "-q", "-m", "first"]));
    write(&dir, "models/b.sql", "select 1");
    let repo = open(dir.path());
    let now = repo.worktree().expect("worktree");
    check(&now, &["models/a.sql: select 1", "models/b.sql: select 1"]);
    assert_eq!(digest(&repo.commit("HEAD").expect("first"), "models/a.sql"), digest(&now, "models/b.sql"));
}

#[test]
fn a_folder_that_is_no_repo_is_no_repo_for_git_either() {
    let dir = TempDir::new().expect("a temp folder");
    assert!(command::open(dir.path()).is_err());
}

#[test]
fn disks_show_what_git_ignores_and_nothing_outside() {
    let (dir, _) = sample();
    write(&dir, "out/pkg/m.sql", "select 3");
    write(&dir, "out/catalog.json", "{}");
    let disk = open(dir.path()).disk();
    assert_eq!(disk.list("out"), ["out/catalog.json", "out/pkg/m.sql"]);
    assert_eq!(disk.list("out/catalog.json"), ["out/catalog.json"]);
    assert!(disk.list("none").is_empty());
    assert_eq!(&*disk.text("out/pkg/m.sql").expect("it is there").content, "select 3");
    assert!(disk.exists("out") && !disk.exists("out/none"));
    assert!(Disk::new(&dir.path().join("out")).read("../models/a.sql").is_err());
    assert!(disk.read("/etc/hostname").is_err());
}

#[test]
fn submodules_and_repos_inside_are_noted() {
    let (dir, _) = sample();
    init_sample(&dir.path().join("nested"), &[commit("inner", &[("models/x.sql", "select 1")], &[])]).expect("nested");
    let now = open(dir.path()).worktree().expect("worktree");
    assert_eq!(noted(&now), ["nested"]);
    if git(dir.path(), &["add", "nested"]) {
        let repo = open(dir.path());
        assert_eq!(noted(&repo.worktree().expect("worktree")), ["nested"]);
        assert_eq!(noted(&repo.index().expect("index")), ["nested"]);
    }
}

#[test]
fn many_threads_read_one_snapshot() {
    let (dir, _) = sample();
    let head = open(dir.path()).commit("HEAD").expect("second");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(text(&head, "models/a.sql"), "select 10");
                }
            });
        }
    });
}
