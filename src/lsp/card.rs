//! What a name means in; what an editor shows of it out, in Markdown.

use super::look::Thing;
use super::root::Root;
use super::trail::sources;
use crate::algebra::{Known, KnownColumn, Nullability};
use crate::compile::Compilation;
use crate::lineage::{Direction, Follow};
use crate::project::{DeclaredColumn, Properties};

/// Columns that a card of a relation lists.
const MOST_COLUMNS: usize = 40;

pub(super) fn card(root: &Root, thing: &Thing) -> Option<String> {
    let compilation = root.compilation()?;
    match thing {
        Thing::Relation(id) => Some(relation(compilation, id)),
        Thing::Column(id, column) => Some(column_card(compilation, id, column)),
        Thing::Local(model, column) => {
            let query = &compilation.models.get(model)?.query;
            let named = &query.columns[column.0 as usize];
            let mut card = format!("**{}** {}", named.name, code(&named.ty.name));
            let made = sources(query, *column);
            let made: Vec<String> =
                made.iter().map(|(id, column)| format!("`{}.{column}`", compilation.short_name(id))).collect();
            if !made.is_empty() {
                card.push_str(&format!("\n\nMade of {}", made.join(", ")));
            }
            Some(card)
        }
        Thing::Cte(file, name) => {
            let compiled = root.models_of(file).into_iter().next()?;
            let cte = compiled.query.ctes.iter().find(|cte| cte.name.eq_ignore_ascii_case(name))?;
            let columns = &compiled.query.nodes[cte.relation.0 as usize].columns;
            let columns = columns.iter().map(|column| &compiled.query.columns[column.0 as usize]);
            let rows = columns.map(|column| format!("| {} | {} |", column.name, column.ty.name));
            let readers = match cte.readers {
                1 => "read once".to_owned(),
                many => format!("read {many} times"),
            };
            let rows: Vec<String> = rows.collect();
            Some(format!("**{}** CTE, {readers}\n\n| column | type |\n|---|---|\n{}", cte.name, rows.join("\n")))
        }
        Thing::Macro(name) => {
            let found = root.macros().named(name);
            let card = |one: &&super::macros::Found| {
                format!("**{}** macro of `{}`\n\n{}", one.signature(), one.package, one.description)
            };
            found.first().map(|one| card(one).trim().to_owned())
        }
        Thing::Rule(name) => Some(root.standards()?.page(name)?.text.trim().to_owned()),
    }
}

fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}

fn nullable(known: Nullability) -> &'static str {
    match known {
        Nullability::No => "never NULL",
        Nullability::Yes => "may be NULL",
        Nullability::Unknown => "",
    }
}

/// What YAML says of a relation.
fn properties<'c>(compilation: &'c Compilation, id: &str) -> Option<&'c Properties> {
    let model = compilation.models.get(id).map(|compiled| &compiled.model.properties);
    let mut sources = compilation.projects.iter().flat_map(|project| &project.sources);
    let mut seeds = compilation.projects.iter().flat_map(|project| &project.seeds);
    let source = || sources.find(|source| source.id == id).map(|source| &source.properties);
    model.or_else(source).or_else(|| seeds.find(|seed| seed.id == id).map(|seed| &seed.properties))
}

fn relation(compilation: &Compilation, id: &str) -> String {
    let kind = id.split('.').next().unwrap_or_default();
    let mut card = format!("**{}** {kind}", compilation.short_name(id));
    if let Some(compiled) = compilation.models.get(id) {
        let materialized = compiled.config("materialized").and_then(crate::data::Value::str);
        card.push_str(&materialized.map(|how| format!(", {how}")).unwrap_or_default());
        if compiled.status != crate::algebra::Status::Exact {
            let why: Vec<&str> = compiled.why.iter().map(|cause| cause.detail.as_str()).collect();
            card.push_str(&format!("\n\nUnderstood in part: {}", why.join("; ")));
        }
    }
    let description = properties(compilation, id).map(|one| one.description.trim()).filter(|text| !text.is_empty());
    card.push_str(&description.map(|text| format!("\n\n{text}")).unwrap_or_default());
    if let Some(known) = compilation.known(id) {
        card.push_str(&columns(known));
        let keys = known.keys.iter().map(|(columns, proof)| {
            format!("`{}`{}", columns.join(", "), if proof.is_proved() { "" } else { " (declared)" })
        });
        let keys: Vec<String> = keys.collect();
        if !keys.is_empty() {
            card.push_str(&format!("\n\nUnique: {}", keys.join(", ")));
        }
    }
    let readers =
        compilation.models.values().filter(|one| one.lineage.depends_on.iter().any(|read| read == id)).count();
    card + &format!("\n\nRead by {readers} model{}", if readers == 1 { "" } else { "s" })
}

