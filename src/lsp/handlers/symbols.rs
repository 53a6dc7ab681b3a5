//! `textDocument/documentSymbol`: the models of a file, their CTEs and columns; its macros.

use lsp_types::{DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, SymbolKind};

use crate::lsp::Refused;
use crate::lsp::convert::Page;
use crate::lsp::look::name_span;
use crate::lsp::session::Session;
use crate::syntax::tolerant;
use crate::text::Span;

pub(super) fn answer(
    session: &mut Session,
    params: DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>, Refused> {
    session.compile_first();
    let Some(spot) = session.page(&params.text_document.uri) else { return Ok(None) };
    let page = Page::new(&spot.text, session.units);
    let mut symbols = Vec::new();
    let tree = tolerant(&spot.text);
    for cte in tree.root().descendants().filter(|node| node.kind() == "cte") {
        if let Some(name) = cte.field("name") {
            symbols.push(symbol(&page, name.text(), SymbolKind::NAMESPACE, cte.span(), name.span()));
        }
    }
    for found in spot.root.macros().0.iter().filter(|found| found.place.file == spot.file) {
        symbols.push(symbol(&page, &found.signature(), SymbolKind::FUNCTION, found.place.span, found.place.span));
    }
    for compiled in spot.root.models_of(&spot.file) {
        let body = Span { end: compiled.model.body.end.min(spot.text.len() as u32), ..compiled.model.body };
        let mut model = symbol(&page, &compiled.model.name, SymbolKind::CLASS, body, Span::at(body.start as usize));
        let written = compiled.query.outputs.iter().filter(|output| !output.from_star);
        let columns = written.filter_map(|output| Some((output, name_span(compiled, output.span, &output.name)?)));
        model.children =
            Some(columns.map(|(output, span)| symbol(&page, &output.name, SymbolKind::FIELD, span, span)).collect());
        symbols.push(model);
    }
    Ok(Some(DocumentSymbolResponse::Nested(symbols)))
}

fn symbol(page: &Page<'_>, name: &str, kind: SymbolKind, span: Span, own: Span) -> DocumentSymbol {
    #[expect(deprecated, reason = "the type has the field, and clients want it empty")]
    DocumentSymbol {
        name: name.to_owned(),
        detail: None,
        kind,
        tags: None,
        deprecated: None,
        range: page.range(span),
        selection_range: page.range(own),
        children: None,
    }
}
