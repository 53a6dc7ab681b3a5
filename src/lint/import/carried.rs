//! Wishes for rules, one by one, in; the tables of a sluice.toml that say the same out.

use std::collections::{BTreeMap, BTreeSet};

use super::Imported;
use crate::data::{Kind, Value, json};
use crate::lint::page::{OptionKind, Page};
use crate::lint::table;

/// What has been carried over so far.
#[derive(Default)]
pub(super) struct Carried {
    rules: BTreeMap<String, BTreeMap<String, String>>,
    /// Rules that hold for some paths only, by the paths.
    overrides: BTreeMap<Vec<String>, BTreeMap<String, String>>,
    left: BTreeSet<String>,
}

/// The rules that are the same check as `code` of `tool`.
pub(super) fn rules_of(tool: &str, code: &str) -> Vec<&'static Page> {
    let same = |page: &&Page| page.peers.iter().any(|peer| peer.tool == tool && peer.code == code);
    table().iter().filter(same).collect()
}

impl Carried {
    /// Turns a rule on, everywhere or for some paths.
    pub(super) fn on(&mut self, page: &Page, level: &str, paths: &[String]) {
        let level = json::quoted(level);
        if paths.is_empty() {
            self.rules.entry(page.name.clone()).or_default().insert("level".to_owned(), level);
        } else {
            self.overrides.entry(paths.to_vec()).or_default().insert(page.name.clone(), level);
        }
    }

    /// Sets the option of a rule that is called as `key` is, or as its end is; false where there is none.
    pub(super) fn option(&mut self, page: &Page, key: &str, value: &Value) -> bool {
        let ends = key.match_indices('_').map(|(at, _)| &key[at + 1..]);
        let names: Vec<&str> = std::iter::once(key).chain(ends).collect();
        let found = names.iter().find_map(|name| page.options.iter().find(|option| option.name == *name));
        let Some(option) = found else { return false };
        let Some(text) = written(value, option.kind) else { return false };
        self.rules.entry(page.name.clone()).or_default().insert(option.name.clone(), text);
        true
    }

    pub(super) fn left(&mut self, what: String) {
        self.left.insert(what);
    }

    pub(super) fn finish(self) -> Imported {
        let mut toml = String::new();
        for (rule, options) in &self.rules {
            toml.push_str(&format!("[rules.{rule}]\n"));
            options.iter().for_each(|(name, value)| toml.push_str(&format!("{name} = {value}\n")));
            toml.push('\n');
        }
        for (paths, rules) in &self.overrides {
            let paths: Vec<String> = paths.iter().map(|path| json::quoted(path)).collect();
            toml.push_str(&format!("[[overrides]]\npaths = [{}]\n", paths.join(", ")));
            let rules: Vec<String> = rules.iter().map(|(rule, level)| format!("{rule} = {level}")).collect();
            toml.push_str(&format!("rules = {{ {} }}\n\n", rules.join(", ")));
        }
        Imported { dialect: None, toml, left: self.left.into_iter().collect() }
    }
}

/// A value as TOML writes it, where it is of the option's kind.
fn written(value: &Value, kind: OptionKind) -> Option<String> {
    match kind {
        OptionKind::Boolean => value.bool().map(|answer| answer.to_string()),
        OptionKind::Integer => value.integer().map(|number| number.to_string()),
        OptionKind::String => value.scalar().map(|text| json::quoted(&text)),
        OptionKind::Strings => {
            let items: Vec<String> = match &value.kind {
                Kind::Map(_) => return None,
                _ => value.strings().iter().map(|item| json::quoted(item)).collect(),
            };
            Some(format!("[{}]", items.join(", ")))
        }
    }
}

/// `^models/staging/` as a path; `None` where the pattern says more than that.
pub(super) fn folder(pattern: &str) -> Option<String> {
    let path = pattern.trim_start_matches('^').trim_end_matches('$').trim_end_matches(".*").trim_end_matches('/');
    let path = path.strip_prefix("./").unwrap_or(path);
    let plain = |c: char| c.is_alphanumeric() || "_-/ ".contains(c);
    (!path.is_empty() && path.chars().all(plain)).then(|| path.to_owned())
}
