//! A Compilation and a Snapshot that differs from its own in a few texts in; the Compilation of that Snapshot out, made
//! by resolving what the change reaches and nothing else.
//!
//! [`Compilation::edit`] resolves the models whose texts changed, and [`Compilation::settle`] their readers, wave by
//! wave, as far as what they read is another now. Between the two every answer is there, some of it as it was before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::draft::{Made, View, draft};
use super::each::deep;
use super::ground::Ground;
use super::reading::reads;
use super::store::Cache;
use super::{Compilation, is_table, told};
use crate::project::edited;
use crate::repo::Snapshot;
use crate::text::{Digest, FileId, Span};

/// What became of a file's text.
enum NewText {
    Same,
    Query(NewQuery),
    /// It may be more than the query of one model.
    More,
}

/// A new text of the model that a draft is of.
struct NewQuery {
    at: usize,
    text: Arc<str>,
    digest: Digest,
    body: Span,
}

/// How many drafts are resolved before somebody may ask for something else.
const AT_ONCE: usize = 4;

impl Compilation {
    /// Makes this the Compilation of `snapshot`, which has new texts in some `files` and is otherwise the same. The
    /// ids of the models that were resolved anew come back; their readers wait for [`Compilation::settle`].
    ///
    /// `None`: the change may reach further than the queries of models (config, macros, YAML, what scripts write), and
    /// takes a whole [`compile`](super::compile). The Compilation is then of no further use.
    pub fn edit(&mut self, snapshot: &Snapshot, files: &BTreeSet<FileId>, cache: &Cache) -> Option<Vec<String>> {
        let mut ground = self.ground.take()?;
        let mut texts = Vec::new();
        for file in files {
            match self.new_text(&ground, snapshot, file) {
                NewText::Same => {}
                NewText::Query(query) => texts.push(query),
                NewText::More => return None,
            }
        }
        self.snapshot = Some(snapshot.clone());
        self.moment = snapshot.moment.clone();
        let resolved = deep(|| {
            let waiting = self.put_in(&mut ground, texts, cache)?;
            Some(self.resolve(&mut ground, waiting, cache))
        })?;
        self.stand_on(*ground);
        Some(resolved)
    }

    /// Resolves some of the models that wait because what they read is another now. The ids of those come back: none
    /// where all is settled.
    pub fn settle(&mut self, cache: &Cache) -> Vec<String> {
        let Some(mut ground) = self.ground.take() else { return Vec::new() };
        let first = ground.waiting.first().map(|(wave, _)| *wave);
        let of_wave = ground.waiting.iter().take_while(|(wave, _)| Some(*wave) == first);
        let some: Vec<(usize, usize)> = of_wave.take(AT_ONCE).copied().collect();
        let resolved = deep(|| self.resolve(&mut ground, some.into_iter().collect(), cache));
        if resolved.is_empty() {
            self.ground = Some(ground);
        } else {
            self.stand_on(*ground);
        }
        resolved
    }

    /// Does no model wait?
    pub fn is_settled(&self) -> bool {
        self.ground.as_ref().is_none_or(|ground| ground.waiting.is_empty())
    }

