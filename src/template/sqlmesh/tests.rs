//! Models with macros in, the SQL that SQLMesh itself makes of them out.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::data::{Key, Kind as DataKind, Value};
use crate::project::{
    BLUEPRINT_VARIABLES, Config, Kind, Language, MacroFile, Model, ModelKind, Project, Properties, PythonMacro,
    RelationName, Source,
};
use crate::template::{Environment, Mode, Rendered, render};
use crate::text::{Digest, FileId, Place, Span};

fn text(text: &str) -> Value {
    Value { kind: DataKind::String(text.to_owned()), span: Span::default() }
}

fn table(name: &str) -> Source {
    Source {
        id: format!("source.shop.db.{name}"),
        package: "shop".to_owned(),
        source: "db".to_owned(),
        name: name.to_owned(),
        relation: RelationName { database: None, schema: Some("db".to_owned()), identifier: name.to_owned() },
        properties: Properties::default(),
        config: Config::default(),
        freshness: None,
        loader: None,
        catalog: None,
        place: Place::top(&FileId::new("external_models.yaml")),
        holder: None,
    }
}

fn project() -> Project {
    let mut project = Project::bare(crate::dialect::find("duckdb").expect("duckdb is in the table"));
    project.name = "shop".to_owned();
    project.kind = Kind::SqlMesh;
    project.target.name = "local".to_owned();
    project.sources = ["t", "u", "unknown"].map(table).to_vec();
    let number = Value { kind: DataKind::Integer(7), span: Span::default() };
    let list = Value { kind: DataKind::List(vec![text("x"), text("y")]), span: Span::default() };
    let yes = Value { kind: DataKind::Bool(true), span: Span::default() };
    let vars = [("env", text("prod")), ("seven", number), ("letters", list), ("yes", yes)];
    project.vars = BTreeMap::from([(String::new(), vars.map(|(name, value)| (name.to_owned(), value)).into())]);
    let file = FileId::new("macros/m.sql");
    let body = "{% macro double(x) %}{{ x }} * 2 /* {{ gateway() }} */{% endmacro %}";
    project.macros.push(MacroFile {
        package: "shop".to_owned(),
        file: file.clone(),
        text: Arc::from(body),
        digest: Digest::of(body.as_bytes()),
    });
    let code = |value: Option<Value>| PythonMacro { place: Place::top(&file), value };
    project.python_macros.insert("mine".to_owned(), code(None));
    project.python_macros.insert("quoted".to_owned(), code(Some(text("'a' || b"))));
    project
}

fn model(sql: &str) -> Model {
    let name = Value {
        kind: DataKind::Map(vec![(Key { text: "sql".to_owned(), span: Span::default() }, text("'eu'"))]),
        span: Span::default(),
    };
    let variables = DataKind::Map(vec![(Key { text: "region".to_owned(), span: Span::default() }, name)]);
    let variables = Value { kind: variables, span: Span::default() };
    Model {
        id: "model.shop.db.m".to_owned(),
        name: "db.m".to_owned(),
        package: "shop".to_owned(),
        version: None,
        latest: true,
        kind: ModelKind::Model,
        file: FileId::new("models/m.sql"),
        text: Arc::from(sql),
        digest: Digest::of(sql.as_bytes()),
        language: Language::SqlMesh,
        dialect: None,
        body: Span::new(0, sql.len()),
        relation: RelationName { database: None, schema: Some("db".to_owned()), identifier: "m".to_owned() },
        config: Config(BTreeMap::from([(BLUEPRINT_VARIABLES.to_owned(), variables)])),
        overrides: Config::default(),
        properties: Properties::default(),
        properties_place: None,
        enabled: true,
    }
}

fn columns(id: &str) -> Option<Vec<(String, String)>> {
    let columns: &[(&str, &str)] = match id {
        "source.shop.db.t" => &[("a", "INT"), ("b", "TEXT"), ("c", "INT")],
        "source.shop.db.u" => &[("c", "INT"), ("a", "INT"), ("d", "TEXT")],
        _ => return None,
    };
    Some(columns.iter().map(|(name, ty)| ((*name).to_owned(), (*ty).to_owned())).collect())
}

fn rendered(sql: &str) -> Rendered {
    render(&Environment::new(&project(), &[]), &model(sql), Mode::default(), &columns)
}

