//! Every rule page holds what it promises: its examples fire where they are marked and nowhere else.
#![expect(clippy::disallowed_methods, reason = "the index of the pages is a file of the crate itself")]

use std::path::Path;

use sluicegate::{index, table, verify};

#[test]
fn examples_fire_where_they_are_marked_and_nowhere_else() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut complaints = Vec::new();
    for page in table() {
        let found = verify(page, folder.path()).expect("an empty folder can be read");
        complaints.extend(found.into_iter().map(|complaint| format!("rules/{}.md:{complaint}", page.name)));
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_page_has_two_findings_and_two_silent_examples() {
    for page in table().iter().filter(|page| page.untested.is_none()) {
        let firing = page.examples.iter().filter(|example| !example.findings.is_empty()).count();
        let silent = page.examples.len() - firing;
        assert!(firing >= 2 && silent >= 2, "rules/{}.md: {firing} examples fire, {silent} are silent", page.name);
    }
}

#[test]
fn index_lists_every_page() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/README.md");
    if std::env::var_os("SLUICE_BLESS").is_some() {
        std::fs::write(&path, index()).expect("the index can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == index(), "rules/README.md is not what the pages say: run the tests with SLUICE_BLESS=1");
}
