//! `textDocument/prepareRename`: may what is under the cursor be called otherwise, and which letters are its name?

use lsp_types::{PrepareRenameResponse, TextDocumentPositionParams};

use crate::lsp::Refused;
use crate::lsp::convert::Page;
use crate::lsp::look::look;
use crate::lsp::rename::may_be_renamed;
use crate::lsp::session::Session;

pub(super) fn answer(
    session: &mut Session,
    params: TextDocumentPositionParams,
) -> Result<Option<PrepareRenameResponse>, Refused> {
    session.settle();
    let Some(spot) = session.spot(&params) else { return Ok(None) };
    let Some(seen) = look(&spot) else { return Ok(None) };
    let name = may_be_renamed(spot.root, &seen.thing)?;
    let text = spot.text.get(seen.span.range()).unwrap_or_default();
    let within = text.rfind(&name).map(|at| crate::text::Span::new(at, at + name.len()));
    let span = within.map_or(seen.span, |within| within.shift(seen.span.start as usize));
    let range = Page::new(&spot.text, session.units).range(span);
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: name }))
}
