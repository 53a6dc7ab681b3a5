//! Templates and what they render to, each one feature at a time; and whole projects held in memory.

use std::collections::BTreeMap;

use super::memory::Memory;
use super::{Environment, Mode, Rendered, render, render_text};
use crate::diagnostic::Severity;
use crate::project::{Model, Project, read_files};
use crate::text::{FileId, Span};

fn project(files: &[(&str, &str)]) -> Project {
    let mut all =
        BTreeMap::from([(FileId::new("dbt_project.yml"), "name: shop\nprofile: shop\nvars: {answer: 42}\n".into())]);
    all.extend(files.iter().map(|(path, text)| (FileId::new(path), std::sync::Arc::from(*text))));
    let empty = Memory(BTreeMap::new());
    read_files(&Memory(all), &empty, None, &|count, work| (0..count).for_each(work)).remove(0)
}

fn model<'p>(project: &'p Project, name: &str) -> &'p Model {
    project.models.iter().find(|model| model.name == name).expect("the model was written")
}

pub(super) fn rendered(files: &[(&str, &str)], name: &str, mode: Mode) -> Rendered {
    let project = project(files);
    let env = Environment::new(&project, &[]);
    render(&env, model(&project, name), mode, &|id| {
        id.ends_with("orders")
            .then(|| vec![("id".to_owned(), "int".to_owned()), ("total".to_owned(), "float".to_owned())])
    })
}

fn loose(text: &str) -> Rendered {
    let project = project(&[]);
    render_text(&Environment::new(&project, &[]), text, &FileId::new("models/loose.sql"))
}

/// A template and its text; `None` where it is a fault.
fn check(cases: &[(&str, Option<&str>)]) {
    for (text, expected) in cases {
        let rendered = loose(text);
        let found = if rendered.failed { None } else { Some(rendered.text.as_str()) };
        assert_eq!(found, *expected, "{text}: {:?}", rendered.diagnostics);
        covered(&rendered, text);
    }
}

/// Every byte has an origin, and literal bytes are those of the source.
fn covered(rendered: &Rendered, own: &str) {
    let mut at = 0;
    for segment in &rendered.segments {
        assert_eq!(segment.span.start, at, "segments follow each other in {own}");
        at = segment.span.end;
        if segment.literal && segment.file == 0 {
            assert_eq!(rendered.text[segment.span.range()], own[segment.origin.range()]);
        }
    }
    assert_eq!(at as usize, rendered.text.len(), "segments cover {own}");
}

#[test]
fn in_sql_the_filters_of_yaml_hand_on_what_they_are_given() {
    check(&[(
        "{{ 'yes' | as_bool }}{{ '' | as_number }}{{ '[1]' | as_native }}{{ 1 | as_text + 1 }}",
        Some("yes[1]2"),
    )]);
}

#[test]
fn macros_take_arguments_as_python_functions_do() {
    check(&[
        ("{% macro m(x, y=x ~ '!') %}{{ x }}{{ y }}{% endmacro %}{{ m('a') }}{{ m('a', y='b') }}", Some("aa!ab")),
        ("{% macro m() %}{{ varargs | join('-') }}{{ kwargs }}{% endmacro %}{{ m(1, 2, k=3) }}", Some("1-2{'k': 3}")),
        ("{% macro m(x) %}{% endmacro %}{{ m(1, 2) }}", None),
        ("{% macro m(x) %}{% endmacro %}{{ m(y=2) }}", None),
        (
            "{% macro m(x=1) %}[{{ x is none }}{{ x is defined }}]{% endmacro %}{{ m(nothing) }}{{ m() }}",
            Some("[FalseFalse][FalseTrue]"),
        ),
        ("{% macro m() %}a{{ return([1, 2]) }}b{% endmacro %}{{ m()[1] + 1 }}", Some("3")),
        ("{% macro w() %}<{{ caller(1) }}>{% endmacro %}{% call(n) w() %}n={{ n }}{% endcall %}", Some("<n=1>")),
        ("{% macro m(x: str, y: int = 2) %}{{ x }}{{ y }}{% endmacro %}{{ m('a') }}", Some("a2")),
    ]);
}

