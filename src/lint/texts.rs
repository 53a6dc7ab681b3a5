//! A Compilation in, the texts of its files with their lines out: where suppressions stand and findings start.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::compile::Compilation;
use crate::text::{FileId, LineIndex, Place, Span};

use super::suppress::{self, Suppression};

/// The files that findings may stand in.
pub(super) struct Texts(BTreeMap<FileId, Text>);

/// One file, its lines, and what its comments allow.
pub(super) struct Text {
    pub(super) text: Arc<str>,
    lines: LineIndex,
    pub(super) suppressions: Vec<Suppression>,
}

impl Text {
    fn new(file: &FileId, text: &Arc<str>) -> Self {
        let suppressions = suppress::in_text(file, text);
        Text { text: Arc::clone(text), lines: LineIndex::new(text), suppressions }
    }
}

impl Texts {
    pub(super) fn of(compilation: &Compilation) -> Self {
        let mut texts = BTreeMap::new();
        let mut add = |file: &FileId, text: &Arc<str>| {
            texts.entry(file.clone()).or_insert_with(|| Text::new(file, text));
        };
        for compiled in compilation.models.values() {
            add(&compiled.model.file, &compiled.model.text);
        }
        for file in compilation.projects.iter().flat_map(|project| &project.macros) {
            add(&file.file, &file.text);
        }
        let mut texts = Texts(texts);
        // Of YAML and TOML, those that something is said about: a repo has thousands of them.
        texts.also(compilation, compilation.diagnostics.iter().map(|told| &told.place.file));
        texts
    }

    /// Some models' texts as they are now.
    pub(super) fn renew(&mut self, compilation: &Compilation, files: &BTreeSet<FileId>) {
        for compiled in compilation.models.values().filter(|compiled| files.contains(&compiled.model.file)) {
            let (file, text) = (&compiled.model.file, &compiled.model.text);
            if self.get(file).is_none_or(|known| !Arc::ptr_eq(&known.text, text)) {
                self.0.insert(file.clone(), Text::new(file, text));
            }
        }
    }

    /// The files that findings stand in too: an allow beside one of them counts.
    pub(super) fn also<'p>(&mut self, compilation: &Compilation, files: impl Iterator<Item = &'p FileId>) {
        let Some(snapshot) = &compilation.snapshot else { return };
        for file in files {
            if !self.0.contains_key(file)
                && let Ok(text) = snapshot.text(file)
            {
                self.0.insert(file.clone(), Text::new(file, &text.content));
            }
        }
    }

    pub(super) fn get(&self, file: &FileId) -> Option<&Text> {
        self.0.get(file)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&FileId, &Text)> {
        self.0.iter()
    }

    /// The bytes of a place; empty where the file is not among the texts.
    pub(super) fn slice(&self, place: &Place) -> &str {
        self.get(&place.file).and_then(|text| text.text.get(place.span.range())).unwrap_or_default()
    }
}

impl Text {
    /// First and last line (from 1) of a span.
    pub(super) fn lines_of(&self, span: Span) -> (u32, u32) {
        let line = |offset: u32| self.lines.position(&self.text, offset).line;
        (line(span.start), line(span.end.saturating_sub(1).max(span.start)))
    }
}
