//! White space between two tokens of a line: none, one space, or as much as lines things up; and none at a line's end.

use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;

use super::align::{Alignment, width};
use super::kinds::{is_called, is_sign, names};

/// What is to stand in a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Gap {
    Touch,
    Single,
    Any,
    Align(Alignment),
}

/// What a team's settings say of the gap before, behind and inside something.
struct Wish {
    name: String,
    key: String,
    gap: Gap,
}

pub(in crate::lint::rules::style) fn check(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let wishes = wishes(&sheet.options().words("layout"));
    let equals = sheet.dialect().flag("equals_alias");
    for at in 0..=script.tokens.len() {
        let text = script.gap_text(at);
        let wanted = wanted(sheet, at, &wishes, equals);
        if wanted.as_deref().is_some_and(|wanted| wanted != text) {
            let wanted = wanted.unwrap_or_default();
            let span = script.gap(at);
            let next = if at < script.tokens.len() { script.word(at) } else { "the end of the file" };
            let next: String = next.lines().next().unwrap_or_default().chars().take(40).collect();
            let message = match (wanted.as_str(), text.contains('\n')) {
                (_, true) => {
                    "There is white space at the end of the line, or a line break where none is to be.".to_owned()
                }
                ("", _) => format!("There is to be no white space before `{next}`."),
                (" ", _) => format!("There is to be one space before `{next}`."),
                _ => format!("`{next}` is to stand below its like."),
            };
            raised.push(sheet.raise(span, message).safe_fix(vec![sheet.edit(span, wanted)]));
        }
    }
}

/// The white space that is to stand before a token; `None` where it may be as it is.
fn wanted(sheet: &Sheet<'_>, at: usize, wishes: &[Wish], equals: bool) -> Option<String> {
    let script = sheet.script();
    let text = script.gap_text(at);
    if at == script.tokens.len() {
        return Some(if at == 0 { text.to_owned() } else { trimmed(text, true) });
    }
    if at == 0 {
        return text.contains('\n').then(|| trimmed(text, false));
    }
    let (gap, strips) = constraint(script, at, wishes, equals);
    if text.contains('\n') {
        if !strips || has_template(script, at) || script.tokens[at - 1].kind == Kind::Comment {
            return Some(trimmed(text, false));
        }
        return Some(if gap == Gap::Touch { "" } else { " " }.to_owned());
    }
    if text.chars().any(|c| !matches!(c, ' ' | '\t')) {
        return None;
    }
    match gap {
        Gap::Any => None,
        Gap::Touch => Some(String::new()),
        Gap::Single if text.is_empty() && has_template(script, at) => None,
        Gap::Single => Some(" ".to_owned()),
        Gap::Align(alignment) if text.is_empty() => {
            Some(width(sheet, &alignment, at).filter(|_| false).unwrap_or(" ".into()))
        }
        Gap::Align(alignment) => Some(width(sheet, &alignment, at).unwrap_or_else(|| " ".to_owned())),
    }
}

fn has_template(script: &Script<'_>, at: usize) -> bool {
    script.tokens[at].kind.is_jinja() || script.tokens[at - 1].kind.is_jinja()
}

/// The gap without white space before its line ends.
fn trimmed(text: &str, at_end: bool) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let last = if at_end { None } else { lines.pop() };
    let mut kept: Vec<String> = lines
        .iter()
        .map(|line| {
            let end = if line.ends_with('\r') { "\r" } else { "" };
            format!("{}{end}", line.trim_end_matches([' ', '\t', '\r']))
        })
        .collect();
    kept.extend(last.map(str::to_owned));
    kept.join("\n")
}

/// What is to stand between a token and the one before it, and whether a line break may not.
fn constraint(script: &Script<'_>, at: usize, wishes: &[Wish], equals: bool) -> (Gap, bool) {
    let (before, after) = (script.tokens[at - 1], script.tokens[at]);
    let loose = |kind: Kind| kind.is_comment() || kind == Kind::Statement;
    if loose(before.kind) || loose(after.kind) {
        return (Gap::Any, false);
    }
    let find = |names: &[&str], key: &str| {
        let wish = wishes.iter().rev().find(|wish| wish.key == key && names.contains(&wish.name.as_str()));
        wish.map(|wish| wish.gap.clone())
    };
    let after_names = names(script, at, equals);
    if let Some(gap) = find(&after_names, "spacing_before") {
        return (gap, false);
    }
    if let Some(gap) = find(&names(script, at - 1, equals), "spacing_after") {
        return (gap, false);
    }
    let (gap, strips) = own(script, at);
    (gap, strips)
}

