//! A Compilation and its Snapshot in, the texts of the files that an answer points into out.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::compile::Compilation;
use crate::repo::Snapshot;
use crate::report::Texts;
use crate::text::FileId;

/// The texts of all models and macros, and of whatever else is named.
pub(super) fn texts<'f>(
    compilation: &Compilation,
    snapshot: &Snapshot,
    more: impl IntoIterator<Item = &'f FileId>,
) -> Texts {
    let mut texts = Texts::default();
    let wanted: BTreeSet<&FileId> = more.into_iter().collect();
    for compiled in compilation.models.values() {
        texts.add(&compiled.model.file, &compiled.model.text);
    }
    for file in compilation.projects.iter().flat_map(|project| &project.macros) {
        texts.add(&file.file, &file.text);
    }
    for file in wanted {
        if texts.get(file).is_none()
            && let Ok(text) = snapshot.text(file)
        {
            texts.add(file, &Arc::clone(&text.content));
        }
    }
    texts
}
