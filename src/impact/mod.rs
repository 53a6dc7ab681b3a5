//! Changes of meaning in, Impacts out: for every model and consumer what breaks, differs or stays, and why.
//!
//! One entry: [`reach`]. Classes are judged here, because they depend on who reads: a removed column breaks only where
//! somebody names it. Models that are left out stay.

mod attribution;
mod because;
mod broken;
mod class;
mod consumers;
mod refresh;
mod removal;
mod unsteady;
mod what_if;

use std::collections::BTreeMap;

use crate::change::{Changes, ColumnChange, ModelChange, Presence, Rows};
use crate::compile::Compilation;
use crate::text::Place;

pub use attribution::Origin;
pub use class::{Class, Verdict};
pub use consumers::{ConsumerImpact, ConsumerKind};
pub use refresh::{Need, Refresh};
pub use removal::{retyped, without};
pub use what_if::what_if;

/// All that a change reaches.
#[derive(Clone, Debug, Default)]
pub struct Impacts {
    /// By id; models that stay in every way are not among them.
    pub models: BTreeMap<String, ModelImpact>,
    /// Tests, exposures, contracts, metrics; the worst first.
    pub consumers: Vec<ConsumerImpact>,
    /// Sources and seeds that differ, by id.
    pub inputs: BTreeMap<String, ModelChange>,
}

/// What the change means for one model.
#[derive(Clone, Debug)]
pub struct ModelImpact {
    pub change: ModelChange,
    pub class: Class,
    pub verdict: Verdict,
    /// It was edited itself, or is new or gone; else the change only reaches it.
    pub edited: bool,
    /// Columns of its inputs that changed, by its own column's name.
    pub causes: BTreeMap<String, Vec<(String, String)>>,
    /// The shortest way from the edit to this model.
    pub because: Vec<Step>,
    /// What was edited elsewhere, where the model renders otherwise though its text stayed.
    pub origins: Vec<Origin>,
    /// What the next run does to the table that is there, where runs add to it.
    pub refresh: Option<Refresh>,
}

/// One place on the way from an edit to what it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub place: Place,
    /// Line of `place` in its file, from 1.
    pub line: u32,
    pub what: String,
}

impl ModelImpact {
    pub fn rows_changed(&self) -> bool {
        self.change.rows != Rows::Same
    }

    /// As JSON says it: `added`, `removed`, `modified`, `impacted` or `unchanged`.
    pub fn change_word(&self) -> &'static str {
        match self.change.presence {
            Presence::Added => "added",
            Presence::Removed => "removed",
            Presence::Kept if self.edited => "modified",
            Presence::Kept if self.class.changes_data() => "impacted",
            Presence::Kept => "unchanged",
        }
    }
}

impl Impacts {
    /// The worst verdict of all.
    pub fn worst(&self) -> Verdict {
        let models = self.models.values().map(|impact| impact.verdict);
        models.chain(self.consumers.iter().map(|consumer| consumer.verdict)).max().unwrap_or(Verdict::Stays)
    }
}

/// Follows changes to all they reach.
pub fn reach(changes: &Changes, base: &Compilation, head: &Compilation) -> Impacts {
    let broken = broken::broken(changes, head);
    let mut models = BTreeMap::new();
    let ids: std::collections::BTreeSet<&String> = changes.models.keys().chain(broken.keys()).collect();
    for id in ids {
        let change =
            changes.models.get(id).cloned().or_else(|| head.models.get(id).map(|model| ModelChange::same(id, model)));
        let Some(change) = change else { continue };
        let mut class = class::class(&change, broken.get(id), base, head, &broken);
        let mut verdict = class.verdict(broken.contains_key(id));
        let both = base.models.get(id).zip(head.models.get(id));
        let refresh = both.and_then(|(one, two)| refresh::refresh(&change, one, two));
        if refresh.as_ref().is_some_and(|refresh| refresh.need == Need::Stops) {
            (class, verdict) = (Class::Breaking, Verdict::Breaks);
        }
        let origins = attribution::origins(&change, base, head);
        let edited = change.presence != Presence::Kept
            || change.own.text
            || change.own.guard.is_changed()
            || change.own.metadata
            || !change.own.storage.is_empty();
        let causes = because::causes(&change, changes, head);
        models.insert(
            id.clone(),
            ModelImpact { change, class, verdict, edited, causes, because: Vec::new(), origins, refresh },
        );
    }
    let paths: BTreeMap<String, Vec<Step>> =
        models.keys().map(|id| (id.clone(), because::path(id, &models, &broken, base, head))).collect();
    for (id, path) in paths {
        if let Some(impact) = models.get_mut(&id) {
            impact.because = path;
        }
    }
    let consumers = consumers::consumers(&models, changes, head);
    unsteady::mark(&mut models, head);
    Impacts { models, consumers, inputs: changes.inputs.clone() }
}

/// The columns of a change that a reader may notice.
fn changed_columns(change: &ModelChange) -> impl Iterator<Item = &ColumnChange> {
    change.columns.iter().filter(|column| column.is_change())
}
