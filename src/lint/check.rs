//! Compilations in, Findings out: what lower floors said and what rules raise, levelled, allowed, in a stable order.

use std::collections::{BTreeMap, BTreeSet};

use crate::algebra::ProblemKind;
use crate::change::diff;
use crate::compile::{Compilation, CompiledModel};
use crate::diagnostic::Severity;
use crate::impact::reach;
use crate::project::{Language, Project, Settings};
use crate::syntax::tolerant;
use crate::text::{FileId, Place};

use super::change::{Base, mark};
use super::facts::Facts;
use super::finding::{Finding, Raised, fingerprint};
use super::level::Selection;
use super::page::Page;
use super::rules::{Check, Rule, rules};
use super::scene::{Diff, Scene, Stage};
use super::sheet::{Shared, Sheet};
use super::suppress;
use super::texts::Texts;

/// Runs all selected rules. Sorted by place, then rule.
pub fn check(compilation: &Compilation, base: Option<&Base<'_>>, selection: &Selection) -> Vec<Finding> {
    let head = run(compilation, base, selection);
    match base {
        None => head,
        Some(base) => mark(head, &run(base.compilation, None, selection)),
    }
}

/// The findings of one Compilation; `base` is for the rules that compare.
pub(super) fn run(compilation: &Compilation, base: Option<&Base<'_>>, selection: &Selection) -> Vec<Finding> {
    let texts = Texts::of(compilation);
    let mut raised = below(compilation, &texts);
    raised.extend(of_models(compilation, selection));
    rules().iter().for_each(|rule| of_projects(compilation, rule, selection, &mut raised));
    raised.extend(of_sheets(compilation, &texts, selection));
    raised.extend(base.into_iter().flat_map(|base| of_change(base, compilation)));
    let levels = Levels { compilation, selection, default: Settings::default() };
    let foreign = foreign_files(compilation);
    let mut raised = levels.apply(raised);
    raised.retain(|raised| is_ours(raised, &foreign));
    sort(&mut raised);
    raised.dedup_by(|a, b| a.identity() == b.identity());
    once_per_macro(&mut raised);
    let mut kept = allow(raised, &texts, &levels, &foreign);
    sort(&mut kept);
    fingerprint(kept)
}

/// What the floors below said.
fn below(compilation: &Compilation, texts: &Texts) -> Vec<Raised> {
    let told = compilation.diagnostics.iter();
    let mut raised: Vec<Raised> =
        told.map(|diagnostic| Raised::new(diagnostic.clone(), texts.slice(&diagnostic.place))).collect();
    // A hole that a template left may hold the very name that is missing.
    let whole = |compiled: &CompiledModel| !compiled.rendered.failed && compiled.rendered.unknowns.is_empty();
    each_reading(compilation, &mut raised, |compiled, raised| {
        if !whole(compiled) {
            return;
        }
        let facts = Facts::new(&compiled.query);
        for problem in &compiled.query.problems {
            let name = problem_rule(problem.kind);
            let Some(rule) = rules().iter().find(|rule| name == Some(rule.page.name.as_str())) else { continue };
            let scene = scene(compilation, compiled, &facts, &rule.page);
            let mut one = scene.raise(problem.span, problem.message.clone());
            one.diagnostic.help.clone_from(&problem.help);
            raised.extend(named(vec![one], &rule.page));
        }
    });
    raised
}

