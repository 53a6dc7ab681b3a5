//! The tables of a lock and those of an import in, the tables of the new lock and what changed in it out.

use std::collections::BTreeMap;

use super::{CatalogColumn, CatalogTable, whole_name};

/// What becomes of one table of the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableChange {
    /// With its count of columns.
    Added(String, usize),
    /// With a word for each column that differs: `+ email VARCHAR`, `- age`, `id INTEGER -> BIGINT`.
    Changed(String, Vec<String>),
    Removed(String),
}

/// What the import says of a table replaces what the lock says; tables that the import does not have stay.
pub fn merge(lock: &[CatalogTable], imported: &[CatalogTable]) -> (Vec<CatalogTable>, Vec<TableChange>) {
    let mut tables: BTreeMap<String, CatalogTable> =
        lock.iter().map(|table| (whole_name(&table.name), table.clone())).collect();
    let mut changes = Vec::new();
    for table in imported {
        let name = whole_name(&table.name);
        let Some(known) = tables.get(&name) else {
            changes.push(TableChange::Added(name.clone(), table.columns.len()));
            tables.insert(name, table.clone());
            continue;
        };
        let mut table = CatalogTable { id: None, ..table.clone() };
        keep_nullability(&mut table, known);
        if table.columns != known.columns {
            changes.push(TableChange::Changed(name.clone(), differences(&known.columns, &table.columns)));
            tables.insert(name, table);
        }
    }
    (tables.into_values().collect(), changes)
}

/// Not every file tells what may be NULL: what another one told stays as long as the type does.
fn keep_nullability(table: &mut CatalogTable, known: &CatalogTable) {
    for column in table.columns.iter_mut().filter(|column| column.nullable.is_none()) {
        let own = known.columns.iter().find(|own| own.name == column.name && own.data_type == column.data_type);
        column.nullable = own.and_then(|own| own.nullable);
    }
}

fn differences(before: &[CatalogColumn], after: &[CatalogColumn]) -> Vec<String> {
    let find = |all: &[CatalogColumn], name: &str| all.iter().find(|column| column.name == name).cloned();
    let mut words = Vec::new();
    for column in after {
        match find(before, &column.name) {
            None => words.push(format!("+ {} {}", column.name, column.words()).trim_end().to_owned()),
            Some(own) if own != *column => {
                words.push(format!("{} {} -> {}", column.name, own.words(), column.words()));
            }
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|column| find(after, &column.name).is_none());
    words.extend(gone.map(|column| format!("- {}", column.name)));
    if words.is_empty() {
        words.push("columns in another order".to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{TableChange, merge};
    use crate::project::catalog::{lock_text, read_lock};
    use crate::text::FileId;

    fn check(lock: &str, imported: &str, expected: &str, changes: &[&str]) {
        let read = |text: &str| read_lock(&FileId::new("sluice.lock"), text, &mut Vec::new());
        let (tables, said) = merge(&read(lock), &read(imported));
        let text = lock_text(&tables);
        assert_eq!(text.split_once("version = 1\n").map(|(_, body)| body.trim()), Some(expected), "{imported}");
        let words = said.iter().map(|change| match change {
            TableChange::Added(name, columns) => format!("added {name} {columns}"),
            TableChange::Changed(name, words) => format!("changed {name} {}", words.join(", ")),
            TableChange::Removed(name) => format!("removed {name}"),
        });
        assert_eq!(words.collect::<Vec<_>>(), changes);
    }

    #[test]
    fn what_an_import_does_not_have_stays() {
        check(
            "[tables.a]\nx = 'int'\n",
            "[tables.b]\ny = 'int'\n",
            "[tables.\"a\"]\nx = \"int\"\n\n[tables.\"b\"]\ny = \"int\"",
            &["added b 1"],
        );
    }

    #[test]
    fn columns_are_replaced_and_told_one_by_one() {
        check(
            "[tables.a]\nx = 'int'\ny = 'int'\nz = 'int not null'\n",
            "[tables.a]\nx = 'text'\nz = 'int'\nw = 'int'\n",
            "[tables.\"a\"]\nx = \"text\"\nz = \"int not null\"\nw = \"int\"",
            &["changed a x int -> text, + w int, - y"],
        );
        check(
            "[tables.a]\nx = 'int'\ny = ''\n",
            "[tables.a]\ny = ''\nx = 'int'\n",
            "[tables.\"a\"]\ny = \"\"\nx = \"int\"",
            &["changed a columns in another order"],
        );
        check("[tables.a]\nx = 'int'\n", "[tables.a]\nx = 'int'\n", "[tables.\"a\"]\nx = \"int\"", &[]);
    }
}
