//! What a rule sees of one model, one project or one change, and how it points at what it found.

use crate::algebra::{Query, RelId, Status};
use crate::change::Changes;
use crate::compile::{Compilation, CompiledModel};
use crate::data::Value;
use crate::diagnostic::Edit;
use crate::dialect::Dialect;
use crate::impact::Impacts;
use crate::project::{ModelKind, Project};
use crate::text::{FileId, Place, Span};

use super::facts::Facts;
use super::finding::Raised;
use super::level::ProjectRules;
use super::macros::Surveys;
use super::page::Page;
use super::sensitive::{Sensitive, Watch};
use super::standards::Standards;

/// One model, for a rule that judges models.
pub(super) struct Scene<'a> {
    pub(super) compilation: &'a Compilation,
    pub(super) project: &'a Project,
    pub(super) rules: &'a ProjectRules<'a>,
    pub(super) compiled: &'a CompiledModel,
    pub(super) facts: &'a Facts<'a>,
    pub(super) page: &'a Page,
}

/// One project, for a rule that judges the repo's shape.
pub(super) struct Stage<'a> {
    pub(super) compilation: &'a Compilation,
    pub(super) standards: &'a Standards,
    /// Index into [`Compilation::projects`].
    pub(super) index: usize,
    pub(super) project: &'a Project,
    pub(super) rules: &'a ProjectRules<'a>,
    pub(super) page: &'a Page,
    /// A file for whose kind the project is judged; `None` for those that no override speaks of.
    pub(super) file: Option<&'a FileId>,
    /// What its templates show.
    pub(super) surveys: &'a Surveys,
    pub(super) watch: &'a Watch,
    /// The settings of all projects.
    pub(super) all: &'a [ProjectRules<'a>],
}

/// A change, for a rule that compares.
pub(super) struct Diff<'a> {
    pub(super) base: &'a Compilation,
    pub(super) head: &'a Compilation,
    pub(super) changes: &'a Changes,
    pub(super) impacts: &'a Impacts,
    /// Of the head, parallel to its projects.
    pub(super) rules: &'a [ProjectRules<'a>],
    pub(super) page: &'a Page,
}

/// The values of a rule's options for one file: the project's own, else the page's defaults.
#[derive(Clone, Copy)]
pub(super) struct Options<'a> {
    pub(super) page: &'a Page,
    pub(super) rules: &'a ProjectRules<'a>,
    pub(super) file: Option<&'a FileId>,
}

impl<'a> Options<'a> {
    pub(super) fn flag(self, name: &str) -> bool {
        self.value(name).and_then(Value::bool).unwrap_or(false)
    }

    pub(super) fn number(self, name: &str) -> i64 {
        self.value(name).and_then(Value::integer).unwrap_or(0)
    }

    pub(super) fn word(self, name: &str) -> &'a str {
        self.value(name).and_then(Value::str).unwrap_or_default()
    }

    pub(super) fn words(self, name: &str) -> Vec<String> {
        self.value(name).map(Value::strings).unwrap_or_default()
    }

    fn value(self, name: &str) -> Option<&'a Value> {
        self.rules.option(self.page, self.file, name)
    }
}

impl<'a> Stage<'a> {
    /// Which columns of the repo hold personal data.
    pub(super) fn sensitive(&self) -> &'a Sensitive {
        self.watch.of(self.compilation, self.all)
    }

    pub(super) fn options(&self) -> Options<'a> {
        Options { page: self.page, rules: self.rules, file: self.file }
    }

    /// The options that hold for one file.
    pub(super) fn options_of(&self, file: &'a FileId) -> Options<'a> {
        Options { page: self.page, rules: self.rules, file: Some(file) }
    }

    /// The project's own models, those of its packages aside, with what the floors below said of each.
    pub(super) fn own_models(&self) -> impl Iterator<Item = &'a CompiledModel> {
        let (index, project) = (self.index, self.project);
        let own = move |compiled: &&CompiledModel| compiled.project == index && compiled.model.package == project.name;
        self.compilation.models.values().filter(own)
    }
}

impl<'a> Diff<'a> {
    /// The options that hold for a model of the head.
    pub(super) fn options(&self, compiled: &'a CompiledModel) -> Options<'a> {
        Options { page: self.page, rules: &self.rules[compiled.project], file: Some(&compiled.model.file) }
    }

    /// The options that hold for a project of the head, by its index.
    pub(super) fn options_of(&self, project: usize) -> Options<'a> {
        Options { page: self.page, rules: &self.rules[project], file: None }
    }
}

