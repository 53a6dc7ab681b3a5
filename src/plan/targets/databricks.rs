//! A Plan in, an asset bundle of Databricks out: one job, a task a step, each with a file of its SQL.
//!
//! Fields: <https://docs.databricks.com/aws/en/dev-tools/bundles/resources> and the Jobs API 2.2.

use super::{File, Plan, cron, guarded, names};
use crate::data::{Value, yaml};
use crate::plan::Step;

/// The most tasks that one job may have.
const MOST: usize = 1000;

/// `databricks.yml`, and `steps/*.sql` which its tasks run.
pub(super) fn databricks(plan: &Plan) -> Vec<File> {
    let names = names(plan);
    let mut files = Vec::new();
    let mut jobs: Vec<(String, Value)> = Vec::new();
    let plain = |text: &str| -> String {
        text.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '_' }).collect()
    };
    let name = plain(&format!("{}_{}", plan.project, plan.env));
    // A job of more steps is several; each runs when the one before it is done.
    for (at, steps) in plan.steps.chunks(MOST - 1).enumerate() {
        let here = |id: &&String| steps.iter().any(|step| step.id == **id);
        let key = if at == 0 { name.clone() } else { format!("{name}_{}", at + 1) };
        let mut tasks: Vec<Value> = steps
            .iter()
            .map(|step| {
                let after = step.after.iter().filter(here).map(|id| names[id.as_str()].as_str());
                task(step, &names[step.id.as_str()], after.collect())
            })
            .collect();
        if (at + 1) * (MOST - 1) < plan.steps.len() {
            let next = format!("${{resources.jobs.{name}_{}.id}}", at + 2);
            let all =
                steps.iter().map(|step| Value::map([("task_key", Value::from(names[step.id.as_str()].as_str()))]));
            tasks.push(Value::map([
                ("task_key", Value::from("next_job")),
                ("depends_on", Value::list(all)),
                ("run_job_task", Value::map([("job_id", Value::from(next))])),
            ]));
        }
        let schedule = plan.schedule.as_deref().filter(|_| at == 0).map(|schedule| {
            Value::map([("quartz_cron_expression", Value::from(quartz(schedule))), ("timezone_id", "UTC".into())])
        });
        let job = Value::map([
            ("name", Value::from(key.clone())),
            ("description", format!("Plan {}", plan.fingerprint).into()),
            ("max_concurrent_runs", 1_u32.into()),
            ("schedule", schedule.into()),
            ("tasks", Value::list(tasks)),
        ]);
        jobs.push((key, job));
    }
    for step in plan.steps.iter().filter(|step| step.command.is_none()) {
        let text: String = sql(step).iter().map(|one| format!("{};\n", one.trim_end())).collect();
        files.push(File { path: format!("steps/{}.sql", names[step.id.as_str()]), text });
    }
    let variable = Value::map([
        ("description", Value::from("The SQL warehouse that runs the statements.")),
        ("default", plan.settings.warehouse.as_deref().into()),
    ]);
    let bundle = Value::map([
        ("bundle", Value::map([("name", Value::from(name.clone()))])),
        ("variables", Value::map([("warehouse_id", variable)])),
        ("resources", Value::map([("jobs", Value::map(jobs))])),
    ]);
    files.insert(0, File { path: "databricks.yml".to_owned(), text: yaml::text(&bundle) });
    files
}

/// A task always runs something.
fn sql(step: &Step) -> Vec<String> {
    let statements = guarded(step);
    if statements.is_empty() { vec!["select 1".to_owned()] } else { statements }
}

fn task(step: &Step, name: &str, after: Vec<&str>) -> Value {
    let warehouse = || ("warehouse_id", Value::from("${var.warehouse_id}"));
    let (key, what) = match &step.command {
        Some(command) => ("dbt_task", Value::map([("commands", Value::texts([command])), warehouse()])),
        None => {
            let file = Value::map([("path", Value::from(format!("steps/{name}.sql")))]);
            ("sql_task", Value::map([("file", file), warehouse()]))
        }
    };
    let after = (!after.is_empty())
        .then(|| Value::list(after.into_iter().map(|name| Value::map([("task_key", Value::from(name))]))));
    Value::map([
        ("task_key", Value::from(name)),
        ("description", step.because.as_str().into()),
        ("depends_on", after.into()),
        (key, what),
        ("max_retries", Some(step.retries).filter(|retries| *retries > 0).into()),
        ("timeout_seconds", step.timeout_s.into()),
    ])
}

/// Five fields of cron as Quartz has them: seconds first, and `?` for the day that is not said.
fn quartz(schedule: &str) -> String {
    let cron = cron(schedule);
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let [minute, hour, day, month, week] = fields.as_slice() else { return cron };
    match (*day, *week) {
        (day, "*") => format!("0 {minute} {hour} {day} {month} ?"),
        (_, week) => {
            // Quartz counts days of the week from Sunday as 1.
            let week = week.parse::<u32>().map_or_else(|_| week.to_owned(), |day| (day % 7 + 1).to_string());
            format!("0 {minute} {hour} ? {month} {week}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::quartz;

    #[test]
    fn quartz_says_seconds_and_one_day() {
        for (cron, expected) in
            [("@daily", "0 0 0 * * ?"), ("15 6 * * 1", "0 15 6 ? * 2"), ("0 5 1 * *", "0 0 5 1 * ?"), ("x", "x")]
        {
            assert_eq!(quartz(cron), expected);
        }
    }
}
