//! A language server in this process, driven message by message over small repos.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use sluicegate::lsp::{Connection, Host, Message, Notification, Request, serve};

use crate::scratch::{Files, Scratch};

/// An editor and the server behind it.
struct Editor {
    connection: Option<Connection>,
    server: Option<thread::JoinHandle<()>>,
    scratch: Scratch,
    next: AtomicI32,
    versions: BTreeMap<String, i32>,
    /// What was published last, by path.
    published: BTreeMap<String, Vec<Value>>,
    /// Everything else that came unasked.
    heard: Vec<(String, Value)>,
    capabilities: Value,
}

/// Longer than any answer takes: only a server that hangs is waited for in vain.
const PATIENCE: Duration = Duration::from_mins(2);

fn files(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

const SHOP: [(&str, &str); 7] = [
    ("dbt_project.yml", "name: shop\nversion: '1.0'\nmodel-paths: [models]\nmacro-paths: [macros]\n"),
    ("sluice.toml", "dialect = \"duckdb\"\n"),
    ("macros/money.sql", "{% macro cents(column) %}({{ column }} / 100.0){% endmacro %}\n"),
    (
        "models/schema.yml",
        "sources:\n  - name: raw\n    tables:\n      - name: orders\n        columns:\n          - {name: id, data_type: integer}\n          - {name: amount, data_type: integer}\n\
         models:\n  - name: stg_orders\n    columns:\n      - name: order_id\n        tests: [unique, not_null]\n      - name: amount\n\
         exposures:\n  - name: kpis\n    type: dashboard\n    owner: {name: Ada}\n    depends_on: [ref('orders')]\n",
    ),
    (
        "models/stg_orders.sql",
        "with source as (\n    select * from {{ source('raw', 'orders') }}\n)\n\nselect\n    id as order_id,\n    {{ cents('amount') }} as amount\nfrom source\n",
    ),
    (
        "models/orders.sql",
        "select\n    o.order_id,\n    o.amount * 2 as doubled\nfrom {{ ref('stg_orders') }} as o\nwhere o.amount > 0\n",
    ),
    ("models/all_orders.sql", "select * from {{ ref('orders') }}\n"),
];

impl Editor {
    fn open(repo: &[(&str, &str)]) -> Self {
        Editor::with(repo, &json!({}), &json!({}))
    }

    fn with(repo: &[(&str, &str)], capabilities: &Value, options: &Value) -> Self {
        let scratch = Scratch::repo(&[files(repo)]);
        let (ours, theirs) = Connection::memory();
        let server = thread::spawn(move || {
            let host = Host { home_profiles: None, today: Some("2026-01-01".to_owned()), variable: Box::new(|_| None) };
            serve(&theirs, host).expect("the client speaks the protocol");
        });
        let mut editor = Editor {
            connection: Some(ours),
            server: Some(server),
            scratch,
            next: AtomicI32::new(1),
            versions: BTreeMap::new(),
            published: BTreeMap::new(),
            heard: Vec::new(),
            capabilities: Value::Null,
        };
        let folders = json!([{"uri": editor.uri(""), "name": "repo"}]);
        let params =
            json!({"capabilities": capabilities, "workspaceFolders": folders, "initializationOptions": options});
        editor.capabilities = editor.ask("initialize", params)["capabilities"].clone();
        editor.tell("initialized", json!({}));
        editor
    }

    fn uri(&self, path: &str) -> String {
        let root = std::fs::canonicalize(self.scratch.path()).expect("the folder is there");
        format!("file://{}/{path}", root.display()).trim_end_matches('/').to_owned()
    }

    fn send(&self, message: impl Into<Message>) {
        let connection = self.connection.as_ref().expect("the editor is open");
        connection.sender.send(message.into()).expect("the server listens");
    }

    fn tell(&self, method: &str, params: Value) {
        self.send(Notification { method: method.to_owned(), params });
    }

    /// The answer to a request; what comes before it is heard.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.try_ask(method, params).unwrap_or_else(|why| panic!("{method}: {why}"))
    }

    fn try_ask(&mut self, method: &str, params: Value) -> Result<Value, String> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.send(Request { id: id.into(), method: method.to_owned(), params });
        loop {
            if let Message::Response(response) = self.receive()
                && response.id == id.into()
            {
                return response.response_result.map_err(|error| error.message);
            }
        }
    }

    fn receive(&mut self) -> Message {
        let connection = self.connection.as_ref().expect("the editor is open");
        let message = connection.receiver.recv_timeout(PATIENCE).expect("the server answers");
        if let Message::Notification(heard) = &message {
            if heard.method == "textDocument/publishDiagnostics" {
                let uri = heard.params["uri"].as_str().expect("diagnostics are of a file");
                let path = uri.strip_prefix(&(self.uri("") + "/")).unwrap_or(uri).to_owned();
                self.published.insert(path, heard.params["diagnostics"].as_array().cloned().unwrap_or_default());
            } else {
                self.heard.push((heard.method.clone(), heard.params.clone()));
            }
        }
        if let Message::Request(asked) = &message {
            self.heard.push((asked.method.clone(), asked.params.clone()));
        }
        message
    }

    fn show(&mut self, path: &str) {
        let text = std::fs::read_to_string(self.scratch.path().join(path)).expect("the file is there");
        let item = json!({"uri": self.uri(path), "languageId": "sql", "version": 1, "text": text});
        self.versions.insert(path.to_owned(), 1);
        self.tell("textDocument/didOpen", json!({"textDocument": item}));
    }

    fn write(&mut self, path: &str, text: &str) {
        self.change(path, json!({"text": text}));
    }

    fn change(&mut self, path: &str, change: Value) {
        let version = self.versions.entry(path.to_owned()).or_default();
        *version += 1;
        let document = json!({"uri": format!("{}", self.uri(path)), "version": self.versions[path]});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
    }

    /// Waits until everything is compiled and judged; the last findings of each file, as `rule line`.
    fn settled(&mut self) -> BTreeMap<String, Vec<String>> {
        self.ask("sluice/settle", json!({}));
        let said =
            |one: &Value| format!("{} {}", one["code"].as_str().unwrap_or_default(), one["range"]["start"]["line"]);
        self.published.iter().map(|(path, all)| (path.clone(), all.iter().map(said).collect())).collect()
    }

    fn at(&self, path: &str, line: u32, character: u32) -> Value {
        json!({"textDocument": {"uri": self.uri(path)}, "position": {"line": line, "character": character}})
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.ask("shutdown", Value::Null);
            self.tell("exit", Value::Null);
        }
        self.connection = None;
        if let Some(server) = self.server.take() {
            let left = server.join();
            assert!(left.is_ok() || thread::panicking(), "the server leaves in peace");
        }
    }
}

