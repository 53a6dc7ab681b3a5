//! The rules about work that nobody needs: a page each, and who judges. By name.

mod disjoint_union;
mod joins;
mod order;
mod reads;
mod select_star;
mod storage;

use super::{Check, Line};

pub(super) const LIST: &[Line] = &[
    (page!("chained-views"), Check::Project(storage::chained)),
    (page!("correlated-subquery"), Check::Model(joins::correlated)),
    (page!("count-distinct-exact"), Check::Model(joins::exact_count)),
    (page!("cte-evaluated-many-times"), Check::Model(reads::ctes)),
    (page!("distinct-redundant"), Check::Model(reads::distinct)),
    (page!("dynamic-predicate"), Check::Model(joins::dynamic)),
    (page!("large-in-list"), Check::Model(joins::long_list)),
    (page!("leading-wildcard"), Check::Model(joins::leading_wildcard)),
    (page!("non-equi-join-only"), Check::Model(joins::by_range)),
    (page!("offset-paging"), Check::Model(order::paging)),
    (page!("or-in-join"), Check::Model(joins::by_or)),
    (page!("order-by-in-subquery"), Check::Model(order::in_subquery)),
    (page!("order-by-random"), Check::Model(order::by_chance)),
    (page!("order-by-without-limit"), Check::Model(order::of_result)),
    (page!("regexp-where-like"), Check::Model(joins::plain_regexp)),
    (page!("relation-scanned-many-times"), Check::Model(reads::scans)),
    (page!("select-star"), Check::Model(select_star::check)),
    (page!("table-never-read"), Check::Project(storage::never_read)),
    (page!("union-could-be-union-all"), Check::Model(disjoint_union::check)),
    (page!("unread-column-projected"), Check::Model(reads::unread)),
    (page!("view-with-heavy-fan-out"), Check::Project(storage::busy_view)),
];
