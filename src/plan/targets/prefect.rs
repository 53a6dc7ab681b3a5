//! A Plan in, a flow of Prefect 3 out: a table of steps, and what submits each behind those it waits for.

use std::fmt::Write;

use super::python::{block, list, module, quoted};
use super::{File, Plan, file, guarded, names};
use crate::plan::StepKind;

/// What reads the table of steps.
const BODY: &str = include_str!("prefect.py");

pub(super) fn prefect(plan: &Plan) -> Vec<File> {
    let names = names(plan);
    let mut out = module(plan, "prefect", BODY);
    out.push_str("STEPS = [\n");
    for step in &plan.steps {
        let after: Vec<String> = step.after.iter().map(|id| quoted(&names[id.as_str()])).collect();
        let statements: Vec<String> = guarded(step).iter().map(|one| block(one)).collect();
        let _ = writeln!(out, "    {{\n        \"name\": {},", quoted(&names[step.id.as_str()]));
        let _ = writeln!(out, "        \"after\": [{}],", after.join(", "));
        let _ =
            writeln!(out, "        \"approve\": {},", if step.kind == StepKind::Approve { "True" } else { "False" });
        let _ = writeln!(
            out,
            "        \"command\": {},",
            step.command.as_deref().map_or_else(|| "None".to_owned(), quoted)
        );
        let _ = writeln!(out, "        \"retries\": {},", step.retries);
        let _ = writeln!(
            out,
            "        \"timeout\": {},",
            step.timeout_s.map_or_else(|| "None".to_owned(), |seconds| seconds.to_string())
        );
        let _ = writeln!(out, "        \"statements\": {},\n    }},", list(&statements, 8));
    }
    out.push_str("]\n\nrun = plan(NAME, STEPS)\n\nif __name__ == \"__main__\":\n    run.serve(name=NAME, cron=SCHEDULE) if SCHEDULE else run()\n");
    file("flow.py", out)
}
