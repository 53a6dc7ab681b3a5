//! Texts with Jinja in, the files they include, import from or extend out, with the files those take from in turn.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::project::MacroFile;
use crate::project::files::{Files, join, parent};
use crate::text::FileId;

const TAGS: [&str; 4] = ["include", "import", "from", "extends"];

/// More files than this belong to no template.
const MOST: usize = 5_000;

/// What is looked through: `texts` are the files with templates; names are looked for in the folder of the text that
/// is rendered, then in `folders`, then beside the text that says the name.
pub(super) fn includes<'t>(
    texts: impl Iterator<Item = (&'t FileId, &'t str)>,
    folders: &[String],
    package: &str,
    files: &dyn Files,
) -> Vec<MacroFile> {
    let mut found: BTreeMap<String, Option<MacroFile>> = BTreeMap::new();
    let mut read = |path: String| {
        let entry = found.entry(path).or_insert_with_key(|path| {
            let file = FileId::new(path);
            let text = files.text(&file).ok()?;
            Some(MacroFile { package: package.to_owned(), digest: files.digest(&file), file, text })
        });
        entry.clone()
    };
    for (model, text) in texts.filter(|(_, text)| text.contains("{%")) {
        let home = parent(model.path());
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut open: Vec<(String, Arc<str>)> = vec![(model.path().to_owned(), Arc::from(text))];
        while let Some((path, text)) = open.pop() {
            for name in names(&text) {
                let tried = [home].into_iter().chain(folders.iter().map(String::as_str)).chain([parent(&path)]);
                for path in tried.filter_map(|folder| join(folder, &name)) {
                    if seen.len() < MOST && seen.insert(path.clone()) {
                        open.extend(read(path).map(|file| (file.file.path().to_owned(), file.text)));
                    }
                }
            }
        }
    }
    found.into_values().flatten().collect()
}

/// The names of files that a text may take from: those its tags say, and where a tag names none, every quoted text.
fn names(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut unsaid = false;
    for tag in text.split("{%").skip(1) {
        let tag = tag.trim_start_matches(['-', '+']).trim_start();
        let word = tag.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        if !TAGS.contains(&word) {
            continue;
        }
        let end = tag.find("%}").unwrap_or(tag.len());
        let said = quoted(&tag[..end]);
        unsaid |= said.is_empty() || tag[..end].contains(['~', '+']);
        names.extend(said);
    }
    if unsaid {
        names.extend(quoted(text).into_iter().filter(|name| name.contains('.') && !name.contains('\n')));
    }
    names
}

/// Whether a text is a library: it defines macros, and says nothing outside them.
pub(super) fn is_library(text: &str) -> bool {
    let (mut rest, mut depth, mut defines) = (text, 0usize, false);
    while let Some(at) = rest.find("{%").into_iter().chain(rest.find("{#")).chain(rest.find("{{")).min() {
        let outside = rest[..at].trim_start_matches('\u{feff}').trim();
        let tag = &rest[at..];
        let close = match &tag[..2] {
            "{%" => "%}",
            "{#" => "#}",
            _ => "}}",
        };
        let end = tag.find(close).map_or(tag.len(), |found| found + 2);
        if depth == 0 && (!outside.is_empty() || close == "}}") {
            return false;
        }
        let word = tag[2..].trim_start_matches(['-', '+']).trim_start();
        if close == "%}" && word.starts_with("macro") {
            (depth, defines) = (depth + 1, true);
        } else if close == "%}" && word.starts_with("endmacro") {
            depth = depth.saturating_sub(1);
        }
        rest = &tag[end..];
    }
    defines && depth == 0 && rest.trim().is_empty()
}

/// Every text in quotes, of those that a path may be.
fn quoted(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\'', '"']) {
        let quote = &rest[at..=at];
        let Some(end) = rest[at + 1..].find(quote) else { break };
        let inner = &rest[at + 1..at + 1 + end];
        if !inner.is_empty() && inner.len() < 300 {
            found.push(inner.to_owned());
        }
        rest = &rest[at + 2 + end..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{includes, is_library};
    use crate::project::files::memory::Memory;
    use crate::text::FileId;

    fn check(files: &[(&str, &str)], folders: &[&str], expected: &[&str]) {
        let models = [(FileId::new(files[0].0), files[0].1)];
        let folders: Vec<String> = folders.iter().map(|folder| (*folder).to_owned()).collect();
        let found = includes(models.iter().map(|(file, text)| (file, *text)), &folders, "p", &Memory::of(files));
        let found: Vec<&str> = found.iter().map(|file| file.file.path()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn files_are_found_beside_the_text_and_in_the_folders() {
        let files = [
            ("a/m.sql", "{% include 'x.sql' %}{%- from \"lib/y.sql\" import f %}"),
            ("a/x.sql", ""),
            ("lib/y.sql", "{% extends 'z.sql' %}"),
            ("lib/z.sql", ""),
            ("unread.sql", ""),
        ];
        check(&files, &[""], &["a/x.sql", "lib/y.sql", "lib/z.sql"]);
    }

    #[test]
    fn a_name_in_a_variable_is_looked_for_among_all_texts() {
        let files = [("m.sql", "{% set t = 'x.sql' %}{% include t %}"), ("x.sql", "")];
        check(&files, &[""], &["x.sql"]);
    }

    #[test]
    fn a_library_says_nothing_outside_its_macros() {
        assert!(is_library("{# about #}\n{% macro f(x) %}select {{ x }}{% endmacro %}\n{%- set y = 1 -%}\n"));
        for text in [
            "select 1",
            "{% macro f() %}{% endmacro %}select 1",
            "{% macro f() %}{% endmacro %}{{ f() }}",
            "{% macro f() %}",
            "",
        ] {
            assert!(!is_library(text), "{text}");
        }
    }

    #[test]
    fn what_takes_from_itself_comes_to_an_end() {
        check(&[("m.sql", "{% include 'm.sql' %}{% include ['no.sql', 'm.sql'] %}")], &[""], &["m.sql"]);
    }
}
