//! Open documents and the repos around them in; what is known of any place in them, and what editors are told, out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lsp_types::{Diagnostic, InitializeParams, Location, PublishDiagnosticsParams, TextDocumentPositionParams, Uri};
use serde_json::{Value, json};

use super::Host;
use super::client::{Client, Options, Outbox, Post};
use super::convert::{self, Page};
use super::root::{Root, Step};
use crate::report::{Texts, Units, lsp_diagnostic};
use crate::text::{FileId, Place};

/// What a client and its server talk about.
pub(super) struct Session {
    host: Arc<Host>,
    pub(super) roots: Vec<Root>,
    /// By the URI that the client gave.
    pub(super) open: BTreeMap<String, Open>,
    pub(super) units: Units,
    pub(super) client: Client,
    pub(super) options: Options,
    pub(super) out: Outbox,
    /// Files whose new texts are not compiled yet, by root.
    dirty: BTreeSet<(usize, FileId)>,
    /// Files whose findings the client was sent, by root.
    told: BTreeSet<(usize, FileId)>,
}

/// A document that is open in the editor.
pub(super) struct Open {
    pub(super) root: usize,
    pub(super) file: FileId,
    pub(super) version: i32,
    pub(super) text: String,
}

/// A place under a cursor.
pub(super) struct Spot<'s> {
    pub(super) root: &'s Root,
    pub(super) file: FileId,
    pub(super) text: Arc<str>,
    pub(super) offset: u32,
}

impl Session {
    pub(super) fn new(params: &InitializeParams, host: Host, post: Post) -> Self {
        let client = Client::new(&params.capabilities);
        let mut session = Session {
            host: Arc::new(host),
            roots: Vec::new(),
            open: BTreeMap::new(),
            units: client.units,
            client,
            options: Options::read(params.initialization_options.as_ref()),
            out: Outbox::new(post),
            dirty: BTreeSet::new(),
            told: BTreeSet::new(),
        };
        let folders = params.workspace_folders.iter().flatten().map(|folder| folder.uri.as_str().to_owned());
        #[expect(deprecated, reason = "clients of before version 3.6 say nothing else")]
        let old = params.root_uri.iter().map(|uri| uri.as_str().to_owned());
        let folders: Vec<String> = folders.collect();
        let folders = if folders.is_empty() { old.collect() } else { folders };
        for path in folders.iter().filter_map(|uri| convert::path(uri)) {
            session.add_folder(&path);
        }
        session
    }

    /// The repo around a folder, which is served from now on.
    pub(super) fn add_folder(&mut self, path: &str) -> Option<usize> {
        let selection = self.options.selection(&self.host);
        let root = match Root::open(Path::new(path), &self.host, selection) {
            Ok(root) => root,
            Err(error) => {
                self.out.log(&error.to_string());
                return None;
            }
        };
        let known = self.roots.iter().position(|known| known.repo.root() == root.repo.root());
        known.or_else(|| {
            self.roots.push(root);
            Some(self.roots.len() - 1)
        })
    }

    /// Where a URI is: in a repo that is served, else in the one around it.
    pub(super) fn find(&mut self, uri: &str) -> Option<(usize, FileId)> {
        if let Some(known) = self.locate(uri) {
            return Some(known);
        }
        let path = convert::path(uri)?;
        let folder = path.rsplit_once('/')?.0;
        self.add_folder(folder)?;
        self.locate(uri)
    }

    /// Where a URI is among the repos that are served; the deepest that holds it.
    pub(super) fn locate(&self, uri: &str) -> Option<(usize, FileId)> {
        if let Some(open) = self.open.get(uri) {
            return Some((open.root, open.file.clone()));
        }
        let path = convert::path(uri)?;
        let found = self.roots.iter().enumerate().filter_map(|(at, root)| Some((at, root.file(&path)?)));
        found.min_by_key(|(_, file)| file.path().len())
    }

