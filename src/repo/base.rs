//! A head in, the commit to compare it with out, and why that one.

use super::{Repo, RepoError};

/// The commit that a change is measured from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseChoice {
    /// Full id.
    pub commit: String,
    /// E.g. `merge base with origin/main, from origin/HEAD`.
    pub reason: String,
}

/// Variables that name the commit itself.
const COMMIT_VARIABLES: [&str; 1] = ["CI_MERGE_REQUEST_DIFF_BASE_SHA"];

/// Variables of GitHub, GitLab, Bitbucket, Azure and Buildkite that name the branch a change is to be merged into.
const BRANCH_VARIABLES: [&str; 5] = [
    "GITHUB_BASE_REF",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "SYSTEM_PULLREQUEST_TARGETBRANCH",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
];

const REMOTES: [&str; 2] = ["origin", "upstream"];
const DEFAULT_BRANCHES: [&str; 4] = ["main", "master", "trunk", "develop"];

impl Repo {
    /// The merge base of `head` with the branch it will be merged into. `variable` looks up an environment variable.
    pub fn default_base(&self, head: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<BaseChoice, RepoError> {
        self.resolve_id(head)?;
        let set = |name: &&'static str| Some((*name, variable(name).filter(|value| !value.trim().is_empty())?));
        for (name, commit) in COMMIT_VARIABLES.iter().filter_map(set) {
            if let Ok(commit) = self.resolve(commit.trim()) {
                return Ok(BaseChoice { commit, reason: format!("the commit that {name} names") });
            }
        }
        if let Some((variable, branch)) = BRANCH_VARIABLES.iter().find_map(set) {
            let branch = branch.trim().trim_start_matches("refs/heads/");
            let reference = self.branch_named(branch).ok_or_else(|| RepoError::BaseNotFetched {
                variable: variable.to_owned(),
                reference: branch.to_owned(),
            })?;
            return self.choose(&reference, head, variable);
        }
        for remote in REMOTES {
            let target = self.store.target_of(&format!("refs/remotes/{remote}/HEAD"));
            let branch = target.as_deref().and_then(|target| target.strip_prefix("refs/remotes/"));
            if let Some(branch) = branch.filter(|branch| self.store.commit(branch).is_some()) {
                return self.choose(branch, head, &format!("{remote}/HEAD"));
            }
        }
        let reference = DEFAULT_BRANCHES.iter().find_map(|branch| self.branch_named(branch));
        let reference = reference.ok_or(RepoError::NoDefaultBranch)?;
        self.choose(&reference, head, "its name")
    }

    /// Full id of the last commit that `base` and `head` have in common.
    pub fn merge_base(&self, base: &str, head: &str) -> Result<String, RepoError> {
        let (base_id, head_id) = (self.resolve_id(base)?, self.resolve_id(head)?);
        let found = self.store.merge_base(base_id, head_id).map(|id| id.hex());
        found.ok_or_else(|| RepoError::NoMergeBase {
            base: base.to_owned(),
            head: head.to_owned(),
            shallow: self.store.is_shallow(),
        })
    }

    fn choose(&self, reference: &str, head: &str, source: &str) -> Result<BaseChoice, RepoError> {
        let commit = self.merge_base(reference, head)?;
        Ok(BaseChoice { commit, reason: format!("merge base with {reference}, from {source}") })
    }

    /// The branch as a remote has it, else as it is here: a local copy may be long behind.
    fn branch_named(&self, branch: &str) -> Option<String> {
        let remote = REMOTES.iter().map(|remote| format!("{remote}/{branch}"));
        let full = |name: &String| self.store.commit(&format!("refs/remotes/{name}")).is_some();
        let local =
            || Some(branch.to_owned()).filter(|name| self.store.commit(&format!("refs/heads/{name}")).is_some());
        remote.into_iter().find(full).or_else(local)
    }
}

/// An environment variable of this process.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
