//! A place in a text, broken or not, in; the relations and columns that may be named there out.
//!
//! Read from the tolerant tree, so that it answers while a query is being typed.

use super::look::plain;
use super::session::Spot;
use crate::syntax::{Node, tolerant};
use crate::text::Span;

/// A relation in scope.
pub(super) struct Scoped {
    /// Its alias, else its own name; empty where it has neither.
    pub(super) name: String,
    pub(super) columns: Vec<Offered>,
}

/// A column that may be named.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Offered {
    pub(super) name: String,
    /// Empty where it is not known.
    pub(super) ty: String,
    /// The relation it comes from, as short as it is clear.
    pub(super) from: String,
}

/// How deep CTEs are followed into CTEs.
const DEEPEST: usize = 12;

/// The relations that FROM names where the cursor is.
pub(super) fn relations(spot: &Spot<'_>) -> Vec<Scoped> {
    let tree = tolerant(&spot.text);
    let at = Span::at(spot.offset as usize);
    let holds = |node: &Node<'_>| matches!(node.kind(), "subquery" | "statement") && around(node.span(), at);
    let root = tree.root();
    let block = root.descendants().filter(holds).min_by_key(|node| node.span().len()).unwrap_or(root);
    scoped(block, root, spot, 0)
}

/// The CTEs of the text: names, and what their queries give.
pub(super) fn ctes(spot: &Spot<'_>) -> Vec<(String, Vec<Offered>)> {
    let tree = tolerant(&spot.text);
    let root = tree.root();
    let all: Vec<Node<'_>> = root.descendants().filter(|node| node.kind() == "cte").collect();
    let name = |cte: &Node<'_>| cte.field("name").map(|name| plain(name.text()));
    all.iter().filter_map(|cte| Some((name(cte)?, cte_columns(*cte, root, spot, 1)))).collect()
}

fn around(span: Span, at: Span) -> bool {
    span.start <= at.start && at.start <= span.end
}

/// The relations of one SELECT.
fn scoped(block: Node<'_>, root: Node<'_>, spot: &Spot<'_>, depth: usize) -> Vec<Scoped> {
    let mut found = Vec::new();
    each_relation(block, true, &mut |relation| {
        let Some(source) = relation.field("source") else { return };
        let children = relation.children();
        let alias = children.iter().find(|child| child.kind() == "alias").and_then(|alias| alias.field("name"));
        let own = plain(source.text().rsplit('.').next().unwrap_or_default());
        let own = if source.kind() == "name" { own } else { literals(source.text()).pop().unwrap_or_default() };
        let name = alias.map_or(own, |alias| plain(alias.text()));
        found.push(Scoped { name, columns: columns_of(source, root, spot, depth) });
    });
    found
}

/// Calls `visit` for the relations of a block, those of blocks in it aside.
fn each_relation<'t>(node: Node<'t>, is_top: bool, visit: &mut dyn FnMut(Node<'t>)) {
    if !is_top && matches!(node.kind(), "subquery" | "cte") {
        return;
    }
    if node.kind() == "relation" {
        visit(node);
        return;
    }
    node.children().into_iter().for_each(|child| each_relation(child, false, visit));
}

fn columns_of(source: Node<'_>, root: Node<'_>, spot: &Spot<'_>, depth: usize) -> Vec<Offered> {
    if depth > DEEPEST {
        return Vec::new();
    }
    match source.kind() {
        "subquery" | "group" => selected(source, root, spot, depth + 1),
        "name" if !source.text().contains('{') => {
            let name = plain(source.text());
            let cte = root.descendants().filter(|node| node.kind() == "cte").find(|cte| {
                cte.field("name").is_some_and(|own| plain(own.text()).eq_ignore_ascii_case(&name))
                    && !cte.span().contains(source.span())
            });
            match cte {
                Some(cte) => cte_columns(cte, root, spot, depth + 1),
                None => known_columns(spot, id_of_name(spot, source.text())),
            }
        }
        _ => known_columns(spot, id_of_call(spot, source.text())),
    }
}

