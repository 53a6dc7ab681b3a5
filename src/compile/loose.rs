//! SQL that belongs to no project, and a schema, in; what each table it makes and its last query read out.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::each::{Bug, deep, guard};
use super::schema::Schema;
use super::{Cause, Compilation, CompiledModel};
use crate::algebra::{Catalog, Known, Query, Status, Why, fingerprint, known, resolve};
use crate::dialect::Dialect;
use crate::lineage::{ModelLineage, trace};
use crate::project::{Config, Language, Model, ModelKind, Project, Properties, RelationName};
use crate::repo::Moment;
use crate::syntax::{ast, parse};
use crate::template::Rendered;
use crate::text::{Digest, FileId, Place, Span};

/// A query or script without a project, understood.
pub struct Loose {
    /// Tables the text creates or fills, in order; then the last query, named [`QUERY`], if there is one.
    pub relations: Vec<LooseRelation>,
    /// Why statements could not be understood.
    pub why: Vec<Why>,
    /// The first statement without a tree: what is wrong, and where.
    pub fault: Option<(Span, String)>,
}

/// One relation that the text makes.
pub struct LooseRelation {
    pub name: String,
    pub query: Arc<Query>,
    pub lineage: Arc<ModelLineage>,
    pub status: Status,
}

/// The name of a text's last query among its relations.
pub const QUERY: &str = "query";

/// Parses, resolves and traces one text.
pub fn loose(sql: &str, dialect: &Dialect, schema: &Schema) -> Result<Loose, Bug> {
    deep(|| guard(|| understand(sql, dialect, schema)))
}

fn understand(sql: &str, dialect: &Dialect, schema: &Schema) -> Loose {
    let parsed = parse(sql, dialect);
    let script = resolve(&parsed, dialect, &SchemaCatalog(schema));
    let faults = parsed.statements.iter().filter_map(|statement| statement.tree.as_ref().err());
    let fault = faults.map(|fault| (fault.span, fault.message.clone())).next();
    let mut relations: Vec<LooseRelation> = Vec::new();
    for written in script.tables {
        relations.push(relation(written.name, written.query, dialect));
    }
    relations.extend(script.query.map(|query| relation(QUERY.to_owned(), query, dialect)));
    Loose { relations, why: script.why, fault }
}

fn relation(name: String, query: Query, dialect: &Dialect) -> LooseRelation {
    let lineage = Arc::new(trace(&query, dialect));
    LooseRelation { name, status: query.status, query: Arc::new(query), lineage }
}

impl Compilation {
    /// A loose text as a Compilation of its own, so that two of them can be compared.
    pub fn of_loose(loose: &Loose, sql: &str, dialect: &Arc<Dialect>, schema: &Schema) -> Self {
        let file = FileId::new("query.sql");
        let rendered = Arc::new(Rendered::verbatim(&file, sql));
        let mut models = BTreeMap::new();
        for relation in &loose.relations {
            let mut known = known(&relation.query, &relation.name);
            let fingerprints = fingerprint(&relation.query, dialect);
            if let Some(fingerprints) = &fingerprints {
                known = known.with_fingerprints(fingerprints);
            }
            let why = relation.query.why.iter().chain(&loose.why).map(|why| Cause {
                cause: why.cause.to_owned(),
                detail: why.detail.clone(),
                place: Place::new(&file, why.span),
            });
            let model = CompiledModel {
                model: model(&relation.name, &file, sql),
                project: 0,
                rendered: Arc::clone(&rendered),
                query: Arc::clone(&relation.query),
                also: Vec::new(),
                readings: Vec::new(),
                lineage: Arc::clone(&relation.lineage),
                fingerprints,
                known: Arc::new(known),
                status: relation.status,
                why: why.collect(),
                filled: false,
            };
            models
                .entry(relation.name.clone())
                .and_modify(|first: &mut CompiledModel| first.merge(&model))
                .or_insert(model);
        }
        Compilation {
            snapshot: None,
            moment: Moment::Folder,
            projects: vec![Project::bare(Arc::clone(dialect))],
            models,
            tables: schema.tables().map(|table| (table.id.clone(), table.clone())).collect(),
            diagnostics: Vec::new(),
            ground: None,
            graph: OnceLock::new(),
            relation_graph: OnceLock::new(),
            short_names: OnceLock::new(),
        }
    }
}

fn model(name: &str, file: &FileId, sql: &str) -> Model {
    Model {
        id: name.to_owned(),
        name: name.to_owned(),
        package: String::new(),
        version: None,
        latest: true,
        kind: ModelKind::Table,
        file: file.clone(),
        text: Arc::from(sql),
        digest: Digest::of(sql.as_bytes()),
        language: Language::Sql,
        dialect: None,
        body: Span::new(0, sql.len()),
        relation: RelationName { identifier: name.to_owned(), ..RelationName::default() },
        config: Config::default(),
        overrides: Config::default(),
        properties: Properties::default(),
        properties_place: None,
        enabled: true,
    }
}

/// Answers from a schema alone.
struct SchemaCatalog<'a>(&'a Schema);

impl Catalog for SchemaCatalog<'_> {
    fn find(&self, name: &[ast::Ident]) -> Option<Arc<Known>> {
        self.0.find(name.iter().map(|part| part.value.as_str())).cloned().map(Arc::new)
    }
}
