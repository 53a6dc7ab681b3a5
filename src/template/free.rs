//! Names that nobody gives a value, outside dbt: what is made of them stays a name, and its text is filled in at the
//! end, when what stands around it is known.
//!
//! A file of `{{ table }}` is SQL as soon as somebody says what `table` is. Who does is seldom in the repo, so the name
//! is no fault: it renders to a stand-in, and the reader is told.

use std::rc::Rc;
use std::sync::Arc;

use super::ast::Target;
use super::context::convert;
use super::context::iterate::Items;
use super::expression::undefined;
use super::function::{Function, Scope};
use super::marked::Text;
use super::run::Run;
use super::stop::Stop;
use super::value::Value;
use crate::text::{Place, Span};

/// Starts the name of an undefined value that is free; no name that a template can write starts so.
const FREE: char = '\u{f8f0}';
/// Around the number of a hole in rendered text.
pub(super) const HOLE: [char; 2] = ['\u{f8f1}', '\u{f8f2}'];

/// A place in rendered text that a value is missing from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hole {
    /// As it was written: `params.table`.
    pub(super) name: String,
    /// Where it entered the model's own text.
    pub(super) place: Place,
}

/// Functions of Jinja itself, which mean the same outside dbt; and what sluice.toml or the model answers.
const KNOWN: [&str; 9] = ["range", "dict", "namespace", "cycler", "joiner", "lipsum", "var", "env_var", "this"];

impl Run<'_> {
    /// Whether names may be free here.
    pub(super) fn is_open(&self) -> bool {
        self.env.templates.is_some()
    }

    /// Whether the context of dbt offers this name here.
    pub(super) fn offers(&self, name: &str) -> bool {
        !self.is_open() || KNOWN.contains(&name)
    }

    /// What the settings say of a name.
    pub(super) fn setting(&mut self, name: &str) -> Option<Value> {
        if !self.is_open() {
            return None;
        }
        let settings = &self.env.settings;
        let is = |names: &[String]| names.iter().any(|known| known == name);
        if let Some(value) = settings.values.get(name) {
            return Some(match convert::from_data(value) {
                Value::Str(text) if text.as_str().contains("{{") => {
                    let text = text.as_str().to_owned();
                    self.deeper(|run| super::context::functions::render(run, &text)).unwrap_or(Value::Unknown)
                }
                value => value,
            });
        }
        if is(&settings.build) {
            return Some(Value::function(Function::Native("whether it is built anew")));
        }
        if is(&settings.incremental) {
            return Some(Value::function(Function::Native("whether it exists already")));
        }
        is(&settings.unknown).then(|| free(name))
    }

    /// A name that means nothing here.
    pub(super) fn nameless(&self, name: &str) -> Value {
        if self.is_open() { free(name) } else { Value::undefined(name) }
    }

    /// `what.name` of something undefined.
    pub(super) fn part_of_undefined(&self, what: &str, name: &str) -> Result<Value, Stop> {
        match free_name(what) {
            Some(what) => Ok(free(&format!("{what}.{name}"))),
            None => Err(undefined(self, what)),
        }
    }

    /// `what(..)` of something undefined.
    pub(super) fn call_of_undefined(&self, what: &str) -> Result<Value, Stop> {
        match free_name(what) {
            Some(what) => Ok(free(what)),
            None => Err(undefined(self, what)),
        }
    }

    /// What is printed of a free value: a hole.
    pub(super) fn hole(&mut self, value: &Value, span: Span) -> Option<Text> {
        let name = match value {
            Value::Undefined(name) => free_name(name)?.to_owned(),
            Value::Unknown if self.is_open() => "value".to_owned(),
            _ => return None,
        };
        let hole = Hole { name, place: self.outer_place(span) };
        let at = self.holes.iter().position(|known| *known == hole).unwrap_or_else(|| {
            self.holes.push(hole);
            self.holes.len() - 1
        });
        let [start, end] = HOLE;
        Some(Text::from(format!("{start}{at}{end}")))
    }

    /// The value as text is joined from, with a hole where it is free.
    pub(super) fn joined(&mut self, value: &Value, span: Span) -> Text {
        self.hole(value, span).unwrap_or_else(|| super::print::text(value))
    }

    /// Notes that a branch hangs on a free value.
    pub(super) fn decides(&mut self, test: &Value, span: Span) {
        if self.is_open() && is_free(test) {
            self.unknown("which branch is taken, which only a run knows", span);
        }
    }

    /// What a loop over a free value runs through: one free item in place of all.
    pub(super) fn one_for_all(&mut self, over: &Value, target: &Target, span: Span) -> Option<Items> {
        if !self.is_open() || !is_free(over) {
            return None;
        }
        self.unknown("what is looped over, which only a run knows", span);
        let name = match target {
            Target::Name(name) => name.clone(),
            _ => Arc::from("item"),
        };
        Some(Items::Fixed(vec![free(&name)]))
    }

    /// Gives every name of a target a free value of its own.
    pub(super) fn assign_free(&mut self, targets: &[Target], scope: &Rc<Scope>) -> Result<(), Stop> {
        targets.iter().try_for_each(|target| match target {
            Target::Name(name) => self.assign(target, free(name), scope),
            Target::Tuple(inner, _) => self.assign_free(inner, scope),
            Target::Field(..) => self.assign(target, Value::Unknown, scope),
        })
    }

    /// A filter that only a value could go through: what comes out is as free as what goes in.
    pub(super) fn passes(&self, value: &Value, filter: &str) -> bool {
        self.is_open() && is_free(value) && !matches!(filter, "default" | "d")
    }
}

