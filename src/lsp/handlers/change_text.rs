//! `textDocument/didChange`: what was typed.

use lsp_types::DidChangeTextDocumentParams;

use crate::lsp::convert::Page;
use crate::lsp::session::Session;

pub(super) fn take(session: &mut Session, params: DidChangeTextDocumentParams) {
    let units = session.units;
    let Some(open) = session.open.get_mut(params.text_document.uri.as_str()) else { return };
    open.version = params.text_document.version;
    for change in params.content_changes {
        match change.range {
            None => open.text = change.text,
            Some(range) => {
                let span = Page::new(&open.text, units).span(range);
                open.text.replace_range(span.range(), &change.text);
            }
        }
    }
    let (root, file, text) = (open.root, open.file.clone(), open.text.clone());
    session.put(root, &file, Some(text));
}
