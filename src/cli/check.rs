//! `sluice check`: the repo at one moment, and perhaps its base, in; findings out.

use clap::Args;

use super::doctor::cause_counts;
use super::failure::{Exit, Failure};
use super::io::Io;
use super::mend::{Mended, Wish, mend};
use super::texts::texts;
use super::workspace::Workspace;
use crate::compile::Compilation;
use crate::diagnostic::Severity;
use crate::lint::{Base, Finding, Selection, Standing, check};
use crate::repo::{Snapshot, write_atomic};
use crate::report::{self, Paint, json};

/// What is wrong with the repo: render, parse, resolve and lint every model.
///
/// Without paths the whole repo is answered for; with paths, what stands in or below them. With a base, only what the
/// change brings.
#[derive(Debug, Default, Args)]
pub(super) struct Check {
    /// Report only findings in these files and folders.
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// Compare with this commit, branch or tag; without a value, with where the branch left the default branch.
    #[arg(long, value_name = "REF", num_args = 0..=1, default_missing_value = "")]
    base: Option<String>,
    /// With a base: report what the base has too.
    #[arg(long)]
    all: bool,
    /// Check the index, as the next commit would take it.
    #[arg(long)]
    staged: bool,
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Write the answer to a file instead of stdout.
    #[arg(long, value_name = "FILE")]
    output_file: Option<String>,
    /// Only these rules (or groups of rules); may be repeated.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// None of these rules (or groups of rules); may be repeated.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// The lowest level that makes the exit code 1.
    #[arg(long, value_name = "LEVEL", default_value = "error")]
    fail_on: FailOn,
    /// Mend what can be mended without changing what the SQL means: every model is compiled again and compared.
    #[arg(long, conflicts_with = "staged")]
    fix: bool,
    /// Mend also what may change what the SQL gives.
    #[arg(long, conflicts_with = "staged")]
    unsafe_fixes: bool,
    /// Show as a diff what `--fix` would write, and write nothing.
    #[arg(long, conflicts_with = "staged")]
    diff: bool,
    /// Add tables: how many models are exact, partial and opaque, and why; findings by rule.
    #[arg(long)]
    statistics: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Each finding with the lines it speaks of.
    #[default]
    Text,
    /// One line each.
    Concise,
    Json,
    /// One JSON object a line.
    Jsonl,
    /// Workflow commands: annotations on a pull request.
    Github,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    #[default]
    Error,
    Warn,
    Never,
}

pub(super) fn run(arguments: &Check, io: &mut Io) -> Result<Exit, Failure> {
    let selection = selection(arguments)?;
    let workspace = Workspace::open(io)?;
    let paths = paths(arguments, &workspace, io)?;
    let base = arguments.base.as_deref().map(|base| workspace.base(base, "HEAD")).transpose()?;
    let snapshot = if arguments.staged { workspace.repo.index()? } else { workspace.repo.worktree()? };
    let head = workspace.compile(&snapshot);
    workspace.expect_models(&head)?;
    let base = base.map(|base| workspace.compile(&base));
    let base = base.as_ref().map(|compilation| Base { compilation });
    let wanted = |finding: &Finding| {
        let is_new = base.is_none() || arguments.all || finding.standing == Standing::New;
        is_new && (paths.is_empty() || is_below(finding.diagnostic.place.file.path(), &paths))
    };
    if arguments.fix || arguments.unsafe_fixes || arguments.diff {
        let unsafe_too = arguments.unsafe_fixes;
        let wish = Wish { selection: &selection, base: base.as_ref(), unsafe_too, wanted: &wanted };
        let mended = mend(&workspace, &snapshot, head, &wish);
        if arguments.diff {
            return show(&mended, &snapshot, io);
        }
        write(&mended, unsafe_too, &workspace, io)?;
        let Mended { snapshot, compilation, mut findings, .. } = mended;
        findings.retain(|finding| wanted(finding));
        return answer(arguments, &compilation, &snapshot, findings, io);
    }
    let mut findings = check(&head, base.as_ref(), &selection);
    findings.retain(|finding| wanted(finding));
    answer(arguments, &head, &snapshot, findings, io)
}

/// The diff of what fixing would write; found where there is any.
fn show(mended: &Mended, before: &Snapshot, io: &mut Io) -> Result<Exit, Failure> {
    for (file, text) in &mended.texts {
        let old = before.text(file)?;
        io.print(&report::diff(file.path(), &old.content, text))?;
    }
    Ok(if mended.texts.is_empty() { Exit::Clean } else { Exit::Found })
}

