//! Compilations in, Findings out: what lower floors said and what rules raise, levelled, allowed, in a stable order.

use std::collections::{BTreeMap, BTreeSet};

use crate::algebra::ProblemKind;
use crate::change::diff;
use crate::compile::{Compilation, CompiledModel, deep, each};
use crate::diagnostic::Severity;
use crate::impact::reach;
use crate::project::{Language, Model};
use crate::syntax::tolerant;
use crate::text::{FileId, Place, Span};

use super::change::{Base, mark};
use super::custom::{Change, Ground, Own};
use super::facts::Facts;
use super::finding::{Finding, Raised, fingerprint};
use super::level::{ProjectRules, Selection};
use super::macros::Surveys;
use super::page::Page;
use super::rules::{Check, Rule, rules};
use super::scene::{Diff, Scene, Stage};
use super::sensitive::Watch;
use super::sheet::{Shared, Sheet};
use super::standards::Standards;
use super::suppress;
use super::sure::is_sure;
use super::texts::Texts;

/// What a check found.
pub struct Checked {
    /// Sorted by place, then rule.
    pub findings: Vec<Finding>,
    /// The findings of the base that are gone.
    pub fixed: Vec<Finding>,
}

/// Runs all selected rules, on the base too where there is one.
pub fn check(compilation: &Compilation, base: Option<&Base<'_>>, selection: &Selection) -> Checked {
    let head = run(compilation, base, selection);
    match base {
        None => Checked { findings: head, fixed: Vec::new() },
        Some(base) => {
            let before = run(base.compilation, None, selection);
            let (findings, fixed) = mark(head, before);
            Checked { findings, fixed }
        }
    }
}

/// One run of the rules: what is judged, and by what.
struct Run<'a> {
    compilation: &'a Compilation,
    selection: &'a Selection,
    standards: Standards,
    texts: Texts,
    surveys: Surveys,
    watch: Watch,
    /// Parallel to the projects.
    projects: Vec<ProjectRules<'a>>,
}

/// The findings of one Compilation; `base` is for the rules that compare.
fn run(compilation: &Compilation, base: Option<&Base<'_>>, selection: &Selection) -> Vec<Finding> {
    let mut run = Run {
        compilation,
        selection,
        standards: Standards::of(&compilation.projects),
        texts: Texts::of(compilation),
        surveys: Surveys::default(),
        watch: Watch::default(),
        projects: compilation.projects.iter().map(ProjectRules::of).collect(),
    };
    deep(|| run.findings(base))
}

