//! Everything a rendering may read besides the model's own text: macros, names, vars, target. Built once per project.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::ast::{Macro, Node, Source};
use super::context::adapter::{self, Facts};
use super::context::graph;
use super::digests;
use super::parser;
use super::placeholder::Finder;
use super::templates::Templates;
use super::value::{Index, Value};
use super::{builtin_macros, run::Run};
use crate::data;
use crate::diagnostic::{Diagnostic, Severity};
use crate::dialect::Dialect;
use crate::project::{
    Kind, Model, ModelKind, Project, PythonMacro, Quoting, RelationName, Seed, Source as SourceTable, Target,
    TemplateSettings,
};
use crate::text::{Digest, FileId, Place, Span, closest};

/// Macros of one package by name.
type Macros = Index<Arc<str>, Arc<Macro>>;

/// What all models of one project are rendered with. Shared between threads.
pub struct Environment {
    pub(super) root: Arc<str>,
    macros: Index<Arc<str>, Macros>,
    /// Packages of this program, used where the project has none of that name.
    embedded: Index<Arc<str>, Macros>,
    files: Vec<FileId>,
    pub(super) adapter: &'static Facts,
    pub(super) target: Target,
    pub(super) vars: BTreeMap<String, BTreeMap<String, data::Value>>,
    pub(super) setting_vars: BTreeMap<String, data::Value>,
    pub(super) env: BTreeMap<String, String>,
    pub(super) dispatch: BTreeMap<String, Vec<String>>,
    /// The project's own version.
    pub(super) version: Option<String>,
    /// Packages that the project names, whether their macros are here, and their versions.
    packages: BTreeMap<String, (bool, Option<String>)>,
    /// What texts may include, import from or extend; `None` in a dbt project.
    pub(super) templates: Option<Templates>,
    pub(super) settings: TemplateSettings,
    /// How placeholders are found in texts that are no Jinja.
    pub(super) placeholders: Option<Finder>,
    /// `"a"` is a text in the project's dialect, not a name.
    pub(super) double_is_text: bool,
    pub(super) dialect: Arc<Dialect>,
    /// The project is SQLMesh's.
    pub(super) sqlmesh: bool,
    /// Macros that only Python can run, by name in lower case.
    python_macros: BTreeMap<String, PythonMacro>,
    models: Index<String, Vec<Entry>>,
    sources: Index<String, Vec<(String, String, RelationName)>>,
    names: Index<(String, String), Arc<str>>,
    /// Which parts of names are quoted: of what the project builds, and of the sources that say it themselves.
    quoting: [bool; 3],
    source_quoting: BTreeMap<String, [bool; 3]>,
    pub(super) graph: Graph,
    pub(super) words: Words,
    /// What misspelt names were probably meant to be, as far as it was asked: many models may share a fault.
    suggestions: Mutex<BTreeMap<String, Option<String>>>,
    diagnostics: Vec<Diagnostic>,
    digest: Digest,
    graph_digest: Digest,
}

/// What `graph` shows; empty where no text of the project asks for it.
#[derive(Default)]
pub(super) struct Graph {
    pub(super) models: Vec<Model>,
    pub(super) seeds: Vec<Seed>,
    pub(super) sources: Vec<SourceTable>,
    pub(super) ids: BTreeMap<String, graph::Node>,
}

/// Something that `ref` can name.
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) name: String,
    package: String,
    version: Option<String>,
    latest: bool,
    enabled: bool,
    pub(super) ephemeral: bool,
    pub(super) relation: RelationName,
}

/// What `ref` found.
pub(super) enum Found<'e> {
    Here(&'e Entry),
    Disabled,
    /// The versions there are, in words.
    OtherVersion(String),
    Nowhere,
}

/// Names that the evaluator sets over and over.
pub(super) struct Words {
    pub(super) loop_name: Arc<str>,
    pub(super) caller: Arc<str>,
    pub(super) kwargs: Arc<str>,
    pub(super) varargs: Arc<str>,
}

impl Environment {
    /// Parses all macros of `project`; `others` are the projects of the same repo that it may read as packages.
    pub fn new(project: &Project, others: &[&Project]) -> Environment {
        let mut env = Environment::of_macros(project);
        env.learn_names(project, others);
        env
    }

