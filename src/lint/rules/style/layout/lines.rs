//! Which side of a line break a sign stands on, and which words start a line.

use crate::diagnostic::Edit;
use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;
use crate::text::Span;

use super::kinds::operator;

/// Where something is to stand about a line break: `leading`, `trailing:strict`, `alone`, ..
#[derive(Clone, Copy)]
struct Position<'a> {
    word: &'a str,
    strict: bool,
    attached: bool,
}

impl<'a> Position<'a> {
    fn of(value: &'a str) -> Self {
        let word = value.split(':').next().unwrap_or_default();
        Position { word, strict: value.ends_with("strict"), attached: value.contains("attached") }
    }
}

pub(in crate::lint::rules::style) fn operators(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let options = sheet.options();
    for at in 0..script.tokens.len() {
        let value = match operator(script, at) {
            Some("binary_operator") => options.word("line_position"),
            Some("comparison_operator") => options.word("comparison_line_position"),
            Some("assignment_operator") => options.word("assignment_line_position"),
            _ if script.word(at) == "|>" => "leading:attached:strict",
            _ => continue,
        };
        let what = format!("`{}`", script.word(at));
        raised.extend(judge(sheet, at, Position::of(value), &what, true));
    }
}

pub(in crate::lint::rules::style) fn commas(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let position = Position::of(sheet.options().word("line_position"));
    for at in (0..script.tokens.len()).filter(|at| script.tokens[*at].kind == Kind::Comma) {
        raised.extend(judge(sheet, at, position, "A comma", false));
    }
}

/// One sign.
fn judge(sheet: &Sheet<'_>, at: usize, position: Position<'_>, what: &str, spaced: bool) -> Option<Raised> {
    let script = sheet.script();
    let (before, after) = (script.code_before(at)?, script.code_from(at + 1)?);
    let templated = (before + 1..after).any(|between| script.tokens[between].kind == Kind::Statement);
    let breaks = |from: usize, to: usize| (from..=to).any(|gap| script.gap_text(gap).contains('\n'));
    let (broken_before, broken_after) = (breaks(before + 1, at), breaks(at + 1, after));
    let leading = position.word == "leading";
    if templated || !matches!(position.word, "leading" | "trailing") {
        return None;
    }
    let span = script.tokens[at].span;
    let side = if leading { "start" } else { "end" };
    let found = |edits: Vec<Edit>| {
        let message = format!(
            "{what} is to stand at the {side} of a line, not at the {}.",
            if leading { "end" } else { "start" }
        );
        Some(sheet.raise(span, message).safe_fix(edits))
    };
    match (broken_before, broken_after) {
        (true, true) if !position.attached => None,
        (false, false) if position.strict => {
            let gap = script.gap(if leading { at } else { at + 1 });
            found(vec![sheet.edit(gap, format!("\n{}", line_indent(script, at)))])
        }
        (false, false) => None,
        (true, false) if leading => None,
        (false, true) if !leading => None,
        _ if leading => {
            let cut = Span { start: script.gap(at).start, end: span.end };
            let place = Span::at(script.tokens[after].span.start as usize);
            let gap = if spaced || !script.word(at).is_empty() { " " } else { "" };
            found(vec![sheet.edit(cut, ""), sheet.edit(place, format!("{}{gap}", script.word(at)))])
        }
        _ => {
            let cut = Span { start: span.start, end: script.gap(at + 1).end };
            let place = Span::at(script.tokens[before].span.end as usize);
            let gap = if spaced { " " } else { "" };
            found(vec![sheet.edit(place, format!("{gap}{}", script.word(at))), sheet.edit(cut, "")])
        }
    }
}

