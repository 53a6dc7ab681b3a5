//! `sluice impact`: two moments of the repo in; what the change means and whom it reaches out.

use clap::Args;

use super::change::{Between, compare};
use super::failure::{Exit, Failure};
use super::io::Io;
use super::workspace::Workspace;
use crate::change::diff;
use crate::impact::{Verdict, reach};
use crate::report::{self, ChangeSet, json};

/// What a change means, and whom it reaches: who breaks, who differs, who stays.
#[derive(Debug, Args)]
pub(super) struct Impact {
    #[command(flatten)]
    between: Between,
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// The verdict that makes the exit code 1.
    #[arg(long, value_name = "VERDICT", default_value = "breaks")]
    fail_on: FailOn,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    /// A comment for a pull request.
    Markdown,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FailOn {
    Breaks,
    Differs,
    Never,
}

pub(super) fn run(arguments: &Impact, io: &mut Io) -> Result<Exit, Failure> {
    let workspace = Workspace::open(io)?;
    let compared = compare(&arguments.between, &workspace)?;
    let changes = diff(&compared.base, &compared.head);
    let impacts = reach(&changes, &compared.base, &compared.head);
    let set = ChangeSet {
        base: compared.base.moment.label(),
        head: compared.head.moment.label(),
        before: &compared.base,
        after: &compared.head,
        impacts: &impacts,
    };
    let answer = match arguments.format {
        Format::Text => report::impact(&set, io.paint()),
        Format::Json => json::impact(&set),
        Format::Markdown => report::impact_markdown(&set),
    };
    io.print(&answer)?;
    let failing = match arguments.fail_on {
        FailOn::Breaks => impacts.worst() >= Verdict::Breaks,
        FailOn::Differs => impacts.worst() >= Verdict::Differs,
        FailOn::Never => false,
    };
    Ok(if failing { Exit::Found } else { Exit::Clean })
}
