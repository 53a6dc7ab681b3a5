//! A YAML value with simple Jinja in, the value it stands for out; unknown where it needs the real template engine.
//!
//! Covers what config files ask before any template is rendered: `var`, `env_var`, `target`, comparisons, the
//! `as_bool` family. Everything else is unknown, and the caller keeps the text as it stands.

use std::collections::BTreeMap;

use super::jinja::{Token, number, tokens};
use crate::data::{Kind, Value};
use crate::project::Target;
use crate::text::Span;

/// Hostile YAML may nest parentheses; nobody's config goes this deep.
const DEEPEST: usize = 48;

/// What an expression may ask for.
pub(in crate::project) struct Scope<'a> {
    /// Looked up in order.
    pub vars: Vec<&'a BTreeMap<String, Value>>,
    pub env: &'a BTreeMap<String, String>,
    pub target: Option<&'a Target>,
}

/// The value with its Jinja resolved, wherever in it that can be done.
pub(in crate::project) fn resolve(value: &Value, scope: &Scope<'_>) -> Value {
    let kind = match &value.kind {
        Kind::String(text) if text.contains("{{") => match render(text, scope) {
            Some(found) => found.kind,
            None => return value.clone(),
        },
        Kind::List(items) => Kind::List(items.iter().map(|item| resolve(item, scope)).collect()),
        Kind::Map(entries) => {
            Kind::Map(entries.iter().map(|(key, value)| (key.clone(), resolve(value, scope))).collect())
        }
        _ => return value.clone(),
    };
    Value { kind, span: value.span }
}

/// The text with its `{{ }}` resolved, as text; what cannot be resolved stays as it is written.
pub(in crate::project) fn resolve_text(text: &str, scope: &Scope<'_>) -> String {
    render(text, scope).and_then(|value| value.scalar()).unwrap_or_else(|| text.to_owned())
}

fn render(text: &str, scope: &Scope<'_>) -> Option<Value> {
    if text.contains("{%") || text.contains("{#") {
        return None;
    }
    let trimmed = text.trim();
    let only = trimmed.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    if let Some(inner) = only.filter(|inner| !inner.contains("{{")) {
        return evaluate(inner, scope).or_else(|| stand_in(inner));
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (inner, next) = after.split_once("}}")?;
        out.push_str(before);
        out.push_str(&evaluate(inner, scope).or_else(|| stand_in(inner))?.scalar()?);
        rest = next;
    }
    out.push_str(rest);
    Some(text_value(out))
}

/// What stands for a variable of the environment that nobody gives a value: `ENV_<name>`, as in templates. Within a
/// larger expression it stays unknown, for nothing may be decided by it.
fn stand_in(inner: &str) -> Option<Value> {
    let call = super::jinja::Call::read(inner)?;
    match call.arguments.as_slice() {
        [name] if call.name == "env_var" && call.named.is_empty() => Some(text_value(format!("ENV_{name}"))),
        _ => None,
    }
}

fn evaluate(inner: &str, scope: &Scope<'_>) -> Option<Value> {
    let inner = inner.strip_prefix('-').unwrap_or(inner);
    let tokens = tokens(inner.strip_suffix('-').unwrap_or(inner))?;
    let mut reader = Reader { tokens: &tokens, at: 0, depth: 0, scope };
    let value = reader.choice()?;
    if reader.at == tokens.len() { value } else { None }
}

/// `None` is text that is not understood; `Some(None)` an expression whose value is unknown.
type Known = Option<Option<Value>>;

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    scope: &'a Scope<'a>,
}

