//! Impacts in, what is to be built and how, and what need not be, out.

use std::collections::{BTreeMap, BTreeSet};

use super::stored::{Stored, is_ephemeral, setting, stored};
use super::{Request, Skipped};
use crate::change::{Presence, is_built};
use crate::compile::{Compilation, CompiledModel};
use crate::impact::{Class, Impacts, ModelImpact, Need, Verdict};
use crate::project::Seed;
use crate::template::Mode;

/// A relation that is to be built.
pub(super) struct Work<'c> {
    pub(super) id: &'c str,
    pub(super) what: What<'c>,
    pub(super) stored: Stored,
    /// How production has it now; `None` where it has none.
    pub(super) was: Option<Stored>,
    pub(super) action: Action,
    pub(super) impact: Option<&'c ModelImpact>,
    pub(super) because: String,
}

pub(super) enum What<'c> {
    Model(&'c CompiledModel),
    Seed(&'c Seed),
}

/// How a relation is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    View,
    MaterializedView,
    /// All of it, as it is always built.
    Full,
    /// All of a table that is otherwise only added to.
    FullRefresh,
    /// What one run adds.
    Incremental,
    /// The rows between two moments anew, the others as they are.
    Backfill,
    /// The columns that stay, of the rows that are there.
    DropColumns,
    /// A view bound to a table that is replaced.
    Rebind,
    Seed,
    Snapshot,
    /// By the project's own tool.
    Run,
}

impl Action {
    pub(super) fn word(self) -> &'static str {
        match self {
            Action::View => "view",
            Action::MaterializedView => "materialized_view",
            Action::Full => "full",
            Action::FullRefresh => "full_refresh",
            Action::Incremental => "incremental",
            Action::Backfill => "backfill",
            Action::DropColumns => "drop_columns",
            Action::Rebind => "rebind",
            Action::Seed => "seed",
            Action::Snapshot => "snapshot",
            Action::Run => "run",
        }
    }

    /// Its statements are known here, and build it beside what readers see.
    pub(super) fn is_ours(self) -> bool {
        !matches!(self, Action::Snapshot | Action::Run)
    }
}

/// Everything to build, by id, and what is left alone.
pub(super) fn work<'c>(
    impacts: &'c Impacts,
    base: &'c Compilation,
    head: &'c Compilation,
    request: &Request,
) -> (BTreeMap<&'c str, Work<'c>>, Vec<Skipped>) {
    let mut found: BTreeMap<&str, Work<'_>> = BTreeMap::new();
    let mut skipped = Vec::new();
    for (id, model) in head.models.iter().filter(|(_, model)| is_built(model) && !is_script_part(model)) {
        let impact = impacts.models.get(id);
        match left_alone(model, impact, request) {
            Some(why) => skipped.push(Skipped { relation: id.clone(), why }),
            None => {
                let was = base.models.get(id).map(stored).filter(|was| *was != Stored::Ephemeral);
                let action = action(model, impact, was, request);
                let because = impact.map_or_else(|| "all of the project runs".to_owned(), reason);
                let what = What::Model(model);
                found.insert(id, Work { id, what, stored: stored(model), was, action, impact, because });
            }
        }
    }
    for work in seeds(base, head, request) {
        found.insert(work.id, work);
    }
    rebind(&mut found, &mut skipped, base, head);
    skipped.sort_by(|a, b| a.relation.cmp(&b.relation));
    (found, skipped)
}

/// A table that several statements of scripts write is built where its script is.
fn is_script_part(model: &CompiledModel) -> bool {
    stored(model) == Stored::Script && model.rendered.text.trim().is_empty()
}

