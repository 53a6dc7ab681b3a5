//! Constructs of the databases that people host themselves: SQL in, the SQL of its strict tree out.

use super::tests_warehouses::check;

#[test]
fn oracle_is_read() {
    check(
        "oracle",
        &[
            (
                "select max(a) keep (dense_rank first order by b) over (partition by c) x from t",
                "SELECT max(a, 'dense_rank first') WITHIN GROUP (ORDER BY b) OVER (PARTITION BY c) AS x FROM t",
            ),
            (
                "select nth_value(x, 2) from last over (order by y) c from t",
                "SELECT nth_value(x, 2, 'from last') OVER (ORDER BY y) AS c FROM t",
            ),
            (
                "select xmlelement(\"rec\", xmlattributes(id as \"id\", n full_name), a) from t",
                "SELECT xmlelement('rec', xmlattributes(id, 'id', n, 'full_name'), a) FROM t",
            ),
            (
                "select json_object(key 'a' value b, 'c' is d null on null) from t",
                "SELECT json_object('a', b, 'c', d, 'null on null') FROM t",
            ),
            (
                "select a multiset except distinct b as c from t where (a multiset union b) is not empty",
                "SELECT a MULTISET EXCEPT DISTINCT b AS c FROM t WHERE NOT ((a MULTISET UNION b) IS 'EMPTY')",
            ),
            (
                "select * from t as of timestamp systimestamp x where x.a = 1",
                "SELECT * FROM t x FOR SYSTEM_TIME AS OF as_of(systimestamp, 'timestamp') WHERE x.a = 1",
            ),
            (
                "select * from t versions between scn 1 and 2 v, u partition (p1)",
                "SELECT * FROM t v FOR SYSTEM_TIME AS OF versions('between', 1, 2), u FOR SYSTEM_TIME AS OF part('partition ( p1 )')",
            ),
            (
                "select a, prior name as pn from t connect by prior id = p order siblings by a",
                "SELECT a, prior(name) AS pn FROM t CONNECT BY PRIOR id = p ORDER BY a",
            ),
            (
                "select &col from &tab where c = &&x",
                "SELECT substituted('&col') FROM \"&tab\" WHERE c = substituted('&x')",
            ),
            (
                "select (a - b) day(9) to second(3), cast(b as timestamp(6) with local time zone) from t",
                "SELECT (a - b), CAST(b AS TIMESTAMP_LTZ(6)) FROM t",
            ),
            (
                "insert first when a > 1 then into t when a > 0 then into v select a from s",
                "BEGIN INSERT INTO t SELECT * FROM (SELECT a FROM s) WHERE (a > 1); INSERT INTO v SELECT * FROM (SELECT a FROM s) WHERE (a > 1) IS NOT TRUE AND (a > 0); END",
            ),
            (
                "select * from json_table(foo format json, '$' columns a path '$.b', nested path '$.x' columns (y path '$.y')) j",
                "SELECT * FROM JSON_TABLE(foo, '$' COLUMNS(a untyped PATH '$.b', NESTED PATH '$.x' COLUMNS (y untyped PATH '$.y'))) j",
            ),
            (
                "select * from x offset nvl(:a, 1) rows fetch next nvl(:b, 2) rows only",
                "SELECT * FROM x LIMIT nvl(:b, 2) OFFSET nvl(:a, 1) ROWS",
            ),
            (
                "select 1 from only (t) where a ^= 2 and b ! = 3 and c < = 4",
                "SELECT 1 FROM t FOR SYSTEM_TIME AS OF part('only') WHERE a <> 2 AND b <> 3 AND c <= 4",
            ),
            ("select a bulk collect into v from t", "SELECT a FROM t"),
            (
                "select * from s unpivot (a, b for p in (c, d as 'A', e, f as 'B'))",
                "SELECT * FROM s UNPIVOT((a, b) FOR p IN ((c, d) AS \"A\", (e, f) AS \"B\"))",
            ),
            (
                "select to_date(a default b on conversion error, 'Y'), chr(187 using nchar_cs) from t",
                "SELECT to_date(a, b, 'Y'), chr(187, 'nchar_cs') FROM t",
            ),
        ],
    );
}

