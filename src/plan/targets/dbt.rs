//! A Plan in, the shortest dbt commands that build the same out: what is not selected is deferred to production.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{File, Plan, file};
use crate::plan::StepKind;

/// `dbt build` of what is in the plan, tests included; `state/` holds the manifest of production.
pub(super) fn dbt(plan: &Plan) -> Vec<File> {
    let builds: Vec<_> = plan.steps.iter().filter(|step| step.kind == StepKind::Build).collect();
    let built: BTreeSet<&str> = builds.iter().filter_map(|step| step.relation.as_deref()).collect();
    let fresh = |action: &str| matches!(action, "full_refresh" | "drop_columns");
    let anew: BTreeSet<&str> =
        builds.iter().filter(|step| fresh(&step.action)).filter_map(|step| step.relation.as_deref()).collect();
    let mut out = "#!/usr/bin/env bash\n".to_owned();
    let _ = writeln!(out, "# {} to {}: plan {}", plan.project, plan.env, plan.fingerprint);
    out.push_str("set -euo pipefail\n");
    for id in built.iter().filter(|id| id.starts_with("source.")) {
        let _ = writeln!(out, "# {id} is read sampled or masked, which dbt does not do by itself");
    }
    let defer = if built.len() == plan.skipped.len() + built.len() { "" } else { " --defer --state state" };
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    // Runs of models that are loaded in the same way, in the order in which they must be built.
    for refresh in [false, true] {
        let own: BTreeSet<&str> =
            built.iter().filter(|id| !id.starts_with("source.") && anew.contains(**id) == refresh).copied().collect();
        seen.extend(&own);
        if own.is_empty() {
            continue;
        }
        let select = shortest(
            &own,
            &builds.iter().map(|step| (step.relation.as_deref().unwrap_or_default(), &step.reads)).collect(),
        );
        let flag = if refresh { " --full-refresh" } else { "" };
        let _ = writeln!(out, "dbt build --select {}{flag}{defer}", select.join(" "));
    }
    for step in plan.steps.iter().filter(|step| step.kind == StepKind::Test) {
        let relation = step.relation.as_deref().unwrap_or_default();
        if !built.contains(relation) && seen.insert(relation) {
            let _ = writeln!(out, "dbt test --select {}{defer}", short(relation));
        }
    }
    file("run_dbt.sh", out)
}

/// Selectors for a set of relations: where a model and all that is built behind it in one chain are wanted, the range
/// between its first and last member says so in one word; else the name does.
fn shortest(wanted: &BTreeSet<&str>, reads: &BTreeMap<&str, &Vec<String>>) -> Vec<String> {
    let parents = |id: &str| -> Vec<&str> {
        let own = reads.get(id).into_iter().flat_map(|reads| reads.iter());
        own.map(String::as_str).filter(|read| wanted.contains(read)).collect()
    };
    let mut readers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for id in wanted {
        for parent in parents(id) {
            readers.entry(parent).or_default().push(id);
        }
    }
    let mut left = wanted.clone();
    let mut words = Vec::new();
    for id in wanted {
        let mut chain = vec![*id];
        if !left.contains(id) || parents(id).len() == 1 {
            continue;
        }
        while let Some([next]) = readers.get(chain[chain.len() - 1]).map(Vec::as_slice) {
            if parents(next).len() != 1 || !left.contains(next) {
                break;
            }
            chain.push(next);
        }
        // `a+,+c` is everything between two ends, and no more than the chain where nothing else leads there.
        if chain.len() > 2 {
            chain.iter().for_each(|own| drop(left.remove(own)));
            words.push(format!("{}+,+{}", short(chain[0]), short(chain[chain.len() - 1])));
        }
    }
    words.extend(left.iter().map(|id| short(id).to_owned()));
    words
}

fn short(id: &str) -> &str {
    id.splitn(3, '.').nth(2).unwrap_or(id)
}
