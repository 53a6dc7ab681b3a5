//! What a warehouse says of its tables, put into repos: what `sluice catalog import` keeps, and what is known then.

use std::fs;

use crate::projects::exit_code;
use crate::scratch::{Answer, Files, Scratch, files};

const COLUMNS: &str = "table_schema,TABLE_NAME,column_name,ordinal_position,is_nullable,data_type\n\
                       raw,orders,amount,2,YES,integer\nraw,orders,id,1,NO,integer\nraw,unread,x,1,YES,text\n";

const LOCK: &str = "# The columns of what this repo reads and something else fills, in order. Written by `sluice catalog import`.\n\
                    version = 1\n\n[tables.\"raw.orders\"]\nid = \"integer not null\"\namount = \"integer null\"\n";

/// A folder of SQL that reads a table nobody declares.
fn plain() -> Files {
    files([
        ("sluice.toml", "dialect = \"duckdb\"\n"),
        ("a.sql", "create table mart.a as select * from raw.orders;\n"),
        ("columns.csv", COLUMNS),
    ])
}

/// A dbt project that reads a source whose columns nobody lists.
fn shop() -> Files {
    files([
        ("dbt_project.yml", "name: shop\nmodel-paths: [models]\n"),
        ("sluice.toml", "dialect = \"snowflake\"\n"),
        ("models/raw.yml", "sources:\n- name: raw\n  tables: [{name: orders}]\n"),
        ("models/a.sql", "select * from {{ source('raw', 'orders') }}\n"),
    ])
}

#[track_caller]
fn check(answer: &Answer, exit: &str, said: &str) {
    let all = format!("{}{}", answer.stdout, answer.stderr);
    assert_eq!(exit_code(answer.exit), exit, "{all}");
    assert!(all.contains(said), "{all}");
}

fn lock(scratch: &Scratch) -> String {
    fs::read_to_string(scratch.path().join("sluice.lock")).unwrap_or_default()
}

/// Status and columns of a relation.
fn relation(scratch: &Scratch, name: &str) -> String {
    let answer = scratch.run(&["lineage", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&answer.stdout).expect("lineage answers in JSON");
    let one = json["relations"].as_array().and_then(|all| all.iter().find(|one| one["name"] == name));
    let one = one.unwrap_or_else(|| panic!("{name} is not in {}", answer.stdout));
    let columns = one["columns"].as_array().into_iter().flatten().map(|column| column["name"].as_str().unwrap_or("?"));
    format!("{} {}", one["status"].as_str().unwrap_or("?"), columns.collect::<Vec<_>>().join(","))
}

#[test]
fn a_star_over_a_table_of_the_lock_is_exact() {
    let scratch = Scratch::repo(&[plain()]);
    assert_eq!(relation(&scratch, "mart.a"), "partial ");
    check(
        &scratch.run(&["catalog", "import", "columns.csv"]),
        "0",
        "added    raw.orders (2 columns)\nsluice.lock was written",
    );
    assert_eq!(lock(&scratch), LOCK);
    assert_eq!(relation(&scratch, "mart.a"), "exact id,amount");
    assert_eq!(relation(&scratch, "raw.orders"), "exact id,amount");
    check(&scratch.run(&["doctor"]), "0", "sluice.lock, 1 relations with 2 columns");
}

#[test]
fn an_import_again_changes_nothing_and_a_check_says_what_it_would() {
    let scratch = Scratch::repo(&[plain()]);
    scratch.run(&["catalog", "import", "columns.csv"]);
    check(
        &scratch.run(&["catalog", "import", "columns.csv"]),
        "0",
        "sluice.lock is up to date: 1 relations with 2 columns.",
    );
    check(&scratch.run(&["catalog", "import", "--check", "columns.csv"]), "0", "up to date");
    let newer = COLUMNS.replace("amount,2,YES,integer", "amount,2,YES,bigint\nraw,orders,at,3,YES,date");
    scratch.write(&files([("columns.csv", newer.as_str())]));
    let answer = scratch.run(&["catalog", "import", "--check", "columns.csv"]);
    check(
        &answer,
        "1",
        "changed  raw.orders: amount integer null -> bigint null, + at date null\nsluice.lock is stale",
    );
    assert_eq!(lock(&scratch), LOCK);
}

#[test]
fn what_is_no_longer_read_goes_only_when_asked() {
    let scratch = Scratch::repo(&[plain()]);
    check(&scratch.run(&["catalog", "import", "--all", "columns.csv"]), "0", "added    raw.unread (1 columns)");
    check(&scratch.run(&["catalog", "import", "columns.csv"]), "0", "--prune takes them out): raw.unread.");
    assert!(lock(&scratch).contains("raw.unread"));
    check(&scratch.run(&["catalog", "import", "--prune", "columns.csv"]), "0", "removed  raw.unread");
    assert_eq!(lock(&scratch), LOCK);
}

const CATALOG: &str = r#"{"metadata":{},"nodes":{},"sources":{"source.shop.raw.orders":{"metadata":{"database":"PROD","schema":"RAW","name":"ORDERS"},
"columns":{"ID":{"type":"NUMBER","index":1,"name":"ID"},"Big Name":{"type":"TEXT","index":2,"name":"Big Name"}}}}}"#;

