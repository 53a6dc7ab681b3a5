//! The `sluice` binary: arguments in, an exit code out.

fn main() {}
