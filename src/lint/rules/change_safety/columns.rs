//! Base and Head in; columns of edited models that changed their name, type or nullability, and grains that changed, out.

use crate::algebra::Nullability;
use crate::change::{ColumnChange, Content, ModelChange, Presence, Rows, Setting, Shape};
use crate::compile::CompiledModel;
use crate::data::Value;
use crate::lint::dag::{described, head, materialized, quoted, setting};
use crate::lint::finding::Raised;
use crate::lint::scene::{Diff, locate};
use crate::project::ModelKind;
use crate::text::Place;

use super::removed_column::readers;

/// The project's own models that stay and were edited themselves: their change, Base and Head.
pub(super) fn edited<'a>(
    diff: &Diff<'a>,
) -> impl Iterator<Item = (&'a ModelChange, &'a CompiledModel, &'a CompiledModel)> {
    let (base, head) = (diff.base, diff.head);
    diff.changes.models.values().filter_map(move |change| {
        let (one, two) = (base.models.get(&change.id)?, head.models.get(&change.id)?);
        let own = two.model.package == head.projects[two.project].name;
        let judged = matches!(two.model.kind, ModelKind::Model | ModelKind::Snapshot | ModelKind::Table);
        let same = one.rendered.text == two.rendered.text;
        (own && judged && !same && change.presence == Presence::Kept).then_some((change, one, two))
    })
}

/// Where Head defines a column.
fn at(compiled: &CompiledModel, column: &str) -> Place {
    let output = compiled.query.outputs.iter().find(|output| output.name.eq_ignore_ascii_case(column));
    output.map_or_else(|| head(&compiled.model), |output| locate(compiled, output.span).0)
}

fn raise(compiled: &CompiledModel, column: &ColumnChange, message: String) -> Raised {
    Raised::at(at(compiled, &column.name), message, &column.name).model(&compiled.model.id)
}

/// `column-renamed`.
pub(super) fn renamed(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for (change, _, compiled) in edited(diff) {
        for column in &change.columns {
            let Some(Shape::Renamed(was)) = column.shape.first() else { continue };
            // `column-removed-and-used` speaks of it then.
            if !readers(diff.base, diff.head, &change.id, was).is_empty() {
                continue;
            }
            let message = format!("`{was}` is called `{}` now: the same values under another name.", column.name);
            let help = format!("Keep `{was}` beside it until those who read it from outside have moved.");
            found.push(raise(compiled, column, message).help(help));
        }
    }
}

/// `column-type-changed`.
pub(super) fn retyped(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for (change, _, compiled) in edited(diff) {
        for column in &change.columns {
            let was = column.shape.iter().find_map(|shape| match shape {
                Shape::Retyped(was, _) => Some(was),
                _ => None,
            });
            let known = compiled.known.columns.iter().find(|known| known.name == column.name);
            let (Some(was), Some(known)) = (was, known) else { continue };
            let message = format!("`{}` was {was}, and is {} now.", column.name, known.ty.name);
            let help = match materialized(compiled) {
                "incremental" => "The table that is there keeps the old type until a full refresh.",
                _ => {
                    "Comparisons and joins of its readers may fail or match other rows. Look at them in the same change."
                }
            };
            found.push(raise(compiled, column, message).help(help));
        }
    }
}

/// `column-became-nullable`.
pub(super) fn nullable(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for (change, before, compiled) in edited(diff) {
        for column in change.columns.iter().filter(|column| column.shape.contains(&Shape::Nullability)) {
            let may = |side: &CompiledModel| {
                let known = side.known.columns.iter().find(|known| known.name.eq_ignore_ascii_case(&column.name));
                known.map(|known| known.nullable)
            };
            if may(before) != Some(Nullability::No) || may(compiled) != Some(Nullability::Yes) {
                continue;
            }
            let message = format!("`{}` was never NULL; after this change it can be.", column.name);
            let help = "A comparison or join on it then drops rows, and a sum over it may be NULL. Give it a value, or tell its readers.";
            found.push(raise(compiled, column, message).help(help));
        }
    }
}

/// `grain-changed`.
pub(super) fn grain(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for (change, before, compiled) in edited(diff) {
        let proved =
            |key: &Vec<String>| before.known.keys.iter().any(|(known, proof)| proof.is_proved() && known == key);
        // What a test declares unique is told by `declared-key-lost`.
        let tested = |key: &Vec<String>| {
            let mut columns = compiled.model.properties.columns.iter();
            columns.any(|column| {
                matches!(key.as_slice(), [one] if one.eq_ignore_ascii_case(&column.name))
                    && column.tests.iter().any(|test| test.name == "unique")
            })
        };
        let Some(key) = change.keys_lost.iter().find(|key| proved(key)) else { continue };
        if change.keys_lost.iter().any(tested) || change.rows == Rows::Same {
            continue;
        }
        let now = compiled.known.keys.iter().find(|(key, proof)| proof.is_proved() && !key.is_empty());
        let message = format!(
            "`{}` had one row for each {}; after this change it may have more.",
            compiled.model.name,
            quoted(key)
        );
        let help = match now {
            Some((key, _)) => {
                format!("It has one row for each {} now: those who join or sum it must know.", quoted(key))
            }
            None => {
                "A join or union that is new here may bring several rows for one. Aggregate first, or tell its readers."
                    .to_owned()
            }
        };
        let place = at(compiled, key.first().map_or("", String::as_str));
        found.push(Raised::at(place, message, &compiled.model.name).help(help).model(&compiled.model.id));
    }
}

