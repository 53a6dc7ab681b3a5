//! A Query in, the walks over it that rules share out: what defines a column, who reads a relation, every expression.

use std::collections::BTreeMap;

use crate::algebra::{ColumnId, Expr, ExprKind, Node, Op, Query, RelId};

/// A Query with the indices that rules ask for.
pub(super) struct Facts<'a> {
    pub(super) query: &'a Query,
    definitions: BTreeMap<ColumnId, Definition<'a>>,
    makers: BTreeMap<ColumnId, RelId>,
    readers: BTreeMap<RelId, Vec<RelId>>,
}

/// What gives a column its values.
#[derive(Clone, Copy, Debug)]
pub(super) enum Definition<'a> {
    /// An expression of a Project or Aggregate.
    Expr(&'a Expr),
    /// The named column of a relation outside the query.
    Scan(RelId, &'a str),
    /// Several branches, literal rows, or something not understood.
    Other,
}

impl<'a> Facts<'a> {
    pub(super) fn new(query: &'a Query) -> Self {
        let mut facts =
            Facts { query, definitions: BTreeMap::new(), makers: BTreeMap::new(), readers: BTreeMap::new() };
        for (rel, node) in nodes(query) {
            for input in node.op.inputs() {
                facts.readers.entry(input).or_default().push(rel);
            }
            for (at, column) in node.columns.iter().enumerate() {
                facts.makers.entry(*column).or_insert(rel);
                if let Some(definition) = definition(rel, node, at, *column) {
                    facts.definitions.entry(*column).or_insert(definition);
                }
            }
        }
        facts
    }

    pub(super) fn node(&self, rel: RelId) -> &'a Node {
        &self.query.nodes[rel.0 as usize]
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = (RelId, &'a Node)> {
        nodes(self.query)
    }

    pub(super) fn definition(&self, column: ColumnId) -> Option<Definition<'a>> {
        self.definitions.get(&column).copied()
    }

    /// The operator that a column comes from; the others only pass it on.
    pub(super) fn maker(&self, column: ColumnId) -> Option<RelId> {
        self.makers.get(&column).copied()
    }

    /// The relations that read `rel` in FROM, in order.
    pub(super) fn readers(&self, rel: RelId) -> &[RelId] {
        self.readers.get(&rel).map_or(&[], Vec::as_slice)
    }

    /// The column whose values this one copies, as deep as copying goes.
    pub(super) fn origin(&self, column: ColumnId) -> ColumnId {
        let mut column = column;
        while let Some(Definition::Expr(Expr { kind: ExprKind::Column(next), .. })) = self.definition(column) {
            column = *next;
        }
        column
    }

    /// Is `rel` all rows of a relation outside the query, whatever its columns are called here?
    pub(super) fn scanned_whole(&self, rel: RelId) -> bool {
        match &self.node(rel).op {
            Op::Scan { .. } => true,
            Op::Project { input, .. } => self.scanned_whole(*input),
            _ => false,
        }
    }

    pub(super) fn name(&self, column: ColumnId) -> &'a str {
        self.query.columns.get(column.0 as usize).map_or("", |column| column.name.as_str())
    }

    /// Calls `visit` on every expression of the query and every part of one.
    pub(super) fn each_expr(&self, visit: &mut dyn FnMut(RelId, &'a Expr)) {
        for (rel, node) in self.nodes() {
            for expr in exprs(&node.op) {
                each_part(expr, &mut |part| visit(rel, part));
            }
        }
    }
}

/// All columns an expression reads, its subqueries aside.
pub(super) fn columns(expr: &Expr) -> Vec<ColumnId> {
    let mut columns = Vec::new();
    each_part(expr, &mut |part| columns.extend(part.as_column()));
    columns
}

/// The expression and all of its parts, outside in.
pub(super) fn each_part<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    visit(expr);
    expr.each_part(&mut |part| each_part(part, visit));
}

/// The two sides of a comparison `left op right` with one of these operators.
pub(super) fn comparison<'e>(expr: &'e Expr, operators: &[&str]) -> Option<(&'e Expr, &'e Expr)> {
    match &expr.kind {
        ExprKind::Call { function, args, .. } if operators.contains(&function.as_str()) => match args.as_slice() {
            [left, right] => Some((left, right)),
            _ => None,
        },
        _ => None,
    }
}

/// An expression as text without places, so that equal texts mean equal values; `None` where that cannot be told.
pub(super) fn shape(expr: &Expr, name: &dyn Fn(ColumnId) -> String) -> Option<String> {
    match &expr.kind {
        ExprKind::Column(column) => Some(name(*column)),
        ExprKind::Literal(literal) => Some(format!("{literal:?}")),
        ExprKind::Call { function, args, volatile: false } => {
            let mut args: Vec<String> = args.iter().map(|arg| shape(arg, name)).collect::<Option<_>>()?;
            if function == "=" {
                args.sort();
            }
            Some(format!("{function}({})", args.join(",")))
        }
        _ => None,
    }
}

/// The expressions of an operator, in the order of its parts.
pub(super) fn exprs(op: &Op) -> Vec<&Expr> {
    match op {
        Op::Values { rows } => rows.iter().flatten().collect(),
        Op::Project { exprs, .. } | Op::Unnest { exprs, .. } => exprs.iter().collect(),
        Op::Filter { conjuncts, .. } => conjuncts.iter().collect(),
        Op::Join { on, .. } => on.iter().collect(),
        Op::Aggregate { keys, aggregates, .. } => keys.iter().chain(aggregates).collect(),
        Op::Distinct { on, .. } => on.iter().flatten().collect(),
        Op::Sort { keys, .. } => keys.iter().map(|key| &key.expr).collect(),
        Op::Limit { count, offset, .. } => count.iter().chain(offset).collect(),
        Op::TableFunction { args, .. } => args.iter().collect(),
        Op::Scan { .. }
        | Op::Set { .. }
        | Op::Recursive { .. }
        | Op::Recur { .. }
        | Op::Unpivot { .. }
        | Op::Sample { .. }
        | Op::Opaque { .. } => Vec::new(),
    }
}

fn nodes(query: &Query) -> impl Iterator<Item = (RelId, &Node)> {
    query.nodes.iter().enumerate().map(|(at, node)| (RelId(at as u32), node))
}

/// What `node` says of its column number `at`; `None` where it only passes the column on.
fn definition<'a>(rel: RelId, node: &'a Node, at: usize, column: ColumnId) -> Option<Definition<'a>> {
    let expr = |expr: &'a Expr| (expr.as_column() != Some(column)).then_some(Definition::Expr(expr));
    match &node.op {
        Op::Scan { names, .. } => Some(names.get(at).map_or(Definition::Other, |name| Definition::Scan(rel, name))),
        Op::Project { exprs, .. } => exprs.get(at).and_then(expr),
        Op::Aggregate { keys, aggregates, .. } => keys.iter().chain(aggregates).nth(at).and_then(expr),
        Op::Values { .. } | Op::Set { .. } | Op::TableFunction { .. } | Op::Recursive { .. } | Op::Recur { .. } => {
            Some(Definition::Other)
        }
        Op::Unnest { input: _, .. } | Op::Unpivot { .. } | Op::Opaque { .. } => None,
        Op::Filter { .. }
        | Op::Join { .. }
        | Op::Distinct { .. }
        | Op::Sort { .. }
        | Op::Limit { .. }
        | Op::Sample { .. } => None,
    }
}
