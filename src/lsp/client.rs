//! What a client says of itself in, what may be sent to it out; and the messages that a server sends unasked.

use std::sync::atomic::{AtomicI32, Ordering};

use lsp_server::{Message, Notification, Request};
use lsp_types::{ClientCapabilities, PositionEncodingKind};
use serde::Serialize;
use serde_json::{Value, json};

use super::Host;
use crate::lint::Selection;
use crate::report::Units;

/// Where messages to the client go.
pub(super) type Post = Box<dyn Fn(Message) + Send + Sync>;

/// What the client can do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    pub(super) units: Units,
    /// Asks for diagnostics itself.
    pub(super) pulls: bool,
    pub(super) refreshes: bool,
    pub(super) refreshes_lenses: bool,
    pub(super) progress: bool,
    pub(super) watches: bool,
    /// Shows edits with reasons before it makes them.
    pub(super) annotates: bool,
    /// Renames files as part of an edit.
    pub(super) renames_files: bool,
}

impl Client {
    pub(super) fn new(capabilities: &ClientCapabilities) -> Self {
        let workspace = capabilities.workspace.as_ref();
        let encodings = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_ref());
        let counts_bytes = encodings.is_some_and(|kinds| kinds.contains(&PositionEncodingKind::UTF8));
        let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let operations = edit.and_then(|edit| edit.resource_operations.as_ref());
        let refresh = workspace.and_then(|workspace| workspace.diagnostic.as_ref());
        let lenses = workspace.and_then(|workspace| workspace.code_lens.as_ref());
        let watched = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        Client {
            units: if counts_bytes { Units::Utf8 } else { Units::Utf16 },
            pulls: capabilities.text_document.as_ref().is_some_and(|document| document.diagnostic.is_some()),
            refreshes: refresh.and_then(|refresh| refresh.refresh_support) == Some(true),
            refreshes_lenses: lenses.and_then(|lenses| lenses.refresh_support) == Some(true),
            progress: capabilities.window.as_ref().and_then(|window| window.work_done_progress) == Some(true),
            watches: watched.and_then(|watched| watched.dynamic_registration) == Some(true),
            annotates: edit.is_some_and(|edit| edit.change_annotation_support.is_some()),
            renames_files: operations.is_some_and(|kinds| kinds.contains(&lsp_types::ResourceOperationKind::Rename)),
        }
    }
}

/// What the user sets.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    /// Tell what is wrong in every file of the repo, not only in those that are open or that an edit reached.
    pub(super) whole_workspace: bool,
    select: Vec<String>,
    extend_select: Vec<String>,
    ignore: Vec<String>,
}

impl Options {
    /// From `{"sluice": {..}}` or what is in it; what is not understood is left as it is by default.
    pub(super) fn read(settings: Option<&Value>) -> Self {
        let settings = settings.unwrap_or(&Value::Null);
        let settings = settings.get("sluice").unwrap_or(settings);
        let words = |key: &str| {
            let items = settings.get(key).and_then(Value::as_array).into_iter().flatten();
            items.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let scope = settings.pointer("/diagnostics/scope").and_then(Value::as_str);
        Options {
            whole_workspace: scope == Some("workspace"),
            select: words("select"),
            extend_select: words("extendSelect"),
            ignore: words("ignore"),
        }
    }

    pub(super) fn selection(&self, host: &Host) -> Selection {
        Selection {
            select: self.select.clone(),
            extend_select: self.extend_select.clone(),
            ignore: self.ignore.clone(),
            today: host.today.clone(),
        }
    }
}

/// Sends what nobody asked for.
pub(super) struct Outbox {
    post: Post,
    next: AtomicI32,
}

impl Outbox {
    pub(super) fn new(post: Post) -> Self {
        Outbox { post, next: AtomicI32::new(1) }
    }

    pub(super) fn notify(&self, method: &str, params: &impl Serialize) {
        let params = serde_json::to_value(params).unwrap_or_default();
        (self.post)(Message::Notification(Notification { method: method.to_owned(), params }));
    }

    /// Asks the client something whose answer changes nothing here.
    pub(super) fn ask(&self, method: &str, params: Value) {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        (self.post)(Message::Request(Request { id: id.into(), method: method.to_owned(), params }));
    }

    pub(super) fn log(&self, message: &str) {
        self.notify("window/logMessage", &json!({"type": 2, "message": message}));
    }

    /// Begins to show progress; the token names it.
    pub(super) fn begin(&self, title: &str) -> String {
        let token = format!("sluice/{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.ask("window/workDoneProgress/create", json!({"token": token}));
        self.report(&token, json!({"kind": "begin", "title": title, "percentage": 0}));
        token
    }

    pub(super) fn report(&self, token: &str, value: Value) {
        self.notify("$/progress", &json!({"token": token, "value": value}));
    }
}
