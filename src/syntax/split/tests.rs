//! Where statements end, and what decides whether they run.

use crate::dialect;
use crate::syntax::{Role, parse};

/// One line a statement: its text, behind `if` and what decides it.
fn check(dialect: &str, text: &str, expected: &[&str]) {
    let parsed = parse(text, &dialect::find(dialect).expect("a dialect of the table"));
    let found: Vec<String> = parsed
        .statements
        .iter()
        .filter(|statement| statement.role != Role::Variables)
        .map(|statement| {
            let guards: Vec<String> = statement.guards.iter().map(ToString::to_string).collect();
            let guards = if guards.is_empty() { String::new() } else { format!("if {}: ", guards.join(", ")) };
            let fault = statement.tree.as_ref().err().map_or(String::new(), |fault| format!(" !! {}", fault.message));
            format!("{guards}{}{fault}", &text[statement.span.range()])
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn semicolons_and_go_lines_end_statements() {
    check("tsql", "select 1; ;select 2;\n", &["select 1", "select 2"]);
    check("tsql", "select 1\nGO\nselect go from t", &["select 1", "select go from t"]);
    check("tsql", " ; -- nothing\n", &[]);
}

#[test]
fn statements_of_blocks_are_statements() {
    check("tsql", "begin select 1; select 2; end; select 3", &["select 1", "select 2", "select 3"]);
    check("tsql", "begin transaction; select 1; commit", &["begin transaction", "select 1", "commit"]);
    check(
        "bigquery",
        "begin select 1; exception when error then select case when b then 1 else 2 end; end; select 3",
        &["select 1", "select case when b then 1 else 2 end", "select 3"],
    );
    check("snowflake", "begin let x := 1; select 1; return table(r); end", &["select 1"]);
    check(
        "bigquery",
        "begin select 1 fro t; select 2; end",
        &["select 1 fro t !! expected the end of the statement, found `t`", "select 2"],
    );
}

#[test]
fn branches_and_loops_decide_their_statements() {
    check(
        "bigquery",
        "if (select max(a) from t) > 1 then insert into u select 1; elseif b then select 2; else select 3; end if; select 4",
        &[
            "if SELECT (SELECT max(a) FROM t) > 1: insert into u select 1",
            "if SELECT (SELECT max(a) FROM t) > 1: select 2",
            "if SELECT (SELECT max(a) FROM t) > 1: select 3",
            "select 4",
        ],
    );
    check("bigquery", "while true do select 1; end while; loop select 2; break; end loop", &["select 1", "select 2"]);
    check("bigquery", "for r in (select a from t) do select r.a; end for", &["if SELECT a FROM t: select r.a"]);
    check(
        "tsql",
        "if exists (select 1 from t)\nbegin\n select 1\n select 2\nend\nelse\n select 3\nselect 4",
        &[
            "if SELECT EXISTS (SELECT 1 FROM t): select 1",
            "if SELECT EXISTS (SELECT 1 FROM t): select 2",
            "if SELECT EXISTS (SELECT 1 FROM t): select 3",
            "select 4",
        ],
    );
    check("bigquery", "repeat select 1; until (select true from t) end repeat", &["if SELECT true FROM t: select 1"]);
}

#[test]
fn variables_stand_for_what_they_were_set_from() {
    check(
        "bigquery",
        "declare d, e date default (select max(day) from t); set e = d; select 1; select a from u where day > e",
        &["select 1", "if SELECT max(day) FROM t: select a from u where day > e"],
    );
    check(
        "tsql",
        "declare @a int\nselect @a = max(x) from t\nselect * from u where b = @a",
        &["if SELECT max(x) AS @a FROM t: select * from u where b = @a"],
    );
    check(
        "snowflake",
        "declare r resultset default (select a from t); begin insert into u select * from table(r); end",
        &["if SELECT a FROM t: insert into u select * from table(r)"],
    );
}

#[test]
fn procedures_are_read_as_what_they_run() {
    check(
        "bigquery",
        "create or replace procedure d.p(in x int64) begin insert into t select a from u where b = x; end",
        &["insert into t select a from u where b = x"],
    );
    check(
        "tsql",
        "create procedure p @a int as\nselect 1\ninsert into t select 2\ngo\nselect 3",
        &["select 1", "insert into t select 2", "select 3"],
    );
    check(
        "snowflake",
        "create procedure p() returns string language sql as $$\nbegin\n  insert into t select 1;\n  return 'x';\nend;\n$$; select 2",
        &["insert into t select 1", "select 2"],
    );
    check(
        "postgres",
        "do $do$ begin delete from t; end $do$ language plpgsql; select 1",
        &["delete from t", "select 1"],
    );
    check(
        "oracle",
        "create procedure p as x number; begin insert into t select 1 from dual; end p;",
        &["insert into t select 1 from dual"],
    );
    // In another language it says nothing of data, and runs nothing by being created.
    let javascript = "create procedure p() returns string language javascript as $$ var a; $$; select 1";
    check("snowflake", javascript, &["select 1"]);
}

#[test]
fn what_steers_ends_where_rows_begin() {
    for head in ["set nocount on", "use d", "drop table if exists t", "declare @a int = 1", "print 'x'", "begin tran"] {
        for gap in [" ", "\n"] {
            let text = format!("{head}{gap}insert into t select a from u");
            let parsed = parse(&text, &dialect::find("tsql").expect("T-SQL is known"));
            let last = parsed.statements.last().expect("the text has a statement");
            assert_eq!(&text[last.span.range()], "insert into t select a from u");
            assert_eq!(parsed.error(), None, "{text}");
        }
    }
}

#[test]
fn packages_are_read_as_what_they_run() {
    let package = "create package body k as x int; procedure p is y int; begin insert into t select 1 from dual; end p; \
                   procedure q is procedure r is begin delete from u; end; begin delete from v; end; end k;\n/\n";
    check(
        "oracle",
        &format!("{package}delete from w"),
        &["insert into t select 1 from dual", "delete from u", "delete from v", "delete from w"],
    );
    check(
        "mysql",
        "create procedure p(in x int) insert into t select x; select 1",
        &["insert into t select x", "select 1"],
    );
    check("snowflake", "begin let r resultset := (insert into t select 1); end", &["insert into t select 1"]);
    parse(&"create procedure p as procedure q is ".repeat(9000), &dialect::find("oracle").expect("Oracle is known"));
}

#[test]
fn functions_keep_their_bodies() {
    let function = "create function f() returns int begin declare x int; if x then set x = 1; end if; return x; end";
    let parsed = parse(&format!("{function}; select 1"), &dialect::find("mysql").expect("MySQL is known"));
    assert_eq!(parsed.statements.len(), 2);
}

#[test]
fn statements_need_no_semicolon_where_a_line_starts_one() {
    check("tsql", "select a from t\nselect b from u", &["select a from t", "select b from u"]);
    check("tsql", "select a from t\nunion all\nselect b from u", &["select a from t\nunion all\nselect b from u"]);
    check("tsql", "with c as (select 1)\nselect 2\nselect 3", &["with c as (select 1)\nselect 2", "select 3"]);
    check(
        "tsql",
        "insert into t\nselect 1\ncreate view v as\nselect 2",
        &["insert into t\nselect 1", "create view v as\nselect 2"],
    );
}

#[test]
fn any_tokens_come_to_an_end() {
    for text in [
        "end",
        "begin",
        "begin end end",
        "if",
        "if then",
        "case when",
        "else",
        "begin else end",
        "loop",
        "for x in",
        "declare",
        "create procedure",
        "begin exception",
        "until",
        "begin until end",
        "if a then else else end if end",
    ] {
        for dialect in dialect::labels() {
            parse(text, &dialect::find(dialect).expect("a label names a dialect"));
            parse(&text.repeat(300), &dialect::find(dialect).expect("a label names a dialect"));
        }
    }
}
