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
