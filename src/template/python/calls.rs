//! Tokens of a Python model in, its calls of `dbt.ref`, `dbt.source` and `dbt.config` out, with their literal arguments.

use super::tokens::{Kind, Token, tokens};
use crate::data::{self, Key, Value};
use crate::text::Span;

/// Deeper literals are none.
const DEEPEST: usize = 32;

/// Calls of more tokens end here.
const LONGEST: usize = 4_000;

/// One call of a function that dbt reads before the model runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    /// `ref`, `source` or `config`.
    pub(super) function: String,
    /// `None` where an argument is no literal.
    pub(super) arguments: Option<Arguments>,
    pub(super) span: Span,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arguments {
    pub(super) positional: Vec<Value>,
    pub(super) named: Vec<(String, Value)>,
}

/// What a Python file says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Script {
    pub(super) calls: Vec<Call>,
    /// Functions called `model` at the top of the file: where, and the names of their parameters.
    pub(super) models: Vec<(Span, Vec<String>)>,
}

pub(super) fn read(text: &str) -> Script {
    let tokens = tokens(text);
    let mut script = Script::default();
    for at in 0..tokens.len() {
        let reader = || Reader { text, tokens: &tokens, at, depth: 0 };
        if let Some(call) = reader().call() {
            script.calls.push(call);
        }
        if let Some(found) = reader().model() {
            script.models.push(found);
        }
    }
    script
}

struct Reader<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn word(&mut self) -> Option<&str> {
        let token = self.tokens.get(self.at).filter(|token| token.kind == Kind::Name)?;
        self.at += 1;
        Some(&self.text[token.span.range()])
    }

    fn mark(&mut self, mark: char) -> bool {
        let found = self.tokens.get(self.at).is_some_and(|token| token.kind == Kind::Mark(mark));
        self.at += usize::from(found);
        found
    }

    /// `dbt.name(..)`, not as part of a longer name.
    fn call(mut self) -> Option<Call> {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        if before.is_some_and(|token| token.kind == Kind::Mark('.')) {
            return None;
        }
        let start = self.tokens.get(self.at)?.span;
        if self.word()? != "dbt" || !self.mark('.') {
            return None;
        }
        let function = self.word().filter(|name| ["ref", "source", "config"].contains(name))?.to_owned();
        if !self.mark('(') {
            return None;
        }
        let opened = self.at;
        let arguments = self.arguments();
        if arguments.is_none() {
            self.at = self.closing(opened);
        }
        let end = self.tokens.get(self.at.checked_sub(1)?)?.span;
        Some(Call { function, arguments, span: start.cover(end) })
    }

    /// The token after the parenthesis that closes the one before `from`.
    fn closing(&self, from: usize) -> usize {
        let mut depth = 1;
        for (at, token) in self.tokens.iter().enumerate().skip(from).take(LONGEST) {
            match token.kind {
                Kind::Mark('(' | '[' | '{') => depth += 1,
                Kind::Mark(')' | ']' | '}') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return at + 1;
            }
        }
        (from + LONGEST).min(self.tokens.len())
    }

    fn arguments(&mut self) -> Option<Arguments> {
        let mut arguments = Arguments::default();
        while !self.mark(')') {
            let named = matches!(
                self.tokens.get(self.at..self.at + 2)?,
                [Token { kind: Kind::Name, .. }, Token { kind: Kind::Mark('='), .. }]
            );
            if named {
                let name = self.word()?.to_owned();
                self.at += 1;
                arguments.named.push((name, self.literal()?));
            } else {
                arguments.positional.push(self.literal()?);
            }
            if !self.mark(',') && !self.tokens.get(self.at).is_some_and(|token| token.kind == Kind::Mark(')')) {
                return None;
            }
        }
        Some(arguments)
    }

    fn literal(&mut self) -> Option<Value> {
        self.depth += 1;
        let span = self.tokens.get(self.at)?.span;
        let kind = if self.depth > DEEPEST { None } else { self.literal_kind() };
        self.depth -= 1;
        Some(Value { kind: kind?, span })
    }

    fn literal_kind(&mut self) -> Option<data::Kind> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        match &token.kind {
            Kind::Text(text) => {
                let mut text = text.clone();
                while let Some(Token { kind: Kind::Text(more), .. }) = self.tokens.get(self.at) {
                    text.push_str(more);
                    self.at += 1;
                }
                Some(data::Kind::String(text))
            }
            Kind::Number => number(&self.text[token.span.range()]),
            Kind::Name => match &self.text[token.span.range()] {
                "True" => Some(data::Kind::Bool(true)),
                "False" => Some(data::Kind::Bool(false)),
                "None" => Some(data::Kind::Null),
                _ => None,
            },
            Kind::Mark('-') => match self.literal_kind()? {
                data::Kind::Integer(number) => Some(data::Kind::Integer(number.checked_neg()?)),
                data::Kind::Float(number) => Some(data::Kind::Float(-number)),
                _ => None,
            },
            Kind::Mark('[') => self.items(']').map(data::Kind::List),
            Kind::Mark('(') => {
                let items = self.items(')')?;
                let alone = self.tokens.get(self.at - 2).is_none_or(|token| token.kind != Kind::Mark(','));
                // Parentheses around one value make no tuple.
                if items.len() == 1 && alone {
                    items.into_iter().next().map(|item| item.kind)
                } else {
                    Some(data::Kind::List(items))
                }
            }
            Kind::Mark('{') => self.entries(),
            _ => None,
        }
    }

    fn items(&mut self, end: char) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        while !self.mark(end) {
            items.push(self.literal()?);
            if !self.mark(',') && !self.tokens.get(self.at).is_some_and(|token| token.kind == Kind::Mark(end)) {
                return None;
            }
        }
        Some(items)
    }

    /// A dict or a set.
    fn entries(&mut self) -> Option<data::Kind> {
        let mut entries = Vec::new();
        let mut items = Vec::new();
        while !self.mark('}') {
            let key = self.literal()?;
            if self.mark(':') {
                entries.push((Key { text: key.scalar()?, span: key.span }, self.literal()?));
            } else {
                items.push(key);
            }
            if !self.mark(',') && !self.tokens.get(self.at).is_some_and(|token| token.kind == Kind::Mark('}')) {
                return None;
            }
        }
        Some(if items.is_empty() { data::Kind::Map(entries) } else { data::Kind::List(items) })
    }

    /// `def model(a, b):` at the start of a line.
    fn model(mut self) -> Option<(Span, Vec<String>)> {
        let mut start = self.tokens.get(self.at).filter(|token| token.starts_line)?.span;
        let word = self.word()?.to_owned();
        let defines = word == "def" || (word == "async" && self.word()? == "def");
        if !defines || self.word()? != "model" || !self.mark('(') {
            return None;
        }
        let end = self.closing(self.at);
        let mut names = Vec::new();
        let mut wanted = true;
        let mut depth = 0;
        for token in self.tokens.get(self.at..end.checked_sub(1)?)? {
            match token.kind {
                Kind::Mark('(' | '[' | '{') => depth += 1,
                Kind::Mark(')' | ']' | '}') => depth -= 1,
                Kind::Mark(',') if depth == 0 => wanted = true,
                Kind::Name if wanted && depth == 0 => {
                    names.push(self.text[token.span.range()].to_owned());
                    wanted = false;
                }
                _ => {}
            }
        }
        start = start.cover(self.tokens.get(end - 1)?.span);
        Some((start, names))
    }
}

