//! The tags by which one template takes from another in, their nodes out: include, import, extends, block.

use std::sync::Arc;

use super::{Kind, Parser, Read};
use crate::template::ast::{Block, Imported, Node};
use crate::text::Span;

impl Parser<'_> {
    /// `include 'a.sql' ignore missing without context`
    pub(super) fn include(&mut self, opened: Span) -> Read<Node> {
        let what = self.choice()?;
        let ignore_missing = self.word() == "ignore" && self.text_ahead(1) == "missing";
        self.at += if ignore_missing { 2 } else { 0 };
        let context = self.context().unwrap_or(true);
        Ok(Node::Include { span: opened.cover(what.span), what, ignore_missing, context })
    }

    /// `import 'a.sql' as a with context`
    pub(super) fn import(&mut self, opened: Span) -> Read<Node> {
        let what = self.choice()?;
        if !self.skip_word("as") {
            return Err(self.expected("`as` and a name"));
        }
        let names = Imported::Whole(self.name()?);
        let context = self.context().unwrap_or(false);
        Ok(Node::Import { span: opened.cover(what.span), what, names, context })
    }

    /// `from 'a.sql' import b, c as d with context`
    pub(super) fn import_parts(&mut self, opened: Span) -> Read<Node> {
        let what = self.choice()?;
        if !self.skip_word("import") {
            return Err(self.expected("`import` and names"));
        }
        let mut names = Vec::new();
        let mut context = None;
        while self.token().kind == Kind::Name {
            context = self.context();
            if context.is_some() {
                break;
            }
            let name = self.name()?;
            let here = if self.skip_word("as") { self.name()? } else { name.clone() };
            names.push((name, here));
            context = self.context();
            if context.is_some() || !self.skip_op(",") {
                break;
            }
        }
        if names.is_empty() {
            return Err(self.expected("a name to import"));
        }
        let context = context.unwrap_or(false);
        Ok(Node::Import { span: opened.cover(what.span), what, names: Imported::Parts(names), context })
    }

    pub(super) fn extends(&mut self, opened: Span) -> Read<Node> {
        let what = self.choice()?;
        Ok(Node::Extends { span: opened.cover(what.span), what })
    }

    /// `block name scoped required`, up to its end.
    pub(super) fn block(&mut self, opened: Span) -> Read<Node> {
        let name = self.name();
        let scoped = self.skip_word("scoped");
        let required = self.skip_word("required");
        self.close(name.is_err());
        let body = self.body(opened, "endblock", &[]).0;
        let name = name?;
        if self.blocks.iter().any(|block| block.name == name) {
            let help = "Give one of them another name; `{{ self.name() }}` renders a block again.";
            return Err(self.fault(opened, format!("there are two blocks `{name}` in this file"), help));
        }
        let source = self.source.clone();
        let block = Arc::new(Block { name, body, scoped, required, span: opened, source });
        self.blocks.push(block.clone());
        Ok(Node::Block(block))
    }

    /// `with context` or `without context`, if either stands here.
    fn context(&mut self) -> Option<bool> {
        let with = match self.word() {
            "with" => true,
            "without" => false,
            _ => return None,
        };
        if self.text_ahead(1) != "context" {
            return None;
        }
        self.at += 2;
        Some(with)
    }

    fn text_ahead(&self, by: usize) -> &str {
        let token = self.ahead(by);
        if token.kind == Kind::Name { &self.text[token.span.range()] } else { "" }
    }
}
