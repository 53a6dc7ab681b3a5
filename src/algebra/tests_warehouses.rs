//! What the constructs of one warehouse mean, said in plain SQL: a pipe is a chain of subqueries, and so on.

use std::sync::Arc;

use super::{Catalog, Fingerprints, Known, KnownColumn, Query, Status, Type, fingerprint, resolve};
use crate::dialect::find;
use crate::syntax::{ast, parse};

/// `t(a, b, c)` and `u(a, b, d)`, all integers.
struct Tables;

impl Catalog for Tables {
    fn find(&self, name: &[ast::Ident]) -> Option<Arc<Known>> {
        let id = name.last()?.value.to_ascii_lowercase();
        let names = match id.as_str() {
            "t" => ["a", "b", "c"],
            "u" => ["a", "b", "d"],
            _ => return None,
        };
        let column =
            |name: &str| KnownColumn { name: name.to_owned(), ty: Type::parse("BIGINT"), ..KnownColumn::default() };
        Some(Arc::new(Known { id, columns: names.into_iter().map(column).collect(), ..Known::default() }))
    }
}

fn query(dialect: &str, sql: &str) -> Query {
    let dialect = find(dialect).expect("a dialect of the table");
    let parsed = parse(sql, &dialect);
    assert_eq!(parsed.error(), None, "{sql}");
    let script = resolve(&parsed, &dialect, &Tables);
    let written = script.tables.into_iter().next().map(|written| written.query);
    script.query.or(written).expect("the text is a query")
}

fn prints(dialect: &str, sql: &str) -> (Vec<String>, Fingerprints) {
    let query = query(dialect, sql);
    assert_eq!(query.problems, [], "{sql}");
    let names = query.outputs.iter().map(|output| output.name.clone()).collect();
    let dialect = find(dialect).expect("a dialect of the table");
    (names, fingerprint(&query, &dialect).expect("the query has a result"))
}

/// Each line reads as the same columns, rows and values as the other.
fn check(dialect: &str, pairs: &[(&str, &str)]) {
    for (one, two) in pairs {
        let ((names, a), (other_names, b)) = (prints(dialect, one), prints(dialect, two));
        assert_eq!(names, other_names, "the columns of\n{one}\n{two}");
        assert_eq!((a.rows, a.values), (b.rows, b.values), "these mean the same:\n{one}\n{two}");
    }
}

fn differ(dialect: &str, pairs: &[(&str, &str)]) {
    for (one, two) in pairs {
        let ((_, a), (_, b)) = (prints(dialect, one), prints(dialect, two));
        assert_ne!((a.rows, a.values), (b.rows, b.values), "these differ:\n{one}\n{two}");
    }
}

