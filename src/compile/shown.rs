//! What is known of a model's rows in, its lineage with the same facts out: keys and nullability, which of
//! them are assumed, and columns that no query of its text makes.

use std::sync::Arc;

use super::CompiledModel;
use crate::algebra::{Assumption, Input, Known, KnownColumn, Nullability};
use crate::data::Value;
use crate::lineage::{ColumnLineage, Edge, ModelLineage, Via};
use crate::project::ModelKind;

impl CompiledModel {
    /// Makes the lineage say what readers of the model know.
    pub(super) fn show_facts(&mut self) {
        let known = Arc::clone(&self.known);
        let mut lineage = ModelLineage::clone(&self.lineage);
        lineage.keys = known.keys.iter().map(|(columns, _)| columns.clone()).collect();
        lineage.assumed.clone_from(&known.assumed);
        let unproved = known.keys.iter().filter(|(_, proof)| !proof.is_proved()).map(|(columns, _)| columns);
        lineage.assumed.extend(unproved.filter_map(|key| self.inherited(key, &known)));
        for column in &mut lineage.columns {
            let own = known.columns.iter().find(|own| own.name.eq_ignore_ascii_case(&column.name));
            if own.is_some_and(|own| own.nullable == Nullability::No) {
                column.nullable = Nullability::No;
            }
        }
        if self.model.kind == ModelKind::Snapshot {
            let added = self.added_columns(&lineage);
            lineage.columns.extend(added);
        }
        if lineage != *self.lineage {
            self.lineage = Arc::new(lineage);
        }
    }

    /// A key that follows from keys which others assume of what the model reads.
    fn inherited(&self, key: &[String], known: &Known) -> Option<Assumption> {
        let mut columns = key.to_vec();
        columns.sort();
        if known.assumed.iter().any(|own| own.unique && own.columns == columns) {
            return None;
        }
        let assumes = |input: &&Input| {
            input.known.as_ref().is_some_and(|known| known.keys.iter().any(|(_, proof)| !proof.is_proved()))
        };
        let mut read: Vec<String> =
            self.query.reads.iter().filter(assumes).map(|input| format!("`{}`", input.id)).collect();
        read.sort();
        read.dedup();
        let because = format!("assumed keys of {}", read.join(", "));
        Some(Assumption { columns, unique: true, because, place: None })
    }

    /// The columns that say which state of a row a snapshot's row is. They follow from the columns that make a state:
    /// the key and the time of its last change, else all of them.
    fn added_columns(&self, lineage: &ModelLineage) -> Vec<ColumnLineage> {
        let names = |key: &str| self.config(key).map(Value::strings).unwrap_or_default();
        let by: Vec<String> = names("unique_key").into_iter().chain(names("updated_at")).collect();
        let by_time = self.config("strategy").and_then(Value::str) == Some("timestamp");
        let named = |column: &&ColumnLineage| by.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
        let found = lineage.columns.iter().filter(named).count();
        let all = !by_time || found < by.len();
        let sources = lineage.columns.iter().filter(|column| all || named(column));
        let read = |edge: &Edge| Edge { via: edge.via.max(Via::Transform), ..edge.clone() };
        let mut inputs: Vec<Edge> = sources.flat_map(|column| &column.inputs).map(read).collect();
        inputs.sort();
        inputs.dedup_by(|later, first| {
            (&later.relation, &later.column, later.via) == (&first.relation, &first.column, first.via)
        });
        let has = |name: &str| lineage.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        let added = self.known.columns.iter().filter(|column| !has(&column.name));
        let column = |column: &KnownColumn| ColumnLineage {
            name: column.name.clone(),
            ty: column.ty.clone(),
            nullable: column.nullable,
            inputs: inputs.clone(),
            ..ColumnLineage::default()
        };
        added.map(column).collect()
    }
}