impl Reader<'_> {
    fn mark(&mut self, mark: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Mark(m)) if *m == mark);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Name(name)) if name == word);
        self.at += usize::from(found);
        found
    }

    fn name(&mut self) -> Option<String> {
        let Some(Token::Name(name)) = self.tokens.get(self.at) else { return None };
        self.at += 1;
        Some(name.clone())
    }

    /// `a if condition else b`.
    fn choice(&mut self) -> Known {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut value = self.either()?;
        if self.word("if") {
            let condition = self.either()?;
            let other = if self.word("else") { self.choice()? } else { Some(Value::null()) };
            value = match condition {
                Some(condition) if truthy(&condition) => value,
                Some(_) => other,
                None => None,
            };
        }
        self.depth -= 1;
        Some(value)
    }

    fn either(&mut self) -> Known {
        let mut left = self.both()?;
        while self.word("or") {
            let right = self.both()?;
            left = match left {
                Some(left) if truthy(&left) => Some(left),
                Some(_) => right,
                None => None,
            };
        }
        Some(left)
    }

    fn both(&mut self) -> Known {
        let mut left = self.negated()?;
        while self.word("and") {
            let right = self.negated()?;
            left = match left {
                Some(left) if !truthy(&left) => Some(left),
                Some(_) => right,
                None => None,
            };
        }
        Some(left)
    }

    fn negated(&mut self) -> Known {
        let mut flips = 0;
        while self.word("not") {
            flips += 1;
        }
        let value = self.compared()?;
        Some(if flips == 0 { value } else { value.map(|value| bool_value(truthy(&value) == (flips % 2 == 0))) })
    }

    fn compared(&mut self) -> Known {
        let left = self.joined()?;
        let (equal, member, wanted) = if self.mark("==") {
            (true, false, true)
        } else if self.mark("!=") {
            (true, false, false)
        } else if self.word("in") {
            (false, true, true)
        } else if self.word("not") {
            if !self.word("in") {
                return None;
            }
            (false, true, false)
        } else {
            return Some(left);
        };
        let right = self.joined()?;
        let (Some(left), Some(right)) = (left, right) else { return Some(None) };
        let holds = if equal && !member { same(&left, &right) } else { contains(&right, &left)? };
        Some(Some(bool_value(holds == wanted)))
    }

    fn joined(&mut self) -> Known {
        let mut left = self.filtered()?;
        while self.mark("~") || self.mark("+") {
            let right = self.filtered()?;
            left = match (left, right) {
                (Some(left), Some(right)) => Some(text_value(left.scalar()? + &right.scalar()?)),
                _ => None,
            };
        }
        Some(left)
    }

    fn filtered(&mut self) -> Known {
        let mut value = self.postfix()?;
        while self.mark("|") {
            let filter = self.name()?;
            let arguments = if self.mark("(") { self.arguments()? } else { Vec::new() };
            value = match (filter.as_str(), value) {
                ("default" | "d", Some(found)) if found.is_null() => arguments.into_iter().next().flatten(),
                (_, found) => found.and_then(|found| filter_value(&filter, found)),
            };
        }
        Some(value)
    }

    fn postfix(&mut self) -> Known {
        let mut value = self.primary()?;
        loop {
            if self.mark("[") {
                let key = self.choice()?;
                if !self.mark("]") {
                    return None;
                }
                let key = key.and_then(|key| key.scalar());
                value = value.and_then(|value| member(&value, &key?));
            } else if self.mark(".") {
                let name = self.name()?;
                if self.mark("(") {
                    let arguments = self.arguments()?;
                    value = value.and_then(|value| method(&value, &name, arguments));
                } else {
                    value = value.and_then(|value| member(&value, &name));
                }
            } else {
                return Some(value);
            }
        }
    }

    fn primary(&mut self) -> Known {
        let token = self.tokens.get(self.at)?.clone();
        self.at += 1;
        match token {
            Token::Text(text) => Some(Some(text_value(text))),
            Token::Number(text) => Some(Some(number(&text))),
            Token::Mark("-") => match self.tokens.get(self.at) {
                Some(Token::Number(text)) => {
                    self.at += 1;
                    Some(Some(number(&format!("-{text}"))))
                }
                _ => None,
            },
            Token::Mark("(") => {
                let value = self.choice()?;
                self.mark(")").then_some(value)
            }
            Token::Mark("[") => self.list(),
            Token::Mark(_) => None,
            Token::Name(name) => self.named(&name),
        }
    }

    fn list(&mut self) -> Known {
        let mut items = Some(Vec::new());
        while !self.mark("]") {
            let item = self.choice()?;
            items = items.zip(item).map(|(mut items, item)| {
                items.push(item);
                items
            });
            if !self.mark(",") && !matches!(self.tokens.get(self.at), Some(Token::Mark("]"))) {
                return None;
            }
        }
        Some(items.map(|items| plain(Kind::List(items))))
    }

    fn arguments(&mut self) -> Option<Vec<Option<Value>>> {
        let mut arguments = Vec::new();
        while !self.mark(")") {
            if let [Token::Name(_), Token::Mark("="), ..] = self.tokens.get(self.at..)? {
                self.at += 2;
            }
            arguments.push(self.choice()?);
            if !self.mark(",") && !matches!(self.tokens.get(self.at), Some(Token::Mark(")"))) {
                return None;
            }
        }
        Some(arguments)
    }

    fn named(&mut self, name: &str) -> Known {
        match name {
            "true" | "True" => return Some(Some(bool_value(true))),
            "false" | "False" => return Some(Some(bool_value(false))),
            "none" | "None" => return Some(Some(Value::null())),
            "target" => return Some(self.scope.target.map(target_value)),
            _ => {}
        }
        if !self.mark("(") {
            return Some(None);
        }
        let mut arguments = self.arguments()?.into_iter();
        let asked = arguments.next().flatten().and_then(|value| value.scalar());
        let fallback = arguments.next().flatten();
        Some(asked.and_then(|asked| self.lookup(name, &asked, fallback)))
    }

    fn lookup(&self, function: &str, asked: &str, fallback: Option<Value>) -> Option<Value> {
        match function {
            "var" => {
                let found = self.scope.vars.iter().find_map(|vars| vars.get(asked));
                // A var that is itself a template is not rendered by dbt either.
                found.cloned().or(fallback)
            }
            "env_var" => self.scope.env.get(asked).map(|text| text_value(text.clone())).or(fallback),
            _ => None,
        }
    }
}

