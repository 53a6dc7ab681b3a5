//! Base and Head compiled in, Changes of meaning out: per model its rows, columns, keys and settings.
//!
//! One entry: [`diff`]. Fingerprints of a model reach through all it reads, so comparing them is propagation: a model
//! whose parents changed in nothing it uses compares equal. Who suffers is the next floor's question.

mod columns;
mod contract;
mod evidence;
mod inputs;
mod own;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use crate::algebra::{Clash, clashes};
use crate::compile::{Compilation, CompiledModel};
use crate::dialect::Dialect;
use crate::project::ModelKind;
use crate::text::{Place, Span};

pub use columns::{ColumnChange, Content, Shape, Width};
pub use evidence::Evidence;
pub use own::{Own, Setting};
use rows::RowSets;
pub use rows::Rows;

/// Every model of either side that differs in anything, by id.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub models: BTreeMap<String, ModelChange>,
    /// Sources and seeds that differ, by id: what the models read and do not build.
    pub inputs: BTreeMap<String, ModelChange>,
    /// Singular tests of both sides whose own query differs in anything, by id.
    pub tests: BTreeMap<String, ModelChange>,
}

/// What differs of one model.
#[derive(Clone, Debug)]
pub struct ModelChange {
    pub id: String,
    pub presence: Presence,
    /// The id it had, where an added model is a removed one under another name.
    pub was: Option<String>,
    /// What was edited of the model itself.
    pub own: Own,
    pub rows: Rows,
    /// In head's order, removed ones last; unchanged ones too.
    pub columns: Vec<ColumnChange>,
    /// Keys that base had and head has not.
    pub keys_lost: Vec<Vec<String>>,
    /// Keys that head has and base had not.
    pub keys_gained: Vec<Vec<String>>,
    /// Where the SQL differs, clause by clause.
    pub evidence: Vec<Evidence>,
    /// Neither chance nor the clock decides its rows or values.
    pub deterministic: bool,
    /// Both sides were understood exactly and no assumption was made.
    pub proved: bool,
    /// Its own text says something else, whatever else it reads: a cause, not only one who is reached.
    pub edit_tells: bool,
    /// Understood too little on some side to say that anything stayed.
    pub unknown: bool,
    /// Names that head reads and nobody has, which base did not suffer from.
    pub broken: Vec<(String, Place)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Added,
    Removed,
    Kept,
}

impl ModelChange {
    /// Is there nothing to tell?
    pub fn is_nothing(&self) -> bool {
        let moved = || self.columns.iter().any(|column| column.shape.contains(&Shape::Moved));
        self.presence == Presence::Kept && !self.own.any() && !self.changes_data() && self.broken.is_empty() && !moved()
    }

    /// Of what there is no reader: `added`, `removed`, `modified`.
    pub fn presence_word(&self) -> &'static str {
        match self.presence {
            Presence::Added => "added",
            Presence::Removed => "removed",
            Presence::Kept => "modified",
        }
    }

    /// The change of a model that has none.
    pub fn same(id: &str, model: &CompiledModel) -> Self {
        let same = |column: &crate::algebra::KnownColumn| ColumnChange {
            name: column.name.clone(),
            shape: Vec::new(),
            content: Content::Same,
        };
        let columns = model.known.columns.iter().map(same).collect();
        ModelChange { rows: Rows::Same, ..alone(id, Presence::Kept, model, columns) }
    }

    /// Do its rows, values or columns differ?
    pub fn changes_data(&self) -> bool {
        self.rows != Rows::Same || self.unknown || self.columns.iter().any(ColumnChange::is_change)
    }
}

/// Compares two Compilations model by model.
pub fn diff(base: &Compilation, head: &Compilation) -> Changes {
    let ids: BTreeSet<&String> = base.models.keys().chain(head.models.keys()).collect();
    let sets = RowSets::new(base, head);
    let (mut models, mut tests) = (BTreeMap::new(), BTreeMap::new());
    for id in ids {
        let change = match (base.models.get(id), head.models.get(id)) {
            (Some(one), Some(two)) if is_built(two) => kept((one, two), head, &sets),
            (Some(one), Some(two)) if two.model.kind == ModelKind::SingularTest => {
                let change = kept((one, two), head, &sets);
                if !change.is_nothing() {
                    tests.insert(id.clone(), change);
                }
                continue;
            }
            (None, Some(two)) if is_built(two) => appeared(id, two),
            (Some(one), None) if is_built(one) => vanished(id, one),
            _ => continue,
        };
        if !change.is_nothing() {
            models.insert(id.clone(), change);
        }
    }
    name_renamed(&mut models, base, head);
    Changes { models, inputs: inputs::inputs(base, head), tests }
}

