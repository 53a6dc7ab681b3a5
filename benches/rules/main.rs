//! Holds our rules of style against sqlfluff's own cases: `cargo bench --bench rules -- CASES.jsonl`.
//!
//! Every case is one text, the settings it is judged under, whether the rule fires, and the text its fixes leave. The
//! settings go through the same door as a team's own `.sqlfluff`. What we do otherwise on purpose is counted apart.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal of those who build Sluice")]
#![expect(clippy::disallowed_methods, reason = "it reads files of other people's repos")]

use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::process::ExitCode;

use serde_json::Value;
use sluicegate::{Trial, sqlfluff, table, tree};

const USAGE: &str = "usage: cargo bench --bench rules -- COMMAND
  CASES.jsonl [--only CODE] [--failures] [--dialects]   scores the cases that `cases.py` wrote
  tree FILE                                             the tolerant tree and the tokens of a file";

/// Where our answer differs on purpose.
const DIFFERENCES: &str = include_str!("differences.txt");

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["tree", file] => {
            print!("{}", tree(&read(file)));
            ExitCode::SUCCESS
        }
        [file, flags @ ..] if !file.starts_with("--") => {
            score(&read(file), flags);
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn read(file: &str) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("cannot read {file}: {error}"))
}

/// What the cases of one code (or dialect) came to.
#[derive(Default)]
struct Score {
    all: u32,
    right: u32,
    /// Cases that pass and do.
    silent: (u32, u32),
    /// Cases that fail and do.
    told: (u32, u32),
    /// Fixes that are the same to the byte.
    fixed: (u32, u32),
    jinja: (u32, u32),
    /// Differ on purpose.
    meant: u32,
}

fn score(text: &str, flags: &[&str]) {
    let only = flags.iter().position(|flag| *flag == "--only").and_then(|at| flags.get(at + 1));
    let meant: Vec<&str> = DIFFERENCES.lines().filter_map(|line| line.split_once(": ")).map(|line| line.0).collect();
    let (mut codes, mut dialects, mut all) = (BTreeMap::new(), BTreeMap::new(), Score::default());
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).expect("a line is one JSON value");
        let code = case["codes"]
            .as_array()
            .map_or_else(String::new, |codes| codes.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("+"));
        let name = case["case"].as_str().unwrap_or_default();
        if only.is_some_and(|only| !name.contains(only)) {
            continue;
        }
        let Some(answer) = answer(&case) else { continue };
        let is_meant = meant.contains(&name);
        for score in [
            codes.entry(code).or_insert_with(Score::default),
            dialects.entry(case["dialect"].as_str().unwrap_or_default().to_owned()).or_insert_with(Score::default),
            &mut all,
        ] {
            count(score, &case, &answer, is_meant);
        }
        if flags.contains(&"--failures") && !is_meant && !is_right(&case, &answer) {
            show(name, &case, &answer);
        }
    }
    print("code", &codes);
    if flags.contains(&"--dialects") {
        print("dialect", &dialects);
    }
    println!("{}", row("all", &all));
}

/// Messages, and the text when nothing is left to fix; `None` for rules that are not ours.
fn answer(case: &Value) -> Option<(Vec<String>, String)> {
    let codes = case["codes"].as_array()?.iter().filter_map(Value::as_str);
    let rule =
        |code| table().iter().find(|page| page.peers.iter().any(|peer| peer.to_string() == format!("sqlfluff {code}")));
    let names = codes.map(|code| rule(code).map(|page| page.name.as_str())).collect::<Option<Vec<_>>>()?;
    let settings = sqlfluff(case["config"].as_str().unwrap_or_default());
    let dialect = case["dialect"].as_str().unwrap_or_default();
    let dialect = match dialect {
        "sparksql" => "spark",
        "vertica" | "exasol" | "db2" | "soql" => "ansi",
        dialect => dialect,
    };
    let trial = Trial::new(dialect, &settings.toml, &names)?;
    let sql = case["sql"].as_str().unwrap_or_default();
    let run = catch_unwind(std::panic::AssertUnwindSafe(|| trial.run(sql)));
    Some(run.map_or_else(|_| (vec!["a panic".to_owned()], String::new()), |verdict| (verdict.messages, verdict.fixed)))
}

/// Rules that a case's settings keep off are silent.
fn is_right(case: &Value, (messages, fixed): &(Vec<String>, String)) -> bool {
    let passes = case["passes"].as_bool() == Some(true);
    passes == messages.is_empty() && case["fixed"].as_str().is_none_or(|expected| expected == fixed)
}

fn count(score: &mut Score, case: &Value, answer: &(Vec<String>, String), is_meant: bool) {
    let is_right = is_right(case, answer);
    let add = |pair: &mut (u32, u32), right: bool| *pair = (pair.0 + u32::from(right), pair.1 + 1);
    score.all += 1;
    score.right += u32::from(is_right);
    score.meant += u32::from(is_meant && !is_right);
    if case["passes"].as_bool() == Some(true) {
        add(&mut score.silent, answer.0.is_empty());
    } else {
        add(&mut score.told, !answer.0.is_empty());
    }
    if let Some(expected) = case["fixed"].as_str() {
        add(&mut score.fixed, expected == answer.1);
    }
    if case["jinja"].as_bool() == Some(true) {
        add(&mut score.jinja, is_right);
    }
}

fn print(of: &str, scores: &BTreeMap<String, Score>) {
    println!(
        "| {of} | cases | right | | silent | told | fixed | with Jinja | meant |\n|---|---|---|---|---|---|---|---|---|"
    );
    scores.iter().for_each(|(name, score)| println!("{}", row(name, score)));
}

fn row(name: &str, score: &Score) -> String {
    let pair = |pair: (u32, u32)| if pair.1 == 0 { String::new() } else { format!("{}/{}", pair.0, pair.1) };
    let share = 100.0 * f64::from(score.right) / f64::from(score.all.max(1));
    format!(
        "| {name} | {} | {} | {share:.1} % | {} | {} | {} | {} | {} |",
        score.all,
        score.right,
        pair(score.silent),
        pair(score.told),
        pair(score.fixed),
        pair(score.jinja),
        score.meant
    )
}

fn show(name: &str, case: &Value, (messages, fixed): &(Vec<String>, String)) {
    let passes = if case["passes"].as_bool() == Some(true) { "passes" } else { "fails" };
    println!(
        "=== {name} ({}, {passes}) {}",
        case["dialect"],
        case["config"].as_str().unwrap_or_default().replace('\n', "; ")
    );
    println!("{}", case["sql"].as_str().unwrap_or_default());
    println!("--- we say: {messages:?}");
    if let Some(expected) = case["fixed"].as_str().filter(|expected| expected != fixed) {
        println!("--- expected:\n{expected}\n--- ours:\n{fixed}");
    }
}
