//! A script in; out, at each gap between tokens, the steps that indentation takes there: where a clause, a bracket or a
//! template's block opens, and where it ends.

use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;

use super::scripts::{blocks, cursors};

/// What happens to the indentation in one gap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Steps {
    /// All steps together.
    pub(super) impulse: i32,
    /// The lowest they reach on the way.
    pub(super) trough: i32,
    /// Steps that need no line break, each as the level it leads to.
    pub(super) implicit: Vec<i32>,
    /// What the template's own blocks add to the steps.
    pub(super) template: i32,
}

impl Steps {
    /// These, and then others.
    pub(super) fn then(&self, next: &Steps) -> Steps {
        Steps {
            impulse: self.impulse + next.impulse,
            trough: self.trough.min(self.impulse + next.trough),
            implicit: next.implicit.clone(),
            template: self.template + next.template,
        }
    }
}

/// Down comes before up: what ends in a gap ends before anything opens there.
#[derive(Clone, Copy, Default)]
struct Raw {
    down: i32,
    up: i32,
    soft: bool,
    template_down: i32,
    template_up: i32,
}

/// Which things are indented, as the options of `indentation` say.
struct Wish {
    joins: bool,
    ctes: bool,
    using_on: bool,
    on_contents: bool,
    then: bool,
    then_contents: bool,
    blocks: bool,
}

pub(super) fn steps(sheet: &Sheet<'_>) -> Vec<Steps> {
    let script = sheet.script();
    let options = sheet.options_of("indentation");
    let wish = Wish {
        joins: options.flag("indented_joins"),
        ctes: options.flag("indented_ctes"),
        using_on: options.flag("indented_using_on"),
        on_contents: options.flag("indented_on_contents"),
        then: options.flag("indented_then"),
        then_contents: options.flag("indented_then_contents"),
        blocks: options.flag("template_blocks_indent"),
    };
    let mut raw = vec![Raw::default(); script.tokens.len() + 2];
    for node in 0..script.nodes.len() {
        clause(script, node, &wish, &mut raw);
    }
    for at in 0..script.tokens.len() {
        match (script.tokens[at].kind, script.tokens[at].pair) {
            (Kind::Open, Some(close)) if close > at + 1 => {
                raw[at + 1].up += 1;
                raw[close].down += 1;
            }
            (Kind::Statement, _) if wish.blocks => block(script, at, &mut raw),
            _ => {}
        }
    }
    commands(script, &wish, &mut raw);
    pipes(script, &mut raw);
    blocks(script, |at, opens| {
        if opens {
            raw[at + 1].up += 1;
        } else {
            raw[script.code_before(at).map_or(at, |before| before + 1)].down += 1;
        }
    });
    for (from, end) in cursors(script) {
        open(script, &mut raw, from, end, false);
    }
    raw.into_iter().map(finish).collect()
}

fn finish(raw: Raw) -> Steps {
    let impulse = raw.up - raw.down;
    let implicit = if raw.soft { vec![impulse] } else { Vec::new() };
    let template = raw.template_up - raw.template_down;
    Steps { impulse, trough: -raw.down, implicit, template }
}

/// Opens behind token `from`, and ends behind the last code before `end`, and behind the tags that end there what
/// they opened inside.
fn open(script: &Script<'_>, raw: &mut [Raw], from: usize, end: usize, soft: bool) {
    let mut end = end;
    let last = loop {
        let Some(last) = script.code_before(end).filter(|last| *last > from) else { return };
        if !is_clause_of_template(script, last, from) {
            break last;
        }
        end = last;
    };
    let behind = ends_of_blocks(script, from, last);
    raw[from + 1].up += 1;
    raw[from + 1].soft |= soft;
    raw[behind + 1].down += 1;
}

/// A template call on a line of its own, behind something whole, writes clauses of its own.
fn is_clause_of_template(script: &Script<'_>, at: usize, from: usize) -> bool {
    let Some(before) = script.code_before(at).filter(|before| *before > from) else { return false };
    let whole = matches!(
        script.tokens[before].kind,
        Kind::Name | Kind::Quoted | Kind::Close | Kind::Number | Kind::String | Kind::Constant | Kind::Expression
    );
    script.tokens[at].kind == Kind::Expression
        && script.starts_line(at)
        && whole
        && !script.word(at).contains("','")
        && !script.word(at).contains("\",\"")
}

