//! Another linter's settings in, ours out.

mod codes;
mod sqlfluff;

pub use sqlfluff::sqlfluff;