fn own(script: &Script<'_>, at: usize) -> (Gap, bool) {
    let (before, after) = (script.tokens[at - 1], script.tokens[at]);
    let same_name = before.node == after.node || script.nodes[before.node].parent == script.nodes[after.node].parent;
    match (before.kind, after.kind) {
        (Kind::Dot, _) | (_, Kind::Dot) if is_dotted(script, at) => (Gap::Touch, true),
        (_, Kind::Comma | Kind::Semicolon | Kind::Close) => (Gap::Touch, false),
        (Kind::Open, _) => (Gap::Touch, false),
        (_, Kind::Cast) => (Gap::Touch, false),
        (Kind::Cast, _) => (Gap::Touch, true),
        _ if script.text[after.span.start as usize..].starts_with("?::") => (Gap::Touch, false),
        _ if script.word(at - 1) == "?::" => (Gap::Touch, true),
        (Kind::Colon, _) | (_, Kind::Colon) => colon(script, at),
        _ if script.word(at) == ":" || script.word(at - 1) == ":" => {
            (if is_path_sign(script, at) { Gap::Touch } else { Gap::Any }, false)
        }
        (_, Kind::Open) if script.word(at) == "[" => bracket(script, at),
        (_, Kind::Open) if is_pattern(script, at) => (Gap::Any, false),
        (_, Kind::Open) if script.word(at - 1) == ">" && is_generic(script, at - 1) => (Gap::Touch, false),
        (_, Kind::Open) if is_called(script, at) => (Gap::Touch, true),
        (_, Kind::Open) if script.node_kind(script.nodes[script.nodes[after.node].parent].parent) == "alias" => {
            (Gap::Any, false)
        }
        (Kind::Operator, _) if is_generic(script, at - 1) && script.word(at - 1) == "<" => (Gap::Touch, false),
        (_, Kind::Operator) if is_generic(script, at) => (Gap::Touch, false),
        (Kind::Operator, Kind::Operator) if joins(script.word(at - 1), script.word(at)) => (Gap::Touch, false),
        (Kind::Operator, _) if is_sign(script, at - 1) => (Gap::Touch, true),
        (Kind::Operator, Kind::Name) | (Kind::Name, Kind::Operator) if is_attribute(script, at) => (Gap::Touch, false),
        _ if is_inside(script, at, &["generic_type"]) && before.kind == Kind::Colon => (Gap::Single, false),
        _ if is_pattern(script, at) || is_loose(script, at) => (Gap::Any, false),
        (Kind::Keyword, Kind::Open) | (Kind::Name | Kind::Quoted, Kind::Keyword) if is_cte(script, at) => {
            (Gap::Single, true)
        }
        (Kind::Close, _) if is_cte(script, at) => (Gap::Single, true),
        _ if script.gap(at).is_empty() && same_name && has_template(script, at) => (Gap::Any, false),
        _ => (Gap::Single, false),
    }
}

/// A dot between the parts of one name.
fn is_dotted(script: &Script<'_>, at: usize) -> bool {
    let dot = if script.tokens[at].kind == Kind::Dot { at } else { at - 1 };
    let name = script.up(script.tokens[dot].node, &["name", "star", "field_access", "call", "type", "path"]);
    name.is_some() && !(dot > 0 && script.word(dot - 1).starts_with('&'))
}

fn colon(script: &Script<'_>, at: usize) -> (Gap, bool) {
    let colon = if script.tokens[at].kind == Kind::Colon { at } else { at - 1 };
    let node = script.tokens[colon].node;
    if script
        .up(node, &["path", "subscript"])
        .is_some_and(|up| script.nodes[up].first == colon || script.node_kind(up) == "subscript")
    {
        return (Gap::Touch, true);
    }
    let is_type = script.up(node, &["generic_type"]).is_some();
    match (at == colon, is_type) {
        (true, _) => (Gap::Touch, false),
        (false, true) => (Gap::Single, false),
        (false, false) => (Gap::Any, false),
    }
}

/// Is it the `:` of `a : b`, a path into a value, with white space around it?
fn is_path_sign(script: &Script<'_>, at: usize) -> bool {
    let sign = if script.word(at) == ":" { at } else { at - 1 };
    let is_name = |token: usize| matches!(script.kind(token), Some(Kind::Name | Kind::Quoted));
    sign > 0 && is_name(sign - 1) && is_name(sign + 1)
}

fn bracket(script: &Script<'_>, at: usize) -> (Gap, bool) {
    let holder = script.nodes[script.tokens[at].node].parent;
    let before = script.tokens[at - 1];
    match script.node_kind(holder) {
        "subscript" | "type" => (Gap::Touch, true),
        _ if before.kind == Kind::Type || script.word(at - 1) == ">" || script.is(at - 1, "array") => {
            (Gap::Touch, false)
        }
        _ if before.kind == Kind::Close => (Gap::Touch, false),
        _ => (Gap::Single, false),
    }
}

