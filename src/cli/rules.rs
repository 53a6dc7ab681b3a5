//! `sluice rules`: the list of all rules out; `sluice rules test`: what their pages promise and do not hold.

use clap::{Args, Subcommand};

use super::check::unknown_rule;
use super::failure::{Exit, Failure};
use super::io::Io;
use crate::lint::{Page, Selection, table, verify};
use crate::report::{self, json};

/// All rules: what they find, their level and their group.
#[derive(Debug, Args)]
pub(super) struct Rules {
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the examples on the pages: each must fire where it is marked and nowhere else.
    Test {
        /// Only the pages of these rules (or groups of rules).
        #[arg(value_name = "RULE")]
        rules: Vec<String>,
    },
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
}

pub(super) fn run(arguments: &Rules, io: &mut Io) -> Result<Exit, Failure> {
    if let Some(Command::Test { rules }) = &arguments.command {
        return test(rules, io);
    }
    let answer = match arguments.format {
        Format::Text => report::rules(table(), io.paint()),
        Format::Json => json::rules(table()),
        Format::Markdown => report::rules_markdown(table()),
    };
    io.print(&answer)?;
    Ok(Exit::Clean)
}

fn test(rules: &[String], io: &mut Io) -> Result<Exit, Failure> {
    let asked = Selection { select: rules.to_vec(), ..Selection::default() };
    if let Some(unknown) = asked.unknown().first() {
        return Err(unknown_rule(&unknown.name, unknown.similar));
    }
    let folder = tempfile::tempdir().map_err(|error| Failure::new(format!("no temporary folder: {error}")))?;
    let pages: Vec<&Page> = table().iter().filter(|page| rules.is_empty() || asked.names(page)).collect();
    let (mut complaints, mut examples) = (0, 0);
    for page in &pages {
        examples += page.examples.len();
        for complaint in verify(page, folder.path())? {
            complaints += 1;
            io.print(&format!("{}:{complaint}\n", page.name))?;
        }
    }
    let sum = format!("{} rules, {examples} examples", pages.len());
    match complaints {
        0 => io.print(&format!("{sum}: all hold.\n"))?,
        _ => io.print(&format!("{sum}: {complaints} do not hold.\n"))?,
    }
    Ok(if complaints == 0 { Exit::Clean } else { Exit::Found })
}