/// Is it a table or view of the warehouse (a test or an analysis is none)?
pub fn is_built(model: &CompiledModel) -> bool {
    !matches!(model.model.kind, ModelKind::Analysis | ModelKind::SingularTest)
}

fn kept((one, two): (&CompiledModel, &CompiledModel), head: &Compilation, sets: &RowSets<'_>) -> ModelChange {
    let id = &two.model.id;
    let own = own::own(one, two);
    let dialect = two.model.dialect(&head.projects[two.project].dialect);
    let columns = columns::columns(&one.known, &two.known, dialect);
    let rows = sets.rows(id);
    let mut broken = new_problems(one, two);
    broken.extend(new_clashes(one, two, dialect));
    // Where fingerprints could not be had, only equal text over equal inputs would say that anything stayed.
    let unknown = one.known.rows.is_none() || two.known.rows.is_none();
    let missing = |from, to| if rows == Rows::Same { Vec::new() } else { keys_missing(from, to) };
    let (keys_lost, keys_gained) = (missing(one, two), missing(two, one));
    let exact = |model: &CompiledModel| model.status == crate::algebra::Status::Exact;
    ModelChange {
        id: id.clone(),
        presence: Presence::Kept,
        was: None,
        own,
        rows,
        evidence: evidence::evidence(one, two, &columns),
        columns,
        keys_lost,
        keys_gained,
        deterministic: is_steady(two),
        proved: exact(one) && exact(two) && !rests_on_declared(one, two),
        edit_tells: sets.edit_tells(one, two),
        unknown,
        broken,
    }
}

/// Is some equality of the two only one where what is declared of data from elsewhere is true?
fn rests_on_declared(one: &CompiledModel, two: &CompiledModel) -> bool {
    let (a, b) = (&one.known, &two.known);
    let values = |known: &crate::algebra::Known| known.columns.iter().map(|column| column.value).collect::<Vec<_>>();
    (a.given.is_some() || b.given.is_some()) && (a.rows != b.rows || values(a) != values(b))
}

fn appeared(id: &str, model: &CompiledModel) -> ModelChange {
    let columns = model.known.columns.iter().map(|column| ColumnChange::added(&column.name)).collect();
    alone(id, Presence::Added, model, columns)
}

fn vanished(id: &str, model: &CompiledModel) -> ModelChange {
    let columns = model.known.columns.iter().map(|column| ColumnChange::removed(&column.name)).collect();
    alone(id, Presence::Removed, model, columns)
}

fn alone(id: &str, presence: Presence, model: &CompiledModel, columns: Vec<ColumnChange>) -> ModelChange {
    ModelChange {
        id: id.to_owned(),
        presence,
        was: None,
        own: Own::default(),
        rows: Rows::Changed,
        columns,
        keys_lost: Vec::new(),
        keys_gained: Vec::new(),
        evidence: Vec::new(),
        deterministic: is_steady(model),
        proved: model.status == crate::algebra::Status::Exact,
        edit_tells: true,
        unknown: false,
        broken: if presence == Presence::Added { problems(model) } else { Vec::new() },
    }
}

/// Does neither chance nor the clock decide a row or a value of its own query?
pub fn is_steady(model: &CompiledModel) -> bool {
    let steady =
        |prints: &crate::algebra::Fingerprints| prints.steady_rows && prints.steady_values.iter().all(|steady| *steady);
    model.fingerprints.as_ref().is_none_or(steady)
}