/// Writes what was mended, and says so.
fn write(mended: &Mended, unsafe_too: bool, workspace: &Workspace, io: &mut Io) -> Result<(), Failure> {
    for (file, text) in &mended.texts {
        write_atomic(&workspace.repo.root().join(file.path()), text.as_bytes())?;
    }
    let some = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let proof = if unsafe_too { "" } else { "; every model means what it meant" };
    io.tell(&format!("{} applied in {}{proof}.", some(mended.applied, "fix").replace("fixs", "fixes"), some(mended.texts.len(), "file")));
    for file in &mended.withdrawn {
        io.tell(&format!("{file} is left as it was: the fixes would have changed what it means, or broken it."));
    }
    Ok(())
}

/// The answer to what is left, in the format asked for.
fn answer(
    arguments: &Check,
    head: &Compilation,
    snapshot: &Snapshot,
    findings: Vec<Finding>,
    io: &mut Io,
) -> Result<Exit, Failure> {
    let report = report_of(head, snapshot, findings);
    let paint = if arguments.output_file.is_some() { Paint::plain() } else { io.paint() };
    let mut answer = match arguments.format {
        Format::Text => report::text(&report, paint),
        Format::Concise => report::concise(&report, paint),
        Format::Json => json::check(&report),
        Format::Jsonl => json::check_lines(&report),
        Format::Github => report::github(&report),
    };
    if arguments.statistics {
        let tables = report::statistics(&report, &cause_counts(head, &report.texts), paint);
        match arguments.format {
            Format::Text | Format::Concise => answer = format!("{answer}\n{tables}"),
            Format::Json | Format::Jsonl | Format::Github => io.tell(tables.trim_end()),
        }
    }
    match &arguments.output_file {
        Some(file) => write_atomic(&io.folder.join(file), answer.as_bytes())?,
        None => io.print(&answer)?,
    }
    let failing = match arguments.fail_on {
        FailOn::Error => report.count(Severity::Error),
        FailOn::Warn => report.count(Severity::Error) + report.count(Severity::Warn),
        FailOn::Never => 0,
    };
    Ok(if failing > 0 { Exit::Found } else { Exit::Clean })
}

fn selection(arguments: &Check) -> Result<Selection, Failure> {
    let (select, ignore) = (arguments.select.clone(), arguments.ignore.clone());
    let selection = Selection { select, ignore, ..Selection::default() };
    match selection.unknown().first() {
        None => Ok(selection),
        Some(unknown) => Err(unknown_rule(&unknown.name, unknown.similar)),
    }
}

/// A rule's name that is none.
pub(super) fn unknown_rule(name: &str, similar: Option<&str>) -> Failure {
    let failure = Failure::new(format!("there is no rule `{name}`"));
    match similar {
        Some(similar) => failure.hint(format!("Did you mean `{similar}`?")),
        None => failure.hint("`sluice rules` lists all rules."),
    }
}

/// The paths as they stand from the repo root; one that does not exist may be a command's misspelt name.
fn paths(arguments: &Check, workspace: &Workspace, io: &Io) -> Result<Vec<String>, Failure> {
    let find = |path: &String| {
        workspace.repo.relative(&io.folder.join(path)).ok_or_else(|| {
            let failure = Failure::new(format!("{path} does not exist, or is not in this repository"));
            match super::similar_command(path) {
                Some(command) => failure.hint(format!("Did you mean the command `sluice {command}`?")),
                None => failure.hint("Check the path; it is taken from the folder you are in."),
            }
        })
    };
    arguments.paths.iter().map(find).collect()
}

fn is_below(file: &str, paths: &[String]) -> bool {
    let below = |path: &String| {
        path.is_empty() || file.strip_prefix(path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    paths.iter().any(below)
}

fn report_of(compilation: &Compilation, snapshot: &Snapshot, findings: Vec<Finding>) -> report::Check {
    let fingerprints = findings.iter().map(|finding| finding.fingerprint).collect();
    let findings: Vec<_> = findings.into_iter().map(|finding| finding.diagnostic).collect();
    let places = findings
        .iter()
        .flat_map(|finding| [&finding.place].into_iter().chain(finding.related.iter().map(|label| &label.place)));
    let texts = texts(compilation, snapshot, places.map(|place| &place.file));
    report::Check { texts, fingerprints, models: compilation.counts(), findings }
}
