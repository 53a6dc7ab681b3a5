//! The edges of all models in, the graph of the whole repo out: who reads whom, column by column, near and far.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::edges::{Edge, ModelLineage, Via};
use super::trace::ALL_COLUMNS;
use crate::text::Span;

/// A node of one [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// A column of a relation, or its rows: which exist, and how often.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    pub relation: String,
    /// `None`: the rows.
    pub column: Option<String>,
}

/// One step between neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub to: NodeId,
    /// `None`: the rows of a relation carry those of what it reads, or the values of its own columns.
    pub via: Option<Via>,
    /// The read, in the rendered text of the reader.
    pub span: Span,
}

/// Which links a walk takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// From values to values.
    Values,
    /// Also what decides which rows exist.
    ValuesAndRows,
}

/// A node that a walk reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    pub node: NodeId,
    /// Relations away from the start.
    pub distance: usize,
    /// The step that led here first; `None` at the start.
    pub from: Option<(NodeId, Link)>,
}

/// Columns and rows of all relations, and the links between them, both ways.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    /// By relation, then by lower-case column name; `None` is the rows. Columns that differ in case alone are one
    /// node, which can only claim too much.
    index: BTreeMap<String, BTreeMap<Option<String>, NodeId>>,
    up: Vec<Vec<Link>>,
    down: Vec<Vec<Link>>,
}

