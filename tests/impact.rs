//! What a change means for those who read: small repos of two commits, and the answer of `sluice impact`.

use serde_json::Value;

use crate::scratch::{Files, Scratch, files};

const PROJECT: &str = "name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\nmacro-paths: [macros]\nseed-paths: [seeds]\ntest-paths: [tests]\nvars:\n  least: 1\n";
const SOURCES: &str = "sources:\n  - name: raw\n    tables:\n      - name: orders\n        columns:\n          - {name: id, data_type: integer, data_tests: [unique, not_null]}\n          - {name: customer_id, data_type: integer}\n          - {name: amount, data_type: integer}\n          - {name: status, data_type: varchar}\n      - name: customers\n        columns:\n          - {name: id, data_type: integer, data_tests: [unique]}\n          - {name: name, data_type: varchar}\n";

fn repo(base: &[(&str, &str)], head: &[(&str, &str)]) -> Scratch {
    let all = |own: &[(&str, &str)]| -> Files {
        let shared =
            [("dbt_project.yml", PROJECT), ("sluice.toml", "dialect = \"duckdb\"\n"), ("models/sources.yml", SOURCES)];
        let mut found = files(shared);
        found.extend(own.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())));
        found
    };
    let base = all(base);
    let mut changed = base.clone();
    changed.extend(head.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())));
    changed.retain(|_, bytes| bytes != b"-");
    Scratch::repo(&[base, changed])
}

fn impact(scratch: &Scratch, more: &[&str]) -> Value {
    let arguments = [&["impact", "--format=json", "--fail-on=never"], more].concat();
    let answer = scratch.run(&arguments);
    serde_json::from_str(&answer.stdout).unwrap_or_else(|fault| panic!("{fault}: {}{}", answer.stdout, answer.stderr))
}

fn changed(base: &[(&str, &str)], head: &[(&str, &str)]) -> Value {
    impact(&repo(base, head), &["--base=HEAD~1", "--head=HEAD"])
}

/// One model of the answer; null where it stays.
fn model<'v>(answer: &'v Value, name: &str) -> &'v Value {
    let models = answer["models"].as_array().expect("models are a list");
    models.iter().find(|model| model["name"] == format!("model.shop.{name}")).unwrap_or(&Value::Null)
}

fn consumer<'v>(answer: &'v Value, name: &str) -> &'v Value {
    let consumers = answer["consumers"].as_array().expect("consumers are a list");
    consumers.iter().find(|consumer| consumer["name"] == name).unwrap_or(&Value::Null)
}

const ORDERS: (&str, &str) =
    ("models/orders.sql", "select id, customer_id, amount, status from {{ source('raw', 'orders') }}\n");

#[test]
fn a_filter_leaves_a_subset_and_its_readers_follow() {
    let base = [
        ORDERS,
        ("models/paid.sql", "select id, amount from {{ ref('orders') }} where amount > 5\n"),
        ("models/totals.sql", "select status, sum(amount) as total from {{ ref('orders') }} group by status\n"),
        ("models/top.sql", "select id from {{ ref('orders') }} order by amount limit 3\n"),
    ];
    let head = [(
        "models/orders.sql",
        "select id, customer_id, amount, status from {{ source('raw', 'orders') }} where status = 'a'\n",
    )];
    let answer = changed(&base, &head);
    assert_eq!(model(&answer, "orders")["rows"], "subset");
    assert_eq!(model(&answer, "paid")["rows"], "subset");
    assert_eq!(model(&answer, "totals")["rows"], "subset");
    assert_eq!(model(&answer, "top")["rows"], "changed");
    let evidence = &model(&answer, "orders")["evidence"][0];
    assert_eq!((&evidence["what"], &evidence["head"]["line"]), (&"filter `status = 'a'` is new".into(), &1.into()));
}

#[test]
fn a_left_join_on_a_key_that_a_source_declares_adds_no_row_and_says_what_it_rests_on() {
    let joined = "select o.id, o.customer_id, o.amount, o.status from {{ source('raw', 'orders') }} o left join {{ source('raw', 'customers') }} c on o.customer_id = c.id\n";
    let answer = changed(&[ORDERS], &[("models/orders.sql", joined)]);
    let orders = model(&answer, "orders");
    assert_eq!(
        (&orders["class"], &orders["rows"], &orders["proved"]),
        (&"cosmetic".into(), &"same".into(), &false.into())
    );
}

