//! A project in; columns that properties files leave out, or whose declared types are missing or not the query's, out.

use crate::algebra::{Family, Status, Type};
use crate::lint::dag::{is_whole, quoted};
use crate::lint::finding::Raised;
use crate::lint::resource::{Resource, Sort, resources};
use crate::lint::scene::Stage;

use super::describe::{at_column, columns};

/// `undocumented-column`.
pub(super) fn undocumented(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let entries_only = stage.options().flag("entries_only");
    for one in resources(stage).iter().filter(|one| one.has_entry || !entries_only) {
        let Some(names) = names(stage, one) else { continue };
        let listed = |name: &String| columns(one).any(|column| column.name.eq_ignore_ascii_case(name));
        let missing: Vec<&String> = names.iter().filter(|name| !listed(name)).collect();
        if missing.is_empty() {
            continue;
        }
        let is = if missing.len() == 1 { "column is" } else { "columns are" };
        let message = format!("{} {is} missing from the entry of `{}`: {}.", missing.len(), one.name, quoted(&missing));
        found.push(one.raise(message).help("List them under `columns:`."));
    }
}

/// All columns of a resource, where they are known for sure.
fn names(stage: &Stage<'_>, one: &Resource<'_>) -> Option<Vec<String>> {
    let project = stage.project;
    match one.sort {
        Sort::Model | Sort::Snapshot => {
            let compiled = one.model?;
            let sure = compiled.status == Status::Exact && is_whole(compiled) && !compiled.known.open;
            sure.then(|| compiled.known.columns.iter().map(|column| column.name.clone()).collect())
        }
        Sort::Seed => {
            let seed = project.seeds.iter().find(|seed| seed.name == one.name && seed.package == project.name)?;
            Some(seed.columns.iter().map(|column| column.name.clone()).collect())
        }
        Sort::SourceTable => {
            let source = project.sources.iter().find(|source| source.place == one.place)?;
            let catalog = source.catalog.as_ref()?;
            Some(catalog.columns.iter().map(|column| column.name.clone()).collect())
        }
        Sort::Source | Sort::Exposure | Sort::Macro => None,
    }
}

/// `missing-column-type`.
pub(super) fn types_missing(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for one in resources(stage) {
        for column in columns(&one).filter(|column| column.data_type.is_none()) {
            let message = format!("The entry of the column `{}` does not say its type.", column.name);
            found.push(at_column(&one, column, message).help("Add `data_type`."));
        }
    }
}

/// `declared-type-differs`.
pub(super) fn types_differ(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for one in resources(stage) {
        let Some(compiled) = one.model.filter(|compiled| compiled.status != Status::Opaque && is_whole(compiled))
        else {
            continue;
        };
        for column in columns(&one) {
            let Some(declared) = column.data_type.as_deref().map(Type::parse) else { continue };
            // What the query says, before a declaration is believed.
            let output = compiled.query.outputs.iter().find(|output| output.name.eq_ignore_ascii_case(&column.name));
            let Some(given) = output.and_then(|output| compiled.query.columns.get(output.column.0 as usize)) else {
                continue;
            };
            if declared.is_unknown() || given.ty.is_unknown() || are_alike(&declared, &given.ty) {
                continue;
            }
            let message =
                format!("`{}` is declared as {}, but the query gives {}.", column.name, declared.name, given.ty.name);
            let help = if compiled.model.properties.contract_enforced {
                "The contract fails when the model is built. Cast the column, or declare its type as it is."
            } else {
                "Cast the column, or declare its type as it is."
            };
            found.push(at_column(&one, column, message).help(help));
        }
    }
}

/// Numbers of all kinds pass for each other, and so do texts and what is kept as text.
fn are_alike(one: &Type, other: &Type) -> bool {
    // Where truth is kept as a small number, a comparison gives one too.
    let small = |ty: &Type| ["UINT8", "TINYINT"].iter().any(|name| ty.name.to_ascii_uppercase().contains(name));
    let is_truth = |a: &Type, b: &Type| a.family == Family::Boolean && small(b);
    if is_truth(one, other) || is_truth(other, one) {
        return true;
    }
    let (one, other) = (one.family, other.family);
    let pair = |a: &[Family]| a.contains(&one) && a.contains(&other);
    one == other
        || (one.is_number() && other.is_number())
        || pair(&[Family::Timestamp, Family::Time])
        || pair(&[Family::Json, Family::String, Family::Struct, Family::Map, Family::Array])
        || pair(&[Family::Binary, Family::String])
        || pair(&[Family::Geo, Family::String, Family::Binary])
}
