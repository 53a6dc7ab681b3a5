//! `sluice completions`: a shell's name in, the script that completes our command lines there out.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::Arguments;
use super::failure::{Exit, Failure};
use super::io::Io;

/// The script that lets a shell complete `sluice`'s command lines.
///
/// `sluice completions bash > ~/.local/share/bash-completion/completions/sluice`
#[derive(Debug, Args)]
pub(super) struct Completions {
    shell: Shell,
}

pub(super) fn run(arguments: &Completions, io: &mut Io) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut Arguments::command(), "sluice", &mut script);
    io.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}