/// What `sluice check` says of the same files, as the editor would be told.
fn fresh(files_now: &[(String, String)]) -> BTreeMap<String, Vec<Value>> {
    let files: Files = files_now.iter().map(|(path, text)| (path.clone(), text.as_bytes().to_vec())).collect();
    let scratch = Scratch::repo(&[files]);
    let answer = scratch.run(&["check", "--format", "lsp"]);
    let lines = answer.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    let path =
        |uri: &str| files_now.iter().find(|(path, _)| uri.ends_with(&format!("/{path}"))).map(|(path, _)| path.clone());
    lines
        .filter_map(|line| {
            Some((path(line["uri"].as_str()?)?, line["diagnostics"].as_array().cloned().unwrap_or_default()))
        })
        .collect()
}

/// Leaves out where the repo is.
fn bare(published: &BTreeMap<String, Vec<Value>>) -> BTreeMap<String, Vec<Value>> {
    let bare = |one: &Value| {
        let mut one = one.clone();
        if let Some(related) = one.get_mut("relatedInformation").and_then(Value::as_array_mut) {
            related.iter_mut().for_each(|one| one["location"]["uri"] = Value::Null);
        }
        one
    };
    let all = published.iter().map(|(path, all)| (path.clone(), all.iter().map(bare).collect::<Vec<_>>()));
    all.filter(|(_, all)| !all.is_empty()).collect()
}

