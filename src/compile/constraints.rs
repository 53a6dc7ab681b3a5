//! Parsed SQL in, the constraints that its statements put on tables out: those of CREATE TABLE, ALTER TABLE and CREATE
//! UNIQUE INDEX.

use super::reads::parts;
use crate::project::{Because, Fact, Of, What};
use crate::syntax::Parsed;
use crate::syntax::ast::{
    AlterColumnOperation, AlterTableOperation, ColumnDef, ColumnOption, Expr, IndexColumn, Statement, TableConstraint,
};

/// What a statement holds every row of a table to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Constrained {
    /// The table, as its dotted parts without quotes.
    pub(super) name: Vec<String>,
    pub(super) facts: Vec<Fact>,
}

/// The constraints of all statements that could be read, in order.
pub(super) fn constraints(parsed: &Parsed) -> Vec<Constrained> {
    let trees = parsed.statements.iter().filter_map(|statement| statement.tree.as_ref().ok());
    trees.filter_map(|tree| of_statement(tree)).filter(|found| !found.facts.is_empty()).collect()
}

fn of_statement(statement: &Statement) -> Option<Constrained> {
    let mut facts = Facts::default();
    let name = match statement {
        // What a query makes is as its query says, whatever stood there before.
        Statement::CreateTable(table) if table.query.is_none() => {
            table.columns.iter().for_each(|column| facts.column(column));
            table.constraints.iter().for_each(|constraint| facts.table(constraint));
            &table.name
        }
        Statement::AlterTable(table) => {
            table.operations.iter().for_each(|operation| facts.operation(operation));
            &table.name
        }
        Statement::CreateIndex(index) if index.unique && index.predicate.is_none() => {
            facts.index("unique index", &[What::Unique], &index.columns);
            &index.table_name
        }
        _ => return None,
    };
    Some(Constrained { name: parts(name), facts: facts.0 })
}

#[derive(Default)]
struct Facts(Vec<Fact>);

const KEY: &[What] = &[What::Unique, What::NotNull];

impl Facts {
    fn column(&mut self, column: &ColumnDef) {
        let own = || vec![column.name.value.clone()];
        for option in &column.options {
            match &option.option {
                ColumnOption::NotNull => self.add("not null", &[What::NotNull], own()),
                ColumnOption::PrimaryKey(_) => self.add("primary key", KEY, own()),
                ColumnOption::Unique(_) => self.add("unique", &[What::Unique], own()),
                _ => {}
            }
        }
    }

    fn table(&mut self, constraint: &TableConstraint) {
        match constraint {
            TableConstraint::PrimaryKey(key) => self.index("primary key", KEY, &key.columns),
            TableConstraint::Unique(unique) => self.index("unique", &[What::Unique], &unique.columns),
            _ => {}
        }
    }

    fn operation(&mut self, operation: &AlterTableOperation) {
        match operation {
            AlterTableOperation::AddConstraint { constraint, not_valid: false } => self.table(constraint),
            AlterTableOperation::AlterColumn { column_name, op: AlterColumnOperation::SetNotNull } => {
                self.add("not null", &[What::NotNull], vec![column_name.value.clone()]);
            }
            _ => {}
        }
    }

    /// Of an index over expressions nothing is known.
    fn index(&mut self, kind: &str, claims: &[What], columns: &[IndexColumn]) {
        let name = |column: &IndexColumn| match &column.column.expr {
            Expr::Identifier(name) => Some(name.value.clone()),
            _ => None,
        };
        if let Some(columns) = columns.iter().map(name).collect() {
            self.add(kind, claims, columns);
        }
    }

    fn add(&mut self, kind: &str, claims: &[What], columns: Vec<String>) {
        let fact = |what: &What| {
            let because = Because::Constraint(kind.to_owned());
            Fact { what: *what, of: Of::Columns(columns.clone()), because, place: None }
        };
        self.0.extend(claims.iter().map(fact));
    }
}