/// The last of the tags right behind `last` that end blocks which started behind `from`.
fn ends_of_blocks(script: &Script<'_>, from: usize, last: usize) -> usize {
    let mut behind = last;
    let mut starts: Vec<usize> = Vec::new();
    for at in (from + 1..=last).filter(|at| script.tokens[*at].kind == Kind::Statement) {
        match tag(script.word(at)) {
            Tag::Start => starts.push(at),
            Tag::End => {
                starts.pop();
            }
            Tag::Middle | Tag::Alone => {}
        }
    }
    let mut at = last + 1;
    while at < script.tokens.len() && script.tokens[at].kind == Kind::Statement && !starts.is_empty() {
        match tag(script.word(at)) {
            Tag::End => {
                starts.pop();
                behind = at;
            }
            // `{% if not loop.last %},{% endif %}` and its like.
            Tag::Start => starts.push(at),
            Tag::Middle | Tag::Alone => {}
        }
        at += 1;
    }
    behind
}

fn clause(script: &Script<'_>, node: usize, wish: &Wish, raw: &mut [Raw]) {
    let (first, end) = (script.nodes[node].first, script.nodes[node].end);
    match script.nodes[node].kind {
        "select_clause" => {
            let modifier = script.children(node).filter(|child| script.node_kind(*child) == "select_modifier").last();
            open(script, raw, modifier.map_or(first, |modifier| script.nodes[modifier].end - 1), end, false);
        }
        "from_clause" => sources(script, node, wish, raw),
        "join" => join(script, node, wish, raw),
        "where_clause" | "having_clause" => {
            let returning = |at: &usize| script.is(*at, "returning") && script.tokens[*at].node != node;
            let end = outer(script, first..end).into_iter().find(returning).unwrap_or(end);
            open(script, raw, first, end, true);
        }
        "qualify_clause" | "limit_clause" => open(script, raw, first, end, false),
        "over_clause" => open(script, raw, script.code_before(first).unwrap_or(first), end, false),
        "alias" if matches!(script.node_kind(script.nodes[node].parent), "select_item" | "relation") => {
            open(script, raw, script.code_before(first).unwrap_or(first), end, false);
        }
        "window_clause" => open(script, raw, first, end, false),
        "group_by_clause" | "order_by_clause" | "partition_by_clause" => open(script, raw, first + 1, end, false),
        "case_expression" => case(script, node, raw),
        "when_clause" if script.node_kind(script.nodes[node].parent) == "case_expression" => {
            when(script, node, wish, raw);
        }
        "else_clause" if script.node_kind(script.nodes[node].parent) == "case_expression" => {
            open(script, raw, first, end, true);
        }
        // A query in brackets behind `CREATE .. AS`.
        "column_list" if script.is(first + 1, "select") => {
            let from = script.child(node, "from_clause").map_or(end - 1, |from| script.nodes[from].first);
            open(script, raw, first + 1, from, false);
        }
        "with_clause" if wish.ctes => open(script, raw, first, end, false),
        _ => {}
    }
}

/// Each relation of a FROM, and its joins if they are indented.
fn sources(script: &Script<'_>, node: usize, wish: &Wish, raw: &mut [Raw]) {
    let children: Vec<usize> = script.children(node).collect();
    for (at, child) in children.iter().enumerate() {
        if script.node_kind(*child) != "relation" {
            continue;
        }
        let (first, end) = (script.nodes[*child].first, script.nodes[*child].end);
        open(script, raw, script.code_before(first).unwrap_or(first.saturating_sub(1)), end, false);
        let joins = children[at + 1..].iter().take_while(|next| script.node_kind(**next) == "join");
        if let (true, Some(last)) = (wish.joins, joins.last()) {
            let before = script.code_before(script.nodes[children[at + 1]].first).unwrap_or(end - 1);
            open(script, raw, before, script.nodes[*last].end, false);
        }
    }
}

