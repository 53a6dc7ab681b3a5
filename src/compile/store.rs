//! The stores of each step of the spine, shared by all compilations of a process.

use std::sync::Arc;

use super::draft::View;
use super::resolved::Resolved;
use crate::algebra::Known;
use crate::cache::Store;
use crate::syntax::Parsed;
use crate::template::Rendered;
use crate::text::{Digest, Hasher};

/// What compilations share: a base that is equal to its head in a model repeats nothing for it.
#[derive(Default)]
pub struct Cache {
    /// A rendering asks for the columns of relations, by id.
    rendered: Store<Rendered, String>,
    /// Of scripts alone: other texts are parsed where they are resolved.
    pub(super) parsed: Store<Parsed>,
    /// Resolving asks what names mean, each as its parts.
    pub(super) resolved: Store<Resolved, Vec<String>>,
}

impl Cache {
    /// The rendering under `key` for the columns it asks for of `known`, and for `graph` where it reads that.
    pub(super) fn rendered(
        &self,
        key: Digest,
        known: View<'_>,
        graph: Digest,
        render: impl FnOnce() -> Rendered,
    ) -> Arc<Rendered> {
        self.rendered.get_or_ask(
            key,
            |asked| answers(asked, known, graph),
            || {
                let rendered = render();
                let mut asked = rendered.asked_columns.clone();
                asked.extend(rendered.reads_graph.then(|| GRAPH.to_owned()));
                (asked, rendered)
            },
        )
    }
}

/// The question for what `graph` shows; no relation has this id.
const GRAPH: &str = "\0graph";

fn answers(asked: &[String], known: View<'_>, graph: Digest) -> Digest {
    let mut hasher = Hasher::new("columns");
    for id in asked {
        let answer = if id == GRAPH { graph } else { known.get(id).map(|offer| offer.address).unwrap_or_default() };
        hasher.text(id).digest(answer);
    }
    hasher.finish()
}

/// The address of all that a reader may know of a relation.
pub(super) fn address(known: &Known) -> Digest {
    let mut hasher = Hasher::new("known");
    hasher.text(&known.id).number(u64::from(known.open)).number(u64::from(known.at_most_one_row));
    hasher.digests(known.rows);
    if let Some(given) = &known.given {
        hasher.digest(given.rows).digests(given.values.iter().copied());
    }
    for column in &known.columns {
        hasher
            .text(&column.name)
            .text(&format!("{:?}{:?}{:?}{}", column.ty, column.nullable, column.quoted, column.any_case));
        hasher.digests(column.value);
    }
    hasher.number(known.columns.len() as u64);
    for (columns, proof) in &known.keys {
        for column in columns {
            hasher.text(column);
        }
        hasher.number(columns.len() as u64).number(*proof as u64);
    }
    hasher.finish()
}
