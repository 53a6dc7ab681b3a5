//! `textDocument/hover`: what stands under the cursor, and the page of a rule that found something there.

use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};

use crate::lsp::Refused;
use crate::lsp::card::card;
use crate::lsp::convert::Page;
use crate::lsp::look::{look, touches};
use crate::lsp::session::Session;
use crate::text::Span;

pub(super) fn answer(session: &mut Session, params: HoverParams) -> Result<Option<Hover>, Refused> {
    session.compile_first();
    let Some(spot) = session.spot(&params.text_document_position_params) else { return Ok(None) };
    let seen = look(&spot);
    let mut parts: Vec<String> = seen.iter().filter_map(|seen| card(spot.root, &seen.thing)).collect();
    let findings = spot.root.findings(&spot.file).iter().map(|finding| &finding.diagnostic);
    let here: Vec<_> = findings.filter(|one| touches(one.place.span, spot.offset)).collect();
    for finding in &here {
        let page = spot.root.standards().and_then(|standards| standards.page(&finding.rule));
        parts.extend(page.map(|page| page.text.trim().to_owned()));
    }
    parts.dedup();
    let span: Option<Span> = seen.map(|seen| seen.span).or(here.first().map(|finding| finding.place.span));
    let range = span.map(|span| Page::new(&spot.text, session.units).range(span));
    let value = parts.join("\n\n---\n\n");
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Ok((!parts.is_empty()).then_some(Hover { contents, range }))
}
