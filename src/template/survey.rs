//! The text of a template in; what it defines, sets and calls, each with its place, out. Nothing is evaluated.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ast::{Argument, Arm, Expr, ExprKind, Macro, Node, Target};
use super::parser;
use super::source;
use crate::text::{FileId, Span};

/// What a template's text shows without being run.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    pub macros: Vec<SurveyedMacro>,
    /// Names that `set` gives a value to, outside macros and in them.
    pub sets: Vec<SurveyedSet>,
    /// Every mention of a plain name that is read, not set.
    pub names: Vec<SurveyedName>,
    pub calls: Vec<SurveyedCall>,
    /// Attributes of names that are read, such as `target.name`, called or not.
    pub attributes: Vec<SurveyedName>,
    /// Comparisons of such an attribute with a literal text: the attribute, the text.
    pub compared: Vec<(String, String, Span)>,
    /// Literal texts, outside in: names that a macro may call by its text.
    pub texts: BTreeSet<String>,
    /// Some tag could not be read.
    pub broken: bool,
    /// It includes, imports or extends another text, which may read its names.
    pub composed: bool,
}

/// A macro, a generic test (`test_name`), or the body of a `call` block (without a name).
#[derive(Clone, Debug)]
pub struct SurveyedMacro {
    pub name: String,
    /// With whether each has a default.
    pub params: Vec<(String, bool)>,
    /// From its first tag to its last.
    pub span: Span,
    /// Takes what its parameters do not name.
    pub open: bool,
    /// Every name that its body reads.
    pub reads: BTreeSet<String>,
}

/// A name that `set` gives a value to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyedSet {
    pub name: String,
    pub span: Span,
    /// Index into [`Survey::macros`] of the macro it stands in.
    pub within: Option<usize>,
    /// The name of what is called, where its value is that of one call.
    pub call: Option<String>,
}

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyedName {
    pub name: String,
    pub span: Span,
    /// Index into [`Survey::macros`] of the macro it stands in.
    pub within: Option<usize>,
    /// Stands where `execute` is true only.
    pub executes: bool,
}

/// A call of a name: `ref('x')`, `dbt_utils.star(..)`.
#[derive(Clone, Debug)]
pub struct SurveyedCall {
    /// With dots.
    pub name: String,
    pub span: Span,
    /// The literal text of each positional argument; `None` where it is anything else.
    pub positional: Vec<Option<String>>,
    pub named: Vec<(String, Option<String>)>,
    /// Arguments are spread from a list or dictionary.
    pub spread: bool,
    /// Index into [`Survey::macros`].
    pub within: Option<usize>,
    /// Runs only where `execute` is true.
    pub executes: bool,
}

/// Reads a template's text.
pub fn survey(text: &Arc<str>, file: &FileId, body: Span) -> Survey {
    let template = parser::parse(&source(file, text.clone(), Arc::from("")), body);
    let mut walk = Walk { text, found: Survey::default(), within: None, executes: false };
    walk.found.broken = !template.faults.is_empty();
    walk.nodes(&template.body);
    walk.found
}

struct Walk<'t> {
    text: &'t str,
    found: Survey,
    within: Option<usize>,
    executes: bool,
}