fn number(text: &str) -> Option<data::Kind> {
    let plain = text.replace('_', "");
    let float = || plain.parse().map(data::Kind::Float);
    plain.parse().map(data::Kind::Integer).or_else(|_| float()).ok()
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::data::Kind;

    /// The calls of a text: function, texts of its positional arguments, names of the others.
    fn check(text: &str, expected: &[&str]) {
        let found = read(text).calls.into_iter().map(|call| match call.arguments {
            Some(arguments) => {
                let given = arguments.positional.iter().filter_map(crate::data::Value::scalar);
                let named = arguments
                    .named
                    .iter()
                    .map(|(name, value)| format!("{name}={}", value.scalar().unwrap_or_default()));
                format!("{}({})", call.function, given.chain(named).collect::<Vec<_>>().join(","))
            }
            None => format!("{}!", call.function),
        });
        assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn calls_are_found_with_their_literals() {
        check("a = dbt.ref('x')\nb = dbt.ref(\"p\", 'y', v=2)", &["ref(x)", "ref(p,y,v=2)"]);
        check("dbt\\\n.source(\n  's', # why\n  't',\n)", &["source(s,t)"]);
        check("dbt.ref('a' 'b')", &["ref(ab)"]);
        check("dbt.ref(('a'))", &["ref(a)"]);
        check("dbt.ref(name)\ndbt.ref(f'{x}')\ndbt.ref('a' + b)", &["ref!", "ref!", "ref!"]);
        check("# dbt.ref('x')\n'''dbt.ref('y')'''\nmy.dbt.ref('z')\ndbt.references('q')", &[]);
        check("dbt.ref(", &["ref!"]);
    }

    #[test]
    fn configs_hold_any_literal() {
        let text = "dbt.config(materialized='table', packages=['a', 'b'], meta={'k': -1, 'l': (1, 2.5)}, on=True)";
        let arguments = read(text).calls[0].arguments.clone().expect("all literal");
        let kinds: Vec<&Kind> = arguments.named.iter().map(|(_, value)| &value.kind).collect();
        assert!(matches!(kinds[..], [Kind::String(_), Kind::List(_), Kind::Map(_), Kind::Bool(true)]));
        assert_eq!(arguments.named[2].1.get("k").and_then(crate::data::Value::integer), Some(-1));
    }

    #[test]
    fn the_model_function_stands_at_the_top() {
        let text = "class A:\n    def model(self): ...\ndef model(dbt, session: 'S' = f(1, 2)):\n    pass\n";
        let models = read(text).models;
        assert_eq!(models.len(), 1);
        assert_eq!(models[0].1, ["dbt", "session"]);
    }
}
