//! A package's CSV files and properties in, its Seeds out: columns, types, which are unique, which have gaps.

use std::collections::{BTreeMap, BTreeSet};

use super::infer::{Inference, is_empty};
use super::models::Entries;
use super::package::{Found, Frame, Part};
use super::resource;
use crate::data::{self, Fault, Value};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::files::{Each, Files, map_each, unreadable};
use crate::project::{Config, ModelKind, Properties, Seed, SeedColumn};
use crate::text::{Digest, Hasher, Place};

/// Seeds above this size are read by their head only, as dbt hashes only their path.
const LARGE: usize = 1 << 20;

/// The seeds under seed-paths; those that config switches off are left out.
pub(super) fn read(
    part: &Part,
    frame: &Frame<'_>,
    (files, each): (&dyn Files, Each<'_>),
    entries: &mut Entries<'_>,
    said: &mut Vec<Diagnostic>,
) -> Vec<Seed> {
    let mut jobs = Vec::new();
    for found in &part.seeds {
        let entry = entries.remove(found.stem());
        let mut path = vec![part.file.name.as_str()];
        path.extend(found.folders());
        path.push(found.stem());
        let blocks: Vec<&[Value]> = entry.iter().map(|entry| &entry.configs[..]).collect();
        let config = resource::cascade(part, frame, "seeds", &path, &blocks).config;
        if resource::enabled(&config) {
            jobs.push((found, entry, config));
        }
    }
    let contents = map_each(each, &jobs, |(found, _, config)| content(found, config, files));
    let mut seeds = Vec::new();
    for ((found, entry, config), (content, mut problems)) in jobs.into_iter().zip(contents) {
        let name = found.stem().to_owned();
        let id = format!("seed.{}.{name}", part.file.name);
        for problem in &mut problems {
            problem.model = Some(id.clone());
        }
        said.append(&mut problems);
        let mut properties = entry.map_or_else(Properties::default, |entry| entry.properties.clone());
        resource::finish(&mut properties, &config);
        seeds.push(Seed {
            id,
            package: part.file.name.clone(),
            relation: resource::relation(frame, &config, &name, None, ModelKind::Model),
            name,
            file: found.file.clone(),
            digest: files.digest(&found.file),
            config,
            properties,
            columns: content.columns,
            rows: content.rows,
            sampled: content.sampled,
            properties_place: entry.map(|entry| entry.place.clone()),
        });
    }
    seeds
}

#[derive(Default)]
struct Content {
    columns: Vec<SeedColumn>,
    rows: usize,
    sampled: bool,
}

fn content(found: &Found, config: &Config, files: &dyn Files) -> (Content, Vec<Diagnostic>) {
    let mut said = Vec::new();
    let text = match files.text(&found.file) {
        Ok(text) => text,
        Err(why) => return (Content::default(), vec![unreadable(&found.file, &why)]),
    };
    let delimiter = config.str("delimiter").and_then(|text| text.bytes().next()).unwrap_or(b',');
    let declared = declared_types(config);
    let large = text.len() > LARGE;
    if large {
        let message =
            format!("`{}` is larger than 1 MiB, so only its head is read: its types are a guess.", found.file);
        let diagnostic = Diagnostic::new("large-seed", Severity::Info, Place::top(&found.file), message);
        said.push(diagnostic.help("Load data of this size with a loader, or declare `column_types`."));
    }
    let head = if large { whole_lines(&text) } else { &text };
    let table = match data::csv::parse(head, delimiter) {
        Ok(table) => table,
        Err(fault) => {
            said.push(csv_error(found, &fault));
            return (Content::default(), said);
        }
    };
    let whole = files.digest(&found.file);
    let columns = table.header.iter().enumerate();
    let columns = columns.map(|(at, name)| {
        let cells = table.rows.iter().map(|row| row.get(at).map_or("", String::as_str));
        let mut column = column(name, cells, declared.get(&name.to_ascii_lowercase()));
        if large {
            (column.has_empty, column.unique, column.digest) = (true, false, whole);
        }
        column
    });
    (Content { columns: columns.collect(), rows: table.rows.len(), sampled: large }, said)
}

/// As much of the text as fits the limit and ends with a line.
fn whole_lines(text: &str) -> &str {
    let bytes = &text.as_bytes()[..LARGE.min(text.len())];
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    text.get(..end).unwrap_or(text)
}

fn csv_error(found: &Found, fault: &Fault) -> Diagnostic {
    let message =
        format!("This is not a sound CSV file: {}. Its columns are not known.", fault.message.trim_end_matches('.'));
    Diagnostic::error("csv-error", Place::new(&found.file, fault.span), message)
}

/// `column_types`, by lower-case name.
fn declared_types(config: &Config) -> BTreeMap<String, String> {
    let entries = config.0.get("column_types").map(Value::entries).unwrap_or_default();
    let plain = |name: &str| name.trim_start_matches('+').to_ascii_lowercase();
    entries.iter().filter_map(|(key, value)| Some((plain(&key.text), value.scalar()?))).collect()
}

fn column<'a>(name: &str, cells: impl Iterator<Item = &'a str>, declared: Option<&String>) -> SeedColumn {
    let mut inference = Inference::new();
    let mut hasher = Hasher::new("seed column");
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let (mut has_empty, mut unique) = (false, true);
    for cell in cells {
        hasher.text(cell);
        inference.see(cell);
        if is_empty(cell) {
            has_empty = true;
        } else if unique {
            unique = seen.insert(cell);
        }
    }
    let data_type = declared.cloned().unwrap_or_else(|| inference.data_type().to_owned());
    unique = unique && told_apart(&data_type, &seen);
    let digest: Digest = hasher.finish();
    SeedColumn { name: name.trim().to_owned(), data_type, has_empty, unique, digest }
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