fn check(sql: &str, expected: &str) {
    let rendered = rendered(sql);
    assert_eq!(
        rendered.text.split_whitespace().collect::<Vec<_>>().join(" "),
        expected,
        "{sql}\n{:?}",
        rendered.diagnostics
    );
    assert!(rendered.diagnostics.is_empty() && rendered.unknowns.is_empty(), "{sql}: {rendered:?}");
}

/// A query, and what it becomes.
const FEATURES: &[(&str, &str)] = &[
    // variables
    ("SELECT @env, @seven, @yes, @{env}", "SELECT 'prod', 7, TRUE, prod"),
    ("SELECT @ENV AS x", "SELECT 'prod' AS x"),
    ("SELECT a FROM db.t WHERE b IN @letters", "SELECT a FROM db.t WHERE b IN ('x', 'y')"),
    ("SELECT a AS @{env}_a FROM db.t", "SELECT a AS prod_a FROM db.t"),
    ("SELECT a AS a_@env FROM db.t", "SELECT a AS a_prod FROM db.t"),
    ("SELECT a AS a_@{env}_b FROM db.t", "SELECT a AS a_prod_b FROM db.t"),
    ("SELECT a FROM @{env}.t", "SELECT a FROM prod.t"),
    ("SELECT a FROM x_@{env}.t", "SELECT a FROM x_prod.t"),
    ("SELECT @'@env-@{seven}' AS x", "SELECT 'prod-7' AS x"),
    ("SELECT '@env' AS x", "SELECT '@env' AS x"),
    ("SELECT a AS \"@{env} a\" FROM db.t", "SELECT a AS \"prod a\" FROM db.t"),
    ("SELECT a /* @none */ FROM /* @none( */ db.t", "SELECT a /* @none */ FROM /* @none( */ db.t"),
    ("SELECT @VAR('env'), @VAR('none', 1), @VAR('none')", "SELECT 'prod', 1, NULL"),
    ("SELECT @region, @BLUEPRINT_VAR('region')", "SELECT 'eu', 'eu'"),
    ("SELECT @gateway", "SELECT 'local'"),
    ("SELECT @start_ds, @end_ds, @execution_ds", "SELECT '1970-01-01', '1970-01-01', '1970-01-01'"),
    ("SELECT @start_date", "SELECT CAST('1970-01-01' AS DATE)"),
    ("SELECT @start_ts, @end_ts", "SELECT '1970-01-01 00:00:00', '1970-01-01 23:59:59.999999'"),
    ("SELECT @end_tstz", "SELECT '1970-01-01 23:59:59.999999+00:00'"),
    ("SELECT @start_dt", "SELECT CAST('1970-01-01 00:00:00+00:00' AS TIMESTAMPTZ)"),
    ("SELECT @end_dtntz", "SELECT CAST('1970-01-01 23:59:59.999999' AS TIMESTAMP)"),
    ("SELECT @end_hour, @end_epoch, @end_millis, @start_epoch", "SELECT 23, 86399.999, 86399999, 0.0"),
    ("SELECT @runtime_stage", "SELECT 'evaluating'"),
    // definitions
    ("@DEF(x, 1 + 2); SELECT @x AS y", "SELECT 1 + 2 AS y"),
    ("@DEF(x, 'v'); @DEF(y, @x || 'w'); SELECT @y AS y", "SELECT 'v' || 'w' AS y"),
    ("@DEF(f, x -> x + 1); SELECT @f(a) AS y FROM db.t", "SELECT a + 1 AS y FROM db.t"),
    (
        "@DEF(f, (x, y) -> x / NULLIF(y, 0)); SELECT @f(a, b + 1) AS y FROM db.t",
        "SELECT a / NULLIF(b + 1, 0) AS y FROM db.t",
    ),
    ("@DEF(env, 'mine'); SELECT @env", "SELECT 'mine'"),
    // each, reduce, filter
    ("SELECT @EACH([a, b], x -> x) FROM db.t", "SELECT a, b FROM db.t"),
    ("SELECT @EACH([a, b], x -> SUM(x) AS sum_@x) FROM db.t", "SELECT SUM(a) AS sum_a, SUM(b) AS sum_b FROM db.t"),
    (
        "SELECT @EACH(['a', 'b'], x -> CASE WHEN b = x THEN 1 END AS is_@x) FROM db.t",
        "SELECT CASE WHEN b = 'a' THEN 1 END AS is_a, CASE WHEN b = 'b' THEN 1 END AS is_b FROM db.t",
    ),
    ("SELECT @EACH(['a', 'b'], x -> c AS @x) FROM db.t", "SELECT c AS \"a\", c AS \"b\" FROM db.t"),
    ("SELECT @EACH([a, b], x -> t.@x) FROM db.t AS t", "SELECT t.a, t.b FROM db.t AS t"),
    ("SELECT @EACH([1, 2], x -> x AS n_@{x}_n)", "SELECT 1 AS n_1_n, 2 AS n_2_n"),
    ("SELECT @EACH(@letters, x -> x AS @x)", "SELECT 'x' AS \"x\", 'y' AS \"y\""),
    ("SELECT @EACH(a, b, x -> x + 1) FROM db.t", "SELECT a + 1, b + 1 FROM db.t"),
    ("SELECT @EACH([(a, b), (c, 1)], (x, y) -> x + y) FROM db.t", "SELECT a + b, c + 1 FROM db.t"),
    (
        "SELECT c, @EACH(['a', 'b'], x -> @IF(@x = 'a', 1, 2) AS v_@x) FROM db.t",
        "SELECT c, 1 AS v_a, 2 AS v_b FROM db.t",
    ),
    (
        "SELECT @EACH([a, b], x -> x::TEXT AS @{x}_text) FROM db.t",
        "SELECT a::TEXT AS a_text, b::TEXT AS b_text FROM db.t",
    ),
    ("SELECT a FROM db.t WHERE @REDUCE([a, b, c], (x, y) -> x + y) > 1", "SELECT a FROM db.t WHERE a + b + c > 1"),
    (
        "SELECT a FROM db.t WHERE @REDUCE(@EACH([a, b], x -> x IS NULL), (x, y) -> x OR y)",
        "SELECT a FROM db.t WHERE a IS NULL OR b IS NULL",
    ),
    ("SELECT @EACH(@FILTER([1, 2, 3], x -> x > 1), x -> x AS n_@x)", "SELECT 2 AS n_2, 3 AS n_3"),
    ("SELECT @EVAL(@REDUCE(@FILTER([1, 2, 3], x -> x > 1), (x, y) -> x + y)) AS n", "SELECT 5 AS n"),
    ("SELECT a FROM db.t WHERE a IN (@EACH([1, 2], x -> x))", "SELECT a FROM db.t WHERE a IN (1, 2)"),
    // conditions
    ("SELECT @IF(1 = 1, a, b) AS x FROM db.t", "SELECT a AS x FROM db.t"),
    ("SELECT @IF(@env = 'dev', a, b) AS x FROM db.t", "SELECT b AS x FROM db.t"),
    ("SELECT a, @IF(@env = 'dev', b), c FROM db.t", "SELECT a, c FROM db.t"),
    ("SELECT @IF(@env = 'dev', b), c FROM db.t", "SELECT c FROM db.t"),
    ("SELECT c, @IF(@env = 'dev', b) FROM db.t", "SELECT c FROM db.t"),
    ("SELECT @IF(@runtime_stage = 'evaluating', a, b) AS x FROM db.t", "SELECT a AS x FROM db.t"),
    ("SELECT @IF(@seven > 5 AND NOT @yes IS NULL, 'x', 'y') AS x", "SELECT 'x' AS x"),
    ("SELECT @EVAL(1 + 2 * 3) AS x, @EVAL('a' IN ('a', 'b')) AS y", "SELECT 7 AS x, TRUE AS y"),
    (
        "SELECT a FROM db.t WHERE @AND(a > 1, NULL, b = 'x' OR c = 1)",
        "SELECT a FROM db.t WHERE a > 1 AND (b = 'x' OR c = 1)",
    ),
    ("SELECT a FROM db.t WHERE @OR(a > 1, NULL, b = 'x')", "SELECT a FROM db.t WHERE a > 1 OR b = 'x'"),
    ("SELECT a FROM db.t WHERE @AND(NULL)", "SELECT a FROM db.t WHERE TRUE"),
    ("SELECT @SQL('a + 1') AS x FROM db.t", "SELECT a + 1 AS x FROM db.t"),
    ("@DEF(col, a); SELECT @SQL('SUM(@col)') AS x FROM db.t", "SELECT SUM(a) AS x FROM db.t"),
    ("SELECT @EACH(['a', 'b'], x -> @SQL('t.@x')) FROM db.t AS t", "SELECT t.a, t.b FROM db.t AS t"),
    ("SELECT @SQL(@REDUCE([100, 200], (x, y) -> x + y)) AS n", "SELECT 300 AS n"),
    (
        "SELECT a FROM (VALUES @EACH([1, 2], v -> (v, @EVAL(@v + 1)))) AS v(a, b)",
        "SELECT a FROM (VALUES (1, 2), (2, 3)) AS v(a, b)",
    ),
    // clauses
    ("@WITH(TRUE) x AS (SELECT 1 AS a) SELECT a FROM x", "WITH x AS (SELECT 1 AS a) SELECT a FROM x"),
    ("@WITH(FALSE) x AS (SELECT 1 AS a) SELECT a FROM db.t", "SELECT a FROM db.t"),
    (
        "SELECT t.a FROM db.t AS t LEFT OUTER @JOIN(TRUE) db.u AS u ON t.a = u.a WHERE t.a > 1",
        "SELECT t.a FROM db.t AS t LEFT OUTER JOIN db.u AS u ON t.a = u.a WHERE t.a > 1",
    ),
    (
        "SELECT t.a FROM db.t AS t LEFT OUTER @JOIN(FALSE) db.u AS u ON t.a = u.a WHERE t.a > 1",
        "SELECT t.a FROM db.t AS t WHERE t.a > 1",
    ),
    ("SELECT a FROM db.t @WHERE(@env = 'prod') a > 1 GROUP BY a", "SELECT a FROM db.t WHERE a > 1 GROUP BY a"),
    ("SELECT a FROM db.t @WHERE(@env = 'dev') a > (SELECT 1 WHERE TRUE) GROUP BY a", "SELECT a FROM db.t GROUP BY a"),
    (
        "SELECT a, COUNT(*) AS n FROM db.t @GROUP_BY(TRUE) a @HAVING(FALSE) COUNT(*) > 1",
        "SELECT a, COUNT(*) AS n FROM db.t GROUP BY a",
    ),
    (
        "SELECT a FROM db.t GROUP BY a @HAVING(TRUE) COUNT(*) > 1 ORDER BY a",
        "SELECT a FROM db.t GROUP BY a HAVING COUNT(*) > 1 ORDER BY a",
    ),
    ("SELECT a FROM db.t @ORDER_BY(TRUE) a, b @LIMIT(FALSE) 10", "SELECT a FROM db.t ORDER BY a, b"),
    ("SELECT a FROM db.t @ORDER_BY(FALSE) a, b @LIMIT(TRUE) 10", "SELECT a FROM db.t LIMIT 10"),
    // columns and tables
    (
        "SELECT @STAR(db.t) FROM db.t",
        "SELECT CAST(\"t\".\"a\" AS INT) AS \"a\", CAST(\"t\".\"b\" AS TEXT) AS \"b\", CAST(\"t\".\"c\" AS INT) AS \"c\" FROM db.t",
    ),
    (
        "SELECT @STAR(db.t, x, exclude := [b], prefix := 'p_', suffix := '_s') FROM db.t AS x",
        "SELECT CAST(\"x\".\"a\" AS INT) AS \"p_a_s\", CAST(\"x\".\"c\" AS INT) AS \"p_c_s\" FROM db.t AS x",
    ),
    (
        "SELECT @STAR(db.t, exclude := [a, c], quote_identifiers := FALSE) FROM db.t",
        "SELECT CAST(t.b AS TEXT) AS b FROM db.t",
    ),
    (
        "SELECT * FROM (@UNION('distinct', db.t, db.u)) AS x",
        "SELECT * FROM (SELECT CAST(a AS INT) AS a, CAST(c AS INT) AS c FROM db.t UNION SELECT CAST(a AS INT) AS a, CAST(c AS INT) AS c FROM db.u) AS x",
    ),
    (
        "@UNION('all', db.t, db.u)",
        "SELECT CAST(a AS INT) AS a, CAST(c AS INT) AS c FROM db.t UNION ALL SELECT CAST(a AS INT) AS a, CAST(c AS INT) AS c FROM db.u",
    ),
    (
        "WITH x AS (SELECT a FROM db.u) SELECT a FROM (@UNION(FALSE, 'all', db.t, db.u)) AS y",
        "WITH x AS (SELECT a FROM db.u) SELECT a FROM (SELECT CAST(a AS INT) AS a, CAST(c AS INT) AS c FROM db.t) AS y",
    ),
    (
        "WITH x AS (@DEDUPLICATE(db.t, [a, CAST(b AS DATE)], ['c DESC', 'b ASC'])) SELECT a FROM x",
        "WITH x AS (SELECT * FROM db.t QUALIFY ROW_NUMBER() OVER (PARTITION BY a, CAST(b AS DATE) ORDER BY c DESC, b ASC) = 1) SELECT a FROM x",
    ),
    (
        "WITH x AS (@DATE_SPINE('week', '2022-01-20', '2024-12-16')) SELECT date_week FROM x",
        "WITH x AS (SELECT date_week FROM UNNEST(CAST(GENERATE_SERIES(CAST('2022-01-20' AS DATE), CAST('2024-12-16' AS DATE), INTERVAL '1' WEEK) AS DATE[])) AS _exploded(date_week)) SELECT date_week FROM x",
    ),
    (
        "SELECT c, @PIVOT(b, ['x', 'y']) FROM db.t GROUP BY c",
        "SELECT c, SUM(CASE WHEN b = 'x' THEN 1 ELSE 0 END) AS \"x\", SUM(CASE WHEN b = 'y' THEN 1 ELSE 0 END) AS \"y\" FROM db.t GROUP BY c",
    ),
    (
        "SELECT @PIVOT(b, ['v'], agg := 'MAX', then_value := a, suffix := '_s', quote := FALSE) FROM db.t",
        "SELECT MAX(CASE WHEN b = 'v' THEN a ELSE 0 END) AS v_s FROM db.t",
    ),
    // expressions
    (
        "SELECT @GENERATE_SURROGATE_KEY(a, b) AS k FROM db.t",
        "SELECT MD5(COALESCE(CAST(a AS TEXT), '_sqlmesh_surrogate_key_null_') || '|' || COALESCE(CAST(b AS TEXT), '_sqlmesh_surrogate_key_null_')) AS k FROM db.t",
    ),
    (
        "SELECT @GENERATE_SURROGATE_KEY(a, hash_function := 'SHA256') AS k FROM db.t",
        "SELECT SHA256(COALESCE(CAST(a AS TEXT), '_sqlmesh_surrogate_key_null_')) AS k FROM db.t",
    ),
    (
        "SELECT @SAFE_ADD(a, c) AS s FROM db.t",
        "SELECT CASE WHEN a IS NULL AND c IS NULL THEN NULL ELSE COALESCE(a, 0) + COALESCE(c, 0) END AS s FROM db.t",
    ),
    (
        "SELECT @SAFE_SUB(a, c) AS s FROM db.t",
        "SELECT CASE WHEN a IS NULL AND c IS NULL THEN NULL ELSE COALESCE(a, 0) - COALESCE(c, 0) END AS s FROM db.t",
    ),
    ("SELECT @SAFE_DIV(a, c) AS s FROM db.t", "SELECT a / NULLIF(c, 0) AS s FROM db.t"),
    (
        "SELECT @HAVERSINE_DISTANCE(a, b, c, d, 'km') AS s FROM db.x",
        "SELECT 7922 * ASIN(SQRT((POWER(SIN(RADIANS((c - a) / 2)), 2)) + (COS(RADIANS(a)) * COS(RADIANS(c)) * POWER(SIN(RADIANS((d - b) / 2)), 2)))) * 1.60934 AS s FROM db.x",
    ),
    // shapes
    ("SELECT a, b, FROM db.t", "SELECT a, b FROM db.t"),
    (
        "SET x = 1; SELECT a FROM db.t; @IF(@runtime_stage = 'creating', GRANT SELECT ON db.m TO x)",
        "SELECT a FROM db.t",
    ),
    ("SELECT a FROM db.t WHERE b = $$@x;$$", "SELECT a FROM db.t WHERE b = $$@x;$$"),
    (
        "JINJA_QUERY_BEGIN; {% set x = 'a' %}SELECT {{ x }}, {{ double(x) }} AS y, '{{ start_ds }}' AS z, {{ var('seven') }} AS s, {{ blueprint_var('region') }} AS r, @end_date AS d FROM db.t; JINJA_END;",
        "SELECT a, a * 2 /* local */ AS y, '1970-01-01' AS z, 7 AS s, 'eu' AS r, CAST('1970-01-01' AS DATE) AS d FROM db.t;",
    ),
];

