//! What the strict tree is, and what it must not be, for SQL of many kinds.

use sqlparser::ast;

use super::parse;
use crate::dialect::find;
use crate::syntax::Parsed;

fn parsed(dialect: &str, sql: &str) -> Parsed {
    parse(sql, &find(dialect).expect("a dialect of the table"))
}

/// One line a statement: its tree as SQL, or the fault and the text it points at.
fn check(dialect: &str, sql: &str, expected: &[&str]) {
    let parsed = parsed(dialect, sql);
    let found: Vec<String> = parsed
        .statements
        .iter()
        .map(|statement| match &statement.tree {
            Ok(tree) => tree.to_string(),
            Err(error) => format!("{} @ {}", error.message, &sql[error.span.range()]),
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_broken_statement_costs_only_itself() {
    check(
        "ansi",
        "select 1; select from from t; select 2",
        &["SELECT 1", "expected an expression, found `from` @ from", "SELECT 2"],
    );
    check("ansi", "select a b c from t", &["expected the end of the statement, found `c` @ c"]);
    check("ansi", "select (1", &["expected `)`, found the end of the statement @ 1"]);
    check("ansi", "select 1; select 'x", &["SELECT 1", "unterminated string literal @ '"]);
    check("ansi", " -- nothing\n", &[]);
}

#[test]
fn numbers_may_have_their_digits_grouped() {
    for dialect in ["trino", "athena", "postgres", "clickhouse", "duckdb"] {
        let parsed = parsed(dialect, "select a from t where a >= 100_000 and b < 1");
        assert_eq!(parsed.error(), None, "{dialect}");
    }
}

#[test]
fn deep_and_long_inputs_do_not_abort() {
    for sql in [
        format!("select {}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("select {}1", "(".repeat(10_000)),
        format!("select a from t where a = 1{}", " or a = 1".repeat(50_000)),
        format!("select 1{}", " union all select 1".repeat(50_000)),
        format!("select 1{}", "::int".repeat(50_000)),
        format!("select {}1", "not ".repeat(50_000)),
        format!("select {}1", "- ".repeat(50_000)),
        format!("select {}", "case when a then ".repeat(50_000)),
        format!("select {} 1", "f(".repeat(50_000)),
        format!("select * from {}", "(select * from ".repeat(50_000)),
    ] {
        let parsed = parsed("duckdb", &sql);
        assert!(parsed.error().is_some(), "{}", &sql[..40]);
    }
}

#[test]
fn depth_that_people_write_is_read() {
    let nested = format!("select {}1{}", "(".repeat(200), ")".repeat(200));
    assert!(parsed("duckdb", &nested).error().is_none());
    let chain = format!("select a from t where a = 1{}", " or a = 1".repeat(2_000));
    assert!(parsed("duckdb", &chain).error().is_none());
}

#[test]
fn spans_are_bytes_and_cover_brackets() {
    let sql = "select 'é', f(a, (b)) from t";
    let parsed = parsed("duckdb", sql);
    let from = sql.find("f(a").expect("the call is there");
    let cover = parsed.cover(crate::text::Span::new(from, from + 3));
    assert_eq!(&sql[cover.range()], "f(a, (b))");
}

/// The text of each SELECT item's expression, by its own span.
fn check_spans(dialect: &str, items: &[&str]) {
    let sql = format!("select {} from t", items.join(" , "));
    let parsed = parsed(dialect, &sql);
    let tree = parsed.statements[0].tree.as_ref().expect("the statement is read");
    let ast::Statement::Query(query) = &**tree else { panic!("{sql} is a query") };
    let ast::SetExpr::Select(select) = &*query.body else { panic!("{sql} is a SELECT") };
    let found: Vec<&str> = select.projection.iter().map(|item| &sql[parsed.item(item).range()]).collect();
    assert_eq!(found, items);
}

#[test]
fn expressions_know_their_whole_text() {
    check_spans(
        "duckdb",
        &[
            "a",
            "f ( a, (b) )",
            "count(*)",
            "sum(a) filter (where b > 1) over (partition by c)",
            "CAST(a AS decimal(10, 2))",
            "a::decimal(10, 2)",
            "(a + b)",
            "a is not null",
            "a + f(b) in (1, 2)",
            "x in (select 1)",
            "not (a)",
            "(select max(a) from t)",
            "exists (select 1)",
            "case when a then f(b) end",
            "a between 1 and f(2)",
            "a or b or f(c)",
            "extract(year from d)",
            "trim(both 'x' from f(a))",
            "date '2024-01-01'",
            "interval '1' day",
            "(a, b)",
            "[1, 2]",
            "{'a': 1}",
            "a[1]",
            "try_cast(a as int)",
            "'é' || upper(a) as ü",
            "sum(a) over w",
            "current_timestamp",
            "x -> x[1]",
            "array[a, f(b)]",
            "timestamp with time zone '2024-01-01'",
        ],
    );
    check_spans(
        "snowflake",
        &[
            "v:a.b[0]:c::string",
            "parse_json(v):a is null",
            "a regexp 'x'",
            "f(x, (a, b) -> a + b)",
            "trim(cast(a as text))",
        ],
    );
    check_spans("bigquery", &["interval -31 day", "a.b[offset(1)].c"]);
    check_spans("clickhouse", &["f(x -> x.2)"]);
}

/// The one statement's tree as SQL, whichever rewrites it took.
fn reads(dialect: &str, sql: &str, expected: &str) {
    check(dialect, sql, &[expected]);
}

#[test]
fn words_of_a_join_are_no_alias() {
    reads(
        "clickhouse",
        "select * from a any left join b using x",
        "SELECT * FROM a LEFT JOIN b FOR SYSTEM_TIME AS OF part('any') USING(x)",
    );
    reads("clickhouse", "select * from t final where x", "SELECT * FROM t FOR SYSTEM_TIME AS OF part('final') WHERE x");
    reads("snowflake", "select * from a directed join b on true", "SELECT * FROM a JOIN b ON true");
    reads("duckdb", "select * from a positional join b", "SELECT * FROM a ASOF JOIN b MATCH_CONDITION ('positional')");
    reads("duckdb", "select final from a final", "SELECT final FROM a final");
}

#[test]
fn parts_of_a_literal_are_no_alias() {
    reads("bigquery", "select 'a' 'b'", "SELECT 'ab'");
    reads("mysql", "select 5 mod 2", "SELECT 5 % 2");
    reads("postgres", "select a isnull from t", "SELECT a IS NULL FROM t");
    let spark = parsed("spark", "select 5D, 12Y");
    assert!(!format!("{:?}", spark.statements).contains("ExprWithAlias"));
}

#[test]
fn an_array_join_reads_expressions() {
    reads("clickhouse", "select x from t array join [1, 2] as x", "SELECT x FROM t ARRAY JOIN UNNEST([1, 2]) AS x");
}

#[test]
fn pivots_become_clauses_of_from() {
    reads(
        "duckdb",
        "pivot t on y using sum(p) as s group by g order by 1",
        "SELECT * FROM t PIVOT(sum(p) AS s FOR y IN (ANY)) GROUP BY g ORDER BY 1",
    );
    reads(
        "duckdb",
        "from (unpivot t on a, b into name n value v)",
        "FROM (SELECT * FROM t UNPIVOT(v FOR n IN (a, b)))",
    );
    reads("duckdb", "select pivot from t as pivot", "SELECT pivot FROM t AS pivot");
}

#[test]
fn comprehensions_become_calls() {
    reads(
        "duckdb",
        "select [x + 1 for x in l if x > 1] from t",
        "SELECT list_transform(list_filter(l, x -> x > 1), x -> x + 1) FROM t",
    );
}

#[test]
fn clauses_of_storage_are_left_out() {
    reads(
        "snowflake",
        "create dynamic table d target_lag = downstream warehouse = w as select 1",
        "CREATE TABLE d AS SELECT 1",
    );
    reads("spark", "create view v comment 'x' tblproperties ('a' = 'b') as select 1", "CREATE VIEW v AS SELECT 1");
}

#[test]
fn short_and_rare_forms_are_read() {
    reads("duckdb", "select @(-5), @a + 1", "SELECT @(-5), @a + 1");
    reads("duckdb", "pivot c group by x", "SELECT * FROM c PIVOT(count(*) FOR NULL IN (ANY)) GROUP BY x");
    reads(
        "duckdb",
        "from t pivot (sum(p) as a, for y in (1,) z in (2))",
        "FROM t PIVOT(sum(p) AS a FOR (y, z) IN (ANY))",
    );
    reads("duckdb", "select * from t tablesample bernoulli(10%)", "SELECT * FROM t TABLESAMPLE (10 PERCENT)");
    reads(
        "duckdb",
        "select * from a asof right join b on a.x >= b.x",
        "SELECT * FROM a ASOF JOIN b MATCH_CONDITION ('asof right') ON a.x >= b.x",
    );
    reads("redshift", "create table t (a, b) as (select 1, 2)", "CREATE TABLE t (a untyped, b untyped) AS SELECT 1, 2");
    reads("snowflake", "select b:c::array(integer) from t", "SELECT b:c::array(integer) FROM t");
    reads("mysql", "select a from t group by a desc with rollup", "SELECT a FROM t GROUP BY a WITH ROLLUP");
    reads("clickhouse", "select * from a left anti outer join b using x", "SELECT * FROM a LEFT ANTI JOIN b USING(x)");
    reads("spark", "select a div 2 * b", "SELECT a DIV 2 * b");
    reads("ansi", "select * from (a join b on true), (c)", "SELECT * FROM (a JOIN b ON true), c");
    reads(
        "spark",
        "select interval 1 year 2 month 3 day",
        "SELECT (INTERVAL 1 YEAR + INTERVAL 2 MONTH + INTERVAL 3 DAY)",
    );
    let altered = parsed("tsql", "alter table t\nwith check add constraint c check (a > 1)\nselect 1");
    assert_eq!(altered.statements.len(), 2);
}

#[test]
fn a_failed_second_try_keeps_the_first_error() {
    check("duckdb", "select [x for x in l", &["expected `]`, found `for` @ for"]);
}
#[test]
fn a_fault_is_told_at_the_token_that_cannot_go_on() {
    for (sql, expected) in [
        ("select coalesce(a, case when b then c en) from t", "`en` cannot stand here @ en"),
        ("select * from (select a from t wher x = 1)", "`x` cannot stand here @ x"),
        ("select f((select a b c)) from t", "expected `)`, found `c` @ c"),
        ("select a from where x", "expected a relation, found `where` @ where"),
        ("select a,, b from t", "expected an expression, found `,` @ ,"),
        ("select a from t join u on a = b and from", "expected an expression, found `from` @ from"),
        ("select a from t where a = ", "expected an expression, found the end of the statement @ ="),
    ] {
        check("snowflake", sql, &[expected]);
    }
    // Where no word is reserved, any may be a name.
    check("clickhouse", "select a from t where from", &["SELECT a FROM t WHERE from"]);
}

#[test]
fn words_of_clauses_are_names_where_they_stand_as_such() {
    check(
        "trino",
        "select filter(slice(a, 1), x -> x > 1), json_object('n': 1) from t",
        &["SELECT filter(slice(a, 1), x -> x > 1), json_object('n', 1) FROM t"],
    );
    check("clickhouse", "select addDays(day, offset) from t", &["SELECT addDays(day, \"offset\") FROM t"]);
    check("clickhouse", "select f(a, offset + 1, values) from t", &["SELECT f(a, \"offset\" + 1, \"values\") FROM t"]);
    check(
        "snowflake",
        "select * from (table(f(1)) t join u on true)",
        &["SELECT * FROM (TABLE(f(1)) t JOIN u ON true)"],
    );
    check("bigquery", "select a[0]._b from t where d = @day", &["SELECT a[0]._b FROM t WHERE d = @day"]);
    check("snowflake", "select v:from, at.a from b at join c", &["SELECT v:from, at.a FROM b AS at JOIN c"]);
}
