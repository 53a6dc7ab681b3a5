//! Drafts in, who reads whom out: the order to resolve them in, and a diagnostic for each loop.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, Version};
use super::ground::Ground;
use super::names::{Names, Written};
use super::order::{Order, order};
use crate::diagnostic::Diagnostic;
use crate::project::{Kind, Project};
use crate::text::Place;

/// Which drafts build a relation, by its id.
pub(super) fn makers(drafts: &[Draft<'_>], written: &[Written]) -> BTreeMap<String, Vec<usize>> {
    let mut makers: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        for id in written[at].values().chain([&draft.model.id]) {
            let makers = makers.entry(id.clone()).or_default();
            if !makers.contains(&at) {
                makers.push(at);
            }
        }
    }
    makers
}

/// The order in which every draft comes after those it reads.
pub(super) fn reading_order(projects: &[Project], drafts: &[Draft<'_>], ground: &Ground) -> Order {
    let reads = drafts.iter().enumerate().map(|(at, draft)| reads(projects, (at, draft), ground));
    let (strong, weak): (Vec<_>, Vec<_>) = reads.unzip();
    order(&strong, &weak)
}

/// The drafts that build what a draft reads: surely, and perhaps.
pub(super) fn reads(
    projects: &[Project],
    (at, draft): (usize, &Draft<'_>),
    ground: &Ground,
) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let (names, makers) = (&ground.stand.names, &ground.makers);
    let (mut strong, mut weak) = (BTreeSet::new(), BTreeSet::new());
    for version in [&draft.main].into_iter().chain(&draft.incremental) {
        for id in version.refs.values().flatten() {
            strong.extend(makers.get(id).into_iter().flatten().copied());
        }
        // A plain name may be a CTE's, and a plain script may well read what a later one fills.
        let maybe = named(draft, version, names).flat_map(|id| makers.get(id).into_iter().flatten().copied());
        weak.extend(maybe.filter(|maker| *maker != at));
        if projects[draft.project].kind == Kind::SqlMesh {
            strong.extend(surely(draft, version, names, makers).filter(|maker| *maker != at));
        }
    }
    if projects[draft.project].kind == Kind::Plain {
        let moved = std::mem::take(&mut strong);
        weak.extend(moved.into_iter().filter(|maker| *maker != at));
    }
    weak.retain(|maker| !strong.contains(maker));
    (strong, weak)
}

/// For each draft, the drafts that may see what it builds: in any rendering, or through its template.
pub(super) fn readers(drafts: &[Draft<'_>], ground: &Ground) -> Vec<Vec<usize>> {
    let mut readers: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); drafts.len()];
    for (at, draft) in drafts.iter().enumerate() {
        let elsewhere = draft.elsewhere.iter().map(|other| &other.version);
        for version in [&draft.main].into_iter().chain(&draft.incremental).chain(elsewhere) {
            let asked = version.refs.values().flatten().chain(&version.rendered.asked_columns).map(String::as_str);
            let ids = asked.chain(named(draft, version, &ground.stand.names));
            for maker in ids.flat_map(|id| ground.makers.get(id).into_iter().flatten()) {
                readers[*maker].insert(at);
            }
        }
    }
    readers.into_iter().map(|readers| readers.into_iter().collect()).collect()
}

/// Who builds what is read by a plain name that can be no CTE's: SQLMesh knows no other way to read a model.
fn surely<'a>(
    draft: &'a Draft<'_>,
    version: &'a Version,
    names: &'a Names,
    makers: &'a BTreeMap<String, Vec<usize>>,
) -> impl Iterator<Item = usize> {
    let read = version.reads.names.iter().filter(|name| name.len() > 1);
    let ids = read.filter_map(|name| {
        let parts: Vec<&str> = name.iter().map(String::as_str).collect();
        names.find(draft.project, &parts)
    });
    ids.flat_map(|id| makers.get(id).into_iter().flatten().copied())
}

fn named<'a>(draft: &'a Draft<'_>, version: &'a Version, names: &'a Names) -> impl Iterator<Item = &'a str> {
    version.reads.names.iter().filter_map(move |name| {
        let parts: Vec<&str> = name.iter().map(String::as_str).collect();
        if version.refs.contains_key(&parts.join(".").to_ascii_lowercase()) {
            return None;
        }
        names.find(draft.project, &parts)
    })
}

/// What is wrong with a loop: told once, at the read that its first model makes.
pub(super) fn cycle(members: &[usize], drafts: &[Draft<'_>]) -> Diagnostic {
    let name = |at: usize| format!("`{}`", drafts[at].model.name);
    let steps: Vec<(usize, usize)> =
        members.iter().enumerate().map(|(at, member)| (*member, members[(at + 1) % members.len()])).collect();
    let place = |(reader, read): (usize, usize)| {
        let mut refs = drafts[reader].main.rendered.refs.iter();
        let found = refs.find(|reference| reference.id.as_deref() == Some(&drafts[read].model.id));
        found.map_or_else(|| Place::top(&drafts[reader].model.file), |reference| reference.place.clone())
    };
    let first = steps[0];
    let whole: Vec<String> = members.iter().chain([&members[0]]).map(|member| name(*member)).collect();
    let message = match members {
        [one] => format!("{} reads itself, so it can never be built.", name(*one)),
        _ => format!("These models read each other in a loop, so none can be built first: {}.", whole.join(" -> ")),
    };
    let help = match members {
        [_] => "Use `{{ this }}` for the table as it stood before.",
        _ => "Break the loop: move what both sides need into a model of its own.",
    };
    let mut diagnostic = Diagnostic::error("cycle", place(first), message).help(help);
    diagnostic.model = Some(drafts[first.0].model.id.clone());
    for step in &steps[1..] {
        diagnostic = diagnostic.label(place(*step), format!("{} reads {}", name(step.0), name(step.1)));
    }
    diagnostic
}
