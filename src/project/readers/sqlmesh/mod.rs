//! A folder with SQLMesh's config in, the Project it is out.

mod audits;
mod config;
mod consumers;
mod described;
mod external;
mod header;
mod kinds;
mod models;
mod python;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Repo;
use crate::data::{Key, Kind as DataKind, Value};
use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::project::adapter::{self, Evidence};
use crate::project::config_file;
use crate::project::files::{Files, has_extension, join, map_each, parent, relative, stem, text_or_say, under};
use crate::project::globs::Globs;
use crate::project::tokens::Quotes;
use crate::project::{
    Catalog, Kind, MacroFile, Model, Project, PythonMacro, RelationName, Seed, Settings, Source, Target,
};
use crate::text::{FileId, Place, Span};
use config::ConfigFile;
use consumers::Ids;
use models::{Found, Frame};

/// What a project without a name is called, as the folder of a clone differs from machine to machine.
const NAMELESS: &str = "repo";

/// The folders that hold a SQLMesh project, dbt's own left out.
pub(super) fn find(repo: &Repo<'_>, dbt: &[&str]) -> Vec<String> {
    let mut roots: Vec<String> = Vec::new();
    for file in &repo.all {
        let (folder, name) = (parent(file.path()), file.path().rsplit('/').next().unwrap_or_default());
        if !config::is_config(name) || dbt.contains(&folder) || roots.iter().any(|root| root == folder) {
            continue;
        }
        if has_models(folder, repo) && config::read(folder, repo.snapshot, &mut Vec::new()).is_some() {
            roots.push(folder.to_owned());
        }
    }
    roots
}

fn has_models(root: &str, repo: &Repo<'_>) -> bool {
    join(root, "models").is_some_and(|folder| {
        under(&repo.all, &folder)
            .iter()
            .any(|file| has_extension(file.path(), "sql") || has_extension(file.path(), "py"))
    })
}

pub(super) fn read(root: &str, repo: &Repo<'_>) -> Option<Project> {
    let mut said = Vec::new();
    let settings = config_file::nearest(root, repo.snapshot, &mut said);
    let config = config::read(root, repo.snapshot, &mut said)?;
    let folder = root.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(NAMELESS);
    let name = config.project.clone().unwrap_or_else(|| folder.to_owned());
    let (dialect, dialect_reason) = dialect(root, &config, &settings, repo);
    if settings.dialect.as_deref().is_some_and(|name| adapter::known(name).is_none()) {
        said.extend(config_file::unknown_dialect(&settings, repo.snapshot, &crate::dialect::labels()));
    }
    let frame = Frame { project: &name, root, config: &config, dialect: &dialect, files: repo.snapshot };
    let listing = Listing::new(root, &config, &settings, repo);
    let found = map_each(repo.each, &listing.below("models", &["sql", "py"]), |file| models::read(file, &frame));
    let gathered = gather(found, &listing, &frame, &mut said);
    let ids = ids(&gathered);
    let tests =
        listing.below("tests", &["yaml", "yml"]).into_iter().filter(|file| stem(file.path()).starts_with("test"));
    let mut consumers: Vec<_> = tests.flat_map(|file| consumers::unit_tests(&file, &frame, &ids, &mut said)).collect();
    consumers.extend(listing.below("metrics", &["sql"]).iter().flat_map(|file| consumers::metrics(file, &frame, &ids)));
    consumers.sort_by(|a, b| (&a.id, &a.place).cmp(&(&b.id, &b.place)));
    consumers.dedup_by(|a, b| a.id == b.id);
    let macros = macros(&listing, &frame, &mut said);
    let python_macros = python_macros(&listing, repo.snapshot, &mut said);
    said.sort_by(|a, b| (&a.place, &a.rule, &a.message).cmp(&(&b.place, &b.rule, &b.message)));
    said.dedup();
    let target = Target {
        name: config.gateway.clone().unwrap_or_default(),
        adapter: config.connection.clone().unwrap_or_default(),
        ..Target::default()
    };
    Some(Project {
        name: name.clone(),
        version: None,
        root: root.to_owned(),
        kind: Kind::SqlMesh,
        dialect_reason,
        models: gathered.models,
        sources: gathered.sources,
        seeds: gathered.seeds,
        exposures: Vec::new(),
        consumers,
        macros,
        macro_entries: Vec::new(),
        hooks: Vec::new(),
        templates: Vec::new(),
        python_macros,
        vars: BTreeMap::from([(String::new(), config.variables.clone())]),
        dispatch: BTreeMap::new(),
        quoting: crate::project::Quoting::default(),
        target,
        packages: Vec::new(),
        catalog: Catalog::default(),
        rule_texts: Vec::new(),
        diagnostics: said,
        dialect,
        settings,
    })
}

