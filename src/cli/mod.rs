//! Arguments in, an answer on stdout and an exit code out: the command list. One file a command.
#![expect(clippy::disallowed_methods, reason = "`main` hands the process's own streams and arguments to `run`")]

mod failure;
mod files;
mod io;
mod lineage;
mod lineage_batch;

use std::ffi::OsString;
use std::panic;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use failure::{Exit, Failure};
pub use io::{Color, Io, Terminal};

use crate::compile::guarded;

/// A git-native linter and compiler for repos of SQL models.
#[derive(Debug, Parser)]
#[command(name = "sluice", version, max_term_width = 100, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When to colour the answer.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    Lineage(lineage::Lineage),
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
        let mut io =
            Io { input: &mut input, output: &mut output, errors: &mut errors, folder, terminal, color };
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
pub fn run(arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>, io: &mut Io) -> Exit {
    let parsed = Arguments::command().try_get_matches_from(arguments).and_then(|m| Arguments::from_arg_matches(&m));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return tell_usage(&error, io),
    };
    io.color = arguments.color;
    let result = match arguments.command {
        Command::Lineage(lineage) => lineage::run(&lineage, io),
    };
    result.unwrap_or_else(|failure| tell_failure(failure, io))
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