#[test]
fn diagnostics_follow_what_is_typed() {
    let mut editor = Editor::open(&SHOP);
    editor.show("models/stg_orders.sql");
    assert!(
        !editor
            .settled()
            .get("models/orders.sql")
            .is_some_and(|found| found.iter().any(|one| one.starts_with("unknown")))
    );
    editor.write("models/stg_orders.sql", "select id as order_id from {{ source('raw', 'orders') }}\n");
    let found = editor.settled();
    assert!(found["models/orders.sql"].contains(&"unknown-column 2".to_owned()), "{found:?}");
    editor.write("models/stg_orders.sql", "select id as order_id, 1 as amount fro\n");
    let found = editor.settled();
    assert!(found["models/orders.sql"].iter().all(|one| !one.starts_with("unknown-column")), "{found:?}");
    editor.write("models/stg_orders.sql", "select id as order_id, {{ nope( }} from x\n");
    let found = editor.settled();
    assert!(found["models/stg_orders.sql"].iter().any(|one| one.starts_with("template-error")), "{found:?}");
}

/// A small generator of numbers: the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

#[test]
fn after_any_edits_a_session_says_what_a_fresh_check_says() {
    let options = json!({"diagnostics": {"scope": "workspace"}});
    let mut editor = Editor::with(&SHOP, &json!({}), &options);
    let mut texts: Vec<(String, String)> =
        SHOP.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let paths = [
        "models/stg_orders.sql",
        "models/orders.sql",
        "models/all_orders.sql",
        "macros/money.sql",
        "models/schema.yml",
    ];
    paths.iter().for_each(|path| editor.show(path));
    let pieces = [
        ", amount",
        " -- sluice: allow(select-star) wide",
        "*",
        "o.",
        " where 1 = 1 ",
        "{{ ref('stg_orders') }}",
        "id",
        "'",
        "{{ cents('id') }} as x",
        "{% if is_incremental() %} and 1 = 2 {% endif %}",
        ")",
        "(",
        "select",
        "\n",
        "é😀 ",
        "    - name: extra\n",
    ];
    let mut dice = Dice(7);
    for round in 0..60 {
        let path = paths[if dice.roll(6) == 0 { 3 + dice.roll(2) } else { dice.roll(3) }];
        let text = &mut texts.iter_mut().find(|(known, _)| known == path).expect("the file is open").1;
        let border = |at: usize, text: &str| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let start = border(dice.roll(text.len() + 1), text);
        let end = border((start + dice.roll(4)).min(text.len()), text).max(start);
        let piece = if dice.roll(3) == 0 { "" } else { pieces[dice.roll(pieces.len())] };
        text.replace_range(start..end, piece);
        if round % 9 == 8 {
            let original = SHOP.iter().find(|(known, _)| *known == path).expect("the file is one of the repo's").1;
            original.clone_into(text);
        }
        let text = text.clone();
        editor.write(path, &text);
        if round % 3 == 0 {
            editor.settled();
            assert_eq!(bare(&editor.published), bare(&fresh(&texts)), "round {round}, {path}:\n{text}");
        }
    }
}

#[test]
fn ranges_are_in_the_units_that_were_agreed_on() {
    let repo = [SHOP[0], SHOP[1], ("models/a.sql", "select '😀' as x, b from {{ ref('gone') }}\n")];
    for (encodings, unit) in [(json!(["utf-8", "utf-16"]), "utf-8"), (json!(["utf-16"]), "utf-16")] {
        let mut editor = Editor::with(&repo, &json!({"general": {"positionEncodings": encodings}}), &json!({}));
        assert_eq!(editor.capabilities["positionEncoding"], unit);
        editor.show("models/a.sql");
        // The second `x` becomes `y`: an edit behind a sign of two units, or four bytes.
        let column = if unit == "utf-8" { 18 } else { 16 };
        let start = json!({"line": 0, "character": column});
        let end = json!({"line": 0, "character": column + 1});
        editor.change("models/a.sql", json!({"range": {"start": start, "end": end}, "text": "y"}));
        editor.settled();
        let refs: Vec<&Value> =
            editor.published["models/a.sql"].iter().filter(|one| one["code"] == "undefined-ref").collect();
        let all = &editor.published["models/a.sql"];
        assert!(!all.is_empty(), "{all:?}");
        assert!(refs.len() <= 1);
        let shifted = all.iter().any(|one| one["range"]["start"]["character"].as_u64() > Some(column as u64));
        assert!(shifted, "{all:?}");
    }
}

