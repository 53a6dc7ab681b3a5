//! What the forms mean in which the syntax floor carries constructs that have no node of their own.

use std::sync::Arc;

use super::query::JoinKind;
use super::resolve::Script;
use super::{Catalog, Fingerprints, Known, KnownColumn, Nullability, Op, Status, Type, fingerprint, resolve};
use crate::dialect::find;
use crate::syntax::{ast, parse};

/// Any relation has the columns `id`, which is unique, `a` and `b`.
struct Alike;

impl Catalog for Alike {
    fn find(&self, name: &[ast::Ident]) -> Option<Arc<Known>> {
        let id = name.last()?.value.to_ascii_lowercase();
        let column = |name: &str, nullable| KnownColumn {
            name: name.to_owned(),
            ty: Type::parse("INTEGER"),
            nullable,
            ..KnownColumn::default()
        };
        let columns = vec![column("id", Nullability::No), column("a", Nullability::No), column("b", Nullability::Yes)];
        Some(Arc::new(Known {
            id,
            columns,
            keys: vec![(vec!["id".to_owned()], super::Proof::Proved)],
            ..Known::default()
        }))
    }
}

fn script(dialect: &str, sql: &str) -> Script {
    let dialect = find(dialect).expect("a dialect of the table");
    let parsed = parse(sql, &dialect);
    assert_eq!(parsed.error(), None, "{sql}");
    resolve(&parsed, &dialect, &Alike)
}

fn query(dialect: &str, sql: &str) -> super::Query {
    let query = script(dialect, sql).query.expect("the text is a query");
    assert_eq!(query.problems, [], "{sql}");
    query
}

fn prints(dialect: &str, sql: &str) -> Fingerprints {
    let facts = find(dialect).expect("a dialect of the table");
    fingerprint(&query(dialect, sql), &facts).expect("the query has a result")
}

fn check_differ(dialect: &str, one: &str, two: &str) {
    let (a, b) = (prints(dialect, one), prints(dialect, two));
    assert_ne!((a.rows, a.values), (b.rows, b.values), "these differ:\n{one}\n{two}");
}

/// The kinds of join, from the first to the last, and which outputs may be NULL.
fn check_joins(sql: &str, kinds: &[JoinKind], nullable: &[Nullability]) {
    let query = query("oracle", sql);
    let found: Vec<JoinKind> = query
        .nodes
        .iter()
        .filter_map(|node| match &node.op {
            Op::Join { kind, .. } => Some(*kind),
            _ => None,
        })
        .collect();
    assert_eq!(found, kinds, "{sql}");
    assert_eq!(query.status, Status::Exact, "{sql}");
    let found: Vec<Nullability> = query.outputs.iter().map(|output| output.nullable).collect();
    assert_eq!(found, nullable, "{sql}");
}

#[test]
fn marked_conditions_are_left_joins() {
    use Nullability::{No, Yes};
    check_joins("select t.a, u.a from t, u where t.id = u.id(+)", &[JoinKind::Left], &[No, Yes]);
    check_joins("select t.a, u.a from t, u where t.id(+) = u.id and t.b(+) = 3", &[JoinKind::Left], &[Yes, No]);
    check_joins(
        "select t.a, u.a, v.a from t, u, v where t.id = v.id and v.b = u.id(+) and t.a > 1",
        &[JoinKind::Cross, JoinKind::Left],
        &[No, Yes, No],
    );
    check_joins(
        "select t.a, u.a, v.a from v, u, t where t.id = u.id(+) and u.b = v.id(+)",
        &[JoinKind::Left, JoinKind::Left],
        &[No, Yes, Yes],
    );
}

#[test]
fn what_chooses_rows_is_no_detail() {
    check_differ("clickhouse", "select a from t", "select a from t final");
    check_differ("clickhouse", "select t.a from t join u using b", "select t.a from t any join u using b");
    check_differ("clickhouse", "select a from t limit 1 by b", "select a from t limit 2 by b");
    check_differ("clickhouse", "select a from t limit 1 by b", "select a from t limit 1 offset 1 by b");
    check_differ("duckdb", "select a from t limit 10", "select a from t limit 10%");
    check_differ("tsql", "select top 10 a from t", "select top 10 percent a from t");
    check_differ("tsql", "select a from t", "select a from t for system_time as of '2020'");
    check_differ("mysql", "select a from t", "select a from t partition (p0)");
    check_differ("oracle", "select a from t", "select a from t partition (p0)");
    check_differ("postgres", "select a from t", "select a from only t");
    check_differ("teradata", "select cast(a as date format 'Y') from t", "select cast(a as date format 'M') from t");
    check_differ(
        "postgres",
        "select sum(a) over (order by b rows 1 preceding) from t",
        "select sum(a) over (order by b rows 1 preceding exclude ties) from t",
    );
    check_differ(
        "oracle",
        "select max(a) keep (dense_rank first order by b) from t",
        "select max(a) keep (dense_rank last order by b) from t",
    );
}

