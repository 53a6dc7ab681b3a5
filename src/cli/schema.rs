//! `sluice schema`: the name of an output in, its JSON Schema out.

use clap::Args;

use super::failure::{Exit, Failure};
use super::io::Io;
use crate::report::schemas;
use crate::text::closest;

/// The JSON Schema of an output, e.g. `lineage` for `sluice lineage --format json`.
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// The output's name; without one, all names.
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

pub(super) fn run(arguments: &Schema, io: &mut Io) -> Result<Exit, Failure> {
    let names = || schemas().iter().map(|(name, _)| *name);
    let Some(wanted) = &arguments.name else {
        io.print(&(names().collect::<Vec<_>>().join("\n") + "\n"))?;
        return Ok(Exit::Clean);
    };
    let Some((_, schema)) = schemas().iter().find(|(name, _)| name == wanted) else {
        let failure = Failure::new(format!("there is no schema `{wanted}`"));
        return Err(match closest(wanted, names()) {
            Some(similar) => failure.hint(format!("Did you mean `{similar}`?")),
            None => failure.hint(format!("There are {}.", names().collect::<Vec<_>>().join(", "))),
        });
    };
    io.print(schema)?;
    Ok(Exit::Clean)
}