#[test]
fn macros_make_what_sqlmesh_makes_of_them() {
    for (sql, expected) in FEATURES {
        check(sql, expected);
    }
}

#[test]
fn literal_text_keeps_its_place_and_macros_answer_for_what_they_make() {
    let sql = "SELECT a, @EACH([b, k], x -> x + @seven) FROM db.t";
    let rendered = rendered(sql);
    for segment in &rendered.segments {
        let (made, written) = (&rendered.text[segment.span.range()], &sql[segment.origin.range()]);
        assert!(!segment.literal || made == written, "{made} is not {written}");
    }
    let origin = |text: &str| {
        let at = rendered.text.find(text).expect("the text is there");
        let origin = rendered.origin(Span::new(at, at + text.len())).expect("it has a place");
        sql[origin.place.span.range()].to_owned()
    };
    assert_eq!(
        (origin("a"), origin("b"), origin("k"), origin("7")),
        ("a".into(), "b".into(), "k".into(), "@seven".into())
    );
    assert_eq!(origin(", k"), "@EACH([b, k], x -> x + @seven)");
    assert_eq!(origin("FROM db"), "FROM db");
}

#[test]
fn what_is_made_for_the_query_is_read_with_it() {
    check(
        "CREATE OR REPLACE TEMP TABLE x AS SELECT @seven AS a FROM db.t; CREATE VIEW IF NOT EXISTS y AS (SELECT 1 AS b); \
         CREATE TABLE raw.z AS SELECT 1; SELECT a FROM x, y",
        "WITH x AS (SELECT 7 AS a FROM db.t), y AS ((SELECT 1 AS b)) SELECT a FROM x, y",
    );
    check(
        "CREATE TEMP TABLE x AS FROM db.t; WITH y AS (SELECT 1) SELECT a FROM x, y",
        "WITH x AS (FROM db.t), y AS (SELECT 1) SELECT a FROM x, y",
    );
}

