//! Parsed: the statements of one text, each with its tree or its error, and the comments between them.

use std::sync::Arc;

use sqlparser::ast;
use sqlparser::tokenizer::{Location, Span as TreeSpan};

use super::role::Role;
use crate::text::Span;

/// The statements of one SQL text.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    pub statements: Vec<Statement>,
    pub comments: Vec<Comment>,
    /// Names of the variables that a script declares or sets, in lower case and sorted.
    pub variables: Vec<String>,
    pub(super) text: Arc<str>,
    /// Byte spans of all tokens but white space and comments, in order: what exact spans are computed from.
    pub(super) tokens: Vec<Span>,
}

/// One statement; either its tree or why there is none.
#[derive(Clone, Debug)]
pub struct Statement {
    pub span: Span,
    pub tree: Result<Box<ast::Statement>, SyntaxError>,
    /// Of a statement without a tree, the names after FROM, JOIN, INTO and USING: what it may read, by its tokens alone.
    pub mentions: Vec<Vec<String>>,
    /// What decides whether it runs, and what the variables in it were set from: of branches, loops and variables.
    pub guards: Vec<ast::Query>,
    /// The variables in it that were set from queries, in lower case, each with the places of these in `guards`.
    pub values: Vec<(String, Vec<usize>)>,
    pub role: Role,
}

/// What stays of a statement when its tree is let go.
#[derive(Clone, Debug)]
pub struct Outline {
    pub fault: Option<SyntaxError>,
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

impl Statement {
    /// Why it is not understood, where that matters to anyone's rows.
    pub fn fault(&self) -> Option<&SyntaxError> {
        self.tree.as_ref().err().filter(|_| self.role != Role::Administration)
    }
}

impl Parsed {
    /// The text that was parsed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The statements without their trees.
    pub fn outline(&self) -> Vec<Outline> {
        let outline =
            |statement: &Statement| Outline { fault: statement.fault().cloned(), mentions: statement.mentions.clone() };
        self.statements.iter().map(outline).collect()
    }

    /// The first fault of any statement.
    pub fn error(&self) -> Option<&SyntaxError> {
        self.statements.iter().find_map(Statement::fault)
    }

    /// The bytes of a tree's span. Of a leaf (name, literal, star) that is exact; of a composite it is what its leaves
    /// cover, see [`Parsed::cover`] and [`Parsed::expr`].
    pub fn span(&self, span: TreeSpan) -> Span {
        if span == TreeSpan::empty() {
            return Span::default();
        }
        // The parser is handed byte offsets as the columns of one endless line.
        Span::new(byte(span.start).min(self.text.len()), byte(span.end).min(self.text.len()))
    }

    /// The smallest span that holds `span` and breaks no bracket: `f(x` becomes `f(x)`.
    pub fn cover(&self, span: Span) -> Span {
        let Some((first, last)) = self.token_range(span) else { return span };
        let mut open = 0usize;
        let mut unopened = 0usize;
        for token in &self.tokens[first..=last] {
            match self.bracket(*token) {
                Some(Bracket::Open) => open += 1,
                Some(Bracket::Close) if open == 0 => unopened += 1,
                Some(Bracket::Close) => open -= 1,
                None => {}
            }
        }
        let start = self.tokens[self.opener(first, unopened)].start;
        let end = self.tokens[self.closer(last, open)].end;
        span.cover(Span { start, end })
    }

    /// The brackets right around `span`, with them: `x` in `f( x )` gives `( x )`.
    pub fn brackets(&self, span: Span) -> Option<Span> {
        let (first, last) = self.token_range(span)?;
        let before = *self.tokens.get(first.checked_sub(1)?)?;
        let after = *self.tokens.get(last + 1)?;
        let around = self.bracket(before) == Some(Bracket::Open) && self.bracket(after) == Some(Bracket::Close);
        around.then(|| before.cover(after))
    }

    /// The nearest brackets that hold `span`, with them.
    pub(super) fn around(&self, span: Span) -> Option<Span> {
        let (first, _) = self.token_range(span)?;
        let open = self.opener(first, 1);
        (open < first).then(|| self.cover(self.tokens[open].cover(span)))
    }

    /// The token before `span`.
    pub(super) fn before(&self, span: Span) -> Option<Span> {
        let at = self.tokens.partition_point(|token| token.end <= span.start);
        self.tokens.get(at.checked_sub(1)?).copied()
    }

    /// The token after `span`.
    pub(super) fn after(&self, span: Span) -> Option<Span> {
        self.tokens.get(self.tokens.partition_point(|token| token.start < span.end)).copied()
    }

    pub(super) fn word(&self, token: Span) -> &str {
        self.text.get(token.range()).unwrap_or_default()
    }

    pub(super) fn is_open(&self, token: Span) -> bool {
        self.bracket(token) == Some(Bracket::Open)
    }

    /// First and last token that `span` touches.
    fn token_range(&self, span: Span) -> Option<(usize, usize)> {
        let first = self.tokens.partition_point(|token| token.end <= span.start);
        let end = self.tokens.partition_point(|token| token.start < span.end);
        (first < end).then(|| (first, end - 1))
    }

    /// The token that closes `open` brackets to the right of `at`; `at` itself if there is none.
    fn closer(&self, at: usize, mut open: usize) -> usize {
        if open == 0 {
            return at;
        }
        for (next, token) in self.tokens.iter().enumerate().skip(at + 1) {
            match self.bracket(*token) {
                Some(Bracket::Open) => open += 1,
                Some(Bracket::Close) => open -= 1,
                None => {}
            }
            if open == 0 {
                return next;
            }
        }
        at
    }

    /// The token that opens `unopened` brackets to the left of `at`; `at` itself if there is none.
    fn opener(&self, at: usize, mut unopened: usize) -> usize {
        if unopened == 0 {
            return at;
        }
        for next in (0..at).rev() {
            match self.bracket(self.tokens[next]) {
                Some(Bracket::Open) => unopened -= 1,
                Some(Bracket::Close) => unopened += 1,
                None => {}
            }
            if unopened == 0 {
                return next;
            }
        }
        at
    }

    fn bracket(&self, token: Span) -> Option<Bracket> {
        match self.word(token) {
            "(" | "[" | "{" => Some(Bracket::Open),
            ")" | "]" | "}" => Some(Bracket::Close),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Open,
    Close,
}

/// The span a token is given before it is handed to the parser: byte offsets as columns of line 1.
pub(super) fn tree_span(span: Span) -> TreeSpan {
    let location = |offset: u32| Location { line: 1, column: u64::from(offset) + 1 };
    TreeSpan::new(location(span.start), location(span.end))
}

/// Back from a column to the byte offset it stands for.
pub(super) fn byte(location: Location) -> usize {
    usize::try_from(location.column.saturating_sub(1)).unwrap_or(usize::MAX)
}
