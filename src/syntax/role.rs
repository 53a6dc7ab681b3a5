//! The tokens of a statement in, what it is for out: data, or only the warehouse's own affairs.

use super::lex::Piece;

/// What a statement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It asks for rows or makes them.
    Data,
    /// It sets variables of a script, and nothing else comes of it.
    Variables,
    /// Rights, settings, storage, names: no row comes of it, so what of it is not understood is no fault.
    Administration,
}

/// First words of statements that make no rows, whatever follows.
const ADMINISTRATION: &[&str] = &[
    "analyze",
    "attach",
    "audit",
    "backup",
    "cache",
    "checkpoint",
    "close",
    "cluster",
    "collect",
    "comment",
    "commit",
    "deny",
    "describe",
    "detach",
    "discard",
    "disassociate",
    "drop",
    "explain",
    "export",
    "flush",
    "fsck",
    "generate",
    "get",
    "grant",
    "help",
    "install",
    "kill",
    "list",
    "lock",
    "ls",
    "msck",
    "noaudit",
    "optimize",
    "pragma",
    "prepare",
    "print",
    "purge",
    "put",
    "refresh",
    "reindex",
    "release",
    "remove",
    "rename",
    "reset",
    "restore",
    "revoke",
    "rm",
    "rollback",
    "savepoint",
    "set",
    "show",
    "start",
    "stop",
    "suspend",
    "resume",
    "system",
    "uncache",
    "undrop",
    "unlock",
    "unset",
    "use",
    "vacuum",
];

/// What CREATE and ALTER may name that holds no rows of its own.
const HOLDERS: &[&str] = &[
    "account",
    "aggregate",
    "alert",
    "application",
    "assembly",
    "authorization",
    "cast",
    "catalog",
    "certificate",
    "channel",
    "cluster",
    "collation",
    "column",
    "compute",
    "connection",
    "constraint",
    "conversion",
    "credential",
    "database",
    "datashare",
    "dictionary",
    "dimension",
    "directory",
    "domain",
    "endpoint",
    "event",
    "extension",
    "external",
    "failover",
    "file",
    "foreign",
    "function",
    "group",
    "index",
    "integration",
    "iceberg",
    "key",
    "language",
    "library",
    "link",
    "location",
    "login",
    "macro",
    "masking",
    "network",
    "notification",
    "operator",
    "organization",
    "package",
    "partition",
    "password",
    "pipe",
    "policy",
    "privileges",
    "procedure",
    "profile",
    "publication",
    "replication",
    "reservation",
    "resource",
    "role",
    "row",
    "rule",
    "schema",
    "secret",
    "security",
    "sequence",
    "server",
    "service",
    "session",
    "share",
    "stage",
    "statistics",
    "stream",
    "subscription",
    "symmetric",
    "synonym",
    "system",
    "tablespace",
    "tag",
    "task",
    "text",
    "transform",
    "trigger",
    "type",
    "user",
    "warehouse",
    "workload",
];

/// Words between CREATE or ALTER and what it names.
const BETWEEN: &[&str] = &[
    "or",
    "replace",
    "alter",
    "if",
    "not",
    "exists",
    "temp",
    "temporary",
    "secure",
    "unique",
    "clustered",
    "nonclustered",
    "public",
    "private",
    "transient",
    "search",
    "vector",
    "fulltext",
    "spatial",
    "bitmap",
    "default",
    "global",
    "user",
    "noneditionable",
    "editionable",
    "definer",
];

pub(super) fn role(pieces: &[Piece]) -> Role {
    let is_any =
        |at: usize, words: &[&str]| pieces.get(at).is_some_and(|piece| words.iter().any(|word| piece.is_word(word)));
    let makes = is_any(0, &["create", "alter"]);
    let named = (1..pieces.len()).find(|at| !is_any(*at, BETWEEN) || is_any(*at, &["user"])).unwrap_or(pieces.len());
    // `CREATE EXTERNAL TABLE t AS SELECT` makes rows.
    let rows = is_any(named + 1, &["table", "view"]);
    if is_any(0, ADMINISTRATION) || makes && is_any(named, HOLDERS) && !rows {
        Role::Administration
    } else {
        Role::Data
    }
}

#[cfg(test)]
mod tests {
    use sqlparser::dialect::GenericDialect;

    use super::{Role, role};
    use crate::syntax::lex::{Letters, lex};

    fn check(text: &str, expected: Role) {
        let pieces = lex(text, &GenericDialect, &Letters::new(&GenericDialect)).pieces;
        assert_eq!(role(&pieces), expected, "{text}");
    }

    #[test]
    fn what_makes_no_rows_is_administration() {
        for text in [
            "drop snapshot table t",
            "grant select on t to r",
            "create or replace secure function f() as 1",
            "create unique clustered index i on t (a)",
            "alter session set x = 1",
            "create external schema s from data",
            "alter user u set x = 1",
        ] {
            check(text, Role::Administration);
        }
    }

    #[test]
    fn what_may_make_rows_is_data() {
        for text in [
            "select 1",
            "create table t as select 1",
            "create or replace external table t as select 1",
            "alter view v as select 1",
            "copy into t from @s",
            "call p()",
            "create dynamic table t as select 1",
            "",
        ] {
            check(text, Role::Data);
        }
    }
}