impl Graph {
    /// Columns are spelt as the relation that defines them spells them.
    pub fn new<'a>(relations: impl Iterator<Item = (&'a str, &'a ModelLineage)> + Clone) -> Self {
        let mut graph = Graph::default();
        for (relation, lineage) in relations.clone() {
            graph.node(relation, None);
            for column in &lineage.columns {
                graph.node(relation, Some(&column.name));
            }
        }
        let mut passing: BTreeMap<&str, &ModelLineage> = BTreeMap::new();
        for (relation, lineage) in relations {
            graph.add(relation, lineage);
            passing.insert(relation, lineage);
        }
        graph.pass_unknown_columns(&passing);
        graph
    }

    /// Columns that a relation's readers know by use, while its own text does not name them: they come through its
    /// stars, or, where the text could not be read at all, may come from anything it reads. `*` is all of them.
    fn pass_unknown_columns(&mut self, relations: &BTreeMap<&str, &ModelLineage>) {
        let mut next = 0;
        while let Some(node) = self.nodes.get(next).cloned() {
            let id = NodeId(next as u32);
            next += 1;
            let (Some(column), Some(lineage)) = (&node.column, relations.get(node.relation.as_str())) else { continue };
            if column == ALL_COLUMNS {
                for known in lineage.columns.iter().filter(|known| known.name != ALL_COLUMNS) {
                    let to = self.node(&node.relation, Some(&known.name));
                    self.link(id, Link { to, via: Some(Via::Identity), span: known.span });
                }
            }
            if lineage.columns.iter().any(|known| known.name.eq_ignore_ascii_case(column)) {
                continue;
            }
            for upstream in &lineage.stars {
                let to = self.node(upstream, Some(column));
                self.link(id, Link { to, via: Some(Via::Identity), span: Span::default() });
            }
            if lineage.columns.is_empty() && lineage.stars.is_empty() {
                for edge in &lineage.rows {
                    self.link_edge(id, &Edge { via: Via::Transform, ..edge.clone() });
                }
            }
        }
    }

    fn add(&mut self, relation: &str, lineage: &ModelLineage) {
        let rows = self.node(relation, None);
        for column in &lineage.columns {
            let node = self.node(relation, Some(&column.name));
            column.inputs.iter().for_each(|edge| self.link_edge(node, edge));
            self.link(node, Link { to: rows, via: None, span: column.span });
        }
        lineage.rows.iter().for_each(|edge| self.link_edge(rows, edge));
        for upstream in &lineage.depends_on {
            let to = self.node(upstream, None);
            self.link(rows, Link { to, via: None, span: Span::default() });
        }
    }

    fn link_edge(&mut self, reader: NodeId, edge: &Edge) {
        let to = self.node(&edge.relation, Some(&edge.column));
        self.link(reader, Link { to, via: Some(edge.via), span: edge.span });
    }

    fn link(&mut self, reader: NodeId, link: Link) {
        let known = |other: &Link| other.to == link.to && other.via == link.via;
        if reader == link.to || self.up[reader.0 as usize].iter().any(known) {
            return;
        }
        self.up[reader.0 as usize].push(link);
        self.down[link.to.0 as usize].push(Link { to: reader, ..link });
    }

    fn node(&mut self, relation: &str, column: Option<&str>) -> NodeId {
        if let Some(node) = self.find(relation, column) {
            return node;
        }
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node { relation: relation.to_owned(), column: column.map(str::to_owned) });
        self.up.push(Vec::new());
        self.down.push(Vec::new());
        self.index.entry(relation.to_owned()).or_default().insert(column.map(str::to_ascii_lowercase), id);
        id
    }

    /// The node of a column, or of the rows, of a relation.
    pub fn find(&self, relation: &str, column: Option<&str>) -> Option<NodeId> {
        self.index.get(relation)?.get(&column.map(str::to_ascii_lowercase)).copied()
    }

    pub fn get(&self, node: NodeId) -> &Node {
        &self.nodes[node.0 as usize]
    }

    /// The columns of a relation: those it defines, and those that its readers know by use.
    pub fn columns(&self, relation: &str) -> Vec<NodeId> {
        let mut columns: Vec<NodeId> = self
            .index
            .get(relation)
            .into_iter()
            .flatten()
            .filter(|(column, _)| column.is_some())
            .map(|(_, node)| *node)
            .collect();
        columns.sort();
        columns
    }

    /// What a node reads.
    pub fn inputs(&self, node: NodeId) -> &[Link] {
        &self.up[node.0 as usize]
    }

    /// Who reads a node.
    pub fn outputs(&self, node: NodeId) -> &[Link] {
        &self.down[node.0 as usize]
    }

    /// Everything that can influence `start`, nearest first; `start` itself comes first.
    pub fn upstream(&self, start: NodeId, follow: Follow, depth: Option<usize>) -> Vec<Reached> {
        self.walk(start, follow, depth, &self.up)
    }

    /// Everything that `start` can influence, nearest first; `start` itself comes first.
    pub fn downstream(&self, start: NodeId, follow: Follow, depth: Option<usize>) -> Vec<Reached> {
        self.walk(start, follow, depth, &self.down)
    }

    fn walk(&self, start: NodeId, follow: Follow, depth: Option<usize>, links: &[Vec<Link>]) -> Vec<Reached> {
        let mut seen = BTreeSet::new();
        let mut reached = Vec::new();
        let mut queue = VecDeque::from([Reached { node: start, distance: 0, from: None }]);
        while let Some(here) = queue.pop_front() {
            if !seen.insert(here.node) {
                continue;
            }
            reached.push(here);
            for link in &links[here.node.0 as usize] {
                let rows = self.get(here.node).column.is_none() || self.get(link.to).column.is_none();
                let same = self.get(here.node).relation == self.get(link.to).relation;
                let distance = here.distance + usize::from(!same);
                let too_far = depth.is_some_and(|depth| distance > depth);
                if (rows && follow == Follow::Values) || too_far || seen.contains(&link.to) {
                    continue;
                }
                let next = Reached { node: link.to, distance, from: Some((here.node, *link)) };
                if same {
                    queue.push_front(next);
                } else {
                    queue.push_back(next);
                }
            }
        }
        reached
    }

    /// The shortest way from a reader up to what it reads, however far: the links in order, `None` if there is none.
    pub fn path(&self, reader: NodeId, input: NodeId, follow: Follow) -> Option<Vec<(NodeId, Link)>> {
        let reached = self.upstream(reader, follow, None);
        let steps: BTreeMap<NodeId, (NodeId, Link)> =
            reached.iter().filter_map(|here| here.from.map(|from| (here.node, from))).collect();
        let mut path = Vec::new();
        let mut at = input;
        while at != reader {
            let step = *steps.get(&at)?;
            path.push(step);
            at = step.0;
        }
        path.reverse();
        Some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::{Follow, Graph, NodeId};
    use crate::lineage::{ColumnLineage, Edge, ModelLineage, Via};
    use crate::text::Span;

    fn edge(text: &str, via: Via) -> Edge {
        let (relation, column) = text.split_once('.').expect("relation.column");
        Edge { relation: relation.to_owned(), column: column.to_owned(), via, span: Span::default() }
    }

    fn model(columns: &[(&str, &str)], rows: &[&str], depends_on: &[&str]) -> ModelLineage {
        let column = |(name, input): &(&str, &str)| ColumnLineage {
            name: (*name).to_owned(),
            ty: crate::algebra::Type::default(),
            nullable: crate::algebra::Nullability::Unknown,
            inputs: vec![edge(input, Via::Identity)],
            span: Span::default(),
        };
        ModelLineage {
            columns: columns.iter().map(column).collect(),
            rows: rows.iter().map(|row| edge(row, Via::Filter)).collect(),
            keys: Vec::new(),
            stars: Vec::new(),
            depends_on: depends_on.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    fn graph() -> Graph {
        let stage = model(&[("A", "raw.a"), ("b", "raw.b")], &["raw.deleted"], &["raw"]);
        let mart = model(&[("total", "stage.a")], &["stage.b"], &["stage"]);
        Graph::new([("mart", &mart), ("stage", &stage)].into_iter())
    }

    fn names(graph: &Graph, nodes: impl Iterator<Item = NodeId>) -> Vec<String> {
        let name = |node| {
            let node = graph.get(node);
            format!("{}.{}", node.relation, node.column.as_deref().unwrap_or("*"))
        };
        nodes.map(name).collect()
    }

    #[test]
    fn values_lead_to_the_sources() {
        let graph = graph();
        let start = graph.find("mart", Some("TOTAL")).expect("there is a total");
        let reached = graph.upstream(start, Follow::Values, None);
        assert_eq!(names(&graph, reached.iter().map(|r| r.node)), ["mart.total", "stage.A", "raw.a"]);
        assert_eq!(reached.last().map(|r| r.distance), Some(2));
    }

    #[test]
    fn rows_bring_what_filters_read() {
        let graph = graph();
        let start = graph.find("mart", Some("total")).expect("there is a total");
        let reached = graph.upstream(start, Follow::ValuesAndRows, None);
        let mut all = names(&graph, reached.iter().map(|r| r.node));
        all.sort();
        let expected =
            ["mart.*", "mart.total", "raw.*", "raw.a", "raw.b", "raw.deleted", "stage.*", "stage.A", "stage.b"];
        assert_eq!(all, expected);
    }

    #[test]
    fn depth_counts_relations() {
        let graph = graph();
        let start = graph.find("raw", Some("a")).expect("there is an a");
        let reached = graph.downstream(start, Follow::Values, Some(1));
        assert_eq!(names(&graph, reached.iter().map(|r| r.node)), ["raw.a", "stage.A"]);
    }

    #[test]
    fn unknown_columns_pass_through_stars() {
        let mut stage = model(&[("a", "raw.a")], &[], &["raw"]);
        stage.stars = vec!["raw".to_owned()];
        let mart = model(&[("x", "stage.extra")], &[], &["stage"]);
        let graph = Graph::new([("mart", &mart), ("stage", &stage)].into_iter());
        let start = graph.find("mart", Some("x")).expect("there is an x");
        let reached = graph.upstream(start, Follow::Values, None);
        assert_eq!(names(&graph, reached.iter().map(|r| r.node)), ["mart.x", "stage.extra", "raw.extra"]);
    }

    #[test]
    fn a_path_names_every_step() {
        let graph = graph();
        let (total, raw) = (graph.find("mart", Some("total")), graph.find("raw", Some("a")));
        let path = graph.path(total.expect("total"), raw.expect("a"), Follow::Values).expect("there is a way");
        assert_eq!(names(&graph, path.iter().map(|(_, link)| link.to)), ["stage.A", "raw.a"]);
    }
}