    /// The macros alone: what a project is asked with before its resources have their final names.
    pub fn of_macros(project: &Project) -> Environment {
        let mut env = Environment {
            root: Arc::from(project.name.as_str()),
            macros: Index::default(),
            embedded: Index::default(),
            files: Vec::new(),
            adapter: adapter::facts(&project.target.adapter),
            target: project.target.clone(),
            vars: project.vars.clone(),
            setting_vars: project.settings.vars.clone(),
            env: project.settings.env.clone(),
            dispatch: project.dispatch.clone(),
            version: project.version.clone(),
            packages: project
                .packages
                .iter()
                .map(|package| (package.name.clone(), (package.installed, package.version.clone())))
                .collect(),
            templates: None,
            settings: project.settings.template.clone(),
            placeholders: Finder::new(&project.settings.template),
            double_is_text: project.dialect.flag("double_quoted_strings"),
            dialect: Arc::clone(&project.dialect),
            sqlmesh: project.kind == Kind::SqlMesh,
            python_macros: project.python_macros.clone(),
            models: Index::default(),
            sources: Index::default(),
            names: Index::default(),
            quoting: [false; 3],
            source_quoting: BTreeMap::new(),
            graph: Graph::default(),
            words: Words {
                loop_name: Arc::from("loop"),
                caller: Arc::from("caller"),
                kwargs: Arc::from("kwargs"),
                varargs: Arc::from("varargs"),
            },
            suggestions: Mutex::default(),
            diagnostics: Vec::new(),
            digest: Digest::default(),
            graph_digest: Digest::default(),
        };
        env.quoting = project.quoting.over([env.adapter.quotes; 3]);
        env.read_macros(project);
        if project.kind == Kind::Plain {
            let first = env.files.len() as u32 + 1;
            env.files.extend(project.templates.iter().map(|file| file.file.clone()));
            env.templates = Some(Templates::new(&project.templates, project.template_folders(), first));
        }
        env.read_embedded();
        env
    }

    /// What `ref`, `source` and `graph` can name.
    pub fn learn_names(&mut self, project: &Project, others: &[&Project]) {
        self.digest = digests::environment(project, others);
        for project in std::iter::once(project).chain(others.iter().copied()) {
            self.read_names(project);
        }
        if digests::asks_graph(project) {
            self.graph = Graph::new(project);
            self.graph_digest = digests::graph(project);
        }
    }

    /// What is wrong with the macro files.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The address of everything a rendering may read besides the model's own text and config, and `graph`.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The address of what `graph` shows; matters to renderings that read it.
    pub fn graph_digest(&self) -> Digest {
        self.graph_digest
    }

    fn read_macros(&mut self, project: &Project) {
        for file in &project.macros {
            let id = self.files.len() as u32 + 1;
            self.files.push(file.file.clone());
            let source = Arc::new(Source {
                file: file.file.clone(),
                text: file.text.clone(),
                package: Arc::from(file.package.as_str()),
                id,
                embedded: false,
                returns: file.text.contains('\r'),
            });
            let template = parser::parse(&source, Span::new(0, file.text.len()));
            for fault in template.faults {
                // dbt reads the blocks of a macro file alone; what stands between them harms nobody.
                let inside = template
                    .body
                    .iter()
                    .any(|node| matches!(node, Node::Macro(code) if code.span.contains(fault.span)));
                let severity = if inside { Severity::Error } else { Severity::Warn };
                let place = Place::new(&source.file, fault.span);
                self.diagnostics.push(
                    Diagnostic::new("template-error", severity, place, capitalised(&fault.message)).help(fault.help),
                );
            }
            let package = self.macros.entry(source.package.clone()).or_default();
            add_macros(template.body, package);
        }
    }

    fn read_embedded(&mut self) {
        for (package, text) in builtin_macros::FILES {
            let text: Arc<str> = Arc::from(text);
            let source = Arc::new(Source {
                file: FileId::new(package),
                text: text.clone(),
                package: Arc::from(package),
                id: u32::MAX,
                embedded: true,
                returns: false,
            });
            let template = parser::parse(&source, Span::new(0, text.len()));
            debug_assert!(template.faults.is_empty(), "embedded macros parse: {package}: {:?}", template.faults);
            add_macros(template.body, self.embedded.entry(source.package.clone()).or_default());
        }
    }

    fn read_names(&mut self, project: &Project) {
        for model in &project.models {
            self.name(&model.id, &model.relation);
            if matches!(model.kind, ModelKind::Model | ModelKind::Snapshot) {
                let ephemeral = model.config.str("materialized") == Some("ephemeral");
                self.models.entry(model.name.clone()).or_default().push(Entry {
                    id: model.id.clone(),
                    name: model.name.clone(),
                    package: model.package.clone(),
                    version: model.version.clone(),
                    latest: model.latest,
                    enabled: model.enabled,
                    ephemeral,
                    relation: model.relation.clone(),
                });
            }
        }
        for seed in &project.seeds {
            self.name(&seed.id, &seed.relation);
            self.models.entry(seed.name.clone()).or_default().push(Entry {
                id: seed.id.clone(),
                name: seed.name.clone(),
                package: seed.package.clone(),
                version: None,
                latest: true,
                enabled: true,
                ephemeral: false,
                relation: seed.relation.clone(),
            });
        }
        for source in &project.sources {
            self.name(&source.id, &source.relation);
            let quoting = Quoting::read(source.config.0.get("quoting"));
            if !quoting.is_silent() {
                self.source_quoting.insert(source.id.clone(), quoting.over([self.adapter.quotes; 3]));
            }
            let key = format!("{}.{}", source.source, source.name);
            let entry = (source.package.clone(), source.id.clone(), source.relation.clone());
            self.sources.entry(key).or_default().push(entry);
        }
    }