#[test]
fn diagnostics_are_pulled_where_the_client_asks_for_them() {
    let capabilities =
        json!({"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": true}}});
    let mut editor = Editor::with(&SHOP, &capabilities, &json!({"diagnostics": {"scope": "workspace"}}));
    editor.show("models/orders.sql");
    editor.write("models/orders.sql", "select nope from {{ ref('stg_orders') }}\n");
    let document = json!({"textDocument": {"uri": editor.uri("models/orders.sql")}});
    let report = editor.ask("textDocument/diagnostic", document);
    assert!(
        report["items"].as_array().is_some_and(|items| items.iter().any(|one| one["code"] == "unknown-column")),
        "{report}"
    );
    let report = editor.ask("workspace/diagnostic", json!({"previousResultIds": []}));
    assert!(report["items"].as_array().is_some_and(|items| !items.is_empty()), "{report}");
    assert!(!editor.published.contains_key("models/orders.sql"));
}

#[test]
fn requests_may_be_cancelled_and_unknown_ones_are_refused() {
    let mut editor = Editor::open(&SHOP);
    editor.tell("$/cancelRequest", json!({"id": 2}));
    assert!(editor.try_ask("sluice/settle", json!({})).is_err_and(|why| why.contains("no longer")));
    assert!(editor.try_ask("sluice/nothing", json!({})).is_err_and(|why| why.contains("not served")));
    assert!(editor.try_ask("textDocument/diagnostic", json!({"textDocument": 7})).is_err());
    editor.ask("sluice/settle", json!({}));
}

#[test]
fn progress_is_told_while_the_repo_is_first_compiled() {
    let mut editor = Editor::with(&SHOP, &json!({"window": {"workDoneProgress": true}}), &json!({}));
    editor.ask("sluice/settle", json!({}));
    let kinds: Vec<&str> = editor
        .heard
        .iter()
        .filter(|(method, _)| method == "$/progress")
        .filter_map(|(_, params)| params["value"]["kind"].as_str())
        .collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"begin"), Some(&"end")), "{:?}", editor.heard);
}

#[test]
fn files_that_others_write_are_read_again() {
    let mut editor = Editor::open(&SHOP);
    editor.show("models/orders.sql");
    editor.settled();
    editor.scratch.write(&files(&[("models/stg_orders.sql", "select 1 as order_id\n")]));
    let changes = json!([{"uri": editor.uri("models/stg_orders.sql"), "type": 2}]);
    editor.tell("workspace/didChangeWatchedFiles", json!({"changes": changes}));
    let found = editor.settled();
    assert!(found["models/orders.sql"].contains(&"unknown-column 2".to_owned()), "{found:?}");
}

/// What is listed, by a key of each.
fn labels(list: &Value, key: &str) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.map(|item| item[key].as_str().unwrap_or_default().to_owned()).collect()
}

/// The places of an answer as `path:line:column`, in order.
fn places(editor: &Editor, list: &Value) -> Vec<String> {
    let root = editor.uri("") + "/";
    let place = |one: &Value| {
        let path = one["uri"].as_str().unwrap_or_default().trim_start_matches(&root).to_owned();
        format!("{path}:{}:{}", one["range"]["start"]["line"], one["range"]["start"]["character"])
    };
    let mut places: Vec<String> = list.as_array().into_iter().flatten().map(place).collect();
    places.sort();
    places
}

