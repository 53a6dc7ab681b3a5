#![allow(dead_code, unused)]
#[path = "../src/algebra/mod.rs"]
mod algebra;
#[path = "../src/data/mod.rs"]
mod data;
#[path = "../src/diagnostic.rs"]
mod diagnostic;
#[path = "../src/dialect/mod.rs"]
mod dialect;
#[path = "../src/lineage/mod.rs"]
mod lineage;
#[path = "../src/syntax/mod.rs"]
mod syntax;
#[path = "../src/text/mod.rs"]
mod text;
use algebra::*;
use serde_json::{Value, json};
struct Cat {
    tables: Vec<(String, Known)>,
    d: std::sync::Arc<dialect::Dialect>,
}
impl Catalog for Cat {
    fn find(&self, name: &[syntax::ast::Ident]) -> Option<Known> {
        let key: Vec<String> = name.iter().map(|p| self.d.relation_key(&p.value, p.quote_style.is_some())).collect();
        let key = key.join(".");
        self.tables.iter().find(|(n, _)| *n == key || n.ends_with(&format!(".{key}"))).map(|(_, k)| k.clone())
    }
}
fn main() {
    std::thread::Builder::new().stack_size(syntax::STACK_BYTES).spawn(run).unwrap().join().unwrap();
}
fn run() {
    let args: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(args.last().unwrap()).unwrap();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let r = std::panic::catch_unwind(|| answer(&case));
        println!("{}", r.unwrap_or_else(|_| json!({"id": case["id"], "error": "panic", "relations": []})));
    }
}
fn answer(case: &Value) -> Value {
    let d = dialect::find(case["dialect"].as_str().unwrap_or("generic")).unwrap();
    let mut tables = vec![];
    for t in case["schema"]["tables"].as_array().unwrap_or(&vec![]) {
        let name = t["name"].as_str().unwrap();
        let cols = t["columns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| KnownColumn {
                name: c["name"].as_str().unwrap().into(),
                quoted: false,
                ty: Type::parse(c["type"].as_str().unwrap_or("")),
                nullable: match c["nullable"].as_bool() {
                    Some(true) => Nullability::Yes,
                    Some(false) => Nullability::No,
                    None => Nullability::Unknown,
                },
                value: None,
            })
            .collect();
        tables.push((name.to_lowercase(), Known { id: name.to_lowercase(), columns: cols, ..Known::default() }));
    }
    let cat = Cat { tables, d: d.clone() };
    let parsed = syntax::parse(case["sql"].as_str().unwrap(), &d);
    if let Some(e) = parsed.error() {
        return json!({"id": case["id"], "error": e.message, "relations": []});
    }
    let script = resolve(&parsed, &d, &cat);
    let Some(q) = script.query else {
        return json!({"id": case["id"], "error": "no query", "relations": []});
    };
    let fp = fingerprint(&q, &d);
    let l = lineage::trace(&q);
    let e = |x: &lineage::Edge| json!({"relation": x.relation, "column": x.column, "via": x.via.word()});
    let n = |x: Nullability| match x {
        Nullability::No => json!(false),
        Nullability::Yes => json!(true),
        _ => Value::Null,
    };
    json!({"id": case["id"], "why": q.why.iter().map(|w| format!("{}: {}", w.cause, w.detail)).collect::<Vec<_>>(), "fp": format!("{fp:?}"), "problems": q.problems.iter().map(|p| &p.message).collect::<Vec<_>>(), "relations": [{"name": "query", "kind": "query", "status": q.status.word(),
     "columns": l.columns.iter().map(|c| json!({"name": c.name, "type": if c.ty.is_unknown() { Value::Null } else { json!(c.ty.name) }, "nullable": n(c.nullable), "inputs": c.inputs.iter().map(e).collect::<Vec<_>>()})).collect::<Vec<_>>(),
     "rows": l.rows.iter().map(e).collect::<Vec<_>>(), "keys": l.keys}]})
}
