//! The rules about white space and lines.

pub(super) mod align;
pub(super) mod brackets;
mod breaks;
pub(super) mod indent;
pub(super) mod kinds;
pub(super) mod lines;
pub(super) mod long;
pub(super) mod spacing;
mod scripts;
mod steps;
pub(super) mod targets;
pub(super) mod trivia;
