//! `textDocument/definition`: where what is under the cursor is defined.

use lsp_types::{GotoDefinitionParams, GotoDefinitionResponse};

use crate::lsp::Refused;
use crate::lsp::look::look;
use crate::lsp::mentions::definitions;
use crate::lsp::session::Session;

pub(super) fn answer(
    session: &mut Session,
    params: GotoDefinitionParams,
) -> Result<Option<GotoDefinitionResponse>, Refused> {
    session.compile_first();
    let Some(spot) = session.spot(&params.text_document_position_params) else { return Ok(None) };
    let Some(seen) = look(&spot) else { return Ok(None) };
    let places = definitions(spot.root, &seen.thing);
    let locations = places.iter().filter_map(|place| session.location(spot.root, place));
    Ok(Some(GotoDefinitionResponse::Array(locations.collect())))
}
