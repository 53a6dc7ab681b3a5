//! A generic data test of dbt or dbt_utils and its arguments in, the query of the rows that fail it out.
//!
//! What each means: <https://docs.getdbt.com/reference/resource-properties/data-tests> and the README of dbt_utils.

use std::collections::BTreeMap;

use crate::data::{Kind, Value};
use crate::plan::statements::literal;

/// What a test is asked of.
pub(super) struct Asked<'a> {
    pub(super) table: String,
    /// `where` of its config.
    pub(super) condition: Option<String>,
    pub(super) column: Option<&'a str>,
    pub(super) arguments: &'a BTreeMap<String, Value>,
    /// The name of what `ref('x')` means.
    pub(super) relation: &'a dyn Fn(&str) -> Option<String>,
}

impl Asked<'_> {
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.arguments.get(key).and_then(Value::scalar)
    }

    pub(super) fn texts(&self, key: &str) -> Option<String> {
        let list = self.arguments.get(key)?.strings();
        (!list.is_empty()).then(|| list.join(", "))
    }

    pub(super) fn truth(&self, key: &str, default: bool) -> bool {
        self.arguments.get(key).and_then(Value::bool).unwrap_or(default)
    }

    /// The table, or the part of it that is asked.
    pub(super) fn from(&self) -> String {
        let own = self.text("row_condition");
        let conditions: Vec<&String> = self.condition.iter().chain(&own).collect();
        match conditions.as_slice() {
            [] => self.table.clone(),
            [one] => format!("(select * from {} where {one}) as asked", self.table),
            many => {
                let all: Vec<String> = many.iter().map(|one| format!("({one})")).collect();
                format!("(select * from {} where {}) as asked", self.table, all.join(" and "))
            }
        }
    }

    pub(super) fn other(&self, key: &str) -> Option<String> {
        (self.relation)(&self.text(key)?)
    }

    /// Values as literals, unless `quote: false` says that they are expressions.
    pub(super) fn values(&self, key: &str) -> Option<String> {
        let quoted = self.truth("quote", self.truth("quote_values", true));
        let one = |value: &Value| match (&value.kind, quoted) {
            (_, true) => value.scalar().map(|text| literal(&text)),
            (Kind::Null, false) => Some("null".to_owned()),
            (_, false) => value.scalar(),
        };
        let list: Vec<String> = self.arguments.get(key)?.items().iter().filter_map(one).collect();
        (!list.is_empty()).then(|| list.join(", "))
    }
}

