//! How fast the lineage graph of a whole repo answers: `cargo bench --bench lineage -- REPO [SAMPLES]`.
//!
//! The repo is compiled once; then closures are asked of a sample of all columns and of all rows, spread evenly, in
//! both directions, following values alone and values with rows; then the shortest way and all ways between pairs.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal of those who build Sluice")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use sluicegate::cli::graph_of;
use sluicegate::{Bound, Direction, Follow, Graph, NodeId};

const SAMPLES: usize = 2_000;
const PATHS: Bound = Bound { paths: 20, steps: None };

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let Some(repo) = arguments.first() else {
        eprintln!("usage: cargo bench --bench lineage -- REPO [SAMPLES]");
        return ExitCode::from(2);
    };
    let samples = arguments.get(1).and_then(|count| count.parse().ok()).unwrap_or(SAMPLES);
    let start = Instant::now();
    let (graph, models) = match graph_of(Path::new(repo)) {
        Ok(found) => found,
        Err(failure) => {
            eprintln!("{failure}");
            return ExitCode::from(2);
        }
    };
    let (relations, nodes, links) = graph.size();
    println!(
        "{models} models, {relations} relations, {nodes} nodes, {links} links; compiled in {:.1?}\n",
        start.elapsed()
    );
    closures(&graph, samples);
    ways(&graph, samples);
    ExitCode::SUCCESS
}

/// At most `count` of all nodes, spread evenly.
fn sample(graph: &Graph, count: usize) -> Vec<NodeId> {
    let all: Vec<NodeId> = graph.nodes().collect();
    all.iter().step_by(all.len().div_ceil(count.max(1)).max(1)).copied().collect()
}

fn closures(graph: &Graph, samples: usize) {
    println!("| closure | nodes asked | p50 | p99 | max | largest answer |\n|---|---|---|---|---|---|");
    for (direction, way) in [(Direction::Upstream, "up"), (Direction::Downstream, "down")] {
        for (follow, what) in [(Follow::Values, "values"), (Follow::ValuesAndRows, "values and rows")] {
            let mut largest = 0;
            let times = sample(graph, samples).into_iter().map(|node| {
                let (reached, time) = timed(|| graph.closure(&[node], direction, follow, None).reached.len());
                largest = largest.max(reached);
                time
            });
            let times = spread(times.collect());
            println!("| {way}, {what} | {times} | {largest} nodes |");
        }
    }
}

/// From sampled columns to the farthest that each reads.
fn ways(graph: &Graph, samples: usize) {
    let mut times: [Vec<Duration>; 2] = [Vec::new(), Vec::new()];
    for node in sample(graph, samples) {
        let closure = graph.closure(&[node], Direction::Upstream, Follow::Values, None);
        let Some(last) = closure.reached.last().map(|last| last.node).filter(|last| *last != node) else { continue };
        times[0].push(timed(|| graph.path(&[node], &[last], Follow::Values)).1);
        times[1].push(timed(|| graph.paths(&[node], &[last], Follow::Values, PATHS)).1);
    }
    println!("\n| way | pairs asked | p50 | p99 | max |\n|---|---|---|---|---|");
    for (what, times) in ["shortest", "all, at most 20"].into_iter().zip(times) {
        println!("| {what} | {} |", spread(times));
    }
}

/// The best of three: what else the machine does is no part of the answer.
fn timed<T>(work: impl Fn() -> T) -> (T, Duration) {
    let once = || {
        let start = Instant::now();
        let answer = work();
        (answer, start.elapsed())
    };
    let (answer, first) = once();
    (answer, first.min(once().1).min(once().1))
}

/// `count | p50 | p99 | max`.
fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1)));
    let of = |time: Option<&Duration>| time.map_or_else(|| "-".to_owned(), |time| format!("{time:.1?}"));
    format!("{} | {} | {} | {}", times.len(), of(at(50)), of(at(99)), of(times.last()))
}
