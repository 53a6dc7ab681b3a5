//! A project in; names of resources and columns that do not follow the team's patterns, or not their types, out.

use std::collections::BTreeMap;

use crate::algebra::Type;
use crate::lineage::Via;
use crate::lint::dag::inner_path;
use crate::lint::finding::Raised;
use crate::lint::patterns::Patterns;
use crate::lint::resource::{Resource, Sort, of, project_place, resources};
use crate::lint::scene::{Stage, locate};
use crate::text::FileId;

use super::describe::{at_column, columns};

/// `naming-convention`.
pub(super) fn resources_by_name(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for sort in Sort::ALL {
        let patterns = Patterns::read(stage, sort.word(), found);
        if patterns.is_empty() {
            continue;
        }
        for one in of(stage, sort) {
            // A source table's name is what stands behind the dot.
            let name = one.name.rsplit('.').next().filter(|_| sort == Sort::SourceTable).unwrap_or(&one.name);
            if let Some(wanted) = patterns.miss(name, one.path(stage), one.layer) {
                let message = format!("The name of the {} `{}` does not match {wanted}.", sort.noun(), one.name);
                found.push(one.raise(message).help("Rename it as the others are named."));
            }
        }
    }
    of_models(stage, found);
    let patterns = Patterns::read(stage, "project", found);
    if let Some(wanted) = patterns.miss(&stage.project.name, "", None) {
        let message = format!("The name of the project `{}` does not match {wanted}.", stage.project.name);
        found.push(Raised::at(project_place(stage), message, &stage.project.name).help("Rename it."));
    }
}

/// The names of a model's file, schema and alias.
fn of_models(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for part in ["file", "schema", "alias"] {
        let patterns = Patterns::read(stage, part, found);
        if patterns.is_empty() {
            continue;
        }
        for one in of(stage, Sort::Model) {
            let Some(compiled) = one.model else { continue };
            let path = compiled.model.file.path();
            let relation = &compiled.model.relation;
            let name = match part {
                "file" => path.rsplit('/').next().unwrap_or(path),
                "schema" => relation.schema.as_deref().unwrap_or_default(),
                _ => &relation.identifier,
            };
            if let Some(wanted) = patterns.miss(name, one.path(stage), one.layer) {
                let message = format!("The {part} `{name}` of `{}` does not match {wanted}.", one.name);
                found.push(one.raise(message).help("Rename it as the others are named."));
            }
        }
    }
}

/// `model-prefix`.
pub(super) fn prefix(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let items = stage.options().words("prefixes");
    for one in of(stage, Sort::Model) {
        let Some(compiled) = one.model else { continue };
        let layer = by_folder(stage, &compiled.model.file);
        let of_layer = |layer: &str| {
            let own = items.iter().filter_map(|item| item.split_once(": ")).find(|(name, _)| *name == layer);
            own.map(|(_, prefixes)| prefixes.split([',', ' ']).filter(|prefix| !prefix.is_empty()).collect::<Vec<_>>())
        };
        let every =
            items.iter().filter_map(|item| item.split_once(": ")).flat_map(|(_, prefixes)| prefixes.split([',', ' ']));
        let has_any = every.filter(|prefix| !prefix.is_empty()).any(|prefix| one.name.starts_with(prefix));
        let Some(wanted) = of_layer(&layer).filter(|_| !has_any) else { continue };
        let message = format!("`{}`, of `{layer}`, should start with {}.", one.name, wanted.join(" or "));
        found.push(one.raise(message).help("Then its name says everywhere what kind of model it is."));
    }
}

/// The layer of a model by its path alone: what its name says is judged by it.
fn by_folder(stage: &Stage<'_>, file: &FileId) -> String {
    if !stage.project.settings.layers.is_empty() {
        return stage.rules.layer(file).unwrap_or("other").to_owned();
    }
    let inner = inner_path(stage.project, file.path());
    let folders = inner.rsplit_once('/').map_or("", |(folders, _)| folders);
    let known = folders.rsplit('/').find(|folder| ["base", "staging", "intermediate", "marts"].contains(folder));
    known.unwrap_or("other").to_owned()
}

/// `column-naming`.
pub(super) fn columns_by_name(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let patterns = Patterns::read(stage, "patterns", found);
    if patterns.is_empty() {
        return;
    }
    for one in resources(stage) {
        let Some(compiled) = one.model else {
            for column in columns(&one) {
                if let Some(wanted) = patterns.miss(&column.name, one.path(stage), one.layer) {
                    let message = format!("The name of the column `{}` does not match {wanted}.", column.name);
                    found.push(at_column(&one, column, message).help("Rename it as the others are named."));
                }
            }
            continue;
        };
        for output in compiled.query.outputs.iter().filter(|output| !output.from_star) {
            if let Some(wanted) = patterns.miss(&output.name, one.path(stage), one.layer) {
                let message = format!("The name of the column `{}` does not match {wanted}.", output.name);
                let (place, written_in) = locate(compiled, output.span);
                let mut raised = Raised::at(place, message, &output.name).model(&compiled.model.id);
                raised.written_in = written_in;
                found.push(raised.help("Rename it as the others are named."));
            }
        }
    }
}

