//! A folder with `dbt_project.yml` in, the Project it and its packages make up out.
//!
//! First the files are sorted by role ([`Part`]), then read all at once ([`Loaded`]), then put together.

mod blocks;
mod cascade;
pub(super) mod check;
mod consumers;
mod data_tests;
mod document;
mod config_paths;
mod entry;
mod expression;
mod hooks;
mod jinja;
mod loaded;
mod models;
mod package;
mod packages;
mod profiles;
mod project_file;
mod resource;
mod seeds;
mod snapshots;
mod sources;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use document::Document;
use entry::Entry;
use loaded::Loaded;
use models::Entries;
use package::{Frame, Part};
use packages::Holders;
use project_file::ProjectFile;

use super::Repo;
use crate::diagnostic::Diagnostic;
use crate::project::adapter::{self, Evidence};
use crate::project::config_file;
use crate::project::files::{Files, map_each, parent, relative, text_or_say};
use crate::project::globs::Globs;
use crate::project::names::Names;
use crate::project::{
    Catalog, Exposure, Fact, Group, Hook, Kind, MacroEntry, MacroFile, Model, Package, Project, Quoting, Seed,
    Settings, Source, Target,
};
use crate::text::FileId;

/// The `dbt_project.yml` files of a repo that are projects of their own, not parts of another.
pub(super) fn find(repo: &Repo<'_>) -> Vec<FileId> {
    let is_project = |file: &&FileId| file.path().rsplit('/').next() == Some(project_file::FILE);
    let mut found: Vec<&FileId> = repo.all.iter().filter(is_project).collect();
    found.sort_by_key(|file| (file.path().matches('/').count(), (*file).clone()));
    let mut kept: Vec<FileId> = Vec::new();
    let mut hidden: Vec<String> = Vec::new();
    for file in found {
        let vendored =
            file.path().split('/').any(|part| matches!(part, "dbt_packages" | "dbt_modules" | "node_modules"));
        if vendored || hidden.iter().any(|folder| relative(folder, file.path()).is_some()) {
            continue;
        }
        let text = repo.snapshot.text(file).unwrap_or_default();
        let project = ProjectFile::read(file, &text, &mut Vec::new());
        hidden.extend([project.packages, project.target].into_iter().filter(|folder| *folder != project.root));
        kept.push(file.clone());
    }
    kept.sort();
    kept
}

/// Reads the projects of these files: sorted by role one by one, then read and put together all at once.
pub(super) fn read(files: &[FileId], repo: &Repo<'_>) -> Vec<Project> {
    let plans: Vec<Plan> = files.iter().map(|file| plan(file, repo)).collect();
    let parts: Vec<&Part> = plans.iter().flat_map(|plan| &plan.parts).collect();
    let loaded = Loaded::read(&parts, repo.snapshot, repo.disk, repo.each);
    map_each(repo.each, &plans, |plan| assemble(plan, repo, &loaded))
}

/// A project before its files are read.
struct Plan {
    /// The root project first.
    parts: Vec<Part>,
    packages: Vec<Package>,
    settings: Settings,
    target: Target,
    said: Vec<Diagnostic>,
}

fn plan(file: &FileId, repo: &Repo<'_>) -> Plan {
    let mut said = Vec::new();
    let settings = config_file::nearest(parent(file.path()), repo.snapshot, &mut said);
    let text = text_or_say(repo.snapshot, file, &mut said);
    let project_file = ProjectFile::read(file, &text, &mut said);
    let mut target = profiles::target(&project_file, &settings, (repo.snapshot, repo.home_profiles), &mut said);
    if let Some(dialect) = settings.dialect.as_deref().and_then(adapter::known) {
        target = adapter::with_adapter(target, dialect.label());
    }
    let holders = Holders { snapshot: repo.snapshot, disk: repo.disk, all: &repo.all };
    let (packages, others) = packages::read(&project_file, holders, &mut said);
    let exclude = Globs::new(&settings.exclude);
    let mut root = Part::new(project_file, &repo.all, repo.snapshot, &exclude);
    root.is_root = true;
    let parts = std::iter::once(root).chain(others).collect();
    Plan { parts, packages, settings, target, said }
}

