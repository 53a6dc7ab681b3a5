//! The rules about how SQL is written: a page each, and who judges. By name.

mod case;
mod words;

use super::{Check, Line};

pub(super) const LIST: &[Line] = &[
    (page!("function-case"), Check::Sheet(case::functions)),
    (page!("identifier-case"), Check::Sheet(case::identifiers)),
    (page!("keyword-case"), Check::Sheet(case::keywords)),
    (page!("literal-case"), Check::Sheet(case::literals)),
    (page!("type-case"), Check::Sheet(case::types)),
];
