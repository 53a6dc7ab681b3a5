//! The part of the lineage graph that one question reaches, as tree, mermaid and dot draw it.

use std::collections::BTreeMap;

use super::check::Texts;
use crate::compile::Compilation;
use crate::lineage::{Direction, Follow, Graph, Link, NodeId};
use crate::text::Place;

/// What stands for the rows of a relation, where a column would.
pub const ROWS: &str = "(rows)";

/// What stands for the way in which rows bring rows, or decide a column of theirs.
const CARRIED: &str = "rows";

/// What the nodes of a walk are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    Columns,
    Relations,
}

impl Grain {
    pub fn graph(self, compilation: &Compilation) -> &Graph {
        match self {
            Grain::Columns => compilation.graph(),
            Grain::Relations => compilation.relation_graph(),
        }
    }
}

/// A question to the graph, answered.
pub struct Part<'a> {
    pub grain: Grain,
    pub direction: Direction,
    pub follow: Follow,
    /// Where drawing starts.
    pub starts: &'a [NodeId],
    /// All nodes that are shown, and whether the steps from them are.
    pub nodes: BTreeMap<NodeId, bool>,
    /// Also say what decides which rows of the first start's relation exist.
    pub rows: bool,
}

/// Columns or relations and the steps between them, from the roots on.
#[derive(Clone, Debug)]
pub struct Walk {
    pub grain: Grain,
    pub direction: Direction,
    /// Where the question starts, as indices of `nodes`.
    pub roots: Vec<usize>,
    pub nodes: Vec<WalkNode>,
    /// Sorted by the node they start at.
    pub steps: Vec<WalkStep>,
    /// What decides which rows of the roots' relation exist, where it is asked for.
    pub rows: Vec<WalkStep>,
}

/// One column, or one relation.
#[derive(Clone, Debug)]
pub struct WalkNode {
    /// Full name of its relation.
    pub relation: String,
    /// As short as it is clear: `orders`, `ecom.raw_orders`.
    pub short: String,
    /// `None` where the node is the relation.
    pub column: Option<String>,
    /// Of the type, as the dialect spells it; empty where unknown.
    pub ty: String,
}

impl WalkNode {
    /// `orders.amount`, `orders`.
    pub fn name(&self) -> String {
        self.column.as_ref().map_or_else(|| self.short.clone(), |column| format!("{}.{column}", self.short))
    }

    /// The column where there is one, else the relation.
    pub fn last_name(&self) -> &str {
        self.column.as_deref().unwrap_or(&self.short)
    }
}

/// A step from a node to one that it reads (upstream) or that reads it (downstream).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkStep {
    pub from: usize,
    pub to: usize,
    /// How it is read; empty between relations.
    pub via: &'static str,
    /// Where the reader reads: `models/orders.sql:3:7`.
    pub place: Option<String>,
}

/// The steps of an answer, with names and places.
pub fn walk(part: &Part<'_>, compilation: &Compilation, texts: &Texts) -> Walk {
    let graph = part.grain.graph(compilation);
    let mut drawing = Drawing { part, compilation, graph, texts, seen: BTreeMap::new(), nodes: Vec::new() };
    let roots = part.starts.iter().map(|start| drawing.node(*start)).collect();
    let mut steps = Vec::new();
    for (node, _) in part.nodes.iter().filter(|(_, unfolds)| **unfolds) {
        drawing.steps(*node, &mut steps);
    }
    steps.sort_by_key(|step| step.from);
    let rows = drawing.rows();
    Walk { grain: part.grain, direction: part.direction, roots, nodes: drawing.nodes, steps, rows }
}

struct Drawing<'a> {
    part: &'a Part<'a>,
    compilation: &'a Compilation,
    graph: &'a Graph,
    texts: &'a Texts,
    seen: BTreeMap<NodeId, usize>,
    nodes: Vec<WalkNode>,
}

