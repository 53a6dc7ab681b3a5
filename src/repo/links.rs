//! Listed paths with symbolic links in; the files a reader would see behind them out.
//!
//! Links are resolved by name inside the listing, so a commit, the index and the working tree agree. A link that
//! leads out of the repo, or to a file that is no part of the snapshot, is left out with a note.

use std::collections::BTreeMap;

use super::snapshot::Note;
use super::store::{Listed, What};

/// Links behind links are followed this far.
const MAX_HOPS: usize = 16;

const OUTSIDE: &str = "a link that leads out of the repository is not followed";
const NOWHERE: &str = "a link to nothing that is part of this snapshot";

/// Each file under its own path, and again under the path of each link that leads to it.
pub(super) fn resolve<T: Clone>(
    listed: Vec<Listed>,
    notes: &mut Vec<Note>,
    mut entry: impl FnMut(&str, What) -> Option<T>,
) -> BTreeMap<String, T> {
    let mut files = BTreeMap::new();
    let mut links = BTreeMap::new();
    for Listed { path, what } in listed {
        match what {
            What::Skipped(why) => notes.push(Note { path, message: why.to_owned() }),
            What::Link(target) => {
                links.insert(path, target);
            }
            what => files.extend(entry(&path, what).map(|entry| (path, entry))),
        }
    }
    let mut behind = Vec::new();
    for path in links.keys() {
        match destination(path, &links) {
            Ok(target) => {
                let found = reached(path, &target, &files);
                if found.is_empty() {
                    notes.push(Note { path: path.clone(), message: NOWHERE.to_owned() });
                }
                behind.extend(found);
            }
            Err(why) => notes.push(Note { path: path.clone(), message: why.to_owned() }),
        }
    }
    files.extend(behind);
    files
}

/// Where a link leads in the end, by names alone.
fn destination(path: &str, links: &BTreeMap<String, String>) -> Result<String, &'static str> {
    let mut at = path.to_owned();
    for _ in 0..MAX_HOPS {
        let Some((link, rest)) = first_link(&at, links) else { return Ok(at) };
        let folder = link.rsplit_once('/').map_or("", |(folder, _)| folder);
        let target = join(folder, &links[link]).ok_or(OUTSIDE)?;
        at = if rest.is_empty() { target } else { join(&target, rest).ok_or(OUTSIDE)? };
    }
    Err("a link that leads back to itself")
}

/// The first part of `path` that is a link, and what follows it.
fn first_link<'a>(path: &'a str, links: &BTreeMap<String, String>) -> Option<(&'a str, &'a str)> {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    let split = ends.map(|end| (&path[..end], path[end..].trim_start_matches('/')));
    split.into_iter().find(|(prefix, _)| links.contains_key(*prefix))
}

/// `folder/target` with its dots walked; `None` if it leaves the repo.
fn join(folder: &str, target: &str) -> Option<String> {
    let target = target.replace('\\', "/");
    if target.starts_with('/') || target.contains(':') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The file at `target`, or all files under it, named as seen through `link`.
fn reached<T: Clone>(link: &str, target: &str, files: &BTreeMap<String, T>) -> Vec<(String, T)> {
    if let Some(entry) = files.get(target) {
        return vec![(link.to_owned(), entry.clone())];
    }
    // A link to a folder that holds the link itself would repeat the folder without end.
    if target.is_empty() || link.starts_with(&format!("{target}/")) {
        return Vec::new();
    }
    let folder = format!("{target}/");
    let inside = files.range(folder.clone()..).take_while(|(path, _)| path.starts_with(&folder));
    inside.map(|(path, entry)| (format!("{link}/{}", &path[folder.len()..]), entry.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::resolve;
    use crate::repo::store::{Listed, What};

    fn check(links: &[(&str, &str)], expected: &[&str], noted: &[&str]) {
        let file = |path: &&str| Listed { path: (*path).to_owned(), what: What::Loose };
        let link = |(path, to): &(&str, &str)| Listed { path: (*path).to_owned(), what: What::Link((*to).to_owned()) };
        let mut listed: Vec<Listed> = ["a/x.sql", "a/b/y.sql"].iter().map(file).collect();
        listed.extend(links.iter().map(link));
        let mut notes = Vec::new();
        let files = resolve(listed, &mut notes, |_, _| Some(()));
        let paths: Vec<&str> = files.keys().map(String::as_str).filter(|path| !path.starts_with("a/")).collect();
        assert_eq!(paths, expected);
        let notes: Vec<&str> = notes.iter().map(|note| note.path.as_str()).collect();
        assert_eq!(notes, noted);
    }

    #[test]
    fn links_inside_lead_to_files_and_folders() {
        check(&[("l.sql", "a/x.sql")], &["l.sql"], &[]);
        check(&[("c/l", "../a")], &["c/l/b/y.sql", "c/l/x.sql"], &[]);
        check(&[("l", "m/b/y.sql"), ("m", "./a")], &["l", "m/b/y.sql", "m/x.sql"], &[]);
    }

    #[test]
    fn links_outside_to_nothing_or_in_circles_are_noted() {
        check(&[("l", "../../etc/passwd"), ("m", "/etc/passwd"), ("n", "a/z.sql")], &[], &["l", "m", "n"]);
        check(&[("l", "m"), ("m", "l"), ("a/b/up", "..")], &[], &["a/b/up", "l", "m"]);
    }
}
