//! A Plan in, a Mermaid flowchart of its steps out, for READMEs and pull requests.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{File, Plan, file, short_id};
use crate::plan::StepKind;

/// A box a step, arrows from what is waited for to who waits; the shape says what kind of step it is.
pub(super) fn mermaid(plan: &Plan) -> Vec<File> {
    let mut out = "flowchart LR\n".to_owned();
    let numbers: BTreeMap<&str, usize> =
        plan.steps.iter().enumerate().map(|(at, step)| (step.id.as_str(), at)).collect();
    for (at, step) in plan.steps.iter().enumerate() {
        let label = short_id(step, plan).replace('"', "#quot;").replace(['\n', '\r'], " ");
        let (open, close) = match step.kind {
            StepKind::Build => ("[", "]"),
            StepKind::Test | StepKind::Check => ("{{", "}}"),
            StepKind::Approve => ("[/", "/]"),
            StepKind::Promote => ("([", "])"),
            StepKind::Drop => ("[\\", "\\]"),
            StepKind::Notify => (">", "]"),
        };
        let _ = writeln!(out, "  s{at}{open}\"{label}\"{close}");
    }
    for (at, step) in plan.steps.iter().enumerate() {
        for before in step.after.iter().filter_map(|id| numbers.get(id.as_str())) {
            let _ = writeln!(out, "  s{before} --> s{at}");
        }
    }
    file("plan.mmd", out)
}
