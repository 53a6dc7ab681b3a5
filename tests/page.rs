//! The page of `sluice report`: what it carries, read back as the browser does, and what it must never let out.

use std::fmt::Write;

use serde_json::Value;

use crate::committed::{in_repo, same_as_committed};
use crate::scratch::{Files, Scratch, files, read_files};

/// The data that a page carries.
fn unpack(page: &str) -> Value {
    let (_, rest) = page.split_once("id=\"data\">").expect("a page carries data");
    let (packed, _) = rest.split_once("</script>").expect("the data ends");
    let json = miniz_oxide::inflate::decompress_to_vec(&from_base64(packed)).expect("the data is deflated");
    serde_json::from_slice(&json).expect("the data is JSON")
}

fn from_base64(text: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            _ => 63,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 255) as u8);
        }
    }
    bytes
}

/// The data with its numbers looked up, for people.
struct Read {
    data: Value,
}

impl Read {
    fn number(&self, path: &str, at: usize) -> usize {
        let value = self.data.pointer(path).and_then(|list| list.get(at)).and_then(Value::as_u64);
        usize::try_from(value.unwrap_or_else(|| panic!("{path} has no number {at}"))).expect("places are small")
    }

    fn text(&self, number: usize) -> &str {
        self.data["text"][number].as_str().expect("a text is a text")
    }

    fn word(&self, path: &str, at: usize) -> &str {
        self.text(self.number(path, at))
    }

    fn count(&self, path: &str) -> usize {
        self.data.pointer(path).and_then(Value::as_array).map_or(0, Vec::len)
    }

    /// `stg_orders.amount` for the number of a column.
    fn column(&self, column: usize) -> String {
        let mut first = 0;
        for relation in 0..self.count("/columns/count") {
            let next = first + self.number("/columns/count", relation);
            if column < next {
                return format!("{}.{}", self.word("/relations/name", relation), self.word("/columns/name", column));
            }
            first = next;
        }
        panic!("no relation has column {column}")
    }

    fn edges(&self, kind: &str, from: usize, count: usize) -> String {
        let edge = |at: usize| {
            let via = self.data[kind]["vias"][self.number(&format!("/{kind}/via"), at)].as_str().unwrap_or_default();
            let (to, line) = (self.number(&format!("/{kind}/to"), at), self.number(&format!("/{kind}/line"), at));
            format!("{} {via} :{line}", self.column(to))
        };
        (from..from + count).map(edge).collect::<Vec<_>>().join(", ")
    }
}

fn lineage(read: &Read) -> String {
    let mut out = String::new();
    let (mut column, mut edge, mut row) = (0, 0, 0);
    for relation in 0..read.count("/relations/id") {
        let fact = |field: &str| read.word(&format!("/relations/{field}"), relation);
        let reads = read.data["relations"]["reads"][relation].as_array().into_iter().flatten();
        let reads = reads.filter_map(Value::as_u64).map(|at| read.word("/relations/name", at as usize));
        let reads: Vec<&str> = reads.collect();
        let facts = ["layer", "materialized", "tags", "owner", "keys", "about"].map(fact).join("; ");
        let _ = writeln!(out, "{} ({}) reads {}\n  {facts}", fact("id"), fact("path"), reads.join(", "));
        for _ in 0..read.number("/columns/count", relation) {
            let fact = |field: &str| read.word(&format!("/columns/{field}"), column);
            let count = read.number("/edges/count", column);
            let _ = writeln!(
                out,
                "  {} {} [{}] <- {}",
                fact("name"),
                fact("type"),
                fact("tests"),
                read.edges("edges", edge, count)
            );
            (column, edge) = (column + 1, edge + count);
        }
        let count = read.number("/rows/count", relation);
        if count > 0 {
            let _ = writeln!(out, "  rows by {}", read.edges("rows", row, count));
        }
        row += count;
    }
    out
}

fn change_and_findings(read: &Read) -> String {
    let mut out = String::new();
    let place = |value: &Value| usize::try_from(value.as_u64().unwrap_or_default()).unwrap_or_default();
    for model in read.data["change"]["models"].as_array().into_iter().flatten() {
        let name = read.word("/relations/name", place(&model["relation"]));
        let _ = writeln!(out, "{name}: verdict {}, {}, {}", model["verdict"], model["change"], model["class"]);
        for column in model["columns"].as_array().into_iter().flatten() {
            let _ = writeln!(out, "  {} {}", read.text(place(&column["name"])), read.text(place(&column["said"])));
        }
        for step in model["because"].as_array().into_iter().flatten() {
            let (path, what) = (read.text(place(&step[0])), read.text(place(&step[2])));
            let _ = writeln!(out, "  {path}:{} {what}", step[1]);
        }
    }
    for consumer in read.data["change"]["consumers"].as_array().into_iter().flatten() {
        let name = read.text(place(&consumer["name"]));
        let _ = writeln!(out, "{} {name}: verdict {}", consumer["kind"], consumer["verdict"]);
    }
    for finding in read.data["findings"]["all"].as_array().into_iter().flatten() {
        let [rule, path, code] = ["rule", "path", "code"].map(|field| read.text(place(&finding[field])));
        let (line, mark, new) = (&finding["line"], &finding["mark"], &finding["new"]);
        let _ = writeln!(out, "{rule} {path}:{line} new {new} `{code}` {mark}");
    }
    for rule in read.data["findings"]["rules"].as_array().into_iter().flatten() {
        let _ = writeln!(out, "{}: {}", read.text(place(&rule["name"])), read.text(place(&rule["about"])));
    }
    out
}

