//! The one test binary: what holds for the crate as a whole.

mod architecture;
mod rules;
mod source;
