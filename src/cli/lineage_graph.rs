//! A selector and the repo's graph in; a tree, JSON or picture of what it reads, or who reads it, out.

use std::collections::{BTreeMap, BTreeSet};

use super::failure::{Exit, Failure};
use super::io::Io;
use super::lineage::Format;
use super::lineage_page;
use super::relations::{relation, relations};
use super::select::{failure, pick, selection};
use super::texts::texts;
use super::workspace::Workspace;
use crate::compile::{Compilation, Pick, Selection, Term};
use crate::lineage::{Direction, Follow, Graph, NodeId};
use crate::report::{self, Grain, Part, Texts, json};

/// What `sluice lineage` is asked of the repo.
pub(super) struct Ask<'a> {
    pub(super) words: &'a [String],
    pub(super) excluded: &'a [String],
    pub(super) upstream: bool,
    pub(super) downstream: bool,
    pub(super) depth: Option<usize>,
    pub(super) follow: Follow,
    pub(super) format: Format,
    pub(super) namespace: Option<&'a str>,
    pub(super) event_time: Option<&'a str>,
}

/// What an answer shows, and where drawing it starts.
pub(super) struct Answer {
    pub(super) pick: Pick,
    pub(super) grain: Grain,
    pub(super) starts: Vec<NodeId>,
    directions: Vec<Direction>,
    /// One relation or column was named.
    pub(super) one: bool,
    /// The one relation that was asked for, by its columns.
    pub(super) headline: Option<String>,
}

pub(super) fn run(ask: &Ask<'_>, io: &mut Io) -> Result<Exit, Failure> {
    if ask.format == Format::Html {
        return lineage_page::run(ask, io);
    }
    if ask.words.is_empty() && !matches!(ask.format, Format::Json | Format::OpenLineage) {
        return Err(Failure::new("name a model or a column")
            .hint("E.g. `sluice lineage orders.amount`; all of the graph is `sluice lineage --format json`."));
    }
    let selection = selection(ask.words, ask.excluded)?;
    let workspace = Workspace::open(io)?;
    let (snapshot, compilation) = workspace.worktree()?;
    let texts = texts(&compilation, &snapshot, consumer_files(&compilation));
    let time = event_time(ask, &workspace)?;
    let all = |pick: Option<&Pick>| {
        let relations = relations(&compilation, &texts, pick);
        match time {
            Some(time) => json::open_lineage(&relations, &compilation, (time, ask.namespace)),
            None => json::lineage(&relations),
        }
    };
    if ask.words.is_empty() {
        io.print(&all(None))?;
        return Ok(Exit::Clean);
    }
    let answer = answer(ask, selection, &compilation)?;
    let text = match ask.format {
        Format::Json | Format::OpenLineage => all(Some(&answer.pick)),
        Format::Tree => tree(ask, &answer, (&compilation, &texts), io),
        Format::Mermaid => report::mermaid(&picture(ask, &answer, (&compilation, &texts))),
        Format::Html => String::new(),
        Format::Dot => report::dot(&picture(ask, &answer, (&compilation, &texts))),
    };
    io.print(&text)?;
    Ok(Exit::Clean)
}

/// The time of OpenLineage's events, where those are asked for: as given, else that of the last commit.
fn event_time(ask: &Ask<'_>, workspace: &Workspace) -> Result<Option<i64>, Failure> {
    let missing = || Failure::new("events need a time, and there is no commit to take it from");
    match (ask.format, ask.event_time) {
        (Format::OpenLineage, Some(time)) => json::read_time(time).map(Some).ok_or_else(|| {
            Failure::new(format!("`{time}` is no time")).hint("Write it in UTC, as `2026-01-31T12:00:00Z`.")
        }),
        (Format::OpenLineage, None) => {
            let time = workspace.repo.time_of("HEAD").ok_or_else(missing);
            time.map(Some).map_err(|failure| failure.hint("Say it: `--event-time 2026-01-31T12:00:00Z`."))
        }
        _ => Ok(None),
    }
}