impl Walk<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Text(_) | Node::Break | Node::Continue => {}
            Node::Print { expr, .. } | Node::Do(expr) => self.expr(expr),
            Node::If(arms) => self.arms(arms),
            Node::For(found) => {
                self.expr(&found.over);
                found.only_if.iter().for_each(|test| self.expr(test));
                self.nodes(&found.body);
                self.nodes(&found.otherwise);
            }
            Node::Set { target, value } => {
                self.expr(value);
                self.target(target, value.span.start, called(value));
            }
            Node::SetBlock { target, filters, body, span } => {
                self.filters(filters);
                self.nodes(body);
                self.target(target, span.start + 2, None);
            }
            Node::Macro(found) => self.a_macro(found),
            Node::Call { caller, call, .. } => {
                self.expr(call);
                self.a_macro(caller);
            }
            Node::Filter { filters, body, .. } => {
                self.filters(filters);
                self.nodes(body);
            }
            Node::With { bindings, body } => {
                for (_, value) in bindings {
                    self.expr(value);
                }
                self.nodes(body);
            }
            Node::Scope(body) => self.nodes(body),
            Node::Include { what, .. } | Node::Import { what, .. } | Node::Extends { what, .. } => {
                self.found.composed = true;
                self.expr(what);
            }
            Node::Block(block) => self.nodes(&block.body),
        }
    }

    fn filters(&mut self, filters: &[super::ast::Filter]) {
        for argument in filters.iter().flat_map(|filter| &filter.arguments) {
            self.expr(value_of(argument));
        }
    }

    fn arms(&mut self, arms: &[Arm]) {
        let outer = self.executes;
        let mut negated = false;
        for arm in arms {
            let (sure, denied) = arm.test.as_ref().map_or((negated, false), |test| (runs(test), refuses(test)));
            if let Some(test) = &arm.test {
                // What stands behind `execute and` runs only then.
                self.executes = outer || sure;
                self.expr(test);
            }
            self.executes = outer || sure;
            self.nodes(&arm.body);
            self.executes = outer;
            negated |= denied;
        }
    }

    fn a_macro(&mut self, found: &Macro) {
        let outer = (self.within, self.executes);
        let before = self.found.names.len();
        let params = found.params.iter().map(|param| (param.name.to_string(), param.default.is_some())).collect();
        let at = self.found.macros.len();
        let open = found.takes_varargs || found.takes_kwargs;
        let (name, span) = (found.name.to_string(), found.span);
        self.found.macros.push(SurveyedMacro { name, params, span, open, reads: BTreeSet::new() });
        (self.within, self.executes) = (Some(at), false);
        found.params.iter().filter_map(|param| param.default.as_ref()).for_each(|default| self.expr(default));
        self.nodes(&found.body);
        (self.within, self.executes) = outer;
        self.found.macros[at].reads = self.found.names[before..].iter().map(|name| name.name.clone()).collect();
    }

    fn target(&mut self, target: &Target, end: u32, call: Option<String>) {
        match target {
            Target::Name(name) => {
                let before = self.text.get(..end as usize).unwrap_or_default();
                let tag = before.rfind("{%").unwrap_or(0);
                let at = self.text[tag..].find(&**name).map_or(tag, |at| tag + at);
                let span = Span::new(at, at + name.len());
                self.found.sets.push(SurveyedSet { name: name.to_string(), span, within: self.within, call });
            }
            Target::Tuple(parts, _) => parts.iter().for_each(|part| self.target(part, end, call.clone())),
            // A namespace is read to be written to.
            Target::Field(name, _, span) => self.name(name, *span),
        }
    }

    fn name(&mut self, name: &str, span: Span) {
        let (within, executes) = (self.within, self.executes);
        self.found.names.push(SurveyedName { name: name.to_owned(), span, within, executes });
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name, expr.span),
            ExprKind::Str(text) => {
                self.found.texts.insert(text.to_string());
            }
            ExprKind::Attribute(..) => {
                if let Some(name) = dotted(expr) {
                    let (span, within, executes) = (expr.span, self.within, self.executes);
                    self.found.attributes.push(SurveyedName { name, span, within, executes });
                }
            }
            ExprKind::Compare(first, rest) => {
                for (_, other) in rest {
                    for (one, two) in [(first.as_ref(), other), (other, first.as_ref())] {
                        if let (Some(name), ExprKind::Str(text)) = (dotted(one), &two.kind) {
                            self.found.compared.push((name, text.to_string(), expr.span));
                        }
                    }
                }
            }
            ExprKind::Call(callee, arguments) => self.call(expr.span, callee, arguments),
            _ => {}
        }
        if let ExprKind::And(left, right) = &expr.kind {
            self.expr(left);
            let outer = self.executes;
            self.executes |= runs(left);
            self.expr(right);
            self.executes = outer;
            return;
        }
        if let ExprKind::Choice { test, then, otherwise } = &expr.kind {
            self.expr(test);
            let outer = self.executes;
            self.executes |= runs(test);
            self.expr(then);
            self.executes = outer || refuses(test);
            if let Some(otherwise) = otherwise {
                self.expr(otherwise);
            }
            self.executes = outer;
            return;
        }
        for part in expr.parts() {
            self.expr(part);
        }
    }

    fn call(&mut self, span: Span, callee: &Expr, arguments: &[Argument]) {
        let Some(name) = dotted(callee) else { return };
        let literal = |expr: &Expr| match &expr.kind {
            ExprKind::Str(text) => Some(text.to_string()),
            _ => None,
        };
        let mut call = SurveyedCall {
            name,
            span,
            positional: Vec::new(),
            named: Vec::new(),
            spread: false,
            within: self.within,
            executes: self.executes,
        };
        for argument in arguments {
            match argument {
                Argument::Positional(value) => call.positional.push(literal(value)),
                Argument::Named(name, value) => call.named.push((name.to_string(), literal(value))),
                Argument::Spread(_) | Argument::SpreadNamed(_) => call.spread = true,
            }
        }
        self.found.calls.push(call);
    }
}