#[test]
fn a_test_of_a_source_that_comes_or_goes_changes_no_data() {
    let joined = (
        "models/orders.sql",
        "select o.id, c.name from {{ source('raw', 'orders') }} o left join {{ source('raw', 'customers') }} c on o.customer_id = c.id\n",
    );
    let without =
        SOURCES.replace("{name: id, data_type: integer, data_tests: [unique]}", "{name: id, data_type: integer}");
    let answer = changed(&[joined], &[("models/sources.yml", without.as_str())]);
    assert_eq!(model(&answer, "orders"), &Value::Null);
    let input = &answer["inputs"][0];
    assert_eq!(input["name"], "source.shop.raw.customers");
    assert_eq!(input["guard"]["weakened"][0], "unique(id)");
}

#[test]
fn what_renders_otherwise_is_laid_at_its_origin() {
    let base = [
        ("macros/least.sql", "{% macro least() %}1{% endmacro %}\n"),
        ("models/a.sql", "select id from {{ source('raw', 'orders') }} where amount > {{ least() }}\n"),
        ("models/b.sql", "select id from {{ source('raw', 'orders') }} where amount > {{ var('least') }}\n"),
    ];
    let head = [
        ("macros/least.sql", "{% macro least() %}2{% endmacro %}\n"),
        ("dbt_project.yml", &PROJECT.replace("least: 1", "least: 3")),
    ];
    let answer = changed(&base, &head);
    let origin = |name: &str| {
        (model(&answer, name)["origins"][0]["kind"].clone(), model(&answer, name)["origins"][0]["name"].clone())
    };
    assert_eq!(origin("a"), ("macro".into(), "least".into()));
    assert_eq!(origin("b"), ("var".into(), "least".into()));
}

#[test]
fn a_contract_that_the_query_breaks_is_a_break() {
    let contract = "models:\n  - name: orders\n    config: {contract: {enforced: true}}\n    columns:\n      - {name: id, data_type: integer}\n      - {name: customer_id, data_type: integer}\n      - {name: amount, data_type: integer}\n      - {name: status, data_type: varchar}\n";
    let base = [ORDERS, ("models/orders.yml", contract)];
    let more = "select id, customer_id, amount, status, 1 as one from {{ source('raw', 'orders') }}\n";
    let answer = changed(&base, &[("models/orders.sql", more)]);
    assert_eq!(model(&answer, "orders")["verdict"], "breaks");
    assert_eq!(consumer(&answer, "contract.shop.orders")["verdict"], "breaks");
    let typed = "select id, customer_id, amount::varchar as amount, status from {{ source('raw', 'orders') }}\n";
    assert_eq!(model(&changed(&base, &[("models/orders.sql", typed)]), "orders")["verdict"], "breaks");
}

#[test]
fn an_incremental_model_says_what_becomes_of_its_table() {
    let text = |more: &str, settings: &str| {
        format!(
            "{{{{ config(materialized='incremental', unique_key='id'{settings}) }}}}\nselect id, amount{more} from {{{{ source('raw', 'orders') }}}}\n"
        )
    };
    let need = |base: String, head: String| {
        let answer = changed(&[("models/o.sql", &base)], &[("models/o.sql", &head)]);
        (model(&answer, "o")["refresh"]["need"].clone(), model(&answer, "o")["verdict"].clone())
    };
    assert_eq!(need(text("", ""), text(", status", "")), ("full_refresh".into(), "differs".into()));
    assert_eq!(need(text(", status", ""), text("", "")), ("stops".into(), "breaks".into()));
    let appends = ", on_schema_change='append_new_columns'";
    assert_eq!(need(text("", appends), text(", status", appends)), ("backfill".into(), "differs".into()));
    let fails = ", on_schema_change='fail'";
    assert_eq!(need(text("", fails), text(", status", fails)), ("stops".into(), "breaks".into()));
    assert_eq!(need(text("", ""), text("", ", partition_by='id'")), ("full_refresh".into(), "stays".into()));
}