/// What is gathered from package after package.
#[derive(Default)]
struct Gathered {
    models: Vec<Model>,
    seeds: Vec<Seed>,
    sources: Vec<(bool, Source)>,
    macros: Vec<MacroFile>,
    macro_entries: Vec<MacroEntry>,
    hooks: Vec<Hook>,
    groups: Vec<Group>,
    said: Vec<Diagnostic>,
}

fn assemble(plan: &Plan, repo: &Repo<'_>, loaded: &Loaded) -> Project {
    let Plan { parts, packages, settings, target, said } = plan;
    let root = &parts[0].file;
    let vars = package::merged_vars(parts);
    let frame = Frame { root, settings, target, vars: &vars };
    let mut gathered = Gathered { said: said.clone(), ..Gathered::default() };
    for part in parts {
        gather(part, &frame, repo, loaded, &mut gathered);
    }
    let Gathered { models, mut seeds, sources, mut macros, macro_entries, mut hooks, mut groups, mut said } = gathered;
    let models = models::without_duplicates(models, &mut said);
    seeds.sort_by(|a, b| (&a.id, &a.file).cmp(&(&b.id, &b.file)));
    say_twins(&models, &seeds, &mut said);
    seeds.dedup_by(|a, b| a.id == b.id);
    let sources = without_doubles(sources, &mut said);
    macros.sort_by(|a, b| (&a.package, &a.file).cmp(&(&b.package, &b.file)));
    macros.dedup_by(|a, b| a.package == b.package && a.file == b.file);
    groups.sort_by(|a, b| (&a.package, &a.name, &a.place).cmp(&(&b.package, &b.name, &b.place)));
    hooks.extend(hooks::of_project(root));
    hooks.sort_by(|a, b| a.place.cmp(&b.place));
    said.extend(config_paths::unused(parts, packages, loaded));
    let names = Names::new(&models, &seeds, &sources);
    let (exposures, consumers) = readers(parts, &frame, loaded, &names);
    let facts = declared_by_entities(parts, loaded, &names);
    let installed: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let sample: Vec<&str> =
        models.iter().filter(|model| model.package == root.name).map(|model| &*model.text).collect();
    let evidence =
        Evidence { settings, target, root: &root.root, packages: &installed, tree: Some(root.tree()), sql: &sample };
    let (dialect, dialect_reason) = adapter::choose(&evidence, repo.snapshot);
    if settings.dialect.as_deref().is_some_and(|name| adapter::known(name).is_none()) {
        said.extend(config_file::unknown_dialect(settings, repo.snapshot, &crate::dialect::labels()));
    }
    let mut models = models;
    for (id, fact) in facts {
        models.iter_mut().filter(|model| model.id == id).for_each(|model| model.properties.assumed.push(fact.clone()));
    }
    with_group_owners(&mut models, &groups);
    said.sort_by(|a, b| (&a.place, &a.rule, &a.message).cmp(&(&b.place, &b.rule, &b.message)));
    said.dedup();
    Project {
        name: root.name.clone(),
        version: root.version.clone(),
        root: root.root.clone(),
        kind: Kind::Dbt,
        models,
        sources,
        seeds,
        exposures,
        consumers,
        macros,
        macro_entries,
        hooks,
        templates: Vec::new(),
        rule_texts: Vec::new(),
        python_macros: BTreeMap::new(),
        quoting: Quoting::read(root.tree().get("quoting")),
        dispatch: root.dispatch.clone(),
        packages: packages.clone(),
        catalog: Catalog::default(),
        diagnostics: said,
        vars,
        settings: settings.clone(),
        target: adapter::with_adapter(target.clone(), dialect.label()),
        dialect,
        dialect_reason,
    }
}

