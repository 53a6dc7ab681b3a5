//! `modules.re`: Python's regular expressions on top of the regex crate.

use std::rc::Rc;
use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};

use super::object::Object;
use crate::template::function::Args;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::Value;

/// A match and its groups, as texts with their places.
#[derive(Debug)]
pub(in crate::template) struct Match {
    groups: Vec<Option<(String, usize, usize)>>,
    names: Vec<(Arc<str>, usize)>,
}

pub(super) const MATCH_METHODS: [&str; 6] = ["group", "groups", "groupdict", "start", "end", "span"];

impl Match {
    fn new(pattern: &Regex, captures: &Captures<'_>) -> Match {
        let group = |found: Option<regex::Match<'_>>| {
            found.map(|found| (found.as_str().to_owned(), found.start(), found.end()))
        };
        let names = pattern.capture_names().enumerate();
        Match {
            groups: captures.iter().map(group).collect(),
            names: names.filter_map(|(at, name)| Some((Arc::from(name?), at))).collect(),
        }
    }

    pub(super) fn group(&self, which: &Value) -> Value {
        let at = match which {
            Value::Str(name) => self.names.iter().find(|(known, _)| **known == *name.as_str()).map(|(_, at)| *at),
            other => other.as_int().and_then(|at| usize::try_from(at).ok()),
        };
        match at.and_then(|at| self.groups.get(at)) {
            Some(Some((text, ..))) => Value::text(text.as_str()),
            _ => Value::None,
        }
    }

    pub(super) fn method(&self, name: &str, args: &Args) -> Result<Value, Stop> {
        let number = Value::count;
        let whole = self.groups.first().and_then(Option::as_ref).map_or((0, 0), |(_, start, end)| (*start, *end));
        match name {
            "group" if args.positional.len() > 1 => {
                Ok(Value::tuple(args.positional.iter().map(|which| self.group(which))))
            }
            "group" => Ok(self.group(args.positional.first().unwrap_or(&Value::Int(0)))),
            "groups" => Ok(Value::tuple((1..self.groups.len()).map(|at| self.group(&Value::count(at))))),
            "groupdict" => {
                Ok(Value::record(self.names.iter().map(|(name, at)| (&**name, self.group(&Value::count(*at))))))
            }
            "start" => Ok(number(whole.0)),
            "end" => Ok(number(whole.1)),
            "span" => Ok(Value::tuple([number(whole.0), number(whole.1)])),
            _ => Err(Stop::fault(format!("a match has no method `{name}`"))),
        }
    }
}

/// `re.name(pattern, ..)`
pub(super) fn call(run: &mut Run<'_>, name: &str, mut args: Args) -> Result<Value, Stop> {
    if name == "escape" {
        return Ok(Value::text(regex::escape(args.text(0, "pattern")?)));
    }
    let pattern = if let Value::Object(object) = args.need(0, "pattern")? {
        let Object::Pattern(pattern) = &**object else {
            return Err(Stop::fault(format!("a {} is no pattern", object.kind())));
        };
        pattern.clone()
    } else {
        let at = if matches!(name, "sub" | "subn" | "split") { 4 } else { 2 };
        compile(args.text(0, "pattern")?, args.int(at, "flags").unwrap_or(0))?
    };
    if name == "compile" {
        return Ok(Value::object(Object::Pattern(pattern)));
    }
    args.positional.remove(0);
    method(run, &pattern, name, &args)
}

fn compile(pattern: &str, flags: i64) -> Result<Rc<Regex>, Stop> {
    let built = RegexBuilder::new(&pattern.replace("\\Z", "\\z"))
        .case_insensitive(flags & 2 != 0)
        .multi_line(flags & 8 != 0)
        .dot_matches_new_line(flags & 16 != 0)
        .ignore_whitespace(flags & 64 != 0)
        .size_limit(1 << 20)
        .build();
    let refused = |_| {
        Stop::fault(format!("the pattern `{pattern}` cannot be read"))
            .help("Look-around and back-references are not supported.")
    };
    built.map(Rc::new).map_err(refused)
}

