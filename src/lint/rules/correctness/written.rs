//! One file in; what its very words make doubtful out: names given twice, brackets that look like a call, joins by name.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Relation, Script};
use crate::lint::sheet::Sheet;
use crate::project::ModelKind;
use crate::text::{Place, Span};

/// `select distinct (a), b`.
pub(super) fn distinct(sheet: &Sheet<'_>, found: &mut Vec<Raised>) {
    let script = sheet.script();
    for clause in script.all("select_clause") {
        let code = script.code_of(clause);
        let [_, distinct, open, ..] = code.as_slice() else { continue };
        let Some(close) = script.tokens[*open].pair.filter(|_| script.kind(*open) == Some(Kind::Open)) else {
            continue;
        };
        let inside = *open + 1..close;
        let whole = match script.code_from(close + 1) {
            None => true,
            Some(next) => {
                let named = ["as", "from", "into", "where", "limit", "order", "union", "qualify"];
                !script.tokens_of(clause).contains(&next)
                    || matches!(script.tokens[next].kind, Kind::Comma | Kind::Close | Kind::Semicolon)
                    || named.iter().any(|word| script.is(next, word))
            }
        };
        let plain = script.items(inside.clone()).len() == 1 && !script.is(*open + 1, "select") && !inside.is_empty();
        if !script.is(*distinct, "distinct") || !whole || !plain {
            continue;
        }
        let span = script.span(*distinct, close);
        let message = "DISTINCT is no function: it holds for all columns of the list, whatever stands in the brackets.";
        let glue = if script.gap(*open).is_empty() { " " } else { "" };
        let fix = vec![sheet.edit(script.tokens[*open].span, glue), sheet.edit(script.tokens[close].span, "")];
        found.push(sheet.raise(span, message).help("Drop the brackets.").safe_fix(fix));
    }
}

/// Two relations of one FROM by the same name.
pub(super) fn relations(sheet: &Sheet<'_>, found: &mut Vec<Raised>) {
    let script = sheet.script();
    for from in script.all("from_clause") {
        if has_statement(script, script.tokens_of(from)) {
            continue;
        }
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for relation in script.relations(from) {
            let Some((name, span)) = called(script, &relation) else { continue };
            if let Some(first) = seen.get(&name.to_ascii_lowercase()) {
                let message = format!("Two relations of this FROM are called `{name}`.");
                let there = Place::new(sheet.file, *first);
                found.push(
                    sheet.raise(span, message).help("Give one of them another alias.").label(there, "the first one"),
                );
            } else {
                seen.insert(name.to_ascii_lowercase(), span);
            }
        }
    }
}

/// What a relation is called in its FROM: its alias, or the whole name.
fn called(script: &Script<'_>, relation: &Relation) -> Option<(String, Span)> {
    let bare = |text: &str| text.trim_matches(['"', '`', '[', ']']).to_owned();
    if let Some(name) = relation.name {
        let is_name = matches!(script.tokens[name].kind, Kind::Name | Kind::Quoted | Kind::Function);
        return is_name.then(|| (bare(script.word(name)), script.tokens[name].span));
    }
    if relation.alias.is_some()
        || !matches!(script.node_kind(relation.source), "name" | "double_quoted" | "backtick_quoted")
    {
        return None;
    }
    let text = script.node_text(relation.source);
    (!text.contains('{')).then(|| (bare(text), script.nodes[relation.source].span))
}

fn has_statement(script: &Script<'_>, tokens: Range<usize>) -> bool {
    script.tokens[tokens].iter().any(|token| token.kind == Kind::Statement)
}

/// Two CTEs of one WITH by the same name.
pub(super) fn ctes(sheet: &Sheet<'_>, found: &mut Vec<Raised>) {
    let script = sheet.script();
    for with in script.all("with_clause") {
        if has_statement(script, script.tokens_of(with)) {
            continue;
        }
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for cte in script.children(with).filter(|child| script.node_kind(*child) == "cte") {
            let first = script.nodes[cte].first;
            let text = script.word(first);
            if !matches!(script.tokens[first].kind, Kind::Name | Kind::Quoted | Kind::Function) {
                continue;
            }
            let name = text.trim_matches(['"', '`', '[', ']']);
            let span = script.tokens[first].span;
            if let Some(earlier) = seen.insert(name.to_ascii_lowercase(), span) {
                let message = format!("Two CTEs are called `{name}`.");
                let there = Place::new(sheet.file, earlier);
                found.push(
                    sheet.raise(span, message).help("Give one of them another name.").label(there, "the first one"),
                );
            }
        }
    }
}

