//! What YAML texts are read as.

use super::{Kind, Value, parse};

/// A value written on one line, close to JSON.
fn show(value: &Value) -> String {
    match &value.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Integer(value) => value.to_string(),
        Kind::Float(value) => format!("{value:?}"),
        Kind::String(value) => format!("{value:?}"),
        Kind::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Kind::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}: {}", key.text, show(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

fn check(text: &str, expected: &str) {
    let value = parse(text).expect("the text is sound");
    assert_eq!(show(&value), expected, "{text}");
}

fn check_fault(text: &str, part: &str, message: &str) {
    let fault = parse(text).expect_err("the text is faulty");
    let at = fault.span.start as usize;
    assert!(fault.message.contains(message), "{}", fault.message);
    assert!(text[at..].starts_with(part), "fault at {:?}", &text[at..]);
}

#[test]
fn a_schema_file_is_a_tree() {
    check(
        "version: 2\nmodels:\n  - name: orders\n    columns:\n      - name: id\n        tests: [unique, not_null]\n",
        r#"{version: 2, models: [{name: "orders", columns: [{name: "id", tests: ["unique", "not_null"]}]}]}"#,
    );
}

#[test]
fn no_document_is_null() {
    check("", "null");
    check("# only words\n", "null");
    check("---\n", "null");
}

#[test]
fn the_first_document_counts() {
    check("a: 1\n---\nb: 2\n", "{a: 1}");
    check("---\na: 1\n...\nnot: [closed\n", "{a: 1}");
}

#[test]
fn quotes_and_tags_say_what_a_scalar_is() {
    check("['yes', \"1\", yes, !!str 1, !!float 2, !custom yes]", r#"["yes", "1", true, "1", 2.0, true]"#);
    check("a:\nb: ~\nc: ''\n", r#"{a: null, b: null, c: ""}"#);
}

#[test]
fn keys_keep_their_spelling() {
    check("on: 1\n2: x\n'a b': y\nyes: z\n", r#"{on: 1, 2: "x", a b: "y", yes: "z"}"#);
}

#[test]
fn the_last_of_a_repeated_key_counts() {
    check("a: 1\nb: 2\na: 3\n", "{a: 3, b: 2}");
}

#[test]
fn aliases_repeat_their_anchor() {
    check("x: &x {a: 1}\ny: *x\nz: [&s 5, *s]\n", "{x: {a: 1}, y: {a: 1}, z: [5, 5]}");
}

#[test]
fn merge_keys_yield_to_what_is_written() {
    check("base: &b {a: 1, b: 2}\nit:\n  <<: *b\n  b: 3\n", "{base: {a: 1, b: 2}, it: {a: 1, b: 3}}");
    check("x: &x {a: 1}\ny: &y {a: 2, c: 3}\nz: {<<: [*x, *y]}\n", "{x: {a: 1}, y: {a: 2, c: 3}, z: {a: 1, c: 3}}");
    check("'<<': 1\n", "{<<: 1}");
}

#[test]
fn block_scalars_keep_or_fold_their_lines() {
    check("a: |\n  x\n   y\nb: >-\n  x\n  y\n", r#"{a: "x\n y\n", b: "x y"}"#);
    check("a: |\n  x\n  y", r#"{a: "x\ny"}"#);
    check("a: >\n  x", r#"{a: "x"}"#);
}

#[test]
fn spans_are_bytes_of_the_whole_text() {
    let text = "\u{feff}# Größe\nnäme: 'é x'\nlist:\n  - ü\n  - {k: [1, 2]}\nend: 1\n";
    let value = parse(text).expect("the text is sound");
    let said = |value: &Value| text[value.span.range()].to_owned();
    let (key, first) = &value.entries()[0];
    assert_eq!(&text[key.span.range()], "näme");
    assert_eq!(said(first), "'é x'");
    let list = value.get("list").expect("there is a list");
    assert_eq!(said(list), "- ü\n  - {k: [1, 2]}");
    assert_eq!(said(&list.items()[0]), "ü");
    assert_eq!(said(&list.items()[1]), "{k: [1, 2]}");
}

#[test]
fn windows_line_ends_are_line_ends() {
    check("a: 1\r\nb:\r\n  - x\r\n", r#"{a: 1, b: ["x"]}"#);
}

#[test]
fn brackets_and_quotes_may_hang_left_as_in_pyyaml() {
    check("a:\n  b: [\n    é,\n  ]\n  c: 'x\ny ''z''\nw'\nd: {\n}\n", r#"{a: {b: ["é"], c: "x y 'z' w"}, d: {}}"#);
    check("- k: [\n  x,\ny\n]\n- \"q\\\"\nr\"\n", r#"[{k: ["x", "y"]}, "q\" r"]"#);
    let text = "a:\n  b: [\n    x,\n]\nc: 'y'\n";
    let value = parse(text).expect("the text is sound");
    assert_eq!(&text[value.at(&["a", "b"]).expect("b").span.range()], "[\n    x,\n]");
    assert_eq!(&text[value.get("c").expect("c").span.range()], "'y'");
}

#[test]
fn a_fault_has_its_place() {
    check_fault("a:\n    b: 1\n  c: 2\n", "c: 2", "");
    check_fault("a: 1\nb: [1, 2\nc: 3\n", ": 3", "");
    check_fault("a: {{ var('x') }}\n", "{ var('x') }", "must be quoted");
    check_fault("a: &a [*a]\n", "*a", "inside the value");
    check_fault("a: {<<: 1}\n", "1}", "`<<` takes");
}

#[test]
fn hostile_texts_are_refused() {
    check_fault(&"- ".repeat(100_000), "- ", "nested");
    let laughs = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
                  c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
                  e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    check_fault(laughs, "*", "too many");
    for text in
        ["\0", "\u{feff}\u{feff}", "%", "%YAML", "? ", "*", "&", "!", "!!", "- ? - :", "\"\\x", "{,}", "a: |9", "\t- x"]
    {
        drop(parse(text));
    }
}
