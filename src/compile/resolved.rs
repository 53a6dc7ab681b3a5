//! A parsed text and what is known of the relations it names in, its Queries with their edges and fingerprints out.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::draft::{Version, View};
use super::name_index::split_name;
use super::names::Names;
use super::routines::Routines;
use super::store::Cache;
use crate::algebra::{Catalog, Fingerprints, How, Known, Query, Routine, Why, fingerprint, opaque, resolve};
use crate::dialect::Dialect;
use crate::lineage::{ModelLineage, trace};
use crate::syntax::ast::Ident;
use crate::syntax::{Outline, Parsed};
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
    /// All its statements.
    pub(super) outline: Arc<Vec<Outline>>,
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
    pub(super) known: View<'a>,
    /// Tables that the text itself writes: their names in lower case, and the ids others know them by.
    pub(super) written: &'a BTreeMap<String, String>,
    /// Functions that the text itself creates.
    pub(super) own_routines: &'a Routines,
    /// The model being built: its own name means what it held before.
    pub(super) own: &'a str,
    /// The names that were looked up so far.
    pub(super) asked: RefCell<BTreeSet<Vec<String>>>,
}

impl<'a> Sight<'a> {
    /// The same for another rendering of the model.
    pub(super) fn with_refs(&self, refs: &'a BTreeMap<String, Option<String>>) -> Sight<'a> {
        Sight { refs, asked: RefCell::default(), ..*self }
    }

    /// The id that a name means here, by the template's word first.
    pub(super) fn id<'s>(&'s self, parts: &[&str]) -> Option<&'s str> {
        match self.refs.get(&parts.join(".").to_ascii_lowercase()) {
            Some(id) => id.as_deref(),
            None => self.names.find(self.project, parts),
        }
    }

    /// The digest of what names mean now.
    fn answers(&self, asked: &[Vec<String>]) -> Digest {
        let mut hasher = Hasher::new("meanings");
        for name in asked {
            let parts: Vec<&str> = name.iter().map(String::as_str).collect();
            let id = self.id(&parts).unwrap_or_default();
            let offer = self.known.get(id).filter(|_| id != self.own);
            hasher.text(id).digest(offer.map(|offer| offer.address).unwrap_or_default());
        }
        hasher.finish()
    }
}

impl Catalog for Sight<'_> {
    fn find(&self, name: &[Ident]) -> Option<Arc<Known>> {
        self.asked.borrow_mut().insert(name.iter().map(|part| part.value.clone()).collect());
        let parts: Vec<&str> = name.iter().map(|part| part.value.as_str()).collect();
        let id = self.id(&parts)?;
        let unknown = || Arc::new(Known { id: id.to_owned(), open: true, ..Known::default() });
        Some(self.known.get(id).filter(|_| id != self.own).map_or_else(unknown, |offer| Arc::clone(&offer.known)))
    }

    fn routine(&self, name: &[Ident]) -> Option<Routine> {
        // One pair of quotes may hold a whole name.
        let parts: Vec<&str> = name.iter().flat_map(|part| part.value.split('.')).collect();
        self.own_routines.find(&parts).or_else(|| self.names.routines.get(self.project)?.find(&parts))
    }
}

/// Resolves one version of a model, or takes what is equal from the cache.
pub(super) fn resolved(version: &Version, dialect: &Dialect, sight: &Sight<'_>, cache: &Cache) -> Arc<Resolved> {
    let answers = |asked: &[Vec<String>]| sight.answers(asked);
    cache.resolved.get_or_ask(key(version, sight), answers, || {
        let resolved = anew(version, dialect, sight);
        (sight.asked.take().into_iter().collect(), resolved)
    })
}

fn anew(version: &Version, dialect: &Dialect, sight: &Sight<'_>) -> Resolved {
    let parsed = version.parsed(dialect);
    let outline = Arc::new(parsed.outline());
    if version.rendered.failed || parsed.statements.is_empty() {
        return Resolved { outline, ..blind(&parsed, version, dialect, sight) };
    }
    let script = resolve(&parsed, dialect, sight);
    let written = script.tables.into_iter().map(|written| {
        let part = part(written.query, dialect, sight);
        let id = sight.written.get(&written.name.to_ascii_lowercase()).cloned();
        Part { id: id.unwrap_or(written.name), how: Some(written.how), span: written.span, ..part }
    });
    let written = written.collect();
    Resolved { written, query: script.query.map(|query| part(query, dialect, sight)), why: script.why, outline }
}

/// A text that could not be rendered or says nothing reads all that its template asked for.
fn blind(parsed: &Parsed, version: &Version, dialect: &Dialect, sight: &Sight<'_>) -> Resolved {
    let mentions: Vec<Vec<String>> =
        version.rendered.refs.iter().map(|reference| split_name(&reference.text)).collect();
    let query = opaque(parsed, dialect, sight, &mentions, Span::default(), "no query could be read");
    let query = Query { why: Vec::new(), ..query };
    Resolved { query: Some(part(query, dialect, sight)), ..Resolved::default() }
}

fn part(mut query: Query, dialect: &Dialect, sight: &Sight<'_>) -> Part {
    for input in &mut query.reads {
        if let Some(id) = sight.written.get(&input.id.to_ascii_lowercase()) {
            input.id.clone_from(id);
        }
    }
    let lineage = Arc::new(trace(&query, dialect));
    let fingerprints = fingerprint(&query, dialect);
    Part { id: String::new(), how: None, query: Arc::new(query), lineage, fingerprints, span: Span::default() }
}

/// The address of everything that resolving reads, but for what the names that it asks for mean.
fn key(version: &Version, sight: &Sight<'_>) -> Digest {
    let mut hasher = Hasher::new("resolved");
    hasher.digest(version.key).text(sight.own).number(u64::from(version.rendered.failed));
    for name in version.refs.keys() {
        hasher.text(name);
    }
    if let Some(routines) = sight.names.routines.get(sight.project) {
        hasher.digest(routines.address);
    }
    for (name, id) in sight.written {
        hasher.text(name).text(id);
    }
    hasher.finish()
}
