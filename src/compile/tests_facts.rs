//! What small repos say of columns, types, nullability and keys in, what reaches the readers of a relation out.

use super::tests::one;
use crate::algebra::{Known, Nullability, Proof};

const PROJECT: (&str, &str) = ("dbt_project.yml", "name: shop\nprofile: shop\n");
const DUCKDB: (&str, &str) = ("sluice.toml", "dialect = 'duckdb'");
const SNOWFLAKE: (&str, &str) = ("sluice.toml", "dialect = 'snowflake'");

/// `a INTEGER!, b? | a; a,b~ | open`: `!` is never NULL, `?` may be; a key with `~` is assumed.
fn words(known: &Known) -> String {
    let column = |column: &crate::algebra::KnownColumn| {
        let mark = match column.nullable {
            Nullability::No => "!",
            Nullability::Yes => "?",
            Nullability::Unknown => "",
        };
        let ty = if column.ty.name.is_empty() { String::new() } else { format!(" {}", column.ty.name) };
        format!("{}{ty}{mark}", column.name)
    };
    let columns: Vec<String> = known.columns.iter().map(column).collect();
    let key = |(columns, proof): &(Vec<String>, Proof)| {
        format!("{}{}", columns.join(","), if proof.is_proved() { "" } else { "~" })
    };
    let mut keys: Vec<String> = known.keys.iter().map(key).collect();
    keys.sort();
    let open = if known.open { " | open" } else { "" };
    format!("{} | {}{open}", columns.join(", "), keys.join("; "))
}

/// What is known of a relation of a repo of these files.
fn check(files: &[(&str, &str)], id: &str, expected: &str) {
    let compiled = one(files);
    let known = compiled.models.get(id).map(|model| &*model.known).or_else(|| compiled.tables.get(id));
    assert_eq!(known.map(words).as_deref(), Some(expected), "{id}");
}

#[test]
fn tests_of_a_model_reach_its_readers() {
    let yaml = "models:\n- name: a\n  tests: [{dbt_utils.unique_combination_of_columns: {combination_of_columns: [x, y]}}]\n  \
                columns:\n  - {name: x, tests: [unique, not_null]}\n";
    let files = [PROJECT, DUCKDB, ("models/a.sql", "select x, y from t"), ("models/a.yml", yaml)];
    check(&files, "model.shop.a", "x!, y | x,y~; x~");
    let proved = ("sluice.toml", "dialect = 'duckdb'\ntrust = 'proved'");
    check(&[PROJECT, proved, files[2], files[3]], "model.shop.a", "x, y | ");
}

#[test]
fn a_unique_expression_makes_a_key_of_its_columns() {
    let yaml = "models:\n- name: a\n  tests: [{unique: {column_name: \"cast(x as text) || '-z-' || y\"}}]\n";
    let files = [PROJECT, DUCKDB, ("models/a.sql", "select x, y, z from t"), ("models/a.yml", yaml)];
    check(&files, "model.shop.a", "x, y, z | x,y~");
}

#[test]
fn assumptions_name_who_declares_them() {
    let yaml = "models:\n- name: a\n  columns:\n  - {name: x, tests: [unique]}\n";
    let compiled = one(&[PROJECT, DUCKDB, ("models/a.sql", "select x from t"), ("models/a.yml", yaml)]);
    let assumed = &compiled.models["model.shop.a"].known.assumed;
    let said: Vec<_> = assumed.iter().map(|one| (one.columns.join(","), one.unique, one.because.as_str())).collect();
    assert_eq!(said, [("x".to_owned(), true, "the test `unique`")]);
}

#[test]
fn an_enforced_contract_tells_all_columns_and_proves_its_constraints() {
    let yaml = "models:\n- name: a\n  config: {materialized: table, contract: {enforced: true}}\n  \
                constraints: [{type: primary_key, columns: [x]}]\n  \
                columns: [{name: x, data_type: int}, {name: y, data_type: text}]\n";
    let files = [PROJECT, DUCKDB, ("models/a.sql", "select * from t"), ("models/a.yml", yaml)];
    check(&files, "model.shop.a", "x int!, y text | x");
    let files = [PROJECT, SNOWFLAKE, files[2], files[3]];
    check(&files, "model.shop.a", "x int!, y text | x~");
}

