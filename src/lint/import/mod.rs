//! Another tool's settings in, ours out.

mod bouncer;
mod bouncer_codes;
mod carried;
mod checkpoint;
mod codes;
mod evaluator;
mod sqlfluff;

pub use bouncer::bouncer;
pub use checkpoint::checkpoint;
pub use evaluator::evaluator;
pub use sqlfluff::{Imported, sqlfluff};