#[test]
fn teradata_is_read() {
    check(
        "teradata",
        &[
            (
                "sel 'x' (casespecific) as a, c (format 'yy') (date), d (named e), date (format 'x') from t where a eq b and c not= d",
                "SELECT 'x' COLLATE \"casespecific\" AS a, c COLLATE \"format 'yy'\"::DATE, d AS e, CURRENT_DATE COLLATE \"format 'x'\" FROM t WHERE a = b AND c <> d",
            ),
            ("replace view v as locking row for access sel a from b", "CREATE OR REPLACE VIEW v AS SELECT a FROM b"),
            (
                "select normalize on meets a, period(b, c) as p from t",
                "SELECT * FROM normalize((SELECT a, period(b, c) AS p FROM t), 'normalize on meets') AS normalized (a, p)",
            ),
            (
                "select cast(a as varchar(5) character set latin) from t",
                "SELECT CAST(a AS VARCHAR(5)) COLLATE \"character set latin\" FROM t",
            ),
            (
                "select 2 ** 3 + 1, 5 mod 2, f(date), case_n(a > 1, no case) from t",
                "SELECT 2 ** 3 + 1, 5 % 2, f(date), case_n(a > 1, 'no case') FROM t",
            ),
            ("select * from t where a = 1 sample .33, .25", "SELECT * FROM t TABLESAMPLE ('.33 , .25') WHERE a = 1"),
        ],
    );
}

#[test]
fn sql_server_is_read() {
    check(
        "tsql",
        &[
            ("select @x += 1, z = a from t", "SELECT @x + 1 AS @x, a AS z FROM t"),
            (
                "select * from openxml(@i, '/a', 1) with (a int 'p') where a = 1",
                "SELECT * FROM \"openxml\"(@i, '/a', 1) AS opened (a INT) WHERE a = 1",
            ),
            (
                "select * from containstable(p.t, (a, b), 'x', language n'e', 5) k, openquery(srv, 'select 1') q",
                "SELECT * FROM containstable((SELECT a, b FROM p.t), 'x', N'e', 5) k, openquery('srv', 'select 1') q",
            ),
            (
                "select * from m as d cross apply predict(model = @m, data = d as x) with (p float) as p",
                "SELECT * FROM m AS d CROSS APPLY predict('@m', d.*) AS p",
            ),
            (
                "select * from t for system_time between '2020' and '2021' as x, u for system_time as of '2020'",
                "SELECT * FROM t AS x FOR SYSTEM_TIME AS OF versions('between', '2020', '2021'), u FOR SYSTEM_TIME AS OF as_of('2020')",
            ),
            (
                "merge into t with (holdlock) as x using s on x.a = s.a when matched then delete",
                "MERGE INTO t AS x USING s ON x.a = s.a WHEN MATCHED THEN DELETE",
            ),
            ("insert top (10) into t select a from b", "INSERT INTO t SELECT TOP (10) a FROM b"),
            (
                "select id from (delete t output deleted.id where a = 1) x",
                "SELECT id FROM (SELECT deleted.id FROM t AS deleted WHERE a = 1) x",
            ),
            ("select * from dbo.t (nolock), ..[#u]", "SELECT * FROM dbo.t WITH (nolock), [#u]"),
            ("delete top (5) from t", "DELETE FROM t LIMIT 5"),
            ("update top (5) t set a = 1", "UPDATE t SET a = 1 LIMIT 5"),
            ("delete from t from t join u on t.x = u.x", "DELETE FROM t USING t JOIN u ON t.x = u.x"),
            ("select json_array('a', null, 2, null on null)", "SELECT json_array('a', NULL, 2, 'null on null')"),
        ],
    );
}

