//! Arguments in, an answer on stdout and an exit code out: the command list. One file a command.
#![expect(clippy::disallowed_methods, reason = "`main` hands the process's own streams and arguments to `run`")]

mod catalog;
mod change;
mod check;
mod ci;
mod compare;
mod compile;
mod completions;
mod demo;
mod doctor;
mod explain;
mod failure;
mod files;
mod findings;
mod impact;
mod init;
mod io;
mod lineage;
mod lineage_batch;
mod lineage_graph;
mod lineage_page;
mod lineage_paths;
mod lsp;
mod mcp;
mod mend;
mod outlet;
mod plan;
mod progress;
mod relations;
mod report;
mod rules;
mod schema;
mod select;
mod texts;
mod workspace;

use std::ffi::OsString;
use std::panic;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use failure::{Exit, Failure};
pub use io::{Color, Io, Terminal};
pub use workspace::graph_of;

use crate::compile::guarded;
use crate::text::closest;

/// Trees are many small pieces of memory, which it hands out a fifth faster than the system's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A git-native linter and compiler for repos of SQL models.
#[derive(Debug, Parser)]
#[command(name = "sluice", version, max_term_width = 100, after_help = "`sluice` alone is `sluice check`.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When to colour the answer.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
    Lineage(lineage::Lineage),
    Impact(impact::Impact),
    Ci(ci::Ci),
    Compare(compare::Compare),
    Plan(plan::Plan),
    Report(report::Report),
    Compile(compile::Compile),
    Explain(explain::Explain),
    Rules(rules::Rules),
    Init(init::Init),
    Schema(schema::Schema),
    Doctor(doctor::Doctor),
    Catalog(catalog::Catalog),
    Mcp(mcp::Mcp),
    Completions(completions::Completions),
    Demo(demo::Demo),
    Lsp(lsp::Lsp),
}

/// The binary's `main`: process streams, process arguments, and a hook that tells a bug of ours from a fault of yours.
pub fn main() -> Exit {
    panic::set_hook(Box::new(|panic| {
        if !guarded() {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "{}", bug_report(&panic.to_string()));
        }
    }));
    let work = || {
        let (mut input, mut output, mut errors) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
        let folder = std::env::current_dir().unwrap_or_default();
        let terminal = Terminal::detect();
        let color = Color::Auto;
        let mut io = Io { input: &mut input, output: &mut output, errors: &mut errors, folder, terminal, color };
        run(std::env::args_os(), &mut io)
    };
    panic::catch_unwind(work).unwrap_or(Exit::Bug)
}

fn bug_report(what: &str) -> String {
    let what = what.replace('\n', " ");
    format!(
        "sluice: {what}\n  hint: this is a bug in sluice, not in your SQL. Please report it with this line and, if you \
         can, the file it was reading."
    )
}

/// Runs one command line, the first word of which is the program's name.
pub fn run(arguments: impl IntoIterator<Item = impl Into<OsString>>, io: &mut Io) -> Exit {
    let words: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let arguments = match parse(words) {
        Ok(arguments) => arguments,
        Err(error) => return tell_usage(&error, io),
    };
    if arguments.color != Color::Auto {
        io.color = arguments.color;
    }
    let result = match &arguments.command {
        Command::Check(check) => check::run(check, io),
        Command::Lineage(lineage) => lineage::run(lineage, io),
        Command::Impact(impact) => impact::run(impact, io),
        Command::Ci(ci) => ci::run(ci, io),
        Command::Compare(compare) => compare::run(compare, io),
        Command::Plan(plan) => plan::run(plan, io),
        Command::Report(report) => report::run(report, io),
        Command::Compile(compile) => compile::run(compile, io),
        Command::Explain(explain) => explain::run(explain, io),
        Command::Rules(rules) => rules::run(rules, io),
        Command::Init(init) => init::run(init, io),
        Command::Schema(schema) => schema::run(schema, io),
        Command::Doctor(doctor) => doctor::run(doctor, io),
        Command::Catalog(catalog) => catalog::run(catalog, io),
        Command::Mcp(mcp) => mcp::run(mcp, io),
        Command::Completions(completions) => completions::run(completions, io),
        Command::Demo(demo) => demo::run(demo, io),
        Command::Lsp(lsp) => lsp::run(lsp),
    };
    result.unwrap_or_else(|failure| tell_failure(failure, io))
}

/// `sluice` alone, or with paths or flags of `check`, is `sluice check`.
fn parse(mut words: Vec<OsString>) -> Result<Arguments, clap::Error> {
    let read = |words: &[OsString]| {
        let matches = Arguments::command().try_get_matches_from(words);
        matches.and_then(|matches| Arguments::from_arg_matches(&matches))
    };
    let error = match read(&words) {
        Ok(arguments) => return Ok(arguments),
        Err(error) => error,
    };
    let named = words.iter().skip(1).filter_map(|word| word.to_str()).any(|word| commands().iter().any(|c| c == word));
    if named || !error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Err(error);
    }
    words.insert(1.min(words.len()), OsString::from("check"));
    read(&words)
}

fn commands() -> Vec<String> {
    Arguments::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// The command that a misspelt word may mean.
fn similar_command(word: &str) -> Option<String> {
    let commands = commands();
    closest(word, commands.iter().map(String::as_str)).map(str::to_owned)
}

fn tell_failure(failure: Failure, io: &mut Io) -> Exit {
    let (message, hint) = match failure {
        Failure::Told { message, hint } => (message, hint),
        Failure::Closed => return Exit::Clean,
        Failure::Bug(what) => {
            io.tell(&bug_report(&what));
            return Exit::Bug;
        }
    };
    io.tell(&format!("sluice: {message}"));
    if let Some(hint) = hint {
        io.tell(&format!("  hint: {hint}"));
    }
    Exit::Failed
}

/// Help and version are answers; anything else clap says is a usage error.
fn tell_usage(error: &clap::Error, io: &mut Io) -> Exit {
    if error.use_stderr() {
        io.tell(error.render().to_string().trim_end());
        return Exit::Failed;
    }
    let help = error.render();
    let text = if io.terminal.colour { help.ansi().to_string() } else { help.to_string() };
    match io.print(&text) {
        Ok(()) | Err(Failure::Closed) => Exit::Clean,
        Err(failure) => tell_failure(failure, io),
    }
}
