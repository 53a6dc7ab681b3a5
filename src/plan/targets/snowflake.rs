//! A Plan in, a graph of Snowflake tasks as DDL out, within Snowflake's limits.
//!
//! A graph has one root and at most 1000 tasks; a task has at most 100 before and 100 behind it
//! (<https://docs.snowflake.com/en/user-guide/tasks-graphs>). Where more are wanted, tasks that do nothing stand between.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{File, Plan, cron, file, guarded, names};
use crate::plan::statements::literal;

const MOST_TASKS: usize = 1000;
const MOST_NEIGHBOURS: usize = 100;

/// A task: what it runs, and which it stands behind.
struct Task {
    name: String,
    body: Vec<String>,
    after: Vec<String>,
    timeout_s: Option<u32>,
    retries: u32,
}

pub(super) fn snowflake(plan: &Plan) -> Vec<File> {
    let tasks = bounded(tasks(plan), plan);
    let warehouse = plan.settings.warehouse.as_deref().unwrap_or("compute_wh");
    let mut out = format!("-- {} to {}: plan {}\n", plan.project, plan.env, plan.fingerprint);
    if tasks.len() > MOST_TASKS {
        let _ = writeln!(out, "-- {} tasks: a graph has at most {MOST_TASKS}. Plan by tag, or in parts.", tasks.len());
    }
    for (at, task) in tasks.iter().enumerate() {
        let _ = writeln!(out, "\ncreate or replace task {}\n    warehouse = {warehouse}", task.name);
        if let (0, Some(schedule)) = (at, &plan.schedule) {
            let _ = writeln!(out, "    schedule = 'using cron {} UTC'", cron(schedule));
        }
        if let Some(seconds) = task.timeout_s {
            let _ = writeln!(out, "    user_task_timeout_ms = {}", u64::from(seconds) * 1000);
        }
        if at == 0 {
            let retries = tasks.iter().map(|task| task.retries).max().unwrap_or(0);
            if retries > 0 {
                let _ = writeln!(out, "    task_auto_retry_attempts = {retries}");
            }
        }
        if !task.after.is_empty() {
            let _ = writeln!(out, "    after {}", task.after.join(", "));
        }
        let _ = writeln!(out, "as\n{};", body(&task.body));
    }
    out.push('\n');
    // A root starts only behind tasks that are awake already.
    for task in tasks.iter().skip(1).rev() {
        let _ = writeln!(out, "alter task {} resume;", task.name);
    }
    let root = tasks.first().map_or("", |task| task.name.as_str());
    let start =
        if plan.schedule.is_some() { format!("alter task {root} resume;") } else { format!("execute task {root};") };
    let _ = writeln!(out, "{start}");
    file("tasks.sql", out)
}

/// One block, so that the task fails with the first statement that does.
fn body(statements: &[String]) -> String {
    match statements {
        [] => "select 1".to_owned(),
        [one] => one.clone(),
        many => {
            let all: String =
                many.iter().map(|one| format!("    {};\n", one.trim_end().trim_end_matches(';'))).collect();
            let quoted = if all.contains("$$") {
                literal(&format!("begin\n{all}end"))
            } else {
                format!("$$\nbegin\n{all}end\n$$")
            };
            format!("execute immediate {quoted}")
        }
    }
}

/// The root, and a task a step.
fn tasks(plan: &Plan) -> Vec<Task> {
    let names = names(plan);
    let plain = |text: &str| -> String {
        text.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '_' }).collect()
    };
    let root = format!("plan_{}", plain(&format!("{}_{}", plan.project, plan.env)));
    let mut all = vec![Task { name: root.clone(), body: Vec::new(), after: Vec::new(), timeout_s: None, retries: 0 }];
    for step in &plan.steps {
        let mut after: Vec<String> = step.after.iter().map(|id| names[id.as_str()].clone()).collect();
        if after.is_empty() {
            after.push(root.clone());
        }
        let body = match &step.command {
            Some(command) => {
                let says = format!("run outside: {command}");
                vec![format!("select cast({} as integer)", literal(&says))]
            }
            None => guarded(step),
        };
        let name = names[step.id.as_str()].clone();
        all.push(Task { name, body, after, timeout_s: step.timeout_s, retries: step.retries });
    }
    all
}

/// Tasks with too many before or behind them get others in between.
fn bounded(tasks: Vec<Task>, plan: &Plan) -> Vec<Task> {
    let mut number = 0;
    let mut idle = |after: Vec<String>| {
        number += 1;
        Task {
            name: format!("between_{}_{number}", plan.steps.len()),
            body: Vec::new(),
            after,
            timeout_s: None,
            retries: 0,
        }
    };
    let mut all: Vec<Task> = Vec::new();
    let mut behind: BTreeMap<String, usize> = BTreeMap::new();
    // For a task with a hundred readers, the task that stands in for it from then on.
    let mut relay: BTreeMap<String, String> = BTreeMap::new();
    for mut task in tasks {
        while task.after.len() > MOST_NEIGHBOURS {
            let first: Vec<String> = task.after.drain(..MOST_NEIGHBOURS).collect();
            let between = idle(first);
            task.after.push(between.name.clone());
            all.push(between);
        }
        all.push(task);
    }
    let mut done: Vec<Task> = Vec::new();
    for mut task in all {
        for before in &mut task.after {
            let standing = relay.get(before).cloned().unwrap_or_else(|| before.clone());
            let count = behind.entry(standing.clone()).or_default();
            *count += 1;
            // The last place behind a task is kept for the one that stands in for it.
            if *count >= MOST_NEIGHBOURS {
                let between = idle(vec![standing.clone()]);
                relay.insert(before.clone(), between.name.clone());
                behind.insert(between.name.clone(), 1);
                before.clone_from(&between.name);
                done.push(between);
            } else {
                *before = standing;
            }
        }
        done.push(task);
    }
    done
}
