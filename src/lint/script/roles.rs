//! A script's tokens in, with every plain word a name; out, those that are words of the language or of a type there.
//!
//! The tree does not know the words of commands (`PRIMARY KEY`, `ALTER TABLE .. ADD`), for it serves all dialects at
//! once. Here the place of a word tells.

use crate::syntax::is_keyword;

use super::{Kind, Script};

/// Functions that stand without brackets.
const BARE: [&str; 12] = [
    "current_timestamp",
    "current_date",
    "current_time",
    "current_user",
    "current_role",
    "session_user",
    "localtime",
    "localtimestamp",
    "sysdate",
    "systimestamp",
    "getdate",
    "system_user",
];

/// Words between brackets that are parts of dates.
const UNITS: [&str; 12] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "year",
    "month",
    "week",
    "day",
    "hour",
];

/// Words that follow a column and its type.
const BEHIND_TYPE: [&str; 28] = [
    "not",
    "null",
    "default",
    "primary",
    "key",
    "unique",
    "references",
    "check",
    "comment",
    "constraint",
    "collate",
    "generated",
    "identity",
    "auto_increment",
    "autoincrement",
    "encode",
    "distkey",
    "sortkey",
    "masking",
    "with",
    "options",
    "foreign",
    "on",
    "as",
    "character",
    "always",
    "stored",
    "virtual",
];

/// Words that start an entry of a CREATE TABLE that is no column.
const NO_COLUMN: [&str; 10] =
    ["constraint", "primary", "foreign", "unique", "check", "index", "key", "period", "exclude", "like"];

/// Calls that are words of the language.
const GROUPINGS: [&str; 3] = ["cube", "rollup", "sets"];

pub(super) fn assign(script: &mut Script<'_>) {
    for at in 0..script.tokens.len() {
        match script.tokens[at].kind {
            Kind::Name => name(script, at),
            Kind::Function => function(script, at),
            Kind::Type => generic(script, at),
            _ => {}
        }
    }
    let lists: Vec<usize> = script.all("column_list").collect();
    lists.into_iter().for_each(|list| columns(script, list));
}

fn name(script: &mut Script<'_>, at: usize) {
    let word = script.word(at).to_ascii_lowercase();
    let node = script.tokens[at].node;
    let is_part = script.kind(at + 1) == Some(Kind::Dot) || at > 0 && script.tokens[at - 1].kind == Kind::Dot;
    let parent = script.nodes[node].parent;
    if is_part || script.node_kind(parent) == "alias" {
        return;
    }
    if BARE.contains(&word.as_str()) {
        script.tokens[at].kind = Kind::Function;
    } else if UNITS.contains(&word.as_str()) && is_unit_argument(script, at) {
        script.tokens[at].kind = Kind::Unit;
    } else if word == "div" && script.node_kind(parent) == "expression" && at > 0 && !script.starts_line(at) {
        script.tokens[at].kind = Kind::Keyword;
    } else if at > 1 && script.is(at - 1, "type") && ["create", "alter"].iter().any(|word| script.is(at - 2, word)) {
        script.tokens[at].kind = Kind::Type;
    } else if is_command_word(script, at, parent, &word) {
        script.tokens[at].kind = Kind::Keyword;
    }
}

/// `MONDAY` in `WEEK(MONDAY)`.
fn is_unit_argument(script: &Script<'_>, at: usize) -> bool {
    at > 1 && script.tokens[at - 1].kind == Kind::Open && script.is(at - 2, "week")
}

