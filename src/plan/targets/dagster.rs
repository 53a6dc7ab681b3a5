//! A Plan in, a module of Dagster definitions out: assets for what is built and promoted, blocking checks for gates.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::python::{block, line, list, module, quoted};
use super::{File, Plan, file, guarded, names};
use crate::plan::{Step, StepKind};

/// What reads the table of steps.
const BODY: &str = include_str!("dagster.py");

/// `definitions.py`: a table of steps, and what makes definitions of it.
pub(super) fn dagster(plan: &Plan) -> Vec<File> {
    let names = names(plan);
    let checked = checked(plan);
    let mut out = module(plan, "dagster", BODY);
    out.push_str("STEPS = [\n");
    for step in &plan.steps {
        // A gate of what this plan builds is a check of that asset; any other is an asset that fails.
        let of = checked.get(step.id.as_str());
        let after: Vec<String> = step.after.iter().filter(|id| !checked.contains_key(id.as_str())).cloned().collect();
        entry(step, &names, of.copied(), &after, &mut out);
    }
    out.push_str("]\n\ndefs = definitions(NAME, STEPS, SCHEDULE)\n");
    file("definitions.py", out)
}

/// Gates of what is built, each with the step that builds it.
fn checked(plan: &Plan) -> BTreeMap<&str, &str> {
    let gates = plan.steps.iter().filter(|step| step.kind.is_gate() && !step.statements.is_empty());
    let builds = |id: &&String| id.starts_with("build:");
    gates.filter_map(|step| Some((step.id.as_str(), step.after.iter().find(builds)?.as_str()))).collect()
}

fn entry(step: &Step, names: &BTreeMap<&str, String>, of: Option<&str>, after: &[String], out: &mut String) {
    let name = |id: &str| quoted(&names[id]);
    let kind = match step.kind {
        _ if of.is_some() => "check",
        StepKind::Promote => "promote",
        StepKind::Approve => "approve",
        _ => "run",
    };
    let statements = match of {
        Some(_) => step.statements.first().map(|one| asked(step, one)).into_iter().collect(),
        None => guarded(step),
    };
    let statements: Vec<String> = statements.iter().map(|one| block(one)).collect();
    let _ = writeln!(out, "    {{\n        \"name\": {},\n        \"kind\": {},", name(&step.id), quoted(kind));
    let after: Vec<String> = after.iter().map(|id| name(id)).collect();
    let _ = writeln!(out, "        \"after\": [{}],", after.join(", "));
    if let Some(of) = of {
        let _ = writeln!(
            out,
            "        \"of\": {},\n        \"blocking\": {},",
            name(of),
            if step.warns { "False" } else { "True" }
        );
    }
    if let (StepKind::Promote, Some(relation)) = (step.kind, &step.relation) {
        let _ = writeln!(out, "        \"relation\": {},", quoted(relation));
    }
    if let Some(owner) = &step.owner {
        let _ = writeln!(out, "        \"owner\": {},", quoted(owner));
    }
    if let Some(command) = &step.command {
        let _ = writeln!(out, "        \"command\": {},", quoted(command));
    }
    if step.retries > 0 {
        let _ = writeln!(out, "        \"retries\": {},", step.retries);
    }
    let _ = writeln!(out, "        \"because\": {},", quoted(&line(&step.because)));
    let _ = writeln!(out, "        \"statements\": {},\n    }},", list(&statements, 8));
}

/// How many rows fail, and whether that is a failure.
fn asked(step: &Step, statement: &str) -> String {
    let error = step.error_if.as_deref().unwrap_or("!= 0");
    let rest = statement.strip_prefix("select count(*) as failures").unwrap_or_default();
    format!("select count(*) as failures, case when count(*) {error} then 1 else 0 end as failed{rest}")
}
