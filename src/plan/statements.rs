//! What is to be made, replaced or taken away in, the statements of a dialect that do it out.

use super::stored::Stored;
use crate::dialect::Dialect;

/// Writes statements of one dialect.
#[derive(Clone, Copy)]
pub(super) struct Statements<'d>(pub(super) &'d Dialect);

impl Statements<'_> {
    /// A table that holds what a query gives, in place of any of that name.
    pub(super) fn table(self, name: &str, query: &str) -> Vec<String> {
        if self.0.flag("create_or_replace_table") {
            return vec![format!("create or replace table {name} as\n{query}")];
        }
        vec![format!("drop table if exists {name}"), format!("create table {name} as\n{query}")]
    }

    /// A view of a query, in place of any of that name.
    pub(super) fn view(self, name: &str, query: &str) -> Vec<String> {
        if self.0.flag("no_replace_view") {
            return vec![format!("drop view if exists {name}"), format!("create view {name} as\n{query}")];
        }
        vec![format!("create or replace view {name} as\n{query}")]
    }

    pub(super) fn materialized_view(self, name: &str, query: &str) -> Vec<String> {
        vec![format!("drop materialized view if exists {name}"), format!("create materialized view {name} as\n{query}")]
    }

    pub(super) fn drop(self, name: &str, stored: Stored) -> String {
        let what = match stored {
            Stored::View => "view",
            Stored::MaterializedView => "materialized view",
            _ => "table",
        };
        format!("drop {what} if exists {name}")
    }

    /// A table that passed takes the place of the one that readers see, which may have been stored otherwise.
    pub(super) fn swap(self, place: &str, identifier: &str, audit: &str, was: Option<Stored>) -> Vec<String> {
        let was_table = was.is_none_or(Stored::is_table);
        if was_table && was.is_some() && self.0.flag("swap_tables") {
            return vec![format!("alter table {place} swap with {audit}"), format!("drop table {audit}")];
        }
        if was_table && self.0.flag("copy_tables") {
            return vec![format!("create or replace table {place} copy {audit}"), format!("drop table {audit}")];
        }
        if was_table && self.0.flag("clone_tables") {
            return vec![format!("create or replace table {place} deep clone {audit}"), format!("drop table {audit}")];
        }
        let rename = if self.0.flag("rename_table_statement") {
            format!("rename table {audit} to {place}")
        } else {
            let target = if self.0.flag("rename_to_whole_name") { place } else { identifier };
            format!("alter table {audit} rename to {target}")
        };
        self.together(vec![self.drop(place, was.unwrap_or(Stored::Table)), rename])
    }

    /// In one transaction, where statements that make and drop can be part of one.
    pub(super) fn together(self, statements: Vec<String>) -> Vec<String> {
        if !self.0.flag("transactional_ddl") {
            return statements;
        }
        let begin = if self.0.flag("begin_transaction") { "begin transaction" } else { "begin" };
        let mut all = vec![begin.to_owned()];
        all.extend(statements);
        all.push("commit".to_owned());
        all
    }

    /// A schema, where the dialect makes one so.
    pub(super) fn schema(self, name: &str) -> String {
        format!("create schema if not exists {name}")
    }
}

/// A text as a SQL literal.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