#[test]
fn scopes_are_those_of_jinja() {
    check(&[
        ("{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}", Some("1")),
        ("{% if true %}{% set x = 2 %}{% endif %}{{ x }}", Some("2")),
        ("{% set n = namespace(c=0) %}{% for i in range(4) %}{% set n.c = n.c + i %}{% endfor %}{{ n.c }}", Some("6")),
        (
            "{% set l = [1] %}{% for i in l %}{% if i < 3 %}{% do l.append(i + 1) %}{% endif %}{% endfor %}{{ l }}",
            Some("[1, 2, 3]"),
        ),
        ("{% macro m() %}{{ x }}{% endmacro %}{% set x = 5 %}{{ m() }}", Some("5")),
        ("{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}", Some("3")),
    ]);
}

#[test]
fn values_print_as_python_prints_them() {
    check(&[
        ("{{ [1, 'a', none, true, 1.0] }}", Some("[1, 'a', None, True, 1.0]")),
        ("{{ ('a',) }}{{ {'k': \"it's\"} }}", Some("('a',){'k': \"it's\"}")),
        ("{{ 2 ** 64 }} {{ 7 // -2 }} {{ -7 % 3 }} {{ 4 / 2 }}", Some("18446744073709551616 -4 2 2.0")),
        ("{{ '%05.1f|%-4s|%x' % (3.14159, 'ab', 255) }}", Some("003.1|ab  |ff")),
        ("{{ '{:>6,.2f} {!r} {a[0]}'.format(1234.5, 'q', a=[7]) }}", Some("1,234.50 'q' 7")),
        ("{{ 'a\\d\\n' }}", Some("a\\d\n")),
        ("{{ 1 == 1.0 == true }}{{ 'a' in 'cat' }}{{ [] or 'x' }}", Some("TrueTruex")),
    ]);
}

#[test]
fn white_space_is_kept_as_dbt_keeps_it() {
    check(&[
        ("a\n{% if true %}\nb\n{% endif %}\nc\n", Some("a\n\nb\n\nc")),
        ("a \n {%- if true -%} \n b {%+ endif %}", Some("ab ")),
        ("a\r\nb\rc", Some("a\nb\nc")),
        ("\u{feff}select {{ 1 }}", Some("select 1")),
        ("{# {{ x }} #}a {#- b -#} c", Some("ac")),
        ("{% raw %}{{ x }}{% endraw %}", Some("{{ x }}")),
    ]);
}

#[test]
fn undefined_names_are_empty_but_cannot_be_used() {
    check(&[
        ("[{{ nope }}]{{ nope | default('d') }}{{ nope == none }}", Some("[]dFalse")),
        ("{{ nope.x }}", None),
        ("{{ nope() }}", None),
        ("{% for x in none %}{% endfor %}", None),
        ("{% for x in nope %}{% else %}none{% endfor %}", Some("none")),
    ]);
    assert_eq!(loose("{{ nope }}").diagnostics[0].rule, "undefined-variable");
}

#[test]
fn several_faults_of_a_file_are_each_said_at_their_place() {
    let text = "{% if x == {{ y }} %}a{% endif %}\n{{ 1 + }}\n{% endfor %}\n{% iff true %}\nselect 1";
    let rendered = loose(text);
    let said: Vec<(&str, &str)> =
        rendered.diagnostics.iter().map(|said| (&text[said.place.span.range()], said.message.as_str())).collect();
    assert_eq!(said.len(), 4, "{said:?}");
    assert_eq!(said[0].0, "{{");
    assert_eq!(said[1], ("}}", "Expected a value, found the end of the tag."));
    assert_eq!(said[2].1, "`endfor` closes nothing: no `for` block is open here.");
    assert_eq!(rendered.diagnostics[3].help.as_deref(), Some("Did you mean `if`?"));
    assert!(rendered.text.ends_with("select 1"));
}

