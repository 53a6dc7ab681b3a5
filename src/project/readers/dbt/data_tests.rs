//! The `tests:` / `data_tests:` of an entry or column in, the Tests out.

use std::collections::BTreeMap;

use super::check::{self, Shape};
use crate::data::{Key, Kind, Value};
use crate::diagnostic::Diagnostic;
use crate::project::{Config, Test};
use crate::text::{FileId, Place};

/// What a test says of itself and not to its macro.
const CONFIG_KEYS: [&str; 19] = [
    "severity",
    "tags",
    "enabled",
    "where",
    "limit",
    "warn_if",
    "error_if",
    "fail_calc",
    "store_failures",
    "store_failures_as",
    "meta",
    "database",
    "schema",
    "alias",
    "group",
    "name",
    "description",
    "sql_header",
    "docs",
];

/// The tests of an entry; `None` where it has no such key. Tests that are switched off are left out.
pub(super) fn read(item: &Value, column: Option<&str>, file: &FileId, said: &mut Vec<Diagnostic>) -> Option<Vec<Test>> {
    let mut found = None;
    for key in ["tests", "data_tests"] {
        let Some(list) = item.get(key) else { continue };
        let tests = found.get_or_insert_with(Vec::new);
        if check::expect(list, Shape::List, &format!("`{key}`"), file, said) {
            tests.extend(list.items().iter().filter_map(|entry| test(entry, column, file, said)));
        }
    }
    found
}

fn test(entry: &Value, column: Option<&str>, file: &FileId, said: &mut Vec<Diagnostic>) -> Option<Test> {
    let (name, place, body) = match &entry.kind {
        Kind::String(name) => (name.clone(), entry.span, None),
        Kind::Map(entries) => named(entries, entry, file, said)?,
        Kind::Null => return None,
        _ => {
            said.push(check::wrong(
                file,
                entry,
                "A data test should be a name, or a map with the test's name as its key.",
            ));
            return None;
        }
    };
    let mut test = Test {
        name,
        column: column.map(str::to_owned),
        arguments: BTreeMap::new(),
        config: Config::default(),
        place: Place::new(file, place),
    };
    for (key, value) in body.unwrap_or_default() {
        match key.text.as_str() {
            "arguments" => arguments(value, &mut test),
            "config" => {
                test.config.0.extend(value.entries().iter().map(|(key, value)| (key.text.clone(), value.clone())));
            }
            "column_name" if value.str().is_some() => test.column = value.str().map(str::to_owned),
            "test_name" => {}
            name if CONFIG_KEYS.contains(&name) => {
                test.config.0.entry(name.to_owned()).or_insert_with(|| value.clone());
            }
            name => {
                test.arguments.insert(name.to_owned(), value.clone());
            }
        }
    }
    let off = test.config.0.get("enabled").and_then(Value::bool) == Some(false);
    (!off).then_some(test)
}

type Body<'a> = Option<&'a [(Key, Value)]>;

/// The name of a test written as a map: its one key, or its `test_name`.
fn named<'a>(
    entries: &'a [(Key, Value)],
    entry: &'a Value,
    file: &FileId,
    said: &mut Vec<Diagnostic>,
) -> Option<(String, crate::text::Span, Body<'a>)> {
    if let Some(name) = entry.get("test_name") {
        return Some((name.scalar()?, name.span, Some(entries)));
    }
    if let [(key, value)] = entries {
        let body = match &value.kind {
            Kind::Map(body) => Some(body.as_slice()),
            _ => None,
        };
        if body.is_none() && !value.is_null() {
            let message = format!("The arguments of `{}` should be a map (`key: value`).", key.text);
            said.push(check::wrong(file, value, message));
        }
        return Some((key.text.clone(), key.span, body));
    }
    let (key, value) = entries.first()?;
    // `- accepted_values:` with its arguments one step too far to the left.
    let message = "A data test is a map with one key, its name; this one has several, so dbt refuses the file.";
    said.push(check::wrong(file, entry, message).help(format!("Indent the arguments under `{}:`.", key.text)));
    value.is_null().then(|| (key.text.clone(), key.span, Some(&entries[1..])))
}

fn arguments(value: &Value, test: &mut Test) {
    for (key, value) in value.entries() {
        match (key.text.as_str(), value.str()) {
            ("column_name", Some(column)) => test.column = Some(column.to_owned()),
            (name, _) => {
                test.arguments.insert(name.to_owned(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::data::{Value, yaml};
    use crate::text::FileId;

    fn check(text: &str, expected: &str) {
        let item = yaml::parse(text).expect("valid YAML");
        let mut said = Vec::new();
        let tests = read(&item, Some("c"), &FileId::new("a.yml"), &mut said).unwrap_or_default();
        let line = |test: &super::Test| {
            let keys =
                |map: &std::collections::BTreeMap<String, Value>| map.keys().cloned().collect::<Vec<_>>().join(",");
            let column = test.column.as_deref().unwrap_or("-");
            format!("{} {column} [{}] [{}]", test.name, keys(&test.arguments), keys(&test.config.0))
        };
        let found: Vec<String> = tests.iter().map(line).collect();
        assert_eq!(format!("{} {}", found.join("; "), said.len()), expected, "{text}");
    }

    #[test]
    fn every_way_to_write_a_test_is_read() {
        check("tests: [unique]", "unique c [] [] 0");
        check("data_tests: [{not_null: {severity: warn}}]", "not_null c [] [severity] 0");
        check("tests: [{relationships: {to: ref('x'), field: id}}]", "relationships c [field,to] [] 0");
        check(
            "tests: [{accepted_values: {arguments: {values: [a]}, config: {where: b}}}]",
            "accepted_values c [values] [where] 0",
        );
        check("tests: [{name: mine, test_name: unique}]", "unique c [] [name] 0");
        check("tests: [{p.t: {column_name: d}}]", "p.t d [] [] 0");
        check("tests: [{unique: null}]", "unique c [] [] 0");
    }

    #[test]
    fn a_test_that_is_off_is_left_out() {
        check("tests: [{unique: {config: {enabled: false}}}]", " 0");
    }

    #[test]
    fn wrong_indentation_is_said_and_read() {
        check("tests:\n  - accepted_values:\n    values: [a]", "accepted_values c [values] [] 1");
        check("tests: unique", " 1");
        check("tests: [[a]]", " 1");
    }
}
