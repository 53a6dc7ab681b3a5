//! `textDocument/codeAction`: fixes of what is wrong here, safe ones first, and comments that allow it.

use lsp_types::{CodeActionOrCommand, CodeActionParams};

use crate::lsp::Refused;
use crate::lsp::actions::actions;
use crate::lsp::session::Session;

pub(super) fn answer(session: &mut Session, params: CodeActionParams) -> Result<Vec<CodeActionOrCommand>, Refused> {
    session.compile_first();
    let Some(spot) = session.page(&params.text_document.uri) else { return Ok(Vec::new()) };
    let found = actions(session, &spot, &params);
    Ok(found.into_iter().map(CodeActionOrCommand::CodeAction).collect())
}