#[test]
fn clickhouse_is_read() {
    check(
        "clickhouse",
        &[
            ("select (1 as one) + 1 as c1, one + 3 as c2", "SELECT (1) + 1 AS c1, (1) + 3 AS c2"),
            (
                "select a ? b : c ? d : e as x from t",
                "SELECT CASE WHEN a THEN b ELSE CASE WHEN c THEN d ELSE e END END AS x FROM t",
            ),
            (
                "select * except (c1) apply(sum), t.* apply(x -> max(x + 1)), columns('a') apply(quantile(0.5)) from t",
                "SELECT sum(COLUMNS(* EXCLUDE (c1))), max(COLUMNS(t.*) + 1), quantile(0.5)(columns('a')) FROM t",
            ),
            (
                "select json.a.:Int64, col.^nested, a.b[].c from t",
                "SELECT json.a['.:Int64'], col['.^nested'], a.b['[]'].c FROM t",
            ),
            (
                "select a from t limit 1 union all select b from u order by b settings x = 1",
                "(SELECT a FROM t LIMIT 1) UNION ALL (SELECT b FROM u ORDER BY b) SETTINGS x = 1",
            ),
            (
                "select a from t limit 2 offset 1 by a limit 5",
                "SELECT * FROM (SELECT a FROM t LIMIT 2 BY a, 'offset 1') LIMIT 5",
            ),
            (
                "select number from t order by number limit 3 with ties",
                "SELECT number FROM t ORDER BY number FETCH FIRST 3 ROWS WITH TIES",
            ),
            ("select {a:UInt8} from {t:Identifier}", "SELECT {a: UInt8} FROM \"{t:Identifier}\""),
            (
                "select date_add(today(), interval 7 * 4 days) from table",
                "SELECT date_add(today(), INTERVAL (7 * 4) DAY) FROM table",
            ),
            (
                "with sum(bytes) as s select s from t final",
                "SELECT (sum(bytes)) AS s FROM t FOR SYSTEM_TIME AS OF part('final')",
            ),
            ("select * from a paste join b", "SELECT * FROM a ASOF JOIN b MATCH_CONDITION ('positional')"),
        ],
    );
}

#[test]
fn duckdb_is_read() {
    check(
        "duckdb",
        &[
            (
                "select coalesce(*columns(['a','b'])) as r, * ~~~ 'c*', * exclude d replace 3 as x from t",
                "SELECT coalesce(unpack_columns(['a', 'b'])) AS r, COLUMNS(c -> c LIKE 'c%'), * EXCLUDE (d) REPLACE (3 AS x) FROM t",
            ),
            (
                "select rank(order by foo) over (order by 1) from t",
                "SELECT rank() WITHIN GROUP (ORDER BY foo) OVER (ORDER BY 1) FROM t",
            ),
            (
                "select * from t as a at (version => 3) where exists (from u)",
                "SELECT * FROM t AS a FOR SYSTEM_TIME AS OF as_of(3, 'version') WHERE EXISTS (SELECT * FROM u)",
            ),
            ("select * from foo: bar, x: (values (1))", "SELECT * FROM bar AS foo, (VALUES (1)) AS x"),
            (
                "select e'\n', a not glob 'x' from t limit 10%",
                "SELECT '\n', NOT (a GLOB 'x') FROM t FETCH FIRST 10 PERCENT ROWS ONLY",
            ),
            (
                "merge into p using s using (id) when matched then update",
                "MERGE INTO p USING s ON p.id = s.id WHEN MATCHED THEN UPDATE SET *",
            ),
            (
                "select * from t using sample 10% union all table u",
                "SELECT * FROM t TABLESAMPLE ('10 %') UNION ALL SELECT * FROM u",
            ),
            (
                "select * from (describe t)",
                "SELECT * FROM (SELECT * FROM describe((SELECT * FROM t)) AS describe (column_name, column_type, null, key, default, extra))",
            ),
        ],
    );
}

