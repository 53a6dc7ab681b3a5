//! Impacts in, a Plan out: the smallest ordered set of Steps from Base to Head, with gates.
//!
//! One entry: [`plan`]. A pure function of both Compilations, their Impacts and what is asked for: the same commits
//! give the same plan, byte for byte. Models that stay are skipped and read where they are. What is built waits beside
//! what readers see until its gates have passed; then it takes that place. [`targets`] write a Plan for those who run
//! it; knows nothing of files.

mod environment;
mod gates;
mod holds;
mod load;
mod names;
mod order;
mod rewrite;
mod seed;
mod serves;
mod stand_in;
mod statements;
mod steps;
mod stored;
pub mod targets;
mod together;
mod work;

use crate::compile::Compilation;
use crate::impact::Impacts;
use crate::project::PlanSettings;
use crate::text::{Digest, Hasher};

pub use environment::Environment;
pub use holds::{Claim, differences};

/// What to run, in an order that is safe.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The project's name.
    pub project: String,
    /// The dialect of its statements, for people and for formats that ask for it.
    pub dialect: String,
    /// The environment it is for.
    pub env: String,
    /// Address of everything the plan says.
    pub fingerprint: Digest,
    /// Each stands behind those it waits for.
    pub steps: Vec<Step>,
    pub skipped: Vec<Skipped>,
    /// When it runs, where it runs again and again.
    pub schedule: Option<String>,
    /// The ticket it serves.
    pub demand: Option<String>,
    /// What the project says of how plans run.
    pub settings: PlanSettings,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// An owner must agree before anything is built.
    Approve,
    #[default]
    Build,
    /// Data tests that must pass before readers see the new table.
    Test,
    /// Rows, freshness and measures that must be as they should be.
    Check,
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
            StepKind::Check => "check",
            StepKind::Promote => "promote",
            StepKind::Drop => "drop",
            StepKind::Notify => "notify",
        }
    }

    /// Its one statement asks for rows that fail.
    pub fn is_gate(self) -> bool {
        matches!(self, StepKind::Test | StepKind::Check)
    }
}

/// One thing to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Stable across runs: `build:model.shop.orders`.
    pub id: String,
    pub kind: StepKind,
    pub relation: Option<String>,
    /// How: `full`, `view`, `full_refresh`, `backfill`, `snapshot`, a test's name, ...
    pub action: String,
    /// What it runs, one after the other. A gate's one statement counts the rows that fail it.
    pub statements: Vec<String>,
    /// Where only the project's own tool can do it.
    pub command: Option<String>,
    /// When the number that a gate counts is a failure: `!= 0`.
    pub error_if: Option<String>,
    /// A gate that is told and stops nothing.
    pub warns: bool,
    pub reads: Vec<String>,
    pub writes: Vec<String>,
    /// Ids of the steps it waits for.
    pub after: Vec<String>,
    pub owner: Option<String>,
    /// How many exposures are served, directly or not: the higher, the sooner.
    pub priority: usize,
    pub retries: u32,
    pub timeout_s: Option<u32>,
    pub pool: Option<String>,
    pub tags: Vec<String>,
    pub because: String,
}

impl Step {
    /// Does it do nothing but wait for others?
    pub fn is_idle(&self) -> bool {
        self.statements.is_empty() && self.command.is_none()
    }
}

/// A model that need not be built, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub relation: String,
    pub why: String,
}

/// What is asked for, besides the two moments.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub environment: Environment,
    /// All of the project, not what differs.
    pub full: bool,
    /// Of `full`, tables that are otherwise only added to are built anew, as in a warehouse without any.
    pub anew: bool,
    /// Of `full`, only models with this tag and what they read.
    pub tag: Option<String>,
    /// From head back to base: nobody is asked first.
    pub undo: bool,
    /// The first moment, and the one behind the last, of the rows that incremental tables get anew.
    pub window: Option<(String, String)>,
    /// Relations (or `all`) whose owners agreed.
    pub released: Vec<String>,
    /// The ticket it serves.
    pub demand: Option<String>,
}

/// The plan that takes an environment from base to head.
pub fn plan(impacts: &Impacts, base: &Compilation, head: &Compilation, request: &Request) -> Plan {
    let (steps, skipped) = steps::steps(impacts, base, head, request);
    let steps = order::ordered(steps);
    let project = head.projects.iter().find(|project| !project.models.is_empty()).or(head.projects.first());
    let settings = project.map(|project| project.settings.plan.clone()).unwrap_or_default();
    let mut hasher = Hasher::new("plan");
    hasher.text(&request.environment.name);
    for step in &steps {
        hasher.text(&format!("{step:?}"));
    }
    for own in &skipped {
        hasher.text(&own.relation);
    }
    let named = |name: &str| if name.is_empty() { "sql".to_owned() } else { name.to_owned() };
    let tagged = request.tag.as_ref().and_then(|tag| settings.schedules.iter().find(|(own, _)| own == tag));
    let schedule = tagged.map(|(_, schedule)| schedule.clone()).or_else(|| settings.schedule.clone());
    Plan {
        project: project.map_or_else(|| "sql".to_owned(), |project| named(&project.name)),
        dialect: project.map(|project| project.dialect.label().to_owned()).unwrap_or_default(),
        env: request.environment.name.clone(),
        fingerprint: hasher.finish(),
        steps,
        skipped,
        schedule: schedule.filter(|_| request.full),
        demand: request.demand.clone(),
        settings,
    }
}
