//! Dotted names of relations in; the one that a name in FROM means, written in full or in part, out.

use std::collections::BTreeMap;

/// Finds relations by the ends of their names. Case does not count: names that differ in it alone are one.
#[derive(Clone, Debug, Default)]
pub(super) struct NameIndex {
    /// By every ending of a name (`t1`, `main.t1`), those that have it, and whether it is their whole name.
    endings: BTreeMap<String, Vec<(usize, bool)>>,
}

impl NameIndex {
    /// `parts` from the outermost on; `item` is what `find` gives back.
    pub(super) fn add<'a>(&mut self, parts: impl IntoIterator<Item = &'a str>, item: usize) {
        let parts: Vec<String> = parts.into_iter().map(str::to_ascii_lowercase).collect();
        for start in 0..parts.len() {
            let ending = self.endings.entry(parts[start..].join(".")).or_default();
            if !ending.contains(&(item, start == 0)) {
                ending.push((item, start == 0));
            }
        }
    }

    /// The item whose name ends as `parts` do; a name may also say more than we know (`db.main.t1` for `main.t1`).
    /// `None` where there is none, or several and no way to tell.
    pub(super) fn find<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Option<usize> {
        let parts: Vec<String> = parts.into_iter().map(str::to_ascii_lowercase).collect();
        for start in 0..parts.len() {
            let Some(found) = self.endings.get(&parts[start..].join(".")) else { continue };
            let whole: Vec<usize> = found.iter().filter(|(_, whole)| *whole).map(|(item, _)| *item).collect();
            match (whole.as_slice(), found.as_slice(), start) {
                ([one], ..) | ([], [(one, _)], 0) => return Some(*one),
                _ => {}
            }
        }
        None
    }
}

/// The parts of a dotted name as a dialect may quote it, without their quotes.
pub(super) fn split_name(name: &str) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut closing = None;
    for c in name.trim().chars() {
        match (closing, c) {
            (Some(quote), c) if c == quote => closing = None,
            (Some('`') | None, '.') => parts.push(std::mem::take(&mut part)),
            (None, '"') => closing = Some('"'),
            (None, '`') => closing = Some('`'),
            (None, '[') => closing = Some(']'),
            (_, c) => part.push(c),
        }
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::{NameIndex, split_name};

    fn check(known: &[&str], name: &str) -> Option<usize> {
        let mut index = NameIndex::default();
        known.iter().enumerate().for_each(|(item, name)| index.add(split_name(name).iter().map(String::as_str), item));
        index.find(split_name(name).iter().map(String::as_str))
    }

    #[test]
    fn endings_and_more_than_the_whole_are_found() {
        let known = ["db.main.t1", "other.t2", "t3"];
        assert_eq!(check(&known, "T1"), Some(0));
        assert_eq!(check(&known, "main.t1"), Some(0));
        assert_eq!(check(&known, "db.other.t2"), Some(1));
        assert_eq!(check(&known, "any.t3"), Some(2));
        assert_eq!(check(&known, "else.t1"), None);
    }

    #[test]
    fn an_ambiguous_name_means_nothing_unless_it_is_whole() {
        assert_eq!(check(&["a.t", "b.t"], "t"), None);
        assert_eq!(check(&["a.t", "t"], "t"), Some(1));
        assert_eq!(check(&["a.t", "b.t"], "b.t"), Some(1));
    }

    #[test]
    fn quotes_of_all_dialects_go() {
        assert_eq!(split_name("\"db\".\"my.schema\".t"), ["db", "my.schema", "t"]);
        assert_eq!(split_name("`project.data.t`"), ["project", "data", "t"]);
        assert_eq!(split_name("[dbo].[t]"), ["dbo", "t"]);
    }
}
