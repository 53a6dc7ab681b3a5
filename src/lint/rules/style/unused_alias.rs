//! Aliases of tables that nobody uses.

use std::collections::BTreeSet;

use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Relation, Script, Select};
use crate::lint::sheet::Sheet;
use crate::text::Span;

pub(super) fn check(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let selects = script.selects();
    for select in &selects {
        let Some(from) = select.from else { continue };
        let relations = script.relations(from);
        if relations.iter().all(|relation| relation.name.is_none()) || walks_into(sheet, &relations) {
            continue;
        }
        for relation in &relations {
            let (Some(alias), Some(name)) = (relation.alias, relation.name) else { continue };
            let is_plain = script.tokens[name].kind != Kind::Expression;
            if !is_plain || is_needed(sheet, select, &relations, relation) || is_used(sheet, select, &selects, name) {
                continue;
            }
            let start = script.gap(script.nodes[alias].first).start;
            let cut = Span { start, end: script.nodes[alias].span.end };
            let message = format!("Nothing uses the alias `{}`.", script.word(name));
            raised.push(sheet.raise(script.tokens[name].span, message).safe_fix(vec![sheet.edit(cut, "")]));
        }
    }
}

/// Does a relation read a column of another, `FROM t, t.items AS item`?
fn walks_into(sheet: &Sheet<'_>, relations: &[Relation]) -> bool {
    let script = sheet.script();
    if !sheet.dialect().flag("implicit_unnest") {
        return false;
    }
    let own: BTreeSet<String> = relations.iter().filter_map(|one| one.name).map(|name| key(sheet, name)).collect();
    let plain = relations.iter().filter(|relation| script.node_kind(relation.source) == "name");
    let mut parts = plain.flat_map(|relation| script.tokens_of(relation.source));
    parts.any(|at| matches!(script.tokens[at].kind, Kind::Name | Kind::Quoted) && own.contains(&key(sheet, at)))
}

/// Must there be an alias here?
fn is_needed(sheet: &Sheet<'_>, select: &Select, relations: &[Relation], relation: &Relation) -> bool {
    let script = sheet.script();
    let source = relation.source;
    let first = |node: usize| script.children(node).find(|child| script.nodes[*child].kind.ends_with("clause"));
    match script.node_kind(source) {
        "subquery" | "group" => {
            let is_values = first(source).is_some_and(|clause| script.node_kind(clause) == "values_clause");
            let holds = script.below(source, "select_clause").next().is_some();
            return if is_values { sheet.dialect().flag("values_need_alias") } else { holds };
        }
        "values_clause" => return sheet.dialect().flag("values_need_alias"),
        "call" if script.is(script.nodes[source].first, "values") => return sheet.dialect().flag("values_need_alias"),
        "call" => {
            let text = script.node_text(source).to_ascii_lowercase();
            if text.contains(".nodes(") || text.starts_with("openrowset") {
                return true;
            }
            // `SELECT *` gives the elements by the name of the alias.
            let has_star = || select.tokens.clone().any(|at| script.tokens[at].kind == Kind::Star);
            if text.starts_with("unnest") && sheet.dialect().flag("implicit_unnest") && has_star() {
                return true;
            }
        }
        _ => {}
    }
    let table = |relation: &Relation| {
        let last = script.tokens_of(relation.source).next_back();
        let is_name = script.node_kind(relation.source) == "name";
        last.filter(|at| is_name && matches!(script.tokens[*at].kind, Kind::Name | Kind::Quoted))
            .map(|at| key(sheet, at))
    };
    let own = table(relation);
    if own.is_some() && relations.iter().filter(|other| table(other) == own).count() > 1 {
        return true;
    }
    let is_last = relations.last().is_some_and(|last| last.node == relation.node);
    let qualify = select.from.and_then(|from| {
        let at = select.parts.iter().position(|part| *part == from)?;
        select.parts.get(at + 1)
    });
    let before_qualify = qualify.is_some_and(|next| script.node_kind(*next) == "qualify_clause");
    is_last && before_qualify && sheet.dialect().flag("qualify_needs_alias")
}

