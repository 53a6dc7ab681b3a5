//! Drafts in, resolved models out wave by wave; and what all of that was made with, kept for the next edit.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::declared::{Trust, constrain};
use super::draft::{Draft, KnownById, Made, Offer, View, draft};
use super::each::each_guarded;
use super::names::{Names, Written};
use super::order::Order;
use super::reading::{makers, readers, reading_order};
use super::resolved::Sight;
use super::routines::Routines;
use super::store::Cache;
use super::{CompiledModel, is_table, told, understand};
use crate::algebra::Known;
use crate::diagnostic::Diagnostic;
use crate::project::{Fact, Project};
use crate::template::Environment;
use crate::text::FileId;

/// What is known before names are resolved.
pub(super) struct Stand {
    pub(super) environments: Vec<Environment>,
    pub(super) names: Names,
    /// By draft.
    pub(super) written: Vec<Written>,
    /// What the texts of scripts hold tables to, by id.
    pub(super) constrained: BTreeMap<String, Vec<Fact>>,
    pub(super) known: KnownById,
    /// Those too that nobody reads.
    pub(super) tables: BTreeMap<String, Known>,
}

/// What a Compilation was made with.
pub(super) struct Ground {
    pub(super) stand: Stand,
    /// Which drafts build a relation, by its id.
    pub(super) makers: BTreeMap<String, Vec<usize>>,
    pub(super) drafts: Vec<Drafted>,
    pub(super) order: Order,
    /// Drafts by file.
    pub(super) files: BTreeMap<FileId, Vec<usize>>,
    /// For each draft, the drafts that read it.
    pub(super) readers: Vec<Vec<usize>>,
    /// What the floors below said of whole projects, and loops.
    pub(super) whole: Vec<Diagnostic>,
    /// Files that are not UTF-8.
    pub(super) encodings: Vec<Diagnostic>,
    /// Drafts (after their wave) that wait to be resolved anew.
    pub(super) waiting: BTreeSet<(usize, usize)>,
}

/// A draft, and what it came to.
pub(super) struct Drafted {
    /// Index of its model in its project.
    pub(super) model: usize,
    pub(super) made: Arc<Made>,
    /// The wave it is resolved in.
    pub(super) wave: usize,
    /// The models it came to.
    pub(super) ids: Vec<String>,
    pub(super) told: Vec<Diagnostic>,
}

/// The models of one draft, and what is wrong with them.
type Found = (Vec<CompiledModel>, Vec<Diagnostic>);

impl Ground {
    pub(super) fn new(projects: &[Project], drafts: &[Draft<'_>], stand: Stand) -> Self {
        let makers = makers(drafts, &stand.written);
        let mut files: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
        for (at, draft) in drafts.iter().enumerate() {
            files.entry(draft.model.file.clone()).or_default().push(at);
        }
        let mut places = BTreeMap::new();
        for (project, all) in projects.iter().enumerate() {
            places.extend(all.models.iter().enumerate().map(|(at, model)| ((project, std::ptr::from_ref(model)), at)));
        }
        let drafted = drafts.iter().map(|draft| Drafted {
            model: places.get(&(draft.project, std::ptr::from_ref(draft.model))).copied().unwrap_or_default(),
            made: Arc::clone(&draft.made),
            wave: 0,
            ids: Vec::new(),
            told: Vec::new(),
        });
        let mut ground = Ground {
            drafts: drafted.collect(),
            makers,
            order: Order::default(),
            files,
            readers: Vec::new(),
            whole: Vec::new(),
            encodings: Vec::new(),
            waiting: BTreeSet::new(),
            stand,
        };
        ground.put_in_order(projects, drafts);
        ground.whole = told::told(projects, &ground.stand.environments, drafts, &ground.order);
        ground
    }

    /// Finds the waves that drafts are resolved in.
    pub(super) fn put_in_order(&mut self, projects: &[Project], drafts: &[Draft<'_>]) {
        self.order = reading_order(projects, drafts, self);
        self.readers = readers(drafts, self);
        for (wave, members) in self.order.waves.iter().enumerate() {
            for at in members {
                self.drafts[*at].wave = wave;
            }
        }
    }

    /// The drafts, beside their models.
    pub(super) fn drafts<'p>(&self, projects: &'p [Project]) -> Vec<Draft<'p>> {
        (0..self.drafts.len()).map(|at| self.draft(at, projects)).collect()
    }

