//! Statements in, those out whose relations in FROM are others than sqlglot finds.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sluicegate::syntax::{ast, parse};

use crate::cases::{Request, facts};

pub fn print(request: &Request) {
    let (mut both, mut equal) = (0, 0);
    for case in &request.cases {
        let (Some(theirs), parsed) = (&case.relations, parse(&case.sql, &facts(&case.dialect))) else { continue };
        if parsed.error().is_some() {
            continue;
        }
        let trees = parsed.statements.iter().filter_map(|statement| statement.tree.as_ref().ok());
        let ours: BTreeSet<String> = trees.flat_map(|tree| relations(tree)).collect();
        both += 1;
        if ours.iter().eq(theirs) {
            equal += 1;
        } else {
            println!("--- {} {}: ours {ours:?}, theirs {theirs:?}\n{}", case.dialect, case.file, case.sql);
        }
    }
    println!("{equal} of {both} equal");
}

/// Dotted lower-case names of the relations in FROM and JOIN that no CTE of the statement defines.
fn relations(tree: &ast::Statement) -> BTreeSet<String> {
    let mut found = Found::default();
    let _ = ast::Visit::visit(tree, &mut found);
    found.relations.into_iter().filter(|name| !found.ctes.contains(name)).collect()
}

#[derive(Default)]
struct Found {
    relations: BTreeSet<String>,
    ctes: BTreeSet<String>,
}

impl ast::Visitor for Found {
    type Break = ();

    fn pre_visit_query(&mut self, query: &ast::Query) -> ControlFlow<()> {
        let ctes = query.with.iter().flat_map(|with| &with.cte_tables);
        self.ctes.extend(ctes.map(|cte| cte.alias.name.value.to_lowercase()));
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &ast::TableFactor) -> ControlFlow<()> {
        if let ast::TableFactor::Table { name, args: None, .. } = factor {
            let parts = name.0.iter().filter_map(|part| part.as_ident()).map(|part| part.value.to_lowercase());
            // sqlglot leaves the signs of a temporary table off.
            let parts = parts.map(|part| part.trim_start_matches('#').to_owned());
            self.relations.insert(parts.collect::<Vec<_>>().join("."));
        }
        ControlFlow::Continue(())
    }
}
