//! An impacted model in, the shortest way from the edit to it out, as places in files.

use std::collections::BTreeMap;

use super::broken::Break;
use super::{ModelImpact, Step, changed_columns};
use crate::change::{Changes, Evidence, ModelChange, Presence, Rows};
use crate::compile::{Compilation, CompiledModel};
use crate::project::Project;
use crate::text::{FileId, LineIndex, Place, Span};

/// For each changed column, the changed columns of other relations that it reads.
pub(super) fn causes(
    change: &ModelChange,
    changes: &Changes,
    head: &Compilation,
) -> BTreeMap<String, Vec<(String, String)>> {
    let mut causes = BTreeMap::new();
    let Some(model) = head.models.get(&change.id) else { return causes };
    for column in changed_columns(change) {
        let lineage = model.lineage.columns.iter().find(|own| own.name == column.name);
        let mut inputs: Vec<(String, String)> = Vec::new();
        for edge in lineage.iter().flat_map(|lineage| &lineage.inputs) {
            let read = (edge.relation.clone(), edge.column.clone());
            if is_changed(&edge.relation, &edge.column, changes) && !inputs.contains(&read) {
                inputs.push(read);
            }
        }
        if !inputs.is_empty() {
            causes.insert(column.name.clone(), inputs);
        }
    }
    causes
}

fn is_changed(relation: &str, column: &str, changes: &Changes) -> bool {
    let Some(change) = changes.models.get(relation) else { return false };
    change.rows != Rows::Same
        || changed_columns(change).any(|own| own.name.eq_ignore_ascii_case(column) || own.was() == Some(column))
}

/// From the edit, through the models between, to `id`.
pub(super) fn path(
    id: &str,
    models: &BTreeMap<String, ModelImpact>,
    broken: &BTreeMap<String, Break>,
    base: &Compilation,
    head: &Compilation,
) -> Vec<Step> {
    let chain = chain(id, models, base, head);
    let mut steps = Vec::new();
    let first = &chain[chain.len() - 1];
    let next = chain.len().checked_sub(2).and_then(|at| chain.get(at));
    steps.extend(edit(first, next, models, base, head));
    for pair in chain.windows(2).rev() {
        steps.extend(read(&pair[0], &pair[1], models, broken, head));
    }
    if let Some(own) = broken.get(id).filter(|own| own.through.is_none()) {
        let step = step(&own.place, own.what.trim_end_matches('.').to_owned(), head);
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps
}

/// Is the cause at this model: its own text, or a seed or source that it reads?
fn is_cause(impact: &ModelImpact, base: &Compilation, head: &Compilation) -> bool {
    let change = &impact.change;
    if change.edit_tells && (impact.edited || change.own.rendered) {
        return change.presence != Presence::Kept || impact.class.changes_data();
    }
    let (Some(one), Some(two)) = (base.models.get(&change.id), head.models.get(&change.id)) else { return false };
    inputs(one, two, base, head).is_some()
}

/// The models from `id` up to the nearest one where the cause is; breadth first, so the shortest way.
fn chain(id: &str, models: &BTreeMap<String, ModelImpact>, base: &Compilation, head: &Compilation) -> Vec<String> {
    let mut came_from: BTreeMap<String, Option<String>> = BTreeMap::from([(id.to_owned(), None)]);
    let mut queue = std::collections::VecDeque::from([id.to_owned()]);
    let mut end = id.to_owned();
    while let Some(at) = queue.pop_front() {
        let here = |impact: &ModelImpact| {
            is_cause(impact, base, head) || at == id && impact.edited && !impact.change.changes_data()
        };
        if models.get(&at).is_some_and(here) {
            end = at;
            break;
        }
        let Some(model) = head.models.get(&at) else { continue };
        let gone = model.rendered.refs.iter().filter_map(|reference| reference.id.clone());
        for next in model.lineage.depends_on.iter().cloned().chain(gone) {
            if models.contains_key(&next) && !came_from.contains_key(&next) {
                came_from.insert(next.clone(), Some(at.clone()));
                queue.push_back(next);
            }
        }
    }
    let mut chain = vec![end.clone()];
    while let Some(Some(before)) = came_from.get(&chain[chain.len() - 1]) {
        chain.push(before.clone());
    }
    chain.reverse();
    chain
}

/// Where the edit is: in the model's own text, else in what it is rendered from.
fn edit(
    id: &str,
    reader: Option<&String>,
    models: &BTreeMap<String, ModelImpact>,
    base: &Compilation,
    head: &Compilation,
) -> Option<Step> {
    let impact = models.get(id)?;
    match (base.models.get(id), head.models.get(id)) {
        (Some(one), Some(two)) => {
            if let Some(evidence) = evidence(impact, &[base, head].map(|side| side.models.get(reader?))) {
                let spot = evidence.head.as_ref().map(|place| (place, head));
                let spot = spot.or_else(|| evidence.base.as_ref().map(|place| (place, base)));
                // What a macro writes is told as the macro's.
                if let Some((place, side)) = spot.filter(|(place, _)| place.file == two.model.file) {
                    return Some(step(place, evidence.what.clone(), side));
                }
            }
            if impact.change.own.text {
                return Some(changed_line(&two.model.file, &one.model.text, &two.model.text, "edited"));
            }
            if let Some(step) = inputs(one, two, base, head) {
                return Some(step);
            }
            if let Some(origin) = impact.origins.first() {
                return Some(Step { place: origin.place.clone(), line: origin.line, what: origin.words() });
            }
            let place = two.model.properties_place.clone().unwrap_or_else(|| Place::top(&two.model.file));
            (impact.edited || impact.change.own.rendered)
                .then(|| step(&place, "its settings or what it is rendered from changed".to_owned(), head))
        }
        (None, Some(two)) => Some(step(&Place::top(&two.model.file), "new".to_owned(), head)),
        (Some(one), None) => Some(Step { place: Place::top(&one.model.file), line: 1, what: "removed".to_owned() }),
        (None, None) => None,
    }
}

/// Of what was edited that which its reader notices: a column it reads, else what decides the rows.
fn evidence<'i>(impact: &'i ModelImpact, reader: &[Option<&CompiledModel>; 2]) -> Option<&'i Evidence> {
    let all = &impact.change.evidence;
    if reader.iter().all(Option::is_none) {
        return all.first();
    }
    let id = &impact.change.id;
    let is_read = |reader: &CompiledModel, name: &str| {
        let named = reader.lineage.named.iter().map(|named| (&named.relation, &named.column));
        let edges = reader.lineage.columns.iter().flat_map(|column| &column.inputs).chain(&reader.lineage.rows);
        let mut read = named.chain(edges.map(|edge| (&edge.relation, &edge.column)));
        read.any(|(relation, column)| relation == id && column.eq_ignore_ascii_case(name))
    };
    let reads = |name: &str| reader.iter().flatten().any(|reader| is_read(reader, name));
    let old_name = |name: &str| {
        let column = impact.change.columns.iter().find(|column| column.name == name);
        column.and_then(|column| column.lost_name()).map(str::to_owned)
    };
    let noticed = |one: &&Evidence| {
        let name = one.column.as_deref();
        name.is_some_and(|name| reads(name) || old_name(name).is_some_and(|old| reads(&old)))
    };
    all.iter().find(noticed).or_else(|| all.iter().find(|one| one.column.is_none())).or_else(|| all.first())
}

