//! A file in; its models with their columns, its CTEs and macros, as an outline, out.

use lsp_types::{DocumentSymbol, SymbolKind};

use super::convert::Page;
use super::look::name_span;
use super::session::{Session, Spot};
use crate::syntax::tolerant;
use crate::text::Span;

pub(super) fn outline(session: &Session, spot: &Spot<'_>) -> Vec<DocumentSymbol> {
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
    symbols
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
