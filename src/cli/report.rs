//! `sluice report`: the repo, and perhaps its base, in; one HTML page that shows all of it out.

use std::mem::ManuallyDrop;

use clap::Args;

use super::failure::{Exit, Failure};
use super::findings::{report_of, today};
use super::io::Io;
use super::lineage_graph::consumer_files;
use super::relations::relations;
use super::texts::texts;
use super::workspace::Workspace;
use crate::change::diff;
use crate::compile::Compilation;
use crate::impact::reach;
use crate::lint::{Base, Selection, Standards, Standing, check, layers};
use crate::repo::write_atomic;
use crate::report::{self, ChangeSet};

/// One HTML page of the repo: search, lineage, findings, a scorecard; with a base, what the change reaches.
///
/// The page is one file that works without a network, from disk or as an artifact of a pipeline.
#[derive(Debug, Args)]
pub(super) struct Report {
    /// Compare with this commit, branch or tag; without a value, with where the branch left the default branch.
    #[arg(long, value_name = "REF", num_args = 0..=1, default_missing_value = "")]
    base: Option<String>,
    /// Write the page to a file instead of stdout.
    #[arg(long, value_name = "FILE")]
    output_file: Option<String>,
}

pub(super) fn run(arguments: &Report, io: &mut Io) -> Result<Exit, Failure> {
    if arguments.output_file.is_none() {
        refuse_terminal("sluice report --output-file report.html", io)?;
    }
    let workspace = Workspace::open(io)?;
    let base = arguments.base.as_deref().map(|base| workspace.base(base, "HEAD")).transpose()?;
    let (snapshot, head) = workspace.worktree()?;
    let base: Option<ManuallyDrop<Compilation>> = base.map(|base| workspace.compile(&base));
    let standards = Standards::of(&head.projects);
    let selection = Selection { today: Some(today()), ..Selection::default() };
    let found = check(&head, base.as_ref().map(|compilation| Base { compilation }).as_ref(), &selection);
    let brought: Vec<bool> = found.findings.iter().map(|one| base.is_some() && one.standing == Standing::New).collect();
    let mut checked = report_of(&head, &snapshot, found.findings, &standards);
    let inherited = brought.iter().filter(|new| !**new).count();
    checked.compared = base.as_ref().map(|_| report::Compared { fixed: found.fixed.len(), inherited });
    let impacts = base.as_ref().map(|base| reach(&diff(base, &head), base, &head));
    let set = base.as_ref().zip(impacts.as_ref()).map(|(base, impacts)| ChangeSet {
        base: base.moment.label(),
        head: head.moment.label(),
        before: base,
        after: &head,
        impacts,
    });
    let shown = Shown { check: Some((&checked, &brought)), change: set.as_ref(), ..Shown::default() };
    let page = page(&head, &workspace, &shown);
    match &arguments.output_file {
        Some(file) => write_atomic(&io.folder.join(file), page.as_bytes())?,
        None => io.print(&page)?,
    }
    Ok(Exit::Clean)
}

/// What a page shows besides the repo itself.
#[derive(Default)]
pub(super) struct Shown<'a> {
    pub(super) check: Option<(&'a report::Check, &'a [bool])>,
    pub(super) change: Option<&'a ChangeSet<'a>>,
    /// Where it opens: an address, without its `#/`.
    pub(super) view: &'a str,
    /// The relations that `lineage?only=chosen` shows.
    pub(super) chosen: &'a [String],
}

/// The page of one moment.
pub(super) fn page(head: &Compilation, workspace: &Workspace, shown: &Shown<'_>) -> String {
    let snapshot = head.snapshot.as_ref().expect("a workspace compiles nothing but snapshots");
    let texts = texts(head, snapshot, consumer_files(head));
    let relations = relations(head, &texts, None);
    let folder = workspace.repo.root().file_name().map(|name| name.to_string_lossy().into_owned());
    let title = match head.projects.as_slice() {
        [project] if !project.name.is_empty() => project.name.clone(),
        _ => folder.unwrap_or_else(|| "repo".to_owned()),
    };
    report::html(&report::Page {
        title: &title,
        compilation: head,
        relations: &relations,
        layers: &layers(head),
        texts: &texts,
        check: shown.check.map(|(check, _)| check),
        brought: shown.check.map_or(&[], |(_, brought)| brought),
        change: shown.change,
        view: shown.view,
        chosen: shown.chosen,
    })
}

/// A page is read in a browser: a terminal is no place for it.
pub(super) fn refuse_terminal(instead: &str, io: &Io) -> Result<(), Failure> {
    if io.terminal.output {
        return Err(Failure::new("a page is read in a browser, not in a terminal").hint(format!("`{instead}`")));
    }
    Ok(())
}
