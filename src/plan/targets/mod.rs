//! A Plan in, the files of whoever runs it out. One file a target, one line here.

mod airflow;
mod argo;
mod dagster;
mod databricks;
mod dbt;
mod github;
mod kestra;
mod mermaid;
mod prefect;
mod python;
mod snowflake;
mod sql;

use std::collections::{BTreeMap, BTreeSet};

use super::{Plan, Step, StepKind};

/// A file of an answer: where it belongs below the folder that is asked for, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub text: String,
}

/// Writes a plan; the first file is the one that stands for all.
pub type Write = fn(&Plan) -> Vec<File>;

/// Every target that is written here, by name.
pub const TARGETS: [(&str, Write); 11] = [
    ("airflow", airflow::airflow),
    ("argo", argo::argo),
    ("dagster", dagster::dagster),
    ("databricks", databricks::databricks),
    ("dbt", dbt::dbt),
    ("github", github::github),
    ("kestra", kestra::kestra),
    ("mermaid", mermaid::mermaid),
    ("prefect", prefect::prefect),
    ("snowflake", snowflake::snowflake),
    ("sql", sql::sql),
];

/// The target of a name.
pub fn target(name: &str) -> Option<Write> {
    TARGETS.iter().find(|(own, _)| *own == name).map(|(_, write)| *write)
}

fn file(path: &str, text: String) -> Vec<File> {
    vec![File { path: path.to_owned(), text }]
}

/// The statements of a step, such that one of them fails where a gate does: a text that is no number stands for what
/// is wrong. A gate that only warns never fails.
fn guarded(step: &Step) -> Vec<String> {
    if step.kind == StepKind::Approve {
        let who = step.owner.as_deref().unwrap_or("its owner");
        let says = format!("{}: ask {who}, then plan again with --release", step.id);
        return vec![format!("select cast({} as integer) as approved", super::statements::literal(&says))];
    }
    let failing = |step: &Step| {
        let rest = step.statements.first()?.strip_prefix("select count(*) as failures")?;
        let error = step.error_if.as_deref().unwrap_or("!= 0");
        let says = super::statements::literal(&format!("failed: {}", step.id));
        Some(format!("select cast(case when count(*) {error} then {says} else '0' end as integer) as failures{rest}"))
    };
    if step.warns || !step.kind.is_gate() {
        return step.statements.clone();
    }
    failing(step).map_or_else(|| step.statements.clone(), |one| vec![one])
}

/// A step's id as a name: letters, digits and underscores, and no two alike.
fn names(plan: &Plan) -> BTreeMap<&str, String> {
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    for step in &plan.steps {
        let plain = |sign: char| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '_' };
        let short = short_id(step, plan);
        // Names of tasks are bounded: Databricks takes 100 signs.
        let base: String = short.chars().map(plain).take(90).collect();
        let mut name = base.clone();
        let mut number = 1;
        while !taken.insert(name.clone()) {
            number += 1;
            name = format!("{base}_{number}");
        }
        names.insert(step.id.as_str(), name);
    }
    names
}

/// An id without what is the same in all of them: `build:orders` of `build:model.shop.orders`.
fn short_id(step: &Step, plan: &Plan) -> String {
    let inner = format!(".{}.", plan.project);
    let Some((kind, rest)) = step.id.split_once(':') else { return step.id.clone() };
    let rest = rest.split_once(&inner).filter(|(before, _)| !before.contains('.')).map_or(rest, |(_, name)| name);
    format!("{kind}:{rest}")
}

/// For each step the length of the longest way to it: steps of one level wait for none of each other.
fn levels(plan: &Plan) -> BTreeMap<&str, usize> {
    let mut levels: BTreeMap<&str, usize> = BTreeMap::new();
    for step in &plan.steps {
        let behind = step.after.iter().filter_map(|id| levels.get(id.as_str())).max();
        levels.insert(&step.id, behind.map_or(0, |level| level + 1));
    }
    levels
}

/// The same names with dashes, where underscores may not stand.
fn dashed(names: BTreeMap<&str, String>) -> BTreeMap<&str, String> {
    names.into_iter().map(|(id, name)| (id, name.replace('_', "-"))).collect()
}

/// A schedule as the five fields of cron.
fn cron(schedule: &str) -> String {
    let known = match schedule {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        "@yearly" | "@annually" => "0 0 1 1 *",
        other => other,
    };
    known.to_owned()
}