/// Reads one package; of an installed one, only what it holds, never what is wrong with it.
fn gather(part: &Part, frame: &Frame<'_>, repo: &Repo<'_>, loaded: &Loaded, gathered: &mut Gathered) {
    let mut said = Vec::new();
    let files: &dyn Files = if part.on_disk { repo.disk } else { repo.snapshot };
    let documents: Vec<Arc<Document>> =
        part.documents.iter().map(|found| loaded.document(&found.file, &mut said)).collect();
    for document in &documents {
        said.extend(document.diagnostics.iter().cloned());
    }
    let mut entries =
        |of: fn(&Document) -> &Vec<Entry>| by_name(documents.iter().flat_map(|document| of(document)), &mut said);
    let mut of_models = entries(|document| &document.models);
    let mut of_seeds = entries(|document| &document.seeds);
    let mut of_snapshots = entries(|document| &document.snapshots);
    let mut of_analyses = entries(|document| &document.analyses);
    let before = gathered.models.len();
    gathered.models.extend(models::read(part, frame, loaded, &mut of_models, &mut said));
    gathered.models.extend(snapshots::read(part, frame, loaded, &mut of_snapshots, &mut said));
    gathered.models.extend(snapshots::read_defined(part, frame, (loaded, files), &mut of_snapshots, &mut said));
    let (others, macros) = models::read_others(part, frame, loaded, &mut of_analyses, &mut said);
    gathered.models.extend(others);
    gathered.macros.extend(macros);
    let every_seed: Vec<&str> = part.seeds.iter().map(package::Found::stem).collect();
    gathered.seeds.extend(seeds::read(part, frame, (files, repo.each), &mut of_seeds, &mut said));
    let names: Vec<&str> = gathered.models[before..].iter().map(|model| model.name.as_str()).collect();
    models::missing(&of_models, "model", &names, &mut said);
    models::missing(&of_snapshots, "snapshot", &names, &mut said);
    models::missing(&of_analyses, "analysis", &names, &mut said);
    models::missing(&of_seeds, "seed", &every_seed, &mut said);
    for (found, document) in part.documents.iter().zip(&documents) {
        let folders = found.folders();
        let of_source = |entry: &sources::SourceEntry| {
            Some((entry.overrides.is_some(), sources::source(entry, part, &folders, frame)?))
        };
        gathered.sources.extend(document.sources.iter().filter_map(of_source));
        gathered
            .macro_entries
            .extend(document.macros.iter().map(|entry| consumers::macro_entry(entry, &part.file.name)));
        if part.is_root {
            gathered.hooks.extend(hooks::of_document(document));
        }
        gathered.groups.extend(document.groups.iter().map(|group| consumers::group(group, &part.file.name)));
    }
    let vendored = part.on_disk
        || (!part.is_root
            && relative(&frame.root.packages, &part.file.root).is_some()
            && frame.root.packages != frame.root.root);
    if !vendored {
        gathered.said.append(&mut said);
    }
}

/// Entries by name; a second one of a name is said and the first kept.
fn by_name<'a>(entries: impl Iterator<Item = &'a Entry>, said: &mut Vec<Diagnostic>) -> Entries<'a> {
    let mut named: Entries<'a> = BTreeMap::new();
    for entry in entries {
        let Some(first) = named.get(entry.name.as_str()) else {
            named.insert(&entry.name, entry);
            continue;
        };
        let message =
            format!("`{}` is described twice, so dbt refuses the project. Only the first entry is read.", entry.name);
        let diagnostic = Diagnostic::error("duplicate-yaml-entry", entry.place.clone(), message);
        said.push(
            diagnostic.help("Put everything about it into one entry.").label(first.place.clone(), "the first one"),
        );
    }
    named
}

