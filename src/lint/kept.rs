//! A Compilation in, what rules said of each of its parts kept; Findings out: levelled, allowed, in a stable order.
//!
//! Rules judge models, files and whole projects, each apart from the others. Where a Compilation changes in a few
//! models, those are judged anew and the rest stands.

use std::collections::{BTreeMap, BTreeSet};

use crate::compile::{Compilation, CompiledModel, deep, each};
use crate::diagnostic::Severity;
use crate::text::{Digest, FileId, Hasher, Place};

use super::change::Base;
use super::check::Run;
use super::finding::{Finding, Raised, fingerprint};
use super::level::{ProjectRules, Selection};
use super::macros::Surveys;
use super::page::Page;
use super::sensitive::Watch;
use super::standards::Standards;
use super::suppress::{self, Suppression};
use super::texts::Texts;

/// What rules said of a Compilation, part by part.
pub struct Kept {
    standards: Standards,
    texts: Texts,
    surveys: Surveys,
    /// By the id of the model that was judged.
    models: BTreeMap<String, Vec<Raised>>,
    sheets: BTreeMap<FileId, Vec<Raised>>,
    /// By the number of the rule among those that judge whole projects.
    projects: Vec<Vec<Raised>>,
    changes: Vec<Raised>,
}

impl Kept {
    /// Everything judged.
    pub(super) fn of(compilation: &Compilation, base: Option<&Base<'_>>, selection: &Selection) -> Self {
        let mut kept = Kept::new(compilation);
        let ids: Vec<&String> = compilation.models.keys().collect();
        kept.judge(compilation, selection, &ids);
        kept.judge_sheets(compilation, selection, None);
        kept.judge_whole(compilation, base, selection);
        kept
    }

    /// Nothing judged yet.
    pub fn new(compilation: &Compilation) -> Self {
        Kept {
            standards: Standards::of(&compilation.projects),
            texts: Texts::of(compilation),
            surveys: Surveys::default(),
            models: BTreeMap::new(),
            sheets: BTreeMap::new(),
            projects: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// The pages of the rules.
    pub fn standards(&self) -> &Standards {
        &self.standards
    }

    /// Judges models one by one; those that are no more are forgotten.
    pub fn judge(&mut self, compilation: &Compilation, selection: &Selection, ids: &[&String]) {
        let run = self.run(compilation, selection);
        let found = each(ids, |id| compilation.models.get(*id).map(|compiled| run.of_model(compiled)));
        for (id, found) in ids.iter().zip(found) {
            match found {
                Some(found) => drop(self.models.insert((*id).clone(), found)),
                None => drop(self.models.remove(*id)),
            }
        }
    }

    /// Judges files as they stand: some, whose texts may be others now, or all.
    pub fn judge_sheets(&mut self, compilation: &Compilation, selection: &Selection, files: Option<&BTreeSet<FileId>>) {
        match files {
            Some(files) => self.texts.renew(compilation, files),
            None => self.sheets.clear(),
        }
        let run = self.run(compilation, selection);
        let sheets = run.sheets(files);
        let found = each(&sheets, |(file, (project, models))| run.of_sheet(file, *project, models));
        let found: Vec<(FileId, Vec<Raised>)> = sheets.iter().map(|(file, _)| (*file).clone()).zip(found).collect();
        self.sheets.extend(found);
    }

    /// Runs the rules that judge whole projects, and those that compare where there is a base.
    fn judge_whole(&mut self, compilation: &Compilation, base: Option<&Base<'_>>, selection: &Selection) {
        let run = self.run(compilation, selection);
        let (projects, changes) = deep(|| {
            let checks = run.project_checks();
            let projects = checks.into_iter().map(|(index, rule)| run.of_project(index, rule)).collect();
            (projects, run.of_change(base.map(|base| base.compilation)))
        });
        (self.projects, self.changes) = (projects, changes);
    }

    /// Runs one of the rules that judge whole projects, by its number; the team's own after the last. `false` where
    /// there is no further one.
    pub fn judge_part(&mut self, compilation: &Compilation, selection: &Selection, number: usize) -> bool {
        let run = self.run(compilation, selection);
        let checks = run.project_checks();
        let count = checks.len();
        match checks.get(number) {
            Some((index, rule)) => {
                let found = deep(|| run.of_project(*index, rule));
                self.projects.resize(count, Vec::new());
                self.projects[number] = found;
                true
            }
            None => {
                self.changes = deep(|| run.of_change(None));
                false
            }
        }
    }

    fn run<'a>(&'a self, compilation: &'a Compilation, selection: &'a Selection) -> Run<'a> {
        Run {
            compilation,
            selection,
            standards: &self.standards,
            texts: &self.texts,
            surveys: &self.surveys,
            watch: Watch::default(),
            projects: compilation.projects.iter().map(ProjectRules::of).collect(),
        }
    }

