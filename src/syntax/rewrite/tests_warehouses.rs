//! How the constructs of the cloud warehouses and of Spark, Hive and Trino are read: one line each.

use crate::dialect::find;
use crate::syntax::parse;

/// Pairs of SQL and the tree it becomes, as SQL.
pub(super) fn check(dialect: &str, pairs: &[(&str, &str)]) {
    let facts = find(dialect).expect("a dialect of the table");
    for (sql, expected) in pairs {
        let parsed = parse(sql, &facts);
        let found: Vec<String> = parsed
            .statements
            .iter()
            .map(|statement| statement.tree.as_ref().map_or_else(|error| error.message.clone(), ToString::to_string))
            .collect();
        assert_eq!(found, [*expected], "{dialect}: {sql}");
    }
}

#[test]
fn snowflake_is_read() {
    check(
        "snowflake",
        &[
            ("select * from a directed join b on true", "SELECT * FROM a JOIN b ON true"),
            ("select x.c from t at join u on true", "SELECT x.c FROM t AS at JOIN u ON true"),
            ("select identifier('f')(1), identifier($g)(2) from identifier('d.t')", "SELECT f(1), $g(2) FROM d.t"),
            ("select * from table('d.t') sample (10)", "SELECT * FROM d.t SAMPLE (10)"),
            (
                "select cast(x as object(a varchar, b array(int))), y::map(varchar, int) from t",
                "SELECT CAST(x AS object(a varchar, b array(int))), y::map(varchar, int) FROM t",
            ),
            ("select cast(o as object(a int) rename fields) from t", "SELECT CAST(o AS object(a int)) FROM t"),
            (
                "select {*}, {t.* exclude (a)} from t",
                "SELECT OBJECT_CONSTRUCT(*), OBJECT_CONSTRUCT(t.*, 'exclude ( a )') FROM t",
            ),
            ("select m!predict(1) from t", "SELECT m!predict(1) FROM t"),
            ("select round(a => 1, , b => 2) from t", "SELECT round(a => 1, b => 2) FROM t"),
            ("select date_part(year from d) from t", "SELECT date_part(year, d) FROM t"),
            ("select a::timestamp with local time zone from t", "SELECT a::TIMESTAMP_LTZ FROM t"),
            ("with c (select 1 as a) select a from c", "WITH c AS (SELECT 1 AS a) SELECT a FROM c"),
            (
                "select nth_value(a, 2) from first over (order by b), nth_value(a, 2) from last over (order by b) from t",
                "SELECT nth_value(a, 2) OVER (ORDER BY b), nth_value(a, 2, 'FROM LAST') OVER (ORDER BY b) FROM t",
            ),
            (
                "select p from (select * from t where a) match_recognize (order by b measures classifier() as p pattern (x+) define x as c > 1) as m",
                "SELECT p FROM TABLE(match_recognize((SELECT * FROM (SELECT * FROM t WHERE a)), '( order by b measures classifier (  ) as p pattern ( x + ) define x as c > 1 )')) AS m",
            ),
            ("define view v as select a from t", "CREATE VIEW v AS SELECT a FROM t"),
            (
                "create table t using template (select array_agg(object_construct(*)) from table(infer_schema(location => '@s')))",
                "CREATE TABLE t AS SELECT * FROM using_template((SELECT array_agg(object_construct(*)) FROM TABLE(infer_schema(location => '@s'))))",
            ),
            (
                "create pipe p auto_ingest = true as copy into t (a) from (select $1 from @s/x)",
                "COPY INTO t (a) FROM (SELECT $1 FROM @s/x)",
            ),
            (
                "create dynamic table d (a comment 'x', b int comment 'y') target_lag = '1 minute' warehouse = w as select a, b from t",
                "CREATE TABLE d (a untyped, b INT) AS SELECT a, b FROM t",
            ),
            (
                "create view v (a) with row access policy p on (a) as (select a from t)",
                "CREATE VIEW v (a) AS (SELECT a FROM t)",
            ),
            ("select * from a cross join b using (id)", "SELECT * FROM a JOIN b USING(id)"),
            (
                "select * from t pivot (sum(x) for y in ('z')) as p tablesample (1)",
                "SELECT * FROM (SELECT * FROM t PIVOT(sum(x) FOR y IN ('z'))) AS p TABLESAMPLE (1)",
            ),
            ("select * from table(f(input => table(t)))", "SELECT * FROM TABLE(f(input => (SELECT * FROM t)))"),
            (
                "select c from semantic_view(v metrics m dimensions date_trunc('month', d) as c)",
                "SELECT c FROM SEMANTIC_VIEW(v DIMENSIONS date_trunc('month', d) METRICS m)",
            ),
            (
                "select blob:a.b, date:c::int, cast(time:x as int) from t",
                "SELECT blob:a.b, date:c::INT, CAST(time:x AS INT) FROM t",
            ),
        ],
    );
}

