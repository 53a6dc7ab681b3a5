//! Projects in, every model rendered out, with the names it may read: all that can be known before names mean anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::each::{Bug, each, guard};
use super::name_index::split_name;
use super::reads::{Reads, reads};
use super::store::{Cache, address};
use crate::algebra::Known;
use crate::dialect::Dialect;
use crate::project::{Kind, Model, Project};
use crate::syntax::{Parsed, parse, scan};
use crate::template::{Environment, Mode, Rendered, render};
use crate::text::{Digest, Hasher};

/// One model's text on its way: rendered.
pub(super) struct Draft<'p> {
    pub(super) model: &'p Model,
    /// Index of its project.
    pub(super) project: usize,
    /// As if built anew.
    pub(super) main: Version,
    /// As if its table existed already, where that differs.
    pub(super) incremental: Option<Version>,
    /// A panic of ours on the way here.
    pub(super) bug: Option<Bug>,
}

/// One rendering of a model.
#[derive(Clone)]
pub(super) struct Version {
    pub(super) rendered: Arc<Rendered>,
    /// The address of its text in its dialect.
    pub(super) key: Digest,
    pub(super) reads: Reads,
    /// Trees are large, and most are let go as soon as they are resolved: only here if they had to be read already.
    early: Option<Arc<Parsed>>,
    /// What the template put in for `ref` and `source`, in lower case, and the id it stands for.
    pub(super) refs: BTreeMap<String, Option<String>>,
}

/// What relations offer to their readers, by id, as far as it is known.
pub(super) type KnownById = BTreeMap<String, Offer>;

/// What a relation offers, and the address of that.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) known: Arc<Known>,
    pub(super) address: Digest,
}

impl Offer {
    pub(super) fn new(known: Known) -> Self {
        Offer { address: address(&known), known: Arc::new(known) }
    }
}

/// The template environments of all projects.
pub(super) fn environments(projects: &[Project]) -> Vec<Environment> {
    each(&(0..projects.len()).collect::<Vec<_>>(), |index| {
        let others = projects.iter().enumerate().filter(|(other, _)| other != index);
        Environment::new(&projects[*index], &others.map(|(_, project)| project).collect::<Vec<_>>())
    })
}

/// Renders every enabled model.
pub(super) fn drafts<'p>(
    projects: &'p [Project],
    environments: &[Environment],
    tables: &KnownById,
    cache: &Cache,
    done: &(dyn Fn() + Sync),
) -> Vec<Draft<'p>> {
    let all = projects.iter().enumerate().flat_map(|(index, project)| {
        let enabled = project.models.iter().filter(|model| model.enabled);
        enabled.map(move |model| (index, model))
    });
    each(&all.collect::<Vec<_>>(), |(project, model)| {
        let draft = draft(&projects[*project], (*project, model), &environments[*project], tables, cache);
        done();
        draft
    })
}

/// Renders one model; a template that asks for columns gets those in `known`.
pub(super) fn draft<'p>(
    project: &Project,
    (index, model): (usize, &'p Model),
    environment: &Environment,
    known: &KnownById,
    cache: &Cache,
) -> Draft<'p> {
    let version = |mode| version((project, model), environment, mode, known, cache);
    let drafted = guard(|| {
        let main = version(Mode::Fresh);
        let incremental = main.rendered.asks_incremental.then(|| version(Mode::Incremental));
        (main, incremental)
    });
    match drafted {
        Ok((main, incremental)) => {
            let incremental = incremental.filter(|other| other.rendered.text != main.rendered.text);
            Draft { model, project: index, main, incremental, bug: None }
        }
        Err(bug) => Draft { bug: Some(bug), ..nothing(model, index, project) },
    }
}

impl<'p> Draft<'p> {
    /// The same model, with nothing rendered.
    pub(super) fn blank(&self, projects: &[Project]) -> Draft<'p> {
        nothing(self.model, self.project, &projects[self.project])
    }
}

fn nothing<'p>(model: &'p Model, index: usize, project: &Project) -> Draft<'p> {
    let rendered = Arc::new(Rendered { files: vec![model.file.clone()], failed: true, ..Rendered::default() });
    let key = parse_key("", &project.dialect);
    let main = Version { rendered, key, reads: Reads::default(), early: None, refs: BTreeMap::new() };
    Draft { model, project: index, main, incremental: None, bug: None }
}

fn version(
    (project, model): (&Project, &Model),
    environment: &Environment,
    mode: Mode,
    known: &KnownById,
    cache: &Cache,
) -> Version {
    let columns = |id: &str| {
        let known = &known.get(id)?.known;
        if known.open && known.columns.is_empty() {
            return None;
        }
        Some(known.columns.iter().map(|column| (column.name.clone(), column.ty.name.clone())).collect())
    };
    let rendered =
        cache.rendered(render_key(model, environment, mode), known, || render(environment, model, mode, &columns));
    let key = parse_key(&rendered.text, &project.dialect);
    // Only its statements say what a script is called by others: the tables it writes.
    let early =
        (project.kind == Kind::Plain).then(|| cache.parsed.get_or(key, || parse(&rendered.text, &project.dialect)));
    let reads = match &early {
        Some(parsed) => reads(parsed),
        None => Reads { names: scan(&rendered.text).into_iter().collect(), ..Reads::default() },
    };
    let refs = rendered
        .refs
        .iter()
        .rev()
        .map(|reference| (split_name(&reference.text).join(".").to_ascii_lowercase(), reference.id.clone()));
    Version { refs: refs.collect(), rendered, key, reads, early }
}

impl Version {
    /// The trees of its text.
    pub(super) fn parsed(&self, dialect: &Dialect) -> Arc<Parsed> {
        self.early.clone().unwrap_or_else(|| Arc::new(parse(&self.rendered.text, dialect)))
    }
}

/// The address of everything a rendering reads, but for columns it may ask for.
fn render_key(model: &Model, environment: &Environment, mode: Mode) -> Digest {
    let mut hasher = Hasher::new("rendered");
    hasher.digest(environment.digest()).digest(environment.graph_digest()).digest(model.digest);
    hasher.text(&model.id).text(model.file.path()).number(mode as u64);
    hasher.number(u64::from(model.body.start)).number(u64::from(model.body.end));
    hasher.text(&format!("{:?}{:?}{:?}", model.config, model.overrides, model.relation));
    hasher.text(&format!("{:?}", model.properties.columns));
    hasher.finish()
}

/// The address of everything a parse reads.
pub(super) fn parse_key(text: &str, dialect: &Dialect) -> Digest {
    Hasher::new("parsed").text(dialect.label()).text(text).finish()
}
