//! The macros of the repo's own projects in; where each stands, what is said of it and who uses it, out.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Page;
use super::relations::Index;
use super::strings::Strings;
use crate::template::survey;
use crate::text::{Place, Span};

/// One macro.
#[derive(Serialize)]
pub(super) struct Row {
    name: u32,
    /// `amount, currency`.
    takes: u32,
    project: u32,
    path: u32,
    line: u32,
    about: u32,
    /// Rows of the models whose text it had a part in.
    used: Vec<u32>,
}

pub(super) fn rows(page: &Page<'_>, index: &Index<'_>, strings: &mut Strings) -> Vec<Row> {
    let mut used: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (id, model) in &page.compilation.models {
        for name in &model.rendered.macros {
            used.entry(name).or_default().extend(index.place(id));
        }
    }
    let mut rows = Vec::new();
    for project in &page.compilation.projects {
        for file in project.macros.iter().filter(|file| file.package == project.name) {
            let seen = survey(&file.text, &file.file, Span::new(0, file.text.len()));
            for one in seen.macros.iter().filter(|one| !one.name.is_empty() && one.name != "caller") {
                let entry = project.macro_entries.iter().find(|entry| {
                    entry.package == project.name
                        && (entry.name == one.name || Some(&*entry.name) == one.name.strip_prefix("test_"))
                });
                let takes: Vec<&str> = one.params.iter().map(|(name, _)| name.as_str()).collect();
                let place = Place::new(&file.file, one.span);
                rows.push(Row {
                    name: strings.add(&one.name),
                    takes: strings.add(&takes.join(", ")),
                    project: strings.add(&project.name),
                    path: strings.add(file.file.path()),
                    line: page.texts.positions(&place).0.line,
                    about: strings.add(entry.map(|entry| entry.description.trim()).unwrap_or_default()),
                    used: used.get(format!("{}.{}", project.name, one.name).as_str()).cloned().unwrap_or_default(),
                });
            }
        }
    }
    rows
}
