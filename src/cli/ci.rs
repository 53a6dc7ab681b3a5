//! `sluice ci`: a build agent's clone in; findings, impact and plan of the change out, as the forge at hand wants them.

use std::path::Path;

use clap::Args;

use super::failure::{Exit, Failure};
use super::findings::{Asked, Checked, findings, standards};
use super::io::Io;
use super::outlet::{Outlet, Said};
use super::plan::request;
use super::workspace::Workspace;
use crate::change::diff;
use crate::compile::Compilation;
use crate::forge::Forge;
use crate::impact::{Impacts, Verdict, reach};
use crate::lint::{Base, preset};
use crate::plan::plan;
use crate::project::Preset;
use crate::repo::{Checkout, Disk, Pushed, variable, write_atomic};
use crate::report::{self, ChangeSet, json};

/// Check, impact and plan of a change in one, as the forge at hand wants them: annotations, a summary, one comment.
///
/// GitHub, GitLab, Bitbucket, Azure Pipelines and Buildkite are known by their variables. HEAD is compared with where
/// the branch left the one it goes to; in a shallow clone, what is missing of the history is fetched. What a flag is
/// given as an empty text counts as not given.
#[derive(Debug, Args)]
pub(super) struct Ci {
    #[command(flatten)]
    asked: Asked,
    /// Compare with where HEAD left this commit, branch or tag; else the branch that the change goes to.
    #[arg(long, value_name = "REF", default_value = "")]
    base: String,
    /// The environment the plan is for.
    #[arg(long, value_name = "NAME", default_value = "prod")]
    env: String,
    /// The verdict that makes the exit code 1; without it, `breaks`, and nothing where the preset is `observe`.
    #[arg(long, value_name = "VERDICT")]
    fail_on_impact: Option<FailOnImpact>,
    /// Whether to comment on the change, in one comment that is kept up to date.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    comment: Wanted,
    /// Write the findings as SARIF 2.1.0 to this file.
    #[arg(long, value_name = "FILE", default_value = "")]
    sarif: String,
    /// Write the findings as GitLab's code quality report to this file.
    #[arg(long, value_name = "FILE", default_value = "")]
    code_quality: String,
    /// Write the text of the comment to this file.
    #[arg(long, value_name = "FILE", default_value = "")]
    markdown: String,
    /// Write the plan as JSON to this file.
    #[arg(long, value_name = "FILE", default_value = "")]
    plan: String,
    /// Never fetch: fail where the history is not deep enough, and say what to fetch.
    #[arg(long)]
    no_fetch: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FailOnImpact {
    Breaks,
    Differs,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Wanted {
    /// Where a change is reviewed and a token is there; what goes wrong is a warning.
    Auto,
    /// Fail where there can be no comment.
    Always,
    Never,
}

pub(super) fn run(arguments: &Ci, io: &mut Io) -> Result<Exit, Failure> {
    let asked = &arguments.asked;
    let forge = Forge::detect(&variable, &text_of);
    let outlet = Outlet { forge: forge.as_ref(), variable: &variable };
    let workspace = Workspace::open(io)?;
    let scope = asked.scope(&workspace, io)?;
    let base = base(arguments, forge.as_ref(), workspace.repo.root(), io)?;
    // What was fetched for the base is not known to a repo that was open before.
    let workspace = Workspace::open(io)?;
    let snapshot = workspace.repo.commit("HEAD")?;
    let head = workspace.compile(&snapshot);
    let base = workspace.compile(&workspace.repo.commit(&base)?);
    if base.models.is_empty() {
        workspace.expect_models(&head)?;
    }
    let standards = standards(&head, asked)?;
    let lint_base = Base { compilation: &base };
    let (standards, scope) = (&standards, &scope);
    let checked =
        Checked { workspace: &workspace, snapshot: &snapshot, head: &head, base: Some(&lint_base), standards, scope };
    let check = findings(&checked, asked, false, io)?;
    let impacts = reach(&diff(&base, &head), &base, &head);
    let plan = plan(&impacts, &base, &head, &request(&arguments.env, &head, &workspace)?);
    let (from, to) = (base.moment.label(), head.moment.label());
    let set = ChangeSet { base: from, head: to, before: &base, after: &head, impacts: &impacts };
    let said = Said { check: &check, set: &set, plan: &plan };
    let files =
        [(&arguments.sarif, report::sarif as fn(&report::Check) -> String), (&arguments.code_quality, report::gitlab)];
    for (path, write) in files {
        put(path, &|| write(&check), io)?;
    }
    put(&arguments.plan, &|| json::plan(&plan, from, to), io)?;
    put(&arguments.markdown, &|| said.comment(forge.as_ref()), io)?;
    outlet.tell(&said, io)?;
    outlet.comment(&said, arguments.comment, io)?;
    let fails = asked.fail_on(&head).fails(&check) || is_too_much(arguments, &impacts, &head);
    Ok(if fails { Exit::Found } else { Exit::Clean })
}

fn base(arguments: &Ci, forge: Option<&Forge>, root: &Path, io: &mut Io) -> Result<String, Failure> {
    let pushed =
        forge.map(|forge| Pushed { trial_merge: forge.trial_merge.as_deref(), before: forge.before.as_deref() });
    let mut checkout = Checkout {
        root,
        pushed: pushed.unwrap_or_default(),
        variable: &variable,
        // A person's clone is left as it is.
        may_fetch: forge.is_some() && !arguments.no_fetch,
        tell: &mut |command| io.tell(command),
    };
    let choice = checkout.base(&arguments.base)?;
    io.tell(&format!("compared with {}, {}", &choice.commit, choice.reason));
    Ok(choice.commit)
}

fn is_too_much(arguments: &Ci, impacts: &Impacts, head: &Compilation) -> bool {
    let by_preset = || match preset(head.projects.iter()) {
        Preset::Observe => FailOnImpact::Never,
        Preset::Guard | Preset::Enforce => FailOnImpact::Breaks,
    };
    match arguments.fail_on_impact.unwrap_or_else(by_preset) {
        FailOnImpact::Breaks => impacts.worst() >= Verdict::Breaks,
        FailOnImpact::Differs => impacts.worst() >= Verdict::Differs,
        FailOnImpact::Never => false,
    }
}

/// Writes a file that is asked for.
fn put(path: &str, text: &dyn Fn() -> String, io: &Io) -> Result<(), Failure> {
    if path.is_empty() {
        return Ok(());
    }
    Ok(write_atomic(&io.folder.join(path), text().as_bytes())?)
}

/// The text of a file on the agent, if it can be read.
pub(super) fn text_of(path: &str) -> Option<String> {
    let path = Path::new(path);
    let name = path.file_name()?.to_str()?;
    Disk::new(path.parent()?).text(name).ok().map(|text| text.body().0.to_owned())
}
