//! Python text in, the literals in it as data out: assignments, decorators, and the calls that configure things.
//!
//! Nothing is run. What is no literal, nor made of literals in a way that is plain to see, is null.

use std::collections::BTreeMap;

use crate::data::{Key, Kind, Value};
use crate::text::Span;

/// Deeper brackets are not looked into.
const MAX_DEPTH: usize = 60;
const MAX_STEPS: usize = 100_000;
/// Longer comprehensions are cut.
const MAX_ITEMS: usize = 1000;
/// The key under which a call's map has the name of what is called.
pub(super) const CALL: &str = "()";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Name,
    Number,
    Text,
    Sign,
    /// A line that starts at the margin.
    Margin,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    sort: Sort,
    span: Span,
}

/// A Python file's text and what its top-level assignments say.
pub(super) struct Module<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    values: BTreeMap<&'t str, Value>,
}

/// A decorator of a top-level function.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decorator {
    /// Its last part, as `model` of `sqlmesh.model`.
    pub name: String,
    /// Positional arguments under `0`, `1`, ..; named ones under their names.
    pub arguments: Value,
    /// The function it decorates.
    pub function: String,
    /// What the function returns, where one literal is all that it does.
    pub constant: Option<Value>,
    pub span: Span,
}

impl<'t> Module<'t> {
    pub(super) fn read(text: &'t str) -> Module<'t> {
        let mut module = Module { text, tokens: lex(text), values: BTreeMap::new() };
        for at in 0..module.tokens.len() {
            let assigned = module.is(at, Sort::Margin) && module.is(at + 1, Sort::Name) && module.is_sign(at + 2, "=");
            if assigned {
                let name = module.word(at + 1);
                let value = Reader { module: &module, at: at + 3, bound: Vec::new(), depth: 0, steps: 0 }.expression();
                module.values.insert(name, value);
            }
        }
        module
    }

    /// What a top-level name was last set to.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    pub(super) fn decorators(&self) -> Vec<Decorator> {
        let mut found = Vec::new();
        for at in 0..self.tokens.len() {
            if !(self.is(at, Sort::Margin) && self.is_sign(at + 1, "@")) {
                continue;
            }
            let mut end = at + 2;
            while self.is(end, Sort::Name) && self.is_sign(end + 1, ".") {
                end += 2;
            }
            let name = self.word(end).to_owned();
            let mut reader = Reader { module: self, at: end + 1, bound: Vec::new(), depth: 0, steps: 0 };
            let arguments = if self.is_sign(end + 1, "(") {
                reader.at += 1;
                reader.arguments()
            } else {
                map(Vec::new())
            };
            let last = self.tokens.get(reader.at.saturating_sub(1)).map_or(Span::default(), |token| token.span);
            let span = self.tokens[at + 1].span.cover(last);
            let (function, constant) = self.function_after(reader.at);
            found.push(Decorator { name, arguments, function, constant, span });
        }
        found
    }

    /// Every text of the file that is no f-string, with its place.
    pub(super) fn texts(&self) -> impl Iterator<Item = (String, Span)> {
        let texts = self.tokens.iter().filter(|token| token.sort == Sort::Text);
        texts.map(|token| (unquoted(&self.text[token.span.range()]), token.span))
    }

    /// The function that is defined next, and what it returns.
    fn function_after(&self, at: usize) -> (String, Option<Value>) {
        let found = (at..self.tokens.len()).find(|at| matches!(self.word(*at), "def" | "class"));
        let Some(at) = found else { return (String::new(), None) };
        (self.word(at + 1).to_owned(), self.constant(at + 2))
    }

    /// What a function returns whose parameters start at a token: `(..) -> x: return literal`.
    fn constant(&self, open: usize) -> Option<Value> {
        let mut depth = 0usize;
        let mut at = open;
        while depth > 0 || !self.is_sign(at, ":") {
            depth = match self.slice(at) {
                "(" | "[" => depth + 1,
                ")" | "]" => depth.saturating_sub(1),
                _ if at >= self.tokens.len() || self.is(at, Sort::Margin) => return None,
                _ => depth,
            };
            at += 1;
        }
        at += 1;
        while self.is(at, Sort::Text) {
            at += 1;
        }
        if self.word(at) != "return" {
            return None;
        }
        let mut reader = Reader { module: self, at: at + 1, bound: Vec::new(), depth: 0, steps: 0 };
        let literal = self.is(at + 1, Sort::Text)
            || self.is(at + 1, Sort::Number)
            || ["True", "False"].contains(&self.word(at + 1));
        let value = reader.expression();
        let ends = reader.at >= self.tokens.len() || self.is(reader.at, Sort::Margin);
        (literal && ends && !value.is_null()).then_some(value)
    }

