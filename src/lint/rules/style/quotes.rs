//! Strings in one kind of quotes, where the dialect takes two.

use crate::lint::finding::Raised;
use crate::lint::script::Kind;
use crate::lint::sheet::Sheet;

pub(super) fn check(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    if !sheet.dialect().flag("double_quoted_strings") && !sheet.options().flag("force_enable") {
        return;
    }
    let said = match sheet.options().word("preferred_quoted_literal_style") {
        "single_quotes" => Some('\''),
        "double_quotes" => Some('"'),
        _ => None,
    };
    let mut wanted = said;
    for at in 0..script.tokens.len() {
        let word = script.word(at);
        let is_string = match script.tokens[at].kind {
            Kind::String => true,
            Kind::Quoted => word.ends_with('"') && sheet.dialect().flag("double_quoted_strings"),
            _ => false,
        };
        let starts = word.trim_start_matches(['r', 'R', 'b', 'B']).starts_with(['\'', '"']);
        let dated = ["date", "time", "datetime", "timestamp"];
        let is_date = at > 0 && dated.iter().any(|kind| script.is(at - 1, kind)) && script.gap(at).is_empty();
        if !is_string || !starts || is_date || word.starts_with('$') {
            continue;
        }
        let Some(last) = word.chars().next_back().filter(|last| matches!(last, '\'' | '"')) else { continue };
        let quote = *wanted.get_or_insert(last);
        let is_plain = !word.contains("{{") && !word.contains("{%");
        let spelt = normal(word, quote, if quote == '"' { '\'' } else { '"' });
        if if is_plain { spelt != word } else { last != quote } {
            let name = if quote == '"' { "double" } else { "single" };
            let span = script.tokens[at].span;
            let found = sheet.raise(span, format!("Strings are to stand in {name} quotes."));
            raised.push(if is_plain { found.safe_fix(vec![sheet.edit(span, spelt)]) } else { found });
        }
    }
}

/// The literal in the wanted quotes, unless that would take more escapes. After Black's normalisation of strings.
fn normal(word: &str, wanted: char, other: char) -> String {
    let value = word.trim_start_matches(['r', 'R', 'b', 'B']);
    let prefix = &word[..word.len() - value.len()];
    let triple = |quote: char| quote.to_string().repeat(3);
    let (old, new) = if value.starts_with(&triple(wanted)) {
        return word.to_owned();
    } else if value.starts_with(wanted) {
        (wanted.to_string(), other.to_string())
    } else if value.starts_with(&triple(other)) {
        (triple(other), triple(wanted))
    } else if value.starts_with(other) {
        (other.to_string(), wanted.to_string())
    } else {
        return word.to_owned();
    };
    let Some(body) = value.strip_prefix(old.as_str()).and_then(|rest| rest.strip_suffix(old.as_str())) else {
        return word.to_owned();
    };
    if old.len() == 1 && bare(body, &old) {
        return word.to_owned();
    }
    let mut word = word.to_owned();
    let mut body = body.to_owned();
    let mut changed = body.clone();
    if prefix.to_ascii_lowercase().contains('r') {
        if bare(&body, &new) {
            return word;
        }
    } else {
        let plain = unescaped(&body, &new);
        if plain != body {
            body.clone_from(&plain);
            word = format!("{prefix}{old}{body}{old}");
        }
        changed = escaped(&unescaped(&plain, &old), &new);
    }
    if new == triple(wanted) && changed.ends_with(wanted) {
        changed.truncate(changed.len() - 1);
        changed.push('\\');
        changed.push(wanted);
    }
    let count = |text: &str| text.matches('\\').count();
    if count(&changed) > count(&body) || count(&changed) == count(&body) && old == wanted.to_string() {
        return word;
    }
    format!("{prefix}{new}{changed}{new}")
}

/// Is the quote there without an escape?
fn bare(body: &str, quote: &str) -> bool {
    each(body, quote).any(|(_, slashes)| slashes % 2 == 0)
}

/// Without the escape that the quote does not need.
fn unescaped(body: &str, quote: &str) -> String {
    let cut: Vec<usize> = each(body, quote).filter(|(_, slashes)| slashes % 2 == 1).map(|(at, _)| at - 1).collect();
    body.char_indices().filter(|(at, _)| !cut.contains(at)).map(|(_, c)| c).collect()
}

/// With an escape before each quote that has none.
fn escaped(body: &str, quote: &str) -> String {
    let mut out = String::new();
    let mut last = 0;
    for (at, slashes) in each(body, quote) {
        out.push_str(&body[last..at]);
        if slashes % 2 == 0 {
            out.push('\\');
        }
        last = at;
    }
    out.push_str(&body[last..]);
    out
}

/// Where the quote stands, and how many backslashes are before it.
fn each<'a>(body: &'a str, quote: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
    body.match_indices(quote).map(|(at, _)| (at, body[..at].len() - body[..at].trim_end_matches('\\').len()))
}
