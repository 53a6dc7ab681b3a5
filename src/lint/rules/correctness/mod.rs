//! The rules about SQL that does not mean what it says: a page each, and who judges. By name.

mod case_branch;
mod comparison;
mod duplicate_join;
mod duplicate_output;
mod fan_out_join;
mod not_in_nullable;
mod one_sided_join;
mod outer_join_filter;
mod rows;
mod unused_cte;
mod window;

use super::{Check, Line};

pub(super) const LIST: &[Line] = &[
    (page!("ambiguous-column"), Check::Below),
    (page!("constant-predicate"), Check::Model(comparison::constant)),
    (page!("distinct-with-group-by"), Check::Model(rows::distinct_groups)),
    (page!("duplicate-join"), Check::Model(duplicate_join::check)),
    (page!("duplicate-output-column"), Check::Model(duplicate_output::check)),
    (page!("fan-out-join"), Check::Model(fan_out_join::check)),
    (page!("limit-without-order"), Check::Model(rows::unordered_limit)),
    (page!("not-in-nullable"), Check::Model(not_in_nullable::check)),
    (page!("null-comparison"), Check::Model(comparison::with_null)),
    (page!("one-sided-join-condition"), Check::Model(one_sided_join::check)),
    (page!("parse-error"), Check::Below),
    (page!("repeated-case-branch"), Check::Model(case_branch::check)),
    (page!("self-comparison"), Check::Model(comparison::with_itself)),
    (page!("set-op-column-count"), Check::Below),
    (page!("set-op-column-order"), Check::Model(rows::swapped_columns)),
    (page!("unknown-column"), Check::Below),
    (page!("unknown-relation"), Check::Below),
    (page!("unordered-window"), Check::Model(window::check)),
    (page!("unused-cte"), Check::Model(unused_cte::check)),
    (page!("where-on-outer-joined-column"), Check::Model(outer_join_filter::check)),
];