#[test]
fn a_pipe_is_a_chain_of_subqueries() {
    check(
        "bigquery",
        &[
            ("from t", "select * from t"),
            ("from t |> where a > 1 |> select b, a + 1 as x", "select b, a + 1 as x from t where a > 1"),
            ("from t |> extend a + b as s |> where s > 1", "select * from (select *, a + b as s from t) where s > 1"),
            ("from t as x |> extend x.a as s |> where x.b > 1 |> select s", "select a as s from t where b > 1"),
            ("from t |> set b = a + 1", "select a, a + 1 as b, c from t"),
            ("from t as x |> set b = 1 |> select b, x.b as old", "select 1 as b, b as old from t"),
            ("from t |> drop a, c", "select b from t"),
            ("from t |> rename a as z", "select a as z, b, c from t"),
            ("from t |> as x |> select x.a", "select a from t"),
            (
                "from t |> aggregate sum(a) as s, count(*) as n group by b, c",
                "select b, c, sum(a) as s, count(*) as n from t group by b, c",
            ),
            ("from t |> aggregate sum(a) as s", "select sum(a) as s from t"),
            ("from t |> aggregate group by a + 1 as a", "select a + 1 as a from t group by 1"),
            (
                "from t |> aggregate max(a) as m group by b |> where m > 1",
                "select b, max(a) as m from t group by b having max(a) > 1",
            ),
            (
                "from t as x |> join u as y on x.a = y.a |> select x.b, y.d",
                "select x.b, y.d from t as x join u as y on x.a = y.a",
            ),
            ("from t |> left join u using (a) |> select a, d", "select a, d from t left join u using (a)"),
            (
                "from t |> extend 1 as one |> join u on t.a = u.a |> select t.b, u.d, one",
                "select t.b, u.d, 1 as one from t join u on t.a = u.a",
            ),
            ("from t |> order by a desc |> limit 3 offset 1", "select * from t order by a desc limit 3 offset 1"),
            (
                "from t |> union all (select * from u), (select * from t)",
                "select * from t union all select * from u union all select * from t",
            ),
            ("from t |> except distinct (select * from u)", "select * from t except distinct select * from u"),
            ("from t |> distinct", "select distinct * from t"),
            ("from t |> select distinct a |> where a > 0", "select * from (select distinct a from t) where a > 0"),
            (
                "from t |> window sum(a) over (partition by b) as s",
                "select *, sum(a) over (partition by b) as s from t",
            ),
            (
                "select a, b from t where c > 1 |> where a > 2",
                "select * from (select a, b from t where c > 1) where a > 2",
            ),
            (
                "from t |> tablesample system (10 percent) |> select a",
                "select a from t tablesample system (10 percent)",
            ),
            ("from t |> pivot (sum(a) for b in (1, 2))", "select * from t pivot (sum(a) for b in (1, 2))"),
            ("from t |> unpivot (v for n in (a, b))", "select * from t unpivot (v for n in (a, b))"),
            (
                "from t |> aggregate sum(a) as s group and order by b desc |> limit 1",
                "select b, sum(a) as s from t group by b order by b desc limit 1",
            ),
        ],
    );
    check(
        "spark",
        &[
            (
                "from t |> where a > 1 |> union all select * from u",
                "select * from t where a > 1 union all select * from u",
            ),
            ("from t |> subtract table u", "select * from t except select * from u"),
        ],
    );
}

#[test]
fn a_call_in_a_pipe_is_partial_and_reads_its_input() {
    let query = query("bigquery", "from t |> call f(1) |> where x > 1");
    assert_eq!(query.status, Status::Partial);
    assert_eq!(query.reads.len(), 1);
}

#[test]
fn columns_by_name_come_out_as_the_words_say() {
    check(
        "bigquery",
        &[
            (
                "select a, b from t left union all by name select d, a from u",
                "select a, b from t union all select a, null from u",
            ),
            (
                "select a, c from t inner union all by name select d, a from u",
                "select a from t union all select a from u",
            ),
            (
                "select a, c from t union all corresponding select d, a from u",
                "select a from t union all select a from u",
            ),
            (
                "select a, b from t full union all by name select d, a from u",
                "select a, b, null as d from t union all select a, null, d from u",
            ),
            (
                "select a, b from t union all by name on (b) select b, a from u",
                "select b from t union all select b from u",
            ),
            (
                "select a, b from t union all strict corresponding select b, a from u",
                "select a, b from t union all select a, b from u",
            ),
            (
                "from t |> select a, b |> left union all by name (select d, a from u)",
                "select a, b from t union all select a, null from u",
            ),
        ],
    );
    let open = query("bigquery", "select * from t left union all by name select * from x");
    assert_eq!(open.status, Status::Partial);
}

#[test]
fn what_a_carried_word_says_is_part_of_the_meaning() {
    differ(
        "spark",
        &[
            ("select a from t version as of 1", "select a from t version as of 2"),
            ("select a from t@v1", "select a from t@v2"),
            ("select cast(a as struct<x: int>) as s from t", "select cast(a as struct<x: bigint>) as s from t"),
        ],
    );
    differ(
        "snowflake",
        &[
            ("select a from t at (offset => -60)", "select a from t at (offset => -61)"),
            ("select a::object(x int) as s from t", "select a::object(x varchar) as s from t"),
            ("select {* exclude (a)} as s from t", "select {* exclude (b)} as s from t"),
            (
                "select nth_value(a, 2) from first over (order by b) as n from t",
                "select nth_value(a, 2) from last over (order by b) as n from t",
            ),
        ],
    );
    differ(
        "trino",
        &[
            (
                "with function f(x int) returns int return x * 2 select f(a) as r from t",
                "with function f(x int) returns int return x * 3 select f(a) as r from t",
            ),
            ("select a from t for version as of 1", "select a from t for version as of 2"),
            ("select json_query(a, 'p' omit quotes) as j from t", "select json_query(a, 'p' keep quotes) as j from t"),
        ],
    );
}