    pub(super) fn spot(&self, at: &TextDocumentPositionParams) -> Option<Spot<'_>> {
        let (root, file) = self.locate(at.text_document.uri.as_str())?;
        let root = &self.roots[root];
        let text = root.text(&file)?;
        let offset = Page::new(&text, self.units).offset(at.position);
        Some(Spot { root, file, text, offset })
    }

    /// A file and its text.
    pub(super) fn page(&self, uri: &Uri) -> Option<Spot<'_>> {
        let (root, file) = self.locate(uri.as_str())?;
        let root = &self.roots[root];
        Some(Spot { root, text: root.text(&file)?, file, offset: 0 })
    }

    /// The URI of a file, as the client knows it.
    pub(super) fn uri(&self, root: &Root, file: &FileId) -> Option<Uri> {
        let is_it = |open: &Open| open.file == *file && std::ptr::eq(&raw const self.roots[open.root], root);
        let open = self.open.iter().find(|(_, open)| is_it(open)).and_then(|(uri, _)| uri.parse().ok());
        open.or_else(|| convert::uri(&root.path(file)))
    }

    pub(super) fn location(&self, root: &Root, place: &Place) -> Option<Location> {
        let text = root.text(&place.file)?;
        let range = Page::new(&text, self.units).range(place.span);
        Some(Location { uri: self.uri(root, &place.file)?, range })
    }

    /// A new text of a file, or that it is closed.
    pub(super) fn put(&mut self, root: usize, file: &FileId, text: Option<String>) {
        if text.is_none() {
            self.roots[root].read_again();
        }
        self.roots[root].put(file, text);
        self.dirty.insert((root, file.clone()));
    }

    /// Files that are others on disk now.
    pub(super) fn touched(&mut self, files: BTreeSet<(usize, FileId)>) {
        let roots: BTreeSet<usize> = files.iter().map(|(root, _)| *root).collect();
        roots.iter().for_each(|root| self.roots[*root].read_again());
        self.dirty.extend(files);
    }

    /// Compiles what was typed, and tells what is wrong in the files it was typed in.
    pub(super) fn catch_up(&mut self) {
        let dirty = std::mem::take(&mut self.dirty);
        for root in 0..self.roots.len() {
            let files: BTreeSet<FileId> =
                dirty.iter().filter(|(of, _)| *of == root).map(|(_, file)| file.clone()).collect();
            if files.is_empty() || !self.roots[root].change(&files) {
                continue;
            }
            for file in &files {
                if self.roots[root].is_open(file) {
                    self.publish(root, file);
                }
            }
        }
    }

    pub(super) fn is_settled(&self) -> bool {
        self.dirty.is_empty() && self.roots.iter().all(Root::is_settled)
    }

    /// Is what is due next of the kind that is better not begun while somebody types?
    pub(super) fn is_dear(&self) -> bool {
        self.roots.iter().find(|root| !root.is_settled()).is_some_and(Root::is_dear)
    }

    /// Does a little of what is due.
    pub(super) fn step(&mut self) {
        let Some(at) = self.roots.iter().position(|root| !root.is_settled()) else { return };
        let is_first = self.roots[at].compilation().is_none();
        let progress = (self.roots[at].is_to_compile() && self.client.progress).then(|| self.out.begin("Sluice"));
        let shown = AtomicUsize::new(0);
        let out = &self.out;
        let tell = |what: &'static str, done: usize, all: usize| {
            let Some(token) = &progress else { return };
            let percent = done * 100 / all.max(1);
            if shown.swap(percent, Ordering::Relaxed) != percent {
                let message = format!("{what} {done} of {all}");
                out.report(token, json!({"kind": "report", "message": message, "percentage": percent}));
            }
        };
        let step = self.roots[at].step(&tell);
        if let Some(token) = &progress {
            self.out.report(token, json!({"kind": "end"}));
        }
        if let Step::Settled(files) = step {
            self.tell(at, &files, is_first);
        }
    }

    /// Settles everything now, for an answer that needs the whole repo.
    pub(super) fn settle(&mut self) {
        self.catch_up();
        while !self.is_settled() {
            self.step();
        }
    }

    /// Tells which findings are others now. What was there when the session began is not told of files nobody opened,
    /// unless the client asks for the whole workspace.
    fn tell(&mut self, root: usize, files: &BTreeSet<FileId>, is_first: bool) {
        let open: Vec<FileId> =
            self.open.values().filter(|open| open.root == root).map(|open| open.file.clone()).collect();
        let others = files.iter().filter(|file| !open.contains(file));
        let wanted =
            |file: &&FileId| self.options.whole_workspace || !is_first || self.told.contains(&(root, (*file).clone()));
        let others: Vec<FileId> = others.filter(wanted).cloned().collect();
        let again = is_first || files.iter().any(|file| open.contains(file));
        for file in others.iter().chain(open.iter().filter(|file| is_first || files.contains(*file))) {
            self.publish(root, file);
        }
        if self.client.pulls && self.client.refreshes && (again || !others.is_empty()) {
            self.out.ask("workspace/diagnostic/refresh", Value::Null);
        }
        if self.client.refreshes_lenses && again {
            self.out.ask("workspace/codeLens/refresh", Value::Null);
        }
    }

    /// Tells what is known of a file that is opened now: that it was not told yet is no reason to wait.
    pub(super) fn publish_known(&mut self, root: usize, file: &FileId) {
        if self.roots[root].compilation().is_some() {
            self.publish(root, file);
        }
    }

    /// A file is closed. What is wrong in it is told no longer, unless all of the workspace is.
    pub(super) fn untell(&mut self, root: usize, file: &FileId, uri: Uri) {
        if !self.options.whole_workspace && self.told.remove(&(root, file.clone())) {
            let params = PublishDiagnosticsParams { uri, diagnostics: Vec::new(), version: None };
            self.out.notify("textDocument/publishDiagnostics", &params);
        }
    }

    /// Compiles what was never compiled; what else is due may wait.
    pub(super) fn compile_first(&mut self) {
        self.catch_up();
        while self.roots.iter().any(|root| root.compilation().is_none() && root.is_to_compile()) {
            self.step();
        }
    }

    fn publish(&mut self, root: usize, file: &FileId) {
        let own = self.open.iter().find(|(_, open)| open.root == root && open.file == *file);
        // Clients that ask for diagnostics themselves would show those of open files twice.
        if own.is_some() && self.client.pulls {
            return;
        }
        let version = own.map(|(_, open)| open.version);
        let Some(uri) = self.uri(&self.roots[root], file) else { return };
        let diagnostics = self.diagnostics(&self.roots[root], file);
        self.told.insert((root, file.clone()));
        self.out.notify("textDocument/publishDiagnostics", &PublishDiagnosticsParams { uri, diagnostics, version });
    }

    /// What is wrong in a file, as the editor shows it.
    pub(super) fn diagnostics(&self, root: &Root, file: &FileId) -> Vec<Diagnostic> {
        let findings = root.findings(file);
        let mut texts = Texts::default();
        let related = findings.iter().flat_map(|one| one.diagnostic.related.iter().map(|label| &label.place.file));
        let files: BTreeSet<&FileId> = related.chain([file]).collect();
        for file in files {
            if let Some(text) = root.text(file) {
                texts.add(file, &text);
            }
        }
        let uri = |file: &FileId| self.uri(root, file);
        findings.iter().map(|one| lsp_diagnostic(&one.diagnostic, &texts, self.units, &uri)).collect()
    }

    /// Settings are others now.
    pub(super) fn configure(&mut self, settings: &Value) {
        self.options = Options::read(Some(settings));
        let selection = self.options.selection(&self.host);
        self.roots.iter_mut().for_each(|root| root.restart(selection.clone()));
    }

    /// After a panic of ours nothing that was half done counts.
    pub(super) fn recover(&mut self) {
        let selection = self.options.selection(&self.host);
        self.roots.iter_mut().for_each(|root| root.restart(selection.clone()));
    }

    /// Folders of the workspace that are gone.
    pub(super) fn remove_folder(&mut self, path: &str) {
        let Some(at) = self.roots.iter().position(|root| root.file(path).is_some_and(|file| file.path().is_empty()))
        else {
            return;
        };
        if self.open.values().all(|open| open.root != at) && at + 1 == self.roots.len() {
            self.roots.pop();
            self.told.retain(|(root, _)| *root != at);
            self.dirty.retain(|(root, _)| *root != at);
        }
    }

    /// Asks the client to say when files change that others write.
    pub(super) fn watch_files(&self) {
        if self.client.watches {
            let globs = ["**/*.{sql,py,yml,yaml,md,toml,csv,json}", "**/.git/HEAD", "**/.git/index"];
            let watchers: Vec<Value> = globs.iter().map(|glob| json!({"globPattern": glob})).collect();
            let method = "workspace/didChangeWatchedFiles";
            let registration = json!({"id": "files", "method": method, "registerOptions": {"watchers": watchers}});
            self.out.ask("client/registerCapability", json!({"registrations": [registration]}));
        }
    }
}