/// A subquery in FROM without an alias.
pub(super) fn derived(sheet: &Sheet<'_>, found: &mut Vec<Raised>) {
    let script = sheet.script();
    for from in script.all("from_clause") {
        for relation in script.relations(from) {
            if relation.alias.is_none() && script.node_kind(relation.source) == "subquery" {
                let span = script.nodes[relation.source].span;
                let message =
                    "This subquery has no name: nobody can say whose column one is, and several engines refuse it.";
                found.push(
                    sheet
                        .raise(Span::new(span.start as usize, span.start as usize + 1), message)
                        .help("Give it an alias."),
                );
            }
        }
    }
}

/// A computed column without a name.
pub(super) fn columns(sheet: &Sheet<'_>, found: &mut Vec<Raised>) {
    let script = sheet.script();
    let everywhere = sheet.options().flag("everywhere");
    let is_built = |span: Span| {
        let kinds = [ModelKind::Model, ModelKind::Snapshot, ModelKind::Table];
        sheet.models.iter().any(|compiled| kinds.contains(&compiled.model.kind) && compiled.model.body.contains(span))
    };
    for clause in script.all("select_clause") {
        let holder = script.node_kind(script.nodes[clause].parent);
        let is_result = holder == "statement" && is_built(script.nodes[clause].span);
        let cte = script.up(script.nodes[clause].parent, &["cte"]);
        let is_listed = cte.is_some_and(|cte| script.child(cte, "column_list").is_some());
        if !is_result && (!everywhere || is_listed) {
            continue;
        }
        let items: Vec<usize> =
            script.children(clause).filter(|node| script.node_kind(*node) == "select_item").collect();
        // A subquery of one value needs no name for it.
        if items.len() == 1 && !is_result {
            continue;
        }
        for item in items {
            let parts: Vec<&str> = script.children(item).map(|part| script.node_kind(part)).collect();
            if is_computed(script, item, &parts) {
                let message = "This column has no name, so the warehouse makes one up.";
                found.push(sheet.raise(script.nodes[item].span, message).help("Name it with AS."));
            }
        }
    }
}

fn is_computed(script: &Script<'_>, item: usize, parts: &[&str]) -> bool {
    let named = parts.contains(&"alias") || parts.contains(&"star");
    let simple = |part: &&str| {
        matches!(
            *part,
            "name"
                | "double_quoted"
                | "backtick_quoted"
                | "bracket_quoted"
                | "path"
                | "field_access"
                | "subscript"
                | "cast"
                | "comment"
                | "block_comment"
                | "jinja_comment"
        )
    };
    let written = script.tokens_of(item).any(|at| script.tokens[at].kind.is_jinja());
    let first = parts.first().copied().unwrap_or_default();
    let starts = script.nodes[item].first;
    let cast = script.is(starts, "cast");
    let call_only = first == "cast" && (parts.len() == 1 || cast);
    // A cast in brackets is still the column.
    let is_bracketed =
        |part: &str| part == "group" && script.tokens_of(item).all(|at| script.kind(at) != Some(Kind::Function));
    // COLUMNS(..) names what it makes.
    let spread = script.tokens_of(item).any(|at| script.is(at, "columns") && script.kind(at + 1) == Some(Kind::Open));
    // T-SQL's `name = expression` is a name.
    let assigned = parts.len() > 2
        && parts[0] == "name"
        && parts[1] == "operator"
        && script.code_of(item).get(1).is_some_and(|at| script.is(*at, "="));
    let assigned = assigned || script.word(starts).starts_with('@') && script.word(starts + 1).ends_with('=');
    let plain = parts.iter().all(|part| simple(part) || is_bracketed(part));
    !named && !written && !assigned && !spread && (call_only || !plain) && !parts.is_empty()
}

