//! A working tree and what is wrong with it in; out, the texts with the fixes in them, proved to mean what they meant.
//!
//! Fixes are applied pass after pass until nothing is left to fix. After each pass the repo is compiled again: where a
//! model means something else, or can no longer be read, the file to blame gets the text back that it had before the
//! pass, and fewer rules may try at once until it is known whose fixes do harm. What models are made of (macros and their
//! like) is mended first, so that a model is blamed only for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::ManuallyDrop;

use super::workspace::Workspace;
use crate::algebra::{Problem, ProblemKind, Status};
use crate::compile::{Compilation, CompiledModel};
use crate::lint::{Base, Finding, Fixed, Selection, check, fix};
use crate::repo::Snapshot;
use crate::syntax::plain;
use crate::text::{Digest, FileId};

/// Fixes that do not settle after so many passes over a file never do.
const PASSES: usize = 24;

/// What fixing came to.
pub(super) struct Mended {
    pub(super) snapshot: Snapshot,
    pub(super) compilation: ManuallyDrop<Compilation>,
    /// What is left.
    pub(super) findings: Vec<Finding>,
    /// The new text of each file that changed.
    pub(super) texts: BTreeMap<FileId, String>,
    pub(super) applied: usize,
    /// Rules whose fixes were taken back, by file: they would have changed what it means.
    pub(super) withdrawn: BTreeMap<FileId, BTreeSet<String>>,
}

/// Whom the findings are asked of, and which fixes are wanted.
pub(super) struct Wish<'a> {
    pub(super) selection: &'a Selection,
    pub(super) base: Option<&'a Base<'a>>,
    pub(super) unsafe_too: bool,
    /// Is this file, and this finding, asked for?
    pub(super) wanted: &'a dyn Fn(&Finding) -> bool,
}

/// How the mending of one file goes on.
struct Course {
    /// How many passes changed it.
    passes: usize,
    /// How many rules may try in one pass.
    width: usize,
    /// Those that tried in this one.
    tried: BTreeSet<String>,
    applied: usize,
    /// The texts it had before each pass. Rules that undo each other bring one back: there it ends, and so will the
    /// next run.
    had: BTreeSet<Digest>,
}

impl Default for Course {
    fn default() -> Self {
        Course { passes: 0, width: usize::MAX, tried: BTreeSet::new(), applied: 0, had: BTreeSet::new() }
    }
}

impl Course {
    /// A pass made `now` of the file, and it stays.
    fn go_on(&mut self, before: Option<String>, now: &str, applied: usize) {
        self.had.extend(before.map(|text| Digest::of(text.as_bytes())));
        let is_back = self.had.contains(&Digest::of(now.as_bytes()));
        self.passes = if is_back { PASSES } else { self.passes + 1 };
        self.width = self.width.saturating_mul(2);
        self.applied += applied;
    }
}

pub(super) fn mend(
    workspace: &Workspace,
    first: &Snapshot,
    head: ManuallyDrop<Compilation>,
    wish: &Wish<'_>,
) -> Mended {
    let meant = meanings(&head);
    let of_models: BTreeSet<FileId> = head.models.values().map(|compiled| compiled.model.file.clone()).collect();
    let mut mended = Mended {
        findings: check(&head, wish.base, wish.selection).findings,
        snapshot: first.clone(),
        compilation: head,
        texts: BTreeMap::new(),
        applied: 0,
        withdrawn: BTreeMap::new(),
    };
    let mut courses: BTreeMap<FileId, Course> = BTreeMap::new();
    for models in [false, true] {
        let turn = |file: &FileId| of_models.contains(file) == models;
        loop {
            let made = pass(&mended, &mut courses, &turn, wish);
            if made.texts.is_empty() {
                break;
            }
            let kept = mended.texts.clone();
            mended.texts.extend(made.texts.clone());
            compile(workspace, first, &mut mended);
            let mut stands: BTreeSet<FileId> = made.texts.into_keys().collect();
            loop {
                let wrong = wrong(&meant, &mended.compilation, &stands, wish.unsafe_too);
                if wrong.is_empty() {
                    break;
                }
                for file in wrong {
                    match kept.get(&file) {
                        Some(text) => mended.texts.insert(file.clone(), text.clone()),
                        None => mended.texts.remove(&file),
                    };
                    stands.remove(&file);
                    narrow(courses.entry(file.clone()).or_default(), mended.withdrawn.entry(file).or_default());
                }
                compile(workspace, first, &mut mended);
            }
            for file in stands {
                let before = kept.get(&file).cloned().or_else(|| original(first, &file));
                let applied = made.applied.get(&file).copied().unwrap_or(0);
                let now = &mended.texts[&file];
                courses.entry(file).or_default().go_on(before, now, applied);
            }
            mended.findings = check(&mended.compilation, wish.base, wish.selection).findings;
        }
    }
    mended.withdrawn.retain(|_, rules| !rules.is_empty());
    mended.texts.retain(|file, text| original(first, file).is_none_or(|old| old != *text));
    let written = courses.iter().filter(|(file, _)| mended.texts.contains_key(*file));
    mended.applied = written.map(|(_, course)| course.applied).sum();
    mended
}

