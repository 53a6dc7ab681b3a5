//! The clone of a build agent in, which is often shallow; the commit that the change is measured from out, fetched where
//! it is missing.

use std::path::Path;
use std::process::{Command, Stdio};

use super::base::BaseChoice;
use super::{Repo, RepoError};

/// What a forge says of the commit that is built.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pushed<'a> {
    /// The commit in which the forge merged the change for a trial; its first parent is where the change goes to.
    pub trial_merge: Option<&'a str>,
    /// Where the branch stood before.
    pub before: Option<&'a str>,
}

/// A clone whose history may end too early.
pub struct Checkout<'a> {
    pub root: &'a Path,
    pub pushed: Pushed<'a>,
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Whether the installed git may be asked to fetch what is missing.
    pub may_fetch: bool,
    /// Is told each command that fetches.
    pub tell: &'a mut dyn FnMut(&str),
}

/// What is not here.
enum Missing {
    Commit(String),
    Branch(String),
    /// The two are here, but not the history back to where they part.
    History(String),
    Other(RepoError),
}

impl From<RepoError> for Missing {
    fn from(error: RepoError) -> Self {
        match error {
            RepoError::BaseNotFetched { reference, .. } => Missing::Branch(reference),
            RepoError::NoMergeBase { base, shallow: true, .. } => Missing::History(base),
            error => Missing::Other(error),
        }
    }
}

/// How deep the history is fetched, one after the other; then all of it.
const DEPTHS: [&str; 2] = ["100", "1000"];

impl Checkout<'_> {
    /// The commit to measure from: the merge base with `wanted`; without it, with the branch that the change goes to,
    /// and on that branch itself the commit before.
    pub fn base(&mut self, wanted: &str) -> Result<BaseChoice, RepoError> {
        let mut asked: Vec<Vec<String>> = Vec::new();
        loop {
            // Opened anew: what was fetched meanwhile is not known to a repo that is open.
            let repo = Repo::discover(self.root)?;
            let missing = match self.find(&repo, wanted) {
                Ok(choice) => return Ok(choice),
                Err(missing) => missing,
            };
            let command = match command(&repo, &missing, &asked) {
                Next::Fetch(command) => command,
                Next::GiveUp(command) => return Err(RepoError::NotFetched { command: in_words(&command), why: None }),
                Next::Never(error) => return Err(error),
            };
            if !self.may_fetch {
                return Err(RepoError::NotFetched { command: in_words(&command), why: None });
            }
            (self.tell)(&in_words(&command));
            if let Err(why) = run(self.root, &command) {
                return Err(RepoError::NotFetched { command: in_words(&command), why: Some(why) });
            }
            asked.push(command);
        }
    }

    fn find(&self, repo: &Repo, wanted: &str) -> Result<BaseChoice, Missing> {
        let head = repo.resolve("HEAD")?;
        if !wanted.is_empty() {
            let missing = |error| match error {
                RepoError::UnknownRef { .. } if is_id(wanted) => Missing::Commit(wanted.to_owned()),
                RepoError::UnknownRef { .. } => Missing::Branch(branch(wanted).to_owned()),
                error => Missing::from(error),
            };
            let commit = repo.merge_base(wanted, "HEAD").map_err(missing)?;
            return Ok(BaseChoice { commit, reason: format!("merge base with {wanted}") });
        }
        let parents = repo.parents("HEAD")?;
        if let ([into, _], true) = (parents.as_slice(), self.pushed.trial_merge == Some(&head)) {
            return here(repo, into, "where the forge merged the change into, for a trial");
        }
        if let Some(commit) = (self.variable)("CI_MERGE_REQUEST_DIFF_BASE_SHA").filter(|id| is_id(id)) {
            return here(repo, &commit, "the commit that CI_MERGE_REQUEST_DIFF_BASE_SHA names");
        }
        let choice = repo.default_base("HEAD", self.variable)?;
        if choice.commit != head {
            return Ok(choice);
        }
        // All of it is merged: what came last is looked at.
        let before = self.pushed.before.filter(|before| is_id(before) && *before != head);
        match (before.filter(|before| repo.resolve(before).is_ok()), parents.first()) {
            (Some(before), _) => here(repo, before, "where the branch stood before the push"),
            (None, Some(parent)) => here(repo, parent, "the commit before"),
            (None, None) => Ok(choice),
        }
    }
}

fn here(repo: &Repo, commit: &str, reason: &str) -> Result<BaseChoice, Missing> {
    let commit = repo.resolve(commit).map_err(|_| Missing::Commit(commit.to_owned()))?;
    Ok(BaseChoice { commit, reason: reason.to_owned() })
}

enum Next {
    Fetch(Vec<String>),
    GiveUp(Vec<String>),
    Never(RepoError),
}

/// What has to be fetched next, given what was fetched already and did not help.
fn command(repo: &Repo, missing: &Missing, asked: &[Vec<String>]) -> Next {
    let shallow = repo.is_shallow();
    let fetch = |depth: &str, what: &[String]| {
        let words = ["fetch", "--no-tags", depth, "origin"].into_iter().filter(|word| !word.is_empty());
        words.map(str::to_owned).chain(what.iter().cloned()).collect::<Vec<String>>()
    };
    let commands: Vec<Vec<String>> = match missing {
        Missing::Other(error) => return Next::Never(error.clone()),
        Missing::Commit(id) => vec![fetch(if shallow { "--depth=1" } else { "" }, std::slice::from_ref(id))],
        Missing::Branch(name) => vec![fetch(if shallow { "--depth=100" } else { "" }, &[tracked(name)])],
        Missing::History(base) => {
            let base = branch(base);
            let base = if is_id(base) { base.to_owned() } else { tracked(base) };
            let both = [repo.resolve("HEAD").unwrap_or_else(|_| "HEAD".to_owned()), base];
            let deeper = DEPTHS.iter().map(|depth| fetch(&format!("--deepen={depth}"), &both));
            deeper.chain([fetch("--unshallow", &both)]).collect()
        }
    };
    match commands.iter().find(|command| !asked.contains(command)) {
        Some(command) => Next::Fetch(command.clone()),
        None => Next::GiveUp(commands.last().cloned().unwrap_or_default()),
    }
}

/// Runs the installed git with the rights of who started us.
fn run(folder: &Path, arguments: &[String]) -> Result<(), String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments).env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("git cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let fatal = said.lines().find(|line| line.starts_with("fatal: ") || line.starts_with("error: "));
    Err(fatal.or(said.lines().last()).unwrap_or("git fetch failed").to_owned())
}

fn in_words(command: &[String]) -> String {
    format!("git {}", command.join(" "))
}

fn tracked(branch: &str) -> String {
    format!("+refs/heads/{branch}:refs/remotes/origin/{branch}")
}

/// `main` of `origin/main` and `refs/heads/main`.
fn branch(reference: &str) -> &str {
    let reference = reference.strip_prefix("refs/heads/").unwrap_or(reference);
    let reference = reference.strip_prefix("refs/remotes/").unwrap_or(reference);
    reference.strip_prefix("origin/").unwrap_or(reference)
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