#[test]
fn casts_are_called_by_the_column_they_cast() {
    check(
        "SELECT DISTINCT t.a::INT, CAST(b AS DECIMAL(1, 2)), c::DOUBLE PRECISION::TEXT, a::INT AS x, b::INT y, a + b::INT, f(a)::INT FROM db.t",
        "SELECT DISTINCT t.a::INT AS a, CAST(b AS DECIMAL(1, 2)) AS b, c::DOUBLE PRECISION::TEXT AS c, a::INT AS x, b::INT y, a + b::INT, f(a)::INT FROM db.t",
    );
    check(
        "WITH x AS (SELECT a::INT FROM db.t {# it's #}) SELECT (SELECT b::INT), NULL::INT FROM x",
        "WITH x AS (SELECT a::INT AS a FROM db.t ) SELECT (SELECT b::INT AS b), NULL::INT FROM x",
    );
}

#[test]
fn python_macros_are_unknown_and_what_they_read_is_read() {
    let sql = "SELECT @mine(a, 'x') AS x, @mine(b) FROM db.t WHERE @IF(@mine(), a, b) > 1";
    let rendered = rendered(sql);
    assert_eq!(
        rendered.text,
        "SELECT mine(a, 'x') AS x, mine(b) FROM db.t WHERE CASE WHEN mine() THEN a ELSE b END > 1"
    );
    assert!(rendered.diagnostics.is_empty() && rendered.open && !rendered.failed);
    let places: Vec<&str> = rendered.unknowns.iter().map(|unknown| &sql[unknown.place.span.range()]).collect();
    assert_eq!(places, ["@mine(a, 'x')", "@mine(b)", "@mine()", "@IF(@mine(), a, b)"]);
    assert!(!self::rendered("SELECT @mine(a) AS x FROM db.t").open);
    check("SELECT @QUOTED() AS x FROM db.t", "SELECT 'a' || b AS x FROM db.t");
}