impl Run<'_> {
    fn findings(&mut self, base: Option<&Base<'_>>) -> Vec<Finding> {
        let mut raised = self.below();
        raised.extend(self.of_models());
        raised.extend(self.of_projects());
        raised.extend(self.of_sheets());
        raised.extend(self.of_change(base.map(|base| base.compilation)));
        let foreign = foreign_files(self.compilation);
        let mut raised = self.levelled(raised);
        self.texts.also(self.compilation, raised.iter().map(|raised| &raised.diagnostic.place.file));
        raised.retain(|raised| is_ours(raised, &foreign));
        sort(&mut raised);
        raised.dedup_by(|a, b| a.identity() == b.identity());
        once_per_macro(&mut raised);
        let mut kept = self.allow(raised, &foreign);
        sort(&mut kept);
        fingerprint(kept)
    }

    /// What the floors below said.
    fn below(&self) -> Vec<Raised> {
        let told = self.compilation.diagnostics.iter().chain(self.standards.faults());
        let mut raised: Vec<Raised> =
            told.map(|diagnostic| Raised::new(diagnostic.clone(), self.texts.slice(&diagnostic.place))).collect();
        // A hole that a template left may hold the very name that is missing.
        let whole = |compiled: &CompiledModel| !compiled.rendered.failed && compiled.rendered.unknowns.is_empty();
        each_reading(self.compilation, &mut raised, |compiled, raised| {
            if compiled.query.problems.is_empty() || !whole(compiled) {
                return;
            }
            let facts = Facts::new(&compiled.query);
            for problem in &compiled.query.problems {
                let name = problem_rule(problem.kind);
                let Some(rule) = rules().iter().find(|rule| name == Some(rule.page.name.as_str())) else { continue };
                if problem.kind == ProblemKind::UnknownColumn && !is_sure(self.compilation, compiled, problem) {
                    continue;
                }
                let scene = self.scene(compiled, &facts, &rule.page);
                let mut one = scene.raise(problem.span, problem.message.clone());
                one.diagnostic.help.clone_from(&problem.help);
                raised.extend(named(vec![one], &rule.page));
            }
        });
        raised
    }

    /// What the rules say that judge one model at a time.
    fn of_models(&self) -> Vec<Raised> {
        let mut raised = Vec::new();
        each_reading(self.compilation, &mut raised, |compiled, raised| {
            if compiled.model.package != self.compilation.projects[compiled.project].name {
                return;
            }
            let facts = Facts::new(&compiled.query);
            let file = Some(&compiled.model.file);
            for rule in rules() {
                let Check::Model(check) = rule.check else { continue };
                if self.selection.level(&rule.page, &self.projects[compiled.project], file).is_none() {
                    continue;
                }
                let mut found = Vec::new();
                check(&self.scene(compiled, &facts, &rule.page), &mut found);
                raised.extend(named(found, &rule.page));
            }
        });
        raised
    }

    /// What the rules say that judge the shape of a project.
    fn of_projects(&self) -> Vec<Raised> {
        let mut raised = Vec::new();
        for (index, rules) in self.projects.iter().enumerate() {
            for rule in self.asked(index) {
                let Check::Project(check) = rule.check else { continue };
                let mut found = Vec::new();
                let (compilation, standards, page) = (self.compilation, &self.standards, &rule.page);
                let (project, surveys, watch, all) = (rules.project, &self.surveys, &self.watch, &self.projects);
                check(&Stage { compilation, standards, index, project, rules, page, surveys, watch, all }, &mut found);
                raised.extend(named(found, page));
            }
        }
        raised
    }

    /// What the rules say that judge files as they stand.
    fn of_sheets(&self) -> Vec<Raised> {
        let mut files: BTreeMap<&FileId, (usize, Vec<&CompiledModel>)> = BTreeMap::new();
        for (index, project) in self.compilation.projects.iter().enumerate() {
            let own = project.macros.iter().filter(|file| file.package == project.name);
            own.for_each(|file| files.entry(&file.file).or_insert((index, Vec::new())).0 = index);
        }
        for compiled in self.compilation.models.values() {
            let is_sql = compiled.model.language != Language::Python;
            if is_sql && compiled.model.package == self.compilation.projects[compiled.project].name {
                files.entry(&compiled.model.file).or_insert((compiled.project, Vec::new())).1.push(compiled);
            }
        }
        files.values_mut().for_each(|(_, models)| models.sort_by_key(|compiled| compiled.model.body.start));
        let files: Vec<(&FileId, (usize, Vec<&CompiledModel>))> = files.into_iter().collect();
        let found = each(&files, |(file, (project, models))| self.of_sheet(file, *project, models));
        found.into_iter().flatten().collect()
    }

    fn of_sheet(&self, file: &FileId, project: usize, models: &[&CompiledModel]) -> Vec<Raised> {
        let rules = &self.projects[project];
        let asked = |rule: &&Rule| {
            let is_sheets = match &rule.check {
                Check::Sheet(_) => true,
                Check::Own(own) => matches!(&**own, Own::Pattern(_)),
                _ => false,
            };
            is_sheets && self.selection.level(&rule.page, rules, Some(file)).is_some()
        };
        let asked: Vec<&Rule> = self.standards.rules_of(project).filter(asked).collect();
        let Some(text) = self.texts.get(file).filter(|_| !asked.is_empty()) else { return Vec::new() };
        judge(&asked, file, &text.text, rules, models)
    }

    /// What the rules say that compare, and the team's own, which may.
    fn of_change(&self, base: Option<&Compilation>) -> Vec<Raised> {
        let head = self.compilation;
        let impacts = base.map(|base| {
            let changes = diff(base, head);
            let impacts = reach(&changes, base, head);
            (base, changes, impacts)
        });
        let mut raised = Vec::new();
        if let Some((base, changes, impacts)) = &impacts {
            for rule in rules() {
                let Check::Change(check) = rule.check else { continue };
                let mut found = Vec::new();
                let (rules, page) = (&self.projects, &rule.page);
                check(&Diff { base, head, changes, impacts, rules, page }, &mut found);
                raised.extend(named(found, page));
            }
        }
        let change = impacts.as_ref().map(|(base, _, impacts)| Change { base, impacts });
        raised.extend(self.of_facts(change));
        raised
    }

    /// What the team's own rules over facts say.
    fn of_facts(&self, change: Option<Change<'_>>) -> Vec<Raised> {
        let mut raised = Vec::new();
        for (index, rules) in self.projects.iter().enumerate() {
            for rule in self.asked(index) {
                let Check::Own(own) = &rule.check else { continue };
                let Own::Standard(standard) = &**own else { continue };
                let sensitive = self.watch.of(self.compilation, &self.projects);
                let ground = Ground { compilation: self.compilation, index, rules, sensitive, change };
                let (mut found, mut faults) = (Vec::new(), Vec::new());
                standard.check(&rule.page, &ground, &mut found, &mut faults);
                raised.extend(named(found, &rule.page));
                raised.extend(faults.into_iter().map(|fault| Raised::new(fault, &rule.page.name)));
            }
        }
        raised
    }

    /// The rules that may be on in a project.
    fn asked(&self, project: usize) -> impl Iterator<Item = &Rule> {
        let rules = &self.projects[project];
        self.standards.rules_of(project).filter(|rule| self.selection.may_be_on(&rule.page, rules))
    }

    fn scene<'s>(&'s self, compiled: &'s CompiledModel, facts: &'s Facts<'s>, page: &'s Page) -> Scene<'s> {
        let rules = &self.projects[compiled.project];
        Scene { compilation: self.compilation, project: rules.project, rules, compiled, facts, page }
    }

    /// Sets each severity and drops what is off. What no page describes keeps what its floor said.
    fn levelled(&self, raised: Vec<Raised>) -> Vec<Raised> {
        let level = |mut raised: Raised| {
            if let Some(page) = self.standards.page(&raised.diagnostic.rule) {
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
        let rules = self.projects.iter().filter(holds).max_by_key(|rules| rules.project.root.len());
        match rules {
            Some(rules) => self.selection.level(page, rules, Some(file)),
            None => self.selection.bare_level(page),
        }
    }

    /// Drops what comments allow, and adds what is wrong with the comments.
    fn allow(&self, raised: Vec<Raised>, foreign: &BTreeSet<FileId>) -> Vec<Raised> {
        let mut suppressions = suppress::find(&self.texts);
        suppressions.retain(|suppression| !foreign.contains(&suppression.file));
        let today = self.selection.today.as_deref();
        let mut used: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut kept = Vec::new();
        for one in raised {
            let page = self.standards.page(&one.diagnostic.rule);
            let mut allowed = false;
            for (at, suppression) in suppressions.iter().enumerate() {
                let name = page.and_then(|page| suppression.silences(&one, page, &self.texts));
                allowed |= name.is_some() && !suppression.is_over(today);
                used.extend(name.map(|name| (at, name)));
            }
            if !allowed {
                kept.push(one);
            }
        }
        let is_on = |page: &Page, file: &FileId| self.level(page, file).is_some();
        let faults = suppress::faults(&suppressions, &used, today, &self.standards, is_on);
        kept.extend(self.levelled(faults));
        kept
    }
}

/// Calls `work` for every model, and once more for each other reading of its text; of the latter's findings those
/// count that stand in branches which only that reading shows.
fn each_reading(
    compilation: &Compilation,
    raised: &mut Vec<Raised>,
    work: impl Fn(&CompiledModel, &mut Vec<Raised>) + Sync,
) {
    let models: Vec<&CompiledModel> = compilation.models.values().collect();
    let found = each(&models, |compiled| {
        let mut raised = Vec::new();
        work(compiled, &mut raised);
        for reading in compiled.readings.iter().filter(|reading| !reading.spans.is_empty()) {
            let mut found = Vec::new();
            work(&compiled.as_read(reading), &mut found);
            let shown = found.into_iter().filter(|one| reading.shows(&compiled.model, &one.diagnostic.place));
            raised.extend(shown.map(|one| in_branch(one, &compiled.model, &reading.spans)));
        }
        raised
    });
    raised.extend(found.into_iter().flatten());
}

/// Names the branch that a finding stands in, where only another reading of the text shows it: the tag that opens it.
fn in_branch(raised: Raised, model: &Model, branches: &[Span]) -> Raised {
    let here = raised.diagnostic.place.span;
    let Some(branch) = branches.iter().find(|branch| branch.contains(here)) else { return raised };
    let before = model.text.get(..branch.start as usize).unwrap_or_default();
    let Some(tag) = before.rfind("{%") else { return raised };
    let place = Place::new(&model.file, Span::new(tag, before.len()));
    raised.label(place, "only where this branch is taken")
}

/// The rule that speaks of a problem; `None` where a rule looks for itself.
fn problem_rule(kind: ProblemKind) -> Option<&'static str> {
    match kind {
        ProblemKind::UnknownRelation => Some("unknown-relation"),
        ProblemKind::UnknownColumn => Some("unknown-column"),
        ProblemKind::AmbiguousColumn => Some("ambiguous-column"),
        ProblemKind::DuplicateOutputColumn => None,
        ProblemKind::SetColumnCount => Some("set-op-column-count"),
    }
}