/// Why a model is not built, where it is not.
fn left_alone(model: &CompiledModel, impact: Option<&ModelImpact>, request: &Request) -> Option<String> {
    if is_ephemeral(model) {
        let touched = request.full || impact.is_some_and(|impact| impact.class.rebuilds());
        let why = if touched { "it is ephemeral: its readers hold its text" } else { "nothing it reads differs" };
        return Some(why.to_owned());
    }
    if request.full {
        return model.rendered.failed.then(|| "its template cannot be rendered".to_owned());
    }
    let Some(impact) = impact else { return Some("nothing it reads differs".to_owned()) };
    // Where only its next run would stop, a table that is made anew does not.
    let stops = impact.refresh.as_ref().is_some_and(|refresh| refresh.need == Need::Stops);
    if impact.verdict == Verdict::Breaks && !(stops && impact.change.broken.is_empty()) {
        return Some("it will not build at head".to_owned());
    }
    if !impact.class.rebuilds() {
        return Some(format!("only {}", impact.class.meaning()));
    }
    // How a table is loaded next time does not change what is in it now.
    let in_place = ["grants", "full_refresh", "on_schema_change", "unique_key", "incremental_strategy", "updated_at"];
    let storage = &impact.change.own.storage;
    if impact.class == Class::Operational && storage.iter().all(|setting| in_place.contains(&setting.key.as_str())) {
        let keys: Vec<&str> = storage.iter().map(|setting| setting.key.as_str()).collect();
        return Some(format!("only how it is loaded next time differs: {}", keys.join(", ")));
    }
    None
}

fn action(model: &CompiledModel, impact: Option<&ModelImpact>, was: Option<Stored>, request: &Request) -> Action {
    let known = !model.rendered.failed && model.rendered.unknowns.is_empty();
    match stored(model) {
        Stored::Snapshot => Action::Snapshot,
        Stored::Foreign => Action::Run,
        _ if !known => Action::Run,
        Stored::View => Action::View,
        Stored::MaterializedView => Action::MaterializedView,
        Stored::Incremental => incremental(impact, was, request),
        Stored::Table | Stored::Script | Stored::Ephemeral => Action::Full,
    }
}

/// New and changed values are missing in old rows unless these are written anew.
fn incremental(impact: Option<&ModelImpact>, was: Option<Stored>, request: &Request) -> Action {
    let Some(impact) = impact else { return if request.anew { Action::FullRefresh } else { Action::Incremental } };
    if was != Some(Stored::Incremental) || impact.change.presence == Presence::Added {
        return Action::Full;
    }
    let only_lost = !impact.rows_changed()
        && !impact.change.unknown
        && impact.change.columns.iter().all(|column| column.is_removed() || !column.is_change());
    let loses = impact.change.columns.iter().any(crate::change::ColumnChange::is_removed);
    match (only_lost && loses, &request.window) {
        (true, _) => Action::DropColumns,
        (false, Some(_)) => Action::Backfill,
        (false, None) => Action::FullRefresh,
    }
}

fn seeds<'c>(base: &'c Compilation, head: &'c Compilation, request: &Request) -> Vec<Work<'c>> {
    let all = |side: &'c Compilation| side.projects.iter().flat_map(|project| &project.seeds);
    let before: BTreeMap<&str, &Seed> = all(base).map(|seed| (seed.id.as_str(), seed)).collect();
    let work = |seed: &'c Seed| {
        let was = before.get(seed.id.as_str());
        let same = was
            .is_some_and(|was| was.digest == seed.digest && was.relation == seed.relation && typed(was) == typed(seed));
        if same && !request.full {
            return None;
        }
        let because = if same { "all of the project runs" } else { "its content changed" };
        let because = if was.is_none() { "it is new" } else { because };
        Some(Work {
            id: seed.id.as_str(),
            what: What::Seed(seed),
            stored: Stored::Table,
            was: was.map(|_| Stored::Table),
            action: Action::Seed,
            impact: None,
            because: because.to_owned(),
        })
    };
    all(head).filter_map(work).collect()
}

fn typed(seed: &Seed) -> Vec<(&str, &str)> {
    seed.columns.iter().map(|column| (column.name.as_str(), column.data_type.as_str())).collect()
}