    fn is(&self, at: usize, sort: Sort) -> bool {
        self.tokens.get(at).is_some_and(|token| token.sort == sort)
    }

    fn is_sign(&self, at: usize, sign: &str) -> bool {
        self.is(at, Sort::Sign) && self.slice(at) == sign
    }

    fn slice(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |token| &self.text[token.span.range()])
    }

    fn word(&self, at: usize) -> &'t str {
        if self.is(at, Sort::Name) { self.slice(at) } else { "" }
    }
}

fn lex(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let Some(first) = rest.chars().next() else { break };
        let margin = at == 0 || text.as_bytes()[at - 1] == b'\n';
        if margin && !first.is_whitespace() && first != '#' && !")]}".contains(first) {
            found.push(Token { sort: Sort::Margin, span: Span::at(at) });
        }
        let (sort, length) = match first {
            '#' => (None, rest.find('\n').unwrap_or(rest.len())),
            '\'' | '"' => (Some(Sort::Text), text_length(rest)),
            _ if first.is_ascii_digit() => {
                let end = rest.find(|sign: char| !(sign.is_ascii_alphanumeric() || "._".contains(sign)));
                (Some(Sort::Number), end.unwrap_or(rest.len()))
            }
            _ if first.is_alphabetic() || first == '_' => {
                let end = rest.find(|sign: char| !(sign.is_alphanumeric() || sign == '_')).unwrap_or(rest.len());
                let quoted = end <= 2 && rest[end..].starts_with(['\'', '"']);
                if quoted { (Some(Sort::Text), end + text_length(&rest[end..])) } else { (Some(Sort::Name), end) }
            }
            _ if first.is_whitespace() => (None, first.len_utf8()),
            '*' if rest.starts_with("**") => (Some(Sort::Sign), 2),
            '=' if rest.starts_with("==") => (Some(Sort::Sign), 2),
            _ => (Some(Sort::Sign), first.len_utf8()),
        };
        let length = length.max(1);
        found.extend(sort.map(|sort| Token { sort, span: Span::new(at, at + length) }));
        at += length;
    }
    found
}

/// The length of the text that starts with its quotes.
fn text_length(rest: &str) -> usize {
    let quote = &rest[..1];
    let triple = quote.repeat(3);
    let (close, mut at) = if rest.starts_with(&triple) { (triple.as_str(), 3) } else { (quote, 1) };
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with(close) {
            return at + close.len();
        }
        if close.len() == 1 && here.starts_with('\n') {
            return at;
        }
        let step = here.chars().next().map_or(1, char::len_utf8);
        at += if here.starts_with('\\') { step + here[step..].chars().next().map_or(0, char::len_utf8) } else { step };
    }
    rest.len()
}

/// What a text says, without prefix and quotes; the usual escapes are read.
fn unquoted(written: &str) -> String {
    let start = written.find(['\'', '"']).unwrap_or(0);
    let raw = written[..start].contains(['r', 'R']);
    let body = &written[start..];
    let quotes = if body.len() >= 6 && (body.starts_with("\"\"\"") || body.starts_with("'''")) { 3 } else { 1 };
    let inner = body.get(quotes..body.len().saturating_sub(quotes)).unwrap_or_default();
    if raw || !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut out = String::with_capacity(inner.len());
    let mut signs = inner.chars();
    while let Some(sign) = signs.next() {
        match (sign, sign == '\\') {
            (_, true) => match signs.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('\n') | None => {}
                Some(other) => out.push(other),
            },
            (sign, false) => out.push(sign),
        }
    }
    out
}

fn map(entries: Vec<(Key, Value)>) -> Value {
    Value { kind: Kind::Map(entries), span: Span::default() }
}