#[test]
fn an_inline_function_is_not_the_dialects_own() {
    let query = query("trino", "with function upper(x int) returns int return x * 2 select upper(a) as r from t");
    assert_eq!(query.status, Status::Partial);
}

#[test]
fn a_merge_by_star_writes_the_columns_of_its_source() {
    let names = |dialect: &str, sql: &str| {
        let query = query(dialect, sql);
        query.outputs.iter().map(|output| output.name.to_ascii_lowercase()).collect::<Vec<_>>()
    };
    let merged = "merge into t using u on t.a = u.a when matched then update set * when not matched then insert *";
    assert_eq!(names("databricks", merged), ["a", "b", "d"]);
    assert_eq!(names("redshift", "merge into t using u on t.a = u.a remove duplicates"), ["a", "b", "d"]);
    let row = "merge into t using u on t.a = u.a when not matched then insert row";
    assert_eq!(names("bigquery", row), ["a", "b", "d"]);
    assert_eq!(names("spark", "insert into t by name select d as c, a from u"), ["c", "a"]);
    assert_eq!(names("spark", "insert into t select d, a from u"), ["a", "b"]);
    assert_eq!(names("redshift", "select *, 1 as n exclude (a, b) from t"), ["c", "n"]);
}

#[test]
fn a_pivot_of_calculations_depends_on_their_columns() {
    let query = query("spark", "select * from t pivot (min(a) / 2 as m for b in (1, 2))");
    assert_eq!(query.status, Status::Partial);
    assert_eq!(query.outputs.len(), 3);
}

#[test]
fn elements_of_unknown_arrays_have_the_fields_they_are_asked_for() {
    for sql in [
        "select e.key, e.value.x from t, unnest(json_query_array(t.a)) as e",
        "select key from unnest([]) as e where value = 1",
        "select udf.pick(a, b).total as n, udf.deep.pick(a).x.y as m from t",
    ] {
        assert_eq!(query("bigquery", sql).problems, [], "{sql}");
    }
    let missing = query("bigquery", "select e.key from unnest([struct(1 as a)]) as e");
    assert_eq!(missing.problems.len(), 1, "the fields of a struct that is known are known");
}

#[test]
fn a_star_of_one_relation_leaves_out_what_using_made_one_in_trino() {
    let starred = "select t.*, a as k from t join u using (a)";
    check("trino", &[(starred, "select t.b, t.c, a as k from t join u using (a)")]);
    check("duckdb", &[(starred, "select t.a, t.b, t.c, a as k from t join u using (a)")]);
}

#[test]
fn qualify_means_the_column_that_select_takes() {
    let by = |column: &str| {
        format!(
            "select t.a, d from t join u on t.b = u.b qualify row_number() over (partition by {column} order by d) = 1"
        )
    };
    check("bigquery", &[(by("a").as_str(), by("t.a").as_str())]);
    check("snowflake", &[(by("a").as_str(), by("t.a").as_str())]);
}

#[test]
fn a_column_of_the_query_around_is_not_the_subquerys_own() {
    let around = "select a from t as x where exists (select 1 from t as y where x.b = y.b and x.c <> y.c)";
    let own = "select a from t as x where exists (select 1 from t as y where y.b = y.b and y.c <> y.c)";
    differ("duckdb", &[(around, own)]);
    check("duckdb", &[(around, "select a from t where exists (select 1 from t as y where t.b = y.b and t.c <> y.c)")]);
}