#[test]
fn a_snapshot_keeps_every_state_of_a_row() {
    let sql = "{% snapshot s %}{{ config(unique_key='x', strategy='check', check_cols='all') }}\n\
               select distinct x from t{% endsnapshot %}";
    let files = [PROJECT, DUCKDB, ("snapshots/s.sql", sql)];
    let columns =
        "x, dbt_scd_id VARCHAR!, dbt_updated_at TIMESTAMP!, dbt_valid_from TIMESTAMP!, dbt_valid_to TIMESTAMP?";
    check(&files, "snapshot.shop.s", &format!("{columns} | dbt_scd_id~; dbt_valid_from,x~"));
}

#[test]
fn a_key_of_one_run_is_one_of_an_incremental_table_only_where_runs_replace_by_it() {
    let model =
        |config: &str| format!("{{{{ config(materialized='incremental', {config}) }}}} select distinct x, y from t");
    let check = |config: &str, expected: &str| {
        check(&[PROJECT, DUCKDB, ("models/a.sql", &model(config))], "model.shop.a", expected);
    };
    check("unique_key='x'", "x, y | x,y");
    check("unique_key=['x', 'z']", "x, y | x,y~");
    check("incremental_strategy='append'", "x, y | x,y~");
}

#[test]
fn an_entity_of_a_semantic_model_is_a_key() {
    let yaml = "semantic_models:\n- name: a\n  model: ref('a')\n  entities: [{name: x, type: primary}, {name: y, type: foreign}]\n";
    check(
        &[PROJECT, DUCKDB, ("models/a.sql", "select x, y from t"), ("models/a.yml", yaml)],
        "model.shop.a",
        "x, y | x~",
    );
}

#[test]
fn a_declared_column_is_read_in_the_case_that_sql_spells() {
    let yaml = "sources:\n- name: raw\n  tables: [{name: t, columns: [{name: Person_ID, data_type: int}, {name: LA Code, data_type: text}]}]\n";
    let sql = "with s as (select * from {{ source('raw', 't') }}) select \"Person_ID\" as p, s.\"LA Code\" as c, person_id from s";
    let compiled = one(&[PROJECT, SNOWFLAKE, ("models/a.yml", yaml), ("models/a.sql", sql)]);
    let model = &compiled.models["model.shop.a"];
    assert_eq!((model.status.word(), model.why.len()), ("exact", 0), "{:?}", model.why);
    let files =
        [PROJECT, SNOWFLAKE, ("models/a.sql", "select 1 as id"), ("models/b.sql", "select \"id\" from {{ ref('a') }}")];
    assert_eq!(one(&files).models["model.shop.b"].status.word(), "partial");
}

#[test]
fn a_source_is_closed_where_each_declared_column_has_its_type() {
    let source = |columns: &str| format!("sources:\n- name: raw\n  tables: [{{name: t, columns: [{columns}]}}]\n");
    let id = "source.shop.raw.t";
    check(
        &[PROJECT, DUCKDB, ("models/a.yml", &source("{name: x, data_type: int}, {name: y}"))],
        id,
        "x int, y |  | open",
    );
    check(
        &[PROJECT, DUCKDB, ("models/a.yml", &source("{name: x, data_type: int, tests: [not_null]}"))],
        id,
        "x int! | ",
    );
}

#[test]
fn a_seed_is_known_by_its_rows() {
    let files = [PROJECT, DUCKDB, ("seeds/s.csv", "id,name,at\n1,a,2020-01-01\n2,,2020-01-01\n")];
    check(&files, "seed.shop.s", "id BIGINT!, name VARCHAR?, at DATE! | id; name");
    let typed = ("seeds/s.yml", "seeds:\n- name: s\n  config: {column_types: {id: varchar(3)}}\n");
    check(&[files[0], files[1], files[2], typed], "seed.shop.s", "id varchar(3)!, name VARCHAR?, at DATE! | id; name");
}

