//! Projects in, every model rendered out, with the names it may read: all that can be known before names mean anything.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Deref;
use std::sync::Arc;

use super::each::{Bug, each, guard};
use super::name_index::split_name;
use super::reads::{Reads, reads};
use super::store::{Cache, address};
use crate::algebra::{Known, KnownColumn};
use crate::dialect::{Dialect, Folding};
use crate::project::{Kind, Model, Project};
use crate::syntax::{Parsed, parse, scan};
use crate::template::{Assume, Branch, Environment, Mode, Rendered, render, render_branch};
use crate::text::{Digest, Hasher, Span};

/// One model's text on its way: rendered.
pub(super) struct Draft<'p> {
    pub(super) model: &'p Model,
    pub(super) made: Arc<Made>,
}

/// What rendering came to.
pub(super) struct Made {
    /// Index of the model's project.
    pub(super) project: usize,
    /// As if built anew.
    pub(super) main: Version,
    /// As if its table existed already, where that differs.
    pub(super) incremental: Option<Version>,
    /// As if its surroundings were others, where branches of its text wait for that.
    pub(super) elsewhere: Vec<Elsewhere>,
    /// A panic of ours on the way here.
    pub(super) bug: Option<Bug>,
}

impl Deref for Draft<'_> {
    type Target = Made;

    fn deref(&self) -> &Made {
        &self.made
    }
}

/// A rendering for the branches that it takes and no other one does.
pub(super) struct Elsewhere {
    pub(super) version: Version,
    /// The branches, as they stand in the model's file.
    pub(super) spans: Vec<Span>,
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
    /// The wave of resolving after which it is known; 0 for what no query makes.
    pub(super) wave: usize,
}

impl Offer {
    pub(super) fn new(known: Known, wave: usize) -> Self {
        Offer { address: address(&known), known: Arc::new(known), wave }
    }
}

/// What is known in one wave: what no wave at or after it makes, though another time may have made it.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) known: &'a KnownById,
    /// The last wave whose offers are seen.
    pub(super) wave: usize,
}

impl<'a> View<'a> {
    pub(super) fn get(self, id: &str) -> Option<&'a Offer> {
        self.known.get(id).filter(|offer| offer.wave <= self.wave)
    }
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
        let tables = View { known: tables, wave: 0 };
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
    known: View<'_>,
    cache: &Cache,
) -> Draft<'p> {
    let version = |mode, assume: &Assume| version((project, model), environment, (mode, assume), known, cache);
    let drafted = guard(|| {
        let main = version(Mode::Fresh, &Assume::new());
        let incremental = main.rendered.asks_incremental.then(|| version(Mode::Incremental, &Assume::new()));
        let incremental = incremental.filter(|other| other.rendered.text != main.rendered.text);
        let elsewhere = elsewhere(&model.text, &main, incremental.as_ref(), &version);
        Made { project: index, main, incremental, elsewhere, bug: None }
    });
    let made = drafted.unwrap_or_else(|bug| Made { bug: Some(bug), ..nothing(model, index, project) });
    Draft { model, made: Arc::new(made) }
}

/// Renderings per model that are made for branches alone.
const MAX_ELSEWHERE: usize = 6;

/// Renders until every branch with text in it was taken once.
fn elsewhere(
    text: &str,
    main: &Version,
    incremental: Option<&Version>,
    version: &dyn Fn(Mode, &Assume) -> Version,
) -> Vec<Elsewhere> {
    let mut found: Vec<Elsewhere> = Vec::new();
    let mut covered: BTreeSet<Span> = incremental.into_iter().chain([main]).flat_map(Version::taken).collect();
    let met = |version: &Version, mode: Mode, assumed: &Assume| -> VecDeque<(Mode, Span, Assume)> {
        let untaken = version.rendered.branches.iter().filter(|branch| !branch.taken);
        let with =
            |branch: &Branch| branch.assume.iter().chain(assumed).map(|(test, is)| (test.clone(), *is)).collect();
        untaken.map(|branch| (mode, branch.span, with(branch))).collect()
    };
    let mut waiting = met(main, Mode::Fresh, &Assume::new());
    waiting.extend(incremental.into_iter().flat_map(|version| met(version, Mode::Incremental, &Assume::new())));
    while let Some((mode, span, assume)) = waiting.pop_front() {
        let is_blank = text.get(span.range()).is_none_or(|text| text.trim().is_empty());
        if is_blank || covered.contains(&span) || found.len() == MAX_ELSEWHERE || main.rendered.failed {
            continue;
        }
        let version = version(mode, &assume);
        let spans: Vec<Span> = version.taken().filter(|span| covered.insert(*span)).collect();
        waiting.extend(met(&version, mode, &assume));
        found.push(Elsewhere { version, spans });
    }
    found
}