fn join(script: &Script<'_>, node: usize, wish: &Wish, raw: &mut [Raw]) {
    if let (Some(kind), Some(relation)) = (script.child(node, "join_kind"), script.child(node, "relation")) {
        open(script, raw, script.nodes[kind].end - 1, script.nodes[relation].end, false);
    }
    for child in script.children(node) {
        let (first, end) = (script.nodes[child].first, script.nodes[child].end);
        match script.node_kind(child) {
            "on_clause" => {
                if wish.using_on {
                    open(script, raw, script.code_before(first).unwrap_or(first), end, false);
                }
                if wish.on_contents {
                    open(script, raw, first, end, true);
                }
            }
            "using_clause" => {
                if wish.using_on {
                    open(script, raw, script.code_before(first).unwrap_or(first), end, false);
                }
                open(script, raw, first, end, false);
            }
            _ => {}
        }
    }
}

fn case(script: &Script<'_>, node: usize, raw: &mut [Raw]) {
    let first = script.nodes[node].first;
    let parts: Vec<usize> = script.children(node).collect();
    let is_part = |node: &&usize| matches!(script.node_kind(**node), "when_clause" | "then_clause" | "else_clause");
    let Some(start) = parts.iter().find(is_part) else { return };
    let end = parts.iter().rev().find(|node| script.node_kind(**node) == "END");
    let end = end.map_or(script.nodes[node].end, |end| script.nodes[*end].first);
    open(script, raw, script.code_before(script.nodes[*start].first).unwrap_or(first), end, true);
}

fn when(script: &Script<'_>, node: usize, wish: &Wish, raw: &mut [Raw]) {
    let (first, end) = (script.nodes[node].first, script.nodes[node].end);
    let then = script.children(node).find(|child| script.node_kind(*child) == "THEN");
    let then = then.map_or(end, |then| script.nodes[then].first);
    open(script, raw, first, then, true);
    if then < end {
        if wish.then {
            open(script, raw, script.code_before(then).unwrap_or(then), end, false);
        }
        if wish.then_contents {
            open(script, raw, then, end, true);
        }
    }
}

/// The columns of `|> AGGREGATE` and `|> EXTEND`.
fn pipes(script: &Script<'_>, raw: &mut [Raw]) {
    let heads = (1..script.tokens.len())
        .filter(|at| script.word(at - 1) == "|>" && ["aggregate", "extend"].iter().any(|word| script.is(*at, word)));
    for head in heads {
        let ends = |at: &usize| {
            script.word(*at) == "|>"
                || matches!(script.tokens[*at].kind, Kind::Semicolon | Kind::Close)
                || script.is(*at, "group") && script.is(*at + 1, "by")
        };
        let mut at = head + 1;
        while at < script.tokens.len() && !ends(&at) {
            at = script.tokens[at].pair.filter(|_| script.tokens[at].kind == Kind::Open).unwrap_or(at) + 1;
        }
        open(script, raw, head, at, false);
    }
}

/// `UPDATE t SET a = 1 WHERE .. RETURNING a`, and MERGE with its branches.
fn commands(script: &Script<'_>, wish: &Wish, raw: &mut [Raw]) {
    for statement in script.all("statement") {
        let tokens = script.tokens_of(statement);
        let Some(start) = script.code_from(tokens.start).filter(|start| tokens.contains(start)) else { continue };
        let outer: Vec<usize> = outer(script, tokens.clone());
        let find = |from: usize, words: &[&str]| {
            outer.iter().copied().find(|at| *at > from && words.iter().any(|word| script.is(*at, word)))
        };
        let until = |from: usize, words: &[&str]| find(from, words).unwrap_or(tokens.end);
        if script.is(start, "update") {
            open(script, raw, start, until(start, &["set"]), false);
        }
        if script.is(start, "create") {
            created(script, raw, (start, tokens.end), &outer);
        }
        if script.is(start, "insert")
            && let Some(update) = outer.iter().copied().find(|at| script.is(*at, "update") && script.is(at - 1, "do"))
        {
            open(script, raw, update, tokens.end, false);
            let set = until(update, &["set"]);
            open(script, raw, set, until(set, &["where"]), false);
        }
        if script.is(start, "merge") {
            merge(script, wish, raw, (start, tokens.end), &until);
        }
        for at in &outer {
            if script.is(*at, "set") && (script.is(start, "update") || script.is(start, "merge") || *at == start) {
                open(script, raw, *at, until(*at, &["where", "from", "returning", "when"]), false);
            } else if script.is(*at, "returning") || script.is(*at, "declare") && script.word(*at + 1).starts_with('@')
            {
                open(script, raw, *at, tokens.end, false);
            }
        }
    }
}