#[test]
fn hover_shows_types_lineage_and_rule_pages() {
    let mut editor = Editor::open(&SHOP);
    editor.show("models/orders.sql");
    editor.settled();
    let said = |editor: &mut Editor, line, character| {
        let at = editor.at("models/orders.sql", line, character);
        editor.ask("textDocument/hover", at)["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    let column = said(&mut editor, 2, 8);
    assert!(column.contains("stg_orders.amount") && column.contains("raw.orders.amount"), "{column}");
    let alias = said(&mut editor, 2, 20);
    assert!(alias.contains("orders.doubled") && alias.contains("raw.orders.amount"), "{alias}");
    let key = said(&mut editor, 1, 8);
    assert!(key.contains("never NULL") && key.contains("unique"), "{key}");
    let model = said(&mut editor, 3, 14);
    assert!(model.contains("**stg_orders** model") && model.contains("| amount |"), "{model}");
    editor.write("models/orders.sql", "select nope from {{ ref('stg_orders') }}\n");
    let page = said(&mut editor, 0, 9);
    assert!(page.contains("unknown-column"), "{page}");
}

#[test]
fn definitions_lead_to_models_sources_macros_ctes_and_columns() {
    let mut editor = Editor::open(&SHOP);
    editor.show("models/orders.sql");
    editor.show("models/stg_orders.sql");
    editor.settled();
    let find = |editor: &mut Editor, path: &str, line, character| {
        let at = editor.at(path, line, character);
        let found = editor.ask("textDocument/definition", at);
        places(editor, &found)
    };
    assert_eq!(find(&mut editor, "models/orders.sql", 3, 14), ["models/stg_orders.sql:0:0"]);
    assert_eq!(find(&mut editor, "models/orders.sql", 1, 8), ["models/stg_orders.sql:5:10"]);
    assert_eq!(find(&mut editor, "models/stg_orders.sql", 6, 9), ["macros/money.sql:0:9"]);
    assert_eq!(find(&mut editor, "models/stg_orders.sql", 7, 6), ["models/stg_orders.sql:0:5"]);
    let source = find(&mut editor, "models/stg_orders.sql", 1, 25);
    assert!(source[0].starts_with("models/schema.yml:"), "{source:?}");
    let column = find(&mut editor, "models/stg_orders.sql", 5, 5);
    assert!(column[0].starts_with("models/schema.yml:"), "{column:?}");
}

#[test]
fn references_are_found_across_the_repo() {
    let mut editor = Editor::open(&SHOP);
    editor.show("models/stg_orders.sql");
    editor.settled();
    let mut find = |line, character| {
        let mut at = editor.at("models/stg_orders.sql", line, character);
        at["context"] = json!({"includeDeclaration": true});
        let found = editor.ask("textDocument/references", at);
        places(&editor, &found)
    };
    let amount = find(6, 30);
    assert!(amount.contains(&"models/orders.sql:2:6".to_owned()), "{amount:?}");
    assert!(amount.contains(&"models/orders.sql:4:8".to_owned()), "{amount:?}");
    assert!(amount.iter().any(|place| place.starts_with("models/schema.yml")), "{amount:?}");
    assert_eq!(find(0, 6), ["models/stg_orders.sql:0:5", "models/stg_orders.sql:7:5"]);
    assert_eq!(find(6, 9), ["macros/money.sql:0:9", "models/stg_orders.sql:6:7"]);
}

#[test]
fn names_are_completed_while_the_query_is_broken() {
    let mut editor = Editor::open(&SHOP);
    editor.show("models/orders.sql");
    editor.settled();
    let mut offer = |text: &str| {
        editor.write("models/orders.sql", text);
        let end = text.lines().last().unwrap_or_default().len() as u32;
        let at = editor.at("models/orders.sql", text.lines().count() as u32 - 1, end);
        labels(&editor.ask("textDocument/completion", at), "label")
    };
    assert!(offer("select * from {{ ref('").contains(&"stg_orders".to_owned()));
    assert_eq!(offer("select * from {{ source('"), ["raw"]);
    assert_eq!(offer("select * from {{ source('raw', '"), ["orders"]);
    assert!(offer("select {{ ce").contains(&"cents".to_owned()));
    let both =
        offer("with a as (select order_id as x, amount from {{ ref('stg_orders') }})\nselect 1 from a as b where b.");
    assert_eq!(both, ["x", "amount"]);
    let names = offer("with a as (select 1 as x)\nselect 1 from a, {{ ref('stg_orders') }} as o where ");
    assert!(["x", "order_id", "amount", "a", "o"].iter().all(|name| names.contains(&(*name).to_owned())), "{names:?}");
}

#[test]
fn fixes_come_first_and_then_leave_to_keep_what_is_found() {
    let mut editor = Editor::with(&SHOP, &json!({}), &json!({"extendSelect": ["keyword-case", "select-star"]}));
    editor.show("models/all_orders.sql");
    editor.write("models/all_orders.sql", "SELECT * from {{ ref('orders') }}\n");
    editor.settled();
    let document = json!({"uri": editor.uri("models/all_orders.sql")});
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 20}});
    let params = json!({"textDocument": document, "range": range, "context": {"diagnostics": []}});
    let actions = editor.ask("textDocument/codeAction", params);
    let titles = labels(&actions, "title");
    assert!(titles.last().is_some_and(|last| last.starts_with("Allow here")), "{titles:?}");
    let first_allow = titles.iter().position(|title| title.starts_with("Allow here")).unwrap_or(titles.len());
    assert!(titles.iter().skip(first_allow).all(|title| title.starts_with("Allow here")), "{titles:?}");
    let allow = actions.as_array().and_then(|all| all.last()).expect("there is one");
    let edit = &allow["edit"]["documentChanges"][0]["edits"][0];
    assert!(edit["newText"].as_str().is_some_and(|text| text.starts_with("  -- sluice: allow(")), "{edit}");
}