#[test]
fn constraints_of_scripts_hold_for_what_is_put_into_the_table() {
    let create = "create table shop.t (a int primary key, b int not null, c int unique, d int, unique (c, d));\n\
                  alter table shop.t add constraint k unique (b, d);\ninsert into shop.t select x, y, z, w from raw.t;\n";
    let postgres = ("sluice.toml", "dialect = 'postgres'");
    let columns = "a INT!, b INT!, c INT, d INT";
    check(&[postgres, ("t.sql", create)], "shop.t", &format!("{columns} | a; b,d; c; c,d"));
    check(&[SNOWFLAKE, ("t.sql", create)], "SHOP.T", &format!("{columns} | a~; b,d~; c,d~; c~"));
    let proved = ("sluice.toml", "dialect = 'snowflake'\ntrust = 'proved'");
    check(&[proved, ("t.sql", create)], "SHOP.T", "a INT, b INT!, c INT, d INT | ");
}

#[test]
fn a_table_that_is_only_created_is_no_empty_one() {
    let files = [DUCKDB, ("t.sql", "create table raw.t (a int);"), ("u.sql", "create view v as select a from raw.t")];
    let compiled = one(&files);
    assert!(!compiled.models["raw.t"].known.at_most_one_row && !compiled.models["v"].known.at_most_one_row);
}

#[test]
fn tables_that_are_only_created_are_different_ones() {
    let view = |table: &str| format!("create view v as select count(*) as n from raw.{table}");
    let create = ("t.sql", "create table raw.a (x int); create table raw.b (x int);");
    let rows = |table: &str| one(&[DUCKDB, create, ("v.sql", &view(table))]).models["v"].known.columns[0].value;
    assert_ne!(rows("a"), rows("b"));
    assert_eq!(rows("a"), rows("a"));
}

#[test]
fn lineage_shows_what_is_proved_and_what_is_assumed() {
    let sql = "{% snapshot s %}{{ config(unique_key='id', strategy='timestamp', updated_at='at') }}\n\
               select id, at, x from t{% endsnapshot %}";
    let compiled = one(&[PROJECT, DUCKDB, ("snapshots/s.sql", sql)]);
    let lineage = &compiled.models["snapshot.shop.s"].lineage;
    let ends = lineage.columns.iter().find(|column| column.name == "dbt_valid_to").expect("dbt adds it");
    let inputs: Vec<&str> = ends.inputs.iter().map(|edge| edge.column.as_str()).collect();
    assert_eq!((inputs, lineage.keys.len(), lineage.assumed.len()), (vec!["at", "id"], 2, 2));
    let yaml = "models:\n- name: a\n  columns:\n  - {name: x, tests: [unique, not_null]}\n";
    let files = [PROJECT, DUCKDB, ("models/a.sql", "select distinct x from t"), ("models/a.yml", yaml)];
    let lineage = &one(&files).models["model.shop.a"].lineage;
    assert_eq!((lineage.keys.len(), lineage.assumed.len()), (1, 1));
    assert_eq!((lineage.columns[0].nullable, lineage.assumed[0].unique), (Nullability::No, false));
}

#[test]
fn audits_and_external_models_of_sqlmesh_are_facts() {
    let config = ("config.yaml", "project: shop\nmodel_defaults: {dialect: duckdb}\n");
    let external = "- name: raw.t\n  columns: {a: INT, b: INT}\n  audits:\n  - {name: unique_combination_of_columns, columns: '(a, b)'}\n  \
                    - {name: not_null, columns: '[a]'}\n";
    let model = "MODEL (name db.m, grain (a, b), audits (unique_values(columns := (a)), not_null(columns := (a, b)), \
                 unique_combination_of_columns(columns := (b, c)))); select a, b, 1 as c from raw.t";
    let files = [config, ("external_models.yaml", external), ("models/m.sql", model)];
    check(&files, "source.shop.raw.t", "a INT!, b INT | a,b~");
    check(&files, "model.shop.db.m", "a INT!, b INT!, c INTEGER! | a,b~; a~; b,c~");
}
