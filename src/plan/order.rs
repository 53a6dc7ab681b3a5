//! Steps that wait for each other in, the same in an order in which each stands behind what it waits for out.

use std::collections::{BTreeMap, BTreeSet};

use super::Step;

/// Ready steps first, of those the highest priority, then by id. Waits for steps that are not in the plan fall away.
pub(super) fn ordered(steps: Vec<Step>) -> Vec<Step> {
    let ids: BTreeSet<String> = steps.iter().map(|step| step.id.clone()).collect();
    let mut waiting: BTreeMap<String, Step> = BTreeMap::new();
    for mut step in steps {
        step.after.retain(|id| ids.contains(id) && *id != step.id);
        step.after.sort();
        step.after.dedup();
        waiting.insert(step.id.clone(), step);
    }
    let mut done: BTreeSet<String> = BTreeSet::new();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready = waiting.values().filter(|step| step.after.iter().all(|id| done.contains(id)));
        let best = ready
            .min_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.kind.cmp(&b.kind)).then_with(|| a.id.cmp(&b.id)));
        // A cycle among models leaves nothing ready; the first by name breaks it.
        let id = best.or_else(|| waiting.values().next()).map(|step| step.id.clone());
        let Some(step) = id.and_then(|id| waiting.remove(&id)) else { break };
        done.insert(step.id.clone());
        ordered.push(step);
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::ordered;
    use crate::plan::Step;

    fn step(id: &str, after: &[&str], priority: usize) -> Step {
        let after = after.iter().map(|id| (*id).to_owned()).collect();
        Step { id: id.to_owned(), after, priority, ..Step::default() }
    }

    fn check(steps: Vec<Step>, expected: &[&str]) {
        let ids: Vec<String> = ordered(steps).into_iter().map(|step| step.id).collect();
        assert_eq!(ids, expected);
    }

    #[test]
    fn a_step_stands_behind_what_it_waits_for() {
        check(vec![step("a", &["b"], 9), step("b", &["c"], 0), step("c", &[], 0)], &["c", "b", "a"]);
    }

    #[test]
    fn the_more_it_serves_the_sooner_it_runs() {
        check(vec![step("a", &[], 0), step("b", &[], 3), step("c", &[], 1)], &["b", "c", "a"]);
    }

    #[test]
    fn a_cycle_ends() {
        check(vec![step("a", &["b"], 0), step("b", &["a"], 0)], &["a", "b"]);
    }
}