fn text(value: impl Into<String>, span: Span) -> Value {
    Value { kind: Kind::String(value.into()), span }
}

struct Reader<'m, 't> {
    module: &'m Module<'t>,
    at: usize,
    /// Names that a comprehension sets.
    bound: Vec<(&'t str, Value)>,
    depth: usize,
    /// Operands read so far: comprehensions within comprehensions end here.
    steps: usize,
}

impl Reader<'_, '_> {
    /// An expression, up to the sign that ends it.
    fn expression(&mut self) -> Value {
        let mut value = self.operand();
        loop {
            if self.module.is_sign(self.at, "+") || self.module.is_sign(self.at, "|") {
                self.at += 1;
                let more = self.operand();
                value = joined(value, more);
            } else if self.ends() {
                return value;
            } else {
                // An operator that nobody reads here: the whole is not known.
                self.at += 1;
                if !self.ends() {
                    self.operand();
                }
                value = Value::null();
            }
        }
    }

    fn ends(&self) -> bool {
        let Some(token) = self.module.tokens.get(self.at) else { return true };
        match token.sort {
            Sort::Margin => true,
            Sort::Sign => [",", ")", "]", "}", ":", "="].contains(&self.module.slice(self.at)),
            Sort::Name => matches!(self.module.slice(self.at), "for" | "if" | "else"),
            _ => false,
        }
    }

    fn operand(&mut self) -> Value {
        self.steps += 1;
        if self.depth > MAX_DEPTH || self.steps > MAX_STEPS {
            self.at += 1;
            return Value::null();
        }
        self.depth += 1;
        let mut value = self.primary();
        loop {
            if self.module.is_sign(self.at, ".") {
                let name = self.module.word(self.at + 1);
                let span = self.module.tokens.get(self.at + 1).map_or(Span::default(), |token| token.span);
                self.at += 2;
                value = if self.module.is_sign(self.at, "(") { self.call(name, span) } else { text(name, span) };
            } else if self.module.is_sign(self.at, "[") {
                self.at += 1;
                let items = self.items("]");
                value = items
                    .first()
                    .and_then(Value::str)
                    .and_then(|key| value.get(key))
                    .cloned()
                    .unwrap_or_else(Value::null);
            } else if self.module.is_sign(self.at, "(") {
                self.at += 1;
                self.items(")");
                value = Value::null();
            } else {
                break;
            }
        }
        self.depth -= 1;
        value
    }

    fn primary(&mut self) -> Value {
        let Some(token) = self.module.tokens.get(self.at).copied() else { return Value::null() };
        let written = self.module.slice(self.at);
        self.at += 1;
        let kind = match token.sort {
            Sort::Text => return self.texts(token.span),
            Sort::Number => number(written),
            Sort::Name if self.module.is_sign(self.at, "(") => return self.call(written, token.span),
            Sort::Name => return self.name(written, token.span),
            Sort::Sign if written == "-" => match self.operand().kind {
                Kind::Integer(number) => Kind::Integer(number.wrapping_neg()),
                Kind::Float(number) => Kind::Float(-number),
                _ => Kind::Null,
            },
            Sort::Sign if matches!(written, "[" | "(") => {
                let mut items = self.items(if written == "[" { "]" } else { ")" });
                let comma = self.module.is_sign(self.at.saturating_sub(2), ",");
                if written == "(" && items.len() == 1 && !comma {
                    return items.remove(0);
                }
                Kind::List(items)
            }
            Sort::Sign if written == "{" => Kind::Map(self.entries()),
            _ => Kind::Null,
        };
        Value { kind, span: token.span }
    }

    /// Texts one after the other are one; one with holes in it is not known.
    fn texts(&mut self, first: Span) -> Value {
        let mut whole = String::new();
        let mut span = first;
        let mut holes = false;
        self.at -= 1;
        while self.module.is(self.at, Sort::Text) {
            let written = self.module.slice(self.at);
            let prefix = &written[..written.find(['\'', '"']).unwrap_or(0)];
            holes |= prefix.contains(['f', 'F']) && written.contains('{');
            whole.push_str(&unquoted(written));
            span = span.cover(self.module.tokens[self.at].span);
            self.at += 1;
        }
        if holes { Value { kind: Kind::Null, span } } else { text(whole, span) }
    }

