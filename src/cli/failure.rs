//! What we could not do, as one line and one hint: whose fault it is decides the exit code.

use std::fmt;
use std::process::{ExitCode, Termination};

use crate::compile::Bug;
use crate::repo::RepoError;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at or over the failing level.
    Clean,
    /// Findings or impacts at or over the failing level.
    Found,
    /// We could not run: the world, the arguments or the config.
    Failed,
    /// A bug of ours.
    Bug,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        match self {
            Exit::Clean => ExitCode::from(0),
            Exit::Found => ExitCode::from(1),
            Exit::Failed => ExitCode::from(2),
            Exit::Bug => ExitCode::from(3),
        }
    }
}

/// Why a command could not do its job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    Told {
        message: String,
        hint: Option<String>,
    },
    /// An invariant of ours is broken, in a place that can tell.
    Bug(String),
    /// Nobody reads our output any more (`sluice .. | head`): not a fault at all.
    Closed,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Failure::Told { message: message.into(), hint: None }
    }

    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        match self {
            Failure::Told { message, .. } => Failure::Told { message, hint: Some(hint.into()) },
            other => other,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Told { message, hint: None } => f.write_str(message),
            Failure::Told { message, hint: Some(hint) } => write!(f, "{message}; {hint}"),
            Failure::Bug(what) => write!(f, "a bug in sluice: {what}"),
            Failure::Closed => f.write_str("nobody reads the output"),
        }
    }
}

impl From<Bug> for Failure {
    fn from(bug: Bug) -> Self {
        Failure::Bug(bug.0)
    }
}

impl From<RepoError> for Failure {
    fn from(error: RepoError) -> Self {
        let failure = Failure::new(error.to_string());
        match error.help() {
            Some(help) => failure.hint(help),
            None => failure,
        }
    }
}
