//! Command-line words in, the statements they ask for out.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use sluicegate::dialect::{self, Dialect};

/// Which statements to look at, and what to print of them.
pub struct Request {
    pub cases: Vec<Case>,
    pub failures: bool,
}

/// One statement of a peer's tests.
pub struct Case {
    pub dialect: String,
    pub file: String,
    pub sql: String,
    /// Does sqlglot read it?
    pub peer: bool,
    /// The relations in FROM that sqlglot then finds.
    pub relations: Option<Vec<String>>,
}

impl Request {
    pub fn read(words: &[String]) -> Request {
        let wanted = words.iter().position(|word| word == "--dialect").and_then(|at| words.get(at + 1));
        let models = !words.iter().any(|word| word == "--other");
        let mut cases = Vec::new();
        for path in words.iter().filter(|word| Path::new(word).extension().is_some()) {
            let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {path}: {error}"));
            let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is one JSON value"));
            let kept = lines.filter(|line| line["model"].as_bool() == Some(models)).map(|line| case(&line));
            cases.extend(kept.filter(|case| wanted.is_none_or(|wanted| *wanted == case.dialect)));
        }
        Request { cases, failures: words.iter().any(|word| word == "--failures") }
    }

    /// The dialects in the order they come.
    pub fn dialects(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for case in &self.cases {
            if !found.contains(&case.dialect.as_str()) {
                found.push(&case.dialect);
            }
        }
        found
    }
}

pub fn facts(name: &str) -> Arc<Dialect> {
    dialect::find(name).unwrap_or_else(|| panic!("no dialect is called {name}"))
}

fn case(line: &Value) -> Case {
    let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let relations = line["relations"].as_array();
    Case {
        dialect: text("dialect"),
        file: text("file"),
        sql: text("sql"),
        peer: line["peer"].as_bool().unwrap_or_default(),
        relations: relations.map(|names| names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()),
    }
}
