//! A Plan in, the dbt commands that build the same out: what is not selected is deferred to production.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{File, Plan, file};
use crate::plan::StepKind;

/// `dbt build` of what is in the plan, with the tests of that; `state/` holds the manifest of production.
pub(super) fn dbt(plan: &Plan) -> Vec<File> {
    let builds = || plan.steps.iter().filter(|step| step.kind == StepKind::Build);
    let of = |test: &dyn Fn(&str) -> bool| -> Vec<&str> {
        builds().filter(|step| test(&step.action)).filter_map(|step| step.relation.as_deref()).collect()
    };
    let built: BTreeSet<&str> = of(&|_| true).into_iter().collect();
    let is_anew = |action: &str| matches!(action, "full_refresh" | "drop_columns" | "backfill");
    let stands_in = |action: &str| matches!(action, "sample" | "mask");
    let mut out = "#!/usr/bin/env bash\n".to_owned();
    let _ = writeln!(out, "# {} to {}: plan {}", plan.project, plan.env, plan.fingerprint);
    out.push_str("set -euo pipefail\n");
    for id in of(&stands_in) {
        let _ = writeln!(out, "# {id} is read sampled or masked, which dbt does not do by itself");
    }
    let defer = if plan.skipped.is_empty() { "" } else { " --defer --state state" };
    let runs = [(of(&|action| !is_anew(action) && !stands_in(action)), ""), (of(&is_anew), " --full-refresh")];
    for (ids, flag) in runs.iter().filter(|(ids, _)| !ids.is_empty()) {
        let names: Vec<&str> = ids.iter().map(|id| short(id)).collect();
        let _ = writeln!(out, "dbt build --select {}{flag}{defer}", names.join(" "));
    }
    // `dbt build` runs the tests of what it builds; those of others are asked for.
    let others = plan.steps.iter().filter(|step| step.kind == StepKind::Test);
    let others = others.filter(|step| !step.reads.iter().any(|id| built.contains(id.as_str())));
    let others: BTreeSet<&str> = others.filter_map(|step| step.relation.as_deref()).map(short).collect();
    if !others.is_empty() {
        let _ = writeln!(out, "dbt test --select {}{defer}", others.into_iter().collect::<Vec<_>>().join(" "));
    }
    file("run_dbt.sh", out)
}

fn short(id: &str) -> &str {
    id.splitn(3, '.').nth(2).unwrap_or(id)
}
