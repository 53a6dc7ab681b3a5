//! A Compilation in, the texts of its files with their lines out: where suppressions stand and findings start.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::compile::Compilation;
use crate::text::{FileId, LineIndex, Place, Span};

/// The files that findings may stand in.
pub(super) struct Texts(BTreeMap<FileId, Text>);

/// One file and its lines.
pub(super) struct Text {
    pub(super) text: Arc<str>,
    lines: LineIndex,
}

impl Texts {
    pub(super) fn of(compilation: &Compilation) -> Self {
        let mut texts = BTreeMap::new();
        let mut add = |file: &FileId, text: &Arc<str>| {
            texts.entry(file.clone()).or_insert_with(|| Text { text: Arc::clone(text), lines: LineIndex::new(text) });
        };
        for compiled in compilation.models.values() {
            add(&compiled.model.file, &compiled.model.text);
        }
        for file in compilation.projects.iter().flat_map(|project| &project.macros) {
            add(&file.file, &file.text);
        }
        // Of YAML and TOML, those that something is said about: a repo has thousands of them.
        for diagnostic in &compilation.diagnostics {
            let file = &diagnostic.place.file;
            if !texts.contains_key(file)
                && let Some(Ok(text)) = compilation.snapshot.as_ref().map(|snapshot| snapshot.text(file))
            {
                let lines = LineIndex::new(&text.content);
                texts.insert(file.clone(), Text { text: text.content, lines });
            }
        }
        Texts(texts)
    }

    /// The files that findings stand in too: an allow beside one of them counts.
    pub(super) fn also<'p>(&mut self, compilation: &Compilation, files: impl Iterator<Item = &'p FileId>) {
        let Some(snapshot) = &compilation.snapshot else { return };
        for file in files {
            if !self.0.contains_key(file)
                && let Ok(text) = snapshot.text(file)
            {
                let lines = LineIndex::new(&text.content);
                self.0.insert(file.clone(), Text { text: text.content, lines });
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
