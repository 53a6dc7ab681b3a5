//! What people do wrong, what `sluice` says to it, and that the rest of the repo is still answered.

use crate::projects::exit_code;
use crate::scratch::{Files, Scratch, files};

/// A dbt project of one good model, `good`, that every fault below is put beside.
fn shop() -> Files {
    files([
        ("dbt_project.yml", "name: shop\nversion: '1.0'\nconfig-version: 2\nmodel-paths: [models]\n"),
        ("sluice.toml", "dialect = \"duckdb\"\n"),
        ("models/good.sql", "select 1 as id, 'a' as name\n"),
    ])
}

/// Puts one faulty file beside `good`: the finding must stand at `place`, and `good` must still be exact.
#[track_caller]
fn check(path: &str, bytes: &[u8], place: &str, message: &str) {
    let mut faulty = shop();
    faulty.insert(path.to_owned(), bytes.to_vec());
    check_files(&faulty, place, message);
}

#[track_caller]
fn check_files(faulty: &Files, place: &str, message: &str) {
    let scratch = Scratch::repo(std::slice::from_ref(faulty));
    let answer = scratch.run(&["check", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&answer.stdout).expect("check answers in JSON");
    let said: Vec<String> = json["findings"].as_array().into_iter().flatten().map(in_one_line).collect();
    let found = said.iter().any(|line| line.starts_with(place) && line.contains(message));
    assert!(found, "no line `{place} .. {message}` in {said:#?}");
    assert_eq!(exit_code(answer.exit), "1");
    good_is_answered(&scratch);
}

/// `models/a.sql:2:1 parse-error: message help`.
fn in_one_line(finding: &serde_json::Value) -> String {
    let word = |key: &str| finding[key].as_str().unwrap_or_default();
    let start = &finding["span"]["start"];
    let place = format!("{}:{}:{}", word("path"), start["line"], start["column"]);
    format!("{place} {}: {} {}", word("rule"), word("message"), word("help"))
}

/// `text` is taken as it is: nothing is found, and `good` and the file's own model are exact.
#[track_caller]
fn check_clean(path: &str, bytes: &[u8]) {
    let mut odd = shop();
    odd.insert(path.to_owned(), bytes.to_vec());
    let scratch = Scratch::repo(&[odd]);
    let answer = scratch.run(&["check", "--format", "concise"]);
    assert_eq!(exit_code(answer.exit), "0", "{}{}", answer.stdout, answer.stderr);
    good_is_answered(&scratch);
}

#[track_caller]
fn good_is_answered(scratch: &Scratch) {
    let answer = scratch.run(&["lineage", "good", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&answer.stdout).expect("lineage answers in JSON");
    let good = json["relations"].as_array().and_then(|all| all.iter().find(|one| one["name"] == "model.shop.good"));
    let good = good.expect("the good model is answered");
    assert_eq!((&good["status"], good["columns"][0]["name"].as_str()), (&"exact".into(), Some("id")));
}

/// We cannot run: exit 2, one line that names what is wrong and one hint, and no answer.
#[track_caller]
fn check_failure(scratch: &Scratch, arguments: &[&str], message: &str, hint: &str) {
    let answer = scratch.run(arguments);
    assert_eq!(exit_code(answer.exit), "2", "{}{}", answer.stdout, answer.stderr);
    assert!(answer.stderr.contains(message) && answer.stderr.contains(hint), "{}", answer.stderr);
    assert_eq!(answer.stdout, "");
}

#[test]
fn a_folder_outside_git_can_be_checked_but_not_compared() {
    let scratch = Scratch::folder(&shop());
    let answer = scratch.run(&["check"]);
    assert_eq!(exit_code(answer.exit), "0", "{}{}", answer.stdout, answer.stderr);
    check_failure(&scratch, &["impact"], "is not in a git repository", "git");
    check_failure(&scratch, &["check", "--base=main"], "is not in a git repository", "git");
}

#[test]
fn an_unknown_ref_is_named_with_the_one_that_was_meant() {
    let scratch = Scratch::repo(&[shop()]);
    check_failure(&scratch, &["impact", "--base=mian"], "`mian`", "`main`");
    check_failure(&scratch, &["check", "--base=no-such-thing"], "`no-such-thing`", "git fetch");
}

#[test]
fn a_missing_base_says_how_to_name_one() {
    let scratch = Scratch::repo(&[shop()]);
    let repository = git2::Repository::open(scratch.path()).expect("the scratch repo can be opened");
    let mut branch = repository.find_branch("main", git2::BranchType::Local).expect("its branch is main");
    branch.rename("work", false).expect("a branch can be renamed");
    check_failure(&scratch, &["impact"], "default branch", "--base");
}

#[test]
fn a_yaml_syntax_error_stands_at_its_line() {
    check(
        "models/properties.yml",
        b"version: 2\nmodels:\n  - name: good\n   columns: [\n",
        "models/properties.yml:",
        "yaml-error",
    );
}

#[test]
fn broken_jinja_stands_at_its_tag() {
    check("models/broken.sql", b"select 1 as a\n{% if true %}\n, 2 as b\n", "models/broken.sql:2", "template-error");
}

#[test]
fn broken_sql_stands_at_its_word() {
    check("models/broken.sql", b"select a b c\nfrom x\n", "models/broken.sql:1", "parse-error");
}

#[test]
fn a_cycle_is_named_in_one_of_its_models() {
    let mut faulty = shop();
    faulty.extend(files([
        ("models/a.sql", "select * from {{ ref('b') }}\n"),
        ("models/b.sql", "select * from {{ ref('a') }}\n"),
    ]));
    check_files(&faulty, "models/a.sql:1", "cycle");
}

#[test]
fn two_models_of_one_name_are_both_shown() {
    check("models/marts/good.sql", b"select 2 as id\n", "models/", "duplicate-model");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_sql() {
    check_clean("models/marked.sql", b"\xef\xbb\xbfselect 1 as a\n");
    check(
        "models/marked.sql",
        b"\xef\xbb\xbfselect a from {{ ref('nowhere') }}\n",
        "models/marked.sql:1:18",
        "unknown-relation",
    );
}

#[test]
fn windows_line_ends_count_as_one() {
    check_clean("models/windows.sql", b"select\r\n    1 as a,\r\n    2 as b\r\n");
    check(
        "models/windows.sql",
        b"select\r\n    a\r\nfrom {{ ref('nowhere') }}\r\n",
        "models/windows.sql:3:9",
        "unknown-relation",
    );
}

#[test]
fn invalid_utf8_stands_at_its_byte() {
    check("models/latin.sql", b"select 1 as a, 'caf\xe9' as b\n", "models/latin.sql:1", "UTF-8");
}

#[test]
fn an_empty_file_is_no_query() {
    check("models/empty.sql", b"", "models/empty.sql:1", "empty");
    check("models/blank.sql", b"-- nothing yet\n", "models/blank.sql:1", "empty");
}

#[test]
fn a_wrong_key_in_the_config_is_named_with_the_right_one() {
    check("sluice.toml", b"dialct = \"duckdb\"\n", "sluice.toml:1", "dialect");
}

#[test]
fn a_wrong_flag_is_answered_by_the_usage() {
    let scratch = Scratch::repo(&[shop()]);
    check_failure(&scratch, &["check", "--formt", "json"], "--formt", "--format");
    check_failure(&scratch, &["explain", "fanout-join"], "fanout-join", "fan-out-join");
}

#[test]
fn a_selector_that_means_nothing_says_what_was_meant() {
    let scratch = Scratch::repo(&[shop()]);
    check_failure(&scratch, &["lineage", "+god"], "no model, source or seed `god`", "`good`");
    check_failure(&scratch, &["lineage", "good.nme"], "`good` has no column `nme`", "`good.name`");
    check_failure(&scratch, &["lineage", "tag:x"], "`tag:x` selects nothing", "docs/selectors.md");
    check_failure(&scratch, &["lineage", "tags:x"], "no selector method `tags:`", "`tag:`? There are access, config");
    check_failure(&scratch, &["lineage", "state:modified+"], "`state:`", "sluice impact --base");
    check_failure(&scratch, &["lineage", "good,tag:"], "names nothing", "commas an intersection");
    check_failure(&scratch, &["lineage", "good", "--exclude", "good.*", "good"], "leaves nothing", "--exclude");
    check_failure(&scratch, &["compile", "tag:x"], "`tag:x` selects nothing", "docs/selectors.md");
    check_failure(&scratch, &["lineage", "good", "--to", "good.id", "--format", "dot"], "`tree` or `json`", "--format");
}

#[test]
fn a_name_in_two_projects_lists_both() {
    let project = |name: &str| format!("name: {name}\nversion: '1.0'\nconfig-version: 2\nmodel-paths: [models]\n");
    let (one, other) = (project("one"), project("other"));
    let scratch = Scratch::repo(&[files([
        ("one/dbt_project.yml", one.as_str()),
        ("one/models/orders.sql", "select 1 as id"),
        ("other/dbt_project.yml", other.as_str()),
        ("other/models/orders.sql", "select 2 as id"),
    ])]);
    check_failure(
        &scratch,
        &["lineage", "orders.id+"],
        "`orders` means several",
        "model.one.orders, model.other.orders",
    );
    let answer = scratch.run(&["lineage", "one.orders.id+"]);
    assert!(answer.stdout.starts_with("model.one.orders.id  "), "{}{}", answer.stdout, answer.stderr);
}

#[test]
fn events_take_the_time_of_the_commit_or_of_the_flag() {
    let outside = Scratch::folder(&shop());
    check_failure(&outside, &["lineage", "--format", "openlineage"], "no commit", "--event-time");
    let bad = ["lineage", "--format", "openlineage", "--event-time", "yesterday"];
    check_failure(&outside, &bad, "`yesterday` is no time", "2026-01-31T12:00:00Z");
    let said = outside.run(&["lineage", "--format", "openlineage", "--event-time", "2026-01-31T12:00:00Z"]).stdout;
    assert!(said.starts_with("{\"eventTime\":\"2026-01-31T12:00:00Z\""), "{said}");
    let inside = Scratch::repo(&[shop()]);
    let again = [inside.run(&bad[..3]).stdout, inside.run(&bad[..3]).stdout];
    assert!(again[0] == again[1] && again[0].contains("\"schemaURL\""), "{}", again[0]);
}

#[test]
fn a_read_says_how_sure_it_is() {
    let sql = "select a, t.b, c from t join u on t.id = u.id";
    let schema = "{\"tables\":[{\"name\":\"t\",\"columns\":[{\"name\":\"id\"},{\"name\":\"b\"}]}]}";
    let scratch = Scratch::folder(&files([("q.sql", sql), ("open.json", "{\"tables\":[]}"), ("t.json", schema)]));
    let states = |schema: &str| -> Vec<String> {
        let said =
            scratch.run(&["lineage", "--sql", "q.sql", "--dialect", "duckdb", "--schema", schema, "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&said.stdout).expect("lineage answers in JSON");
        let columns = json["relations"][0]["columns"].as_array().expect("it has columns").iter();
        let inputs = columns.flat_map(|column| column["inputs"].as_array().into_iter().flatten());
        let word = |input: &serde_json::Value, key: &str| input[key].as_str().unwrap_or_default().to_owned();
        let one = |input| format!("{} {}.{}", word(input, "state"), word(input, "relation"), word(input, "column"));
        inputs.map(one).collect()
    };
    assert_eq!(states("t.json"), ["inferred u.a", "exact t.b", "inferred u.c"]);
    assert_eq!(states("open.json")[..3], ["ambiguous t.a", "ambiguous u.a", "inferred t.b"]);
}
