//! A Plan in, a numbered list for people out.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::paint::{Ink, Paint, clip, pad, width};
use super::text::plural;
use crate::plan::{Plan, StepKind};

/// One line a step: its number, what it does to what, and which steps it waits for.
pub fn plan(plan: &Plan, paint: Paint) -> String {
    let mut out = String::new();
    let numbers: BTreeMap<&str, usize> =
        plan.steps.iter().enumerate().map(|(at, step)| (step.id.as_str(), at + 1)).collect();
    let name = |relation: Option<&str>| short(relation.unwrap_or_default()).to_owned();
    let names = plan.steps.iter().map(|step| width(&name(step.relation.as_deref()))).max().unwrap_or(0).min(34);
    let digits = plan.steps.len().to_string().len();
    for (at, step) in plan.steps.iter().enumerate() {
        let ink = match step.kind {
            StepKind::Approve => Ink::Error,
            StepKind::Test | StepKind::Check => Ink::Info,
            StepKind::Drop => Ink::Warn,
            StepKind::Build | StepKind::Promote | StepKind::Notify => Ink::Good,
        };
        let after: Vec<String> =
            step.after.iter().filter_map(|id| numbers.get(id.as_str())).map(ToString::to_string).collect();
        let after = if after.is_empty() { String::new() } else { format!(" after {}", after.join(", ")) };
        let kind = paint.ink(ink, &pad(step.kind.word(), 7));
        let relation = paint.ink(Ink::Bold, &pad(&clip(&name(step.relation.as_deref()), names), names));
        let room = paint.columns().saturating_sub(digits + names + 13);
        let rest = clip(&format!("{}{after}", step.action), room);
        let _ = writeln!(out, "{:>digits$}  {kind} {relation}  {}", at + 1, paint.ink(Ink::Faint, &rest));
        let because = clip(&step.because, paint.columns().saturating_sub(digits + 10));
        if !because.is_empty() {
            let _ = writeln!(out, "{}{}", " ".repeat(digits + 10), paint.ink(Ink::Faint, &because));
        }
    }
    let steps = if plan.steps.is_empty() { "Nothing to run".to_owned() } else { plural(plan.steps.len(), "step") };
    let gap = if plan.steps.is_empty() { "" } else { "\n" };
    let mark = plan.fingerprint.to_string();
    let mark = paint.ink(Ink::Faint, &format!("plan {}", &mark[..12]));
    let _ = writeln!(out, "{gap}{steps}; {} not built again. {mark}", plural(plan.skipped.len(), "relation"));
    out
}

/// The last part of a name.
fn short(id: &str) -> &str {
    let parts = id.splitn(3, '.').collect::<Vec<_>>();
    match parts.as_slice() {
        [_, _, name] => name,
        _ => id,
    }
}
