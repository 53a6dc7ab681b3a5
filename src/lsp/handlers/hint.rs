//! `textDocument/inlayHint`: what a star stands for, and the types of columns.

use lsp_types::{InlayHint, InlayHintParams};

use crate::lsp::Refused;
use crate::lsp::hints::hints;
use crate::lsp::session::Session;

pub(super) fn answer(session: &mut Session, params: InlayHintParams) -> Result<Vec<InlayHint>, Refused> {
    session.compile_first();
    let spot = session.page(&params.text_document.uri);
    Ok(spot.map(|spot| hints(session, &spot, params.range)).unwrap_or_default())
}
