//! A model's config in, how its relation is stored and loaded out.

use crate::compile::CompiledModel;
use crate::project::{Language, ModelKind};

/// What a relation is in the warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    View,
    Table,
    /// A table to which each run adds.
    Incremental,
    /// A table of versions, whose past no query gives back.
    Snapshot,
    MaterializedView,
    /// Nothing: its readers hold its text.
    Ephemeral,
    /// A table that a script writes.
    Script,
    /// By something else than SQL, or in a way that only its own tool knows.
    Foreign,
}

impl Stored {
    pub(super) fn is_table(self) -> bool {
        !matches!(self, Stored::View | Stored::MaterializedView)
    }
}

pub(super) fn stored(model: &CompiledModel) -> Stored {
    if model.model.language == Language::Python {
        return Stored::Foreign;
    }
    match model.model.kind {
        ModelKind::Snapshot => return Stored::Snapshot,
        ModelKind::Table => return Stored::Script,
        ModelKind::Model | ModelKind::Analysis | ModelKind::SingularTest => {}
    }
    let own = setting(model, "materialized").unwrap_or_else(|| "view".to_owned());
    match own.to_ascii_lowercase().as_str() {
        "view" => Stored::View,
        "table" | "full" | "seed" => Stored::Table,
        "incremental" => Stored::Incremental,
        "materialized_view" | "dynamic_table" => Stored::MaterializedView,
        "ephemeral" | "embedded" => Stored::Ephemeral,
        kind if kind.starts_with("incremental") => Stored::Incremental,
        _ => Stored::Foreign,
    }
}

/// A setting of a model: what the root project forces, what its own text says, what YAML says.
pub(super) fn setting(model: &CompiledModel, key: &str) -> Option<String> {
    config(model, key).and_then(crate::data::Value::scalar)
}

pub(super) fn config<'m>(model: &'m CompiledModel, key: &str) -> Option<&'m crate::data::Value> {
    let over = model.model.overrides.0.get(key);
    over.or_else(|| model.rendered.config.0.get(key)).or_else(|| model.model.config.0.get(key))
}

pub(super) fn is_ephemeral(model: &CompiledModel) -> bool {
    stored(model) == Stored::Ephemeral
}
