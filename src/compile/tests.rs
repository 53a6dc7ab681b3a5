//! Small repos in, what the spine says of them out.

use std::sync::Arc;

use super::{Around, Cache, Compilation, compile};
use crate::algebra::Status;
use crate::lineage::Via;
use crate::repo::{Commit, Repo, init_sample};

const DBT: (&str, &str) = ("dbt_project.yml", "name: shop\nversion: '1.0'\nconfig-version: 2\nmodel-paths: [models]\n");
const DUCKDB: (&str, &str) = ("sluice.toml", "dialect = \"duckdb\"\n");

/// One commit per set of files, each compiled, with one cache for all.
fn compilations(commits: &[&[(&str, &str)]]) -> (Vec<Compilation>, Cache) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let commit = |files: &&[(&str, &str)]| Commit {
        message: "files".to_owned(),
        files: files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect(),
        removed: Vec::new(),
    };
    let ids = init_sample(folder.path(), &commits.iter().map(commit).collect::<Vec<_>>()).expect("a repo can be made");
    let repo = Repo::discover(folder.path()).expect("the repo is found");
    let cache = Cache::default();
    let disk = repo.disk();
    let around = Around { disk: &disk, home_profiles: None, progress: &|_, _, _| {} };
    let compiled = ids.iter().map(|id| compile(&repo.commit(id).expect("the commit is there"), &around, &cache));
    (compiled.collect(), cache)
}

/// A repo of one commit, and the folder that holds it as long as it is held itself.
pub(super) fn repo_of(files: &[(&str, &str)]) -> (tempfile::TempDir, Repo) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let bytes = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    let commit = Commit { message: "files".to_owned(), files: bytes.collect(), removed: Vec::new() };
    init_sample(folder.path(), &[commit]).expect("a repo can be made");
    let repo = Repo::discover(folder.path()).expect("the repo is found");
    (folder, repo)
}

pub(super) fn one(files: &[(&str, &str)]) -> Compilation {
    compilations(&[files]).0.remove(0)
}

fn inputs(compilation: &Compilation, model: &str, column: &str) -> Vec<String> {
    let columns = &compilation.models[model].lineage.columns;
    let column = columns.iter().find(|known| known.name == column).expect("the column is there");
    column.inputs.iter().map(|edge| format!("{} {}.{}", edge.via.word(), edge.relation, edge.column)).collect()
}

#[test]
fn a_model_reads_what_its_refs_mean() {
    let compiled = one(&[
        DBT,
        DUCKDB,
        ("models/a.sql", "select 1 as id, 2 as amount\n"),
        ("models/b.sql", "select id, amount * 2 as double from {{ ref('a') }} where amount > 0\n"),
    ]);
    let model = &compiled.models["model.shop.b"];
    assert_eq!((model.status, model.why.len()), (Status::Exact, 0));
    assert_eq!(inputs(&compiled, "model.shop.b", "double"), ["transform model.shop.a.amount"]);
    assert_eq!(model.lineage.rows[0].via, Via::Filter);
    assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
}

#[test]
fn an_incremental_model_claims_what_either_rendering_reads() {
    let text = "{{ config(materialized='incremental') }}select id from {{ ref('a') }}\n{% if is_incremental() %}where at > (select max(at) from {{ ref('c') }})\
                {% endif %}\n";
    let a = ("models/a.sql", "select 1 as id, 2 as at\n");
    let compiled = one(&[DBT, DUCKDB, a, ("models/c.sql", "select 1 as at\n"), ("models/b.sql", text)]);
    let model = &compiled.models["model.shop.b"];
    assert_eq!(model.also.len(), 1);
    assert_eq!(model.lineage.depends_on, ["model.shop.a", "model.shop.c"]);
    let at = model.lineage.rows.iter().find(|edge| edge.relation == "model.shop.a").expect("a filter reads a");
    assert_eq!(at.column, "at");
}

#[test]
fn a_script_claims_what_its_branches_and_variables_read() {
    let script = "declare first date default (select min(day) from c);\n\
                  if (select max(on) from d) then insert into t select id, first as day from a where at > first; end if;\n";
    let compiled = one(&[
        ("sluice.toml", "dialect = \"bigquery\"\n"),
        ("a.sql", "create table a as select 1 as id, 2 as at;\n"),
        ("c.sql", "create table c as select 1 as day;\n"),
        ("d.sql", "create table d as select true as `on`;\n"),
        ("t.sql", &script.replace("max(on)", "logical_or(`on`)")),
    ]);
    let model = compiled.models.values().find(|model| model.model.name == "t").expect("the script's table is a model");
    assert_eq!((model.status, &model.why[..]), (Status::Exact, &[][..]));
    let rows: Vec<String> =
        model.lineage.rows.iter().map(|edge| format!("{} {}", edge.via.word(), edge.column)).collect();
    assert_eq!(rows, ["filter at", "filter day", "filter on"]);
}

#[test]
fn a_cycle_is_told_once_and_the_rest_goes_on() {
    let compiled = one(&[
        DBT,
        DUCKDB,
        ("models/a.sql", "select x from {{ ref('b') }}\n"),
        ("models/b.sql", "select x from {{ ref('a') }}\n"),
        ("models/c.sql", "select x from {{ ref('a') }}\n"),
    ]);
    let cycles: Vec<_> = compiled.diagnostics.iter().filter(|told| told.rule == "cycle").collect();
    assert_eq!(cycles.len(), 1);
    assert!(cycles[0].message.contains("`a` -> `b` -> `a`"), "{}", cycles[0].message);
    assert_eq!(inputs(&compiled, "model.shop.c", "x"), ["identity model.shop.a.x"]);
}

