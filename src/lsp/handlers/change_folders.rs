//! `workspace/didChangeWorkspaceFolders`: repos come and go.

use lsp_types::DidChangeWorkspaceFoldersParams;

use crate::lsp::convert;
use crate::lsp::session::Session;

pub(super) fn take(session: &mut Session, params: DidChangeWorkspaceFoldersParams) {
    let path = |folder: &lsp_types::WorkspaceFolder| convert::path(folder.uri.as_str());
    params.event.removed.iter().filter_map(path).for_each(|path| session.remove_folder(&path));
    for path in params.event.added.iter().filter_map(path) {
        session.add_folder(&path);
    }
}
