//! A model with an enforced contract in, the columns in which its SQL breaks that promise out.
//!
//! dbt compares names and types of the query's columns with the declared ones before it builds, and stops where they
//! differ; order means nothing. <https://docs.getdbt.com/docs/collaborate/govern/model-contracts>

use crate::algebra::{KnownColumn, Status, Type};
use crate::compile::CompiledModel;
use crate::text::Place;

/// Only what is certain: nothing is said of a model whose columns are not all known.
pub(super) fn broken_promises(model: &CompiledModel) -> Vec<(String, Place)> {
    let properties = &model.model.properties;
    if !properties.contract_enforced || model.status != Status::Exact || model.query.root.is_none() {
        return Vec::new();
    }
    let known = crate::algebra::known(&model.query, &model.model.id);
    if known.open {
        return Vec::new();
    }
    let place = model.model.properties_place.clone().unwrap_or_else(|| Place::top(&model.model.file));
    let find = |name: &str| known.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
    let mut found = Vec::new();
    for declared in &properties.columns {
        match (find(&declared.name), &declared.data_type) {
            (None, _) => found.push(format!("the contract promises `{}`, which the query has not", declared.name)),
            (Some(column), Some(ty)) if conflicts(column, &Type::parse(ty)) => found.push(format!(
                "the contract promises `{}` as {ty}, and the query gives {}",
                declared.name, column.ty.name
            )),
            _ => {}
        }
    }
    let declared =
        |column: &&KnownColumn| !properties.columns.iter().any(|own| own.name.eq_ignore_ascii_case(&column.name));
    found.extend(
        known
            .columns
            .iter()
            .filter(declared)
            .map(|column| format!("the query gives `{}`, which the contract does not promise", column.name)),
    );
    found.into_iter().map(|what| (what, place.clone())).collect()
}

/// Types of two families that are both known.
fn conflicts(column: &KnownColumn, declared: &Type) -> bool {
    let (own, other) = (column.ty.family, declared.family);
    // Warehouses give one number type many names.
    let numbers = own.is_number() && other.is_number();
    !column.ty.is_unknown() && !declared.is_unknown() && own != other && !numbers
}