/// The files after an edit of the workspace, of those that it changes, and what is renamed.
fn after(editor: &Editor, edit: &Value) -> (BTreeMap<String, String>, Vec<(String, String)>) {
    let root = editor.uri("") + "/";
    let path = |uri: &Value| uri.as_str().unwrap_or_default().trim_start_matches(&root).to_owned();
    let (mut texts, mut moved) = (BTreeMap::new(), Vec::new());
    for change in edit["documentChanges"].as_array().into_iter().flatten() {
        if change["kind"] == "rename" {
            moved.push((path(&change["oldUri"]), path(&change["newUri"])));
            continue;
        }
        let path = path(&change["textDocument"]["uri"]);
        let text = std::fs::read_to_string(editor.scratch.path().join(&path)).expect("the file is there");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for edit in change["edits"].as_array().into_iter().flatten().rev() {
            let number = |end: &str, key: &str| edit["range"][end][key].as_u64().unwrap_or_default() as usize;
            let line = &mut lines[number("start", "line")];
            let (from, to) = (number("start", "character"), number("end", "character"));
            line.replace_range(from..to, edit["newText"].as_str().unwrap_or_default());
        }
        texts.insert(path, lines.join("\n"));
    }
    (texts, moved)
}

#[test]
fn a_model_is_renamed_with_its_file_and_wherever_it_is_named() {
    let edits = json!({"workspaceEdit": {"documentChanges": true, "resourceOperations": ["rename"], "changeAnnotationSupport": {}}});
    let mut editor = Editor::with(&SHOP, &json!({"workspace": edits}), &json!({}));
    editor.show("models/orders.sql");
    editor.settled();
    let mut at = editor.at("models/orders.sql", 3, 14);
    at["newName"] = json!("base_orders");
    let edit = editor.ask("textDocument/rename", at.clone());
    let (texts, moved) = after(&editor, &edit);
    assert!(texts["models/orders.sql"].contains("ref('base_orders')"), "{texts:?}");
    assert!(texts["models/schema.yml"].contains("name: base_orders"), "{texts:?}");
    assert_eq!(moved, [("models/stg_orders.sql".to_owned(), "models/base_orders.sql".to_owned())]);
    assert!(edit["changeAnnotations"].as_object().is_some_and(|all| !all.is_empty()), "{edit}");
    at["newName"] = json!("orders");
    assert!(editor.try_ask("textDocument/rename", at.clone()).is_err_and(|why| why.contains("already")));
    at["newName"] = json!("no name");
    assert!(editor.try_ask("textDocument/rename", at).is_err_and(|why| why.contains("no plain name")));
}

