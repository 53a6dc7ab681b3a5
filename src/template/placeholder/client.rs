//! The text of a script for a database's own client in, its variables and commands as pieces out: SnowSQL and psql.

use std::collections::BTreeMap;

use super::{Piece, What};
use crate::template::stand_in::is_word;

/// What a client keeps in mind while it reads a script.
struct Script<'t> {
    text: &'t str,
    pieces: Vec<Piece>,
    /// Set by the script itself so far.
    defined: BTreeMap<String, String>,
}

impl Script<'_> {
    fn push(&mut self, start: usize, end: usize, what: What) {
        self.pieces.push(Piece { start, end, what });
    }

    /// The value a script gave the name, if it did.
    fn variable(&mut self, start: usize, end: usize, name: &str, quote: &'static str) {
        let what = match self.defined.get(name) {
            Some(value) => What::Text(format!("{quote}{}{quote}", doubled(value, quote))),
            None => What::Value { name: Some(name.to_owned()), quote, bound: !quote.is_empty() },
        };
        self.push(start, end, what);
    }
}

fn doubled(value: &str, quote: &str) -> String {
    if quote.is_empty() { value.to_owned() } else { value.replace(quote, &quote.repeat(2)) }
}

/// SnowSQL. Unless `asked` for, a variable within quotes counts only where the script sets some, or it is all there is.
pub(super) fn snowsql(text: &str, asked: bool) -> Vec<Piece> {
    let mut script = Script { text, pieces: Vec::new(), defined: BTreeMap::new() };
    let commands = ["!define", "!set", "!source", "!load", "!print"];
    let lower = text.to_ascii_lowercase();
    let sure = asked || commands.iter().any(|command| lower.contains(command));
    let mut quote = None;
    let mut line_start = true;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if line_start && quote.is_none() && c == '!' && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            at = snowsql_command(&mut script, at);
            continue;
        }
        if quote.is_none() && rest.starts_with("--") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
        if c == '&' {
            at = ampersand(&mut script, at, quote, sure);
            line_start = false;
            continue;
        }
        line_start = c == '\n' || (line_start && c.is_whitespace());
        at += c.len_utf8();
    }
    script.pieces
}

/// `&name`, `&{name}` or `&&` at a place; where to go on.
fn ampersand(script: &mut Script<'_>, at: usize, quote: Option<char>, sure: bool) -> usize {
    let text = script.text;
    let rest = &text[at + 1..];
    if rest.starts_with('&') {
        if sure {
            script.push(at, at + 2, What::Text("&".to_owned()));
        }
        return at + 2;
    }
    let braced = rest.starts_with('{');
    let name = &rest[usize::from(braced)..];
    let name = &name[..name.find(|c| !is_word(c)).unwrap_or(name.len())];
    let mut end = at + 1 + usize::from(braced) + name.len();
    if name.is_empty() || (braced && !text[end..].starts_with('}')) {
        return at + 1;
    }
    end += usize::from(braced);
    let alone = || quote.is_some_and(|quote| text[..at].ends_with(quote) && text[end..].starts_with(quote));
    let glued = text[..at].ends_with(|c: char| is_word(c));
    if sure || (quote.is_none() && (braced || !glued)) || alone() {
        script.variable(at, end, name, "");
    }
    end
}

/// A line that SnowSQL takes as a command: it leaves the SQL, and `!define a=b` is remembered.
fn snowsql_command(script: &mut Script<'_>, at: usize) -> usize {
    let text = script.text;
    let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
    let line = text[at..end].trim_end().trim_end_matches(';');
    if let Some((name, value)) = line.strip_prefix("!define").and_then(|rest| rest.trim().split_once('=')) {
        script.defined.insert(name.trim().to_owned(), unquoted(value).to_owned());
    }
    script.push(at, end, What::Text(String::new()));
    end
}

/// psql: variables are put in outside quotes only.
pub(super) fn psql(text: &str) -> Vec<Piece> {
    let mut script = Script { text, pieces: Vec::new(), defined: BTreeMap::new() };
    let mut quote = None;
    let mut line_start = true;
    let mut before = ' ';
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if quote.is_none() {
            if line_start && c == '\\' {
                at = psql_command(&mut script, at);
                continue;
            }
            if rest.starts_with("--") {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            if c == ':'
                && before != ':'
                && let Some(end) = colon(&mut script, at)
            {
                at = end;
                (line_start, before) = (false, 'x');
                continue;
            }
        }
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
        line_start = c == '\n' || (line_start && c.is_whitespace());
        before = c;
        at += c.len_utf8();
    }
    script.pieces
}

/// `:name`, `:'name'` or `:"name"` at a place: where it ends.
fn colon(script: &mut Script<'_>, at: usize) -> Option<usize> {
    let rest = &script.text[at + 1..];
    let quote = match rest.chars().next()? {
        '\'' => "'",
        '"' => "\"",
        _ => "",
    };
    let inner = &rest[quote.len()..];
    let name = &inner[..inner.find(|c| !is_word(c)).unwrap_or(inner.len())];
    let closed = inner[name.len()..].starts_with(quote);
    // `:1` is a slice of an array, `:=` an argument by name.
    if name.is_empty() || !closed || (quote.is_empty() && name.starts_with(|c: char| c.is_ascii_digit())) {
        return None;
    }
    let end = at + 1 + name.len() + 2 * quote.len();
    script.variable(at, end, name, quote);
    Some(end)
}

/// A backslash command: it leaves the SQL up to the end of its line, and `\set a b` is remembered.
fn psql_command(script: &mut Script<'_>, at: usize) -> usize {
    let text = script.text;
    let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
    let line = text[at..end].trim_end();
    let set = line.strip_prefix("\\set").map(str::trim_start).and_then(|rest| rest.split_once(char::is_whitespace));
    if let Some((name, value)) = set {
        script.defined.insert(name.to_owned(), unquoted(value).to_owned());
    }
    script.push(at, end, What::Text(String::new()));
    end
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let inner = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    inner.unwrap_or(value)
}
