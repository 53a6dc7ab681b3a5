//! `sluice/settle`: answers when everything is compiled and judged, for clients that want to be sure.

use serde_json::{Value, json};

use crate::lsp::Refused;
use crate::lsp::session::Session;

pub(super) fn answer(session: &mut Session, _: Value) -> Result<Value, Refused> {
    session.settle();
    let models: usize = session.roots.iter().filter_map(|root| root.compilation()).map(|one| one.models.len()).sum();
    Ok(json!({"models": models}))
}
