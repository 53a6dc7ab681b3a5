//! A column of a query in, the columns of relations outside the query that it is made of, out.

use std::collections::{BTreeMap, BTreeSet};

use crate::algebra::{ColumnId, Op, Query, RelId, exprs};

use super::look::each_column;

/// What a column is made of.
enum Made<'q> {
    Outside(usize, &'q str),
    Of(Vec<ColumnId>),
}

/// The columns outside, each with the id of its relation, sorted.
pub(super) fn sources(query: &Query, column: ColumnId) -> Vec<(String, String)> {
    let made = made(query);
    let mut seen = BTreeSet::from([column]);
    let mut open = vec![column];
    let mut found = BTreeSet::new();
    while let Some(next) = open.pop() {
        for made in made.get(&next).into_iter().flatten() {
            match made {
                Made::Outside(input, name) => {
                    found.extend(query.reads.get(*input).map(|read| (read.id.clone(), (*name).to_owned())));
                }
                Made::Of(columns) => open.extend(columns.iter().filter(|column| seen.insert(**column))),
            }
        }
    }
    found.into_iter().collect()
}

fn made(query: &Query) -> BTreeMap<ColumnId, Vec<Made<'_>>> {
    let mut made: BTreeMap<ColumnId, Vec<Made<'_>>> = BTreeMap::new();
    for node in &query.nodes {
        for (at, column) in node.columns.iter().enumerate() {
            let of = match &node.op {
                Op::Scan { input, names } => names.get(at).map(|name| Made::Outside(*input, name)),
                Op::Project { exprs, .. } => exprs.get(at).map(|expr| Made::Of(columns(expr))),
                Op::Aggregate { keys, aggregates, .. } => {
                    keys.iter().chain(aggregates).nth(at).map(|expr| Made::Of(columns(expr)))
                }
                Op::Set { inputs, .. } => {
                    Some(Made::Of(inputs.iter().filter_map(|(_, columns)| columns.get(at).copied()).collect()))
                }
                Op::Recursive { seed, step, .. } => {
                    let both: [&(RelId, Vec<ColumnId>); 2] = [seed, step];
                    Some(Made::Of(both.iter().filter_map(|(_, columns)| columns.get(at).copied()).collect()))
                }
                Op::Unnest { columns: own, .. } if own.contains(column) => {
                    let mut read = Vec::new();
                    exprs(&node.op, &mut |expr| read.extend(columns(expr)));
                    Some(Made::Of(read))
                }
                _ => None,
            };
            // An operator that only passes a column on says nothing of what it is made of.
            let of = of.filter(|made| !matches!(made, Made::Of(columns) if columns.as_slice() == [*column]));
            made.entry(*column).or_default().extend(of);
        }
    }
    made
}

fn columns(expr: &crate::algebra::Expr) -> Vec<ColumnId> {
    let mut found = Vec::new();
    each_column(expr, &mut |column, _| found.push(column));
    found
}
