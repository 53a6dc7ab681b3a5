//! Methods of texts.
#![expect(clippy::disallowed_methods, reason = "templates fold texts as Python does, whatever the SQL dialect")]

use crate::template::filters::text as filter;
use crate::template::format;
use crate::template::function::Args;
use crate::template::lexer::is_space;
use crate::template::marked::{Buffer, From, Text};
use crate::template::operators;
use crate::template::print;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::Value;

pub(super) const METHODS: [&str; 44] = [
    "capitalize",
    "casefold",
    "center",
    "count",
    "encode",
    "decode",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "index",
    "isalnum",
    "isalpha",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];

pub(super) fn call(run: &mut Run<'_>, text: &Text, name: &str, args: &Args) -> Result<Value, Stop> {
    let own = text.as_str();
    run.spend_bytes(own.len())?;
    match name {
        "upper" => Ok(Value::text(own.to_uppercase())),
        "lower" | "casefold" => Ok(Value::text(own.to_lowercase())),
        "title" => Ok(Value::text(filter::title(own, false))),
        "capitalize" => Ok(Value::text(filter::capitalize(own))),
        "swapcase" => Ok(Value::text(own.chars().map(swapped).collect::<String>())),
        "strip" => Ok(Value::Str(strip(text, args, true, true)?)),
        "lstrip" => Ok(Value::Str(strip(text, args, true, false)?)),
        "rstrip" => Ok(Value::Str(strip(text, args, false, true)?)),
        "replace" => replace(run, text, args),
        "split" | "rsplit" => split(run, text, name, args),
        "splitlines" => {
            let lines = lines(text, args.truth(0, "keepends"));
            run.spend(lines.len() / 2)?;
            Ok(Value::list(lines))
        }
        "partition" | "rpartition" => partition(text, name, args),
        "join" => join(run, text, args),
        "format" => Ok(Value::text(format::braces(own, args)?)),
        "encode" | "decode" | "translate" => Ok(Value::Str(text.clone())),
        "startswith" | "endswith" => affix(run, own, name, args),
        "removeprefix" => {
            let start = own.strip_prefix(args.text(0, "prefix")?).map_or(0, |rest| own.len() - rest.len());
            Ok(Value::Str(text.slice(start, own.len())))
        }
        "removesuffix" => {
            let end = own.strip_suffix(args.text(0, "suffix")?).map_or(own.len(), str::len);
            Ok(Value::Str(text.slice(0, end)))
        }
        "find" | "rfind" | "index" | "rindex" | "count" => search(own, name, args),
        "center" | "ljust" | "rjust" | "zfill" => pad(run, own, name, args),
        "expandtabs" => Ok(Value::text(own.replace('\t', "        "))),
        _ => is(own, name),
    }
}

fn swapped(c: char) -> char {
    if c.is_uppercase() { c.to_lowercase().next().unwrap_or(c) } else { c.to_uppercase().next().unwrap_or(c) }
}

fn strip(text: &Text, args: &Args, left: bool, right: bool) -> Result<Text, Stop> {
    let own = text.as_str();
    let letters = match args.get(0, "chars") {
        None | Some(Value::None) => None,
        Some(_) => Some(args.text(0, "chars")?),
    };
    let strips = |c: char| letters.map_or_else(|| is_space(c), |letters| letters.contains(c));
    let start = if left { own.len() - own.trim_start_matches(strips).len() } else { 0 };
    let end = if right { own.trim_end_matches(strips).len() } else { own.len() };
    Ok(text.slice(start.min(end), end))
}

fn replace(run: &mut Run<'_>, text: &Text, args: &Args) -> Result<Value, Stop> {
    let (old, new) = (args.text(0, "old")?, args.need(1, "new")?);
    args.text(1, "new")?;
    let most = args.int(2, "count").and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
    let new = print::text(new);
    replaced(run, text, old, &new, most).map(Value::Str)
}