/// The dialect: our own settings first, then the models' default, then the connection, then whatever else tells.
fn dialect(root: &str, config: &ConfigFile, settings: &Settings, repo: &Repo<'_>) -> (Arc<Dialect>, String) {
    let default = config.defaults.get("dialect").and_then(Value::scalar);
    let file = config.file.path().rsplit('/').next().unwrap_or_default();
    let own = settings.dialect.as_deref().and_then(adapter::known).is_none();
    for (name, what) in [(default, "model_defaults"), (config.connection.clone(), "the gateway's connection")] {
        // A dialect may carry settings: `snowflake, normalization_strategy = case_insensitive`.
        let named = name.as_deref().and_then(|name| name.split(',').next());
        if let Some(dialect) = named.and_then(adapter::known).filter(|_| own) {
            return (dialect, format!("{what} in {file}"));
        }
    }
    let target = Target::default();
    adapter::choose(&Evidence { settings, target: &target, root, packages: &[], tree: None, sql: &[] }, repo.snapshot)
}

/// Where a project's files are.
struct Listing<'a> {
    root: &'a str,
    repo: &'a Repo<'a>,
    exclude: Globs,
    ignore: Globs,
}

impl<'a> Listing<'a> {
    fn new(root: &'a str, config: &ConfigFile, settings: &Settings, repo: &'a Repo<'a>) -> Self {
        Listing { root, repo, exclude: Globs::new(&settings.exclude), ignore: Globs::new(&config.ignore) }
    }

    /// The files of a folder of the project that end so, in order.
    fn below(&self, folder: &str, extensions: &[&str]) -> Vec<FileId> {
        let Some(path) = join(self.root, folder) else { return Vec::new() };
        let wanted = |file: &&FileId| {
            let inner = relative(self.root, file.path()).unwrap_or(file.path());
            extensions.iter().any(|extension| has_extension(file.path(), extension))
                && !self.exclude.matches(inner)
                && !self.ignore.matches(inner)
        };
        under(&self.repo.all, &path).iter().filter(wanted).cloned().collect()
    }

    /// A file at the root, if it is there.
    fn at_root(&self, name: &str) -> Option<FileId> {
        let file = FileId::new(&join(self.root, name)?);
        self.repo.snapshot.text(&file).is_ok().then_some(file)
    }
}

struct Gathered {
    models: Vec<Model>,
    seeds: Vec<Seed>,
    sources: Vec<Source>,
}

fn gather(found: Vec<Found>, listing: &Listing<'_>, frame: &Frame<'_>, said: &mut Vec<Diagnostic>) -> Gathered {
    let (mut models, mut seeds, mut uses) = (Vec::new(), Vec::new(), Vec::new());
    let mut definitions = BTreeMap::new();
    let quotes = Quotes::of(frame.dialect);
    for file in listing.below("audits", &["sql"]) {
        let text = text_or_say(frame.files, &file, said);
        let digest = frame.files.digest(&file);
        let written = audits::definitions(&file, &text, digest, quotes, &frame.config.variables);
        definitions.extend(written.into_iter().map(|audit| (audit.name.clone(), audit)));
    }
    for one in found {
        models.extend(one.models);
        seeds.extend(one.seeds);
        uses.extend(one.uses);
        definitions.extend(one.audits.into_iter().map(|audit| (audit.name.clone(), audit)));
        said.extend(one.said);
    }
    models.extend(audits::queries(&definitions, &uses, frame.project));
    models.sort_by(|a, b| (&a.id, !a.enabled, &a.file).cmp(&(&b.id, !b.enabled, &b.file)));
    say_twins(&models, said);
    models.dedup_by(|a, b| a.id == b.id);
    seeds.sort_by(|a, b| (&a.id, &a.file).cmp(&(&b.id, &b.file)));
    seeds.dedup_by(|a, b| a.id == b.id);
    let mut files = listing.below("external_models", &["yaml", "yml"]);
    files.extend(["external_models.yaml", "schema.yaml"].iter().filter_map(|name| listing.at_root(name)));
    let mut sources: Vec<Source> = files.iter().flat_map(|file| external::read(file, frame, said)).collect();
    sources.sort_by(|a, b| (&a.id, &a.place).cmp(&(&b.id, &b.place)));
    sources.dedup_by(|a, b| a.id == b.id);
    Gathered { models, seeds, sources }
}