/// A seed or a source that changed under a model whose own SQL stayed.
fn inputs(one: &CompiledModel, two: &CompiledModel, base: &Compilation, head: &Compilation) -> Option<Step> {
    let (before, after) = (&base.projects[one.project.min(base.projects.len() - 1)], &head.projects[two.project]);
    for id in &two.lineage.depends_on {
        let seeds = |project: &Project| project.seeds.iter().find(|seed| seed.id == *id).cloned();
        if let (Some(old), Some(new)) = (seeds(before), seeds(after))
            && old.digest != new.digest
        {
            return Some(Step { place: Place::top(&new.file), line: 1, what: "the seed's content changed".to_owned() });
        }
        let sources = |project: &Project| project.sources.iter().find(|source| source.id == *id).cloned();
        let (Some(old), Some(new)) = (sources(before), sources(after)) else { continue };
        if old.relation != new.relation {
            return Some(step(&new.place, "the source is another table now".to_owned(), head));
        }
        if declared(base, id) != declared(head, id) {
            return Some(step(&new.place, "the source's declared columns changed".to_owned(), head));
        }
    }
    None
}

/// Names and types of the columns that a source declares.
fn declared<'c>(side: &'c Compilation, id: &str) -> Vec<(&'c str, &'c str)> {
    let columns = side.tables.get(id).into_iter().flat_map(|known| &known.columns);
    columns.map(|column| (column.name.as_str(), column.ty.name.as_str())).collect()
}

/// The first line, from 1, in which two texts differ; in the new one.
pub(super) fn first_difference(old: &str, new: &str) -> u32 {
    let same = old.lines().zip(new.lines()).take_while(|(a, b)| a == b).count();
    (same as u32 + 1).min(LineIndex::new(new).lines())
}

fn changed_line(file: &FileId, old: &str, new: &str, what: &str) -> Step {
    let index = LineIndex::new(new);
    let line = first_difference(old, new);
    let span = index.line_span(new, line);
    Step { place: Place::new(file, span), line, what: what.to_owned() }
}

/// Where `reader` reads what changed of `parent`.
fn read(
    reader: &str,
    parent: &str,
    models: &BTreeMap<String, ModelImpact>,
    broken: &BTreeMap<String, Break>,
    head: &Compilation,
) -> Option<Step> {
    let model = head.models.get(reader)?;
    let short = parent.rsplit('.').next().unwrap_or(parent);
    let changed: Vec<String> = models
        .get(parent)
        .map(|impact| changed_columns(&impact.change).map(|c| c.name.clone()).collect())
        .unwrap_or_default();
    let edges = model.lineage.columns.iter().flat_map(|column| &column.inputs).chain(&model.lineage.rows);
    let edges = edges.map(|edge| (&edge.relation, &edge.column, edge.span));
    let names = model.lineage.named.iter().map(|name| (&name.relation, &name.column, name.span));
    let read = edges
        .chain(names)
        .filter(|(relation, ..)| *relation == parent)
        .find(|(_, column, _)| changed.iter().any(|name| name.eq_ignore_ascii_case(column)));
    let at = |span: Span| model.rendered.origin(span).map(|origin| origin.place);
    if let Some((_, column, span)) = read
        && let Some(place) = at(span)
    {
        return Some(step(&place, format!("reads `{short}.{column}`"), head));
    }
    let by_ref = model.rendered.refs.iter().find(|reference| reference.id.as_deref() == Some(parent));
    let place = by_ref.map_or_else(|| Place::top(&model.model.file), |reference| reference.place.clone());
    let what = match broken.get(reader) {
        Some(_) if models.get(parent).is_some_and(|impact| impact.change.presence == Presence::Removed) => {
            format!("reads `{short}`, which is gone")
        }
        _ => format!("reads the rows of `{short}`"),
    };
    Some(step(&place, what, head))
}

fn step(place: &Place, what: String, head: &Compilation) -> Step {
    Step { place: place.clone(), line: head.line_of(place), what }
}
