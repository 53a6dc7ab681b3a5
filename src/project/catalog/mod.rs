//! Files that say what a warehouse holds in, the relations in them out, found by the names that a repo has for them.
//!
//! Three places are looked at, and the first that has a relation tells of it: the committed `sluice.lock`, the files
//! that `catalog` in sluice.toml names, and the `target/catalog.json` that dbt leaves on disk. Knows nothing of who
//! reads what: that is asked floors above.

mod exports;
mod load;
mod lock;
mod merge;

use std::collections::BTreeMap;

use super::RelationName;
use crate::dialect::Dialect;

pub use exports::{FORMATS, Format};
pub(super) use load::load;
pub use lock::{LOCK, read as read_lock, split_name, text as lock_text, whole_name};
pub use merge::{TableChange, merge};

/// What the files of a project say, by the names of relations.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    tables: Vec<CatalogTable>,
    /// `schema.table` as the dialect folds it.
    names: BTreeMap<String, Vec<usize>>,
    /// Ids that dbt gives to sources and models.
    ids: BTreeMap<String, usize>,
    /// The files, in the order in which they are asked, each with how many relations and columns it has.
    pub files: Vec<CatalogFile>,
}

/// One file of a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogFile {
    pub path: String,
    pub relations: usize,
    pub columns: usize,
}

/// A relation as a catalog knows it: all of its columns, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogTable {
    pub name: RelationName,
    /// The id that dbt gives it, where the file is dbt's.
    pub id: Option<String>,
    pub columns: Vec<CatalogColumn>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogColumn {
    pub name: String,
    /// Empty where it is not known.
    pub data_type: String,
    pub nullable: Option<bool>,
}

impl Catalog {
    /// Adds the tables of a file that asks come to after those before it.
    pub fn add(&mut self, path: &str, tables: &[CatalogTable], dialect: &Dialect) {
        let columns = tables.iter().map(|table| table.columns.len()).sum();
        self.files.push(CatalogFile { path: path.to_owned(), relations: tables.len(), columns });
        for table in tables {
            let at = self.tables.len();
            self.names.entry(near_name(&table.name, dialect)).or_default().push(at);
            if let Some(id) = &table.id {
                self.ids.entry(id.clone()).or_insert(at);
            }
            self.tables.push(table.clone());
        }
    }

    pub fn tables(&self) -> &[CatalogTable] {
        &self.tables
    }

    /// The table of a name. Schema and table must be equal as the dialect folds them; databases too, unless the repo or
    /// the catalog leaves them out and only one table fits.
    pub fn find(&self, name: &RelationName, dialect: &Dialect) -> Option<&CatalogTable> {
        self.position(name, dialect).map(|at| &self.tables[at])
    }

    /// The table that dbt knows by an id, else that of the name.
    pub fn find_source(&self, id: &str, name: &RelationName, dialect: &Dialect) -> Option<usize> {
        self.position(name, dialect).or_else(|| self.ids.get(id).copied())
    }

    pub(super) fn position(&self, name: &RelationName, dialect: &Dialect) -> Option<usize> {
        let near = self.names.get(&near_name(name, dialect))?;
        let database = |name: &RelationName| {
            name.database.as_deref().filter(|part| !part.is_empty()).map(|part| dialect.relation_key(part, false))
        };
        let wanted = database(name);
        let same = near.iter().find(|at| wanted.is_some() && database(&self.tables[**at].name) == wanted);
        if let Some(found) = same {
            return Some(*found);
        }
        let open = |at: &&usize| wanted.is_none() || database(&self.tables[**at].name).is_none();
        let first = near.iter().find(open)?;
        // Several files may tell of one table; several tables are a doubt.
        let alone = near.iter().filter(open).all(|at| {
            let (one, other) = (database(&self.tables[*at].name), database(&self.tables[*first].name));
            one == other || one.is_none() || other.is_none()
        });
        alone.then_some(*first)
    }
}

fn near_name(name: &RelationName, dialect: &Dialect) -> String {
    let schema = name.schema.as_deref().unwrap_or_default();
    format!("{}.{}", dialect.relation_key(schema, false), dialect.relation_key(&name.identifier, false))
}

#[cfg(test)]
mod tests {
    use super::{Catalog, CatalogTable, split_name};

    fn check(tables: &[&str], dialect: &str, name: &str, expected: Option<&str>) {
        let dialect = crate::dialect::find(dialect).expect("a dialect");
        let table = |name: &&str| CatalogTable { name: split_name(name), ..CatalogTable::default() };
        let mut catalog = Catalog::default();
        catalog.add("f", &tables.iter().map(table).collect::<Vec<_>>(), &dialect);
        let found = catalog.find(&split_name(name), &dialect).map(|table| super::whole_name(&table.name));
        assert_eq!(found.as_deref(), expected, "{name} in {tables:?}");
    }

    #[test]
    fn names_are_equal_as_the_dialect_folds_them() {
        check(&["DB.RAW.ORDERS"], "snowflake", "db.raw.orders", Some("DB.RAW.ORDERS"));
        check(&["db.raw.Orders"], "bigquery", "db.raw.orders", None);
        check(&["db.raw.orders"], "bigquery", "db.raw.orders", Some("db.raw.orders"));
    }

    #[test]
    fn a_database_that_is_left_out_is_any_one() {
        check(&["raw.orders"], "duckdb", "db.raw.orders", Some("raw.orders"));
        check(&["db.raw.orders"], "duckdb", "raw.orders", Some("db.raw.orders"));
        check(&["db.raw.orders"], "duckdb", "other.raw.orders", None);
        check(&["a.raw.orders", "b.raw.orders"], "duckdb", "raw.orders", None);
        check(&["a.raw.orders", "b.raw.orders"], "duckdb", "b.raw.orders", Some("b.raw.orders"));
    }
}
