//! How wide a gap must be for a token to stand below its like in the lines around it.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;

use super::kinds::names;

/// Things of one name line up, within a clause or statement, brackets of one depth or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alignment {
    pub(super) of: String,
    pub(super) within: Option<String>,
    pub(super) scope: Option<String>,
}

/// The gap before a token; `None` where there is nothing to line up with.
pub(super) fn width(sheet: &Sheet<'_>, alignment: &Alignment, at: usize) -> Option<String> {
    let script = sheet.script();
    let tokens = within(script, alignment, at)?;
    let equals = sheet.dialect().flag("equals_alias");
    let bracketed = alignment.scope.as_deref() == Some("bracketed");
    let mut lines: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut token = tokens.start;
    while token < tokens.end {
        if bracketed && script.tokens[token].kind == Kind::Open {
            token = script.tokens[token].pair.unwrap_or(token) + 1;
            continue;
        }
        if names(script, token, equals).contains(&alignment.of.as_str()) {
            lines.entry(line_start(script, token)).or_default().push(token);
        }
        token += 1;
    }
    let index = lines.get(&line_start(script, at))?.iter().position(|token| *token == at)?;
    let like: Vec<usize> = lines.values().filter_map(|line| line.get(index).copied()).collect();
    if like.len() <= 1 {
        return None;
    }
    let tabs = sheet.options_of("indentation").word("indent_unit") == "tab";
    let tab = sheet.options_of("indentation").number("tab_space_size").max(1) as usize;
    let end = |token: usize| column(script, token, if tabs { tab } else { 1 });
    let furthest = like.iter().map(|token| end(*token)).max()?;
    let own = end(at);
    if !tabs {
        return Some(" ".repeat((1 + furthest).saturating_sub(own).max(1)));
    }
    let target = (furthest / tab + 1) * tab;
    let (mut count, mut place) = (0, own);
    while place < target {
        place = (place / tab + 1) * tab;
        count += 1;
    }
    Some("\t".repeat(count))
}

/// Where the line of a token starts.
fn line_start(script: &Script<'_>, token: usize) -> usize {
    script.text[..script.tokens[token].span.start as usize].rfind('\n').map_or(0, |at| at + 1)
}

/// The column behind the code before a token, a tab being as wide as `tab`.
fn column(script: &Script<'_>, token: usize, tab: usize) -> usize {
    let start = line_start(script, token);
    let end = token.checked_sub(1).map_or(0, |before| script.tokens[before].span.end as usize).max(start);
    script.text[start..end].chars().fold(0, |at, c| if c == '\t' && tab > 1 { (at / tab + 1) * tab } else { at + 1 })
}

/// The tokens within which things line up.
fn within(script: &Script<'_>, alignment: &Alignment, at: usize) -> Option<Range<usize>> {
    let node = script.tokens[at].node;
    match alignment.within.as_deref()? {
        "select_clause" => script.up(node, &["select_clause"]).map(|clause| script.tokens_of(clause)),
        "select_statement" => {
            let selects = script.selects().into_iter().filter(|select| select.tokens.contains(&at));
            selects.max_by_key(|select| select.tokens.start).map(|select| select.tokens)
        }
        "file" => Some(0..script.tokens.len()),
        _ => script.up(node, &["statement"]).map(|statement| script.tokens_of(statement)),
    }
}