#[test]
fn postgres_is_read() {
    check(
        "postgres",
        &[
            ("select id, (f(x)).* from t where id = 1", "SELECT id, f.* FROM t, LATERAL f(x) AS f WHERE id = 1"),
            ("select U&\"d!0061ta\" uescape '!', U&'d!0061' uescape '!'", "SELECT \"data\", 'da'"),
            ("select x'12'\n'34'", "SELECT X'1234'"),
            (
                "select * from rows from (f(1) as (a int), g(2)) with ordinality as x",
                "SELECT * FROM (f(1) AS f (a INT) ASOF JOIN g(2) MATCH_CONDITION ('positional') ASOF JOIN generate_series(1, 1) AS ordinality (ordinality) MATCH_CONDITION ('positional')) AS x",
            ),
            (
                "select xmlelement(name foo, xmlattributes('xyz' as bar), 'c')",
                "SELECT xmlelement('foo', xmlattributes('xyz', 'bar'), 'c')",
            ),
            (
                "select * from only t1, substring('a' from 2 for 3) s order by interval",
                "SELECT * FROM t1 FOR SYSTEM_TIME AS OF part('only'), substring('a', 2, 3) s ORDER BY interval",
            ),
            (
                "select * from t where a = :'v' and b = %(x)s order by c <+> d",
                "SELECT * FROM t WHERE a = :'v' AND b = %(x)s ORDER BY c <+> d",
            ),
            (
                "select sum(a) over (order by b rows unbounded preceding exclude group) from t",
                "SELECT sum(a) OVER (PARTITION BY 'exclude group' ORDER BY b ROWS UNBOUNDED PRECEDING) FROM t",
            ),
        ],
    );
}

#[test]
fn words_that_would_be_aliases_or_calls_are_none() {
    check("clickhouse", &[("select interval t.days day from t", "SELECT INTERVAL (t.days) DAY FROM t")]);
    check("mysql", &[("select a into @x, @y from t", "SELECT a FROM t")]);
    check("mysql", &[("select * from (t, u) join v", "SELECT * FROM (t CROSS JOIN u) JOIN v")]);
    check("postgres", &[("select * from f(1) as (a int)", "SELECT * FROM f(1) AS f (a INT)")]);
    check("ansi", &[("select a between symmetric 1 and b", "SELECT a BETWEEN least(1, b) AND greatest(1, b)")]);
}

#[test]
fn a_recursive_query_has_the_columns_that_search_adds() {
    check(
        "ansi",
        &[(
            "with recursive t (n) as (select 1 union all select n + 1 from t) search depth first by n set o select o from t",
            "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t), t AS (SELECT *, search_order('search depth first by n set o') AS o FROM t) SELECT o FROM t",
        )],
    );
}

#[test]
fn mysql_sqlite_and_the_standard_are_read() {
    check(
        "mysql",
        &[(
            "select a sounds like b, char(65 using utf8), cast(a as char character set binary) from t into @x",
            "SELECT a SOUNDS LIKE b, char(65, 'utf8'), CAST(a AS CHAR) COLLATE \"character set binary\" FROM t",
        )],
    );
    check(
        "mariadb",
        &[(
            "select previous value for s.q from t for system_time all as a",
            "SELECT lastval('s.q') FROM t AS a FOR SYSTEM_TIME AS OF versions('all')",
        )],
    );
    check(
        "sqlite",
        &[(
            "select a is not b, c is d, e not match 'x' from t indexed by i",
            "SELECT a IS DISTINCT FROM b, c IS NOT DISTINCT FROM d, NOT (e MATCH 'x') FROM t",
        )],
    );
    check(
        "ansi",
        &[(
            "with a (select 1) select trim(both from b) as 0_b from a",
            "WITH a AS (SELECT 1) SELECT TRIM(BOTH ' ' FROM b) AS 0_b FROM a",
        )],
    );
}