    fn name(&mut self, id: &str, relation: &RelationName) {
        let schema = relation.schema.as_deref().unwrap_or_default().to_ascii_lowercase();
        self.names.entry((schema, relation.identifier.to_ascii_lowercase())).or_insert_with(|| Arc::from(id));
    }

    /// Which parts of a relation's name are quoted. dbt does not apply the project's quoting to sources.
    pub(super) fn quoting(&self, id: Option<&str>) -> [bool; 3] {
        match id {
            Some(id) if id.starts_with("source.") => {
                self.source_quoting.get(id).copied().unwrap_or([self.adapter.quotes; 3])
            }
            _ => self.quoting,
        }
    }

    /// What a table's name stands for in the project.
    pub(super) fn id_by_name(&self, parts: &[Option<Arc<str>>; 3]) -> Option<Arc<str>> {
        let part = |at: usize| parts[at].as_deref().unwrap_or_default().to_ascii_lowercase();
        self.names.get(&(part(1), part(2))).cloned()
    }

    pub(super) fn source_file(&self, source: u32) -> &FileId {
        &self.files[(source as usize).saturating_sub(1).min(self.files.len().saturating_sub(1))]
    }

    /// A macro of the project's own packages or of this program, by package.
    pub(super) fn package_macro(&self, package: &str, name: &str) -> Option<Arc<Macro>> {
        let own = self.macros.get(package).and_then(|macros| macros.get(name));
        let embedded = || self.embedded.get(package).filter(|_| !self.macros.contains_key(package))?.get(name);
        own.or_else(embedded).cloned()
    }

    /// A macro that can be called without its package, as seen from `package`.
    pub(super) fn global_macro(&self, package: &str, name: &str) -> Option<Arc<Macro>> {
        let find = |package: &str| self.macros.get(package).and_then(|macros| macros.get(name));
        find(package).or_else(|| find(&self.root)).cloned()
    }

    /// Does the project, not only dbt, have a macro of this name?
    pub(super) fn names_itself(&self, name: &str) -> bool {
        self.macros.values().any(|macros| macros.contains_key(name))
    }

    pub(super) fn is_package(&self, name: &str) -> bool {
        self.has_package(name)
            || self.packages.contains_key(name)
            || self.embedded.contains_key(name)
            || *self.root == *name
    }

    /// Its macros are all here.
    pub(super) fn has_package(&self, name: &str) -> bool {
        self.macros.contains_key(name) || name == "dbt"
    }

    /// What a misspelt name was probably meant to be; `find` is asked once a name.
    pub(super) fn suggestion(&self, name: &str, find: impl FnOnce() -> Option<String>) -> Option<String> {
        let known = || self.suggestions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(name) {
            return found.clone();
        }
        let found = find();
        known().insert(name.to_owned(), found.clone());
        found
    }

    /// The packages of the project and their versions.
    pub(super) fn packages(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.packages.iter().map(|(name, (_, version))| (name.as_str(), version.as_deref()))
    }

    pub(super) fn python_macro(&self, lower: &str) -> Option<&PythonMacro> {
        self.python_macros.get(lower)
    }

    pub(super) fn python_macro_names(&self) -> impl Iterator<Item = &str> {
        self.python_macros.keys().map(String::as_str)
    }

    pub(super) fn macro_names(&self) -> impl Iterator<Item = &str> {
        self.macros.get(&self.root).into_iter().flat_map(|macros| macros.keys().map(|name| &**name))
    }

    pub(super) fn model_names(&self) -> impl Iterator<Item = &str> {
        self.models.keys().map(String::as_str)
    }

