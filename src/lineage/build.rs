//! The edges of all models in, their [`Graph`] out.

use std::collections::BTreeMap;

use super::edges::{ColumnLineage, Edge, ModelLineage, Via};
use super::graph::{Graph, Link, Lists, NodeId, ROWS};
use super::slots::hash_folded;
use super::trace::ALL_COLUMNS;
use crate::text::Span;

impl Graph {
    /// Columns are spelt as the relation that defines them spells them.
    pub fn new<'a>(relations: impl Iterator<Item = (&'a str, &'a ModelLineage)> + Clone) -> Self {
        let mut building = Building::default();
        for (relation, lineage) in relations.clone() {
            building.node(relation, None);
            for column in &lineage.columns {
                building.node(relation, Some(&column.name));
            }
        }
        let defined = building.graph.nodes.len();
        let mut passing: BTreeMap<u32, &ModelLineage> = BTreeMap::new();
        for (relation, lineage) in relations {
            building.add(relation, lineage);
            passing.insert(building.relation(relation), lineage);
        }
        building.pass_unknown_columns(&passing, defined);
        building.finish()
    }

    /// A graph of whole relations: a node each, a link for each pair of reader and what it reads.
    pub fn of_relations<'a>(
        relations: impl Iterator<Item = &'a str>,
        reads: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut building = Building::default();
        for relation in relations {
            building.node(relation, None);
        }
        for (reader, input) in reads {
            let (reader, to) = (building.node(reader, None), building.node(input, None));
            building.link(reader, Link { to, via: None, span: Span::default() });
        }
        building.finish()
    }
}

/// A graph before its links are put in order.
#[derive(Default)]
struct Building {
    graph: Graph,
    /// Readers and what they read, as met; some more than once.
    links: Vec<(u32, Link)>,
    /// Parts of columns: the node of the whole, and how long its name is.
    parts: BTreeMap<u32, (NodeId, usize)>,
    /// Links that are followed only from what is read to who reads it.
    downward: Vec<(u32, Link)>,
    /// The relation that was asked for last: edges come sorted by it.
    last: Option<(String, u32)>,
}

impl Building {
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

    /// Columns that a relation's readers know by use, while its own text does not name them: they come through its
    /// stars, or, where the text could not be read at all, may come from anything it reads. `*` is all of them.
    /// The first `defined` nodes are rows and columns that a text names.
    fn pass_unknown_columns(&mut self, relations: &BTreeMap<u32, &ModelLineage>, defined: usize) {
        let mut next = 0;
        while let Some((relation, spelling)) = self.graph.nodes.get(next).copied() {
            let id = NodeId(next as u32);
            next += 1;
            let Some(lineage) = relations.get(&relation).filter(|_| spelling != ROWS) else { continue };
            let column = self.graph.spellings.get(spelling).to_owned();
            if column == ALL_COLUMNS {
                let own = self.graph.relations.get(relation).to_owned();
                for known in lineage.columns.iter().filter(|known| known.name != ALL_COLUMNS) {
                    let to = self.node(&own, Some(&known.name));
                    self.link(id, Link { to, via: Some(Via::Identity), span: known.span });
                }
            }
            if id.index() < defined {
                continue;
            }
            if let Some((_, length)) = self.parts.get(&id.0).copied() {
                let (whole, field) = (&column[..length], &column[length + 1..]);
                let own = lineage.columns.iter().find(|known| known.name.eq_ignore_ascii_case(whole));
                if let Some(own) = own {
                    self.link_part(id, field, own);
                    continue;
                }
            }
            for upstream in &lineage.stars {
                let to = self.node(upstream, Some(&column));
                self.link(id, Link { to, via: Some(Via::Identity), span: Span::default() });
            }
            if lineage.columns.is_empty() && lineage.stars.is_empty() {
                for edge in &lineage.rows {
                    self.link_edge(id, &Edge { via: Via::Transform, ..edge.clone() });
                }
            }
        }
    }

