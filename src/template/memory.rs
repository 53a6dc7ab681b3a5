//! Files in memory, as tests read projects from.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Environment, Mode, Rendered, render};
use crate::project::{Files, Project, read_files};
use crate::text::{Digest, FileId};

/// Files in memory.
pub(super) struct Memory(pub(super) BTreeMap<FileId, Arc<str>>);

impl Files for Memory {
    fn below(&self, folder: &str) -> Vec<FileId> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.0.keys().filter(|file| file.path().starts_with(&prefix)).cloned().collect()
    }

    fn text(&self, file: &FileId) -> Result<Arc<str>, String> {
        self.0.get(file).cloned().ok_or_else(|| "no such file".to_owned())
    }

    fn digest(&self, file: &FileId) -> Digest {
        Digest::of(self.0.get(file).map_or(&[], |text| text.as_bytes()))
    }
}

/// A project outside dbt.
pub(super) fn plain(files: &[(&str, &str)]) -> Project {
    let all = files.iter().map(|(path, text)| (FileId::new(path), Arc::from(*text))).collect();
    let empty = Memory(BTreeMap::new());
    read_files(&Memory(all), &empty, None, &|count, work| (0..count).for_each(work)).remove(0)
}

/// The first file, rendered in a project of all of them.
pub(super) fn first(files: &[(&str, &str)], mode: Mode) -> Rendered {
    let project = plain(files);
    let env = Environment::new(&project, &[]);
    let model = project.models.iter().find(|model| model.file.path() == files[0].0).expect("the file is a model");
    render(&env, model, mode, &|_| None)
}

/// Segments cover the text without gap or overlap, and literal ones equal the bytes of `text` that they point to.
pub(super) fn assert_mapped(rendered: &Rendered, text: &str) {
    let mut at = 0;
    for segment in &rendered.segments {
        assert_eq!(segment.span.start, at);
        at = segment.span.end;
        if segment.literal {
            assert_eq!(rendered.text[segment.span.range()], text[segment.origin.range()]);
        }
    }
    assert_eq!(at as usize, rendered.text.len());
}