/// `incremental-schema-change`.
pub(super) fn schema(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for (change, before, compiled) in edited(diff) {
        if materialized(compiled) != "incremental" || materialized(before) != "incremental" || change.unknown {
            continue;
        }
        if before.known.open || compiled.known.open {
            continue;
        }
        let policy = setting(compiled, "on_schema_change").and_then(Value::str).unwrap_or("ignore");
        let named = |is: &dyn Fn(&ColumnChange) -> bool| -> Vec<String> {
            change.columns.iter().filter(|column| is(column)).map(|column| column.name.clone()).collect()
        };
        let renamed = |column: &ColumnChange| matches!(column.shape.first(), Some(Shape::Renamed(_)));
        let added = named(&|column| column.is_added() || renamed(column));
        let removed: Vec<&str> = change.columns.iter().filter_map(ColumnChange::lost_name).collect();
        if added.is_empty() && removed.is_empty() {
            continue;
        }
        let name = &compiled.model.name;
        let message = match policy {
            "sync_all_columns" if !removed.is_empty() => {
                format!("The next run drops {} from the table of `{name}`, with all that is in it.", quoted(removed))
            }
            "append_new_columns" | "sync_all_columns" if !added.is_empty() => {
                format!("The rows that `{name}` has already will be NULL in {}.", quoted(added))
            }
            "append_new_columns" => {
                format!("{} stays in the table of `{name}`, and is NULL in new rows.", quoted(removed))
            }
            "fail" => format!("The next run of `{name}` fails: its columns changed, and `on_schema_change` is `fail`."),
            "ignore" if !added.is_empty() => {
                format!("{} will not come into the table of `{name}`, which is there already.", quoted(added))
            }
            "ignore" => {
                format!("The next run of `{name}` fails or writes NULL: its table still has {}.", quoted(removed))
            }
            _ => continue,
        };
        let help = "Rebuild it once with `--full-refresh`, or change the table by hand before the next run.";
        let place = change.columns.iter().find(|column| column.is_added() || renamed(column));
        let place = place.map_or_else(|| head(&compiled.model), |column| at(compiled, &column.name));
        found.push(Raised::at(place, message, name).help(help).model(&compiled.model.id));
    }
}

/// `incremental-history-differs`.
pub(super) fn history(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for (change, before, compiled) in edited(diff) {
        let kept = |side: &CompiledModel| matches!(materialized(side), "incremental");
        if !kept(before) || !kept(compiled) || !change.proved || change.unknown {
            continue;
        }
        let changed: Vec<&ColumnChange> = change
            .columns
            .iter()
            .filter(|column| column.content == Content::Changed && !column.is_added() && !column.is_removed())
            .collect();
        let Some(first) = changed.first() else { continue };
        let names = quoted(changed.iter().map(|column| &column.name));
        let message = format!("The rows that `{}` has already keep the old values of {names}.", compiled.model.name);
        let help = "If the old rows should have the new values too, rebuild it once with `--full-refresh`.";
        found.push(raise(compiled, first, message).help(help));
    }
}

/// `needs-full-refresh`.
pub(super) fn storage(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for change in diff.changes.models.values() {
        let (Some(before), Some(compiled)) = (diff.base.models.get(&change.id), diff.head.models.get(&change.id))
        else {
            continue;
        };
        let kept = materialized(before) == "incremental" && materialized(compiled) == "incremental";
        let own = compiled.model.package == diff.head.projects[compiled.project].name;
        let (shape, rows): (Vec<&Setting>, Vec<&Setting>) = change
            .own
            .storage
            .iter()
            .filter(|setting| setting.shapes_tables() || setting.keeps_rows())
            .partition(|setting| setting.shapes_tables());
        let keys: Vec<&String> = shape.iter().chain(&rows).map(|setting| &setting.key).collect();
        if !kept || !own || keys.is_empty() {
            continue;
        }
        let name = &compiled.model.name;
        let message = if shape.is_empty() {
            format!("{} of `{name}` changed: the rows that are there were written by the old rule.", quoted(&keys))
        } else {
            format!("{} of `{name}` changed, but its table was made with what was there before.", quoted(&keys))
        };
        let help = "Rebuild it once with `--full-refresh`.";
        found.push(Raised::at(settings_place(compiled), message, name).help(help).model(&compiled.model.id));
    }
}

/// `materialization-changed`.
pub(super) fn materialization(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    for change in diff.changes.models.values() {
        let (Some(before), Some(compiled)) = (diff.base.models.get(&change.id), diff.head.models.get(&change.id))
        else {
            continue;
        };
        let (was, is) = (materialized(before), materialized(compiled));
        let own = compiled.model.package == diff.head.projects[compiled.project].name;
        if was == is || !own || compiled.model.kind != ModelKind::Model {
            continue;
        }
        let name = &compiled.model.name;
        let message = format!("`{name}` was materialized as `{was}`, and is as `{is}` now.");
        let help = match is {
            "ephemeral" => {
                "Its table or view stays in the warehouse as it is: drop it, and see who still reads it there."
            }
            "view" => "Each reader computes it anew from now on, and its table is dropped.",
            "incremental" => {
                "What its table has now is kept and added to; build it once with `--full-refresh` if that is not what it should start from."
            }
            _ => "Grants, and what others made on the old relation, may have to be made again.",
        };
        found.push(Raised::at(settings_place(compiled), message, name).help(help).model(&compiled.model.id));
    }
}

/// Where a model is configured: in its text, else at its entry.
fn settings_place(compiled: &CompiledModel) -> Place {
    if compiled.rendered.config.0.is_empty() { described(&compiled.model) } else { head(&compiled.model) }
}