fn plain(kind: Kind) -> Value {
    Value { kind, span: Span::default() }
}

pub(super) fn text_value(text: String) -> Value {
    plain(Kind::String(text))
}

fn bool_value(value: bool) -> Value {
    plain(Kind::Bool(value))
}

/// Python's truth, by which Jinja decides.
pub(super) fn truthy(value: &Value) -> bool {
    match &value.kind {
        Kind::Null => false,
        Kind::Bool(value) => *value,
        Kind::Integer(value) => *value != 0,
        Kind::Float(value) => *value != 0.0,
        Kind::String(text) => !text.is_empty(),
        Kind::List(items) => !items.is_empty(),
        Kind::Map(entries) => !entries.is_empty(),
    }
}

fn same(left: &Value, right: &Value) -> bool {
    left.kind == right.kind
}

fn contains(holder: &Value, item: &Value) -> Option<bool> {
    match &holder.kind {
        Kind::List(items) => Some(items.iter().any(|found| same(found, item))),
        Kind::String(text) => Some(text.contains(item.str()?)),
        Kind::Map(_) => Some(holder.get(item.str()?).is_some()),
        _ => None,
    }
}

fn member(value: &Value, name: &str) -> Option<Value> {
    match &value.kind {
        Kind::List(items) => name.parse::<usize>().ok().and_then(|at| items.get(at).cloned()),
        _ => value.get(name).cloned(),
    }
}

fn method(value: &Value, name: &str, arguments: Vec<Option<Value>>) -> Option<Value> {
    let mut arguments = arguments.into_iter().map(|argument| argument.and_then(|value| value.scalar()));
    match name {
        "lower" => Some(text_value(value.str()?.to_ascii_lowercase())),
        "upper" => Some(text_value(value.str()?.to_ascii_uppercase())),
        "strip" => Some(text_value(value.str()?.trim().to_owned())),
        "startswith" => Some(bool_value(value.str()?.starts_with(&arguments.next()??))),
        "endswith" => Some(bool_value(value.str()?.ends_with(&arguments.next()??))),
        "get" => {
            let found = value.get(&arguments.next()??).cloned();
            found.or_else(|| Some(arguments.next().flatten().map_or_else(Value::null, text_value)))
        }
        _ => None,
    }
}

