//! Answers as JSON: the wire shapes that hooks, editors and orchestrators hold on to, apart from our own types.

mod check;
mod compare;
mod impact;
mod lineage;
mod open_lineage;
mod plan;
mod time;
mod rules;
mod source_map;
mod ways;

use serde::Serialize;

pub use check::{check, check_lines};
pub use compare::{batch_compare, compare};
pub use impact::impact;
pub use lineage::{batch_lineage, lineage};
pub use open_lineage::open_lineage;
pub use plan::plan;
pub use rules::rules;
pub use source_map::source_map;
pub use time::read_time;
pub use ways::ways;

/// The version of every shape here; it changes when a shape changes in a way that a reader could notice.
const VERSION: u32 = 1;

/// One line.
pub(super) fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("wire shapes have string keys and no failing serialisers")
}

/// Indented, with a final newline.
pub(super) fn page(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).expect("wire shapes have string keys and no failing serialisers");
    text + "\n"
}