#[test]
fn what_is_not_known_is_kept_and_said() {
    let said = |sql: &str, expected: &str| {
        let rendered = rendered(sql);
        assert_eq!((rendered.text.as_str(), rendered.unknowns.len()), (expected, 1), "{sql}");
    };
    said("SELECT @IF(a > 1, a, b) AS x FROM db.t", "SELECT CASE WHEN a > 1 THEN a ELSE b END AS x FROM db.t");
    said("SELECT a FROM db.t @WHERE(b) a > 1", "SELECT a FROM db.t WHERE a > 1");
    said("SELECT @EVAL(f(1)) AS x", "SELECT f(1) AS x");
    said("SELECT @STAR(db.unknown, prefix := 'p_') FROM db.unknown", "SELECT \"unknown\".* FROM db.unknown");
    let star = rendered("SELECT @STAR(db.unknown, exclude := [a]) FROM db.unknown");
    assert_eq!(star.text, "SELECT \"unknown\".* EXCLUDE (a) FROM db.unknown");
    let star = rendered("SELECT @STAR(db.unknown) FROM db.unknown");
    assert_eq!((star.text.as_str(), star.unknowns.len()), ("SELECT \"unknown\".* FROM db.unknown", 0));
    assert_eq!(star.asked_columns, ["source.shop.db.unknown"]);
}