fn cte_columns(cte: Node<'_>, root: Node<'_>, spot: &Spot<'_>, depth: usize) -> Vec<Offered> {
    let name = cte.field("name").map(|name| plain(name.text())).unwrap_or_default();
    let body = cte.field("body").map(|body| selected(body, root, spot, depth)).unwrap_or_default();
    body.into_iter().map(|column| Offered { from: name.clone(), ..column }).collect()
}

/// What the first SELECT of a block gives.
fn selected(block: Node<'_>, root: Node<'_>, spot: &Spot<'_>, depth: usize) -> Vec<Offered> {
    let Some(select) = block.children().into_iter().find(|child| child.kind() == "select_clause") else {
        return Vec::new();
    };
    let relations = scoped(block, root, spot, depth);
    let mut found = Vec::new();
    for item in select.children().into_iter().filter(|child| child.kind() == "select_item") {
        let children = item.children();
        let Some(first) = children.first() else { continue };
        if first.kind() == "star" {
            let of = first.field("relation").map(|of| plain(of.text()));
            let wanted = relations.iter().filter(|one| of.as_ref().is_none_or(|of| of.eq_ignore_ascii_case(&one.name)));
            found.extend(wanted.flat_map(|one| one.columns.iter().cloned()));
            continue;
        }
        let alias = children.iter().find(|child| child.kind() == "alias").and_then(|alias| alias.field("name"));
        let own = children.last().filter(|last| last.kind() == "name").map(|last| last.text());
        let Some(name) = alias.map(|alias| alias.text()).or(own) else { continue };
        let name = plain(name.rsplit('.').next().unwrap_or(name));
        let all = relations.iter().flat_map(|one| &one.columns);
        let ty = all.clone().find(|column| column.name == name).map(|column| column.ty.clone()).unwrap_or_default();
        found.push(Offered { name, ty, from: String::new() });
    }
    found
}

fn known_columns(spot: &Spot<'_>, id: Option<String>) -> Vec<Offered> {
    let (Some(id), Some(compilation)) = (id, spot.root.compilation()) else { return Vec::new() };
    let from = compilation.short_name(&id);
    let columns = compilation.known(&id).map(|known| known.columns.as_slice()).unwrap_or_default();
    let offer = |column: &crate::algebra::KnownColumn| Offered {
        name: column.name.clone(),
        ty: column.ty.name.clone(),
        from: from.clone(),
    };
    columns.iter().map(offer).collect()
}

/// The texts in quotes.
pub(super) fn literals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['\'', '"']) {
        let quote = &rest[start..=start];
        let Some(end) = rest[start + 1..].find(quote) else { break };
        found.push(rest[start + 1..start + 1 + end].to_owned());
        rest = &rest[start + end + 2..];
    }
    found
}

/// The relation that `{{ ref('x') }}` or `{{ source('a', 'b') }}` means.
fn id_of_call(spot: &Spot<'_>, text: &str) -> Option<String> {
    let compilation = spot.root.compilation()?;
    let names = literals(text);
    let last = names.last()?;
    if text.contains("source") {
        let mut sources = compilation.projects.iter().flat_map(|project| &project.sources);
        return sources.find(|one| names.first() == Some(&one.source) && one.name == *last).map(|one| one.id.clone());
    }
    let models = compilation.models.values().map(|compiled| &compiled.model).filter(|model| model.name == *last);
    let model = models.min_by_key(|model| &model.id).map(|model| model.id.clone());
    let mut seeds = compilation.projects.iter().flat_map(|project| &project.seeds);
    model.or_else(|| seeds.find(|seed| seed.name == *last).map(|seed| seed.id.clone()))
}

/// The relation that a plain name means: as the model's query reads it, else one of that name.
fn id_of_name(spot: &Spot<'_>, name: &str) -> Option<String> {
    let compilation = spot.root.compilation()?;
    let models = spot.root.models_of(&spot.file);
    let mut reads = models.iter().flat_map(|compiled| &compiled.query.reads);
    let read = reads.find(|read| read.written.eq_ignore_ascii_case(name)).map(|read| read.id.clone());
    let short = plain(name.rsplit('.').next().unwrap_or(name));
    read.or_else(|| {
        let mut all = compilation.models.iter().map(|(id, compiled)| (id, compiled.model.name.as_str()));
        all.find(|(_, own)| own.eq_ignore_ascii_case(&short)).map(|(id, _)| id.clone())
    })
}
