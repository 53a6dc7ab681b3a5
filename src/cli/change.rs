//! What `impact` and `plan` share: two moments of the repo named, both compiled.

use std::mem::ManuallyDrop;

use clap::Args;

use super::failure::Failure;
use super::workspace::Workspace;
use crate::compile::Compilation;

/// Names of moments that are no commits.
const INDEX: &str = "index";
const WORKTREE: &str = "worktree";

/// The two moments that are compared.
#[derive(Debug, Args)]
pub(super) struct Between {
    /// Compare with this commit, branch, tag or the `index`; else with where the branch left the default branch.
    #[arg(long, value_name = "REF", num_args = 0..=1, default_missing_value = "")]
    base: Option<String>,
    /// The moment that is judged: a commit, branch or tag, `index` for what is staged; else the working tree.
    #[arg(long, value_name = "REF")]
    head: Option<String>,
}

impl Between {
    /// The same, with a base where none is named.
    pub(super) fn or_base(&self, base: &str) -> Self {
        Between { base: self.base.clone().or_else(|| Some(base.to_owned())), head: self.head.clone() }
    }
}

/// Base and head compiled.
pub(super) struct Compared {
    pub(super) base: ManuallyDrop<Compilation>,
    pub(super) head: ManuallyDrop<Compilation>,
    /// Paths of head that are not what they seem: submodules, which are left out, and files in conflict.
    pub(super) notes: Vec<String>,
}

pub(super) fn compare(between: &Between, workspace: &Workspace) -> Result<Compared, Failure> {
    let tip = between.head.as_deref().filter(|head| !matches!(*head, INDEX | WORKTREE)).unwrap_or("HEAD");
    let base = match between.base.as_deref() {
        Some(INDEX) => workspace.repo.index()?,
        base => workspace.base(base.unwrap_or_default(), tip)?,
    };
    let head = match between.head.as_deref() {
        None | Some(WORKTREE) => workspace.repo.worktree()?,
        Some(INDEX) => workspace.repo.index()?,
        Some(head) => workspace.repo.commit(head)?,
    };
    let notes = head.notes().iter().map(|note| format!("{}: {}", note.path, note.message)).collect();
    let head = workspace.compile(&head);
    let base = workspace.compile(&base);
    if base.models.is_empty() {
        workspace.expect_models(&head)?;
    }
    Ok(Compared { base, head, notes })
}

/// Head alone, as if it were its own base.
pub(super) fn alone(between: &Between, workspace: &Workspace) -> Result<Compared, Failure> {
    let snapshot = match between.head.as_deref() {
        None | Some(WORKTREE) => workspace.repo.worktree()?,
        Some(INDEX) => workspace.repo.index()?,
        Some(head) => workspace.repo.commit(head)?,
    };
    let notes = snapshot.notes().iter().map(|note| format!("{}: {}", note.path, note.message)).collect();
    let head = workspace.compile(&snapshot);
    workspace.expect_models(&head)?;
    Ok(Compared { base: workspace.compile(&snapshot), head, notes })
}
