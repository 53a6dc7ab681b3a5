//! Repos in, the source maps of their models held against the files: every byte has a place, and literal bytes are there.

use serde_json::{Deserializer, Value};

use crate::committed::in_repo;
use crate::scratch::{Files, Scratch, read_files};

/// What templates do to text: macros in macros, set blocks, call blocks, filters, `CRLF`, texts of several lines as
/// arguments, macros that dbt brings along, columns asked of a model.
const SHOP: [(&str, &str); 8] = [
    ("dbt_project.yml", "name: shop\nprofile: shop\n"),
    ("profiles.yml", "shop: {target: dev, outputs: {dev: {type: snowflake, account: a, database: db, schema: s}}}\n"),
    (
        "macros/money.sql",
        "{% macro cents(column, digits=2) -%}\n  round({{ column }} / 100, {{ digits }})\n{%- endmacro %}\n\
         {% macro total(columns) %}{% for c in columns %}{{ cents(c) }}{{ ' + ' if not loop.last }}{% endfor %}{% endmacro %}\n\
         {% macro wrapped(name) %}with {{ name }} as (\r\n{{ caller() }}\r\n){% endmacro %}\n\
         {% macro given(sql) %}{{ return(sql) }}{% endmacro %}\n",
    ),
    (
        "models/orders.sql",
        "select 1 as id, 250 as net, 50 as tax, 'é' as name\r\nunion all\r\nselect 2, 300, 60, 'ü'\r\n",
    ),
    (
        "models/totals.sql",
        "{% set body %}\n  select id, {{ total(['net', 'tax']) }} as total from {{ ref('orders') }}\n{% endset %}\n\
         {{ body | trim | replace('total from', 'both from') }}",
    ),
    (
        "models/wrapped.sql",
        "{% call wrapped('own') %}select * from {{ ref('totals') }}{% endcall %}\r\nselect {{ dbt_utils.generate_surrogate_key(['id']) }} as key from own\r\n",
    ),
    ("models/given.sql", "{{ given('\n  select id, net\n  from orders\n  where id > 1\n') }}"),
    (
        "models/rows.sql",
        "{{ config(materialized='incremental') }}\nselect {{ dbt_utils.star(ref('orders'), except=['TAX']) }} from {{ ref('orders') }}\n\
         {% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}\n",
    ),
];

/// How many maps were held against `files`; `most` percent of their bytes may be values of several lines.
fn check(files: &Files, most: usize) -> usize {
    let scratch = Scratch::folder(files);
    let mut models = 0;
    for mode in ["exec", "incremental", "parse"] {
        let answer = scratch.run(&["compile", "--source-map", "--mode", mode]);
        let (mut bytes, mut opaque) = (0, 0);
        for map in Deserializer::from_str(&answer.stdout).into_iter::<Value>() {
            let map = map.expect("each map is JSON");
            let (all, dark) = check_map(&map, files);
            bytes += all;
            opaque += dark;
            models += 1;
        }
        assert!(opaque * 100 <= bytes * most, "{opaque} of {bytes} bytes are values of several lines ({mode})");
    }
    models
}

/// Bytes of a text, and how many of them are values of several lines that no literal text answers for.
fn check_map(map: &Value, files: &Files) -> (usize, usize) {
    let (name, sql) = (map["name"].as_str().expect("a name"), map["sql"].as_str().expect("a text"));
    let (mut at, mut opaque) = (0, 0);
    for segment in map["segments"].as_array().expect("segments") {
        let range = |key: &str| {
            let number = |at: usize| segment[key][at].as_u64().expect("a position") as usize;
            number(0)..number(1)
        };
        let (here, there) = (range("bytes"), range("origin"));
        assert_eq!(here.start, at, "segments of {name} follow each other");
        at = here.end;
        let file = map["files"][segment["file"].as_u64().expect("a file") as usize].as_str().expect("a path");
        if segment["literal"] == true {
            let source = &files[file];
            assert_eq!(sql.as_bytes()[here], source[there], "literal bytes of {name} stand in {file}");
        } else if sql[here.clone()].trim().contains('\n') {
            opaque += here.len();
        }
    }
    assert_eq!(at, sql.len(), "segments cover {name}");
    (sql.len(), opaque)
}

#[test]
fn every_byte_of_a_template_has_a_place() {
    let files = SHOP.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    // `dbt_utils.star` is a macro of this program: its call answers for all of its lines.
    assert_eq!(check(&files, 6), 15);
}

#[test]
fn every_byte_of_the_fixtures_has_a_place() {
    let fixture = in_repo("fixtures/user_ltv");
    assert!(check(&read_files(&fixture.join("base")), 1) > 0);
    assert!(check(&read_files(&fixture.join("head")), 1) > 0);
}