#[test]
fn faults_are_said_at_their_place_and_cost_only_themselves() {
    let said = |sql: &str, place: &str, message: &str, help: &str| {
        let rendered = rendered(sql);
        let [one] = rendered.diagnostics.as_slice() else { panic!("{sql}: {:?}", rendered.diagnostics) };
        assert_eq!((&sql[one.place.span.range()], one.message.as_str()), (place, message), "{sql}");
        assert_eq!(one.help.as_deref(), Some(help), "{sql}");
        assert!(rendered.failed);
    };
    said("SELECT @sevn", "@sevn", "Nothing sets the variable `@sevn`.", "Did you mean `@seven`?");
    said("SELECT @eahc([a], x -> x)", "@eahc([a], x -> x)", "There is no macro `@eahc`.", "Did you mean `@each`?");
    said(
        "SELECT @IF(TRUE)",
        "@IF(TRUE)",
        "`@IF` needs a condition and what it stands for.",
        "Write `@IF(condition, value)` or `@IF(condition, value, otherwise)`.",
    );
    said("SELECT @EACH([a], b", "@EACH", "The call of `@EACH` is never closed.", "Add the closing bracket.");
    said(
        "SELECT @EACH([a], b)",
        "@EACH([a], b)",
        "`@EACH` needs a function as its last argument.",
        "Write `@EACH(items, x -> ..)`.",
    );
    said(
        "SELECT @VAR(env)",
        "@VAR(env)",
        "`@VAR` needs the name of a variable as a text, not `env`.",
        "Write `@VAR('env')`.",
    );
    assert_eq!(rendered("SELECT @sevn, @seven").text, "SELECT NULL, 7");
}

