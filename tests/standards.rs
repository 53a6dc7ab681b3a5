//! A team's own rules, how they are adopted, and what other tools' settings become: the tutorial's repo, and small ones.

use crate::committed::in_repo;
use crate::projects::exit_code;
use crate::scratch::{Files, Scratch, files, read_files};

fn tutorial() -> Scratch {
    Scratch::repo(&[read_files(&in_repo("fixtures/standards"))])
}

#[track_caller]
fn check(scratch: &Scratch, arguments: &[&str], exit: &str, expected: &str) {
    let answer = scratch.run(arguments);
    assert_eq!(answer.stdout.trim_end(), expected.trim(), "{}", answer.stderr);
    assert_eq!(exit_code(answer.exit), exit, "{}", arguments.join(" "));
}

#[test]
fn the_tutorials_rules_hold_what_their_pages_promise() {
    check(&tutorial(), &["rules", "test"], "0", "3 rules, 10 examples: all hold.");
}

#[test]
fn the_tutorials_repo_is_judged_by_its_own_rules() {
    let expected = "
models/marts/customers.sql:1:1 error mart-has-owner: The mart `customers` has no owner among finance, growth.
models/marts/customers.sql:2:5 warn key-is-tested: `customer_id` is a key of `customers`, and is not tested for both `unique` and `not_null`.
models/marts/customers.sql:3:5 error unmasked-personal-data: `contact` shows `raw.customers.email`, which is personal data, unmasked to whoever reads `customers`.
models/staging/stg_orders.sql:6:5 warn no-current-time: `now()` gives other rows each time the model is built.
2 errors, 2 warnings in 2 files. 4 models, all exact.";
    let select = "--select=mart-has-owner,key-is-tested,no-current-time,unmasked-personal-data";
    check(&tutorial(), &["check", select, "--format=concise"], "1", expected);
}

#[test]
fn a_preset_decides_what_fails() {
    for (preset, exit) in [("observe", "0"), ("guard", "0"), ("enforce", "1")] {
        let settings = format!("dialect = \"duckdb\"\npreset = \"{preset}\"\n");
        let scratch = Scratch::repo(&[files([
            ("sluice.toml", settings.as_str()),
            ("a.sql", "with b as (select 1 as x)\nselect 2 as y\n"),
        ])]);
        assert_eq!(exit_code(scratch.run(&["check"]).exit), exit, "{preset}");
    }
}

#[test]
fn a_page_that_is_no_rule_is_a_finding_at_its_key() {
    let scratch = Scratch::repo(&[files([
        ("a.sql", "select 1 as x\n"),
        (".sluice/rules/odd.md", "---\neach: model\nrequire: model.name ==\n---\n# odd\n\nOdd.\n"),
        (".sluice/rules/asks.md", "---\neach: model\nrequire: model.meta.owner == 'a'\n---\n# asks\n\nAsks.\n"),
    ])]);
    let expected = "
.sluice/rules/asks.md:3:10 error invalid-rule: `asks` cannot judge the model `a`: No such key: owner.
.sluice/rules/odd.md:3:10 error invalid-rule: This page is no rule: `model.name ==` is no CEL expression: 1:14: mismatched input '<EOF>'.
2 errors in 2 files. 1 model, exact.";
    check(&scratch, &["check", "--format=concise"], "1", expected);
}

#[test]
fn a_baseline_is_known_until_its_finding_is_gone() {
    let faulty = "with b as (select 1 as x)\nselect 2 as y\n";
    let scratch = Scratch::repo(&[files([("sluice.toml", "dialect = \"duckdb\"\n"), ("a.sql", faulty)])]);
    scratch.run(&["check", "--write-baseline"]);
    check(&scratch, &["check", "--format=concise"], "0", "No findings. 1 model, exact.");
    scratch.write(&files([("a.sql", "select 2 as y\n")]));
    let expected = "
.sluice/baseline.json:4:61 warn stale-baseline-entry: `unused-cte` in a.sql is mended: this entry of the baseline silences nothing.
1 warning in 1 file. 1 model, exact.";
    check(&scratch, &["check", "--format=concise"], "0", expected);
}

#[test]
fn a_change_is_told_what_it_brings_and_what_it_mends() {
    let settings = ("sluice.toml", "dialect = \"duckdb\"\n");
    let before = files([
        settings,
        ("a.sql", "with b as (select 1 as x)\nselect 2 as y\n"),
        ("c.sql", "with d as (select 1 as x)\nselect 2 as y\n"),
    ]);
    let after = files([
        settings,
        ("a.sql", "select 2 as y\n"),
        ("c.sql", "-- moved\nwith d as (select 1 as x)\nselect 2 as y\n"),
        ("e.sql", "with f as (select 1 as x)\nselect 2 as y\n"),
    ]);
    let scratch = Scratch::repo(&[before, after]);
    let expected = "
e.sql:1:6 warn unused-cte: Nothing reads the CTE `f`.
1 warning in 1 file. 1 mended by this change, 1 that the base has too. 3 models, all exact.";
    check(&scratch, &["check", "--base=HEAD~1", "--format=concise"], "0", expected);
}

#[test]
fn init_names_the_layers_and_carries_other_tools_settings_over() {
    let repo: Files = files([
        ("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\n"),
        ("models/staging/stg_a.sql", "select 1 as id\n"),
        ("models/marts/core/a.sql", "select id from {{ ref('stg_a') }}\n"),
        (
            ".sqlfluff",
            "[sqlfluff]\ndialect = snowflake\nrules = ST03,CP01\n[sqlfluff:rules:capitalisation.keywords]\ncapitalisation_policy = lower\n",
        ),
        (
            "dbt-bouncer.yml",
            "manifest_checks:\n  - name: check_model_hard_coded_references\n  - name: check_of_tomorrow\n",
        ),
    ]);
    let expected = "
# What each key means: docs/configuration.md. All rules: `sluice rules`.
preset = \"guard\" # observe: nothing fails; guard: errors fail; enforce: warnings fail too
dialect = \"snowflake\"

[[layers]]
name = \"staging\"
paths = [\"models/staging\"]
reads = [\"source\", \"seed\"]

[[layers]]
name = \"marts\"
paths = [\"models/marts\"]
reads = [\"staging\", \"seed\"]

[rules]
# From sqlfluff
unused-cte = \"warn\"
# From dbt-bouncer
hard-coded-reference = \"error\"

# From sqlfluff

[rules.keyword-case]
level = \"warn\"
policy = \"lower\"

# What has no equal here, and was left behind:
#   dbt-bouncer: check_of_tomorrow: no rule is the same check";
    let scratch = Scratch::repo(&[repo]);
    check(&scratch, &["init", "--preset=guard", "--print"], "0", expected);
    let wrote = scratch.run(&["init", "--preset=guard"]);
    assert!(wrote.stderr.contains("wrote sluice.toml\nwrote .pre-commit-config.yaml\n"), "{}", wrote.stderr);
    assert_eq!(exit_code(scratch.run(&["check", "--select=invalid-config,unknown-rule"]).exit), "0");
    assert_eq!(exit_code(scratch.run(&["init"]).exit), "2");
}
