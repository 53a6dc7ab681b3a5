//! A selector and the repo's graph in; a tree, JSON or picture of what the selector reads, or who reads it, out.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::failure::{Exit, Failure};
use super::io::Io;
use super::lineage::Format;
use super::texts::texts;
use super::workspace::Workspace;
use crate::algebra::{Known, Status};
use crate::compile::{Compilation, CompiledModel, Selected, Unselected};
use crate::lineage::{ColumnLineage, Follow, ModelLineage, NodeId};
use crate::project::ModelKind;
use crate::report::{self, Direction, Relation, RelationKind, Texts, json};
use crate::text::Span;

/// What `sluice lineage` is asked of the repo.
pub(super) struct Ask<'a> {
    pub(super) selector: Option<&'a str>,
    pub(super) upstream: bool,
    pub(super) downstream: bool,
    pub(super) depth: Option<usize>,
    pub(super) format: Format,
}

pub(super) fn run(ask: &Ask<'_>, io: &mut Io) -> Result<Exit, Failure> {
    if ask.selector.is_none() && ask.format != Format::Json {
        return Err(Failure::new("name a model or a column")
            .hint("E.g. `sluice lineage orders.amount`; all of the graph is `sluice lineage --format json`."));
    }
    let workspace = Workspace::open(io)?;
    let (snapshot, compilation) = workspace.worktree()?;
    let texts = texts(&compilation, &snapshot, []);
    let selected = ask.selector.map(|selector| select(selector, &compilation)).transpose()?;
    let answer = match (&selected, ask.format) {
        (None, _) => json::lineage(&relations(&compilation, &texts, None)),
        (Some(selected), Format::Json) => {
            let reached = reached(ask, selected, &compilation);
            json::lineage(&relations(&compilation, &texts, Some(&reached)))
        }
        (Some(selected), format) => draw(ask, selected, format, (&compilation, &texts), io),
    };
    io.print(&answer)?;
    Ok(Exit::Clean)
}

/// What a selector means, or why it means nothing.
pub(super) fn select(selector: &str, compilation: &Compilation) -> Result<Selected, Failure> {
    compilation.select(selector).map_err(|why| match why {
        Unselected::Unknown { similar } => {
            let failure = Failure::new(format!("there is no model, source or seed `{selector}`"));
            match similar {
                Some(similar) => failure.hint(format!("Did you mean `{similar}`?")),
                None => failure.hint("`sluice doctor` lists the projects that were found."),
            }
        }
        Unselected::Ambiguous { candidates } => Failure::new(format!("`{selector}` means several relations"))
            .hint(format!("Say one of {}.", candidates.join(", "))),
        Unselected::NoColumn { relation, similar } => {
            let name = compilation.short_name(&relation);
            let column = selector.rsplit('.').next().unwrap_or(selector);
            let failure = Failure::new(format!("`{name}` has no column `{column}`"));
            match similar {
                Some(similar) => failure.hint(format!("Did you mean `{name}.{similar}`?")),
                None => failure.hint(format!("`sluice lineage {name}` lists its columns.")),
            }
        }
    })
}

fn directions(ask: &Ask<'_>) -> Vec<Direction> {
    let both = [(ask.upstream, Direction::Upstream), (ask.downstream, Direction::Downstream)];
    both.into_iter().filter(|(wanted, _)| *wanted).map(|(_, direction)| direction).collect()
}

fn starts(selected: &Selected, compilation: &Compilation) -> Vec<NodeId> {
    let graph = compilation.graph();
    match &selected.column {
        Some(column) => graph.find(&selected.relation, Some(column)).into_iter().collect(),
        None => graph.columns(&selected.relation),
    }
}

/// All nodes that the question reaches.
fn reached(ask: &Ask<'_>, selected: &Selected, compilation: &Compilation) -> BTreeSet<NodeId> {
    let graph = compilation.graph();
    let mut starts = starts(selected, compilation);
    starts.extend(graph.find(&selected.relation, None));
    let mut nodes = BTreeSet::new();
    for start in &starts {
        for direction in directions(ask) {
            let found = match direction {
                Direction::Upstream => graph.upstream(*start, Follow::Values, ask.depth),
                Direction::Downstream => graph.downstream(*start, Follow::Values, ask.depth),
            };
            nodes.extend(found.iter().map(|reached| reached.node));
        }
    }
    nodes
}

