//! What queries read, as SQL and the edges that are claimed.

use std::fmt::Write;
use std::sync::Arc;

use super::trace;
use crate::algebra::{Catalog, Known, KnownColumn, Nullability, Type, resolve};
use crate::dialect::find;
use crate::lineage::{Edge, ModelLineage};
use crate::syntax::{ast, parse};

/// `orders(id, customer, amount, placed, payload)` and `customers(id, name, region)`, with `id` a key of both.
struct Shop;

impl Catalog for Shop {
    fn find(&self, name: &[ast::Ident]) -> Option<Arc<Known>> {
        let columns: &[(&str, &str)] = match name.last()?.value.as_str() {
            "orders" => &[
                ("id", "INTEGER"),
                ("customer", "INTEGER"),
                ("amount", "INTEGER"),
                ("placed", "DATE"),
                ("payload", "JSON"),
            ],
            "customers" => &[("id", "INTEGER"), ("name", "VARCHAR"), ("region", "VARCHAR")],
            _ => return None,
        };
        let column = |(name, ty): &(&str, &str)| KnownColumn {
            name: (*name).to_owned(),
            ty: Type::parse(ty),
            nullable: if *name == "id" { Nullability::No } else { Nullability::Yes },
            ..KnownColumn::default()
        };
        let keys = vec![(vec!["id".to_owned()], crate::algebra::Proof::Proved)];
        let id = name.last()?.value.clone();
        Some(Arc::new(Known { id, columns: columns.iter().map(column).collect(), keys, ..Known::default() }))
    }
}

fn lineage(sql: &str) -> ModelLineage {
    let dialect = find("duckdb").expect("duckdb is a dialect");
    let query = resolve(&parse(sql, &dialect), &dialect, &Shop).query.expect("the text is a query");
    trace(&query, &dialect)
}

fn spell(edges: &[Edge]) -> String {
    let edge = |edge: &Edge| format!("{} {}.{}", edge.via.word(), edge.relation, edge.spelled());
    edges.iter().map(edge).collect::<Vec<_>>().join(", ")
}

fn check(sql: &str, expected: &[&str]) {
    let lineage = lineage(sql);
    let mut told: Vec<String> =
        lineage.columns.iter().map(|column| format!("{}: {}", column.name, spell(&column.inputs))).collect();
    let mut rows = "rows: ".to_owned();
    let _ = write!(rows, "{}", spell(&lineage.rows));
    told.push(rows);
    assert_eq!(told.iter().map(|line| line.trim_end()).collect::<Vec<_>>(), expected, "{sql}");
}

#[test]
fn a_left_join_on_a_key_decides_values_and_no_row() {
    check(
        "select o.id, c.name from orders o left join customers c on c.id = o.customer",
        &[
            "id: identity orders.id",
            "name: conditional orders.customer, conditional customers.id, identity customers.name",
            "rows:",
        ],
    );
    check("select o.id from orders o left join customers c on c.id = o.customer", &["id: identity orders.id", "rows:"]);
}

#[test]
fn a_join_that_may_repeat_rows_decides_rows() {
    check(
        "select c.id from customers c left join orders o on o.customer = c.id",
        &["id: identity customers.id", "rows: join customers.id, join orders.customer"],
    );
    check(
        "select distinct c.id from customers c left join orders o on o.customer = c.id",
        &["id: identity customers.id", "rows: distinct customers.id"],
    );
}

#[test]
fn an_aggregate_without_keys_has_one_row_whatever_is_filtered() {
    check(
        "select sum(amount) as total, 1 as one from orders where placed is null",
        &["total: aggregate orders.amount, conditional orders.placed", "one:", "rows:"],
    );
    check(
        "select sum(amount) as total, max(id) as last from orders where placed is null",
        &["total: aggregate orders.amount", "last: aggregate orders.id", "rows: filter orders.placed"],
    );
}

#[test]
fn the_order_under_a_limit_decides_what_is_shown() {
    check(
        "select amount, placed from orders order by amount, placed limit 3",
        &["amount: identity orders.amount", "placed: identity orders.placed", "rows: sort orders.amount"],
    );
    check(
        "select id, amount from orders qualify row_number() over (partition by customer order by placed) = 1",
        &[
            "id: identity orders.id",
            "amount: identity orders.amount",
            "rows: filter orders.customer, filter orders.placed",
        ],
    );
}

#[test]
fn what_groups_rows_decides_how_many_distinct_counts_there_are() {
    check(
        "select distinct on (n) 1 as one from (select count(*) as n, customer from orders group by customer) t order by n",
        &["one:", "rows: group_by orders.customer"],
    );
}

#[test]
fn what_no_data_can_show_is_not_claimed() {
    check(
        "select case when placed is null then amount else amount end as a, coalesce(id, amount) as b from orders",
        &["a: identity orders.amount", "b: transform orders.id", "rows:"],
    );
    check("select id from orders where id is not null", &["id: identity orders.id", "rows:"]);
    check(
        "select id from orders union all select customer from orders where customer = 1 and customer is null",
        &["id: identity orders.id", "rows:"],
    );
}

#[test]
fn a_path_into_a_value_is_a_column_of_its_own() {
    check(
        "select payload->>'$.customer.id' as c, payload from orders",
        &["c: transform orders.payload.customer.id", "payload: identity orders.payload", "rows:"],
    );
    check(
        "with o as (select payload as p from orders) select p->'a' as a from o where p->>'b' = '1'",
        &["a: transform orders.payload.a", "rows: filter orders.payload.b"],
    );
    check(
        "select s.x from (select {'x': id, 'y': amount} as s from orders) as t",
        &["x: transform orders.id", "rows:"],
    );
}

#[test]
fn all_columns_that_are_named_are_told_apart_from_those_that_matter() {
    let lineage = lineage("select o.id from orders o left join customers c on c.id = o.customer");
    let named: Vec<String> = lineage.named.iter().map(|name| format!("{}.{}", name.relation, name.column)).collect();
    assert_eq!(named, ["customers.id", "orders.customer", "orders.id"]);
}
