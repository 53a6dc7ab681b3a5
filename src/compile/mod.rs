//! The spine: Snapshot -> Project -> template -> syntax -> algebra -> lineage = Compilation.

mod each;
mod loose;
mod name_index;
mod order;
mod schema;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use each::{Bug, deep, each, each_guarded, guard, guarded};
pub use loose::{Loose, LooseRelation, QUERY, loose};
pub use schema::Schema;

use crate::algebra::{Known, Query, Status};
use crate::diagnostic::Diagnostic;
use crate::lineage::ModelLineage;
use crate::project::{Model, Project};
use crate::repo::Moment;
use crate::syntax::Parsed;
use crate::template::Rendered;
use crate::text::Place;

/// Everything known about one Snapshot.
pub struct Compilation {
    pub moment: Moment,
    pub projects: Vec<Project>,
    /// Enabled models (snapshots, analyses, singular tests, plain tables too) by id.
    pub models: BTreeMap<String, CompiledModel>,
    /// What sources and seeds offer to readers, by id.
    pub tables: BTreeMap<String, Known>,
    /// From all floors below, sorted by place. Findings of lint are not among them.
    pub diagnostics: Vec<Diagnostic>,
}

/// One model and everything the floors below said of it.
#[derive(Clone)]
pub struct CompiledModel {
    pub model: Model,
    /// Index into [`Compilation::projects`].
    pub project: usize,
    pub rendered: Arc<Rendered>,
    pub parsed: Arc<Parsed>,
    pub query: Arc<Query>,
    pub lineage: Arc<ModelLineage>,
    /// What it offers to readers: columns, types, keys, fingerprints.
    pub known: Arc<Known>,
    pub status: Status,
    /// Why the status is not exact, each with its place in the user's file.
    pub why: Vec<Cause>,
}

/// One reason for a status other than exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Countable, in words.
    pub cause: String,
    pub detail: String,
    pub place: Place,
}