/// `None` for a test that is not known here.
pub(super) fn failing(test: &str, asked: &Asked<'_>) -> Option<String> {
    let from = asked.from();
    let column = || asked.column;
    Some(match test {
        "unique" => unique(&from, column()?),
        "not_null" => format!("select {0} from {from} where {0} is null", column()?),
        "accepted_values" => outside(&from, column()?, "not in", &asked.values("values")?),
        "dbt_utils.not_accepted_values" => outside(&from, column()?, "in", &asked.values("values")?),
        "relationships" => orphans(&from, column()?, &asked.other("to")?, &asked.text("field")?),
        "dbt_utils.relationships_where" => {
            let to = asked.other("to")?;
            let to = asked.text("to_condition").map_or(to.clone(), |when| format!("(select * from {to} where {when})"));
            let child = asked.text("from_condition");
            let child = child.map_or(from.clone(), |when| format!("(select * from {from} where {when})"));
            orphans(&child, column()?, &to, &asked.text("field")?)
        }
        "dbt_utils.unique_combination_of_columns" => unique(&from, &asked.texts("combination_of_columns")?),
        "dbt_utils.expression_is_true" => {
            let expression = asked.text("expression")?;
            let whole = column().map_or(expression.clone(), |column| format!("{column} {expression}"));
            format!("select 1 as failing from {from} where not ({whole})")
        }
        "dbt_utils.accepted_range" => between(&from, column()?, asked, asked.truth("inclusive", true))?,
        "dbt_utils.not_null_proportion" => {
            let (least, most) = (asked.text("at_least")?, asked.text("at_most").unwrap_or_else(|| "1.0".to_owned()));
            let share = format!("sum(case when {} is null then 0 else 1 end) * 1.0 / count(*)", column()?);
            format!("select {share} as share from {from} having not ({share} >= {least} and {share} <= {most})")
        }
        "dbt_utils.not_empty_string" => {
            let value = if asked.truth("trim_whitespace", true) {
                format!("trim({})", column()?)
            } else {
                column()?.to_owned()
            };
            format!("select {} from {from} where {value} = ''", column()?)
        }
        "dbt_utils.at_least_one" => format!("select count({0}) as filled from {from} having count({0}) = 0", column()?),
        "dbt_utils.not_constant" => {
            format!("select count(distinct {0}) as kinds from {from} having count(distinct {0}) = 1", column()?)
        }
        "dbt_utils.equal_rowcount" => counts(&from, "<>", &asked.other("compare_model")?),
        "dbt_utils.fewer_rows_than" => counts(&from, ">=", &asked.other("compare_model")?),
        "dbt_utils.equality" => equality(&from, &asked.other("compare_model")?, asked.texts("compare_columns")),
        "dbt_utils.cardinality_equality" => {
            let grouped = |table: &str, column: &str| {
                format!("select {column} as value, count(*) as rows_of_it from {table} group by {column}")
            };
            let (own, other) = (grouped(&from, column()?), grouped(&asked.other("to")?, &asked.text("field")?));
            format!(
                "select 1 as failing from ({own} except {other}) as gone union all select 1 as failing from ({other} except {own}) as missing"
            )
        }
        "dbt_utils.recency" => {
            let (field, part, count) = (asked.text("field")?, asked.text("datepart")?, asked.text("interval")?);
            let limit = format!("current_timestamp - interval '{count}' {part}");
            format!("select max({field}) as newest from {from} having max({field}) is null or max({field}) < {limit}")
        }
        _ => return None,
    })
}

pub(super) fn unique(from: &str, columns: &str) -> String {
    let filled: Vec<String> = columns.split(", ").map(|column| format!("{column} is not null")).collect();
    // Of one column a NULL is no repeat; of several it is one, as dbt_utils has it.
    let filter = if filled.len() == 1 { format!(" where {}", filled[0]) } else { String::new() };
    format!("select {columns}, count(*) as times from {from}{filter} group by {columns} having count(*) > 1")
}

pub(super) fn outside(from: &str, column: &str, operator: &str, values: &str) -> String {
    format!(
        "select {column} as value, count(*) as times from {from} where {column} {operator} ({values}) group by {column}"
    )
}

fn orphans(from: &str, column: &str, to: &str, field: &str) -> String {
    format!(
        "select child.value from (select {column} as value from {from} where {column} is not null) as child \
         left join (select {field} as value from {to}) as parent on child.value = parent.value where parent.value is null"
    )
}

/// Values below `min_value` or above `max_value`.
pub(super) fn between(from: &str, column: &str, asked: &Asked<'_>, inclusive: bool) -> Option<String> {
    let equal = if inclusive { "=" } else { "" };
    let least = asked.text("min_value").map(|min| format!("not {column} >{equal} {min}"));
    let most = asked.text("max_value").map(|max| format!("not {column} <{equal} {max}"));
    let wrong: Vec<String> = least.into_iter().chain(most).collect();
    (!wrong.is_empty()).then(|| format!("select {column} from {from} where {}", wrong.join(" or ")))
}

pub(super) fn counts(from: &str, operator: &str, other: &str) -> String {
    format!(
        "select own.times, other.times as other_times from (select count(*) as times from {from}) as own \
         cross join (select count(*) as times from {other}) as other where own.times {operator} other.times"
    )
}

fn equality(from: &str, other: &str, columns: Option<String>) -> String {
    let columns = columns.unwrap_or_else(|| "*".to_owned());
    let (own, other) = (format!("select {columns} from {from}"), format!("select {columns} from {other}"));
    format!(
        "select 1 as failing from ({own} except {other}) as gone union all select 1 as failing from ({other} except {own}) as missing"
    )
}
