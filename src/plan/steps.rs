//! Impacted models in, the steps each of them needs out.

use std::collections::{BTreeMap, BTreeSet};

use super::{Skipped, Step, StepKind};
use crate::change::{Presence, is_built};
use crate::compile::{Compilation, CompiledModel};
use crate::impact::{Class, ConsumerKind, Impacts, ModelImpact, Verdict};
use crate::project::{ModelKind, Test};

/// All steps, in no order yet.
pub(super) fn steps(impacts: &Impacts, base: &Compilation, head: &Compilation) -> Vec<Step> {
    let built: BTreeSet<&str> =
        impacts.models.iter().filter(|(id, impact)| builds(id, impact, head)).map(|(id, _)| id.as_str()).collect();
    let serves = exposures_served(head);
    let mut steps = Vec::new();
    for (id, impact) in &impacts.models {
        let priority = serves.get(id.as_str()).copied().unwrap_or(0);
        match head.models.get(id) {
            Some(model) if built.contains(id.as_str()) => of_model(id, impact, model, &built, priority, &mut steps),
            Some(model) if impact.class == Class::Guard => steps.extend(tests(id, impact, model, Vec::new(), priority)),
            Some(_) => {}
            None => steps.extend(dropped(id, impact, base, priority)),
        }
    }
    steps.extend(notices(impacts, &steps));
    steps
}

/// Models that are not built, and why.
pub(super) fn skipped(impacts: &Impacts, head: &Compilation) -> Vec<Skipped> {
    let mut skipped = Vec::new();
    for (id, model) in head.models.iter().filter(|(_, model)| is_built(model)) {
        let why = match impacts.models.get(id) {
            None => "nothing it reads differs".to_owned(),
            Some(impact) if impact.verdict == Verdict::Breaks => "it will not build at head".to_owned(),
            Some(impact) if !impact.class.rebuilds() => format!("only {}", impact.class.meaning()),
            Some(_) if is_ephemeral(model) => "it is ephemeral: its readers hold its text".to_owned(),
            Some(_) => continue,
        };
        skipped.push(Skipped { relation: id.clone(), why });
    }
    skipped
}

fn builds(id: &str, impact: &ModelImpact, head: &Compilation) -> bool {
    let buildable = head.models.get(id).is_some_and(|model| !is_ephemeral(model));
    buildable && impact.class.rebuilds() && impact.verdict != Verdict::Breaks
}

fn setting(model: &CompiledModel, key: &str) -> Option<String> {
    let own = model.rendered.config.str(key);
    own.or_else(|| model.model.config.str(key)).map(str::to_owned)
}

fn is_ephemeral(model: &CompiledModel) -> bool {
    setting(model, "materialized").as_deref() == Some("ephemeral")
}

fn of_model(
    id: &str,
    impact: &ModelImpact,
    model: &CompiledModel,
    built: &BTreeSet<&str>,
    priority: usize,
    steps: &mut Vec<Step>,
) {
    let owner = model.model.properties.owner.clone();
    let because = reason(impact);
    let mut after: Vec<String> = parents(model, built).iter().map(|parent| format!("promote:{parent}")).collect();
    if matches!(impact.class, Class::Breaking | Class::Grain) {
        let approve =
            Step { owner: owner.clone(), ..step(StepKind::Approve, id, impact.class.word(), priority, &because) };
        after.push(approve.id.clone());
        steps.push(approve);
    }
    let build = Step {
        sql: Some(model.rendered.text.trim().to_owned()),
        reads: model.lineage.depends_on.clone(),
        writes: vec![id.to_owned()],
        after,
        owner,
        ..step(StepKind::Build, id, &action(impact, model), priority, &because)
    };
    let gates = tests(id, impact, model, vec![build.id.clone()], priority);
    let mut waits: Vec<String> = gates.iter().map(|gate| gate.id.clone()).collect();
    waits.push(build.id.clone());
    steps.push(build);
    steps.extend(gates);
    let promote = step(StepKind::Promote, id, "swap", priority, "its gates passed");
    steps.push(Step { writes: vec![id.to_owned()], after: waits, ..promote });
}

/// How a model is built: what it is stored as decides, and what changed.
fn action(impact: &ModelImpact, model: &CompiledModel) -> String {
    if model.model.kind == ModelKind::Snapshot {
        return "snapshot".to_owned();
    }
    let materialized = setting(model, "materialized").unwrap_or_else(|| "view".to_owned());
    let added_only = impact.class == Class::Additive && impact.change.presence == Presence::Kept;
    match materialized.as_str() {
        "view" => "view".to_owned(),
        "materialized_view" => "materialized_view".to_owned(),
        "incremental" if impact.change.presence == Presence::Added => "full".to_owned(),
        // New columns are empty for old rows unless the table is loaded anew; so are changed values.
        "incremental" if added_only || impact.class >= Class::Values || impact.class == Class::Operational => {
            "full_refresh".to_owned()
        }
        "incremental" => "incremental".to_owned(),
        _ => "full".to_owned(),
    }
}