/// NATURAL JOIN.
pub(super) fn natural(sheet: &Sheet<'_>, found: &mut Vec<Raised>) {
    let script = sheet.script();
    for join in script.all("join") {
        let first = script.nodes[join].first;
        let kind = script.child(join, "join_kind").map(|kind| script.tokens_of(kind)).unwrap_or(first..first + 1);
        if let Some(word) = kind.into_iter().find(|at| script.is(*at, "natural")) {
            let message =
                "NATURAL JOIN joins by whatever names the two sides share: a column that is added to both joins too.";
            found.push(sheet.raise(script.tokens[word].span, message).help("Name the columns in ON."));
        }
    }
}

/// USING.
pub(super) fn using(sheet: &Sheet<'_>, found: &mut Vec<Raised>) {
    let script = sheet.script();
    for using in script.all("using_clause").filter(|using| script.node_kind(script.nodes[*using].parent) == "join") {
        let first = script.nodes[using].first;
        if script.kind(first + 1) != Some(Kind::Open) {
            continue;
        }
        let message = "USING hides whose column is read behind it, and where one side has no match that differs.";
        let one = sheet
            .raise(script.tokens[first].span, message)
            .help("Write the condition in ON, with both relations' names.");
        found.push(match condition(script, using) {
            Some((span, on)) => one.unsafe_fix(vec![sheet.edit(span, on)]),
            None => one,
        });
    }
}

/// The same in ON, where it is the first join of its FROM and both sides have a plain name.
fn condition(script: &Script<'_>, using: usize) -> Option<(Span, String)> {
    let join = script.nodes[using].parent;
    let from = script.nodes[join].parent;
    let relations = script.relations(from);
    let right = relations.iter().position(|relation| script.nodes[relation.node].parent == join)?;
    let joined =
        relations[..right].iter().any(|relation| script.node_kind(script.nodes[relation.node].parent) == "join");
    let left = relations.get(right.checked_sub(1)?)?;
    let name = |relation: &Relation| match relation.name {
        Some(name) => Some(script.word(name)),
        None => (script.tokens_of(relation.source).len() == 1).then(|| script.node_text(relation.source)),
    };
    let (left, right) = (name(left)?, name(&relations[right])?);
    let open = script.nodes[using].first + 1;
    let close = script.tokens[open].pair?;
    let columns = script.items(open + 1..close).into_iter().map(|item| match item.len() {
        1 => Some(script.word(item.start)).filter(|_| !script.tokens[item.start].kind.is_jinja()),
        _ => None,
    });
    let pairs = columns.map(|column| column.map(|column| format!("{left}.{column} = {right}.{column}")));
    let on = pairs.collect::<Option<Vec<_>>>()?.join(" AND ");
    let written = left.contains('{') || right.contains('{');
    (!joined && !written).then(|| (script.span(open - 1, close), format!("ON {on}")))
}

/// `a and b or c`.
pub(super) fn and_or(sheet: &Sheet<'_>, found: &mut Vec<Raised>) {
    let script = sheet.script();
    for list in script.all("expression") {
        let (mut ands, mut or, mut between) = (false, None, 0);
        for node in script.children(list) {
            match script.node_kind(node) {
                "BETWEEN" => between += 1,
                "AND" if between > 0 => between -= 1,
                "AND" => ands = true,
                "OR" => or = or.or(Some(script.nodes[node].span)),
                _ => {}
            }
        }
        if let (true, Some(or)) = (ands, or) {
            let message = "AND binds more tightly than OR, and here no brackets say so.";
            found.push(sheet.raise(or, message).help("Put brackets around what belongs together."));
        }
    }
}