/// A text with the first `most` of `old` replaced; what stays keeps its origin.
pub(in crate::template) fn replaced(
    run: &mut Run<'_>,
    text: &Text,
    old: &str,
    new: &Text,
    most: usize,
) -> Result<Text, Stop> {
    let own = text.as_str();
    let found = own.match_indices(old).take(most).count();
    if found == 0 {
        return Ok(text.clone());
    }
    run.spend(found / 4)?;
    run.spend_bytes(own.len() + found.saturating_mul(new.as_str().len()))?;
    let mut buffer = Buffer::default();
    let mut start = 0;
    for (at, found) in own.match_indices(old).take(most) {
        buffer.push_slice(text, start, at);
        buffer.push_text(new, From::Nowhere);
        start = at + found.len();
    }
    buffer.push_slice(text, start, own.len());
    Ok(buffer.finish())
}

fn split(run: &mut Run<'_>, text: &Text, name: &str, args: &Args) -> Result<Value, Stop> {
    let own = text.as_str();
    let most = args.int(1, "maxsplit").and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    let part = |piece: &str| {
        let start = piece.as_ptr() as usize - own.as_ptr() as usize;
        Value::Str(text.slice(start, start + piece.len()))
    };
    let pieces: Vec<&str> = match args.get(0, "sep") {
        None | Some(Value::None) => words(own, most, name == "rsplit"),
        Some(_) => {
            let separator = args.text(0, "sep")?;
            if separator.is_empty() {
                return Err(Stop::fault("`split` needs a separator that is not empty"));
            }
            if name == "split" {
                own.splitn(most.saturating_add(1), separator).collect()
            } else {
                let mut pieces: Vec<_> = own.rsplitn(most.saturating_add(1), separator).collect();
                pieces.reverse();
                pieces
            }
        }
    };
    run.spend(pieces.len())?;
    Ok(Value::list(pieces.into_iter().map(part)))
}

/// Words between white space; after `most` splits the rest stays whole.
fn words(text: &str, most: usize, from_right: bool) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = if from_right { text.trim_end_matches(is_space) } else { text.trim_start_matches(is_space) };
    while !rest.is_empty() {
        if words.len() == most {
            words.push(if from_right { rest.trim_start_matches(is_space) } else { rest.trim_end_matches(is_space) });
            break;
        }
        if from_right {
            let start = rest.rfind(is_space).map_or(0, |at| at + rest[at..].chars().next().map_or(1, char::len_utf8));
            words.push(&rest[start..]);
            rest = rest[..start].trim_end_matches(is_space);
        } else {
            let end = rest.find(is_space).unwrap_or(rest.len());
            words.push(&rest[..end]);
            rest = rest[end..].trim_start_matches(is_space);
        }
    }
    if from_right {
        words.retain(|word| !word.is_empty());
        words.reverse();
    }
    words
}

fn lines(text: &Text, keep_ends: bool) -> Vec<Value> {
    let own = text.as_str();
    let mut start = 0;
    let mut lines = Vec::new();
    while start < own.len() {
        let line = own[start..].find(['\n', '\r']).map_or(own.len(), |at| start + at);
        let end = line + if own[line..].starts_with("\r\n") { 2 } else { usize::from(line < own.len()) };
        lines.push(Value::Str(text.slice(start, if keep_ends { end } else { line })));
        start = end;
    }
    lines
}

fn partition(text: &Text, name: &str, args: &Args) -> Result<Value, Stop> {
    let own = text.as_str();
    let separator = args.text(0, "sep")?;
    let found = if name == "partition" { own.find(separator) } else { own.rfind(separator) };
    let part = |start: usize, end: usize| Value::Str(text.slice(start, end));
    Ok(match (found, name) {
        (Some(at), _) => {
            let after = at + separator.len();
            Value::tuple([part(0, at), part(at, after), part(after, own.len())])
        }
        (None, "partition") => Value::tuple([Value::Str(text.clone()), Value::text(""), Value::text("")]),
        (None, _) => Value::tuple([Value::text(""), Value::text(""), Value::Str(text.clone())]),
    })
}

