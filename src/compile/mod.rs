//! The spine: Snapshot -> Project -> template -> syntax -> algebra -> lineage = Compilation.
//!
//! [`compile`] is that line. Its steps are shared through a [`Cache`]: a base and a head in one process repeat nothing
//! in which they are equal. One broken model never hides the others: what goes wrong is a diagnostic at its place, and
//! a panic of ours costs the one model in which it happens. [`loose`] does the same for SQL without a project.

mod accumulated;
mod answers;
mod catalogs;
mod constraints;
mod declared;
mod draft;
mod each;
mod edit;
mod environments;
mod ground;
mod kept;
mod loose;
mod modes;
mod name_index;
mod names;
mod order;
mod places;
mod reading;
mod reads;
mod relations;
mod resolved;
mod routines;
mod schema;
mod selector;
mod settings;
mod shown;
mod spelling;
mod store;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_edit;
#[cfg(test)]
mod tests_facts;
mod told;
mod understand;
mod union;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::algebra::{Fingerprints, Known, Query, Status};
use crate::diagnostic::Diagnostic;
use crate::lineage::{Graph, ModelLineage};
use crate::project::{Model, Project, read};
use crate::repo::{Disk, Moment, Snapshot};
use crate::syntax::Outline;
use crate::template::Rendered;
use crate::text::{Place, Span};
use declared::Trust;
use draft::{KnownById, Offer, drafts};
use environments::environments;
use ground::{Ground, Stand};
use names::Names;

pub use answers::Counts;
pub use each::{Bug, deep, each, guard, guarded};
pub use loose::{Loose, LooseRelation, QUERY, loose};
pub use schema::Schema;
pub use selector::{Pick, Selected, Selection, SelectorFault, Term, Unselected};
pub use spelling::Spelling;
pub use store::Cache;

/// Everything known about one Snapshot.
pub struct Compilation {
    pub moment: Moment,
    /// The files it was made from; `None` where it was made of loose queries.
    pub snapshot: Option<Snapshot>,
    pub projects: Vec<Project>,
    /// Enabled models (snapshots, analyses, singular tests, plain tables too) by id.
    pub models: BTreeMap<String, CompiledModel>,
    /// What sources and seeds offer to readers, by id.
    pub tables: BTreeMap<String, Known>,
    /// From all floors below, sorted by place. Findings of lint are not among them.
    pub diagnostics: Vec<Diagnostic>,
    /// What it was made with; `None` where it was made of loose queries.
    ground: Option<Box<Ground>>,
    graph: OnceLock<Graph>,
    relation_graph: OnceLock<Graph>,
    /// How many relations have each short name.
    short_names: OnceLock<BTreeMap<String, usize>>,
}

/// One model and everything the floors below said of it.
#[derive(Clone)]
pub struct CompiledModel {
    pub model: Model,
    /// Index into [`Compilation::projects`].
    pub project: usize,
    pub rendered: Arc<Rendered>,
    pub query: Arc<Query>,
    /// Further queries that write it: an incremental model over its existing table, later INSERTs of a script.
    pub also: Vec<Arc<Query>>,
    /// Its text as it is under other circumstances: over its existing table, in another environment. For lint alone.
    pub readings: Vec<Reading>,
    /// Of `query` and `also` together.
    pub lineage: Arc<ModelLineage>,
    /// Of `query`; `None` where it was not understood, or is not all that writes the relation.
    pub fingerprints: Option<Fingerprints>,
    /// What it offers to readers: columns, types, keys, fingerprints.
    pub known: Arc<Known>,
    pub status: Status,
    /// Why the status is not exact, each with its place in the user's file.
    pub why: Vec<Cause>,
    /// Its statement fills a table that something else created.
    pub filled: bool,
}

/// A model's text as it is under other circumstances.
#[derive(Clone)]
pub struct Reading {
    pub rendered: Arc<Rendered>,
    pub query: Arc<Query>,
    pub outline: Arc<Vec<Outline>>,
    /// The branches of the text that are seen only here, in the model's file. What is found elsewhere in such a
    /// reading may owe to an environment that nobody has.
    pub spans: Vec<Span>,
}