    fn name(&self, name: &str, span: Span) -> Value {
        let kind = match name {
            "True" => Kind::Bool(true),
            "False" => Kind::Bool(false),
            "None" => Kind::Null,
            name => {
                let bound = self.bound.iter().rev().find(|(bound, _)| *bound == name).map(|(_, value)| value);
                let found = bound.or_else(|| self.module.value(name)).cloned();
                return found.unwrap_or(Value { kind: Kind::Null, span });
            }
        };
        Value { kind, span }
    }

    /// A call, from its open bracket on: a map of its arguments. A call that only wraps one text is that text.
    fn call(&mut self, name: &str, span: Span) -> Value {
        self.at += 1;
        let arguments = self.arguments();
        match name {
            "dict" => arguments,
            "to_column" | "column" | "to_identifier" | "str" | "parse_one" | "string" | "to_table" | "number" => {
                arguments.get("0").cloned().unwrap_or_else(Value::null)
            }
            _ => {
                let mut entries = vec![(Key { text: CALL.to_owned(), span }, text(name, span))];
                entries.extend(arguments.entries().iter().cloned());
                Value { kind: Kind::Map(entries), span }
            }
        }
    }

    fn arguments(&mut self) -> Value {
        let mut entries = Vec::new();
        let mut position = 0;
        while !self.closes(")") {
            if self.module.is_sign(self.at, "**") {
                self.at += 1;
                let more = self.expression();
                entries.extend(more.entries().iter().cloned());
            } else if self.module.is(self.at, Sort::Name) && self.module.is_sign(self.at + 1, "=") {
                let key = Key { text: self.module.word(self.at).to_owned(), span: self.module.tokens[self.at].span };
                self.at += 2;
                entries.push((key, self.expression()));
            } else {
                let key = Key { text: position.to_string(), span: Span::default() };
                position += 1;
                let (value, _) = self.item(")");
                entries.push((key, value));
            }
            self.separator();
        }
        map(entries)
    }

    /// The items up to a closing sign.
    fn items(&mut self, close: &str) -> Vec<Value> {
        let mut found = Vec::new();
        while !self.closes(close) {
            match self.item(close) {
                (Value { kind: Kind::List(items), .. }, true) => found.extend(items),
                (value, _) => found.push(value),
            }
            self.separator();
        }
        found
    }

    /// One item, or all that `x for x in ..` makes of its list (then `true`).
    fn item(&mut self, close: &str) -> (Value, bool) {
        let start = self.at;
        let value = self.expression();
        if self.module.word(self.at) != "for" {
            return (value, false);
        }
        let name = self.module.word(self.at + 1);
        self.at += 3;
        let over = self.expression();
        let end = self.at;
        let mut made = Vec::new();
        for item in over.items().iter().take(MAX_ITEMS) {
            self.bound.push((name, item.clone()));
            self.at = start;
            made.push(self.expression());
            self.bound.pop();
        }
        self.at = end;
        let filtered = self.module.word(self.at) == "if";
        while !self.module.is_sign(self.at, close) && self.at < self.module.tokens.len() {
            self.at += 1;
        }
        let kind = if filtered || name.is_empty() { Kind::Null } else { Kind::List(made) };
        (Value { kind, span: value.span }, true)
    }

    fn entries(&mut self) -> Vec<(Key, Value)> {
        let mut found = Vec::new();
        while !self.closes("}") {
            if self.module.is_sign(self.at, "**") {
                self.at += 1;
                found.extend(self.expression().entries().iter().cloned());
            } else {
                let key = self.expression();
                if self.module.is_sign(self.at, ":") {
                    self.at += 1;
                    let value = self.expression();
                    found.extend(key.scalar().map(|name| (Key { text: name, span: key.span }, value)));
                }
            }
            self.separator();
        }
        found
    }

    /// Is the closing sign here? Then it is passed; so is the end of the file.
    fn closes(&mut self, close: &str) -> bool {
        let here = self.module.is_sign(self.at, close);
        self.at += usize::from(here);
        here || self.at >= self.module.tokens.len()
    }

