//! A resolved Query in, its Edges out: what each output column's value reads, and what decides which rows exist.

use std::collections::{BTreeMap, BTreeSet};

use super::edges::{ColumnLineage, Edge, ModelLineage, Via};
use crate::algebra::{ColumnId, Expr, ExprKind, JoinKind, Op, Query, RelId};
use crate::text::Span;

/// Reads of relations outside the query: (input, column name) with how and where.
type Reads = BTreeMap<(usize, String), (Via, Span)>;

/// A row influence: what is read, and how. One column may matter in several ways.
type Rows = BTreeMap<(usize, String, Via), Span>;

/// The name that stands for all columns of a relation nobody declared.
pub const ALL_COLUMNS: &str = "*";

/// The edges of one query to the relations it reads.
pub fn trace(query: &Query) -> ModelLineage {
    let mut tracer = Tracer::new(query);
    let mut lineage = ModelLineage::default();
    let mut depends: BTreeSet<String> = query.reads.iter().map(|input| input.id.clone()).collect();
    let Some(root) = query.root else { return lineage };
    tracer.settle_recursion();
    for output in &query.outputs {
        let column = &query.columns[output.column.0 as usize];
        let reads = tracer.value(output.column);
        lineage.columns.push(ColumnLineage {
            name: output.name.clone(),
            ty: column.ty.clone(),
            nullable: output.nullable,
            inputs: reads.iter().map(|((input, name), (via, span))| edge(query, *input, name, *via, *span)).collect(),
            span: output.span,
        });
    }
    let rows = tracer.rows(root);
    lineage.rows = rows.iter().map(|((input, name, via), span)| edge(query, *input, name, *via, *span)).collect();
    lineage.rows.sort();
    lineage.rows.dedup_by(|a, b| (&a.relation, &a.column, a.via) == (&b.relation, &b.column, b.via));
    let node = &query.nodes[root.0 as usize];
    let name = |column: &ColumnId| {
        query.outputs.iter().find(|output| output.column == *column).map(|output| output.name.clone())
    };
    lineage.keys = node.keys.iter().filter_map(|key| key.columns.iter().map(name).collect()).collect();
    lineage.stars = tracer.stars(root).into_iter().map(|input| query.reads[input].id.clone()).collect();
    depends.retain(|id| !id.is_empty());
    lineage.depends_on = depends.into_iter().collect();
    lineage
}

fn edge(query: &Query, input: usize, column: &str, via: Via, span: Span) -> Edge {
    Edge { relation: query.reads[input].id.clone(), column: column.to_owned(), via, span }
}

/// Walks the operators once; what was found of a column or relation is kept.
struct Tracer<'q> {
    query: &'q Query,
    /// The operator that defines each column, and its position there.
    definitions: BTreeMap<ColumnId, (RelId, usize)>,
    values: BTreeMap<ColumnId, Reads>,
    row_sets: BTreeMap<RelId, Rows>,
    /// What the rows-so-far of recursive CTEs are known to read, grown until it stays.
    recursive: BTreeMap<ColumnId, Reads>,
    recursive_rows: BTreeMap<RelId, Rows>,
}

impl<'q> Tracer<'q> {
    fn new(query: &'q Query) -> Self {
        let mut definitions = BTreeMap::new();
        for (at, node) in query.nodes.iter().enumerate() {
            let own = own_columns(&node.op, &node.columns);
            for (position, column) in own.iter().enumerate() {
                definitions.insert(*column, (RelId(at as u32), position));
            }
        }
        Tracer {
            query,
            definitions,
            values: BTreeMap::new(),
            row_sets: BTreeMap::new(),
            recursive: BTreeMap::new(),
            recursive_rows: BTreeMap::new(),
        }
    }

    /// Recursive CTEs read themselves: repeat until what they read stops growing.
    fn settle_recursion(&mut self) {
        let recursions: Vec<(RelId, RelId)> = self
            .query
            .nodes
            .iter()
            .enumerate()
            .filter_map(|(at, node)| match node.op {
                Op::Recur { of } => Some((RelId(at as u32), of)),
                _ => None,
            })
            .collect();
        loop {
            let mut grown = false;
            for (recur, of) in &recursions {
                let Some(whole) = self.query.nodes.get(of.0 as usize) else { continue };
                for (so_far, column) in self.query.nodes[recur.0 as usize].columns.iter().zip(&whole.columns) {
                    let reads = self.value(*column);
                    grown |= self.recursive.insert(*so_far, reads.clone()) != Some(reads);
                }
                let rows = self.rows(*of);
                grown |= self.recursive_rows.insert(*recur, rows.clone()) != Some(rows);
            }
            if !grown {
                return;
            }
            self.values.clear();
            self.row_sets.clear();
        }
    }