fn draw(
    ask: &Ask<'_>,
    selected: &Selected,
    format: Format,
    (compilation, texts): (&Compilation, &Texts),
    io: &Io,
) -> String {
    let graph = compilation.graph();
    let starts = starts(selected, compilation);
    // A whole model at full depth is a forest that nobody reads; its neighbours are the answer.
    let depth = ask.depth.or((selected.column.is_none() && format == Format::Tree).then_some(1));
    let walks = directions(ask)
        .into_iter()
        .map(|direction| report::walk((compilation, graph, texts), &starts, direction, depth));
    let mut out = String::new();
    for walk in walks {
        match format {
            Format::Mermaid => out.push_str(&report::mermaid(&walk)),
            Format::Dot => out.push_str(&report::dot(&walk)),
            Format::Tree | Format::Json => {
                let gap = if out.is_empty() { "" } else { "\n" };
                out.push_str(gap);
                if let (true, Some(model)) =
                    (selected.column.is_none() && gap.is_empty(), compilation.models.get(&selected.relation))
                {
                    out.push_str(&report::headline(&relation(model, compilation, texts), io.paint()));
                }
                out.push_str(&report::tree(&walk, io.paint()));
            }
        }
    }
    out
}

/// The relations that hold `nodes`, with those of their columns; without `nodes`, all relations whole.
fn relations(compilation: &Compilation, texts: &Texts, nodes: Option<&BTreeSet<NodeId>>) -> Vec<Relation> {
    let graph = compilation.graph();
    let all = || compilation.models.keys().chain(compilation.tables.keys());
    let wanted: BTreeSet<&str> = match nodes {
        None => all().map(String::as_str).collect(),
        Some(nodes) => nodes.iter().map(|node| graph.get(*node).relation.as_str()).collect(),
    };
    let keeps = |id: &str, column: &str| match nodes {
        None => true,
        Some(nodes) => graph.find(id, Some(column)).is_some_and(|node| nodes.contains(&node)),
    };
    let mut relations = Vec::new();
    for id in wanted {
        let mut found = match (compilation.models.get(id), compilation.tables.get(id)) {
            (Some(model), _) => relation(model, compilation, texts),
            (None, Some(known)) => table(known, compilation),
            (None, None) => table(&Known { id: id.to_owned(), open: true, ..Known::default() }, compilation),
        };
        Arc::make_mut(&mut found.lineage).columns.retain(|column| keeps(id, &column.name));
        relations.push(found);
    }
    relations
}

/// A model as reports show it.
pub(super) fn relation(model: &CompiledModel, compilation: &Compilation, texts: &Texts) -> Relation {
    let _ = compilation;
    let why = model.why.iter().map(|why| format!("{}: {} ({})", why.cause, why.detail, texts.locate(&why.place)));
    let kind = match model.model.kind {
        ModelKind::Model | ModelKind::Analysis | ModelKind::SingularTest => RelationKind::Model,
        ModelKind::Snapshot => RelationKind::Snapshot,
        ModelKind::Table => RelationKind::Table,
    };
    Relation {
        name: model.model.id.clone(),
        kind,
        path: Some(model.model.file.path().to_owned()),
        status: model.status,
        why: why.collect(),
        lineage: Arc::clone(&model.lineage),
    }
}

/// A source, seed or undeclared table as reports show it.
fn table(known: &Known, compilation: &Compilation) -> Relation {
    let columns = known.columns.iter().map(|column| ColumnLineage {
        name: column.name.clone(),
        ty: column.ty.clone(),
        nullable: column.nullable,
        inputs: Vec::new(),
        span: Span::default(),
    });
    let mut columns: Vec<ColumnLineage> = columns.collect();
    let graph = compilation.graph();
    for node in graph.columns(&known.id) {
        let name = graph.get(node).column.clone().unwrap_or_default();
        if !columns.iter().any(|column| column.name.eq_ignore_ascii_case(&name)) {
            columns.push(ColumnLineage { name, ..ColumnLineage::default() });
        }
    }
    let keys = known.keys.iter().map(|(columns, _)| columns.clone()).collect();
    let kind = match known.id.split('.').next() {
        Some("source") => RelationKind::Source,
        Some("seed") => RelationKind::Seed,
        _ => RelationKind::Table,
    };
    let path = compilation.projects.iter().find_map(|project| {
        let seed = project.seeds.iter().find(|seed| seed.id == known.id).map(|seed| seed.file.path());
        let source =
            || project.sources.iter().find(|source| source.id == known.id).map(|source| source.place.file.path());
        seed.or_else(source)
    });
    Relation {
        name: known.id.clone(),
        kind,
        path: path.map(str::to_owned),
        status: Status::Exact,
        why: Vec::new(),
        lineage: Arc::new(ModelLineage { columns, keys, ..ModelLineage::default() }),
    }
}
