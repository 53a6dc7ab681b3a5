//! The tolerant tree of one file in; out, its tokens in order, each a single word or sign, and the nodes around them.
//!
//! Rules about how SQL is written share it: it is built once a file. What a template wrote is one token, whatever
//! stands in it.

mod queries;
mod roles;

pub(super) use queries::{Relation, Select};

use crate::syntax::{Node, Tolerant};
use crate::text::Span;

/// One word or sign.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) span: Span,
    pub(super) kind: Kind,
    /// The smallest node that holds it, an index into [`Script::nodes`].
    pub(super) node: usize,
    /// The bracket's other half.
    pub(super) pair: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word of the language.
    Keyword,
    /// A plain part of a name.
    Name,
    /// The last part of a called name.
    Function,
    /// A word of a type.
    Type,
    /// A unit of time.
    Unit,
    /// TRUE, FALSE, NULL.
    Constant,
    /// A name in quotes.
    Quoted,
    String,
    Number,
    Operator,
    Comma,
    Dot,
    /// `::`
    Cast,
    Colon,
    Semicolon,
    Open,
    Close,
    Star,
    /// Up to the end of its line.
    Comment,
    BlockComment,
    /// `{{ .. }}`
    Expression,
    /// `{% .. %}`
    Statement,
    /// `{# .. #}`
    Remark,
    /// A placeholder such as `:name` or `$1`.
    Parameter,
    Other,
}

/// One node of the tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Knot {
    pub(super) kind: &'static str,
    pub(super) span: Span,
    pub(super) parent: usize,
    /// Its tokens: from `first` up to but not with `end`.
    pub(super) first: usize,
    pub(super) end: usize,
    /// Behind the last node below it.
    pub(super) last: usize,
}

/// A file's tokens and nodes.
pub(super) struct Script<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: Vec<Token>,
    /// In the order of the text, parents first; number 0 is the whole file and its own parent.
    pub(super) nodes: Vec<Knot>,
}

impl Kind {
    pub(super) fn is_comment(self) -> bool {
        matches!(self, Kind::Comment | Kind::BlockComment | Kind::Remark)
    }

    /// Neither comment nor `{% .. %}`.
    pub(super) fn is_code(self) -> bool {
        !self.is_comment() && self != Kind::Statement
    }

    pub(super) fn is_jinja(self) -> bool {
        matches!(self, Kind::Expression | Kind::Statement | Kind::Remark)
    }

    pub(super) fn is_word(self) -> bool {
        matches!(self, Kind::Keyword | Kind::Name | Kind::Function | Kind::Type | Kind::Unit | Kind::Constant)
    }
}

impl<'t> Script<'t> {
    pub(super) fn new(tree: &Tolerant<'_>, text: &'t str) -> Self {
        let mut script = Script { text, tokens: Vec::with_capacity(text.len() / 5), nodes: Vec::new() };
        let mut at = 0;
        script.walk(tree.root(), &mut at);
        script.fill(text.len(), &mut at, 0);
        script.pair();
        roles::assign(&mut script);
        script
    }

