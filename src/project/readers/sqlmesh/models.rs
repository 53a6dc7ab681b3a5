//! One file below `models/` in, the models and seeds it defines out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::audits::{self, Definition};
use super::config::ConfigFile;
use super::described::{Audit, Described};
use super::header::{Header as Text, Part, sql_value};
use super::kinds;
use super::python::Module;
use crate::data::{Kind, Value};
use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::project::adapter;
use crate::project::files::{Files, has_extension, join, parent, relative, stem, unreadable};
use crate::project::readers::csv_file;
use crate::project::statements::{Header, Statement, StatementKind, query, statements};
use crate::project::tokens::Quotes;
use crate::project::{
    BLUEPRINT_VARIABLES, Config, Constraint, DeclaredColumn, Language, Model, ModelKind, Properties, RelationName, Seed,
};
use crate::text::{Digest, FileId, Place, Span, closest};

/// What every file of a project is read with.
pub(super) struct Frame<'a> {
    pub project: &'a str,
    pub root: &'a str,
    pub config: &'a ConfigFile,
    pub dialect: &'a Arc<Dialect>,
    pub files: &'a dyn Files,
}

/// What a file holds.
#[derive(Default)]
pub(super) struct Found {
    pub models: Vec<Model>,
    pub seeds: Vec<Seed>,
    /// Audits that the file defines for itself.
    pub audits: Vec<Definition>,
    /// Which audits each model names: its name, its relation, the audits.
    pub uses: Vec<(String, RelationName, Vec<Audit>)>,
    pub said: Vec<Diagnostic>,
}

pub(super) fn read(file: &FileId, frame: &Frame<'_>) -> Found {
    let mut found = Found::default();
    let text = match frame.files.text(file) {
        Ok(text) => text,
        Err(why) => {
            found.said.push(unreadable(file, &why));
            return found;
        }
    };
    let reader = File { file, text, digest: frame.files.digest(file), frame };
    if has_extension(file.path(), "py") {
        reader.python(&mut found);
    } else {
        reader.sql(&mut found);
    }
    found
}

struct File<'a> {
    file: &'a FileId,
    text: Arc<str>,
    digest: Digest,
    frame: &'a Frame<'a>,
}