impl<'p> Draft<'p> {
    /// The renderings beside the first, each with the branches of the text that only it takes.
    pub(super) fn readings(&self) -> impl Iterator<Item = (&Version, Vec<Span>)> {
        let ours: BTreeSet<Span> = self.main.taken().collect();
        let incremental = self
            .incremental
            .as_ref()
            .map(move |version| (version, version.taken().filter(|span| !ours.contains(span)).collect()));
        incremental.into_iter().chain(self.elsewhere.iter().map(|other| (&other.version, other.spans.clone())))
    }

    /// The same model with nothing rendered, after a panic of ours.
    pub(super) fn blank(&self, projects: &[Project], bug: Bug) -> Draft<'p> {
        let blank = nothing(self.model, self.project, &projects[self.project]);
        Draft { model: self.model, made: Arc::new(Made { bug: Some(bug), ..blank }) }
    }
}

fn nothing(model: &Model, index: usize, project: &Project) -> Made {
    let rendered = Arc::new(Rendered { files: vec![model.file.clone()], failed: true, ..Rendered::default() });
    let key = parse_key("", model.dialect(&project.dialect));
    let main = Version { rendered, key, reads: Reads::default(), early: None, refs: BTreeMap::new() };
    Made { project: index, main, incremental: None, elsewhere: Vec::new(), bug: None }
}

fn version(
    (project, model): (&Project, &Model),
    environment: &Environment,
    (mode, assume): (Mode, &Assume),
    known: View<'_>,
    cache: &Cache,
) -> Version {
    let columns = |id: &str| {
        let known = &known.get(id)?.known;
        if known.open && known.columns.is_empty() {
            return None;
        }
        let dialect = model.dialect(&project.dialect);
        Some(known.columns.iter().map(|column| (reported(column, dialect), column.ty.name.clone())).collect())
    };
    let key = render_key(model, environment, (mode, assume));
    let rendered = cache.rendered(key, known, environment.graph_digest(), || match assume.is_empty() {
        true => render(environment, model, mode, &columns),
        false => render_branch(environment, model, mode, &columns, assume),
    });
    let dialect = model.dialect(&project.dialect);
    let key = parse_key(&rendered.text, dialect);
    // Only its statements say what a script is called by others: the tables it writes.
    let early = (project.kind == Kind::Plain).then(|| cache.parsed.get_or(key, || parse(&rendered.text, dialect)));
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

/// A column's name as the warehouse tells it: `select 1 as id` makes `ID` where unquoted names are upper case, which a
/// macro like `dbt_utils.star` puts in quotes.
pub(super) fn reported(column: &KnownColumn, dialect: &Dialect) -> String {
    match dialect.column_folding {
        Folding::Upper | Folding::Lower => dialect.column_key(&column.name, column.quoted),
        Folding::Insensitive | Folding::Sensitive => column.name.clone(),
    }
}

impl Version {
    /// The branches it takes of those that its surroundings choose between.
    pub(super) fn taken(&self) -> impl Iterator<Item = Span> + '_ {
        self.rendered.branches.iter().filter(|branch| branch.taken).map(|branch| branch.span)
    }

    /// The trees of its text.
    pub(super) fn parsed(&self, dialect: &Dialect) -> Arc<Parsed> {
        self.early.clone().unwrap_or_else(|| Arc::new(parse(&self.rendered.text, dialect)))
    }
}

/// The address of everything a rendering reads, but for columns it may ask for.
fn render_key(model: &Model, environment: &Environment, (mode, assume): (Mode, &Assume)) -> Digest {
    let mut hasher = Hasher::new("rendered");
    hasher.digest(environment.digest()).digest(model.digest);
    hasher.text(&model.id).text(model.file.path()).number(mode as u64);
    hasher.number(u64::from(model.body.start)).number(u64::from(model.body.end));
    hasher.text(&format!("{:?}{:?}{:?}", model.config, model.overrides, model.relation));
    hasher.text(&format!("{:?}", model.properties.columns));
    for (test, outcome) in assume {
        hasher.text(test).number(u64::from(*outcome));
    }
    hasher.finish()
}

/// The address of everything a parse reads.
pub(super) fn parse_key(text: &str, dialect: &Dialect) -> Digest {
    Hasher::new("parsed").text(dialect.label()).text(text).finish()
}