/// A known word beside another operand, with no sign in between, where a command stands and no query.
fn is_command_word(script: &Script<'_>, at: usize, parent: usize, word: &str) -> bool {
    let direct =
        matches!(script.node_kind(parent), "statement" | "expression" | "end_clause" | "source_file" | "then_clause");
    if !direct || !is_keyword(word) {
        return false;
    }
    let in_query = script.above(parent).map(|node| script.node_kind(node)).take_while(|kind| *kind != "statement");
    let clauses = [
        "select_clause",
        "from_clause",
        "where_clause",
        "group_by_clause",
        "order_by_clause",
        "having_clause",
        "join",
        "qualify_clause",
        "on_clause",
        "group",
        "subquery",
        "arguments",
        "column_list",
        "values_clause",
    ];
    if in_query.into_iter().any(|kind| clauses.contains(&kind)) {
        return false;
    }
    let is_operand = |kind: Kind| {
        matches!(kind, Kind::Name | Kind::Quoted | Kind::Keyword | Kind::Constant | Kind::Number | Kind::String)
            || matches!(kind, Kind::Function | Kind::Expression)
    };
    let before = script.code_before(at).map(|at| script.tokens[at].kind);
    let after = script.code_from(at + 1).map(|at| script.tokens[at].kind);
    match (before, after) {
        (None | Some(Kind::Semicolon), Some(after)) => is_operand(after),
        (Some(before), _) if is_operand(before) => true,
        (_, Some(after)) => is_operand(after),
        _ => false,
    }
}

fn function(script: &mut Script<'_>, at: usize) {
    let word = script.word(at).to_ascii_lowercase();
    let node = script.tokens[at].node;
    if GROUPINGS.contains(&word.as_str()) && script.up(node, &["group_by_clause"]).is_some() {
        script.tokens[at].kind = Kind::Keyword;
    }
}

/// In `STRUCT<a INT, b: ARRAY<STRING> COMMENT 'x'>` the first of two words is a name.
fn generic(script: &mut Script<'_>, at: usize) {
    if script.node_kind(script.nodes[script.tokens[at].node].parent) != "generic_type" {
        return;
    }
    let starts = at > 0 && matches!(script.word(at - 1), "<" | ",");
    let next = script.kind(at + 1);
    if script.is(at, "comment") && next == Some(Kind::String) {
        script.tokens[at].kind = Kind::Keyword;
    } else if starts && matches!(next, Some(Kind::Colon | Kind::Type)) && script.word(at + 1) != "<" {
        script.tokens[at].kind = Kind::Name;
    }
}

/// The columns of `CREATE TABLE t (a INT NOT NULL, ..)`: a name, the words of its type, and words of the language.
fn columns(script: &mut Script<'_>, list: usize) {
    if script.node_kind(script.nodes[list].parent) != "create_clause" {
        return;
    }
    let inner = script.tokens_of(list);
    let depth = |script: &Script<'_>, at: usize| script.tokens[at].kind;
    let (mut place, mut at) = (0, inner.start + 1);
    while at < inner.end {
        let kind = depth(script, at);
        let word = script.word(at).to_ascii_lowercase();
        match kind {
            Kind::Comma => place = 0,
            Kind::Open => {
                at = script.tokens[at].pair.unwrap_or(at);
            }
            Kind::Type if place > 0 => {
                place = 2;
                let generic =
                    script.above(script.tokens[at].node).filter(|node| script.node_kind(*node) == "generic_type");
                at = generic.last().map_or(at, |node| script.nodes[node].end - 1);
            }
            Kind::Name | Kind::Function | Kind::Quoted | Kind::Keyword if place == 0 => {
                place = 1;
                if NO_COLUMN.contains(&word.as_str()) && kind != Kind::Quoted {
                    script.tokens[at].kind = Kind::Keyword;
                    place = 3;
                }
            }
            Kind::Name | Kind::Function | Kind::Keyword | Kind::Constant
                if place < 3 && (place == 2 || kind != Kind::Constant) =>
            {
                let ends = BEHIND_TYPE.contains(&word.as_str())
                    && !(word == "with" && script.is(at + 2, "zone"))
                    && !(word == "with" && script.is(at + 3, "zone"));
                place = if ends || kind == Kind::Constant { 3 } else { 2 };
                if place == 2 {
                    script.tokens[at].kind = Kind::Type;
                } else if kind == Kind::Name {
                    script.tokens[at].kind = Kind::Keyword;
                }
            }
            Kind::Name if place == 3 && is_keyword(&word) => script.tokens[at].kind = Kind::Keyword,
            _ => {}
        }
        at += 1;
    }
}