fn fixture() -> Scratch {
    let side = |name: &str| read_files(&in_repo(&format!("fixtures/user_ltv/{name}")));
    Scratch::repo(&[side("base"), side("head")])
}

#[test]
fn the_page_of_the_fixture_carries_what_is_committed() {
    let answer = fixture().run(&["report", "--base=HEAD~1"]);
    assert_eq!(answer.stderr, "");
    let read = Read { data: unpack(&answer.stdout) };
    let said = format!("{}\n{}", lineage(&read), change_and_findings(&read));
    if let Err(complaint) = same_as_committed("fixtures/user_ltv/expected/page.txt", &said) {
        panic!("{complaint}");
    }
}

#[test]
fn lineage_and_impact_open_the_page_where_they_are_asked() {
    let repo = fixture();
    let view = |arguments: &[&str]| {
        let data = unpack(&repo.run(arguments).stdout);
        (data["view"].as_str().unwrap_or_default().to_owned(), data["chosen"].as_array().map_or(0, Vec::len))
    };
    let lineage = |selector: &str| view(&["lineage", selector, "--format", "html"]);
    assert_eq!(lineage("user_ltv").0, "lineage/model.social.user_ltv");
    assert_eq!(lineage("user_ltv.user_id").0, "lineage/model.social.user_ltv/user_id");
    let (chosen, count) = lineage("+user_ltv");
    assert!(chosen == "lineage?only=chosen" && count > 3, "{chosen} with {count}");
    assert_eq!(view(&["impact", "--base=HEAD~1", "--format", "html"]).0, "impact");
    assert_eq!(view(&["impact", "--model", "stg_users", "--format", "html"]).0, "impact");
}

#[test]
fn nothing_that_is_named_in_a_repo_becomes_markup() {
    let project = "name: shop\nversion: '1.0'\nprofile: shop\n";
    let model = "select 1 as \"</script><script>alert(1)</script>\", 2 as \"größe & 'quote' \"\"数\"\" <!--\"\n";
    let yaml = "models:\n- name: odd\n  description: \"</script><img src=x onerror=alert(1)> {{data}} {{title}}\"\n";
    let repo =
        Scratch::repo(&[files([("dbt_project.yml", project), ("models/odd.sql", model), ("models/odd.yml", yaml)])]);
    let page = repo.run(&["report"]).stdout;
    let bare = Scratch::repo(&[files([("models/a.sql", "select 1 as a\n")])]).run(&["report"]).stdout;
    for mark in ["<script", "</script", "<img", "onerror", "alert(1)", "{{data}}", "{{title}}"] {
        assert_eq!(page.matches(mark).count(), bare.matches(mark).count(), "{mark}");
    }
    let texts = unpack(&page)["text"].as_array().cloned().unwrap_or_default();
    let has = |wanted: &str| texts.iter().any(|text| text.as_str() == Some(wanted));
    assert!(has("</script><script>alert(1)</script>"), "{texts:?}");
    assert!(has("größe & 'quote' \"数\" <!--"), "{texts:?}");
    assert!(has("</script><img src=x onerror=alert(1)> {{data}} {{title}}"), "{texts:?}");
}

#[test]
fn the_title_is_escaped() {
    let project = "name: \"a</title><b>&\"\nversion: '1.0'\n";
    let repo = Scratch::repo(&[files([("dbt_project.yml", project), ("models/a.sql", "select 1 as a\n")])]);
    let page = repo.run(&["report"]).stdout;
    assert!(page.contains("<title>a&lt;/title&gt;&lt;b&gt;&amp;</title>"), "{:?}", page.get(..900));
}

#[test]
fn the_page_asks_nothing_of_the_network() {
    let page =
        Scratch::folder(&Files::from([("models/a.sql".to_owned(), b"select 1 as a".to_vec())])).run(&["report"]).stdout;
    assert!(page.contains("default-src 'none'"));
    assert!(!page.contains("src=\"http") && !page.contains("href=\"http") && !page.contains("@import"));
}

#[test]
fn the_same_repo_gives_the_same_page() {
    let repo = fixture();
    assert!(repo.run(&["report", "--base=HEAD~1"]).stdout == repo.run(&["report", "--base=HEAD~1"]).stdout);
}