impl File<'_> {
    fn sql(&self, found: &mut Found) {
        let quotes = Quotes::of(self.frame.dialect);
        let text = &*self.text;
        if text.trim().is_empty() {
            return;
        }
        let all = statements(text, Span::new(0, text.len()), quotes);
        let header = all.iter().find_map(|statement| match statement.kind {
            StatementKind::Header(Header::Model, inner) => Some((inner, statement.span)),
            _ => None,
        });
        let (inner, span) = match header {
            Some(header) => header,
            None if self.frame.config.infer_names => (Span::at(0), Span::at(0)),
            None => {
                let message =
                    "The file has no `MODEL (..)` header, so SQLMesh refuses the project. Nothing in it is read.";
                let diagnostic = Diagnostic::error("template-error", Place::top(self.file), message);
                found.said.push(diagnostic.help("Start it with `MODEL (name schema.table);`."));
                return;
            }
        };
        found.audits = audits::definitions(self.file, &self.text, self.digest, quotes, &self.frame.config.variables);
        let body = Span { start: span.end, end: text.len() as u32 };
        let has_query = query(&all).is_some();
        for variables in self.blueprints(inner, quotes, found) {
            let mut all = self.frame.config.variables.clone();
            all.extend(variables.iter().map(|(name, value)| (name.clone(), value.clone())));
            let header = Text::read(text, inner, quotes, &all);
            let described = Described::from_header(&header, span);
            let described = self.with_defaults(described);
            self.build(&described, (Language::SqlMesh, body, has_query), &variables, found);
        }
        self.first_comment(span, found);
    }

    /// A comment before the header describes the model where the header does not.
    fn first_comment(&self, span: Span, found: &mut Found) {
        let before = self.text[..span.start as usize].trim();
        let lines = before.trim_start_matches("/*").trim_end_matches("*/").lines();
        let lines: Vec<&str> = lines.map(|line| line.trim().trim_start_matches("--").trim()).collect();
        let comment = lines.join("\n").trim().to_owned();
        for model in found.models.iter_mut().filter(|model| model.properties.description.is_empty()) {
            model.properties.description.clone_from(&comment);
        }
    }

    /// What each blueprint of a header sets; one empty set where it has none.
    fn blueprints(&self, inner: Span, quotes: Quotes, found: &mut Found) -> Vec<BTreeMap<String, Value>> {
        let header = Text::read(&self.text, inner, quotes, &BTreeMap::new());
        let Some(part) = header.get("blueprints") else { return vec![BTreeMap::new()] };
        if part.text().starts_with('@') {
            let message = "The blueprints come from a macro, which only SQLMesh can run, so the models made of them are not known.";
            let diagnostic = Diagnostic::warn("template-warning", part.place(self.file), message);
            found
                .said
                .push(diagnostic.help("Write the blueprints out, or expect their readers to be understood in part."));
            return Vec::new();
        }
        let variables = |item: Part<'_>| {
            let pairs = item.pairs().into_iter();
            pairs.map(|(name, part)| (name.to_ascii_lowercase(), sql_value(part))).collect::<BTreeMap<_, _>>()
        };
        let single = !part.pairs().is_empty();
        if single { vec![variables(part)] } else { part.items().into_iter().map(variables).collect() }
    }

    fn python(&self, found: &mut Found) {
        let module = Module::read(&self.text);
        let decorators: Vec<_> = module.decorators();
        let models: Vec<_> = decorators.iter().filter(|decorator| decorator.name == "model").collect();
        for (at, decorator) in models.iter().enumerate() {
            // What stands above all models is seen by each.
            let start = if at == 0 { 0 } else { decorator.span.start };
            let end = models.get(at + 1).map_or(self.text.len() as u32, |next| next.span.start);
            let span = Span { start, end };
            let described = self.with_defaults(Described::from_decorator(decorator));
            let blueprints = decorator.arguments.get("blueprints").map(Value::items).unwrap_or_default();
            if blueprints.is_empty() {
                self.build(&described, (Language::Python, span, true), &BTreeMap::new(), found);
            }
            for blueprint in blueprints {
                let entries = blueprint.entries().iter();
                let variables: BTreeMap<String, Value> =
                    entries.map(|(key, value)| (key.text.to_ascii_lowercase(), value.clone())).collect();
                let mut described = described.clone();
                described.name = described.name.map(|name| fill(&name, &variables, self.frame.dialect));
                self.build(&described, (Language::Python, span, true), &variables, found);
            }
        }
    }

    /// The project's defaults lie under what the model says.
    fn with_defaults(&self, mut described: Described) -> Described {
        for (key, value) in self.frame.config.defaults.entries() {
            match key.text.as_str() {
                "kind" => {
                    let name = value.scalar().or_else(|| value.get("name").and_then(Value::scalar));
                    described.kind = described.kind.or_else(|| name.map(|name| name.to_ascii_uppercase()));
                }
                "dialect" => {}
                "audits" => {
                    // Those of the project come before the model's own.
                    let written = format!("audits ({})", value.strings().join(", "));
                    let quotes = Quotes::of(self.frame.dialect);
                    let header = Text::read(&written, Span::new(0, written.len()), quotes, &BTreeMap::new());
                    let mut audits = Described::from_header(&header, described.span).audits;
                    for audit in &mut audits {
                        audit.span = described.span;
                    }
                    described.audits.splice(0..0, audits);
                }
                key => drop(described.properties.entry(key.to_owned()).or_insert_with(|| value.clone())),
            }
        }
        described
    }

    fn build(
        &self,
        described: &Described,
        (language, body, has_query): (Language, Span, bool),
        variables: &BTreeMap<String, Value>,
        found: &mut Found,
    ) {
        let inferred = || self.frame.config.infer_names.then(|| self.inferred_name()).flatten();
        let Some(name) = described.name.clone().or_else(inferred) else {
            let message = "The model has no name, so SQLMesh refuses the project and nothing can read it.";
            let place = Place::new(self.file, described.span);
            let diagnostic = Diagnostic::error("template-error", place, message);
            found.said.push(diagnostic.help("Add `name schema.table` to its header."));
            return;
        };
        let kind = described.kind.clone().unwrap_or_else(|| "VIEW".to_owned());
        self.check_kind(&kind, &name, described, found);
        let sort = kinds::sort(&kind);
        let relation = relation(&name);
        found.uses.push((name.clone(), relation.clone(), described.audits.clone()));
        let mut config = Config(kinds::config(described, &kind));
        if kind == "SEED" && !(has_query && language == Language::Python) {
            found.seeds.extend(self.seed(described, &name, relation, config, &mut found.said));
            return;
        }
        if !variables.is_empty() {
            config.0.insert(BLUEPRINT_VARIABLES.to_owned(), super::map_of(variables));
        }
        if let Some(gateway) = described.text("gateway") {
            config.0.insert("gateway".to_owned(), Value { kind: Kind::String(gateway), span: described.span });
        }
        let word = if sort.model_kind == ModelKind::Snapshot { "snapshot" } else { "model" };
        found.models.push(Model {
            id: format!("{word}.{}.{name}", self.frame.project),
            name,
            package: self.frame.project.to_owned(),
            version: None,
            latest: true,
            kind: sort.model_kind,
            file: self.file.clone(),
            text: Arc::clone(&self.text),
            digest: self.digest,
            language,
            dialect: described.text("dialect").and_then(|name| adapter::known(name.split(',').next()?)),
            body,
            relation,
            enabled: described.properties.get("enabled").and_then(Value::bool) != Some(false),
            config,
            overrides: Config::default(),
            properties: self.properties(described),
            properties_place: Some(Place::new(self.file, described.span)),
        });
    }

    fn check_kind(&self, kind: &str, name: &str, described: &Described, found: &mut Found) {
        if kinds::KINDS.contains(&kind) || kind.contains('@') {
            return;
        }
        let message =
            format!("`{kind}` is no kind of model, so SQLMesh refuses the project. `{name}` is read as a table.");
        let diagnostic = Diagnostic::error("template-error", Place::new(self.file, described.span), message);
        found.said.push(match closest(kind, kinds::KINDS) {
            Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
            None => diagnostic.help("Choose one of SQLMesh's kinds, such as FULL or VIEW."),
        });
    }

    /// `models/a/b.sql` is `a.b`.
    fn inferred_name(&self) -> Option<String> {
        let inner = relative(&join(self.frame.root, "models")?, self.file.path())?;
        let folder = parent(inner);
        let parts = folder.split('/').filter(|part| !part.is_empty()).chain([stem(inner)]);
        Some(parts.collect::<Vec<_>>().join("."))
    }

    fn properties(&self, described: &Described) -> Properties {
        let place = |span| Place::new(self.file, span);
        let column = |name: &str, quoted, data_type: Option<String>, span| DeclaredColumn {
            name: name.to_owned(),
            quoted,
            data_type,
            description: described.descriptions.get(name).cloned().unwrap_or_default(),
            tests: Vec::new(),
            constraints: Vec::new(),
            tags: Vec::new(),
            policy_tags: Vec::new(),
            meta: None,
            place: place(span),
        };
        let columns = described.columns.iter();
        let mut columns: Vec<DeclaredColumn> =
            columns.map(|known| column(&known.name, known.quoted, known.data_type.clone(), known.span)).collect();
        if columns.is_empty() {
            columns.extend(described.descriptions.keys().map(|name| column(name, false, None, described.span)));
        }
        let unique = |columns: &Vec<String>| Constraint {
            kind: "unique".to_owned(),
            columns: columns.clone(),
            expression: None,
            to_columns: Vec::new(),
        };
        Properties {
            description: described.text("description").unwrap_or_default(),
            columns,
            tests: audits::tests(described, self.file),
            constraints: described.grains.iter().filter(|grain| !grain.is_empty()).map(unique).collect(),
            owner: described.text("owner"),
            tags: described.properties.get("tags").map(Value::strings).unwrap_or_default(),
            ..Properties::default()
        }
    }

    fn seed(
        &self,
        described: &Described,
        name: &str,
        relation: RelationName,
        config: Config,
        said: &mut Vec<Diagnostic>,
    ) -> Option<Seed> {
        let id = format!("seed.{}.{name}", self.frame.project);
        let path = described.options.get("path").and_then(Value::scalar).unwrap_or_default();
        let file = match path.strip_prefix("$root/") {
            Some(inner) => join(self.frame.root, inner),
            None => join(parent(self.file.path()), &path),
        };
        let Some(file) = file.map(|path| FileId::new(&path)).filter(|file| frame_has(self.frame, file)) else {
            let message = format!("There is no file `{path}`, so the seed `{name}` cannot be loaded.");
            let diagnostic = Diagnostic::error("csv-error", Place::new(self.file, described.span), message);
            said.push(diagnostic.help("A path starts at the folder of the model, or with `$root/`.").model(&id));
            return None;
        };
        let declared = described
            .columns
            .iter()
            .filter_map(|column| Some((column.name.to_ascii_lowercase(), column.data_type.clone()?)));
        let declared: BTreeMap<String, String> = declared.collect();
        let settings = described.options.get("csv_settings");
        let delimiter =
            settings.and_then(|settings| settings.get("delimiter")?.scalar()?.bytes().next()).unwrap_or(b',');
        let (content, mut problems) = csv_file::read(&file, delimiter, &declared, self.frame.files);
        for problem in &mut problems {
            problem.model = Some(id.clone());
        }
        said.extend(problems);
        let mut columns = content.columns;
        for column in columns.iter_mut().filter(|column| !declared.contains_key(&column.name.to_ascii_lowercase())) {
            // Dates stay texts unless the header says what they are.
            if matches!(column.data_type.as_str(), "DATE" | "TIMESTAMP") {
                "VARCHAR".clone_into(&mut column.data_type);
            }
        }
        let enabled = described.properties.get("enabled").and_then(Value::bool) != Some(false);
        enabled.then(|| Seed {
            id,
            package: self.frame.project.to_owned(),
            name: name.to_owned(),
            digest: self.frame.files.digest(&file),
            file,
            relation,
            config,
            properties: self.properties(described),
            columns,
            rows: content.rows,
            row_set: content.row_set,
            sampled: content.sampled,
            properties_place: Some(Place::new(self.file, described.span)),
        })
    }
}

fn frame_has(frame: &Frame<'_>, file: &FileId) -> bool {
    frame.files.text(file).is_ok()
}

fn fill(name: &str, variables: &BTreeMap<String, Value>, dialect: &Dialect) -> String {
    super::header::filled(name, Quotes::of(dialect), variables)
        .map_or_else(|| name.to_owned(), |name| name.replace('\'', ""))
}

/// `catalog.schema.table`, in whole or in part.
pub(super) fn relation(name: &str) -> RelationName {
    let mut parts: Vec<&str> = name.split('.').collect();
    let identifier = parts.pop().unwrap_or_default().to_owned();
    let schema = parts.pop().map(str::to_owned);
    RelationName { database: (!parts.is_empty()).then(|| parts.join(".")), schema, identifier }
}

/// The statements of a file, for what reads more than its models.
pub(super) fn headers(text: &str, quotes: Quotes, wanted: Header) -> Vec<Statement> {
    let all = statements(text, Span::new(0, text.len()), quotes);
    all.into_iter().filter(|one| matches!(one.kind, StatementKind::Header(header, _) if header == wanted)).collect()
}