fn join(run: &mut Run<'_>, separator: &Text, args: &Args) -> Result<Value, Stop> {
    let items = run.items(args.need(0, "iterable")?)?;
    let mut parts = Vec::with_capacity(items.len() * 2);
    for item in items {
        let Value::Str(item) = item else {
            let stop = Stop::fault(format!("`join` of a text needs texts, not a {}", item.kind()));
            return Err(stop.help("The filter `| join(..)` takes any values."));
        };
        if !parts.is_empty() {
            parts.push(separator.clone());
        }
        run.spend_bytes(item.as_str().len() + separator.as_str().len())?;
        parts.push(item);
    }
    operators::join(&parts)
}

fn affix(run: &mut Run<'_>, own: &str, name: &str, args: &Args) -> Result<Value, Stop> {
    let wanted = args.need(0, "prefix")?;
    let candidates = if matches!(wanted, Value::Tuple(_)) {
        run.items(wanted)?
    } else {
        args.text(0, "prefix")?;
        vec![wanted.clone()]
    };
    let fits = |part: &str| if name == "startswith" { own.starts_with(part) } else { own.ends_with(part) };
    Ok(Value::Bool(candidates.iter().filter_map(Value::as_str).any(fits)))
}

fn search(own: &str, name: &str, args: &Args) -> Result<Value, Stop> {
    let part = args.text(0, "sub")?;
    let from = args.count(1, "start").unwrap_or(0);
    let from = own.char_indices().nth(from).map_or(own.len(), |(at, _)| at);
    if name == "count" {
        return Ok(Value::count(own[from..].matches(part).count()));
    }
    let found = if name.starts_with('r') { own[from..].rfind(part) } else { own[from..].find(part) };
    match found {
        Some(at) => Ok(Value::count(own[..from + at].chars().count())),
        None if name.ends_with("find") => Ok(Value::Int(-1)),
        None => Err(Stop::fault(format!("`{part}` is not in this text"))),
    }
}

fn pad(run: &mut Run<'_>, own: &str, name: &str, args: &Args) -> Result<Value, Stop> {
    let width = args.int(0, "width").and_then(|width| usize::try_from(width).ok()).unwrap_or(0);
    run.spend_bytes(width)?;
    let fill = args.get(1, "fillchar").and_then(Value::as_str).and_then(|fill| fill.chars().next()).unwrap_or(' ');
    let missing = width.saturating_sub(own.chars().count());
    let repeat = |c: char, times: usize| std::iter::repeat_n(c, times).collect::<String>();
    Ok(Value::text(match name {
        "ljust" => format!("{own}{}", repeat(fill, missing)),
        "rjust" => format!("{}{own}", repeat(fill, missing)),
        "zfill" => {
            let digits = own.trim_start_matches(['-', '+']);
            let sign = &own[..(own.len() - digits.len()).min(1)];
            format!("{sign}{}{}", repeat('0', missing), &own[sign.len()..])
        }
        _ => {
            // Python puts the odd space on the left where the width is odd.
            let left = missing / 2 + (missing & width & 1);
            format!("{}{own}{}", repeat(fill, left), repeat(fill, missing - left))
        }
    }))
}

fn is(own: &str, name: &str) -> Result<Value, Stop> {
    let all = |test: fn(char) -> bool| !own.is_empty() && own.chars().all(test);
    Ok(Value::Bool(match name {
        "isdigit" | "isdecimal" | "isnumeric" => all(char::is_numeric),
        "isalpha" => all(char::is_alphabetic),
        "isalnum" => all(char::is_alphanumeric),
        "isspace" => all(is_space),
        "isupper" => own.chars().any(char::is_uppercase) && !own.chars().any(char::is_lowercase),
        "islower" => own.chars().any(char::is_lowercase) && !own.chars().any(char::is_uppercase),
        "istitle" => !own.is_empty() && filter::title(own, false) == own,
        "isidentifier" => all(|c| c == '_' || c.is_alphanumeric()) && !own.starts_with(|c: char| c.is_numeric()),
        _ => return Err(Stop::fault(format!("a text has no method `{name}`"))),
    }))
}
