//! `textDocument/rename`: a model, a column or a CTE is called otherwise, wherever it is named.

use lsp_types::{RenameParams, WorkspaceEdit};

use crate::lsp::Refused;
use crate::lsp::edits::annotated;
use crate::lsp::look::look;
use crate::lsp::rename::rename;
use crate::lsp::session::Session;

pub(super) fn answer(session: &mut Session, params: RenameParams) -> Result<Option<WorkspaceEdit>, Refused> {
    session.settle();
    let Some(spot) = session.spot(&params.text_document_position) else { return Ok(None) };
    let seen = look(&spot).ok_or_else(|| Refused("There is no name here that Sluice knows.".to_owned()))?;
    let renamed = rename(spot.root, &seen.thing, &params.new_name)?;
    if renamed.moved.is_some() && !session.client.renames_files {
        let why = "A model is called as its file is, and this editor cannot rename files with an edit.";
        return Err(Refused(why.to_owned()));
    }
    let moved = renamed.moved.as_ref().map(|(old, new)| (old, new));
    Ok(annotated(session, spot.root, &renamed.edits, moved))
}
