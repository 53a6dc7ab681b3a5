//! A model, a column or a CTE and its new name in; the edits that call it so everywhere out, or why that is not safe.
//!
//! A column keeps its old name for whoever reads its readers: where a reader passes it on by its bare name, that becomes
//! `new as old`. What macros write, and stars, cannot be edited in the text of a model, so those are refused.

use super::Refused;
use super::look::{Thing, name_span};
use super::mentions::{column_mentions, declared_column, definitions, described, mentions, read_places, yaml_reads};
use super::root::Root;
use crate::algebra::Status;
use crate::compile::{Compilation, CompiledModel};
use crate::diagnostic::Edit;
use crate::project::{Kind, ModelKind};
use crate::text::{FileId, Place, Span};

/// What a rename comes to.
pub(super) struct Renamed {
    /// Each with what it is for.
    pub(super) edits: Vec<(Edit, &'static str)>,
    /// A file that is called otherwise.
    pub(super) moved: Option<(FileId, FileId)>,
}

const DEFINED: &str = "Where it is defined";
const READ: &str = "Where models read it";
const DESCRIBED: &str = "Where YAML speaks of it";

fn refused<T>(why: impl Into<String>) -> Result<T, Refused> {
    Err(Refused(why.into()))
}

/// The name that may be changed.
pub(super) fn may_be_renamed(root: &Root, thing: &Thing) -> Result<String, Refused> {
    let Some(compilation) = root.compilation() else { return refused("The repo is not compiled yet.") };
    match thing {
        Thing::Relation(id) => Ok(model_to_rename(compilation, id)?.model.name.clone()),
        Thing::Column(id, column) => {
            column_to_rename(compilation, id, column)?;
            Ok(column.clone())
        }
        Thing::Cte(_, name) => Ok(name.clone()),
        Thing::Local(..) => refused("Only columns that a model gives its readers can be renamed, and CTEs."),
        Thing::Macro(_) => refused("Macros are not renamed: who calls them by a text is not known."),
        Thing::Rule(_) => refused("A rule's name is not yours to change."),
    }
}

pub(super) fn rename(root: &Root, thing: &Thing, new: &str) -> Result<Renamed, Refused> {
    let is_word = !new.is_empty() && new.chars().all(|sign| sign.is_alphanumeric() || sign == '_');
    if !is_word || new.starts_with(|sign: char| sign.is_ascii_digit()) {
        return refused(format!("`{new}` is no plain name: letters, digits and `_`, and no digit first."));
    }
    may_be_renamed(root, thing)?;
    let Some(compilation) = root.compilation() else { return refused("The repo is not compiled yet.") };
    match thing {
        Thing::Relation(id) => model(root, compilation, id, new),
        Thing::Column(id, name) => column(compilation, id, name, new),
        _ => {
            let places = definitions(root, thing).into_iter().chain(mentions(root, thing));
            let edits = places.map(|place| (edit(place, new), "")).collect();
            Ok(Renamed { edits, moved: None })
        }
    }
}

fn edit(place: Place, text: &str) -> Edit {
    Edit { file: place.file, span: place.span, text: text.to_owned() }
}

fn model_to_rename<'c>(compilation: &'c Compilation, id: &str) -> Result<&'c CompiledModel, Refused> {
    let Some(compiled) = compilation.models.get(id) else {
        return refused("Only models can be renamed: what a source or seed is called is said elsewhere.");
    };
    let project = &compilation.projects[compiled.project];
    if project.kind != Kind::Dbt || compiled.model.kind != ModelKind::Model {
        return refused("Only dbt models are called as their files are, so only they can be renamed.");
    }
    if compiled.model.package != project.name {
        return refused(format!("`{}` belongs to the package {}.", compiled.model.name, compiled.model.package));
    }
    if compiled.model.version.is_some() {
        return refused("A model with versions is named in many ways; rename it by hand.");
    }
    Ok(compiled)
}

fn model(root: &Root, compilation: &Compilation, id: &str, new: &str) -> Result<Renamed, Refused> {
    let compiled = model_to_rename(compilation, id)?;
    let name = &compiled.model.name;
    let taken = compilation.models.values().any(|one| one.model.name == new)
        || compilation.projects.iter().flat_map(|project| &project.seeds).any(|seed| seed.name == new);
    if taken {
        return refused(format!("There is a model or seed `{new}` already."));
    }
    let mut edits = Vec::new();
    let reads = read_places(compilation, id).into_iter().map(|place| (place, READ));
    let in_yaml = yaml_reads(root, compilation, id).into_iter().map(|place| (place, DESCRIBED));
    for (place, why) in reads.chain(in_yaml) {
        let text = root.slice(&place);
        let Some(at) = ['\'', '"'].iter().find_map(|quote| text.rfind(&format!("{quote}{name}{quote}"))) else {
            return refused(format!("{} reads `{name}` by a name that is computed: `{text}`.", place.file));
        };
        let start = place.span.start as usize + at + 1;
        edits.push((edit(Place::new(&place.file, Span::new(start, start + name.len())), new), why));
    }
    edits.extend(described(compilation, id).map(|place| (edit(place, new), DESCRIBED)));
    let old = &compiled.model.file;
    let (folder, file) = old.path().rsplit_once('/').unwrap_or(("", old.path()));
    let ending = file.rsplit_once('.').map_or("sql", |(_, ending)| ending);
    let path = if folder.is_empty() { format!("{new}.{ending}") } else { format!("{folder}/{new}.{ending}") };
    Ok(Renamed { edits, moved: Some((old.clone(), FileId::new(&path))) })
}

