//! Edits of bytes in, the edits an editor makes out, with reasons where the editor shows those before it begins.

use std::collections::BTreeMap;

use lsp_types::{
    AnnotatedTextEdit, ChangeAnnotation, DocumentChangeOperation, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, RenameFile, ResourceOp, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};
use serde_json::json;

use super::convert::Page;
use super::root::Root;
use super::session::Session;
use crate::diagnostic::Edit;
use crate::text::FileId;

/// Edits of some files of a repo.
pub(super) fn workspace_edit(session: &Session, root: &Root, edits: &[Edit]) -> Option<WorkspaceEdit> {
    annotated(session, root, &edits.iter().map(|edit| (edit.clone(), "")).collect::<Vec<_>>(), None)
}

/// Edits of the text of one file.
pub(super) fn of_one(uri: Uri, edits: Vec<TextEdit>) -> WorkspaceEdit {
    let text_document = OptionalVersionedTextDocumentIdentifier { uri, version: None };
    let edits = edits.into_iter().map(OneOf::Left).collect();
    let change = TextDocumentEdit { text_document, edits };
    WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(vec![change])), ..WorkspaceEdit::default() }
}

/// Edits, each with what it is for, and perhaps a file that is then called otherwise. What it is for groups them in the
/// preview of an editor that has one.
pub(super) fn annotated(
    session: &Session,
    root: &Root,
    edits: &[(Edit, &str)],
    moved: Option<(&FileId, &FileId)>,
) -> Option<WorkspaceEdit> {
    let mut files: BTreeMap<&FileId, Vec<&(Edit, &str)>> = BTreeMap::new();
    edits.iter().for_each(|edit| files.entry(&edit.0.file).or_default().push(edit));
    let mut operations = Vec::new();
    for (file, mut edits) in files {
        let text = root.text(file)?;
        let page = Page::new(&text, session.units);
        edits.sort_by_key(|(edit, _)| edit.span);
        let one = |(edit, why): &&(Edit, &str)| {
            let text_edit = TextEdit { range: page.range(edit.span), new_text: edit.text.clone() };
            if why.is_empty() || !session.client.annotates {
                return OneOf::Left(text_edit);
            }
            OneOf::Right(AnnotatedTextEdit { text_edit, annotation_id: (*why).to_owned() })
        };
        let uri = session.uri(root, file)?;
        let version = session.open.get(uri.as_str()).map(|open| open.version);
        let text_document = OptionalVersionedTextDocumentIdentifier { uri, version };
        let edits = edits.iter().map(one).collect();
        operations.push(DocumentChangeOperation::Edit(TextDocumentEdit { text_document, edits }));
    }
    if let Some((old, new)) = moved {
        let (old_uri, new_uri) = (session.uri(root, old)?, session.uri(root, new)?);
        let rename = RenameFile { old_uri, new_uri, options: None, annotation_id: None };
        operations.push(DocumentChangeOperation::Op(ResourceOp::Rename(rename)));
    }
    let reasons: Vec<&str> = edits.iter().map(|(_, why)| *why).filter(|why| !why.is_empty()).collect();
    let annotations = reasons.into_iter().map(|why| {
        let shown = ChangeAnnotation { label: why.to_owned(), needs_confirmation: Some(true), description: None };
        (why.to_owned(), serde_json::to_value(shown).unwrap_or_default())
    });
    let annotations: serde_json::Map<String, serde_json::Value> = annotations.collect();
    let is_annotated = session.client.annotates && !annotations.is_empty();
    let edit =
        WorkspaceEdit { document_changes: Some(DocumentChanges::Operations(operations)), ..WorkspaceEdit::default() };
    if !is_annotated {
        return Some(edit);
    }
    // The type's own map has no order; what it holds is the same.
    let mut value = serde_json::to_value(edit).ok()?;
    value["changeAnnotations"] = json!(annotations);
    serde_json::from_value(value).ok()
}
