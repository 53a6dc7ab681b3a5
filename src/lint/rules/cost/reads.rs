//! What a query reads in; relations that are read again and again, DISTINCTs and columns that nobody needs, out.

use std::collections::{BTreeMap, BTreeSet};

use crate::algebra::{ColumnId, Nullability, Op, RelId};
use crate::lint::block::uses;
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::text::Span;

/// DISTINCT over rows that are all different already.
pub(super) fn distinct(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Distinct { input, on: None } = &node.op else { continue };
        let below = scene.facts.node(*input);
        let known = scene.query().nullabilities(*input);
        let filled = |column: &ColumnId| known.get(column) == Some(&Nullability::No);
        let key = below.keys.iter().find(|key| key.proof.is_proved() && !key.columns.is_empty());
        let Some(key) = key.filter(|_| !is_grouped_here(scene, *input)) else { continue };
        let names: Vec<&str> = key.columns.iter().map(|column| scene.facts.name(*column)).collect();
        let span = scene.keyword_in(node.span, "distinct");
        let message = format!("The rows are unique by `{}` already, so DISTINCT removes nothing.", names.join(", "));
        let raised = scene.raise(span, message).help("Drop DISTINCT.");
        let rest = scene.text(Span { start: span.end, end: node.span.end });
        let gap = rest.len() - rest.trim_start().len();
        let cut = Span { start: span.start, end: span.end + gap as u32 };
        let edit = scene.edit(cut, "").filter(|_| key.columns.iter().all(filled) && !span.is_empty());
        found.push(match edit {
            Some(edit) => raised.safe_fix(vec![edit]),
            None => raised,
        });
    }
}

/// GROUP BY in the same block is `distinct-with-group-by`.
fn is_grouped_here(scene: &Scene<'_>, rel: RelId) -> bool {
    match &scene.facts.node(rel).op {
        Op::Aggregate { .. } => true,
        Op::Project { input, .. } | Op::Filter { input, .. } => {
            scene.facts.node(rel).span.contains(scene.facts.node(*input).span) && is_grouped_here(scene, *input)
        }
        _ => false,
    }
}

/// A CTE that is read several times where each reading may compute it anew.
pub(super) fn ctes(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let most = scene.options().number("most");
    for cte in scene.query().ctes.iter().filter(|cte| cte.readers as i64 > most) {
        // What only passes a relation on costs nothing of its own.
        if scene.facts.scanned_whole(cte.relation) || matches!(scene.facts.node(cte.relation).op, Op::Values { .. }) {
            continue;
        }
        let message =
            format!("`{}` is read {} times, and many engines compute it anew each time.", cte.name, cte.readers);
        found.push(
            scene.raise(cte.span, message).help("Make it a model of its own, or ask once for what all readers need."),
        );
    }
}

/// A relation outside the query that is read several times.
pub(super) fn scans(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let most = scene.options().number("most") as usize;
    let mut spans: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for (_, node) in scene.facts.nodes() {
        if let Op::Scan { input, .. } = &node.op {
            spans.entry(scene.query().reads[*input].id.as_str()).or_default().push(node.span);
        }
    }
    for (id, spans) in spans.into_iter().filter(|(_, spans)| spans.len() > most) {
        let name = id.rsplit('.').next().unwrap_or(id);
        let message = format!("`{name}` is read {} times here.", spans.len());
        let Some((first, last)) = spans.first().zip(spans.last()) else { continue };
        let help = "Read it once, and tell the cases apart by CASE or FILTER.";
        found.push(scene.raise(*last, message).help(help).label(scene.place(*first), "the first time"));
    }
}

/// Columns of a CTE that nobody reads.
pub(super) fn unread(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    if !scene.is_whole() {
        return;
    }
    let used = uses(scene.facts, RelId(u32::MAX));
    for cte in scene.query().ctes.iter().filter(|cte| cte.readers > 0) {
        let Some(project) = list_of(scene, cte.relation) else { continue };
        let node = scene.facts.node(project);
        let read = readings(scene, cte.relation);
        // A reader that takes whole rows, or is not seen through, takes every column.
        if read.is_empty() {
            continue;
        }
        for (at, column) in node.columns.iter().enumerate() {
            let name = scene.facts.name(*column);
            let copies = read.iter().any(|rel| {
                let copy = scene.facts.node(*rel).columns.get(at);
                copy.is_none_or(|copy| used.contains(copy))
            });
            let span = scene.query().columns[column.0 as usize].span;
            if !copies && !name.is_empty() && node.span.contains(span) && !scene.text(span).contains('*') {
                let message = format!("Nobody reads `{name}` of `{}`.", cte.name);
                found.push(scene.raise(span, message).help("Leave it out, so that it is seen what this CTE is for."));
            }
        }
    }
}

/// The projection whose columns a CTE has, where nothing between counts on all of them.
fn list_of(scene: &Scene<'_>, rel: RelId) -> Option<RelId> {
    match &scene.facts.node(rel).op {
        Op::Project { .. } => Some(rel),
        Op::Sort { input, .. } | Op::Limit { input, .. } => list_of(scene, *input),
        _ => None,
    }
}

/// The copies of a CTE's columns that its readers got; none where one reads it in another way.
fn readings(scene: &Scene<'_>, rel: RelId) -> BTreeSet<RelId> {
    let readers = scene.facts.readers(rel);
    let is_copy = |reader: &&RelId| matches!(&scene.facts.node(**reader).op, Op::Project { exprs, stars, .. } if stars.is_empty() && exprs.len() == scene.facts.node(rel).columns.len());
    let copies: BTreeSet<RelId> = readers.iter().filter(is_copy).copied().collect();
    if copies.len() == readers.len() { copies } else { BTreeSet::new() }
}
