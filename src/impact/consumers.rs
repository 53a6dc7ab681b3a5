//! Impacted models in, what it means for exposures, tests, contracts and metrics out.

use std::collections::BTreeMap;

use super::class::Verdict;
use super::{ModelImpact, changed_columns};
use crate::change::Changes;
use crate::compile::Compilation;
use crate::project::{self, Model, Project, Test};

/// Who consumes, and what the change means there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerImpact {
    pub id: String,
    pub kind: ConsumerKind,
    pub verdict: Verdict,
    /// `model.column`s (or models) through which it is reached, sorted.
    pub through: Vec<String>,
    pub owner: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConsumerKind {
    Exposure,
    Test,
    UnitTest,
    Contract,
    Metric,
    SemanticModel,
    SavedQuery,
}

impl ConsumerKind {
    pub fn word(self) -> &'static str {
        match self {
            ConsumerKind::Exposure => "exposure",
            ConsumerKind::Test => "test",
            ConsumerKind::UnitTest => "unit_test",
            ConsumerKind::Contract => "contract",
            ConsumerKind::Metric => "metric",
            ConsumerKind::SemanticModel => "semantic_model",
            ConsumerKind::SavedQuery => "saved_query",
        }
    }

    fn of(declared: project::ConsumerKind) -> Self {
        match declared {
            project::ConsumerKind::Metric => ConsumerKind::Metric,
            project::ConsumerKind::SemanticModel => ConsumerKind::SemanticModel,
            project::ConsumerKind::SavedQuery => ConsumerKind::SavedQuery,
            project::ConsumerKind::UnitTest => ConsumerKind::UnitTest,
        }
    }
}

/// What somebody says they read: a relation, and columns of it where they name some.
struct Reading<'a> {
    id: String,
    kind: ConsumerKind,
    relation: &'a str,
    columns: Vec<&'a str>,
    owner: Option<String>,
}

pub(super) fn consumers(
    models: &BTreeMap<String, ModelImpact>,
    changes: &Changes,
    head: &Compilation,
) -> Vec<ConsumerImpact> {
    let mut found: BTreeMap<String, ConsumerImpact> = BTreeMap::new();
    for reading in readings(head) {
        let Some(impact) = models.get(reading.relation) else { continue };
        let Some((verdict, through)) = judged(&reading, impact) else { continue };
        let entry = entry(&mut found, &reading);
        entry.verdict = entry.verdict.max(verdict);
        entry.through.extend(through);
    }
    found.extend(singular(changes));
    pass_on(&mut found, head);
    let mut all: Vec<ConsumerImpact> = found.into_values().collect();
    for consumer in &mut all {
        consumer.through.sort();
        consumer.through.dedup();
    }
    all.sort_by(|a, b| b.verdict.cmp(&a.verdict).then(a.kind.cmp(&b.kind)).then_with(|| a.id.cmp(&b.id)));
    all
}

/// What is known so far of who reads.
fn entry<'f>(found: &'f mut BTreeMap<String, ConsumerImpact>, reading: &Reading<'_>) -> &'f mut ConsumerImpact {
    found.entry(reading.id.clone()).or_insert_with(|| ConsumerImpact {
        id: reading.id.clone(),
        kind: reading.kind,
        verdict: Verdict::Stays,
        through: Vec::new(),
        owner: reading.owner.clone(),
    })
}

/// Tests that are queries of their own: their answer may differ where what they read does.
fn singular(changes: &Changes) -> impl Iterator<Item = (String, ConsumerImpact)> {
    let reached = changes.tests.iter().filter(|(_, change)| change.changes_data() || !change.broken.is_empty());
    reached.map(|(id, change)| {
        let verdict = if change.broken.is_empty() { Verdict::Differs } else { Verdict::Breaks };
        let consumer =
            ConsumerImpact { id: id.clone(), kind: ConsumerKind::Test, verdict, through: Vec::new(), owner: None };
        (id.clone(), consumer)
    })
}

/// Metrics stand on semantic models and on other metrics, saved queries and exposures on metrics.
fn pass_on(found: &mut BTreeMap<String, ConsumerImpact>, head: &Compilation) {
    let mut grown = true;
    while std::mem::take(&mut grown) {
        for reading in readings(head) {
            let Some(verdict) = found.get(reading.relation).map(|below| below.verdict) else { continue };
            let entry = entry(found, &reading);
            if entry.verdict < verdict {
                entry.verdict = verdict;
                grown = true;
            }
            if !entry.through.iter().any(|through| through == reading.relation) {
                entry.through.push(reading.relation.to_owned());
                grown = true;
            }
        }
    }
}

/// Does any consumer name this column (or, without a name, this relation)?
pub(super) fn names(relation: &str, column: Option<&str>, head: &Compilation) -> bool {
    readings(head).any(|reading| {
        reading.relation == relation
            && column.is_none_or(|column| reading.columns.iter().any(|name| name.eq_ignore_ascii_case(column)))
    })
}