    fn link_edge(&mut self, reader: NodeId, edge: &Edge) {
        let to = match &edge.field {
            Some(field) => self.part(&edge.relation, &edge.column, field),
            None => self.node(&edge.relation, Some(&edge.column)),
        };
        self.link(reader, Link { to, via: Some(edge.via), span: edge.span });
    }

    /// A part of a column is a column of its own, `payload.customer`. What changes the whole may change the part, and
    /// the other way round; but who reads the part reads no other.
    fn part(&mut self, relation: &str, column: &str, field: &str) -> NodeId {
        let whole = self.node(relation, Some(column));
        let part = self.node(relation, Some(&format!("{column}.{field}")));
        if self.parts.insert(part.0, (whole, column.len())).is_none() {
            for (one, other) in [(whole, part), (part, whole)] {
                let link = Link { to: other, via: Some(Via::Identity), span: Span::default() };
                self.downward.push((one.0, link));
            }
        }
        part
    }

    /// A part comes from the same part of what its column copies, and from all that its column is computed from.
    fn link_part(&mut self, part: NodeId, field: &str, column: &ColumnLineage) {
        for edge in &column.inputs {
            if edge.via == Via::Identity {
                let field = match &edge.field {
                    Some(above) => format!("{above}.{field}"),
                    None => field.to_owned(),
                };
                self.link_edge(part, &Edge { field: Some(field), ..edge.clone() });
            } else {
                self.link_edge(part, edge);
            }
        }
    }

    fn link(&mut self, reader: NodeId, link: Link) {
        if reader != link.to {
            self.links.push((reader.0, link));
        }
    }

    fn relation(&mut self, relation: &str) -> u32 {
        if let Some((_, number)) = self.last.as_ref().filter(|(last, _)| last == relation) {
            return *number;
        }
        let number = self.graph.relations.number(relation);
        self.last = Some((relation.to_owned(), number));
        number
    }

    fn node(&mut self, relation: &str, column: Option<&str>) -> NodeId {
        let relation = self.relation(relation);
        let graph = &mut self.graph;
        let hash = hash_folded(column.unwrap_or_default(), relation);
        let is = |node: u32| {
            let (of, spelling) = graph.nodes[node as usize];
            of == relation && graph.is_spelt(spelling, column)
        };
        if let Some(node) = graph.index.find(hash, is) {
            return NodeId(node);
        }
        let spelling = column.map_or(ROWS, |column| graph.spellings.number(column));
        let node = graph.nodes.len() as u32;
        let (nodes, spellings) = (&graph.nodes, &graph.spellings);
        graph.index.insert(hash, node, |node| {
            let (relation, spelling) = nodes[node as usize];
            hash_folded(if spelling == ROWS { "" } else { spellings.get(spelling) }, relation)
        });
        graph.nodes.push((relation, spelling));
        NodeId(node)
    }

    /// Of several reads of one node in one way, the first is kept.
    fn finish(mut self) -> Graph {
        let mut graph = self.graph;
        let count = graph.nodes.len();
        let by_reader = Lists::new(count, self.links.iter().copied());
        // Which ways each node was read in by the reader that stands in its stamp.
        let mut met: Vec<(u32, u16)> = vec![(ROWS, 0); count];
        self.links.clear();
        for reader in 0..count as u32 {
            for link in by_reader.of(reader as usize) {
                let (stamp, ways) = &mut met[link.to.index()];
                if *stamp != reader {
                    (*stamp, *ways) = (reader, 0);
                }
                let way = 1 << link.via.map_or(15, |via| via as u16);
                if *ways & way == 0 {
                    *ways |= way;
                    self.links.push((reader, *link));
                }
            }
        }
        graph.up = Lists::new(count, self.links.iter().copied());
        let down = self.links.iter().map(|(reader, link)| (link.to.0, Link { to: NodeId(*reader), ..*link }));
        graph.down = Lists::new(count, down.chain(self.downward.iter().copied()));
        let members = graph.nodes.iter().enumerate().map(|(node, (relation, _))| (*relation, NodeId(node as u32)));
        graph.members = Lists::new(graph.relations.len(), members);
        graph
    }
}
