//! `textDocument/inlayHint`: what a star stands for, and the types of columns.

use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams};

use crate::lsp::Refused;
use crate::lsp::convert::Page;
use crate::lsp::look::{name_span, written};
use crate::lsp::session::Session;
use crate::text::Span;

/// Columns that are named behind a star.
const MOST: usize = 12;

pub(super) fn answer(session: &mut Session, params: InlayHintParams) -> Result<Vec<InlayHint>, Refused> {
    session.compile_first();
    let Some(spot) = session.page(&params.text_document.uri) else { return Ok(Vec::new()) };
    let page = Page::new(&spot.text, session.units);
    let asked = page.span(params.range);
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
    Ok(hints.map(hint).collect())
}
