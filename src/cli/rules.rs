//! `sluice rules`: the list of all rules out; `sluice rules test`: what their pages promise and do not hold.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};

use super::failure::{Exit, Failure};
use super::findings::unknown_rule;
use super::io::Io;
use super::workspace::Workspace;
use crate::lint::{Page, Selection, Standards, facts, verify, verify_own};
use crate::report::{self, json};

/// All rules: what they find, their level and their group. The repo's own are among them.
#[derive(Debug, Args)]
pub(super) struct Rules {
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the examples on the pages of the repo's own rules: each must fire where it is marked and nowhere else.
    Test {
        /// Only the pages of these rules (or groups of rules), built-in ones too; `all` for every page.
        #[arg(value_name = "RULE")]
        rules: Vec<String>,
    },
    /// What the expressions of your own rules may ask.
    Facts,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
}

pub(super) fn run(arguments: &Rules, io: &mut Io) -> Result<Exit, Failure> {
    match &arguments.command {
        Some(Command::Test { rules }) => return test(rules, io),
        Some(Command::Facts) => {
            io.print(&report::facts(facts(), io.paint()))?;
            return Ok(Exit::Clean);
        }
        None => {}
    }
    let standards = Standards::of(&Workspace::open(io)?.projects()?);
    let pages = standards.pages();
    let answer = match arguments.format {
        Format::Text => report::rules(&pages, io.paint()),
        Format::Json => json::rules(&pages),
        Format::Markdown => report::rules_markdown(&pages),
    };
    io.print(&answer)?;
    Ok(Exit::Clean)
}

fn test(rules: &[String], io: &mut Io) -> Result<Exit, Failure> {
    let projects = Workspace::open(io)?.projects()?;
    let standards = Standards::of(&projects);
    let asked = Selection { select: rules.to_vec(), ..Selection::default() };
    if let Some(unknown) = standards.unknown(&asked).first() {
        return Err(unknown_rule(&unknown.name, unknown.similar.as_deref()));
    }
    let folder = tempfile::tempdir().map_err(|error| Failure::new(format!("no temporary folder: {error}")))?;
    let texts = projects.iter().flat_map(|project| &project.rule_texts).map(|page| (&page.file, &*page.text));
    let texts: BTreeMap<_, &str> = texts.collect();
    let own: BTreeMap<&str, &str> =
        standards.own_pages().filter_map(|(file, page)| Some((page.name.as_str(), *texts.get(file)?))).collect();
    let is_asked = |page: &&Page| match rules {
        [] => own.contains_key(page.name.as_str()),
        _ => asked.names(page),
    };
    let pages: Vec<&Page> = standards.pages().into_iter().filter(is_asked).collect();
    let (mut complaints, mut examples) = (0, 0);
    for fault in standards.faults() {
        complaints += 1;
        io.print(&format!("{}: {}\n", fault.place.file, fault.message))?;
    }
    for page in &pages {
        examples += page.examples.len();
        let found = match own.get(page.name.as_str()) {
            Some(text) => verify_own(page, text, folder.path())?,
            None => verify(page, folder.path())?,
        };
        for complaint in found {
            complaints += 1;
            io.print(&format!("{}:{complaint}\n", page.name))?;
        }
    }
    if pages.is_empty() && complaints == 0 {
        return Err(Failure::new("this repo has no rules of its own").hint(
            "Write one in .sluice/rules/NAME.md (docs/standards.md shows how), or name built-in rules to test.",
        ));
    }
    let sum = format!("{} rules, {examples} examples", pages.len());
    match complaints {
        0 => io.print(&format!("{sum}: all hold.\n"))?,
        _ => io.print(&format!("{sum}: {complaints} do not hold.\n"))?,
    }
    Ok(if complaints == 0 { Exit::Clean } else { Exit::Found })
}
