//! The list of dialects: one line each, with the other names people use for it.

/// A dialect's name, its other names, and its two files.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) aliases: &'static [&'static str],
    pub(super) facts: &'static str,
    pub(super) functions: &'static str,
}

macro_rules! dialect {
    ($name:literal $(, $alias:literal)*) => {
        Entry {
            name: $name,
            aliases: &[$($alias),*],
            facts: include_str!(concat!("../../grammars/", $name, "/dialect.toml")),
            functions: include_str!(concat!("../../grammars/", $name, "/functions.toml")),
        }
    };
}

pub(super) const TABLE: &[Entry] = &[
    dialect!("generic", "sql", "any"),
    dialect!("ansi", "standard"),
    dialect!("snowflake"),
    dialect!("bigquery", "googlesql", "zetasql"),
    dialect!("databricks"),
    dialect!("spark", "sparksql", "spark2", "glue"),
    dialect!("redshift"),
    dialect!("postgres", "postgresql", "alloydb", "materialize", "greenplum"),
    dialect!("duckdb", "motherduck"),
    dialect!("trino", "starburst", "galaxy", "dremio"),
    dialect!("athena"),
    dialect!("presto", "prestodb"),
    dialect!("clickhouse"),
    dialect!("mysql", "singlestore", "doris", "starrocks"),
    dialect!("mariadb"),
    dialect!("tsql", "sqlserver", "mssql", "synapse", "azuresql"),
    dialect!("fabric"),
    dialect!("sqlite"),
    dialect!("hive", "impala"),
    dialect!("oracle"),
    dialect!("teradata", "vertica"),
];