/// Numbers and names in one GROUP BY or ORDER BY, or by turns in those of one file.
pub(super) fn references(sheet: &Sheet<'_>, found: &mut Vec<Raised>) {
    let script = sheet.script();
    let style = sheet.options().word("style");
    let mut earlier: Option<bool> = None;
    let is_list = |node: &usize| matches!(script.node_kind(*node), "group_by_clause" | "order_by_clause");
    for clause in (0..script.nodes.len()).filter(is_list) {
        if in_window(script, clause) || has_statement(script, script.tokens_of(clause)) {
            continue;
        }
        let items = listed(script, clause);
        let by_number: Vec<bool> = items.iter().map(|at| script.tokens[*at].kind == Kind::Number).collect();
        let wanted = match style {
            "implicit" => Some(true),
            "explicit" => Some(false),
            _ => by_number.first().copied(),
        };
        let mut wrong = by_number.iter().position(|number| Some(*number) != wanted);
        let consistent = !matches!(style, "implicit" | "explicit");
        if consistent && wrong.is_none() {
            let against = earlier.is_some_and(|earlier| Some(earlier) != wanted);
            wrong = against.then_some(0);
            earlier = earlier.or(wanted);
        }
        let Some(at) = wrong.and_then(|at| items.get(at)).copied() else { continue };
        if script.kind(at).is_some_and(Kind::is_jinja) {
            continue;
        }
        let message = match style {
            "implicit" => "This clause is to name its columns by number.",
            "explicit" => {
                "This clause is to name its columns by name: a number means another one when the list changes."
            }
            _ if by_number.iter().all(|number| *number == by_number[0]) => {
                "This clause names its columns in another way than one before it: by number there, by name here, or the other way round."
            }
            _ => "Numbers and names stand in one clause.",
        };
        found.push(sheet.raise(script.tokens[at].span, message).help("Write all of them in one way."));
    }
}

/// A window is ordered by values; a number there is no column.
fn in_window(script: &Script<'_>, clause: usize) -> bool {
    let above = script.nodes[clause].parent;
    script
        .up(above, &["over_clause", "column_list", "arguments", "within_group_clause"])
        .is_some_and(|up| script.up(above, &["select_clause", "subquery", "statement"]).is_none_or(|block| up > block))
}

/// The first tokens of what is listed; of ROLLUP and CUBE, what stands in their brackets.
fn listed(script: &Script<'_>, clause: usize) -> Vec<usize> {
    let tokens = script.tokens_of(clause);
    let first = tokens.clone().find(|at| script.is(*at, "by")).map_or(tokens.start, |by| by + 1);
    let firsts = |range: Range<usize>| -> Vec<usize> {
        let items = script.items(range).into_iter();
        items.filter_map(|item| script.code_from(item.start).filter(|at| item.contains(at))).collect()
    };
    let mut listed = Vec::new();
    for at in firsts(first..tokens.end) {
        let open = at + 1;
        let close = script.tokens.get(open).filter(|token| token.kind == Kind::Open).and_then(|token| token.pair);
        match close {
            Some(close) if script.is(at, "rollup") || script.is(at, "cube") => listed.extend(firsts(open + 1..close)),
            _ => listed.push(at),
        }
    }
    listed
}

/// DELETE or UPDATE of all rows.
pub(super) fn all_rows(sheet: &Sheet<'_>, found: &mut Vec<Raised>) {
    let script = sheet.script();
    for statement in script.all("statement") {
        let code = script.code_of(statement);
        let Some(first) = code.first().copied() else { continue };
        let word = if script.is(first, "delete") { "DELETE" } else { "UPDATE" };
        let is_write =
            script.is(first, "delete") || (script.is(first, "update") && code.iter().any(|at| script.is(*at, "set")));
        let narrowed =
            code.iter().any(|at| ["where", "join", "using", "limit"].iter().any(|word| script.is(*at, word)));
        let templated = script.tokens_of(statement).any(|at| script.tokens[at].kind.is_jinja());
        if is_write && !narrowed && !templated && code.len() > 2 {
            let message = format!("This {word} has no WHERE, so it takes every row of the table.");
            found.push(
                sheet
                    .raise(script.tokens[first].span, message)
                    .help("Add the WHERE; to empty a table, write TRUNCATE."),
            );
        }
    }
}

/// INSERT by position.
pub(super) fn by_position(sheet: &Sheet<'_>, found: &mut Vec<Raised>) {
    let script = sheet.script();
    for insert in script.all("insert_clause") {
        let is_insert = script.is(script.nodes[insert].first, "insert");
        let tokens = script.tokens_of(insert);
        let by_name = script
            .children(script.nodes[insert].parent)
            .any(|node| script.node_text(node).eq_ignore_ascii_case("by name"));
        if is_insert
            && script.child(insert, "column_list").is_none()
            && !has_statement(script, tokens.clone())
            && !by_name
        {
            let message = "This INSERT fills columns by position: one that is added to the table or moved in the query goes elsewhere.";
            found.push(
                sheet.raise(script.tokens[tokens.start].span, message).help("Name the columns behind the table."),
            );
        }
    }
}
