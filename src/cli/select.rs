//! Words of a selector in; what they pick out of a Compilation, or why they pick nothing, out.

use super::failure::Failure;
use crate::compile::{Compilation, Pick, Selected, Selection, SelectorFault, Unselected};
use crate::lineage::Follow;

/// Words, and those to leave out, read as a selection.
pub(super) fn selection(words: &[String], excluded: &[String]) -> Result<Selection, Failure> {
    Selection::parse(words, excluded).map_err(|SelectorFault { message, help }| Failure::new(message).hint(help))
}

/// What a selection picks; nothing at all is a failure.
pub(super) fn pick(selection: &Selection, follow: Follow, compilation: &Compilation) -> Result<Pick, Failure> {
    let pick = compilation.pick(selection, follow).map_err(|why| failure(&why, compilation))?;
    if pick == Pick::default() {
        let hint = "Commas keep what all of their parts have in common; `--exclude` takes away.";
        return Err(Failure::new("the selector leaves nothing").hint(hint));
    }
    Ok(pick)
}

/// The one relation or column of a name.
pub(super) fn select(name: &str, compilation: &Compilation) -> Result<Selected, Failure> {
    compilation.select(name).map_err(|why| failure(&why, compilation))
}

/// Why a selector means nothing.
pub(super) fn failure(why: &Unselected, compilation: &Compilation) -> Failure {
    match why {
        Unselected::Unknown { name, similar } => {
            let failure = Failure::new(format!("there is no model, source or seed `{name}`"));
            match similar {
                Some(similar) => failure.hint(format!("Did you mean `{similar}`?")),
                None => failure.hint("`sluice doctor` lists the projects that were found."),
            }
        }
        Unselected::Ambiguous { name, candidates } => Failure::new(format!("`{name}` means several relations"))
            .hint(format!("Say one of {}.", candidates.join(", "))),
        Unselected::NoColumn { relation, column, similar } => {
            let name = compilation.short_name(relation);
            let failure = Failure::new(format!("`{name}` has no column `{column}`"));
            match similar {
                Some(similar) => failure.hint(format!("Did you mean `{name}.{similar}`?")),
                None => failure.hint(format!("`sluice lineage {name}` lists its columns.")),
            }
        }
        Unselected::Nothing { term } => Failure::new(format!("`{term}` selects nothing"))
            .hint("`docs/selectors.md` says what each method looks at."),
    }
}
