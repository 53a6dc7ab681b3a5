//! Operators that do not melt in, digests of their rows and values out: groups, sets, limits, scans.

use std::collections::BTreeMap;

use super::block::Block;
use super::digest::{Closed, Normal, Outer};
use super::term::TermRef;
use crate::algebra::expr::Expr;
use crate::algebra::query::{ColumnId, Op, Query, RelId, SetKind};
use crate::text::{Digest, Hasher};

impl Normal<'_> {
    /// Digests of expressions over the rows of a relation.
    fn over(&mut self, rel: RelId, exprs: &[Expr], outer: &Outer) -> (Digest, Vec<Digest>) {
        let block = self.block(rel);
        let terms: Vec<TermRef> = exprs.iter().map(|expr| self.term(expr, &block)).collect();
        let mut reading = self.reading(&block, outer);
        let rows = self.rows(&block, &mut reading);
        let digests = self.many(&terms, &mut reading);
        (rows, digests)
    }

    /// The digests of an operator that does not melt.
    pub(super) fn barrier(&mut self, rel: RelId, outer: &Outer) -> Closed {
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        let numbered = |rows: Digest, tag: &str| {
            let value =
                |(at, column): (usize, &ColumnId)| (*column, Hasher::new(tag).number(at as u64).digest(rows).finish());
            Closed { rows, values: node.columns.iter().enumerate().map(value).collect() }
        };
        match &node.op {
            Op::Scan { input, names } => self.scan(*input, names, &node.columns),
            Op::Values { rows } => {
                let cells: Vec<Vec<Digest>> = rows.iter().map(|row| self.constants(row, outer)).collect();
                let mut whole = Hasher::new("values");
                for row in &cells {
                    whole.digests(row.iter().copied());
                }
                let count = Hasher::new("values").number(rows.len() as u64).finish();
                let column = |at: usize| {
                    Hasher::new("cells").digests(cells.iter().filter_map(|row| row.get(at).copied())).finish()
                };
                let values = node.columns.iter().enumerate().map(|(at, id)| (*id, column(at))).collect();
                Closed { rows: count, values }
            }
            Op::Aggregate { input, keys, aggregates, sets } => {
                self.aggregate(*input, keys, aggregates, sets, &node.columns, outer)
            }
            Op::Distinct { input, on } => self.distinct(*input, on.as_deref(), &node.columns, outer),
            Op::Limit { input, count, offset, with_ties } => {
                let closed = self.relation(*input, outer);
                let (_, bounds) = self.over(*input, &count.iter().chain(offset).cloned().collect::<Vec<_>>(), outer);
                let sort = self.sort_of(*input, outer);
                let mut hasher = Hasher::new("limit");
                hasher
                    .digest(closed.rows)
                    .digests(bounds)
                    .digests(sort)
                    .number(u64::from(offset.is_some()) * 2 + u64::from(*with_ties));
                Closed { rows: hasher.finish(), values: closed.values.clone() }
            }
            Op::Set { kind, all, inputs } => self.set(*kind, *all, inputs, &node.columns, outer),
            Op::Sample { input, text } => {
                let closed = self.relation(*input, outer);
                Closed {
                    rows: Hasher::new("sample").digest(closed.rows).text(text).finish(),
                    values: closed.values.clone(),
                }
            }
            Op::TableFunction { name, args, .. } => {
                let args = self.constants(args, outer);
                numbered(Hasher::new("table function").text(name).digests(args).finish(), "column")
            }
            Op::Unpivot { input, groups, keep, include_nulls } => {
                self.unpivot(*input, groups, keep, *include_nulls, &node.columns, outer)
            }
            Op::Recursive { seed, step, all } => numbered(self.recursive([seed, step], *all, outer), "column"),
            Op::Recur { of } => {
                let seed = match query.nodes.get(of.0 as usize).map(|node| &node.op) {
                    Some(Op::Recursive { seed, .. }) => self.relation(seed.0, outer).rows,
                    _ => Digest::default(),
                };
                numbered(Hasher::new("recur").digest(seed).finish(), "column")
            }
            op => {
                // Full and positional joins, and what is not understood: everything of every input, in order.
                let mut hasher = Hasher::new("whole");
                hasher.text(&operator_text(op));
                let mut values = BTreeMap::new();
                for (side, input) in op.inputs().into_iter().enumerate() {
                    let closed = self.relation(input, outer);
                    hasher.digest(closed.rows);
                    if matches!(op, Op::Opaque { .. }) {
                        hasher
                            .digests(query.nodes[input.0 as usize].columns.iter().map(|column| closed.value(*column)));
                    }
                    for (column, value) in &closed.values {
                        values.insert(*column, Hasher::new("side").number(side as u64).digest(*value).finish());
                    }
                }
                if let Op::Join { left, right, on, .. } = op {
                    let mut condition = self.join_condition(*left, *right, on, outer);
                    condition.sort_unstable();
                    hasher.digests(condition);
                }
                let rows = hasher.finish();
                let unknown = |column: &ColumnId| (*column, Hasher::new("unknown").digest(rows).finish());
                values.extend(
                    node.columns
                        .iter()
                        .filter(|column| !op_passes(op, query, **column))
                        .map(unknown)
                        .collect::<Vec<_>>(),
                );
                Closed { rows, values }
            }
        }
    }

    /// The rows of a recursive CTE: those of its seed and what its step makes of them.
    fn recursive(&mut self, parts: [&(RelId, Vec<ColumnId>); 2], all: bool, outer: &Outer) -> Digest {
        let mut hasher = Hasher::new("recursive");
        for (rel, columns) in parts {
            let closed = self.relation(*rel, outer);
            hasher.digest(closed.rows).digests(columns.iter().map(|column| closed.value(*column)));
        }
        hasher.number(u64::from(all)).finish()
    }

    fn scan(&self, input: usize, names: &[String], columns: &[ColumnId]) -> Closed {
        let read = &self.query.reads[input];
        let known = read.known.as_ref();
        let given = known.and_then(|known| self.given(known));
        let rows = given.map(|given| given.rows).or_else(|| known?.rows);
        let rows = rows.unwrap_or_else(|| Hasher::new("scan").text(&read.id).finish());
        let value = |(at, name): (usize, &String)| {
            let value = given.and_then(|given| given.values.get(at)).copied();
            let value = value.or_else(|| known?.columns.get(at)?.value);
            let folded = self.dialect.column_key(name, false);
            value.unwrap_or_else(|| Hasher::new("column").digest(rows).text(&folded).finish())
        };
        Closed { rows, values: columns.iter().copied().zip(names.iter().enumerate().map(value)).collect() }
    }

    /// Expressions that read no relation but those around the query.
    fn constants(&mut self, exprs: &[Expr], outer: &Outer) -> Vec<Digest> {
        let nothing = Block::default();
        let terms: Vec<TermRef> = exprs.iter().map(|expr| self.term(expr, &nothing)).collect();
        let mut reading = self.reading(&nothing, outer);
        self.many(&terms, &mut reading)
    }

    fn join_condition(&mut self, left: RelId, right: RelId, on: &[Expr], outer: &Outer) -> Vec<Digest> {
        let mut seen = outer.clone();
        for (side, rel) in [left, right].into_iter().enumerate() {
            let closed = self.relation(rel, outer);
            let labelled = closed
                .values
                .iter()
                .map(|(column, value)| (*column, Hasher::new("side").number(side as u64).digest(*value).finish()));
            seen.extend(labelled);
        }
        self.constants(on, &seen)
    }

    fn aggregate(
        &mut self,
        input: RelId,
        keys: &[Expr],
        aggregates: &[Expr],
        sets: &[Vec<usize>],
        columns: &[ColumnId],
        outer: &Outer,
    ) -> Closed {
        let all: Vec<Expr> = keys.iter().chain(aggregates).cloned().collect();
        let (rows, digests) = self.over(input, &all, outer);
        let (key_digests, call_digests) = digests.split_at(keys.len());
        let mut sorted: Vec<Digest> = key_digests.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let mut hasher = Hasher::new("groups");
        if !keys.is_empty() || !sets.is_empty() {
            hasher.digest(rows).digests(sorted);
        }
        for set in sets {
            let mut members: Vec<Digest> = set.iter().map(|at| key_digests[*at]).collect();
            members.sort_unstable();
            hasher.digests(members);
        }
        let groups = hasher.finish();
        let key = |digest: &Digest| Hasher::new("key").digest(*digest).finish();
        // A group that stays may still have other rows in it: `sum(x)` differs where its input's rows do.
        let call = |digest: &Digest| Hasher::new("over group").digest(*digest).digest(rows).finish();
        let values = columns.iter().copied().zip(key_digests.iter().map(key).chain(call_digests.iter().map(call)));
        Closed { rows: groups, values: values.collect() }
    }

    /// DISTINCT groups by all its columns; DISTINCT ON takes the first row of each group.
    fn distinct(&mut self, input: RelId, on: Option<&[Expr]>, columns: &[ColumnId], outer: &Outer) -> Closed {
        let closed = self.relation(input, outer);
        let Some(on) = on else {
            let mut keys: Vec<Digest> = columns.iter().map(|column| closed.value(*column)).collect();
            keys.sort_unstable();
            keys.dedup();
            let rows = Hasher::new("groups").digest(closed.rows).digests(keys).finish();
            let value = |column: &ColumnId| (*column, Hasher::new("key").digest(closed.value(*column)).finish());
            return Closed { rows, values: columns.iter().map(value).collect() };
        };
        let (_, mut keys) = self.over(input, on, outer);
        keys.sort_unstable();
        let sort = self.sort_of(input, outer);
        let rows = Hasher::new("first of group").digest(closed.rows).digests(keys).digests(sort).finish();
        Closed { rows, values: closed.values.clone() }
    }

    /// The order of a relation's rows, as far as its own ORDER BY says.
    fn sort_of(&mut self, rel: RelId, outer: &Outer) -> Vec<Digest> {
        let query = self.query;
        match &query.nodes[rel.0 as usize].op {
            Op::Sort { input, keys } => {
                let exprs: Vec<Expr> = keys.iter().map(|key| key.expr.clone()).collect();
                let (_, digests) = self.over(*input, &exprs, outer);
                let how = |key: &crate::algebra::SortKey| format!("{}{:?}", key.descending, key.nulls_first);
                digests
                    .iter()
                    .zip(keys)
                    .map(|(digest, key)| Hasher::new("sort").digest(*digest).text(&how(key)).finish())
                    .collect()
            }
            Op::Distinct { input, .. }
            | Op::Project { input, .. }
            | Op::Filter { input, .. }
            | Op::Limit { input, .. } => self.sort_of(*input, outer),
            _ => Vec::new(),
        }
    }

    fn set(
        &mut self,
        kind: SetKind,
        all: bool,
        inputs: &[(RelId, Vec<ColumnId>)],
        columns: &[ColumnId],
        outer: &Outer,
    ) -> Closed {
        let mut branches: Vec<(Digest, Vec<Digest>)> = Vec::new();
        for (rel, ids) in inputs {
            self.branches(*rel, ids, kind, all, outer, &mut branches);
        }
        if kind == SetKind::Union {
            // The order of branches means nothing; branches of the same rows keep theirs.
            branches.sort_by_key(|(rows, _)| *rows);
        }
        let name = match kind {
            SetKind::Union => "union",
            SetKind::Intersect => "intersect",
            SetKind::Except => "except",
        };
        let of = |at: usize| {
            Hasher::new(name)
                .digests(
                    branches.iter().flat_map(|(rows, values)| [*rows, values.get(at).copied().unwrap_or_default()]),
                )
                .finish()
        };
        let values: Vec<Digest> = (0..columns.len()).map(of).collect();
        let mut hasher = Hasher::new(name);
        hasher.digests(branches.iter().map(|(rows, _)| *rows));
        if kind != SetKind::Union {
            hasher.number(u64::from(all)).digests(values.iter().copied());
        }
        let rows = hasher.finish();
        let named = columns.iter().copied().zip(values.iter().copied());
        if all || kind != SetKind::Union {
            return Closed { rows, values: named.collect() };
        }
        let mut keys = values.clone();
        keys.sort_unstable();
        keys.dedup();
        let rows = Hasher::new("groups").digest(rows).digests(keys).finish();
        Closed {
            rows,
            values: named.map(|(column, value)| (column, Hasher::new("key").digest(value).finish())).collect(),
        }
    }

    /// The branches of a union, nested unions of the same kind taken apart.
    pub(super) fn branches(
        &mut self,
        rel: RelId,
        ids: &[ColumnId],
        kind: SetKind,
        all: bool,
        outer: &Outer,
        into: &mut Vec<(Digest, Vec<Digest>)>,
    ) {
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        if let Op::Set { kind: SetKind::Union, all: inner_all, inputs } = &node.op
            && kind == SetKind::Union
            && *inner_all == all
            && self.free.is_closed(rel)
        {
            for (inner, inner_ids) in inputs {
                let position = |id: &ColumnId| {
                    node.columns.iter().position(|own| own == id).and_then(|at| inner_ids.get(at).copied())
                };
                let mapped: Vec<ColumnId> = ids.iter().filter_map(position).collect();
                self.branches(*inner, &mapped, kind, all, outer, into);
            }
            return;
        }
        let closed = self.relation(rel, outer);
        into.push((closed.rows, ids.iter().map(|id| closed.value(*id)).collect()));
    }

    fn unpivot(
        &mut self,
        input: RelId,
        groups: &[(Vec<String>, Vec<ColumnId>)],
        keep: &[ColumnId],
        include_nulls: bool,
        columns: &[ColumnId],
        outer: &Outer,
    ) -> Closed {
        let closed = self.relation(input, outer);
        let mut hasher = Hasher::new("unpivot");
        hasher.digest(closed.rows).number(u64::from(include_nulls)).number(groups.len() as u64);
        if !include_nulls {
            hasher.digests(groups.iter().flat_map(|(_, columns)| columns).map(|column| closed.value(*column)));
        }
        let labels = groups.iter().fold(Hasher::new("labels"), |mut hasher, (labels, _)| {
            for label in labels {
                hasher.text(label);
            }
            hasher
        });
        let value = |at: usize| match at.checked_sub(keep.len()) {
            None => Hasher::new("kept").digest(closed.value(keep[at])).finish(),
            Some(0) => labels.finish(),
            Some(of) => Hasher::new("turned")
                .digests(groups.iter().filter_map(|(_, c)| c.get(of - 1)).map(|c| closed.value(*c)))
                .finish(),
        };
        let values = columns.iter().enumerate().map(|(at, column)| (*column, value(at))).collect();
        Closed { rows: hasher.finish(), values }
    }
}

fn op_passes(op: &Op, query: &Query, column: ColumnId) -> bool {
    op.inputs().into_iter().any(|input| query.nodes[input.0 as usize].columns.contains(&column))
}

fn operator_text(op: &Op) -> String {
    match op {
        Op::Join { kind, .. } => format!("{kind:?}"),
        Op::Opaque { why, .. } => why.clone(),
        _ => "other".to_owned(),
    }
}
