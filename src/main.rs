//! The `sluice` binary: arguments in, an exit code out.

use sluicegate::cli::{Exit, main as run};

fn main() -> Exit {
    run()
}