#[test]
fn lines_of_a_seed_have_no_order_and_its_columns_are_told_apart() {
    let base = [
        ("seeds/codes.csv", "code,label,weight\na,x,1\nb,y,2\n"),
        ("models/labels.sql", "select code, label from {{ ref('codes') }}\n"),
        ("models/weights.sql", "select code, weight from {{ ref('codes') }}\n"),
    ];
    let answer = changed(&base, &[("seeds/codes.csv", "code,label,weight\nb,y,2\na,x,1\n")]);
    assert_eq!(answer["models"].as_array().map(Vec::len), Some(0));
    let answer = changed(&base, &[("seeds/codes.csv", "code,label,weight\na,x,1\nb,y,7\n")]);
    assert_eq!(model(&answer, "labels"), &Value::Null);
    assert_eq!(model(&answer, "weights")["class"], "values");
    assert_eq!(answer["inputs"][0]["name"], "seed.shop.codes");
}

#[test]
fn singular_tests_and_the_other_side_of_relationships_are_consumers() {
    let base = [
        ORDERS,
        ("models/customers.sql", "select id, name from {{ source('raw', 'customers') }}\n"),
        (
            "models/orders.yml",
            "models:\n  - name: orders\n    columns:\n      - name: customer_id\n        data_tests:\n          - relationships: {to: ref('customers'), field: id}\n",
        ),
        ("tests/no_negative.sql", "select * from {{ ref('orders') }} where amount < 0\n"),
    ];
    let customers =
        [("models/customers.sql", "select id, name from {{ source('raw', 'customers') }} where name <> ''\n")];
    let answer = changed(&base, &customers);
    assert_eq!(consumer(&answer, "test.shop.relationships_orders_customer_id")["verdict"], "differs");
    assert_eq!(consumer(&answer, "test.shop.no_negative"), &Value::Null);
    let orders = [(
        "models/orders.sql",
        "select id, customer_id, -amount as amount, status from {{ source('raw', 'orders') }}\n",
    )];
    assert_eq!(consumer(&changed(&base, &orders), "test.shop.no_negative")["verdict"], "differs");
}

#[test]
fn chance_is_handed_on_to_readers() {
    let base = [ORDERS, ("models/a.sql", "select id, amount from {{ ref('orders') }}\n")];
    let head = [(
        "models/orders.sql",
        "select id, customer_id, amount + random() as amount, status from {{ source('raw', 'orders') }}\n",
    )];
    assert_eq!(model(&changed(&base, &head), "a")["deterministic"], false);
}

#[test]
fn columns_that_only_change_places_are_told_to_their_readers_by_star() {
    let base = [ORDERS, ("models/all_orders.sql", "select * from {{ ref('orders') }}\n")];
    let head = [("models/orders.sql", "select customer_id, amount, status, id from {{ source('raw', 'orders') }}\n")];
    assert_eq!(model(&changed(&base, &head), "all_orders")["class"], "metadata");
}

#[test]
fn without_a_diff_a_removal_breaks_those_who_name_the_column() {
    let base = [
        ORDERS,
        ("models/all_orders.sql", "select * from {{ ref('orders') }}\n"),
        ("models/sums.sql", "select sum(amount) as total from {{ ref('all_orders') }}\n"),
        ("models/ids.sql", "select id from {{ ref('all_orders') }}\n"),
    ];
    let scratch = repo(&base, &[]);
    let answer = impact(&scratch, &["--column=orders.amount", "--remove"]);
    assert_eq!(model(&answer, "sums")["verdict"], "breaks");
    assert_eq!(model(&answer, "all_orders")["verdict"], "differs");
    assert_eq!(model(&answer, "ids"), &Value::Null);
    let answer = impact(&scratch, &["--column=orders.amount", "--retype"]);
    assert_eq!(model(&answer, "all_orders")["columns"][2]["change"], "retyped");
}

#[test]
fn the_index_is_a_moment_too() {
    let scratch = repo(&[ORDERS], &[]);
    scratch.write(&files([("models/orders.sql", "select id from {{ source('raw', 'orders') }}\n")]));
    let answer = impact(&scratch, &["--base=HEAD", "--head=index"]);
    assert_eq!((&answer["head"], answer["models"].as_array().map(Vec::len)), (&"index".into(), Some(0)));
    let answer = impact(&scratch, &["--base=index"]);
    assert_eq!(model(&answer, "orders")["change"], "modified");
}

