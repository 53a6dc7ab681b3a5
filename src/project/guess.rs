//! Some SQL in, the dialect it betrays out: by what only one dialect can say.

/// Text that only one dialect writes, in lower case, and that dialect.
const MARKS: [(&str, &str); 22] = [
    ("lateral flatten", "snowflake"),
    ("::variant", "snowflake"),
    ("parse_json(", "snowflake"),
    ("iff(", "snowflake"),
    ("try_to_", "snowflake"),
    ("copy grants", "snowflake"),
    ("safe_cast(", "bigquery"),
    ("safe_divide(", "bigquery"),
    ("struct<", "bigquery"),
    ("select as struct", "bigquery"),
    ("_table_suffix", "bigquery"),
    ("generate_date_array(", "bigquery"),
    ("date_parse(", "trino"),
    ("approx_distinct(", "trino"),
    ("cross join unnest(", "trino"),
    ("lateral view", "spark"),
    ("read_csv_auto(", "duckdb"),
    ("read_parquet(", "duckdb"),
    ("group by all", "duckdb"),
    ("arrayjoin(", "clickhouse"),
    ("distkey", "redshift"),
    ("getdate()", "tsql"),
];

/// How much text is looked at: dialects show early.
const ENOUGH: usize = 400_000;

/// The dialect most marks speak for, and the mark seen most; `None` where none is seen or two tie.
pub(super) fn dialect(texts: &[&str]) -> Option<(&'static str, &'static str)> {
    let mut counts = vec![0usize; MARKS.len()];
    let mut left = ENOUGH;
    for text in texts {
        if text.len() > left {
            break;
        }
        left -= text.len();
        let lower = text.to_ascii_lowercase();
        let words = lower.split_whitespace().collect::<Vec<_>>().join(" ");
        for (at, (mark, _)) in MARKS.iter().enumerate() {
            counts[at] += words.matches(mark).count();
        }
    }
    let mut totals: Vec<(usize, &str)> = Vec::new();
    for ((_, dialect), count) in MARKS.iter().zip(&counts) {
        match totals.iter_mut().find(|(_, known)| known == dialect) {
            Some((total, _)) => *total += count,
            None => totals.push((*count, dialect)),
        }
    }
    totals.sort_by_key(|(total, _)| std::cmp::Reverse(*total));
    let (best, second) = (totals.first()?, totals.get(1)?);
    if best.0 == 0 || best.0 == second.0 {
        return None;
    }
    let marks = MARKS.iter().zip(&counts).filter(|((_, dialect), _)| *dialect == best.1);
    let ((mark, dialect), _) = marks.max_by_key(|(_, count)| **count)?;
    Some((mark, dialect))
}

#[cfg(test)]
mod tests {
    use super::dialect;

    #[test]
    fn the_most_marks_win_and_a_tie_says_nothing() {
        let found = |text: &str| dialect(&[text]).map(|(_, dialect)| dialect);
        assert_eq!(found("select SAFE_CAST(a as int64), iff(x, 1, 2), safe_divide(1, 2)"), Some("bigquery"));
        assert_eq!(found("select iff(a, 1, 2), safe_cast(b as int64)"), None);
        assert_eq!(found("select 1"), None);
    }
}
