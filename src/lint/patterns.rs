//! A rule's option that lists patterns in, each compiled, with where it applies, out.

use regex::Regex;

use crate::data::Value;
use crate::project::Globs;
use crate::text::{FileId, Place};

use super::finding::Raised;
use super::scene::Stage;

/// Patterns, each for all of a project or for a layer or folder of it: `^[a-z_]+$`, `staging: ^stg_`.
pub(super) struct Patterns(Vec<Pattern>);

/// One item: what stands before `: `, and the expression behind it.
pub(super) struct Pattern {
    pub(super) before: Option<String>,
    paths: Globs,
    pub(super) regex: Regex,
    pub(super) text: String,
}

impl Patterns {
    /// Reads the option; an item that is no regular expression is told where the settings write it.
    pub(super) fn read(stage: &Stage<'_>, option: &str, found: &mut Vec<Raised>) -> Self {
        let mut patterns = Vec::new();
        for item in stage.options().words(option) {
            let (before, text) = split(&item);
            match Regex::new(text) {
                Ok(regex) => {
                    let paths = Globs::new(before.as_slice());
                    patterns.push(Pattern { before: before.map(str::to_owned), paths, regex, text: text.to_owned() });
                }
                Err(fault) => {
                    let why = fault.to_string();
                    let why = why.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned();
                    let message = format!("`{text}` is no regular expression: {why}.");
                    found.push(
                        Raised::at(place(stage, option), message, &item)
                            .help("Nothing is judged by it until it is mended."),
                    );
                }
            }
        }
        Patterns(patterns)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Pattern> {
        self.0.iter()
    }

    /// The patterns that apply here, in words, where the name matches none of them.
    pub(super) fn miss(&self, name: &str, path: &str, layer: Option<&str>) -> Option<String> {
        let applies = |pattern: &&Pattern| match &pattern.before {
            None => true,
            Some(before) => layer == Some(before) || pattern.paths.matches(path),
        };
        let judged: Vec<&Pattern> = self.0.iter().filter(applies).collect();
        if judged.is_empty() || judged.iter().any(|pattern| pattern.regex.is_match(name)) {
            return None;
        }
        Some(judged.iter().map(|pattern| format!("`{}`", pattern.text)).collect::<Vec<_>>().join(" or "))
    }
}

/// `staging: ^stg_` as what stands before the colon and what behind. A colon inside an expression splits nothing.
pub(super) fn split(item: &str) -> (Option<&str>, &str) {
    let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || "_-/.* ".contains(c));
    match item.split_once(": ") {
        Some((before, text)) if plain(before) && !before.trim().is_empty() => (Some(before.trim()), text.trim()),
        _ => (None, item.trim()),
    }
}

/// Where the settings write an option.
fn place(stage: &Stage<'_>, option: &str) -> Place {
    let setting = stage.project.settings.rules.get(&stage.page.name);
    let value: Option<&Value> = setting.and_then(|setting| setting.options.get(option));
    let file = setting.and_then(|setting| setting.place.as_ref()).map(|place| place.file.clone());
    let file = file.unwrap_or_else(|| FileId::new("sluice.toml"));
    value.map_or_else(|| Place::top(&file), |value| Place::new(&file, value.span))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_layer_or_folder_may_stand_before_the_colon() {
        assert_eq!(split("staging: ^stg_"), (Some("staging"), "^stg_"));
        assert_eq!(split("models/marts/**: ^(fct|dim)_"), (Some("models/marts/**"), "^(fct|dim)_"));
        assert_eq!(split("^a: b$"), (None, "^a: b$"));
        assert_eq!(split("(?i:x)"), (None, "(?i:x)"));
    }
}