impl Drawing<'_> {
    fn node(&mut self, id: NodeId) -> usize {
        if let Some(index) = self.seen.get(&id) {
            return *index;
        }
        let node = self.graph.get(id);
        let column = (self.part.grain == Grain::Columns).then(|| node.column.unwrap_or(ROWS).to_owned());
        let ty = node.column.and_then(|column| self.compilation.column_type(node.relation, column));
        let short = short(self.compilation, node.relation);
        let ty = ty.unwrap_or_default();
        self.nodes.push(WalkNode { relation: node.relation.to_owned(), short, column, ty });
        self.seen.insert(id, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    fn steps(&mut self, id: NodeId, steps: &mut Vec<WalkStep>) {
        let from = self.node(id);
        let graph = self.graph;
        let all = self.part.grain == Grain::Relations || self.part.follow == Follow::ValuesAndRows;
        // That the rows of a source carry its columns goes without saying.
        let silent = |link: &&Link| {
            graph.is_rows(link.to) && graph.same_relation(id, link.to) && graph.inputs(link.to).is_empty()
        };
        for link in graph.links(id, self.part.direction).iter().filter(|link| !silent(link)) {
            let follows = all || !(graph.is_rows(id) || graph.is_rows(link.to));
            if follows && self.part.nodes.contains_key(&link.to) {
                let reader = if self.part.direction == Direction::Upstream { id } else { link.to };
                let input = if self.part.direction == Direction::Upstream { link.to } else { id };
                steps.push(self.step(from, (reader, input), link));
            }
        }
    }

    fn step(&mut self, from: usize, ends: (NodeId, NodeId), link: &Link) -> WalkStep {
        let place = place_of_read(self.compilation, self.part.grain, ends, link);
        let via = match self.part.grain {
            Grain::Columns => link.via.map_or(CARRIED, crate::lineage::Via::word),
            Grain::Relations => "",
        };
        WalkStep { from, to: self.node(link.to), via, place: place.map(|place| self.texts.locate(&place)) }
    }

    fn rows(&mut self) -> Vec<WalkStep> {
        let graph = self.graph;
        let shown = self.part.rows && self.part.direction == Direction::Upstream && self.part.grain == Grain::Columns;
        let relation = self.part.starts.first().map(|start| graph.get(*start).relation).filter(|_| shown);
        let Some(rows) = relation.and_then(|relation| graph.find(relation, None)) else { return Vec::new() };
        let decides = graph.inputs(rows).iter().filter(|link| link.via.is_some());
        decides.map(|link| self.step(0, (rows, link.to), link)).collect()
    }
}

/// A relation's name, as short as it is clear; a consumer as its selector: `exposure:weekly_kpis`.
pub(super) fn short(compilation: &Compilation, relation: &str) -> String {
    let consumer = |kind: &str| {
        let name = relation.strip_prefix(kind)?.strip_prefix('.')?.split_once('.')?.1;
        compilation.known(relation).is_none().then(|| format!("{kind}:{name}"))
    };
    let kinds = ["exposure", "metric", "semantic_model", "saved_query", "unit_test"];
    kinds.iter().find_map(|kind| consumer(kind)).unwrap_or_else(|| compilation.short_name(relation))
}

/// Where a reader reads what a link leads to: the mention of the column, or the `ref` of the relation.
pub fn place_of_read(
    compilation: &Compilation,
    grain: Grain,
    (reader, input): (NodeId, NodeId),
    link: &Link,
) -> Option<Place> {
    let graph = grain.graph(compilation);
    let (reader, input) = (graph.get(reader).relation, graph.get(input).relation);
    let Some(model) = compilation.models.get(reader) else { return place_of_consumer(compilation, reader) };
    match grain {
        Grain::Columns => {
            let span = Some(link.span).filter(|span| link.via.is_some() && !span.is_empty())?;
            model.rendered.origin(span).map(|origin| origin.place)
        }
        Grain::Relations => {
            let mention = model.rendered.refs.iter().find(|reference| reference.id.as_deref() == Some(input));
            mention.map(|reference| reference.place.clone())
        }
    }
}

fn place_of_consumer(compilation: &Compilation, id: &str) -> Option<Place> {
    compilation.projects.iter().find_map(|project| {
        let exposures = project.exposures.iter().map(|exposure| (&exposure.id, &exposure.place));
        let mut all = exposures.chain(project.consumers.iter().map(|consumer| (&consumer.id, &consumer.place)));
        all.find(|(known, _)| *known == id).map(|(_, place)| place.clone())
    })
}