#[test]
fn endless_templates_come_to_an_end() {
    for text in [
        "{% set l = [1] %}{% for i in l %}{% do l.append(i) %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set n = namespace(s='x') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{{ range(100000000000) }}",
        "{{ 'x' * 100000000000 }}",
        "{{ 9 ** 999999 }}",
        "{{ 'a' | center(100000000000) }}",
        "{% set l = range(200000) %}{% for i in l %}{{ -1 in l }}{% endfor %}",
    ] {
        let rendered = loose(text);
        assert!(rendered.failed, "{text}");
        assert!(rendered.diagnostics.iter().any(|said| said.severity == Severity::Error));
    }
}

#[test]
fn the_deepest_values_are_dropped_without_harm() {
    let rendered =
        loose("{% set n = namespace(l=[]) %}{% for i in range(150000) %}{% set n.l = [n.l] %}{% endfor %}ok");
    assert_eq!(rendered.text, "ok");
}

#[test]
fn values_that_hold_themselves_are_harmless() {
    let twice = "{% set l = [] %}{% do l.append(l) %}{% do l.append(l) %}{% set m = [l, l] %}";
    for end in ["{{ l }}", "{{ l == m }}", "{{ l | tojson }}", "{{ config(x=l) }}", "{{ l | sort }}", "{{ toyaml(l) }}"]
    {
        loose(&format!("{twice}{end}"));
    }
}

#[test]
fn references_resolve_and_are_noted() {
    let files = [
        ("models/orders.sql", "select 1 as id"),
        ("models/sources.yml", "sources: [{name: raw, tables: [{name: users}]}]"),
        (
            "models/report.sql",
            "select * from {{ ref('orders') }} join {{ source('raw', 'users') }} on {{ ref('order') }}",
        ),
    ];
    let rendered = rendered(&files, "report", Mode::default());
    let ids: Vec<Option<&str>> = rendered.refs.iter().map(|reference| reference.id.as_deref()).collect();
    assert_eq!(ids, [Some("model.shop.orders"), Some("source.shop.raw.users"), None]);
    assert!(rendered.text.contains(&rendered.refs[0].text));
    assert_eq!(rendered.diagnostics[0].rule, "unknown-relation");
    assert_eq!(rendered.diagnostics[0].help.as_deref(), Some("Did you mean `orders`?"));
    assert!(!rendered.failed);
}

#[test]
fn a_project_may_override_what_dbt_brings() {
    let files = [
        (
            "macros/ref.sql",
            "{% macro ref(name) %}{{ return(builtins.ref(name).include(database=false, schema=false)) }}{% endmacro %}",
        ),
        ("macros/hash.sql", "{% macro default__hash(field) %}my_hash({{ field }}){% endmacro %}"),
        ("models/orders.sql", "select 1 as id"),
        (
            "models/report.sql",
            "select {{ dbt.hash('id') }}, {{ dbt_utils.star(ref('orders'), except=['ID']) }} from {{ ref('orders') }}",
        ),
    ];
    let rendered = rendered(&files, "report", Mode::default());
    assert_eq!(rendered.text, "select my_hash(id), \"total\" from \"orders\"");
    assert_eq!(rendered.refs[0].id.as_deref(), Some("model.shop.orders"));
    assert_eq!(rendered.asked_columns, ["model.shop.orders"]);
}

#[test]
fn both_sides_of_an_incremental_model_are_rendered() {
    let files = [(
        "models/events.sql",
        "{{ config(materialized='incremental') }}select 1{% if is_incremental() %} from {{ this }}{% endif %}",
    )];
    assert_eq!(rendered(&files, "events", Mode::default()).text, "select 1");
    let again = rendered(&files, "events", Mode::Incremental);
    assert!(again.text.starts_with("select 1 from ") && again.asks_incremental);
    assert_eq!(again.config.str("materialized"), Some("incremental"));
}

#[test]
fn what_only_the_warehouse_knows_is_unknown() {
    let text =
        "{% set found = run_query('select 1') %}{% if execute %}x{% else %}y{% endif %}{{ found.columns[0].values() }}";
    let rendered = rendered(&[("models/asks.sql", text)], "asks", Mode::default());
    assert_eq!(rendered.text, "y");
    assert!(!rendered.failed);
    assert_eq!(rendered.unknowns.len(), 1);
    let absent = loose("select {{ some_package.f('x') }}");
    assert!(absent.failed, "a package that nobody names is a name that nobody defined");
}

