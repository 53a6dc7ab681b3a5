//! What the documentation says against what the binary does: help, rules, schemas, pictures, links and flags.
#![expect(clippy::disallowed_methods, reason = "the documentation is files")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use crate::committed::{in_repo, same_as_committed};
use crate::scratch::{Files, Scratch};

fn sluice(arguments: &[&str]) -> String {
    let answer = Scratch::folder(&Files::new()).run(arguments);
    assert_eq!(answer.stderr, "", "sluice {}", arguments.join(" "));
    answer.stdout
}

/// Command -> its help.
fn commands() -> BTreeMap<String, String> {
    let help = sluice(&["--help"]);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(|name| (name.to_owned(), sluice(&[name, "--help"]))).collect()
}

#[track_caller]
fn committed(path: &str, said: &str) {
    if let Err(complaint) = same_as_committed(path, said) {
        panic!("{complaint}");
    }
}

#[test]
fn the_command_page_is_the_help() {
    let mut page = "# Commands\n\nThis page is what `sluice --help` says.\n".to_owned();
    let mut add = |title: &str, help: &str| write!(page, "\n## {title}\n\n```text\n{}\n```\n", help.trim_end());
    add("sluice", &sluice(&["--help"])).expect("a string takes text");
    for (name, help) in commands() {
        add(&format!("sluice {name}"), &help).expect("a string takes text");
    }
    committed("docs/cli.md", &page);
}

#[test]
fn the_facts_page_is_what_the_expressions_may_ask() {
    let said = sluice(&["rules", "facts"]);
    let head = "# Facts\n\nWhat the expressions of [your own standards](standards.md) may ask. This page is what `sluice rules facts` says.\n";
    committed("docs/facts.md", &format!("{head}\n```text\n{}\n```\n", said.trim_end()));
}

#[test]
fn the_picture_is_what_impact_says() {
    let said = fs::read_to_string(in_repo("fixtures/user_ltv/expected/impact.txt")).unwrap();
    committed("docs/impact.svg", &terminal_picture("sluice impact --base=HEAD~1", &said));
}

/// A terminal window with a prompt and an answer.
fn terminal_picture(command: &str, answer: &str) -> String {
    const LINE: usize = 20;
    let lines: Vec<&str> = answer.lines().collect();
    let (width, height) = (940, LINE * (lines.len() + 2) + 46);
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"10\" fill=\"#1b1f27\"/>\n\
         <circle cx=\"22\" cy=\"20\" r=\"6\" fill=\"#ff5f57\"/><circle cx=\"42\" cy=\"20\" r=\"6\" fill=\"#febc2e\"/>\
         <circle cx=\"62\" cy=\"20\" r=\"6\" fill=\"#28c840\"/>\n\
         <g font-family=\"ui-monospace, Menlo, Consolas, monospace\" font-size=\"13\" xml:space=\"preserve\">\n"
    );
    let mut y = 58;
    let mut add = |color: &str, line: &str| {
        let line = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let written = writeln!(picture, "<text x=\"22\" y=\"{y}\" fill=\"{color}\">{line}</text>");
        y += LINE;
        written.expect("a string takes text");
    };
    add("#7ee787", &format!("$ {command}"));
    for line in lines {
        let first = line.split_whitespace().next().unwrap_or_default();
        let color = match first {
            "breaks" => "#ff7b72",
            "differs" => "#e3b341",
            "stays" => "#7ee787",
            _ => "#c9d1d9",
        };
        add(color, line);
    }
    picture + "</g>\n</svg>\n"
}

/// README.md and the pages of docs/.
fn pages() -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(in_repo("docs"))
        .expect("docs/ can be listed")
        .map(|entry| entry.expect("a page has a name").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.extend([in_repo("README.md"), in_repo("CHANGELOG.md"), in_repo("src/README.md")]);
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).expect("a page can be read"))).collect()
}

#[test]
fn every_link_leads_somewhere() {
    for (page, text) in pages() {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap_or_default();
            let there = target.starts_with("http") || page.parent().unwrap().join(target).exists();
            assert!(there, "{} links to {link}, which is not there", page.display());
        }
    }
}

#[test]
fn every_command_line_of_the_docs_is_one_we_take() {
    let commands = commands();
    let mut complaints = Vec::new();
    for (page, text) in pages().iter().filter(|(page, _)| !page.ends_with("docs/cli.md")) {
        for line in text.split('`').flat_map(str::lines).filter_map(command_line) {
            complaints.extend(untrue(line, &commands).map(|why| format!("{}: `{line}`: {why}", page.display())));
        }
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// `sluice check --base` of `git diff | sluice check --base  # only the change`.
fn command_line(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches("- ");
    let start = if line.starts_with("sluice ") { 0 } else { line.rfind("| sluice ")? + 2 };
    Some(line[start..].split(" #").next().unwrap_or_default().trim())
}

/// What a command line has that the command's help has not.
fn untrue(line: &str, commands: &BTreeMap<String, String>) -> Option<String> {
    let mut words = line.split_whitespace().skip(1).peekable();
    let name = words.next()?;
    let Some(help) = commands.get(name) else {
        return (!name.starts_with('-')).then(|| format!("there is no command `{name}`"));
    };
    while let Some(word) = words.next() {
        let flag = word.split('=').next().unwrap_or_default();
        if flag.starts_with("--") && !help.contains(flag) {
            return Some(format!("there is no flag `{flag}`"));
        }
        let value = words.peek().filter(|_| matches!(word, "--format" | "--target"));
        if value.is_some_and(|value| !help.contains(value.trim_end_matches(','))) {
            return Some(format!("`{word}` has no such value"));
        }
    }
    None
}

#[test]
fn every_pinned_version_is_ours() {
    let mut pages = pages();
    let workflows = fs::read_dir(in_repo("docs/ci")).expect("docs/ci can be listed");
    pages.extend(workflows.map(|entry| {
        let path = entry.expect("a workflow has a name").path();
        (path.clone(), fs::read_to_string(path).expect("a workflow can be read"))
    }));
    for (page, text) in pages {
        for rest in text.split("sluicegate==").skip(1) {
            let version: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
            assert_eq!(version, env!("CARGO_PKG_VERSION"), "{}", page.display());
        }
    }
}
