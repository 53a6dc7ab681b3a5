//! An incremental model and its change in, what the next run does to the table that is there out.
//!
//! A run adds to a table what earlier runs left: rows they wrote keep their old values, and `on_schema_change` decides
//! what becomes of columns. <https://docs.getdbt.com/docs/build/incremental-models#what-if-the-columns-of-my-incremental-model-change>

use crate::change::{ModelChange, Presence, Rows};
use crate::compile::CompiledModel;
use crate::data::Value;
use crate::project::ModelKind;

/// What a change asks of a table that is filled run by run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refresh {
    pub need: Need,
    /// A sentence each, without its full stop.
    pub notes: Vec<String>,
}

/// How much has to be written again. Ordered: the last is the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// What is there stays as it is, and is right.
    Nothing,
    /// Rows that earlier runs wrote say what base said, until they are written again.
    Backfill,
    /// The table must be made anew.
    FullRefresh,
    /// The next run stops unless the table is made anew.
    Stops,
}

impl Need {
    pub fn word(self) -> &'static str {
        match self {
            Need::Nothing => "nothing",
            Need::Backfill => "backfill",
            Need::FullRefresh => "full_refresh",
            Need::Stops => "stops",
        }
    }
}

/// Is the table of this model filled run by run?
fn accumulates(model: &CompiledModel) -> bool {
    let materialized = model.config("materialized").and_then(Value::str);
    model.model.kind == ModelKind::Snapshot || materialized == Some("incremental")
}

/// What is asked of the table of a model that is incremental (or a snapshot) on both sides; `None` where it is not.
pub(super) fn refresh(change: &ModelChange, base: &CompiledModel, head: &CompiledModel) -> Option<Refresh> {
    if change.presence != Presence::Kept || !accumulates(base) || !accumulates(head) {
        return None;
    }
    let mut found = Refresh { need: Need::Nothing, notes: Vec::new() };
    let mut add = |need: Need, note: String| {
        found.need = found.need.max(need);
        found.notes.push(note);
    };
    for setting in change.own.storage.iter().filter(|setting| setting.shapes_tables() || setting.keeps_rows()) {
        let was = setting.base.as_deref().unwrap_or("not set");
        add(Need::FullRefresh, format!("`{}` was {was}, and the table was made with that", setting.key));
    }
    if head.model.kind != ModelKind::Snapshot {
        columns(change, head, &mut add);
    }
    if change.rows != Rows::Same
        || change.unknown
        || change.columns.iter().any(|column| column.word() == "value_changed")
    {
        let kept = match head.model.kind {
            ModelKind::Snapshot => "states that were recorded before stay as they are",
            _ => "rows that earlier runs wrote stay as they are, until they are backfilled",
        };
        add(Need::Backfill, kept.to_owned());
    }
    Some(found)
}

/// What `on_schema_change` does about columns that come and go.
fn columns(change: &ModelChange, head: &CompiledModel, add: &mut dyn FnMut(Need, String)) {
    let names = |test: &dyn Fn(&crate::change::ColumnChange) -> bool| -> Vec<String> {
        let columns = change.columns.iter().filter(|column| test(column));
        columns.map(|column| format!("`{}`", column.name)).collect()
    };
    let renamed = |column: &crate::change::ColumnChange| !column.is_removed() && column.lost_name().is_some();
    let new = names(&|column| column.is_added() || renamed(column));
    let gone = change.columns.iter().filter_map(|column| column.lost_name().map(|name| format!("`{name}`")));
    let gone: Vec<String> = gone.collect();
    if new.is_empty() && gone.is_empty() {
        return;
    }
    let setting = head.config("on_schema_change").and_then(Value::str).unwrap_or("ignore").to_ascii_lowercase();
    match setting.as_str() {
        "fail" => add(Need::Stops, "`on_schema_change` is `fail`, and the columns differ".to_owned()),
        "append_new_columns" | "sync_all_columns" => {
            if !new.is_empty() {
                add(Need::Backfill, format!("{} is NULL in the rows that are there", new.join(", ")));
            }
            if !gone.is_empty() && setting == "append_new_columns" {
                add(Need::Nothing, format!("{} stays in the table, and is NULL in new rows", gone.join(", ")));
            }
        }
        _ => {
            if !new.is_empty() {
                add(Need::FullRefresh, format!("`on_schema_change` is `ignore`: {} is not written", new.join(", ")));
            }
            if !gone.is_empty() {
                let note = format!("`on_schema_change` is `ignore`, and {} is gone from the query", gone.join(", "));
                add(Need::Stops, note);
            }
        }
    }
}
