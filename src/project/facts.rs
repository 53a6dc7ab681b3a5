//! What tests, constraints and the like say of a resource in, the facts that follow for its rows out: keys, and columns
//! that are never NULL, each with who says so.
//!
//! A test that looks at some rows only (`where`), that tolerates failures (`error_if`, `severity: warn`) or that is
//! switched off says nothing of all rows. `unique_key` of a model's config is no fact: it says how rows are written,
//! and the warehouse holds nobody to it.

use super::{Constraint, Properties, Test};
use crate::data::{Kind, Value};
use crate::text::Place;

/// One fact, and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    pub what: What,
    pub of: Of,
    pub because: Because,
    pub place: Option<Place>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// No two rows are equal in it, rows with NULLs aside.
    Unique,
    NotNull,
}

/// What a fact is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    Columns(Vec<String>),
    /// `a || '-' || b`: the columns in it, whichever those are.
    Expression(String),
}

/// Who says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// A data test or audit of this name.
    Test(String),
    /// A constraint of this kind. Whether anything enforces it is the dialect's and the contract's affair.
    Constraint(String),
    /// `meta.primary_key`, as Lightdash reads it.
    Meta,
    /// An entity of a semantic model.
    Entity,
    /// How dbt fills a snapshot.
    Snapshot,
}

impl Because {
    /// In words: ``a `unique` test``.
    pub fn words(&self) -> String {
        match self {
            Because::Test(name) => format!("the test `{name}`"),
            Because::Constraint(kind) => format!("the constraint `{kind}`"),
            Because::Meta => "`meta.primary_key`".to_owned(),
            Because::Entity => "an entity of a semantic model".to_owned(),
            Because::Snapshot => "the way snapshots are built".to_owned(),
        }
    }
}

impl Properties {
    /// Every fact that the properties declare, those of columns first.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        for column in &self.columns {
            let own = std::slice::from_ref(&column.name);
            column.tests.iter().for_each(|test| of_test(test, own, &mut facts));
            let place = Some(&column.place);
            column.constraints.iter().for_each(|constraint| of_constraint(constraint, own, place, &mut facts));
        }
        self.tests.iter().for_each(|test| of_test(test, &[], &mut facts));
        self.constraints.iter().for_each(|constraint| of_constraint(constraint, &[], None, &mut facts));
        if let Some(key) = self.meta.as_ref().and_then(|meta| meta.get("primary_key")) {
            push(&mut facts, &[What::Unique], Of::Columns(key.strings()), &Because::Meta, None);
        }
        facts.extend(self.assumed.iter().cloned());
        facts
    }
}

/// What a test of this name (without its package) holds every row to.
fn claims(name: &str) -> &'static [What] {
    match name {
        "unique"
        | "unique_key"
        | "unique_values"
        | "unique_combination_of_columns"
        | "expect_column_values_to_be_unique"
        | "expect_compound_columns_to_be_unique" => &[What::Unique],
        "not_null" | "expect_column_values_to_not_be_null" => &[What::NotNull],
        "primary_key" => &[What::Unique, What::NotNull],
        _ => &[],
    }
}

/// Arguments under which tests of whole relations list their columns.
const LISTS: [&str; 4] = ["combination_of_columns", "column_names", "column_list", "columns"];

/// Arguments and config that leave rows out, or let some of them fail.
const LENIENT: [&str; 4] = ["where", "row_condition", "error_if", "group_by_columns"];

fn of_test(test: &Test, own: &[String], facts: &mut Vec<Fact>) {
    let claims = claims(test.name.rsplit('.').next().unwrap_or_default());
    let has = |key: &&str| {
        let value = test.config.0.get(*key).or_else(|| test.arguments.get(*key));
        value.is_some_and(|value| !value.is_null())
    };
    let warns = test.config.str("severity").is_some_and(|level| level.eq_ignore_ascii_case("warn"));
    if claims.is_empty() || warns || LENIENT.iter().any(has) {
        return;
    }
    let because = Because::Test(test.name.clone());
    let listed = LISTS.iter().find_map(|key| test.arguments.get(*key)).map(listed);
    let whole = test.name.contains("combination") || test.name.contains("compound");
    if whole && listed.is_none() {
        return;
    }
    let of = match (listed, &test.column) {
        (Some(columns), _) => Of::Columns(columns),
        (None, Some(column)) if is_name(column) => Of::Columns(vec![column.clone()]),
        (None, Some(expression)) => Of::Expression(expression.clone()),
        (None, None) => Of::Columns(own.to_vec()),
    };
    push(facts, claims, of, &because, Some(&test.place));
}

