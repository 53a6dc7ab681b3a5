//! Each folder of `fixtures/` as two commits of a real repo, and what every command says about it.
#![expect(clippy::disallowed_methods, reason = "fixtures are files")]

use std::fs;

use sluicegate::cli::Exit;

use crate::committed::{in_repo, same_as_committed};
use crate::scratch::{Scratch, read_files};

/// One line of a fixture's `commands.txt`: the file the answer goes to, the exit code, the arguments.
struct Command<'a> {
    file: &'a str,
    exit: &'a str,
    arguments: Vec<&'a str>,
}

fn read_commands(text: &str) -> Vec<Command<'_>> {
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let read = |line| {
        let mut words = str::split_whitespace(line);
        let (file, exit, program) = (words.next(), words.next(), words.next());
        assert_eq!(program, Some("sluice"), "a line is `FILE EXIT sluice ARGS`: {line}");
        let word = |word: Option<_>| word.expect("a line that names the program has the words before it");
        Command { file: word(file), exit: word(exit), arguments: words.collect() }
    };
    lines.map(read).collect()
}

#[test]
fn every_command_says_of_each_fixture_what_is_committed() {
    let mut complaints = Vec::new();
    let mut fixtures: Vec<_> = fs::read_dir(in_repo("fixtures")).unwrap().map(|entry| entry.unwrap().path()).collect();
    fixtures.sort();
    for fixture in fixtures.iter().filter(|folder| folder.join("base").is_dir()) {
        let name = fixture.file_name().unwrap().to_string_lossy();
        let scratch = Scratch::repo(&[read_files(&fixture.join("base")), read_files(&fixture.join("head"))]);
        let commands = fs::read_to_string(fixture.join("commands.txt")).unwrap();
        for command in read_commands(&commands) {
            let answer = scratch.run(&command.arguments);
            let exit = exit_code(answer.exit);
            if exit != command.exit {
                let line = command.arguments.join(" ");
                complaints.push(format!("sluice {line}: exit {exit}, not {}\n{}", command.exit, answer.stderr));
            }
            let path = format!("fixtures/{name}/expected/{}", command.file);
            complaints.extend(same_as_committed(&path, &readable(command.file, &answer.stdout)).err());
        }
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n\n"));
}

/// JSON is committed with a line a value, so that a diff shows what changed.
fn readable(file: &str, said: &str) -> String {
    let value = file.ends_with(".json").then(|| serde_json::from_str::<serde_json::Value>(said).ok()).flatten();
    value.map_or_else(|| said.to_owned(), |value| format!("{value:#}\n"))
}

pub fn exit_code(exit: Exit) -> &'static str {
    match exit {
        Exit::Clean => "0",
        Exit::Found => "1",
        Exit::Failed => "2",
        Exit::Bug => "3",
    }
}

#[test]
fn a_commands_line_names_file_exit_and_arguments() {
    let commands = read_commands("# a note\n\ncheck.txt  1  sluice check --base HEAD~1\n");
    assert_eq!((commands[0].file, commands[0].exit), ("check.txt", "1"));
    assert_eq!(commands[0].arguments, ["check", "--base", "HEAD~1"]);
}
