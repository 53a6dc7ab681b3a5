//! Columns (or all of a relation) that might change in, Impacts as if they did out: no diff, the graph alone.

use std::collections::{BTreeMap, BTreeSet};

use super::{Class, Impacts, ModelImpact, Step, Verdict, consumers};
use crate::change::{Changes, Content, ModelChange, Rows};
use crate::compile::Compilation;
use crate::lineage::{Closure, Direction, Follow, Graph, Link, NodeId};
use crate::text::Place;

/// Whom another value in any of `columns` of `relation` would reach; no columns: whom other rows would reach, too.
pub fn what_if(compilation: &Compilation, relation: &str, columns: &[String]) -> Impacts {
    let graph = compilation.graph();
    let mut starts: Vec<NodeId> = columns.iter().filter_map(|column| graph.find(relation, Some(column))).collect();
    if columns.is_empty() {
        starts.extend(graph.find(relation, None));
        starts.extend(graph.columns(relation));
    }
    let closure = graph.closure(&starts, Direction::Downstream, Follow::ValuesAndRows, None);
    let mut reached: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, node) in closure.nodes().enumerate() {
        reached.entry(graph.get(node).relation).or_default().push(index);
    }
    let values = graph.closure(&starts, Direction::Downstream, Follow::Values, None).nodes().collect();
    let models = reached.iter().filter_map(|(id, indices)| {
        let impact = impact(compilation, id, (&closure, indices, &values), *id == relation)?;
        Some(((*id).to_owned(), impact))
    });
    let models: BTreeMap<String, ModelImpact> = models.collect();
    let consumers = consumers::consumers(&models, &Changes::default(), compilation);
    Impacts { models, consumers, inputs: BTreeMap::new() }
}

/// One model, whose reached nodes stand at `indices` of the closure.
fn impact(
    compilation: &Compilation,
    id: &str,
    (closure, indices, values): (&Closure<'_>, &[usize], &BTreeSet<NodeId>),
    is_start: bool,
) -> Option<ModelImpact> {
    let graph = compilation.graph();
    let model = compilation.models.get(id)?;
    let mut change = ModelChange::same(id, model);
    // What only the rows bring to a column is said of the rows.
    let rows = indices.iter().any(|index| graph.is_rows(closure.reached[*index].node));
    for column in &mut change.columns {
        if graph.find(id, Some(&column.name)).is_some_and(|node| values.contains(&node)) {
            column.content = Content::Unknown;
        }
    }
    change.rows = if rows { Rows::Unknown } else { Rows::Same };
    let class = if rows { Class::Rows } else { Class::Values };
    let because = indices.first().map(|index| way(compilation, &closure.way(*index))).unwrap_or_default();
    let causes = BTreeMap::new();
    Some(ModelImpact {
        change,
        class,
        verdict: Verdict::Differs,
        edited: is_start,
        causes,
        because,
        origins: Vec::new(),
        refresh: None,
    })
}

/// The reads on the shortest way from a start to a node, nearest to the start first.
fn way(compilation: &Compilation, path: &[(NodeId, Link)]) -> Vec<Step> {
    let graph = compilation.graph();
    let step = |(reader, link): &(NodeId, Link)| {
        let via = link.via?;
        let model = compilation.models.get(graph.get(*reader).relation)?;
        let place = model.rendered.origin(link.span).map(|origin| origin.place);
        let place = place.unwrap_or_else(|| Place::top(&model.model.file));
        let line = compilation.line_of(&place);
        let what = format!("reads {} ({})", named(compilation, graph, link.to), via.word());
        Some(Step { place, line, what })
    };
    path.iter().rev().filter_map(step).collect()
}

fn named(compilation: &Compilation, graph: &Graph, node: NodeId) -> String {
    let node = graph.get(node);
    let short = compilation.short_name(node.relation);
    node.column.map_or_else(|| format!("the rows of `{short}`"), |column| format!("`{short}.{column}`"))
}
