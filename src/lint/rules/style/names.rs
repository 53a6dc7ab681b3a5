//! Names that need quotes, that have quotes they do not need, and that are words of the language.

use crate::dialect::Folding;
use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;
use crate::syntax::is_keyword;

use super::unused_alias::unquoted;
use super::words::{Ignored, applies, is_reserved};

/// Names, and whether each is quoted; strings that name a column among them.
fn names<'a>(sheet: &'a Sheet<'_>) -> impl Iterator<Item = (usize, bool)> + 'a {
    let script = sheet.script();
    let strings = sheet.dialect().flag("double_quoted_strings");
    (0..script.tokens.len()).filter_map(move |at| match script.tokens[at].kind {
        Kind::Name => Some((at, false)),
        Kind::Quoted if !(strings && script.word(at).starts_with('"')) => Some((at, true)),
        Kind::String if script.node_kind(script.nodes[script.tokens[at].node].parent) == "alias" => Some((at, true)),
        _ => None,
    })
}

pub(super) fn keywords(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let ignored = Ignored::of(sheet.options());
    for (at, is_quoted) in names(sheet) {
        let word = script.word(at);
        let policy = if is_quoted { "quoted_identifiers_policy" } else { "unquoted_identifiers_policy" };
        let plain = if is_quoted { unquoted(word) } else { word.to_owned() };
        let is_ours = word.chars().count() > 1 && !ignored.has(word) && !word.contains("{{");
        if is_ours
            && is_keyword(&plain)
            && !names_charset(script, at)
            && applies(sheet.options().word(policy), script, at)
        {
            let message = format!("`{word}` is a word of the language, and so a poor name.");
            raised.push(sheet.raise(script.tokens[at].span, message));
        }
    }
}

/// `CHARACTER SET ascii COLLATE ascii_bin`
fn names_charset(script: &Script<'_>, at: usize) -> bool {
    at > 1 && script.is(at - 1, "set") && script.is(at - 2, "character")
}

pub(super) fn special(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let options = sheet.options();
    let ignored = Ignored::of(options);
    let allowed = options.word("additional_allowed_characters");
    let spaces = options.flag("allow_space_in_identifier");
    for (at, is_quoted) in names(sheet) {
        let word = script.word(at);
        let plain = if is_quoted { unquoted(word) } else { word.to_owned() };
        let policy = options.word(if is_quoted { "quoted_identifiers_policy" } else { "unquoted_identifiers_policy" });
        let skipped = ignored.has(word) || ignored.has(&plain) || word.contains("{{") || is_renamed(script, at);
        if skipped || !applies(policy, script, at) || is_path(script, at) || is_extension(script, at) {
            continue;
        }
        let mut name = plain.as_str();
        let node = script.tokens[at].node;
        let in_table = script.up(node, &["relation", "create_clause", "insert_clause"]).is_some();
        if in_table && word.starts_with('`') {
            name = name.strip_suffix('*').unwrap_or(name);
        }
        name = name.strip_prefix('#').filter(|_| !is_quoted).unwrap_or(name);
        let dotted = in_table && (word.starts_with('`') || !is_quoted);
        let known = |c: char| {
            c.is_alphanumeric()
                || c == '_'
                || allowed.contains(c)
                || is_quoted && spaces && c == ' '
                || dotted && matches!(c, '.' | '-')
        };
        let is_stage = !is_quoted && name.starts_with("METADATA$");
        if !name.is_empty() && !is_stage && !name.chars().all(known) {
            let message = format!("`{word}` has signs in it that need quotes wherever it is used.");
            raised.push(sheet.raise(script.tokens[at].span, message));
        }
    }
}

/// A column that gets another name here.
fn is_renamed(script: &Script<'_>, at: usize) -> bool {
    let node = script.tokens[at].node;
    let item = script.up(node, &["select_item", "alias"]).filter(|up| script.node_kind(*up) == "select_item");
    item.is_some_and(|item| script.child(item, "alias").is_some())
}

/// The file in ``FROM text.`path/to/*.txt` ``.
fn is_path(script: &Script<'_>, at: usize) -> bool {
    let word = script.word(at);
    at > 0 && script.tokens[at - 1].kind == Kind::Dot && word.starts_with('`') && word.contains('/')
}

fn is_extension(script: &Script<'_>, at: usize) -> bool {
    (at.saturating_sub(4)..at).any(|before| script.is(before, "extension"))
}

pub(super) fn quotes(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let options = sheet.options();
    let ignored = Ignored::of(options);
    for (at, is_quoted) in names(sheet) {
        let word = script.word(at);
        let plain = if is_quoted { unquoted(word) } else { word.to_owned() };
        if script.tokens[at].kind == Kind::String || ignored.has(&plain) || word.contains("{{") || is_secret(script, at)
        {
            continue;
        }
        if options.flag("prefer_quoted_keywords") && is_keyword(&plain) {
            keyword_quotes(sheet, at, is_quoted, &plain, raised);
            continue;
        }
        let span = script.tokens[at].span;
        if options.flag("prefer_quoted_identifiers") {
            if !is_quoted && !word.starts_with('@') {
                raised.push(sheet.raise(span, format!("`{word}` is to stand in quotes.")));
            }
        } else if is_quoted && is_needless(sheet, &plain) {
            let message = format!("`{word}` needs no quotes.");
            raised.push(sheet.raise(span, message).safe_fix(vec![sheet.edit(span, plain)]));
        }
    }
}

fn keyword_quotes(sheet: &Sheet<'_>, at: usize, is_quoted: bool, plain: &str, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let (span, word) = (script.tokens[at].span, script.word(at));
    let quote = if sheet.options().word("prefer_quoted_keyword_style") == "backticks" { '`' } else { '"' };
    let spelt = format!("{quote}{plain}{quote}");
    let both = sheet.dialect().flag("backticks_or_quotes");
    if is_quoted && (word == spelt || !both) {
        return;
    }
    let message = format!("`{word}` is a word of the language, so as a name it is to stand in quotes.");
    let found = sheet.raise(span, message);
    raised.push(if both { found.safe_fix(vec![sheet.edit(span, spelt)]) } else { found });
}

/// Would it mean the same without quotes?
fn is_needless(sheet: &Sheet<'_>, plain: &str) -> bool {
    let dialect = sheet.dialect();
    let ignores_case = !sheet.options().flag("case_sensitive");
    let folds_to_itself = match dialect.column_folding {
        Folding::Upper => !plain.chars().any(char::is_lowercase),
        Folding::Lower => !plain.chars().any(char::is_uppercase),
        Folding::Insensitive => true,
        Folding::Sensitive => false,
    };
    let starts = plain.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_plain = starts && plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_plain && (ignores_case || folds_to_itself) && !is_reserved(plain)
}

/// `IDENTIFIED BY "password"`
fn is_secret(script: &Script<'_>, at: usize) -> bool {
    at > 0
        && ["by", "replace"].iter().any(|word| script.is(at - 1, word))
        && (0..at).any(|b| script.is(b, "identified"))
}
