//! `textDocument/documentSymbol`: the models of a file, their CTEs and columns; its macros.

use lsp_types::{DocumentSymbolParams, DocumentSymbolResponse};

use crate::lsp::Refused;
use crate::lsp::outline::outline;
use crate::lsp::session::Session;

pub(super) fn answer(
    session: &mut Session,
    params: DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>, Refused> {
    session.compile_first();
    let spot = session.page(&params.text_document.uri);
    Ok(spot.map(|spot| DocumentSymbolResponse::Nested(outline(session, &spot))))
}
