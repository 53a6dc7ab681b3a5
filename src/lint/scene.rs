//! What a rule sees of one model, or of one project, and how it points at what it found.

use crate::algebra::Query;
use crate::compile::{Compilation, CompiledModel};
use crate::data::Value;
use crate::project::Project;
use crate::text::{Place, Span};

use super::facts::Facts;
use super::finding::Raised;
use super::level::option;
use super::page::Page;

/// One model, for a rule that judges models.
pub(super) struct Scene<'a> {
    pub(super) compilation: &'a Compilation,
    pub(super) project: &'a Project,
    pub(super) compiled: &'a CompiledModel,
    pub(super) facts: &'a Facts<'a>,
    pub(super) page: &'a Page,
}

/// One project, for a rule that judges the repo's shape.
pub(super) struct Stage<'a> {
    pub(super) project: &'a Project,
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

    pub(super) fn flag(&self, name: &str) -> bool {
        option(self.page, &self.project.settings, name).and_then(Value::bool).unwrap_or(false)
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
