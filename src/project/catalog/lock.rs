//! The text of a `sluice.lock` in, its tables out; and tables in, that text out: sorted, one line a column.
//!
//! ```toml
//! version = 1
//!
//! [tables."shop.raw.orders"]
//! id = "INTEGER not null"
//! amount = "DECIMAL(10, 2)"
//! ```

use std::fmt::Write;

use super::{CatalogColumn, CatalogTable, RelationName};
use crate::data::{Key, Kind, Value, toml};
use crate::diagnostic::Diagnostic;
use crate::project::config_file::invalid;
use crate::text::{FileId, Span, closest};

/// What the file is called.
pub const LOCK: &str = "sluice.lock";

const VERSION: i64 = 1;

const KEYS: [&str; 2] = ["version", "tables"];

const AGAIN: &str = "Write it anew with `sluice catalog import FILE`.";

/// The tables of a lock; what is wrong with it is said, and the rest is read.
pub fn read(file: &FileId, text: &str, said: &mut Vec<Diagnostic>) -> Vec<CatalogTable> {
    let tree = match toml::parse(text) {
        Ok(tree) => tree,
        Err(fault) => {
            let why = fault.message.trim_end_matches('.').to_owned();
            let message = format!("This is not valid TOML: {why}. No table of it is known.");
            said.push(invalid(file, fault.span, message).help(format!("Take out conflict markers, or: {AGAIN}")));
            return Vec::new();
        }
    };
    for (key, _) in tree.entries().iter().filter(|(key, _)| !KEYS.contains(&key.text.as_str())) {
        let message = format!("`{}` is no key of {LOCK}.", key.text);
        let help = closest(&key.text, KEYS).map(|near| format!("Did you mean `{near}`?"));
        said.push(invalid(file, key.span, message).help(help.unwrap_or_else(|| AGAIN.to_owned())));
    }
    if let Some(version) = tree.get("version").filter(|version| version.integer() != Some(VERSION)) {
        let message = "This file is of a version that this sluice does not read, so nothing of it is known.";
        said.push(
            invalid(file, version.span, message.to_owned()).help("Use the sluice that wrote it, or a newer one."),
        );
        return Vec::new();
    }
    let Some(tables) = tree.get("tables") else { return Vec::new() };
    if !matches!(tables.kind, Kind::Map(_)) {
        said.push(
            invalid(file, tables.span, "`tables` should hold one table for each relation.".to_owned()).help(AGAIN),
        );
    }
    tables.entries().iter().filter_map(|(key, value)| table(file, key, value, said)).collect()
}

fn table(file: &FileId, key: &Key, value: &Value, said: &mut Vec<Diagnostic>) -> Option<CatalogTable> {
    if !matches!(value.kind, Kind::Map(_)) {
        let message = format!("`{}` should be a table of columns, each with its type.", key.text);
        said.push(invalid(file, at(value, key), message).help(AGAIN));
        return None;
    }
    let mut columns = Vec::new();
    for (name, value) in value.entries() {
        match value.str() {
            Some(text) => columns.push(column(&name.text, text)),
            None => {
                let message = format!("The type of `{}` should be a text, as in `\"INTEGER not null\"`.", name.text);
                said.push(invalid(file, at(value, name), message).help(AGAIN));
                return None;
            }
        }
    }
    Some(CatalogTable { name: split_name(&key.text), id: None, columns })
}

fn at(value: &Value, key: &Key) -> Span {
    if value.span.is_empty() { key.span } else { value.span }
}

fn column(name: &str, text: &str) -> CatalogColumn {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let (length, nullable) = match (lower.strip_suffix("not null"), lower.strip_suffix("null")) {
        (Some(rest), _) if rest.is_empty() || rest.ends_with(' ') => (rest.len(), Some(false)),
        (_, Some(rest)) if rest.is_empty() || rest.ends_with(' ') => (rest.len(), Some(true)),
        _ => (text.len(), None),
    };
    CatalogColumn { name: name.to_owned(), data_type: text[..length].trim_end().to_owned(), nullable }
}

/// The text of a lock of these tables.
pub fn text(tables: &[CatalogTable]) -> String {
    let mut sorted: Vec<(String, &CatalogTable)> =
        tables.iter().map(|table| (whole_name(&table.name), table)).collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    let mut out = format!(
        "# The columns of what this repo reads and something else fills, in order. Written by `sluice catalog import`.\n\
         version = {VERSION}\n"
    );
    for (name, table) in sorted {
        let _ = write!(out, "\n[tables.{}]\n", quoted(&name));
        for column in &table.columns {
            let _ = writeln!(out, "{} = {}", key(&column.name), quoted(&column.words()));
        }
    }
    out
}

