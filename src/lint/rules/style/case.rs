//! Words in upper case, lower case or another, each kind of word as its team has it, or as the file has it first.

use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;

use super::words::{Ignored, applies};

pub(super) fn keywords(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let words = (0..script.tokens.len()).filter(|at| match script.tokens[*at].kind {
        Kind::Keyword | Kind::Unit => true,
        Kind::Operator => script.word(*at).starts_with(char::is_alphabetic),
        _ => false,
    });
    judge(sheet, words, "Keywords", raised);
}

pub(super) fn identifiers(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let policy = sheet.options().word("unquoted_identifiers_policy");
    let safe = sheet.dialect().flag("safe_prefix");
    let words = (0..script.tokens.len()).filter(|at| {
        let is_prefix = safe && script.is(*at, "safe") && script.kind(*at + 1) == Some(Kind::Dot);
        let is_name = script.tokens[*at].kind == Kind::Name && !is_prefix && script.word(*at) != "enableChangeDataFeed";
        is_name && applies(policy, script, *at)
    });
    judge(sheet, words, "Unquoted identifiers", raised);
}

pub(super) fn functions(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    // A function with a schema is the team's own, and may well be told apart by case.
    let plain = |at: usize| at == 0 || script.tokens[at - 1].kind != Kind::Dot;
    let words = (0..script.tokens.len()).filter(|at| {
        script.tokens[*at].kind == Kind::Function && plain(*at) && script.word(*at).starts_with(is_word_start)
    });
    judge(sheet, words, "Function names", raised);
}

pub(super) fn literals(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let words = of_kind(sheet.script(), Kind::Constant);
    judge(sheet, words, "TRUE, FALSE and NULL", raised);
}

pub(super) fn types(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let words = of_kind(sheet.script(), Kind::Type);
    judge(sheet, words, "Types", raised);
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn of_kind<'a>(script: &'a Script<'_>, kind: Kind) -> impl Iterator<Item = usize> + 'a {
    (0..script.tokens.len()).filter(move |at| script.tokens[*at].kind == kind)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Upper,
    Lower,
    Capitalise,
    Pascal,
    Camel,
    Snake,
}

impl Case {
    fn named(word: &str) -> Option<Self> {
        match word {
            "upper" => Some(Case::Upper),
            "lower" => Some(Case::Lower),
            "capitalise" => Some(Case::Capitalise),
            "pascal" => Some(Case::Pascal),
            "camel" => Some(Case::Camel),
            "snake" => Some(Case::Snake),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Case::Upper => "in upper case",
            Case::Lower => "in lower case",
            Case::Capitalise => "capitalised",
            Case::Pascal => "in PascalCase",
            Case::Camel => "in camelCase",
            Case::Snake => "in snake_case",
        }
    }

    fn of(self, word: &str) -> String {
        match self {
            Case::Upper => word.to_ascii_uppercase(),
            Case::Lower => word.to_ascii_lowercase(),
            Case::Capitalise => capitalised(word),
            Case::Pascal => starts(word, char::to_ascii_uppercase),
            Case::Camel => starts(word, char::to_ascii_lowercase),
            Case::Snake => snake(word),
        }
    }
}

/// Walks over words in order; the case a file settles on is the last that all words before had in common.
fn judge(sheet: &Sheet<'_>, words: impl Iterator<Item = usize>, what: &str, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let ignored = Ignored::of(sheet.options());
    let policy = Case::named(sheet.options().word("policy"));
    let mut possible = vec![Case::Upper, Case::Lower, Case::Capitalise];
    let mut settled = Case::Upper;
    for at in words {
        let word = script.word(at);
        if word.is_empty() || ignored.has(word) {
            continue;
        }
        possible.retain(|case| case.of(word) == word && (*case != Case::Lower || starts_lower(word)));
        let wanted = match (policy, possible.first()) {
            (Some(case), _) => case,
            (None, Some(case)) => {
                settled = *case;
                continue;
            }
            (None, None) => settled,
        };
        let spelt = wanted.of(word);
        if spelt != word {
            let as_others = if policy.is_none() { ", as others of this file are" } else { "" };
            let span = script.tokens[at].span;
            let message = format!("{what} are to be {}{as_others}: `{spelt}`.", wanted.word());
            raised.push(sheet.raise(span, message).safe_fix(vec![sheet.edit(span, spelt)]));
        }
    }
}

/// Is its first letter in lower case? A word without letters has none.
fn starts_lower(word: &str) -> bool {
    word.chars().find(|c| c.is_lowercase() || c.is_uppercase()).is_some_and(char::is_lowercase)
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase().to_string()).unwrap_or_default();
    first + &chars.as_str().to_ascii_lowercase()
}

/// The first sign of every run of letters and digits as `spell` has it.
fn starts(word: &str, spell: fn(&char) -> char) -> String {
    let mut inside = false;
    let spelt = word.chars().map(|c| {
        let starts = !inside && c.is_ascii_alphanumeric();
        inside = c.is_ascii_alphanumeric();
        if starts { spell(&c) } else { c }
    });
    spelt.collect()
}

fn snake(word: &str) -> String {
    if word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase) {
        return word.to_ascii_lowercase();
    }
    let mut out = String::new();
    let mut last = ' ';
    for c in word.chars() {
        let cut = (last.is_ascii_lowercase() || last.is_ascii_digit()) && c.is_ascii_uppercase()
            || last.is_ascii_alphabetic() && c.is_ascii_digit()
            || last.is_ascii_digit() && c.is_ascii_alphabetic();
        if cut {
            out.push('_');
        }
        out.push(c);
        last = c;
    }
    out.to_ascii_lowercase()
}
