//! Two selectors in; the ways between them out, whichever reads the other, with the place of each read.

use super::failure::{Exit, Failure};
use super::io::Io;
use super::lineage::Format;
use super::lineage_graph::{Ask, consumer_files};
use super::select::{pick, selection};
use super::texts::texts;
use super::workspace::Workspace;
use crate::compile::{Compilation, Pick};
use crate::lineage::{Bound, NodeId, Paths};
use crate::report::{self, Grain, Texts, Way, WayStep, Ways, json, place_of_read};

/// Ends as nodes of one graph.
struct Ends {
    grain: Grain,
    one: Vec<NodeId>,
    other: Vec<NodeId>,
}

/// `count` is how many ways are wanted; without it, the shortest.
pub(super) fn run(ask: &Ask<'_>, to: &str, count: Option<usize>, io: &mut Io) -> Result<Exit, Failure> {
    if !matches!(ask.format, Format::Tree | Format::Json) {
        return Err(Failure::new("ways are shown as `tree` or `json`").hint("Leave `--format` out."));
    }
    let (from, goal) = (selection(ask.words, ask.excluded)?, selection(&[to.to_owned()], ask.excluded)?);
    let workspace = Workspace::open(io)?;
    let (snapshot, compilation) = workspace.worktree()?;
    let texts = texts(&compilation, &snapshot, consumer_files(&compilation));
    let one = pick(&from, ask.follow, &compilation)?;
    let other = pick(&goal, ask.follow, &compilation)?;
    let ends = ends(&one, &other, &compilation);
    let up = find(ask, (&ends.one, &ends.other), ends.grain, count, &compilation);
    let found = if up.paths.is_empty() && !up.more {
        find(ask, (&ends.other, &ends.one), ends.grain, count, &compilation)
    } else {
        up
    };
    let ways = Ways {
        from: ask.words.join(" "),
        to: to.to_owned(),
        ways: found.paths.iter().map(|path| way(path, ends.grain, (&compilation, &texts))).collect(),
        more: found.more,
        only_shortest: count.is_none(),
    };
    io.print(&match ask.format {
        Format::Json => json::ways(&ways),
        _ => report::ways(&ways, io.paint()),
    })?;
    Ok(Exit::Clean)
}

/// Columns where either end is one; relations else.
fn ends(one: &Pick, other: &Pick, compilation: &Compilation) -> Ends {
    let grain = if one.nodes.is_empty() && other.nodes.is_empty() { Grain::Relations } else { Grain::Columns };
    let graph = grain.graph(compilation);
    let nodes = |pick: &Pick| -> Vec<NodeId> {
        let of_relation = |id: &String| match grain {
            Grain::Relations => graph.find(id, None).into_iter().collect(),
            Grain::Columns => graph.columns(id),
        };
        pick.relations.iter().flat_map(of_relation).chain(pick.nodes.iter().copied()).collect()
    };
    Ends { grain, one: nodes(one), other: nodes(other) }
}

fn find(
    ask: &Ask<'_>,
    (readers, inputs): (&[NodeId], &[NodeId]),
    grain: Grain,
    count: Option<usize>,
    compilation: &Compilation,
) -> Paths {
    let graph = grain.graph(compilation);
    let follow = if grain == Grain::Relations { crate::lineage::Follow::ValuesAndRows } else { ask.follow };
    match count {
        Some(paths) => graph.paths(readers, inputs, follow, Bound { paths, steps: ask.depth }),
        None => {
            let path = graph.path(readers, inputs, follow).filter(|path| !path.is_empty());
            let more = path.as_ref().is_some_and(|path| ask.depth.is_some_and(|depth| path.len() > depth));
            Paths { paths: path.into_iter().filter(|_| !more).collect(), more }
        }
    }
}

fn way(path: &[(NodeId, crate::lineage::Link)], grain: Grain, (compilation, texts): (&Compilation, &Texts)) -> Way {
    let graph = grain.graph(compilation);
    let steps = path.iter().map(|(reader, link)| {
        let place = place_of_read(compilation, grain, (*reader, link.to), link);
        let end = |node| report::WayEnd::new(compilation, grain, graph.get(node));
        WayStep {
            reader: end(*reader),
            input: end(link.to),
            via: if grain == Grain::Columns { link.via.map_or("rows", crate::lineage::Via::word) } else { "reads" },
            line: place.as_ref().and_then(|place| texts.line(place)).map(str::to_owned),
            place: place.map(|place| texts.read_at(&place)),
        }
    });
    Way { steps: steps.collect() }
}
