//! `sluice explain`: a rule's name in, its page out.

use clap::Args;

use super::failure::{Exit, Failure};
use super::findings::unknown_rule;
use super::io::Io;
use super::workspace::Workspace;
use crate::lint::{Standards, explain};
use crate::report::page;

/// A rule's page: what it finds, why that matters, and examples.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The rule's name, e.g. `fan-out-join`.
    #[arg(value_name = "RULE")]
    rule: String,
}

pub(super) fn run(arguments: &Explain, io: &mut Io) -> Result<Exit, Failure> {
    if let Some(found) = explain(&arguments.rule) {
        io.print(&page(&found.text, io.paint()))?;
        return Ok(Exit::Clean);
    }
    let standards = Standards::of(&Workspace::open(io)?.projects()?);
    let Some(found) = standards.page(&arguments.rule) else {
        return Err(unknown_rule(&arguments.rule, standards.similar(&arguments.rule)));
    };
    io.print(&page(&found.text, io.paint()))?;
    Ok(Exit::Clean)
}