#[test]
fn bigquery_is_read() {
    check(
        "bigquery",
        &[
            ("select 'a' 'b'", "SELECT 'ab'"),
            (
                "select * from t as a for system_time as of timestamp '2020-01-01' join u on true",
                "SELECT * FROM (SELECT * FROM t TABLESAMPLE ('system_time as of timestamp ''2020-01-01''')) AS a JOIN u ON true",
            ),
            (
                "select 1 as a left outer union all by name select 2 as b",
                "SELECT 1 AS a UNION ALL BY NAME SELECT * FROM (SELECT 2 AS b) AS \"by name left\"",
            ),
            (
                "select a from t union all by name on (a) select a from u order by 1",
                "SELECT a FROM t UNION ALL BY NAME SELECT * FROM (SELECT a FROM u) AS \"by name\" (a) ORDER BY 1",
            ),
            (
                "select a from t full union all by name select b from u",
                "SELECT a FROM t UNION ALL BY NAME SELECT b FROM u",
            ),
            (
                "select a from t inner union all by name select a from u union all select 1",
                "SELECT a FROM t UNION ALL BY NAME SELECT * FROM (SELECT a FROM u) AS \"by name inner\" UNION ALL SELECT 1",
            ),
            (
                "select a from t union all strict corresponding select a from u",
                "SELECT a FROM t UNION ALL BY NAME SELECT a FROM u",
            ),
            (
                "select a from t union distinct corresponding by (a) (select a from u)",
                "SELECT a FROM t UNION DISTINCT BY NAME SELECT * FROM (SELECT a FROM u) AS \"by name\" (a)",
            ),
            ("select t.1a, d.144b from p.d.25x as t", "SELECT t.1a, d.144b FROM p.d.25x AS t"),
            ("select * from d.events_*", "SELECT * FROM d.events_*"),
            ("select to_json(struct()), f(a).* as w from t", "SELECT to_json(struct()), f(a).* FROM t"),
            ("select a from table group by a", "SELECT a FROM table GROUP BY a"),
            (
                "select array(select a from t.arr with offset where offset > 1) from t",
                "SELECT array(SELECT a FROM UNNEST(t.arr) WITH OFFSET WHERE offset > 1) FROM t",
            ),
            ("select cast(d as string format ('YYYY')) from t", "SELECT CAST(d AS STRING FORMAT 'YYYY') FROM t"),
            (
                "create model m transform (a + 1 as b) options (x = 'y') as select a from t",
                "CREATE TABLE m AS SELECT a + 1 AS b FROM (SELECT a FROM t)",
            ),
            (
                "from t |> aggregate sum(a) as s group and order by b, c desc",
                "FROM t |> AGGREGATE sum(a) AS s GROUP BY b ASC, c DESC",
            ),
            (
                "from t |> select distinct a |> window sum(a) over () as s |> distinct",
                "FROM t |> SELECT a |> CALL distinct_rows() |> EXTEND sum(a) OVER () AS s |> CALL distinct_rows()",
            ),
            ("(select 1 as a) as t |> where a > 0", "FROM (SELECT 1 AS a) AS t |> WHERE a > 0"),
            (
                "from t |> left union all by name (select 2 as b) |> limit 1",
                "FROM t |> UNION ALL BY NAME (SELECT * FROM (SELECT 2 AS b) AS \"by name left\") |> LIMIT 1",
            ),
            ("select `p.d.t`.a, `p.d.t`.b.c from `p.d.t`", "SELECT `p`.`d`.`t`.a, `p`.`d`.`t`.b.c FROM `p`.`d`.`t`"),
            ("create snapshot table d.t clone d.u", "CREATE SNAPSHOT TABLE d.t CLONE d.u"),
            (
                "from t |> select a, sum(b) over (w rows 1 preceding) as r window w as (order by b)",
                "FROM t |> SELECT a, sum(b) OVER (ORDER BY b ROWS 1 PRECEDING) AS r",
            ),
            (
                "select 1 as key |> with t as (select 1 as key) |> join t using (key)",
                "WITH t AS (SELECT 1 AS key) SELECT 1 AS key |> JOIN t USING(key)",
            ),
            (
                "select assert.null(cast(null as struct<a int64, values array<struct<value int64>>>))",
                "SELECT assert.\"null\"(CAST(NULL AS STRUCT<a INT64, values ARRAY<STRUCT<value INT64>>>))",
            ),
            (
                "select udf.pick(a, b).total, e.key from t, unnest(t.es) as e",
                "SELECT udf.pick(a, b).total, e.key FROM t, UNNEST(t.es) AS e",
            ),
        ],
    );
}

