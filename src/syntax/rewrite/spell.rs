//! Words and tokens in, the nodes that spell them out: names without a keyword's meaning, texts, commas.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, Word};

use super::tree::{Group, Node, made};
use crate::text::Span;

/// A name that no keyword is read in, folded as one without quotes.
pub(super) fn plain(text: &str, at: Span) -> Node {
    made(Token::Word(Word { value: text.to_owned(), quote_style: None, keyword: Keyword::NoKeyword }), at)
}

/// A name in double quotes.
pub(super) fn quoted(text: &str, at: Span) -> Node {
    made(Token::make_word(text, Some('"')), at)
}

pub(super) fn comma(at: Span) -> Node {
    made(Token::Comma, at)
}

/// The unquoted word of a token becomes a mere name, at its own place.
pub(super) fn unkeyword(node: &mut Node) {
    if let Node::Leaf(piece) = node
        && let Token::Word(word) = &mut piece.token
        && word.quote_style.is_none()
    {
        word.keyword = Keyword::NoKeyword;
    }
}

/// All tokens as one text, with single blanks.
pub(super) fn text(nodes: &[Node]) -> String {
    let mut words = Vec::new();
    for node in nodes {
        spell(node, &mut words);
    }
    words.join(" ")
}

fn spell(node: &Node, words: &mut Vec<String>) {
    match node {
        Node::Leaf(piece) => words.push(piece.token.to_string()),
        Node::Group(group) => {
            words.push(group.open.token.to_string());
            group.inner.iter().for_each(|node| spell(node, words));
            words.push(group.close.token.to_string());
        }
    }
}

/// Does `words` stand at `at`, one word a node?
pub(super) fn stands(level: &[Node], at: usize, words: &[&str]) -> bool {
    words.iter().enumerate().all(|(next, word)| level.get(at + next).is_some_and(|node| node.is_word(word)))
}

/// The end of a dotted name that starts at `from`.
pub(super) fn name_end(level: &[Node], from: usize) -> usize {
    let mut end = from + 1;
    while level.get(end).is_some_and(|node| node.is(&Token::Period)) && level.get(end + 1).is_some_and(Node::is_name) {
        end += 2;
    }
    end.min(level.len())
}

/// The round brackets at `at`, to be changed.
pub(super) fn round_at(level: &mut [Node], at: usize) -> Option<&mut Group> {
    match level.get_mut(at) {
        Some(Node::Group(group)) if group.open.token == Token::LParen => Some(group),
        _ => None,
    }
}

/// Changes what is between the brackets of every call of one of `names`.
pub(super) fn each_call(level: &mut [Node], names: &[&str], change: impl Fn(&mut Vec<Node>)) {
    for at in 1..level.len() {
        if level[at - 1].is_any(names)
            && let Some(group) = round_at(level, at)
        {
            change(&mut group.inner);
        }
    }
}

/// The arguments of a call, each a list of its own.
pub(super) fn arguments(inner: &[Node]) -> Vec<Vec<Node>> {
    if inner.is_empty() {
        return Vec::new();
    }
    super::tree::by_commas(inner).into_iter().map(<[Node]>::to_vec).collect()
}

/// Arguments with commas between them; empty ones are left out.
pub(super) fn listed(arguments: Vec<Vec<Node>>, at: Span) -> Vec<Node> {
    let mut nodes = Vec::new();
    for argument in arguments.into_iter().filter(|argument| !argument.is_empty()) {
        if !nodes.is_empty() {
            nodes.push(comma(at));
        }
        nodes.extend(argument);
    }
    nodes
}
