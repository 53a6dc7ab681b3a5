//! What a repo says of its warehouse in, the dialect and the reason for it out.

use std::sync::Arc;

use super::files::{Files, join, parent};
use super::{Settings, Target};
use crate::data::{Kind, Value};
use crate::dialect::{self, Dialect};
use crate::text::FileId;

/// Adapter names of dbt, where the dialect is not called the same.
const ADAPTERS: [(&str, &str); 11] = [
    ("synapse", "fabric"),
    ("sqlserver", "tsql"),
    ("mssql", "tsql"),
    ("fabricspark", "spark"),
    ("glue", "spark"),
    ("livy", "spark"),
    ("spark_livy", "spark"),
    ("motherduck", "duckdb"),
    ("postgresql", "postgres"),
    ("starburst", "trino"),
    ("materialize", "postgres"),
];

/// Dialects that stand in for one that is not known by its own name.
const STAND_INS: [(&str, &str); 7] = [
    ("fabric", "tsql"),
    ("mariadb", "mysql"),
    ("presto", "trino"),
    ("athena", "trino"),
    ("spark", "databricks"),
    ("hive", "spark"),
    ("redshift", "postgres"),
];

/// Config keys that only one adapter reads.
const HINTS: [(&str, &str); 16] = [
    ("snowflake_warehouse", "snowflake"),
    ("query_tag", "snowflake"),
    ("copy_grants", "snowflake"),
    ("transient", "snowflake"),
    ("require_partition_filter", "bigquery"),
    ("hours_to_expiration", "bigquery"),
    ("maximum_bytes_billed", "bigquery"),
    ("partition_expiration_days", "bigquery"),
    ("dist", "redshift"),
    ("sort_type", "redshift"),
    ("liquid_clustered_by", "databricks"),
    ("databricks_tags", "databricks"),
    ("view_security", "trino"),
    ("file_format", "spark"),
    ("engine", "clickhouse"),
    ("s3_data_dir", "athena"),
];

/// What a project offers to tell its dialect by, best evidence first.
pub(super) struct Evidence<'a> {
    pub settings: &'a Settings,
    pub target: &'a Target,
    /// The folder of the project; requirements files are looked for there and above.
    pub root: &'a str,
    pub packages: &'a [&'a str],
    /// `dbt_project.yml`.
    pub tree: Option<&'a Value>,
    /// Some of the project's SQL.
    pub sql: &'a [&'a str],
}

/// The dialect and where it came from.
pub(super) fn choose(evidence: &Evidence<'_>, files: &dyn Files) -> (Arc<Dialect>, String) {
    let named = evidence.settings.dialect.as_deref().and_then(|name| Some((known(name)?, "sluice.toml".to_owned())));
    let profile = || Some((known(&evidence.target.adapter)?, "profiles.yml".to_owned()));
    let required = || {
        let (name, file) = required(evidence.root, files)?;
        Some((known(&name)?, format!("adapter package dbt-{name} in {file}")))
    };
    let package = || {
        let found = evidence.packages.iter().find_map(|package| Some((hint_of_package(package)?, package)))?;
        Some((known(found.0)?, format!("package {}", found.1)))
    };
    let config = || {
        let (key, name) = hint_of_config(evidence.tree?)?;
        Some((known(name)?, format!("config key `{key}`")))
    };
    let sql = || {
        let (mark, name) = super::guess::dialect(evidence.sql)?;
        Some((known(name)?, format!("the SQL itself ({mark})")))
    };
    named.or_else(profile).or_else(required).or_else(package).or_else(config).or_else(sql).unwrap_or_else(|| {
        let fallback = known("generic").or_else(|| known("ansi"));
        (fallback.expect("a dialect for everyone is built in"), "nothing in the repo says which".to_owned())
    })
}

/// The target with the adapter of a dialect, where no profile names one: without it macros would dispatch, and names be
/// quoted, as no warehouse does.
pub(super) fn with_adapter(mut target: Target, dialect: &str) -> Target {
    if target.adapter.is_empty() && !matches!(dialect, "generic" | "ansi") {
        let adapter = if dialect == "tsql" { "sqlserver" } else { dialect };
        adapter.clone_into(&mut target.adapter);
    }
    target
}

/// The dialect of a dbt adapter, or of a dialect's own name.
pub(super) fn known(name: &str) -> Option<Arc<Dialect>> {
    let lower = name.trim().to_ascii_lowercase();
    if lower.is_empty() {
        return None;
    }
    let adapter = ADAPTERS.iter().find(|(adapter, _)| *adapter == lower).map_or(lower.as_str(), |(_, dialect)| dialect);
    let mut tried = adapter;
    for _ in 0..=STAND_INS.len() {
        if let Some(found) = dialect::find(tried) {
            return Some(found);
        }
        tried = STAND_INS.iter().find(|(name, _)| *name == tried)?.1;
    }
    None
}

const REQUIREMENTS: [&str; 8] = [
    "requirements.txt",
    "requirements-dev.txt",
    "requirements/base.txt",
    "pyproject.toml",
    "Pipfile",
    "setup.py",
    "environment.yml",
    "uv.lock",
];

/// The adapter package that the nearest requirements file names, and that file.
fn required(root: &str, files: &dyn Files) -> Option<(String, String)> {
    let mut folder = root;
    loop {
        for name in REQUIREMENTS {
            let path = join(folder, name)?;
            let text = files.text(&FileId::new(&path)).unwrap_or_default();
            if let Some(adapter) = adapter_package(&text) {
                return Some((adapter, path));
            }
        }
        if folder.is_empty() {
            return None;
        }
        folder = parent(folder);
    }
}

/// The first `dbt-<adapter>` in a text whose adapter is known; comments do not count.
fn adapter_package(text: &str) -> Option<String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    for line in lines {
        for rest in line.split("dbt-").skip(1) {
            let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
            if known(&name).is_some() {
                return Some(name);
            }
        }
    }
    None
}

fn hint_of_package(package: &str) -> Option<&'static str> {
    match package {
        "trino_utils" => Some("trino"),
        "spark_utils" => Some("spark"),
        "tsql_utils" => Some("tsql"),
        "snowflake_spend" | "dbt_snowflake_monitoring" | "snowflake_utils" => Some("snowflake"),
        "dbt_bigquery_monitoring" => Some("bigquery"),
        "redshift" => Some("redshift"),
        _ => None,
    }
}

/// A config key anywhere in `dbt_project.yml` that only one adapter reads.
fn hint_of_config(tree: &Value) -> Option<(String, &'static str)> {
    let mut open: Vec<&Value> = ["models", "seeds", "snapshots"].iter().rev().filter_map(|key| tree.get(key)).collect();
    while let Some(value) = open.pop() {
        for (key, value) in value.entries() {
            let name = key.text.trim_start_matches('+');
            if let Some((_, dialect)) = HINTS.iter().find(|(hint, _)| *hint == name) {
                let delta = value.str().is_some_and(|format| format.eq_ignore_ascii_case("delta"));
                return Some((name.to_owned(), if delta { "databricks" } else { dialect }));
            }
            if matches!(value.kind, Kind::Map(_)) {
                open.push(value);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::adapter_package;

    #[test]
    fn the_adapter_package_is_found_in_any_requirements_file() {
        assert_eq!(adapter_package("dbt-core==1.9\ndbt-snowflake~=1.9\n"), Some("snowflake".to_owned()));
        assert_eq!(adapter_package("[tool.poetry.dependencies]\ndbt-bigquery = \"^1\""), Some("bigquery".to_owned()));
        assert_eq!(adapter_package("# dbt-duckdb\ndbt-utils"), None);
    }
}
