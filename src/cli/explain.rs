//! `sluice explain`: a rule's name in, its page out.

use clap::Args;

use super::check::unknown_rule;
use super::failure::{Exit, Failure};
use super::io::Io;
use crate::lint::{explain, table};
use crate::report::page;
use crate::text::closest;

/// A rule's page: what it finds, why that matters, and examples.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The rule's name, e.g. `fan-out-join`.
    #[arg(value_name = "RULE")]
    rule: String,
}

pub(super) fn run(arguments: &Explain, io: &mut Io) -> Result<Exit, Failure> {
    let Some(found) = explain(&arguments.rule) else {
        let similar = closest(&arguments.rule, table().iter().map(|page| page.name.as_str()));
        return Err(unknown_rule(&arguments.rule, similar));
    };
    io.print(&page(&found.text, io.paint()))?;
    Ok(Exit::Clean)
}
