//! Selectors and a small shop in, what they pick out.

use super::{Pick, Selection, Unselected};
use crate::compile::Compilation;
use crate::compile::tests::one;
use crate::lineage::Follow;

fn shop() -> Compilation {
    one(&[
        (
            "dbt_project.yml",
            "name: shop\nversion: '1.0'\nmodels: {shop: {staging: {+tags: [raw]}, marts: {+materialized: table}}}\n",
        ),
        ("sluice.toml", "dialect = \"duckdb\"\n"),
        (
            "models/schema.yml",
            "sources: [{name: ecom, tables: [{name: orders, columns: [{name: id}, {name: cents}]}, {name: people}]}]\n\
             exposures: [{name: weekly, type: dashboard, owner: {email: a@b.c}, depends_on: [ref('revenue')]}]\n\
             models: [{name: revenue, config: {meta: {owner: finance}, tags: nightly}}]\n",
        ),
        ("models/staging/stg_orders.sql", "select id, cents / 100 as amount from {{ source('ecom', 'orders') }}\n"),
        ("models/staging/stg_people.sql", "select id as person_id from {{ source('ecom', 'people') }}\n"),
        (
            "models/marts/revenue.sql",
            "select sum(amount) as total, count(*) as n from {{ ref('stg_orders') }} where id > 0\n",
        ),
        (
            "models/marts/people.sql",
            "{{ config(tags=['nightly', 'daily']) }}select person_id from {{ ref('stg_people') }}\n",
        ),
        ("seeds/kinds.csv", "kind,name\n1,a\n"),
    ])
}

fn pick(compiled: &Compilation, words: &[&str], excluded: &[&str]) -> Result<Pick, Unselected> {
    let selection = Selection::parse(words, excluded).expect("it is a selector");
    compiled.pick(&selection, Follow::Values)
}

/// Short names of what is picked, relations before columns.
fn names(compiled: &Compilation, pick: &Pick) -> Vec<String> {
    let relations = pick.relations.iter().map(|id| compiled.short_name(id));
    let columns = pick.nodes.iter().map(|node| {
        let node = compiled.graph().get(*node);
        format!("{}.{}", compiled.short_name(node.relation), node.column.unwrap_or("(rows)"))
    });
    let mut columns: Vec<String> = columns.collect();
    columns.sort();
    relations.chain(columns).collect()
}

#[track_caller]
fn check(words: &[&str], excluded: &[&str], expected: &[&str]) {
    let compiled = shop();
    let found = pick(&compiled, words, excluded).map(|pick| names(&compiled, &pick));
    assert_eq!(found, Ok(expected.iter().map(|name| (*name).to_owned()).collect()), "{words:?}");
}

#[test]
fn operators_walk_from_relation_to_relation() {
    check(&["+revenue"], &[], &["revenue", "stg_orders", "ecom.orders"]);
    check(&["1+revenue"], &[], &["revenue", "stg_orders"]);
    check(&["source:ecom.orders+"], &[], &["exposure.shop.weekly", "revenue", "stg_orders", "ecom.orders"]);
    check(&["stg_orders+1"], &[], &["revenue", "stg_orders"]);
    check(&["@stg_people"], &[], &["people", "stg_people", "ecom.people"]);
    check(&["+exposure:weekly"], &[], &["exposure.shop.weekly", "revenue", "stg_orders", "ecom.orders"]);
}

#[test]
fn operators_walk_from_column_to_column() {
    check(&["revenue.total"], &[], &["revenue.total"]);
    check(&["+revenue.total"], &[], &["ecom.orders.cents", "revenue.total", "stg_orders.amount"]);
    check(&["ecom.orders.cents+1"], &[], &["ecom.orders.cents", "stg_orders.amount"]);
    check(&["stg_orders.a*"], &[], &["stg_orders.amount"]);
}

#[test]
fn methods_select_by_facts() {
    check(&["tag:raw"], &[], &["stg_orders", "stg_people"]);
    check(&["tag:nightly"], &[], &["people", "revenue"]);
    check(&["tag:dai*"], &[], &["people"]);
    check(&["config.materialized:table"], &[], &["people", "revenue"]);
    check(&["config.materialized:view"], &[], &["stg_orders", "stg_people"]);
    check(&["config.meta.owner:finance"], &[], &["revenue"]);
    check(&["config.tags:daily"], &[], &["people"]);
    check(&["source:ecom"], &[], &["ecom.orders", "ecom.people"]);
    check(&["resource_type:seed"], &[], &["kinds"]);
    check(&["resource_type:exposure"], &[], &["exposure.shop.weekly"]);
    check(&["package:shop,resource_type:model,marts"], &[], &["people", "revenue"]);
}

#[test]
fn paths_files_and_folders_are_told_by_their_look() {
    for selector in
        ["models/staging", "path:models/staging", "models/staging/stg_*.sql", "staging", "shop.staging", "stg_*"]
    {
        check(&[selector], &[], &["stg_orders", "stg_people"]);
    }
    check(&["revenue.sql"], &[], &["revenue"]);
    check(&["shop.*.revenue"], &[], &["revenue"]);
}

#[test]
fn sets_join_meet_and_are_taken_out() {
    check(&["revenue", "people"], &[], &["people", "revenue"]);
    check(&["tag:nightly,config.meta.owner:finance"], &[], &["revenue"]);
    check(&["ecom.orders+,+revenue"], &[], &["revenue", "stg_orders", "ecom.orders"]);
    check(&["stg_orders.amount+,revenue"], &[], &["revenue.total"]);
    check(&["+revenue"], &["source:*"], &["revenue", "stg_orders"]);
    check(&["+revenue.total"], &["stg_orders"], &["ecom.orders.cents", "revenue.total"]);
}

#[test]
fn what_picks_nothing_says_so() {
    let compiled = shop();
    let nothing = |word: &str| pick(&compiled, &[word], &[]).expect_err("it picks nothing");
    assert_eq!(nothing("tag:x"), Unselected::Nothing { term: "tag:x".to_owned() });
    assert_eq!(
        nothing("revenu"),
        Unselected::Unknown { name: "revenu".to_owned(), similar: Some("revenue".to_owned()) }
    );
    let (relation, column) = ("model.shop.revenue".to_owned(), "totl".to_owned());
    let similar = Some("total".to_owned());
    assert_eq!(nothing("revenue.totl"), Unselected::NoColumn { relation, column, similar });
}