fn column_to_rename<'c>(
    compilation: &'c Compilation,
    id: &str,
    column: &str,
) -> Result<(&'c CompiledModel, Span), Refused> {
    let Some(compiled) = compilation.models.get(id) else {
        return refused("Columns of sources and seeds are named outside this repo.");
    };
    let short = compilation.short_name(id);
    if compiled.status == Status::Opaque || !compiled.also.is_empty() || !compiled.readings.is_empty() {
        return refused(format!("`{short}` is written in several ways, or not understood; rename the column by hand."));
    }
    let own = compiled.query.outputs.iter().filter(|output| output.name.eq_ignore_ascii_case(column));
    let own: Vec<_> = own.collect();
    let [output] = own.as_slice() else {
        return refused(format!("`{column}` is not written once in `{short}`."));
    };
    let span = name_span(compiled, output.span, &output.name).filter(|_| !output.from_star);
    match span {
        Some(span) => Ok((compiled, span)),
        None => {
            refused(format!("`{column}` comes into `{short}` by a star or a macro, so its name is not written there."))
        }
    }
}

fn column(compilation: &Compilation, id: &str, name: &str, new: &str) -> Result<Renamed, Refused> {
    let (compiled, span) = column_to_rename(compilation, id, name)?;
    if compiled.query.outputs.iter().any(|output| output.name.eq_ignore_ascii_case(new)) {
        return refused(format!("There is a column `{new}` already."));
    }
    let file = &compiled.model.file;
    let mut edits = vec![(edit(Place::new(file, span), &named_anew(compiled, span, name, new)), DEFINED)];
    for reader in compilation.models.values() {
        let mentions = column_mentions(reader, id, name);
        let named = reader.lineage.named.iter();
        let all = named.filter(|one| one.relation == id && one.column.eq_ignore_ascii_case(name)).count();
        let short = compilation.short_name(&reader.model.id);
        let has_star = reader.query.outputs.iter().any(|output| {
            output.from_star
                && output.name.eq_ignore_ascii_case(name)
                && reader.lineage.depends_on.iter().any(|read| read == id)
        });
        if has_star {
            return refused(format!("`{short}` passes `{name}` on by a star, so its readers would lose it."));
        }
        if mentions.len() < all {
            return refused(format!("`{short}` names `{name}` by a macro or a star, which no edit of its text mends."));
        }
        if reader.status == Status::Opaque && reader.lineage.depends_on.iter().any(|read| read == id) {
            return refused(format!("`{short}` reads `{}` and is not understood.", compilation.short_name(id)));
        }
        let mut places: Vec<Place> = mentions;
        places.sort();
        places.dedup();
        for place in places {
            let text = passed_on(reader, place.span, name, new);
            edits.push((edit(place, &text), READ));
        }
    }
    if let Some(place) = declared_column(compilation, id, name) {
        edits.push((edit(place, new), DESCRIBED));
    }
    Ok(Renamed { edits, moved: None })
}

/// The new name where the column is defined: `b` of `a.b` stays what it reads, and gets an alias.
fn named_anew(compiled: &CompiledModel, span: Span, name: &str, new: &str) -> String {
    let text = &compiled.model.text;
    let reads = compiled.lineage.named.iter().any(|named| name_span(compiled, named.span, &named.column) == Some(span));
    let before = text.get(..span.start as usize).unwrap_or_default().trim_end();
    let has_alias = before.to_ascii_lowercase().ends_with(" as") || before.to_ascii_lowercase().ends_with(")as");
    let own = text.get(span.range()).unwrap_or(name);
    let inner = compiled.query.columns.iter().filter(|column| column.name.eq_ignore_ascii_case(name)).count() > 1;
    if has_alias || !(reads || inner) { new.to_owned() } else { format!("{own} as {new}") }
}

/// The new name where a reader names the column: with the old one as alias where that is what its own readers know.
fn passed_on(reader: &CompiledModel, span: Span, name: &str, new: &str) -> String {
    let gives = reader.query.outputs.iter().any(|output| {
        output.name.eq_ignore_ascii_case(name) && name_span(reader, output.span, &output.name) == Some(span)
    });
    if gives { format!("{new} as {name}") } else { new.to_owned() }
}