    fn value(&mut self, column: ColumnId) -> Reads {
        if let Some(reads) = self.values.get(&column) {
            return reads.clone();
        }
        let reads = self.value_of(column);
        self.values.insert(column, reads.clone());
        reads
    }

    fn value_of(&mut self, column: ColumnId) -> Reads {
        let Some((rel, at)) = self.definitions.get(&column).copied() else { return Reads::new() };
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        match &node.op {
            Op::Scan { input, names } => {
                let name = names.get(at).cloned().unwrap_or_default();
                Reads::from([((*input, name), (Via::Identity, query.columns[column.0 as usize].span))])
            }
            Op::Project { exprs, .. } => exprs.get(at).map(|expr| self.expr(expr)).unwrap_or_default(),
            Op::Values { rows } => self.all_of(rows.iter().filter_map(|row| row.get(at)), Via::Identity),
            Op::Aggregate { keys, aggregates, .. } => {
                let expr = if at < keys.len() { keys.get(at) } else { aggregates.get(at - keys.len()) };
                expr.map(|expr| self.expr(expr)).unwrap_or_default()
            }
            Op::Set { inputs, kind, .. } => {
                let sides = if *kind == crate::algebra::SetKind::Union { inputs.len() } else { 1 };
                let sources: Vec<ColumnId> =
                    inputs[..sides].iter().filter_map(|(_, columns)| columns.get(at).copied()).collect();
                self.merged(&sources)
            }
            Op::Recursive { seed, step, .. } => {
                let sources: Vec<ColumnId> =
                    [&seed.1, &step.1].into_iter().filter_map(|columns| columns.get(at).copied()).collect();
                self.merged(&sources)
            }
            Op::Recur { .. } => self.recursive.get(&column).cloned().unwrap_or_default(),
            Op::Unnest { exprs, columns, .. } => {
                let own = if exprs.len() == columns.len() { exprs.get(at..=at) } else { Some(exprs.as_slice()) };
                self.all_of(own.unwrap_or_default(), Via::Transform)
            }
            Op::TableFunction { args, .. } => self.all_of(args, Via::Transform),
            Op::Unpivot { groups, keep, .. } => match at.checked_sub(keep.len()) {
                None => self.value(keep[at]),
                // The label is one of the written names: no column's value.
                Some(0) => Reads::new(),
                Some(value) => {
                    let sources: Vec<ColumnId> =
                        groups.iter().filter_map(|(_, columns)| columns.get(value - 1).copied()).collect();
                    self.merged(&sources)
                }
            },
            Op::Opaque { inputs, .. } => self.everything(inputs),
            Op::Filter { .. }
            | Op::Join { .. }
            | Op::Distinct { .. }
            | Op::Sort { .. }
            | Op::Limit { .. }
            | Op::Sample { .. } => Reads::new(),
        }
    }

    /// Every column and row influence of some relations.
    fn everything(&mut self, inputs: &[RelId]) -> Reads {
        let mut reads = Reads::new();
        for input in inputs {
            let node = &self.query.nodes[input.0 as usize];
            for column in &node.columns {
                let value = self.value(*column);
                merge(&mut reads, &value, Via::Transform);
            }
            for ((input, name, _), span) in self.rows(*input) {
                add(&mut reads, (input, name), Via::Conditional, span);
            }
            for input in self.stars(*input) {
                add(&mut reads, (input, ALL_COLUMNS.to_owned()), Via::Transform, node.span);
            }
        }
        reads
    }

    fn merged(&mut self, columns: &[ColumnId]) -> Reads {
        let mut reads = Reads::new();
        for column in columns {
            let value = self.value(*column);
            merge(&mut reads, &value, Via::Identity);
        }
        reads
    }

