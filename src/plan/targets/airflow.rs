//! A Plan in, the file of a DAG for Airflow 3 out: a task group a relation, an asset for each that is promoted.
//!
//! By `operator` in the settings, tasks send their SQL over a connection, or run a command on a file of SQL that is
//! written beside the DAG.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::python::{block, line, list, quoted};
use super::{File, Plan, names, sql};
use crate::plan::{Step, StepKind};

const CONNECTION: &str = "warehouse";

/// `dag.py`, and `steps/*.sql` where commands run them.
pub(super) fn airflow(plan: &Plan) -> Vec<File> {
    let names = names(plan);
    let runner = plan.settings.runner.as_deref().filter(|_| plan.settings.operator.as_deref() == Some("bash"));
    let mut groups: BTreeMap<String, Vec<&Step>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for step in &plan.steps {
        let group = group(step, plan);
        if !groups.contains_key(&group) {
            order.push(group.clone());
        }
        groups.entry(group).or_default().push(step);
    }
    let mut out = head(plan, runner.is_some());
    for group in &order {
        let steps = &groups[group];
        let indent = if group.is_empty() { 4 } else { 8 };
        if !group.is_empty() {
            let _ = writeln!(out, "\n    with TaskGroup({}):", quoted(group));
        }
        for step in steps {
            task(step, &names[step.id.as_str()], (plan, runner), indent, &mut out);
        }
    }
    let waits: Vec<&Step> = plan.steps.iter().filter(|step| !step.after.is_empty()).collect();
    if !waits.is_empty() {
        out.push('\n');
    }
    for step in waits {
        let before: Vec<&str> = step.after.iter().map(|id| names[id.as_str()].as_str()).collect();
        let _ = writeln!(out, "    [{}] >> {}", before.join(", "), names[step.id.as_str()]);
    }
    if plan.steps.is_empty() {
        out.push_str("    EmptyOperator(task_id=\"nothing_to_run\")\n");
    }
    let mut files = vec![File { path: "dag.py".to_owned(), text: out }];
    if runner.is_some() {
        let each = plan.steps.iter().filter(|step| is_sql(step));
        files.extend(
            each.map(|step| File { path: format!("steps/{}.sql", names[step.id.as_str()]), text: sql::text(step) }),
        );
    }
    files
}

/// Does it run statements?
fn is_sql(step: &Step) -> bool {
    !step.statements.is_empty()
}

/// Tasks of one relation stand together; what is of none, or alone, stands for itself.
fn group(step: &Step, plan: &Plan) -> String {
    let Some(relation) = step.relation.as_deref().filter(|_| step.kind != StepKind::Notify) else {
        return String::new();
    };
    let inner = format!(".{}.", plan.project);
    let short =
        relation.split_once(&inner).filter(|(before, _)| !before.contains('.')).map_or(relation, |(_, name)| name);
    let alone = plan.steps.iter().filter(|other| other.relation == step.relation).count() < 2;
    let plain = |sign: char| if sign.is_ascii_alphanumeric() { sign } else { '_' };
    if alone { String::new() } else { short.chars().map(plain).collect() }
}

fn head(plan: &Plan, files: bool) -> String {
    let mut out = format!(
        "\"\"\"{} to {}: plan {}.\n\nWritten by `sluice plan --target airflow`.\n\"\"\"\n\n",
        line(&plan.project),
        line(&plan.env),
        plan.fingerprint
    );
    let any = |test: &dyn Fn(&Step) -> bool| plan.steps.iter().any(test);
    out.push_str("from datetime import timedelta\n");
    if files {
        out.push_str("from pathlib import Path\n");
    }
    out.push('\n');
    if !files {
        out.push_str(
            "from airflow.providers.common.sql.operators.sql import SQLCheckOperator, SQLExecuteQueryOperator\n",
        );
    }
    if files || any(&|step| step.command.is_some()) {
        out.push_str("from airflow.providers.standard.operators.bash import BashOperator\n");
    }
    out.push_str("from airflow.providers.standard.operators.empty import EmptyOperator\n");
    if any(&|step| step.kind == StepKind::Approve) {
        out.push_str("from airflow.providers.standard.operators.hitl import ApprovalOperator\n");
    }
    out.push_str("from airflow.sdk import DAG, Asset, TaskGroup\n");
    if files {
        out.push_str("\nSTEPS = Path(__file__).parent / \"steps\"\n");
    }
    let tag = plan.demand.as_ref().map(|demand| format!(", {}", quoted(demand))).unwrap_or_default();
    let plain = |sign: char| if sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.') { sign } else { '_' };
    let name: String = format!("{}_{}", plan.project, plan.env).chars().map(plain).collect();
    let name = if plan.schedule.is_some() { name } else { format!("{name}_{}", &plan.fingerprint.to_string()[..8]) };
    let schedule = plan.schedule.as_deref().map_or_else(|| "None".to_owned(), quoted);
    let _ = writeln!(
        out,
        "\nwith DAG(\n    dag_id={},\n    schedule={schedule},\n    catchup=False,\n    max_active_runs=1,\n    tags=[\"sluice\"{tag}],\n) as dag:",
        quoted(&name)
    );
    out
}

