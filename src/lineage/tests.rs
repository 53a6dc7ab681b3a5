//! Edges of a few models in, what the graph answers of them out.

use super::{Bound, Closure, ColumnLineage, Direction, Edge, Follow, Graph, ModelLineage, NodeId, Via};
use crate::text::Span;

fn edge(text: &str, via: Via) -> Edge {
    let (relation, column) = text.split_once('.').expect("relation.column");
    Edge { relation: relation.to_owned(), column: column.to_owned(), field: None, via, span: Span::default() }
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
        assumed: Vec::new(),
        stars: Vec::new(),
        named: Vec::new(),
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
        format!("{}.{}", node.relation, node.column.unwrap_or("*"))
    };
    nodes.map(name).collect()
}

fn up(graph: &Graph, start: NodeId, follow: Follow) -> Closure<'_> {
    graph.closure(&[start], Direction::Upstream, follow, None)
}

#[test]
fn values_lead_to_the_sources() {
    let graph = graph();
    let start = graph.find("mart", Some("TOTAL")).expect("there is a total");
    let reached = up(&graph, start, Follow::Values);
    assert_eq!(names(&graph, reached.nodes()), ["mart.total", "stage.A", "raw.a"]);
    assert_eq!(reached.reached.last().map(|r| r.distance), Some(2));
}

#[test]
fn rows_bring_what_filters_read() {
    let graph = graph();
    let start = graph.find("mart", Some("total")).expect("there is a total");
    let mut all = names(&graph, up(&graph, start, Follow::ValuesAndRows).nodes());
    all.sort();
    let expected = ["mart.*", "mart.total", "raw.*", "raw.a", "raw.b", "raw.deleted", "stage.*", "stage.A", "stage.b"];
    assert_eq!(all, expected);
}

#[test]
fn depth_counts_relations() {
    let graph = graph();
    let start = graph.find("raw", Some("a")).expect("there is an a");
    let reached = graph.closure(&[start], Direction::Downstream, Follow::Values, Some(1));
    assert_eq!(names(&graph, reached.nodes()), ["raw.a", "stage.A"]);
}

#[test]
fn unknown_columns_pass_through_stars() {
    let mut stage = model(&[("a", "raw.a")], &[], &["raw"]);
    stage.stars = vec!["raw".to_owned()];
    let mart = model(&[("x", "stage.extra")], &[], &["stage"]);
    let graph = Graph::new([("mart", &mart), ("stage", &stage)].into_iter());
    let start = graph.find("mart", Some("x")).expect("there is an x");
    let reached = up(&graph, start, Follow::Values);
    assert_eq!(names(&graph, reached.nodes()), ["mart.x", "stage.extra", "raw.extra"]);
}

#[test]
fn a_path_names_every_step() {
    let graph = graph();
    let (total, raw) = (graph.find("mart", Some("total")), graph.find("raw", Some("a")));
    let path = graph.path(&[total.expect("total")], &[raw.expect("a")], Follow::Values).expect("there is a way");
    assert_eq!(names(&graph, path.iter().map(|(_, link)| link.to)), ["stage.A", "raw.a"]);
}

#[test]
fn a_way_reads_the_same_from_either_end() {
    let graph = graph();
    let (total, raw) = (graph.find("mart", Some("total")), graph.find("raw", Some("a")));
    let path = graph.path(&[total.expect("total")], &[raw.expect("a")], Follow::Values).expect("there is a way");
    let down = graph.closure(&[raw.expect("a")], Direction::Downstream, Follow::Values, None);
    assert_eq!(down.way(down.reached.len() - 1), path);
}

/// Each layer reads both columns of the one below: twice as many ways with each.
fn lattice(layers: usize) -> Graph {
    let layer = |at: usize| {
        let below = |column: &str| edge(&format!("l{}.{column}", at + 1), Via::Transform);
        let column = |name: &str| ColumnLineage {
            name: name.to_owned(),
            inputs: vec![below("a"), below("b")],
            ..ColumnLineage::default()
        };
        ModelLineage { columns: vec![column("a"), column("b")], ..ModelLineage::default() }
    };
    let models: Vec<(String, ModelLineage)> = (0..layers).map(|at| (format!("l{at}"), layer(at))).collect();
    Graph::new(models.iter().map(|(name, lineage)| (name.as_str(), lineage)))
}

fn ways(graph: &Graph, reader: &str, input: &str, bound: Bound) -> (Vec<usize>, bool) {
    let node = |text: &str| {
        let (relation, column) = text.split_once('.').expect("relation.column");
        graph.find(relation, Some(column)).expect("the node is there")
    };
    let paths = graph.paths(&[node(reader)], &[node(input)], Follow::Values, bound);
    (paths.paths.iter().map(Vec::len).collect(), paths.more)
}

#[test]
fn all_ways_are_found_or_said_to_be_more() {
    let graph = lattice(4);
    assert_eq!(ways(&graph, "l0.a", "l3.b", Bound { paths: 10, steps: None }), (vec![3; 4], false));
    assert_eq!(ways(&graph, "l0.a", "l3.b", Bound { paths: 4, steps: None }), (vec![3; 4], false));
    assert_eq!(ways(&graph, "l0.a", "l3.b", Bound { paths: 3, steps: None }), (vec![3; 3], true));
    assert_eq!(ways(&graph, "l0.a", "l3.b", Bound { paths: 3, steps: Some(2) }), (vec![], true));
    assert_eq!(ways(&graph, "l3.b", "l0.a", Bound { paths: 3, steps: None }), (vec![], false));
    let deep = lattice(200);
    assert_eq!(ways(&deep, "l0.a", "l199.b", Bound { paths: 5, steps: None }), (vec![199; 5], true));
}

#[test]
fn shorter_ways_come_first_and_circles_are_not_walked() {
    let short = model(&[("x", "mid.x"), ("y", "raw.x")], &[], &[]);
    let mid = model(&[("x", "raw.x"), ("z", "top.x")], &[], &[]);
    let mut top = model(&[("x", "mid.x")], &[], &[]);
    top.columns[0].inputs.extend([edge("raw.x", Via::Transform), edge("mid.z", Via::Transform)]);
    let graph = Graph::new([("mid", &mid), ("short", &short), ("top", &top)].into_iter());
    assert_eq!(ways(&graph, "top.x", "raw.x", Bound { paths: 9, steps: None }), (vec![1, 2], false));
}