    /// The models that read some, straight away or by way of others.
    pub fn readers_of<'s>(&self, ids: impl Iterator<Item = &'s String>, depth: usize) -> BTreeSet<String> {
        let Some(ground) = &self.ground else { return BTreeSet::new() };
        let mut found = BTreeSet::new();
        let mut open: BTreeSet<usize> = ids.filter_map(|id| ground.makers.get(id)).flatten().copied().collect();
        for _ in 0..depth {
            let readers: BTreeSet<usize> = open.iter().flat_map(|at| &ground.readers[*at]).copied().collect();
            open = readers.into_iter().filter(|at| found.insert(*at)).collect();
            if open.is_empty() {
                break;
            }
        }
        found.iter().flat_map(|at| &ground.drafts[*at].ids).cloned().collect()
    }

    /// Takes over what follows from the ground: tables that are read, all that is wrong.
    pub(super) fn stand_on(&mut self, ground: Ground) {
        let told = ground.stand.tables.keys().any(|id| !is_table(id));
        if told || self.tables.is_empty() {
            let read: BTreeSet<&String> = self.models.values().flat_map(|model| &model.lineage.depends_on).collect();
            let tables = ground.stand.tables.iter().filter(|(id, _)| is_table(id) || read.contains(id));
            self.tables = tables.map(|(id, known)| (id.clone(), known.clone())).collect();
        }
        self.diagnostics = ground.diagnostics();
        self.graph = std::sync::OnceLock::new();
        self.relation_graph = std::sync::OnceLock::new();
        self.ground = Some(Box::new(ground));
    }

    fn new_text(&self, ground: &Ground, snapshot: &Snapshot, file: &FileId) -> NewText {
        let before = self.snapshot.as_ref().and_then(|own| own.digest(file));
        let Some(digest) = snapshot.digest(file) else { return NewText::More };
        if before == Some(digest) {
            return NewText::Same;
        }
        let Some([at]) = ground.files.get(file).map(Vec::as_slice) else { return NewText::More };
        let drafted = &ground.drafts[*at];
        let index = drafted.made.project;
        let project = &self.projects[index];
        let others = self.projects.iter().enumerate().filter(|(other, _)| *other != index);
        let elsewhere = others.flat_map(|(_, project)| project.macros.iter().chain(&project.templates));
        let Ok(text) = snapshot.text(file) else { return NewText::More };
        let body = edited(project, &project.models[drafted.model], &text.content);
        match body.filter(|_| !elsewhere.into_iter().any(|other| other.file == *file)) {
            Some(body) => NewText::Query(NewQuery { at: *at, text: text.content, digest, body }),
            None => NewText::More,
        }
    }

    /// Puts the texts into their models and renders them; the drafts to resolve, by their waves, come back.
    fn put_in(&mut self, ground: &mut Ground, texts: Vec<NewQuery>, cache: &Cache) -> Option<BTreeSet<(usize, usize)>> {
        if ground.drafts.iter().any(|drafted| asks_graph(&drafted.made)) {
            return None;
        }
        let mut changed = BTreeSet::new();
        let mut reordered = !ground.order.cycles.is_empty();
        for NewQuery { at, text, digest, body } in texts {
            let before = reads(&self.projects, (at, &ground.draft(at, &self.projects)), ground);
            let old = Arc::clone(&ground.drafts[at].made);
            let model = &mut self.projects[old.project].models[ground.drafts[at].model];
            (model.text, model.digest, model.body) = (text, digest, body);
            let project = &self.projects[old.project];
            let model = &project.models[ground.drafts[at].model];
            let known = View { known: &ground.stand.known, wave: 0 };
            let environment = &ground.stand.environments[old.project];
            let made = draft(project, (old.project, model), environment, known, cache).made;
            let (was, is) = (&old.main.reads, &made.main.reads);
            let says_the_same = was.writes == is.writes && was.routines == is.routines;
            if !says_the_same || was.constraints != is.constraints || asks_graph(&made) {
                return None;
            }
            ground.drafts[at].made = made;
            reordered |= before != reads(&self.projects, (at, &ground.draft(at, &self.projects)), ground);
            changed.insert(at);
        }
        if reordered {
            self.order_again(ground)?;
        }
        is_alone(ground, &changed).then(|| changed.iter().map(|at| (ground.drafts[*at].wave, *at)).collect())
    }

    /// Finds the waves again; `None` where reads that no order can honour see something else by it.
    fn order_again(&self, ground: &mut Ground) -> Option<()> {
        let cut = |ground: &Ground| -> Vec<(usize, usize, bool)> {
            let sees = |reader: usize, read: usize| ground.drafts[read].wave < ground.drafts[reader].wave;
            ground.order.cut.iter().map(|(reader, read)| (*reader, *read, sees(*reader, *read))).collect()
        };
        let before = cut(ground);
        let drafts = ground.drafts(&self.projects);
        ground.put_in_order(&self.projects, &drafts);
        if before != cut(ground) {
            return None;
        }
        for drafted in &ground.drafts {
            for id in &drafted.ids {
                if let Some(offer) = ground.stand.known.get_mut(id) {
                    offer.wave = drafted.wave + 1;
                }
            }
        }
        let waiting = std::mem::take(&mut ground.waiting);
        ground.waiting = waiting.into_iter().map(|(_, at)| (ground.drafts[at].wave, at)).collect();
        ground.whole = told::told(&self.projects, &ground.stand.environments, &drafts, &ground.order);
        Some(())
    }

    /// Resolves drafts, first waves first; readers of what is another now begin to wait.
    fn resolve(&mut self, ground: &mut Ground, some: BTreeSet<(usize, usize)>, cache: &Cache) -> Vec<String> {
        let mut waves: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        some.iter().for_each(|(wave, at)| waves.entry(*wave).or_default().push(*at));
        let mut resolved = Vec::new();
        for (wave, members) in waves {
            let addresses = |ground: &Ground, at: usize| -> Vec<Option<Digest>> {
                let ids = ground.drafts[at].ids.iter();
                ids.map(|id| ground.stand.known.get(id).map(|offer| offer.address)).collect()
            };
            let before: Vec<_> = members.iter().map(|at| addresses(ground, *at)).collect();
            for at in &members {
                ground.waiting.remove(&(wave, *at));
                ground.drafts[*at].ids.iter().for_each(|id| drop(self.models.remove(id)));
            }
            ground.resolve(&members, &self.projects, &mut self.models, cache, &|| ());
            for (at, before) in members.iter().zip(before) {
                resolved.extend(ground.drafts[*at].ids.iter().cloned());
                if addresses(ground, *at) != before {
                    let readers = ground.readers[*at].iter().map(|reader| (ground.drafts[*reader].wave, *reader));
                    let later: Vec<_> = readers.filter(|(reader, _)| *reader > wave).collect();
                    ground.waiting.extend(later);
                }
            }
        }
        resolved
    }
}

fn asks_graph(made: &Made) -> bool {
    let elsewhere = made.elsewhere.iter().map(|other| &other.version);
    let mut all = [&made.main].into_iter().chain(&made.incremental).chain(elsewhere);
    all.any(|version| version.rendered.reads_graph)
}

/// Is each relation that the change may reach built by one draft alone?
fn is_alone(ground: &Ground, changed: &BTreeSet<usize>) -> bool {
    let mut seen = changed.clone();
    let mut open: Vec<usize> = changed.iter().copied().collect();
    while let Some(at) = open.pop() {
        let several = |id: &String| ground.makers.get(id).is_some_and(|makers| makers.len() > 1);
        if ground.drafts[at].ids.iter().any(several) {
            return false;
        }
        open.extend(ground.readers[at].iter().copied().filter(|reader| seen.insert(*reader)));
    }
    true
}
