//! A Plan in, a workflow of GitHub Actions out: a job with a matrix for each level of steps that wait for none of each
//! other.
//!
//! Syntax: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax>.

use std::collections::BTreeMap;

use super::{File, Plan, cron, levels, names, sql};
use crate::data::{Value, yaml};
use crate::plan::{Step, StepKind};

/// The most jobs that one matrix makes.
const MOST: usize = 256;

/// `.github/workflows/plan.yml`, and `steps/*.sql` which its jobs run.
pub(super) fn github(plan: &Plan) -> Vec<File> {
    let names = names(plan);
    let levels = levels(plan);
    let mut by_level: BTreeMap<usize, Vec<&Step>> = BTreeMap::new();
    for step in plan.steps.iter().filter(|step| !step.is_idle() || step.kind == StepKind::Approve) {
        by_level.entry(levels[step.id.as_str()]).or_default().push(step);
    }
    let mut jobs: Vec<(String, Value)> = Vec::new();
    let mut before: Vec<String> = Vec::new();
    for (level, steps) in &by_level {
        let (asked, run): (Vec<&Step>, Vec<&Step>) = steps.iter().partition(|step| step.kind == StepKind::Approve);
        let mut own = Vec::new();
        if let Some(first) = asked.first() {
            let key = format!("approve_{level}");
            jobs.push((key.clone(), approval(first, &before)));
            own.push(key);
        }
        for (part, steps) in run.chunks(MOST).enumerate() {
            let key = if part == 0 { format!("level_{level}") } else { format!("level_{level}_{}", part + 1) };
            jobs.push((key.clone(), job(steps, &names, &before, plan)));
            own.push(key);
        }
        before = own;
    }
    if jobs.is_empty() {
        let nothing = Value::map([("run", Value::from("echo Nothing to run"))]);
        let job = Value::map([("runs-on", Value::from("ubuntu-latest")), ("steps", Value::list([nothing]))]);
        jobs.push(("nothing".to_owned(), job));
    }
    let dispatch = ("workflow_dispatch", Value::from(crate::data::Kind::Map(Vec::new())));
    let schedule =
        plan.schedule.as_deref().map(|schedule| Value::list([Value::map([("cron", Value::from(cron(schedule)))])]));
    let name = format!("{} to {}", plan.project, plan.env);
    let workflow = Value::map([
        ("name", Value::from(name.clone())),
        ("on", Value::map([dispatch, ("schedule", schedule.into())])),
        ("permissions", Value::map([("contents", Value::from("read"))])),
        ("concurrency", Value::map([("group", Value::from(name)), ("cancel-in-progress", false.into())])),
        ("jobs", Value::map(jobs)),
    ]);
    let mut files = vec![File { path: ".github/workflows/plan.yml".to_owned(), text: yaml::text(&workflow) }];
    let each = plan.steps.iter().filter(|step| !step.statements.is_empty());
    files.extend(
        each.map(|step| File { path: format!("steps/{}.sql", names[step.id.as_str()]), text: sql::text(step) }),
    );
    files
}

/// Waits for who guards the environment of that name.
fn approval(step: &Step, before: &[String]) -> Value {
    let says = Value::map([("run", Value::from("echo Approved"))]);
    let name = step.owner.as_deref().map_or_else(|| "approval".to_owned(), |owner| format!("approval of {owner}"));
    Value::map([
        ("runs-on", Value::from("ubuntu-latest")),
        ("needs", needs(before)),
        ("environment", name.into()),
        ("steps", Value::list([says])),
    ])
}

fn job(steps: &[&Step], names: &BTreeMap<&str, String>, before: &[String], plan: &Plan) -> Value {
    let runner = plan.settings.runner.as_deref().unwrap_or("run-sql");
    let entries = steps.iter().map(|step| {
        let name = names[step.id.as_str()].as_str();
        let command = step.command.clone().unwrap_or_else(|| format!("{runner} steps/{name}.sql"));
        Value::map([("step", Value::from(name)), ("run", command.into())])
    });
    let longest = steps.iter().filter_map(|step| step.timeout_s).max().map(|seconds| seconds.div_ceil(60));
    let matrix = Value::map([("include", Value::list(entries))]);
    Value::map([
        ("name", Value::from("${{ matrix.step }}")),
        ("runs-on", "ubuntu-latest".into()),
        ("needs", needs(before)),
        ("timeout-minutes", longest.into()),
        ("strategy", Value::map([("fail-fast", Value::from(false)), ("matrix", matrix)])),
        (
            "steps",
            Value::list([
                Value::map([("uses", Value::from("actions/checkout@v5"))]),
                Value::map([("run", Value::from("${{ matrix.run }}"))]),
            ]),
        ),
    ])
}

fn needs(before: &[String]) -> Value {
    if before.is_empty() { Value::null() } else { Value::texts(before) }
}
