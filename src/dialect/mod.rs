//! Dialect: the facts of one SQL dialect, loaded from `grammars/<dialect>/`.
//!
//! Nobody asks a dialect's name to decide anything; they ask for the fact they need. `label()` is for people only.

mod function;
mod table;

use std::collections::BTreeMap;

pub use function::{Function, FunctionKind, Nulls, Returns};


/// How unquoted and quoted identifiers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folding {
    /// Unquoted folds to upper case, quoted stays (Snowflake, Oracle).
    Upper,
    /// Unquoted folds to lower case, quoted stays (Postgres, Redshift with quotes).
    Lower,
    /// Compared without case, quoted or not (DuckDB, Spark, SQL Server, Trino).
    Insensitive,
    /// Compared with case, quoted or not (ClickHouse; BigQuery's table names).
    Sensitive,
}

/// Who wins where a name is both an input column and an alias of the same SELECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AliasRule {
    /// Aliases cannot be seen from this clause.
    Hidden,
    /// The input column wins; the alias is a fall-back.
    ColumnFirst,
    /// The alias wins.
    AliasFirst,
}

/// The facts of one dialect.
#[derive(Clone, Debug)]
pub struct Dialect {
    pub(super) label: String,
    /// The stock sqlparser dialect that reads the text, e.g. `snowflake`, `generic`.
    pub parser: String,
    pub column_folding: Folding,
    pub relation_folding: Folding,
    /// May a later SELECT item use an earlier item's alias, and who wins.
    pub alias_in_select: AliasRule,
    pub alias_in_where: AliasRule,
    pub alias_in_group_by: AliasRule,
    pub alias_in_having: AliasRule,
    pub alias_in_qualify: AliasRule,
    pub alias_in_order_by: AliasRule,
    /// `/` of two integers gives an integer.
    pub integer_division: bool,
    /// Yes-or-no facts that only one reader asks for, by name (e.g. `supports_trailing_commas` for the parser).
    pub flags: BTreeMap<String, bool>,
    /// By upper-case name.
    pub(super) functions: BTreeMap<String, Function>,
}

impl Dialect {
    /// The dialect's name, for messages and JSON. Never branch on it.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The form of a column name in which equal names are equal.
    pub fn column_key(&self, name: &str, quoted: bool) -> String {
        fold(self.column_folding, name, quoted)
    }

    /// The form of a table, schema or database name in which equal names are equal.
    pub fn relation_key(&self, name: &str, quoted: bool) -> String {
        fold(self.relation_folding, name, quoted)
    }

    /// What is known of a function; unknown functions are `None`, never an error.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.get(&name.to_ascii_uppercase())
    }

    /// A yes-or-no fact; absent means no.
    pub fn flag(&self, name: &str) -> bool {
        self.flags.get(name).copied().unwrap_or(false)
    }
}

fn fold(folding: Folding, name: &str, quoted: bool) -> String {
    match (folding, quoted) {
        (Folding::Upper, false) => name.to_uppercase(),
        (Folding::Lower, false) | (Folding::Insensitive, _) => name.to_lowercase(),
        (Folding::Upper | Folding::Lower, true) | (Folding::Sensitive, _) => name.to_owned(),
    }
}