#[test]
fn a_catalog_of_dbt_is_found_where_dbt_leaves_it() {
    let mut shop = shop();
    shop.extend(files([("target/catalog.json", CATALOG), (".gitignore", "target/\n")]));
    let scratch = Scratch::repo(&[shop]);
    assert_eq!(relation(&scratch, "model.shop.a"), "exact ID,Big Name");
    check(&scratch.run(&["doctor"]), "0", "target/catalog.json, 1 relations with 2 columns");
}

#[test]
fn a_source_that_dbt_knows_by_its_id_keeps_the_name_that_the_repo_has_for_it() {
    let mut shop = shop();
    shop.extend(files([
        ("models/raw.yml", "sources:\n- name: raw\n  database: DEV\n  tables: [{name: orders}]\n"),
        ("exported/catalog.json", CATALOG),
    ]));
    let scratch = Scratch::repo(&[shop]);
    check(&scratch.run(&["catalog", "import", "exported/catalog.json"]), "0", "added    DEV.raw.orders (2 columns)");
    assert_eq!(relation(&scratch, "model.shop.a"), "exact ID,Big Name");
}

#[test]
fn a_file_that_the_settings_name_is_read_and_its_disagreements_are_told() {
    let mut shop = shop();
    shop.extend(files([
        ("sluice.toml", "dialect = \"snowflake\"\ncatalog = \"exported/catalog.json\"\n"),
        ("exported/catalog.json", CATALOG),
        (
            "models/raw.yml",
            "sources:\n- name: raw\n  tables: [{name: orders, columns: [{name: id, data_type: text}]}]\n",
        ),
    ]));
    let scratch = Scratch::repo(&[shop]);
    assert_eq!(relation(&scratch, "model.shop.a"), "exact ID,Big Name");
    check(
        &scratch.run(&["check", "--format", "concise"]),
        "0",
        "`id` is declared as `text`, but the catalog has it as `NUMBER`.",
    );
}

#[test]
fn faulty_files_are_told_with_their_place_and_a_way_out() {
    let mut faulty = plain();
    faulty.extend(files([("x.csv", "a,b\n1,2\n"), ("y.json", "{\n1"), ("none.csv", "table_name,column_name\nt,a\n")]));
    let scratch = Scratch::repo(&[faulty]);
    check(&scratch.run(&["catalog", "import", "x.csv"]), "2", "x.csv:1:1: its first line should name");
    check(&scratch.run(&["catalog", "import", "y.json"]), "2", "y.json:2:1: ");
    check(
        &scratch.run(&["catalog", "import", "none.csv"]),
        "2",
        "none of the 1 relations in the files is read by this repo",
    );
    scratch.write(&files([("sluice.lock", "version = 1\n[tables.a]\nx = 1\n")]));
    check(
        &scratch.run(&["catalog", "import", "columns.csv"]),
        "2",
        "sluice.lock:3:5: The type of `x` should be a text",
    );
    check(&scratch.run(&["check", "--format", "concise"]), "1", "sluice.lock:3:5");
}
