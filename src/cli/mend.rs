//! A working tree and what is wrong with it in; out, the texts with the fixes in them, proved to mean what they meant.
//!
//! Fixes are applied pass after pass until nothing is left to fix. After each pass the repo is compiled again: a file
//! whose models mean something else, or that can no longer be read, gets its own text back.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::ManuallyDrop;

use super::workspace::Workspace;
use crate::compile::{Compilation, CompiledModel};
use crate::lint::{Base, Finding, Selection, check, fix};
use crate::repo::Snapshot;
use crate::text::FileId;

/// Fixes that do not settle after so many passes never do.
const PASSES: usize = 12;

/// What fixing came to.
pub(super) struct Mended {
    pub(super) snapshot: Snapshot,
    pub(super) compilation: ManuallyDrop<Compilation>,
    /// What is left.
    pub(super) findings: Vec<Finding>,
    /// The new text of each file that changed.
    pub(super) texts: BTreeMap<FileId, String>,
    pub(super) applied: usize,
    /// Files that kept their text, because the fixes would have changed what it means.
    pub(super) withdrawn: BTreeSet<FileId>,
}

/// Whom the findings are asked of, and which fixes are wanted.
pub(super) struct Wish<'a> {
    pub(super) selection: &'a Selection,
    pub(super) base: Option<&'a Base<'a>>,
    pub(super) unsafe_too: bool,
    /// Is this file, and this finding, asked for?
    pub(super) wanted: &'a dyn Fn(&Finding) -> bool,
}

pub(super) fn mend(
    workspace: &Workspace,
    first: &Snapshot,
    head: ManuallyDrop<Compilation>,
    wish: &Wish<'_>,
) -> Mended {
    let meant = meanings(&head);
    let mut mended = Mended {
        snapshot: first.clone(),
        compilation: head,
        findings: Vec::new(),
        texts: BTreeMap::new(),
        applied: 0,
        withdrawn: BTreeSet::new(),
    };
    let mut applied: BTreeMap<FileId, usize> = BTreeMap::new();
    for pass in 0..=PASSES {
        mended.findings = check(&mended.compilation, wish.base, wish.selection).findings;
        if pass == PASSES {
            break;
        }
        let mut asked: Vec<Finding> = mended.findings.iter().filter(|one| (wish.wanted)(one)).cloned().collect();
        asked.retain(|one| {
            one.diagnostic.fix.iter().flat_map(|fix| &fix.edits).all(|edit| !mended.withdrawn.contains(&edit.file))
        });
        let texts = texts_of(&mended.snapshot, &asked);
        let made = fix(&asked, wish.unsafe_too, &|file| texts.get(file).map(|text| &**text));
        if made.texts.is_empty() {
            break;
        }
        made.applied.into_iter().for_each(|(file, count)| *applied.entry(file).or_default() += count);
        let kept = std::mem::take(&mut mended.texts);
        mended.texts = kept.into_iter().chain(made.texts.clone()).collect();
        compile(workspace, first, &mut mended);
        let wrong = wrong(&meant, &mended.compilation, made.texts.keys().collect(), wish.unsafe_too);
        if !wrong.is_empty() {
            mended.texts.retain(|file, _| !wrong.contains(file));
            mended.withdrawn.extend(wrong);
            compile(workspace, first, &mut mended);
        }
    }
    mended.applied = applied.iter().filter(|(file, _)| mended.texts.contains_key(*file)).map(|(_, count)| count).sum();
    mended
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
    columns: Vec<String>,
    /// Of a model that was not understood: its letters and signs, without spaces and in one case.
    letters: Option<String>,
}

/// What is said of a moment before anything is fixed.
struct Meanings {
    models: BTreeMap<String, Meaning>,
    /// How many faults of reading each file has.
    faults: BTreeMap<FileId, usize>,
}

fn meanings(compilation: &Compilation) -> Meanings {
    let models = compilation.models.iter().map(|(id, compiled)| (id.clone(), meaning(compilation, compiled)));
    Meanings { models: models.collect(), faults: faults(compilation) }
}

fn meaning(compilation: &Compilation, compiled: &CompiledModel) -> Meaning {
    let dialect = compiled.model.dialect(&compilation.projects[compiled.project].dialect);
    // A name without quotes may change its case where the dialect does not mind.
    let columns = compiled.query.outputs.iter().map(|output| dialect.column_key(&output.name, output.quoted)).collect();
    let letters = || {
        let text = compiled.rendered.text.chars().filter(|c| !c.is_whitespace());
        text.map(|c| c.to_ascii_lowercase()).collect()
    };
    let letters = compiled.fingerprints.is_none().then(letters);
    Meaning { fingerprints: compiled.fingerprints.clone(), columns, letters }
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

/// The files, of those that a pass changed, whose new text is not to stay. A macro may be to blame for any model.
fn wrong(meant: &Meanings, now: &Compilation, changed: BTreeSet<&FileId>, unsafe_too: bool) -> BTreeSet<FileId> {
    let mut wrong: BTreeSet<FileId> = BTreeSet::new();
    let of_models: BTreeSet<&FileId> = now.models.values().map(|compiled| &compiled.model.file).collect();
    let mut blame = |file: &FileId| {
        if changed.contains(file) {
            wrong.insert(file.clone());
        } else {
            wrong.extend(changed.iter().filter(|changed| !of_models.contains(**changed)).map(|file| (*file).clone()));
        }
    };
    for (file, count) in faults(now) {
        if count > meant.faults.get(&file).copied().unwrap_or(0) {
            blame(&file);
        }
    }
    if !unsafe_too {
        for (id, compiled) in &now.models {
            if meant.models.get(id).is_none_or(|before| *before != meaning(now, compiled)) {
                blame(&compiled.model.file);
            }
        }
        let gone = meant.models.keys().any(|id| !now.models.contains_key(id));
        if gone {
            wrong.extend(changed.iter().map(|file| (*file).clone()));
        }
    }
    wrong
}