/// A seed and a model, or two seeds, of one name.
fn say_twins(models: &[Model], seeds: &[Seed], said: &mut Vec<Diagnostic>) {
    use crate::project::ModelKind;
    use crate::text::Place;
    let buildable = |model: &&Model| model.enabled && matches!(model.kind, ModelKind::Model | ModelKind::Snapshot);
    let mut taken: BTreeMap<(&str, &str), (&str, &FileId)> = BTreeMap::new();
    for model in models.iter().filter(buildable).filter(|model| model.version.is_none()) {
        taken.insert((&model.package, &model.name), (&model.id, &model.file));
    }
    for seed in seeds {
        if let Some((_, file)) = taken.get(&(seed.package.as_str(), seed.name.as_str())) {
            said.extend(models::duplicate(&seed.id, &Place::top(file), &Place::top(&seed.file)));
        } else {
            taken.insert((&seed.package, &seed.name), (&seed.id, &seed.file));
        }
    }
}

/// Sources sorted by id; one that overrides a package's wins, other doubles are said.
fn without_doubles(mut sources: Vec<(bool, Source)>, said: &mut Vec<Diagnostic>) -> Vec<Source> {
    sources.sort_by(|a, b| (&a.1.id, !a.0, &a.1.place).cmp(&(&b.1.id, !b.0, &b.1.place)));
    let mut kept: Vec<(bool, Source)> = Vec::with_capacity(sources.len());
    for (overrides, source) in sources {
        match kept.last() {
            Some((first_overrides, first)) if first.id == source.id => {
                if *first_overrides == overrides {
                    let message = format!(
                        "`{}` is declared twice, so dbt refuses the project. Only the first is read.",
                        source.id
                    );
                    let diagnostic = Diagnostic::error("duplicate-source", source.place, message);
                    said.push(diagnostic.help("Remove one of them.").label(first.place.clone(), "the first one"));
                }
            }
            _ => kept.push((overrides, source)),
        }
    }
    kept.into_iter().map(|(_, source)| source).collect()
}

/// Exposures and the other consumers of all packages, by id.
fn readers(
    parts: &[Part],
    frame: &Frame<'_>,
    loaded: &Loaded,
    names: &Names,
) -> (Vec<Exposure>, Vec<crate::project::Consumer>) {
    let (mut exposures, mut consumers) = (Vec::new(), Vec::new());
    for part in parts {
        let documents: Vec<Arc<Document>> =
            part.documents.iter().map(|found| loaded.document(&found.file, &mut Vec::new())).collect();
        for (found, document) in part.documents.iter().zip(&documents) {
            let folders = found.folders();
            let exposure = |record| consumers::exposure(record, part, &folders, frame, names);
            exposures.extend(document.exposures.iter().filter_map(exposure));
        }
        let documents: Vec<&Document> = documents.iter().map(|document| &**document).collect();
        consumers.extend(consumers::consumers(&documents, &part.file.name, names));
    }
    exposures.sort_by(|a, b| (&a.id, &a.place).cmp(&(&b.id, &b.place)));
    exposures.dedup_by(|a, b| a.id == b.id);
    consumers.sort_by(|a, b| (&a.id, &a.place).cmp(&(&b.id, &b.place)));
    consumers.dedup_by(|a, b| a.id == b.id);
    (exposures, consumers)
}

/// What the semantic models of all packages say of the rows of models.
fn declared_by_entities(parts: &[Part], loaded: &Loaded, names: &Names) -> Vec<(String, Fact)> {
    let mut facts = Vec::new();
    for part in parts {
        let documents: Vec<Arc<Document>> =
            part.documents.iter().map(|found| loaded.document(&found.file, &mut Vec::new())).collect();
        let documents: Vec<&Document> = documents.iter().map(|document| &**document).collect();
        facts.extend(consumers::entities(&documents, &part.file.name, names));
    }
    facts
}

/// A model of a group belongs to the group's owner, where it names none itself.
fn with_group_owners(models: &mut [Model], groups: &[Group]) {
    for model in models.iter_mut().filter(|model| model.properties.owner.is_none()) {
        let Some(name) = &model.properties.group else { continue };
        let named = groups.iter().filter(|group| group.name == *name);
        let group = named.min_by_key(|group| group.package != model.package);
        model.properties.owner = group.and_then(|group| group.owner.clone());
    }
}
