//! Every JSON answer held to the JSON Schema that `sluice schema` prints for it.
#![expect(clippy::disallowed_methods, reason = "fixtures are files")]

use std::fs;

use serde_json::Value;

use crate::committed::in_repo;
use crate::json_schema::complaints;
use crate::scratch::{Files, Scratch, files, read_files};

fn schema(name: &str) -> Value {
    let answer = Scratch::folder(&Files::new()).run(&["schema", name]);
    serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("schema {name}: {error}"))
}

#[track_caller]
fn check(name: &str, said: &str) {
    let value: Value = serde_json::from_str(said).unwrap_or_else(|error| panic!("{name}: {error} in {said}"));
    let complaints = complaints(&schema(name), &value);
    assert!(complaints.is_empty(), "{name}:\n{}", complaints.join("\n"));
}

#[test]
fn answers_about_a_repo_fit() {
    let fixture = in_repo("fixtures/user_ltv");
    let scratch = Scratch::repo(&[read_files(&fixture.join("base")), read_files(&fixture.join("head"))]);
    let said = |arguments: &[&str]| scratch.run(arguments).stdout;
    check("check", &said(&["check", "--base=HEAD~1", "--format", "json"]));
    check("lineage", &said(&["lineage", "--format", "json"]));
    check("lineage", &said(&["lineage", "user_ltv.lifetime_value_usd", "--format", "json"]));
    let way = ["lineage", "user_ltv.lifetime_value_usd", "--to", "raw.payments", "--format", "json"];
    check("lineage-paths", &said(&way));
    check("lineage-paths", &said(&["lineage", "user_ltv", "--to", "raw.payments", "--paths", "--format", "json"]));
    check("impact", &said(&["impact", "--base=HEAD~1", "--format", "json"]));
    check("plan", &said(&["plan", "--base=HEAD~1", "--target", "json"]));
    check("rules", &said(&["rules", "--format", "json"]));
    check("source-map", &said(&["compile", "user_ltv", "--source-map"]));
}

#[test]
fn answers_about_loose_queries_fit() {
    let cases = "{\"id\":1,\"sql\":\"create table t as select 1 as a; select a from t\",\"dialect\":\"duckdb\"}\n\
                 {\"id\":\"b\",\"sql\":\"selec\",\"dialect\":\"duckdb\"}\nnothing\n";
    let pairs = "{\"id\":1,\"base\":\"select a from t\",\"head\":\"select a + 1 as a, b from t\",\"dialect\":\"duckdb\"}\n\
                 {\"id\":2,\"base\":\"select a from t\",\"head\":\"selec\",\"dialect\":\"duckdb\"}\n";
    let scratch = Scratch::folder(&files([
        ("cases.jsonl", cases),
        ("pairs.jsonl", pairs),
        ("base.sql", "select a from t where a > 1"),
        ("head.sql", "select a from t where 1 < a"),
    ]));
    let said = |arguments: &[&str]| scratch.run(arguments).stdout;
    check("lineage", &said(&["lineage", "--sql", "head.sql", "--format", "json"]));
    check("compare", &said(&["compare", "base.sql", "head.sql", "--format", "json"]));
    let batch = said(&["lineage", "--batch", "cases.jsonl"]);
    assert_eq!(batch.lines().count(), 3);
    batch.lines().for_each(|line| check("lineage-batch", line));
    let batch = said(&["compare", "--batch", "pairs.jsonl"]);
    assert_eq!(batch.lines().count(), 2);
    batch.lines().for_each(|line| check("compare-batch", line));
}

#[test]
fn every_schema_file_is_printed() {
    let listed = Scratch::folder(&Files::new()).run(&["schema"]).stdout;
    for entry in fs::read_dir(in_repo("schemas")).expect("the schemas are there") {
        let file = entry.expect("the entry can be read").file_name().to_string_lossy().into_owned();
        let name = file.trim_end_matches(".schema.json");
        assert!(listed.lines().any(|line| line == name), "`sluice schema` does not know {file}");
    }
}