    /// Passes a comma, or whatever else stands where one should.
    fn separator(&mut self) {
        let closing = [")", "]", "}"].iter().any(|sign| self.module.is_sign(self.at, sign));
        self.at += usize::from(!closing);
    }
}

fn joined(a: Value, b: Value) -> Value {
    let span = a.span.cover(b.span);
    let kind = match (a.kind, b.kind) {
        (Kind::String(a), Kind::String(b)) => Kind::String(a + &b),
        (Kind::List(a), Kind::List(b)) => Kind::List(a.into_iter().chain(b).collect()),
        (Kind::Map(a), Kind::Map(b)) => Kind::Map(a.into_iter().chain(b).collect()),
        (Kind::Integer(a), Kind::Integer(b)) => Kind::Integer(a.wrapping_add(b)),
        _ => Kind::Null,
    };
    Value { kind, span }
}

fn number(written: &str) -> Kind {
    let plain = written.replace('_', "");
    plain.parse().map(Kind::Integer).or_else(|_| plain.parse().map(Kind::Float)).unwrap_or(Kind::Null)
}

#[cfg(test)]
mod tests {
    use super::Module;
    use crate::data::{Kind, Value};

    fn shown(value: &Value) -> String {
        match &value.kind {
            Kind::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
            Kind::Map(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{}={}", key.text, shown(value))).collect();
                format!("{{{}}}", entries.join(" "))
            }
            Kind::Null => "null".to_owned(),
            _ => value.scalar().unwrap_or_default(),
        }
    }

    fn check(written: &str, expected: &str) {
        let text = format!("A = 'a'\nD = {{'k': 1}}\nx = {written}\ny = 2\n");
        let module = Module::read(&text);
        assert_eq!(module.value("x").map(shown).as_deref(), Some(expected), "{written}");
        assert_eq!(module.value("y").map(shown).as_deref(), Some("2"), "{written}");
    }

    #[test]
    fn literals_are_read() {
        check(r"['a', 'b' 'c', r'\d', '''t''', -1, 2.5, True, None]", r"[a bc \d t -1 2.5 true null]");
        check("{'a': (1,), 'b': (2), **D}", "{a=[1] b=2 k=1}");
        check("dict(name=ModelKindName.FULL, n=A + 'b')", "{name=FULL n=ab}");
        check("Config(m=Defaults(**D), g=f'{A}x')", "{()=Config m={()=Defaults k=1} g=null}");
        check("[to_column(c) for c in ('a', 'b')]", "[a b]");
        check("D['k'] + 1", "2");
    }

    #[test]
    fn what_runs_is_not_known() {
        check("os.getenv('A') or 'b'", "null");
        check("f(x)(y)", "null");
        check("[x for x in range(3)]", "[]");
        check("lambda a: a", "null");
    }

    #[test]
    fn decorators_name_their_function() {
        let text = "import x\n@sqlmesh.model('a.b', kind='FULL')\n@other\ndef execute(c):\n    return 'x'\n";
        let found = Module::read(text).decorators();
        let found: Vec<String> =
            found.iter().map(|one| format!("{} {} {}", one.name, shown(&one.arguments), one.function)).collect();
        assert_eq!(found, ["model {0=a.b kind=FULL} execute", "other {} execute"]);
    }

    #[test]
    fn a_function_of_one_literal_is_known() {
        let check = |body: &str, expected: Option<&str>| {
            let text = format!("@macro()\ndef f(evaluator, a: t.Dict[str, int] = {{}}) -> str:\n{body}\n\nx = 1\n");
            let found = Module::read(&text).decorators().remove(0);
            assert_eq!(found.constant.as_ref().map(shown).as_deref(), expected, "{body}");
        };
        check("    return 200", Some("200"));
        check("    \"\"\"Says so.\"\"\"\n    return \"'a'\"", Some("'a'"));
        check("    return f'{a}'", None);
        check("    return 1 if a else 2", None);
        check("    return a", None);
        check("    b = 1\n    return 1", None);
    }

    #[test]
    fn open_brackets_end_with_the_file() {
        for text in ["x = {'a': 1", "x = f(", "x = [a for", "@model(", "x = '''", "x = ((((", "@"] {
            let module = Module::read(text);
            module.decorators();
        }
    }
}
