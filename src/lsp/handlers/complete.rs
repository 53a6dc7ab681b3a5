//! `textDocument/completion`: names that may stand here.

use lsp_types::{CompletionParams, CompletionResponse};

use crate::lsp::Refused;
use crate::lsp::offers::offers;
use crate::lsp::session::Session;

pub(super) fn answer(session: &mut Session, params: CompletionParams) -> Result<Option<CompletionResponse>, Refused> {
    session.compile_first();
    let spot = session.spot(&params.text_document_position);
    Ok(spot.map(|spot| CompletionResponse::Array(offers(&spot))))
}