/// Does something of the SELECT, or of a subquery in it that has no such alias of its own, speak of the alias?
fn is_used(sheet: &Sheet<'_>, select: &Select, selects: &[Select], name: usize) -> bool {
    let script = sheet.script();
    let own = key(sheet, name);
    let rows = sheet.dialect().flag("table_as_struct");
    let of_call = script.up(script.tokens[name].node, &["relation"]).and_then(|node| script.relation(node));
    let of_call = of_call.is_some_and(|relation| script.node_kind(relation.source) == "call");
    select.tokens.clone().filter(|at| *at != name).any(|at| match script.tokens[at].kind {
        Kind::Name | Kind::Quoted if script.is_qualifier(at) => {
            key(sheet, at) == own && !is_hidden(sheet, select, selects, at, &own)
        }
        Kind::Name | Kind::Quoted if rows || of_call => {
            let loose = script
                .word(at)
                .trim_matches(['"', '`', '[', ']'])
                .eq_ignore_ascii_case(script.word(name).trim_matches(['"', '`', '[', ']', '\'']));
            (loose && of_call || rows && key(sheet, at) == own) && is_value(script, at)
        }
        Kind::Expression | Kind::Statement => mentions(script.word(at), script.word(name)),
        Kind::String if script.word(at).contains("{{") => mentions(script.word(at), script.word(name)),
        _ => false,
    })
}

/// A name on its own, that is no alias.
fn is_value(script: &Script<'_>, at: usize) -> bool {
    let parent = script.nodes[script.tokens[at].node].parent;
    script.kind(at + 1) != Some(Kind::Dot)
        && script.tokens[at - 1].kind != Kind::Dot
        && script.node_kind(parent) != "alias"
}

/// Does a template speak the word?
pub(super) fn mentions(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part.eq_ignore_ascii_case(word))
}

/// Does a SELECT between the reference and this one have the same alias?
fn is_hidden(sheet: &Sheet<'_>, select: &Select, selects: &[Select], at: usize, own: &str) -> bool {
    let script = sheet.script();
    let between = selects.iter().filter(|inner| {
        inner.clause != select.clause && inner.tokens.contains(&at) && select.tokens.contains(&inner.tokens.start)
    });
    let mut names = between.filter_map(|inner| inner.from).flat_map(|from| script.relations(from));
    names.any(|relation| relation.name.is_some_and(|name| key(sheet, name) == own))
}

/// The name as it is compared.
pub(super) fn key(sheet: &Sheet<'_>, token: usize) -> String {
    let script = sheet.script();
    let word = script.word(token);
    let is_quoted = matches!(script.tokens[token].kind, Kind::Quoted | Kind::String);
    let plain = if is_quoted { unquoted(word) } else { word.to_owned() };
    match sheet.options().word("alias_case_check") {
        "case_insensitive" => plain.to_ascii_uppercase(),
        "quoted_cs_naked_upper" if !is_quoted => plain.to_ascii_uppercase(),
        "quoted_cs_naked_lower" if !is_quoted => plain.to_ascii_lowercase(),
        "quoted_cs_naked_upper" | "quoted_cs_naked_lower" | "case_sensitive" => plain,
        _ => sheet.dialect().column_key(&plain, is_quoted),
    }
}

/// The name between quotes, a doubled or escaped quote being one.
pub(super) fn unquoted(word: &str) -> String {
    let Some(quote) = word.chars().next() else { return String::new() };
    let close = if quote == '[' { ']' } else { quote };
    let inner = word.strip_prefix(quote).unwrap_or(word);
    let inner = inner.strip_suffix(close).unwrap_or(inner);
    inner.replace(&format!("{close}{close}"), &close.to_string()).replace(&format!("\\{close}"), &close.to_string())
}
