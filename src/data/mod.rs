//! YAML, TOML, JSON and CSV text in, one tree of values that remember their places out.
//!
//! Faults are values with a span; nothing here knows what a file means.

mod build;
pub mod csv;
pub mod json;
pub mod toml;
mod value;
pub mod yaml;

pub use value::{Fault, Key, Kind, Value};
