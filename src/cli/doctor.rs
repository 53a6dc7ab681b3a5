//! `sluice doctor`: a repo in; what was found in it, and why it is not understood better, out.

use std::fmt::Write;

use clap::Args;

use super::failure::{Exit, Failure};
use super::io::Io;
use super::texts::texts;
use super::workspace::Workspace;
use crate::compile::{Compilation, Counts};
use crate::diagnostic::Severity;
use crate::project::{Kind, Listing, Project, Source};
use crate::repo::variable;
use crate::report::{CauseCount, Ink, Paint, causes};

/// What was found: projects, dialects, packages, the base, and how well the models are understood.
#[derive(Debug, Args)]
pub(super) struct Doctor {}

pub(super) fn run(_: &Doctor, io: &mut Io) -> Result<Exit, Failure> {
    let workspace = Workspace::open(io)?;
    let snapshot = workspace.repo.worktree()?;
    let compilation = workspace.compile(&snapshot);
    let paint = io.paint();
    let mut out = String::new();
    line(&mut out, paint, "repo", &workspace.repo.root().display().to_string());
    let base = match workspace.repo.default_base("HEAD", &variable) {
        Ok(base) => {
            format!("{}  {}", base.commit.get(..12).unwrap_or(&base.commit), paint.ink(Ink::Faint, &base.reason))
        }
        Err(error) => paint.ink(Ink::Faint, &error.to_string()),
    };
    line(&mut out, paint, "base", &base);
    if compilation.projects.is_empty() {
        line(&mut out, paint, "projects", "none: looked for dbt_project.yml files and for .sql files");
    }
    for (at, project) in compilation.projects.iter().enumerate() {
        describe(project, counts(&compilation, at), paint, &mut out);
    }
    let texts = texts(&compilation, &snapshot, compilation.diagnostics.iter().map(|told| &told.place.file));
    let _ = write!(out, "\n{}", causes(compilation.counts(), &cause_counts(&compilation, &texts), paint));
    let told = |severity| compilation.diagnostics.iter().filter(|told| told.severity == severity).count();
    let (errors, warnings) = (told(Severity::Error), told(Severity::Warn));
    if errors + warnings > 0 {
        let _ = writeln!(out, "\n{errors} errors and {warnings} warnings on the way: `sluice check` shows them.");
    }
    io.print(&out)?;
    Ok(Exit::Clean)
}

/// The causes of a compilation as reports count them.
pub(super) fn cause_counts(compilation: &Compilation, texts: &crate::report::Texts) -> Vec<CauseCount> {
    let causes = compilation.causes().into_iter().map(|(status, cause, models, first)| CauseCount {
        status: status.word(),
        cause: cause.to_owned(),
        models,
        example: texts.locate(&first.place),
    });
    causes.collect()
}

fn counts(compilation: &Compilation, project: usize) -> Counts {
    let models = compilation.models.values().filter(|model| model.project == project);
    models.fold(Counts::default(), |counts, model| counts.with(model.status))
}

fn describe(project: &Project, counts: Counts, paint: Paint, out: &mut String) {
    let kind = match project.kind {
        Kind::Dbt => "dbt",
        Kind::SqlMesh => "SQLMesh",
        Kind::Plain => "plain SQL",
    };
    let root = if project.root.is_empty() { "." } else { &project.root };
    let _ = writeln!(out);
    line(
        out,
        paint,
        "project",
        &format!("{}  {}", paint.ink(Ink::Bold, &project.name), paint.ink(Ink::Faint, &format!("{kind}, in {root}"))),
    );
    let reason = paint.ink(Ink::Faint, &project.dialect_reason);
    line(out, paint, "dialect", &format!("{}  {reason}", project.dialect.label()));
    let models =
        format!("{} ({} exact, {} partial, {} opaque)", counts.all(), counts.exact, counts.partial, counts.opaque);
    line(out, paint, "models", &models);
    let others = [
        (project.sources.len(), "source"),
        (project.seeds.len(), "seed"),
        (project.exposures.len(), "exposure"),
        (project.macros.len(), "macro file"),
    ];
    let others: Vec<String> = others
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    if !others.is_empty() {
        line(out, paint, "beside", &others.join(", "));
    }
    describe_catalog(project, paint, out);
    for package in &project.packages {
        let version = package.version.as_deref().unwrap_or("any version");
        let found = if package.installed {
            "installed".to_owned()
        } else {
            paint.ink(Ink::Warn, &format!("missing: {}", package.reason.as_deref().unwrap_or("run `dbt deps`")))
        };
        line(out, paint, "package", &format!("{} {version}, {found}", package.name));
    }
}

/// The files that say what the warehouse holds, and how much of what the project reads they know.
fn describe_catalog(project: &Project, paint: Paint, out: &mut String) {
    for file in &project.catalog.files {
        let columns = file.columns;
        line(out, paint, "catalog", &format!("{}, {} relations with {columns} columns", file.path, file.relations));
    }
    let told = project.sources.iter().filter(|source| source.catalog.is_some()).count();
    let (all, listed) =
        (project.sources.len(), project.sources.iter().filter(|source| lists_all(project, source)).count());
    if all > 0 {
        let rest = all - told - listed;
        let words = format!(
            "of {all} sources the columns of {told} are known by a catalog, of {listed} by YAML, of {rest} by use"
        );
        line(out, paint, "columns", &words);
    }
}

/// Whether YAML alone lists all columns of a source.
fn lists_all(project: &Project, source: &Source) -> bool {
    let columns = &source.properties.columns;
    source.catalog.is_none()
        && !columns.is_empty()
        && match project.settings.sources {
            Listing::Complete => true,
            Listing::Partial => false,
            Listing::Typed => columns.iter().all(|column| column.data_type.is_some()),
        }
}

fn line(out: &mut String, paint: Paint, word: &str, text: &str) {
    let _ = writeln!(out, "{}  {text}", paint.ink(Ink::Faint, &format!("{word:>8}")));
}
