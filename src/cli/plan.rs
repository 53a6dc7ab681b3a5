//! `sluice plan`: two moments of the repo in; what has to run, in an order that is safe, out.

use clap::Args;

use super::change::{Between, compare};
use super::failure::{Exit, Failure};
use super::io::Io;
use super::workspace::Workspace;
use crate::change::diff;
use crate::impact::reach;
use crate::plan::plan;
use crate::report::{self, json};

/// What has to run when a change lands, in an order that is safe.
#[derive(Debug, Args)]
pub(super) struct Plan {
    #[command(flatten)]
    between: Between,
    /// The environment the plan is for.
    #[arg(long, value_name = "NAME", default_value = "prod")]
    env: String,
    /// Who is going to run it.
    #[arg(long, value_name = "TARGET", default_value = "text")]
    target: Target,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Target {
    /// Nobody: a list to read.
    Text,
    Json,
}

pub(super) fn run(arguments: &Plan, io: &mut Io) -> Result<Exit, Failure> {
    let workspace = Workspace::open(io)?;
    let compared = compare(&arguments.between, &workspace)?;
    let changes = diff(&compared.base, &compared.head);
    let impacts = reach(&changes, &compared.base, &compared.head);
    let plan = plan(&impacts, &compared.base, &compared.head, &arguments.env);
    let (base, head) = (compared.base.moment.label(), compared.head.moment.label());
    let answer = match arguments.target {
        Target::Text => report::plan(&plan, io.paint()),
        Target::Json => json::plan(&plan, base, head),
    };
    io.print(&answer)?;
    Ok(Exit::Clean)
}