fn value_of(argument: &Argument) -> &Expr {
    match argument {
        Argument::Positional(expr)
        | Argument::Named(_, expr)
        | Argument::Spread(expr)
        | Argument::SpreadNamed(expr) => expr,
    }
}

/// A name, or names with dots between.
fn dotted(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.to_string()),
        ExprKind::Attribute(value, name) => Some(format!("{}.{name}", dotted(value)?)),
        _ => None,
    }
}

/// What an expression calls, where it is one call, whatever is done with its result.
fn called(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Call(callee, _) => Some(dotted(callee).unwrap_or_default()),
        ExprKind::Filter(value, _) => called(value),
        _ => None,
    }
}

/// Is the test true only where `execute` is?
fn runs(test: &Expr) -> bool {
    match &test.kind {
        ExprKind::Name(name) => &**name == "execute",
        ExprKind::And(left, right) => runs(left) || runs(right),
        ExprKind::Or(left, right) => runs(left) && runs(right),
        // Where `execute` is false, dbt answers no.
        ExprKind::Call(callee, _) => matches!(dotted(callee).as_deref(), Some("is_incremental")),
        _ => false,
    }
}

/// Is the test false only where `execute` is true?
fn refuses(test: &Expr) -> bool {
    match &test.kind {
        ExprKind::Not(inner) => runs(inner),
        ExprKind::Or(left, right) => refuses(left) || refuses(right),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::survey;
    use crate::text::{FileId, Span};

    fn check(text: &str, expected: &str) {
        let whole = Span::new(0, text.len());
        let found = survey(&Arc::from(text), &FileId::new("a.sql"), whole);
        let calls: Vec<String> =
            found.calls.iter().map(|call| format!("{}{}", call.name, if call.executes { "!" } else { "" })).collect();
        let sets: Vec<&str> = found.sets.iter().map(|set| &text[set.span.range()]).collect();
        assert_eq!(format!("{} | {}", calls.join(" "), sets.join(" ")), expected, "{text}");
    }

    #[test]
    fn calls_know_whether_execute_guards_them() {
        check("{{ ref('a') }}{% if execute %}{{ f() }}{% else %}{{ g() }}{% endif %}", "ref f! g | ");
        check("{% if not execute %}{{ f() }}{% else %}{{ g() }}{% endif %}", "f g! | ");
        check("{% if execute and f() %}{% endif %}{{ g() if execute }}", "f! g! | ");
    }

    #[test]
    fn sets_stand_at_their_names() {
        check("{% set a = 1 %}{% set b %}x{% endset %}{% set c, d = f() %}", "f | a b c d");
    }
}
