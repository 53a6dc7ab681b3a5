//! `workspace/didChangeConfiguration`: the user's settings are others.

use lsp_types::DidChangeConfigurationParams;

use crate::lsp::session::Session;

pub(super) fn take(session: &mut Session, params: DidChangeConfigurationParams) {
    // A client that wants to be asked for its settings sends none.
    if params.settings.is_object() {
        session.configure(&params.settings);
    }
}