impl<'a> Scene<'a> {
    pub(super) fn query(&self) -> &'a Query {
        self.facts.query
    }

    /// A finding at a span of the rendered text. What a macro wrote is told where the model calls the macro.
    pub(super) fn raise(&self, span: Span, message: impl Into<String>) -> Raised {
        let (place, written_in) = locate(self.compiled, span);
        let mut raised = Raised::at(place, message, self.text(span)).model(&self.compiled.model.id);
        if let Some(inner) = written_in.first() {
            raised = raised.label(inner.clone(), "written by this macro");
        }
        raised.written_in = written_in;
        raised
    }

    /// A place of the user's file, for labels.
    pub(super) fn place(&self, span: Span) -> Place {
        locate(self.compiled, span).0
    }

    pub(super) fn text(&self, span: Span) -> &'a str {
        self.compiled.rendered.text.get(span.range()).unwrap_or_default()
    }

    /// Do these bytes stand in the model's own file as they are, no template having a hand in them?
    pub(super) fn is_verbatim(&self, span: Span) -> bool {
        let touched =
            |segment: &&crate::template::Segment| segment.span.start < span.end && segment.span.end > span.start;
        self.compiled.rendered.segments.iter().filter(touched).all(|segment| segment.literal && segment.calls == 0)
    }

    pub(super) fn options(&self) -> Options<'a> {
        Options { page: self.page, rules: self.rules, file: Some(&self.compiled.model.file) }
    }

    pub(super) fn dialect(&self) -> &'a Dialect {
        self.compiled.model.dialect(&self.project.dialect)
    }

    /// Was the whole text seen: no hole left by a template, nothing that could not be read?
    pub(super) fn is_whole(&self) -> bool {
        let rendered = &self.compiled.rendered;
        !rendered.failed && rendered.unknowns.is_empty() && self.query().status != Status::Opaque
    }

    /// Is it a relation that others read, rather than a test, an analysis or an operation?
    pub(super) fn is_built(&self) -> bool {
        matches!(self.compiled.model.kind, ModelKind::Model | ModelKind::Snapshot | ModelKind::Table)
    }

    /// The rendered text before a span, without the white space and brackets that it ends with.
    pub(super) fn text_before(&self, span: Span) -> &'a str {
        let before = self.text(Span { start: 0, end: span.start });
        before.trim_end_matches(|c: char| c.is_whitespace() || c == '(')
    }

    /// The word right before a span, brackets aside, in lower case.
    pub(super) fn word_before(&self, span: Span) -> String {
        let before = self.text_before(span);
        let word = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        word.to_ascii_lowercase()
    }

    /// The name that a relation goes by in FROM: its alias, else its own; words for one that has none.
    pub(super) fn name_of(&self, rel: RelId) -> &'a str {
        let node = self.facts.node(rel);
        let text = self.text(node.span);
        let text = if text.contains('(') { "" } else { text };
        let last = text.rsplit(|c: char| c.is_whitespace() || c == '.').next().unwrap_or_default();
        let name = last.trim_matches(['"', '`', '[', ']']);
        if name.is_empty() { "this relation" } else { name }
    }

    /// The first time a keyword stands in a span; the span's start where it does not.
    pub(super) fn keyword_in(&self, span: Span, keyword: &str) -> Span {
        let found = self.text(span).to_ascii_lowercase().find(keyword);
        found.map_or(Span::at(span.start as usize), |at| Span::new(at, at + keyword.len()).shift(span.start as usize))
    }

    /// The nearest of these keywords before a span; the span itself where there is none.
    pub(super) fn keyword_before(&self, span: Span, keywords: &[&str]) -> Span {
        let text = self.text(Span { start: 0, end: span.start }).to_ascii_lowercase();
        let nearest = keywords.iter().filter_map(|keyword| text.rfind(keyword).map(|at| (at, keyword.len()))).max();
        nearest.map_or(span, |(at, length)| Span::new(at, at + length))
    }

    /// Puts `text` where `span` of the rendered text stands in the model's file; `None` where a template had a hand in
    /// it, so that no edit of the file would do.
    pub(super) fn edit(&self, span: Span, text: impl Into<String>) -> Option<Edit> {
        let place = self.is_verbatim(span).then(|| self.place(span))?;
        let same = self.compiled.model.text.get(place.span.range()) == Some(self.text(span));
        same.then(|| Edit { file: place.file, span: place.span, text: text.into() })
    }
}

/// Where a rendered span stands for the user: the place in the model's file, and, if a macro wrote it, the places in
/// macros from the innermost out.
pub(super) fn locate(compiled: &CompiledModel, span: Span) -> (Place, Vec<Place>) {
    let Some(mut origin) = compiled.rendered.origin(span) else {
        return (Place::new(&compiled.model.file, compiled.model.body), Vec::new());
    };
    match origin.calls.pop() {
        None => (origin.place, Vec::new()),
        Some(call) => {
            let mut written_in = vec![origin.place];
            written_in.append(&mut origin.calls);
            (call, written_in)
        }
    }
}
