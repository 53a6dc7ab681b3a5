//! Messages in, messages out: greets, takes requests in order, and works on what is due while nobody asks.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use lsp_server::{Connection, ErrorCode, Message, Notification, ProtocolError, Request, RequestId, Response};
use lsp_types::{InitializeParams, MessageType, ShowMessageParams};
use serde_json::{Value, json};

use super::session::Session;
use super::{Host, handlers};
use crate::compile::guard;

/// How long a text must rest before what is dear is done: compiling the whole repo after a change of its config, rules
/// that look at all of it.
const PATIENCE: Duration = Duration::from_millis(200);

/// Serves one client until it leaves.
pub fn serve(connection: &Connection, host: Host) -> Result<(), ProtocolError> {
    let (id, params) = connection.initialize_start()?;
    let params: InitializeParams = serde_json::from_value(params).unwrap_or_default();
    let sender = connection.sender.clone();
    // A client that hung up hears nothing more.
    let post = Box::new(move |message| drop(sender.send(message)));
    let session = Session::new(&params, host, post);
    let capabilities = handlers::capabilities(&session);
    let about = json!({"name": "sluice", "version": env!("CARGO_PKG_VERSION")});
    connection.initialize_finish(id, json!({"capabilities": capabilities, "serverInfo": about}))?;
    session.watch_files();
    let (queue, cancelled) = (VecDeque::new(), BTreeSet::new());
    Server { connection, session, queue, cancelled, is_leaving: false, is_quiet: false }.run();
    Ok(())
}

struct Server<'c> {
    connection: &'c Connection,
    session: Session,
    /// What came in and is not answered yet.
    queue: VecDeque<Message>,
    cancelled: BTreeSet<RequestId>,
    is_leaving: bool,
    /// Nobody has said anything for as long as [`PATIENCE`].
    is_quiet: bool,
}

impl Server<'_> {
    fn run(&mut self) {
        while let Some(message) = self.next() {
            match message {
                Message::Request(request) => self.answer(request),
                Message::Notification(notification) if notification.method == "exit" => return,
                Message::Notification(notification) => self.take(&notification),
                // What clients answer to our own requests changes nothing.
                Message::Response(_) => {}
            }
        }
    }

    /// The next message; until there is one, a little of what is due is done again and again.
    fn next(&mut self) -> Option<Message> {
        loop {
            self.listen();
            let more_of_same = |message: &Message| matches!(message, Message::Notification(next) if next.method == "textDocument/didChange");
            if !self.queue.front().is_some_and(more_of_same) {
                self.guarded("catching up", |session| session.catch_up());
            }
            if let Some(message) = self.queue.pop_front() {
                return Some(message);
            }
            if self.session.is_settled() {
                let message = self.connection.receiver.recv().ok()?;
                self.hear(message);
                continue;
            }
            if self.session.is_dear() && !self.is_quiet {
                match self.connection.receiver.recv_timeout(PATIENCE) {
                    Ok(message) => self.hear(message),
                    Err(_) => self.is_quiet = true,
                }
                continue;
            }
            self.guarded("compiling", Session::step);
        }
    }

    /// Takes in what has come, so that what is cancelled is known before it is begun.
    fn listen(&mut self) {
        while let Ok(message) = self.connection.receiver.try_recv() {
            self.hear(message);
        }
    }

    fn hear(&mut self, message: Message) {
        self.is_quiet = false;
        match message {
            Message::Notification(cancel) if cancel.method == "$/cancelRequest" => {
                let id = cancel.params.get("id").cloned().unwrap_or_default();
                self.cancelled.extend(serde_json::from_value::<RequestId>(id).ok());
            }
            message => self.queue.push_back(message),
        }
    }

    fn answer(&mut self, request: Request) {
        let Request { id, method, params } = request;
        if self.cancelled.remove(&id) {
            let why = "The client no longer wants to know.".to_owned();
            self.send(Response::new_err(id, ErrorCode::RequestCanceled as i32, why));
            return;
        }
        if method == "shutdown" {
            self.is_leaving = true;
            self.send(Response::new_ok(id, Value::Null));
            return;
        }
        if self.is_leaving {
            let why = "The server is shutting down.".to_owned();
            self.send(Response::new_err(id, ErrorCode::InvalidRequest as i32, why));
            return;
        }
        let session = &mut self.session;
        let answer = guard(|| handlers::request(session, &method, params));
        let response = match answer {
            Ok(Ok(value)) => Response::new_ok(id, value),
            Ok(Err((code, why))) => Response::new_err(id, code as i32, why),
            Err(bug) => {
                let why = format!("A bug in sluice, not in your SQL: {}. Please report it.", bug.0);
                Response::new_err(id, ErrorCode::InternalError as i32, why)
            }
        };
        self.send(response);
    }

    fn take(&mut self, notification: &Notification) {
        let params = notification.params.clone();
        self.guarded(&notification.method, |session| handlers::notification(session, &notification.method, params));
    }

    /// Does something that nobody waits for; a panic of ours in it is told, and the server lives on.
    fn guarded(&mut self, what: &str, work: impl FnOnce(&mut Session)) {
        let session = &mut self.session;
        if let Err(bug) = guard(|| work(session)) {
            let message = format!("A bug in sluice while {what}: {}. Please report it.", bug.0);
            let told = ShowMessageParams { typ: MessageType::ERROR, message };
            self.session.out.notify("window/logMessage", &told);
            self.session.recover();
        }
    }

    fn send(&self, response: Response) {
        // A client that hung up needs no answer.
        let _ = self.connection.sender.send(response.into());
    }
}
