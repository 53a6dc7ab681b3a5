//! A resolved Query in, what its readers may know of it out.

use super::expr::Expr;
use super::normal::Fingerprints;
use super::query::{ColumnId, Known, KnownColumn, Nullability, Op, Query};
use crate::text::{Digest, Hasher};

/// The relation `id` as its readers see it. Fingerprints are added by [`super::fingerprint`].
pub fn known(query: &Query, id: &str) -> Known {
    let Some(root) = query.root else {
        return Known { id: id.to_owned(), open: true, ..Known::default() };
    };
    let node = &query.nodes[root.0 as usize];
    let unsure = query.any_case();
    let columns = query.outputs.iter().map(|output| KnownColumn {
        name: output.name.clone(),
        quoted: output.quoted,
        any_case: unsure[output.column.0 as usize],
        ty: query.columns[output.column.0 as usize].ty.clone(),
        nullable: output.nullable,
        value: None,
    });
    let names = |key: &super::Key| {
        let name =
            |column| query.outputs.iter().find(|output| output.column == column).map(|output| output.name.clone());
        key.columns.iter().map(|column| name(*column)).collect::<Option<Vec<String>>>().map(|names| (names, key.proof))
    };
    Known {
        id: id.to_owned(),
        columns: columns.collect(),
        open: node.open,
        keys: node.keys.iter().filter_map(names).collect(),
        assumed: Vec::new(),
        at_most_one_row: node.at_most_one_row,
        rows: None,
        given: None,
    }
}

impl Query {
    /// For each column, whether the case of its name is unknown: it is copied from one whose name nobody spelt for sure.
    pub(super) fn any_case(&self) -> Vec<bool> {
        let mut unsure = vec![false; self.columns.len()];
        let reads =
            |input: &super::Input| input.known.as_ref().is_some_and(|known| known.columns.iter().any(|c| c.any_case));
        if !self.reads.iter().any(reads) {
            return unsure;
        }
        let name = |column: ColumnId| self.columns[column.0 as usize].name.as_str();
        for node in &self.nodes {
            for (at, column) in node.columns.iter().enumerate() {
                let is_unsure = match &node.op {
                    Op::Scan { input, .. } => {
                        let known = self.reads[*input].known.as_ref();
                        known.and_then(|known| known.columns.get(at)).is_some_and(|column| column.any_case)
                    }
                    Op::Project { exprs, .. } => {
                        let source = exprs.get(at).and_then(Expr::as_column);
                        source.is_some_and(|source| unsure[source.0 as usize] && name(source) == name(*column))
                    }
                    Op::Set { inputs, .. } => inputs
                        .iter()
                        .any(|(_, columns)| columns.get(at).is_some_and(|source| unsure[source.0 as usize])),
                    _ => continue,
                };
                unsure[column.0 as usize] |= is_unsure;
            }
        }
        unsure
    }
}

impl Known {
    /// With the fingerprints of the query it comes from.
    #[must_use]
    pub fn with_fingerprints(mut self, fingerprints: &Fingerprints) -> Self {
        self.rows = Some(fingerprints.rows);
        for (column, value) in self.columns.iter_mut().zip(&fingerprints.values) {
            column.value = Some(*value);
        }
        self.given.clone_from(&fingerprints.given);
        self
    }

    /// After another statement added, changed or removed rows: `other` is what that statement writes.
    pub fn mix(&mut self, other: &Known) {
        let both = |tag: &str, ours: Option<Digest>, theirs: Option<Digest>| {
            Some(Hasher::new(tag).digests(ours).digests(theirs).digests(other.rows).finish())
        };
        for column in &mut self.columns {
            let same = |theirs: &&KnownColumn| theirs.name.eq_ignore_ascii_case(&column.name);
            let theirs = other.columns.iter().find(same);
            column.value = both("mixed values", column.value, theirs.and_then(|theirs| theirs.value));
            let nullable = theirs.map_or(Nullability::Yes, |theirs| theirs.nullable);
            if nullable != column.nullable {
                column.nullable = Nullability::Unknown;
            }
        }
        if self.open {
            let ours: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
            let is_new = |theirs: &&KnownColumn| !ours.iter().any(|name| name.eq_ignore_ascii_case(&theirs.name));
            self.columns.extend(other.columns.iter().filter(is_new).cloned());
        }
        self.rows = both("mixed rows", self.rows, other.rows);
        self.given = None;
        self.keys.clear();
        self.assumed.clear();
        self.at_most_one_row = false;
    }
}
