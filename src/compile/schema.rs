//! A schema file in, what is known of each table in it out: the catalog of queries that stand alone.

use super::name_index::{NameIndex, split_name};
use crate::algebra::{Known, KnownColumn, Nullability, Proof, Type};
use crate::data::{Fault, Value};
use crate::dialect::Dialect;

/// The tables of a schema file: `{"tables":[{"name":"main.t1","columns":[{"name":"a","type":"INTEGER",..}]}]}`.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    tables: Vec<Known>,
    names: NameIndex,
}

impl Schema {
    /// Reads the tree of a schema file; names fold as the dialect folds them.
    pub fn read(file: &Value, dialect: &Dialect) -> Result<Self, Fault> {
        let Some(tables) = file.get("tables") else {
            let message = "a schema is `{\"tables\": [..]}`; `tables` is missing".to_owned();
            return Err(Fault { message, span: file.span });
        };
        let mut schema = Schema::default();
        for table in tables.items() {
            let known = read_table(table, dialect)?;
            schema.names.add(split_name(&known.id).iter().map(String::as_str), schema.tables.len());
            schema.tables.push(known);
        }
        Ok(schema)
    }

    pub fn tables(&self) -> impl Iterator<Item = &Known> {
        self.tables.iter()
    }

    /// The table that a name means. A name may leave out what the schema says, and the other way round.
    pub fn find<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Option<&Known> {
        self.names.find(parts).map(|table| &self.tables[table])
    }
}

fn read_table(table: &Value, dialect: &Dialect) -> Result<Known, Fault> {
    let name = name_of(table, "a table of the schema")?;
    let parts: Vec<String> = split_name(name).iter().map(|part| dialect.relation_key(part, false)).collect();
    let mut known = Known { id: parts.join("."), open: table.get("columns").is_none(), ..Known::default() };
    for column in table.get("columns").map_or(&[][..], Value::items) {
        let name = name_of(column, &format!("a column of `{name}` in the schema"))?;
        if column.get("unique").and_then(Value::bool) == Some(true) {
            known.keys.push((vec![name.to_owned()], Proof::Given));
        }
        let ty = column.get("type").and_then(Value::str).map(Type::parse).unwrap_or_default();
        let nullable = match column.get("nullable").and_then(Value::bool) {
            Some(true) => Nullability::Yes,
            Some(false) => Nullability::No,
            None => Nullability::Unknown,
        };
        known.columns.push(KnownColumn { name: name.to_owned(), ty, nullable, ..KnownColumn::default() });
    }
    Ok(known)
}

fn name_of<'a>(value: &'a Value, what: &str) -> Result<&'a str, Fault> {
    let name = value.get("name").and_then(Value::str);
    name.ok_or_else(|| Fault { message: format!("{what} has no `name`"), span: value.span })
}
