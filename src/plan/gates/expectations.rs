//! A test of dbt_expectations and its arguments in, the query of the rows that fail it out.
//!
//! What each means: the README of dbt_expectations, after Great Expectations.

use super::generic::{Asked, between, counts, outside, unique};

/// `None` for a test that is not known here.
pub(super) fn failing(test: &str, asked: &Asked<'_>) -> Option<String> {
    let test = test.strip_prefix("dbt_expectations.expect_")?;
    let from = asked.from();
    let column = || asked.column;
    let strictly = asked.truth("strictly", false);
    Some(match test {
        "column_values_to_be_unique" => unique(&from, column()?),
        "column_values_to_not_be_null" => format!("select {0} from {from} where {0} is null", column()?),
        "column_values_to_be_null" => format!("select {0} from {from} where {0} is not null", column()?),
        "column_values_to_be_in_set" => outside(&from, column()?, "not in", &asked.values("value_set")?),
        "column_values_to_not_be_in_set" => outside(&from, column()?, "in", &asked.values("value_set")?),
        "column_values_to_be_between" => between(&from, column()?, asked, !strictly)?,
        "column_value_lengths_to_be_between" => between(&from, &format!("length({})", column()?), asked, !strictly)?,
        "compound_columns_to_be_unique" => unique(&from, &asked.texts("column_list")?),
        "column_to_exist" => format!("select {} from {from} where 1 = 0", column()?),
        "table_row_count_to_be_between" => measured(&from, "count(*)", asked)?,
        "table_row_count_to_equal" => {
            format!("select count(*) as measured from {from} having count(*) <> {}", asked.text("value")?)
        }
        "table_row_count_to_equal_other_table" => counts(&from, "<>", &asked.other("compare_model")?),
        "column_max_to_be_between" => measured(&from, &format!("max({})", column()?), asked)?,
        "column_min_to_be_between" => measured(&from, &format!("min({})", column()?), asked)?,
        "column_mean_to_be_between" => measured(&from, &format!("avg({})", column()?), asked)?,
        "column_sum_to_be_between" => measured(&from, &format!("sum({})", column()?), asked)?,
        "column_unique_value_count_to_be_between" => measured(&from, &format!("count(distinct {})", column()?), asked)?,
        "column_distinct_count_to_equal" => {
            let value = asked.text("value")?;
            format!(
                "select count(distinct {0}) as measured from {from} having count(distinct {0}) <> {value}",
                column()?
            )
        }
        "column_pair_values_a_to_be_greater_than_b" | "column_pair_values_A_to_be_greater_than_B" => {
            let sign = if asked.truth("or_equal", false) { ">=" } else { ">" };
            let (a, b) = (asked.text("column_A")?, asked.text("column_B")?);
            format!("select {a}, {b} from {from} where not ({a} {sign} {b})")
        }
        _ => return None,
    })
}

/// One measure of the whole table, below or above what it may be.
fn measured(from: &str, measure: &str, asked: &Asked<'_>) -> Option<String> {
    let least = asked.text("min_value").map(|min| format!("{measure} < {min}"));
    let most = asked.text("max_value").map(|max| format!("{measure} > {max}"));
    let wrong: Vec<String> = least.into_iter().chain(most).collect();
    let wrong = (!wrong.is_empty()).then(|| wrong.join(" or "))?;
    Some(format!("select {measure} as measured from {from} having {wrong}"))
}
