//! What queries mean, as pairs of SQL texts: edges, keys, and which edits change no fingerprint.

use std::sync::Arc;

use super::{Catalog, Fingerprints, Known, KnownColumn, Nullability, Proof, Query, Status, Type, fingerprint, resolve};
use crate::dialect::{Dialect, find};
use crate::syntax::{ast, parse};

/// `orders(id, customer_id, amount, status, placed)` with `id` unique, and `customers(id, name, region)` likewise.
struct Shop;

impl Catalog for Shop {
    fn find(&self, name: &[ast::Ident]) -> Option<Arc<Known>> {
        let columns: &[(&str, &str, Nullability)] = match name.last()?.value.as_str() {
            "orders" => &[
                ("id", "INTEGER", Nullability::No),
                ("customer_id", "INTEGER", Nullability::Yes),
                ("amount", "INTEGER", Nullability::Yes),
                ("status", "VARCHAR", Nullability::Yes),
                ("placed", "DATE", Nullability::Yes),
            ],
            "customers" => &[
                ("id", "INTEGER", Nullability::No),
                ("name", "VARCHAR", Nullability::Yes),
                ("region", "VARCHAR", Nullability::Yes),
            ],
            _ => return None,
        };
        let column = |(name, ty, nullable): &(&str, &str, Nullability)| KnownColumn {
            name: (*name).to_owned(),
            ty: Type::parse(ty),
            nullable: *nullable,
            ..KnownColumn::default()
        };
        let id = name.last()?.value.clone();
        let keys = vec![(vec!["id".to_owned()], Proof::Proved)];
        Some(Arc::new(Known { id, columns: columns.iter().map(column).collect(), keys, ..Known::default() }))
    }
}

fn duckdb() -> Arc<Dialect> {
    find("duckdb").expect("duckdb is a dialect")
}

pub(super) fn query(sql: &str) -> Query {
    let dialect = duckdb();
    let parsed = parse(sql, &dialect);
    resolve(&parsed, &dialect, &Shop).query.expect("the text is a query")
}

pub(super) fn prints(sql: &str) -> Fingerprints {
    fingerprint(&query(sql), &duckdb()).expect("the query has a result")
}

fn check_equal(one: &str, two: &str) {
    let (a, b) = (prints(one), prints(two));
    assert_eq!((a.rows, a.values), (b.rows, b.values), "these mean the same:\n{one}\n{two}");
}

fn check_differ(one: &str, two: &str) {
    let (a, b) = (prints(one), prints(two));
    assert_ne!((a.rows, a.values), (b.rows, b.values), "these differ:\n{one}\n{two}");
}

#[test]
fn case_comments_and_space_mean_nothing() {
    check_equal("select id from orders", "SELECT  ID -- the key\nFROM orders");
}

#[test]
fn a_cte_is_a_subquery() {
    check_equal(
        "with o as (select id, amount from orders) select * from o",
        "select a.id, a.amount from (select id, amount from orders) as a",
    );
    check_equal(
        "with o as (select id from orders), final as (select * from o) select * from final",
        "select id from orders",
    );
    check_differ("select id from orders", "select id from customers");
}

#[test]
fn the_order_of_conditions_means_nothing() {
    check_equal(
        "select id from orders where amount > 1 and status = 'x'",
        "select id from orders where 'x' = status and 1 < amount",
    );
    check_differ("select id from orders where amount > 1", "select id from orders where amount >= 1");
}

#[test]
fn a_filter_may_stand_inside_or_outside() {
    check_equal(
        "select id from (select * from orders where amount > 1) where status = 'x'",
        "select id from orders where amount > 1 and status = 'x'",
    );
    check_differ(
        "select id, n from (select id, amount, row_number() over (order by id) as n from orders) where amount > 1",
        "select id, row_number() over (order by id) as n from orders where amount > 1",
    );
}

#[test]
fn the_order_of_inner_joins_means_nothing() {
    check_equal(
        "select o.id, c.name from orders o join customers c on o.customer_id = c.id",
        "select o.id, c.name from customers c join orders o on c.id = o.customer_id",
    );
    check_equal(
        "select o.id, c.name from orders o join customers c on o.customer_id = c.id",
        "select o.id, c.name from orders o, customers c where c.id = o.customer_id",
    );
    check_differ(
        "select o.id, c.name from orders o join customers c on o.customer_id = c.id",
        "select o.id, c.name from orders o left join customers c on o.customer_id = c.id",
    );
}

#[test]
fn the_sides_of_a_self_join_stay_apart() {
    check_differ(
        "select a.id from orders a join orders b on a.customer_id = b.id",
        "select b.id from orders a join orders b on a.customer_id = b.id",
    );
    check_equal(
        "select a.id from orders a join orders b on a.customer_id = b.id",
        "select x.id from orders y join orders x on x.customer_id = y.id",
    );
}

