//! The part of the lineage graph that one question reaches, as tree, mermaid and dot draw it.

use std::collections::BTreeMap;

use super::check::Texts;
use crate::compile::Compilation;
use crate::lineage::{Follow, Graph, Link, NodeId, Via};

/// What stands for the rows of a relation, where a column would.
pub const ROWS: &str = "(rows)";

/// Which way a question looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Upstream,
    Downstream,
}

/// Columns and the steps between them, from the roots on.
#[derive(Clone, Debug)]
pub struct Walk {
    pub direction: Direction,
    /// Where the question starts, as indices of `nodes`.
    pub roots: Vec<usize>,
    pub nodes: Vec<WalkNode>,
    /// Sorted by the node they start at.
    pub steps: Vec<WalkStep>,
    /// What decides which rows of the roots' relation exist, where the walk looks upstream.
    pub rows: Vec<WalkStep>,
}

/// One column.
#[derive(Clone, Debug)]
pub struct WalkNode {
    /// Full name of its relation.
    pub relation: String,
    /// As short as it is clear: `orders`, `ecom.raw_orders`.
    pub short: String,
    pub column: String,
    /// Of the type, as the dialect spells it; empty where unknown.
    pub ty: String,
}

/// A step from a node to one that it reads (upstream) or that reads it (downstream).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkStep {
    pub from: usize,
    pub to: usize,
    pub via: Via,
    /// Where the reader reads: `models/orders.sql:3:7`.
    pub place: Option<String>,
}

/// Follows values from `starts` as far as `depth` relations.
pub fn walk(
    (compilation, graph, texts): (&Compilation, &Graph, &Texts),
    starts: &[NodeId],
    direction: Direction,
    depth: Option<usize>,
) -> Walk {
    let mut drawing = Drawing { compilation, graph, texts, direction, seen: BTreeMap::new(), nodes: Vec::new() };
    let mut reached: BTreeMap<NodeId, usize> = BTreeMap::new();
    for start in starts {
        let found = match direction {
            Direction::Upstream => graph.upstream(*start, Follow::Values, depth),
            Direction::Downstream => graph.downstream(*start, Follow::Values, depth),
        };
        for here in found {
            let distance = reached.entry(here.node).or_insert(here.distance);
            *distance = here.distance.min(*distance);
        }
    }
    let roots = starts.iter().map(|start| drawing.node(*start)).collect();
    let mut steps = Vec::new();
    for (node, distance) in &reached {
        if depth.is_none_or(|depth| *distance < depth) {
            drawing.steps(*node, &mut steps);
        }
    }
    steps.sort_by_key(|step| step.from);
    let rows = drawing.rows_of(starts);
    Walk { direction, roots, nodes: drawing.nodes, steps, rows }
}

struct Drawing<'a> {
    compilation: &'a Compilation,
    graph: &'a Graph,
    texts: &'a Texts,
    direction: Direction,
    seen: BTreeMap<NodeId, usize>,
    nodes: Vec<WalkNode>,
}

impl Drawing<'_> {
    fn node(&mut self, id: NodeId) -> usize {
        if let Some(index) = self.seen.get(&id) {
            return *index;
        }
        let node = self.graph.get(id);
        let column = node.column.clone().unwrap_or_else(|| ROWS.to_owned());
        let ty = self.compilation.column_type(&node.relation, &column).unwrap_or_default();
        let short = self.compilation.short_name(&node.relation);
        self.nodes.push(WalkNode { relation: node.relation.clone(), short, column, ty });
        self.seen.insert(id, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    fn steps(&mut self, id: NodeId, steps: &mut Vec<WalkStep>) {
        let graph = self.graph;
        let links = match self.direction {
            Direction::Upstream => graph.inputs(id),
            Direction::Downstream => graph.outputs(id),
        };
        let from = self.node(id);
        for link in links {
            let reader = if self.direction == Direction::Upstream { id } else { link.to };
            steps.extend(self.step(from, reader, link));
        }
    }

    fn step(&mut self, from: usize, reader: NodeId, link: &Link) -> Option<WalkStep> {
        let via = link.via?;
        let place = self.compilation.models.get(&self.graph.get(reader).relation).and_then(|model| {
            let origin = model.rendered.origin(link.span)?;
            Some(self.texts.locate(&origin.place))
        });
        Some(WalkStep { from, to: self.node(link.to), via, place })
    }

    fn rows_of(&mut self, starts: &[NodeId]) -> Vec<WalkStep> {
        let graph = self.graph;
        let relation = starts.first().map(|start| &graph.get(*start).relation);
        let rows = relation.and_then(|relation| graph.find(relation, None));
        let Some(rows) = rows.filter(|_| self.direction == Direction::Upstream) else { return Vec::new() };
        graph.inputs(rows).iter().filter_map(|link| self.step(0, rows, link)).collect()
    }
}