fn filter_value(filter: &str, value: Value) -> Option<Value> {
    match filter {
        "as_bool" => match &value.kind {
            Kind::String(text) if text.eq_ignore_ascii_case("true") => Some(bool_value(true)),
            Kind::String(text) if text.eq_ignore_ascii_case("false") => Some(bool_value(false)),
            Kind::Bool(_) => Some(value),
            _ => None,
        },
        "as_number" | "int" | "float" => Some(value.str().map_or(value.clone(), |text| number(text.trim()))),
        "as_text" | "string" => value.scalar().map(text_value),
        "as_native" | "default" | "d" => Some(value),
        "lower" | "upper" => method(&value, filter, Vec::new()),
        "trim" => method(&value, "strip", Vec::new()),
        _ => None,
    }
}

/// `target` as templates see it.
fn target_value(target: &Target) -> Value {
    let pair = |name: &str, value: Value| (crate::data::Key { text: name.to_owned(), span: Span::default() }, value);
    let text = |value: &str| text_value(value.to_owned());
    let database = target.database.as_deref().map_or_else(Value::null, text);
    let mut entries: Vec<_> = target.extra.iter().map(|(name, value)| pair(name, value.clone())).collect();
    entries.extend([
        pair("name", text(&target.name)),
        pair("target_name", text(&target.name)),
        pair("profile_name", text(&target.profile)),
        pair("type", text(&target.adapter)),
        pair("schema", text(&target.schema)),
        pair("dataset", text(&target.schema)),
        pair("dbname", database.clone()),
        pair("project", database.clone()),
        pair("database", database),
    ]);
    plain(Kind::Map(entries))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Scope, resolve, text_value};
    use crate::data::Kind;
    use crate::project::Target;

    fn check(text: &str, expected: &Kind) {
        let vars =
            BTreeMap::from([("on".to_owned(), super::bool_value(true)), ("s".to_owned(), text_value("x".into()))]);
        let env = BTreeMap::from([("HOME_DB".to_owned(), "raw".to_owned())]);
        let target = Target { name: "prod".into(), adapter: "snowflake".into(), ..Target::default() };
        let scope = Scope { vars: vec![&vars], env: &env, target: Some(&target) };
        assert_eq!(&resolve(&text_value(text.to_owned()), &scope).kind, expected, "{text}");
    }

    fn text(text: &str) -> Kind {
        Kind::String(text.to_owned())
    }

    #[test]
    fn what_config_files_ask_is_resolved() {
        check("plain", &text("plain"));
        check("{{ var('on') }}", &Kind::Bool(true));
        check("{{ var('off', false) }}", &Kind::Bool(false));
        check("{{ var('a', var('s')) }}", &text("x"));
        check("{{ env_var('HOME_DB') }}_{{ env_var('X', 'dev') }}", &text("raw_dev"));
        check("{{ env_var('NO') }}.a", &text("ENV_NO.a"));
        check("{{ target.name == 'prod' }}", &Kind::Bool(true));
        check("{{ target.type in ['bigquery', 'duckdb'] }}", &Kind::Bool(false));
        check("{{ 'a' if target.name != 'prod' else 'b' }}", &text("b"));
        check("{{ (var('on') and not var('off', false)) | as_bool }}", &Kind::Bool(true));
        check("{{ env_var('N', '4') | as_number }}", &Kind::Integer(4));
        check("{{ target['type'] | upper }}", &text("SNOWFLAKE"));
    }

    #[test]
    fn what_needs_the_engine_stays_as_written() {
        for raw in [
            "{{ macro() }}",
            "{% if x %}a{% endif %}",
            "{{ env_var('NO') == 'x' }}",
            "{{ (",
            "{{",
            "{{ var('no') or 1 }}",
        ] {
            check(raw, &text(raw));
        }
    }

    #[test]
    fn deep_nesting_is_no_crash() {
        let deep = format!("{{{{ {}1{} }}}}", "(".repeat(90_000), ")".repeat(90_000));
        check(&deep, &text(&deep));
    }
}
