//! The rules about what a change does to those who read: a page each, and who judges. By name.

mod removed_column;

use super::{Check, Line};

pub(super) const LIST: &[Line] = &[
    (page!("catalog-disagrees"), Check::Below),
    (page!("column-removed-and-used"), Check::Change(removed_column::used)),
    (page!("declared-key-lost"), Check::Change(removed_column::key_lost)),
];
