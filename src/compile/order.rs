//! Who reads whom in; waves in which every model comes after what it reads, and the loops that make that impossible, out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// An order in which to resolve.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// Items of one wave read only items of earlier ones, but for the cut reads.
    pub(super) waves: Vec<Vec<usize>>,
    /// Loops of sure reads: each from its smallest item on, in reading order.
    pub(super) cycles: Vec<Vec<usize>>,
    /// Reads (reader, read) that no order can honour.
    pub(super) cut: BTreeSet<(usize, usize)>,
}

/// Orders items by their reads. `weak` reads may not be meant (a name that is also a CTE): they order where they can,
/// and never make a cycle.
pub(super) fn order(strong: &[BTreeSet<usize>], weak: &[BTreeSet<usize>]) -> Order {
    let mut order = Order::default();
    for component in loops(strong) {
        order.cycles.push(one_loop(&component, strong));
        cut_inside(&component, strong, &mut order.cut);
    }
    order.cycles.sort();
    let mut reads: Vec<BTreeSet<usize>> = strong.to_vec();
    for (reader, read) in &order.cut {
        reads[*reader].remove(read);
    }
    for (reader, weak) in weak.iter().enumerate() {
        reads[reader].extend(weak.iter().filter(|read| !order.cut.contains(&(reader, **read))));
    }
    for component in loops(&reads) {
        let before = order.cut.clone();
        cut_inside(&component, weak, &mut order.cut);
        for (reader, read) in order.cut.difference(&before) {
            reads[*reader].remove(read);
        }
    }
    order.waves = waves(&reads);
    order
}

fn cut_inside(component: &BTreeSet<usize>, reads: &[BTreeSet<usize>], cut: &mut BTreeSet<(usize, usize)>) {
    for reader in component {
        cut.extend(reads[*reader].intersection(component).map(|read| (*reader, *read)));
    }
}

/// Each item's wave is one after the latest of what it reads.
fn waves(reads: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); reads.len()];
    let mut waiting: Vec<usize> = reads.iter().map(BTreeSet::len).collect();
    for (reader, reads) in reads.iter().enumerate() {
        for read in reads {
            readers[*read].push(reader);
        }
    }
    let mut waves = Vec::new();
    let mut wave: Vec<usize> = (0..reads.len()).filter(|item| waiting[*item] == 0).collect();
    while !wave.is_empty() {
        let mut next = Vec::new();
        for reader in wave.iter().flat_map(|item| &readers[*item]) {
            waiting[*reader] -= 1;
            if waiting[*reader] == 0 {
                next.push(*reader);
            }
        }
        next.sort_unstable();
        waves.push(std::mem::replace(&mut wave, next));
    }
    waves
}

/// The shortest loop through the smallest item of a component that is on one.
fn one_loop(component: &BTreeSet<usize>, reads: &[BTreeSet<usize>]) -> Vec<usize> {
    let start = component.first().copied().unwrap_or_default();
    let mut came_from: BTreeMap<usize, usize> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(here) = queue.pop_front() {
        for read in reads[here].intersection(component) {
            if *read == start {
                let mut path = vec![here];
                while let Some(before) = path.last().and_then(|at| came_from.get(at)) {
                    path.push(*before);
                }
                path.reverse();
                return path;
            }
            if !came_from.contains_key(read) {
                came_from.insert(*read, here);
                queue.push_back(*read);
            }
        }
    }
    vec![start]
}

/// The strongly connected components that hold a loop (Tarjan, with its own stack: chains may be long).
fn loops(reads: &[BTreeSet<usize>]) -> Vec<BTreeSet<usize>> {
    const NEW: usize = usize::MAX;
    let mut index = vec![NEW; reads.len()];
    let mut low = vec![0; reads.len()];
    let mut on_stack = vec![false; reads.len()];
    let (mut stack, mut components, mut next) = (Vec::new(), Vec::new(), 0);
    for root in 0..reads.len() {
        let mut calls: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut enter = (index[root] == NEW).then_some(root);
        loop {
            if let Some(item) = enter.take() {
                (index[item], low[item], on_stack[item]) = (next, next, true);
                next += 1;
                stack.push(item);
                calls.push((item, reads[item].iter().rev().copied().collect()));
            }
            let Some((item, open)) = calls.last_mut() else { break };
            let item = *item;
            if let Some(read) = open.pop() {
                if index[read] == NEW {
                    enter = Some(read);
                } else if on_stack[read] {
                    low[item] = low[item].min(index[read]);
                }
                continue;
            }
            calls.pop();
            if let Some((caller, _)) = calls.last() {
                low[*caller] = low[*caller].min(low[item]);
            }
            if low[item] == index[item] {
                let start = stack.iter().rposition(|other| *other == item).unwrap_or(0);
                let component: BTreeSet<usize> = stack.drain(start..).collect();
                for member in &component {
                    on_stack[*member] = false;
                }
                if component.len() > 1 || reads[item].contains(&item) {
                    components.push(component);
                }
            }
        }
    }
    components
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Order, order};

    fn reads(edges: &[(usize, usize)], count: usize) -> Vec<BTreeSet<usize>> {
        let read = |item| edges.iter().filter(|(reader, _)| *reader == item).map(|(_, read)| *read).collect();
        (0..count).map(read).collect()
    }

    fn check(strong: &[(usize, usize)], weak: &[(usize, usize)], count: usize) -> Order {
        order(&reads(strong, count), &reads(weak, count))
    }

    #[test]
    fn what_is_read_comes_first() {
        let order = check(&[(0, 1), (1, 2), (0, 3)], &[], 4);
        assert_eq!(order.waves, [vec![2, 3], vec![1], vec![0]]);
        assert!(order.cycles.is_empty());
    }

    #[test]
    fn a_loop_is_named_and_the_rest_still_ordered() {
        let order = check(&[(0, 1), (1, 2), (2, 0), (3, 0), (4, 4)], &[], 5);
        assert_eq!(order.cycles, [vec![0, 1, 2], vec![4]]);
        assert_eq!(order.waves, [vec![0, 1, 2, 4], vec![3]]);
        assert!(order.cut.contains(&(2, 0)));
    }

    #[test]
    fn weak_reads_order_but_make_no_cycle() {
        assert_eq!(check(&[(0, 1)], &[(2, 0)], 3).waves, [vec![1], vec![0], vec![2]]);
        let order = check(&[(0, 1)], &[(1, 0)], 2);
        assert!(order.cycles.is_empty());
        assert_eq!(order.waves, [vec![1], vec![0]]);
    }

    #[test]
    fn long_chains_need_no_deep_stack() {
        let count = 50_000;
        let edges: Vec<(usize, usize)> = (1..count).map(|item| (item, item - 1)).collect();
        let mut reads = vec![BTreeSet::new(); count];
        for (reader, read) in edges {
            reads[reader].insert(read);
        }
        assert_eq!(order(&reads, &vec![BTreeSet::new(); count]).waves.len(), count);
    }
}
