//! What is asked of a check (paths, rules, levels) and a compiled head, perhaps with its base, in; what is found out.

use clap::Args;

use super::failure::Failure;
use super::io::Io;
use super::texts::texts;
use super::workspace::Workspace;
use crate::compile::Compilation;
use crate::diagnostic::Severity;
use crate::lint::{BASELINE, Base, Baseline, Finding, Selection, Standards, Standing, check, preset};
use crate::project::Preset;
use crate::repo::Snapshot;
use crate::report;
use crate::text::FileId;

/// What `check` and `ci` are asked alike.
#[derive(Debug, Default, Args)]
pub(super) struct Asked {
    /// Report only findings in these files and folders.
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<String>,
    /// Only these rules (or groups of rules); may be repeated.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(super) select: Vec<String>,
    /// These rules (or groups of rules) too, besides those that are on; may be repeated.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    extend_select: Vec<String>,
    /// None of these rules (or groups of rules); may be repeated.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// The lowest level that makes the exit code 1; without it, what the preset of sluice.toml says, else `error`.
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    /// Leave out the findings that this file knows; without it, those of `.sluice/baseline.json` where it exists.
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warn,
    Never,
}

impl FailOn {
    /// The lowest level that fails; the highest there is, where nothing does.
    pub(super) fn lowest(self) -> Severity {
        if self == FailOn::Warn { Severity::Warn } else { Severity::Error }
    }

    pub(super) fn fails(self, report: &report::Check) -> bool {
        match self {
            FailOn::Error => report.count(Severity::Error) > 0,
            FailOn::Warn => report.count(Severity::Error) + report.count(Severity::Warn) > 0,
            FailOn::Never => false,
        }
    }
}

impl Asked {
    pub(super) fn selection(&self) -> Selection {
        Selection {
            select: self.select.clone(),
            extend_select: self.extend_select.clone(),
            ignore: self.ignore.clone(),
            today: Some(today()),
        }
    }

    pub(super) fn fail_on(&self, head: &Compilation) -> FailOn {
        self.fail_on.unwrap_or_else(|| match preset(head.projects.iter()) {
            Preset::Observe => FailOn::Never,
            Preset::Guard => FailOn::Error,
            Preset::Enforce => FailOn::Warn,
        })
    }

    /// The paths as they stand from the repo root; one that does not exist may be a command's misspelt name.
    pub(super) fn scope(&self, workspace: &Workspace, io: &Io) -> Result<Scope, Failure> {
        let find = |path: &String| {
            workspace.repo.relative(&io.folder.join(path)).ok_or_else(|| {
                let failure = Failure::new(format!("{path} does not exist, or is not in this repository"));
                match super::similar_command(path) {
                    Some(command) => failure.hint(format!("Did you mean the command `sluice {command}`?")),
                    None => failure.hint("Check the path; it is taken from the folder you are in."),
                }
            })
        };
        self.paths.iter().map(find).collect::<Result<_, _>>().map(Scope)
    }

    /// The baseline that is named, or the one that stands where a baseline stands.
    fn baseline(&self, workspace: &Workspace, snapshot: &Snapshot, io: &Io) -> Result<Baseline, Failure> {
        let named = self.baseline.as_ref();
        let path = match named {
            Some(path) => workspace.repo.relative(&io.folder.join(path)),
            None => Some(BASELINE.to_owned()),
        };
        let text = path.as_ref().and_then(|path| snapshot.text(&FileId::new(path)).ok());
        match (path, text, named) {
            (Some(path), Some(text), _) => Baseline::read(&FileId::new(&path), &text.content).map_err(|fault| {
                Failure::new(format!("{path} is no baseline: {fault}"))
                    .hint("`sluice check --write-baseline` writes one.")
            }),
            (_, _, Some(named)) => Err(Failure::new(format!("there is no baseline {named}"))
                .hint("`sluice check --write-baseline` writes one.")),
            _ => Ok(Baseline::default()),
        }
    }
}

/// Files and folders from the repo root; none stands for all.
pub(super) struct Scope(Vec<String>);

impl Scope {
    pub(super) fn holds(&self, file: &str) -> bool {
        let below = |path: &String| {
            path.is_empty()
                || file.strip_prefix(path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.0.is_empty() || self.0.iter().any(below)
    }

    pub(super) fn has(&self, finding: &Finding) -> bool {
        self.holds(finding.diagnostic.place.file.path())
    }
}

/// A moment that is checked, and what it is checked by.
pub(super) struct Checked<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) snapshot: &'a Snapshot,
    pub(super) head: &'a Compilation,
    pub(super) base: Option<&'a Base<'a>>,
    pub(super) standards: &'a Standards,
    pub(super) scope: &'a Scope,
}

/// What is found: with a base, what the change brings, unless `all` is asked for. What the baseline knows is left out.
pub(super) fn findings(checked: &Checked<'_>, asked: &Asked, all: bool, io: &mut Io) -> Result<report::Check, Failure> {
    let Checked { workspace, snapshot, head, base, standards, scope } = *checked;
    let mut found = check(head, base, &asked.selection());
    found.fixed.retain(|finding| scope.has(finding));
    found.findings.retain(|finding| scope.has(finding));
    let before = found.findings.len();
    found.findings.retain(|finding| base.is_none() || all || finding.standing == Standing::New);
    let inherited = before - found.findings.len();
    let known = asked.baseline(workspace, snapshot, io)?;
    let is_whole = base.is_none() && asked.select.is_empty() && asked.ignore.is_empty();
    let stale = standards.page("stale-baseline-entry").and_then(|page| page.level).filter(|_| is_whole);
    let known = known.apply(&mut found.findings, |path| scope.holds(path), stale);
    if known > 0 {
        io.tell(&format!("{known} findings are in the baseline and not shown."));
    }
    let mut report = report_of(head, snapshot, found.findings, standards);
    report.compared = base.map(|_| report::Compared { fixed: found.fixed.len(), inherited });
    Ok(report)
}

/// The rules of a compilation; a rule asked for that is none of them is a failure.
pub(super) fn standards(head: &Compilation, asked: &Asked) -> Result<Standards, Failure> {
    let standards = Standards::of(&head.projects);
    match standards.unknown(&asked.selection()).first() {
        Some(unknown) => Err(unknown_rule(&unknown.name, unknown.similar.as_deref())),
        None => Ok(standards),
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

/// Findings with the texts and pages that reports show of them.
pub(super) fn report_of(
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

/// The day, as `2026-01-31`.
pub(super) fn today() -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "what has leave until a day needs the day, and only here is it known"
    )]
    let today = chrono::Local::now().date_naive();
    today.to_string()
}
