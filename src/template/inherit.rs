//! What one template takes from another: includes, imports, and the blocks of what it extends.
//!
//! Only outside dbt: a dbt project has no templates to take from.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::ast::{Block, Expr, Imported, Node};
use super::context::object::Object;
use super::environment::capitalised;
use super::function::Scope;
use super::held::Held;
use super::marked::Buffer;
use super::parser::Template;
use super::run::{Frame, Run};
use super::stop::Stop;
use super::value::{Key, Map, Value};
use crate::diagnostic::Diagnostic;
use crate::text::{Place, Span};

/// The blocks of the text at hand and of all that it extends.
#[derive(Default)]
pub(super) struct Inherit {
    /// By name, from the text at hand to the one that extends nothing.
    blocks: BTreeMap<Arc<str>, Vec<Arc<Block>>>,
    /// What the text at hand extends, once it has said so, and where.
    parent: Option<(Arc<Template>, Span)>,
    /// The variables at the top of the text.
    root: Option<Rc<Scope>>,
}

impl Run<'_> {
    /// Renders a text and all that it extends. `lenient`: a fault costs its node only.
    pub(super) fn layers(
        &mut self,
        template: &Arc<Template>,
        scope: &Rc<Scope>,
        out: &mut Buffer,
        lenient: bool,
    ) -> Result<(), Stop> {
        let outer = std::mem::take(&mut self.inherit);
        let frame = self.frame.clone();
        self.inherit.root = Some(scope.clone());
        let result = self.each_layer(template, scope, out, lenient);
        self.frame = frame;
        self.inherit = outer;
        result
    }

    fn each_layer(
        &mut self,
        first: &Arc<Template>,
        scope: &Rc<Scope>,
        out: &mut Buffer,
        lenient: bool,
    ) -> Result<(), Stop> {
        let mut template = first.clone();
        let mut seen = Vec::new();
        loop {
            for block in &template.blocks {
                self.inherit.blocks.entry(block.name.clone()).or_default().push(block.clone());
            }
            if lenient {
                self.top(&template.body, scope, out)?;
            } else {
                for node in &template.body {
                    self.node_before_parent(node, scope, out)?;
                }
            }
            let Some((parent, span)) = self.inherit.parent.take() else { return Ok(()) };
            seen.push(Arc::as_ptr(&template));
            if seen.contains(&Arc::as_ptr(&parent)) {
                return Err(Stop::fault("this template extends itself").at(self.value_at(span)));
            }
            let calls = self.called_at(span);
            self.frame = Frame { source: parent.source.clone(), calls, ..self.frame.clone() };
            template = parent;
        }
    }

    /// A node at the top of a text: once the text has said what it extends, its own words are not printed.
    pub(super) fn node_before_parent(&mut self, node: &Node, scope: &Rc<Scope>, out: &mut Buffer) -> Result<(), Stop> {
        if self.inherit.parent.is_none() {
            return self.node(node, scope, out);
        }
        match node {
            Node::Text(_) | Node::Print { .. } | Node::Block(_) | Node::Include { .. } => Ok(()),
            _ => self.node(node, scope, &mut Buffer::default()),
        }
    }

    pub(super) fn inherits(&mut self, node: &Node, scope: &Rc<Scope>, out: &mut Buffer) -> Result<(), Stop> {
        match node {
            Node::Include { what, ignore_missing, context, span } => {
                let Some(template) = self.template(what, *ignore_missing, scope, *span)? else { return Ok(()) };
                let inner = Scope::new(context.then(|| scope.clone()));
                self.inside(&template, *span, false, |run| run.layers(&template, &inner, out, false))
            }
            Node::Import { what, names, context, span } => {
                let Some(template) = self.template(what, false, scope, *span)? else {
                    import_nothing(names, scope);
                    return Ok(());
                };
                let inner = Scope::new(context.then(|| scope.clone()));
                self.closures.push(inner.clone());
                let mut unprinted = Buffer::default();
                self.inside(&template, *span, true, |run| run.layers(&template, &inner, &mut unprinted, false))?;
                self.import(names, &inner, scope, (&template, *span))
            }
            Node::Extends { what, span } => {
                if self.inherit.parent.is_some() {
                    return Err(Stop::fault("a template can extend only one other").at(self.value_at(*span)));
                }
                let parent = self.template(what, false, scope, *span)?;
                self.inherit.parent = parent.map(|parent| (parent, *span));
                Ok(())
            }
            Node::Block(block) => {
                let root = self.inherit.root.clone().filter(|_| !block.scoped);
                let value = self.block(&block.name, 0, &root.unwrap_or_else(|| scope.clone()), block.span)?;
                if let Value::Str(text) = &value {
                    out.push_text(text, self.value_at(block.span));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Evaluates the text of another file, called at `span` of the text at hand.
    fn inside(
        &mut self,
        template: &Arc<Template>,
        span: Span,
        imported: bool,
        evaluate: impl FnOnce(&mut Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let calls = self.called_at(span);
        let frame = Frame { source: template.source.clone(), calls, imported, ..self.frame.clone() };
        let outer = std::mem::replace(&mut self.frame, frame);
        let result = self.deeper(evaluate);
        self.frame = outer;
        match result {
            Err(Stop::Return(_)) => Ok(()),
            other => other.map_err(|stop| stop.at(self.value_at(span))),
        }
    }

    fn import(
        &mut self,
        names: &Imported,
        from: &Rc<Scope>,
        to: &Rc<Scope>,
        (template, span): (&Arc<Template>, Span),
    ) -> Result<(), Stop> {
        match names {
            Imported::Whole(name) => {
                let public = from.own().into_iter().filter(|(name, _)| !name.starts_with('_'));
                let entries: Map = public.map(|(name, value)| (Key::name(&name), value)).collect();
                let module = Object::Namespace(std::cell::RefCell::new(Held::new(entries)));
                to.set(name, Value::object(module));
            }
            Imported::Parts(parts) => {
                for (name, here) in parts {
                    let found = from.own().into_iter().find(|(known, _)| known == name);
                    let Some((_, value)) = found else {
                        let file = &template.source.file;
                        let stop = Stop::fault(format!("`{file}` defines no `{name}`"));
                        let all: Vec<Arc<str>> = from.own().into_iter().map(|(name, _)| name).collect();
                        let stop = match crate::text::closest(name, all.iter().map(|name| &**name)) {
                            Some(meant) => stop.help(format!("Did you mean `{meant}`?")),
                            None => stop.help("Define it there with `{% macro %}` or `{% set %}`."),
                        };
                        return Err(stop.at(self.value_at(span)));
                    };
                    to.set(here, value);
                }
            }
        }
        Ok(())
    }

    /// The file that an include or its like names; `None` where there need not be one, or only a run knows which.
    fn template(
        &mut self,
        what: &Expr,
        ignore_missing: bool,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Arc<Template>>, Stop> {
        let Some(templates) = self.env.templates.as_ref() else {
            let stop = Stop::fault("there are no templates to take from in a dbt project");
            let help = "Macros of the project can be called without importing them.";
            return Err(stop.help(help).at(self.value_at(span)));
        };
        let value = self.expr(what, scope)?;
        let names: Vec<String> = match &value {
            Value::Str(text) => vec![text.as_str().to_owned()],
            Value::List(_) | Value::Tuple(_) => {
                self.items(&value)?.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Value::Undefined(_) | Value::Unknown => {
                self.unknown("which file is taken in here, which only a run knows", span);
                return Ok(None);
            }
            other => {
                let stop = Stop::fault(format!("a template is named by a text, not a {}", other.kind()));
                return Err(stop.at(self.value_at(what.span)));
            }
        };
        let own = self.frame.source.file.path();
        let found = names.iter().find_map(|name| templates.find(name, self.model_file.path(), own));
        if let Some(template) = found {
            let template = template.clone();
            self.syntax_faults(&template);
            return Ok(Some(template));
        }
        if ignore_missing {
            return Ok(None);
        }
        let written: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let stop = Stop::fault(format!("there is no template {}", written.join(" or ")));
        let help = "Its folder is looked for below the model's own folder, those of `path` under `[template]` in \
                    sluice.toml, the project and the repo.";
        Err(stop.help(help).at(self.value_at(what.span)))
    }

    /// Notes what could not be read of a text.
    pub(super) fn syntax_faults(&mut self, template: &Template) {
        for fault in &template.faults {
            let place = Place::new(&template.source.file, fault.span);
            self.note(Diagnostic::error("template-error", place, capitalised(&fault.message)).help(&fault.help));
            self.failed = true;
        }
    }

    /// What a block renders to: `level` 0 is the one that counts, 1 what it replaces, and so on.
    pub(super) fn block(
        &mut self,
        name: &Arc<str>,
        level: usize,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Value, Stop> {
        let layers = self.inherit.blocks.get(name).cloned().unwrap_or_default();
        let Some(block) = layers.get(level) else {
            return Err(Stop::fault(format!("there is no block `{name}` above this one")));
        };
        if block.required {
            let stop = Stop::fault(format!("the block `{name}` is required, and nothing fills it"));
            return Err(stop.help(format!("Write `{{% block {name} %}}` in the template that extends this one.")));
        }
        let inner = Scope::new(Some(scope.clone()));
        if layers.len() > level + 1 {
            let above = Object::Block { name: name.clone(), level: level + 1, scope: scope.clone() };
            inner.set(&Arc::from("super"), Value::object(above));
        }
        let calls = if block.source.id == self.frame.source.id { self.frame.calls } else { self.called_at(span) };
        let frame = Frame { source: block.source.clone(), calls, ..self.frame.clone() };
        let outer = std::mem::replace(&mut self.frame, frame);
        let result = self.deeper(|run| run.captured(&block.body, &inner));
        self.frame = outer;
        self.closures.push(inner);
        result
    }

    /// Whether the text at hand has a block of this name, for `self.name()`.
    pub(super) fn own_block(&self, name: &Arc<str>) -> Option<Value> {
        let scope = self.inherit.root.clone()?;
        self.inherit
            .blocks
            .contains_key(name)
            .then(|| Value::object(Object::Block { name: name.clone(), level: 0, scope }))
    }
}

/// What could not be found may have defined all that is asked of it.
fn import_nothing(names: &Imported, scope: &Rc<Scope>) {
    match names {
        Imported::Whole(name) => scope.set(name, Value::Unknown),
        Imported::Parts(parts) => parts.iter().for_each(|(_, name)| scope.set(name, Value::Unknown)),
    }
}

#[cfg(test)]
mod tests {
    use crate::template::Mode;
    use crate::template::memory::first;
    use crate::text::Span;

    /// What the first file renders to; `None` where that is a fault.
    fn check(files: &[(&str, &str)], expected: Option<&str>) {
        let rendered = first(files, Mode::default());
        let found = if rendered.failed { None } else { Some(rendered.text.as_str()) };
        assert_eq!(found, expected, "{:?}", rendered.diagnostics);
        let mut at = 0;
        for segment in &rendered.segments {
            assert_eq!(segment.span.start, at);
            at = segment.span.end;
            let source = files.iter().find(|(path, _)| *path == rendered.files[segment.file as usize].path());
            if let (true, Some((_, text))) = (segment.literal, source) {
                assert_eq!(rendered.text[segment.span.range()], text[segment.origin.range()]);
            }
        }
        assert_eq!(at as usize, rendered.text.len());
    }

    #[test]
    fn includes_see_what_stands_around_them_unless_told_not_to() {
        let part = ("part.sql", "[{{ x is defined }}]");
        check(&[("m.sql", "{% set x = 1 %}{% include 'part.sql' %}"), part], Some("[True]"));
        check(&[("m.sql", "{% set x = 1 %}{% include 'part.sql' without context %}"), part], Some("[False]"));
        check(&[("m.sql", "{% include ['no.sql', 'part.sql'] %}"), part], Some("[False]"));
        check(&[("m.sql", "a{% include 'no.sql' ignore missing %}b")], Some("ab"));
        check(&[("m.sql", "a{% include 'no.sql' %}b")], None);
        check(&[("m.sql", "{% for i in [1, 2] %}{% include 'i.sql' %}{% endfor %}"), ("i.sql", "{{ i }}")], Some("12"));
        check(&[("m.sql", "{% include 'm.sql' %}")], None);
    }

    #[test]
    fn imports_bring_macros_and_variables() {
        let lib = (
            "lib/l.sql",
            "unprinted{% set v = 7 %}{% macro f(a) %}<{{ a }}{{ g() }}>{% endmacro %}{% macro g() %}!{% endmacro %}",
        );
        check(&[("m.sql", "{% import 'lib/l.sql' as l %}{{ l.f(l.v) }}"), lib], Some("<7!>"));
        check(&[("m.sql", "{% from 'lib/l.sql' import f, v as w with context %}{{ f(w) }}"), lib], Some("<7!>"));
        check(
            &[("m.sql", "{% from 'lib/l.sql' import nope %}")]
                .as_slice()
                .iter()
                .copied()
                .chain([lib])
                .collect::<Vec<_>>(),
            None,
        );
        let settings = ("sluice.toml", "template = { path = 'lib' }");
        check(&[("a/m.sql", "{% from 'l.sql' import g %}{{ g() }}"), lib, settings], Some("!"));
    }

    #[test]
    fn blocks_replace_those_of_the_template_that_is_extended() {
        let base = ("base.sql", "a{% block one %}1{% endblock %}b{% block two %}2{% endblock two %}c");
        let middle = ("middle.sql", "{% extends 'base.sql' %}{% block one %}m{{ super() }}{% endblock %}");
        check(
            &[("m.sql", "{% extends 'base.sql' %}x{% block two %}[{{ super() }}]{% endblock %}y"), base],
            Some("a1b[2]c"),
        );
        check(
            &[
                ("m.sql", "{% extends 'middle.sql' %}{% block one %}t{{ super() }}{{ super.super() }}{% endblock %}"),
                middle,
                base,
            ],
            Some("atm11b2c"),
        );
        check(&[("m.sql", "{% block a %}x{% endblock %}{{ self.a() }}")], Some("xx"));
        check(
            &[("m.sql", "{% set v = 3 %}{% extends 'base.sql' %}{% block one %}{{ v }}{% endblock %}"), base],
            Some("a3b2c"),
        );
        check(&[("m.sql", "{% extends 'm.sql' %}")], None);
        check(&[("m.sql", "{% block a required %}{% endblock %}")], None);
    }

    #[test]
    fn a_block_sees_the_loop_around_it_only_when_scoped() {
        check(&[("m.sql", "{% for i in [1] %}{% block a scoped %}{{ i }}{% endblock %}{% endfor %}")], Some("1"));
        check(
            &[("m.sql", "{% for i in [1] %}{% block a %}{{ i is defined }}{% endblock %}{% endfor %}")],
            Some("False"),
        );
    }

    #[test]
    fn bytes_lead_into_the_file_they_came_from_and_to_the_tag_that_took_it_in() {
        let files = [("m.sql", "select {% include 'part.sql' %} from t"), ("part.sql", "a, {{ 'b' }}")];
        let rendered = first(&files, Mode::default());
        let at = rendered.text.find("a,").expect("the part is there");
        let origin = rendered.origin(Span::new(at, at + 2)).expect("every byte has an origin");
        assert_eq!((origin.place.file.path(), origin.literal), ("part.sql", true));
        assert_eq!(&files[0].1[origin.calls[0].span.range()], "{% include 'part.sql'");
    }
}