/// Calls `work` for every model, and once more for each other reading of its text; of the latter's findings those
/// count that stand in branches which only that reading shows.
fn each_reading(
    compilation: &Compilation,
    raised: &mut Vec<Raised>,
    mut work: impl FnMut(&CompiledModel, &mut Vec<Raised>),
) {
    for compiled in compilation.models.values() {
        work(compiled, raised);
        for reading in compiled.readings.iter().filter(|reading| !reading.spans.is_empty()) {
            let mut found = Vec::new();
            work(&compiled.as_read(reading), &mut found);
            raised.extend(found.into_iter().filter(|one| reading.shows(&compiled.model, &one.diagnostic.place)));
        }
    }
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

/// What the rules say that judge one model at a time.
fn of_models(compilation: &Compilation, selection: &Selection) -> Vec<Raised> {
    let mut raised = Vec::new();
    each_reading(compilation, &mut raised, |compiled, raised| {
        let project = &compilation.projects[compiled.project];
        if compiled.model.package != project.name {
            return;
        }
        let facts = Facts::new(&compiled.query);
        for rule in rules() {
            let Check::Model(check) = rule.check else { continue };
            if selection.level(&rule.page, &project.settings).is_none() {
                continue;
            }
            let mut found = Vec::new();
            check(&scene(compilation, compiled, &facts, &rule.page), &mut found);
            raised.extend(named(found, &rule.page));
        }
    });
    raised
}

fn of_projects(compilation: &Compilation, rule: &Rule, selection: &Selection, raised: &mut Vec<Raised>) {
    let Check::Project(check) = rule.check else { return };
    for (index, project) in compilation.projects.iter().enumerate() {
        if selection.level(&rule.page, &project.settings).is_some() {
            let mut found = Vec::new();
            check(&Stage { compilation, index, project, page: &rule.page }, &mut found);
            raised.extend(named(found, &rule.page));
        }
    }
}

/// What the rules say that judge files as they stand.
fn of_sheets(compilation: &Compilation, texts: &Texts, selection: &Selection) -> Vec<Raised> {
    let mut files: BTreeMap<&FileId, (usize, Vec<&CompiledModel>)> = BTreeMap::new();
    for (index, project) in compilation.projects.iter().enumerate() {
        let own = project.macros.iter().filter(|file| file.package == project.name);
        own.for_each(|file| files.entry(&file.file).or_insert((index, Vec::new())).0 = index);
    }
    for compiled in compilation.models.values() {
        let is_sql = compiled.model.language != Language::Python;
        if is_sql && compiled.model.package == compilation.projects[compiled.project].name {
            files.entry(&compiled.model.file).or_insert((compiled.project, Vec::new())).1.push(compiled);
        }
    }
    let check = |(file, (project, mut models)): (&FileId, (usize, Vec<&CompiledModel>))| {
        models.sort_by_key(|compiled| compiled.model.body.start);
        of_sheet(file, &compilation.projects[project], &models, texts, selection)
    };
    files.into_iter().flat_map(check).collect()
}

fn of_sheet(
    file: &FileId,
    project: &Project,
    models: &[&CompiledModel],
    texts: &Texts,
    selection: &Selection,
) -> Vec<Raised> {
    let asked = |rule: &&Rule| {
        matches!(rule.check, Check::Sheet(_)) && selection.level(&rule.page, &project.settings).is_some()
    };
    let asked: Vec<&Rule> = rules().iter().filter(asked).collect();
    let Some(text) = texts.get(file).filter(|_| !asked.is_empty()) else { return Vec::new() };
    judge(&asked, file, &text.text, project, models)
}

/// What some rules say of one file as it stands.
pub(super) fn judge(
    asked: &[&Rule],
    file: &FileId,
    text: &str,
    project: &Project,
    models: &[&CompiledModel],
) -> Vec<Raised> {
    let tree = tolerant(text);
    let shared = Shared::default();
    let mut raised = Vec::new();
    for rule in asked {
        let Check::Sheet(check) = rule.check else { continue };
        let mut found = Vec::new();
        check(&Sheet { project, page: &rule.page, file, text, tree: &tree, models, shared: &shared }, &mut found);
        raised.extend(named(found, &rule.page));
    }
    raised
}

/// What the rules say that compare.
fn of_change(base: &Base<'_>, head: &Compilation) -> Vec<Raised> {
    let base = base.compilation;
    let changes = diff(base, head);
    let impacts = reach(&changes, base, head);
    let mut raised = Vec::new();
    for rule in rules() {
        let Check::Change(check) = rule.check else { continue };
        let mut found = Vec::new();
        check(&Diff { base, head, changes: &changes, impacts: &impacts, page: &rule.page }, &mut found);
        raised.extend(named(found, &rule.page));
    }
    raised
}

fn scene<'a>(
    compilation: &'a Compilation,
    compiled: &'a CompiledModel,
    facts: &'a Facts<'a>,
    page: &'a Page,
) -> Scene<'a> {
    Scene { compilation, project: &compilation.projects[compiled.project], compiled, facts, page }
}

fn named(found: Vec<Raised>, page: &Page) -> impl Iterator<Item = Raised> {
    found.into_iter().map(|mut raised| {
        raised.diagnostic.rule.clone_from(&page.name);
        raised
    })
}

/// Levels by the settings of the project that a file belongs to.
struct Levels<'a> {
    compilation: &'a Compilation,
    selection: &'a Selection,
    default: Settings,
}

impl Levels<'_> {
    /// Sets each severity and drops what is off. What no page describes keeps what its floor said.
    fn apply(&self, raised: Vec<Raised>) -> Vec<Raised> {
        let level = |mut raised: Raised| {
            if let Some(rule) = rules().iter().find(|rule| rule.page.name == raised.diagnostic.rule) {
                raised.diagnostic.severity = self.of(&rule.page, &raised.diagnostic.place.file)?;
            }
            Some(raised)
        };
        raised.into_iter().filter_map(level).collect()
    }

    fn of(&self, page: &Page, file: &FileId) -> Option<Severity> {
        let settings = project_of(self.compilation, file).map_or(&self.default, |project| &project.settings);
        self.selection.level(page, settings)
    }
}

/// The project a file belongs to: the one with the deepest root above it.
fn project_of<'a>(compilation: &'a Compilation, file: &FileId) -> Option<&'a Project> {
    let holds = |project: &&Project| {
        project.root.is_empty() || file.path().strip_prefix(&project.root).is_some_and(|rest| rest.starts_with('/'))
    };
    compilation.projects.iter().filter(holds).max_by_key(|project| project.root.len())
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

/// Drops what comments allow, and adds what is wrong with the comments.
fn allow(raised: Vec<Raised>, texts: &Texts, levels: &Levels<'_>, foreign: &BTreeSet<FileId>) -> Vec<Raised> {
    let mut suppressions = suppress::find(texts);
    suppressions.retain(|suppression| !foreign.contains(&suppression.file));
    let mut used: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut kept = Vec::new();
    for one in raised {
        let rule = rules().iter().find(|rule| rule.page.name == one.diagnostic.rule);
        let mut allowed = false;
        for (at, suppression) in suppressions.iter().enumerate() {
            let name = rule.and_then(|rule| suppression.silences(&one, &rule.page, texts));
            allowed |= name.is_some();
            used.extend(name.map(|name| (at, name)));
        }
        if !allowed {
            kept.push(one);
        }
    }
    let faults = suppress::faults(&suppressions, &used, |page, file| levels.of(page, file).is_some());
    kept.extend(levels.apply(faults));
    kept
}
