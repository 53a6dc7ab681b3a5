//! `textDocument/didOpen`: from now on the editor's text counts, not the disk's.

use lsp_types::DidOpenTextDocumentParams;

use crate::lsp::session::{Open, Session};

pub(super) fn take(session: &mut Session, params: DidOpenTextDocumentParams) {
    let document = params.text_document;
    let Some((root, file)) = session.find(document.uri.as_str()) else { return };
    let open = Open { root, file: file.clone(), version: document.version, text: document.text.clone() };
    session.open.insert(document.uri.as_str().to_owned(), open);
    session.put(root, &file, Some(document.text));
    session.publish_known(root, &file);
}
