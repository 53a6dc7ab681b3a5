//! The graph of the whole repo, as flat lists: columns and rows of relations, and who reads whom, both ways.
//!
//! Nodes are numbers, names are kept once, and the links of a node lie side by side. What is asked of the graph near
//! and far is in [`super::closure`] and [`super::paths`].

use super::edges::Via;
use super::slots::{Names, Slots, hash_folded};
use crate::text::Span;

/// A node of one [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A column of a relation, or its rows: which exist, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node<'g> {
    pub relation: &'g str,
    /// `None`: the rows.
    pub column: Option<&'g str>,
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

/// Which way a question looks: to what is read, or to who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Upstream,
    Downstream,
}

/// Which links a walk takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// From values to values.
    Values,
    /// Also what decides which rows exist.
    ValuesAndRows,
}

/// Columns and rows of all relations, and the links between them, both ways.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub(super) relations: Names,
    /// Of columns, as the relation that defines them spells them.
    pub(super) spellings: Names,
    /// For each node its relation and its spelling.
    pub(super) nodes: Vec<(u32, u32)>,
    /// Finds nodes by relation and name. Columns that differ in case alone are one node, which can only claim too much.
    pub(super) index: Slots,
    /// Nodes by relation, in order.
    pub(super) members: Lists<NodeId>,
    pub(super) up: Lists<Link>,
    pub(super) down: Lists<Link>,
}

/// The spelling of a relation's rows.
pub(super) const ROWS: u32 = u32::MAX;

impl Graph {
    /// The node of a column, or of the rows, of a relation.
    pub fn find(&self, relation: &str, column: Option<&str>) -> Option<NodeId> {
        let relation = self.relations.find(relation)?;
        let is = |node: u32| {
            let (of, spelling) = self.nodes[node as usize];
            of == relation && self.is_spelt(spelling, column)
        };
        self.index.find(hash_folded(column.unwrap_or_default(), relation), is).map(NodeId)
    }

    pub(super) fn is_spelt(&self, spelling: u32, column: Option<&str>) -> bool {
        match column {
            None => spelling == ROWS,
            Some(column) => spelling != ROWS && self.spellings.get(spelling).eq_ignore_ascii_case(column),
        }
    }

    pub fn get(&self, node: NodeId) -> Node<'_> {
        let (relation, spelling) = self.nodes[node.index()];
        let column = (spelling != ROWS).then(|| self.spellings.get(spelling));
        Node { relation: self.relations.get(relation), column }
    }

    /// The columns of a relation: those it defines, and those that its readers know by use.
    pub fn columns(&self, relation: &str) -> Vec<NodeId> {
        let Some(relation) = self.relations.find(relation) else { return Vec::new() };
        let members = self.members.of(relation as usize);
        members.iter().copied().filter(|node| !self.is_rows(*node)).collect()
    }

    /// All nodes, relation by relation as they were met.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// How many relations, nodes and links there are.
    pub fn size(&self) -> (usize, usize, usize) {
        (self.relations.len(), self.nodes.len(), self.up.items.len())
    }

    /// What a node reads.
    pub fn inputs(&self, node: NodeId) -> &[Link] {
        self.up.of(node.index())
    }

    /// Who reads a node.
    pub fn outputs(&self, node: NodeId) -> &[Link] {
        self.down.of(node.index())
    }

    /// [`Graph::inputs`] or [`Graph::outputs`].
    pub fn links(&self, node: NodeId, direction: Direction) -> &[Link] {
        self.side(direction).of(node.index())
    }

    pub(super) fn side(&self, direction: Direction) -> &Lists<Link> {
        match direction {
            Direction::Upstream => &self.up,
            Direction::Downstream => &self.down,
        }
    }

    /// Does the node stand for the rows of its relation?
    pub fn is_rows(&self, node: NodeId) -> bool {
        self.nodes[node.index()].1 == ROWS
    }

    pub fn same_relation(&self, one: NodeId, other: NodeId) -> bool {
        self.nodes[one.index()].0 == self.nodes[other.index()].0
    }

    /// Is a link between these two taken?
    pub(super) fn follows(&self, from: NodeId, to: NodeId, follow: Follow) -> bool {
        follow == Follow::ValuesAndRows || !(self.is_rows(from) || self.is_rows(to))
    }
}

/// Many lists in one: that of `n` is `items[starts[n]..starts[n + 1]]`.
#[derive(Clone, Debug)]
pub(super) struct Lists<T> {
    starts: Vec<u32>,
    pub(super) items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Lists { starts: vec![0], items: Vec::new() }
    }
}

impl<T: Copy> Lists<T> {
    /// Puts each item into its list; within a list items stay in order.
    pub(super) fn new(count: usize, items: impl Iterator<Item = (u32, T)> + Clone) -> Self {
        let mut starts = vec![0_u32; count + 1];
        let mut first = None;
        for (list, item) in items.clone() {
            starts[list as usize + 1] += 1;
            first = first.or(Some(item));
        }
        for list in 0..count {
            starts[list + 1] += starts[list];
        }
        let Some(first) = first else { return Lists { starts, items: Vec::new() } };
        let mut sorted = vec![first; starts[count] as usize];
        let mut next = starts.clone();
        for (list, item) in items {
            sorted[next[list as usize] as usize] = item;
            next[list as usize] += 1;
        }
        Lists { starts, items: sorted }
    }

    pub(super) fn of(&self, list: usize) -> &[T] {
        &self.items[self.range(list)]
    }

    pub(super) fn range(&self, list: usize) -> std::ops::Range<usize> {
        self.starts[list] as usize..self.starts[list + 1] as usize
    }
}
