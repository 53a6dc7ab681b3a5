//! A Plan in, the JSON of `sluice plan` out.

use serde::Serialize;

use super::{VERSION, page};
use crate::plan::Plan;

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    base: &'a str,
    head: &'a str,
    env: &'a str,
    project: &'a str,
    dialect: &'a str,
    schedule: Option<&'a str>,
    demand: Option<&'a str>,
    fingerprint: String,
    steps: Vec<StepShape<'a>>,
    skipped: Vec<SkippedShape<'a>>,
}

/// What we have no figures for (cost, demand) is null.
#[derive(Serialize)]
struct StepShape<'a> {
    id: &'a str,
    kind: &'static str,
    relation: Option<&'a str>,
    action: &'a str,
    sql: Option<String>,
    statements: &'a [String],
    command: Option<&'a str>,
    gate: Option<GateShape<'a>>,
    reads: &'a [String],
    writes: &'a [String],
    after: &'a [String],
    owner: Option<&'a str>,
    priority: usize,
    retries: u32,
    timeout_s: Option<u32>,
    pool: Option<&'a str>,
    tags: &'a [String],
    cost: Option<u64>,
    demand: Option<&'a str>,
    because: &'a str,
}

/// A gate's statement counts the rows that fail it.
#[derive(Serialize)]
struct GateShape<'a> {
    error_if: &'a str,
    warns: bool,
}

#[derive(Serialize)]
struct SkippedShape<'a> {
    relation: &'a str,
    why: &'a str,
}

/// `sluice plan --target json`, from `base` to `head`.
pub fn plan(plan: &Plan, base: &str, head: &str) -> String {
    let steps = plan.steps.iter().map(|step| StepShape {
        id: &step.id,
        kind: step.kind.word(),
        relation: step.relation.as_deref(),
        action: &step.action,
        sql: (!step.statements.is_empty()).then(|| step.statements.join(";\n")),
        statements: &step.statements,
        command: step.command.as_deref(),
        gate: step.error_if.as_deref().map(|error_if| GateShape { error_if, warns: step.warns }),
        reads: &step.reads,
        writes: &step.writes,
        after: &step.after,
        owner: step.owner.as_deref(),
        priority: step.priority,
        retries: step.retries,
        timeout_s: step.timeout_s,
        pool: step.pool.as_deref(),
        tags: &step.tags,
        cost: None,
        demand: plan.demand.as_deref(),
        because: &step.because,
    });
    let skipped = plan.skipped.iter().map(|skipped| SkippedShape { relation: &skipped.relation, why: &skipped.why });
    page(&Answer {
        version: VERSION,
        base,
        head,
        env: &plan.env,
        project: &plan.project,
        dialect: &plan.dialect,
        schedule: plan.schedule.as_deref(),
        demand: plan.demand.as_deref(),
        fingerprint: plan.fingerprint.to_string(),
        steps: steps.collect(),
        skipped: skipped.collect(),
    })
}