    fn all_of<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>, at_least: Via) -> Reads {
        let mut reads = Reads::new();
        for expr in exprs {
            let value = self.expr(expr);
            merge(&mut reads, &value, at_least);
        }
        reads
    }

    /// What the value of an expression reads.
    fn expr(&mut self, expr: &Expr) -> Reads {
        let mut reads = match &expr.kind {
            ExprKind::Column(column) => {
                let mut reads = self.value(*column);
                if self.is_scanned(*column) {
                    reads.values_mut().for_each(|(_, span)| *span = expr.span);
                }
                reads
            }
            ExprKind::Literal(_) => Reads::new(),
            ExprKind::Call { args, .. } | ExprKind::Opaque { args, .. } => self.all_of(args, Via::Transform),
            ExprKind::Cast { expr, .. } | ExprKind::Field { expr, .. } => self.all_of([expr.as_ref()], Via::Transform),
            ExprKind::Lambda { body, .. } => self.all_of([body.as_ref()], Via::Transform),
            ExprKind::Aggregate { args, filter, order, .. } => {
                let mut reads = self.all_of(args, Via::Aggregate);
                let order = self.all_of(order.iter().map(|key| &key.expr), Via::Window);
                merge(&mut reads, &order, Via::Aggregate);
                let filter = self.all_of(filter.as_deref(), Via::Conditional);
                merge(&mut reads, &filter, Via::Conditional);
                reads
            }
            ExprKind::Window { args, filter, partition, order, .. } => {
                let mut reads = self.all_of(args, Via::Transform);
                let window = self.all_of(partition.iter().chain(order.iter().map(|key| &key.expr)), Via::Window);
                merge(&mut reads, &window, Via::Window);
                let filter = self.all_of(filter.as_deref(), Via::Conditional);
                merge(&mut reads, &filter, Via::Conditional);
                reads
            }
            ExprKind::Case { branches, otherwise } => {
                let values = branches.iter().map(|(_, value)| value).chain(otherwise.as_deref());
                let mut reads = self.all_of(values, Via::Identity);
                let conditions = self.all_of(branches.iter().map(|(condition, _)| condition), Via::Conditional);
                merge(&mut reads, &conditions, Via::Conditional);
                reads
            }
            ExprKind::Subquery { .. } | ExprKind::Exists { .. } => Reads::new(),
            ExprKind::In { exprs, .. } => self.all_of(exprs, Via::Transform),
            ExprKind::Quantified { expr, .. } => self.all_of([expr.as_ref()], Via::Transform),
        };
        if let Some(relation) = expr.subquery() {
            let values = !matches!(expr.kind, ExprKind::Exists { .. });
            let inner = self.subquery(relation, values);
            merge(&mut reads, &inner, Via::Identity);
        }
        reads
    }

    /// A subquery as a value: its columns' values, and what decides its rows.
    fn subquery(&mut self, rel: RelId, values: bool) -> Reads {
        let mut reads = Reads::new();
        if values {
            for column in self.query.nodes[rel.0 as usize].columns.clone() {
                let value = self.value(column);
                merge(&mut reads, &value, Via::Identity);
            }
        }
        for ((input, name, _), span) in self.rows(rel) {
            add(&mut reads, (input, name), Via::Conditional, span);
        }
        reads
    }

    fn is_scanned(&self, column: ColumnId) -> bool {
        let definition = self.definitions.get(&column);
        definition.is_some_and(|(rel, _)| matches!(self.query.nodes[rel.0 as usize].op, Op::Scan { .. }))
    }

    /// What decides which rows of `rel` exist.
    fn rows(&mut self, rel: RelId) -> Rows {
        if let Some(rows) = self.row_sets.get(&rel) {
            return rows.clone();
        }
        // A relation that is being walked reads itself only through recursion, which settles on its own.
        self.row_sets.insert(rel, Rows::new());
        let rows = self.rows_of(rel);
        self.row_sets.insert(rel, rows.clone());
        rows
    }

    fn rows_of(&mut self, rel: RelId) -> Rows {
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        let mut rows = Rows::new();
        for input in node.op.inputs() {
            rows.extend(self.rows(input));
        }
        match &node.op {
            Op::Filter { conjuncts, .. } => self.influence(&mut rows, conjuncts, Via::Filter),
            Op::Join { kind, left, right, on, .. } => {
                let via = if matches!(kind, JoinKind::Semi | JoinKind::Anti) { Via::Filter } else { Via::Join };
                self.influence(&mut rows, on, via);
                if *kind == JoinKind::Positional {
                    let both = [*left, *right];
                    both.iter().for_each(|side| self.all_columns(&mut rows, *side, Via::Join));
                }
            }
            Op::Aggregate { keys, .. } => self.influence(&mut rows, keys, Via::GroupBy),
            Op::Distinct { input, on } => match on {
                Some(on) => {
                    self.influence(&mut rows, on, Via::Distinct);
                    self.sorting(&mut rows, *input);
                }
                None => self.all_columns(&mut rows, *input, Via::Distinct),
            },
            Op::Limit { input, count, offset, .. } => {
                self.influence(&mut rows, count.iter().chain(offset), Via::Limit);
                self.sorting(&mut rows, *input);
            }
            Op::Set { kind, all, inputs } => {
                if !all || *kind != crate::algebra::SetKind::Union {
                    for (_, columns) in inputs {
                        columns
                            .iter()
                            .for_each(|column| self.column_influence(&mut rows, *column, Via::SetOperation, node.span));
                    }
                }
            }
            Op::Recursive { seed, step, all } => {
                if !all {
                    let columns = seed.1.iter().chain(&step.1);
                    columns.for_each(|column| self.column_influence(&mut rows, *column, Via::SetOperation, node.span));
                }
            }
            Op::Recur { .. } => rows.extend(self.recursive_rows.get(&rel).cloned().unwrap_or_default()),
            Op::Unnest { exprs, .. } => self.influence(&mut rows, exprs, Via::Unnest),
            Op::TableFunction { args, .. } => self.influence(&mut rows, args, Via::Unnest),
            Op::Unpivot { groups, include_nulls, .. } => {
                if !include_nulls {
                    let columns = groups.iter().flat_map(|(_, columns)| columns);
                    columns.for_each(|column| self.column_influence(&mut rows, *column, Via::Unnest, node.span));
                }
            }
            Op::Opaque { inputs, .. } => {
                for ((input, name), (_, span)) in self.everything(inputs) {
                    rows.insert((input, name, Via::Filter), span);
                }
            }
            Op::Values { .. } | Op::Scan { .. } | Op::Project { .. } | Op::Sort { .. } | Op::Sample { .. } => {}
        }
        rows
    }

    /// The sort below a LIMIT or DISTINCT ON decides which rows it takes; without one, nothing can be said of order.
    fn sorting(&mut self, rows: &mut Rows, input: RelId) {
        match &self.query.nodes[input.0 as usize].op {
            Op::Sort { keys, .. } => {
                let exprs: Vec<Expr> = keys.iter().map(|key| key.expr.clone()).collect();
                self.influence(rows, &exprs, Via::Sort);
            }
            Op::Distinct { input, .. } | Op::Limit { input, .. } | Op::Filter { input, .. } => {
                self.sorting(rows, *input)
            }
            Op::Project { input, .. } => self.sorting(rows, *input),
            _ => {}
        }
    }

    fn influence<'e>(&mut self, rows: &mut Rows, exprs: impl IntoIterator<Item = &'e Expr>, via: Via) {
        for expr in exprs {
            for ((input, name), (_, span)) in self.expr(expr) {
                rows.entry((input, name, via)).or_insert(span);
            }
        }
    }

    fn column_influence(&mut self, rows: &mut Rows, column: ColumnId, via: Via, span: Span) {
        for (input, name) in self.value(column).into_keys() {
            rows.entry((input, name, via)).or_insert(span);
        }
    }

    fn all_columns(&mut self, rows: &mut Rows, rel: RelId, via: Via) {
        let node = &self.query.nodes[rel.0 as usize];
        for column in &node.columns {
            self.column_influence(rows, *column, via, node.span);
        }
        for input in self.stars(rel) {
            rows.entry((input, ALL_COLUMNS.to_owned(), via)).or_insert(node.span);
        }
    }

    /// The undeclared relations whose unknown columns pass through `rel`.
    fn stars(&self, rel: RelId) -> BTreeSet<usize> {
        let node = &self.query.nodes[rel.0 as usize];
        if !node.open {
            return BTreeSet::new();
        }
        match &node.op {
            Op::Scan { input, .. } => BTreeSet::from([*input]),
            Op::Project { stars, .. } => stars.iter().flat_map(|star| self.stars(star.relation)).collect(),
            Op::Join { kind: JoinKind::Semi | JoinKind::Anti, left, .. } => self.stars(*left),
            op => op.inputs().into_iter().flat_map(|input| self.stars(input)).collect(),
        }
    }
}

fn add(reads: &mut Reads, key: (usize, String), via: Via, span: Span) {
    let entry = reads.entry(key).or_insert((via, span));
    if via < entry.0 {
        *entry = (via, span);
    }
}

/// Adds `more`, read through something that makes it at least `at_least`.
fn merge(reads: &mut Reads, more: &Reads, at_least: Via) {
    for (key, (via, span)) in more {
        add(reads, key.clone(), (*via).max(at_least), *span);
    }
}

/// The columns an operator defines itself; the others are its inputs'.
fn own_columns<'q>(op: &'q Op, columns: &'q [ColumnId]) -> &'q [ColumnId] {
    match op {
        Op::Unnest { columns, .. } => columns,
        Op::Filter { .. }
        | Op::Join { .. }
        | Op::Distinct { .. }
        | Op::Sort { .. }
        | Op::Limit { .. }
        | Op::Sample { .. } => &[],
        _ => columns,
    }
}
