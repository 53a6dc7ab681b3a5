//! A selector in; the page of the repo, opened at what it selects, out.

use super::failure::{Exit, Failure};
use super::io::Io;
use super::lineage_graph::{Ask, answer};
use super::report::{Shown, page, refuse_terminal};
use super::select::selection;
use super::workspace::Workspace;
use crate::report::{Grain, address};

pub(super) fn run(ask: &Ask<'_>, io: &mut Io) -> Result<Exit, Failure> {
    refuse_terminal("sluice lineage .. --format html > lineage.html", io)?;
    let workspace = Workspace::open(io)?;
    let (_, compilation) = workspace.worktree()?;
    if ask.words.is_empty() {
        let shown = Shown { view: "lineage", ..Shown::default() };
        io.print(&page(&compilation, &workspace, &shown))?;
        return Ok(Exit::Clean);
    }
    let answer = answer(ask, selection(ask.words, ask.excluded)?, &compilation)?;
    let graph = answer.grain.graph(&compilation);
    let (mut chosen, mut view) = (Vec::new(), "lineage?only=chosen".to_owned());
    match (&answer.headline, answer.starts.as_slice()) {
        (Some(id), _) => view = address("lineage", &[id]),
        (None, [start]) if answer.one && answer.grain == Grain::Columns => {
            let node = graph.get(*start);
            let parts: Vec<&str> = [node.relation].into_iter().chain(node.column).collect();
            view = address("lineage", &parts);
        }
        _ => {
            let nodes = answer.pick.nodes.iter().map(|node| graph.get(*node).relation.to_owned());
            chosen = answer.pick.relations.iter().cloned().chain(nodes).collect();
            chosen.sort();
            chosen.dedup();
        }
    }
    let shown = Shown { view: &view, chosen: &chosen, ..Shown::default() };
    io.print(&page(&compilation, &workspace, &shown))?;
    Ok(Exit::Clean)
}
