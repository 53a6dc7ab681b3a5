//! `[rules]` of a project in; names that no rule has and options that a rule does not take, out.

use crate::lint::finding::Raised;
use crate::lint::level::is_group;
use crate::lint::page::Page;
use crate::lint::scene::Stage;
use crate::project::RuleSetting;
use crate::text::{FileId, Place, closest};

pub(super) fn unknown_rules(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for (name, setting) in all_settings(stage) {
        if is_group(name) || stage.standards.page(name).is_some() {
            continue;
        }
        let help = stage.standards.similar(name).map_or_else(
            || "`sluice rules` lists the rules there are.".to_owned(),
            |similar| format!("Did you mean `{similar}`?"),
        );
        let place = setting.place.clone().unwrap_or_else(|| settings_file(stage));
        found.push(Raised::at(place, format!("There is no rule `{name}`, so this sets nothing."), name).help(help));
    }
}

pub(super) fn wrong_options(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for (name, setting) in all_settings(stage) {
        let Some(page) = stage.standards.page(name) else { continue };
        for (option, value) in &setting.options {
            let known = page.options.iter().find(|known| known.name == *option);
            let (message, help) = match known {
                None => (format!("`{name}` has no option `{option}`."), offered(page, option)),
                Some(known) if !known.kind.takes(value) => {
                    (format!("`{option}` of `{name}` takes a {}.", known.kind.word()), known.doc.clone())
                }
                Some(_) => continue,
            };
            let file = setting.place.as_ref().map_or_else(|| settings_file(stage), |place| Place::top(&place.file));
            found.push(Raised::at(Place::new(&file.file, value.span), message, option).help(help));
        }
    }
}

/// `[rules]`, and those of each `[[overrides]]`.
fn all_settings<'a>(stage: &Stage<'a>) -> impl Iterator<Item = (&'a String, &'a RuleSetting)> {
    let settings = &stage.project.settings;
    settings.rules.iter().chain(settings.overrides.iter().flat_map(|over| &over.rules))
}

fn offered(page: &Page, option: &str) -> String {
    let names: Vec<&str> = page.options.iter().map(|option| option.name.as_str()).collect();
    match (closest(option, names.iter().copied()), names.is_empty()) {
        (Some(similar), _) => format!("Did you mean `{similar}`?"),
        (None, true) => "It has no options but `level`.".to_owned(),
        (None, false) => format!("Its options are `{}` and `level`.", names.join("`, `")),
    }
}

fn settings_file(stage: &Stage<'_>) -> Place {
    let root = &stage.project.root;
    let path = if root.is_empty() { "sluice.toml".to_owned() } else { format!("{root}/sluice.toml") };
    Place::top(&FileId::new(&path))
}