/// The keys of one that two has not, though it has their columns.
fn keys_missing(one: &CompiledModel, two: &CompiledModel) -> Vec<Vec<String>> {
    let holds = |key: &Vec<String>| {
        two.known
            .keys
            .iter()
            .any(|(other, _)| other.iter().all(|name| key.iter().any(|own| own.eq_ignore_ascii_case(name))))
    };
    let named = |key: &Vec<String>| {
        key.iter().all(|name| two.known.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name)))
    };
    let lost =
        one.known.keys.iter().map(|(key, _)| key).filter(|key| named(key) && !holds(key) && !two.known.at_most_one_row);
    // The smallest keys say it; what follows from them need not be said.
    let lost: Vec<&Vec<String>> = lost.collect();
    let minimal = |key: &&&Vec<String>| {
        !lost.iter().any(|other| other.len() < key.len() && other.iter().all(|name| key.contains(name)))
    };
    lost.iter().filter(minimal).map(|key| (*key).clone()).collect()
}

/// Where the text of a span was written.
fn place_of(model: &CompiledModel, span: Span) -> Place {
    model.rendered.origin(span).map_or_else(|| Place::top(&model.model.file), |origin| origin.place)
}

fn problems(model: &CompiledModel) -> Vec<(String, Place)> {
    // What a hole hides may be just what is missed.
    let whole = model.rendered.unknowns.is_empty() && !model.rendered.failed;
    use crate::algebra::ProblemKind;
    let breaks = |kind: ProblemKind| {
        matches!(kind, ProblemKind::UnknownColumn | ProblemKind::UnknownRelation | ProblemKind::SetColumnCount)
    };
    let queries = std::iter::once(&model.query).chain(&model.also);
    let mut found: Vec<(String, Place)> = queries
        .flat_map(|query| &query.problems)
        .filter(|problem| whole && breaks(problem.kind))
        .map(|problem| (problem.message.clone(), place_of(model, problem.span)))
        .collect();
    found.extend(
        model
            .rendered
            .diagnostics
            .iter()
            .filter(|d| d.rule == "unknown-relation")
            .map(|d| (d.message.clone(), d.place.clone())),
    );
    found.extend(contract::broken_promises(model));
    found.dedup();
    found
}

/// What head suffers from and base did not.
fn new_problems(one: &CompiledModel, two: &CompiledModel) -> Vec<(String, Place)> {
    let before: Vec<String> = problems(one).into_iter().map(|(message, _)| message).collect();
    problems(two).into_iter().filter(|(message, _)| !before.contains(message)).collect()
}

/// What head puts together and its engine refuses, where base was not refused the like of it: what base has, its engine
/// is known to build.
fn new_clashes(one: &CompiledModel, two: &CompiledModel, dialect: &Dialect) -> Vec<(String, Place)> {
    let of = |model: &CompiledModel| -> Vec<Clash> {
        let queries = std::iter::once(&model.query).chain(&model.also);
        queries.flat_map(|query| clashes(query, dialect)).collect()
    };
    let found = of(two);
    if found.is_empty() {
        return Vec::new();
    }
    let before = of(one);
    let new = found.into_iter().filter(|clash| !before.iter().any(|other| other.message == clash.message));
    new.map(|clash| (clash.message, place_of(two, clash.span))).collect()
}

/// An added model that says what a removed one said is the same model under another name.
fn name_renamed(models: &mut BTreeMap<String, ModelChange>, base: &Compilation, head: &Compilation) {
    let of = |presence: Presence| {
        models.values().filter(move |change| change.presence == presence).map(|change| change.id.clone())
    };
    let (added, removed): (Vec<String>, Vec<String>) = (of(Presence::Added).collect(), of(Presence::Removed).collect());
    let same = |old: &str, new: &str| {
        let (one, two) = (&base.models[old].known, &head.models[new].known);
        one.rows.is_some()
            && one.rows == two.rows
            && one.columns.len() == two.columns.len()
            && one.columns.iter().zip(&two.columns).all(|(a, b)| a.value == b.value && a.name == b.name)
    };
    for new in &added {
        let olds: Vec<&String> = removed.iter().filter(|old| same(old, new)).collect();
        if let ([only], Some(change)) = (olds.as_slice(), models.get_mut(new)) {
            change.was = Some((*only).clone());
        }
    }
}