fn readings(head: &Compilation) -> impl Iterator<Item = Reading<'_>> {
    head.projects.iter().flat_map(|project| {
        let exposures = project.exposures.iter().flat_map(|exposure| {
            exposure.depends_on.iter().map(|relation| Reading {
                id: exposure.id.clone(),
                kind: ConsumerKind::Exposure,
                relation,
                columns: of_relation(&exposure.columns, relation),
                owner: exposure.owner.clone(),
            })
        });
        let metrics = project.consumers.iter().flat_map(|consumer| {
            consumer.depends_on.iter().map(|relation| Reading {
                id: consumer.id.clone(),
                kind: ConsumerKind::of(consumer.kind),
                relation,
                columns: of_relation(&consumer.columns, relation),
                owner: None,
            })
        });
        let promises = project.models.iter().flat_map(|model| promises(project, model, head));
        exposures.chain(metrics).chain(promises)
    })
}

/// The tests and the contract of one model.
fn promises<'a>(project: &'a Project, model: &'a Model, head: &'a Compilation) -> impl Iterator<Item = Reading<'a>> {
    let properties = &model.properties;
    let on_columns = properties
        .columns
        .iter()
        .flat_map(|column| column.tests.iter().map(move |test| (test, vec![column.name.as_str()])));
    let on_model = properties.tests.iter().map(|test| (test, test.column.as_deref().into_iter().collect()));
    let tests = on_columns.chain(on_model).flat_map(move |(test, columns): (_, Vec<&str>)| {
        let suffix = columns.first().map(|column| format!("_{column}")).unwrap_or_default();
        let id = format!("test.{}.{}_{}{suffix}", project.name, test.name.replace('.', "_"), model.name);
        let columns = if columns.is_empty() { listed(test) } else { columns };
        let other = referred(test, head).map(|(relation, columns)| Reading {
            id: id.clone(),
            kind: ConsumerKind::Test,
            relation,
            columns,
            owner: None,
        });
        std::iter::once(Reading { id, kind: ConsumerKind::Test, relation: &model.id, columns, owner: None })
            .chain(other)
    });
    let contract = properties.contract_enforced.then(|| Reading {
        id: format!("contract.{}.{}", project.name, model.name),
        kind: ConsumerKind::Contract,
        relation: &model.id,
        columns: properties.columns.iter().map(|column| column.name.as_str()).collect(),
        owner: properties.owner.clone(),
    });
    tests.chain(contract)
}

/// The columns that a test of a whole model names one by one, as `unique_combination_of_columns` does.
fn listed(test: &Test) -> Vec<&str> {
    const LISTS: [&str; 3] = ["combination_of_columns", "column_list", "columns"];
    let values = LISTS.iter().filter_map(|name| test.arguments.get(*name)).map(|value| value.items());
    values.flatten().filter_map(|value| value.str()).collect()
}

/// The relation that a test compares with, as `relationships` does, and the column it reads there.
fn referred<'a>(test: &'a Test, head: &'a Compilation) -> Option<(&'a str, Vec<&'a str>)> {
    let to = test.arguments.get("to").or_else(|| test.arguments.get("compare_model"))?.str()?;
    let quoted: Vec<&str> = to.split(['\'', '"']).skip(1).step_by(2).collect();
    let ends = format!(".{}", quoted.join("."));
    let kind = if to.contains("source") { "source." } else { "model." };
    let all = head.models.keys().chain(head.tables.keys());
    let id = all.filter(|id| id.starts_with(kind)).find(|id| !quoted.is_empty() && id.ends_with(&ends))?;
    let field = test.arguments.get("field").or_else(|| test.arguments.get("to_field")).and_then(|field| field.str());
    Some((id, field.into_iter().collect()))
}

/// Of `model.column` names those of one relation, without the model.
fn of_relation<'a>(columns: &'a [String], relation: &str) -> Vec<&'a str> {
    let short = relation.rsplit('.').next().unwrap_or(relation);
    let own = |column: &'a String| match column.rsplit_once('.') {
        Some((model, name)) => (model == short || model == relation).then_some(name),
        None => Some(column.as_str()),
    };
    columns.iter().filter_map(own).collect()
}

/// What the impact on a model means for one who reads it so; `None` where nothing does.
fn judged(reading: &Reading, impact: &ModelImpact) -> Option<(Verdict, Vec<String>)> {
    let relation = reading.relation;
    if impact.verdict == Verdict::Breaks || impact.change_word() == "removed" {
        return Some((Verdict::Breaks, vec![relation.to_owned()]));
    }
    let named = |name: &str| {
        reading.columns.is_empty() || reading.columns.iter().any(|column| column.eq_ignore_ascii_case(name))
    };
    let mut through = Vec::new();
    let mut verdict = Verdict::Stays;
    for column in changed_columns(&impact.change) {
        if let Some(lost) = column.lost_name().filter(|lost| named(lost)) {
            through.push(format!("{relation}.{lost}"));
            // Who names a column breaks without it; who reads all of them sees one less.
            verdict = verdict.max(if reading.columns.is_empty() { Verdict::Differs } else { Verdict::Breaks });
        } else if named(&column.name) && (!column.is_added() || reading.columns.is_empty()) {
            through.push(format!("{relation}.{}", column.name));
            verdict = verdict.max(Verdict::Differs);
        }
    }
    if impact.rows_changed() || impact.change.unknown {
        verdict = verdict.max(Verdict::Differs);
        if through.is_empty() {
            through.push(relation.to_owned());
        }
    }
    if impact.change.own.guard.is_changed() && reading.kind == ConsumerKind::Test && verdict == Verdict::Stays {
        return None;
    }
    (verdict > Verdict::Stays).then_some((verdict, through))
}
