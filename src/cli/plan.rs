//! `sluice plan`: two moments of the repo in; what has to run, in an order that is safe, out.

use clap::Args;

use super::change::{Between, Compared, alone, compare};
use super::failure::{Exit, Failure};
use super::files::read;
use super::io::Io;
use super::relations::relation;
use super::texts::texts;
use super::workspace::Workspace;
use crate::change::diff;
use crate::compile::Compilation;
use crate::data::{Value, json as text};
use crate::impact::{Impacts, reach};
use crate::plan::{Claim, Environment, Plan as Made, Request, StepKind, differences, plan, targets};
use crate::repo::{variable, write_atomic};
use crate::report::{self, json};

/// What has to run when a change lands, in an order that is safe.
#[derive(Debug, Args)]
pub(super) struct Plan {
    #[command(flatten)]
    between: Between,
    /// The environment the plan is for: `prod`, or one that sluice.toml names.
    #[arg(long, value_name = "NAME", default_value = "prod")]
    env: String,
    /// Who is going to run it.
    #[arg(long, value_name = "TARGET", default_value = "text")]
    target: Target,
    /// Write the files of the target below this folder, instead of the main one to stdout.
    #[arg(long, value_name = "DIR")]
    out: Option<String>,
    /// The way back: from head to base.
    #[arg(long)]
    undo: bool,
    /// The whole project instead of what differs: the pipeline of every day.
    #[arg(long, conflicts_with_all = ["base", "undo", "check"])]
    full: bool,
    /// Of the whole project, incremental models too are built anew, as in a warehouse that holds nothing yet.
    #[arg(long, requires = "full")]
    full_refresh: bool,
    /// Of the whole project, the models with this tag.
    #[arg(long, value_name = "TAG", requires = "full")]
    tag: Option<String>,
    /// Does the plan in this file (of `--target json`) still hold?
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "target"])]
    check: Option<String>,
    /// Take the approval of this relation's owner as given; `all` for everyone's.
    #[arg(long, value_name = "RELATION")]
    release: Vec<String>,
    /// Of incremental models, load rows from this moment on anew instead of all.
    #[arg(long, value_name = "TIME", requires = "until")]
    since: Option<String>,
    /// The moment at which these rows end.
    #[arg(long, value_name = "TIME", requires = "since")]
    until: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Target {
    /// Nobody: a list to read
    Text,
    Json,
    /// A DAG file for Airflow 3
    Airflow,
    /// A Workflow
    Argo,
    /// Assets and checks
    Dagster,
    /// An asset bundle
    Databricks,
    /// Commands for dbt, with all that stays deferred
    Dbt,
    /// A workflow of GitHub Actions
    Github,
    /// A flow
    Kestra,
    /// A flowchart
    Mermaid,
    /// Job events with column lineage
    Openlineage,
    /// A flow for Prefect 3
    Prefect,
    /// A graph of tasks
    Snowflake,
    /// SQL scripts in order
    Sql,
}

pub(super) fn run(arguments: &Plan, io: &mut Io) -> Result<Exit, Failure> {
    let workspace = Workspace::open(io)?;
    if let Some(path) = &arguments.check {
        return check(path, arguments, &workspace, io);
    }
    let compared = moments(arguments, &arguments.between, &workspace)?;
    compared.notes.iter().for_each(|note| io.tell(note));
    let made = make(arguments, &arguments.env, &compared, &workspace)?;
    let (base, head) = ends(arguments, &compared);
    let files = match arguments.target {
        Target::Text => vec![file("plan.txt", report::plan(&made, io.paint()))],
        Target::Json => vec![file("plan.json", json::plan(&made, base.moment.label(), head.moment.label()))],
        Target::Openlineage => vec![file("events.jsonl", events(&made, head, &workspace)?)],
        other => written(other, &made),
    };
    match &arguments.out {
        None => io.print(&files.into_iter().next().map(|file| file.text).unwrap_or_default())?,
        Some(folder) => {
            let folder = io.folder.join(folder);
            for file in &files {
                write_atomic(&folder.join(&file.path), file.text.as_bytes())?;
            }
            let count = files.len();
            io.tell(&format!("{count} file{} written to {}", if count == 1 { "" } else { "s" }, folder.display()));
        }
    }
    Ok(Exit::Clean)
}

fn file(path: &str, text: String) -> targets::File {
    targets::File { path: path.to_owned(), text }
}

fn written(target: Target, made: &Made) -> Vec<targets::File> {
    use clap::ValueEnum;
    let name = target.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    targets::target(&name).map(|write| write(made)).unwrap_or_default()
}