/// What some rules say of one file as it stands.
pub(super) fn judge(
    asked: &[&Rule],
    file: &FileId,
    text: &str,
    rules: &ProjectRules<'_>,
    models: &[&CompiledModel],
) -> Vec<Raised> {
    let tree = tolerant(text);
    let shared = Shared::default();
    let mut raised = Vec::new();
    for rule in asked {
        let (page, project) = (&rule.page, rules.project);
        let sheet = Sheet { project, rules, page, file, text, tree: &tree, models, shared: &shared };
        let mut found = Vec::new();
        match &rule.check {
            Check::Sheet(check) => check(&sheet, &mut found),
            Check::Own(own) => {
                if let Own::Pattern(pattern) = &**own {
                    pattern.check(&sheet, &mut found);
                }
            }
            _ => {}
        }
        raised.extend(named(found, page));
    }
    raised
}

fn named(found: Vec<Raised>, page: &Page) -> impl Iterator<Item = Raised> {
    found.into_iter().map(|mut raised| {
        raised.diagnostic.rule.clone_from(&page.name);
        raised
    })
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
        let key = |raised: &Raised| (raised.diagnostic.place.clone(), raised.diagnostic.rule.clone());
        key(a).cmp(&key(b)).then_with(|| a.diagnostic.message.cmp(&b.diagnostic.message))
    });
}

/// Keeps the first of the findings that many models owe to the same bytes of a macro.
fn once_per_macro(raised: &mut Vec<Raised>) {
    let mut counts: BTreeMap<(String, Place, String), usize> = BTreeMap::new();
    let key = |raised: &Raised| {
        let (rule, place, message) = raised.identity();
        (rule.to_owned(), place.clone(), message.to_owned())
    };
    raised.iter().for_each(|one| *counts.entry(key(one)).or_default() += 1);
    let mut seen = BTreeSet::new();
    raised.retain(|one| one.written_in.is_empty() || seen.insert(key(one)));
    for one in raised.iter_mut().filter(|one| !one.written_in.is_empty()) {
        let count = counts.get(&key(one)).copied().unwrap_or(1);
        if let (Some(label), true) = (one.diagnostic.related.first_mut(), count > 1) {
            label.message = format!("written by this macro, {count} times");
        }
    }
}
