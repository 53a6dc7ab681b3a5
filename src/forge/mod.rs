//! The variables of a build agent in; which forge it belongs to, which change it is asked about, and one comment there,
//! out.
//!
//! Start at [`Forge::detect`]. Knows nothing of SQL: it is handed text. The one floor that talks to a network, and only
//! to say what [`Forge::comment`] is given.

mod comment;
mod detect;
mod http;

#[cfg(test)]
mod tests;

pub use comment::{Posted, limit};

/// Where a repo lives and its changes are reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// And Gitea and Forgejo, whose runners speak as GitHub's do.
    GitHub,
    GitLab,
    Bitbucket,
    Azure,
    /// Runs builds and keeps no changes: it has a page for each build.
    Buildkite,
}

/// One run on a build agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forge {
    pub kind: Kind,
    /// The commit in which the forge has merged the change for a trial: its first parent is the branch it goes to.
    pub trial_merge: Option<String>,
    /// Where the branch stood before the push that is built.
    pub before: Option<String>,
    /// Where comments on the change are kept; none where no change is reviewed.
    thread: Option<Thread>,
}

/// The comments of one change.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Thread {
    /// Without a slash at its end.
    api: String,
    /// What identifies the change in the API's paths.
    repo: String,
    number: String,
    token: Option<String>,
    /// PEM text of the certificates to trust, where they are not those of the web.
    certificates: Option<String>,
}

/// Why there is no comment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForgeError {
    #[error("no change is reviewed here, so there is nothing to comment on")]
    NoChange,
    #[error("there is no token to comment with")]
    NoToken { kind: Kind },
    #[error("{url} cannot be reached: {why}")]
    Unreachable { url: String, why: String },
    #[error("{url} answers {status}: {said}")]
    Refused { kind: Kind, url: String, status: u16, said: String },
    #[error("{url} does not answer as we know it: {why}")]
    Strange { url: String, why: String },
    #[error("the certificates to trust cannot be read: {why}")]
    Certificates { why: String },
}

impl ForgeError {
    /// What to do about it, in one sentence.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            ForgeError::NoToken { kind } | ForgeError::Refused { kind, status: 401 | 403 | 404, .. } => {
                Some(match kind {
                    Kind::GitHub => {
                        "Give the job `permissions: { pull-requests: write }` and the step `GITHUB_TOKEN`; a pull request \
                     from a fork may not comment."
                    }
                    Kind::GitLab => "Set the variable GITLAB_TOKEN to an access token with the scope `api`.",
                    Kind::Bitbucket => {
                        "Set the variable BITBUCKET_TOKEN to an access token that may write pull requests."
                    }
                    Kind::Azure => {
                        "Hand the step `SYSTEM_ACCESSTOKEN: $(System.AccessToken)`, and let the build service contribute \
                     to pull requests."
                    }
                    Kind::Buildkite => "Buildkite keeps no comments.",
                })
            }
            _ => None,
        }
    }
}
