//! What `impact` and `plan` share: two moments of the repo named, both compiled.

use std::mem::ManuallyDrop;

use clap::Args;

use super::failure::Failure;
use super::workspace::Workspace;
use crate::compile::Compilation;

/// The two moments that are compared.
#[derive(Debug, Args)]
pub(super) struct Between {
    /// Compare with this commit, branch or tag; else with where the branch left the default branch.
    #[arg(long, value_name = "REF", num_args = 0..=1, default_missing_value = "")]
    base: Option<String>,
    /// The moment that is judged: a commit, branch or tag; else the working tree.
    #[arg(long, value_name = "REF")]
    head: Option<String>,
}

/// Base and head compiled.
pub(super) struct Compared {
    pub(super) base: ManuallyDrop<Compilation>,
    pub(super) head: ManuallyDrop<Compilation>,
}

pub(super) fn compare(between: &Between, workspace: &Workspace) -> Result<Compared, Failure> {
    let tip = between.head.as_deref().unwrap_or("HEAD");
    let base = workspace.base(between.base.as_deref().unwrap_or_default(), tip)?;
    let head = match &between.head {
        Some(head) => workspace.repo.commit(head)?,
        None => workspace.repo.worktree()?,
    };
    let head = workspace.compile(&head);
    let base = workspace.compile(&base);
    if base.models.is_empty() {
        workspace.expect_models(&head)?;
    }
    Ok(Compared { base, head })
}
