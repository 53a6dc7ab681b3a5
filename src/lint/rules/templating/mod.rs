//! The rules about templates that surprise: a page each, and who judges. By name.

use super::{Check, Line};

pub(super) const LIST: &[Line] = &[
    (page!("template-error"), Check::Below),
    (page!("template-warning"), Check::Below),
    (page!("undefined-variable"), Check::Below),
];