/// The white space that the line of a token starts with.
pub(super) fn line_indent<'t>(script: &Script<'t>, at: usize) -> &'t str {
    let start = script.text[..script.tokens[at].span.start as usize].rfind('\n').map_or(0, |end| end + 1);
    let line = &script.text[start..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

pub(in crate::lint::rules::style) fn set_operators(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for node in script.all("set_operator") {
        let (first, last) = (script.nodes[node].first, script.nodes[node].end - 1);
        let edits = alone(sheet, first, last, true, true);
        if !edits.is_empty() {
            let word = script.node_text(node).to_ascii_uppercase();
            let message = format!("{word} is to stand on a line of its own.");
            raised.push(sheet.raise(script.nodes[node].span, message).safe_fix(edits));
        }
    }
}

/// The line breaks that are missing before and behind some tokens.
fn alone(sheet: &Sheet<'_>, first: usize, last: usize, before: bool, behind: bool) -> Vec<Edit> {
    let script = sheet.script();
    let indent = line_indent(script, first);
    let mut edits = Vec::new();
    let mut missing = |from: usize, to: usize| {
        let breaks = (from..=to).any(|gap| script.gap_text(gap).contains('\n'));
        let templated = (from..to).any(|at| script.tokens[at].kind.is_jinja());
        let place = if from == to { script.gap(to) } else { script.gap(to.min(from + 1)) };
        if !breaks && !templated {
            edits
                .push(sheet.edit(if before && to == first { script.gap(first) } else { place }, format!("\n{indent}")));
        }
    };
    if let (true, Some(code)) = (before, script.code_before(first))
        && !script.tokens[first - 1].kind.is_jinja()
    {
        missing(code + 1, first);
    }
    if let (true, Some(code)) = (behind, script.code_from(last + 1)) {
        missing(last + 1, code);
    }
    edits
}

/// Nodes, and what settings call them.
const CLAUSES: [(&str, &str); 11] = [
    ("select_clause", "select_clause"),
    ("from_clause", "from_clause"),
    ("join", "join_clause"),
    ("on_clause", "join_on_condition"),
    ("where_clause", "where_clause"),
    ("group_by_clause", "groupby_clause"),
    ("having_clause", "having_clause"),
    ("qualify_clause", "qualify_clause"),
    ("order_by_clause", "orderby_clause"),
    ("partition_by_clause", "partitionby_clause"),
    ("limit_clause", "limit_clause"),
];

const LEADING: [&str; 4] = ["where_clause", "groupby_clause", "having_clause", "orderby_clause"];

pub(in crate::lint::rules::style) fn keywords(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let said = pairs(sheet.options().words("clauses"));
    let spared = pairs(sheet.options().words("exclusions"));
    for node in 0..script.nodes.len() {
        let Some((_, name)) = CLAUSES.iter().find(|clause| clause.0 == script.nodes[node].kind) else { continue };
        let value = said.iter().rev().find(|pair| pair.0 == *name).map(|pair| pair.1.as_str());
        let value = value.unwrap_or(if LEADING.contains(name) { "leading" } else { "none" });
        let first = script.nodes[node].first;
        if value.eq_ignore_ascii_case("none") || first == 0 || is_spared(script, node, name, &spared) {
            continue;
        }
        let words = script.tokens_of(node).take_while(|at| script.tokens[*at].kind == Kind::Keyword);
        let last = words.last().unwrap_or(first);
        let (before, behind) = match Position::of(value).word {
            "leading" => (true, false),
            "trailing" => (false, true),
            _ => (true, true),
        };
        let starts = script.code_before(first).is_none_or(|code| script.tokens[code].kind == Kind::Semicolon);
        // `{{ kind }} JOIN`: the template writes the first word.
        if script.nodes[node].kind == "join"
            && script.kind(first - 1) == Some(Kind::Expression)
            && !script.starts_line(first)
        {
            continue;
        }
        let edits = alone(sheet, first, last, before && !starts, behind);
        if !edits.is_empty() {
            let span = script.span(first, last);
            let word = script.text[span.range()].to_ascii_uppercase();
            let place = match (before, behind) {
                (true, false) => "at the start of a line",
                (false, _) => "at the end of a line",
                _ => "on a line of its own",
            };
            raised.push(sheet.raise(span, format!("{word} is to stand {place}.")).safe_fix(edits));
        }
    }
}

fn pairs(lines: Vec<String>) -> Vec<(String, String)> {
    let split = |line: &String| line.split_once(' ').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    lines.iter().filter_map(split).collect()
}

/// Does the clause stand where the settings leave its keyword alone?
fn is_spared(script: &Script<'_>, node: usize, name: &str, said: &[(String, String)]) -> bool {
    let own = said.iter().rev().find(|pair| pair.0 == name).map(|pair| pair.1.as_str());
    let list = own.unwrap_or(match name {
        "orderby_clause" => "window_specification,aggregate_order_by,withingroup_clause,pipe_operator_clause",
        "where_clause" => "pipe_operator_clause",
        _ => "",
    });
    let first = script.nodes[node].first;
    list.split(',').map(str::trim).any(|place| match place {
        "window_specification" => script
            .up(node, &["over_clause", "subquery", "window_clause"])
            .is_some_and(|up| script.node_kind(up) != "subquery"),
        "aggregate_order_by" => script.node_kind(script.nodes[node].parent) == "arguments",
        "withingroup_clause" => script.up(node, &["within_group_clause"]).is_some(),
        "pipe_operator_clause" => first > 0 && script.word(first - 1) == "|>",
        _ => false,
    })
}