fn columns(known: &Known) -> String {
    if known.columns.is_empty() {
        return String::new();
    }
    let row =
        |column: &KnownColumn| format!("\n| {} | {} | {} |", column.name, column.ty.name, nullable(column.nullable));
    let rows: String = known.columns.iter().take(MOST_COLUMNS).map(row).collect();
    let more = known.columns.len().saturating_sub(MOST_COLUMNS);
    let more = if more > 0 { format!("\n\n.. and {more} more") } else { String::new() };
    format!("\n\n| column | type | |\n|---|---|---|{rows}{more}")
}

/// A column, what is known of it, and what it is made of back to the sources.
fn column_card(compilation: &Compilation, id: &str, column: &str) -> String {
    let known = compilation.known(id);
    let own = known.and_then(|known| known.columns.iter().find(|own| own.name.eq_ignore_ascii_case(column)));
    let mut facts = vec![own.map(|own| code(&own.ty.name)).unwrap_or_default()];
    facts.extend(own.map(|own| nullable(own.nullable).to_owned()));
    let is_key = known.is_some_and(|known| {
        known.keys.iter().any(|(key, _)| matches!(key.as_slice(), [one] if one.eq_ignore_ascii_case(column)))
    });
    facts.extend(is_key.then(|| "unique".to_owned()));
    facts.retain(|fact| !fact.is_empty());
    let mut card = format!("**{}.{column}** {}", compilation.short_name(id), facts.join(", "));
    let declared = properties(compilation, id).into_iter().flat_map(|one| &one.columns);
    let is_it = |one: &&DeclaredColumn| one.name.eq_ignore_ascii_case(column) && !one.description.trim().is_empty();
    if let Some(declared) = { declared }.find(is_it) {
        card.push_str(&format!("\n\n{}", declared.description.trim()));
    }
    card + &lineage(compilation, id, column)
}

fn lineage(compilation: &Compilation, id: &str, column: &str) -> String {
    let model = compilation.models.get(id);
    let own = model.and_then(|one| one.lineage.columns.iter().find(|own| own.name.eq_ignore_ascii_case(column)));
    let inputs = own.into_iter().flat_map(|own| &own.inputs);
    let line = |edge: &crate::lineage::Edge| {
        format!("\n- `{}.{}` {}", compilation.short_name(&edge.relation), edge.column, edge.via.word())
    };
    let inputs: String = inputs.take(MOST_COLUMNS).map(line).collect();
    if inputs.is_empty() {
        return String::new();
    }
    let graph = compilation.graph();
    let mut ends: Vec<String> = Vec::new();
    if let Some(node) = graph.find(id, Some(column)) {
        let closure = graph.closure(&[node], Direction::Upstream, Follow::Values, None);
        let nodes = closure.nodes().map(|node| graph.get(node));
        ends = nodes
            .filter(|node| !compilation.models.contains_key(node.relation))
            .filter_map(|node| Some(format!("`{}.{}`", compilation.short_name(node.relation), node.column?)))
            .collect();
        ends.sort();
        ends.dedup();
    }
    let more = ends.len().saturating_sub(MOST_COLUMNS);
    ends.truncate(MOST_COLUMNS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let ends = if ends.is_empty() { String::new() } else { format!("\n\nBack to {}{more}", ends.join(", ")) };
    format!("\n\nFrom{inputs}{ends}")
}