/// Models of one name: SQLMesh refuses the project.
fn say_twins(models: &[Model], said: &mut Vec<Diagnostic>) {
    for pair in models.windows(2) {
        let [first, second] = pair else { continue };
        if first.id != second.id || !first.enabled || !second.enabled {
            continue;
        }
        let message =
            format!("`{}` is defined twice, so SQLMesh refuses the project. Only the first is read.", second.name);
        let (here, there) = (second.properties_place.clone(), first.properties_place.clone());
        let (here, there) = (here.unwrap_or(Place::top(&second.file)), there.unwrap_or(Place::top(&first.file)));
        let diagnostic = Diagnostic::error("duplicate-model", here, message).help("Rename one of the two.");
        said.push(diagnostic.label(there, "the first one").model(&second.id));
    }
}

/// What the project's relations are called, in lower case, and their ids.
fn ids(gathered: &Gathered) -> Ids {
    let models = gathered.models.iter().map(|model| (&model.relation, &model.id));
    let seeds = gathered.seeds.iter().map(|seed| (&seed.relation, &seed.id));
    let sources = gathered.sources.iter().map(|source| (&source.relation, &source.id));
    let named = |(relation, id): (&RelationName, &String)| (dotted(relation).to_ascii_lowercase(), id.clone());
    sources.chain(seeds).chain(models).map(named).collect()
}

fn dotted(relation: &RelationName) -> String {
    let outer = [&relation.database, &relation.schema].into_iter().flatten().map(String::as_str);
    outer.chain([relation.identifier.as_str()]).collect::<Vec<_>>().join(".")
}

/// Jinja macros: SQL files below `macros/`.
fn macros(listing: &Listing<'_>, frame: &Frame<'_>, said: &mut Vec<Diagnostic>) -> Vec<MacroFile> {
    let files = listing.below("macros", &["sql"]).into_iter();
    let read = |file: FileId| MacroFile {
        package: frame.project.to_owned(),
        text: text_or_say(frame.files, &file, said),
        digest: frame.files.digest(&file),
        file,
    };
    files.map(read).collect()
}

/// Macros written in Python, by name in lower case.
fn python_macros(
    listing: &Listing<'_>,
    files: &dyn Files,
    said: &mut Vec<Diagnostic>,
) -> BTreeMap<String, PythonMacro> {
    let mut found = BTreeMap::new();
    for file in listing.below("macros", &["py"]) {
        let text = text_or_say(files, &file, said);
        if !text.contains("@macro") && !text.contains(".macro") {
            continue;
        }
        for decorator in python::Module::read(&text).decorators().into_iter().filter(|one| one.name == "macro") {
            let named = decorator.arguments.get("0").or_else(|| decorator.arguments.get("name"));
            let name = named.and_then(Value::scalar).filter(|name| !name.is_empty()).unwrap_or(decorator.function);
            let place = Place::new(&file, decorator.span);
            found.insert(name.to_ascii_lowercase(), PythonMacro { place, value: decorator.constant });
        }
    }
    found
}

/// Every text that a Python file holds, with its place.
pub fn python_texts(text: &str) -> Vec<(String, Span)> {
    python::Module::read(text).texts().collect()
}

/// A relation's name as config.
fn this_model(relation: &RelationName, span: Span) -> Value {
    Value { kind: DataKind::String(dotted(relation)), span }
}

fn map_of(variables: &BTreeMap<String, Value>) -> Value {
    let entry = |(name, value): (&String, &Value)| (Key { text: name.clone(), span: value.span }, value.clone());
    Value { kind: DataKind::Map(variables.iter().map(entry).collect()), span: Span::default() }
}