pub(super) fn method(run: &mut Run<'_>, pattern: &Rc<Regex>, name: &str, args: &Args) -> Result<Value, Stop> {
    let searched = args.positional.iter().filter_map(Value::as_str).map(str::len).max().unwrap_or(0);
    run.spend(searched / 16)?;
    let found = |captures: Option<Captures<'_>>| match captures {
        Some(captures) => Value::object(Object::Match(Match::new(pattern, &captures))),
        None => Value::None,
    };
    match name {
        "search" => Ok(found(pattern.captures(args.text(0, "string")?))),
        "match" => {
            let captures = pattern.captures(args.text(0, "string")?);
            Ok(found(captures.filter(|captures| captures.get(0).is_some_and(|whole| whole.start() == 0))))
        }
        "fullmatch" => {
            let text = args.text(0, "string")?;
            let whole = Regex::new(&format!("^(?:{})$", pattern.as_str())).ok();
            Ok(whole.map_or(Value::None, |whole| found(whole.captures(text))))
        }
        "findall" | "finditer" => {
            let text = args.text(0, "string")?;
            run.spend(text.len() / 4)?;
            let item = |captures: Captures<'_>| match (name, captures.len()) {
                ("finditer", _) => Value::object(Object::Match(Match::new(pattern, &captures))),
                (_, 1) => Value::text(&captures[0]),
                (_, 2) => Value::text(captures.get(1).map_or("", |group| group.as_str())),
                _ => Value::tuple(
                    (1..captures.len()).map(|at| Value::text(captures.get(at).map_or("", |group| group.as_str()))),
                ),
            };
            Ok(Value::list(pattern.captures_iter(text).map(item)))
        }
        "sub" | "subn" => sub(run, pattern, args),
        "split" => {
            let text = args.text(0, "string")?;
            let most = args.int(1, "maxsplit").and_then(|most| usize::try_from(most).ok()).filter(|most| *most > 0);
            run.spend(text.len() / 4)?;
            let parts: Vec<&str> = match most {
                Some(most) => pattern.splitn(text, most + 1).collect(),
                None => pattern.split(text).collect(),
            };
            run.spend(parts.len())?;
            Ok(Value::list(parts.into_iter().map(Value::text)))
        }
        _ => Err(Stop::fault(format!("`re` has no `{name}` here"))),
    }
}

fn sub(run: &mut Run<'_>, pattern: &Rc<Regex>, args: &Args) -> Result<Value, Stop> {
    let text = args.text(1, "string")?;
    let most =
        args.int(2, "count").and_then(|most| usize::try_from(most).ok()).filter(|most| *most > 0).unwrap_or(usize::MAX);
    let mut out = String::new();
    let mut start = 0;
    for captures in pattern.captures_iter(text).take(most) {
        let Some(whole) = captures.get(0) else { continue };
        out.push_str(&text[start..whole.start()]);
        match args.need(0, "repl")? {
            Value::Str(template) => expand(template.as_str(), &captures, &mut out),
            callee => {
                let found = Value::object(Object::Match(Match::new(pattern, &captures)));
                let value = run.call(&callee.clone(), Args::one(found), crate::text::Span::default())?;
                out.push_str(&crate::template::print::plain(&value));
            }
        }
        run.spend_bytes(out.len() - out.len().min(start))?;
        start = whole.end();
    }
    out.push_str(&text[start..]);
    Ok(Value::text(out))
}

/// `\1`, `\g<name>` of a replacement.
fn expand(template: &str, captures: &Captures<'_>, out: &mut String) {
    let mut rest = template;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let named = rest.strip_prefix("g<").and_then(|inner| inner.split_once('>'));
        if let Some((name, after)) = named {
            let group = name.parse().map_or_else(|_| captures.name(name), |at| captures.get(at));
            out.push_str(group.map_or("", |group| group.as_str()));
            rest = after;
            continue;
        }
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        match (rest[..digits.min(2)].parse(), rest.chars().next()) {
            (Ok(at), _) => {
                out.push_str(captures.get(at).map_or("", |group| group.as_str()));
                rest = &rest[digits.min(2)..];
            }
            (_, Some('n')) => {
                out.push('\n');
                rest = &rest[1..];
            }
            (_, Some('\\')) => {
                out.push('\\');
                rest = &rest[1..];
            }
            _ => out.push('\\'),
        }
    }
    out.push_str(rest);
}
