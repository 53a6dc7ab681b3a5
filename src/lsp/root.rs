//! One repo that is being edited in, its Compilation and findings out, kept up with every keystroke.
//!
//! A keystroke costs the model it is in: [`Root::change`] resolves and judges that, and leaves the rest to
//! [`Root::step`], which does a little at a time while nobody asks for anything.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::Host;
use super::macros::Macros;
use crate::compile::{Around, Cache, Compilation, CompiledModel, compile};
use crate::lint::{BASELINE, Baseline, Finding, Kept, Selection, seen_by_readers};
use crate::repo::{Disk, Repo, RepoError, Snapshot};
use crate::text::{Digest, FileId, Place};

/// Tells how far a long step is: what is done, how much of it, of how much.
pub(super) type Tell<'a> = &'a (dyn Fn(&'static str, usize, usize) + Sync);

/// A repo and what is known of it now.
pub(super) struct Root {
    pub(super) repo: Repo,
    /// A folder of the repo as the editor names it, and where that is from the repo's root.
    said: (PathBuf, String),
    disk: Disk,
    host: Arc<Host>,
    cache: Cache,
    /// The files as they were last seen on disk.
    on_disk: Snapshot,
    buffers: BTreeMap<FileId, String>,
    known: Option<Known>,
    pub(super) selection: Selection,
    due: Due,
    /// What was last found, by file.
    findings: BTreeMap<FileId, Vec<Finding>>,
    /// The base that changes are compared with: its commit, and it compiled.
    pub(super) base: Option<(String, Compilation)>,
}

/// A Compilation and what rules said of it.
struct Known {
    compilation: Compilation,
    kept: Kept,
    baseline: Baseline,
    macros: OnceLock<Macros>,
}

/// What is still to be done.
#[derive(Default)]
struct Due {
    /// All of it anew.
    compile: bool,
    /// Models to judge.
    judge: BTreeSet<String>,
    /// The rules that look at whole projects: the number of the next.
    whole: Option<usize>,
}

/// How many models are judged before somebody may ask for something else.
const AT_ONCE: usize = 8;

/// What a step came to.
pub(super) enum Step {
    More,
    /// All is settled; findings of these files are others now.
    Settled(BTreeSet<FileId>),
    Nothing,
}

impl Root {
    pub(super) fn open(folder: &Path, host: &Arc<Host>, selection: Selection) -> Result<Self, RepoError> {
        let repo = Repo::discover(folder)?;
        let inside = repo.relative(folder).unwrap_or_default();
        let on_disk = repo.worktree()?;
        Ok(Root {
            said: (folder.to_owned(), inside),
            disk: repo.disk(),
            repo,
            host: Arc::clone(host),
            cache: Cache::default(),
            on_disk,
            buffers: BTreeMap::new(),
            known: None,
            selection,
            due: Due { compile: true, ..Due::default() },
            findings: BTreeMap::new(),
            base: None,
        })
    }

    /// The file at a path, if it is in this repo.
    pub(super) fn file(&self, path: &str) -> Option<FileId> {
        let path = Path::new(path);
        let joined = |inside: &str, rest: &Path| {
            let rest = rest.to_str()?.replace('\\', "/");
            Some(FileId::new(&if inside.is_empty() { rest } else { format!("{inside}/{rest}") }))
        };
        let said = path.strip_prefix(&self.said.0).ok().and_then(|rest| joined(&self.said.1, rest));
        said.or_else(|| joined("", path.strip_prefix(self.repo.root()).ok()?))
    }

    /// Where a file is, as the editor names the folder it opened.
    pub(super) fn path(&self, file: &FileId) -> String {
        let (folder, inside) = &self.said;
        let below = if inside.is_empty() {
            Some(file.path())
        } else {
            file.path().strip_prefix(inside.as_str()).and_then(|rest| rest.strip_prefix('/'))
        };
        let path = below.map_or_else(|| self.repo.root().join(file.path()), |rest| folder.join(rest));
        path.to_string_lossy().replace('\\', "/")
    }

    /// What is known now; `None` before the first compilation.
    pub(super) fn compilation(&self) -> Option<&Compilation> {
        self.known.as_ref().map(|known| &known.compilation)
    }

    pub(super) fn standards(&self) -> Option<&crate::lint::Standards> {
        self.known.as_ref().map(|known| known.kept.standards())
    }

    /// The macros of all projects. Read when first asked for, and anew with the repo.
    pub(super) fn macros(&self) -> &Macros {
        static NONE: Macros = Macros(Vec::new());
        self.known.as_ref().map_or(&NONE, |known| known.macros.get_or_init(|| Macros::of(&known.compilation)))
    }

    /// The models whose text is in a file, in its order.
    pub(super) fn models_of(&self, file: &FileId) -> Vec<&CompiledModel> {
        let all = self.compilation().into_iter().flat_map(|compilation| compilation.models.values());
        let mut found: Vec<&CompiledModel> = all.filter(|compiled| compiled.model.file == *file).collect();
        found.sort_by_key(|compiled| compiled.model.body.start);
        found
    }

    /// A file's text as it is in its editor, else on disk.
    pub(super) fn text(&self, file: &FileId) -> Option<Arc<str>> {
        match self.buffers.get(file) {
            Some(text) => Some(Arc::from(text.as_str())),
            None => self.on_disk.text(file).ok().map(|text| text.content),
        }
    }

    /// The text at a place.
    pub(super) fn slice(&self, place: &Place) -> String {
        let text = self.text(&place.file);
        text.as_deref().and_then(|text| text.get(place.span.range())).unwrap_or_default().to_owned()
    }

    pub(super) fn findings(&self, file: &FileId) -> &[Finding] {
        self.findings.get(file).map_or(&[], Vec::as_slice)
    }

    pub(super) fn all_findings(&self) -> impl Iterator<Item = (&FileId, &Vec<Finding>)> {
        self.findings.iter()
    }

    /// Puts in a buffer, or takes it out. Nothing is compiled yet.
    pub(super) fn put(&mut self, file: &FileId, text: Option<String>) {
        match text {
            Some(text) => drop(self.buffers.insert(file.clone(), text)),
            None => drop(self.buffers.remove(file)),
        }
    }

    pub(super) fn is_open(&self, file: &FileId) -> bool {
        self.buffers.contains_key(file)
    }

    /// Looks at the disk again.
    pub(super) fn read_again(&mut self) {
        if let Ok(now) = self.repo.worktree() {
            self.on_disk = now;
        }
    }

    /// Starts from nothing: settings are others now.
    pub(super) fn restart(&mut self, selection: Selection) {
        self.selection = selection;
        self.due.compile = true;
    }

    fn snapshot(&self) -> Snapshot {
        self.on_disk.with_buffers(self.buffers.clone())
    }

    /// Takes in new texts of some files, and finds what is wrong in those. `false` where that takes compiling anew.
    pub(super) fn change(&mut self, files: &BTreeSet<FileId>) -> bool {
        let snapshot = self.snapshot();
        let Some(known) = self.known.as_mut().filter(|_| !self.due.compile) else { return false };
        let before = seen(&known.compilation, files);
        let Some(resolved) = known.compilation.edit(&snapshot, files, &self.cache) else {
            self.due.compile = true;
            return false;
        };
        if resolved.is_empty() {
            return true;
        }
        let after = seen(&known.compilation, files);
        known.kept.judge(&known.compilation, &self.selection, &resolved.iter().collect::<Vec<_>>());
        known.kept.judge_sheets(&known.compilation, &self.selection, Some(files));
        let depth = if before == after { 1 } else { usize::MAX };
        self.due.judge.extend(known.compilation.readers_of(resolved.iter(), depth));
        self.due.whole = Some(0);
        for file in files {
            let mut found = known.kept.findings(&known.compilation, &self.selection, Some(file));
            known.baseline.apply(&mut found, |_| false, None);
            self.findings.insert(file.clone(), found);
        }
        true
    }

    /// Is there something that the answers so far leave out?
    pub(super) fn is_settled(&self) -> bool {
        let due = &self.due;
        let waits = self.known.as_ref().is_some_and(|known| !known.compilation.is_settled());
        !(due.compile || due.whole.is_some() || waits || !due.judge.is_empty())
    }

    /// Is the whole repo to be compiled?
    pub(super) fn is_to_compile(&self) -> bool {
        self.due.compile
    }

    /// Is what is due next better not begun while somebody types? It may take longer than a keystroke may wait.
    pub(super) fn is_dear(&self) -> bool {
        let waits = self.known.as_ref().is_some_and(|known| !known.compilation.is_settled());
        self.known.is_some() && (self.due.compile || !waits && self.due.judge.is_empty() && self.due.whole.is_some())
    }

    /// Does a little of what is still to be done.
    pub(super) fn step(&mut self, tell: Tell<'_>) -> Step {
        if self.due.compile {
            return Step::Settled(self.compile(tell));
        }
        let Some(known) = &mut self.known else { return Step::Nothing };
        if !known.compilation.is_settled() {
            let resolved = known.compilation.settle(&self.cache);
            self.due.judge.extend(known.compilation.readers_of(resolved.iter(), usize::MAX));
            self.due.judge.extend(resolved);
            return Step::More;
        }
        if !self.due.judge.is_empty() {
            let some: Vec<String> = self.due.judge.iter().take(AT_ONCE).cloned().collect();
            for id in &some {
                self.due.judge.remove(id);
            }
            known.kept.judge(&known.compilation, &self.selection, &some.iter().collect::<Vec<_>>());
            return Step::More;
        }
        let Some(number) = self.due.whole else { return Step::Nothing };
        if known.kept.judge_part(&known.compilation, &self.selection, number) {
            self.due.whole = Some(number + 1);
            return Step::More;
        }
        self.due.whole = None;
        Step::Settled(self.find())
    }

    /// Compiles and judges everything, with what is kept from before.
    fn compile(&mut self, tell: Tell<'_>) -> BTreeSet<FileId> {
        self.due = Due::default();
        // What goes is let go first: two whole compilations need not be held at once.
        self.known = None;
        let snapshot = self.snapshot();
        let around = Around { disk: &self.disk, home_profiles: self.host.home_profiles.as_deref(), progress: tell };
        let compilation = compile(&snapshot, &around, &self.cache);
        let mut kept = Kept::new(&compilation);
        let ids: Vec<&String> = compilation.models.keys().collect();
        for (at, some) in ids.chunks(400).enumerate() {
            tell("judging", at * 400, ids.len());
            kept.judge(&compilation, &self.selection, some);
        }
        kept.judge_sheets(&compilation, &self.selection, None);
        let mut number = 0;
        while kept.judge_part(&compilation, &self.selection, number) {
            number += 1;
        }
        let text = snapshot.text(&FileId::new(BASELINE)).ok();
        let baseline = text.and_then(|text| Baseline::read(&FileId::new(BASELINE), &text.content).ok());
        self.known = Some(Known { compilation, kept, baseline: baseline.unwrap_or_default(), macros: OnceLock::new() });
        self.find()
    }

    /// Finds what is wrong in all files; those where it is something else than before come back.
    fn find(&mut self) -> BTreeSet<FileId> {
        let Some(known) = &mut self.known else { return BTreeSet::new() };
        let mut all = known.kept.findings(&known.compilation, &self.selection, None);
        let level = known.kept.standards().page("stale-baseline-entry").and_then(|page| page.level);
        let is_whole = self.selection.select.is_empty() && self.selection.ignore.is_empty();
        known.baseline.apply(&mut all, |_| true, level.filter(|_| is_whole));
        let mut now: BTreeMap<FileId, Vec<Finding>> = BTreeMap::new();
        for finding in all {
            now.entry(finding.diagnostic.place.file.clone()).or_default().push(finding);
        }
        let files: BTreeSet<&FileId> = self.findings.keys().chain(now.keys()).collect();
        let none = Vec::new();
        let differs = |file: &&&FileId| self.findings.get(**file).unwrap_or(&none) != now.get(**file).unwrap_or(&none);
        let changed = files.iter().filter(differs).map(|file| (*file).clone()).collect();
        self.findings = now;
        changed
    }

    /// Compiles another moment of the same repo.
    pub(super) fn compile_base(&mut self) -> Result<(), RepoError> {
        let variable = |name: &str| (self.host.variable)(name);
        let commit = self.repo.default_base("HEAD", &variable)?.commit;
        if self.base.as_ref().is_some_and(|(known, _)| *known == commit) {
            return Ok(());
        }
        let around =
            Around { disk: &self.disk, home_profiles: self.host.home_profiles.as_deref(), progress: &|_, _, _| () };
        let compilation = compile(&self.repo.commit(&commit)?, &around, &self.cache);
        self.base = Some((commit, compilation));
        Ok(())
    }
}

/// What readers see of the models in some files.
fn seen(compilation: &Compilation, files: &BTreeSet<FileId>) -> Vec<Digest> {
    let models = compilation.models.values().filter(|compiled| files.contains(&compiled.model.file));
    models.map(seen_by_readers).collect()
}
