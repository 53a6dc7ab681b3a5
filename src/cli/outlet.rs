//! What `sluice ci` has to say in; the log, the summary and the comment of the forge at hand out.
#![expect(clippy::disallowed_methods, reason = "Buildkite takes what a build says from its own program alone")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::ci::{Wanted, text_of};
use super::failure::Failure;
use super::io::Io;
use crate::diagnostic::Severity;
use crate::forge::{Forge, ForgeError, Kind, Posted, limit};
use crate::plan::Plan;
use crate::repo::write_atomic;
use crate::report::{self, ChangeSet, Paint, Room};
use crate::text::Digest;

/// Everything there is to say of a change.
pub(super) struct Said<'a> {
    pub(super) check: &'a report::Check,
    pub(super) set: &'a ChangeSet<'a>,
    pub(super) plan: &'a Plan,
}

/// Where it is said.
pub(super) struct Outlet<'a> {
    pub(super) forge: Option<&'a Forge>,
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
}

impl Said<'_> {
    /// Impact first, then the findings, then the plan.
    pub(super) fn comment(&self, forge: Option<&Forge>) -> String {
        let kind = forge.map_or(Kind::GitHub, |forge| forge.kind);
        let steps = self.plan.steps.len();
        let plan = match steps {
            0 => String::new(),
            steps => {
                let title = format!("Plan: {steps} step{}", if steps == 1 { "" } else { "s" });
                report::folded(&title, &report::plan(self.plan, Paint::plain()))
            }
        };
        let sections = [report::impact_markdown(self.set), report::check_markdown(self.check), plan];
        report::comment(&sections, Room { limit: limit(kind), html: kind != Kind::Bitbucket })
    }

    fn is_news(&self) -> bool {
        !self.check.findings.is_empty() || !self.set.impacts.models.is_empty()
    }

    /// For people who read a log.
    fn log(&self, paint: Paint) -> String {
        let plan = if self.plan.steps.is_empty() { String::new() } else { report::plan(self.plan, paint) };
        [report::impact(self.set, super::impact::MOST_TOLD, paint), plan]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

impl Outlet<'_> {
    /// Writes the log with its annotations, and what the forge takes besides: a summary, values for later steps.
    pub(super) fn tell(&self, said: &Said<'_>, io: &mut Io) -> Result<(), Failure> {
        let plain = Paint::plain();
        let Some(forge) = self.forge else {
            let paint = io.paint();
            return io.print(&format!("{}\n{}", report::text(said.check, paint), said.log(paint)));
        };
        let log = said.log(plain);
        match forge.kind {
            Kind::GitHub => {
                io.print(&format!("{}\n{}", report::github(said.check), fenced(&log)))?;
                self.append("GITHUB_STEP_SUMMARY", &said.comment(self.forge))?;
                self.append("GITHUB_OUTPUT", &outputs(said))
            }
            Kind::Azure => {
                io.print(&format!("{}\n{}", report::azure(said.check), report::without_commands(&log)))?;
                let Some(folder) = (self.variable)("AGENT_TEMPDIRECTORY") else { return Ok(()) };
                let path = Path::new(&folder).join("sluice.md");
                write_atomic(&path, said.comment(self.forge).as_bytes())?;
                io.print(&format!("##vso[task.uploadsummary]{}\n", path.display()))
            }
            Kind::Buildkite => {
                io.print(&format!("{}\n{log}", report::concise(said.check, plain)))?;
                let style = match said.check.count(Severity::Error) {
                    0 if said.check.count(Severity::Warn) == 0 => "info",
                    0 => "warning",
                    _ => "error",
                };
                if let Err(why) = annotate(style, &said.comment(self.forge)) {
                    io.tell(&format!("no annotation was made: buildkite-agent {why}"));
                }
                Ok(())
            }
            Kind::GitLab | Kind::Bitbucket => io.print(&format!("{}\n{log}", report::concise(said.check, plain))),
        }
    }

    /// Comments on the change, as far as that is wanted and can be done.
    pub(super) fn comment(&self, said: &Said<'_>, wanted: Wanted, io: &mut Io) -> Result<(), Failure> {
        if wanted == Wanted::Never {
            return Ok(());
        }
        let posted = match self.forge {
            Some(forge) => forge.comment(&said.comment(self.forge), said.is_news()),
            None => Err(ForgeError::NoChange),
        };
        let error = match posted {
            Ok(Posted::New) => {
                io.tell("commented on the change");
                return Ok(());
            }
            Ok(Posted::Updated) => {
                io.tell("brought the comment on the change up to date");
                return Ok(());
            }
            Ok(Posted::Left) => return Ok(()),
            Err(error) => error,
        };
        let failure = Failure::new(format!("no comment was made: {error}"));
        let failure = match error.help() {
            Some(help) => failure.hint(help),
            None => failure,
        };
        match (wanted, &error) {
            (Wanted::Always, _) => Err(failure),
            // Nobody reviews anything here, or comments are not set up: nothing is wrong.
            (_, ForgeError::NoChange) => Ok(()),
            (_, ForgeError::NoToken { .. }) => {
                io.tell(&failure.to_string());
                Ok(())
            }
            _ => self.warn(&failure.to_string(), io),
        }
    }

    fn warn(&self, what: &str, io: &mut Io) -> Result<(), Failure> {
        let line = what.replace(['\n', '\r'], " ");
        match self.forge.map(|forge| forge.kind) {
            Some(Kind::GitHub) => io.print(&format!("::warning title=sluice::{}\n", line.replace('%', "%25"))),
            Some(Kind::Azure) => {
                io.print(&format!("##vso[task.logissue type=warning]{}\n", report::without_commands(&line)))
            }
            _ => {
                io.tell(&line);
                Ok(())
            }
        }
    }

    /// Adds to the file that a variable names.
    fn append(&self, name: &str, text: &str) -> Result<(), Failure> {
        let Some(path) = (self.variable)(name).filter(|path| !path.is_empty()) else { return Ok(()) };
        let before = text_of(&path).unwrap_or_default();
        Ok(write_atomic(Path::new(&path), format!("{before}{text}").as_bytes())?)
    }
}

/// What later steps of a GitHub job may ask.
fn outputs(said: &Said<'_>) -> String {
    let (check, set) = (said.check, said.set);
    let count = |severity| check.count(severity);
    let worst = if set.impacts.models.is_empty() { "stays" } else { set.impacts.worst().word() };
    format!(
        "base={}\nerrors={}\nwarnings={}\nimpact={worst}\nsteps={}\n",
        set.base,
        count(Severity::Error),
        count(Severity::Warn),
        said.plan.steps.len()
    )
}

/// A log in which GitHub finds no commands, whatever the repo has written into its models. The word that ends it is
/// made of the log, so no log can hold it.
fn fenced(log: &str) -> String {
    let word = Digest::of(log.as_bytes()).to_string();
    format!("::stop-commands::{word}\n{}\n::{word}::\n", log.trim_end())
}

fn annotate(style: &str, text: &str) -> Result<(), String> {
    let mut command = Command::new("buildkite-agent");
    command.args(["annotate", "--context", "sluice", "--style", style]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().map_err(|error| format!("cannot be run: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes()).map_err(|error| format!("does not listen: {error}"))?;
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("failed: {status}")) }
}
