//! Aliases: with AS or without, how long, none, or the name a column has anyway.

use crate::diagnostic::Edit;
use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Relation, Script, Select};
use crate::lint::sheet::Sheet;
use crate::text::Span;

use super::unused_alias::mentions;

pub(super) fn tables(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    if sheet.dialect().flag("bare_table_aliases") {
        return;
    }
    let script = sheet.script();
    for alias in script.all("alias").filter(|alias| script.node_kind(script.nodes[*alias].parent) == "relation") {
        judge(sheet, alias, "table", raised);
    }
    if sheet.options().word("aliasing") == "implicit" {
        return;
    }
    // `FROM (VALUES ..) (a, b)` names the columns alone; `FROM (SELECT ..) PIVOT (..)` does not.
    for relation in script.all("relation").filter_map(|node| script.relation(node)) {
        let list = script.child(relation.node, "group");
        if let (true, None, Some(list)) = (is_derived(script, relation.source), relation.alias, list)
            && script.nodes[list].first == script.nodes[relation.source].end
        {
            let span = script.nodes[list].span;
            let fix = sheet.edit(Span::at(span.start as usize), "AS ");
            raised.push(sheet.raise(span, "A table's alias is to have AS before it.").safe_fix(vec![fix]));
        }
    }
}

fn is_derived(script: &Script<'_>, source: usize) -> bool {
    matches!(script.node_kind(source), "subquery" | "group")
}

pub(super) fn columns(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for alias in script.all("alias").filter(|alias| script.node_kind(script.nodes[*alias].parent) == "select_item") {
        judge(sheet, alias, "column", raised);
    }
}

fn judge(sheet: &Sheet<'_>, alias: usize, what: &str, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let span = script.nodes[alias].span;
    let explicit = sheet.options().word("aliasing") != "implicit";
    match (script.alias_as(alias), script.alias_name(alias)) {
        (None, Some(name)) if explicit => {
            let gap = if script.gap(name).is_empty() { " " } else { "" };
            let fix = sheet.edit(Span::at(span.start as usize), format!("{gap}AS "));
            raised.push(sheet.raise(span, format!("A {what}'s alias is to have AS before it.")).safe_fix(vec![fix]));
        }
        (Some(word), Some(name)) if !explicit => {
            let cut = Span { start: script.tokens[word].span.start, end: script.tokens[name].span.start };
            let fix = sheet.edit(cut, "");
            raised.push(sheet.raise(span, format!("A {what}'s alias is to stand without AS.")).safe_fix(vec![fix]));
        }
        _ => {}
    }
}

pub(super) fn length(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let (least, most) = (sheet.options().number("min_alias_length"), sheet.options().number("max_alias_length"));
    for relation in script.all("relation").filter_map(|node| script.relation(node)) {
        let Some(name) = relation.name else { continue };
        let length = script.word(name).chars().count() as i64;
        let span = script.tokens[name].span;
        if least > 0 && length < least {
            let message =
                format!("The alias `{}` is short: it is to have {least} letters at least.", script.word(name));
            raised.push(sheet.raise(span, message));
        } else if most > 0 && length > most {
            let message = format!("The alias `{}` is long: it is to have {most} letters at most.", script.word(name));
            raised.push(sheet.raise(span, message));
        }
    }
}

pub(super) fn forbidden(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let selects = script.selects();
    for select in &selects {
        let Some(from) = select.from else { continue };
        let relations = script.relations(from);
        // A subquery and the query around it that read one table need two names for it.
        let is_around = |other: &&Select| {
            let inside = other.tokens.contains(&select.tokens.start) || select.tokens.contains(&other.tokens.start);
            other.clause != select.clause && inside
        };
        let near: Vec<Relation> = selects
            .iter()
            .filter(is_around)
            .filter_map(|other| other.from)
            .flat_map(|from| script.relations(from))
            .collect();
        let is_name = |relation: &Relation| matches!(script.node_kind(relation.source), "name" | "jinja_expression");
        let Some(base) = relations.first().filter(|first| is_name(first)) else { continue };
        let text = |relation: &Relation| script.node_text(relation.source);
        for relation in relations.iter().filter(|relation| is_name(relation)) {
            let (Some(alias), Some(name)) = (relation.alias, relation.name) else { continue };
            let others = relations.iter().filter(|other| other.node != relation.node && text(other) == text(relation));
            let many = others.clone().any(|other| other.name.map(|name| script.word(name)) != Some(script.word(name)));
            let is_near = near.iter().any(|other| text(other) == text(relation));
            if is_near
                || is_list_of(sheet, &relations, relation)
                || many
                || relation.node != base.node && text(base) == text(relation)
            {
                continue;
            }
            let message = format!("`{}` is an alias: tables are to go by their own names.", script.word(name));
            let found = sheet.raise(script.tokens[name].span, message);
            let edits = unaliased(sheet, relation, alias, script.word(name), select.tokens.clone());
            raised.push(if edits.is_empty() { found } else { found.safe_fix(edits) });
        }
    }
}

