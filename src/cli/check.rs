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
use crate::lint::{BASELINE, Base, Baseline, Finding, Selection, Standards, Standing, baseline_text, check, preset};
use crate::project::Preset;
use crate::repo::{Snapshot, write_atomic};
use crate::report::{self, Paint, json};
use crate::text::FileId;

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
    /// These rules (or groups of rules) too, besides those that are on; may be repeated.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    extend_select: Vec<String>,
    /// None of these rules (or groups of rules); may be repeated.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// The lowest level that makes the exit code 1; without it, what the preset of sluice.toml says, else `error`.
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    /// Mend what can be mended without changing what the SQL means: every model is compiled again and compared.
    #[arg(long, conflicts_with = "staged")]
    fix: bool,
    /// Mend also what may change what the SQL gives.
    #[arg(long, conflicts_with = "staged")]
    unsafe_fixes: bool,
    /// Show as a diff what `--fix` would write, and write nothing.
    #[arg(long, conflicts_with = "staged")]
    diff: bool,
    /// Leave out the findings that this file knows; without it, those of `.sluice/baseline.json` where it exists.
    #[arg(long, value_name = "FILE")]
    baseline: Option<String>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    Error,
    Warn,
    Never,
}

pub(super) fn run(arguments: &Check, io: &mut Io) -> Result<Exit, Failure> {
    let selection = selection(arguments);
    let workspace = Workspace::open(io)?;
    let paths = paths(arguments, &workspace, io)?;
    let base = arguments.base.as_deref().map(|base| workspace.base(base, "HEAD")).transpose()?;
    let snapshot = if arguments.staged { workspace.repo.index()? } else { workspace.repo.worktree()? };
    let head = workspace.compile(&snapshot);
    workspace.expect_models(&head)?;
    let standards = Standards::of(&head.projects);
    if let Some(unknown) = standards.unknown(&selection).first() {
        return Err(unknown_rule(&unknown.name, unknown.similar.as_deref()));
    }
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
        let told = Told { findings, compared: None, standards: &standards, root: root_uri(&workspace) };
        return answer(arguments, &compilation, &snapshot, told, io);
    }
    let mut found = check(&head, base.as_ref(), &selection);
    if arguments.write_baseline {
        return write_baseline(arguments, &found.findings, &workspace, io);
    }
    let is_asked = |finding: &Finding| paths.is_empty() || is_below(finding.diagnostic.place.file.path(), &paths);
    found.fixed.retain(is_asked);
    let all = found.findings.iter().filter(|finding| is_asked(finding)).count();
    found.findings.retain(|finding| wanted(finding));
    let inherited = all - found.findings.len();
    let compared = base.as_ref().map(|_| report::Compared { fixed: found.fixed.len(), inherited });
    let known = baseline(arguments, &workspace, &snapshot, io)?;
    let is_whole = base.is_none() && selection.select.is_empty() && selection.ignore.is_empty();
    let stale = standards.page("stale-baseline-entry").and_then(|page| page.level).filter(|_| is_whole);
    let known = known.apply(&mut found.findings, |path| paths.is_empty() || is_below(path, &paths), stale);
    if known > 0 {
        io.tell(&format!("{known} findings are in the baseline and not shown."));
    }
    let told = Told { findings: found.findings, compared, standards: &standards, root: root_uri(&workspace) };
    answer(arguments, &head, &snapshot, told, io)
}

/// The baseline that is named, or the one that stands where a baseline stands.
fn baseline(arguments: &Check, workspace: &Workspace, snapshot: &Snapshot, io: &Io) -> Result<Baseline, Failure> {
    let named = arguments.baseline.as_ref();
    let path = match named {
        Some(path) => workspace.repo.relative(&io.folder.join(path)),
        None => Some(BASELINE.to_owned()),
    };
    let text = path.as_ref().and_then(|path| snapshot.text(&FileId::new(path)).ok());
    match (path, text, named) {
        (Some(path), Some(text), _) => Baseline::read(&FileId::new(&path), &text.content).map_err(|fault| {
            Failure::new(format!("{path} is no baseline: {fault}")).hint("`sluice check --write-baseline` writes one.")
        }),
        (_, _, Some(named)) => {
            Err(Failure::new(format!("there is no baseline {named}"))
                .hint("`sluice check --write-baseline` writes one."))
        }
        _ => Ok(Baseline::default()),
    }
}