/// The built models that a model reads, through ephemeral ones too.
fn parents(model: &CompiledModel, built: &BTreeSet<&str>) -> Vec<String> {
    model.lineage.depends_on.iter().filter(|id| built.contains(id.as_str())).cloned().collect()
}

/// The data tests of a model: all where rows differ, else those of columns that differ.
fn tests(id: &str, impact: &ModelImpact, model: &CompiledModel, after: Vec<String>, priority: usize) -> Vec<Step> {
    let properties = &model.model.properties;
    let rows = impact.rows_changed() || impact.change.own.guard.is_changed() || impact.change.unknown;
    let differs = |name: &str| {
        rows || impact.change.columns.iter().any(|column| column.is_change() && column.name.eq_ignore_ascii_case(name))
    };
    let on_columns = properties
        .columns
        .iter()
        .filter(|column| differs(&column.name))
        .flat_map(|c| c.tests.iter().map(move |t| (t, Some(c.name.as_str()))));
    let on_model = properties.tests.iter().map(|test| (test, test.column.as_deref()));
    let gate = |(test, column): (&Test, Option<&str>)| {
        let suffix = column.map(|column| format!(".{column}")).unwrap_or_default();
        let because = if rows { "its rows may differ" } else { "the column differs" };
        Step {
            id: format!("test:{id}{suffix}.{}", test.name),
            reads: vec![id.to_owned()],
            after: after.clone(),
            ..step(StepKind::Test, id, &test.name, priority, because)
        }
    };
    let mut gates: Vec<Step> = on_columns.chain(on_model).map(gate).collect();
    gates.sort_by(|a, b| a.id.cmp(&b.id));
    gates.dedup_by(|a, b| a.id == b.id);
    gates
}

fn dropped(id: &str, impact: &ModelImpact, base: &Compilation, priority: usize) -> Vec<Step> {
    let Some(model) = base.models.get(id).filter(|model| !is_ephemeral(model)) else { return Vec::new() };
    let approve = Step {
        owner: model.model.properties.owner.clone(),
        ..step(StepKind::Approve, id, impact.class.word(), priority, &reason(impact))
    };
    let after = if impact.class == Class::Breaking { vec![approve.id.clone()] } else { Vec::new() };
    let drop =
        Step { writes: vec![id.to_owned()], after, ..step(StepKind::Drop, id, "drop", priority, "it is gone at head") };
    if impact.class == Class::Breaking { vec![approve, drop] } else { vec![drop] }
}

/// Who is told, after everything they read has been promoted.
fn notices(impacts: &Impacts, steps: &[Step]) -> Vec<Step> {
    let reached = impacts
        .consumers
        .iter()
        .filter(|consumer| matches!(consumer.kind, ConsumerKind::Exposure | ConsumerKind::Metric));
    let notice = |consumer: &crate::impact::ConsumerImpact| {
        let of = |relation: &str| {
            consumer.through.iter().any(|through| through == relation || through.starts_with(&format!("{relation}.")))
        };
        let promoted =
            steps.iter().filter(|step| step.kind == StepKind::Promote && step.relation.as_deref().is_some_and(of));
        let because = format!("{} through {}", consumer.verdict.word(), consumer.through.join(", "));
        Step {
            after: promoted.map(|step| step.id.clone()).collect(),
            owner: consumer.owner.clone(),
            ..step(StepKind::Notify, &consumer.id, consumer.verdict.word(), 0, &because)
        }
    };
    reached.map(notice).collect()
}

fn step(kind: StepKind, relation: &str, action: &str, priority: usize, because: &str) -> Step {
    Step {
        id: format!("{}:{relation}", kind.word()),
        kind,
        relation: Some(relation.to_owned()),
        action: action.to_owned(),
        sql: None,
        reads: Vec::new(),
        writes: Vec::new(),
        after: Vec::new(),
        owner: None,
        priority,
        because: because.to_owned(),
    }
}

/// Why a model is in the plan: its class, and the edit it goes back to.
fn reason(impact: &ModelImpact) -> String {
    match impact.because.first() {
        Some(step) => {
            format!("{}: {} ({}:{})", impact.class.word(), impact.class.meaning(), step.place.file, step.line)
        }
        None => format!("{}: {}", impact.class.word(), impact.class.meaning()),
    }
}

/// For every model the number of exposures that read it, directly or through others.
fn exposures_served(head: &Compilation) -> BTreeMap<&str, usize> {
    let mut served: BTreeMap<&str, usize> = BTreeMap::new();
    for exposure in head.projects.iter().flat_map(|project| &project.exposures) {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut pending: Vec<&str> = exposure.depends_on.iter().map(String::as_str).collect();
        while let Some(id) = pending.pop() {
            if let (true, Some(model)) = (seen.insert(id), head.models.get(id)) {
                pending.extend(model.lineage.depends_on.iter().map(String::as_str));
            }
        }
        seen.into_iter().for_each(|id| *served.entry(id).or_default() += 1);
    }
    served
}
