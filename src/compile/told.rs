//! Drafts and projects in, what is wrong with them out, each at its place in a file the user edits.

use std::collections::BTreeSet;

use super::draft::{Draft, Version};
use super::each::Bug;
use super::order::Order;
use super::reading::cycle;
use super::{CompiledModel, Reading};
use crate::diagnostic::Diagnostic;
use crate::project::{Kind, Language, Project};
use crate::repo::Snapshot;
use crate::syntax::{Outline, SyntaxError};
use crate::template::{Environment, Rendered};
use crate::text::{FileId, Place, Span};

/// What the floors below said of whole projects, and loops.
pub(super) fn told(
    projects: &[Project],
    environments: &[Environment],
    drafts: &[Draft<'_>],
    order: &Order,
) -> Vec<Diagnostic> {
    let mut told: Vec<Diagnostic> = projects.iter().flat_map(|project| project.diagnostics.iter().cloned()).collect();
    told.extend(environments.iter().flat_map(|environment| environment.diagnostics().iter().cloned()));
    told.extend(order.cycles.iter().map(|members| cycle(members, drafts)));
    told
}

/// What is wrong with one draft: its template, and statements without a tree.
pub(super) fn of_draft<'a>(
    draft: &Draft<'_>,
    project: &Project,
    outlines: impl Iterator<Item = (&'a Version, &'a [Outline])>,
) -> Vec<Diagnostic> {
    let mut told: Vec<Diagnostic> = draft.bug.iter().map(|bug| self::bug(draft, bug)).collect();
    let mut empty = true;
    for (version, outline) in outlines {
        told.extend(version.rendered.diagnostics.iter().cloned());
        told.extend(faults(draft, &version.rendered, outline));
        empty &= outline.is_empty();
    }
    told.extend(no_query(draft, project).filter(|_| empty));
    told
}

/// What is wrong in branches of a model's text that its first rendering does not take.
pub(super) fn of_reading(draft: &Draft<'_>, reading: &Reading) -> Vec<Diagnostic> {
    let rendered = &reading.rendered;
    let mut told = rendered.diagnostics.clone();
    told.extend(faults(draft, rendered, &reading.outline));
    told.retain(|diagnostic| reading.shows(draft.model, &diagnostic.place));
    told
}

/// Models and macros whose bytes are not UTF-8, each told at its first wrong byte.
pub(super) fn encodings(projects: &[Project], snapshot: &Snapshot) -> Vec<Diagnostic> {
    // The texts are at hand; only those that hold the sign of a wrong byte are read again.
    let is_odd = |text: &str| text.contains(char::REPLACEMENT_CHARACTER);
    let models = projects.iter().flat_map(|project| &project.models).filter(|model| is_odd(&model.text));
    let macros = projects.iter().flat_map(|project| &project.macros).filter(|file| is_odd(&file.text));
    let files: BTreeSet<&FileId> = models.map(|model| &model.file).chain(macros.map(|file| &file.file)).collect();
    let wrong = |file: &FileId| {
        let at = snapshot.text(file).ok()?.invalid_utf8?;
        let message = "The file is not UTF-8: this byte means no character, and what it was meant to be is lost.";
        let diagnostic = Diagnostic::error("invalid-encoding", Place::new(file, Span::new(at, at + 1)), message);
        Some(diagnostic.help("Save the file as UTF-8."))
    };
    files.into_iter().filter_map(wrong).collect()
}

/// By place, then rule; each once, though two renderings of one model may both say it.
pub(super) fn sort(told: &mut Vec<Diagnostic>) {
    told.sort_by(|a, b| (&a.place, &a.rule, &a.message, &a.model).cmp(&(&b.place, &b.rule, &b.message, &b.model)));
    told.dedup_by(|a, b| (&a.place, &a.rule, &a.message) == (&b.place, &b.rule, &b.message));
}

/// Parse errors. Text that the template floor could not know in full is no fault of the user's SQL.
fn faults(draft: &Draft<'_>, rendered: &Rendered, outline: &[Outline]) -> Vec<Diagnostic> {
    if rendered.failed || !rendered.unknowns.is_empty() {
        return Vec::new();
    }
    let faults = outline.iter().filter_map(|statement| statement.fault.as_ref());
    faults.map(|fault| parse_error(draft, rendered, fault)).collect()
}

fn parse_error(draft: &Draft<'_>, rendered: &Rendered, fault: &SyntaxError) -> Diagnostic {
    let model = draft.model;
    let Some(origin) = rendered.origin(fault.span) else {
        return Diagnostic::error("parse-error", Place::top(&model.file), &fault.message).model(&model.id);
    };
    let mut diagnostic = Diagnostic::error("parse-error", origin.place, &fault.message).model(&model.id);
    if let Some(call) = origin.calls.last() {
        diagnostic = diagnostic.label(call.clone(), "this macro writes the SQL that cannot be read");
    } else if !origin.literal {
        diagnostic = diagnostic.help("`sluice compile` shows the SQL that this expression writes.");
    }
    diagnostic
}

fn no_query(draft: &Draft<'_>, project: &Project) -> Option<Diagnostic> {
    let rendered = &draft.main.rendered;
    let silent = rendered.failed || !rendered.unknowns.is_empty() || draft.bug.is_some();
    let model = draft.model;
    if silent || model.language == Language::Python {
        return None;
    }
    let name = &model.name;
    let message = if model.text.trim().is_empty() {
        format!("The file is empty: there is no query to build `{name}` from.")
    } else {
        format!("The file is empty but for comments and templates: there is no query to build `{name}` from.")
    };
    let place = Place::new(&model.file, Span::at(model.body.start as usize));
    let diagnostic = match project.kind {
        Kind::Dbt | Kind::SqlMesh => Diagnostic::error("parse-error", place, message),
        Kind::Plain => Diagnostic::warn("parse-error", place, message),
    };
    Some(diagnostic.help("Write a SELECT, or delete the file.").model(&model.id))
}

/// A panic of ours, told where it happened.
pub(super) fn bug(draft: &Draft<'_>, bug: &Bug) -> Diagnostic {
    let name = &draft.model.name;
    let message = format!("`{name}` could not be understood because of a bug in sluice: {}.", bug.0);
    Diagnostic::error("internal-error", Place::top(&draft.model.file), message)
        .help("This is our fault, not yours: please report it with this file. All other models are answered.")
        .model(&draft.model.id)
}

/// Two projects of one repo build models of one name. The same package installed in both is no fault.
pub(super) fn name_taken(first: &CompiledModel, second: &CompiledModel, projects: &[Project]) -> Option<Diagnostic> {
    let is_package = |model: &CompiledModel| model.model.package != projects[model.project].name;
    if is_package(first) || is_package(second) || first.model.file == second.model.file {
        return None;
    }
    let (file, other) = (&second.model.file, &first.model.file);
    let message = format!("`{}` is also built by {other}, so readers cannot tell the two apart.", second.model.id);
    let diagnostic = Diagnostic::error("duplicate-model", Place::top(file), message);
    Some(diagnostic.help("Rename one of the two.").label(Place::top(other), "the other one").model(&second.model.id))
}
