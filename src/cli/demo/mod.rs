//! `sluice demo`: a folder in; a small repo with two commits in it, and what check, impact and plan say of it, out.
//!
//! It asks the same commands that a user types and tells their JSON answers in a few lines.

mod sample;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::{Exit, Failure};
use super::io::{Io, Terminal};
use crate::data::Value;
use crate::data::json;
use crate::repo::{Commit, Disk, init_sample};
use crate::report::{Ink, Paint};

/// A small repo with two commits, and what `sluice` says about the second.
///
/// Sixteen dbt models turn a social network's raw events into the lifetime value of its users. The folder is kept, so
/// that you can try things there.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Where to put it: a folder that is empty or not there yet. Without it, a temporary one.
    #[arg(long, value_name = "PATH")]
    dir: Option<PathBuf>,
}

const BASE: &str = "--base=HEAD~1";

pub(super) fn run(arguments: &Demo, io: &mut Io) -> Result<Exit, Failure> {
    let folder = folder(arguments.dir.as_deref(), io)?;
    init_sample(&folder, &commits())?;
    let paint = io.paint();
    let mut out = format!("A small repo with two commits is in {}\n\n", folder.display());
    out.push_str(STORY);
    for (command, tell) in [("check", tell_check as Tell), ("impact", tell_impact), ("plan", tell_plan)] {
        let format = if command == "plan" { "--target" } else { "--format" };
        let answer = ask(&["sluice", command, BASE, format, "json"], &folder)?;
        let _ = writeln!(out, "\n{}", paint.ink(Ink::Bold, &format!("$ sluice {command} {BASE}")));
        tell(&answer, paint, &mut out);
    }
    let _ = write!(out, "\nTry next:\n\n  cd {}\n{NEXT}", folder.display());
    io.print(&out)?;
    Ok(Exit::Clean)
}

const STORY: &str = "\
16 dbt models turn a social network's raw events into the lifetime value of its users. The second commit
adds the follower count to user_ltv, renames its value column, counts followers by country in country_revenue,
and rewrites int_user_activity without changing what it means.
";

const NEXT: &str = "  \
  sluice impact --base=HEAD~1                   # the whole answer, with every reason
  sluice lineage user_ltv.lifetime_value_usd    # where the money comes from
  sluice lineage stg_payments --downstream      # who reads payments
  sluice explain fan-out-join                   # why the join in country_revenue counts revenue twice
  sluice check                                  # what was wrong before the second commit too
";

fn folder(wanted: Option<&Path>, io: &Io) -> Result<PathBuf, Failure> {
    let Some(wanted) = wanted else {
        let made = tempfile::Builder::new().prefix("sluice-demo-").tempdir();
        let made = made.map_err(|error| Failure::new(format!("no temporary folder can be made: {error}")))?;
        return Ok(made.keep());
    };
    let folder = io.folder.join(wanted);
    if Disk::new(&folder).list("").is_empty() {
        return Ok(folder);
    }
    Err(Failure::new(format!("{} is not empty", folder.display())).hint("name a folder that is not there yet"))
}

fn commits() -> [Commit; 2] {
    let commit = |message: &str, files: &[(&str, &[u8])]| Commit {
        message: message.to_owned(),
        files: files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect(),
        removed: Vec::new(),
    };
    [
        commit("What a user is worth, from raw events to the growth dashboard", sample::BASE),
        commit("Add the follower count to user_ltv", sample::HEAD),
    ]
}

/// What a command answers there, as JSON.
fn ask(arguments: &[&str], folder: &Path) -> Result<Value, Failure> {
    let (mut input, mut output, mut errors) = (std::io::empty(), Vec::new(), Vec::new());
    let mut io = Io {
        input: &mut input,
        output: &mut output,
        errors: &mut errors,
        folder: folder.to_path_buf(),
        terminal: Terminal::default(),
        color: super::Color::Never,
    };
    let exit = super::run(arguments, &mut io);
    let said = String::from_utf8_lossy(&output);
    match (exit, json::parse(&said)) {
        (Exit::Clean | Exit::Found, Ok(answer)) => Ok(answer),
        _ => Err(Failure::Bug(format!(
            "`{}` fails on the demo: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&errors)
        ))),
    }
}

type Tell = fn(&Value, Paint, &mut String);

fn tell_check(answer: &Value, paint: Paint, out: &mut String) {
    for finding in items(answer, "findings") {
        let line = finding.at(&["span", "start", "line"]).and_then(Value::integer).unwrap_or(1);
        let (level, rule) = (word(finding, "level"), word(finding, "rule"));
        let _ = writeln!(
            out,
            "  {} {}  {}:{line}",
            in_color(paint, level),
            paint.ink(Ink::Bold, rule),
            word(finding, "path")
        );
        let _ = writeln!(out, "         {}", word(finding, "message"));
    }
}

fn tell_impact(answer: &Value, paint: Paint, out: &mut String) {
    for verdict in ["breaks", "differs"] {
        let reached = ["models", "consumers"].into_iter().flat_map(|list| items(answer, list));
        let names: Vec<&str> = reached.filter(|one| word(one, "verdict") == verdict).map(short).collect();
        if !names.is_empty() {
            let _ = writeln!(out, "  {} {}", in_color(paint, verdict), names.join(", "));
        }
    }
    let _ = writeln!(out, "  {} everything else, int_user_activity with its new text too", in_color(paint, "stays"));
}

fn tell_plan(answer: &Value, paint: Paint, out: &mut String) {
    for step in items(answer, "steps") {
        let _ = writeln!(
            out,
            "  {} {}",
            paint.ink(Ink::Bold, &format!("{:7}", word(step, "kind"))),
            short_of(word(step, "relation"))
        );
    }
    let kept = items(answer, "skipped").count();
    let _ = writeln!(out, "  {kept} relations stay as they are and are not built again");
}

fn items<'a>(answer: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    answer.get(key).map(Value::items).unwrap_or_default().iter()
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::str).unwrap_or_default()
}

fn short(value: &Value) -> &str {
    short_of(word(value, "name"))
}

/// `user_ltv` of `model.social.user_ltv`.
fn short_of(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn in_color(paint: Paint, text: &str) -> String {
    let ink = match text {
        "error" | "breaks" => Ink::Error,
        "warn" | "differs" => Ink::Warn,
        _ => Ink::Info,
    };
    paint.ink(ink, &format!("{text:7}"))
}
