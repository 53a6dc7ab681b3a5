//! What we say now against what is committed; `SLUICE_BLESS=1 cargo test` writes it anew, for the diff to be read.
#![expect(clippy::disallowed_methods, reason = "snapshots are files")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Compares a text with a file of this repo, given from its root. `Err` says where they part.
pub fn same_as_committed(path: &str, said: &str) -> Result<(), String> {
    let file = in_repo(path);
    if env::var("SLUICE_BLESS").is_ok_and(|value| value == "1") {
        fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("the repo can be written");
        fs::write(&file, said).expect("the repo can be written");
        return Ok(());
    }
    let committed = fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    if committed == said {
        return Ok(());
    }
    let line = committed.lines().zip(said.lines()).take_while(|(left, right)| left == right).count();
    let show = |text: &str| text.lines().nth(line).unwrap_or("(the end)").to_owned();
    let (was, is) = (show(&committed), show(said));
    Err(format!(
        "{path}:{} is\n    {was}\nbut we say\n    {is}\nIf that is right: SLUICE_BLESS=1 cargo test, and read the diff",
        line + 1
    ))
}

pub fn in_repo(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
