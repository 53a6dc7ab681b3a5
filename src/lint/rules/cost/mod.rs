//! The rules about work that nobody needs: a page each, and who judges. By name.

mod disjoint_union;
mod select_star;

use super::{Check, Line};

pub(super) const LIST: &[Line] = &[
    (page!("select-star"), Check::Model(select_star::check)),
    (page!("union-could-be-union-all"), Check::Model(disjoint_union::check)),
];