fn write_baseline(
    arguments: &Check,
    findings: &[Finding],
    workspace: &Workspace,
    io: &mut Io,
) -> Result<Exit, Failure> {
    let path = match &arguments.baseline {
        Some(path) => io.folder.join(path),
        None => workspace.repo.root().join(BASELINE),
    };
    write_atomic(&path, baseline_text(findings).as_bytes())?;
    io.tell(&format!("{} findings are in {} now. Commit it.", findings.len(), path.display()));
    Ok(Exit::Clean)
}

/// What is told, and what its formats ask besides.
struct Told<'a> {
    findings: Vec<Finding>,
    compared: Option<report::Compared>,
    standards: &'a Standards,
    /// The repo root as a URI.
    root: String,
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
    for file in &mended.withdrawn {
        io.tell(&format!("{file} is left as it was: the fixes would have changed what it means, or that they do not cannot be proved."));
    }
    Ok(())
}

/// The answer to what is left, in the format asked for.
fn answer(
    arguments: &Check,
    head: &Compilation,
    snapshot: &Snapshot,
    told: Told<'_>,
    io: &mut Io,
) -> Result<Exit, Failure> {
    let mut report = report_of(head, snapshot, told.findings, told.standards);
    report.compared = told.compared;
    let fail_on = arguments.fail_on.unwrap_or_else(|| by_preset(head));
    let paint = if arguments.output_file.is_some() { Paint::plain() } else { io.paint() };
    let mut answer = match arguments.format {
        Format::Text => report::text(&report, paint),
        Format::Concise => report::concise(&report, paint),
        Format::Json => json::check(&report),
        Format::Jsonl => json::check_lines(&report),
        Format::Sarif => report::sarif(&report),
        Format::Github => report::github(&report),
        Format::Gitlab => report::gitlab(&report),
        Format::Junit => report::junit(&report, fail_on.lowest()),
        Format::Rdjson => report::rdjson(&report),
        Format::Lsp => report::lsp(&report, &told.root),
        Format::Markdown => report::check_markdown(&report),
    };
    if arguments.statistics {
        let tables = report::statistics(&report, &cause_counts(head, &report.texts), paint);
        match arguments.format {
            Format::Text | Format::Concise => answer = format!("{answer}\n{tables}"),
            _ => io.tell(tables.trim_end()),
        }
    }
    match &arguments.output_file {
        Some(file) => write_atomic(&io.folder.join(file), answer.as_bytes())?,
        None => io.print(&answer)?,
    }
    let failing = match fail_on {
        FailOn::Error => report.count(Severity::Error),
        FailOn::Warn => report.count(Severity::Error) + report.count(Severity::Warn),
        FailOn::Never => 0,
    };
    Ok(if failing > 0 { Exit::Found } else { Exit::Clean })
}

impl FailOn {
    /// The lowest level that fails; the highest there is, where nothing does.
    fn lowest(self) -> Severity {
        if self == FailOn::Warn { Severity::Warn } else { Severity::Error }
    }
}

fn by_preset(head: &Compilation) -> FailOn {
    match preset(head.projects.iter()) {
        Preset::Observe => FailOn::Never,
        Preset::Guard => FailOn::Error,
        Preset::Enforce => FailOn::Warn,
    }
}

/// The repo root as a URI, without a slash at its end.
fn root_uri(workspace: &Workspace) -> String {
    let path = workspace.repo.root().to_string_lossy().replace('\\', "/");
    format!("file:///{}", report::escaped(path.trim_matches('/')))
}

fn selection(arguments: &Check) -> Selection {
    #[expect(
        clippy::disallowed_methods,
        reason = "what has leave until a day needs the day, and only here is it known"
    )]
    let today = chrono::Local::now().date_naive();
    Selection {
        select: arguments.select.clone(),
        extend_select: arguments.extend_select.clone(),
        ignore: arguments.ignore.clone(),
        today: Some(today.to_string()),
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

fn report_of(
    compilation: &Compilation,
    snapshot: &Snapshot,
    findings: Vec<Finding>,
    standards: &Standards,
) -> report::Check {
    let about = findings.iter().filter_map(|finding| standards.page(&finding.diagnostic.rule));
    let about = about.map(|page| {
        let (level, summary, text) = (page.level, page.summary.clone(), page.text.clone());
        (page.name.clone(), report::About { level, summary, text })
    });
    let about = about.collect();
    let fingerprints = findings.iter().map(|finding| finding.fingerprint).collect();
    let findings: Vec<_> = findings.into_iter().map(|finding| finding.diagnostic).collect();
    let places = findings
        .iter()
        .flat_map(|finding| [&finding.place].into_iter().chain(finding.related.iter().map(|label| &label.place)));
    let texts = texts(compilation, snapshot, places.map(|place| &place.file));
    report::Check { texts, fingerprints, models: compilation.counts(), findings, about, compared: None }
}