/// Where a view holds on to the very table that it was made of, it is made anew with the table.
fn rebind<'c>(
    found: &mut BTreeMap<&'c str, Work<'c>>,
    skipped: &mut Vec<Skipped>,
    base: &'c Compilation,
    head: &'c Compilation,
) {
    loop {
        let bound = |(id, model): &(&'c String, &'c CompiledModel)| {
            let dialect = model.model.dialect(&head.projects[model.project].dialect);
            dialect.flag("views_hold_tables")
                && !found.contains_key(id.as_str())
                && stored(model) == Stored::View
                && base.models.contains_key(id.as_str())
                && model.lineage.depends_on.iter().any(|read| found.contains_key(read.as_str()))
        };
        let more: Vec<_> = head.models.iter().filter(|(_, model)| is_built(model)).filter(bound).collect();
        if more.is_empty() {
            return;
        }
        for (id, model) in more {
            skipped.retain(|own| own.relation != *id);
            let because = "it is bound to a table that is replaced".to_owned();
            let (stored, was) = (Stored::View, Some(Stored::View));
            let what = What::Model(model);
            found.insert(id, Work { id, what, stored, was, action: Action::Rebind, impact: None, because });
        }
    }
}

/// Why a model is in the plan: its class, and the edit it goes back to.
pub(super) fn reason(impact: &ModelImpact) -> String {
    match impact.because.first() {
        Some(step) => {
            format!("{}: {} ({}:{})", impact.class.word(), impact.class.meaning(), step.place.file, step.line)
        }
        None => format!("{}: {}", impact.class.word(), impact.class.meaning()),
    }
}

/// What the models that are built incrementally are, or would be, rendered to over their existing tables.
pub(super) fn incremental_texts<'c>(
    found: &BTreeMap<&'c str, Work<'c>>,
    head: &Compilation,
) -> BTreeMap<&'c str, crate::template::Rendered> {
    let wanted = found.values().filter(|work| matches!(work.action, Action::Incremental | Action::Backfill));
    let models: Vec<(&str, &CompiledModel)> = wanted
        .filter_map(|work| match work.what {
            What::Model(model) => Some((work.id, model)),
            What::Seed(_) => None,
        })
        .collect();
    if models.is_empty() {
        return BTreeMap::new();
    }
    let texts = head.renderings(&models.iter().map(|(_, model)| *model).collect::<Vec<_>>(), Mode::Incremental);
    models.into_iter().map(|(id, _)| id).zip(texts).collect()
}

/// The column by whose values rows of an incremental model are old or new: `event_time` or its like, else the one
/// whose largest value in its own table the model asks for.
pub(super) fn time_column(model: &CompiledModel, incremental: Option<&str>) -> Option<String> {
    let said = ["event_time", "time_column"].iter().find_map(|key| setting(model, key));
    said.or_else(|| {
        let partition = super::stored::config(model, "partition_by")?.get("field")?.scalar();
        partition.filter(|_| setting(model, "incremental_strategy").as_deref() == Some("insert_overwrite"))
    })
    .or_else(|| largest_asked(incremental?, &model.rendered.text))
}

/// The column in a `max(..)` that the text has only over an existing table.
fn largest_asked(incremental: &str, fresh: &str) -> Option<String> {
    let lower = incremental.to_ascii_lowercase();
    let new = |call: &str| !fresh.to_ascii_lowercase().contains(call);
    let mut found = BTreeSet::new();
    for (at, _) in lower.match_indices("max(") {
        let rest = &incremental[at + 4..];
        let Some(end) = rest.find(')') else { continue };
        let column = rest[..end].trim();
        let plain = column.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '_' | '.'));
        let context = lower[..at].rfind("select").map_or("", |from| &lower[from..at]);
        if plain && !column.is_empty() && (new(&lower[at..=at + 4 + end]) || context.len() < 30) {
            found.insert(column.rsplit('.').next().unwrap_or(column).to_owned());
        }
    }
    if found.len() == 1 { found.pop_first() } else { None }
}