fn original(first: &Snapshot, file: &FileId) -> Option<String> {
    first.text(file).ok().map(|text| text.content.to_string())
}

/// One rule alone did harm, or fewer must try next time.
fn narrow(course: &mut Course, withdrawn: &mut BTreeSet<String>) {
    match course.tried.len() {
        0 | 1 => {
            withdrawn.append(&mut course.tried);
            course.width = usize::MAX;
        }
        several => course.width = several / 2,
    }
}

/// The texts that one pass makes of the files whose turn it is.
fn pass(
    mended: &Mended,
    courses: &mut BTreeMap<FileId, Course>,
    turn: &dyn Fn(&FileId) -> bool,
    wish: &Wish<'_>,
) -> Fixed {
    courses.values_mut().for_each(|course| course.tried.clear());
    let mut asked: Vec<Finding> = Vec::new();
    for one in mended.findings.iter().filter(|one| (wish.wanted)(one)) {
        let rule = &one.diagnostic.rule;
        let Some(fix) = one.diagnostic.fix.as_ref().filter(|fix| fix.safe || wish.unsafe_too) else { continue };
        let is_let = fix.edits.iter().all(|edit| {
            let course = courses.entry(edit.file.clone()).or_default();
            let is_out = mended.withdrawn.get(&edit.file).is_some_and(|rules| rules.contains(rule));
            let has_room = course.tried.contains(rule) || course.tried.len() < course.width;
            turn(&edit.file) && !is_out && has_room && course.passes < PASSES
        });
        if is_let {
            for edit in &fix.edits {
                courses.entry(edit.file.clone()).or_default().tried.insert(rule.clone());
            }
            asked.push(one.clone());
        }
    }
    let texts = texts_of(&mended.snapshot, &asked);
    let mut made = fix(&asked, wish.unsafe_too, &|file| texts.get(file).map(|text| &**text));
    made.texts.retain(|file, new| texts.get(file).is_none_or(|old| **old != **new));
    made
}

fn compile(workspace: &Workspace, first: &Snapshot, mended: &mut Mended) {
    mended.snapshot = first.with_buffers(mended.texts.clone());
    mended.compilation = workspace.compile(&mended.snapshot);
}

/// The texts that fixes stand in. One that is not UTF-8 is left as it is, for writing it would change it elsewhere.
fn texts_of(snapshot: &Snapshot, findings: &[Finding]) -> BTreeMap<FileId, std::sync::Arc<str>> {
    let edits = findings.iter().filter_map(|one| one.diagnostic.fix.as_ref()).flat_map(|fix| &fix.edits);
    let files: BTreeSet<&FileId> = edits.map(|edit| &edit.file).collect();
    let read = |file: &FileId| {
        let text = snapshot.text(file).ok().filter(|text| text.invalid_utf8.is_none())?;
        Some((file.clone(), text.content))
    };
    files.into_iter().filter_map(read).collect()
}

/// What a model gives its readers, as far as it was understood.
#[derive(PartialEq, Eq)]
struct Meaning {
    fingerprints: Option<crate::algebra::Fingerprints>,
    /// What readers compare: of both readings, where a model is built anew and by what is new.
    offered: (Option<Digest>, Vec<Option<Digest>>),
    /// How many names mean nothing. The last ORDER BY decides no row, yet what it names must be there.
    broken: usize,
    columns: Vec<String>,
    /// Of a model that was not understood: its words and signs.
    letters: Option<String>,
}