    pub(super) fn word(&self, token: usize) -> &'t str {
        self.tokens.get(token).map_or("", |token| &self.text[token.span.range()])
    }

    pub(super) fn is(&self, token: usize, word: &str) -> bool {
        self.word(token).eq_ignore_ascii_case(word)
    }

    pub(super) fn kind(&self, token: usize) -> Option<Kind> {
        self.tokens.get(token).map(|token| token.kind)
    }

    /// The white space before a token; behind the last token, what ends the file.
    pub(super) fn gap(&self, token: usize) -> Span {
        let start = token.checked_sub(1).map_or(0, |before| self.tokens[before].span.end);
        let end = self.tokens.get(token).map_or(self.text.len() as u32, |token| token.span.start);
        Span { start, end: end.max(start) }
    }

    pub(super) fn gap_text(&self, token: usize) -> &'t str {
        &self.text[self.gap(token).range()]
    }

    /// Does a token start its line?
    pub(super) fn starts_line(&self, token: usize) -> bool {
        token == 0 || self.gap_text(token).contains('\n')
    }

    /// The next token from `token` on that is neither comment nor `{% .. %}`.
    pub(super) fn code_from(&self, token: usize) -> Option<usize> {
        (token..self.tokens.len()).find(|at| self.tokens[*at].kind.is_code())
    }

    /// The nearest token before `token` that is neither comment nor `{% .. %}`.
    pub(super) fn code_before(&self, token: usize) -> Option<usize> {
        (0..token).rev().find(|at| self.tokens[*at].kind.is_code())
    }

    /// The node and all above it, the smallest first.
    pub(super) fn above(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let next = |at: &usize| (*at != 0).then(|| self.nodes[*at].parent);
        std::iter::successors(Some(node), next)
    }

    /// The nearest node of a kind at or above `node`.
    pub(super) fn up(&self, node: usize, kinds: &[&str]) -> Option<usize> {
        self.above(node).find(|at| kinds.contains(&self.nodes[*at].kind))
    }

    pub(super) fn children(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.nodes[node].last;
        let first = (node + 1 < end).then_some(node + 1);
        std::iter::successors(first, move |at| Some(self.nodes[*at].last).filter(|next| *next < end))
    }

    pub(super) fn child(&self, node: usize, kind: &str) -> Option<usize> {
        self.children(node).find(|at| self.nodes[*at].kind == kind)
    }

    /// All nodes of a kind below `node`, itself among them.
    pub(super) fn below<'a>(&'a self, node: usize, kind: &'a str) -> impl Iterator<Item = usize> + 'a {
        (node..self.nodes[node].last).filter(move |at| self.nodes[*at].kind == kind)
    }

    pub(super) fn all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.below(0, kind)
    }

    pub(super) fn node_text(&self, node: usize) -> &'t str {
        &self.text[self.nodes[node].span.range()]
    }

    pub(super) fn node_kind(&self, node: usize) -> &'static str {
        self.nodes[node].kind
    }

    /// The tokens of a node.
    pub(super) fn tokens_of(&self, node: usize) -> std::ops::Range<usize> {
        self.nodes[node].first..self.nodes[node].end
    }

    /// The tokens of a node that are neither comments nor `{% .. %}`.
    pub(super) fn code_of(&self, node: usize) -> Vec<usize> {
        self.tokens_of(node).filter(|at| self.tokens[*at].kind.is_code()).collect()
    }

    /// Tokens from one to another, both among them, as one span.
    pub(super) fn span(&self, first: usize, last: usize) -> Span {
        self.tokens[first].span.cover(self.tokens[last].span)
    }

    fn walk(&mut self, root: Node<'_>, at: &mut usize) {
        let mut open: Vec<usize> = Vec::new();
        let mut quiet_until = 0;
        let mut nodes = root.descendants();
        while let Some(node) = nodes.next() {
            let (span, depth) = (node.span(), nodes.depth());
            while open.len() > depth {
                self.close(open.pop());
            }
            if (span.start as usize) < quiet_until || (span.is_empty() && node.parent().is_some()) {
                continue;
            }
            let parent = open.last().copied().unwrap_or(0);
            self.fill(span.start as usize, at, parent);
            let index = self.nodes.len();
            let first = self.tokens.len();
            self.nodes.push(Knot { kind: node.kind(), span, parent, first, end: first, last: index + 1 });
            open.resize(depth, parent);
            open.push(index);
            if is_whole(node) || !node.has_children() {
                quiet_until = span.end as usize;
                self.split(node, index, at);
            }
        }
        while let Some(last) = open.pop() {
            self.close(Some(last));
        }
    }

    fn close(&mut self, node: Option<usize>) {
        let (end, last) = (self.tokens.len(), self.nodes.len());
        let Some(knot) = node.and_then(|node| self.nodes.get_mut(node)) else { return };
        knot.end = end.max(knot.end);
        knot.last = last.max(knot.last);
    }

    /// Makes tokens of what no node covers: bytes the grammar could not place.
    fn fill(&mut self, to: usize, at: &mut usize, node: usize) {
        while *at < to {
            let rest = &self.text[*at..to];
            let start = *at + (rest.len() - rest.trim_start().len());
            if start >= to {
                break;
            }
            let word = self.text[start..to].split(char::is_whitespace).next().unwrap_or_default();
            self.push(Span::new(start, start + word.len()), Kind::Other, node);
            *at = start + word.len();
        }
        *at = (*at).max(to);
    }

    fn push(&mut self, span: Span, kind: Kind, node: usize) {
        self.tokens.push(Token { span, kind, node, pair: None });
    }

    /// Makes tokens of a node that has no smaller nodes of interest.
    fn split(&mut self, node: Node<'_>, index: usize, at: &mut usize) {
        let span = node.span();
        let text = &self.text[span.range()];
        *at = span.end as usize;
        let kind = kind_of(node, self.nodes[self.nodes[index].parent]);
        let whole = !matches!(kind, Kind::Keyword | Kind::Name | Kind::Function | Kind::Type | Kind::Unit | Kind::Star);
        if whole {
            self.push(span, kind, index);
            return;
        }
        let pieces = pieces(text);
        let words = pieces.iter().filter(|(_, text)| *text != ".").count();
        for (nth, (offset, piece)) in pieces.iter().enumerate() {
            let kind = match *piece {
                "." => Kind::Dot,
                "*" => Kind::Star,
                "<" | ">" => Kind::Operator,
                // The words before the last are the schema of a function.
                _ if kind == Kind::Function && nth + 1 < pieces.len() && words > 1 => Kind::Name,
                piece if piece.starts_with("--") => Kind::Comment,
                piece if piece.starts_with("/*") => Kind::BlockComment,
                _ if kind == Kind::Star => Kind::Name,
                _ => kind,
            };
            let start = span.start as usize + offset;
            self.push(Span::new(start, start + piece.len()), kind, index);
        }
    }

    fn pair(&mut self) {
        let mut open = Vec::new();
        for at in 0..self.tokens.len() {
            match self.tokens[at].kind {
                Kind::Open => open.push(at),
                Kind::Close => {
                    let partner: Option<usize> = open.pop();
                    self.tokens[at].pair = partner;
                    if let Some(partner) = partner {
                        self.tokens[partner].pair = Some(at);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Nodes that are one token, whatever they hold.
fn is_whole(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "jinja_expression"
            | "jinja_statement"
            | "jinja_comment"
            | "string"
            | "dollar_string"
            | "double_quoted"
            | "backtick_quoted"
            | "bracket_quoted"
            | "comment"
            | "block_comment"
    ) && node.is_named()
}

/// The kind of a leaf, by itself and what it stands in.
fn kind_of(node: Node<'_>, holder: Knot) -> Kind {
    let kind = node.kind();
    if !node.is_named() {
        return match kind {
            "," => Kind::Comma,
            "." => Kind::Dot,
            ".*" | "*" => Kind::Star,
            "::" => Kind::Cast,
            ":" => Kind::Colon,
            ";" => Kind::Semicolon,
            "(" | "[" | "{" => Kind::Open,
            ")" | "]" | "}" => Kind::Close,
            "<" | ">" | "=" | "|>" => Kind::Operator,
            _ => Kind::Keyword,
        };
    }
    match kind {
        "keyword" | "join_kind" | "create_kind" | "insert_kind" | "pipe" => Kind::Keyword,
        "stray" => Kind::Close,
        "string" | "dollar_string" => Kind::String,
        "double_quoted" | "backtick_quoted" | "bracket_quoted" => Kind::Quoted,
        "number" => Kind::Number,
        "boolean" | "null" => Kind::Constant,
        "operator" => Kind::Operator,
        "comment" => Kind::Comment,
        "block_comment" => Kind::BlockComment,
        "jinja_comment" => Kind::Remark,
        "jinja_statement" => Kind::Statement,
        "jinja_expression" => Kind::Expression,
        "parameter" => Kind::Parameter,
        "unit" => Kind::Unit,
        "generic_name" => Kind::Type,
        "name" | "identifier" | "temporary_name" => name_kind(node.span(), holder),
        _ => Kind::Other,
    }
}

/// What is called is the first thing of its call.
fn name_kind(span: Span, holder: Knot) -> Kind {
    match holder.kind {
        "type" | "generic_type" => Kind::Type,
        "call" | "cast" if holder.span.start == span.start => Kind::Function,
        _ => Kind::Name,
    }
}

/// Words, dots, stars and comments of a leaf, each with where it starts.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let first = rest.chars().next().unwrap_or(' ');
        let length = match first {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '.' | '*' | '<' | '>' => 1,
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => rest.find(|c: char| c.is_whitespace() || ".*<>".contains(c)).unwrap_or(rest.len()).max(1),
        };
        let length = (length..=rest.len()).find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
        pieces.push((at, &rest[..length]));
        at += length;
    }
    pieces
}