fn free(name: &str) -> Value {
    Value::undefined(&format!("{FREE}{name}"))
}

fn free_name(name: &str) -> Option<&str> {
    name.strip_prefix(FREE)
}

/// Whether only a run knows the value.
pub(super) fn is_free(value: &Value) -> bool {
    match value {
        Value::Undefined(name) => free_name(name).is_some(),
        Value::Unknown => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::template::Mode;
    use crate::template::memory::first;

    /// The text of a file and how many unknowns are told of it.
    fn check(text: &str, expected: &str, unknowns: usize) {
        let rendered = first(&[("m.sql", text)], Mode::default());
        assert!(!rendered.failed, "{text}: {:?}", rendered.diagnostics);
        assert_eq!((rendered.text.as_str(), rendered.unknowns.len()), (expected, unknowns), "{:?}", rendered.unknowns);
    }

    #[test]
    fn a_name_without_a_value_becomes_a_stand_in() {
        check("select a from t where d = '{{ ds }}'", "select a from t where d = 'ds'", 0);
        check("select a from {{ params.table }}", "select a from params_table", 1);
        check("select a from s.t_{{ v | upper }}", "select a from s.t_v", 1);
        check("select a from t where d > {{ f('x')['y'] }}", "select a from t where d > :f_y", 0);
        check("select '{{ 'p_' ~ x }}'", "select 'p_x'", 0);
        check("select {{ x | default('1') }}{{ 1 if false }}", "select 1", 0);
    }

    #[test]
    fn what_hangs_on_a_free_name_is_told() {
        check("{% if x %}a{% else %}b{% endif %}", "b", 1);
        check("{% if x == 'a' %}a{% else %}b{% endif %}", "b", 1);
        check("{% if x is defined %}a{% else %}b{% endif %}", "b", 0);
        check(
            "select {% for c in cs %}{{ c }}{% if not loop.last %},{% endif %}{% endfor %} from t",
            "select :c from t",
            2,
        );
        check("select {% for a, b in m.items() %}{{ a }} as {{ b }}{% endfor %}", "select :a as b", 3);
    }

    #[test]
    fn settings_say_what_names_mean() {
        let settings = "template = { values = { ds = '2026-01-01', t = '{{ this.identifier }}', again = '{{ again }}' }, \
                        build = 'is_init', incremental = 'is_later', unknown = 'metrics' }";
        let files = [
            (
                "a/query.sql",
                "{{ ds }} {{ ds() }} {{ t }} {{ is_init() }} {{ is_later() }} '{{ metrics.f(1) }}'{{ again }}",
            ),
            ("sluice.toml", settings),
        ];
        let rendered = first(&files, Mode::default());
        assert_eq!(rendered.text, "2026-01-01 2026-01-01 query True False 'metrics_f'");
        assert!(rendered.asks_incremental);
        assert!(first(&files, Mode::Incremental).text.contains("False True"));
    }
}