impl CatalogColumn {
    /// `INTEGER not null`.
    pub(super) fn words(&self) -> String {
        let suffix = match self.nullable {
            Some(true) => "null",
            Some(false) => "not null",
            None => "",
        };
        let mut words = self.data_type.split_whitespace().collect::<Vec<_>>().join(" ");
        if !words.is_empty() && !suffix.is_empty() {
            words.push(' ');
        }
        words + suffix
    }
}

/// A name as TOML takes it for a key.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if bare { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for sign in text.chars() {
        match sign {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            sign if sign.is_control() => {
                let _ = write!(out, "\\u{:04X}", sign as u32);
            }
            sign => out.push(sign),
        }
    }
    out.push('"');
    out
}

/// `shop.raw.orders` of its parts; a part that holds a dot stands in backticks.
pub fn whole_name(name: &RelationName) -> String {
    let outer = [&name.database, &name.schema].into_iter().flatten().map(String::as_str);
    let parts = outer.filter(|part| !part.is_empty()).chain([name.identifier.as_str()]);
    let part = |part: &str| if part.contains(['.', '`']) { format!("`{part}`") } else { part.to_owned() };
    parts.map(part).collect::<Vec<_>>().join(".")
}

/// The parts of a dotted name; quotes of any dialect hold one part together.
pub fn split_name(name: &str) -> RelationName {
    let (mut parts, mut part, mut closing) = (Vec::new(), String::new(), None);
    for sign in name.trim().chars() {
        match (closing, sign) {
            (Some(quote), sign) if sign == quote => closing = None,
            (None, '.') => parts.push(std::mem::take(&mut part)),
            (None, '"' | '`') => closing = Some(sign),
            (None, '[') => closing = Some(']'),
            (_, sign) => part.push(sign),
        }
    }
    let (schema, database) = (parts.pop(), parts.pop());
    // What stands before the database (a server, a project of a project) belongs to it.
    let database = database.map(|last| parts.into_iter().chain([last]).collect::<Vec<_>>().join("."));
    RelationName { database, schema, identifier: part }
}

#[cfg(test)]
mod tests {
    use super::{read, text};
    use crate::text::FileId;

    fn check(given: &str, expected: &str, faults: &[&str]) {
        let mut said = Vec::new();
        let tables = read(&FileId::new("sluice.lock"), given, &mut said);
        let written = text(&tables);
        let body = written.split_once("version = 1\n").map_or("", |(_, body)| body);
        assert_eq!(body, expected, "{given}");
        let told: Vec<&str> = said.iter().map(|told| &given[told.place.span.range()]).collect();
        assert_eq!(told, faults, "{said:?}");
    }

    #[test]
    fn a_lock_is_written_as_it_is_read() {
        let body = "\n[tables.\"db.raw.`a.b`\"]\nid = \"INTEGER not null\"\n\"LA \\\"Code\" = \"VARCHAR null\"\nplain = \"\"\nno_type = \"not null\"\n";
        check(&format!("version = 1\n{body}"), body, &[]);
    }

    #[test]
    fn tables_are_sorted_and_columns_keep_their_order() {
        check(
            "[tables.b]\nz = 'int'\na = 'int'\n[tables.a]\nx = 'Nullable(String)'\n",
            "\n[tables.\"a\"]\nx = \"Nullable(String)\"\n\n[tables.\"b\"]\nz = \"int\"\na = \"int\"\n",
            &[],
        );
    }

    #[test]
    fn what_is_wrong_is_said_at_its_place() {
        check("versoin = 1\n[tables.a]\nx = 'int'\n", "\n[tables.\"a\"]\nx = \"int\"\n", &["versoin"]);
        check("version = 2\n[tables.a]\nx = 'int'\n", "", &["2"]);
        check("[tables.a]\nx = 1\n[tables.b]\ny = ''\n", "\n[tables.\"b\"]\ny = \"\"\n", &["1"]);
        check("[tables]\na = 'int'\n", "", &["'int'"]);
        check("tables = 1\n", "", &["1"]);
        check("[tables.a]\nx = ''\n[tables.a]\n", "", &["a"]);
    }
}
