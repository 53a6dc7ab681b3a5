//! The order of what could stand in any order: columns of a SELECT by how much they say, and the two sides of a join's
//! conditions.

use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Script, Select};
use crate::lint::sheet::Sheet;

/// Columns as they are before those that are computed, and stars before both.
pub(super) fn columns(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let selects = script.selects();
    for select in &selects {
        let items: Vec<usize> =
            script.children(select.clause).filter(|node| script.node_kind(*node) == "select_item").collect();
        let templated = script.tokens_of(select.clause).any(|at| script.tokens[at].kind.is_jinja());
        if templated || items.len() < 2 || is_bound(script, select, &selects) {
            continue;
        }
        let mut sorted: Vec<(u8, usize)> = items.iter().map(|item| (band(script, *item), *item)).collect();
        if sorted.is_sorted_by_key(|(band, _)| *band) {
            continue;
        }
        sorted.sort_by_key(|(band, _)| *band);
        let text = |item: usize| Some(&script.text[item_span(script, item)?.range()]);
        let edits = items
            .iter()
            .zip(&sorted)
            .filter(|(item, (_, other))| *item != other)
            .filter_map(|(item, sorted)| Some(sheet.edit(item_span(script, *item)?, text(sorted.1)?)));
        let span = script.tokens[script.nodes[select.clause].first].span;
        let found = sheet.raise(span, "Stars and plain columns are to stand before what is computed.");
        raised.push(if has_ordinals(script, select) { found } else { found.unsafe_fix(edits.collect()) });
    }
}

/// A column up to its last word: comments behind it stay where they are.
fn item_span(script: &Script<'_>, item: usize) -> Option<crate::text::Span> {
    let code = script.code_of(item);
    Some(script.span(*code.first()?, *code.last()?))
}

fn band(script: &Script<'_>, item: usize) -> u8 {
    if script.child(item, "star").is_some() {
        return 0;
    }
    let parts: Vec<usize> = script
        .children(item)
        .filter(|node| !matches!(script.node_kind(*node), "alias" | "comment" | "block_comment"))
        .collect();
    match parts.as_slice() {
        [head, casts @ ..] if is_plain(script, *head) && casts.iter().all(|cast| is_sign(script, *cast)) => 1,
        _ => 2,
    }
}

fn is_plain(script: &Script<'_>, node: usize) -> bool {
    let first = script.nodes[node].first;
    match script.node_kind(node) {
        "name" | "number" | "string" | "boolean" | "null" | "dollar_string" => true,
        "cast" => script.is(first, "cast"),
        kind => kind.ends_with("_quoted"),
    }
}

/// `::type`
fn is_sign(script: &Script<'_>, node: usize) -> bool {
    script.node_kind(node) == "cast" && script.tokens[script.nodes[node].first].kind == Kind::Cast
}

/// Does somebody count on the order of the columns?
fn is_bound(script: &Script<'_>, select: &Select, selects: &[Select]) -> bool {
    if let Some(statement) = script.up(select.clause, &["statement"]) {
        let create = script.child(statement, "create_clause");
        let makes = |word: &str| {
            let kind = create.and_then(|create| script.child(create, "create_kind"));
            kind.is_some_and(|kind| script.code_of(kind).iter().any(|at| script.is(*at, word)))
        };
        let listed = create.is_some_and(|create| script.child(create, "column_list").is_some());
        let merges = script.code_of(statement).first().is_some_and(|at| script.is(*at, "merge"));
        if script.child(statement, "insert_clause").is_some() || makes("table") || makes("view") && listed || merges {
            return true;
        }
    }
    in_set(script, select.clause) || script.above(select.clause).any(|node| is_set_by_star(script, node, selects))
}

/// Is it a branch of a set operation, or below one?
fn in_set(script: &Script<'_>, node: usize) -> bool {
    let mut through_with = false;
    for up in script.above(node).skip(1) {
        if !through_with && script.child(up, "set_operator").is_some() {
            return true;
        }
        through_with = script.node_kind(up) == "with_clause";
    }
    false
}

/// A CTE whose columns a branch of a set operation takes as they come.
fn is_set_by_star(script: &Script<'_>, cte: usize, selects: &[Select]) -> bool {
    if script.node_kind(cte) != "cte" {
        return false;
    }
    let Some(holder) = script.up(cte, &["with_clause"]).map(|with| script.nodes[with].parent) else { return false };
    let name = script.word(script.nodes[cte].first);
    script.below(holder, "relation").any(|relation| {
        let first = script.nodes[relation].first;
        let reads = script.is(first, name) && script.kind(first + 1) != Some(Kind::Dot);
        let star = || {
            let around = selects.iter().filter(|select| select.tokens.contains(&first));
            { around }.any(|select| select.parts.iter().any(|part| script.below(*part, "star").next().is_some()))
        };
        reads && in_set(script, relation) && star()
    })
}