fn of_constraint(constraint: &Constraint, own: &[String], place: Option<&Place>, facts: &mut Vec<Fact>) {
    let claims: &[What] = match constraint.kind.as_str() {
        "unique" => &[What::Unique],
        "not_null" => &[What::NotNull],
        "primary_key" => &[What::Unique, What::NotNull],
        _ => return,
    };
    let columns = if constraint.columns.is_empty() { own } else { &constraint.columns };
    let because = Because::Constraint(constraint.kind.clone());
    push(facts, claims, Of::Columns(columns.to_vec()), &because, place);
}

fn push(facts: &mut Vec<Fact>, claims: &[What], of: Of, because: &Because, place: Option<&Place>) {
    if of == Of::Columns(Vec::new()) {
        return;
    }
    let fact = |what: &What| Fact { what: *what, of: of.clone(), because: because.clone(), place: place.cloned() };
    facts.extend(claims.iter().map(fact));
}

/// The columns an argument lists; SQLMesh's may be written as one text, `(a, b)`.
fn listed(value: &Value) -> Vec<String> {
    let texts = value.strings();
    let whole = matches!(value.kind, Kind::String(_));
    let parts = texts.iter().flat_map(|text| if whole { text.split(',').collect() } else { vec![text.as_str()] });
    let bare = |part: &str| part.trim_matches(['[', ']', '(', ')', ' ', '"', '`']).to_owned();
    parts.map(bare).filter(|part| !part.is_empty()).collect()
}

/// Whether a test's column is one name, and no expression.
fn is_name(text: &str) -> bool {
    !text.contains(['(', ')', '|', '+', '\'', ',']) && !text.trim().contains("::")
}

#[cfg(test)]
mod tests {
    use super::{Of, What};
    use crate::project::files::memory::{IN_ORDER, Memory};
    use crate::project::read_files;

    fn check(entry: &str, expected: &[&str]) {
        let text = format!("models:\n- name: a\n{entry}");
        let files = [("dbt_project.yml", "name: p"), ("models/a.sql", "select 1"), ("models/a.yml", text.as_str())];
        let project = read_files(&Memory::of(&files), &Memory::of(&[]), None, IN_ORDER).remove(0);
        let facts = project.models[0].properties.facts().into_iter().map(|fact| {
            let what = if fact.what == What::Unique { "unique" } else { "not null" };
            let of = match fact.of {
                Of::Columns(columns) => columns.join(","),
                Of::Expression(text) => format!("<{text}>"),
            };
            format!("{of} {what} by {}", fact.because.words())
        });
        assert_eq!(facts.collect::<Vec<_>>(), expected, "{entry}");
    }

    #[test]
    fn tests_of_columns_and_of_models_are_facts() {
        check(
            "  columns: [{name: x, tests: [unique, not_null]}]",
            &["x unique by the test `unique`", "x not null by the test `not_null`"],
        );
        check(
            "  columns: [{name: x, data_tests: [dbt_constraints.primary_key]}]",
            &[
                "x unique by the test `dbt_constraints.primary_key`",
                "x not null by the test `dbt_constraints.primary_key`",
            ],
        );
        check(
            "  tests: [{dbt_utils.unique_combination_of_columns: {arguments: {combination_of_columns: [x, y]}}}]",
            &["x,y unique by the test `dbt_utils.unique_combination_of_columns`"],
        );
        check(
            "  tests: [{dbt_constraints.unique_key: {column_names: [x, y]}}]",
            &["x,y unique by the test `dbt_constraints.unique_key`"],
        );
        check(
            "  tests: [{unique: {column_name: \"x || '-' || y\"}}]",
            &["<x || '-' || y> unique by the test `unique`"],
        );
    }

    #[test]
    fn a_test_that_lets_rows_pass_is_no_fact() {
        for config in ["where: x > 1", "severity: warn", "error_if: '>10'", "enabled: false"] {
            check(&format!("  columns: [{{name: x, tests: [{{unique: {{config: {{{config}}}}}}}]}}]"), &[]);
        }
        check(
            "  tests: [{dbt_expectations.expect_compound_columns_to_be_unique: {column_list: [x], row_condition: y}}]",
            &[],
        );
        check("  config: {unique_key: x}", &[]);
    }

    #[test]
    fn constraints_and_meta_are_facts() {
        check(
            "  constraints: [{type: primary_key, columns: [x, y]}]",
            &["x,y unique by the constraint `primary_key`", "x,y not null by the constraint `primary_key`"],
        );
        check(
            "  columns: [{name: x, constraints: [{type: not_null}, {type: check, expression: x > 0}]}]",
            &["x not null by the constraint `not_null`"],
        );
        check("  meta: {primary_key: x}", &["x unique by `meta.primary_key`"]);
    }
}