#[test]
fn a_comment_fits_however_large_the_change() {
    let wide: Vec<(String, String)> = (0..400)
        .map(|n| {
            (format!("models/m{n}.sql"), format!("select id, amount as amount_{n} from {{{{ ref('orders') }}}}\n"))
        })
        .collect();
    let mut base: Vec<(&str, &str)> = wide.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    base.push(ORDERS);
    let head = [(
        "models/orders.sql",
        "select id, customer_id, amount + 1 as amount, status from {{ source('raw', 'orders') }} where id > 1\n",
    )];
    let scratch = repo(&base, &head);
    let answer = scratch.run(&["impact", "--base=HEAD~1", "--head=HEAD", "--format=markdown", "--fail-on=never"]);
    assert!(answer.stdout.len() < 65_000, "{} bytes", answer.stdout.len());
    assert!(answer.stdout.contains("models are not drawn"), "{}", answer.stdout);
    let text = scratch.run(&["impact", "--base=HEAD~1", "--head=HEAD", "--fail-on=never"]).stdout;
    assert!(text.contains("381 models more; `--all` shows them"), "{text}");
}

#[test]
fn a_cast_that_a_readers_engine_refuses_breaks_it_and_its_readers() {
    let readers = [
        ORDERS,
        ("models/taxed.sql", "select id, amount + 1 as taxed from {{ ref('orders') }}\n"),
        ("models/ids.sql", "select id from {{ ref('taxed') }}\n"),
        ("models/listed.sql", "select id, cast(amount as integer) + 1 as taxed from {{ ref('orders') }}\n"),
    ];
    let as_text =
        "select id, customer_id, cast(amount as varchar) as amount, status from {{ source('raw', 'orders') }}\n";
    let refused = changed(&readers, &[("models/orders.sql", as_text)]);
    let verdict = |answer: &Value, name| model(answer, name)["verdict"].clone();
    assert_eq!(verdict(&refused, "taxed"), "breaks");
    assert_eq!(verdict(&refused, "ids"), "breaks");
    assert_ne!(verdict(&refused, "listed"), "breaks");

    let snowflake = ("sluice.toml", "dialect = \"snowflake\"\n");
    let cast = changed(&[&readers[..], &[snowflake]].concat(), &[("models/orders.sql", as_text), snowflake]);
    assert_eq!(verdict(&cast, "taxed"), "differs");
    assert_eq!(model(&cast, "ids"), &Value::Null);
}

#[test]
fn a_text_that_is_not_understood_may_be_laid_out_anew() {
    let odd = |text: &'static str| ("models/odd.sql", text);
    let reader = ("models/reader.sql", "select id from {{ ref('odd') }}\n");
    let base = odd("select id,  amount from {{ no_such_macro() }}\n");
    let laid_out = odd("SELECT\n    id, -- the key\n    amount\nFROM {{no_such_macro()}}\n");
    let answer = changed(&[base, reader], &[laid_out]);
    assert_eq!(model(&answer, "odd")["class"], "cosmetic");
    assert!(model(&answer, "reader").is_null());
    let answer = changed(&[base, reader], &[odd("select id, total from {{ no_such_macro() }}\n")]);
    assert!(!model(&answer, "reader").is_null());
}

#[test]
fn columns_of_one_name_are_compared_in_their_order() {
    let base = ("models/twice.sql", "select id as a, amount as a from {{ source('raw', 'orders') }}\n");
    let head = ("models/twice.sql", "select id as a, amount as a\nfrom {{ source('raw', 'orders') }}\n");
    assert_eq!(model(&changed(&[base], &[head]), "twice")["class"], "cosmetic");
}

#[test]
fn the_answer_is_the_same_byte_for_byte_whatever_the_number_of_threads() {
    let model = |at: usize| match at % 3 {
        0 => format!("select id, amount + {at} as amount from {{{{ ref('orders') }}}} where amount > {at}\n"),
        1 => format!("select id, sum(amount) as amount from {{{{ ref('m{}') }}}} group by id\n", at - 1),
        _ => {
            format!("select a.id, b.amount from {{{{ ref('m{}') }}}} a join {{{{ ref('m1') }}}} b using (id)\n", at - 1)
        }
    };
    let written: Vec<(String, String)> = (0..60).map(|at| (format!("models/m{at}.sql"), model(at))).collect();
    let mut base: Vec<(&str, &str)> = written.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    base.push(ORDERS);
    let fewer = "select id, customer_id, amount, status from {{ source('raw', 'orders') }} where id > 3\n";
    let scratch = repo(&base, &[("models/orders.sql", fewer), ("models/m1.sql", "-")]);
    let said = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be had");
        let command = ["impact", "--format=json", "--fail-on=never", "--base=HEAD~1", "--head=HEAD"];
        pool.install(|| scratch.run(&command).stdout)
    };
    let alone = said(1);
    assert!(alone.len() > 10_000, "{alone}");
    for threads in [2, 3, 8] {
        assert_eq!(said(threads), alone);
    }
}