#[test]
fn several_moments_at_once_keep_no_key() {
    let keys = |sql: &str| {
        let query = query("tsql", sql);
        let root = query.root.expect("the query has a result");
        query.nodes[root.0 as usize].keys.len()
    };
    assert_eq!(keys("select id from t for system_time as of '2020'"), 1);
    assert_eq!(keys("select id from t for system_time all"), 0);
}

#[test]
fn more_than_one_row_of_a_group_makes_no_key() {
    let keys = |sql: &str| {
        let query = query("clickhouse", sql);
        let root = query.root.expect("the query has a result");
        query.nodes[root.0 as usize].keys.len()
    };
    assert_eq!(keys("select b from t limit 1 by b"), 1);
    assert_eq!(keys("select b from t limit 2 by b"), 0);
}

fn check_outputs(dialect: &str, sql: &str, expected: &[&str]) {
    let query = query(dialect, sql);
    let found: Vec<&str> = query.outputs.iter().map(|output| output.name.as_str()).collect();
    assert_eq!(found, expected, "{sql}");
}

#[test]
fn documents_have_the_columns_they_declare() {
    check_outputs("tsql", "select * from openjson('x') with (p int, q varchar(9))", &["p", "q"]);
    check_outputs("tsql", "select d.* from t cross apply openjson(t.a) d", &["key", "value", "type"]);
    check_outputs(
        "mysql",
        "select j.* from t, json_table(t.a, '$' columns (p int path '$.p', nested path '$.q' columns (r int path '$'))) j",
        &["p", "r"],
    );
    check_outputs("oracle", "select x.* from t, xmltable('/a' passing t.a columns p number path '@p') x", &["p"]);
}

#[test]
fn rows_for_xml_are_one_value() {
    let one = query("tsql", "select a, b from t for json path");
    let root = one.root.expect("the query has a result");
    assert!(one.nodes[root.0 as usize].at_most_one_row);
    check_outputs("tsql", "select a, b from t for xml path('')", &["FOR XML"]);
    check_differ("tsql", "select a from t order by b for json path", "select a from t order by id for json path");
    check_differ("tsql", "select a as x from t for json path", "select a as y from t for json path");
}

#[test]
fn unpacked_columns_are_arguments() {
    check_outputs("duckdb", "select coalesce(*columns(['a', 'b'])) as c from t", &["c"]);
    check_differ(
        "duckdb",
        "select coalesce(*columns(['a', 'b'])) as c from t",
        "select coalesce(*columns(['a', 'id'])) as c from t",
    );
}

#[test]
fn what_an_upsert_sets_is_read() {
    for (dialect, tail) in [
        ("mysql", "on duplicate key update a = (select max(b) from u)"),
        ("postgres", "on conflict (a) do update set b = (select max(b) from u)"),
    ] {
        let script = script(dialect, &format!("insert into v (a) select a from t {tail}"));
        let reads: Vec<&str> = script.tables[0].query.reads.iter().map(|read| read.id.as_str()).collect();
        assert_eq!(reads, ["t", "u"], "{dialect}");
    }
}

#[test]
fn values_by_name_keep_their_names() {
    check_outputs("clickhouse", "with 1 as x, 2 as y select distinct x, y + 1 as z, y from t", &["x", "z", "y"]);
    check_outputs("clickhouse", "with 1 as x select a x from t", &["x"]);
    check_outputs("mysql", "select a format, b from t lock in share mode", &["format", "b"]);
    assert_eq!(query("mysql", "select a into outfile 'x' from t").reads.len(), 1);
}

#[test]
fn a_recursive_query_has_the_columns_that_search_adds() {
    check_outputs(
        "postgres",
        "with recursive r (n) as (select a from t union all select n + 1 from r) search depth first by n set o select n, o from r",
        &["n", "o"],
    );
}

#[test]
fn a_block_writes_what_its_statements_write() {
    let script = script(
        "oracle",
        "insert all when a > 1 then into u (x) values (b) else into v (y) values (a) select a, b from t",
    );
    let written: Vec<(&str, &str)> =
        script.tables.iter().map(|written| (written.name.as_str(), written.query.outputs[0].name.as_str())).collect();
    assert_eq!(written, [("U", "x"), ("V", "y")]);
}

#[test]
fn a_view_writes_to_the_relation_it_names() {
    let script = script("clickhouse", "create materialized view v on cluster c to w (a Int32) as select a from t");
    let written: Vec<&str> = script.tables.iter().map(|written| written.name.as_str()).collect();
    assert_eq!(written, ["w", "v"]);
}
