//! The rules about what a repo says of itself: a page each, and who judges. By name.

mod personal_data;

use super::{Check, Line};

pub(super) const LIST: &[Line] = &[
    (page!("duplicate-yaml-entry"), Check::Below),
    (page!("unknown-yaml-key"), Check::Below),
    (page!("unmasked-personal-data"), Check::Project(personal_data::check)),
    (page!("wrong-yaml-shape"), Check::Below),
    (page!("yaml-for-missing-node"), Check::Below),
];
