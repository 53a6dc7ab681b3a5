//! An expression of a page in; the models, columns, sources, .. for which it is false out as findings.

use std::collections::BTreeSet;

use cel::Context;

use super::expression::Expression;
use super::facts::{Thing, options, things};
use super::message::Message;
use super::table::Kind;
use crate::compile::Compilation;
use crate::diagnostic::Diagnostic;
use crate::impact::Impacts;
use crate::lint::finding::Raised;
use crate::lint::level::ProjectRules;
use crate::lint::page::{Body, Page, PageFault, Written};
use crate::lint::sensitive::Sensitive;
use crate::text::{FileId, Place, Span};

/// A rule that judges things one by one by what is known of them.
pub(in crate::lint) struct StandardRule {
    pub(in crate::lint) each: Kind,
    filter: Option<Expression>,
    require: Expression,
    message: Option<Message>,
    help: Option<Message>,
    /// Where the page says `require`.
    place: Place,
}

/// One project, and everything the facts are taken from.
pub(in crate::lint) struct Ground<'a> {
    pub(in crate::lint) compilation: &'a Compilation,
    pub(in crate::lint) index: usize,
    pub(in crate::lint) rules: &'a ProjectRules<'a>,
    pub(in crate::lint) sensitive: &'a Sensitive,
    pub(in crate::lint) change: Option<Change<'a>>,
}

/// What the head is compared with.
#[derive(Clone, Copy)]
pub(in crate::lint) struct Change<'a> {
    pub(in crate::lint) base: &'a Compilation,
    pub(in crate::lint) impacts: &'a Impacts,
}

impl StandardRule {
    pub(super) fn read(body: &Body, require: &Written, file: &FileId) -> Result<Self, PageFault> {
        let kinds = || Kind::ALL.map(Kind::word).join("`, `");
        let each = match &body.each {
            None => return Err(PageFault::Missing("each")),
            Some(written) => Kind::from_word(&written.text)
                .ok_or_else(|| super::at(written.span, format!("`each` should be one of `{}`", kinds())))?,
        };
        if let Some(files) = &body.files {
            return Err(super::at(files.span, "`files` goes with `query`, not with `require`"));
        }
        let message = |written: &Option<Written>| written.as_ref().map(Message::read).transpose();
        Ok(StandardRule {
            each,
            filter: body.filter.as_ref().map(Expression::new).transpose()?,
            require: Expression::new(require)?,
            message: message(&body.message)?,
            help: message(&body.help)?,
            place: Place::new(file, Span::at(require.span.start as usize)),
        })
    }

    /// Judges every thing of one project. What cannot be judged is told once, at the page.
    pub(in crate::lint) fn check(
        &self,
        page: &Page,
        ground: &Ground<'_>,
        found: &mut Vec<Raised>,
        faults: &mut Vec<Diagnostic>,
    ) {
        let options = options(page, ground.rules);
        let mut told = BTreeSet::new();
        for thing in things(self.each, ground) {
            let mut context = Context::default();
            for (name, value) in &thing.facts {
                context.add_variable_from_value(*name, value.clone());
            }
            context.add_variable_from_value("options", options.clone());
            match self.judge(&context) {
                Ok(true) => {}
                Ok(false) => found.push(self.raise(page, &thing, &context)),
                Err(why) if told.insert(why.clone()) => faults.push(self.fault(page, &thing, &why)),
                Err(_) => {}
            }
        }
    }

    fn judge(&self, context: &Context<'_, '_>) -> Result<bool, String> {
        match self.filter.as_ref().map(|filter| filter.holds(context)).transpose()? {
            Some(false) => Ok(true),
            _ => self.require.holds(context),
        }
    }

    fn raise(&self, page: &Page, thing: &Thing, context: &Context<'_, '_>) -> Raised {
        let message = self.message.as_ref().map(|message| message.fill(context));
        let message = message.unwrap_or_else(|| format!("`{}`: {}", thing.name, page.summary));
        let mut raised = Raised::at(thing.place.clone(), message, &thing.name);
        if let Some(model) = &thing.model {
            raised = raised.model(model);
        }
        match &self.help {
            Some(help) => raised.help(help.fill(context)),
            None => raised,
        }
    }

    fn fault(&self, page: &Page, thing: &Thing, why: &str) -> Diagnostic {
        let message = format!("`{}` cannot judge the {} `{}`: {why}.", page.name, self.each.word(), thing.name);
        let help = "Ask `has(..)` before a key that may not be there; `sluice rules facts` lists what there is.";
        Diagnostic::error("invalid-rule", self.place.clone(), message).help(help)
    }
}
