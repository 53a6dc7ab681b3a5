//! SQL that belongs to no project, and a schema, in; what each table it makes and its last query read out.

use std::sync::Arc;

use super::each::{Bug, deep, guard};
use super::schema::Schema;
use crate::algebra::{Catalog, Known, Query, Status, Why, resolve};
use crate::dialect::Dialect;
use crate::lineage::{ModelLineage, trace};
use crate::syntax::{Parsed, ast, parse};
use crate::text::Span;

/// A query or script without a project, understood.
pub struct Loose {
    pub parsed: Parsed,
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
        relations.push(relation(written.name, written.query));
    }
    relations.extend(script.query.map(|query| relation(QUERY.to_owned(), query)));
    Loose { parsed, relations, why: script.why, fault }
}

fn relation(name: String, query: Query) -> LooseRelation {
    let lineage = Arc::new(trace(&query));
    LooseRelation { name, status: query.status, query: Arc::new(query), lineage }
}

/// Answers from a schema alone.
struct SchemaCatalog<'a>(&'a Schema);

impl Catalog for SchemaCatalog<'_> {
    fn find(&self, name: &[ast::Ident]) -> Option<Known> {
        self.0.find(name.iter().map(|part| part.value.as_str())).cloned()
    }
}
