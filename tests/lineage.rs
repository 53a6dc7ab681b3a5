//! One feature of SQL after another, and the edges that each must have: `tests/lineage/probes.txt`.
//!
//! A probe is `== name | dialect | table(column, ..), ..`, its SQL, `=>`, and what each relation it makes is made from.
#![expect(clippy::disallowed_methods, reason = "the probes are a file")]

use std::fmt::Write;
use std::fs;

use serde_json::{Value, json};

use crate::committed::{in_repo, same_as_committed};
use crate::scratch::{Files, Scratch};

const PROBES: &str = "tests/lineage/probes.txt";

/// The parts of one probe, as they stand in the file.
struct Probe<'a> {
    head: &'a str,
    sql: &'a str,
}

fn read_probes(text: &str) -> Vec<Probe<'_>> {
    let blocks = text.split("== ").filter(|block| !block.trim().is_empty());
    blocks
        .map(|block| {
            let (head, rest) = block.split_once('\n').expect("a probe has a line for its name");
            let sql = rest.split("\n=>\n").next().unwrap_or(rest).trim();
            Probe { head: head.trim(), sql }
        })
        .collect()
}

impl Probe<'_> {
    fn case(&self) -> Value {
        let mut parts = self.head.split('|').map(str::trim);
        let (name, dialect, tables) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
        let table = |text: &str| {
            let (name, columns) = text.split_once('(').expect("a table is `name(columns)`");
            let columns: Vec<Value> = columns.split(',').map(|column| json!({ "name": column.trim() })).collect();
            json!({ "name": name.trim_start_matches(',').trim(), "columns": columns })
        };
        let tables: Vec<Value> = tables.split(')').filter(|text| !text.trim().is_empty()).map(table).collect();
        json!({ "id": name, "dialect": dialect, "sql": self.sql, "schema": { "tables": tables } })
    }
}

fn word<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}

/// `t.a identity, t.b transform`.
fn edges(of: &Value, key: &str) -> String {
    let edge = |edge: &Value| {
        let field = edge["field"].as_str().map(|field| format!(".{field}")).unwrap_or_default();
        format!("{}.{}{field} {}", word(edge, "relation"), word(edge, "column"), word(edge, "via"))
    };
    list(of, key).map(edge).collect::<Vec<_>>().join(", ")
}

/// One line per column, then what decides the rows, what comes through stars, and why it is not exact.
fn said(answer: &Value) -> String {
    let mut text = String::new();
    if let Some(error) = answer["error"].as_str() {
        let _ = writeln!(text, "error: {error}");
    }
    for relation in list(answer, "relations") {
        let indent = if word(relation, "kind") == "query" { "" } else { "  " };
        if !indent.is_empty() {
            let _ = writeln!(text, "{}:", word(relation, "name"));
        }
        for column in list(relation, "columns") {
            let line = format!("{indent}{} <- {}", word(column, "name"), edges(column, "inputs"));
            let _ = writeln!(text, "{}", line.trim_end());
        }
        let rows = edges(relation, "rows");
        let stars: Vec<&str> = list(relation, "stars").filter_map(Value::as_str).collect();
        if !rows.is_empty() {
            let _ = writeln!(text, "{indent}rows <- {rows}");
        }
        if !stars.is_empty() {
            let _ = writeln!(text, "{indent}stars <- {}", stars.join(", "));
        }
        if word(relation, "status") != "exact" {
            let why: Vec<&str> = list(relation, "why").filter_map(Value::as_str).collect();
            let _ = writeln!(text, "{indent}{}: {}", word(relation, "status"), why.join("; "));
        }
    }
    text
}

#[test]
fn every_probe_has_the_edges_that_are_committed() {
    let text = fs::read_to_string(in_repo(PROBES)).expect("the probes are committed").replace("\r\n", "\n");
    let probes = read_probes(&text);
    let lines: Vec<String> = probes.iter().map(|probe| probe.case().to_string()).collect();
    let scratch = Scratch::folder(&Files::from([("probes.jsonl".to_owned(), lines.join("\n").into_bytes())]));
    let answers = scratch.run(&["lineage", "--batch", "probes.jsonl"]).stdout;
    assert_eq!(answers.lines().count(), probes.len());
    let mut found = String::new();
    for (probe, answer) in probes.iter().zip(answers.lines()) {
        let answer: Value = serde_json::from_str(answer).expect("each answer is JSON");
        let _ = writeln!(found, "== {}\n{}\n=>\n{}", probe.head, probe.sql, said(&answer));
    }
    if let Err(complaint) = same_as_committed(PROBES, &found) {
        panic!("{complaint}");
    }
}
