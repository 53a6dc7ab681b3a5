//! The rules about how SQL is written: a page each, and who judges. By name.

use super::Line;

pub(super) const LIST: &[Line] = &[];
