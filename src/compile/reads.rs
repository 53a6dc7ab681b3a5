//! Parsed SQL in, the names of relations it reads and writes out, before anyone knows what they mean.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::constraints::{Constrained, constraints};
use super::routines::{Created, created};
use crate::syntax::Parsed;
use crate::syntax::ast::{self, ObjectName, ObjectNamePart, Statement, Visit, Visitor};

/// Names in one text, each as its dotted parts without quotes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reads {
    /// Names that FROM and its like say, CTEs and written tables among them.
    pub(super) names: BTreeSet<Vec<String>>,
    /// Tables and views that the text creates or fills.
    pub(super) writes: Vec<Write>,
    /// Functions that the text creates.
    pub(super) routines: Vec<Created>,
    /// What the text holds the rows of tables to.
    pub(super) constraints: Vec<Constrained>,
}

/// A relation that a statement creates or fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Write {
    pub(super) name: Vec<String>,
    /// Gone when the script ends.
    pub(super) temporary: bool,
}

/// Collects the names of all statements; of those without a tree what their tokens mention.
pub(super) fn reads(parsed: &Parsed) -> Reads {
    let mut reads = Reads { routines: created(parsed), constraints: constraints(parsed), ..Reads::default() };
    for statement in &parsed.statements {
        match &statement.tree {
            Ok(tree) => {
                // Nothing ever breaks off the walk.
                let _: ControlFlow<()> = tree.visit(&mut reads);
                if let Some(write) = write(tree) {
                    reads.writes.push(write);
                }
            }
            Err(_) => reads.names.extend(statement.mentions.iter().cloned()),
        }
    }
    reads
}

impl Visitor for Reads {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        self.names.insert(parts(relation));
        ControlFlow::Continue(())
    }
}

/// The parts of a name without quotes.
pub(super) fn parts(name: &ObjectName) -> Vec<String> {
    let part = |part: &ObjectNamePart| part.as_ident().map(|ident| ident.value.clone());
    name.0.iter().filter_map(part).collect()
}

fn write(statement: &Statement) -> Option<Write> {
    let lasting = |name: &ObjectName| Some(Write { name: parts(name), temporary: false });
    match statement {
        Statement::CreateTable(table) => {
            Some(Write { name: parts(&table.name), temporary: table.temporary || table.volatile })
        }
        Statement::CreateView(view) => Some(Write { name: parts(&view.name), temporary: view.temporary }),
        Statement::Insert(insert) => match &insert.table {
            ast::TableObject::TableName(name) => lasting(name),
            _ => None,
        },
        Statement::Query(query) => match query.body.as_ref() {
            ast::SetExpr::Select(select) => {
                let into = select.into.as_ref()?;
                let name = match into.targets.as_slice() {
                    [ast::Expr::Identifier(name)] => vec![name.value.clone()],
                    [ast::Expr::CompoundIdentifier(parts)] => parts.iter().map(|part| part.value.clone()).collect(),
                    _ => return None,
                };
                Some(Write { name, temporary: into.temporary })
            }
            _ => None,
        },
        Statement::Merge(merge) => lasting(table_name(&merge.table)?),
        Statement::Update(update) => lasting(table_name(&update.table.relation)?),
        Statement::Delete(delete) => {
            let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &delete.from;
            lasting(delete.tables.first().or_else(|| table_name(&from.first()?.relation))?)
        }
        _ => None,
    }
}

fn table_name(factor: &ast::TableFactor) -> Option<&ObjectName> {
    match factor {
        ast::TableFactor::Table { name, .. } => Some(name),
        _ => None,
    }
}
