//! A model that renders otherwise though its text stayed in, what was edited elsewhere to cause that out.

use std::collections::BTreeSet;

use crate::change::ModelChange;
use crate::compile::{Compilation, CompiledModel};
use crate::project::{MacroFile, Project};
use crate::text::{FileId, LineIndex, Place};

/// What besides its own text makes a model's SQL another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub kind: OriginKind,
    /// The macro, variable or setting; the path of a file where it has no name.
    pub name: String,
    pub place: Place,
    pub line: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OriginKind {
    Macro,
    /// A macro of an installed package.
    Package,
    Var,
    Environment,
    Config,
}

impl OriginKind {
    pub fn word(self) -> &'static str {
        match self {
            OriginKind::Macro => "macro",
            OriginKind::Package => "package",
            OriginKind::Var => "var",
            OriginKind::Environment => "environment",
            OriginKind::Config => "config",
        }
    }
}

impl Origin {
    /// For people.
    pub fn words(&self) -> String {
        match self.kind {
            OriginKind::Macro => format!("macro `{}`, which it uses, was edited", self.name),
            OriginKind::Package => format!("package `{}`, whose macros it uses, changed", self.name),
            OriginKind::Var => format!("var `{}`, which it uses, changed", self.name),
            OriginKind::Environment => format!("`{}` of the environment, which it uses, changed", self.name),
            OriginKind::Config => "its settings or those of what it reads changed".to_owned(),
        }
    }
}

/// All that was found; empty where the model's own text was edited, or renders as it did.
pub(super) fn origins(change: &ModelChange, base: &Compilation, head: &Compilation) -> Vec<Origin> {
    let (Some(one), Some(two)) = (base.models.get(&change.id), head.models.get(&change.id)) else { return Vec::new() };
    if change.own.text || !change.own.rendered {
        return Vec::new();
    }
    let (Some(before), Some(after)) = (base.projects.get(one.project), head.projects.get(two.project)) else {
        return Vec::new();
    };
    let mut found = macros(two, before, after);
    found.extend(vars(two, before, after));
    found.extend(environment(two, before, after));
    if found.is_empty() {
        let place = two.model.properties_place.clone().unwrap_or_else(|| Place::top(&two.model.file));
        found.push(Origin { kind: OriginKind::Config, name: place.file.path().to_owned(), line: 1, place });
    }
    found
}

/// Files of macros that the model's text came through, and that differ.
fn macros(model: &CompiledModel, before: &Project, after: &Project) -> Vec<Origin> {
    let ran: BTreeSet<&FileId> = model.rendered.files.iter().filter(|file| **file != model.model.file).collect();
    let mut found = Vec::new();
    for file in after.macros.iter().chain(&after.templates) {
        let old = before.macros.iter().chain(&before.templates).find(|old| old.file == file.file);
        // Nearly every file is as it was, and that is told faster than what it defines.
        if old.is_some_and(|old| old.text == file.text) || !(ran.contains(&file.file) || defines_what_ran(file, model))
        {
            continue;
        }
        let line = super::because::first_difference(old.map_or("", |old| &old.text), &file.text);
        let index = LineIndex::new(&file.text);
        let place = Place::new(&file.file, index.line_span(&file.text, line));
        let own = file.package == after.name;
        let (kind, name) = match own {
            true => (OriginKind::Macro, name_at(file, line).unwrap_or_else(|| file.file.path().to_owned())),
            false => (OriginKind::Package, file.package.clone()),
        };
        let known = |origin: &Origin| kind == OriginKind::Package && origin.name == name;
        if !found.iter().any(known) {
            found.push(Origin { kind, name, place, line });
        }
    }
    found
}

/// Did the model run a macro that this file defines?
fn defines_what_ran(file: &MacroFile, model: &CompiledModel) -> bool {
    named_lines(&file.text).any(|(_, name)| model.rendered.macros.contains(&format!("{}.{name}", file.package)))
}

/// Lines from 1 on which macros begin, and their names.
fn named_lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    text.lines().zip(1..).filter_map(|(line, at)| {
        let (_, rest) = line.split_once("{%")?;
        let rest = rest.trim_start_matches(['-', '+']).trim_start().strip_prefix("macro")?;
        let end = rest.find('(')?;
        Some((at, rest[..end].trim()))
    })
}

/// The macro around a line.
fn name_at(file: &MacroFile, line: u32) -> Option<String> {
    named_lines(&file.text).take_while(|(at, _)| *at <= line).last().map(|(_, name)| name.to_owned())
}

/// Vars whose value differs and whose name stands in what was rendered.
fn vars(model: &CompiledModel, before: &Project, after: &Project) -> Vec<Origin> {
    let scopes: BTreeSet<&String> = before.vars.keys().chain(after.vars.keys()).collect();
    let mut names = BTreeSet::new();
    for scope in scopes {
        let (old, new) = (before.vars.get(scope), after.vars.get(scope));
        let all = old.into_iter().chain(new).flat_map(|vars| vars.keys());
        names.extend(all.filter(|name| old.and_then(|vars| vars.get(*name)) != new.and_then(|vars| vars.get(*name))));
    }
    let file = project_file(after);
    let origin =
        |name: &String| Origin { kind: OriginKind::Var, name: name.clone(), place: Place::top(&file), line: 1 };
    names.into_iter().filter(|name| mentions(model, after, name)).map(origin).collect()
}

/// Environment variables that the settings give, where they differ and the text names them.
fn environment(model: &CompiledModel, before: &Project, after: &Project) -> Vec<Origin> {
    let (old, new) = (&before.settings.env, &after.settings.env);
    let names: BTreeSet<&String> =
        old.keys().chain(new.keys()).filter(|name| old.get(*name) != new.get(*name)).collect();
    let file = FileId::new(&if after.root.is_empty() {
        "sluice.toml".to_owned()
    } else {
        format!("{}/sluice.toml", after.root)
    });
    let origin =
        |name: &String| Origin { kind: OriginKind::Environment, name: name.clone(), place: Place::top(&file), line: 1 };
    names.into_iter().filter(|name| mentions(model, after, name)).map(origin).collect()
}

/// Does the model's template, or a macro it ran, name it in quotes?
fn mentions(model: &CompiledModel, project: &Project, name: &str) -> bool {
    let quoted = [format!("'{name}'"), format!("\"{name}\"")];
    let says = |text: &str| quoted.iter().any(|quoted| text.contains(quoted));
    let in_macro = || project.macros.iter().any(|file| says(&file.text) && defines_what_ran(file, model));
    says(&model.model.text) || in_macro()
}

fn project_file(project: &Project) -> FileId {
    FileId::new(&match project.root.as_str() {
        "" => "dbt_project.yml".to_owned(),
        root => format!("{root}/dbt_project.yml"),
    })
}
