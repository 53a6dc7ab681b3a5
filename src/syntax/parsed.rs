//! Parsed: the statements of one text, each with its tree or its error, and the comments between them.

use sqlparser::ast;

use crate::text::{LineIndex, Span};

/// The statements of one SQL text.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub statements: Vec<Statement>,
    pub comments: Vec<Comment>,
    /// Turns the parser's line and column positions into byte offsets of the text.
    pub(super) lines: LineIndex,
    pub(super) text: std::sync::Arc<str>,
    /// Byte spans of all tokens but white space and comments, in order: what exact spans are computed from.
    pub(super) tokens: Vec<Span>,
}

/// One statement; either its tree or why there is none.
#[derive(Clone, Debug)]
pub struct Statement {
    pub span: Span,
    pub tree: Result<Box<ast::Statement>, SyntaxError>,
    /// Names after FROM, JOIN, INTO and USING, read from the tokens alone: what a statement without a tree may read.
    pub mentions: Vec<Vec<String>>,
}

/// One fault in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The token that could not be understood.
    pub span: Span,
    /// What was expected and what was found, in words.
    pub message: String,
}

/// A comment and its text without the comment signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub span: Span,
    pub text: String,
}