#[test]
fn a_source_that_is_another_table_has_other_rows() {
    let moved = SOURCES.replace("  - name: raw\n", "  - name: raw\n    schema: raw_v2\n");
    let total = ("models/total.sql", "select sum(amount) as total from {{ ref('orders') }}\n");
    let answer = changed(&[ORDERS, total], &[("models/sources.yml", &moved)]);
    assert_eq!(model(&answer, "orders")["rows"], "changed");
    let because = &model(&answer, "total")["because"][0];
    assert_eq!(because["path"], "models/sources.yml");
    assert_eq!(because["what"], "the source is another table now");
}

#[test]
fn an_edit_that_says_nothing_new_is_not_the_reason_for_what_comes_from_above() {
    let base = [ORDERS, ("models/total.sql", "select sum(amount) as total from {{ ref('orders') }}\n")];
    let head = [
        (
            "models/orders.sql",
            "select id, customer_id, amount * 2 as amount, status from {{ source('raw', 'orders') }}\n",
        ),
        ("models/total.sql", "-- In cents.\nselect sum(amount) as total\nfrom {{ ref('orders') }}\n"),
    ];
    let answer = changed(&base, &head);
    assert_eq!(model(&answer, "total")["because"][0]["path"], "models/orders.sql");
}

#[test]
fn what_may_be_of_a_package_that_is_not_installed_is_not_gone() {
    let packages = ("packages.yml", "packages:\n  - package: fivetran/github_source\n    version: 0.1.0\n");
    let reads = |name: &str| {
        format!("select o.id from {{{{ ref('orders') }}}} o left join {{{{ ref({name}) }}}} x using (id)\n")
    };
    let one = ("models/one.sql", "select id from {{ ref('orders') }}\n");
    let verdict = |name: &str| {
        let answer = changed(&[ORDERS, packages, one], &[("models/one.sql", &reads(name))]);
        model(&answer, "one")["verdict"].clone()
    };
    assert_eq!(verdict("'github_source', 'stg_github__issue'"), "differs");
    assert_eq!(verdict("'stg_github__issue'"), "differs");
    assert_eq!(verdict("'orderss'"), "breaks");
}

#[test]
fn without_a_profile_the_dialect_says_which_macros_are_dispatched_to() {
    let macros = "{% macro least_of(a, b) %}{{ return(adapter.dispatch('least_of', 'none_has_it')(a, b)) }}{% endmacro %}\n{% macro default__least_of(a, b) %}least({{ a }}, {{ b }}){% endmacro %}\n";
    let small = ("models/small.sql", "select id, {{ least_of('amount', '5') }} as small from {{ ref('orders') }}\n");
    let base = [ORDERS, ("macros/least.sql", macros), small];
    let own =
        format!("{macros}{{% macro duckdb__least_of(a, b) %}}list_min([{{{{ a }}}}, {{{{ b }}}}]){{% endmacro %}}\n");
    let answer = changed(&base, &[("macros/least.sql", &own)]);
    assert_eq!(model(&answer, "small")["verdict"], "differs");
    assert_eq!(model(&answer, "small")["because"][0]["path"], "macros/least.sql");
}

#[test]
fn a_test_that_only_warns_or_looks_at_fewer_rows_is_a_weaker_guard() {
    let tested = |config: &str| {
        format!(
            "models:\n  - name: orders\n    columns:\n      - name: id\n        data_tests:\n          - unique:\n              config: {config}\n"
        )
    };
    let (strict, loose) = (tested("{severity: error}"), tested("{severity: warn, where: id > 5}"));
    let answer = changed(&[ORDERS, ("models/orders.yml", &strict)], &[("models/orders.yml", &loose)]);
    let guard = &model(&answer, "orders")["guard"];
    assert_eq!(guard["weakened"][0], "unique(id)");
    assert_eq!(guard["tightened"][0], "unique(id) where id > 5 as severity warn");
}