/// What the steps that build read and write, column by column; the time is that of the last commit.
fn events(made: &Made, head: &Compilation, workspace: &Workspace) -> Result<String, Failure> {
    let time = workspace.repo.time_of("HEAD");
    let time = time.ok_or_else(|| Failure::new("events need a time, and there is no commit to take it from"))?;
    let Some(snapshot) = &head.snapshot else { return Ok(String::new()) };
    let texts = texts(head, snapshot, []);
    let built = made.steps.iter().filter(|step| step.kind == StepKind::Build);
    let models = built.filter_map(|step| head.models.get(step.relation.as_deref()?));
    let relations: Vec<_> = models.map(|model| relation(model, &texts)).collect();
    Ok(json::open_lineage(&relations, head, (time, None)))
}

/// Base and head; the whole project needs head alone.
fn moments(arguments: &Plan, between: &Between, workspace: &Workspace) -> Result<Compared, Failure> {
    if arguments.full { alone(between, workspace) } else { compare(between, workspace) }
}

/// Where the plan starts and where it ends.
fn ends<'c>(arguments: &Plan, compared: &'c Compared) -> (&'c Compilation, &'c Compilation) {
    let (base, head) = (&*compared.base, &*compared.head);
    if arguments.undo { (head, base) } else { (base, head) }
}

fn make(arguments: &Plan, env: &str, compared: &Compared, workspace: &Workspace) -> Result<Made, Failure> {
    let (base, head) = ends(arguments, compared);
    let request = Request {
        full: arguments.full,
        anew: arguments.full_refresh,
        tag: arguments.tag.clone(),
        undo: arguments.undo,
        window: arguments.since.clone().zip(arguments.until.clone()),
        released: arguments.release.clone(),
        ..request(env, &compared.head, workspace)?
    };
    let impacts = if arguments.full { Impacts::default() } else { reach(&diff(base, head), base, head) };
    Ok(plan(&impacts, base, head, &request))
}

/// What is asked of a plan for an environment, unless flags say more; the branch tells which ticket it serves.
pub(super) fn request(env: &str, head: &Compilation, workspace: &Workspace) -> Result<Request, Failure> {
    let branch = branch(workspace);
    let environment = Environment::named(env, &head.projects, branch.as_deref()).map_err(|unknown| {
        let hint = match &unknown.meant {
            Some(meant) => format!("Did you mean `{meant}`?"),
            None => format!("Known: {}. Add an `[[environments]]` table to sluice.toml.", unknown.known.join(", ")),
        };
        Failure::new(format!("there is no environment `{env}`")).hint(hint)
    })?;
    let pattern = head.projects.iter().find_map(|project| project.settings.plan.demand.clone());
    let pattern = pattern.unwrap_or_else(|| "[A-Z][A-Z0-9]+-[0-9]+".to_owned());
    let demand = branch.and_then(|branch| crate::text::pattern::first(&pattern, &branch));
    Ok(Request { environment, demand, ..Request::default() })
}

/// The branch that is worked on: in CI the checkout often stands on no branch.
fn branch(workspace: &Workspace) -> Option<String> {
    let told = ["GITHUB_HEAD_REF", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "BITBUCKET_BRANCH"];
    let told = told.iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    told.or_else(|| workspace.repo.branch())
}

/// Says whether a plan that was written down is still the one that would be made.
fn check(path: &str, arguments: &Plan, workspace: &Workspace, io: &mut Io) -> Result<Exit, Failure> {
    let said = read(path, io)?;
    let tree = text::parse(&said).map_err(|fault| Failure::new(format!("{path} is no plan: {fault}")))?;
    let word = |key: &str| tree.get(key).and_then(Value::str).map(str::to_owned);
    let (Some(env), Some(fingerprint)) = (word("env"), word("fingerprint")) else {
        return Err(Failure::new(format!("{path} is no plan")).hint("Write one with `sluice plan --target json`."));
    };
    let steps = tree.get("steps").map(Value::items).unwrap_or_default();
    let ids = steps.iter().filter_map(|step| step.get("id")?.str()).map(str::to_owned);
    let claim = Claim { env: env.clone(), fingerprint, steps: ids.collect() };
    let base = word("base").unwrap_or_default();
    let compared = moments(arguments, &arguments.between.or_base(&base), workspace)?;
    let made = make(arguments, &env, &compared, workspace)?;
    let found = differences(&claim, &made);
    if found.is_empty() {
        io.print(&format!("The plan holds: {} steps, {}.\n", made.steps.len(), made.fingerprint))?;
        return Ok(Exit::Clean);
    }
    let lines: Vec<String> = found.iter().map(|line| format!("  {line}\n")).collect();
    io.print(&format!("The plan does not hold any more:\n{}", lines.concat()))?;
    Ok(Exit::Found)
}
