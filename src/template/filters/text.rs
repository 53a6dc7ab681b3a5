//! Filters over texts.
#![expect(clippy::disallowed_methods, reason = "templates fold texts as Python does, whatever the SQL dialect")]

use std::fmt::Write;

use crate::template::function::Args;
use crate::template::lexer::is_space;
use crate::template::marked::Text;
use crate::template::methods;
use crate::template::operators;
use crate::template::print;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::Value;

pub(super) fn apply(run: &mut Run<'_>, name: &str, value: &Value, args: &Args) -> Result<Value, Stop> {
    let text = print::text(value);
    let own = text.as_str();
    run.spend_bytes(own.len())?;
    match name {
        "upper" => Ok(Value::text(own.to_uppercase())),
        "lower" => Ok(Value::text(own.to_lowercase())),
        "title" => Ok(Value::text(title(own, true))),
        "capitalize" => Ok(Value::text(capitalize(own))),
        "trim" => methods::call(run, &Value::Str(text), "strip", args),
        "replace" => {
            let old = print::plain(args.need(0, "old")?);
            let new = print::text(args.need(1, "new")?);
            let most = args.int(2, "count").and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
            crate::template::methods::replaced(run, &text, &old, &new, most).map(Value::Str)
        }
        "center" => {
            let width = args.get(0, "width").cloned().unwrap_or(Value::Int(80));
            methods::call(run, &Value::Str(text), "center", &Args::one(width))
        }
        "indent" => indent(run, &text, args),
        "truncate" => Ok(Value::Str(truncate(&text, args)?)),
        "wordcount" => Ok(Value::count(words(own))),
        "wordwrap" => Ok(Value::text(wordwrap(own, args))),
        "e" | "escape" | "forceescape" => Ok(Value::text(escape(own))),
        "striptags" => Ok(Value::text(striptags(own))),
        "urlencode" => Ok(Value::text(urlencode(own))),
        "xmlattr" => xmlattr(run, value),
        _ => Ok(Value::Str(text)),
    }
}

/// `Title Case`; Jinja starts words after spaces and brackets, Python after anything but a letter.
pub(in crate::template) fn title(text: &str, jinja: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut start = true;
    for c in text.chars() {
        if start {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        start = if jinja { c.is_whitespace() || "-({[<".contains(c) } else { !c.is_alphabetic() };
    }
    out
}

pub(in crate::template) fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect())
}

fn indent(run: &mut Run<'_>, text: &Text, args: &Args) -> Result<Value, Stop> {
    let indentation = match args.get(0, "width") {
        Some(Value::Str(width)) => width.clone(),
        width => {
            let width = width.map_or(Some(4), Value::as_count).unwrap_or(0).min(1000);
            Text::from(" ".repeat(width))
        }
    };
    let (first, blank) = (args.truth(1, "first"), args.truth(2, "blank"));
    let own = text.as_str();
    let mut parts = Vec::new();
    let mut start = 0;
    while start <= own.len() {
        let end = own[start..].find('\n').map_or(own.len(), |at| start + at + 1);
        let line = own[start..end].trim_end_matches('\n');
        if (start > 0 || first) && (blank || !line.is_empty() || (start == 0 && first)) {
            run.spend_bytes(indentation.as_str().len())?;
            parts.push(indentation.clone());
        }
        parts.push(text.slice(start, end));
        if end == own.len() && !own[start..end].ends_with('\n') {
            break;
        }
        start = end;
    }
    operators::join(&parts)
}

fn truncate(text: &Text, args: &Args) -> Result<Text, Stop> {
    let length = args.count(0, "length").unwrap_or(255);
    let end = args.get(2, "end").and_then(Value::as_str).unwrap_or("...");
    let leeway = args.count(3, "leeway").unwrap_or(5);
    let own = text.as_str();
    if own.chars().count() <= length.saturating_add(leeway) {
        return Ok(text.clone());
    }
    let room =
        length.checked_sub(end.chars().count()).ok_or_else(|| Stop::fault("`truncate` leaves no room for its end"))?;
    let cut: String = own.chars().take(room).collect();
    if args.truth(1, "killwords") {
        return Ok(Text::from(cut + end));
    }
    let kept = cut.rsplit_once(' ').map_or(cut.as_str(), |(kept, _)| kept);
    Ok(Text::from(format!("{kept}{end}")))
}

fn words(text: &str) -> usize {
    text.split(|c: char| !(c == '_' || c.is_alphanumeric())).filter(|word| !word.is_empty()).count()
}

fn wordwrap(text: &str, args: &Args) -> String {
    let width = args.count(0, "width").unwrap_or(79).max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(is_space) {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            while line.chars().count() > width {
                let rest = line.split_off(line.char_indices().nth(width).map_or(line.len(), |(at, _)| at));
                lines.push(std::mem::replace(&mut line, rest));
            }
        }
        lines.push(line);
    }
    lines.join("\n")
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&#39;"),
            '"' => out.push_str("&#34;"),
            c => out.push(c),
        }
    }
    out
}

fn striptags(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn urlencode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn xmlattr(run: &mut Run<'_>, value: &Value) -> Result<Value, Stop> {
    let pairs = methods::call(run, value, "items", &Args::default())?;
    let mut out = String::new();
    for pair in run.items(&pairs)? {
        if let [key, value] = &run.items(&pair)?[..]
            && !value.is_none()
            && !value.is_undefined()
        {
            let _ = write!(out, " {}=\"{}\"", print::plain(key), escape(&print::plain(value)));
        }
    }
    Ok(Value::text(out))
}
