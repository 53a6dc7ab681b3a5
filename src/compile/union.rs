//! Two lineages of one relation in, one that claims what either claims out.

use crate::lineage::{ColumnLineage, Edge, ModelLineage};
use crate::template::Rendered;
use crate::text::Span;

/// Keeps the spans of the first rendering; what only the second reads is placed where the first has the same text.
pub(super) fn union(
    first: &ModelLineage,
    rendered: &Rendered,
    second: &ModelLineage,
    other: &Rendered,
) -> ModelLineage {
    let moved = |edge: &Edge| Edge { span: place(edge.span, rendered, other), ..edge.clone() };
    let mut whole = first.clone();
    for column in &second.columns {
        let inputs: Vec<Edge> = column.inputs.iter().map(moved).collect();
        let same = |known: &&mut ColumnLineage| known.name.eq_ignore_ascii_case(&column.name);
        match whole.columns.iter_mut().find(same) {
            Some(known) => add(&mut known.inputs, inputs),
            None => {
                let span = place(column.span, rendered, other);
                whole.columns.push(ColumnLineage { inputs, span, ..column.clone() });
            }
        }
    }
    add(&mut whole.rows, second.rows.iter().map(moved).collect());
    whole.keys.retain(|key| second.keys.contains(key));
    whole.stars.extend(second.stars.iter().cloned());
    whole.depends_on.extend(second.depends_on.iter().cloned());
    for list in [&mut whole.stars, &mut whole.depends_on] {
        list.sort();
        list.dedup();
    }
    whole
}

fn add(edges: &mut Vec<Edge>, more: Vec<Edge>) {
    for edge in more {
        let same =
            |known: &Edge| (&known.relation, &known.column, known.via) == (&edge.relation, &edge.column, edge.via);
        if !edges.iter().any(same) {
            edges.push(edge);
        }
    }
    edges.sort();
}

/// A span of `other` in `rendered`: where the same bytes of the same file went.
fn place(span: Span, rendered: &Rendered, other: &Rendered) -> Span {
    let Some(origin) = other.origin(span) else { return Span::default() };
    let here = rendered.segments.iter().find(|segment| {
        let file = rendered.files.get(segment.file as usize);
        file == Some(&origin.place.file) && segment.origin.contains(origin.place.span)
    });
    match here {
        Some(segment) if segment.literal => {
            let start = segment.span.start + (origin.place.span.start - segment.origin.start);
            Span { start, end: start + origin.place.span.len() as u32 }
        }
        Some(segment) => segment.span,
        None => Span::default(),
    }
}
