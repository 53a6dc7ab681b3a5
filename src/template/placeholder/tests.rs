//! Texts with placeholders and what they render to, style by style.

use crate::template::Mode;
use crate::template::memory::{assert_mapped, first};

/// Settings of `[template]`, a text, what it renders to, and how many unknowns are told.
fn check(settings: &str, text: &str, expected: &str, unknowns: usize) {
    let rendered = first(&[("m.sql", text), ("sluice.toml", &format!("[template]\n{settings}\n"))], Mode::default());
    assert_eq!(
        (rendered.text.as_str(), rendered.unknowns.len()),
        (expected, unknowns),
        "{text} {:?}",
        rendered.unknowns
    );
    assert_mapped(&rendered, text);
}

#[test]
fn values_come_from_the_settings() {
    check(
        "style = 'colon'\nvalues = { a = 1, b = 'x' }",
        "select :a, ':b' from t where c::int = :a",
        "select 1, 'x' from t where c::int = 1",
        0,
    );
    check("style = 'question_mark'\nvalues = { 1 = 'p', 2 = 'q' }", "? ?", "p q", 0);
    check("style = 'dollar'\nvalues = { ids = [1, 'b'] }", "in (${ids})", "in (1, 'b')", 0);
    check(
        "style = 'colon_optional_quotes'\nvalues = { n = 'x' }",
        "select :\"n\" from :n where a = :'n'",
        "select \"x\" from x where a = 'x'",
        0,
    );
    check("style = 'databricks'\nvalues = { a = { b = 1 } }", "${a.b}", "1", 0);
    check("placeholder = '__(?P<param_name>\\w+?)__'\nvalues = { t = 'x' }", "from __t__", "from x", 0);
    check("placeholder = '(?<![a-z])_(\\w+)_'\nvalues = { t = 'x' }", "a_t_ _t_", "a_t_ x", 0);
}

#[test]
fn bound_values_are_no_more_than_values() {
    check(
        "style = 'colon'",
        "select a from t where b = :b and :c limit :d",
        "select a from t where b = :b and :c limit :d",
        0,
    );
    check(
        "style = 'percent'",
        "select a from t where b in (%s) and c = %s",
        "select a from t where b in (:p1) and c = :p2",
        0,
    );
    check("style = 'at'", "select * from @t", "select * from t", 1);
}

#[test]
fn texts_may_be_more_than_values() {
    check(
        "style = 'dollar'",
        "select ${cols} from ${schema}.t where d = '${day}' and n > $n",
        "select :cols from schema.t where d = 'day' and n > :n",
        2,
    );
    check("style = 'ampersand'\nstand_in = 'x_{name}'", "from &t where '&d'", "from x_t where 'd'", 1);
}

#[test]
fn python_formats_are_formatted() {
    let settings = "style = 'python_format'\nvalues = { t = 'x', n = 3.14159, d = { k = 'v' }, 1 = 'one' }";
    check(settings, "select '{{a}}', {n:.2f}, {t!r:>5}, {d[k]} from {t}", "select '{a}', 3.14,   'x', v from x", 0);
    check(settings, "select '{\"json\": 1}', {}", "select '{\"json\": 1}', one", 0);
    check("style = 'python_format'", "from {t} where a = {v!r}", "from t where a = 'v'", 1);
}

#[test]
fn client_scripts_set_their_own() {
    check(
        "style = 'snowsql'",
        "!set variable_substitution=true\n!define t=orders\nselect '&&x', &{t}.a from &t",
        "\n\nselect '&x', orders.a from orders",
        0,
    );
    check(
        "style = 'psql'",
        "\\set t 'orders'\nselect a::int, b[1:2] from :t where c = :'n' and d = ':t' and :\"q\" > 0",
        "\nselect a::int, b[1:2] from orders where c = 'n' and d = ':t' and \"q\" > 0",
        0,
    );
}

#[test]
fn snowflake_scripts_are_read_unasked() {
    let files = |text: &'static str| [("m.sql", text), ("sluice.toml", "dialect = 'snowflake'")];
    let text = |text| first(&files(text), Mode::default()).text;
    assert_eq!(
        text("select * from &db.s.t where u = 'a&b=c' and v = '&w'"),
        "select * from db.s.t where u = 'a&b=c' and v = 'w'"
    );
    assert_eq!(text("select a & b, x&&y"), "select a & b, x&&y");
    let jinja = first(
        &[("m.sql", "select {{ x | default(1) }}, &y"), ("sluice.toml", "dialect = 'snowflake'")],
        Mode::default(),
    );
    assert_eq!(jinja.text, "select 1, &y");
}