fn task(step: &Step, name: &str, (plan, runner): (&Plan, Option<&str>), indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    let (operator, mut arguments) = operator(step, name, (plan, runner), indent + 4);
    arguments.insert(0, format!("task_id={}", quoted(name)));
    arguments.extend(common(step));
    let _ = writeln!(out, "{pad}{name} = {operator}(");
    for argument in arguments {
        let _ = writeln!(out, "{pad}    {argument},");
    }
    let _ = writeln!(out, "{pad})");
}

fn operator(
    step: &Step,
    name: &str,
    (plan, runner): (&Plan, Option<&str>),
    indent: usize,
) -> (&'static str, Vec<String>) {
    if step.kind == StepKind::Approve {
        let who = step.owner.as_deref().unwrap_or("the owner");
        let subject = format!("{} of {}: {who} decides", step.action, step.relation.as_deref().unwrap_or_default());
        return (
            "ApprovalOperator",
            vec![format!("subject={}", quoted(&subject)), format!("body={}", quoted(&literal(&step.because)))],
        );
    }
    if let Some(command) = &step.command {
        return ("BashOperator", vec![format!("bash_command={}", quoted(&format!("{} ", literal(command))))]);
    }
    if step.is_idle() {
        return ("EmptyOperator", Vec::new());
    }
    if let Some(runner) = runner {
        let command = format!(
            "bash_command=f{}",
            quoted(&format!("{} '{{STEPS}}/{name}.sql' ", literal(runner).replace('{', "{{").replace('}', "}}")))
        );
        return ("BashOperator", vec![command]);
    }
    let connection = plan.settings.connection.as_deref().unwrap_or(CONNECTION);
    let connection = format!("conn_id={}", quoted(connection));
    if let (true, false, [statement]) = (step.kind.is_gate(), step.warns, step.statements.as_slice()) {
        let error = step.error_if.as_deref().unwrap_or("!= 0");
        let rest = statement.strip_prefix("select count(*) as failures").unwrap_or(statement);
        let check = format!("select case when count(*) {error} then 0 else 1 end as passed{rest}");
        return ("SQLCheckOperator", vec![connection, format!("sql={}", block(&literal(&check)))]);
    }
    let statements: Vec<String> = step.statements.iter().map(|one| block(&literal(one))).collect();
    (
        "SQLExecuteQueryOperator",
        vec![connection, format!("sql={}", list(&statements, indent)), "autocommit=True".to_owned()],
    )
}

/// A text that Airflow's templates leave as it is.
fn literal(text: &str) -> String {
    if ["{{", "{%", "{#"].iter().any(|open| text.contains(open)) {
        return format!("{{% raw %}}{text}{{% endraw %}}");
    }
    text.to_owned()
}

fn common(step: &Step) -> Vec<String> {
    let mut arguments = Vec::new();
    if let Some(owner) = &step.owner {
        arguments.push(format!("owner={}", quoted(owner)));
    }
    if step.priority > 0 {
        arguments.push(format!("priority_weight={}", step.priority + 1));
    }
    if step.retries > 0 {
        arguments.push(format!("retries={}", step.retries));
    }
    if let Some(seconds) = step.timeout_s {
        arguments.push(format!("execution_timeout=timedelta(seconds={seconds})"));
    }
    if let Some(pool) = &step.pool {
        arguments.push(format!("pool={}", quoted(pool)));
    }
    if let (StepKind::Promote, Some(relation)) = (step.kind, &step.relation) {
        arguments.push(format!("outlets=[Asset({})]", quoted(relation)));
    }
    arguments.push(format!("doc_md={}", quoted(&line(&step.because))));
    arguments
}
