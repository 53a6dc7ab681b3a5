//! Dialect: the facts of one SQL dialect, loaded from `grammars/<dialect>/`.
//!
//! Nobody asks a dialect's name to decide anything; they ask for the fact they need. `label()` is for people only.
//!
//! # Yes-or-no facts
//!
//! [`Dialect::flag`] answers these, every `supports_*` question of the parser that a `dialect.toml` overrides, and
//! which rewrites of the syntax floor it takes part in (`[rewrites]`):
//!
//! | flag | meaning |
//! |---|---|
//! | `double_quoted_strings` | `"a"` is a string, not a name |
//! | `struct_dot` | `a.b` may be field `b` of a struct column `a` |
//! | `json_colon` | `a:b.c` walks into a semi-structured column |
//! | `group_by_all` | `GROUP BY ALL` groups by every item without an aggregate |
//! | `group_by_ordinal`, `order_by_ordinal` | an integer literal there names a SELECT item |
//! | `qualify` | has QUALIFY |
//! | `reserved_words` | FROM, WHERE and their like are never names, even where only a name could stand |
//! | `rows_in_select` | a set-returning function may stand in SELECT, where it multiplies rows |
//! | `implicit_unnest` | `FROM t, t.arr` unnests the array column `arr` of `t` |
//! | `table_as_struct` | a relation's name used as a value is the whole row |
//! | `distinct_aggregate_window` | an aggregate with DISTINCT may have OVER |
//! | `empty_string_is_null` | `''` is NULL |
//! | `concat_skips_null` | `CONCAT` ignores NULL arguments instead of returning NULL |
//! | `nulls_in_concat_operator` | `||` with a NULL side is the other side |
//! | `typed_arrays` | `ARRAY<T>[..]` is an array literal |
//! | `dotted_calls` | `a.f(x)` calls the function `f` of `a`, never a method of a value `a` |
//! | `bracket_subscripts` | `a[b]` is an element of `a`, never a name in brackets |
//! | `at_is_abs` | `@a` is the absolute value of `a` |
//! | `word_div` | `a DIV b` is integer division |
//! | `ternary` | `a ? b : c` is CASE |
//! | `multisets` | has `MULTISET UNION` and its kin, and `IS EMPTY`, `IS A SET`, `IS NAN` |
//! | `sounds_like` | `a SOUNDS LIKE b` compares sounds |
//! | `glob` | `a GLOB b` and `a NOT GLOB b`, `a NOT MATCH b` are conditions |
//! | `power_stars` | `a ** b` is a power |
//! | `blocks` | a statement that fills several tables is carried as a block of one INSERT for each |
//! | `underscore_starts_name` | a name may start with `_` |
//! | `go_lines` | a line that is only `GO` ends a batch |
//! | `statements_without_semicolon` | a line may start a statement without a `;` before it |
//! | `ampersand_variables` | its own client puts values in for `&name` |
//! | `safe_prefix` | `SAFE.f(..)` is `f(..)`, or NULL where that fails |
//! | `bare_table_aliases` | a table's alias must not have AS before it |
//! | `values_need_alias` | a VALUES in FROM needs an alias |
//! | `qualify_needs_alias` | a relation right before QUALIFY needs an alias |
//! | `equals_alias` | `SELECT a = 1` names a column `a` |
//! | `fields_like_columns` | `a.b` is a field of a column as often as a column of a table |
//! | `slash_lines` | a line that is only `/` ends a batch |
//! | `one_cast` | `cast(a as b)` is the one way to cast |
//! | `convert_type_last` | `convert(a, b)` casts to `b`, not to `a` |
//! | `backticks_or_quotes` | names stand in backticks or in double quotes alike |
//! | `any_value_of_group` | a column that is neither grouped by nor aggregated is any of the group's values |
//! | `value_windows_are_whole` | `last_value` and `nth_value` without a frame see the whole partition, ordered or not |
//! | `strings_absorb` | a set operation of strings and other values gives strings |
//! | `create_or_replace_table` | `CREATE OR REPLACE TABLE t AS ..` |
//! | `no_replace_view` | a view is dropped before it is made anew |
//! | `swap_tables` | `ALTER TABLE a SWAP WITH b` |
//! | `copy_tables` | `CREATE TABLE a COPY b` |
//! | `clone_tables` | `CREATE TABLE a DEEP CLONE b` |
//! | `rename_table_statement` | a table is renamed by `RENAME TABLE a TO b` |
//! | `rename_to_whole_name` | a renaming names the schema too |
//! | `transactional_ddl` | making and dropping tables can be part of a transaction |
//! | `begin_transaction` | a transaction begins with `BEGIN TRANSACTION`, not with `BEGIN` |
//! | `views_hold_tables` | a view holds on to the very table it was made of, not to its name |
//! | `array_from_zero` | the first element of an array is number 0 |

mod function;
mod read;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

pub use function::{Function, FunctionKind, Nulls, Returns};

use table::TABLE;

static LOADED: [OnceLock<Arc<Dialect>>; TABLE.len()] = [const { OnceLock::new() }; TABLE.len()];

/// The dialect of that name or alias (`sqlserver` is `tsql`), compared without case.
pub fn find(name: &str) -> Option<Arc<Dialect>> {
    let name = name.trim().to_ascii_lowercase();
    let at = TABLE.iter().position(|entry| entry.name == name || entry.aliases.contains(&name.as_str()))?;
    Some(LOADED[at].get_or_init(|| Arc::new(read::read(&TABLE[at], find))).clone())
}

