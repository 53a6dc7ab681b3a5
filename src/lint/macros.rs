//! One project in; its macros, with what each file of templates defines and calls, out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::project::{Kind, Language, MacroEntry};
use crate::template::{Survey, SurveyedMacro, survey};
use crate::text::{FileId, Place, Span};

use super::scene::Stage;

/// What templates show, each read when a rule first asks, and again where its text is another.
#[derive(Default)]
pub(super) struct Surveys(Mutex<Known>);

/// By file and the start of a macro's body: the text that was surveyed, and what was found.
type Known = BTreeMap<(FileId, u32), (Arc<str>, Arc<Survey>)>;

impl Surveys {
    fn of(&self, text: &Arc<str>, file: &FileId, body: Span) -> Arc<Survey> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (file.clone(), body.start);
        if let Some((of, survey)) = known.get(&key)
            && Arc::ptr_eq(of, text)
        {
            return Arc::clone(survey);
        }
        let found = Arc::new(survey(text, file, body));
        known.insert(key, (Arc::clone(text), Arc::clone(&found)));
        found
    }
}

/// A file of the project's own templates and what its text shows.
pub(super) struct Surveyed<'a> {
    pub(super) file: &'a FileId,
    pub(super) text: &'a Arc<str>,
    pub(super) seen: Arc<Survey>,
    /// The id of the model whose text it is.
    pub(super) model: Option<&'a str>,
}

/// The project's own files of macros.
pub(super) fn macro_files<'a>(stage: &Stage<'a>) -> Vec<Surveyed<'a>> {
    if stage.project.kind != Kind::Dbt {
        return Vec::new();
    }
    let project = stage.project;
    let own = project.macros.iter().filter(|file| file.package == project.name);
    let read = |file: &'a crate::project::MacroFile| Surveyed {
        file: &file.file,
        text: &file.text,
        seen: stage.surveys.of(&file.text, &file.file, Span::new(0, file.text.len())),
        model: None,
    };
    own.map(read).collect()
}

/// The project's own models, tests and analyses that are templates.
pub(super) fn model_files<'a>(stage: &Stage<'a>) -> Vec<Surveyed<'a>> {
    let own = stage.own_models().filter(|compiled| compiled.model.language == Language::Jinja);
    let read = |compiled: &'a crate::compile::CompiledModel| {
        let model = &compiled.model;
        let seen = stage.surveys.of(&model.text, &model.file, model.body);
        Surveyed { file: &model.file, text: &model.text, seen, model: Some(&model.id) }
    };
    own.filter(|_| stage.project.kind == Kind::Dbt).map(read).collect()
}

impl Surveyed<'_> {
    /// The macros that it defines by name; bodies of `call` blocks are none.
    pub(super) fn defined(&self) -> impl Iterator<Item = &SurveyedMacro> {
        self.seen.macros.iter().filter(|one| !one.name.is_empty() && one.name != "caller")
    }

    /// Where a macro's name stands.
    pub(super) fn name_place(&self, one: &SurveyedMacro) -> Place {
        let text = self.text.get(one.span.range()).unwrap_or_default();
        let name = one.name.strip_prefix("test_").filter(|_| !text.contains(&one.name)).unwrap_or(&one.name);
        let at = text.find(name).map_or(one.span.start as usize, |at| one.span.start as usize + at);
        Place::new(self.file, Span::new(at, at + name.len()))
    }
}

/// What properties say of a macro of the project.
pub(super) fn entry<'a>(stage: &Stage<'a>, name: &str) -> Option<&'a MacroEntry> {
    let project = stage.project;
    let plain = name.strip_prefix("test_").unwrap_or(name);
    let mut own = project.macro_entries.iter().filter(|entry| entry.package == project.name);
    own.find(|entry| entry.name == name || entry.name == plain)
}