/// The files that exposures and their like stand in.
pub(super) fn consumer_files(compilation: &Compilation) -> impl Iterator<Item = &crate::text::FileId> {
    compilation.projects.iter().flat_map(|project| {
        let exposures = project.exposures.iter().map(|exposure| &exposure.place.file);
        exposures.chain(project.consumers.iter().map(|consumer| &consumer.place.file))
    })
}

/// What a selection means to lineage.
pub(super) fn answer(ask: &Ask<'_>, mut selection: Selection, compilation: &Compilation) -> Result<Answer, Failure> {
    let single = selection.single().filter(|term| !term.readers_with_needs);
    let named = single.map(|term| compilation.named_by(term)).transpose().map_err(|why| failure(&why, compilation))?;
    if let (Some(term), Some(named)) = (single, &named)
        && !term.walks()
        && is_one(term, named, compilation)
    {
        return Ok(of_one(ask, named, compilation));
    }
    selection.terms_mut().for_each(|term| add_flags(ask, term));
    let pick = pick(&selection, ask.follow, compilation)?;
    let term = selection.single().filter(|term| term.walks());
    let (up, down) = term.map_or((false, false), |term| (term.parents.is_some(), term.children.is_some()));
    let directions = directions(up, down);
    let grain = if pick.nodes.is_empty() { Grain::Relations } else { Grain::Columns };
    let starts = match named.filter(|_| term.is_some()) {
        Some(named) => nodes(&named, grain, compilation),
        None => ends(&nodes(&pick, grain, compilation), ask.follow, grain.graph(compilation)),
    };
    let one = term.is_some() && starts.len() == 1;
    Ok(Answer { pick, grain, starts, directions, one, headline: None })
}

/// One relation by its name, or columns. What a method selects are models, be it one.
fn is_one(term: &Term, named: &Pick, compilation: &Compilation) -> bool {
    named.relations.is_empty() || term.is_plain() && compilation.select(&term.value).is_ok()
}

/// By columns: upstream unless asked otherwise.
fn of_one(ask: &Ask<'_>, named: &Pick, compilation: &Compilation) -> Answer {
    let graph = compilation.graph();
    let starts = nodes(named, Grain::Columns, compilation);
    let mut all = starts.clone();
    let relations = starts.iter().map(|start| graph.get(*start).relation);
    let relations: BTreeSet<&str> = relations.chain(named.relations.iter().map(String::as_str)).collect();
    all.extend(relations.into_iter().filter_map(|relation| graph.find(relation, None)));
    let directions = directions(ask.upstream, ask.downstream);
    let headline = named.relations.first().cloned();
    // A whole model at full depth is a forest that nobody reads; its neighbours are the answer.
    let depth = ask.depth.or((headline.is_some() && ask.format == Format::Tree).then_some(1));
    let closures = directions.iter().map(|direction| graph.closure(&all, *direction, ask.follow, depth));
    let nodes = closures.flat_map(|closure| closure.nodes().collect::<Vec<_>>()).collect();
    let pick = Pick { relations: BTreeSet::new(), nodes };
    Answer { pick, grain: Grain::Columns, starts, directions, one: true, headline }
}

fn directions(upstream: bool, downstream: bool) -> Vec<Direction> {
    match (upstream, downstream) {
        (true, true) => vec![Direction::Upstream, Direction::Downstream],
        (false, true) => vec![Direction::Downstream],
        _ => vec![Direction::Upstream],
    }
}

/// `--upstream` is a `+` before every term, `--downstream` one after it; `--depth` bounds what has no bound of its own.
fn add_flags(ask: &Ask<'_>, term: &mut Term) {
    if !term.readers_with_needs {
        term.parents = term.parents.or(ask.upstream.then_some(None)).map(|reach| reach.or(ask.depth));
        term.children = term.children.or(ask.downstream.then_some(None)).map(|reach| reach.or(ask.depth));
    }
}