/// The names of all dialects, in the table's order, without aliases.
pub fn labels() -> Vec<&'static str> {
    TABLE.iter().map(|entry| entry.name).collect()
}

/// How unquoted and quoted identifiers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folding {
    /// Unquoted folds to upper case, quoted stays (Snowflake, Oracle).
    Upper,
    /// Unquoted folds to lower case, quoted stays (Postgres, Redshift with quotes).
    Lower,
    /// Compared without case, quoted or not (`DuckDB`, Spark, SQL Server, Trino).
    Insensitive,
    /// Compared with case, quoted or not (`ClickHouse`; `BigQuery`'s table names).
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

/// Where NULL sorts if ORDER BY does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullOrder {
    /// First, whichever the direction.
    First,
    /// Last, whichever the direction.
    Last,
    /// As the smallest value: first in ASC, last in DESC.
    Smallest,
    /// As the largest value: last in ASC, first in DESC.
    Largest,
}

/// The facts of one dialect.
#[derive(Clone, Debug)]
pub struct Dialect {
    label: String,
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
    /// Where ORDER BY is the bare name.
    pub alias_in_order_by: AliasRule,
    /// Where the name stands inside an expression of ORDER BY.
    pub alias_in_order_by_expression: AliasRule,
    /// Names that stand in quotes where the dialect spells an expression as the name of a column.
    pub keywords: BTreeSet<String>,
    /// Where NULL sorts if ORDER BY does not say.
    pub null_order: NullOrder,
    /// `/` of two integers gives an integer.
    pub integer_division: bool,
    /// Where it turns a value of one kind into one of another unasked: `comparison`, `arguments` of functions and
    /// operators, `branches` of a CASE or COALESCE, the columns of a `set` operation.
    pub implicit_casts: BTreeSet<String>,
    /// Yes-or-no facts that only one reader asks for, by name (e.g. `supports_trailing_commas` for the parser).
    pub flags: BTreeMap<String, bool>,
    /// By upper-case name.
    functions: BTreeMap<String, Function>,
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

#[expect(clippy::disallowed_methods, reason = "the one place where identifiers fold, as the dialect does")]
fn fold(folding: Folding, name: &str, quoted: bool) -> String {
    match (folding, quoted) {
        (Folding::Upper, false) => name.to_uppercase(),
        (Folding::Lower, false) | (Folding::Insensitive, _) => name.to_lowercase(),
        (Folding::Upper | Folding::Lower, true) | (Folding::Sensitive, _) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{AliasRule, FunctionKind, Nulls, Returns, find, labels};

    #[test]
    fn every_dialect_loads_and_knows_count() {
        for label in labels() {
            let dialect = find(label).expect("a label of the table is found");
            assert_eq!(dialect.label(), label);
            let count = dialect.function("count").expect("every dialect counts");
            assert_eq!((count.kind, count.nulls), (FunctionKind::Aggregate, Nulls::Never), "{label}");
        }
    }

    #[test]
    fn aliases_lead_to_the_same_dialect() {
        let label = |name: &str| find(name).map(|dialect| dialect.label().to_owned());
        assert_eq!(label("SQLServer").as_deref(), Some("tsql"));
        assert_eq!(label("postgresql").as_deref(), Some("postgres"));
        assert_eq!(label("cobol"), None);
    }

    #[test]
    fn identifiers_fold_as_the_dialect_does() {
        let key = |name: &str, quoted| find("snowflake").map(|dialect| dialect.column_key(name, quoted));
        assert_eq!(key("Amount", false).as_deref(), Some("AMOUNT"));
        assert_eq!(key("Amount", true).as_deref(), Some("Amount"));
        let key = |name: &str, quoted| find("duckdb").map(|dialect| dialect.column_key(name, quoted));
        assert_eq!(key("Amount", true).as_deref(), Some("amount"));
    }

    #[test]
    fn alias_rules_differ_by_clause() {
        let duckdb = find("duckdb").expect("duckdb is in the table");
        assert_eq!(duckdb.alias_in_where, AliasRule::ColumnFirst);
        assert_eq!(duckdb.alias_in_order_by, AliasRule::AliasFirst);
        assert_eq!(duckdb.alias_in_order_by_expression, AliasRule::ColumnFirst);
        let trino = find("trino").expect("trino is in the table");
        assert_eq!(trino.alias_in_group_by, AliasRule::Hidden);
    }

    #[test]
    fn synonyms_share_a_canonical_name() {
        let snowflake = find("snowflake").expect("snowflake is in the table");
        let nvl = snowflake.function("nvl").expect("snowflake has NVL");
        assert_eq!((nvl.canonical.as_str(), nvl.nulls), ("COALESCE", Nulls::Coalesce));
        assert_eq!(nvl.returns, Returns::CommonFrom(0));
    }

    #[test]
    fn a_safe_call_may_be_null() {
        let nulls = |name| find("bigquery").and_then(|dialect| dialect.function(name).map(|facts| facts.nulls));
        assert_eq!((nulls("PARSE_DATE"), nulls("SAFE.PARSE_DATE")), (Some(Nulls::Strict), Some(Nulls::Unknown)));
        assert_eq!((nulls("NET.HOST"), nulls("HOST")), (Some(Nulls::Unknown), None));
    }
}
