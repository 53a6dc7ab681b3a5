//! Conditionals of a model's own text that its surroundings decide in, their branches out: taken here, or elsewhere.
//!
//! `{% if target.name == 'prod' %}` goes one way on a laptop and the other in production, and both are SQL that
//! somebody will run. What another adapter would run is left out, for it is another dialect; and so is what loops and
//! macros decide, as no surroundings may ever turn it around.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::ast::{Arm, Expr, ExprKind, Target};
use super::function::Scope;
use super::run::Run;
use super::stop::Stop;
use crate::text::Span;

/// How conditions turn out, by their text.
pub type Assume = BTreeMap<String, bool>;

/// One branch of a conditional in the model's own text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// What stands between its tags, in the model's file.
    pub span: Span,
    pub taken: bool,
    /// What must hold for it to be taken.
    pub assume: Assume,
}

/// The branches that one rendering met.
pub(super) struct Branches<'e> {
    assume: &'e Assume,
    /// Variables that the text sets from its surroundings alone.
    set: BTreeSet<Arc<str>>,
    met: BTreeMap<Span, Branch>,
}

impl<'e> Branches<'e> {
    pub(super) fn new(assume: &'e Assume) -> Self {
        Branches { assume, set: BTreeSet::new(), met: BTreeMap::new() }
    }

    pub(super) fn finish(self) -> Vec<Branch> {
        self.met.into_values().collect()
    }

    /// Does what the model does not say itself decide this?
    fn is_outside(&self, expr: &Expr) -> bool {
        let mut asks = false;
        self.reads_outside(expr, &mut asks) && asks
    }

    fn reads_outside(&self, expr: &Expr, asks: &mut bool) -> bool {
        match &expr.kind {
            ExprKind::Attribute(value, name) if &**name == "type" && is_name(value, "target") => false,
            ExprKind::Name(name) => {
                let known = OUTSIDE.contains(&&**name) || self.set.contains(name);
                *asks |= known;
                known
            }
            ExprKind::Broken => false,
            _ => expr.parts().into_iter().all(|part| self.reads_outside(part, asks)),
        }
    }
}

/// What differs from one run of a project to the next.
const OUTSIDE: [&str; 6] = ["target", "var", "env_var", "flags", "is_incremental", "should_full_refresh"];

fn is_name(expr: &Expr, wanted: &str) -> bool {
    matches!(&expr.kind, ExprKind::Name(name) if &**name == wanted)
}

impl Run<'_> {
    /// The arm that is taken, by its index.
    pub(super) fn taken(&mut self, arms: &[Arm], scope: &Rc<Scope>) -> Result<usize, Stop> {
        for (at, arm) in arms.iter().enumerate() {
            let Some(test) = &arm.test else { return Ok(at) };
            if let Some(assumed) = self.assumed(test) {
                if assumed {
                    return Ok(at);
                }
                continue;
            }
            let value = self.expr(test, scope)?;
            self.decides(&value, test.span);
            if value.truth() {
                return Ok(at);
            }
        }
        Ok(arms.len() - 1)
    }

    fn is_own_text(&self) -> bool {
        self.frame.source.id == 0 && self.frame.depth == 0
    }

    fn assumed(&self, test: &Expr) -> Option<bool> {
        if self.branches.assume.is_empty() || !self.is_own_text() {
            return None;
        }
        self.branches.assume.get(&self.frame.source.text[test.span.range()]).copied()
    }

    pub(super) fn note_set(&mut self, target: &Target, value: &Expr) {
        if let Target::Name(name) = target
            && self.is_own_text()
        {
            if self.branches.is_outside(value) {
                self.branches.set.insert(name.clone());
            } else {
                self.branches.set.remove(name);
            }
        }
    }

    pub(super) fn note_branches(&mut self, arms: &[Arm], taken: usize) {
        let tests = || arms.iter().filter_map(|arm| arm.test.as_ref());
        if !self.is_own_text() || !tests().all(|test| self.branches.is_outside(test)) {
            return;
        }
        let mut assume = Assume::new();
        for (at, arm) in arms.iter().enumerate() {
            let text = arm.test.as_ref().map(|test| self.frame.source.text[test.span.range()].to_owned());
            let mut holds = assume.clone();
            holds.extend(text.clone().map(|text| (text, true)));
            assume.extend(text.map(|text| (text, false)));
            let branch = Branch { span: arm.span, taken: false, assume: holds };
            self.branches.met.entry(arm.span).or_insert(branch).taken |= at == taken;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::template::tests::rendered;
    use crate::template::{Mode, Rendered};

    fn check(text: &str, expected: &[(&str, bool)]) -> Rendered {
        let rendered = rendered(&[("models/m.sql", text)], "m", Mode::default());
        let found: Vec<(&str, bool)> =
            rendered.branches.iter().map(|branch| (&text[branch.span.range()], branch.taken)).collect();
        assert_eq!(found, expected);
        rendered
    }

    #[test]
    fn what_the_surroundings_decide_has_branches() {
        let text = "{% if target.name == 'prod' %}a{% elif var('x', 1) %}b{% else %}c{% endif %}";
        let rendered = check(text, &[("a", false), ("b", true), ("c", false)]);
        let assume: Vec<_> = rendered.branches[2].assume.iter().collect();
        assert_eq!(assume, [(&"target.name == 'prod'".to_owned(), &false), (&"var('x', 1)".to_owned(), &false)]);
        check("{% set prod = target.name == 'prod' %}{% if not prod %}a{% endif %}", &[("", false), ("a", true)]);
    }

    #[test]
    fn what_the_text_or_the_adapter_decides_has_none() {
        check("{% for x in [1] %}{% if not loop.last %},{% endif %}{% endfor %}", &[]);
        check("{% if target.type == 'snowflake' %}a{% endif %}{% if execute %}b{% endif %}", &[]);
        check("{% set a = 1 %}{% if a and target.name %}b{% endif %}", &[]);
    }
}