/// What is said of a moment before anything is fixed.
struct Meanings {
    /// With the file that each stands in.
    models: BTreeMap<String, (FileId, Meaning)>,
    /// How many faults of reading each file has.
    faults: BTreeMap<FileId, usize>,
}

fn meanings(compilation: &Compilation) -> Meanings {
    let of = |compiled: &CompiledModel| (compiled.model.file.clone(), meaning(compilation, compiled));
    let models = compilation.models.iter().map(|(id, compiled)| (id.clone(), of(compiled)));
    Meanings { models: models.collect(), faults: faults(compilation) }
}

fn meaning(compilation: &Compilation, compiled: &CompiledModel) -> Meaning {
    let dialect = compiled.model.dialect(&compilation.projects[compiled.project].dialect);
    // A name without quotes may change its case where the dialect does not mind.
    let columns = compiled.query.outputs.iter().map(|output| dialect.column_key(&output.name, output.quoted)).collect();
    let is_known = compiled.fingerprints.is_some() && compiled.status != Status::Opaque;
    let letters = (!is_known).then(|| plain(&compiled.rendered.text));
    let values = compiled.known.columns.iter().map(|column| column.value).collect();
    let queries = std::iter::once(&compiled.query).chain(&compiled.also);
    let breaks = |problem: &&Problem| matches!(problem.kind, ProblemKind::UnknownColumn | ProblemKind::UnknownRelation);
    Meaning {
        fingerprints: compiled.fingerprints.clone(),
        offered: (compiled.known.rows, values),
        broken: queries.flat_map(|query| &query.problems).filter(breaks).count(),
        columns,
        letters,
    }
}

fn faults(compilation: &Compilation) -> BTreeMap<FileId, usize> {
    let mut faults: BTreeMap<FileId, usize> = BTreeMap::new();
    for diagnostic in compilation.diagnostics.iter().filter(|one| is_fault(&one.rule)) {
        *faults.entry(diagnostic.place.file.clone()).or_default() += 1;
    }
    faults
}

fn is_fault(rule: &str) -> bool {
    matches!(rule, "parse-error" | "template-error" | "undefined-variable")
}

/// The files, of those that a pass changed (`stands`), whose new text is not to stay. Where a model that is wrong reads
/// another that is wrong, only that one is to blame; where the text of neither changed, all that changed.
fn wrong(meant: &Meanings, now: &Compilation, stands: &BTreeSet<FileId>, unsafe_too: bool) -> BTreeSet<FileId> {
    let faults = faults(now);
    let is_worse = |(file, count): &(&FileId, &usize)| **count > meant.faults.get(*file).copied().unwrap_or(0);
    let mut guilty: BTreeSet<&FileId> = faults.iter().filter(is_worse).map(|(file, _)| file).collect();
    if guilty.is_empty() && !unsafe_too {
        let moved = |(id, compiled): &(&String, &CompiledModel)| {
            meant.models.get(*id).is_none_or(|(_, before)| *before != meaning(now, compiled))
        };
        let moved: BTreeMap<&String, &CompiledModel> = now.models.iter().filter(moved).collect();
        let is_first = |compiled: &&&CompiledModel| {
            let id = &compiled.model.id;
            !compiled.lineage.depends_on.iter().any(|read| read != id && moved.contains_key(read))
        };
        guilty.extend(moved.values().filter(is_first).map(|compiled| &compiled.model.file));
        if guilty.is_empty() {
            guilty.extend(moved.values().map(|compiled| &compiled.model.file));
        }
        let gone = meant.models.iter().filter(|(id, _)| !now.models.contains_key(*id));
        guilty.extend(gone.map(|(_, (file, _))| file));
    }
    let blamed: BTreeSet<FileId> =
        guilty.iter().filter(|file| stands.contains(**file)).map(|file| (*file).clone()).collect();
    if blamed.is_empty() && !guilty.is_empty() { stands.clone() } else { blamed }
}
