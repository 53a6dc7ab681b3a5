//! `textDocument/references`: everywhere that what is under the cursor is mentioned.

use lsp_types::{Location, ReferenceParams};

use crate::lsp::Refused;
use crate::lsp::look::look;
use crate::lsp::mentions::{definitions, mentions};
use crate::lsp::session::Session;

pub(super) fn answer(session: &mut Session, params: ReferenceParams) -> Result<Option<Vec<Location>>, Refused> {
    session.settle();
    let Some(spot) = session.spot(&params.text_document_position) else { return Ok(None) };
    let Some(seen) = look(&spot) else { return Ok(None) };
    let mut places = mentions(spot.root, &seen.thing);
    if params.context.include_declaration {
        places.extend(definitions(spot.root, &seen.thing));
        places.sort();
        places.dedup();
    }
    Ok(Some(places.iter().filter_map(|place| session.location(spot.root, place)).collect()))
}