/// Does its GROUP BY or ORDER BY count columns?
fn has_ordinals(script: &Script<'_>, select: &Select) -> bool {
    let mut lists =
        select.parts.iter().filter(|part| matches!(script.node_kind(**part), "group_by_clause" | "order_by_clause"));
    lists.any(|list| {
        script.items(script.nodes[*list].first + 2..script.nodes[*list].end).into_iter().any(|item| {
            let first = script.code_from(item.start).filter(|at| item.contains(at));
            first.is_some_and(|at| script.tokens[at].kind == Kind::Number)
        })
    })
}

/// The two sides of `a.x = b.x` in the order of their tables.
pub(super) fn join_conditions(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let later = sheet.options().word("preferred_first_table_in_join_clause") == "later";
    let wish = if later { "later" } else { "earlier" };
    for join in script.all("join") {
        let Some(on) = script.child(join, "on_clause") else { continue };
        let tables = tables(script, script.nodes[join].parent);
        for expression in script.below(on, "expression") {
            if script.up(expression, &["subquery", "join"]) != Some(join) {
                continue;
            }
            for [left, sign, right] in comparisons(script, expression) {
                let (Some(a), Some(b)) = (place(script, left, &tables), place(script, right, &tables)) else {
                    continue;
                };
                if a == b || (a > b) == later {
                    continue;
                }
                let span = |node: usize| script.nodes[node].span;
                let text = |node: usize| script.node_text(node);
                let mut edits = vec![sheet.edit(span(left), text(right)), sheet.edit(span(right), text(left))];
                let turned: String = if text(sign) == "<>" || text(sign) == "<=>" {
                    text(sign).to_owned()
                } else {
                    text(sign)
                        .chars()
                        .map(|sign| match sign {
                            '<' => '>',
                            '>' => '<',
                            other => other,
                        })
                        .collect()
                };
                if turned != text(sign) {
                    edits.insert(1, sheet.edit(span(sign), turned));
                }
                let message = format!("`{}` is of the table that comes {wish}: it is to stand first.", text(right));
                raised.push(sheet.raise(span(left).cover(span(right)), message).safe_fix(edits));
            }
        }
    }
}

/// The names of the relations of a FROM, in order.
fn tables(script: &Script<'_>, from: usize) -> Vec<String> {
    // In brackets the first relation stands bare.
    let bare = script.child(from, "name").filter(|_| script.node_kind(from) == "group");
    let bare = bare.map(|name| plain(script.word(script.nodes[name].end - 1)));
    let relations = script.relations(from);
    let named = relations.iter().map(|relation| {
        let last = script.nodes[relation.source].end - 1;
        plain(script.word(relation.name.unwrap_or(last)))
    });
    bare.into_iter().chain(named).collect()
}

fn plain(name: &str) -> String {
    name.trim_matches(['"', '`', '[', ']']).to_ascii_uppercase()
}

/// Which table the column of a dotted name is of.
fn place(script: &Script<'_>, name: usize, tables: &[String]) -> Option<usize> {
    let table = plain(script.word(script.nodes[name].first));
    tables.iter().position(|known| *known == table)
}

/// What AND and OR tie together, where it is a dotted name, a sign and a dotted name.
fn comparisons(script: &Script<'_>, expression: usize) -> Vec<[usize; 3]> {
    let parts: Vec<usize> =
        script.children(expression).filter(|node| !script.node_kind(*node).ends_with("comment")).collect();
    let ties = |node: &usize| matches!(script.node_kind(*node), "AND" | "OR");
    let dotted =
        |node: usize| script.node_kind(node) == "name" && script.kind(script.nodes[node].first + 1) == Some(Kind::Dot);
    let compares = |node: usize| matches!(script.node_text(node), "=" | "!=" | "<>" | "<=>" | "<" | ">" | "<=" | ">=");
    let whole = |part: &[usize]| match part {
        [left, sign, right] if dotted(*left) && compares(*sign) && dotted(*right) => Some([*left, *sign, *right]),
        _ => None,
    };
    parts.split(ties).filter_map(whole).collect()
}
