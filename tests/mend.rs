//! Repos whose style is mended: what `sluice check --fix` writes, and that every model means what it meant.

use crate::scratch::{Scratch, files, read_files};

const PROJECT: &str = "name: shop\nversion: '1.0'\nconfig-version: 2\nmodel-paths: [models]\n";

/// One model under some rules, mended; what is written in the end, which a second run leaves as it is.
#[track_caller]
fn check(rules: &[&str], model: &str, expected: &str) {
    let rules: String = rules.iter().map(|rule| format!("{rule} = \"warn\"\n")).collect();
    let settings = format!("dialect = \"duckdb\"\n\n[rules]\n{rules}");
    let commit = files([("dbt_project.yml", PROJECT), ("sluice.toml", &settings), ("models/a.sql", model)]);
    let scratch = Scratch::repo(&[commit]);
    scratch.run(&["check", "--fix"]);
    let diff = scratch.run(&["check", "--diff"]);
    assert_eq!(diff.stdout, "", "a second run has nothing to mend");
    let written = read_files(&scratch.path().join("models")).remove("a.sql");
    assert_eq!(written.as_deref(), Some(expected.as_bytes()));
}

#[test]
fn fixes_that_break_a_name_together_are_made_one_after_the_other() {
    check(
        &["consistent-qualification", "forbidden-alias"],
        "with made as (select 1 as d, 2 as v)\nselect t.d, t.v from made as t order by d desc\n",
        "with made as (select 1 as d, 2 as v)\nselect made.d, made.v from made order by made.d desc\n",
    );
}

#[test]
fn an_alias_that_a_template_speaks_of_stays() {
    let model = "with made as (select 1 as d)\nselect t.d from made as t where {{ 't.d' }} > 0\n";
    check(&["forbidden-alias"], model, model);
}