    /// The findings, of all files or of one alone.
    ///
    /// Of one alone, a finding that a macro's text makes in many models is told as far as the others were judged.
    pub fn findings(
        &mut self,
        compilation: &Compilation,
        selection: &Selection,
        file: Option<&FileId>,
    ) -> Vec<Finding> {
        let mut raised = self.raised(compilation, file);
        let places = raised.iter().map(|raised| &raised.diagnostic.place.file);
        self.texts.also(compilation, places);
        let judge = Judge { run: &self.run(compilation, selection), foreign: &foreign_files(compilation), file };
        raised = judge.levelled(raised);
        raised.retain(|raised| is_ours(raised, judge.foreign));
        sort(&mut raised);
        raised.dedup_by(|a, b| a.identity() == b.identity());
        let elsewhere = file.map(|file| self.macro_written(file)).unwrap_or_default();
        once_per_macro(&mut raised, &elsewhere, file);
        let mut kept = judge.allow(raised);
        sort(&mut kept);
        fingerprint(kept)
    }

    /// All that was raised, as it was raised.
    fn raised(&self, compilation: &Compilation, file: Option<&FileId>) -> Vec<Raised> {
        let is_here = |place: &Place| file.is_none_or(|file| place.file == *file);
        let told = compilation.diagnostics.iter().chain(self.standards.faults());
        let told = told.filter(|told| is_here(&told.place));
        let mut raised: Vec<Raised> =
            told.map(|told| Raised::new(told.clone(), self.texts.slice(&told.place))).collect();
        let here = |one: &&Raised| is_here(&one.diagnostic.place);
        raised.extend(self.models.values().flatten().filter(here).cloned());
        raised.extend(self.projects.iter().flatten().filter(here).cloned());
        raised.extend(self.sheets.values().flatten().filter(here).cloned());
        raised.extend(self.changes.iter().filter(here).cloned());
        raised
    }

    /// What macros wrote in other files than this.
    fn macro_written(&self, file: &FileId) -> Vec<&Raised> {
        let all = self.models.values().flatten();
        all.filter(|one| !one.written_in.is_empty() && one.diagnostic.place.file != *file).collect()
    }
}

/// What findings are judged by once they are raised.
struct Judge<'a> {
    run: &'a Run<'a>,
    /// Files of installed packages.
    foreign: &'a BTreeSet<FileId>,
    /// The only file that is asked about.
    file: Option<&'a FileId>,
}

impl Judge<'_> {
    /// Sets each severity and drops what is off. What no page describes keeps what its floor said.
    fn levelled(&self, raised: Vec<Raised>) -> Vec<Raised> {
        let level = |mut raised: Raised| {
            if let Some(page) = self.run.standards.page(&raised.diagnostic.rule) {
                raised.diagnostic.severity = self.level(page, &raised.diagnostic.place.file)?;
            }
            Some(raised)
        };
        raised.into_iter().filter_map(level).collect()
    }

    /// The level by the settings of the project that a file belongs to: the one with the deepest root above it.
    fn level(&self, page: &Page, file: &FileId) -> Option<Severity> {
        let holds = |rules: &&ProjectRules<'_>| {
            let root = &rules.project.root;
            root.is_empty() || file.path().strip_prefix(root).is_some_and(|rest| rest.starts_with('/'))
        };
        let rules = self.run.projects.iter().filter(holds).max_by_key(|rules| rules.project.root.len());
        match rules {
            Some(rules) => self.run.selection.level(page, rules, Some(file)),
            None => self.run.selection.bare_level(page),
        }
    }

    /// Drops what comments allow, and adds what is wrong with the comments.
    fn allow(&self, raised: Vec<Raised>) -> Vec<Raised> {
        let suppressions = self.suppressions(&raised);
        let today = self.run.selection.today.as_deref();
        let mut by_file: BTreeMap<&FileId, Vec<usize>> = BTreeMap::new();
        for (at, suppression) in suppressions.iter().enumerate() {
            by_file.entry(&suppression.file).or_default().push(at);
        }
        let mut used: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut kept = Vec::new();
        for one in raised {
            let page = self.run.standards.page(&one.diagnostic.rule);
            let mut allowed = false;
            let files = std::iter::once(&one.diagnostic.place).chain(&one.written_in).map(|place| &place.file);
            for at in files.filter_map(|file| by_file.get(file)).flatten().copied() {
                let suppression = &suppressions[at];
                let name = page.and_then(|page| suppression.silences(&one, page, self.run.texts));
                allowed |= name.is_some() && !suppression.is_over(today);
                used.extend(name.map(|name| (at, name)));
            }
            if !allowed {
                kept.push(one);
            }
        }
        let is_on = |page: &Page, file: &FileId| self.level(page, file).is_some();
        let mut faults = suppress::faults(&suppressions, &used, today, self.run.standards, is_on);
        faults.retain(|fault| self.file.is_none_or(|file| fault.diagnostic.place.file == *file));
        kept.extend(self.levelled(faults));
        kept
    }

    /// The comments that may have a say in what was raised.
    fn suppressions(&self, raised: &[Raised]) -> Vec<Suppression> {
        let texts = self.run.texts;
        let mut found: Vec<Suppression> = match self.file {
            None => texts.iter().flat_map(|(_, text)| &text.suppressions).cloned().collect(),
            Some(file) => {
                let written_in = raised.iter().flat_map(|one| &one.written_in).map(|place| &place.file);
                let files: BTreeSet<&FileId> = written_in.chain([file]).collect();
                files.iter().filter_map(|file| texts.get(file)).flat_map(|text| &text.suppressions).cloned().collect()
            }
        };
        found.retain(|suppression| !self.foreign.contains(&suppression.file));
        found
    }
}