/// Is it a list of a relation beside it, `FROM orders, orders.items AS item`? It has no other name.
fn is_list_of(sheet: &Sheet<'_>, relations: &[Relation], relation: &Relation) -> bool {
    let script = sheet.script();
    let first = script.nodes[relation.source].first;
    let called = |other: &Relation| other.name.or_else(|| script.tokens_of(other.source).next_back());
    let is_it = |other: &Relation| {
        let name = called(other).filter(|_| other.node != relation.node);
        name.is_some_and(|name| script.word(name).eq_ignore_ascii_case(script.word(first)))
    };
    let has_parts = script.kind(first + 1) == Some(Kind::Dot);
    sheet.dialect().flag("implicit_unnest") && has_parts && relations.iter().any(is_it)
}

/// Takes an alias away, and writes the table's own name where it was used. Nothing where a template writes the name.
fn unaliased(
    sheet: &Sheet<'_>,
    relation: &Relation,
    alias: usize,
    name: &str,
    tokens: std::ops::Range<usize>,
) -> Vec<Edit> {
    let script = sheet.script();
    let is_spoken = |at: usize| match script.tokens[at].kind {
        Kind::Expression | Kind::Statement => mentions(script.word(at), name),
        Kind::String => script.word(at).contains("{{") && mentions(script.word(at), name),
        _ => false,
    };
    let of_template = script.tokens_of(relation.source).any(|at| script.tokens[at].kind.is_jinja());
    if of_template || tokens.clone().any(is_spoken) {
        return Vec::new();
    }
    let source = script.nodes[relation.source].span;
    let mut edits = vec![sheet.edit(Span { start: source.end, end: script.nodes[alias].span.end }, "")];
    let table = script.node_text(relation.source);
    let used = tokens.filter(|at| script.is_qualifier(*at) && script.word(*at) == name);
    let used = used.filter(|at| !script.nodes[relation.source].span.contains(script.tokens[*at].span));
    edits.extend(used.filter(|_| table != name).map(|at| sheet.edit(script.tokens[at].span, table)));
    edits
}

pub(super) fn itself(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let has_equals = sheet.dialect().flag("equals_alias");
    for item in script.all("select_item") {
        let parts: Vec<usize> = script.children(item).collect();
        let (column, name, cut) = match parts.as_slice() {
            [column, alias] if script.node_kind(*alias) == "alias" => {
                let Some(name) = script.alias_name(*alias) else { continue };
                let start = script.nodes[*column].span.end;
                (*column, name, Span { start, end: script.nodes[*alias].span.end })
            }
            [name, sign, column] if has_equals && script.node_text(*sign) == "=" => {
                let start = script.nodes[*name].span.start;
                let end = script.nodes[*column].span.start;
                (*column, script.nodes[*name].first, Span { start, end })
            }
            _ => continue,
        };
        let Some(last) = script.tokens_of(column).next_back() else { continue };
        let is_name = |at: usize| matches!(script.tokens[at].kind, Kind::Name | Kind::Quoted);
        if !is_name(last) || !is_name(name) || script.nodes[column].kind.starts_with("jinja") {
            continue;
        }
        let (own, other) = (script.word(last), script.word(name));
        let span = script.nodes[item].span;
        if own == other {
            let message = format!("`{own}` is its own alias.");
            raised.push(sheet.raise(span, message).safe_fix(vec![sheet.edit(cut, "")]));
        } else if script.tokens[last].kind == Kind::Name
            && script.tokens[name].kind == Kind::Name
            && sheet.dialect().column_key(own, false) == sheet.dialect().column_key(other, false)
        {
            let message = format!("`{own}` is its own alias but for its case, which means nothing without quotes.");
            let help = "Drop the alias, or put it in quotes if its case matters.";
            raised.push(sheet.raise(span, message).help(help));
        }
    }
}
