//! A Plan in, a Workflow of Argo (with a schedule, a `CronWorkflow`) as YAML out.
//!
//! Each step is a container that runs `runner` on a file of its SQL. Argo puts values in for `{{..}}`, so that is
//! written apart in what is not Argo's. Fields: <https://argo-workflows.readthedocs.io/en/latest/fields/>.

use super::{File, Plan, cron, dashed, file, guarded, names};
use crate::data::{Value, yaml};
use crate::plan::{Step, StepKind};

pub(super) fn argo(plan: &Plan) -> Vec<File> {
    let names = dashed(names(plan));
    let tasks = plan.steps.iter().map(|step| {
        let depends: Vec<&str> = step.after.iter().map(|id| names[id.as_str()].as_str()).collect();
        let depends = (!depends.is_empty()).then(|| depends.join(" && "));
        let mut parameters = Vec::new();
        let template = match step.kind {
            StepKind::Approve => "approve",
            _ if step.is_idle() => "nothing",
            _ => {
                parameters.push(parameter("script", &script(step)));
                parameters.push(parameter("retries", &step.retries.to_string()));
                parameters.push(parameter("timeout", &format!("{}s", step.timeout_s.unwrap_or(86_400))));
                "run"
            }
        };
        let arguments = (!parameters.is_empty()).then(|| Value::map([("parameters", Value::list(parameters))]));
        Value::map([
            ("name", names[step.id.as_str()].as_str().into()),
            ("template", template.into()),
            ("depends", depends.into()),
            ("arguments", arguments.into()),
        ])
    });
    let dag = Value::map([("name", Value::from("plan")), ("dag", Value::map([("tasks", Value::list(tasks))]))]);
    let spec = Value::map([
        ("entrypoint", Value::from("plan")),
        ("templates", Value::list([dag, run(plan), nothing(plan), approve()])),
    ]);
    let name: String = format!("{}-{}-", plan.project, plan.env)
        .chars()
        .map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '-' })
        .collect();
    let annotations = Value::map([("sluice/plan", Value::from(plan.fingerprint.to_string()))]);
    let workflow = match &plan.schedule {
        None => Value::map([
            ("apiVersion", Value::from("argoproj.io/v1alpha1")),
            ("kind", "Workflow".into()),
            ("metadata", Value::map([("generateName", Value::from(name)), ("annotations", annotations)])),
            ("spec", spec),
        ]),
        Some(schedule) => {
            let often = Value::map([
                ("schedules", Value::texts([cron(schedule)])),
                ("concurrencyPolicy", "Forbid".into()),
                ("workflowSpec", spec),
            ]);
            Value::map([
                ("apiVersion", Value::from("argoproj.io/v1alpha1")),
                ("kind", "CronWorkflow".into()),
                (
                    "metadata",
                    Value::map([("name", Value::from(name.trim_end_matches('-'))), ("annotations", annotations)]),
                ),
                ("spec", often),
            ])
        }
    };
    file("workflow.yaml", yaml::text(&workflow))
}

fn parameter(name: &str, value: &str) -> Value {
    Value::map([("name", Value::from(name)), ("value", value.replace("{{", "{ {").into())])
}

/// What a container runs: SQL through the runner, or the project's own tool.
fn script(step: &Step) -> String {
    match &step.command {
        Some(command) => command.clone(),
        None => guarded(step).iter().map(|one| format!("{};\n", one.trim_end())).collect(),
    }
}

/// A command of the project's own tool is a script of one line without a `;` at its end.
fn run(plan: &Plan) -> Value {
    let runner = plan.settings.runner.as_deref().unwrap_or("run-sql").replace("{{", "{ {");
    let command = format!(
        "case \"$SCRIPT\" in *\\;*) printf '%s' \"$SCRIPT\" > /tmp/step.sql && {runner} /tmp/step.sql ;; *) eval \"$SCRIPT\" ;; esac"
    );
    let environment = Value::map([("name", Value::from("SCRIPT")), ("value", "{{inputs.parameters.script}}".into())]);
    let inputs = ["script", "retries", "timeout"].map(|name| Value::map([("name", Value::from(name))]));
    Value::map([
        ("name", Value::from("run")),
        ("inputs", Value::map([("parameters", Value::list(inputs))])),
        ("timeout", "{{inputs.parameters.timeout}}".into()),
        ("retryStrategy", Value::map([("limit", Value::from("{{inputs.parameters.retries}}"))])),
        (
            "container",
            Value::map([
                ("image", image(plan).into()),
                ("command", Value::texts(["sh", "-c"])),
                ("args", Value::texts([command])),
                ("env", Value::list([environment])),
            ]),
        ),
    ])
}

fn nothing(plan: &Plan) -> Value {
    let container = Value::map([("image", Value::from(image(plan))), ("command", Value::texts(["true"]))]);
    Value::map([("name", Value::from("nothing")), ("container", container)])
}

/// Waits until somebody lets it go on.
fn approve() -> Value {
    Value::map([("name", Value::from("approve")), ("suspend", crate::data::Kind::Map(Vec::new()).into())])
}

fn image(plan: &Plan) -> &str {
    plan.settings.image.as_deref().unwrap_or("busybox:1.37")
}
