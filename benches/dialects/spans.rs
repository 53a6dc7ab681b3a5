//! Folders of SQL files in; out, by kind of expression, how often the text at its span reads as that expression again.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use sluicegate::dialect::Dialect;
use sluicegate::syntax::{Parsed, ast, parse};

use crate::cases::facts;
use crate::throughput::collect;

/// Larger files say nothing new, and reading each expression once more takes long.
const LARGEST: usize = 60_000;

pub fn print(words: &[String]) {
    let Some((name, folders)) = words.split_first() else { return };
    let dialect = facts(name);
    let mut files = Vec::new();
    folders.iter().for_each(|folder| collect(Path::new(folder), &mut files));
    files.sort();
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    for text in files.iter().filter_map(|file| std::fs::read_to_string(file).ok()).filter(|text| text.len() < LARGEST) {
        let parsed = parse(&text, &dialect);
        for tree in parsed.statements.iter().filter_map(|statement| statement.tree.as_ref().ok()) {
            let _ =
                ast::Visit::visit(tree.as_ref(), &mut Every { parsed: &parsed, dialect: &dialect, kinds: &mut kinds });
        }
    }
    println!("| expression | count | exact |\n|---|---|---|");
    let (mut all, mut exact) = (0, 0);
    for (kind, counts) in &kinds {
        println!(
            "| {kind} | {} | {:.1} % | {}",
            counts.all,
            100.0 * f64::from(counts.exact) / f64::from(counts.all),
            counts.example
        );
        (all, exact) = (all + counts.all, exact + counts.exact);
    }
    println!("| all | {all} | {:.2} % |", 100.0 * f64::from(exact) / f64::from(all.max(1)));
}

#[derive(Default)]
struct Kind {
    all: u32,
    exact: u32,
    /// One that is not: what it is, and what stands at its span.
    example: String,
}

struct Every<'a> {
    parsed: &'a Parsed,
    dialect: &'a Dialect,
    kinds: &'a mut BTreeMap<String, Kind>,
}

impl ast::Visitor for Every<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &ast::Expr) -> ControlFlow<()> {
        let shown = format!("{expr:?}");
        let kind = shown.split(['(', ' ', '{']).next().unwrap_or_default().to_owned();
        let span = self.parsed.expr(expr);
        let text = self.parsed.text().get(span.range()).unwrap_or_default();
        let counts = self.kinds.entry(kind).or_default();
        counts.all += 1;
        if again(text, self.dialect).is_some_and(|again| again == expr.to_string()) {
            counts.exact += 1;
        } else if counts.example.is_empty() {
            counts.example = format!("`{expr}` at `{text}`").replace('\n', " ").chars().take(160).collect();
        }
        ControlFlow::Continue(())
    }
}

/// The one expression that `text` is.
fn again(text: &str, dialect: &Dialect) -> Option<String> {
    let parsed = parse(&format!("SELECT {text}"), dialect);
    let [statement] = parsed.statements.as_slice() else { return None };
    let ast::Statement::Query(query) = statement.tree.as_ref().ok()?.as_ref() else { return None };
    let ast::SetExpr::Select(select) = query.body.as_ref() else { return None };
    match select.projection.as_slice() {
        [ast::SelectItem::UnnamedExpr(expr)] => Some(expr.to_string()),
        _ => None,
    }
}
