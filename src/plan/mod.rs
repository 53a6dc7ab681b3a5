//! Impacts in, a Plan out: the smallest ordered set of Steps from Base to Head, with gates.
//!
//! One entry: [`plan`]. A pure function of both Compilations and their Impacts: the same commits give the same plan,
//! byte for byte. Models that stay are skipped and read where they are.

mod order;
mod steps;

use crate::compile::Compilation;
use crate::impact::Impacts;
use crate::text::{Digest, Hasher};

/// What to run, in an order that is safe.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The environment it is for.
    pub env: String,
    /// Address of everything the plan says.
    pub fingerprint: Digest,
    /// Each stands behind those it waits for.
    pub steps: Vec<Step>,
    pub skipped: Vec<Skipped>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// An owner must agree before anything is built.
    Approve,
    Build,
    /// Data tests that must pass before readers see the new table.
    Test,
    /// What passed takes the place of what readers see.
    Promote,
    /// Nobody reads it any more.
    Drop,
    Notify,
}

impl StepKind {
    pub fn word(self) -> &'static str {
        match self {
            StepKind::Approve => "approve",
            StepKind::Build => "build",
            StepKind::Test => "test",
            StepKind::Promote => "promote",
            StepKind::Drop => "drop",
            StepKind::Notify => "notify",
        }
    }
}

/// One thing to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Stable across runs: `build:model.shop.orders`.
    pub id: String,
    pub kind: StepKind,
    pub relation: Option<String>,
    /// How: `full`, `view`, `full_refresh`, `backfill`, `snapshot`, a test's name, ...
    pub action: String,
    /// The statement, where one is known.
    pub sql: Option<String>,
    pub reads: Vec<String>,
    pub writes: Vec<String>,
    /// Ids of the steps it waits for.
    pub after: Vec<String>,
    pub owner: Option<String>,
    /// How many exposures are served, directly or not: the higher, the sooner.
    pub priority: usize,
    pub because: String,
}

/// A model that need not be built, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub relation: String,
    pub why: String,
}

/// The plan that takes `env` from base to head.
pub fn plan(impacts: &Impacts, base: &Compilation, head: &Compilation, env: &str) -> Plan {
    let steps = order::ordered(steps::steps(impacts, base, head));
    let skipped = steps::skipped(impacts, head);
    let mut hasher = Hasher::new("plan");
    hasher.text(env);
    for step in &steps {
        hasher.text(&format!("{step:?}"));
    }
    Plan { env: env.to_owned(), fingerprint: hasher.finish(), steps, skipped }
}
