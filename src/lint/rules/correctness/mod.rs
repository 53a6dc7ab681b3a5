//! The rules about SQL that does not mean what it says: a page each, and who judges. By name.

mod case_branch;
mod comparison;
mod cross_join;
mod duplicate_join;
mod duplicate_output;
mod fan_out_join;
mod grouping;
mod mismatch;
mod not_in_nullable;
mod one_sided_join;
mod outer_capture;
mod outer_join_filter;
mod rows;
mod unused_cte;
mod unused_join;
mod window;

use super::{Check, Line};

pub(super) const LIST: &[Line] = &[
    (page!("ambiguous-column"), Check::Below),
    (page!("case-type-mismatch"), Check::Model(mismatch::in_case)),
    (page!("clause-misuse"), Check::Model(grouping::misplaced)),
    (page!("comparison-type-mismatch"), Check::Model(mismatch::compared)),
    (page!("constant-predicate"), Check::Model(comparison::constant)),
    (page!("cross-join"), Check::Model(cross_join::written)),
    (page!("distinct-with-group-by"), Check::Model(rows::distinct_groups)),
    (page!("duplicate-join"), Check::Model(duplicate_join::check)),
    (page!("duplicate-output-column"), Check::Model(duplicate_output::check)),
    (page!("fan-out-join"), Check::Model(fan_out_join::check)),
    (page!("having-without-group-by"), Check::Model(grouping::having_alone)),
    (page!("implicit-cast"), Check::Model(mismatch::literal)),
    (page!("implicit-cross-join"), Check::Model(cross_join::implicit)),
    (page!("join-condition-in-where"), Check::Model(cross_join::condition_in_where)),
    (page!("join-key-type-mismatch"), Check::Model(mismatch::joined)),
    (page!("limit-without-order"), Check::Model(rows::unordered_limit)),
    (page!("not-in-nullable"), Check::Model(not_in_nullable::check)),
    (page!("null-comparison"), Check::Model(comparison::with_null)),
    (page!("one-sided-join-condition"), Check::Model(one_sided_join::check)),
    (page!("ordinal-out-of-range"), Check::Model(grouping::ordinals)),
    (page!("outer-capture"), Check::Model(outer_capture::check)),
    (page!("parse-error"), Check::Below),
    (page!("repeated-case-branch"), Check::Model(case_branch::check)),
    (page!("self-comparison"), Check::Model(comparison::with_itself)),
    (page!("set-op-column-count"), Check::Below),
    (page!("set-op-column-order"), Check::Model(rows::swapped_columns)),
    (page!("set-op-type-mismatch"), Check::Model(mismatch::in_set)),
    (page!("unaggregated-column"), Check::Model(grouping::unaggregated)),
    (page!("unknown-column"), Check::Below),
    (page!("unknown-relation"), Check::Below),
    (page!("unordered-window"), Check::Model(window::check)),
    (page!("unused-cte"), Check::Model(unused_cte::check)),
    (page!("unused-join"), Check::Model(unused_join::check)),
    (page!("where-on-outer-joined-column"), Check::Model(outer_join_filter::check)),
    (page!("window-alias-shadow"), Check::Model(grouping::shadowed)),
];
