//! A resolved Query in, its Edges out: what each output column's value reads, and what decides which rows exist.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::edges::{ColumnLineage, Edge, ModelLineage, Via};
pub use crate::algebra::ALL_COLUMNS;
use crate::algebra::{ColumnId, Expr, ExprKind, JoinKind, Op, Query, RelId};
use crate::text::Span;

/// A column of a relation outside the query, by its number in [`Sources`].
type Source = u32;

/// Reads of columns outside the query, with how and where.
type Reads = BTreeMap<Source, (Via, Span)>;

/// A row influence: what is read, and how. One column may matter in several ways.
type Rows = BTreeMap<(Source, Via), Span>;

/// Window functions whose value is that of one row; the others aggregate.
const TAKE_ONE_ROW: [&str; 5] = ["LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE", "NTH_VALUE"];

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
            inputs: tracer.edges(reads.iter().map(|(source, (via, span))| (*source, *via, *span))),
            span: output.span,
        });
    }
    let rows = tracer.rows(root);
    lineage.rows = tracer.edges(rows.iter().map(|((source, via), span)| (*source, *via, *span)));
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

/// The columns outside the query that anything was found to read, numbered as they are met.
#[derive(Default)]
struct Sources<'q> {
    all: Vec<(usize, &'q str)>,
    numbers: BTreeMap<(usize, &'q str), Source>,
}

impl<'q> Sources<'q> {
    fn number(&mut self, input: usize, column: &'q str) -> Source {
        *self.numbers.entry((input, column)).or_insert_with(|| {
            self.all.push((input, column));
            self.all.len() as Source - 1
        })
    }
}

/// Walks the operators once; what was found of a column or relation is kept.
struct Tracer<'q> {
    query: &'q Query,
    /// The operator that defines each column, and its position there.
    definitions: Vec<Option<(RelId, usize)>>,
    sources: Sources<'q>,
    values: BTreeMap<ColumnId, Rc<Reads>>,
    row_sets: BTreeMap<RelId, Rc<Rows>>,
    /// What the rows-so-far of recursive CTEs are known to read, grown until it stays.
    recursive: BTreeMap<ColumnId, Rc<Reads>>,
    recursive_rows: BTreeMap<RelId, Rc<Rows>>,
}

impl<'q> Tracer<'q> {
    fn new(query: &'q Query) -> Self {
        let mut definitions = vec![None; query.columns.len()];
        for (at, node) in query.nodes.iter().enumerate() {
            let own = own_columns(&node.op, &node.columns);
            for (position, column) in own.iter().enumerate() {
                definitions[column.0 as usize] = Some((RelId(at as u32), position));
            }
        }
        Tracer {
            query,
            definitions,
            sources: Sources::default(),
            values: BTreeMap::new(),
            row_sets: BTreeMap::new(),
            recursive: BTreeMap::new(),
            recursive_rows: BTreeMap::new(),
        }
    }

