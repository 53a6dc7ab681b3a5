//! What impact, plan and compare are asked about, as every format of their answers reads it.

use crate::compile::Compilation;
use crate::impact::Impacts;

/// A change between two moments, and whom it reaches.
pub struct ChangeSet<'a> {
    /// Commit ids, `index` or `worktree`.
    pub base: &'a str,
    pub head: &'a str,
    pub before: &'a Compilation,
    pub after: &'a Compilation,
    pub impacts: &'a Impacts,
}

impl ChangeSet<'_> {
    /// The file that defines a model: head's, or base's of one that is gone.
    pub(super) fn path(&self, id: &str) -> Option<&str> {
        let model = self.after.models.get(id).or_else(|| self.before.models.get(id));
        model.map(|model| model.model.file.path())
    }

    /// A model's name, as short as it is clear.
    pub(super) fn short(&self, id: &str) -> String {
        let side = if self.after.models.contains_key(id) { self.after } else { self.before };
        side.short_name(id)
    }

    /// How many models the change leaves as they are.
    pub(super) fn staying(&self) -> usize {
        let built = self.after.models.values().filter(|model| crate::change::is_built(model));
        built.filter(|model| !self.impacts.models.contains_key(&model.model.id)).count()
    }
}

/// A commit id as people say it.
pub(super) fn short_commit(id: &str) -> &str {
    match id.get(..12) {
        Some(short) if id.len() == 40 => short,
        _ => id,
    }
}
