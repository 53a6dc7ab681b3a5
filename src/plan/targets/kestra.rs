//! A Plan in, a flow of Kestra as YAML out: one Dag task of shell commands, each with a file of its SQL.
//!
//! Kestra puts values in for `{{..}}`, so SQL that holds such stands in `raw`. Tasks: <https://kestra.io/plugins>.

use super::{File, Plan, cron, file, guarded, names};
use crate::data::{Value, yaml};
use crate::plan::{Step, StepKind};

pub(super) fn kestra(plan: &Plan) -> Vec<File> {
    let names = names(plan);
    let tasks = plan.steps.iter().map(|step| {
        let after = step.after.iter().map(|id| names[id.as_str()].as_str());
        let after = (!step.after.is_empty()).then(|| Value::texts(after));
        Value::map([("task", task(step, &names[step.id.as_str()], plan)), ("dependsOn", after.into())])
    });
    let idle = Value::map([
        ("id", Value::from("nothing_to_run")),
        ("type", "io.kestra.plugin.core.log.Log".into()),
        ("message", "Nothing to run".into()),
    ]);
    let dag = Value::map([
        ("id", Value::from("plan")),
        ("type", "io.kestra.plugin.core.flow.Dag".into()),
        ("tasks", Value::list(tasks)),
    ]);
    let trigger = plan.schedule.as_deref().map(|schedule| {
        Value::list([Value::map([
            ("id", Value::from("schedule")),
            ("type", "io.kestra.plugin.core.trigger.Schedule".into()),
            ("cron", cron(schedule).into()),
        ])])
    });
    let plain = |text: &str| -> String {
        text.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '_' }).collect()
    };
    let flow = Value::map([
        ("id", Value::from(plain(&format!("{}_{}", plan.project, plan.env)))),
        ("namespace", "sluice".into()),
        ("description", format!("Plan {}", plan.fingerprint).into()),
        ("tasks", Value::list([if plan.steps.is_empty() { idle } else { dag }])),
        ("triggers", trigger.into()),
    ]);
    file("flow.yaml", yaml::text(&flow))
}

fn task(step: &Step, name: &str, plan: &Plan) -> Value {
    let raw = |text: &str| {
        let opens = ["{{", "{%", "{#"].iter().any(|open| text.contains(open));
        if opens { format!("{{% raw %}}{text}{{% endraw %}}") } else { text.to_owned() }
    };
    let id = || ("id", Value::from(name));
    let about = || ("description", raw(&step.because).into());
    if step.kind == StepKind::Approve {
        return Value::map([id(), ("type", "io.kestra.plugin.core.flow.Pause".into()), about()]);
    }
    if step.is_idle() {
        let message = ("message", raw(&step.because).into());
        return Value::map([id(), ("type", "io.kestra.plugin.core.log.Log".into()), message]);
    }
    let sql: String = guarded(step).iter().map(|one| format!("{};\n", one.trim_end())).collect();
    let runner = plan.settings.runner.as_deref().unwrap_or("run-sql");
    let (command, files) = match &step.command {
        Some(command) => (raw(command), Value::null()),
        None => (format!("{} step.sql", raw(runner)), Value::map([("step.sql", Value::from(raw(&sql)))])),
    };
    let retry = (step.retries > 0).then(|| {
        Value::map([
            ("type", Value::from("constant")),
            ("interval", "PT1M".into()),
            ("maxAttempts", (step.retries + 1).into()),
        ])
    });
    Value::map([
        id(),
        ("type", "io.kestra.plugin.scripts.shell.Commands".into()),
        about(),
        ("containerImage", plan.settings.image.as_deref().into()),
        ("commands", Value::texts([command])),
        ("inputFiles", files),
        ("timeout", step.timeout_s.map(|seconds| format!("PT{seconds}S")).into()),
        ("retry", retry.into()),
    ])
}