/// The address of all that rules may ask of a model from one that reads it, be it by way of others.
pub fn seen_by_readers(compiled: &CompiledModel) -> Digest {
    let rendered = &compiled.rendered;
    let mut hasher = Hasher::new("seen by readers");
    let flags = [rendered.asked_columns.is_empty(), rendered.unknowns.is_empty(), rendered.failed, rendered.open];
    for flag in flags {
        hasher.number(u64::from(flag));
    }
    for column in &compiled.lineage.columns {
        hasher.text(&column.name).number(column.inputs.len() as u64);
        for input in &column.inputs {
            hasher.text(&input.relation).text(&input.column).text(input.via.word());
        }
    }
    hasher.finish()
}

/// Files of installed packages: their authors' to mend, not the user's.
fn foreign_files(compilation: &Compilation) -> BTreeSet<FileId> {
    let models = compilation.models.values().map(|compiled| {
        let own = compiled.model.package == compilation.projects[compiled.project].name;
        (own, &compiled.model.file)
    });
    let macros = compilation
        .projects
        .iter()
        .flat_map(|project| project.macros.iter().map(|file| (file.package == project.name, &file.file)));
    models.chain(macros).filter(|(own, _)| !own).map(|(_, file)| file.clone()).collect()
}

/// Stands in the user's own files, and was not written by a package's macro unless it is an error.
fn is_ours(raised: &Raised, foreign: &BTreeSet<FileId>) -> bool {
    let in_package = |place: &Place| foreign.contains(&place.file);
    let by_package = raised.written_in.first().is_some_and(in_package);
    !in_package(&raised.diagnostic.place) && (!by_package || raised.diagnostic.severity == Severity::Error)
}

fn sort(raised: &mut [Raised]) {
    raised.sort_by(|a, b| {
        let (a, b) = (&a.diagnostic, &b.diagnostic);
        (&a.place, &a.rule, &a.message).cmp(&(&b.place, &b.rule, &b.message))
    });
}

/// Keeps the first of the findings that many models owe to the same bytes of a macro. `elsewhere` are those of other
/// files than the one that is asked about.
fn once_per_macro(raised: &mut Vec<Raised>, elsewhere: &[&Raised], file: Option<&FileId>) {
    type Identity = (String, Place, String);
    let mut counts: BTreeMap<Identity, usize> = BTreeMap::new();
    let key = |raised: &Raised| {
        let (rule, place, message) = raised.identity();
        (rule.to_owned(), place.clone(), message.to_owned())
    };
    raised.iter().for_each(|one| *counts.entry(key(one)).or_default() += 1);
    let mut seen = BTreeSet::new();
    for one in elsewhere {
        let key = key(one);
        if let Some(count) = counts.get_mut(&key) {
            *count += 1;
            if file.is_some_and(|file| one.diagnostic.place.file < *file) {
                seen.insert(key);
            }
        }
    }
    raised.retain(|one| one.written_in.is_empty() || seen.insert(key(one)));
    for one in raised.iter_mut().filter(|one| !one.written_in.is_empty()) {
        let count = counts.get(&key(one)).copied().unwrap_or(1);
        if let (Some(label), true) = (one.diagnostic.related.first_mut(), count > 1) {
            label.message = format!("written by this macro, {count} times");
        }
    }
}