    pub(super) fn source_names(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    pub(super) fn var_names(&self) -> impl Iterator<Item = &str> {
        self.vars.values().flat_map(|vars| vars.keys().map(String::as_str))
    }

    /// What `ref` names, seen from a model of the package `from`: its own package first, then the root, then any.
    pub(super) fn find_model(&self, from: &str, package: Option<&str>, name: &str, version: Option<&str>) -> Found<'_> {
        let Some(entries) = self.models.get(name) else { return Found::Nowhere };
        let fits = |entry: &&Entry| package.is_none_or(|package| entry.package == package);
        let rank = |entry: &&Entry| (!entry.enabled, entry.package != from, entry.package != *self.root);
        let of_version =
            |entry: &&Entry| version.map_or(entry.latest, |version| entry.version.as_deref() == Some(version));
        let mut named = entries.iter().filter(fits).peekable();
        if named.peek().is_none() {
            return Found::Nowhere;
        }
        match entries.iter().filter(fits).filter(of_version).min_by_key(rank) {
            Some(entry) if entry.enabled => Found::Here(entry),
            Some(_) => Found::Disabled,
            None if version.is_none() => named
                .min_by_key(rank)
                .map_or(Found::Nowhere, |entry| if entry.enabled { Found::Here(entry) } else { Found::Disabled }),
            None => {
                let versions: Vec<&str> = named.filter_map(|entry| entry.version.as_deref()).collect();
                let words = if versions.is_empty() {
                    "no versions".to_owned()
                } else {
                    format!("versions {}", versions.join(", "))
                };
                Found::OtherVersion(words)
            }
        }
    }

    pub(super) fn find_source(&self, from: &str, source: &str, table: &str) -> Option<(&str, &RelationName)> {
        let entries = self.sources.get(&format!("{source}.{table}"))?;
        let rank = |entry: &&(String, String, RelationName)| (entry.0 != from, entry.0 != *self.root);
        entries.iter().min_by_key(rank).map(|(_, id, relation)| (id.as_str(), relation))
    }

    /// Does the project name such a package, or is it one?
    pub(super) fn knows_package(&self, package: &str) -> bool {
        self.has_package(package) || self.packages.contains_key(package) || self.dispatch.contains_key(package)
    }

    /// May a model that is nowhere be in a package that is named but not here?
    pub(super) fn may_be_elsewhere(&self, package: Option<&str>) -> bool {
        let here = |package: &str| *self.root == *package || self.is_installed(package);
        !package.is_some_and(here) && self.packages.values().any(|(installed, _)| !installed)
    }

    pub(super) fn is_installed(&self, package: &str) -> bool {
        self.packages.get(package).is_some_and(|(installed, _)| *installed) && self.macros.contains_key(package)
    }
}

impl Run<'_> {
    /// A macro that a package does not have: unknown if the package is not here, a fault if it is.
    pub(super) fn absent_macro(&mut self, package: &str, name: &str, span: Span) -> Value {
        let env = self.env;
        if env.macros.contains_key(package) && (*env.root == *package || env.is_installed(package)) {
            let macros = env.macros.get(package).into_iter().flat_map(|macros| macros.keys().map(|name| &**name));
            let place = self.outer_place(span);
            let mut diagnostic = Diagnostic::error(
                "undefined-variable",
                place,
                format!("The package `{package}` has no macro `{name}`."),
            );
            if let Some(meant) = closest(name, macros) {
                diagnostic = diagnostic.help(format!("Did you mean `{meant}`?"));
            }
            self.note(diagnostic);
            self.failed = true;
            return Value::undefined(&format!("{package}.{name}"));
        }
        self.unknown(format!("the macro `{package}.{name}`: the package `{package}` is not installed"), span)
    }

    /// Notes that the columns of a relation were asked for.
    pub(super) fn ask_columns(&mut self, id: &str) {
        if !self.asked_columns.iter().any(|known| known == id) {
            self.asked_columns.push(id.to_owned());
        }
    }
}

/// A source for a text that was made while rendering.
pub(super) fn loose_source(text: &str, like: &Source) -> Arc<Source> {
    let (file, package) = (like.file.clone(), like.package.clone());
    let returns = text.contains('\r');
    Arc::new(Source { file, text: Arc::from(text), package, id: like.id, embedded: like.embedded, returns })
}

fn add_macros(body: Vec<Node>, package: &mut Macros) {
    for node in body {
        match node {
            Node::Macro(code) => {
                package.insert(code.name.clone(), code);
            }
            Node::Scope(body) => add_macros(body, package),
            _ => {}
        }
    }
}

pub(super) fn capitalised(message: &str) -> String {
    let mut chars = message.chars();
    let first = chars.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(chars).chain(['.']).collect()
}

impl Graph {
    fn new(project: &Project) -> Graph {
        let models: Vec<Model> = project.models.iter().filter(|model| model.enabled).cloned().collect();
        let mut graph =
            Graph { models, seeds: project.seeds.clone(), sources: project.sources.clone(), ids: BTreeMap::new() };
        let models = graph.models.iter().enumerate().map(|(at, model)| (model.id.clone(), graph::Node::Model(at)));
        let seeds = graph.seeds.iter().enumerate().map(|(at, seed)| (seed.id.clone(), graph::Node::Seed(at)));
        let sources = graph.sources.iter().enumerate().map(|(at, source)| (source.id.clone(), graph::Node::Source(at)));
        graph.ids = models.chain(seeds).chain(sources).collect();
        graph
    }
}
