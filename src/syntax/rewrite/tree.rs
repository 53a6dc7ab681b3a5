//! Tokens in, the same tokens as a tree of brackets out: what a rewrite looks at is one level of it.

use sqlparser::tokenizer::Token;

use crate::syntax::lex::{Gap, Piece};
use crate::text::Span;

/// A token, or brackets with what is between them.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Leaf(Piece),
    Group(Group),
}

#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) open: Piece,
    pub(super) inner: Vec<Node>,
    pub(super) close: Piece,
}

impl Node {
    /// The token; of brackets the opening one.
    pub(super) fn piece(&self) -> &Piece {
        match self {
            Node::Leaf(piece) => piece,
            Node::Group(group) => &group.open,
        }
    }

    pub(super) fn is_word(&self, text: &str) -> bool {
        self.piece().is_word(text)
    }

    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(word))
    }

    /// Any word, quoted or not.
    pub(super) fn is_name(&self) -> bool {
        matches!(self, Node::Leaf(Piece { token: Token::Word(_), .. }))
    }

    pub(super) fn is(&self, token: &Token) -> bool {
        matches!(self, Node::Leaf(piece) if piece.token == *token)
    }

    pub(super) fn is_string(&self) -> bool {
        matches!(self, Node::Leaf(Piece { token: Token::SingleQuotedString(_) | Token::DoubleQuotedString(_), .. }))
    }

    /// The round brackets, if this is them.
    pub(super) fn round(&self) -> Option<&Group> {
        self.group().filter(|group| group.open.token == Token::LParen)
    }

    pub(super) fn group(&self) -> Option<&Group> {
        match self {
            Node::Group(group) => Some(group),
            Node::Leaf(_) => None,
        }
    }
}

/// Brackets that are never closed, or never opened, stay tokens.
pub(super) fn grow(pieces: Vec<Piece>) -> Vec<Node> {
    let mut levels: Vec<(Option<Piece>, Vec<Node>)> = vec![(None, Vec::new())];
    for piece in pieces {
        match piece.token {
            Token::LParen | Token::LBracket | Token::LBrace => levels.push((Some(piece), Vec::new())),
            Token::RParen | Token::RBracket | Token::RBrace if closes(&levels, &piece) => {
                let Some((Some(open), inner)) = levels.pop() else { continue };
                push(&mut levels, Node::Group(Group { open, inner, close: piece }));
            }
            _ => push(&mut levels, Node::Leaf(piece)),
        }
    }
    while levels.len() > 1 {
        let Some((open, inner)) = levels.pop() else { break };
        open.into_iter().for_each(|open| push(&mut levels, Node::Leaf(open)));
        inner.into_iter().for_each(|node| push(&mut levels, node));
    }
    levels.pop().map(|(_, nodes)| nodes).unwrap_or_default()
}

fn closes(levels: &[(Option<Piece>, Vec<Node>)], close: &Piece) -> bool {
    let open = levels.last().and_then(|(open, _)| open.as_ref()).map(|open| &open.token);
    matches!(
        (open, &close.token),
        (Some(Token::LParen), Token::RParen)
            | (Some(Token::LBracket), Token::RBracket)
            | (Some(Token::LBrace), Token::RBrace)
    )
}

fn push(levels: &mut [(Option<Piece>, Vec<Node>)], node: Node) {
    if let Some((_, nodes)) = levels.last_mut() {
        nodes.push(node);
    }
}

pub(super) fn flatten(nodes: Vec<Node>, into: &mut Vec<Piece>) {
    for node in nodes {
        match node {
            Node::Leaf(piece) => into.push(piece),
            Node::Group(group) => {
                into.push(group.open);
                flatten(group.inner, into);
                into.push(group.close);
            }
        }
    }
}

/// A token that the text does not have, at a place that it has.
pub(super) fn made(token: Token, at: Span) -> Node {
    Node::Leaf(Piece { token, span: Span::at(at.start as usize), gap: Gap::Space })
}

pub(super) fn word(text: &str, at: Span) -> Node {
    made(Token::make_keyword(text), at)
}

pub(super) fn string(text: &str, at: Span) -> Node {
    made(Token::SingleQuotedString(text.to_owned()), at)
}

/// Round brackets around `inner`.
pub(super) fn round(inner: Vec<Node>, at: Span) -> Node {
    let close = inner.last().map_or(at, |last| Span::at(end(last) as usize));
    let bracket = |token, at: Span| Piece { token, span: Span::at(at.start as usize), gap: Gap::None };
    Node::Group(Group { open: bracket(Token::LParen, at), inner, close: bracket(Token::RParen, close) })
}

fn end(node: &Node) -> u32 {
    match node {
        Node::Leaf(piece) => piece.span.end,
        Node::Group(group) => group.close.span.end,
    }
}

/// The first node from `from` on that is one of `words`.
pub(super) fn find(level: &[Node], from: usize, words: &[&str]) -> Option<usize> {
    (from..level.len()).find(|at| level[*at].is_any(words))
}

/// The parts of a level between its commas.
pub(super) fn by_commas(level: &[Node]) -> Vec<&[Node]> {
    level.split(|node| node.is(&Token::Comma)).collect()
}

/// Words that end a relation in FROM, or the whole of FROM.
const AFTER_RELATION: &[&str] = &[
    "on",
    "using",
    "join",
    "inner",
    "left",
    "right",
    "full",
    "cross",
    "natural",
    "asof",
    "positional",
    "semi",
    "anti",
    "where",
    "group",
    "order",
    "having",
    "qualify",
    "window",
    "limit",
    "offset",
    "fetch",
    "union",
    "intersect",
    "except",
    "minus",
    "select",
    "any",
    "all",
    "global",
    "array",
    "straight_join",
    "outer",
    "prewhere",
    "settings",
    "format",
    "match_condition",
    "sample",
    "connect",
    "start",
    "lateral",
    "returning",
    "set",
    "when",
];

/// The node after the relation that starts at `from`: a comma, a join, a clause, or the end.
pub(super) fn after_relation(level: &[Node], from: usize) -> usize {
    let ends = |node: &Node| node.is(&Token::Comma) || node.is(&Token::SemiColon) || node.is_any(AFTER_RELATION);
    (from + 1..level.len()).find(|at| ends(&level[*at])).unwrap_or(level.len())
}
