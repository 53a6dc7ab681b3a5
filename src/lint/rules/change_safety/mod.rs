//! The rules about what a change does to those who read: a page each, and who judges. By name.

mod columns;
mod guards;
mod hooks;
mod incremental;
mod owners;
mod removed_column;

use super::{Check, Line};
use crate::data::Value;

pub(super) const LIST: &[Line] = &[
    (page!("catalog-disagrees"), Check::Below),
    (page!("column-became-nullable"), Check::Change(columns::nullable)),
    (page!("column-removed-and-used"), Check::Change(removed_column::used)),
    (page!("column-renamed"), Check::Change(columns::renamed)),
    (page!("column-type-changed"), Check::Change(columns::retyped)),
    (page!("contract-broken"), Check::Change(guards::contract)),
    (page!("ddl-in-hook"), Check::Project(hooks::ddl)),
    (page!("declared-key-lost"), Check::Change(removed_column::key_lost)),
    (page!("description-removed"), Check::Change(guards::removed_descriptions)),
    (page!("destructive-hook"), Check::Project(hooks::destructive)),
    (page!("grain-changed"), Check::Change(columns::grain)),
    (page!("incremental-history-differs"), Check::Change(columns::history)),
    (page!("incremental-schema-change"), Check::Change(columns::schema)),
    (page!("incremental-without-filter"), Check::Model(incremental::without_filter)),
    (page!("incremental-without-unique-key"), Check::Model(incremental::without_key)),
    (page!("incremental-write-can-duplicate"), Check::Model(incremental::duplicates)),
    (page!("is-incremental-in-non-incremental"), Check::Model(incremental::unused_branch)),
    (page!("materialization-changed"), Check::Change(columns::materialization)),
    (page!("model-removed-and-used"), Check::Change(guards::removed_models)),
    (page!("needs-full-refresh"), Check::Change(columns::storage)),
    (page!("new-model-without-description"), Check::Change(guards::new_without_description)),
    (page!("new-model-without-tests"), Check::Change(guards::new_without_tests)),
    (page!("owner-approval-required"), Check::Change(owners::check)),
    (page!("test-removed"), Check::Change(guards::removed_tests)),
    (page!("wide-macro-change"), Check::Change(guards::macros)),
];

/// A value as one line of text.
fn written(value: &Value) -> String {
    if let Some(text) = value.scalar() {
        return text;
    }
    let items = value.items().iter().map(written);
    let entries = value.entries().iter().map(|(key, value)| format!("{}: {}", key.text, written(value)));
    items.chain(entries).collect::<Vec<_>>().join(", ")
}
