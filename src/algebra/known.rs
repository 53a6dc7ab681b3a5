//! A resolved Query in, what its readers may know of it out.

use super::query::{Known, KnownColumn, Query};

/// The relation `id` as its readers see it. Fingerprints are added by [`super::fingerprint`].
pub fn known(query: &Query, id: &str) -> Known {
    let Some(root) = query.root else {
        return Known { id: id.to_owned(), open: true, ..Known::default() };
    };
    let node = &query.nodes[root.0 as usize];
    let columns = query.outputs.iter().map(|output| KnownColumn {
        name: output.name.clone(),
        quoted: output.quoted,
        ty: query.columns[output.column.0 as usize].ty.clone(),
        nullable: output.nullable,
        value: None,
    });
    let names = |key: &super::Key| {
        let name =
            |column| query.outputs.iter().find(|output| output.column == column).map(|output| output.name.clone());
        key.columns.iter().map(|column| name(*column)).collect::<Option<Vec<String>>>().map(|names| (names, key.proved))
    };
    Known {
        id: id.to_owned(),
        columns: columns.collect(),
        open: node.open,
        keys: node.keys.iter().filter_map(names).collect(),
        at_most_one_row: node.at_most_one_row,
        rows: None,
    }
}
