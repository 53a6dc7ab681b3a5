//! A file in; what its stars stand for and the types of its columns, each behind what it is about, out.

use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, Range};

use super::convert::Page;
use super::look::{name_span, written};
use super::session::{Session, Spot};
use crate::text::Span;

/// Columns that are named behind a star.
const MOST: usize = 12;

pub(super) fn hints(session: &Session, spot: &Spot<'_>, range: Range) -> Vec<InlayHint> {
    let page = Page::new(&spot.text, session.units);
    let asked = page.span(range);
    let mut hints: Vec<(u32, InlayHintKind, String)> = Vec::new();
    for compiled in spot.root.models_of(&spot.file) {
        let mut stars: Vec<(Span, Vec<&str>)> = Vec::new();
        for output in &compiled.query.outputs {
            if output.from_star {
                match stars.last_mut().filter(|(span, _)| *span == output.span) {
                    Some((_, names)) => names.push(&output.name),
                    None => stars.push((output.span, vec![&output.name])),
                }
                continue;
            }
            let ty = &compiled.query.columns[output.column.0 as usize].ty.name;
            let Some(span) = name_span(compiled, output.span, &output.name).filter(|_| !ty.is_empty()) else {
                continue;
            };
            hints.push((span.end, InlayHintKind::TYPE, format!(": {}", ty.to_ascii_lowercase())));
        }
        for (span, names) in stars {
            let Some(span) = written(compiled, span) else { continue };
            let more = if names.len() > MOST { format!(", +{}", names.len() - MOST) } else { String::new() };
            let shown = names.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
            hints.push((span.end, InlayHintKind::PARAMETER, format!(" {shown}{more}")));
        }
    }
    let hints = hints.into_iter().filter(|(at, ..)| asked.start <= *at && *at <= asked.end);
    let hint = |(at, kind, label): (u32, InlayHintKind, String)| InlayHint {
        position: page.position(at),
        label: InlayHintLabel::String(label),
        kind: Some(kind),
        text_edits: None,
        tooltip: None,
        padding_left: Some(kind == InlayHintKind::PARAMETER),
        padding_right: None,
        data: None,
    };
    hints.map(hint).collect()
}
