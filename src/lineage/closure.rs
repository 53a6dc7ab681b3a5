//! Nodes in, everything they read or that reads them out, nearest first.

use super::graph::{Direction, Follow, Graph, Link, NodeId};

/// A node that a walk reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    pub node: NodeId,
    /// Relations away from the nearest start.
    pub distance: u32,
    /// The place in the walk of the node that led here first, and the link it led by, in the graph's list.
    before: Option<(u32, u32)>,
}

/// What a walk reached; the starts come first.
#[derive(Clone, Debug)]
pub struct Closure<'g> {
    graph: &'g Graph,
    direction: Direction,
    pub reached: Vec<Reached>,
}

impl Graph {
    /// Everything that can influence `starts` (upstream), or that they can influence (downstream), each once.
    /// `depth` is how many relations away to go.
    pub fn closure(
        &self,
        starts: &[NodeId],
        direction: Direction,
        follow: Follow,
        depth: Option<usize>,
    ) -> Closure<'_> {
        self.closure_until(starts, direction, (follow, depth), &[])
    }

    /// The shortest way from any of some readers up to any of some inputs, however far: each reader with the link it
    /// reads by, in order; `None` if there is none.
    pub fn path(&self, readers: &[NodeId], inputs: &[NodeId], follow: Follow) -> Option<Vec<(NodeId, Link)>> {
        let closure = self.closure_until(readers, Direction::Upstream, (follow, None), inputs);
        let first = closure.reached.iter().position(|here| inputs.contains(&here.node))?;
        Some(closure.way(first))
    }

    /// [`Graph::closure`], which may stop once one of `goals` is reached.
    fn closure_until(
        &self,
        starts: &[NodeId],
        direction: Direction,
        (follow, depth): (Follow, Option<usize>),
        goals: &[NodeId],
    ) -> Closure<'_> {
        let side = self.side(direction);
        let depth = depth.map_or(u32::MAX, |depth| u32::try_from(depth).unwrap_or(u32::MAX));
        let mut marks = Marks { seen: Bits::new(self.nodes.len()), queued: Bits::new(self.nodes.len()) };
        let mut reached: Vec<Reached> = Vec::new();
        let mut level: Vec<Reached> =
            starts.iter().map(|start| Reached { node: *start, distance: 0, before: None }).collect();
        let mut at = 0;
        while !level.is_empty() && !goals.iter().any(|goal| marks.seen.has(*goal)) {
            reached.extend(level.drain(..).filter(|here| marks.seen.insert(here.node)));
            while let Some(here) = reached.get(at).copied() {
                let range = side.range(here.node.index());
                for (link, number) in side.items[range.clone()].iter().zip(range) {
                    if marks.seen.has(link.to) || !self.follows(here.node, link.to, follow) {
                        continue;
                    }
                    let before = Some((at as u32, number as u32));
                    if self.same_relation(here.node, link.to) {
                        marks.seen.insert(link.to);
                        reached.push(Reached { node: link.to, distance: here.distance, before });
                    } else if here.distance < depth && marks.queued.insert(link.to) {
                        level.push(Reached { node: link.to, distance: here.distance + 1, before });
                    }
                }
                at += 1;
            }
        }
        Closure { graph: self, direction, reached }
    }
}

impl Closure<'_> {
    /// The reads between a start and what stands at `index`, from the reader's end on: each reader with its link.
    pub fn way(&self, index: usize) -> Vec<(NodeId, Link)> {
        let mut way = Vec::new();
        let mut at = index;
        while let Some((before, number)) = self.reached[at].before {
            let (there, here) = (self.reached[before as usize].node, self.reached[at].node);
            let link = self.graph.side(self.direction).items[number as usize];
            way.push(match self.direction {
                Direction::Upstream => (there, link),
                Direction::Downstream => (here, Link { to: there, ..link }),
            });
            at = before as usize;
        }
        if self.direction == Direction::Upstream {
            way.reverse();
        }
        way
    }

    /// The nodes, nearest first.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.reached.iter().map(|here| here.node)
    }
}

/// Nodes that a walk has met: those it reached, and those that wait for their turn.
struct Marks {
    seen: Bits,
    queued: Bits,
}

/// A set of nodes.
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn new(nodes: usize) -> Self {
        Bits(vec![0; nodes.div_ceil(64)])
    }

    pub(super) fn has(&self, node: NodeId) -> bool {
        self.0[node.index() / 64] >> (node.index() % 64) & 1 == 1
    }

    /// Was it not there yet?
    pub(super) fn insert(&mut self, node: NodeId) -> bool {
        let (word, bit) = (&mut self.0[node.index() / 64], 1 << (node.index() % 64));
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    pub(super) fn remove(&mut self, node: NodeId) {
        self.0[node.index() / 64] &= !(1 << (node.index() % 64));
    }
}
