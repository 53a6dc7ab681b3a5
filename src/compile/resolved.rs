//! A parsed text and what is known of the relations it names in, its Queries with their edges and fingerprints out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::draft::{KnownById, Version, parse_key};
use super::name_index::split_name;
use super::names::Names;
use super::store::Cache;
use crate::algebra::{Catalog, Fingerprints, How, Known, Query, Why, fingerprint, opaque, resolve};
use crate::dialect::Dialect;
use crate::lineage::{ModelLineage, trace};
use crate::syntax::ast::Ident;
use crate::text::{Digest, Hasher, Span};

/// What one text says, resolved.
#[derive(Clone, Debug, Default)]
pub(super) struct Resolved {
    /// One per statement that writes, in order.
    pub(super) written: Vec<Part>,
    /// The last query.
    pub(super) query: Option<Part>,
    /// Why statements could not be understood.
    pub(super) why: Vec<Why>,
}

/// One query of a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    /// Id of the relation it writes; empty for a query that writes none.
    pub(super) id: String,
    pub(super) how: Option<How>,
    pub(super) query: Arc<Query>,
    pub(super) lineage: Arc<ModelLineage>,
    pub(super) fingerprints: Option<Fingerprints>,
    /// Of the statement.
    pub(super) span: Span,
}

/// Where the names of one text lead.
pub(super) struct Sight<'a> {
    pub(super) names: &'a Names,
    pub(super) project: usize,
    pub(super) refs: &'a BTreeMap<String, Option<String>>,
    /// What is known so far; what a cycle cuts off is not in it.
    pub(super) known: &'a KnownById,
    /// Tables that the text itself writes: their names in lower case, and the ids others know them by.
    pub(super) written: &'a BTreeMap<String, String>,
    /// The model being built: its own name means what it held before.
    pub(super) own: &'a str,
}

impl Sight<'_> {
    /// The id that a name means here, by the template's word first.
    pub(super) fn id<'s>(&'s self, parts: &[&str]) -> Option<&'s str> {
        match self.refs.get(&parts.join(".").to_ascii_lowercase()) {
            Some(id) => id.as_deref(),
            None => self.names.find(self.project, parts),
        }
    }
}

impl Catalog for Sight<'_> {
    fn find(&self, name: &[Ident]) -> Option<Known> {
        let parts: Vec<&str> = name.iter().map(|part| part.value.as_str()).collect();
        let id = self.id(&parts)?;
        let unknown = || Known { id: id.to_owned(), open: true, ..Known::default() };
        Some(self.known.get(id).filter(|_| id != self.own).map_or_else(unknown, |offer| Known::clone(&offer.known)))
    }
}

/// Resolves one version of a model, or takes what is equal from the cache.
pub(super) fn resolved(version: &Version, dialect: &Dialect, sight: &Sight<'_>, cache: &Cache) -> Arc<Resolved> {
    cache.resolved.get_or(key(version, dialect, sight), || {
        if version.rendered.failed || version.parsed.statements.is_empty() {
            return blind(version, dialect, sight);
        }
        let script = resolve(&version.parsed, dialect, sight);
        let written = script.tables.into_iter().map(|written| {
            let part = part(written.query, dialect, sight);
            let id = sight.written.get(&written.name.to_ascii_lowercase()).cloned();
            Part { id: id.unwrap_or(written.name), how: Some(written.how), span: written.span, ..part }
        });
        let written = written.collect();
        Resolved { written, query: script.query.map(|query| part(query, dialect, sight)), why: script.why }
    })
}

/// A text that could not be rendered or says nothing reads all that its template asked for.
fn blind(version: &Version, dialect: &Dialect, sight: &Sight<'_>) -> Resolved {
    let mentions: Vec<Vec<String>> =
        version.rendered.refs.iter().map(|reference| split_name(&reference.text)).collect();
    let query = opaque(&version.parsed, dialect, sight, &mentions, Span::default(), "no query could be read");
    let query = Query { why: Vec::new(), ..query };
    Resolved { written: Vec::new(), query: Some(part(query, dialect, sight)), why: Vec::new() }
}

fn part(mut query: Query, dialect: &Dialect, sight: &Sight<'_>) -> Part {
    for input in &mut query.reads {
        if let Some(id) = sight.written.get(&input.id.to_ascii_lowercase()) {
            input.id.clone_from(id);
        }
    }
    let lineage = Arc::new(trace(&query));
    let fingerprints = fingerprint(&query, dialect);
    Part { id: String::new(), how: None, query: Arc::new(query), lineage, fingerprints, span: Span::default() }
}

/// The address of everything that resolving reads: the text, and what each name in it leads to.
fn key(version: &Version, dialect: &Dialect, sight: &Sight<'_>) -> Digest {
    let mut hasher = Hasher::new("resolved");
    hasher.digest(parse_key(&version.rendered.text, dialect)).text(sight.own);
    hasher.number(u64::from(version.rendered.failed));
    let from_refs = version.refs.keys().map(|name| vec![name.as_str()]);
    let from_text = version.reads.names.iter().map(|name| name.iter().map(String::as_str).collect());
    for name in from_refs.chain(from_text) {
        let id = sight.id(&name).unwrap_or_default();
        let offer = sight.known.get(id).filter(|_| id != sight.own);
        hasher.text(&name.join(".")).text(id).digest(offer.map(|offer| offer.address).unwrap_or_default());
    }
    for (name, id) in sight.written {
        hasher.text(name).text(id);
    }
    hasher.finish()
}