impl Reading {
    /// Does a place in a file stand in what only this reading shows?
    pub fn shows(&self, model: &Model, place: &Place) -> bool {
        place.file == model.file && self.spans.iter().any(|span| span.contains(place.span))
    }
}

/// One reason for a status other than exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Countable, in words.
    pub cause: String,
    pub detail: String,
    pub place: Place,
}

/// What a Compilation reads besides its Snapshot, and whom it tells how far it is.
pub struct Around<'a> {
    /// Files that git ignores: installed packages, artifacts.
    pub disk: &'a Disk,
    /// The user's own profiles.yml.
    pub home_profiles: Option<&'a str>,
    /// Called with what is being done, how many of it are done, and how many there are.
    pub progress: &'a (dyn Fn(&'static str, usize, usize) + Sync),
}

/// Compiles a Snapshot.
pub fn compile(snapshot: &Snapshot, around: &Around<'_>, cache: &Cache) -> Compilation {
    let mut projects = read(snapshot, around.disk, around.home_profiles, &in_parallel);
    let environments = environments(&mut projects);
    catalogs::describe(&mut projects);
    let mut tables = tables(&projects);
    let mut known: KnownById = tables.iter().map(|(id, known)| (id.clone(), Offer::new(known.clone(), 0))).collect();
    let drafts = {
        let rendering = Progress::new("rendering", enabled(&projects), around);
        drafts(&projects, &environments, &known, cache, &|| rendering.step())
    };
    let (names, written) = Names::new(&projects, &drafts);
    for table in catalogs::tables(&projects, &names) {
        known.entry(table.id.clone()).or_insert_with(|| Offer::new(table.clone(), 0));
        tables.entry(table.id.clone()).or_insert(table);
    }
    let constrained = names.constrained(&drafts, &written);
    let stand = Stand { environments, names, written, constrained, known, tables };
    let mut ground = Ground::new(&projects, &drafts, stand);
    let models = {
        let resolving = Progress::new("resolving", drafts.len(), around);
        ground.resolve_all(&projects, cache, &|| resolving.step())
    };
    ground.encodings = told::encodings(&projects, snapshot);
    let mut compilation = Compilation {
        moment: snapshot.moment.clone(),
        snapshot: Some(snapshot.clone()),
        projects,
        models,
        tables: BTreeMap::new(),
        diagnostics: Vec::new(),
        ground: None,
        graph: OnceLock::new(),
        relation_graph: OnceLock::new(),
        short_names: OnceLock::new(),
    };
    compilation.stand_on(ground);
    compilation
}

fn is_table(id: &str) -> bool {
    id.starts_with("source.") || id.starts_with("seed.")
}

/// Counts what is done of one kind of work.
struct Progress<'a> {
    what: &'static str,
    done: AtomicUsize,
    all: usize,
    tell: &'a (dyn Fn(&'static str, usize, usize) + Sync),
}

impl<'a> Progress<'a> {
    fn new(what: &'static str, all: usize, around: &Around<'a>) -> Self {
        (around.progress)(what, 0, all);
        Progress { what, done: AtomicUsize::new(0), all, tell: around.progress }
    }

    fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        (self.tell)(self.what, done, self.all);
    }
}

/// The way project readers go through their files in parallel.
fn in_parallel(count: usize, work: &(dyn Fn(usize) + Sync)) {
    each(&(0..count).collect::<Vec<_>>(), |at| work(*at));
}

fn enabled(projects: &[Project]) -> usize {
    projects.iter().flat_map(|project| &project.models).filter(|model| model.enabled).count()
}

/// What sources and seeds offer.
fn tables(projects: &[Project]) -> BTreeMap<String, Known> {
    let mut tables = BTreeMap::new();
    for project in projects {
        let trust = Trust::of(&project.settings);
        let sources = project.sources.iter().map(|source| declared::source(source, project, trust));
        let seeds = project.seeds.iter().map(|seed| declared::seed(seed, trust));
        for known in sources.chain(seeds) {
            tables.entry(known.id.clone()).or_insert(known);
        }
    }
    tables
}
