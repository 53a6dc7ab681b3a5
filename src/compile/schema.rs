//! A schema file in, what is known of each table in it out: the catalog of queries that stand alone.

use std::collections::BTreeMap;

use crate::algebra::{Known, KnownColumn, Nullability, Type};
use crate::data::{Fault, Value};
use crate::dialect::Dialect;

/// The tables of a schema file: `{"tables":[{"name":"main.t1","columns":[{"name":"a","type":"INTEGER",..}]}]}`.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    tables: Vec<Known>,
    /// Every ending of each table's folded name (`t1`, `main.t1`), with the tables that have it.
    endings: BTreeMap<Vec<String>, Vec<usize>>,
}

impl Schema {
    /// Reads the tree of a schema file; names fold as the dialect folds them.
    pub fn read(file: &Value, dialect: &Dialect) -> Result<Self, Fault> {
        let fault = |message: &str, at: &Value| Fault { message: message.to_owned(), span: at.span };
        let Some(tables) = file.get("tables") else {
            return Err(fault("a schema is `{\"tables\": [..]}`; `tables` is missing", file));
        };
        let mut schema = Schema::default();
        for table in tables.items() {
            let name = table.get("name").and_then(Value::str);
            let name = name.ok_or_else(|| fault("a table of the schema has no `name`", table))?;
            schema.add(name, table, dialect)?;
        }
        Ok(schema)
    }

    fn add(&mut self, name: &str, table: &Value, dialect: &Dialect) -> Result<(), Fault> {
        let parts: Vec<String> =
            split_name(name).into_iter().map(|(part, quoted)| dialect.relation_key(&part, quoted)).collect();
        let mut known = Known { id: parts.join("."), open: table.get("columns").is_none(), ..Known::default() };
        for column in table.get("columns").map_or(&[][..], Value::items) {
            let Some(name) = column.get("name").and_then(Value::str) else {
                let message = format!("a column of `{name}` in the schema has no `name`");
                return Err(Fault { message, span: column.span });
            };
            if column.get("unique").and_then(Value::bool) == Some(true) {
                known.keys.push((vec![name.to_owned()], false));
            }
            known.columns.push(KnownColumn {
                name: name.to_owned(),
                quoted: false,
                ty: column.get("type").and_then(Value::str).map(Type::parse).unwrap_or_default(),
                nullable: match column.get("nullable").and_then(Value::bool) {
                    Some(true) => Nullability::Yes,
                    Some(false) => Nullability::No,
                    None => Nullability::Unknown,
                },
                value: None,
            });
        }
        for start in 0..parts.len() {
            self.endings.entry(parts[start..].to_vec()).or_default().push(self.tables.len());
        }
        self.tables.push(known);
        Ok(())
    }

    /// The table that the folded parts of a name mean; a name may leave out what the schema says, and the other way
    /// round. `None` where there is none, or more than one.
    pub fn find(&self, parts: &[String]) -> Option<&Known> {
        (0..parts.len()).find_map(|start| match self.endings.get(&parts[start..])?.as_slice() {
            [one] if start == 0 || self.is_whole(*one, &parts[start..]) => Some(&self.tables[*one]),
            several => {
                let whole = |index: &&usize| self.is_whole(**index, &parts[start..]);
                several.iter().find(whole).map(|index| &self.tables[*index])
            }
        })
    }

    /// Does the schema call this table by these parts and no more?
    fn is_whole(&self, table: usize, parts: &[String]) -> bool {
        self.tables[table].id == parts.join(".")
    }
}

/// The parts of a dotted name and whether each was quoted.
pub(super) fn split_name(name: &str) -> Vec<(String, bool)> {
    let (mut parts, mut part, mut quoted) = (Vec::new(), String::new(), false);
    let mut closing = None;
    for c in name.chars() {
        match (closing, c) {
            (Some(quote), c) if c == quote => closing = None,
            (Some(_), c) => part.push(c),
            (None, '"' | '`') => (closing, quoted) = (Some(c), true),
            (None, '[') => (closing, quoted) = (Some(']'), true),
            (None, '.') => parts.push((std::mem::take(&mut part), std::mem::take(&mut quoted))),
            (None, c) => part.push(c),
        }
    }
    parts.push((part, quoted));
    parts
}
