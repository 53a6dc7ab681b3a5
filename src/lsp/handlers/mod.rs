//! The name of a method and its parameters in, its answer out: the list of what can be asked. One file a method.

mod act;
mod change_folders;
mod change_settings;
mod change_text;
mod change_watched;
mod close;
mod complete;
mod definition;
mod diagnose;
mod diagnose_workspace;
mod fold;
mod hint;
mod hover;
mod impact;
mod lens;
mod open;
mod prepare_rename;
mod references;
mod rename;
mod settle;
mod symbols;

use lsp_server::ErrorCode;
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions, CompletionOptions,
    DiagnosticOptions, DiagnosticServerCapabilities, FoldingRangeProviderCapability, HoverProviderCapability, OneOf,
    PositionEncodingKind, RenameOptions, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressOptions, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Refused;
use super::session::Session;
use crate::report::Units;

/// Why there is no answer.
type Failed = (ErrorCode, String);

/// What the server can do.
pub(super) fn capabilities(session: &Session) -> ServerCapabilities {
    let counts_bytes = session.units == Units::Utf8;
    let diagnostics = DiagnosticOptions {
        identifier: Some("sluice".to_owned()),
        inter_file_dependencies: true,
        workspace_diagnostics: session.options.whole_workspace,
        ..DiagnosticOptions::default()
    };
    ServerCapabilities {
        position_encoding: Some(if counts_bytes { PositionEncodingKind::UTF8 } else { PositionEncodingKind::UTF16 }),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::Supported(true)),
            ..TextDocumentSyncOptions::default()
        })),
        diagnostic_provider: session.client.pulls.then_some(DiagnosticServerCapabilities::Options(diagnostics)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(["'", "\"", "."].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::SOURCE_FIX_ALL]),
            ..CodeActionOptions::default()
        })),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        document_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        inlay_hint_provider: Some(OneOf::Left(true)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(true) }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            ..WorkspaceServerCapabilities::default()
        }),
        ..ServerCapabilities::default()
    }
}

/// Answers a request.
pub(super) fn request(session: &mut Session, method: &str, params: Value) -> Result<Value, Failed> {
    match method {
        "textDocument/diagnostic" => answer(session, params, diagnose::answer),
        "workspace/diagnostic" => answer(session, params, diagnose_workspace::answer),
        "textDocument/hover" => answer(session, params, hover::answer),
        "textDocument/definition" => answer(session, params, definition::answer),
        "textDocument/references" => answer(session, params, references::answer),
        "textDocument/completion" => answer(session, params, complete::answer),
        "textDocument/codeAction" => answer(session, params, act::answer),
        "textDocument/rename" => answer(session, params, rename::answer),
        "textDocument/prepareRename" => answer(session, params, prepare_rename::answer),
        "textDocument/documentSymbol" => answer(session, params, symbols::answer),
        "textDocument/foldingRange" => answer(session, params, fold::answer),
        "textDocument/inlayHint" => answer(session, params, hint::answer),
        "textDocument/codeLens" => answer(session, params, lens::answer),
        "codeLens/resolve" => answer(session, params, lens::resolve),
        "sluice/impact" => answer(session, params, impact::answer),
        "sluice/settle" => answer(session, params, settle::answer),
        _ => Err((ErrorCode::MethodNotFound, format!("`{method}` is not served."))),
    }
}

/// Takes in what needs no answer. What is not known is passed over, as the protocol asks.
pub(super) fn notification(session: &mut Session, method: &str, params: Value) {
    match method {
        "textDocument/didOpen" => take(session, params, open::take),
        "textDocument/didChange" => take(session, params, change_text::take),
        "textDocument/didClose" => take(session, params, close::take),
        "workspace/didChangeWatchedFiles" => take(session, params, change_watched::take),
        "workspace/didChangeConfiguration" => take(session, params, change_settings::take),
        "workspace/didChangeWorkspaceFolders" => take(session, params, change_folders::take),
        _ => {}
    }
}

fn answer<P: DeserializeOwned, R: Serialize>(
    session: &mut Session,
    params: Value,
    work: impl FnOnce(&mut Session, P) -> Result<R, Refused>,
) -> Result<Value, Failed> {
    let params = serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))?;
    let answer = work(session, params).map_err(|refused| (ErrorCode::RequestFailed, refused.to_string()))?;
    serde_json::to_value(answer).map_err(|error| (ErrorCode::InternalError, error.to_string()))
}

fn take<P: DeserializeOwned>(session: &mut Session, params: Value, work: impl FnOnce(&mut Session, P)) {
    if let Ok(params) = serde_json::from_value(params) {
        work(session, params);
    }
}