fn is_generic(script: &Script<'_>, at: usize) -> bool {
    matches!(script.word(at), "<" | ">")
        && script.up(script.tokens[at].node, &["generic_type", "generic_name"]).is_some()
}

/// `>` and `=` are one sign in some dialects, white space or not.
fn joins(one: &str, other: &str) -> bool {
    matches!((one, other), (">" | "<" | "!" | "^", "=") | ("<", ">") | ("|", "|"))
}

/// The `%` of `table.column%TYPE`.
fn is_attribute(script: &Script<'_>, at: usize) -> bool {
    let sign = if script.word(at) == "%" { at } else { at - 1 };
    let words = ["type", "rowtype", "found", "notfound", "isopen", "rowcount"];
    script.word(sign) == "%" && words.iter().any(|word| script.is(sign + 1, word))
}

fn is_inside(script: &Script<'_>, at: usize, kinds: &[&str]) -> bool {
    script.up(script.tokens[at].node, kinds).is_some()
}

/// The row pattern of MATCH_RECOGNIZE has a grammar of its own.
fn is_pattern(script: &Script<'_>, at: usize) -> bool {
    let mut node = script.tokens[at].node;
    while node != 0 {
        let first = script.nodes[node].first;
        if script.node_kind(node) == "call" && script.is(first, "pattern") {
            return true;
        }
        if script.node_kind(node) == "group" && first > 0 && script.is(first - 1, "pattern") {
            return true;
        }
        node = script.nodes[node].parent;
    }
    false
}

/// Signs of commands and paths, where white space means something.
fn is_loose(script: &Script<'_>, at: usize) -> bool {
    let odd = |token: usize| {
        let word = script.word(token);
        script.tokens[token].kind == Kind::Other
            || matches!(word, "@" | "&" | "&&" | "\\" | "$" | "?" | "#" | "!")
            || word.starts_with('&')
            || word == "/" && (script.starts_line(token) || is_path(script, token))
    };
    odd(at) || odd(at - 1) || script.gap(at).is_empty() && is_word_and_sign(script, at)
}

/// A path such as `/model/path` or `some.jar`, outside any query.
fn is_path(script: &Script<'_>, at: usize) -> bool {
    script.up(script.tokens[at].node, &["select_clause", "from_clause", "where_clause", "arguments", "group"]).is_none()
}

/// `foo-bar` in a name, `-v` behind SET.
fn is_word_and_sign(script: &Script<'_>, at: usize) -> bool {
    let dashed = |token: usize| script.word(token) == "-" && is_path(script, token);
    dashed(at) || dashed(at - 1)
}

/// Between the name, the AS and the bracket of a CTE, and what follows the bracket.
fn is_cte(script: &Script<'_>, at: usize) -> bool {
    let holder = |token: usize| script.up(script.tokens[token].node, &["cte", "subquery", "group", "column_list"]);
    let of = |token: usize| {
        let node = holder(token)?;
        if script.node_kind(node) == "cte" {
            return Some(node);
        }
        let edge = script.nodes[node].first == token || script.nodes[node].end == token + 1;
        Some(script.nodes[node].parent).filter(|parent| edge && script.node_kind(*parent) == "cte")
    };
    of(at).is_some() && of(at) == of(at - 1)
}

/// `alias_expression spacing_before align`, and what `align_within` and `align_scope` say of the same thing.
fn wishes(layout: &[String]) -> Vec<Wish> {
    let words: Vec<Vec<&str>> = layout.iter().map(|line| line.split_whitespace().collect()).collect();
    let find = |name: &str, key: &str| {
        let line = words.iter().rev().find(|line| line.first() == Some(&name) && line.get(1) == Some(&key));
        line.and_then(|line| line.get(2)).map(|value| (*value).to_owned())
    };
    let spacing = words.iter().filter(|line| line.len() == 3 && line[1].starts_with("spacing_"));
    spacing
        .map(|line| {
            let mut parts = line[2].split(':');
            let gap = match parts.next() {
                Some("touch") => Gap::Touch,
                Some("any") => Gap::Any,
                Some("align") => {
                    let of = parts.next().unwrap_or(line[0]).to_owned();
                    let within = parts.next().map(str::to_owned).or_else(|| find(line[0], "align_within"));
                    let scope = parts.next().map(str::to_owned).or_else(|| find(line[0], "align_scope"));
                    Gap::Align(Alignment { of, within, scope })
                }
                _ => Gap::Single,
            };
            Wish { name: line[0].to_owned(), key: line[1].to_owned(), gap }
        })
        .collect()
}
