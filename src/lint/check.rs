//! Compilations in, Findings out: what lower floors said and what rules raise, levelled, allowed, in a stable order.

use std::collections::{BTreeMap, BTreeSet};

use crate::algebra::ProblemKind;
use crate::change::diff;
use crate::compile::{Compilation, CompiledModel};
use crate::impact::reach;
use crate::project::{Language, Model};
use crate::syntax::tolerant;
use crate::text::{FileId, Place, Span};

use super::change::{Base, mark};
use super::custom::{Change, Ground, Own};
use super::facts::Facts;
use super::finding::{Finding, Raised};
use super::kept::Kept;
use super::level::{ProjectRules, Selection};
use super::macros::Surveys;
use super::page::Page;
use super::rules::{Check, Rule, rules};
use super::scene::{Diff, Scene, Stage};
use super::sensitive::Watch;
use super::sheet::{Shared, Sheet};
use super::standards::Standards;
use super::sure::{is_sure, is_sure_ambiguous};
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
    let head = Kept::of(compilation, base, selection).findings(compilation, selection, None);
    match base {
        None => Checked { findings: head, fixed: Vec::new() },
        Some(base) => {
            let before = Kept::of(base.compilation, None, selection).findings(base.compilation, selection, None);
            let (findings, fixed) = mark(head, before);
            Checked { findings, fixed }
        }
    }
}

/// One run of rules: what is judged, and by what.
pub(super) struct Run<'a> {
    pub(super) compilation: &'a Compilation,
    pub(super) selection: &'a Selection,
    pub(super) standards: &'a Standards,
    pub(super) texts: &'a Texts,
    pub(super) surveys: &'a Surveys,
    pub(super) watch: Watch,
    /// Parallel to the projects.
    pub(super) projects: Vec<ProjectRules<'a>>,
}

impl Run<'_> {
    /// What the floors below said of one model, and the rules that judge one model at a time.
    pub(super) fn of_model(&self, compiled: &CompiledModel) -> Vec<Raised> {
        let mut raised = Vec::new();
        each_reading(compiled, &mut raised, |compiled, raised| self.problems(compiled, raised));
        let mut judged = Vec::new();
        each_reading(compiled, &mut judged, |compiled, raised| self.judged(compiled, raised));
        raised.extend(judged);
        raised
    }

    /// What the resolver could not make sense of.
    fn problems(&self, compiled: &CompiledModel, raised: &mut Vec<Raised>) {
        // A hole that a template left may hold the very name that is missing.
        let whole = !compiled.rendered.failed && compiled.rendered.unknowns.is_empty();
        if compiled.query.problems.is_empty() || !whole {
            return;
        }
        let facts = Facts::new(&compiled.query);
        for problem in &compiled.query.problems {
            let name = problem_rule(problem.kind);
            let Some(rule) = rules().iter().find(|rule| name == Some(rule.page.name.as_str())) else { continue };
            let sure = match problem.kind {
                ProblemKind::UnknownColumn => is_sure(self.compilation, compiled, problem),
                ProblemKind::AmbiguousColumn => is_sure_ambiguous(self.compilation, compiled, problem),
                _ => true,
            };
            if !sure {
                continue;
            }
            let scene = self.scene(compiled, &facts, &rule.page);
            let mut one = scene.raise(problem.span, problem.message.clone());
            one.diagnostic.help.clone_from(&problem.help);
            raised.extend(named(vec![one], &rule.page));
        }
    }

    fn judged(&self, compiled: &CompiledModel, raised: &mut Vec<Raised>) {
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
    }

    /// The rules that judge the shape of a project, each with the project's index.
    pub(super) fn project_checks(&self) -> Vec<(usize, &Rule)> {
        let of = |index| self.asked(index).map(move |rule| (index, rule));
        let all = (0..self.projects.len()).flat_map(of);
        all.filter(|(_, rule)| matches!(rule.check, Check::Project(_))).collect()
    }

    /// What one of them says.
    pub(super) fn of_project(&self, index: usize, rule: &Rule) -> Vec<Raised> {
        let Check::Project(check) = &rule.check else { return Vec::new() };
        let rules = &self.projects[index];
        let (compilation, standards, page) = (self.compilation, self.standards, &rule.page);
        let (project, surveys, watch, all) = (rules.project, self.surveys, &self.watch, &self.projects);
        let mut raised = Vec::new();
        // Where files have options of their own, each kind of file is judged by its own, and told of alone.
        for (variant, file) in self.variants(index, page) {
            let stage = Stage { compilation, standards, index, project, rules, page, file, surveys, watch, all };
            let mut found = Vec::new();
            check(&stage, &mut found);
            found.retain(|one| rules.variant(page, &one.diagnostic.place.file) == variant);
            raised.extend(named(found, page));
        }
        raised
    }

    /// The kinds of files that a project has by the options that overrides give a rule there, each with one of them.
    fn variants(&self, index: usize, page: &Page) -> BTreeMap<Vec<usize>, Option<&FileId>> {
        let rules = &self.projects[index];
        let mut variants = BTreeMap::from([(Vec::new(), None)]);
        let models = self.compilation.models.values().filter(|compiled| compiled.project == index);
        let files = models.map(|compiled| &compiled.model.file);
        for file in files.chain(rules.project.macros.iter().map(|file| &file.file)) {
            variants.entry(rules.variant(page, file)).or_insert(Some(file));
        }
        variants
    }

    /// The files that are judged as they stand: each with its project, and the models whose text it holds, in order.
    pub(super) fn sheets(&self, files: Option<&BTreeSet<FileId>>) -> Vec<(&FileId, (usize, Vec<&CompiledModel>))> {
        let is_asked = |file: &FileId| files.is_none_or(|files| files.contains(file));
        let mut sheets: BTreeMap<&FileId, (usize, Vec<&CompiledModel>)> = BTreeMap::new();
        for (index, project) in self.compilation.projects.iter().enumerate() {
            let own = project.macros.iter().filter(|file| file.package == project.name && is_asked(&file.file));
            own.for_each(|file| sheets.entry(&file.file).or_insert((index, Vec::new())).0 = index);
        }
        for compiled in self.compilation.models.values().filter(|compiled| is_asked(&compiled.model.file)) {
            let is_sql = compiled.model.language != Language::Python;
            if is_sql && compiled.model.package == self.compilation.projects[compiled.project].name {
                sheets.entry(&compiled.model.file).or_insert((compiled.project, Vec::new())).1.push(compiled);
            }
        }
        sheets.values_mut().for_each(|(_, models)| models.sort_by_key(|compiled| compiled.model.body.start));
        sheets.into_iter().collect()
    }

    /// What the rules say that judge files as they stand.
    pub(super) fn of_sheet(&self, file: &FileId, project: usize, models: &[&CompiledModel]) -> Vec<Raised> {
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
    pub(super) fn of_change(&self, base: Option<&Compilation>) -> Vec<Raised> {
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
}

/// Calls `work` for a model, and once more for each other reading of its text; of the latter's findings those count
/// that stand in branches which only that reading shows.
fn each_reading(compiled: &CompiledModel, raised: &mut Vec<Raised>, work: impl Fn(&CompiledModel, &mut Vec<Raised>)) {
    work(compiled, raised);
    for reading in compiled.readings.iter().filter(|reading| !reading.spans.is_empty()) {
        let mut found = Vec::new();
        work(&compiled.as_read(reading), &mut found);
        let shown = found.into_iter().filter(|one| reading.shows(&compiled.model, &one.diagnostic.place));
        raised.extend(shown.map(|one| in_branch(one, &compiled.model, &reading.spans)));
    }
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