#[test]
fn a_column_is_renamed_where_it_is_safe() {
    let mut editor = Editor::open(&SHOP);
    editor.show("models/stg_orders.sql");
    editor.show("models/orders.sql");
    editor.settled();
    let mut at = editor.at("models/stg_orders.sql", 5, 12);
    at["newName"] = json!("id_of_order");
    let edit = editor.ask("textDocument/rename", at);
    let (texts, _) = after(&editor, &edit);
    assert!(texts["models/stg_orders.sql"].contains("id as id_of_order"), "{texts:?}");
    assert!(texts["models/orders.sql"].contains("o.id_of_order as order_id"), "{texts:?}");
    assert!(texts["models/schema.yml"].contains("- name: id_of_order"), "{texts:?}");
    // `all_orders` passes the columns of `orders` on by a star.
    let mut at = editor.at("models/orders.sql", 2, 20);
    at["newName"] = json!("twice");
    assert!(editor.try_ask("textDocument/rename", at).is_err_and(|why| why.contains("star")));
}

#[test]
fn a_file_is_outlined_folded_hinted_and_shown_its_reach() {
    let mut editor = Editor::open(&SHOP);
    editor.show("models/stg_orders.sql");
    editor.show("models/all_orders.sql");
    editor.settled();
    let document = |editor: &Editor, path: &str| json!({"textDocument": {"uri": editor.uri(path)}});
    let params = document(&editor, "models/stg_orders.sql");
    let symbols = editor.ask("textDocument/documentSymbol", params.clone());
    assert_eq!(labels(&symbols, "name"), ["source", "stg_orders"]);
    assert_eq!(labels(&symbols[1]["children"], "name"), ["order_id", "amount"]);
    let folds = editor.ask("textDocument/foldingRange", params.clone());
    assert!(
        folds.as_array().is_some_and(|folds| folds.iter().any(|fold| fold["startLine"] == 0 && fold["endLine"] == 2)),
        "{folds}"
    );
    let mut whole = document(&editor, "models/all_orders.sql");
    whole["range"] = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}});
    let hints = editor.ask("textDocument/inlayHint", whole);
    assert_eq!(labels(&hints, "label"), [" order_id, doubled"]);
    let lens = editor.ask("textDocument/codeLens", params)[0].clone();
    let lens = editor.ask("codeLens/resolve", lens);
    assert_eq!(lens["command"]["title"], "2 columns reach 1 dashboard");
}

#[test]
fn the_impact_of_what_is_typed_is_what_the_command_says_of_it_saved() {
    let mut editor = Editor::open(&SHOP);
    editor.show("models/stg_orders.sql");
    let text = "select id as order_id, amount * 3 as amount from {{ source('raw', 'orders') }}\n";
    editor.write("models/stg_orders.sql", text);
    let impact = editor.ask("sluice/impact", json!({}));
    editor.scratch.write(&files(&[("models/stg_orders.sql", text)]));
    let said = editor.scratch.run(&["impact", "--format", "json"]).stdout;
    let said: Value = serde_json::from_str(&said).expect("the answer is JSON");
    assert_eq!((&impact["models"], &impact["consumers"]), (&said["models"], &said["consumers"]));
}

#[test]
fn any_position_in_any_text_is_answered() {
    let mut editor = Editor::open(&SHOP);
    editor.show("models/stg_orders.sql");
    for text in ["", "é😀", "select (((", "{{ ref('", "{% macro", "with a as (select * from a) select a.", "select '"]
    {
        editor.write("models/stg_orders.sql", text);
        for method in ["hover", "definition", "completion", "prepareRename"] {
            for (line, character) in [(0, 0), (0, 3), (0, 99), (7, 7)] {
                let at = editor.at("models/stg_orders.sql", line, character);
                // That there may be nothing to rename is an answer.
                let answer = editor.try_ask(&format!("textDocument/{method}"), at);
                assert!(!answer.is_err_and(|why| why.contains("A bug")), "{method} in {text}");
            }
        }
    }
}
