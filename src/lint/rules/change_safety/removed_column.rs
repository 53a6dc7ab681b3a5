//! Base and Head in; columns that a model no longer offers although somebody still reads them, and keys it lost, out.

use crate::compile::{Compilation, CompiledModel};
use crate::lineage::Named;
use crate::lint::finding::Raised;
use crate::lint::scene::{Diff, locate};
use crate::text::{Place, Span};

/// `column-removed-and-used`.
pub(super) fn used(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for (id, before) in &diff.base.models {
        let Some(after) = diff.head.models.get(id).filter(|after| is_edited(before, after)) else { continue };
        if before.known.open || after.known.open {
            continue;
        }
        for column in &before.known.columns {
            if has_column(after, &column.name) {
                continue;
            }
            let readers = readers(diff.base, diff.head, id, &column.name);
            if !readers.is_empty() {
                found.push(tell(before, after, &column.name, readers));
            }
        }
    }
}

/// `declared-key-lost`.
pub(super) fn key_lost(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for (id, before) in &diff.base.models {
        let Some(after) = diff.head.models.get(id).filter(|after| is_edited(before, after)) else { continue };
        let holds = |compiled: &CompiledModel, column: &str| {
            let known = &compiled.known;
            known.at_most_one_row
                || known.keys.iter().any(|(key, proof)| {
                    proof.is_proved() && matches!(key.as_slice(), [one] if one.eq_ignore_ascii_case(column))
                })
        };
        for declared in &after.model.properties.columns {
            let Some(test) = declared.tests.iter().find(|test| test.name == "unique") else { continue };
            if holds(before, &declared.name) && !holds(after, &declared.name) && has_column(after, &declared.name) {
                let name = &declared.name;
                let message = format!("`{name}` was unique by the query itself; after this change rows may repeat.");
                let help = "A join or union that is new here may bring several rows for one. Aggregate it first, or drop the unique test.";
                let span = after
                    .query
                    .outputs
                    .iter()
                    .find(|output| output.name.eq_ignore_ascii_case(name))
                    .map(|output| output.span);
                let place = locate(after, span.unwrap_or_default()).0;
                found.push(
                    Raised::at(place, message, name)
                        .help(help)
                        .model(id)
                        .label(test.place.clone(), "declared unique here"),
                );
            }
        }
    }
}

fn is_edited(before: &CompiledModel, after: &CompiledModel) -> bool {
    before.rendered.text != after.rendered.text
}

fn has_column(compiled: &CompiledModel, name: &str) -> bool {
    compiled.known.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name))
}

/// Who in Head still reads the column, each with the place that does and what it is.
pub(super) fn readers(base: &Compilation, head: &Compilation, id: &str, column: &str) -> Vec<(Place, String)> {
    let mut readers = Vec::new();
    for (reader, before) in &base.models {
        let Some(after) = head.models.get(reader).filter(|_| reader != id) else { continue };
        if let Some(place) = read_of(before, after, id, column) {
            readers.push((place, format!("`{}` reads it", after.model.name)));
        }
    }
    if let Some(own) = head.models.get(id) {
        let declared =
            own.model.properties.columns.iter().filter(|declared| declared.name.eq_ignore_ascii_case(column));
        for test in declared.flat_map(|declared| &declared.tests) {
            readers.push((test.place.clone(), format!("the test `{}` reads it", test.name)));
        }
    }
    for exposure in head.projects.iter().flat_map(|project| &project.exposures) {
        let named = |name: &String| {
            name.rsplit_once('.').is_some_and(|(model, own)| {
                own.eq_ignore_ascii_case(column) && (model == id || id.ends_with(&format!(".{model}")))
            })
        };
        if exposure.columns.iter().any(named) {
            readers.push((exposure.place.clone(), format!("the exposure `{}` reads it", exposure.name)));
        }
    }
    readers
}

/// The place where a reader names the column, if it did in Base and still does in Head.
fn read_of(before: &CompiledModel, after: &CompiledModel, id: &str, column: &str) -> Option<Place> {
    let is_read = |name: &&Named| name.relation == id && name.column.eq_ignore_ascii_case(column);
    let named = |compiled: &CompiledModel| -> Vec<Span> {
        compiled.lineage.named.iter().filter(is_read).map(|name| name.span).collect()
    };
    // A star passes on whatever there is; only a name is a promise.
    let names = |compiled: &CompiledModel, span: Span| -> bool {
        compiled
            .rendered
            .text
            .get(span.range())
            .is_some_and(|text| text.to_ascii_lowercase().contains(&column.to_ascii_lowercase()))
    };
    let span = named(before).into_iter().find(|span| names(before, *span))?;
    if let Some(span) = named(after).into_iter().find(|span| names(after, *span)) {
        return Some(locate(after, span).0);
    }
    let unknown = after
        .query
        .problems
        .iter()
        .find(|problem| problem.kind == crate::algebra::ProblemKind::UnknownColumn && names(after, problem.span));
    match unknown {
        Some(problem) => Some(locate(after, problem.span).0),
        None => (before.rendered.text == after.rendered.text).then(|| locate(after, span).0),
    }
}

fn tell(before: &CompiledModel, after: &CompiledModel, column: &str, readers: Vec<(Place, String)>) -> Raised {
    let count = readers.len();
    let first = readers.first().map(|(_, what)| what.trim_end_matches(" reads it").to_owned()).unwrap_or_default();
    let others = match count {
        1 => format!("{first} still reads it"),
        _ => format!("{first} and {} more still read it", count - 1),
    };
    let message = format!("The column `{column}` is gone, but {others}.");
    let help = new_name(before, after, column).map_or_else(
        || "Change the readers in the same change, or keep the column until they have moved.".to_owned(),
        |new| format!("It has the values of `{new}` now: keep the old name as well until the readers have moved."),
    );
    let mut raised = Raised::at(gap(before, after, column), message, column).help(help).model(&after.model.id);
    for (place, what) in readers.into_iter().take(5) {
        raised = raised.label(place, what);
    }
    raised
}

/// The added column that has the removed one's values, if there is exactly one.
fn new_name(before: &CompiledModel, after: &CompiledModel, column: &str) -> Option<String> {
    let value = before.known.columns.iter().find(|known| known.name == column)?.value?;
    let added = after.known.columns.iter().filter(|known| !has_column(before, &known.name));
    let mut same = added.filter(|known| known.value == Some(value));
    let one = same.next()?;
    same.next().is_none().then(|| one.name.clone())
}

/// Where Head shows that the column is gone: the column under a new name, else the one that stood before it.
fn gap(before: &CompiledModel, after: &CompiledModel, column: &str) -> Place {
    let span_of = |name: &str| {
        let output = after.query.outputs.iter().find(|output| output.name.eq_ignore_ascii_case(name));
        output.map(|output| output.span)
    };
    let renamed = new_name(before, after, column).and_then(|new| span_of(&new));
    let earlier = before.known.columns.iter().take_while(|known| known.name != column);
    let neighbour = earlier.filter_map(|known| span_of(&known.name)).last();
    let first = after.query.outputs.first().map(|output| output.span);
    locate(after, renamed.or(neighbour).or(first).unwrap_or_default()).0
}
