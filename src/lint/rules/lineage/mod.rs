//! The rules about who reads whom: a page each, and who judges. By name.

mod hard_coded_reference;
mod layer_order;

use super::{Check, Line};

pub(super) const LIST: &[Line] = &[
    (page!("cycle"), Check::Below),
    (page!("duplicate-model"), Check::Below),
    (page!("duplicate-source"), Check::Below),
    (page!("hard-coded-reference"), Check::Model(hard_coded_reference::check)),
    (page!("layer-order"), Check::Model(layer_order::check)),
];