#[test]
fn bytes_lead_back_through_macros_and_set_blocks() {
    let files = [
        ("macros/cents.sql", "{% macro cents(column) %}({{ column }} / 100){% endmacro %}"),
        ("models/prices.sql", "{% set body %}select {{ cents('price') }} as price{% endset %}{{ body | trim }} from t"),
    ];
    let rendered = rendered(&files, "prices", Mode::default());
    assert_eq!(rendered.text, "select (price / 100) as price from t");
    let at = rendered.text.find("/ 100").expect("the macro ran");
    let origin = rendered.origin(Span::new(at, at + 5)).expect("every byte has an origin");
    assert!(origin.literal);
    assert_eq!(origin.place.file.path(), "macros/cents.sql");
    let call = &origin.calls[0];
    assert_eq!(&files[1].1[call.span.range()], "cents('price')");
    let name = rendered.origin(Span::new(at - 6, at - 1)).expect("every byte has an origin");
    assert!(!name.literal);
    let own = rendered.text.find("as price").expect("the text of the model is there");
    let own = rendered.origin(Span::new(own, own + 8)).expect("every byte has an origin");
    assert_eq!(&files[1].1[own.place.span.range()], "as price");
}

#[test]
fn dates_stand_still() {
    check(&[
        ("{{ modules.datetime.date(2024, 1, 31) + modules.datetime.timedelta(days=1) }}", Some("2024-02-01")),
        ("{{ modules.datetime.datetime.now().strftime('%Y-%m-%d %H:%M') }}", Some("2026-01-15 12:00")),
        ("{{ run_started_at.astimezone(modules.pytz.timezone('Europe/Berlin')).strftime('%H %Z') }}", Some("13 CET")),
        ("{{ (modules.datetime.date(2024, 3, 1) - modules.datetime.date(2024, 2, 1)).days }}", Some("29")),
        ("{{ modules.re.sub('(a)(b)', '\\\\2\\\\1', 'xaby') }}", Some("xbay")),
    ]);
}

#[test]
fn the_digest_follows_what_renderings_read() {
    let one = Environment::new(&project(&[("macros/m.sql", "{% macro m() %}1{% endmacro %}")]), &[]).digest();
    let same = Environment::new(&project(&[("macros/m.sql", "{% macro m() %}1{% endmacro %}")]), &[]).digest();
    let other = Environment::new(&project(&[("macros/m.sql", "{% macro m() %}2{% endmacro %}")]), &[]).digest();
    assert_eq!(one, same);
    assert_ne!(one, other);
}

#[test]
fn python_models_say_what_they_read_and_set() {
    let text = "# dbt.ref('nope')\ndef model(dbt, session):\n    dbt.config(materialized='table', tags=['a'])\n    \
                a = dbt.ref(\"orders\")\n    b = dbt.source('raw', 'users')\n    c = dbt.ref('order')\n    return a\n";
    let files = [
        ("models/orders.sql", "select 1 as id"),
        ("models/sources.yml", "sources: [{name: raw, tables: [{name: users}]}]"),
        ("models/scored.py", text),
    ];
    let found = rendered(&files, "scored", Mode::default());
    let ids: Vec<Option<&str>> = found.refs.iter().map(|reference| reference.id.as_deref()).collect();
    assert_eq!(ids, [Some("model.shop.orders"), Some("source.shop.raw.users"), None]);
    assert_eq!(found.config.str("materialized"), Some("table"));
    assert_eq!(found.diagnostics.len(), 1);
    assert_eq!(found.diagnostics[0].help.as_deref(), Some("Did you mean `orders`?"));
    let place = &found.refs[0].place;
    assert_eq!(&text[place.span.range()], "dbt.ref(\"orders\")");
    let wrong = rendered(&[("models/w.py", "def model(session):\n    return dbt.ref(name)")], "w", Mode::default());
    assert_eq!(wrong.diagnostics.len(), 2, "{:?}", wrong.diagnostics);
}