/// What is picked, as nodes of a grain: of relations among columns, all their columns.
fn nodes(pick: &Pick, grain: Grain, compilation: &Compilation) -> Vec<NodeId> {
    let graph = grain.graph(compilation);
    match grain {
        Grain::Relations => pick.relations.iter().filter_map(|id| graph.find(id, None)).collect(),
        Grain::Columns => {
            let mut nodes = pick.nodes.clone();
            nodes.extend(pick.relations.iter().flat_map(|relation| graph.columns(relation)));
            nodes.into_iter().collect()
        }
    }
}

/// Those that no other reads; all of them, where each is read.
fn ends(nodes: &[NodeId], follow: Follow, graph: &Graph) -> Vec<NodeId> {
    let all: BTreeSet<NodeId> = nodes.iter().copied().collect();
    let rows = follow == Follow::ValuesAndRows || nodes.iter().all(|node| graph.is_rows(*node));
    let is_read = |node: &NodeId| {
        let mut readers = graph.outputs(*node).iter().filter(|link| rows || !graph.is_rows(link.to));
        readers.any(|link| all.contains(&link.to))
    };
    let ends: Vec<NodeId> = nodes.iter().copied().filter(|node| !is_read(node)).collect();
    if ends.is_empty() { nodes.to_vec() } else { ends }
}

/// The nodes of an answer, with their steps.
fn shown(ask: &Ask<'_>, answer: &Answer, direction: Direction, compilation: &Compilation) -> BTreeMap<NodeId, bool> {
    let graph = answer.grain.graph(compilation);
    let rows = answer.grain == Grain::Relations || ask.follow == Follow::ValuesAndRows;
    let nodes = nodes(&answer.pick, answer.grain, compilation).into_iter().filter(|node| rows || !graph.is_rows(*node));
    if answer.headline.is_none() && ask.depth.is_none() {
        return nodes.map(|node| (node, true)).collect();
    }
    // What is as far as was asked is not unfolded, though its own neighbours may be shown elsewhere.
    let depth = ask.depth.unwrap_or(1);
    let closure = graph.closure(&answer.starts, direction, ask.follow, None);
    let near: BTreeSet<NodeId> =
        closure.reached.iter().filter(|here| (here.distance as usize) < depth).map(|here| here.node).collect();
    nodes.map(|node| (node, near.contains(&node))).collect()
}

fn tree(ask: &Ask<'_>, answer: &Answer, (compilation, texts): (&Compilation, &Texts), io: &Io) -> String {
    let mut out = String::new();
    if let Some(model) = answer.headline.as_ref().and_then(|id| compilation.models.get(id)) {
        out.push_str(&report::headline(&relation(model, texts), io.paint()));
    }
    for (at, direction) in answer.directions.iter().enumerate() {
        let nodes = shown(ask, answer, *direction, compilation);
        let part = part(ask, answer, *direction, nodes);
        out.push_str(if at == 0 { "" } else { "\n" });
        out.push_str(&report::tree(&report::walk(&part, compilation, texts), io.paint()));
    }
    out
}

/// One picture of all directions.
fn picture(ask: &Ask<'_>, answer: &Answer, (compilation, texts): (&Compilation, &Texts)) -> report::Walk {
    let mut nodes: BTreeMap<NodeId, bool> = BTreeMap::new();
    for direction in &answer.directions {
        nodes.extend(shown(ask, answer, *direction, compilation).into_keys().map(|node| (node, true)));
    }
    let direction = Direction::Upstream;
    report::walk(&Part { rows: false, ..part(ask, answer, direction, nodes) }, compilation, texts)
}

fn part<'a>(ask: &Ask<'_>, answer: &'a Answer, direction: Direction, nodes: BTreeMap<NodeId, bool>) -> Part<'a> {
    let rows = answer.one && ask.follow == Follow::Values;
    Part { grain: answer.grain, direction, follow: ask.follow, starts: &answer.starts, nodes, rows }
}
