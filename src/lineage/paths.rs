//! Two ends in, every way between them out, shortest first, as far as a bound allows.

use super::closure::Bits;
use super::graph::{Direction, Follow, Graph, Link, NodeId};

/// How many ways are wanted, and how many steps one may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    pub paths: usize,
    pub steps: Option<usize>,
}

/// Ways between two ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// From the reader up, each reader with the link it reads by; shortest first.
    pub paths: Vec<Vec<(NodeId, Link)>>,
    /// There are more that the bound leaves out.
    pub more: bool,
}

/// Further than any way goes.
const FAR: u32 = u32::MAX;

/// Links that one search looks at before it says that there may be more: cycles can hide that there are none.
const PATIENCE: usize = 2_000_000;

impl Graph {
    /// The ways from any of `readers` up to any of `inputs` that meet no node twice. No way goes on beyond an input.
    pub fn paths(&self, readers: &[NodeId], inputs: &[NodeId], follow: Follow, bound: Bound) -> Paths {
        let away = self.steps_down_to(inputs, follow);
        let mut search = Search {
            graph: self,
            follow,
            away,
            bound,
            way: Vec::new(),
            on_way: Bits::new(self.nodes.len()),
            found: Paths::default(),
            longer: false,
            patience: PATIENCE,
        };
        let longest = bound.steps.unwrap_or(self.nodes.len());
        let nearest = readers.iter().map(|reader| search.away[reader.index()]).min().unwrap_or(FAR);
        let mut steps = nearest as usize;
        while nearest != FAR && !search.found.more {
            if steps > longest {
                search.found.more = true;
                break;
            }
            search.longer = false;
            for reader in readers.iter().filter(|reader| !inputs.contains(reader)) {
                if !search.found.more {
                    search.walk(*reader, steps);
                }
            }
            if !search.longer {
                break;
            }
            steps += 1;
        }
        search.found
    }

    /// For each node the fewest steps from it up to an input.
    fn steps_down_to(&self, inputs: &[NodeId], follow: Follow) -> Vec<u32> {
        let mut away = vec![FAR; self.nodes.len()];
        let mut queue: Vec<NodeId> = Vec::new();
        for input in inputs {
            if std::mem::replace(&mut away[input.index()], 0) == FAR {
                queue.push(*input);
            }
        }
        let mut at = 0;
        while let Some(here) = queue.get(at).copied() {
            at += 1;
            for link in self.links(here, Direction::Downstream) {
                if away[link.to.index()] == FAR && self.follows(here, link.to, follow) {
                    away[link.to.index()] = away[here.index()] + 1;
                    queue.push(link.to);
                }
            }
        }
        away
    }
}

/// A search for all ways of one length.
struct Search<'g> {
    graph: &'g Graph,
    follow: Follow,
    away: Vec<u32>,
    bound: Bound,
    way: Vec<(NodeId, Link)>,
    on_way: Bits,
    found: Paths,
    /// Some way was given up for its length.
    longer: bool,
    /// Links still to be looked at.
    patience: usize,
}

impl Search<'_> {
    /// Adds the ways of exactly `steps` steps from `reader`, without recursion: ways may be long.
    fn walk(&mut self, reader: NodeId, steps: usize) {
        if self.away[reader.index()] == FAR {
            return;
        }
        if self.away[reader.index()] as usize > steps {
            self.longer = true;
            return;
        }
        let mut next: Vec<usize> = vec![0];
        let mut here = reader;
        self.on_way.insert(here);
        while let Some(at) = next.last_mut() {
            self.patience = self.patience.saturating_sub(1);
            if self.patience == 0 {
                self.found.more = true;
                return;
            }
            let inputs = self.graph.inputs(here);
            let link = inputs.get(*at).copied().filter(|_| self.away[here.index()] > 0);
            // Several reads of one node are one step.
            let again = link.is_some_and(|link| inputs[..*at].iter().any(|earlier| earlier.to == link.to));
            *at += 1;
            let Some(link) = link else {
                if self.away[here.index()] == 0 && self.way.len() == steps && !self.take() {
                    return;
                }
                next.pop();
                self.on_way.remove(here);
                if let Some((from, _)) = self.way.pop() {
                    here = from;
                }
                continue;
            };
            let away = self.away[link.to.index()];
            if again || away == FAR || self.on_way.has(link.to) || !self.graph.follows(here, link.to, self.follow) {
                continue;
            }
            if self.way.len() + 1 + away as usize > steps {
                self.longer = true;
                continue;
            }
            self.way.push((here, link));
            here = link.to;
            self.on_way.insert(here);
            next.push(0);
        }
    }

    /// Keeps the way that was found; `false` once there are enough.
    fn take(&mut self) -> bool {
        if self.found.paths.len() == self.bound.paths {
            self.found.more = true;
            return false;
        }
        self.found.paths.push(self.way.clone());
        true
    }
}
