//! What a token is for layout: which sign, which bracket, the start of what. In the words of sqlfluff's settings.

use crate::lint::script::{Kind, Script};

/// The names by which settings may speak of a token, the nearest last.
pub(in crate::lint::rules::style) fn names(script: &Script<'_>, at: usize, equals_alias: bool) -> Vec<&'static str> {
    let token = script.tokens[at];
    let mut names = Vec::new();
    match token.kind {
        Kind::Comma => names.push("comma"),
        Kind::Semicolon => names.push("statement_terminator"),
        Kind::Dot => names.push("dot"),
        Kind::Cast => names.push("casting_operator"),
        Kind::Colon => names.push("colon"),
        Kind::Open => names.push("start_bracket"),
        Kind::Close => names.push("end_bracket"),
        Kind::Comment | Kind::BlockComment => names.push("comment"),
        Kind::Operator if is_column_equals(script, at, equals_alias) => names.push("alias_operator"),
        Kind::Operator | Kind::Keyword => names.extend(operator(script, at)),
        _ => {}
    }
    let parent = script.node_kind(script.nodes[token.node].parent);
    if token.kind == Kind::Keyword && script.is(at, "as") && parent == "alias" {
        names.push("alias_operator");
    }
    if script
        .above(token.node)
        .take_while(|node| script.nodes[*node].first == at)
        .any(|n| script.node_kind(n) == "alias")
    {
        names.push("alias_expression");
    }
    let starts_type = token.kind == Kind::Type && (at == 0 || script.tokens[at - 1].kind == Kind::Name);
    if starts_type {
        names.push("data_type");
    }
    if is_constraint(script, at) {
        names.push("column_constraint_segment");
    }
    names
}

/// Which kind of operator a token is; none where it is a sign or no operator at all.
pub(in crate::lint::rules::style) fn operator(script: &Script<'_>, at: usize) -> Option<&'static str> {
    let word = script.word(at);
    match script.tokens[at].kind {
        Kind::Operator if is_sign(script, at) => None,
        Kind::Operator => match word {
            "=" if is_assignment(script, at) => Some("assignment_operator"),
            "+=" | "-=" | "*=" | "/=" | ":=" => Some("assignment_operator"),
            "=" | "<" | ">" | "<=" | ">=" | "<>" | "!=" | "==" | "<=>" | "^=" | "!" => Some("comparison_operator"),
            "=>" | "|>" => None,
            _ => Some("binary_operator"),
        },
        Kind::Keyword if script.is(at, "and") && is_between(script, at) => None,
        Kind::Keyword => ["and", "or", "div"].iter().any(|name| script.is(at, name)).then_some("binary_operator"),
        _ => None,
    }
}

/// The AND of `BETWEEN a AND b`.
fn is_between(script: &Script<'_>, at: usize) -> bool {
    let mut open = 0;
    let mut before = at;
    while before > 0 {
        before -= 1;
        match script.tokens[before].kind {
            Kind::Close => before = script.tokens[before].pair.unwrap_or(before),
            Kind::Open | Kind::Semicolon | Kind::Comma => return false,
            Kind::Keyword if script.is(before, "and") => open += 1,
            Kind::Keyword if script.is(before, "between") => return open == 0,
            Kind::Keyword if script.node_kind(script.tokens[before].node).ends_with("clause") => return false,
            _ => {}
        }
    }
    false
}

/// The `=` of `SET a = 1` and of options, which compares nothing.
fn is_assignment(script: &Script<'_>, at: usize) -> bool {
    let inside = script.up(
        script.tokens[at].node,
        &[
            "select_clause",
            "where_clause",
            "on_clause",
            "having_clause",
            "case_expression",
            "qualify_clause",
            "statement",
        ],
    );
    if inside.is_none_or(|node| script.node_kind(node) != "statement") {
        return false;
    }
    let mut before = at;
    while before > 0 {
        before -= 1;
        match script.tokens[before].kind {
            Kind::Close => before = script.tokens[before].pair.unwrap_or(before),
            Kind::Semicolon => return false,
            Kind::Keyword | Kind::Name if script.is(before, "set") => return true,
            Kind::Keyword if ["where", "on", "if", "when", "while"].iter().any(|word| script.is(before, word)) => {
                return false;
            }
            _ => {}
        }
    }
    false
}

/// The `=` of `SELECT a = 1`, where that names a column.
pub(in crate::lint::rules::style) fn is_column_equals(script: &Script<'_>, at: usize, equals_alias: bool) -> bool {
    let item = script.up(script.tokens[at].node, &["select_item"]);
    equals_alias
        && script.word(at) == "="
        && item.is_some_and(|item| script.nodes[item].first + 1 == at && script.tokens[at - 1].kind != Kind::Number)
}

/// `-` before one number, not between two.
pub(in crate::lint::rules::style) fn is_sign(script: &Script<'_>, at: usize) -> bool {
    if !matches!(script.word(at), "-" | "+" | "~" | "@") {
        return false;
    }
    let Some(before) = script.code_before(at) else { return true };
    match script.tokens[before].kind {
        Kind::Open | Kind::Comma | Kind::Operator | Kind::Semicolon | Kind::Unit | Kind::Cast | Kind::Colon => true,
        Kind::Keyword => !script.is(before, "end"),
        _ => script.word(at) == "~",
    }
}

/// The first word of `NOT NULL`, `PRIMARY KEY`, .. behind a column's type.
fn is_constraint(script: &Script<'_>, at: usize) -> bool {
    let word = script.word(at).to_ascii_lowercase();
    let list = script.up(script.tokens[at].node, &["column_list"]);
    let in_table = list.is_some_and(|list| script.node_kind(script.nodes[list].parent) == "create_clause");
    let starts = match word.as_str() {
        "null" => !script.is(at.wrapping_sub(1), "not"),
        "not" | "unique" | "primary" | "references" | "default" | "check" | "constraint" | "comment" | "generated" => {
            true
        }
        _ => false,
    };
    in_table && starts && !matches!(script.word(at.wrapping_sub(1)), "(" | ",")
}

/// Does this bracket belong to the word before it: a call, a type, an element?
pub(in crate::lint::rules::style) fn is_called(script: &Script<'_>, open: usize) -> bool {
    let node = script.tokens[open].node;
    let holder = script.nodes[node].parent;
    let Some(before) = open.checked_sub(1).map(|before| script.tokens[before]) else { return false };
    match script.node_kind(holder) {
        "arguments" | "cast" => {
            let is_reference = behind(script, open, &["references"]);
            before.kind.is_word() && before.kind != Kind::Keyword && !is_reference || before.kind == Kind::Quoted
        }
        "subscript" | "type" => true,
        "column_list" => {
            let kind = script.nodes[holder].parent;
            let create = script.child(kind, "create_kind").map(|node| script.node_text(node).to_ascii_lowercase());
            create.is_some_and(|create| create.contains("function") || create.contains("procedure"))
        }
        "group" => before.kind == Kind::Type || before.kind == Kind::Name && behind(script, open, &["function"]),
        _ => before.kind == Kind::Type,
    }
}

/// Does one of these words stand before the name that is before `at`?
fn behind(script: &Script<'_>, at: usize, words: &[&str]) -> bool {
    let mut before = at;
    while before > 1 && matches!(script.tokens[before - 1].kind, Kind::Name | Kind::Quoted | Kind::Dot | Kind::Function)
    {
        if words.iter().any(|word| script.is(before - 1, word)) {
            return true;
        }
        before -= 1;
    }
    before > 0 && words.iter().any(|word| script.is(before - 1, word))
}