    /// Edges, sorted by input and column.
    fn edges(&self, reads: impl Iterator<Item = (Source, Via, Span)>) -> Vec<Edge> {
        let mut reads: Vec<_> =
            reads.map(|(source, via, span)| (self.sources.all[source as usize], via, span)).collect();
        reads.sort_by_key(|(source, via, _)| (*source, *via));
        let edge = |((input, column), via, span): ((usize, &str), Via, Span)| Edge {
            relation: self.query.reads[input].id.clone(),
            column: column.to_owned(),
            via,
            span,
        };
        reads.into_iter().map(edge).collect()
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

    fn value(&mut self, column: ColumnId) -> Rc<Reads> {
        if let Some(reads) = self.values.get(&column) {
            return Rc::clone(reads);
        }
        let reads = self.value_of(column);
        self.values.insert(column, Rc::clone(&reads));
        reads
    }

    fn value_of(&mut self, column: ColumnId) -> Rc<Reads> {
        let Some((rel, at)) = self.definitions[column.0 as usize] else { return Rc::default() };
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        let reads = match &node.op {
            Op::Scan { input, names } => {
                let source = self.sources.number(*input, names.get(at).map_or("", String::as_str));
                Reads::from([(source, (Via::Identity, query.columns[column.0 as usize].span))])
            }
            Op::Project { exprs, .. } => return exprs.get(at).map(|expr| self.expr(expr)).unwrap_or_default(),
            Op::Values { rows } => self.all_of(rows.iter().filter_map(|row| row.get(at)), Via::Identity),
            Op::Aggregate { keys, aggregates, .. } => {
                let expr = if at < keys.len() { keys.get(at) } else { aggregates.get(at - keys.len()) };
                return expr.map(|expr| self.expr(expr)).unwrap_or_default();
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
            Op::Recur { .. } => return self.recursive.get(&column).cloned().unwrap_or_default(),
            Op::Unnest { exprs, columns, .. } => {
                let own = if exprs.len() == columns.len() { exprs.get(at..=at) } else { Some(exprs.as_slice()) };
                self.all_of(own.unwrap_or_default(), Via::Transform)
            }
            Op::TableFunction { args, .. } => self.all_of(args, Via::Transform),
            Op::Unpivot { groups, keep, .. } => match at.checked_sub(keep.len()) {
                None => return self.value(keep[at]),
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
        };
        Rc::new(reads)
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
            for ((source, _), span) in self.rows(*input).iter() {
                add(&mut reads, *source, Via::Conditional, *span);
            }
            for input in self.stars(*input) {
                add(&mut reads, self.sources.number(input, ALL_COLUMNS), Via::Transform, node.span);
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
    fn expr(&mut self, expr: &Expr) -> Rc<Reads> {
        let mut reads = match &expr.kind {
            ExprKind::Column(column) => {
                let mut reads = self.value(*column);
                if self.is_scanned(*column) {
                    Rc::make_mut(&mut reads).values_mut().for_each(|(_, span)| *span = expr.span);
                }
                return reads;
            }
            ExprKind::Literal(_) => Reads::new(),
            ExprKind::Call { function, args, .. } => self.call(function, args),
            ExprKind::Opaque { args, .. } => self.all_of(args, Via::Transform),
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
            ExprKind::Window { function, args, filter, partition, order, .. } => {
                let takes_one = TAKE_ONE_ROW.contains(&function.as_str());
                let mut reads = self.all_of(args, if takes_one { Via::Transform } else { Via::Aggregate });
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
        Rc::new(reads)
    }

    /// A call: some arguments only decide which of the others is the value.
    fn call(&mut self, function: &str, args: &[Expr]) -> Reads {
        let decides = |at: usize| match function {
            "IF" | "NVL2" | "CHOOSE" => at == 0,
            "NULLIF" => at == 1,
            // `decode(a, 1, b, 2, c, d)` and `multiIf(p, b, q, c, d)`: the last of an odd rest is what else comes.
            "DECODE" if args.len() > 2 => at == 0 || at % 2 == 1 && at + 1 < args.len(),
            "MULTIIF" => at % 2 == 0 && at + 1 < args.len(),
            _ => false,
        };
        let values = args.iter().enumerate().filter(|(at, _)| !decides(*at)).map(|(_, arg)| arg);
        let mut reads = self.all_of(values, if function == "IF" { Via::Identity } else { Via::Transform });
        let conditions = self.all_of((0..args.len()).filter(|at| decides(*at)).map(|at| &args[at]), Via::Conditional);
        merge(&mut reads, &conditions, Via::Conditional);
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
        for ((source, _), span) in self.rows(rel).iter() {
            add(&mut reads, *source, Via::Conditional, *span);
        }
        reads
    }

    fn is_scanned(&self, column: ColumnId) -> bool {
        let definition = self.definitions[column.0 as usize];
        definition.is_some_and(|(rel, _)| matches!(self.query.nodes[rel.0 as usize].op, Op::Scan { .. }))
    }

    /// What decides which rows of `rel` exist.
    fn rows(&mut self, rel: RelId) -> Rc<Rows> {
        if let Some(rows) = self.row_sets.get(&rel) {
            return Rc::clone(rows);
        }
        // A relation that is being walked reads itself only through recursion, which settles on its own.
        self.row_sets.insert(rel, Rc::default());
        let rows = self.rows_of(rel);
        self.row_sets.insert(rel, Rc::clone(&rows));
        rows
    }

    fn rows_of(&mut self, rel: RelId) -> Rc<Rows> {
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        if let Op::Project { input, .. } | Op::Sort { input, .. } | Op::Sample { input, .. } = &node.op {
            return self.rows(*input);
        }
        let mut rows = Rows::new();
        for input in node.op.inputs() {
            let more = self.rows(input);
            if rows.is_empty() {
                rows = Rows::clone(&more);
            } else {
                rows.extend(more.iter().map(|(read, span)| (*read, *span)));
            }
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
            Op::Recur { .. } => return self.recursive_rows.get(&rel).cloned().unwrap_or_default(),
            Op::Unnest { exprs, .. } => self.influence(&mut rows, exprs, Via::Unnest),
            Op::TableFunction { args, .. } => self.influence(&mut rows, args, Via::Unnest),
            Op::Unpivot { groups, include_nulls, .. } => {
                if !include_nulls {
                    let columns = groups.iter().flat_map(|(_, columns)| columns);
                    columns.for_each(|column| self.column_influence(&mut rows, *column, Via::Unnest, node.span));
                }
            }
            Op::Opaque { inputs, .. } => {
                for (source, (_, span)) in self.everything(inputs) {
                    rows.insert((source, Via::Filter), span);
                }
            }
            Op::Values { .. } | Op::Scan { .. } | Op::Project { .. } | Op::Sort { .. } | Op::Sample { .. } => {}
        }
        Rc::new(rows)
    }

    /// The sort below a LIMIT or DISTINCT ON decides which rows it takes; without one, nothing can be said of order.
    fn sorting(&mut self, rows: &mut Rows, input: RelId) {
        match &self.query.nodes[input.0 as usize].op {
            Op::Sort { keys, .. } => {
                self.influence(rows, keys.iter().map(|key| &key.expr), Via::Sort);
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
            for (source, (_, span)) in self.expr(expr).iter() {
                rows.entry((*source, via)).or_insert(*span);
            }
        }
    }

    fn column_influence(&mut self, rows: &mut Rows, column: ColumnId, via: Via, span: Span) {
        for source in self.value(column).keys() {
            rows.entry((*source, via)).or_insert(span);
        }
    }

    fn all_columns(&mut self, rows: &mut Rows, rel: RelId, via: Via) {
        let node = &self.query.nodes[rel.0 as usize];
        for column in &node.columns {
            self.column_influence(rows, *column, via, node.span);
        }
        for input in self.stars(rel) {
            rows.entry((self.sources.number(input, ALL_COLUMNS), via)).or_insert(node.span);
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

fn add(reads: &mut Reads, source: Source, via: Via, span: Span) {
    let entry = reads.entry(source).or_insert((via, span));
    if via < entry.0 {
        *entry = (via, span);
    }
}

/// Adds `more`, read through something that makes it at least `at_least`.
fn merge(reads: &mut Reads, more: &Reads, at_least: Via) {
    for (source, (via, span)) in more {
        add(reads, *source, (*via).max(at_least), *span);
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