#[test]
fn spark_is_read() {
    check(
        "spark",
        &[
            ("select 5D, 12Y, X\"1F\", r'a'", "SELECT CAST(5 AS DOUBLE), CAST(12 AS TINYINT), X'1F', 'a'"),
            (
                "select a from t@v12, u@20240101000000000",
                "SELECT a FROM (SELECT * FROM t TABLESAMPLE ('VERSION AS OF 12')) AS t, (SELECT * FROM u TABLESAMPLE ('TIMESTAMP AS OF ''20240101000000000''')) AS u",
            ),
            (
                "select interval 1 year -2 months + 3 days, interval '5' hours '30' minutes",
                "SELECT (INTERVAL 1 YEAR + INTERVAL -2 MONTHS + INTERVAL 3 DAYS), (INTERVAL '5' HOURS + INTERVAL '30' MINUTES)",
            ),
            (
                "select * from values 1, 2, values (3, 4) as t(a, b)",
                "SELECT * FROM (VALUES (1), (2)), (VALUES (3, 4)) AS t (a, b)",
            ),
            ("values (1, 2), (3, 4) as t(a, b)", "SELECT * FROM (VALUES (1, 2), (3, 4)) AS t (a, b)"),
            ("select * from (values (1, 2)) (a, b)", "SELECT * FROM (VALUES (1, 2)) AS \"unnamed\" (a, b)"),
            ("select * from d.u as (a, b)", "SELECT * FROM d.u AS u (a, b)"),
            ("select a.* except (a.b) from a", "SELECT a.* EXCEPT (b) FROM a"),
            (
                "select transform(a, b) using 'cat' as (c string, d) from t where a > 1",
                "SELECT c, d FROM t LATERAL VIEW transform_using('cat', a, b) transformed AS c, d WHERE a > 1",
            ),
            ("select (1 as one) + 1 as a, one + 3 as b", "SELECT (1) + 1 AS a, (1) + 3 AS b"),
            (
                "select cast(a as string collate utf8_binary) from t",
                "SELECT CAST(a AS STRING) COLLATE utf8_binary FROM t",
            ),
            ("insert into t replace where a = 1 select * from u", "INSERT INTO t SELECT * FROM u"),
            (
                "insert overwrite t partition (a = 1) by name select b from u",
                "INSERT OVERWRITE t (\"by name\") PARTITION (a = 1) SELECT b FROM u",
            ),
            (
                "insert overwrite directory '/tmp/x' using parquet options (a 'b') select a from t",
                "INSERT OVERWRITE DIRECTORY '/tmp/x' SELECT a FROM t",
            ),
            (
                "insert overwrite table t partition (a = 1) if not exists select b from u",
                "INSERT OVERWRITE TABLE t PARTITION (a = 1) SELECT b FROM u",
            ),
            ("create table t select a from u", "CREATE TABLE t AS SELECT a FROM u"),
            (
                "create or refresh streaming table t (a string comment \"x\", constraint c expect (a > 0)) as select a from u",
                "CREATE TABLE t (a STRING) AS SELECT a FROM u",
            ),
            (
                "select * from p pivot (sum(a) / 2 as s for b, c in ((1, 2) as d))",
                "SELECT * FROM p PIVOT(pivot_value(sum(a) / 2) AS s FOR (b, c) IN ((1, 2) AS d))",
            ),
            (
                "select * from ${c}.s.t where a > ${m} and b in (1)",
                "SELECT * FROM ${c}.s.t WHERE a > ${m} AND b IN (1)",
            ),
            ("select * from {df}", "SELECT * FROM {df}"),
            ("select * from a natural cross join b", "SELECT * FROM a NATURAL JOIN b"),
            ("select 1 limit", "SELECT 1 AS limit"),
            (
                "from t |> union all select a from u |> minus table v",
                "FROM t |> UNION ALL (SELECT a FROM u) |> EXCEPT DISTINCT (SELECT * FROM v)",
            ),
            ("select identifier('c') from identifier('a.b')", "SELECT c FROM a.b"),
            (
                "select timestamp_ltz '2024-01-01', 1.5BD, 1e3d, t.5d, 5d + 1 from t",
                "SELECT CAST('2024-01-01' AS timestamp_ltz), 1.5, CAST(1e3 AS DOUBLE), t.5d, CAST(5 AS DOUBLE) + 1 FROM t",
            ),
            ("select cast('a' as string collate utf8_binary)", "SELECT CAST('a' AS STRING) COLLATE utf8_binary"),
        ],
    );
}

