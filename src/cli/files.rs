//! What the command line names (files, dialects, schemas) in, what they hold out.

use std::sync::Arc;

use super::failure::Failure;
use super::io::Io;
use crate::compile::{Schema, each};
use crate::data::json;
use crate::dialect::{Dialect, find, labels};
use crate::repo::Disk;
use crate::text::closest;

/// The dialect of loose SQL where none is named.
const DEFAULT_DIALECT: &str = "ansi";

/// The text of a file, relative to the folder the command was started in; `-` is stdin.
pub(super) fn read(path: &str, io: &mut Io) -> Result<String, Failure> {
    if path == "-" {
        return io.read_input();
    }
    let whole = io.folder.join(path);
    let (Some(folder), Some(name)) = (whole.parent(), whole.file_name().and_then(|name| name.to_str())) else {
        return Err(Failure::new(format!("{path} is not a file")));
    };
    let text = Disk::new(folder).text(name).map_err(|_| {
        Failure::new(format!("{path} cannot be read")).hint("Check the path; it is taken from the folder you are in.")
    })?;
    Ok(text.body().0.to_owned())
}

/// The dialect of that name.
pub(super) fn dialect(name: Option<&str>) -> Result<Arc<Dialect>, Failure> {
    let name = name.unwrap_or(DEFAULT_DIALECT);
    find(name).ok_or_else(|| {
        let failure = Failure::new(format!("there is no dialect `{name}`"));
        match closest(name, labels()) {
            Some(similar) => failure.hint(format!("Did you mean `{similar}`?")),
            None => failure.hint(format!("Known dialects: {}", labels().join(", "))),
        }
    })
}

/// The tables of a schema file; none where no file is named.
pub(super) fn schema(path: Option<&str>, dialect: &Dialect, io: &mut Io) -> Result<Schema, Failure> {
    let Some(path) = path else { return Ok(Schema::default()) };
    let text = read(path, io)?;
    let file = json::parse(&text).map_err(|fault| Failure::new(format!("{path} is not JSON: {fault}")))?;
    Schema::read(&file, dialect).map_err(|fault| Failure::new(format!("{path}: {fault}")))
}

/// Answers every line of a file that is not blank, in order, a chunk at a time in parallel.
pub(super) fn answer_lines(path: &str, io: &mut Io, answer: &(dyn Fn(&str) -> String + Sync)) -> Result<(), Failure> {
    let text = read(path, io)?;
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    for chunk in lines.chunks(256) {
        let answers = each(chunk, |line| answer(line) + "\n");
        io.print(&answers.concat())?;
    }
    Ok(())
}