/// What an index or statistics are on, and the parameters of a procedure.
fn created(script: &Script<'_>, raw: &mut [Raw], (start, end): (usize, usize), outer: &[usize]) {
    let head = || outer.iter().copied().filter(|at| *at < start + 5);
    let makes = |words: &[&str]| head().find(|at| words.iter().any(|word| script.is(*at, word)));
    if makes(&["index", "statistics"]).is_some() {
        let on = outer.iter().copied().find(|at| script.is(*at, "on"));
        on.into_iter().for_each(|on| open(script, raw, on - 1, end, false));
    } else if let Some(kind) = makes(&["procedure", "proc"]) {
        let first = (kind + 1..end).find(|at| script.word(*at).starts_with('@'));
        let body = outer.iter().copied().find(|at| script.is(*at, "as") && script.starts_line(*at));
        if let (Some(first), Some(body)) = (first, body)
            && script.starts_line(first)
        {
            open(script, raw, first - 1, body, false);
        }
    }
}

fn merge(
    script: &Script<'_>,
    wish: &Wish,
    raw: &mut [Raw],
    (start, last): (usize, usize),
    until: &dyn Fn(usize, &[&str]) -> usize,
) {
    let using = until(start, &["using"]);
    open(script, raw, start + 1, using, false);
    let on = until(using, &["on"]);
    if on >= last {
        return;
    }
    open(script, raw, using, on, false);
    let end = until(on, &["when"]);
    if wish.using_on {
        open(script, raw, script.code_before(on).unwrap_or(on), end, false);
    }
    if wish.on_contents {
        open(script, raw, on, end, true);
    }
    let mut when = end;
    loop {
        let then = until(when, &["then"]);
        if then >= last {
            return;
        }
        when = until(then, &["when"]);
        open(script, raw, then, when, false);
    }
}

/// The words that stand in no bracket and no CASE.
fn outer(script: &Script<'_>, tokens: std::ops::Range<usize>) -> Vec<usize> {
    let mut outer = Vec::new();
    let mut at = tokens.start;
    while at < tokens.end {
        match script.tokens[at].kind {
            Kind::Open => at = script.tokens[at].pair.unwrap_or(at),
            kind if kind.is_word() && script.up(script.tokens[at].node, &["case_expression"]).is_none() => {
                outer.push(at);
            }
            _ => {}
        }
        at += 1;
    }
    outer
}

/// What a tag of a template is: the start, the middle or the end of a block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Start,
    Middle,
    End,
    Alone,
}

pub(super) fn tag(text: &str) -> Tag {
    let inner = text.trim_start_matches(['{', '%', '-', '+']).trim_start();
    let keyword = inner.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    match keyword {
        "if" | "for" | "macro" | "call" | "filter" | "block" | "snapshot" | "test" | "materialization" | "raw" => {
            Tag::Start
        }
        "set" if !inner.contains('=') => Tag::Start,
        "else" | "elif" => Tag::Middle,
        keyword if keyword.starts_with("end") => Tag::End,
        _ => Tag::Alone,
    }
}

fn block(script: &Script<'_>, at: usize, raw: &mut [Raw]) {
    let tag = tag(script.word(at));
    if matches!(tag, Tag::Start | Tag::Middle) {
        raw[at + 1].up += 1;
        raw[at + 1].template_up += 1;
    }
    if matches!(tag, Tag::End | Tag::Middle) {
        raw[at].down += 1;
        raw[at].template_down += 1;
    }
}
