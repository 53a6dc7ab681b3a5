//! A project in; files that do not lie where the team keeps such files, out.

use crate::lint::dag::{Dag, inner_path, is_source, quoted};
use crate::lint::finding::Raised;
use crate::lint::patterns::Patterns;
use crate::lint::resource::{Sort, of, resources};
use crate::lint::scene::Stage;
use crate::text::Place;

const FOLDERS: [(&str, &[&str]); 3] =
    [("staging", &["stg_"]), ("intermediate", &["int_"]), ("marts", &["fct_", "dim_"])];

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `model-directory`.
pub(super) fn models(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    for one in of(stage, Sort::Model) {
        let Some(compiled) = one.model else { continue };
        let path = inner_path(stage.project, compiled.model.file.path());
        let known = FOLDERS.iter().find(|(_, prefixes)| prefixes.iter().any(|prefix| one.name.starts_with(prefix)));
        let Some((layer, _)) = known else { continue };
        let nearest = folder(path).rsplit('/').find(|folder| FOLDERS.iter().any(|(name, _)| name == folder));
        let top = Place::top(&compiled.model.file);
        if nearest.is_some_and(|nearest| nearest != *layer) || (nearest.is_none() && stage.options().flag("strict")) {
            let message = format!("`{}` is of `{layer}` by its name, but lies in `{}`.", one.name, folder(path));
            let help = format!("Move it to a folder `{layer}`, or name it as what it is.");
            found.push(Raised::at(top, message, &one.name).help(help).model(&compiled.model.id));
            continue;
        }
        let sources = sources_above(&dag, &compiled.model.id);
        let named: Vec<&str> = sources.iter().filter_map(|source| source.split('.').nth(2)).collect();
        let Some(source) = named.first().filter(|first| *layer == "staging" && named.iter().all(|name| name == *first))
        else {
            continue;
        };
        if !folder(path).split('/').any(|folder| folder == *source) && stage.options().flag("by_source") {
            let message =
                format!("`{}` stages the source `{source}`, but does not lie in a folder of its name.", one.name);
            let help = format!("Move it to `staging/{source}`.");
            found.push(Raised::at(top, message, &one.name).help(help).model(&compiled.model.id));
        }
    }
}

/// The sources that a model reads itself; of one that reads none, those that the models above it read.
fn sources_above<'a>(dag: &Dag<'a>, id: &str) -> Vec<&'a str> {
    let mut level: Vec<&str> = dag.parents(id).collect();
    let mut seen = std::collections::BTreeSet::new();
    while !level.is_empty() {
        let sources: Vec<&str> = level.iter().copied().filter(|id| is_source(id)).collect();
        if !sources.is_empty() {
            return sources;
        }
        level = level.into_iter().flat_map(|id| dag.parents(id)).filter(|id| seen.insert(*id)).collect();
    }
    Vec::new()
}

/// `source-directory`.
pub(super) fn sources(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for one in of(stage, Sort::Source) {
        let path = inner_path(stage.project, one.place.file.path()).to_owned();
        if !folder(&path).split('/').any(|folder| folder == one.name) {
            let message =
                format!("The source `{}` is declared in `{}`, not in a folder of its name.", one.name, folder(&path));
            found.push(one.raise(message).help(format!("Move its entry to `staging/{}`.", one.name)));
        }
    }
}

/// `allowed-directories`.
pub(super) fn allowed(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let allowed = stage.options().words("folders");
    if allowed.is_empty() {
        return;
    }
    let globs = crate::project::Globs::new(&allowed);
    for one in of(stage, Sort::Model) {
        let Some(compiled) = one.model.filter(|_| !globs.matches(one.path(stage))) else { continue };
        let message =
            format!("`{}` lies in `{}`, where this project keeps no models.", one.name, folder(one.path(stage)));
        let raised = Raised::at(Place::top(&compiled.model.file), message, &one.name).model(&compiled.model.id);
        found.push(raised.help(format!("Models lie below {}.", quoted(&allowed))));
    }
}

/// `missing-properties`.
pub(super) fn properties(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for one in resources(stage).iter().filter(|one| !one.has_entry) {
        let message = format!("No properties file has an entry for the {} `{}`.", one.sort.noun(), one.name);
        found.push(one.raise(message).help("Add one, with a description and the tests of its key."));
    }
}

/// `properties-elsewhere`.
pub(super) fn elsewhere(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for one in resources(stage).iter().filter(|one| one.has_entry) {
        let Some(compiled) = one.model else { continue };
        let (home, file) = (folder(compiled.model.file.path()), folder(one.place.file.path()));
        if home != file {
            let message = format!("`{}` lies in `{home}`, but its entry in `{file}`.", one.name);
            found.push(one.raise(message).help("Move the entry to a properties file beside the model."));
        }
    }
}

/// `properties-file-name`.
pub(super) fn file_name(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let patterns = Patterns::read(stage, "patterns", found);
    let mut told = std::collections::BTreeSet::new();
    for one in Sort::ALL.iter().flat_map(|sort| of(stage, *sort)).filter(|one| one.place.file.path().contains(".y")) {
        let file = &one.place.file;
        let path = inner_path(stage.project, file.path());
        let name = path.rsplit('/').next().unwrap_or(path);
        // `<folder>` in a pattern is the folder the file lies in.
        let parent = folder(path).rsplit('/').next().unwrap_or_default();
        let wanted =
            patterns.iter().filter(|pattern| pattern.before.as_deref().is_none_or(|before| path.starts_with(before)));
        let wanted: Vec<&str> = wanted.map(|pattern| pattern.text.as_str()).collect();
        let fits = |text: &&str| {
            let text = text.replace("<folder>", &regex::escape(parent));
            regex::Regex::new(&text).is_ok_and(|regex| regex.is_match(name))
        };
        if !wanted.is_empty() && !wanted.iter().any(fits) && told.insert(file.clone()) {
            let message =
                format!("The name of the properties file `{name}` does not match `{}`.", wanted.join("` or `"));
            found.push(Raised::at(Place::top(file), message, name).help("Rename it as the others are named."));
        }
    }
}
