//! `sluice impact`: two moments of the repo in; what the change means and whom it reaches out.

use clap::Args;

use super::change::{Between, compare};
use super::failure::{Exit, Failure};
use super::io::Io;
use super::report::{Shown, page, refuse_terminal};
use super::select::select;
use super::workspace::Workspace;
use crate::change::diff;
use crate::impact::{Verdict, reach, retyped, what_if, without};
use crate::report::{self, ChangeSet, json};

/// What a change means, and whom it reaches: who breaks, who differs, who stays.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("asked").args(["model", "column"]).multiple(true))]
pub(super) struct Impact {
    #[command(flatten)]
    between: Between,
    /// Without a diff: whom would a change of this model, source or seed reach?
    #[arg(long, value_name = "NAME", visible_alias = "source", conflicts_with_all = ["base", "head"])]
    model: Option<String>,
    /// Without a diff: whom would another value in this column (`orders.amount`) reach?
    #[arg(long, value_name = "NAME", conflicts_with_all = ["base", "head", "model"])]
    column: Option<String>,
    /// With `--model` or `--column`: as if it were gone.
    #[arg(long, requires = "asked")]
    remove: bool,
    /// With `--column`: as if it had another type.
    #[arg(long, requires = "column", conflicts_with = "remove")]
    retype: bool,
    /// Tell all models, however many.
    #[arg(long)]
    all: bool,
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// The verdict that makes the exit code 1.
    #[arg(long, value_name = "VERDICT", default_value = "breaks")]
    fail_on: FailOn,
}

/// Of each verdict: more are not read in a terminal.
pub(super) const MOST_TOLD: usize = 20;

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    /// A comment for a pull request.
    Markdown,
    /// The page of `sluice report`, opened at the impact.
    Html,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FailOn {
    Breaks,
    Differs,
    Never,
}

pub(super) fn run(arguments: &Impact, io: &mut Io) -> Result<Exit, Failure> {
    let workspace = Workspace::open(io)?;
    if let Some(selector) = arguments.column.as_ref().or(arguments.model.as_ref()) {
        return run_what_if(selector, arguments, &workspace, io);
    }
    let compared = compare(&arguments.between, &workspace)?;
    compared.notes.iter().for_each(|note| io.tell(note));
    let changes = diff(&compared.base, &compared.head);
    let impacts = reach(&changes, &compared.base, &compared.head);
    let set = ChangeSet {
        base: compared.base.moment.label(),
        head: compared.head.moment.label(),
        before: &compared.base,
        after: &compared.head,
        impacts: &impacts,
    };
    tell(&set, arguments, &workspace, io)
}

/// Asked without a diff, on the working tree alone.
fn run_what_if(selector: &str, arguments: &Impact, workspace: &Workspace, io: &mut Io) -> Result<Exit, Failure> {
    let (_, compilation) = workspace.worktree()?;
    let selected = select(selector, &compilation)?;
    if arguments.column.is_some() && selected.column.is_none() {
        return Err(Failure::new(format!("`{selector}` names no column")).hint("Say `--column MODEL.COLUMN`."));
    }
    let columns: Vec<String> = selected.column.into_iter().collect();
    let impacts = match columns.first() {
        column if arguments.remove => without(&compilation, &selected.relation, column.map(String::as_str)),
        Some(column) if arguments.retype => retyped(&compilation, &selected.relation, column),
        _ => what_if(&compilation, &selected.relation, &columns),
    };
    let label = compilation.moment.label();
    let set = ChangeSet { base: label, head: label, before: &compilation, after: &compilation, impacts: &impacts };
    tell(&set, arguments, workspace, io)
}

fn tell(set: &ChangeSet<'_>, arguments: &Impact, workspace: &Workspace, io: &mut Io) -> Result<Exit, Failure> {
    let answer = match arguments.format {
        Format::Text => report::impact(set, if arguments.all { usize::MAX } else { MOST_TOLD }, io.paint()),
        Format::Json => json::impact(set),
        Format::Markdown => report::impact_markdown(set),
        Format::Html => {
            refuse_terminal("sluice impact .. --format html > impact.html", io)?;
            page(set.after, workspace, &Shown { change: Some(set), view: "impact", ..Shown::default() })
        }
    };
    io.print(&answer)?;
    let failing = match arguments.fail_on {
        FailOn::Breaks => set.impacts.worst() >= Verdict::Breaks,
        FailOn::Differs => set.impacts.worst() >= Verdict::Differs,
        FailOn::Never => false,
    };
    Ok(if failing { Exit::Found } else { Exit::Clean })
}