#[test]
fn three_faults_in_one_model_are_three_diagnostics() {
    let text = "select {{ nope.column }},\n  {{ 1 + }},\n  {{ twice(1, 2) }}\nfrom {{ ref('order') }}";
    let files = [
        ("macros/twice.sql", "{% macro twice(number) %}{{ number * 2 }}{% endmacro %}"),
        ("models/orders.sql", "select 1 as id"),
        ("models/faulty.sql", text),
    ];
    let rendered = rendered(&files, "faulty", Mode::Fresh);
    let said = |at: usize| {
        let said = &rendered.diagnostics[at];
        (&text[said.place.span.range()], said.message.as_str(), said.help.as_deref().unwrap_or_default())
    };
    assert_eq!((said(0).0, said(0).1), ("}}", "Expected a value, found the end of the tag."));
    assert_eq!((said(1).0, said(1).1), ("nope.column", "`nope` is undefined."));
    assert_eq!(
        said(2),
        ("twice(1, 2)", "Macro `twice` takes at most 1 arguments, not 2.", "Its one parameter is `number`.")
    );
    assert_eq!(said(3), ("ref('order')", "There is no model, seed or snapshot `order`.", "Did you mean `orders`?"));
    assert!(rendered.failed && rendered.diagnostics.len() == 4);
}

#[test]
fn a_block_that_is_never_closed_is_told_at_its_opener() {
    let text = "select 1\n{% if true %}\n  {% for x in [1] %}a{% endfor %}\nfrom t";
    let rendered = loose(text);
    let said = &rendered.diagnostics[0];
    assert!(text[said.place.span.start as usize..].starts_with("{% if true %}"));
    assert_eq!(said.message, "This `if` block is never closed.");
    assert_eq!(said.help.as_deref(), Some("Close it with `{% endif %}`."));
}

#[test]
fn no_template_is_too_deep_or_too_large() {
    let many = |part: &str| part.repeat(10_000);
    let around = |open: &str, close: &str| format!("{}x{}", many(open), many(close));
    let mut templates = vec![
        around("{% if true %}", "{% endif %}"),
        around("{% for i in [1] %}", "{% endfor %}"),
        around("{% set x %}", "{% endset %}"),
        around("{% call m() %}", "{% endcall %}"),
        around("{% macro m() %}", "{% endmacro %}"),
        many("{% if true %}"),
        many("{% endif %}"),
        many("{{"),
        many("{%"),
    ];
    for (open, close) in [("(", ")"), ("[", "]"), ("{'a':", "}"), ("dict(a=", ")")] {
        templates.push(format!("{{{{ {}1{} }}}}", many(open), many(close)));
        templates.push(format!("{{{{ {}", many(open)));
    }
    for chain in ["| upper ", ".upper()", "[0]", " + 1", " ~ 1", " ** 1", " and 1", " < 2", " if 1 else 2", "()", ".y"]
    {
        templates.push(format!("{{{{ 'a'{} }}}}", many(chain)));
    }
    for prefix in ["-", "not ", "+"] {
        templates.push(format!("{{{{ {}1 }}}}", many(prefix)));
    }
    let doubled = |start: &str, step: &str| {
        format!("{{% set n = namespace(v={start}) %}}{{% for i in range(60) %}}{{% set n.v = {step} %}}{{% endfor %}}")
    };
    templates.extend([
        doubled("'x'", "n.v ~ n.v"),
        doubled("'x'", "n.v + n.v"),
        doubled("'x'", "n.v | replace('x', 'xx')"),
        doubled("[1]", "n.v + n.v"),
        doubled("[1]", "n.v * 2"),
        doubled("2", "n.v * n.v"),
        "{{ 9 ** 9 ** 9 }}{{ 'ab' * 10 ** 100 }}".to_owned(),
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}".to_owned(),
        "{% macro m(n) %}{{ m(n + 1) }}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}".to_owned(),
        "{{ modules.re.match('(a+)+$', 'a' * 40 ~ 'b') }}{{ modules.re.compile('((a{1,1000}){1,1000}){1,1000}') }}"
            .to_owned(),
        "{{ '%999999999d' % 1 }}{{ '{:>999999999}'.format(1) }}{{ 'a' | indent(999999999) }}".to_owned(),
    ]);
    for text in templates {
        let rendered = loose(&text);
        assert!(rendered.text.len() < 1 << 20, "{}..", &text[..60.min(text.len())]);
    }
}
