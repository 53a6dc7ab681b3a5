//! `sluice rules`: the list of all rules out.

use clap::Args;

use super::failure::{Exit, Failure};
use super::io::Io;
use crate::lint::table;
use crate::report::{self, json};

/// All rules: what they find, their level and their group.
#[derive(Debug, Args)]
pub(super) struct Rules {
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
}

pub(super) fn run(arguments: &Rules, io: &mut Io) -> Result<Exit, Failure> {
    let answer = match arguments.format {
        Format::Text => report::rules(table(), io.paint()),
        Format::Json => json::rules(table()),
        Format::Markdown => report::rules_markdown(table()),
    };
    io.print(&answer)?;
    Ok(Exit::Clean)
}
