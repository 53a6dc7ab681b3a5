//! How much of other people's SQL is read, and how fast: `cargo bench --bench dialects -- accuracy FILE..`.
//!
//! The files are made by the two scripts beside this one, from checkouts of the peers whose tests they are.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal of those who build Sluice")]
#![expect(
    clippy::disallowed_methods,
    reason = "it reads files of other people's repos, and names as sqlglot spells them"
)]

mod accuracy;
mod cases;
mod relations;
mod spans;
mod throughput;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo bench --bench dialects -- COMMAND
  accuracy FILE.. [--dialect NAME] [--other] [--failures]    share of statements read, by dialect, beside sqlglot's
  relations FILE.. [--dialect NAME]                          relations in FROM that differ from sqlglot's
  spans DIALECT FOLDER..                                     expressions whose span holds the whole of their text
  files DIALECT FOLDER..                                     .sql files that are read, and why the others are not
  throughput DIALECT FOLDER..                                MB/s of the strict and the tolerant tree over .sql files";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let run = move || {
        let (command, rest) = arguments.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
        match command {
            "accuracy" => accuracy::print(&cases::Request::read(rest)),
            "relations" => relations::print(&cases::Request::read(rest)),
            "spans" => spans::print(rest),
            "files" => throughput::print_files(rest),
            "throughput" => throughput::print(rest),
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
        ExitCode::SUCCESS
    };
    let thread = std::thread::Builder::new().stack_size(sluicegate::syntax::STACK_BYTES).spawn(run);
    thread.expect("a thread starts").join().expect("the bench runs to its end")
}
