//! How the rows of one query relate to those of another, as pairs of SQL texts: the lemmas and their near misses.

use super::tests::query;
use super::{Relation, is_monotone, relate};
use crate::dialect::find;

#[track_caller]
fn check(base: &str, head: &str, expected: Relation) {
    let dialect = find("duckdb").expect("duckdb is a dialect");
    let turned = match expected {
        Relation::Subset => Relation::Superset,
        Relation::Superset => Relation::Subset,
        same => same,
    };
    assert_eq!(relate(&query(base), &query(head), &dialect), expected, "{base}\n{head}");
    assert_eq!(relate(&query(head), &query(base), &dialect), turned, "turned around: {head}\n{base}");
}

#[test]
fn an_added_condition_leaves_a_subset() {
    check("select id from orders", "select id from orders where amount > 1", Relation::Subset);
    check(
        "select id from orders where amount > 1",
        "select id from orders where amount > 1 and status = 'a'",
        Relation::Subset,
    );
    check("select id from orders where amount > 1", "select id from orders where amount > 2", Relation::Different);
}

#[test]
fn a_condition_before_a_window_is_no_subset() {
    check(
        "select id from orders qualify row_number() over (partition by status order by id) = 1",
        "select id from orders where amount > 1 qualify row_number() over (partition by status order by id) = 1",
        Relation::Different,
    );
}

#[test]
fn a_left_join_in_the_place_of_an_inner_one_is_a_superset() {
    check(
        "select o.id from orders o join customers c on o.customer_id = c.id",
        "select o.id from orders o left join customers c on o.customer_id = c.id",
        Relation::Superset,
    );
    check(
        "select c.id from customers c join orders o on o.customer_id = c.id where c.name = 'x'",
        "select c.id from customers c left join orders o on o.customer_id = c.id where c.name = 'x'",
        Relation::Superset,
    );
    check(
        "select c.id from customers c join orders o on o.customer_id = c.id",
        "select c.id from customers c left join orders o on o.id = c.id",
        Relation::Different,
    );
}

#[test]
fn another_branch_of_a_union_is_a_superset() {
    check("select id from orders", "select id from orders union all select id from customers", Relation::Superset);
    check(
        "select id from orders union all select id from customers",
        "select id from orders union all select id from customers union all select amount from orders",
        Relation::Superset,
    );
    check(
        "select id from orders union all select id from customers",
        "select id from orders union all select customer_id from orders",
        Relation::Different,
    );
}

#[test]
fn groups_and_distinct_rows_follow_what_they_are_made_of() {
    check(
        "select status, count(*) as n from orders group by status",
        "select status, count(*) as n from orders where amount > 1 group by status",
        Relation::Subset,
    );
    check(
        "select distinct status from orders",
        "select distinct status from orders where amount > 1",
        Relation::Subset,
    );
    check(
        "select status, count(*) as n from orders group by status having count(*) > 1",
        "select status, count(*) as n from orders where amount > 1 group by status having count(*) > 1",
        Relation::Different,
    );
    check(
        "select id from orders order by amount limit 5",
        "select id from orders where status = 'a' order by amount limit 5",
        Relation::Different,
    );
}

#[test]
fn what_compares_rows_with_others_does_not_keep_their_order() {
    let grows = |sql: &str| is_monotone(&query(sql), &|id| id == "orders");
    for sql in [
        "select id from orders where amount > 1",
        "select o.id from orders o join customers c on o.customer_id = c.id",
        "select o.id from orders o left join customers c on o.customer_id = c.id",
        "select status, sum(amount) as s from orders group by status",
        "select c.id from customers c where c.id not in (select 1)",
        "select id from orders union all select id from customers",
        "select distinct status from orders",
    ] {
        assert!(grows(sql), "{sql}");
    }
    for sql in [
        "select c.id from customers c left join orders o on o.customer_id = c.id",
        "select c.id from customers c where c.id not in (select customer_id from orders)",
        "select status from orders group by status having sum(amount) > 1",
        "select id from orders qualify row_number() over (order by id) = 1",
        "select id from orders limit 5",
        "select id from customers except select id from orders",
        "select id, (select max(amount) from orders) as m from customers where (select max(amount) from orders) > 1",
    ] {
        assert!(!grows(sql), "{sql}");
    }
}
