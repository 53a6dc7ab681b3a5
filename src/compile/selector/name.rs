//! `orders` or `orders.amount` in; the relation, and the column, that it means out.

use crate::compile::Compilation;
use crate::compile::answers::short;
use crate::text::closest;

/// What a selector means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// Id of the relation.
    pub relation: String,
    pub column: Option<String>,
}

/// Why a selector means nothing, or nothing certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unselected {
    /// No relation has such a name; perhaps this one was meant.
    Unknown { name: String, similar: Option<String> },
    /// Several have it.
    Ambiguous { name: String, candidates: Vec<String> },
    /// The relation is there, but has no such column; perhaps this one was meant.
    NoColumn { relation: String, column: String, similar: Option<String> },
    /// The method is known, and nothing has the value.
    Nothing { term: String },
}

impl Compilation {
    /// What `orders` or `orders.amount` means: the longest name of a relation that the selector starts with.
    pub fn select(&self, selector: &str) -> Result<Selected, Unselected> {
        let ends = selector.match_indices('.').map(|(at, _)| at).chain([selector.len()]);
        let mut ends: Vec<usize> = ends.collect();
        ends.reverse();
        for end in ends {
            let (name, column) = (&selector[..end], selector.get(end + 1..));
            match self.named(name).as_slice() {
                [] => {}
                [relation] => return self.column_of(relation, column),
                several => {
                    let (name, candidates) = (name.to_owned(), several.to_vec());
                    return Err(Unselected::Ambiguous { name, candidates });
                }
            }
        }
        let name = selector.split('.').next().unwrap_or(selector);
        let names = self.models.keys().chain(self.tables.keys()).map(|id| short(id));
        let similar = closest(name, names).map(str::to_owned);
        Err(Unselected::Unknown { name: selector.to_owned(), similar })
    }

    /// Relations that a name may mean: by id, else by any ending of it. A model wins over a source of its name.
    fn named(&self, name: &str) -> Vec<String> {
        if self.known(name).is_some() {
            return vec![name.to_owned()];
        }
        let fits = |id: &&String| ends_with(id, name);
        let models: Vec<String> = self.models.keys().filter(fits).cloned().collect();
        if models.is_empty() { self.tables.keys().filter(fits).cloned().collect() } else { models }
    }

    fn column_of(&self, relation: &str, column: Option<&str>) -> Result<Selected, Unselected> {
        let relation = relation.to_owned();
        let Some(column) = column else { return Ok(Selected { relation, column: None }) };
        let graph = self.graph();
        let found = graph.find(&relation, Some(column)).and_then(|node| graph.get(node).column).map(str::to_owned);
        if found.is_some() {
            return Ok(Selected { relation, column: found });
        }
        let columns = graph.columns(&relation);
        let names = columns.iter().filter_map(|node| graph.get(*node).column);
        let similar = closest(column, names).map(str::to_owned);
        Err(Unselected::NoColumn { relation, column: column.to_owned(), similar })
    }
}

/// Is `name` all of an id, or its part after some dot?
fn ends_with(id: &str, name: &str) -> bool {
    let Some(start) = id.len().checked_sub(name.len()) else { return false };
    let tail = id.as_bytes()[start..].eq_ignore_ascii_case(name.as_bytes());
    tail && (start == 0 || id.as_bytes()[start - 1] == b'.')
}
