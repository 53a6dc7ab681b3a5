//! `textDocument/didClose`: from now on the disk's text counts.

use lsp_types::DidCloseTextDocumentParams;

use crate::lsp::session::Session;

pub(super) fn take(session: &mut Session, params: DidCloseTextDocumentParams) {
    if let Some(open) = session.open.remove(params.text_document.uri.as_str()) {
        session.put(open.root, &open.file, None);
        session.untell(open.root, &open.file, params.text_document.uri);
    }
}
