//! A Compilation in, its macros by name out, each with the place of its name.

use crate::compile::Compilation;
use crate::template::survey;
use crate::text::{Place, Span};

/// The macros of all projects, by package and name.
pub(super) struct Macros(pub(super) Vec<Found>);

/// A macro.
pub(super) struct Found {
    pub(super) package: String,
    pub(super) name: String,
    /// With whether each has a default.
    pub(super) params: Vec<(String, bool)>,
    /// Its name, where it is defined.
    pub(super) place: Place,
    pub(super) description: String,
}

impl Macros {
    pub(super) fn of(compilation: &Compilation) -> Self {
        let mut found = Vec::new();
        for project in &compilation.projects {
            for file in &project.macros {
                for one in survey(&file.text, &file.file, Span::new(0, file.text.len())).macros {
                    if one.name.is_empty() || one.name == "caller" {
                        continue;
                    }
                    let text = file.text.get(one.span.range()).unwrap_or_default();
                    let at = one.span.start as usize + text.find(&one.name).unwrap_or_default();
                    let entry = project.macro_entries.iter();
                    let mut entry = entry.filter(|entry| entry.package == file.package && entry.name == one.name);
                    let description = entry.next().map(|entry| entry.description.clone()).unwrap_or_default();
                    let place = Place::new(&file.file, Span::new(at, at + one.name.len()));
                    let package = file.package.clone();
                    found.push(Found { package, name: one.name, params: one.params, place, description });
                }
            }
        }
        found.sort_by(|a, b| (&a.name, &a.package, &a.place).cmp(&(&b.name, &b.package, &b.place)));
        Macros(found)
    }

    /// Those that a call may mean: `star`, `dbt_utils.star`.
    pub(super) fn named(&self, call: &str) -> Vec<&Found> {
        let (package, name) = call.rsplit_once('.').map_or((None, call), |(package, name)| (Some(package), name));
        let fits = |found: &&Found| found.name == name && package.is_none_or(|package| found.package == package);
        self.0.iter().filter(fits).collect()
    }
}

impl Found {
    /// `cents(column, digits=..)`.
    pub(super) fn signature(&self) -> String {
        let param = |(name, optional): &(String, bool)| if *optional { format!("{name}=..") } else { name.clone() };
        format!("{}({})", self.name, self.params.iter().map(param).collect::<Vec<_>>().join(", "))
    }
}
