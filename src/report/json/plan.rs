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
    sql: Option<&'a str>,
    reads: &'a [String],
    writes: &'a [String],
    after: &'a [String],
    owner: Option<&'a str>,
    priority: usize,
    retries: u32,
    timeout_s: Option<u32>,
    cost: Option<u64>,
    demand: Option<&'a str>,
    because: &'a str,
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
        sql: step.sql.as_deref(),
        reads: &step.reads,
        writes: &step.writes,
        after: &step.after,
        owner: step.owner.as_deref(),
        priority: step.priority,
        retries: 0,
        timeout_s: None,
        cost: None,
        demand: None,
        because: &step.because,
    });
    let skipped = plan.skipped.iter().map(|skipped| SkippedShape { relation: &skipped.relation, why: &skipped.why });
    page(&Answer {
        version: VERSION,
        base,
        head,
        env: &plan.env,
        fingerprint: plan.fingerprint.to_string(),
        steps: steps.collect(),
        skipped: skipped.collect(),
    })
}
