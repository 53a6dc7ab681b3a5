//! The `[[checks]]` of the settings and the freshness that sources promise in, queries of what fails them out.

use std::fmt::Write;

use super::Gate;
use crate::plan::names::Names;
use crate::plan::statements::literal;
use crate::project::{CheckSettings, Source};

/// The checks of one relation; `was` is the table that it is to replace.
pub(in crate::plan) fn checks(id: &str, was: Option<&str>, names: &Names<'_>, all: &[CheckSettings]) -> Vec<Gate> {
    let table = names.while_building(id).unwrap_or_else(|| id.to_owned());
    let own = all.iter().filter(|check| applies(check, id));
    let mut gates: Vec<Gate> = own
        .filter_map(|check| {
            let failing = match check.kind.as_str() {
                "rows" => rows(check, &table, was)?,
                "freshness" => fresh(&table, check.measure.as_deref()?, check.max.as_deref()?, "hour"),
                "control" => control(check, id, &table)?,
                "equal" => equal(check, &table, names)?,
                _ => return None,
            };
            Some(Gate {
                name: check.kind.clone(),
                action: check.kind.clone(),
                failing: Some(failing),
                error_if: "!= 0".to_owned(),
                warns: check.warn,
                reads: vec![id.to_owned()],
                because: "the settings ask for it".to_owned(),
                is_check: true,
            })
        })
        .collect();
    super::number(&mut gates);
    gates
}

/// What is written down of a relation that passed, so that the next run can be measured by it.
pub(in crate::plan) fn remembered(id: &str, place: &str, all: &[CheckSettings]) -> Vec<String> {
    let own = all.iter().filter(|check| applies(check, id) && check.kind == "control");
    own.filter_map(|check| {
        let (history, measure) = (check.history.as_deref()?, check.measure.as_deref()?);
        let (relation, said) = (literal(id), literal(measure));
        Some(format!(
            "insert into {history} (relation, measure, value) select {relation}, {said}, {measure} from {place}"
        ))
    })
    .collect()
}

/// A source that promises to be fresh, as dbt's `freshness` has it.
pub(in crate::plan) fn freshness(source: &Source, names: &Names<'_>) -> Option<Gate> {
    let loaded = source.config.str("loaded_at_field")?;
    let limit = source.freshness.as_ref()?.get("error_after")?;
    let (count, period) = (limit.get("count")?.scalar()?, limit.get("period")?.scalar()?);
    Some(Gate {
        name: "freshness".to_owned(),
        action: "freshness".to_owned(),
        failing: Some(fresh(&names.production(&source.id)?, loaded, &count, &period)),
        error_if: "!= 0".to_owned(),
        reads: vec![source.id.clone()],
        because: "the source promises to be fresh".to_owned(),
        is_check: true,
        ..Gate::default()
    })
}

fn applies(check: &CheckSettings, id: &str) -> bool {
    let short = id.rsplit('.').next().unwrap_or(id);
    check.models.iter().any(|name| name == id || name == short)
}

fn rows(check: &CheckSettings, table: &str, was: Option<&str>) -> Option<String> {
    let mut wrong = Vec::new();
    wrong.extend(check.min.iter().map(|min| format!("fresh.times < {min}")));
    wrong.extend(check.max.iter().map(|max| format!("fresh.times > {max}")));
    let mut from = format!("(select count(*) as times from {table}) as fresh");
    if let Some(was) = was {
        let _ = write!(from, " cross join (select count(*) as times from {was}) as standing");
        wrong.extend(check.max_drop.iter().map(|drop| format!("fresh.times < standing.times * (1 - {drop})")));
        wrong.extend(check.max_growth.iter().map(|growth| format!("fresh.times > standing.times * (1 + {growth})")));
    }
    (!wrong.is_empty()).then(|| format!("select fresh.times from {from} where {}", wrong.join(" or ")))
}

fn fresh(table: &str, time: &str, count: &str, unit: &str) -> String {
    let limit = format!("current_timestamp - interval '{count}' {unit}");
    format!("select max({time}) as newest from {table} having max({time}) is null or max({time}) < {limit}")
}

/// The mean and so many standard deviations around it; a history of fewer than five runs tells nothing.
fn control(check: &CheckSettings, id: &str, table: &str) -> Option<String> {
    let (measure, history) = (check.measure.as_deref()?, check.history.as_deref()?);
    let sigma = check.sigma.as_deref().unwrap_or("3");
    let (relation, said) = (literal(id), literal(measure));
    Some(format!(
        "select fresh.value, past.mean, past.deviation from (select {measure} as value from {table}) as fresh \
         cross join (select avg(value) as mean, stddev_pop(value) as deviation, count(*) as times from {history} \
         where relation = {relation} and measure = {said}) as past \
         where past.times >= 5 and (fresh.value is null or abs(fresh.value - past.mean) > {sigma} * past.deviation)"
    ))
}

/// One number, had in two ways.
fn equal(check: &CheckSettings, table: &str, names: &Names<'_>) -> Option<String> {
    let measure = check.measure.as_deref()?;
    let mut other = check.equals.clone()?;
    for id in names.head.models.keys().chain(names.head.tables.keys()) {
        let short = format!("{{{}}}", id.rsplit('.').next().unwrap_or(id));
        if other.contains(&short) {
            other = other.replace(&short, &names.while_building(id)?);
        }
    }
    let tolerance = check.tolerance.as_deref().unwrap_or("0");
    Some(format!(
        "select one, two from (select (select {measure} from {table}) as one, ({other}) as two) as compared \
         where one is null or two is null or abs(one - two) > {tolerance} * abs(two)"
    ))
}
