//! A Plan in, plain SQL out: one script of all steps in order, and one a step.

use std::fmt::Write;

use super::{File, Plan, guarded, names};
use crate::plan::Step;

/// `plan.sql` runs all of it, `steps/001_build_orders.sql` and its like one step each.
pub(super) fn sql(plan: &Plan) -> Vec<File> {
    let names = names(plan);
    let mut whole = format!("-- {} to {}: plan {}\n", plan.project, plan.env, plan.fingerprint);
    let mut files = Vec::new();
    for (at, step) in plan.steps.iter().enumerate() {
        let text = text(step);
        let _ = write!(whole, "\n{text}");
        files.push(File { path: format!("steps/{:03}_{}.sql", at + 1, names[step.id.as_str()]), text });
    }
    files.insert(0, File { path: "plan.sql".to_owned(), text: whole });
    files
}

/// One step, with what it is for as a comment.
pub(super) fn text(step: &Step) -> String {
    let mut out = format!("-- {} ({}): {}\n", step.id, step.action, step.because.replace('\n', " "));
    if let Some(command) = &step.command {
        let _ = writeln!(out, "-- run: {command}");
    } else if step.kind.is_gate() && step.statements.is_empty() && step.action != "ready" {
        out.push_str("-- what it asks is not known here: run it where it is defined\n");
    }
    for statement in guarded(step) {
        let _ = writeln!(out, "{};", statement.trim_end().trim_end_matches(';'));
    }
    out
}
