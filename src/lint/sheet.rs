//! What a rule sees of one file of SQL as it stands, template and all, and how it points at what it found.

use std::cell::OnceCell;

use crate::compile::CompiledModel;
use crate::diagnostic::Edit;
use crate::dialect::Dialect;
use crate::project::{Model, Project};
use crate::syntax::Tolerant;
use crate::text::{FileId, Place, Span};

use super::explain;
use super::finding::Raised;
use super::level::ProjectRules;
use super::page::Page;
use super::scene::Options;
use super::script::Script;

/// One file of SQL, for a rule that judges how it is written.
pub(super) struct Sheet<'a> {
    pub(super) project: &'a Project,
    pub(super) rules: &'a ProjectRules<'a>,
    pub(super) page: &'a Page,
    pub(super) file: &'a FileId,
    pub(super) text: &'a str,
    pub(super) tree: &'a Tolerant<'a>,
    /// The models whose text it holds, in order; none where it is a file of macros.
    pub(super) models: &'a [&'a CompiledModel],
    pub(super) shared: &'a Shared<'a>,
}

/// What the rules about one file share, made when first asked for.
#[derive(Default)]
pub(super) struct Shared<'a> {
    script: OnceCell<Script<'a>>,
}

impl<'a> Sheet<'a> {
    pub(super) fn options(&self) -> Options<'a> {
        Options { page: self.page, rules: self.rules, file: Some(self.file) }
    }

    /// The options of another rule, which this one shares.
    pub(super) fn options_of(&self, rule: &str) -> Options<'a> {
        let page = explain(rule).unwrap_or(self.page);
        Options { page, rules: self.rules, file: Some(self.file) }
    }

    /// The file's tokens and the nodes around them.
    pub(super) fn script(&self) -> &'a Script<'a> {
        self.shared.script.get_or_init(|| Script::new(self.tree, self.text))
    }

    /// The dialect of the file.
    pub(super) fn dialect(&self) -> &'a Dialect {
        let own = self.models.iter().find_map(|compiled| compiled.model.dialect.as_ref());
        own.unwrap_or(&self.project.dialect)
    }

    /// A finding at a span of the file.
    pub(super) fn raise(&self, span: Span, message: impl Into<String>) -> Raised {
        let construct = self.text.get(span.range()).unwrap_or_default();
        let raised = Raised::at(Place::new(self.file, span), message, construct);
        match self.model_at(span) {
            Some(model) => raised.model(&model.id),
            None => raised,
        }
    }

    /// Puts `text` where `span` stands.
    pub(super) fn edit(&self, span: Span, text: impl Into<String>) -> Edit {
        Edit { file: self.file.clone(), span, text: text.into() }
    }

    fn model_at(&self, span: Span) -> Option<&'a Model> {
        let holder = self.models.iter().find(|compiled| compiled.model.body.contains(span));
        holder.map(|compiled| &compiled.model)
    }
}
