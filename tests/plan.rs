//! What `sluice plan` answers beyond the fixtures' snapshots: whether plans hold, and for whom.

use sluicegate::cli::Exit;

use crate::committed::in_repo;
use crate::scratch::{Scratch, read_files};

fn jaffle() -> Scratch {
    let fixture = in_repo("fixtures/jaffle");
    Scratch::repo(&[read_files(&fixture.join("base")), read_files(&fixture.join("head"))])
}

#[test]
fn a_plan_holds_until_what_it_was_made_of_changes() {
    let scratch = jaffle();
    let made = scratch.run(&["plan", "--base=HEAD~1", "--target", "json", "--out", "plans"]);
    assert_eq!(made.exit, Exit::Clean, "{}", made.stderr);
    let held = scratch.run(&["plan", "--check", "plans/plan.json"]);
    assert_eq!(held.exit, Exit::Clean, "{}{}", held.stdout, held.stderr);
    let other = scratch.run(&["plan", "--check", "plans/plan.json", "--release", "all", "--undo"]);
    assert_eq!(other.exit, Exit::Found, "{}", other.stdout);
}

#[test]
fn an_environment_that_nobody_named_is_a_failure_with_a_hint() {
    let said = jaffle().run(&["plan", "--base=HEAD~1", "--env", "sandbux"]);
    assert_eq!(said.exit, Exit::Failed);
    assert!(said.stderr.contains("Did you mean `sandbox`?"), "{}", said.stderr);
}

#[test]
fn production_is_written_by_promotions_and_drops_alone() {
    let said = jaffle().run(&["plan", "--base=HEAD~1", "--target", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&said.stdout).expect("the plan is JSON");
    for step in plan["steps"].as_array().expect("a plan has steps") {
        let builds = step["kind"] == "build";
        let statements = step["statements"].as_array().expect("a step has statements");
        let makes = |text: &str| text.starts_with("create or replace");
        for text in statements.iter().filter_map(|statement| statement.as_str()).filter(|text| builds && makes(text)) {
            let name = text.lines().next().unwrap_or_default();
            assert!(name.contains("__audit"), "{name}");
        }
    }
}
