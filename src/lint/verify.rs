//! A page in, what its examples promise and do not hold out: each is compiled and checked like a user's repo.

use std::collections::BTreeMap;
use std::path::Path;

use crate::compile::{Around, Cache, Compilation, compile};
use crate::diagnostic::Severity;
use crate::repo::{Disk, Repo, RepoError};
use crate::text::{FileId, LineIndex};

use super::change::Base;
use super::check::check;
use super::example::Example;
use super::finding::Finding;
use super::level::Selection;
use super::page::Page;

/// The day on which the examples are checked.
const TODAY: &str = "2026-01-01";

/// Runs the examples of a page. `folder` is any empty folder outside git; nothing is written to it.
///
/// Each string names an example by its line and says what was expected of it and what came.
pub fn verify(page: &Page, folder: &Path) -> Result<Vec<String>, RepoError> {
    verify_with(page, None, folder)
}

/// [`verify`], of a team's own rule: its page (`text`) stands in each example's repo.
pub fn verify_own(page: &Page, text: &str, folder: &Path) -> Result<Vec<String>, RepoError> {
    verify_with(page, Some(text), folder)
}

fn verify_with(page: &Page, own: Option<&str>, folder: &Path) -> Result<Vec<String>, RepoError> {
    let mut complaints = Vec::new();
    for example in &page.examples {
        let found = run(page, own, example, folder)?;
        let mut fired: Vec<(String, u32)> = found
            .iter()
            .filter(|finding| finding.diagnostic.rule == page.name)
            .map(|finding| line_of(example, finding))
            .collect();
        fired.sort();
        if fired != example.findings {
            complaints.push(format!(
                "{} ({}): marked are {}, found are {}",
                example.line,
                example.name,
                lines(&example.findings),
                lines(&fired)
            ));
        }
        let other =
            |finding: &&Finding| finding.diagnostic.rule != page.name && finding.diagnostic.severity == Severity::Error;
        if let Some(other) = found.iter().find(other).filter(|_| example.findings.is_empty()) {
            let (rule, message) = (&other.diagnostic.rule, &other.diagnostic.message);
            complaints.push(format!("{} ({}): wrong in another way, {rule}: {message}", example.line, example.name));
        }
    }
    Ok(complaints)
}

fn run(page: &Page, own: Option<&str>, example: &Example, folder: &Path) -> Result<Vec<Finding>, RepoError> {
    let cache = Cache::default();
    let with_own = |files: &BTreeMap<String, String>| {
        let own = own.map(|text| (format!(".sluice/rules/{}.md", page.name), text.to_owned()));
        files.clone().into_iter().chain(own).collect::<BTreeMap<_, _>>()
    };
    let head = compiled(&with_own(&example.head), folder, &cache)?;
    let base = match example.base.is_empty() {
        true => None,
        false => Some(compiled(&with_own(&example.base), folder, &cache)?),
    };
    let base = base.as_ref().map(|compilation| Base { compilation });
    let today = Some(TODAY.to_owned());
    let selection = Selection { extend_select: vec![page.name.clone()], today, ..Selection::default() };
    Ok(check(&head, base.as_ref(), &selection).findings)
}

fn compiled(files: &BTreeMap<String, String>, folder: &Path, cache: &Cache) -> Result<Compilation, RepoError> {
    let buffers = files.iter().map(|(path, text)| (FileId::new(path), text.clone())).collect();
    let snapshot = Repo::discover(folder)?.worktree()?.with_buffers(buffers);
    let around = Around { disk: &Disk::new(folder), home_profiles: None, progress: &|_, _, _| () };
    Ok(compile(&snapshot, &around, cache))
}

fn line_of(example: &Example, finding: &Finding) -> (String, u32) {
    let place = &finding.diagnostic.place;
    let text = example.head.get(place.file.path()).map_or("", String::as_str);
    (place.file.path().to_owned(), LineIndex::new(text).position(text, place.span.start).line)
}

fn lines(places: &[(String, u32)]) -> String {
    let places: Vec<String> = places.iter().map(|(path, line)| format!("{path}:{line}")).collect();
    if places.is_empty() { "none".to_owned() } else { places.join(", ") }
}