#[test]
fn a_name_that_is_also_a_cte_makes_no_cycle() {
    let orders = "with customers as (select 1 as id) select id from customers\n";
    let customers = "select id from {{ ref('orders') }}\n";
    let compiled = one(&[DBT, DUCKDB, ("models/orders.sql", orders), ("models/customers.sql", customers)]);
    assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
    assert_eq!(compiled.models["model.shop.orders"].status, Status::Exact);
}

#[test]
fn a_script_is_a_model_per_table_it_writes() {
    let script = "create table main.t as select a, b from raw;\ninsert into main.t select c, d from more;\n";
    let compiled = one(&[DUCKDB, ("load.sql", script), ("report.sql", "select a from t\n")]);
    let table = &compiled.models["main.t"];
    assert_eq!(table.lineage.depends_on, ["more", "raw"]);
    assert_eq!(inputs(&compiled, "main.t", "a"), ["identity more.c", "identity raw.a"]);
    let report = compiled.models.values().find(|model| model.model.name == "report").expect("the query is a model");
    assert_eq!(report.lineage.depends_on, ["main.t"]);
}

#[test]
fn broken_sql_is_opaque_and_told_at_its_place() {
    let broken = ("models/b.sql", "select id,, x from {{ ref('a') }}\n");
    let compiled = one(&[DBT, DUCKDB, ("models/a.sql", "select 1 as id\n"), broken]);
    let model = &compiled.models["model.shop.b"];
    assert_eq!(model.status, Status::Opaque);
    assert_eq!(model.lineage.depends_on, ["model.shop.a"]);
    assert_eq!(compiled.diagnostics[0].rule, "parse-error");
    assert_eq!(compiled.models["model.shop.a"].status, Status::Exact);
}

#[test]
fn equal_models_of_base_and_head_are_made_once() {
    let models: Vec<(String, String)> =
        (0..20).map(|n| (format!("models/m{n}.sql"), format!("select {n} as id\n"))).collect();
    let mut files: Vec<(&str, &str)> = vec![DBT, DUCKDB];
    files.extend(models.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let (compiled, cache) = compilations(&[&files, &[("models/m3.sql", "select 99 as id\n")]]);
    assert_eq!(cache.resolved.len(), 21);
    let query = |at: usize, name: &str| Arc::clone(&compiled[at].models[name].query);
    assert!(Arc::ptr_eq(&query(0, "model.shop.m4"), &query(1, "model.shop.m4")));
    assert!(!Arc::ptr_eq(&query(0, "model.shop.m3"), &query(1, "model.shop.m3")));
}

#[test]
fn selectors_find_the_longest_name() {
    let compiled = one(&[DBT, DUCKDB, ("models/orders.sql", "select 1 as amount\n")]);
    let selected = compiled.select("orders.amount").expect("both are there");
    assert_eq!((selected.relation.as_str(), selected.column.as_deref()), ("model.shop.orders", Some("amount")));
    let similar = compiled.select("ordrs").expect_err("there is no such model");
    assert_eq!(similar, super::Unselected::Unknown { name: "ordrs".to_owned(), similar: Some("orders".to_owned()) });
}

#[test]
fn branches_for_other_environments_are_read_too() {
    let text = "{{ config(materialized='incremental') }}select id\n{% if target.name == 'prod' %}, nme as name{% endif %}\n\
                {% if is_incremental() %}, (select max(id from x) as m{% endif %}\nfrom {{ ref('a') }}\n";
    let compiled = one(&[DBT, DUCKDB, ("models/a.sql", "select 1 as id\n"), ("models/b.sql", text)]);
    let model = &compiled.models["model.shop.b"];
    assert_eq!(model.lineage.columns.len(), 1);
    let shown: Vec<Vec<&str>> =
        (model.readings.iter()).map(|reading| reading.spans.iter().map(|span| &text[span.range()]).collect()).collect();
    assert_eq!(shown, [vec![", (select max(id from x) as m"], vec![", nme as name"]]);
    assert_eq!(model.readings[1].query.problems.len(), 1, "a column that only production would miss");
    let told: Vec<&str> = compiled.diagnostics.iter().map(|diagnostic| diagnostic.rule.as_str()).collect();
    assert_eq!(told, ["parse-error"]);
}

#[test]
fn naming_macros_of_the_project_name_its_relations() {
    let schema =
        "{% macro generate_schema_name(custom, node) %} {{ target.name }}_{{ custom or node.name }} {% endmacro %}";
    let alias = "{% macro generate_alias_name(custom, node) %}{{ node.resource_type }}_{{ node.name }}{% endmacro %}";
    let compiled = one(&[
        DBT,
        DUCKDB,
        ("macros/names.sql", &format!("{schema}\n{alias}\n")),
        ("seeds/c.csv", "id\n1\n"),
        ("models/a.sql", "select id from {{ ref('c') }}\n"),
        ("models/b.sql", "select id from {{ ref('a') }}\n"),
    ]);
    let text = |name: &str| compiled.models[name].rendered.text.as_str();
    assert!(text("model.shop.b").ends_with("_a\".\"model_a\""), "{}", text("model.shop.b"));
    assert!(text("model.shop.a").ends_with("_c\".\"seed_c\""), "{}", text("model.shop.a"));
    assert_eq!(inputs(&compiled, "model.shop.b", "id"), ["identity model.shop.a.id"]);
}