#[test]
fn endless_macros_end() {
    let fault = |sql: &str| rendered(sql).diagnostics.first().map(|one| one.message.clone()).unwrap_or_default();
    assert_eq!(fault("@DEF(f, x -> @f(x)); SELECT @f(1)"), "Macros call each other without end.");
    let wide = "@DEF(a, [0,1,2,3,4,5,6,7,8,9]); SELECT @EACH(@a, b -> @EACH(@a, c -> @EACH(@a, d -> @EACH(@a, e -> @EACH(@a, f -> @EACH(@a, g -> @EACH(@a, h -> 1)))))))";
    assert!(fault(wide).contains("too long") || fault(wide).contains("too much"), "{}", fault(wide));
}

#[test]
fn any_bytes_are_read() {
    for sql in [
        "@",
        "@@",
        "@{",
        "@{x",
        "@x(",
        "@'",
        "@\"",
        "@(",
        "é@é(é",
        "@EACH(",
        "@EACH([",
        "SELECT @EACH([a], x ->)",
        "@DEF(",
        "@DEF(x)",
        "(x ->",
        "JINJA_QUERY_BEGIN; {{",
        "@WHERE(",
        "LEFT @JOIN(",
        "x_@",
        "@x@y@{z}1",
    ] {
        let rendered = rendered(sql);
        assert!(rendered.segments.last().is_none_or(|last| last.span.end as usize == rendered.text.len()));
        self::rendered(&format!("SELECT a {sql}"));
    }
}