#[test]
fn databricks_is_read() {
    check(
        "databricks",
        &[
            ("select a from stream(c.s.t) as x join stream u on true", "SELECT a FROM c.s.t AS x JOIN u ON true"),
            ("select raw:a.b::int, date:x from t", "SELECT raw:a.b::INT, date:x FROM t"),
            (
                "select a?::int, f(b)[0].c?::decimal(10, 2) + 1, raw:x.y?::string, (a + b)?::int from t",
                "SELECT TRY_CAST(a AS INT), TRY_CAST(f(b)[0].c AS DECIMAL(10,2)) + 1, TRY_CAST(raw:x.y AS STRING), TRY_CAST((a + b) AS INT) FROM t",
            ),
        ],
    );
}

#[test]
fn hive_is_read() {
    check(
        "hive",
        &[
            (
                "select rank() over (distribute by a sort by b) from t",
                "SELECT rank() OVER (PARTITION BY a ORDER BY b) FROM t",
            ),
            ("values (1 as a, 2 as b), (3, 4)", "SELECT 1 AS a, 2 AS b UNION ALL SELECT 3, 4"),
            ("select exists(array(1), x -> x > 0)", "SELECT exists(array(1), x -> x > 0)"),
            ("select a from t where a iregexp 'x'", "SELECT a FROM t WHERE a RLIKE iregexp('x')"),
            ("select '1-2' year to month", "SELECT INTERVAL '1-2' YEAR TO MONTH"),
            ("select * from ${hivevar:s}.t where a > ${b}", "SELECT * FROM ${hivevar:s}.t WHERE a > ${b}"),
        ],
    );
}

#[test]
fn trino_is_read() {
    check(
        "trino",
        &[
            (
                "with function f(x int) returns int return x * 2, function g() returns int begin return 1; end select f(a), upper(b) from t",
                "SELECT f inline(a, '( x int ) returns int return x * 2'), upper(b) FROM t",
            ),
            (
                "select cast(a as row(b int, c array(map(varchar, double)))), cast(a as map<varchar, array<int>>) from t",
                "SELECT CAST(a AS row(b int, c array(map(varchar, double)))), CAST(a AS map(varchar, array<int>)) FROM t",
            ),
            (
                "select * from table(decode(abi => 'x', input => table(select a from t)))",
                "SELECT * FROM TABLE(decode(abi => 'x', input => (SELECT a FROM t)))",
            ),
            (
                "select json_object(key 'a' value b, 'c' : d null on null), json_value(a, 'p' returning int) from t",
                "SELECT json_object('a', b, 'c', d, 'null on null'), json_value(a, 'p', 'returning int') FROM t",
            ),
            ("select trim(leading from a) from t", "SELECT TRIM(LEADING ' ' FROM a) FROM t"),
            (
                "select * from t for version as of 1 as a join u for timestamp as of date '2020-01-01' on true",
                "SELECT * FROM (SELECT * FROM t TABLESAMPLE ('version as of 1')) AS a JOIN (SELECT * FROM u TABLESAMPLE ('timestamp as of date ''2020-01-01''')) AS u ON true",
            ),
            (
                "select a from t group by distinct cube (a, b), rollup (a)",
                "SELECT a FROM t GROUP BY CUBE (a, b), ROLLUP (a), 'distinct grouping sets'",
            ),
            (
                "select s.a from t s left join u start on start.a = s.a",
                "SELECT s.a FROM t s LEFT JOIN u start ON start.a = s.a",
            ),
            (
                "select a from t asof left join s on t.a >= s.a",
                "SELECT a FROM t ASOF JOIN s MATCH_CONDITION ('asof left') ON t.a >= s.a",
            ),
            (
                "create table t comment 'x' with (format = 'ORC') as select a from u",
                "CREATE TABLE t AS SELECT a FROM u",
            ),
            (
                "select reduce(a, 0, (s, x) -> s + x, s -> s), filter(b, x -> x > 1) from t",
                "SELECT reduce(a, 0, (s, x) -> s + x, s -> s), filter(b, x -> x > 1) FROM t",
            ),
            (
                "select filter(a, x -> x is not null) as f, json_object('n': 1) from t",
                "SELECT filter(a, x -> x IS NOT NULL) AS f, json_object('n', 1) FROM t",
            ),
        ],
    );
}

#[test]
fn redshift_is_read() {
    check(
        "redshift",
        &[
            (
                "select a[i]::int, b[mod(i, 3) + 1] from t, t.arr as a at i",
                "SELECT a[i]::INT, b[mod(i, 3) + 1] FROM t, t.arr AS a AT i",
            ),
            (
                "merge into t using s on t.a = s.a remove duplicates",
                "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
            ),
            ("select *, 4 as d exclude b, c from t", "SELECT *, 4 AS d EXCLUDE (b, c) FROM t"),
            ("select a.x from a, b where a.z = b.z (+)", "SELECT a.x FROM a, b WHERE a.z = b.z (+)"),
        ],
    );
}