    pub(super) fn draft<'p>(&self, at: usize, projects: &'p [Project]) -> Draft<'p> {
        let Drafted { model, made, .. } = &self.drafts[at];
        Draft { model: &projects[made.project].models[*model], made: Arc::clone(made) }
    }

    /// Wave by wave, each model after those it reads.
    pub(super) fn resolve_all(
        &mut self,
        projects: &[Project],
        cache: &Cache,
        done: &(dyn Fn() + Sync),
    ) -> BTreeMap<String, CompiledModel> {
        let mut models = BTreeMap::new();
        for wave in self.order.waves.clone() {
            self.resolve(&wave, projects, &mut models, cache, done);
        }
        models
    }

    /// Resolves drafts of one wave, and keeps what they come to.
    pub(super) fn resolve(
        &mut self,
        wave: &[usize],
        projects: &[Project],
        models: &mut BTreeMap<String, CompiledModel>,
        cache: &Cache,
        done: &(dyn Fn() + Sync),
    ) {
        let results = each_guarded(wave, |at| {
            let found = self.resolve_one(*at, &self.draft(*at, projects), projects, cache);
            done();
            found
        });
        for (at, result) in wave.iter().zip(results) {
            let (found, told) = result.unwrap_or_else(|bug| {
                self.resolve_one(*at, &self.draft(*at, projects).blank(projects, bug), projects, cache)
            });
            self.drafts[*at].told = told;
            self.drafts[*at].ids = found.iter().map(|model| model.model.id.clone()).collect();
            for model in found {
                self.keep(*at, model, projects, models);
            }
        }
    }

    fn resolve_one(&self, at: usize, early: &Draft<'_>, projects: &[Project], cache: &Cache) -> Found {
        let project = &projects[early.project];
        let stand = &self.stand;
        let written = &stand.written[at];
        let known = View { known: &stand.known, wave: self.drafts[at].wave };
        let asks = early.main.rendered.asked_columns.iter().any(|id| !is_table(id));
        let again = asks.then(|| {
            let environment = &stand.environments[early.project];
            draft(project, (early.project, early.model), environment, known, cache)
        });
        let draft = again.as_ref().unwrap_or(early);
        let own_routines = Routines::of(draft.main.reads.routines.clone());
        let sight = Sight {
            own_routines: &own_routines,
            names: &stand.names,
            project: draft.project,
            refs: &draft.main.refs,
            known,
            written,
            own: &draft.model.id,
            asked: RefCell::default(),
        };
        understand::understand(draft, project, (&sight, written), cache)
    }

    /// A table that several scripts write is one model; a model of a name that is taken is told and left out.
    fn keep(
        &mut self,
        at: usize,
        model: CompiledModel,
        projects: &[Project],
        models: &mut BTreeMap<String, CompiledModel>,
    ) {
        let id = model.model.id.clone();
        match models.get_mut(&id) {
            None => drop(models.insert(id.clone(), model)),
            Some(first) if first.is_script_table() && model.is_script_table() => first.merge(&model),
            Some(first) => {
                self.drafts[at].told.extend(told::name_taken(first, &model, projects));
                return;
            }
        }
        if let (Some(model), Some(facts)) = (models.get_mut(&id), self.stand.constrained.get(&id)) {
            let project = &projects[model.project];
            let trust = Trust::of(&project.settings).enforced(project.dialect.flag("enforces_keys"));
            constrain(Arc::make_mut(&mut model.known), facts, trust);
        }
        if let Some(model) = models.get_mut(&id) {
            model.show_facts();
        }
        if let Some(model) = models.get(&id) {
            let offer = Offer::new(Known::clone(&model.known), self.drafts[at].wave + 1);
            self.stand.known.insert(id, offer);
        }
    }

    /// All that is wrong, sorted by place.
    pub(super) fn diagnostics(&self) -> Vec<Diagnostic> {
        let told = self.drafts.iter().flat_map(|draft| &draft.told);
        let mut all: Vec<Diagnostic> = self.whole.iter().chain(&self.encodings).chain(told).cloned().collect();
        told::sort(&mut all);
        all
    }
}
