//! A CSV file in, what a seed made of it holds out: columns, types, which are unique, which have gaps.

use std::collections::{BTreeMap, BTreeSet};

use super::infer::{Inference, is_empty};
use crate::data::{self, Fault};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::SeedColumn;
use crate::project::files::{Files, unreadable};
use crate::text::{Digest, FileId, Hasher, Place};

/// Seeds above this size are read by their head only, as dbt hashes only their path.
const LARGE: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Content {
    pub(super) columns: Vec<SeedColumn>,
    pub(super) rows: usize,
    pub(super) sampled: bool,
    /// Which rows there are.
    pub(super) row_set: Digest,
}

/// The content of a file; `declared` types are by lower-case name.
pub(super) fn read(
    file: &FileId,
    delimiter: u8,
    declared: &BTreeMap<String, String>,
    files: &dyn Files,
) -> (Content, Vec<Diagnostic>) {
    let mut said = Vec::new();
    let text = match files.text(file) {
        Ok(text) => text,
        Err(why) => return (Content::default(), vec![unreadable(file, &why)]),
    };
    let large = text.len() > LARGE;
    if large {
        let message = format!("`{file}` is larger than 1 MiB, so only its head is read: its types are a guess.");
        let diagnostic = Diagnostic::new("large-seed", Severity::Info, Place::top(file), message);
        said.push(diagnostic.help("Load data of this size with a loader, or declare `column_types`."));
    }
    let head = if large { whole_lines(&text) } else { &text };
    let table = match data::csv::parse(head, delimiter) {
        Ok(table) => table,
        Err(fault) => {
            said.push(csv_error(file, &fault));
            return (Content::default(), said);
        }
    };
    let columns = table.header.iter().enumerate();
    let columns = columns.map(|(at, name)| {
        let cells = table.rows.iter().map(|row| row.get(at).map_or("", String::as_str));
        column(name, cells, declared.get(&name.to_ascii_lowercase()))
    });
    let mut content = Content { columns: columns.collect(), rows: table.rows.len(), ..Content::default() };
    if large {
        (content.sampled, content.row_set) = (true, files.digest(file));
        for column in &mut content.columns {
            (column.has_empty, column.unique, column.digest) = (true, false, content.row_set);
        }
    } else {
        content.address(&table);
    }
    (content, said)
}

impl Content {
    /// Addresses of the rows and of each column's cells, whatever the order of the lines: a table has none. Rows are
    /// known by the first column that tells them apart, so that an edit of another column leaves the rest as it is.
    fn address(&mut self, table: &data::csv::Table) {
        let key = self.columns.iter().position(|column| column.unique && !column.has_empty);
        let mut rows: Vec<&Vec<String>> = table.rows.iter().collect();
        match key {
            Some(key) => rows.sort_by_key(|row| row.get(key)),
            None => rows.sort(),
        }
        for (at, column) in self.columns.iter_mut().enumerate() {
            let mut hasher = Hasher::new("seed column");
            hasher.text(&column.data_type);
            for row in &rows {
                hasher.text(row.get(at).map_or("", String::as_str));
            }
            column.digest = hasher.finish();
        }
        let told_apart = key.map(|key| self.columns[key].digest);
        self.row_set = Hasher::new("seed rows").number(self.rows as u64).digests(told_apart).finish();
    }
}

/// As much of the text as fits the limit and ends with a line.
fn whole_lines(text: &str) -> &str {
    let bytes = &text.as_bytes()[..LARGE.min(text.len())];
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    text.get(..end).unwrap_or(text)
}

fn csv_error(file: &FileId, fault: &Fault) -> Diagnostic {
    let message =
        format!("This is not a sound CSV file: {}. Its columns are not known.", fault.message.trim_end_matches('.'));
    Diagnostic::error("csv-error", Place::new(file, fault.span), message)
}

fn column<'a>(name: &str, cells: impl Iterator<Item = &'a str>, declared: Option<&String>) -> SeedColumn {
    let mut inference = Inference::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let (mut has_empty, mut unique) = (false, true);
    for cell in cells {
        inference.see(cell);
        if is_empty(cell) {
            has_empty = true;
        } else if unique {
            unique = seen.insert(cell);
        }
    }
    let data_type = declared.cloned().unwrap_or_else(|| inference.data_type().to_owned());
    unique = unique && told_apart(&data_type, &seen);
    SeedColumn { name: name.trim().to_owned(), data_type, has_empty, unique, digest: Digest::default() }
}

/// Whether different texts are different values of the type: `1` and `01` are one number, `2020-1-1` and `2020-01-01`
/// one date.
fn told_apart(data_type: &str, cells: &BTreeSet<&str>) -> bool {
    let name = data_type.to_ascii_lowercase();
    if ["char", "text", "string"].iter().any(|text| name.contains(text)) {
        return true;
    }
    let plain_number = |cell: &&str| {
        let digits = cell.bytes().all(|byte| byte.is_ascii_digit());
        digits && cell.len() <= 18 && (cell.len() == 1 || !cell.starts_with('0'))
    };
    let plain_date = |cell: &&str| cell.len() == 10 && cell.is_ascii() && cell.as_bytes()[4] == b'-';
    let counted = ["int", "numeric", "number", "decimal"].iter().any(|number| name.contains(number));
    (counted && cells.iter().all(plain_number)) || (name == "date" && cells.iter().all(plain_date))
}

#[cfg(test)]
mod tests {
    use super::column;

    fn check(cells: &[&str], expected: (&str, bool, bool)) {
        let found = column("c", cells.iter().copied(), None);
        assert_eq!((found.data_type.as_str(), found.has_empty, found.unique), expected, "{cells:?}");
    }

    #[test]
    fn a_column_is_unique_only_where_its_values_are() {
        check(&["1", "2"], ("BIGINT", false, true));
        check(&["1", "01"], ("BIGINT", false, false));
        check(&["1", "1.0"], ("BIGINT", false, false));
        check(&["a", "b", ""], ("VARCHAR", true, true));
        check(&["a", "a"], ("VARCHAR", false, false));
        check(&["2020-01-01", "2020-01-02"], ("DATE", false, true));
        check(&["2020-1-1", "2020-01-01"], ("DATE", false, false));
    }
}