/// `column-name-and-type`.
pub(super) fn name_and_type(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let items = stage.options().words("types");
    let rules: Vec<(regex::Regex, Vec<&str>, &str)> = items
        .iter()
        .filter_map(|item| item.rsplit_once(": "))
        .filter_map(|(pattern, kinds)| {
            let kinds: Vec<&str> = kinds.split([',', ' ']).filter(|kind| !kind.is_empty()).collect();
            Some((regex::Regex::new(pattern.trim()).ok()?, kinds, pattern.trim()))
        })
        .collect();
    let both = stage.options().words("both_ways");
    for one in resources(stage) {
        for (name, ty, declared) in typed(&one) {
            let word = ty.family.word();
            let named: Vec<_> = rules.iter().filter(|(pattern, _, _)| pattern.is_match(&name)).collect();
            let fault = match named.as_slice() {
                [] => {
                    let typed = rules.iter().find(|(_, kinds, _)| kinds.contains(&word));
                    typed.filter(|_| both.iter().any(|kind| kind == word)).map(|(_, _, pattern)| {
                        format!("`{name}` is a {word}, but its name does not match `{pattern}` as names of {word}s do.")
                    })
                }
                rules if rules.iter().any(|(_, kinds, _)| kinds.contains(&word)) => None,
                [(_, kinds, _), ..] => {
                    Some(format!("By its name `{name}` is {}, but its type is {}.", kinds.join(" or "), ty.name))
                }
            };
            if let Some(message) = fault {
                let place = match (declared, one.model) {
                    (Some(place), _) => place,
                    (None, Some(compiled)) => {
                        let output = compiled.query.outputs.iter().find(|output| output.name == name);
                        locate(compiled, output.map(|output| output.span).unwrap_or_default()).0
                    }
                    (None, None) => one.place.clone(),
                };
                let raised = Raised::at(place, message, &format!("{}.{name}", one.name));
                let raised = raised.help("Rename the column, or cast it.");
                found.push(match one.model {
                    Some(compiled) => raised.model(&compiled.model.id),
                    None => raised,
                });
            }
        }
    }
}

/// Columns with their types: as declared, else as the query gives them.
fn typed(one: &Resource<'_>) -> Vec<(String, Type, Option<crate::text::Place>)> {
    let declared = columns(one).filter_map(|column| {
        Some((column.name.clone(), Type::parse(column.data_type.as_ref()?), Some(column.place.clone())))
    });
    let mut all: Vec<_> = declared.collect();
    let known = one.model.map(|compiled| compiled.known.columns.as_slice()).unwrap_or_default();
    for column in known {
        if !all.iter().any(|(name, _, _)| name.eq_ignore_ascii_case(&column.name)) {
            all.push((column.name.clone(), column.ty.clone(), None));
        }
    }
    all.retain(|(_, ty, _)| !ty.is_unknown());
    all
}

/// `canonical-column-name`.
pub(super) fn canonical(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    // The name under which each column of a source, seed or model is passed on first, and where.
    let mut first: BTreeMap<(String, String), (String, crate::text::Place)> = BTreeMap::new();
    for one in resources(stage) {
        let Some(compiled) = one.model else { continue };
        for column in &compiled.lineage.columns {
            let [edge] = column.inputs.as_slice() else { continue };
            if edge.via != Via::Identity || edge.field.is_some() {
                continue;
            }
            let key = (edge.relation.clone(), edge.column.to_ascii_lowercase());
            let place = locate(compiled, column.span).0;
            let Some((name, other)) = first.get(&key) else {
                first.insert(key, (column.name.clone(), place));
                continue;
            };
            if !name.eq_ignore_ascii_case(&column.name) && place.file != other.file {
                let from = format!("{}.{}", stage.compilation.short_name(&edge.relation), edge.column);
                let message = format!("`{from}` is called `{}` here and `{name}` elsewhere.", column.name);
                let raised = Raised::at(place, message, &column.name).model(&compiled.model.id);
                found.push(raised.help("One thing, one name.").label(other.clone(), format!("called `{name}`")));
            }
        }
    }
}

/// `macro-named-as-file`.
pub(super) fn macro_file(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for file in crate::lint::macros::macro_files(stage) {
        let stem = file.file.path().rsplit('/').next().unwrap_or_default().trim_end_matches(".sql");
        for one in file.defined() {
            let base = one.name.split_once("__").map_or(one.name.as_str(), |(_, base)| base);
            let same = |name: &str| name == stem || name.strip_prefix("test_") == Some(stem);
            if !same(&one.name) && !same(base) {
                let message = format!("The macro `{}` stands in `{stem}.sql`.", one.name);
                let help = "Give it a file of its own name, where those who see a call will look for it.";
                found.push(Raised::at(file.name_place(one), message, &one.name).help(help));
            }
        }
    }
}
