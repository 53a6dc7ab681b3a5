//! Trino's `WITH FUNCTION f(..) .. SELECT f(1)` in, the SELECT alone out, each call with the text of what it calls.

use sqlparser::tokenizer::Token;

use super::arguments::text_of;
use super::names::plain;
use super::tree::{Node, made, string};

/// A call of such a function gets a name that no dialect knows, so that it is never taken for one of the dialect's, and
/// the definition as its last argument, so that another definition is another call.
pub(super) fn inline_functions(level: &mut Vec<Node>) {
    let starts = level.len() > 2 && level[0].is_word("with") && level[1].is_word("function");
    if !starts {
        return;
    }
    let mut defined = Vec::new();
    let mut at = 1;
    while level.get(at).is_some_and(|node| node.is_word("function")) {
        let end = definition_end(level, at + 1);
        let text: Vec<String> = level[(at + 2).min(end)..end].iter().map(text_of).collect();
        if let Some(name) = level.get(at + 1) {
            defined.push((name.piece().token.to_string(), text.join(" ")));
        }
        at = end + usize::from(level.get(end).is_some_and(|node| node.is(&Token::Comma)));
    }
    let mut rest = level.split_off(at.min(level.len()));
    // A function may call the ones before it, whose text is then part of its own.
    for next in 1..defined.len() {
        let before: Vec<String> = defined[..next].iter().map(|(_, text)| text.clone()).collect();
        defined[next].1.push_str(&before.join(" "));
    }
    name_calls(&mut rest, &defined);
    *level = rest;
}

/// The node after a definition: the comma before the next one, or the start of the query.
fn definition_end(level: &[Node], from: usize) -> usize {
    let block = (from..level.len()).find(|at| level[*at].is_any(&["begin", "return"]) && *at > from);
    let Some(body) = block else { return level.len() };
    let in_block = level[body].is_word("begin");
    (body + 1..level.len())
        .find(|at| {
            let closed = !in_block || level[*at - 1].is_word("end");
            let another =
                level[*at].is(&Token::Comma) && level.get(at + 1).is_some_and(|next| next.is_word("function"));
            closed && (another || starts_query(level, *at))
        })
        .unwrap_or(level.len())
}

fn starts_query(level: &[Node], at: usize) -> bool {
    let after_end = level[at - 1].is_word("end") && level[at].round().is_some();
    level[at].is_any(&["select", "with", "values", "table"]) || after_end
}

fn name_calls(level: &mut [Node], defined: &[(String, String)]) {
    for at in 0..level.len() {
        if let Node::Group(group) = &mut level[at] {
            name_calls(&mut group.inner, defined);
        }
        let called = level.get(at + 1).is_some_and(|next| next.round().is_some());
        let name = level[at].piece().token.to_string();
        let known = defined.iter().find(|(own, _)| own.eq_ignore_ascii_case(&name));
        let Some((_, text)) = known.filter(|_| called && level[at].is_name()) else { continue };
        let here = level[at].piece().span;
        level[at] = plain(&format!("{name} inline"), here);
        if let Some(Node::Group(group)) = level.get_mut(at + 1) {
            if !group.inner.is_empty() {
                group.inner.push(made(Token::Comma, here));
            }
            group.inner.push(string(text, here));
        }
    }
}
