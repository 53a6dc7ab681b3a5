//! `sluice lsp`: an editor on stdio in; a language server that serves it until it leaves.

use clap::Args;

use super::failure::{Exit, Failure};
use super::findings::today;
use super::workspace::home_profiles;
use crate::lsp::{Connection, Host, serve};
use crate::repo::variable;

/// Serve an editor on stdio by the language server protocol.
#[derive(Debug, Args)]
pub(super) struct Lsp {
    /// What many clients say; there is no other way to be spoken to.
    #[arg(long, hide = true)]
    stdio: bool,
}

pub(super) fn run(_: &Lsp) -> Result<Exit, Failure> {
    let (connection, threads) = Connection::stdio();
    let host = Host { home_profiles: home_profiles(), today: Some(today()), variable: Box::new(variable) };
    let served = serve(&connection, host);
    // The threads end when nobody can send any more.
    drop(connection);
    served.map_err(|error| Failure::new(format!("the editor said what no editor says: {error}")))?;
    threads.join().map_err(|error| Failure::new(format!("the editor is gone: {error}")))?;
    Ok(Exit::Clean)
}
