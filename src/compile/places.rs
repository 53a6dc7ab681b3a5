//! A place in one of the files that a Compilation was made from in, its line out.

use super::Compilation;
use crate::text::{LineIndex, Place};

impl Compilation {
    /// From 1; 1 also where the file is none of a model or a macro.
    pub fn line_of(&self, place: &Place) -> u32 {
        let models = self.models.values().map(|model| (&model.model.file, &model.model.text));
        let files = self.projects.iter().flat_map(|project| project.macros.iter().chain(&project.templates));
        let mut texts = models.chain(files.map(|file| (&file.file, &file.text)));
        let text = texts.find(|(file, _)| **file == place.file).map(|(_, text)| text);
        text.map_or(1, |text| LineIndex::new(text).position(text, place.span.start).line)
    }
}
