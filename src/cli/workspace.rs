//! The folder a command was started in, in; its repo, and Compilations of its moments, out.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::io::Io;
use super::progress::Progress;
use crate::compile::{Around, Cache, Compilation, compile};
use crate::lineage::Graph;
use crate::project::{Kind, Project};
use crate::repo::{Disk, Repo, Snapshot, variable};

/// The lineage graph of the working tree that holds a folder, and how many models it has: what the benches ask.
pub fn graph_of(folder: &Path) -> Result<(Graph, usize), Failure> {
    let repo = Repo::discover(folder)?;
    let disk = repo.disk();
    let around = Around { disk: &disk, home_profiles: None, progress: &|_, _, _| {} };
    let compilation = compile(&repo.worktree()?, &around, &Cache::default());
    Ok((compilation.graph().clone(), compilation.models.len()))
}

/// A repo, and what its moments share.
pub(super) struct Workspace {
    pub(super) repo: Repo,
    disk: Disk,
    home_profiles: Option<String>,
    cache: ManuallyDrop<Cache>,
    terminal: bool,
}

impl Workspace {
    /// The repo that holds the folder, or the folder itself outside git.
    pub(super) fn open(io: &Io) -> Result<Self, Failure> {
        let repo = Repo::discover(&io.folder)?;
        let disk = repo.disk();
        let terminal = io.terminal.errors;
        Ok(Workspace { repo, disk, home_profiles: home_profiles(), cache: ManuallyDrop::default(), terminal })
    }

    /// Never dropped, for the process ends with its answer, and the system takes back all memory at once.
    pub(super) fn compile(&self, snapshot: &Snapshot) -> ManuallyDrop<Compilation> {
        let progress = Progress::new(self.terminal);
        let around = Around {
            disk: &self.disk,
            home_profiles: self.home_profiles.as_deref(),
            progress: &|what, done, all| progress.tell(what, done, all),
        };
        ManuallyDrop::new(compile(snapshot, &around, &self.cache))
    }

    /// The working tree compiled; a repo without models is a failure that says what was looked for.
    pub(super) fn worktree(&self) -> Result<(Snapshot, ManuallyDrop<Compilation>), Failure> {
        let snapshot = self.repo.worktree()?;
        let compilation = self.compile(&snapshot);
        self.expect_models(&compilation)?;
        Ok((snapshot, compilation))
    }

    /// The projects of the working tree, read and not compiled.
    pub(super) fn projects(&self) -> Result<Vec<Project>, Failure> {
        let each = |count: usize, work: &(dyn Fn(usize) + Sync)| (0..count).for_each(work);
        let snapshot = self.repo.worktree()?;
        Ok(crate::project::read(&snapshot, &self.disk, self.home_profiles.as_deref(), &each))
    }

    /// A repo without models and without a fault that could explain it has nothing to ask about.
    pub(super) fn expect_models(&self, compilation: &Compilation) -> Result<(), Failure> {
        if !compilation.models.is_empty() || !compilation.diagnostics.is_empty() {
            return Ok(());
        }
        let roots = compilation.projects.iter().filter(|project| project.kind != Kind::Plain);
        let roots: Vec<&str> = roots.map(|project| project.name.as_str()).collect();
        let failure = Failure::new(format!("no models were found in {}", self.repo.root().display()));
        Err(match roots.as_slice() {
            [] => failure.hint("Looked for dbt_project.yml files, SQLMesh's config files and .sql files, here and in all folders below."),
            names => failure.hint(format!("The model paths of {} hold no enabled model.", names.join(", "))),
        })
    }

    /// The commit to compare with; an empty name stands for the merge base with the default branch.
    pub(super) fn base(&self, wanted: &str, head: &str) -> Result<Snapshot, Failure> {
        let commit = match wanted {
            "" => self.repo.default_base(head, &variable)?.commit,
            wanted => self.repo.resolve(wanted)?,
        };
        Ok(self.repo.commit(&commit)?)
    }
}

/// The text of the user's own profiles.yml.
pub(super) fn home_profiles() -> Option<String> {
    let named = variable("DBT_PROFILES_DIR").map(PathBuf::from);
    let folder = named.or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".dbt")))?;
    Disk::new(&folder).text("profiles.yml").ok().map(|text| text.body().0.to_owned())
}
