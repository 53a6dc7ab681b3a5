//! A language server: open editors' texts and requests in, answers out.
//!
//! [`serve`] speaks the protocol over one connection until the client says goodbye. A [`session`] holds the repos
//! ([`root`]) that its folders are in; `handlers/` has a file for each thing that can be asked. It writes no file: what
//! is to be written is sent to the editor as an edit.

mod actions;
mod card;
mod client;
mod convert;
mod edits;
mod handlers;
mod hints;
mod look;
mod macros;
mod mentions;
mod offers;
mod outline;
mod reach;
mod rename;
mod root;
mod scope;
mod server;
mod session;
mod trail;

/// The connections a server speaks over, and its messages.
pub use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
pub use server::serve;

/// What the server is told of the machine it runs on.
pub struct Host {
    /// The user's own profiles.yml.
    pub home_profiles: Option<String>,
    /// The day, as `2026-01-31`: what had leave until an earlier day has it no longer.
    pub today: Option<String>,
    /// Looks up an environment variable.
    pub variable: Variable,
}

/// Looks up an environment variable.
pub type Variable = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Why a request is not granted, in words for people.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);
