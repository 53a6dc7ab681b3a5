//! `sluice check`: the repo at one moment, and perhaps its base, in; findings out.

use clap::Args;

use super::doctor::cause_counts;
use super::failure::{Exit, Failure};
use super::findings::{Asked, Checked, findings, report_of, standards};
use super::io::Io;
use super::mend::{Mended, Wish, mend};
use super::workspace::Workspace;
use crate::compile::Compilation;
use crate::lint::{BASELINE, Base, Finding, Standing, baseline_text, check};
use crate::repo::{Snapshot, write_atomic};
use crate::report::{self, Paint, json};

/// What is wrong with the repo: render, parse, resolve and lint every model.
///
/// Without paths the whole repo is answered for; with paths, what stands in or below them. With a base, only what the
/// change brings.
#[derive(Debug, Default, Args)]
pub(super) struct Check {
    #[command(flatten)]
    asked: Asked,
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
    /// Mend what can be mended without changing what the SQL means: every model is compiled again and compared.
    #[arg(long, conflicts_with = "staged")]
    fix: bool,
    /// Mend also what may change what the SQL gives.
    #[arg(long, conflicts_with = "staged")]
    unsafe_fixes: bool,
    /// Exit with 1 where a fix was written, so that a hook stops and the change can be looked at.
    #[arg(long)]
    exit_non_zero_on_fix: bool,
    /// Show as a diff what `--fix` would write, and write nothing.
    #[arg(long, conflicts_with = "staged")]
    diff: bool,
    /// Write all findings to the baseline, to be left out from now on.
    #[arg(long, conflicts_with_all = ["base", "select", "ignore", "paths"])]
    write_baseline: bool,
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
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub: annotations on a pull request.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit XML.
    Junit,
    /// reviewdog's diagnostics.
    Rdjson,
    /// What a language server publishes, one file a line.
    Lsp,
    /// A comment for a pull request.
    Markdown,
}

pub(super) fn run(arguments: &Check, io: &mut Io) -> Result<Exit, Failure> {
    let asked = &arguments.asked;
    let workspace = Workspace::open(io)?;
    let scope = asked.scope(&workspace, io)?;
    let base = arguments.base.as_deref().map(|base| workspace.base(base, "HEAD")).transpose()?;
    let snapshot = if arguments.staged { workspace.repo.index()? } else { workspace.repo.worktree()? };
    let head = workspace.compile(&snapshot);
    workspace.expect_models(&head)?;
    let standards = standards(&head, asked)?;
    let base = base.map(|base| workspace.compile(&base));
    let base = base.as_ref().map(|compilation| Base { compilation });
    if arguments.fix || arguments.unsafe_fixes || arguments.diff {
        let selection = asked.selection();
        let wanted = |finding: &Finding| {
            let is_new = base.is_none() || arguments.all || finding.standing == Standing::New;
            is_new && scope.has(finding)
        };
        let unsafe_too = arguments.unsafe_fixes;
        let wish = Wish { selection: &selection, base: base.as_ref(), unsafe_too, wanted: &wanted };
        let mended = mend(&workspace, &snapshot, head, &wish);
        if arguments.diff {
            return show(&mended, &snapshot, io);
        }
        write(&mended, unsafe_too, &workspace, io)?;
        let Mended { snapshot, compilation, mut findings, texts, .. } = mended;
        findings.retain(|finding| wanted(finding));
        let report = report_of(&compilation, &snapshot, findings, &standards);
        let exit = answer(arguments, &compilation, &report, &root_uri(&workspace), io)?;
        let is_written = arguments.exit_non_zero_on_fix && !texts.is_empty();
        return Ok(if is_written { Exit::Found } else { exit });
    }
    if arguments.write_baseline {
        let findings = check(&head, base.as_ref(), &asked.selection()).findings;
        return write_baseline(arguments, &findings, &workspace, io);
    }
    let (base, standards, scope) = (base.as_ref(), &standards, &scope);
    let checked = Checked { workspace: &workspace, snapshot: &snapshot, head: &head, base, standards, scope };
    let report = findings(&checked, asked, arguments.all, io)?;
    answer(arguments, &head, &report, &root_uri(&workspace), io)
}

fn write_baseline(
    arguments: &Check,
    findings: &[Finding],
    workspace: &Workspace,
    io: &mut Io,
) -> Result<Exit, Failure> {
    let path = match &arguments.asked.baseline {
        Some(path) => io.folder.join(path),
        None => workspace.repo.root().join(BASELINE),
    };
    write_atomic(&path, baseline_text(findings).as_bytes())?;
    io.tell(&format!("{} findings are in {} now. Commit it.", findings.len(), path.display()));
    Ok(Exit::Clean)
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
    io.tell(&format!(
        "{} applied in {}{proof}.",
        some(mended.applied, "fix").replace("fixs", "fixes"),
        some(mended.texts.len(), "file")
    ));
    for (file, rules) in &mended.withdrawn {
        let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
        io.tell(&format!(
            "{file} keeps what {} would have mended: that would change what it means, or that it does not cannot be proved.",
            rules.join(", ")
        ));
    }
    Ok(())
}

/// The answer to what is left, in the format asked for. `root` is the repo root as a URI.
fn answer(
    arguments: &Check,
    head: &Compilation,
    report: &report::Check,
    root: &str,
    io: &mut Io,
) -> Result<Exit, Failure> {
    let fail_on = arguments.asked.fail_on(head);
    let paint = if arguments.output_file.is_some() { Paint::plain() } else { io.paint() };
    let mut answer = match arguments.format {
        Format::Text => report::text(report, paint),
        Format::Concise => report::concise(report, paint),
        Format::Json => json::check(report),
        Format::Jsonl => json::check_lines(report),
        Format::Sarif => report::sarif(report),
        Format::Github => report::github(report),
        Format::Gitlab => report::gitlab(report),
        Format::Junit => report::junit(report, fail_on.lowest()),
        Format::Rdjson => report::rdjson(report),
        Format::Lsp => report::lsp(report, root),
        Format::Markdown => report::check_markdown(report),
    };
    if arguments.statistics {
        let tables = report::statistics(report, &cause_counts(head, &report.texts), paint);
        match arguments.format {
            Format::Text | Format::Concise => answer = format!("{answer}\n{tables}"),
            _ => io.tell(tables.trim_end()),
        }
    }
    match &arguments.output_file {
        Some(file) => write_atomic(&io.folder.join(file), answer.as_bytes())?,
        None => io.print(&answer)?,
    }
    Ok(if fail_on.fails(report) { Exit::Found } else { Exit::Clean })
}

/// The repo root as a URI, without a slash at its end.
fn root_uri(workspace: &Workspace) -> String {
    let path = workspace.repo.root().to_string_lossy().replace('\\', "/");
    format!("file:///{}", report::escaped(path.trim_matches('/')))
}
