//! `workspace/didChangeWatchedFiles`: somebody else wrote files.

use std::collections::BTreeSet;

use lsp_types::DidChangeWatchedFilesParams;

use crate::lsp::session::Session;

pub(super) fn take(session: &mut Session, params: DidChangeWatchedFilesParams) {
    let files = params.changes.iter().filter_map(|event| session.locate(event.uri.as_str()));
    // What is open is known better from its editor.
    let files: BTreeSet<_> = files.filter(|(root, file)| !session.roots[*root].is_open(file)).collect();
    if !files.is_empty() {
        session.touched(files);
    }
}
