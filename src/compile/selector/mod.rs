//! A selector in; the relations and columns of a Compilation that it picks out.
//!
//! [`Selection::parse`] reads the words and knows no repo. [`Compilation::pick`] says what they mean: dbt's grammar
//! over models, sources, seeds and their consumers, and `model.column` over the columns of the lineage graph.

mod grammar;
mod methods;
mod name;
mod resource;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::Compilation;
use crate::lineage::{Direction, Follow, Graph, NodeId};
use grammar::{Method, has_wildcard};
use methods::Test;
use resource::resources;

pub use grammar::{Reach, Selection, SelectorFault, Term};
pub use name::{Selected, Unselected};

/// What a selector picks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pick {
    /// Relations as a whole, and their consumers, by id.
    pub relations: BTreeSet<String>,
    /// Columns of [`Compilation::graph`], and rows where a walk followed them.
    pub nodes: BTreeSet<NodeId>,
}

impl Compilation {
    /// The union of its words, without what it excludes. `follow` is how operators go from column to column.
    pub fn pick(&self, selection: &Selection, follow: Follow) -> Result<Pick, Unselected> {
        let mut pick = self.union(&selection.wanted, follow)?;
        let excluded = self.union(&selection.excluded, follow)?;
        pick.relations.retain(|relation| !excluded.relations.contains(relation));
        pick.nodes.retain(|node| !excluded.nodes.contains(node) && !self.holds(&excluded, *node));
        Ok(pick)
    }

    fn union(&self, words: &[Vec<Term>], follow: Follow) -> Result<Pick, Unselected> {
        let mut union = Pick::default();
        for word in words {
            let mut parts = word.iter().map(|term| self.walked(term, follow));
            let first = parts.next().unwrap_or_else(|| Ok(Pick::default()))?;
            let both = parts.try_fold(first, |both, part| part.map(|part| self.intersection(&both, &part)))?;
            union.relations.extend(both.relations);
            union.nodes.extend(both.nodes);
        }
        Ok(union)
    }

    /// A column is in both where the other picks it, or the whole of its relation.
    fn intersection(&self, one: &Pick, other: &Pick) -> Pick {
        let in_other = one.nodes.iter().filter(|node| other.nodes.contains(node) || self.holds(other, **node));
        let in_one = other.nodes.iter().filter(|node| self.holds(one, **node));
        Pick {
            relations: one.relations.intersection(&other.relations).cloned().collect(),
            nodes: in_other.chain(in_one).copied().collect(),
        }
    }

    fn holds(&self, pick: &Pick, node: NodeId) -> bool {
        pick.relations.contains(self.graph().get(node).relation)
    }

    /// What a term names, and what its operators add.
    fn walked(&self, term: &Term, follow: Follow) -> Result<Pick, Unselected> {
        let named = self.named_by(term)?;
        let relations = {
            let graph = self.relation_graph();
            let starts: Vec<NodeId> = named.relations.iter().filter_map(|id| graph.find(id, None)).collect();
            walk(graph, &starts, term, Follow::ValuesAndRows)
                .into_iter()
                .map(|node| graph.get(node).relation.to_owned())
                .chain(named.relations.iter().cloned())
                .collect()
        };
        let starts: Vec<NodeId> = named.nodes.iter().copied().collect();
        let mut nodes = walk(self.graph(), &starts, term, follow);
        nodes.extend(starts);
        Ok(Pick { relations, nodes })
    }

    /// What a term names, its operators left aside.
    pub fn named_by(&self, term: &Term) -> Result<Pick, Unselected> {
        let value = term.value.as_str();
        let test = Test::new(&term.method, value);
        let is_name = term.method == Method::Plain && test.is_of_names();
        let unknown = if is_name && !has_wildcard(value) {
            match self.select(value) {
                Ok(selected) => return Ok(self.picked(selected)),
                Err(ambiguous @ Unselected::Ambiguous { .. }) => return Err(ambiguous),
                Err(unknown) => unknown,
            }
        } else {
            Unselected::Nothing { term: term.text.clone() }
        };
        // By its names dbt selects what it runs; sources and consumers have methods of their own.
        let runs = |kind: &str| ["model", "seed", "snapshot", "analysis", "test", "table"].contains(&kind);
        let fits = resources(self).into_iter().filter(|one| !test.is_of_names() || runs(one.kind));
        let relations: BTreeSet<String> = fits.filter(|one| test.selects(one)).map(|one| one.id.to_owned()).collect();
        if !relations.is_empty() {
            return Ok(Pick { relations, nodes: BTreeSet::new() });
        }
        let nodes = if is_name { self.columns_like(value) } else { BTreeSet::new() };
        if nodes.is_empty() { Err(unknown) } else { Ok(Pick { relations: BTreeSet::new(), nodes }) }
    }

    fn picked(&self, selected: Selected) -> Pick {
        let Some(column) = &selected.column else {
            return Pick { relations: BTreeSet::from([selected.relation]), nodes: BTreeSet::new() };
        };
        let node = self.graph().find(&selected.relation, Some(column));
        Pick { relations: BTreeSet::new(), nodes: node.into_iter().collect() }
    }

    /// `orders.*_id`: the columns of one relation that a glob matches, in whatever case they are spelt.
    fn columns_like(&self, value: &str) -> BTreeSet<NodeId> {
        let Some((name, column)) = value.rsplit_once('.').filter(|(name, _)| !has_wildcard(name)) else {
            return BTreeSet::new();
        };
        let Ok(Selected { relation, column: None }) = self.select(name) else { return BTreeSet::new() };
        let (graph, wanted) = (self.graph(), column.to_ascii_lowercase());
        let fits = |node: &NodeId| {
            let column = graph.get(*node).column.unwrap_or_default();
            grammar::glob(&wanted, &column.to_ascii_lowercase())
        };
        graph.columns(&relation).into_iter().filter(fits).collect()
    }
}

/// Where the operators of a term lead from `starts`.
fn walk(graph: &Graph, starts: &[NodeId], term: &Term, follow: Follow) -> BTreeSet<NodeId> {
    if starts.is_empty() {
        return BTreeSet::new();
    }
    let closure = |starts: &[NodeId], direction, reach: Reach| -> Vec<NodeId> {
        graph.closure(starts, direction, follow, reach).nodes().collect()
    };
    if term.readers_with_needs {
        let readers = closure(starts, Direction::Downstream, None);
        return closure(&readers, Direction::Upstream, None).into_iter().collect();
    }
    let up = term.parents.map(|reach| closure(starts, Direction::Upstream, reach));
    let down = term.children.map(|reach| closure(starts, Direction::Downstream, reach));
    up.into_iter().chain(down).flatten().collect()
}
