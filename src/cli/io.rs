//! Where a command reads and writes, and what the terminal there takes; a test hands in buffers instead.

use std::io::{ErrorKind, Read, Write};
use std::path::PathBuf;

use super::failure::Failure;
use crate::report::Paint;

/// Standard streams, the folder the command was started in, and the terminal.
pub struct Io<'a> {
    pub input: &'a mut dyn Read,
    pub output: &'a mut dyn Write,
    pub errors: &'a mut dyn Write,
    pub folder: PathBuf,
    pub terminal: Terminal,
    /// What `--color` says, once the arguments are read.
    pub color: Color,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// Where stdout is a terminal that takes colours and `NO_COLOR` is not set.
    #[default]
    Auto,
    Always,
    Never,
}

/// What is known of the terminal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terminal {
    pub output: bool,
    pub errors: bool,
    pub colour: bool,
    pub links: bool,
    pub width: usize,
}

impl Terminal {
    /// Reads the environment: `NO_COLOR`, `CLICOLOR_FORCE`, `TERM`, `COLUMNS`, and who the terminal says it is.
    pub fn detect() -> Self {
        use std::io::IsTerminal;
        let (output, errors) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty() && value != "0");
        let dumb = variable("TERM").is_some_and(|term| term == "dumb");
        let colour = !set("NO_COLOR") && !dumb && (output || set("CLICOLOR_FORCE"));
        let width = variable("COLUMNS").and_then(|columns| columns.parse().ok()).unwrap_or(0);
        Terminal { output, errors, colour, links: output && colour && takes_links(), width }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Terminals that are known to open OSC 8 links.
fn takes_links() -> bool {
    let program = variable("TERM_PROGRAM").unwrap_or_default();
    let known = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby"];
    let vte = variable("VTE_VERSION").and_then(|version| version.parse::<u32>().ok()).unwrap_or(0);
    let marked = ["WT_SESSION", "KONSOLE_VERSION", "DOMTERM"].iter().any(|name| variable(name).is_some());
    let kitty = variable("TERM").is_some_and(|term| term.contains("kitty") || term.contains("alacritty"));
    known.contains(&program.as_str()) || vte >= 5000 || marked || kitty
}

impl Io<'_> {
    /// Writes an answer to stdout.
    pub fn print(&mut self, text: &str) -> Result<(), Failure> {
        let written = self.output.write_all(text.as_bytes()).and_then(|()| self.output.flush());
        written.map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => Failure::Closed,
            _ => Failure::new(format!("the answer cannot be written: {error}")),
        })
    }

    /// Writes a line for people to stderr; nobody may be there to read it.
    pub fn tell(&mut self, line: &str) {
        let _ = writeln!(self.errors, "{line}");
    }

    /// All of stdin, as text.
    pub fn read_input(&mut self) -> Result<String, Failure> {
        let mut bytes = Vec::new();
        let read = self.input.read_to_end(&mut bytes);
        read.map_err(|error| Failure::new(format!("stdin cannot be read: {error}")))?;
        Ok(text_of(bytes))
    }

    /// Colours and links for what goes to stdout.
    pub fn paint(&self) -> Paint {
        let Terminal { links, width, .. } = self.terminal;
        match self.color {
            Color::Auto => Paint { colour: self.terminal.colour, links, width },
            Color::Always => Paint { colour: true, links, width },
            Color::Never => Paint { colour: false, links: false, width },
        }
    }
}

/// Bytes as text; a leading byte order mark goes, what is not UTF-8 becomes `�`.
pub(super) fn text_of(bytes: Vec<u8>) -> String {
    let text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}