#[test]
fn an_unread_left_join_on_a_proved_key_is_nothing() {
    check_equal("select o.id from orders o left join customers c on o.customer_id = c.id", "select id from orders");
    check_differ("select c.id from customers c left join orders o on o.customer_id = c.id", "select id from customers");
}

#[test]
fn spellings_of_one_test_are_one() {
    for (one, two) in [
        ("amount <> 1", "amount != 1"),
        ("amount between 1 and 5", "amount >= 1 and amount <= 5"),
        ("amount in (3)", "amount = 3"),
        ("amount in (3, 4)", "amount in (4, 3)"),
        ("not (amount = 1)", "amount <> 1"),
        ("not (amount < 1)", "amount >= 1"),
        ("not (amount = 1 or status = 'a')", "amount <> 1 and status <> 'a'"),
        ("amount > 1 and 1 = 1", "amount > 1"),
        ("amount > 1 + 1", "amount > 2"),
    ] {
        check_equal(&format!("select id from orders where {one}"), &format!("select id from orders where {two}"));
    }
    check_differ(
        "select id from orders where amount = 1 or amount = 2",
        "select id from orders where amount = 1 and amount = 2",
    );
}

#[test]
fn spellings_of_one_value_are_one() {
    for (one, two) in [
        ("coalesce(amount, 0)", "ifnull(amount, 0)"),
        ("coalesce(amount, 0)", "case when amount is not null then amount else 0 end"),
        ("coalesce(amount, 0)", "case when amount is null then 0 else amount end"),
        ("amount + id", "id + amount"),
        ("(amount)", "amount"),
        ("cast(amount as integer)", "amount"),
        ("case status when 'a' then 1 end", "case when status = 'a' then 1 else null end"),
    ] {
        check_equal(&format!("select {one} as v from orders"), &format!("select {two} as v from orders"));
    }
    check_differ("select amount - id as v from orders", "select id - amount as v from orders");
    check_differ("select coalesce(amount, 0) as v from orders", "select coalesce(amount, 1) as v from orders");
    check_differ("select status || 'a' as v from orders", "select 'a' || status as v from orders");
}

#[test]
fn counting_rows_has_one_spelling() {
    check_equal("select count(*) as n from orders", "select count(1) as n from orders");
    check_differ("select count(*) as n from orders", "select count(amount) as n from orders");
}

#[test]
fn distinct_is_a_group_of_all_columns() {
    check_equal("select distinct status from orders", "select status from orders group by status");
    check_equal("select distinct id, status from orders", "select id, status from orders");
    check_differ("select distinct status from orders", "select status from orders");
}

#[test]
fn the_branches_of_a_union_have_no_order() {
    check_equal(
        "select id from orders union all select id from customers",
        "select id from customers union all select id from orders",
    );
    check_differ(
        "select id from orders union all select id from customers",
        "select id from orders union select id from customers",
    );
    check_differ(
        "select id, amount from orders union all select amount, id from orders",
        "select id, id from orders union all select amount, amount from orders",
    );
}

#[test]
fn an_added_column_leaves_the_others_as_they_are() {
    let (one, two) = (prints("select id from orders"), prints("select id, amount from orders"));
    assert_eq!((one.rows, one.values[0]), (two.rows, two.values[0]));
    let (one, two) = (prints("select distinct status from orders"), prints("select distinct status, id from orders"));
    assert_ne!(one.rows, two.rows);
}

#[test]
fn keys_follow_the_algebra() {
    let check = |sql: &str, expected: &[&[&str]]| {
        let query = query(sql);
        let lineage = super::known(&query, "q");
        let mut keys: Vec<Vec<String>> = lineage.keys.iter().map(|(key, _)| key.clone()).collect();
        keys.sort();
        let expected: Vec<Vec<String>> =
            expected.iter().map(|key| key.iter().map(|name| (*name).to_owned()).collect()).collect();
        assert_eq!(keys, expected, "{sql}");
    };
    check("select id, amount from orders", &[&["id"]]);
    check("select amount from orders", &[]);
    check("select status, count(*) as n from orders group by status", &[&["status"]]);
    check("select o.id from orders o left join customers c on o.customer_id = c.id", &[&["id"]]);
    check("select c.id from customers c left join orders o on o.customer_id = c.id", &[]);
    check(
        "select customer_id, id as order_id from orders qualify row_number() over (partition by customer_id order by id) = 1",
        &[&["customer_id"], &["order_id"]],
    );
    check("select id from orders union all select id from orders", &[]);
}

#[test]
fn what_nobody_knows_is_partial_and_still_read() {
    let query = query("select o.id, r.whatever from orders o join raw_events r on r.order_id = o.id");
    assert_eq!(query.status, Status::Exact, "columns of an undeclared table are known by use");
    assert_eq!(query.outputs.len(), 2);
    let star = self::query("select * from raw_events");
    assert_eq!(star.status, Status::Partial);
}
