//! What any floor may tell a user about their repo: a message at a place, and the way out.

use crate::text::{FileId, Place, Span};

/// How much a finding matters. Ordered: `Error` is the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Info,
    Warn,
    Error,
}

impl Severity {
    /// The word used in config, JSON and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warn => "warn",
            Severity::Error => "error",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        [Severity::Info, Severity::Warn, Severity::Error].into_iter().find(|severity| severity.word() == word)
    }
}

/// A further place that explains a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub place: Place,
    pub message: String,
}

/// One replacement of bytes in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub file: FileId,
    pub span: Span,
    pub text: String,
}

/// Edits that mend what the diagnostic says. `safe`: the meaning of the SQL is proved unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub safe: bool,
    pub edits: Vec<Edit>,
}

/// Something wrong in the user's repo, at a place in a file they edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's name in words, e.g. `parse-error`. Rules of lint and faults of lower floors share one name space.
    pub rule: String,
    pub severity: Severity,
    pub place: Place,
    /// What is wrong and why, one or two sentences.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    pub related: Vec<Label>,
    pub fix: Option<Fix>,
    /// The full name of the model it concerns, e.g. `model.shop.orders`.
    pub model: Option<String>,
}

impl Diagnostic {
    pub fn error(rule: &str, place: Place, message: impl Into<String>) -> Self {
        Diagnostic::new(rule, Severity::Error, place, message)
    }

    pub fn warn(rule: &str, place: Place, message: impl Into<String>) -> Self {
        Diagnostic::new(rule, Severity::Warn, place, message)
    }

    pub fn new(rule: &str, severity: Severity, place: Place, message: impl Into<String>) -> Self {
        let (rule, message) = (rule.to_owned(), message.into());
        Diagnostic { rule, severity, place, message, help: None, related: Vec::new(), fix: None, model: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn label(mut self, place: Place, message: impl Into<String>) -> Self {
        self.related.push(Label { place, message: message.into() });
        self
    }

    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }
}
